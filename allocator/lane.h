/*
 * Lanes: per thread and size class, an array of pointers to free blocks, last in first out. The
 * allocator never reads or writes the blocks themselves. Only the owning thread touches a lane
 * (fork and the sweep of idle heaps excepted, see heap.c), so nothing here is atomic.
 *
 * Slots of one lane, in memory:   NULL  block  block ... block  (unused) ... limit
 *                                        ^ limit - capacity   ^ top
 * The NULL below the first slot is what malloc's fast path finds in an empty lane.
 */
#ifndef HAK_LANE_H
#define HAK_LANE_H

#include <stddef.h>
#include <stdint.h>

typedef struct hak_heap hak_heap_t;

/* Invariant: limit - capacity <= top <= limit; every slot below top holds a block of this class. */
typedef struct hak_lane {
    void **top;            /* [owner] slot after the newest block */
    void **limit;          /* [const] slot after the last usable one */
    uint64_t start_magic;  /* [const] hak_class_t.start_magic, here for its cache line */
    uint32_t stride_bytes; /* [const] */
    uint32_t capacity;     /* [const] blocks */
} hak_lane_t;

_Static_assert(sizeof(hak_lane_t) == 32, "two lanes share a cache line");

/* Byte offset of a class's lane in its heap; class ids start at 1. */
#define HAK_LANE_OFFSET(class_id) ((class_id) * (uint32_t)sizeof(hak_lane_t))

static inline void **hak_lane_first(const hak_lane_t *lane) {
    return lane->limit - lane->capacity;
}

/* Fills the empty lane of a class: from what other threads returned, else from the heap's slabs.
 * Returns one block and leaves the rest in the lane; NULL when there is no memory. */
void *hak_lane_refill(hak_heap_t *heap, uint32_t class_id);

/* Returns the oldest blocks of a lane to their slabs until `keep_blocks` are left. Takes the heap's
 * lock. */
void hak_lane_flush(hak_heap_t *heap, hak_lane_t *lane, size_t keep_blocks);

#endif
