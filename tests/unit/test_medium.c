/* Medium blocks: what a thread keeps of those that it freed, for how long, and what becomes of it.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/medium.h"
#include "allocator/options.h"
#include "allocator/spill.h"
#include "fault.h"
#include "in_thread.h"
#include "many_heaps.h"
#include "one_node.h"

enum { FOUR_UNITS = 200000, EIGHT_UNITS = 500000, SIXTEEN_UNITS = 1 << 20 };

/* Nothing is kept, and nothing is given back by the way. */
static int quiet(void **state) {
    (void)state;
    hak_free(hak_malloc(100)); /* the thread has a heap */
    hak_medium_spill(hak_thread_heap, true);
    hak_thread_heap->medium.freed_in_row = 0;
    hak_thread_heap->medium.rivals = false;
    hak_options.purge_ms = 3600000;
    hak_options.medium_kib = 1024;
    return 0;
}

static size_t kept_bytes(void) {
    return hak_thread_heap->medium.bytes;
}

static bool is_mapped(const void *block) {
    return hak_map_entry(block) >> 16 == HAK_OWNER_MEDIUM;
}

static void a_thread_gets_back_what_it_freed_last(void **state) {
    (void)state;
    void *block[3];
    for (int i = 0; i < 3; i++)
        block[i] = hak_malloc(FOUR_UNITS);
    hak_free(block[0]);
    hak_free(block[2]);
    assert_int_equal(kept_bytes(), 8 * HAK_UNIT_BYTES);
    assert_ptr_equal(hak_malloc(FOUR_UNITS), block[2]); /* though the other one lies lower */
    assert_ptr_equal(hak_malloc(FOUR_UNITS), block[0]);
    assert_int_equal(kept_bytes(), 0);
    for (int i = 0; i < 3; i++)
        hak_free(block[i]);
}

static void a_kept_block_serves_its_own_size_alone(void **state) {
    (void)state;
    void *block = hak_malloc(FOUR_UNITS);
    hak_free(block);
    void *smaller = hak_malloc(FOUR_UNITS / 2), *larger = hak_malloc(FOUR_UNITS * 2);
    assert_ptr_not_equal(smaller, block);
    assert_ptr_not_equal(larger, block);
    assert_ptr_equal(hak_malloc(FOUR_UNITS - 3), block);
    hak_free(smaller);
    hak_free(larger);
    hak_free(block);
}

static void calloc_of_a_kept_block_reads_as_zero(void **state) {
    (void)state;
    unsigned char *block = hak_malloc(FOUR_UNITS);
    memset(block, 0xff, FOUR_UNITS);
    hak_free(block);
    unsigned char *again = hak_calloc(1, FOUR_UNITS);
    assert_ptr_equal(again, block);
    for (size_t i = 0; i < FOUR_UNITS; i++)
        assert_int_equal(again[i], 0);
    hak_free(again);
}

static void beyond_the_bound_the_oldest_goes(void **state) {
    (void)state;
    void *block[3];
    for (int i = 0; i < 3; i++)
        block[i] = hak_malloc(EIGHT_UNITS);
    for (int i = 0; i < 3; i++) {
        hak_free(block[i]);
        hak_free(hak_malloc(FOUR_UNITS / 2)); /* it does not free in a row */
    }
    assert_false(is_mapped(block[0]));
    assert_true(is_mapped(block[2]));
    assert_in_range(kept_bytes(), EIGHT_UNITS, 1024 * 1024);
}

static void many_threads_share_what_few_may_keep(void **state) {
    (void)state;
    enum { BLOCKS = 8 };
    void *block[BLOCKS];
    many_heaps_begin();
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(FOUR_UNITS / 2);
    for (int i = 0; i < BLOCKS; i++) {
        hak_free(block[i]);
        hak_free(hak_malloc(FOUR_UNITS / 4 * 3)); /* it does not free in a row */
    }
    many_heaps_end();
    const size_t part = (1024 * 1024) * 16 / (MANY_HEAPS + 1);
    assert_in_range(kept_bytes(), part / 2, part);
}

static void *take_from_the_pool(void *block) {
    *(void **)block = hak_malloc(FOUR_UNITS);
    return NULL;
}

/* Frees blocks of 16 units, none in a row with the one before; returns the bytes that are kept. */
static size_t kept_of_sixteen_units_each(void) {
    enum { BLOCKS = 6 };
    void *block[BLOCKS];
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(SIXTEEN_UNITS);
    for (int i = 0; i < BLOCKS; i++) {
        hak_free(block[i]);
        hak_free(hak_malloc(EIGHT_UNITS));
    }
    const size_t bytes = kept_bytes();
    hak_medium_spill(hak_thread_heap, true);
    return bytes;
}

