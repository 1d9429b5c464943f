/* What drawings of a machine have in common: texts of objects and of the threads on a PU. */
#ifndef TOPO_DRAW_H
#define TOPO_DRAW_H

#include "topology_internal.h"

/* True for a core, a PU that has none around it, and caches around a single one of these. */
bool topo_draw_is_core(hwloc_obj_t object);

/* "Package 0", "L3 1, 32 MiB", "NUMA node 1, 64 GiB". */
void topo_draw_title(hwloc_obj_t object, char *text, size_t text_bytes);

/* The NUMA node of a memory child, which may be a cache on the memory's side. */
hwloc_obj_t topo_draw_node(hwloc_obj_t memory);

/* "t0 t8", of more than `shown` threads the first ones and "+30"; "" for none. Returns their
 * number.
 */
size_t topo_draw_threads(const topo_placement_t *placement, uint32_t pu, size_t shown, char *text,
                         size_t text_bytes);

#endif
