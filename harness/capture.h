/* Runs a program of the system (package manager, git) and reads what it prints; no shell. */
#ifndef CAPTURE_H
#define CAPTURE_H

/*
 * Runs arguments[0] (looked up in PATH, then in the sbin folders) with stdin and stderr on
 * /dev/null and LC_ALL=C. Returns its stdout, malloc'ed and NUL-terminated, whatever its exit
 * status; NULL when it could not be started. *status, if not NULL, gets the exit status or -1.
 */
char *cmp_capture(const char *const *arguments, int *status);

/* The same with its stderr, and stdout on /dev/null. */
char *cmp_capture_errors(const char *const *arguments, int *status);

#endif
