/* Lanes: last in first out, refill, flush, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "allocator/backend.h"
#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/spill.h"
#include "in_thread.h"
#include "many_heaps.h"

static int heap_enter(void **state) {
    (void)state;
    return hak_thread_enter() == NULL ? -1 : 0;
}

static size_t lane_blocks(const hak_lane_t *lane) {
    return (size_t)(lane->top - hak_lane_first(lane));
}

static hak_lane_t *lane_of(size_t size) {
    return (hak_lane_t *)((char *)hak_thread_heap + hak_lane_offset_of(size));
}

static void the_block_freed_last_is_handed_out_first(void **state) {
    (void)state;
    void *a = hak_malloc(100), *b = hak_malloc(100);
    hak_free(a);
    hak_free(b);
    assert_ptr_equal(hak_malloc(100), b);
    assert_ptr_equal(hak_malloc(100), a);
    hak_free(a);
    hak_free(b);
}

static void a_first_allocation_refills_few_blocks(void **state) {
    (void)state;
    hak_lane_t *lane = lane_of(3000);
    assert_int_equal(lane_blocks(lane), 0);
    void *block = hak_malloc(3000);
    assert_non_null(block);
    assert_true(lane_blocks(lane) < 4);
    hak_free(block);
}

static void refills_hand_out_ascending_addresses(void **state) {
    (void)state;
    char *last = NULL;
    void *block[4];
    for (int i = 0; i < 4; i++) {
        block[i] = hak_malloc(2000);
        assert_true((char *)block[i] > last);
        last = block[i];
    }
    for (int i = 0; i < 4; i++)
        hak_free(block[i]);
}

static void a_lane_never_holds_more_than_its_capacity(void **state) {
    (void)state;
    static const size_t sizes[] = {16, 112, 512, 1024, 8192, 12000, 40000, 65536};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        hak_lane_t *lane = lane_of(sizes[s]);
        size_t count = 1000;
        void **block = calloc(count, sizeof block[0]);
        for (size_t i = 0; i < count; i++)
            block[i] = hak_malloc(sizes[s]);
        for (size_t i = 0; i < count; i++) {
            hak_free(block[i]);
            assert_in_range(lane_blocks(lane), 1, lane->capacity);
        }
        free(block);
    }
}

static size_t most_slab_bytes; /* that the thread had at a time */

static uint32_t capacity_after_bursts(size_t size, int bursts) {
    enum { BURST = 1000 };
    static void *block[BURST];
    for (int burst = 0; burst < bursts; burst++) {
        for (int i = 0; i < BURST; i++)
            block[i] = hak_malloc(size);
        if (hak_thread_heap->slab_bytes > most_slab_bytes)
            most_slab_bytes = hak_thread_heap->slab_bytes;
        for (int i = 0; i < BURST; i++)
            hak_free(block[i]);
    }
    return lane_of(size)->capacity;
}

static void a_lane_grows_where_refill_and_flush_alternate_up_to_its_ceiling(void **state) {
    (void)state;
    const uint32_t class_id = hak_heap_class_of_lane(hak_thread_heap, lane_of(640));
    uint32_t once = capacity_after_bursts(640, 1), often = capacity_after_bursts(640, 40);
    assert_true(once >= HAK_LANE_BLOCKS_LEAST);
    assert_true(often >= once);
    assert_int_equal(often, hak_lane_ceiling(class_id));
}

/* The second of two slow calls that a larger lane would have spared, so long after the first. */
static bool lane_grows_after(size_t size, uint16_t pause_ms) {
    hak_heap_t *heap = hak_thread_heap;
    hak_lane_t *lane = lane_of(size);
    const uint32_t class_id = hak_heap_class_of_lane(heap, lane);
    void *block = hak_malloc(size); /* may have made it grow */
    const uint32_t before = lane->capacity;
    while (lane->top != lane->limit)
        HAK_SHARE(lane->top, lane->top + hak_backend_take(heap, class_id, lane->top,
                                                          (size_t)(lane->limit - lane->top)));
    heap->lane_events[class_id].refills_in_row = 1; /* so it went back and forth */
    heap->slow_calls = 0;                           /* and no look at idle lanes forgets that */
    heap->lane_events[class_id].crowded_ms = (uint16_t)(hak_os_milliseconds() - pause_ms);
    hak_free(block);
    return lane->capacity > before;
}

