/*
 * Slabs: runs of units that hold blocks of one class, with a bitmap of what is free. Lowest block
 * first: carving is lazy, live blocks gather at low addresses, and a second free of a block is seen
 * when it comes back here. This file knows bitmaps only; which slab is taken from next is each
 * backend's own. All functions run under the lock of the slab's owner: its heap's, or its class's
 * in Pool v1.
 */
#ifndef HAK_SLAB_H
#define HAK_SLAB_H

#include <stddef.h>
#include <stdint.h>

#include "allocator/superslab.h"

/* A new slab, all blocks free, in no list. NULL when no memory is left. */
hak_slab_t *hak_slab_create(uint32_t owner, uint32_t class_id);

/* Moves up to `want` free blocks out, lowest first; returns how many. */
size_t hak_slab_carve(hak_slab_t *slab, void **blocks, size_t want);

/* Marks free those of `count` blocks, from the first on, that lie in the slab of the first; returns
 * how many. Stops the program when one is not the start of a block or is free already; `function`
 * is named in the message. */
size_t hak_slab_return(hak_slab_t *slab, void *const *blocks, size_t count, const char *function);

/* Stops the program unless `block` is the start of a block (no lock needed). */
void hak_slab_check(const void *block, const char *function);

static inline bool hak_slab_is_whole(const hak_slab_t *slab) {
    return slab->free_blocks == slab->blocks;
}

/* hak_run_shed of every slab in a list; true when one of them is to be looked at again. */
bool hak_slab_shed(hak_slab_t *list);

/* Doubly linked lists of slabs. */
void hak_slab_link(hak_slab_t **head, hak_slab_t *slab);
void hak_slab_unlink(hak_slab_t **head, hak_slab_t *slab);

#endif
