/*
 * Backends: where lanes get blocks from and where they go back to. Which one serves a class is a
 * field of the class (size_class.h), filled from the route at start; the hot path never asks. A
 * backend is one file with four functions:
 *   take   moves up to `want` blocks of a class out, ascending within a slab; returns how many
 *   relist puts a slab into the right list after blocks came back to it; releases empty slabs
 *   shed   gives back pages of slabs that are resident for an earlier use alone; not in Pool v1
 *   trim   releases the empty slabs that a heap keeps
 * Tiny, MID_V3 and Pool HotBox v2 own slabs per heap and run under the heap's lock, so that any
 * thread may drain blocks into the slabs of another; Pool v1 is shared and has a lock per class.
 */
#ifndef HAK_BACKEND_H
#define HAK_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/heap.h"

/* Takes blocks of a class for a lane; takes the locks it needs. */
size_t hak_backend_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want);

/* Gives `count` blocks of one class, which the thread of `heap` may give, back; takes locks. */
void hak_backend_put(hak_heap_t *heap, uint32_t class_id, void *const *blocks, size_t count);

/* Gives blocks of any classes of `heap` back to its slabs; heap->lock is held. */
void hak_backend_put_locked(hak_heap_t *heap, void *const *blocks, size_t count);

/* Releases the empty slabs that are kept in reserve, but for those that have touched `keep_bytes`
 * together; these are what an idle heap holds of the common bound (hak_pool_idle_room). heap->lock
 * is held. */
void hak_backend_trim(hak_heap_t *heap, size_t keep_bytes);

/* Whether of what the heap's slabs with free blocks have touched, if that is much, only a small
 * part is in use, and at least half of that in its lanes, which hold `lane_bytes`. That it is
 * not so is remembered until a slab changes. heap->lock is held. */
bool hak_backend_is_sparse(hak_heap_t *heap, size_t lane_bytes);

/* Whether an empty slab stays in the heap as the reserve of its class: while the heap has a thread
 * or is the common one, else as far as the common bound goes, of which it takes its share.
 * heap->lock is held.
 */
bool hak_heap_keep(hak_heap_t *heap, const hak_slab_t *slab);

/* The heap got a thread: its empty slabs are no longer idle. heap->lock is held. */
void hak_heap_wake(hak_heap_t *heap);

/* Gives back pages of slabs with free blocks that are resident for an earlier use of their units
 * alone. Looks twice at each slab; heap->stale says whether there is anything to look at.
 * heap->lock is held. */
void hak_backend_shed(hak_heap_t *heap);

/* ------------------------------------------------------------------ between backend.c and the
 * files
 */

/* Makes and releases slabs of a heap, in no list. */
hak_slab_t *hak_heap_slab_create(hak_heap_t *heap, uint32_t class_id);
void hak_heap_slab_release(hak_heap_t *heap, hak_slab_t *slab);

/* Whether an empty slab stays while a heap is trimmed; what it has touched is taken off
 * *keep_bytes then. */
bool hak_heap_slab_stays(hak_slab_t *slab, size_t *keep_bytes);

size_t hak_tiny_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want);
void hak_tiny_relist(hak_heap_t *heap, hak_slab_t *slab, uint32_t free_before);
bool hak_tiny_shed(hak_heap_t *heap);
void hak_tiny_trim(hak_heap_t *heap, size_t *keep_bytes);

size_t hak_mid_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want);
void hak_mid_relist(hak_heap_t *heap, hak_slab_t *slab, uint32_t free_before);
bool hak_mid_shed(hak_heap_t *heap);
void hak_mid_trim(hak_heap_t *heap, size_t *keep_bytes);

size_t hak_pool_v2_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want);
void hak_pool_v2_relist(hak_heap_t *heap, hak_slab_t *slab, uint32_t free_before);
bool hak_pool_v2_shed(hak_heap_t *heap);
void hak_pool_v2_trim(hak_heap_t *heap, size_t *keep_bytes);

/* These take the class's lock themselves. */
size_t hak_pool_v1_take(uint32_t class_id, void **blocks, size_t want);
void hak_pool_v1_put(uint32_t class_id, void *const *blocks, size_t count);
/* Returns what waits in the shared stacks to the slabs: of classes that nobody took from since the
 * last call, or of all. */
void hak_pool_v1_decay(bool all);

/* Bytes of blocks that wait in the shared stacks. */
size_t hak_pool_v1_waiting_bytes(void);

void hak_pool_v1_lock_all(void); /* for fork */
void hak_pool_v1_unlock_all(void);

#endif