static void a_lane_grows_only_where_slow_calls_come_soon_after_each_other(void **state) {
    (void)state;
    const uint64_t grow_ms = hak_options.lane_grow_ms;
    hak_free(hak_malloc(640));
    hak_spill_lane(hak_thread_heap, lane_of(640), 0);
    hak_lane_set_capacity(hak_thread_heap, lane_of(640), 8);
    hak_options.lane_grow_ms = 20000; /* no machine is as slow as that between two lines */
    assert_false(lane_grows_after(640, 40000));
    assert_true(lane_grows_after(640, 0));
    /* What was taken fast and is freed much later. */
    hak_thread_heap->lane_events[hak_heap_class_of_lane(hak_thread_heap, lane_of(640))].taken_fast =
        true;
    assert_true(lane_grows_after(640, 40000));
    assert_false(lane_grows_after(640, 40000));
    hak_options.lane_grow_ms = grow_ms;
}

/* From near to far slots and back: its blocks stay, and the slot below them is empty. */
static void a_lane_that_moves_to_other_slots_keeps_its_blocks(void **state) {
    (void)state;
    enum { BLOCKS = 10 };
    hak_heap_t *heap = hak_thread_heap;
    hak_lane_t *lane = lane_of(48);
    const uint32_t class_id = hak_heap_class_of_lane(heap, lane);
    void *block[BLOCKS];
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(48);
    hak_spill_lane(heap, lane, 0);
    hak_lane_set_capacity(heap, lane, HAK_LANE_NEAR_BLOCKS);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    void **const near = hak_lane_first(lane);
    const hak_lane_slots_t *slots = hak_heap_lane_slots(heap, class_id);
    for (int far = 1; far >= 0; far--) {
        hak_lane_set_capacity(heap, lane, HAK_LANE_NEAR_BLOCKS + (uint32_t)far);
        assert_true(far ? hak_lane_first(lane) != near : hak_lane_first(lane) == near);
        assert_ptr_equal(hak_lane_first(lane), far ? slots->far : slots->near);
        assert_int_equal(lane_blocks(lane), BLOCKS);
        for (int i = BLOCKS; i-- > 0;)
            assert_ptr_equal(hak_malloc(48), block[i]);
        assert_null(lane->top[-1]);
        for (int i = 0; i < BLOCKS; i++)
            hak_free(block[i]);
    }
    hak_spill_lane(heap, lane, 0);
}

/* One behind the other, and nowhere before. */
static void slots_lie_in_the_order_in_which_lanes_are_used(void **state) {
    (void)state;
    static const size_t sizes[] = {20000, 32}; /* the larger class first */
    hak_heap_t *heap = hak_thread_heap;
    assert_int_equal(heap->lane_slots_end, 0);
    void **place = (void **)(heap + 1);
    for (int i = 0; i < 2; i++) {
        const uint32_t class_id = hak_heap_class_of_lane(heap, lane_of(sizes[i]));
        assert_null(hak_heap_lane_slots(heap, class_id));
        void *block = hak_malloc(sizes[i]);
        const hak_lane_slots_t *slots = hak_heap_lane_slots(heap, class_id);
        assert_ptr_equal(slots, place);
        assert_ptr_equal(hak_lane_first(lane_of(sizes[i])), slots->near);
        assert_null(slots->near[-1]);
        place += hak_lane_near_words(class_id);
        hak_free(block);
    }
    assert_ptr_equal((void **)(heap + 1) + heap->lane_slots_end, place);
}

/* What the heap notes of its lanes, so that looking at all need not touch those not in use. */
static void lanes_noted(void) {
    const hak_heap_t *heap = hak_thread_heap;
    uint32_t next = hak_heap_next_lane(heap, 1), beyond = 0;
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++) {
        const uint32_t capacity = heap->front.lane[class_id - 1].capacity;
        beyond += capacity > hak_classes[class_id].lane_share;
        if (capacity == 0)
            continue;
        assert_int_equal(next, class_id);
        next = hak_heap_next_lane(heap, class_id + 1);
    }
    assert_int_equal(next, 0);
    assert_int_equal(heap->lanes_beyond, beyond);
}

static void all_lanes_together_keep_to_the_budget(void **state) {
    (void)state;
    for (size_t size = 16; size <= 65536; size += size / 8 < 16 ? 16 : size / 8)
        (void)capacity_after_bursts(size, 3);
    size_t bytes = 0, least = 0;
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++) {
        const hak_lane_t *lane = hak_heap_lane(hak_thread_heap, class_id);
        bytes += (size_t)lane->capacity * lane->stride_bytes;
        least += HAK_LANE_BLOCKS_LEAST * (size_t)lane->stride_bytes;
    }
    assert_int_equal(bytes, hak_thread_heap->lane_bytes);
    lanes_noted();
    size_t budget = hak_options.thread_kib * 1024;
    if (budget < most_slab_bytes / 100 * hak_options.thread_percent)
        budget = most_slab_bytes / 100 * hak_options.thread_percent;
    assert_true(bytes <= budget + least);
}

static size_t capacity_bytes(size_t size) {
    return (size_t)lane_of(size)->capacity * lane_of(size)->stride_bytes;
}

