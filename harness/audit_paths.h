/*
 * Which backends a workload's blocks come from: the routes of a library (routes.h) beside the
 * counts of a short run. The audit `compare audit paths` prints it; experiments ask whether the
 * backend that they change is reached at all.
 */
#ifndef AUDIT_PATHS_H
#define AUDIT_PATHS_H

#include "activity_counters.h"
#include "routes.h"

/* Routes of one library and, where a workload was given, what it did with them. */
typedef struct cmp_paths_counted {
    const cmp_allocator_t *allocator;
    cmp_routes_t routes;
    cmp_count_report_t moved; /* no lines: nothing was counted */
    char *counted_in;         /* the label of the library that counted; NULL: none did */
} cmp_paths_counted_t;

/*
 * Reads the allocator's routes and, unless `cell` is NULL, counts what its workload, parameters and
 * threads do: in the allocator itself where its box CLASS is compiled in, else in the build
 * hakmem:counting, with every option as the allocator has it. False with a reason where the
 * allocator is no hakmem, the run failed, or the counting build serves other routes.
 */
bool cmp_paths_count(const cmp_paths_t *paths, const cmp_allocator_t *allocator,
                     const cmp_cell_t *cell, cmp_paths_counted_t *counted, char *error,
                     size_t error_bytes);
void cmp_paths_counted_free(cmp_paths_counted_t *counted);

/* Blocks that the workload got from the class, or from all classes of a backend. */
uint64_t cmp_paths_class_mallocs(const cmp_paths_counted_t *counted, const cmp_route_t *route);
uint64_t cmp_paths_backend_mallocs(const cmp_paths_counted_t *counted, const char *backend);

/*
 * Does the workload of the cell (with its parameters and threads) get blocks from `backend`
 * ("tiny", "mid_v3", "pool_v2", "pool_v1", "medium", "large") under this allocator? *reached says
 * so; *classes, which the caller frees, names the classes and their blocks: "C17 2481, C18 2502".
 * False with a reason where that cannot be told, or where no route can ever lead to a backend of
 * that name. Takes two short runs of the worker.
 */
bool cmp_paths_backend_reached(const cmp_paths_t *paths, const cmp_allocator_t *allocator,
                               const cmp_cell_t *cell, const char *backend, bool *reached,
                               char **classes, char *error, size_t error_bytes);

#endif
