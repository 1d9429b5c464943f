/* Heaps without a thread: which empty slabs they keep for the next one, and when they stop. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "allocator/backend.h"
#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/spill.h"
#include "in_thread.h"
#include "one_node.h"
#include "succession.h"

enum { SIZES = 64, HELD = 256, HELD_BYTES = 60000 };

static void *held[HELD];

typedef struct visit {
    uint32_t id;           /* of the heap whose slabs are counted */
    size_t touched, slabs; /* bytes that they have touched, and their number */
} visit_t;

static void slab_visit(const hak_slab_t *run, void *context) {
    visit_t *visit = context;
    if (run->owner != visit->id || run->free_blocks != run->blocks)
        return;
    visit->touched += run->touched_bytes;
    visit->slabs++;
}

static visit_t empty_slabs(const hak_heap_t *heap) {
    visit_t visit = {.id = heap->front.id};
    hak_pool_walk(slab_visit, &visit);
    return visit;
}

static uint64_t huge_pages; /* as it was */

/* What all idle heaps keep. */
static size_t idle_bytes(void) {
    size_t bytes = 0;
    for (uint32_t id = 1; id <= hak_heap_highest_id(); id++)
        bytes += hak_heap_by_id(id)->idle_slab_bytes;
    return bytes;
}

typedef struct life {
    hak_heap_t *heap;
    size_t lane_bytes;        /* in its lanes at the end */
    size_t idle_bytes_inside; /* the heap's, while the thread lived */
} life_t;

/* Takes a block of many classes, and frees all, by way of the slabs. */
static void *many_classes(void *argument) {
    life_t *life = argument;
    void *block[SIZES];
    for (size_t i = 0; i < SIZES; i++)
        block[i] = memset(hak_malloc((i + 1) * 1000), 1, (i + 1) * 1000);
    for (size_t i = 0; i < SIZES; i++)
        hak_free(block[i]);
    hak_spill_lanes(hak_thread_heap);
    life->heap = hak_thread_heap;
    life->idle_bytes_inside = hak_thread_heap->idle_slab_bytes;
    return NULL;
}

static void *one_block(void *heap) {
    hak_free(hak_malloc(100));
    *(hak_heap_t **)heap = hak_thread_heap;
    return NULL;
}

static int much_in_use(void **state) {
    (void)state;
    (void)hak_malloc_trim(0);
    huge_pages = hak_options.huge_pages;
    hak_options.huge_pages = 0; /* slabs on them are not kept */
    for (int i = 0; i < HELD; i++) {
        held[i] = hak_malloc(HELD_BYTES);
        memset(held[i], 1, HELD_BYTES);
    }
    return 0;
}

static void held_free(void) {
    for (int i = 0; i < HELD; i++) {
        hak_free(held[i]);
        held[i] = NULL;
    }
    hak_spill_all(hak_thread_heap, 0);
}

static int little_in_use(void **state) {
    (void)state;
    held_free();
    (void)hak_malloc_trim(0);
    hak_options.huge_pages = huge_pages;
    return 0;
}

static void what_a_thread_leaves_serves_the_next(void **state) {
    (void)state;
    life_t first, second;
    in_thread(many_classes, &first);
    const visit_t left = empty_slabs(first.heap);
    assert_int_equal(atomic_load(&first.heap->state), HAK_HEAP_IDLE);
    assert_true(left.slabs > 16 && left.touched > 256 << 10);
    assert_int_equal(first.heap->idle_slab_bytes, left.touched);
    assert_int_equal(idle_bytes(), left.touched);
    in_thread(many_classes, &second);
    assert_ptr_equal(second.heap, first.heap);
    assert_int_equal(second.idle_bytes_inside, 0);
    /* It needed no slab beside those, and leaves the same. */
    const visit_t left_again = empty_slabs(first.heap);
    assert_int_equal(left_again.slabs, left.slabs);
    assert_int_equal(idle_bytes(), left_again.touched);
}

