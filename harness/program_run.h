/*
 * Runs one sample of a real program: under one allocator, timed by the stopwatch, its output hashed
 * and compared. program_prove.c and measure.c use it; knows nothing of rounds and tables.
 */
#ifndef PROGRAM_RUN_H
#define PROGRAM_RUN_H

#include "bindings.h"
#include "model.h"
#include "paths.h"
#include "scratch.h"

/* What one process shall be run for. */
typedef struct cmp_program_request {
    size_t allocator;            /* index in the run */
    double deadline_seconds;     /* of the program; later it counts as hanging */
    uint64_t memory_limit_bytes; /* RSS of the program and its descendants together */
    double abandon_at;           /* cmp_clock(): given up then; INFINITY: never */
    cmp_bindings_t *bindings;    /* not NULL: the dynamic linker logs, and this gets what it says of
                                    the program's own process; such a sample is not measured */
    cmp_bindings_t *descendants; /* with bindings: of the processes it started; `right` and `wrong`
                                    count processes here */
} cmp_program_request_t;

/* What the output of all allocators is compared with. */
typedef struct cmp_program_output {
    char sha256[CMP_SHA256_BYTES]; /* "": not known yet */
    uint64_t bytes;
    size_t allocator; /* under which it was written */
} cmp_program_output_t;

typedef struct cmp_program_runner {
    const cmp_paths_t *paths; /* borrowed, as the next two */
    cmp_run_t *run;
    cmp_scratch_t *scratch;
    cmp_program_output_t expected;
    char **unproven; /* by allocator: why it is not measured; NULL: proven */
    bool left_noted; /* the run has its note on processes left running */
} cmp_program_runner_t;

/*
 * Runs a sample and fills `sample` (all but seed, round and position); failures are results too.
 * False when it was abandoned, by a signal or at abandon_at: there is no sample then.
 */
bool cmp_program_sample(cmp_program_runner_t *runner, const cmp_program_request_t *request,
                        cmp_sample_t *sample);

#endif
