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
#define REFILL_BLOCKS_MAX   32u
#define REFILLS_TO_GROW     4u /* in a row: a thread that allocates without freeing */

/* ------------------------------------------------------------------ capacity */

uint32_t hak_lane_ceiling(uint32_t class_id) {
    uint32_t ceiling = hak_learner_ceiling(class_id);
    return ceiling < HAK_LANE_BLOCKS_LEAST ? HAK_LANE_BLOCKS_LEAST : ceiling;
}

void hak_lane_set_capacity(hak_heap_t *heap, hak_lane_t *lane, uint32_t capacity) {
    const size_t blocks = hak_lane_blocks(lane);
    void **from = hak_lane_first(lane);
    void **first = hak_heap_lane_slots(heap, hak_heap_class_of_lane(heap, lane),
                                       capacity > HAK_LANE_NEAR_BLOCKS);
    HAK_ASSERT(blocks <= capacity);
    if (first != from)
        memcpy(first, from, blocks * sizeof first[0]);
    heap->lane_bytes += ((size_t)capacity - lane->capacity) * lane->stride_bytes;
    lane->capacity = capacity;
    lane->limit = first + capacity;
    HAK_SHARE(lane->top, first + blocks);
}

/* Gives the lane its first capacity, or twice what it has, as far as ceiling and budget allow.
 * False when it stays as it is. */
static bool lane_grow(hak_heap_t *heap, hak_lane_t *lane) {
    uint32_t class_id = hak_heap_class_of_lane(heap, lane);
    uint32_t ceiling = hak_lane_ceiling(class_id);
    uint32_t wanted =
        lane->capacity == 0 ? LANE_BYTES_FIRST / lane->stride_bytes : 2 * lane->capacity;
    size_t budget = (size_t)hak_options.thread_kib * 1024;
    const size_t part = __atomic_load_n(&heap->slab_bytes, __ATOMIC_RELAXED) / HAK_LANE_BUDGET_PART;
    if (budget < part)
        budget = part;
    if (lane->capacity == 0 && wanted > HAK_LANE_NEAR_BLOCKS)
        wanted = HAK_LANE_NEAR_BLOCKS;
    if (wanted > ceiling)
        wanted = ceiling;
    if (wanted < HAK_LANE_BLOCKS_LEAST)
        wanted = HAK_LANE_BLOCKS_LEAST;
    if (wanted <= lane->capacity)
        return false;
    size_t more = (size_t)(wanted - lane->capacity) * lane->stride_bytes;
    if (heap->lane_bytes + more > budget) {
        hak_spill_idle_lanes(heap);
        if (heap->lane_bytes + more > budget) {
            if (lane->capacity >= HAK_LANE_BLOCKS_LEAST)
                return false;
            wanted = HAK_LANE_BLOCKS_LEAST;
        }
    }
    HAK_COUNT(LANE, grown);
    hak_lane_set_capacity(heap, lane, wanted);
    return true;
}

/* ------------------------------------------------------------------ refill */

static uint32_t refill_size(hak_heap_t *heap, uint32_t class_id, const hak_lane_t *lane) {
    uint32_t most = (lane->capacity + 1) / 2;
    if (HAK_HAS_MID_V3 && hak_classes[class_id].backend == HAK_BACKEND_MID_V3)
        return most; /* batch refill: half a lane at once, from one run */
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
        (void)lane_grow(heap, lane);
        events->refills_in_row = 0;
    }
    events->flushed = false;
    events->refills_in_row++;

    uint32_t want = refill_size(heap, class_id, lane);
    size_t got = hak_backend_take(heap, class_id, lane->top, want);
    HAK_COUNT(LANE, refills);
    HAK_COUNT_ADD(LANE, refilled_blocks, got);
    if (got == 0) {
        HAK_COUNT(LANE, refill_failures);
        return NULL;
    }
    blocks_reverse(lane->top, got); /* so that blocks are handed out in ascending order */
    HAK_SHARE(lane->top, lane->top + got - 1);
    return *lane->top;
}

/* ------------------------------------------------------------------ a full lane */

HAK_NOINLINE void hak_lane_push_slow(hak_heap_t *heap, hak_lane_t *lane, void *block) {
    if (lane->top == lane->limit) {
        hak_lane_events_t *events = &heap->lane_events[hak_heap_class_of_lane(heap, lane)];
        hak_spill_tick(heap);
        events->flushes++;
        /* Refilled since the last flush: blocks go and come back, so a larger lane pays. */
        bool alternates = lane->capacity == 0 || events->refills_in_row > 0;
        events->flushed = true;
        events->refills_in_row = 0;
        if (!alternates || !lane_grow(heap, lane))
            hak_spill_lane(heap, lane, lane->capacity / 2);
    }
    hak_lane_push(lane, block);
}
