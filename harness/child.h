/*
 * Runs this program itself as a child, with a command line that a user could type, and reads what
 * it says as JSON. For commands that are made of other commands.
 */
#ifndef CHILD_H
#define CHILD_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Runs this program with `arguments` (NULL-terminated, without the program's name) and with --json;
 * returns what it wrote there, NULL when nothing came. *status gets the exit status, -1 when it was
 * ended by a signal or could not be started.
 *
 * With `show` its stdout and stderr are ours, its environment is ours without HAKMEM_* (its
 * arguments alone say what it does), and SIGINT, SIGTERM and SIGHUP that come to us
 * (cmp_signals_catch was called) go on to it, once. Without, its output is dropped.
 */
json_t *cmp_child_json(const char *const *arguments, bool show, int *status);

/* Runs another program likewise, its stdout on our stderr, in `folder`. Returns its exit status, -1
 * as above. */
int cmp_child_run(const char *const *arguments, const char *folder);

/* Runs this program with `arguments`, stdout dropped, stderr ours. Returns its exit status. */
int cmp_child_check(const char *const *arguments);

#endif