static void a_thread_keeps_more_while_others_take_in_turn_with_it(void **state) {
    (void)state;
    void *theirs[HAK_MEDIUM_TURNS], *mine[HAK_MEDIUM_TURNS];
    hak_options.medium_kib = 4096;
    assert_in_range(kept_of_sixteen_units_each(), 1, HAK_MEDIUM_KEPT_ALONE);
    for (uint32_t i = 0; i < HAK_MEDIUM_TURNS; i++) {
        in_thread(take_from_the_pool, &theirs[i]);
        mine[i] = hak_malloc(FOUR_UNITS);
    }
    assert_in_range(kept_of_sixteen_units_each(), HAK_MEDIUM_KEPT_ALONE * 3, 4096 * 1024);
    assert_in_range(kept_of_sixteen_units_each(), HAK_MEDIUM_KEPT_ALONE * 3, 4096 * 1024);
    assert_in_range(kept_of_sixteen_units_each(), 1, HAK_MEDIUM_KEPT_ALONE);
    for (uint32_t i = 0; i < HAK_MEDIUM_TURNS; i++) {
        hak_free(theirs[i]);
        hak_free(mine[i]);
    }
}

static void one_that_frees_more_in_a_row_than_it_may_keep_keeps_none(void **state) {
    (void)state;
    void *block[3];
    for (int i = 0; i < 3; i++)
        block[i] = hak_malloc(EIGHT_UNITS);
    for (int i = 0; i < 3; i++)
        hak_free(block[i]);
    assert_int_equal(kept_bytes(), 0);
    for (int i = 0; i < 3; i++)
        assert_false(is_mapped(block[i]));
}

static void no_more_blocks_are_kept_than_there_are_places(void **state) {
    (void)state;
    enum { BLOCKS = HAK_MEDIUM_KEPT_MAX + 3 };
    void *block[BLOCKS];
    hak_options.medium_kib = 100000;
    hak_thread_heap->medium.rivals = true;
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(FOUR_UNITS);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    assert_int_equal(hak_thread_heap->medium.count, HAK_MEDIUM_KEPT_MAX);
    assert_false(is_mapped(block[2]));
    assert_true(is_mapped(block[3]));
}

static void what_was_not_used_between_two_looks_is_given_back(void **state) {
    (void)state;
    void *old = hak_malloc(FOUR_UNITS), *used = hak_malloc(EIGHT_UNITS);
    hak_free(old);
    hak_free(used);
    hak_medium_spill(hak_thread_heap, false);
    assert_true(is_mapped(old) && is_mapped(used)); /* they were in use a moment ago */
    hak_free(hak_malloc(EIGHT_UNITS));
    hak_medium_spill(hak_thread_heap, false);
    assert_false(is_mapped(old));
    assert_true(is_mapped(used));
    hak_medium_spill(hak_thread_heap, false);
    assert_false(is_mapped(used));
    assert_int_equal(kept_bytes(), 0);
}

static void a_slow_call_looks_after_the_configured_time(void **state) {
    (void)state;
    void *old = hak_malloc(FOUR_UNITS);
    hak_free(old);
    hak_options.purge_ms = 0;
    for (int i = 0; i < 1000 && is_mapped(old); i++)
        hak_free(hak_malloc(EIGHT_UNITS));
    assert_false(is_mapped(old));
}

static void with_a_bound_of_0_nothing_is_kept(void **state) {
    (void)state;
    hak_options.medium_kib = 0;
    void *block = hak_malloc(FOUR_UNITS);
    hak_free(block);
    assert_false(is_mapped(block));
}

static void a_block_of_another_node_is_not_kept(void **state) {
    (void)state;
    hak_heap_t *heap = hak_thread_heap;
    const uint32_t node = heap->node;
    void *block = hak_malloc(FOUR_UNITS);
    heap->node = node + 1;
    hak_free(block);
    heap->node = node;
    assert_false(is_mapped(block));
}

static void kept_blocks_count_as_cached(void **state) {
    (void)state;
    hak_stats_t before = {.size = sizeof before}, after = before;
    void *block = hak_malloc(FOUR_UNITS);
    assert_int_equal(hak_stats(&before), 0);
    hak_free(block);
    assert_int_equal(hak_stats(&after), 0);
    assert_int_equal(after.cached_bytes - before.cached_bytes, 4 * HAK_UNIT_BYTES);
    assert_int_equal(before.live_bytes - after.live_bytes, 4 * HAK_UNIT_BYTES);
}

/* Returns the block if the thread keeps it. */
static void *block_free(void *block) {
    hak_free(hak_malloc(100));
    hak_free(block);
    return is_mapped(block) ? block : NULL;
}