static void the_sweep_takes_it_all(void **state) {
    (void)state;
    life_t life;
    in_thread(many_classes, &life);
    assert_true(idle_bytes() > 0);
    hak_heaps_sweep(true);
    assert_int_equal(idle_bytes(), 0);
    assert_int_equal(empty_slabs(life.heap).slabs, 0);
}

static void it_goes_back_once_the_program_has_freed_the_rest(void **state) {
    (void)state;
    life_t life;
    hak_heap_t *other;
    in_thread(many_classes, &life);
    const size_t kept = idle_bytes();
    held_free();
    assert_true(hak_pool_idle_over()); /* nobody came by yet */
    in_thread(one_block, &other);
    assert_ptr_equal(other, life.heap);
    assert_false(hak_pool_idle_over());
    assert_true(idle_bytes() < kept);
    assert_int_equal(empty_slabs(life.heap).touched, idle_bytes());
}

static void *block_give(void *block) {
    *(void **)block = hak_malloc(50000);
    memset(*(void **)block, 1, 50000);
    return NULL;
}

static void *many_classes_and_one(void *block) {
    life_t life;
    (void)block_give(block);
    return many_classes(&life);
}

/* Whoever sends blocks to an idle heap looks whether it is too much by now. */
static void a_sender_takes_back_what_is_too_much(void **state) {
    (void)state;
    void *block;
    in_thread(many_classes_and_one, &block);
    held_free();
    assert_true(hak_pool_idle_over());
    hak_free(block);
    hak_remote_flush(hak_thread_heap);
    assert_false(hak_pool_idle_over());
}

static pthread_barrier_t barrier;

static void *many_classes_together(void *argument) {
    (void)many_classes(argument);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return NULL;
}

/* Two heaps become idle, the first one long before the second; half of what they keep must go. */
static void the_longest_idle_heap_gives_back_first(void **state) {
    (void)state;
    life_t first, second;
    pthread_t thread;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, many_classes_together, &second), 0);
    pthread_barrier_wait(&barrier);
    in_thread(many_classes, &first);
    assert_ptr_not_equal(first.heap, second.heap);
    pthread_barrier_wait(&barrier);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_barrier_destroy(&barrier);
    assert_true(first.heap->idle_slab_bytes > 0 && second.heap->idle_slab_bytes > 0);
    /* Down to where one of them still fits. */
    for (int i = 0; i < HELD && !hak_pool_idle_over(); i++) {
        hak_free(held[i]);
        held[i] = NULL;
        hak_spill_all(hak_thread_heap, 0);
    }
    assert_true(hak_pool_idle_over());
    hak_heaps_trim();
    assert_false(hak_pool_idle_over());
    assert_int_equal(first.heap->idle_slab_bytes, 0);
    assert_true(second.heap->idle_slab_bytes > 0);
}

/* A slab that becomes empty by the frees of others, in a heap without a thread. */
static void slabs_that_others_empty_count_as_well(void **state) {
    (void)state;
    void *block;
    in_thread(block_give, &block);
    hak_heap_t *heap = hak_heap_by_id(hak_map_entry(block) >> 16);
    hak_heaps_sweep(true);
    assert_int_equal(idle_bytes(), 0);
    hak_free(block);
    hak_remote_flush(hak_thread_heap);
    const visit_t left = empty_slabs(heap);
    assert_int_equal(left.slabs, 1);
    assert_int_equal(left.touched, idle_bytes());
    assert_true(idle_bytes() > 0);
}

static void with_little_in_use_little_is_kept(void **state) {
    (void)state;
    life_t life;
    (void)little_in_use(NULL);
    in_thread(many_classes, &life);
    assert_false(hak_pool_idle_over());
    assert_true(idle_bytes() <= 256 << 10);
    assert_int_equal(empty_slabs(life.heap).touched, idle_bytes());
}

static void *many_classes_and_small(void *block) {
    life_t life;
    *(void **)block = hak_malloc(1000);
    return many_classes(&life);
}

