/*
 * Slabs: runs of units that hold blocks of one class for one heap, with a bitmap of what is free.
 * Lowest block first: carving is lazy, live blocks gather at low addresses, and a second free of a
 * block is seen when it comes back here. All functions run under the owning heap's lock.
 */
#ifndef HAK_SLAB_H
#define HAK_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include "allocator/heap.h"

/* Takes up to `want` blocks of a class, in ascending address order within a slab. Returns how many;
 * fewer than `want` only when memory is at its end. */
size_t hak_slab_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want);

/* Puts a block of this heap back. Stops the program when it is not the start of a block or is free
 * already; `function` is named in the message. */
void hak_slab_put(hak_heap_t *heap, void *block, const char *function);

/* Stops the program unless `block` is the start of a block that its slab counts as handed out
 * (owner's lock not needed: a racing drain changes other bits only; used before a block enters a
 * lane by a slow path). */
void hak_slab_check(const void *block, const char *function);

#endif
