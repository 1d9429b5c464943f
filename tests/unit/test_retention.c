/*
 * What is kept when a program frees all it has and takes it again, and what is given back when a
 * thread exits after it. HAKMEM_PURGE_MS is an hour here, so that only the bounds decide, not age.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/learner.h"
#include "allocator/superslab.h"
#include "in_thread.h"
#include "one_node.h"

enum { CYCLES_TO_LEARN = 20, CYCLES = 20, BLOCKS_MOST = 2000 };

typedef struct burst {
    size_t count, bytes;      /* of all blocks, and of each */
    hak_stats_t learnt, done; /* after the first cycles, and after all */
} burst_t;

/* In any thread, where cmocka's assertions may not be: all zero if it failed. */
static hak_stats_t stats(void) {
    hak_stats_t stats = {.size = sizeof stats};
    return hak_stats(&stats) == 0 ? stats : (hak_stats_t){0};
}

static void cycle(const burst_t *burst) {
    static _Thread_local void *block[BLOCKS_MOST];
    for (size_t i = 0; i < burst->count; i++) {
        block[i] = hak_malloc(burst->bytes);
        memset(block[i], 1, 64);
    }
    for (size_t i = 0; i < burst->count; i++)
        hak_free(block[i]);
}

static void *bursts(void *argument) {
    burst_t *burst = argument;
    for (int i = 0; i < CYCLES_TO_LEARN; i++)
        cycle(burst);
    burst->learnt = stats();
    for (int i = 0; i < CYCLES; i++)
        cycle(burst);
    burst->done = stats();
    return NULL;
}

static void *cycle_once(void *burst) {
    cycle(burst);
    return NULL;
}

/* Small, of the pools, medium. */
static void bursts_learn_to_keep_their_units_and_exits_give_them_back(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{BLOCKS_MOST, 2000}, {1000, 16384}, {100, 300000}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        burst_t burst = {.count = sizes[i][0], .bytes = sizes[i][1]};
        in_thread(bursts, &burst);
        assert_true(burst.learnt.size > 0 && burst.done.size > 0);
        assert_int_equal(burst.done.purged_bytes, burst.learnt.purged_bytes);
        assert_true(burst.done.retained_bytes > 2 << 20);
        const hak_stats_t after = stats();
        assert_true(after.purged_bytes > burst.done.purged_bytes);
        assert_true(after.retained_bytes <= 2 << 20);
        /* The purge at the exit teaches nothing. */
        const size_t learnt = hak_learner_retain_bytes(HAK_RETAINED_UNITS);
        in_thread(cycle_once, &burst);
        assert_int_equal(hak_learner_retain_bytes(HAK_RETAINED_UNITS), learnt);
    }
}

static void bursts_learn_to_keep_large_mappings_and_exits_give_them_back(void **state) {
    (void)state;
    burst_t burst = {.count = 12, .bytes = 3000000};
    in_thread(bursts, &burst);
    assert_true(burst.done.retained_bytes >= burst.count * burst.bytes);
    assert_true(stats().retained_bytes <= 3 << 20); /* with the units of other tests */
}

/* One block that comes and goes, in thread after thread, is no phase. */
static void a_buffer_that_each_thread_takes_stays(void **state) {
    (void)state;
    burst_t burst = {.count = 1, .bytes = 3000000};
    for (int i = 0; i < 3; i++)
        in_thread(bursts, &burst);
    assert_true(stats().retained_bytes >= burst.bytes);
}

int main(void) {
    setenv("HAKMEM_PURGE_MS", "3600000", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bursts_learn_to_keep_their_units_and_exits_give_them_back),
        cmocka_unit_test(bursts_learn_to_keep_large_mappings_and_exits_give_them_back),
        cmocka_unit_test(a_buffer_that_each_thread_takes_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
