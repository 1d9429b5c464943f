/*
 * A run made up by arithmetic, for tests of what reads runs: store, report and their renderings.
 * Not a measurement. One workload "demo", allocators hakmem (first), "peer", "frail" (fails in two
 * rounds), "broken" (always crashes) and the A/A control, at 1, 2 and 4 (oversubscribed) threads.
 */
#ifndef SYNTHETIC_RUN_H
#define SYNTHETIC_RUN_H

#include "../../harness/model.h"

enum { SYNTHETIC_FIRST, SYNTHETIC_PEER, SYNTHETIC_FRAIL, SYNTHETIC_BROKEN, SYNTHETIC_CONTROL };

/* Every text of the run is malloc'ed: cmp_run_free it. */
cmp_run_t synthetic_run(uint32_t rounds);

/* Finds the workload of a synthetic run by its name. */
const wl_workload_t *synthetic_find(const char *name);

/* The cell of that allocator and thread count. */
cmp_cell_t *synthetic_cell(cmp_run_t *run, size_t allocator, uint32_t threads);

#endif
