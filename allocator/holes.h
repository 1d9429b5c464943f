/*
 * Holes: runs of free units in a superslab, as bits of a mask, and an index of which superslab of a
 * node has one of which length. A search for units touches no superslab without room for them,
 * however many there are.
 */
#ifndef HAK_HOLES_H
#define HAK_HOLES_H

#include <stddef.h>
#include <stdint.h>

#include "allocator/domain.h"

#define HAK_SUPERSLAB_UNITS 32u
#define HAK_SUPERSLABS_MAX  (HAK_DOMAIN_BYTES / HAK_SUPERSLAB_BYTES)
/* NUMA nodes with a pool of their own; further ones share, by remainder. */
#define HAK_NODES_MAX 16u

#define HAK_HOLES_NONE SIZE_MAX

/* Called once at start. */
void hak_holes_start(void);

/* Length of the longest hole; 0 where no unit is free. */
uint32_t hak_hole_longest(uint32_t free_units);

/* The shortest hole that holds `units`, the lowest of equals; its first unit goes to *first.
 * Returns its length, 0 when there is none. */
uint32_t hak_hole_find(uint32_t free_units, uint32_t units, uint32_t *first);

/* The longest hole of a superslab of that node became `longest` units long; it was `before`. Under
 * the pool's lock, as what follows. */
void hak_holes_change(uint32_t node, size_t index, uint32_t before, uint32_t longest);

/* The lowest superslab from index `from` on that has a hole of at least `units` (1 ..
 * HAK_SUPERSLAB_UNITS); HAK_HOLES_NONE when there is none. */
size_t hak_holes_next(uint32_t node, uint32_t units, size_t from);

#endif
