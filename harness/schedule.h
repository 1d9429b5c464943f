/*
 * What a run consists of and in which order: cells, grouped by the work that allocators are
 * compared on, and the shuffled order of every round. Everything follows from the run's seed.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "model.h"

/* The cells of one (workload, parameters, threads, placement): one for each allocator. */
typedef struct cmp_group {
    size_t first_cell; /* the cells first_cell + i of allocator i */
    char *bind;        /* the worker's bind= argument */
} cmp_group_t;

typedef struct cmp_schedule {
    cmp_group_t *groups;
    size_t group_count;
    bool pairs; /* the allocators 2 i and 2 i + 1 of a group are measured next to each other */
} cmp_schedule_t;

/* What is to be compared; arrays are borrowed. */
typedef struct cmp_subject {
    const wl_workload_t *const *workloads;
    const wl_values_t *values; /* per workload */
    size_t workload_count;
    const uint32_t *threads;
    size_t thread_count;
    const topo_policy_t *places;
    size_t place_count;
    double seconds; /* of the measured phase; 0: a number of operations */
    bool check;
    const struct cmp_sweep *sweep; /* NULL: every combination is wanted, and must be possible */
} cmp_subject_t;

/* What a sweep does about combinations of workload, threads and placement. */
typedef struct cmp_sweep {
    /* False: that point is left out. */
    bool (*wanted)(void *context, const cmp_cell_t *point);
    /* This machine cannot do that point, which is left out. */
    void (*impossible)(void *context, const cmp_cell_t *point, const char *reason);
    void *context;
} cmp_sweep_t;

/* Makes run->cells, and the groups over them. The run's allocators are already selected. */
bool cmp_schedule_make(cmp_schedule_t *schedule, cmp_run_t *run, const topo_t *topo,
                       const cmp_subject_t *subject, char *error, size_t error_bytes);
void cmp_schedule_free(cmp_schedule_t *schedule);

/*
 * The order of a round: writes group_count x allocator_count indexes of cells (group x
 * allocator_count + allocator) to `cells`. Groups are shuffled, and allocators within each group,
 * which stays together so that ratios within a round compare neighbours in time. Rounds come in
 * pairs: the second is the first one backwards, so that over an even number of rounds every
 * allocator ran as often before as after every other of its group (ABBA), and every group as early
 * as late: a steady drift of the machine favours none. With `pairs` the units that are shuffled are
 * the allocators 2 i and 2 i + 1, which stay neighbours, in either order; an odd last one is alone.
 */
void cmp_schedule_order(uint64_t run_seed, uint32_t round, size_t group_count,
                        size_t allocator_count, bool pairs, size_t *cells);

/* The seed of the work in a round, the same for all allocators; below 2^53. */
uint64_t cmp_schedule_seed(uint64_t run_seed, uint32_t round);

#endif