/* Takes from the heap what other cases have left: blocks and capacity of lanes, empty slabs. */
static void heap_reset(void) {
    hak_spill_all(hak_thread_heap, 0);
    most_slab_bytes = 0;
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++)
        assert_true(
            hak_lane_set_capacity(hak_thread_heap, hak_heap_lane(hak_thread_heap, class_id), 0));
    assert_int_equal(hak_thread_heap->lane_bytes, 0);
    lanes_noted();
}

static void
a_busy_lane_takes_half_of_the_budget_and_gives_way_to_the_shares_of_others(void **state) {
    (void)state;
    enum { BUSY = 640, OTHER_FROM = 672, OTHER_TO = 1200, OTHER_STEP = 32 };
    const uint64_t thread_kib = hak_options.thread_kib;
    const uint64_t thread_percent = hak_options.thread_percent;
    heap_reset();
    hak_options.thread_kib = 512;
    hak_options.thread_percent = 0;
    (void)capacity_after_bursts(BUSY, 10);
    const uint32_t class_id = hak_heap_class_of_lane(hak_thread_heap, lane_of(BUSY));
    const size_t alone_bytes = capacity_bytes(BUSY);
    assert_true(lane_of(BUSY)->capacity > hak_classes[class_id].lane_share);
    assert_true(alone_bytes <= hak_options.thread_kib * 1024 / 2);
    /* The others' shares together are more than what is left, and it goes on being busy. */
    for (int turn = 0; turn < 10; turn++) {
        hak_thread_heap->gave_way_ms = 0; /* its time to look may not depend on the clock */
        for (size_t size = OTHER_FROM; size <= OTHER_TO; size += OTHER_STEP) {
            hak_thread_heap->idled_ms = hak_os_milliseconds();
            const uint32_t capacity = capacity_after_bursts(size, 1);
            assert_true(turn < 9 || capacity > HAK_LANE_BLOCKS_LEAST);
            (void)capacity_after_bursts(BUSY, 1);
        }
    }
    assert_true(capacity_bytes(BUSY) <= alone_bytes / 2);
    hak_options.thread_kib = thread_kib;
    hak_options.thread_percent = thread_percent;
    heap_reset();
}

static void what_is_only_allocated_grows_no_lane_beyond_its_share(void **state) {
    (void)state;
    enum { BLOCKS = 5000 };
    static void *block[BLOCKS];
    heap_reset();
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(900);
    const uint32_t class_id = hak_heap_class_of_lane(hak_thread_heap, lane_of(900));
    assert_in_range(lane_of(900)->capacity, 1, hak_classes[class_id].lane_share);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
}

enum { SWING = 300, SWING_SIZE = 640 };

static void *swing[SWING];

static void swing_allocate(void) {
    for (int i = 0; i < SWING; i++)
        swing[i] = hak_malloc(SWING_SIZE);
}

static void *swing_free(void *unused) {
    for (int i = 0; i < SWING; i++)
        hak_free(swing[i]);
    return unused;
}

static void a_lane_grows_to_what_its_thread_frees_and_takes_again_and_no_more(void **state) {
    (void)state;
    heap_reset();
    for (int burst = 0; burst < 20; burst++) {
        swing_allocate();
        (void)swing_free(NULL);
    }
    const uint32_t class_id = hak_heap_class_of_lane(hak_thread_heap, lane_of(SWING_SIZE));
    assert_true(hak_classes[class_id].lane_share < SWING / 2);
    /* Less than half of what it holds goes beyond it; and see lane_grow_for_swing. */
    assert_in_range(lane_of(SWING_SIZE)->capacity, SWING * 2 / 3, SWING * 3 / 2);
}

static void what_others_free_grows_no_lane_beyond_its_share(void **state) {
    (void)state;
    heap_reset();
    for (int burst = 0; burst < 20; burst++) {
        swing_allocate();
        in_thread(swing_free, NULL);
    }
    const uint32_t class_id = hak_heap_class_of_lane(hak_thread_heap, lane_of(SWING_SIZE));
    assert_in_range(lane_of(SWING_SIZE)->capacity, 1, hak_classes[class_id].lane_share);
}

static void a_thread_with_many_slabs_may_cache_part_of_them(void **state) {
    (void)state;
    enum { BLOCKS = 640, BYTES = 1000 };
    const uint64_t thread_kib = hak_options.thread_kib;
    void *block[BLOCKS];
    hak_options.thread_kib = 16;
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(BYTES);
    const size_t slab_bytes = hak_thread_heap->slab_bytes;
    assert_true(slab_bytes >= BLOCKS * BYTES);
    assert_int_equal(hak_lane_budget_bytes(hak_thread_heap),
                     slab_bytes / 100 * hak_options.thread_percent);
    hak_options.thread_kib = 100000;
    assert_int_equal(hak_lane_budget_bytes(hak_thread_heap), 100000 * 1024);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    hak_options.thread_kib = thread_kib;
}

