/*
 * Background spill. Runs in the thread whose heap it is; the helper thread, if there is one,
 * touches lanes of heaps without a thread alone.
 */
#include "allocator/spill.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "allocator/backend.h"
#include "allocator/huge.h"
#include "allocator/large.h"
#include "allocator/learner.h"
#include "allocator/medium.h"
#include "allocator/options.h"
#include "allocator/remote.h"
#include "allocator/telemetry.h"

#define SLOW_CALLS_BETWEEN_LOOKS 64u
#define PUT_BLOCKS_MAX           1024u /* under a lock at once */
#define STALE_PART               4u /* of the age of what is given back: between two looks for it */
/* A lane that was not used for so long may be called idle; and so long a busy one keeps what it has
 * after it gave way. */
#define IDLE_LEAST_MS 20u

void hak_spill_lane(hak_heap_t *heap, hak_lane_t *lane, size_t keep_blocks) {
    void **first = hak_lane_first(lane);
    size_t count = (size_t)(lane->top - first);
    if (count <= keep_blocks)
        return;
    const size_t surplus = count - keep_blocks;
    for (size_t done = 0, part; done < surplus; done += part) {
        part = surplus - done < PUT_BLOCKS_MAX ? surplus - done : PUT_BLOCKS_MAX;
        hak_backend_put(heap, hak_heap_class_of_lane(heap, lane), first + done, part);
    }
    memmove(first, first + surplus, keep_blocks * sizeof first[0]);
    HAK_SHARE(lane->top, first + keep_blocks);
    HAK_COUNT(LANE, flushes);
    HAK_COUNT_ADD(LANE, flushed_blocks, surplus);
    HAK_COUNT(SPILL, lane_spills);
    HAK_COUNT_ADD(SPILL, spilled_blocks, surplus);
}

void hak_spill_lanes(hak_heap_t *heap) {
    for (uint32_t class_id = hak_heap_next_lane(heap, 1); class_id != 0;
         class_id = hak_heap_next_lane(heap, class_id + 1))
        hak_spill_lane(heap, hak_heap_lane(heap, class_id), 0);
}

/* Every exit of a thread comes by: the bits themselves, which take fewer instructions than
 * hak_heap_next_lane. */
size_t hak_spill_lane_bytes(hak_heap_t *heap) {
    size_t bytes = 0;
    for (uint32_t word = 0; word < HAK_LANE_WORDS; word++) {
        for (uint64_t left = heap->lanes_used[word]; left != 0; left &= left - 1) {
            const uint32_t class_id = word * 64 + (uint32_t)__builtin_ctzll(left);
            const hak_lane_t *lane = hak_heap_lane(heap, class_id);
            bytes += hak_lane_blocks(lane) * lane->stride_bytes;
        }
    }
    return bytes;
}

void hak_spill_idle_lanes(hak_heap_t *heap) {
    const uint64_t now = hak_os_milliseconds();
    if (now - heap->idled_ms < IDLE_LEAST_MS)
        return;
    heap->idled_ms = now;
    for (uint32_t class_id = hak_heap_next_lane(heap, 1); class_id != 0;
         class_id = hak_heap_next_lane(heap, class_id + 1)) {
        hak_lane_t *lane = hak_heap_lane(heap, class_id);
        hak_lane_events_t *events = &heap->lane_events[class_id];
        /* No slow call, and as many blocks as then: the lane was not used, or looks as if. */
        bool used = events->refills_in_row > 0 || events->flushed;
        if (!used && hak_lane_blocks(lane) == events->seen_blocks) {
            HAK_COUNT(SPILL, idle_spills);
            hak_spill_lane(heap, lane, 0);
            HAK_COUNT(LANE, shrunk);
            (void)hak_lane_set_capacity(heap, lane, 0);
        }
        events->seen_blocks = (uint16_t)hak_lane_blocks(lane);
        events->refills_in_row = 0;
        events->flushed = false;
    }
}

/* The lane that has most beyond its share loses half, as far as that. False when none has. */
static bool largest_gives_way(hak_heap_t *heap) {
    hak_lane_t *largest = NULL;
    uint32_t keep = 0;
    size_t largest_bytes = 0;
    for (uint32_t class_id = hak_heap_next_lane(heap, 1); class_id != 0;
         class_id = hak_heap_next_lane(heap, class_id + 1)) {
        hak_lane_t *lane = hak_heap_lane(heap, class_id);
        const uint32_t share = hak_classes[class_id].lane_share, half = lane->capacity / 2;
        if (lane->capacity <= share)
            continue;
        const size_t bytes = (size_t)(lane->capacity - share) * lane->stride_bytes;
        if (bytes > largest_bytes) {
            largest = lane;
            largest_bytes = bytes;
            keep = half < share ? share : half;
        }
    }
    if (largest == NULL)
        return false;
    hak_spill_lane(heap, largest, keep);
    HAK_COUNT(LANE, shrunk);
    (void)hak_lane_set_capacity(heap, largest, keep);
    return true;
}

