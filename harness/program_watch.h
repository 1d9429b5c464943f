/* Watches a real program from start to end: deadline, memory, signals, the linker's logs. */
#ifndef PROGRAM_WATCH_H
#define PROGRAM_WATCH_H

#include "program_launch.h"

typedef enum cmp_watch_kill {
    CMP_WATCH_ENDED, /* by itself */
    CMP_WATCH_DEADLINE,
    CMP_WATCH_MEMORY,
    CMP_WATCH_ABANDONED,
} cmp_watch_kill_t;

/* How it went. */
typedef struct cmp_watch_end {
    cmp_watch_kill_t killed;
    int start_error;    /* errno; 0: the program was started */
    bool reported;      /* the stopwatch came to its end: wait_status and report are valid */
    int wait_status;    /* of the program */
    uint64_t rss_bytes; /* of its processes, as last seen */
    stopwatch_report_t report;
} cmp_watch_end_t;

/* Starts the program and returns when it, and all that it started, has ended. Fills what the
 * request wants to know of bindings. */
void cmp_program_watch(const cmp_program_launch_t *launch, const cmp_program_request_t *request,
                       cmp_watch_end_t *end);

#endif
