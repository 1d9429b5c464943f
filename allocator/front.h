/*
 * The hot paths of malloc and free: the only code that runs on most calls. Inlined into api.c. No
 * lock, no atomic read-modify-write, no access to the block itself; one exit each to a noinline
 * slow path. Called by any thread at any time: a thread without a heap has hak_empty for malloc and
 * hak_map.zero for free, in which every look-up takes the slow path. docs/allocator.md walks both.
 */
#ifndef HAK_FRONT_H
#define HAK_FRONT_H

#include "allocator/heap.h"
#include "allocator/plant.h"
#include "allocator/telemetry.h"

/* Exits of the fast paths, in api.c. */
void *hak_malloc_slow(size_t size);
void hak_free_slow(void *block, size_t unit);
void hak_free_elsewhere(void *block);

/* Keeps a value from here on in the register that functions return it in: else gcc keeps the lane
 * there, and moves the block at the end. */
#if defined(__x86_64__)
#define HAK_RETURNED(value) __asm__("" : "+a"(value))
#else
#define HAK_RETURNED(value) (void)(value)
#endif

/* Newest block of the lane at this offset in the thread's heap; NULL when it is empty. */
static inline void *hak_front_pop(size_t lane_offset) {
    hak_lane_t *lane = (hak_lane_t *)((char *)hak_thread_heap + lane_offset);
    void **top = lane->top;
    void *block = top[-1];
    HAK_RETURNED(block);
    if (HAK_LIKELY(block != NULL)) {
        HAK_ADVANCE(lane->top, -1);
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

/* The lane of a block in the slabs of the thread's own heap; NULL when it is not the start of one.
 * `lanes` is hak_thread_lanes, `unit` the block's in the map. */
static inline hak_lane_t *hak_front_own_lane(char *lanes, const void *block, size_t unit) {
    const size_t offset =
        atomic_load_explicit(&hak_own_of(lanes)->lane_offset[unit], memory_order_relaxed);
    HAK_ASSERT(lanes == (char *)hak_thread_heap || lanes == hak_map.zero);
    char *place = lanes + offset; /* a lane; in hak_map.zero, which is one anywhere, perhaps odd */
    if (HAK_UNLIKELY(
            !hak_is_start(block, (hak_starts_anywhere_t *)(place + offsetof(hak_lane_t, starts)))))
        return NULL;
    HAK_ASSERT(hak_map_entry(block) == (hak_thread_heap->front.id << 16 | offset));
    return (hak_lane_t *)place;
}

/*
 * Assumes that most blocks are freed by the thread that allocated them, into a lane with room. The
 * heap's own map leads to the lane of what is in its slabs, of anything else to the lane in which
 * no block may start, as everything does without an own map. One comparison tells the rest: that
 * the address is in our domain, and that a block of that class may start there.
 */
static inline void hak_front_free(void *block) {
    char *lanes = hak_thread_lanes;
    const size_t unit = hak_map_unit(block);
    HAK_COUNT(FRONT, free_calls);
    HAK_COUNT(FREE_SUPERSLAB, entries);
    hak_lane_t *lane = hak_front_own_lane(lanes, block, unit);
    if (HAK_UNLIKELY(lane == NULL)) {
        hak_free_slow(block, unit);
        return;
    }
    void **top = lane->top;
    if (HAK_UNLIKELY((HAK_CHECK_FREE && top[-1] == block) || top == lane->limit)) {
        hak_free_elsewhere(block);
        return;
    }
    HAK_COUNT(FREE_SUPERSLAB, local);
    HAK_COUNT_CLASS(CLASS, hak_heap_class_of_lane(hak_thread_heap, lane), frees);
    *top = block;
    HAK_ADVANCE(lane->top, 1);
}

#endif