bool hak_spill_for_room(hak_heap_t *heap, size_t more_bytes) {
    if (heap->lane_bytes + more_bytes <= hak_lane_budget_bytes(heap))
        return true;
    hak_spill_idle_lanes(heap);
    const uint64_t now = hak_os_milliseconds();
    if (heap->lane_bytes + more_bytes > hak_lane_budget_bytes(heap) &&
        now - heap->gave_way_ms >= IDLE_LEAST_MS) {
        heap->gave_way_ms = now;
        (void)largest_gives_way(heap);
    }
    return heap->lane_bytes + more_bytes <= hak_lane_budget_bytes(heap);
}

void hak_spill_beyond_shares(hak_heap_t *heap) {
    if (heap->lanes_beyond == 0)
        return;
    for (uint32_t class_id = hak_heap_next_lane(heap, 1); class_id != 0;
         class_id = hak_heap_next_lane(heap, class_id + 1)) {
        hak_lane_t *lane = hak_heap_lane(heap, class_id);
        const uint32_t share = hak_classes[class_id].lane_share;
        if (lane->capacity <= share)
            continue;
        hak_spill_lane(heap, lane, share);
        (void)hak_lane_set_capacity(heap, lane, share);
    }
}

static void purge_old(uint64_t now) {
    hak_heaps_sweep(false);
    hak_pool_v1_decay(false);
    (void)hak_pool_purge(false);
    (void)hak_large_purge(false);
    hak_learner_window(now);
}

/* [any,atomic] relaxed: it only decides who starts the thread, and publishes nothing */
static struct { _Atomic bool running; } helper;

/* It is asked for, there is work for it, and it does not run. */
static bool helper_is_missing(void) {
    return HAK_HAS_HELPER && hak_options.helper != 0 && hak_options.purge != 0 &&
           !atomic_load_explicit(&helper.running, memory_order_relaxed);
}

bool hak_spill_stale(hak_heap_t *heap, uint64_t now) {
    if (hak_options.purge == 0 || now - heap->shed_ms < hak_options.purge_ms / STALE_PART)
        return false;
    heap->shed_ms = now;
    hak_lock(&heap->lock);
    if (heap->stale)
        hak_backend_shed(heap);
    hak_unlock(&heap->lock);
    return true;
}

HAK_NOINLINE static void tick_look(hak_heap_t *heap) {
    uint64_t now = hak_os_milliseconds();
    heap->slow_calls = 0;
    heap->young_looks -= heap->young_looks > 0;
    /* Both have to wait until nobody works with this heap; class_allocate does them. */
    heap->node_seen = hak_os_node();
    heap->helper_due = helper_is_missing();
    hak_remote_flush(heap);
    hak_huge_look(now);
    if (hak_spill_stale(heap, now)) {
        hak_heaps_sweep(false);
        (void)hak_pool_purge(false);
    }
    if (now - heap->looked_ms < hak_options.purge_ms)
        return;
    heap->looked_ms = now;
    if (hak_options.purge == 0)
        return;
    hak_spill_idle_lanes(heap);
    while (heap->lane_bytes > hak_lane_budget_bytes(heap) && largest_gives_way(heap))
        ; /* the budget has fallen; shares stay, or what swings with the slabs would lose them */
    hak_medium_spill(heap, false);
    hak_learner_collect(heap);
    purge_old(now);
}

void hak_spill_tick(hak_heap_t *heap) {
    if (HAK_UNLIKELY(++heap->slow_calls >= SLOW_CALLS_BETWEEN_LOOKS))
        tick_look(heap);
}

void hak_spill_all(hak_heap_t *heap, size_t keep_bytes) {
    hak_spill_queues(heap);
    hak_spill_lanes(heap);
    hak_spill_slabs(heap, keep_bytes);
}

void hak_spill_queues(hak_heap_t *heap) {
    HAK_COUNT(SPILL, exit_spills);
    hak_medium_spill(heap, true);
    hak_remote_flush(heap);
    hak_lock(&heap->lock);
    hak_remote_drain(heap, true);
    hak_unlock(&heap->lock);
}

void hak_spill_slabs(hak_heap_t *heap, size_t keep_bytes) {
    hak_lock(&heap->lock);
    hak_backend_trim(heap, keep_bytes);
    hak_unlock(&heap->lock);
}

/* ------------------------------------------------------------------ helper thread */

static void *helper_run(void *argument) {
    const uint64_t period_ms = hak_options.purge_ms < 20 ? 10 : hak_options.purge_ms / 2;
    (void)argument;
    for (;;) {
        const struct timespec pause = {.tv_sec = (time_t)(period_ms / 1000),
                                       .tv_nsec = (long)(period_ms % 1000) * 1000000};
        nanosleep(&pause, NULL);
        purge_old(hak_os_milliseconds());
    }
    return NULL;
}

void hak_helper_start(void) {
    pthread_t thread;
    sigset_t all, before;
    bool expected = false;
    if (!helper_is_missing() ||
        !atomic_compare_exchange_strong_explicit(&helper.running, &expected, true,
                                                 memory_order_relaxed, memory_order_relaxed))
        return;
    int saved_errno = errno;
    sigfillset(&all); /* signals are the program's own threads' */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, NULL, helper_run, NULL) == 0)
        (void)pthread_detach(thread);
    else
        hak_warn("the helper thread could not be started; HAKMEM_HELPER has no effect");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved_errno;
}

void hak_helper_forget(void) {
    atomic_store_explicit(&helper.running, false, memory_order_relaxed);
}
