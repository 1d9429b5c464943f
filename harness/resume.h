/*
 * Taking up a run that was interrupted or killed: which one, and whether it still is the same
 * measurement. Main thread, before measuring. See docs/method.md, Interrupted runs.
 */
#ifndef RESUME_H
#define RESUME_H

#include "session.h"

/* The words of a command that say what is measured, quoted, malloc'ed: without the program's name,
 * --resume, --dry-run, and where results go. */
char *cmp_resume_key(char *const *words);

/* True when the stored run may go on as `now` (allocators and cells as the command line makes them
 * today). Otherwise `error` says what differs and what to do. */
bool cmp_resume_allowed(const cmp_run_t *stored, const cmp_run_t *now, char *error,
                        size_t error_bytes);

/* Replaces the session's run by the one that --resume asks for; its samples become
 * session->recorded. The store is open. Ends the program with a message when there is none. */
void cmp_resume(cmp_session_t *session);

#endif
