/* Starts the stopwatch with a real program under an allocator: environment, arguments, limits. */
#ifndef PROGRAM_LAUNCH_H
#define PROGRAM_LAUNCH_H

#include <sys/types.h>

#include "program_run.h"
#include "stopwatch.h"

typedef struct cmp_program_launch {
    const cmp_program_runner_t *runner;
    size_t allocator;
    int input, output, errors; /* become stdin, stdout and stderr */
    bool log_bindings;         /* the dynamic linker writes cmp_program_log_path files */
} cmp_program_launch_t;

/* A started stopwatch. */
typedef struct cmp_stopwatch {
    pid_t pid;
    int pidfd;                  /* -1 where the kernel has none */
    stopwatch_report_t *report; /* shared */
} cmp_stopwatch_t;

/* Files of the folder of library copies that begin with this, and go on with a process id. */
#define CMP_PROGRAM_LOG "bindings."

/* Starts it in a process group of its own that ends with this process. False with errno. */
bool cmp_program_start(const cmp_program_launch_t *launch, cmp_stopwatch_t *stopwatch);

/* Unmaps and closes; it must have been waited for. */
void cmp_stopwatch_close(cmp_stopwatch_t *stopwatch);

#endif
