/*
 * hak_stats: what the allocator holds, in every build. Any thread, any time. Takes the locks of
 * Pool v1's classes, the pool's for the walk over the runs and those of large.c, one after the
 * other; no heap's, so that a thread which is held up inside the allocator holds nobody up here.
 *
 * Where the figures come from. Which runs are in use is under the pool's lock; how many of a run's
 * blocks are free is its owner's affair; what lies in lanes, outboxes and received chunks, and
 * which medium blocks are kept, is that of the heap's thread alone. All of these have one writer at
 * a time, which stores them with HAK_SHARE: a relaxed atomic store, the same instruction as a plain
 * one. Here they are read with relaxed loads. So each figure is one that was true at a moment, but
 * the moments differ: blocks that move between two reads are counted twice or not at all. While no
 * thread is inside the allocator the figures are exact.
 *
 * Sums kept under the heap's lock would not do instead: they know what left the slabs, but not how
 * much of that the program has and how much lies in lanes, which no lock sees.
 */
#include <errno.h>
#include <string.h>

#include "allocator/backend.h"
#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/large.h"
#include "allocator/os.h"
#include "allocator/remote.h"
#include "allocator/size_class.h"
#include "allocator/superslab.h"

/* Bytes of runs: medium blocks, and blocks of slabs that are not free there. */
typedef struct run_bytes {
    size_t handed_bytes;
} run_bytes_t;

static void run_bytes_add(const hak_slab_t *run, void *context) {
    run_bytes_t *sum = context;
    if (run->class_id == 0) {
        sum->handed_bytes += (size_t)run->run_units << HAK_UNIT_SHIFT;
        return;
    }
    sum->handed_bytes += (size_t)(run->blocks - HAK_SHARED(run->free_blocks)) *
                         hak_classes[run->class_id].stride_bytes;
}

/* Where a lane starts is found from its top: its limit and capacity are its thread's. */
static size_t lanes_bytes(hak_heap_t *heap) {
    size_t bytes = 0;
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++) {
        hak_lane_slots_t *slots = hak_heap_lane_slots(heap, class_id);
        if (slots == NULL)
            continue;
        void **top = HAK_SHARED(hak_heap_lane(heap, class_id)->top);
        const bool is_near = top >= slots->near && top <= slots->near + HAK_LANE_NEAR_BLOCKS;
        void **first = is_near ? slots->near : HAK_SHARED(slots->far);
        /* The lane may move meanwhile: what cannot fit together is left out. */
        const size_t blocks = ((uintptr_t)top - (uintptr_t)first) / sizeof top[0];
        if (blocks <= hak_classes[class_id].lane_capacity_top)
            bytes += blocks * hak_classes[class_id].stride_bytes;
    }
    return bytes;
}

/* A chunk's memory is never unmapped, so its figure may be read whoever has it by now. */
static size_t chain_bytes(const hak_chunk_t *chain) {
    return chain == NULL ? 0 : atomic_load_explicit(&chain->chain_bytes, memory_order_relaxed);
}

static size_t remote_bytes(hak_heap_t *heap) {
    size_t bytes = chain_bytes(atomic_load_explicit(&heap->inbox, memory_order_acquire)) +
                   chain_bytes(HAK_SHARED(heap->received));
    for (uint32_t i = 0; i < HAK_OUTBOXES; i++) {
        const hak_outbox_t *outbox = hak_heap_outbox(heap, i);
        if (HAK_SHARED(outbox->chunk) != NULL)
            bytes += (size_t)(HAK_OUTBOX_BYTES - HAK_SHARED(outbox->bytes_left));
    }
    return bytes;
}

/* Size of the struct's first version: what the oldest program sets. */
#define STATS_BYTES_FIRST (offsetof(hak_stats_t, threads) + sizeof(size_t))

__attribute__((visibility("default"))) int hak_stats(hak_stats_t *stats) {
    if (stats == NULL || stats->size < STATS_BYTES_FIRST) {
        errno = EINVAL;
        return -1;
    }
    hak_stats_t now = {.size = stats->size < sizeof now ? stats->size : sizeof now};
    run_bytes_t runs = {0};
    for (uint32_t id = 1; id <= hak_heap_highest_id(); id++) {
        hak_heap_t *heap = hak_heap_by_id(id);
        if (heap == NULL)
            continue; /* being made */
        now.heaps++;
        now.threads += atomic_load_explicit(&heap->state, memory_order_relaxed) == HAK_HEAP_BOUND;
        now.cached_bytes += lanes_bytes(heap) + remote_bytes(heap) + HAK_SHARED(heap->medium.bytes);
    }
    now.cached_bytes += hak_pool_v1_waiting_bytes();
    hak_pool_walk(run_bytes_add, &runs);

    size_t superslab_bytes, dirty_bytes, large_retained_bytes;
    hak_pool_sums(&superslab_bytes, &dirty_bytes, &now.purged_bytes);
    hak_large_sums(&now.large_bytes, &large_retained_bytes);
    now.live_bytes = now.large_bytes;
    if (runs.handed_bytes > now.cached_bytes) /* not so only while blocks move */
        now.live_bytes += runs.handed_bytes - now.cached_bytes;
    now.retained_bytes = dirty_bytes + large_retained_bytes;
    now.committed_bytes = superslab_bytes + now.large_bytes + large_retained_bytes;
    now.metadata_bytes = hak_meta_bytes();
    memcpy(stats, &now, now.size);
    return 0;
}
