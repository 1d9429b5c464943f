/*
 * Proof that code runs before its speed is judged: named functions that execute instructions, or
 * named telemetry counters that move, in a short run of a workload. A change whose code never runs
 * cannot have an effect, whatever the figures say.
 */
#ifndef ACTIVITY_H
#define ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>

#include "model.h"
#include "paths.h"

/* What a proof looked at; a set. */
enum { CMP_ACTIVITY_FUNCTIONS = 1, CMP_ACTIVITY_COUNTERS = 2 };

/* What came out. All zero: nothing was asked for. */
typedef struct cmp_activity {
    unsigned method; /* CMP_ACTIVITY_* */
    bool active;     /* something of what was named ran */
    char text[1024]; /* "hak_lane_flush ran (12345 instructions); MID_V3.takes moved by 356 ..." */
} cmp_activity_t;

/* What is asked. */
typedef struct cmp_activity_request {
    const cmp_paths_t *paths;
    const cmp_allocator_t *base, *treatment;
    const cmp_cell_t *cell; /* workload, parameters, threads */
    const char *functions;  /* of the treatment's library, separated by commas; NULL: none */
    const char *counters;   /* "BOX.counter" or "BOX", separated by commas; NULL: none */
} cmp_activity_request_t;

/*
 * Runs short samples of the cell's work: under cachegrind (valgrind) for functions, with
 * HAKMEM_STATS=1 for counters (activity_counters.h). Functions that were inlined everywhere do not
 * appear: name one that was not. False with a reason when valgrind or the counting build is
 * missing, a run failed, or a name is no function, box or counter.
 */
bool cmp_activity_prove(const cmp_activity_request_t *request, cmp_activity_t *activity,
                        char *error, size_t error_bytes);

/* "functions", "counters", "both"; NULL when nothing was asked for. */
const char *cmp_activity_method(const cmp_activity_t *activity);

#endif
