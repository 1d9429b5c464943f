/*
 * Refill and growth of lanes: the way from the hot path to the backends. Runs in the lane's own
 * thread. See spill.c for the way back.
 */
#include "allocator/lane.h"

#include <string.h>

#include "allocator/backend.h"
#include "allocator/heap.h"
#include "allocator/learner.h"
#include "allocator/options.h"
#include "allocator/remote.h"
#include "allocator/spill.h"
#include "allocator/telemetry.h"

#define LANE_BYTES_FIRST    4096u /* what a lane may hold after its first slow call */
#define REFILL_BLOCKS_FIRST 4u
#define REFILL_BLOCKS_MAX   64u
#define REFILLS_TO_GROW     4u /* in a row: a thread that allocates without freeing */

/* ------------------------------------------------------------------ capacity */

uint32_t hak_lane_ceiling(uint32_t class_id) {
    uint32_t ceiling = hak_learner_ceiling(class_id);
    return ceiling < HAK_LANE_BLOCKS_LEAST ? HAK_LANE_BLOCKS_LEAST : ceiling;
}

/* What the lane has behind the heap, from its first use on. Written in full: in a forked process
 * other lanes' slots may have been there. */
static hak_lane_slots_t *slots_placed(hak_heap_t *heap, uint32_t class_id) {
    hak_lane_slots_t *slots = hak_heap_lane_slots(heap, class_id);
    if (slots != NULL)
        return slots;
    slots = (hak_lane_slots_t *)((void **)(heap + 1) + heap->lane_slots_end);
    HAK_SHARE(slots->far, NULL);
    slots->far_room = 0;
    slots->nothing = NULL;
    HAK_SHARE(heap->lane_slots_at[class_id], (uint16_t)(heap->lane_slots_end + 1));
    heap->lane_slots_end += hak_lane_near_words(class_id);
    return slots;
}

/* The first of the slots for such a capacity; NULL when there is no memory for them. Far slots stay
 * with the heap: as many as the lane's share, where most stop, then always twice as many. So small
 * lanes share pages, and what lanes outgrew is less than what they have. */
static void **slots_for(hak_heap_t *heap, uint32_t class_id, uint32_t capacity) {
    const hak_class_t *class = &hak_classes[class_id];
    hak_lane_slots_t *slots = slots_placed(heap, class_id);
    if (capacity <= HAK_LANE_NEAR_BLOCKS)
        return slots->near;
    if (capacity > slots->far_room) {
        size_t room = class->lane_share;
        while (room < capacity)
            room *= 2;
        if (room > class->lane_capacity_top / 2)
            room = class->lane_capacity_top;
        void **made = hak_meta_allocate((1 + room) * sizeof made[0], sizeof made[0]);
        if (made == NULL)
            return NULL;
        slots->far_room = room;
        HAK_SHARE(slots->far, made + 1); /* behind a slot that stays NULL */
    }
    return slots->far;
}

bool hak_lane_set_capacity(hak_heap_t *heap, hak_lane_t *lane, uint32_t capacity) {
    const size_t blocks = hak_lane_blocks(lane);
    void **from = hak_lane_first(lane);
    const uint32_t class_id = hak_heap_class_of_lane(heap, lane);
    const uint32_t share = hak_classes[class_id].lane_share;
    void **first = slots_for(heap, class_id, capacity);
    HAK_ASSERT(blocks <= capacity);
    if (first == NULL)
        return false;
    if (first != from)
        memcpy(first, from, blocks * sizeof first[0]);
    heap->lane_bytes += ((size_t)capacity - lane->capacity) * lane->stride_bytes;
    heap->lanes_beyond += (capacity > share) - (lane->capacity > share);
    if (capacity == 0)
        heap->lanes_used[class_id / 64] &= ~(UINT64_C(1) << class_id % 64);
    else
        heap->lanes_used[class_id / 64] |= UINT64_C(1) << class_id % 64;
    lane->capacity = capacity;
    lane->limit = first + capacity;
    HAK_SHARE(lane->top, first + blocks);
    return true;
}

