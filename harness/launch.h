/*
 * Starts a worker process under an allocator: environment, arguments, limits. The way in which the
 * process starts is the same for every allocator down to the size of its environment.
 */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model.h"
#include "../workloads/worker_control.h"

/* What to start. */
typedef struct cmp_launch {
    const char *worker;    /* the binary */
    size_t worker_bytes;   /* length of the longest path among those that rows start */
    const char *folder;    /* of library copies, becomes LD_LIBRARY_PATH */
    const char *library;   /* absolute path that allocators are preloaded from */
    bool preload;          /* false: the C library's own malloc, or one that is in the worker */
    char *const *settings; /* environment of this allocator's row; NULL: none */
    size_t setting_places; /* strings and bytes that the row with most of them has: every row's */
    size_t setting_bytes;  /* environment is padded to these */
    size_t stack_bytes;    /* and made longer by this, which moves the stack */
    const cmp_cell_t *cell;
    uint64_t ops, warmup; /* per thread */
    uint64_t seed;
    bool latency; /* the worker's latency= and idle_ms= */
    uint32_t idle_ms;
    const char *bind; /* the worker's bind= */
    bool count_events;
    const char *const
        *wrapper; /* run the worker under this, without randomised addresses; or NULL */
} cmp_launch_t;

/* A started worker. */
typedef struct cmp_process {
    pid_t pid;
    int pidfd;  /* -1 where the kernel has none */
    int errors; /* non-blocking read end of its stderr */
    wl_control_t *control;
    size_t control_bytes;
} cmp_process_t;

/* Starts it in a process group of its own that dies with this process. False with a reason. */
bool cmp_launch(const cmp_launch_t *launch, cmp_process_t *process, char *error,
                size_t error_bytes);

/* Unmaps and closes; the process must have been waited for. */
void cmp_process_close(cmp_process_t *process);

/* The environment variables that are passed on to workers beside the fixed ones: those whose names
 * begin with HAKMEM_. NULL-terminated, borrowed from the environment; at most `room` - 1. */
size_t cmp_launch_passed_environment(const char **variables, size_t room);

#endif