/* Its block comes from the lane and goes back there. */
static void a_thread_that_changes_no_slab_leaves_what_was_kept(void **state) {
    (void)state;
    life_t life;
    hak_heap_t *heap;
    void *block;
    in_thread(many_classes, &life);
    in_thread(one_block, &heap); /* leaves blocks in the lane */
    const visit_t left = empty_slabs(heap);
    assert_true(left.touched > 256 << 10);
    for (int i = 0; i < 2; i++) {
        in_thread(one_block, &heap);
        assert_ptr_equal(heap, life.heap);
        assert_true(heap->trimmed);
        assert_int_equal(heap->idle_slab_bytes, left.touched);
        assert_int_equal(empty_slabs(heap).slabs, left.slabs);
    }
    /* One that takes does, and so does another that gives back. */
    in_thread(many_classes_and_small, &block);
    in_thread(one_block, &heap);
    assert_int_equal(heap->idle_slab_bytes, empty_slabs(heap).touched);
    hak_free(block);
    hak_remote_flush(hak_thread_heap);
    in_thread(one_block, &heap);
    assert_int_equal(heap->idle_slab_bytes, empty_slabs(heap).touched);
    /* Nor does it keep what has become too much meanwhile. */
    held_free();
    (void)hak_malloc_trim(0);
    in_thread(one_block, &heap);
    assert_true(heap->idle_slab_bytes <= 256 << 10);
    assert_int_equal(empty_slabs(heap).touched, heap->idle_slab_bytes);
}

static void *refills_noted(void *argument) {
    enum { MANY = 1000 };
    static void *block[MANY];
    uint32_t *blocks = argument;
    hak_free(hak_malloc(100));
    blocks[0] = hak_thread_heap->refill_blocks[1];
    for (int i = 0; i < MANY; i++)
        block[i] = hak_malloc(16);
    for (int i = 0; i < MANY; i++)
        hak_free(block[i]);
    blocks[1] = hak_thread_heap->refill_blocks[1];
    return NULL;
}

static void refills_of_the_next_thread_start_small(void **state) {
    (void)state;
    uint32_t first[2], second[2]; /* blocks of the next refill, at the start and at the end */
    in_thread(refills_noted, first);
    in_thread(refills_noted, second);
    assert_true(first[1] > 8);
    assert_int_equal(second[0], 0);
}

static void own_visit(const hak_slab_t *run, void *context) {
    visit_t *visit = context;
    visit->slabs += run->owner == visit->id;
}

enum { MANY = 40000, STEP = 7919 };

static void left_by(life_t *life) {
    life->heap = hak_thread_heap;
    life->lane_bytes = hak_spill_lane_bytes(hak_thread_heap);
}

static void many_allocate(void **block) {
    for (size_t i = 0; i < MANY; i++)
        block[i] = hak_malloc(64);
}

/* Every slab loses all but a few blocks, which come to lie in the lane. */
static void *scattered_frees(void *life) {
    static void *block[MANY];
    for (int cycle = 0; cycle < 32; cycle++) { /* until the lane has grown */
        many_allocate(block);
        for (size_t i = 0; i < MANY; i++)
            hak_free(block[i * STEP % MANY]);
    }
    left_by(life);
    return NULL;
}

static void *every_other_free(void *blocks) {
    for (size_t i = 0; i < MANY; i += 2)
        hak_free(((void **)blocks)[i]);
    return NULL;
}

static void scattered_frees_of_odd(void **block) {
    for (size_t i = 0; i < MANY; i++)
        if (i * STEP % MANY % 2 == 1)
            hak_free(block[i * STEP % MANY]);
}

/* The other half of its blocks comes back while the thread works no more, and waits for it. */
static void *scattered_frees_of_half(void *life) {
    static void *block[MANY];
    many_allocate(block);
    in_thread(every_other_free, block);
    scattered_frees_of_odd(block);
    left_by(life);
    return NULL;
}

static void *half_block[MANY];

static void *half_left_in_use(void *life) {
    many_allocate(half_block);
    scattered_frees_of_odd(half_block);
    left_by(life);
    return NULL;
}