static void a_thread_that_exits_keeps_none(void **state) {
    (void)state;
    pthread_t thread;
    void *block = hak_malloc(FOUR_UNITS);
    assert_int_equal(pthread_create(&thread, NULL, block_free, block), 0);
    void *kept;
    assert_int_equal(pthread_join(thread, &kept), 0);
    assert_ptr_equal(kept, block); /* whoever frees it keeps it */
    assert_false(is_mapped(block));
}

static void *medium_only(void *unused) {
    (void)unused;
    void *block = hak_malloc(FOUR_UNITS);
    hak_free(block);
    return is_mapped(block) && hak_malloc(FOUR_UNITS) == block ? block : NULL;
}

static void a_thread_of_medium_blocks_alone_keeps_some(void **state) {
    (void)state;
    pthread_t thread;
    void *block;
    assert_int_equal(pthread_create(&thread, NULL, medium_only, NULL), 0);
    assert_int_equal(pthread_join(thread, &block), 0);
    assert_non_null(block);
    hak_free(block);
}

static void trimming_gives_back_what_is_kept(void **state) {
    (void)state;
    void *block = hak_malloc(FOUR_UNITS);
    hak_free(block);
    (void)hak_malloc_trim(0);
    assert_false(is_mapped(block));
}

/* A second free of a block that was not the last one to be freed. */
static void free_twice_with_another_between(void) {
    void *block = hak_malloc(FOUR_UNITS), *other = hak_malloc(FOUR_UNITS);
    hak_free(block);
    hak_free(other);
    hak_free(block);
}
static void realloc_of_a_free_block(void) {
    void *block = hak_malloc(FOUR_UNITS);
    hak_free(block);
    (void)hak_realloc(block, 2 * FOUR_UNITS);
}
static void size_of_a_free_block(void) {
    void *block = hak_malloc(FOUR_UNITS);
    hak_free(block);
    (void)hak_malloc_usable_size(block);
}

static pthread_barrier_t freed;

static void *block_free_and_wait(void *block) {
    hak_free(hak_malloc(100)); /* it has a heap, or it would keep nothing */
    hak_free(block);
    pthread_barrier_wait(&freed);
    for (;;)
        pause();
    return NULL;
}
static void free_of_what_another_thread_keeps(void) {
    pthread_t thread;
    void *block = hak_malloc(FOUR_UNITS);
    pthread_barrier_init(&freed, NULL, 2);
    if (pthread_create(&thread, NULL, block_free_and_wait, block) != 0)
        return;
    pthread_barrier_wait(&freed);
    hak_free(block);
}

static void a_kept_block_is_free_for_the_program(void **state) {
    (void)state;
    assert_true(aborts_with(free_twice_with_another_between, "double free"));
    assert_true(aborts_with(free_of_what_another_thread_keeps, "double free"));
    assert_true(aborts_with(realloc_of_a_free_block, "freed before"));
    assert_true(aborts_with(size_of_a_free_block, "freed before"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_thread_gets_back_what_it_freed_last, quiet),
        cmocka_unit_test_setup(a_kept_block_serves_its_own_size_alone, quiet),
        cmocka_unit_test_setup(calloc_of_a_kept_block_reads_as_zero, quiet),
        cmocka_unit_test_setup(beyond_the_bound_the_oldest_goes, quiet),
        cmocka_unit_test_setup(many_threads_share_what_few_may_keep, quiet),
        cmocka_unit_test_setup(a_thread_keeps_more_while_others_take_in_turn_with_it, quiet),
        cmocka_unit_test_setup(one_that_frees_more_in_a_row_than_it_may_keep_keeps_none, quiet),
        cmocka_unit_test_setup(no_more_blocks_are_kept_than_there_are_places, quiet),
        cmocka_unit_test_setup(what_was_not_used_between_two_looks_is_given_back, quiet),
        cmocka_unit_test_setup(a_slow_call_looks_after_the_configured_time, quiet),
        cmocka_unit_test_setup(with_a_bound_of_0_nothing_is_kept, quiet),
        cmocka_unit_test_setup(a_block_of_another_node_is_not_kept, quiet),
        cmocka_unit_test_setup(kept_blocks_count_as_cached, quiet),
        cmocka_unit_test_setup(a_thread_that_exits_keeps_none, quiet),
        cmocka_unit_test_setup(a_thread_of_medium_blocks_alone_keeps_some, quiet),
        cmocka_unit_test_setup(trimming_gives_back_what_is_kept, quiet),
        cmocka_unit_test_setup(a_kept_block_is_free_for_the_program, quiet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
