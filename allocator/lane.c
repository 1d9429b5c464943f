/*
 * Refill and flush of lanes: the only way between the hot path and the slabs. Runs in the lane's
 * own thread; takes its heap's lock around slab operations, since others may drain into the same
 * slabs.
 */
#include "allocator/lane.h"

#include <string.h>

#include "allocator/heap.h"
#include "allocator/slab.h"

#define REFILL_BLOCKS_FIRST 4u
#define REFILL_BLOCKS_MAX   32u
#define OUTBOX_FLUSH_PERIOD                                                                        \
    64u /* refills from slabs between two looks at lingering outboxes and idle heaps */

static uint32_t refill_size(hak_heap_t *heap, uint32_t class_id, const hak_lane_t *lane) {
    uint32_t want = heap->refill_blocks[class_id];
    uint32_t most = lane->capacity / 2;
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
        return *--lane->top;

    if (++heap->slow_refills >= OUTBOX_FLUSH_PERIOD) {
        heap->slow_refills = 0;
        hak_remote_flush(heap);
        hak_heaps_sweep(false);
    }
    uint32_t want = refill_size(heap, class_id, lane);
    hak_lock(&heap->lock);
    size_t got = hak_slab_take(heap, class_id, lane->top, want);
    hak_unlock(&heap->lock);
    if (got == 0)
        return NULL;
    blocks_reverse(lane->top, got); /* so that blocks are handed out in ascending order */
    lane->top += got - 1;
    return *lane->top;
}

HAK_NOINLINE void hak_lane_flush(hak_heap_t *heap, hak_lane_t *lane, size_t keep_blocks) {
    void **first = hak_lane_first(lane);
    size_t count = (size_t)(lane->top - first);
    if (count <= keep_blocks)
        return;
    size_t surplus = count - keep_blocks;
    hak_lock(&heap->lock);
    for (size_t i = 0; i < surplus; i++)
        hak_slab_put(heap, first[i], "free");
    hak_unlock(&heap->lock);
    memmove(first, first + surplus, keep_blocks * sizeof first[0]);
    lane->top = first + keep_blocks;
}