/* It lives while another thread leaves half of its blocks in use, frees those and exits as well. */
static void *half_freed_by_the_last(void *life) {
    hak_free(hak_malloc(100));
    in_thread(half_left_in_use, life);
    every_other_free(half_block);
    return NULL;
}

/* A thread does so and exits with more than that in its lanes. */
static void keeps_hardly_a_slab(void *(*work)(void *life), size_t least_lane_bytes) {
    life_t life;
    (void)hak_malloc_trim(0);
    in_thread(work, &life);
    assert_true(life.lane_bytes > least_lane_bytes);
    visit_t left = {.id = life.heap->front.id};
    hak_pool_walk(own_visit, &left);
    assert_true(left.slabs <= 4);
}

static void lanes_do_not_keep_slabs_that_are_empty_otherwise(void **state) {
    (void)state;
    keeps_hardly_a_slab(scattered_frees, 16 << 10);
}

static void what_waits_at_an_exit_is_not_taken_for_blocks_in_use(void **state) {
    (void)state;
    keeps_hardly_a_slab(scattered_frees_of_half, 0);
}

static void lanes_are_judged_again_when_others_exit(void **state) {
    (void)state;
    keeps_hardly_a_slab(half_freed_by_the_last, 16 << 10);
}

static void a_young_thread_takes_over_what_the_one_before_it_leaves(void **state) {
    (void)state;
    const succession_t one = succeed((succession_t){.predecessor_blocks = SUCCESSION_BLOCKS});
    assert_ptr_equal(one.last_heap, one.predecessor_heap);
}

static void a_young_thread_with_as_much_stays_where_it_is(void **state) {
    (void)state;
    const succession_t one = succeed((succession_t){.predecessor_blocks = SUCCESSION_BLOCKS,
                                                    .successor_blocks = SUCCESSION_BLOCKS});
    assert_ptr_equal(one.last_heap, one.first_heap);
}

static void a_thread_that_is_no_longer_young_stays_where_it_is(void **state) {
    (void)state;
    const succession_t one =
        succeed((succession_t){.predecessor_blocks = SUCCESSION_BLOCKS, .slow_calls = 1000});
    assert_ptr_equal(one.last_heap, one.first_heap);
}

int main(void) {
    setenv("HAKMEM_PURGE_MS", "3600000", 1); /* age decides nothing here */
    setenv("HAKMEM_LANE_GROW_MS", "65535", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_thread_leaves_serves_the_next, much_in_use,
                                        little_in_use),
        cmocka_unit_test_setup_teardown(the_sweep_takes_it_all, much_in_use, little_in_use),
        cmocka_unit_test_setup_teardown(it_goes_back_once_the_program_has_freed_the_rest,
                                        much_in_use, little_in_use),
        cmocka_unit_test_setup_teardown(slabs_that_others_empty_count_as_well, much_in_use,
                                        little_in_use),
        cmocka_unit_test_setup_teardown(a_sender_takes_back_what_is_too_much, much_in_use,
                                        little_in_use),
        cmocka_unit_test_setup_teardown(the_longest_idle_heap_gives_back_first, much_in_use,
                                        little_in_use),
        cmocka_unit_test_setup_teardown(a_thread_that_changes_no_slab_leaves_what_was_kept,
                                        much_in_use, little_in_use),
        cmocka_unit_test(refills_of_the_next_thread_start_small),
        cmocka_unit_test(with_little_in_use_little_is_kept),
        cmocka_unit_test(lanes_do_not_keep_slabs_that_are_empty_otherwise),
        cmocka_unit_test(what_waits_at_an_exit_is_not_taken_for_blocks_in_use),
        cmocka_unit_test(lanes_are_judged_again_when_others_exit),
        cmocka_unit_test(a_young_thread_takes_over_what_the_one_before_it_leaves),
        cmocka_unit_test(a_young_thread_with_as_much_stays_where_it_is),
        cmocka_unit_test(a_thread_that_is_no_longer_young_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
