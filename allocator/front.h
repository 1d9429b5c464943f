/*
 * The hot paths of malloc and free: the only code that runs on most calls. Inlined into api.c. No
 * lock, no atomic read-modify-write, no access to the block itself; one exit each to a noinline
 * slow path. Called by any thread at any time: a thread without a heap has hak_empty_front, in
 * which every look-up takes the slow path. docs/allocator.md walks both.
 */
#ifndef HAK_FRONT_H
#define HAK_FRONT_H

#include "allocator/heap.h"
#include "allocator/plant.h"
#include "allocator/telemetry.h"

/* Exits of the fast paths, in api.c. */
void *hak_malloc_slow(size_t size);
void hak_free_slow(void *block, uint32_t difference, hak_heap_t *heap);
void hak_free_elsewhere(void *block);

/* Newest block of the lane at this offset in the thread's heap; NULL when it is empty. */
static inline void *hak_front_pop(size_t lane_offset) {
    hak_lane_t *lane = (hak_lane_t *)((char *)hak_thread_heap + lane_offset);
    void **top = lane->top;
    void *block = top[-1];
    if (HAK_LIKELY(block != NULL)) {
        HAK_SHARE(lane->top, top - 1);
        HAK_COUNT_CLASS(CLASS, lane_offset / HAK_LANE_OFFSET(1), mallocs);
    }
    return block;
}

/* Assumes that most sizes have a lane and most lanes hold a block. Expected branches: size in
 * range, slot not NULL. */
static inline void *hak_front_malloc(size_t size) {
    hak_plant_step();
    HAK_COUNT(FRONT, malloc_calls);
    if (HAK_UNLIKELY(size > HAK_LANE_MAX_BYTES))
        return hak_malloc_slow(size);
    void *block = hak_front_pop(hak_lane_offset_of(size));
    if (HAK_UNLIKELY(block == NULL))
        return hak_malloc_slow(size);
    return block;
}

/*
 * Whether a block of the class with this start_magic may start at the address. Blocks lie at
 * multiples of their stride (size_class.h), and n is a multiple of d if and only if n * ceil(2^64 /
 * d) mod 2^64 < ceil(2^64 / d) (Lemire, Kaser, Kurz, "Faster remainder by direct computation",
 * 2019), for addresses n < 2^48 and strides d <= 2^16.
 */
static inline bool hak_front_is_start(const void *block, uint64_t magic) {
    return (uintptr_t)block * magic < magic;
}

/* Assumes that most blocks are freed by the thread that allocated them, into a lane with room. */
static inline void hak_front_free(void *block) {
    hak_heap_t *heap = hak_thread_heap;
    HAK_COUNT(FRONT, free_calls);
    HAK_COUNT(FREE_SUPERSLAB, entries);
    const uint32_t offset = hak_map_entry(block) ^ heap->front.tag;
    if (HAK_UNLIKELY(offset > 0xffff)) {
        hak_free_slow(block, offset, heap);
        return;
    }
    hak_lane_t *lane = (hak_lane_t *)((char *)heap + offset);
    void **top = lane->top;
    if (HAK_CHECK_FREE) {
        if (HAK_UNLIKELY(!hak_front_is_start(block, lane->start_magic) || top[-1] == block)) {
            hak_free_elsewhere(block);
            return;
        }
    }
    if (HAK_UNLIKELY(top == lane->limit)) {
        hak_free_elsewhere(block);
        return;
    }
    HAK_COUNT(FREE_SUPERSLAB, local);
    HAK_COUNT_CLASS(CLASS, offset / HAK_LANE_OFFSET(1), frees);
    *top = block;
    HAK_SHARE(lane->top, top + 1);
}

#endif
