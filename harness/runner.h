/*
 * Runs one sample: one process of the worker under one allocator, watched from start to end. Used
 * by whatever measures; knows nothing of rounds and tables.
 */
#ifndef RUNNER_H
#define RUNNER_H

#include "model.h"
#include "paths.h"

typedef struct cmp_runner cmp_runner_t;

/* What one sample shall do. */
typedef struct cmp_sample_request {
    const cmp_cell_t *cell;
    uint64_t ops, warmup; /* per thread; calibration asks for others than the cell's */
    uint64_t seed;
    cmp_sample_kind_t kind;
    uint32_t idle_ms;            /* away from the allocator at the end, to see what it gives back */
    const char *bind;            /* the worker's bind= argument */
    double deadline_seconds;     /* from the start of the process; later it counts as hanging */
    uint64_t memory_limit_bytes; /* RSS without bookkeeping; above it the process is ended */
    double abandon_at;           /* cmp_clock(): the sample is given up then; INFINITY: never */
    bool count_events;           /* by the PMU, in the measured phase */
    const char *const *wrapper;  /* program and arguments that the worker is run under, at fixed
                                    addresses; NULL: none */
} cmp_sample_request_t;

/* Prepares running samples of the run's allocators, whose files are read now. The run is borrowed;
 * samples fill in what its allocators say of their configuration. */
cmp_runner_t *cmp_runner_open(const cmp_paths_t *paths, cmp_run_t *run, char *error,
                              size_t error_bytes);
void cmp_runner_close(cmp_runner_t *runner);

/*
 * Runs a sample and fills `sample` (all but round and position); failures are results too. False
 * when it was abandoned, by a signal or at abandon_at: there is no sample then.
 */
bool cmp_runner_sample(cmp_runner_t *runner, const cmp_sample_request_t *request,
                       cmp_sample_t *sample);

/* The copies of the run's libraries that the runner makes. */
struct cmp_scratch *cmp_runner_scratch(cmp_runner_t *runner);

/* Seconds of CLOCK_MONOTONIC. */
double cmp_clock(void);

#endif
