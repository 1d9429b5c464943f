/*
 * Proof that code runs before its speed is judged: counts the instructions that named functions of
 * a library execute in a short run of a workload. A change whose functions never run cannot have an
 * effect, whatever the figures say.
 */
#ifndef ACTIVITY_H
#define ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "paths.h"

typedef struct cmp_activity {
    uint64_t instructions; /* executed in the named functions, all together */
    char text[512];        /* "hak_lane_flush ran (12345 instructions), hak_x did not run" */
} cmp_activity_t;

/*
 * Runs a short sample of the cell's work under cachegrind (valgrind) with the allocator, and adds
 * up the instructions of each function of `functions` (names separated by commas). Functions that
 * were inlined everywhere do not appear: name one that was not. False with a reason when valgrind
 * is missing, the run failed, or a name is no function of the library.
 */
bool cmp_activity_count(const cmp_paths_t *paths, const cmp_allocator_t *allocator,
                        const cmp_cell_t *cell, const char *functions, cmp_activity_t *activity,
                        char *error, size_t error_bytes);

#endif