size_t hak_lane_budget_bytes(const hak_heap_t *heap) {
    const size_t budget = hak_heap_part_bytes((size_t)hak_options.thread_kib << 10);
    const size_t part = HAK_SHARED(heap->slab_bytes) / 100 * hak_options.thread_percent;
    return part > budget ? part : budget;
}

/* Sets a larger capacity if the budget allows it, where need be after others gave way; else two
 * blocks for a lane that has fewer. False when it stays as it is. */
static bool lane_enlarge(hak_heap_t *heap, hak_lane_t *lane, uint32_t capacity) {
    if (capacity < HAK_LANE_BLOCKS_LEAST)
        capacity = HAK_LANE_BLOCKS_LEAST;
    if (capacity <= lane->capacity)
        return false;
    if (!hak_spill_for_room(heap, (size_t)(capacity - lane->capacity) * lane->stride_bytes)) {
        if (lane->capacity >= HAK_LANE_BLOCKS_LEAST)
            return false;
        capacity = HAK_LANE_BLOCKS_LEAST;
    }
    if (!hak_lane_set_capacity(heap, lane, capacity))
        return false;
    HAK_COUNT(LANE, grown);
    return true;
}

/* Whether slow calls that a larger lane would spare come so often that they cost anything. What a
 * program has of a class goes up and down at random, and reaches ever new extremes, ever more
 * rarely: lanes that grew for each would end up at their ceilings, full of blocks. By the kernel's
 * tick, of 1 to 10 ms: the precise clock cost more than it told (medium, docs/performance.md). */
static bool lane_is_busy(hak_lane_events_t *events, const hak_lane_t *lane) {
    const uint16_t now_ms = (uint16_t)hak_os_milliseconds();
    const bool busy =
        lane->capacity == 0 || (uint16_t)(now_ms - events->crowded_ms) <= hak_options.lane_grow_ms;
    events->crowded_ms = now_ms;
    return busy;
}

/* Gives the lane its first capacity, or twice what it has, up to its share. */
static bool lane_grow(hak_heap_t *heap, hak_lane_t *lane, uint32_t class_id) {
    const uint32_t share = hak_classes[class_id].lane_share, ceiling = hak_lane_ceiling(class_id);
    uint32_t wanted =
        lane->capacity == 0 ? LANE_BYTES_FIRST / lane->stride_bytes : 2 * lane->capacity;
    if (lane->capacity == 0 && wanted > HAK_LANE_NEAR_BLOCKS)
        wanted = HAK_LANE_NEAR_BLOCKS;
    if (wanted > share)
        wanted = share;
    return lane_enlarge(heap, lane, wanted < ceiling ? wanted : ceiling);
}

/*
 * Beyond its share a lane grows for what its own thread frees and takes again in turn, and only
 * within half of the budget: a few busy classes may not take all. What was refilled since the last
 * flush is what the last swing missed in the lane, and what that flush took out of it, so that at
 * most half a lane more than the swing comes of it; where it is little, a larger lane would spare
 * little.
 */
static bool lane_grow_for_swing(hak_heap_t *heap, hak_lane_t *lane, uint32_t class_id,
                                uint32_t refilled_blocks) {
    const uint32_t ceiling = hak_lane_ceiling(class_id);
    const size_t bound_bytes = hak_lane_budget_bytes(heap) / 2;
    uint32_t more = refilled_blocks < lane->capacity ? refilled_blocks : lane->capacity;
    if (refilled_blocks < lane->capacity / 2 || lane->capacity >= ceiling)
        return false;
    if (more > ceiling - lane->capacity)
        more = ceiling - lane->capacity;
    const size_t room_bytes = bound_bytes > heap->lane_bytes ? bound_bytes - heap->lane_bytes : 0;
    if (more > room_bytes / lane->stride_bytes)
        more = (uint32_t)(room_bytes / lane->stride_bytes);
    return lane_enlarge(heap, lane, lane->capacity + more);
}

/* ------------------------------------------------------------------ refill */

