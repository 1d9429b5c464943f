/*
 * Lanes: per thread and size class, an array of pointers to free blocks, last in first out. The
 * allocator never reads or writes the blocks themselves. Only the owning thread touches a lane
 * (fork excepted, see heap.c), so nothing here is ordered; hak_stats looks at the top alone.
 *
 * Slots of one lane, in memory:   NULL  block  block ... block  (unused) ... limit ... room
 *                                        ^ limit - capacity   ^ top
 * The NULL below the first slot is what malloc's fast path finds in an empty lane. The slots of all
 * lanes lie behind the heap. Those of capacities up to HAK_LANE_NEAR_BLOCKS are neighbours: most
 * lanes are small, and with far-flung ones a thread would touch, and its TLB hold, a page for each
 * class that it uses. A lane that grows beyond moves to slots of its own far behind. A lane starts
 * with capacity 0: its first slow call gives it one, and it grows where refill and flush alternate,
 * up to a ceiling of bytes a lane and a budget of bytes a thread.
 */
#ifndef HAK_LANE_H
#define HAK_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/os.h"

typedef struct hak_heap hak_heap_t;

#define HAK_LANE_BLOCKS_LEAST 2u /* every class may cache so many, whatever the budget says */
#define HAK_LANE_BUDGET_PART  8u /* of the thread's slabs, where that is more than configured */
#define HAK_LANE_NEAR_BLOCKS  64u
#define HAK_LANE_LEARN_FACTOR 2u /* the learner may raise a ceiling so much */

/* Invariant: limit - capacity <= top <= limit; every slot below top holds a block of this class. */
typedef struct hak_lane {
    void **top;            /* [owner] slot after the newest block; HAK_SHARE'd */
    void **limit;          /* [owner] slot after the last usable one */
    uint64_t start_magic;  /* [const] hak_class_t.start_magic, here for its cache line */
    uint32_t stride_bytes; /* [const] */
    uint32_t capacity;     /* [owner] blocks */
} hak_lane_t;

_Static_assert(sizeof(hak_lane_t) == 32, "two lanes share a cache line");

/* Byte offset of a class's lane in its heap; class ids start at 1. */
#define HAK_LANE_OFFSET(class_id) ((class_id) * (uint32_t)sizeof(hak_lane_t))

static inline void **hak_lane_first(const hak_lane_t *lane) {
    return lane->limit - lane->capacity;
}

static inline size_t hak_lane_blocks(const hak_lane_t *lane) {
    return (size_t)(lane->top - hak_lane_first(lane));
}

/* The lane holds a block. */
static inline void *hak_lane_pop(hak_lane_t *lane) {
    void **top = lane->top - 1;
    HAK_SHARE(lane->top, top);
    return *top;
}

/* The lane has room. */
static inline void hak_lane_push(hak_lane_t *lane, void *block) {
    void **top = lane->top;
    *top = block;
    HAK_SHARE(lane->top, top + 1);
}

/* Fills the empty lane of a class: from what other threads returned, else from the class's backend.
 * Returns one block and leaves the rest in the lane; NULL when the backend has none. */
void *hak_lane_refill(hak_heap_t *heap, uint32_t class_id);

/* Pushes a block, making room in a full lane: by growth where that pays, else the older half goes
 * back to the backend (spill.c). */
void hak_lane_push_slow(hak_heap_t *heap, hak_lane_t *lane, void *block);

/* Sets the capacity of a lane that holds no more blocks than that, and the heap's account of it. */
void hak_lane_set_capacity(hak_heap_t *heap, hak_lane_t *lane, uint32_t capacity);

/* Blocks that a lane of this class may grow to at present. */
uint32_t hak_lane_ceiling(uint32_t class_id);

#endif
