/*
 * Background spill: what lanes hold beyond their bounds, or have not used for a while, goes home in
 * batches, off the hot path: when the thread is in a slow call anyway, or exits. What a thread that
 * sleeps strands is bounded by the budget of its lanes (hak_lane_budget_bytes), two blocks of each
 * class it used, and HAKMEM_MEDIUM_KIB.
 */
#ifndef HAK_SPILL_H
#define HAK_SPILL_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/heap.h"

/* Returns the oldest blocks of a lane until `keep_blocks` are left. */
void hak_spill_lane(hak_heap_t *heap, hak_lane_t *lane, size_t keep_blocks);

/* Empties lanes that were not used since the last call, and takes their capacity back; does nothing
 * when that was only just. */
void hak_spill_idle_lanes(hak_heap_t *heap);

/* Whether so many more bytes of lanes are within the heap's budget. Where they are not, lanes that
 * idle give way, then the one that has most beyond its share loses half; neither when it did so
 * only just. Shares are first come, first served: evened out, no class would have enough. */
bool hak_spill_for_room(hak_heap_t *heap, size_t more_bytes);

/* Takes back what lanes hold, and have capacity for, beyond their shares. */
void hak_spill_beyond_shares(hak_heap_t *heap);

/* Counts a slow call; once in a while publishes lingering outboxes, and when HAKMEM_PURGE_MS has
 * gone by spills idle lanes, drains idle heaps and purges what is old. */
void hak_spill_tick(hak_heap_t *heap);

/* Empties all lanes into the backends; the heap is the calling thread's, or has none. */
void hak_spill_lanes(hak_heap_t *heap);

/* Bytes of the blocks in the heap's lanes. */
size_t hak_spill_lane_bytes(hak_heap_t *heap);

/* Returns what waits for others or came from them: outboxes, inbox; and freed medium blocks. The
 * lanes stay as they are. */
void hak_spill_queues(hak_heap_t *heap);

/* Releases empty slabs in reserve but for those that have touched `keep_bytes` together. */
void hak_spill_slabs(hak_heap_t *heap, size_t keep_bytes);

/* Returns everything that the calling thread's heap holds back: lanes, medium blocks, outboxes,
 * inbox, empty slabs in reserve but for those that have touched `keep_bytes` together. */
void hak_spill_all(hak_heap_t *heap, size_t keep_bytes);

/*
 * Starts the helper thread if it is asked for and not running. Called by a malloc that works with
 * no heap yet, since pthread_create allocates; never by a free: glibc frees thread-local storage
 * under the lock of its stacks, which pthread_create takes.
 */
void hak_helper_start(void);
/* In the child of a fork: the helper did not come along. */
void hak_helper_forget(void);

/* Gives back pages of the heap's slabs that are resident for an earlier use alone. False when that
 * is not due. Takes the heap's lock. */
bool hak_spill_stale(hak_heap_t *heap, uint64_t now_ms);

#endif