static uint32_t refill_size(hak_heap_t *heap, uint32_t class_id, const hak_lane_t *lane) {
    const hak_class_t *class = &hak_classes[class_id];
    uint32_t most = (lane->capacity + 1) / 2;
    /* Half a lane at once, from one run; a lane beyond its share has more than a run may. */
    if (HAK_HAS_MID_V3 && class->backend == HAK_BACKEND_MID_V3)
        return most < class->lane_share / 2 ? most : class->lane_share / 2;
    uint32_t want = heap->refill_blocks[class_id];
    if (want < REFILL_BLOCKS_FIRST)
        want = REFILL_BLOCKS_FIRST;
    if (most > REFILL_BLOCKS_MAX)
        most = REFILL_BLOCKS_MAX;
    if (want > most)
        want = most;
    heap->refill_blocks[class_id] = (uint8_t)(want * 2);
    return want;
}

static void blocks_reverse(void **blocks, size_t count) {
    for (size_t i = 0, j = count; i + 1 < j; i++) {
        j--;
        void *block = blocks[i];
        blocks[i] = blocks[j];
        blocks[j] = block;
    }
}

HAK_NOINLINE void *hak_lane_refill(hak_heap_t *heap, uint32_t class_id) {
    hak_lane_t *lane = hak_heap_lane(heap, class_id);
    HAK_ASSERT(lane->top == hak_lane_first(lane));
    if (hak_remote_receive(heap) && lane->top != hak_lane_first(lane))
        return hak_lane_pop(lane);

    hak_spill_tick(heap);
    hak_lane_events_t *events = &heap->lane_events[class_id];
    events->refills++;
    if (lane->capacity == 0 || events->flushed || events->refills_in_row >= REFILLS_TO_GROW) {
        if (lane_is_busy(events, lane)) {
            events->taken_fast = events->taken_fast || !events->flushed;
            (void)lane_grow(heap, lane, class_id);
        }
        events->refills_in_row = 0;
    }
    uint32_t want = refill_size(heap, class_id, lane);
    size_t got = hak_backend_take(heap, class_id, lane->top, want);
    HAK_COUNT(LANE, refills);
    HAK_COUNT_ADD(LANE, refilled_blocks, got);
    if (got == 0) {
        HAK_COUNT(LANE, refill_failures);
        return NULL;
    }
    /* A single block may be another class's (pool_v2.c): that says nothing of this lane. */
    if (got > 1 || (hak_map_entry(*lane->top) & 0xffff) == HAK_LANE_OFFSET(class_id)) {
        events->flushed = false;
        events->refills_in_row++;
        events->refilled_blocks = got < (size_t)UINT16_MAX - events->refilled_blocks
                                      ? (uint16_t)(events->refilled_blocks + got)
                                      : UINT16_MAX;
    }
    blocks_reverse(lane->top, got); /* so that blocks are handed out in ascending order */
    HAK_SHARE(lane->top, lane->top + got - 1);
    return *lane->top;
}

/* ------------------------------------------------------------------ a full lane */

HAK_NOINLINE void hak_lane_push_slow(hak_heap_t *heap, hak_lane_t *lane, void *block,
                                     bool returned) {
    if (lane->top == lane->limit) {
        const uint32_t class_id = hak_heap_class_of_lane(heap, lane);
        hak_lane_events_t *events = &heap->lane_events[class_id];
        const uint32_t refilled_blocks = events->refilled_blocks;
        hak_spill_tick(heap);
        events->flushes++;
        /* Refilled since the last flush: blocks go and come back, so a larger lane pays. */
        const bool alternates = lane->capacity == 0 || events->refills_in_row > 0;
        /* Whoever takes much in a row may work with it for long before it is freed in a row. */
        const bool busy = alternates && (lane_is_busy(events, lane) || events->taken_fast);
        events->flushed = true;
        events->taken_fast = false;
        events->refills_in_row = 0;
        events->refilled_blocks = 0;
        if (!busy || (!lane_grow(heap, lane, class_id) &&
                      (returned || !lane_grow_for_swing(heap, lane, class_id, refilled_blocks))))
            hak_spill_lane(heap, lane, lane->capacity / 2);
    }
    hak_lane_push(lane, block);
}
