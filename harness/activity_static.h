/*
 * What leads from a setting to the code that it changes, without running anything: the flags and
 * options by which two builds of hakmem differ, and the rows of their route tables that the sizes
 * of a workload, or the difference itself, have to do with.
 */
#ifndef ACTIVITY_STATIC_H
#define ACTIVITY_STATIC_H

#include "model.h"

/*
 * One line about base and treatment, malloc'ed: "differ in HAKMEM_MID_V3_ENABLED (0, then 1);
 * routes differ: 257 to 768 bytes by tiny, then mid_v3 (HAKMEM_MID_V3_ENABLED); mixed asks for 257
 * to 768 bytes: tiny". NULL where one of them is no hakmem that can be loaded, such as one that is
 * linked into the worker. Main thread, before measuring; loads both in child processes.
 */
char *cmp_activity_static(const cmp_allocator_t *base, const cmp_allocator_t *treatment,
                          const cmp_cell_t *cell);

#endif
