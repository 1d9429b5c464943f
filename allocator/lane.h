/*
 * Lanes: per thread and size class, an array of pointers to free blocks, last in first out. The
 * allocator never reads or writes the blocks themselves. Only the owning thread touches a lane
 * (fork excepted, see heap.c), so nothing here is ordered; hak_stats looks at the top and at where
 * far slots are.
 *
 * Slots of one lane, in memory:   NULL  block  block ... block  (unused) ... limit ... room
 *                                        ^ limit - capacity   ^ top
 * The NULL below the first slot is what malloc's fast path finds in an empty lane. Slots for
 * capacities up to HAK_LANE_NEAR_BLOCKS lie behind the heap, in the order in which its lanes were
 * first used: most lanes are small, most threads use few classes, and with far-flung ones a thread
 * would touch, and its TLB hold, a page for each. A lane that grows beyond moves to slots of its
 * own. A lane starts with capacity 0 and no slots: its first slow call gives it both, and it grows
 * where refill and flush alternate, and do so often (HAKMEM_LANE_GROW_MS), up to a ceiling of bytes
 * a lane and a budget of bytes a thread.
 * Up to its share of the budget, 32 KiB and a few blocks at least, it grows while the budget lasts;
 * beyond that for what its thread frees and takes again in turn, in the first half of the budget,
 * and loses half again when others want their share.
 */
#ifndef HAK_LANE_H
#define HAK_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/os.h"
#include "allocator/size_class.h"

typedef struct hak_heap hak_heap_t;

#define HAK_LANE_BLOCKS_LEAST 2u /* every class may cache so many, whatever the budget says */
#define HAK_LANE_NEAR_BLOCKS  64u
#define HAK_LANE_LEARN_FACTOR 2u /* the learner may raise a ceiling so much */

/* Invariant: limit - capacity <= top <= limit; every slot below top holds a block of this class. */
typedef struct hak_lane {
    void **top;            /* [owner] slot after the newest block; HAK_SHARE'd */
    void **limit;          /* [owner] slot after the last usable one */
    hak_starts_t starts;   /* [const] hak_class_t.starts, here for its cache line */
    uint32_t stride_bytes; /* [const] */
    uint32_t capacity;     /* [owner] blocks */
} hak_lane_t;

/* Behind a heap, for each lane in use: where its far slots are, and the near ones. */
typedef struct hak_lane_slots {
    void **far;      /* [owner] the first of them; NULL until there are some; HAK_SHARE'd */
    size_t far_room; /* [owner] blocks that they have room for */
    void *nothing;   /* [const] NULL: below the first near slot */
    void *near[];    /* [owner] hak_lane_near_blocks */
} hak_lane_slots_t;

_Static_assert(sizeof(hak_lane_t) == 48, "four lanes fill three cache lines");

/* Byte offset of a class's lane in its heap; class ids start at 1. */
#define HAK_LANE_OFFSET(class_id) ((class_id) * (uint32_t)sizeof(hak_lane_t))

/* As many as the lane may ever hold, at most HAK_LANE_NEAR_BLOCKS. */
static inline uint32_t hak_lane_near_blocks(uint32_t class_id) {
    const uint32_t top = hak_classes[class_id].lane_capacity_top;
    return top < HAK_LANE_NEAR_BLOCKS ? top : HAK_LANE_NEAR_BLOCKS;
}

/* What the lane of a class has behind a heap, in words. */
static inline uint32_t hak_lane_near_words(uint32_t class_id) {
    return (uint32_t)(sizeof(hak_lane_slots_t) / sizeof(void *)) + hak_lane_near_blocks(class_id);
}

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
 * back to the backend (spill.c). `returned`: another thread freed it. */
void hak_lane_push_slow(hak_heap_t *heap, hak_lane_t *lane, void *block, bool returned);

/* Sets the capacity of a lane that holds no more blocks than that, and the heap's account of it.
 * False, and nothing is changed, where a larger one needs slots and there is no memory for them. */
bool hak_lane_set_capacity(hak_heap_t *heap, hak_lane_t *lane, uint32_t capacity);

/* Bytes that all lanes of the heap together may have capacity for at present, but for
 * HAK_LANE_BLOCKS_LEAST of each. */
size_t hak_lane_budget_bytes(const hak_heap_t *heap);

/* Blocks that a lane of this class may grow to at present. */
uint32_t hak_lane_ceiling(uint32_t class_id);

#endif