static void many_threads_share_the_budgets_of_few(void **state) {
    (void)state;
    heap_reset();
    const size_t alone = hak_lane_budget_bytes(hak_thread_heap);
    many_heaps_begin();
    const size_t among_many = hak_lane_budget_bytes(hak_thread_heap);
    many_heaps_end();
    assert_int_equal(among_many, alone * 16 / (MANY_HEAPS + 1));
    assert_int_equal(hak_lane_budget_bytes(hak_thread_heap), alone); /* they are gone */
}

static void a_budget_that_falls_leaves_lanes_their_shares(void **state) {
    (void)state;
    enum { SIZE = 640, LOOKS = 20 };
    const uint64_t thread_kib = hak_options.thread_kib;
    heap_reset();
    (void)capacity_after_bursts(SIZE, 10);
    const uint32_t share =
        hak_classes[hak_heap_class_of_lane(hak_thread_heap, lane_of(SIZE))].lane_share;
    assert_true(lane_of(SIZE)->capacity > 2 * share);
    hak_spill_slabs(hak_thread_heap, 0); /* slabs count for the budget */
    hak_options.thread_kib = 16;
    for (int look = 0; look < LOOKS; look++) {
        hak_thread_heap->gave_way_ms = 0; /* its time to look may not depend on the clock */
        hak_thread_heap->idled_ms = hak_os_milliseconds();
        assert_false(hak_spill_for_room(hak_thread_heap, 1 << 20));
    }
    assert_int_equal(lane_of(SIZE)->capacity, share);
    hak_options.thread_kib = thread_kib;
    heap_reset();
}

static void flush_keeps_the_newest_blocks(void **state) {
    (void)state;
    hak_lane_t *lane = lane_of(256);
    void *block[40];
    for (int i = 0; i < 40; i++)
        block[i] = hak_malloc(256);
    for (int i = 0; i < 40; i++)
        hak_free(block[i]);
    hak_spill_lane(hak_thread_heap, lane, 5);
    assert_int_equal(lane_blocks(lane), 5);
    for (int i = 39; i >= 35; i--)
        assert_ptr_equal(hak_malloc(256), block[i]);
    for (int i = 35; i < 40; i++)
        hak_free(block[i]);
}

static void heap_flush_leaves_every_lane_empty(void **state) {
    (void)state;
    for (size_t size = 16; size <= 65536; size *= 2)
        hak_free(hak_malloc(size));
    hak_spill_all(hak_thread_heap, 0);
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++)
        assert_int_equal(lane_blocks(hak_heap_lane(hak_thread_heap, class_id)), 0);
}

int main(void) {
    setenv("HAKMEM_LANE_GROW_MS", "65535", 1); /* however slow the machine is */
    const struct CMUnitTest tests[] = {
        /* First: no lane was used. */
        cmocka_unit_test(slots_lie_in_the_order_in_which_lanes_are_used),
        /* While the budget is whole. */
        cmocka_unit_test(a_lane_grows_where_refill_and_flush_alternate_up_to_its_ceiling),
        cmocka_unit_test(flush_keeps_the_newest_blocks),
        cmocka_unit_test(the_block_freed_last_is_handed_out_first),
        cmocka_unit_test(a_first_allocation_refills_few_blocks),
        cmocka_unit_test(refills_hand_out_ascending_addresses),
        cmocka_unit_test(a_lane_never_holds_more_than_its_capacity),
        cmocka_unit_test(a_lane_that_moves_to_other_slots_keeps_its_blocks),
        cmocka_unit_test(a_lane_grows_only_where_slow_calls_come_soon_after_each_other),
        cmocka_unit_test(all_lanes_together_keep_to_the_budget),
        cmocka_unit_test(
            a_busy_lane_takes_half_of_the_budget_and_gives_way_to_the_shares_of_others),
        cmocka_unit_test(what_is_only_allocated_grows_no_lane_beyond_its_share),
        cmocka_unit_test(a_lane_grows_to_what_its_thread_frees_and_takes_again_and_no_more),
        cmocka_unit_test(what_others_free_grows_no_lane_beyond_its_share),
        cmocka_unit_test(heap_flush_leaves_every_lane_empty),
        cmocka_unit_test(a_thread_with_many_slabs_may_cache_part_of_them),
        cmocka_unit_test(many_threads_share_the_budgets_of_few),
        cmocka_unit_test(a_budget_that_falls_leaves_lanes_their_shares),
    };
    return cmocka_run_group_tests(tests, heap_enter, NULL);
}
