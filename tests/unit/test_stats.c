/* hak_stats: each figure against what the test itself holds. The test is the only user of hak_*
 * names in its process, so that figures are exact while no other thread runs. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "allocator/hakmem.h"

static const size_t sizes[] = {1,    16,    100,   300,   700,   1024,    1025,    3000,
                               8192, 12000, 40000, 65536, 65537, 1000000, 1100000, 5000000};
#define SIZES (sizeof sizes / sizeof sizes[0])

static hak_stats_t stats_now(void) {
    hak_stats_t stats = {.size = sizeof stats};
    assert_int_equal(hak_stats(&stats), 0);
    assert_int_equal(stats.size, sizeof stats);
    assert_true(stats.large_bytes <= stats.live_bytes);
    assert_true(stats.live_bytes + stats.cached_bytes <= stats.committed_bytes);
    assert_true(stats.retained_bytes <= stats.committed_bytes);
    assert_true(stats.threads <= stats.heaps);
    return stats;
}

static void a_wrong_size_is_refused(void **state) {
    (void)state;
    hak_stats_t stats = {.size = 0, .live_bytes = 7};
    errno = 0;
    assert_int_equal(hak_stats(&stats), -1);
    assert_int_equal(errno, EINVAL);
    stats.size = sizeof stats - 1;
    assert_int_equal(hak_stats(&stats), -1);
    assert_int_equal(stats.live_bytes, 7);
    assert_int_equal(hak_stats(NULL), -1);
}

static void the_struct_of_a_newer_program_is_filled_as_far_as_known(void **state) {
    (void)state;
    struct {
        hak_stats_t known;
        size_t newer;
    } stats = {.known.size = sizeof stats, .newer = 1234};
    assert_int_equal(hak_stats(&stats.known), 0);
    assert_int_equal(stats.known.size, sizeof stats.known);
    assert_int_equal(stats.newer, 1234);
}

static void before_the_first_allocation_all_is_zero(void **state) {
    (void)state;
    int status;
    if (fork() == 0) { /* the parent has not allocated either: this case comes first */
        hak_stats_t stats = {.size = sizeof stats}, zero = {.size = sizeof zero};
        _exit(hak_stats(&stats) == 0 && memcmp(&stats, &zero, sizeof zero) == 0 ? 0 : 1);
    }
    wait(&status);
    assert_int_equal(status, 0);
}

static void live_is_what_the_program_holds(void **state) {
    (void)state;
    enum { COUNT = 200 };
    static void *block[SIZES][COUNT];
    hak_stats_t before = stats_now();
    size_t held = 0, large = 0;
    for (size_t i = 0; i < SIZES; i++) {
        for (size_t j = 0; j < COUNT; j++) {
            block[i][j] = hak_malloc(sizes[i]);
            size_t usable = hak_malloc_usable_size(block[i][j]);
            held += usable;
            large += sizes[i] > 1048576 ? usable : 0;
            hak_stats_t now = stats_now();
            assert_int_equal(now.live_bytes, before.live_bytes + held);
            assert_int_equal(now.large_bytes, before.large_bytes + large);
        }
    }
    assert_true(stats_now().metadata_bytes > 0);
    for (size_t i = 0; i < SIZES; i++) {
        for (size_t j = 0; j < COUNT; j++) {
            held -= hak_malloc_usable_size(block[i][j]);
            hak_free(block[i][j]);
            assert_int_equal(stats_now().live_bytes, before.live_bytes + held);
        }
    }
    assert_int_equal(stats_now().live_bytes, before.live_bytes);
    assert_int_equal(stats_now().large_bytes, before.large_bytes);
}

static void a_freed_block_is_cached(void **state) {
    (void)state;
    void *block = hak_malloc(500);
    size_t usable = hak_malloc_usable_size(block);
    hak_stats_t held = stats_now();
    hak_free(block);
    hak_stats_t freed = stats_now();
    assert_int_equal(freed.cached_bytes, held.cached_bytes + usable);
    assert_int_equal(freed.live_bytes, held.live_bytes - usable);
    hak_malloc_trim(0);
    assert_int_equal(stats_now().cached_bytes, 0);
}

/* ------------------------------------------------------------------ other threads */

enum { OTHERS = 3, HANDED = 50 };

static pthread_barrier_t barrier;
static void *handed[OTHERS][HANDED];

/* Frees blocks of the first thread: too few for a chunk, so they wait in this thread's outbox. */
static void *free_and_wait(void *argument) {
    void **block = argument;
    void *own = hak_malloc(10);
    for (size_t i = 0; i < HANDED; i++)
        hak_free(block[i]);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    hak_free(own);
    return NULL;
}

static void threads_and_what_waits_in_their_outboxes_are_counted(void **state) {
    (void)state;
    size_t bytes = 0;
    for (size_t t = 0; t < OTHERS; t++) {
        for (size_t i = 0; i < HANDED; i++) {
            handed[t][i] = hak_malloc(200);
            bytes += hak_malloc_usable_size(handed[t][i]);
        }
    }
    hak_stats_t before = stats_now();
    pthread_t thread[OTHERS];
    pthread_barrier_init(&barrier, NULL, OTHERS + 1);
    for (size_t t = 0; t < OTHERS; t++)
        assert_int_equal(pthread_create(&thread[t], NULL, free_and_wait, handed[t]), 0);
    pthread_barrier_wait(&barrier);
    hak_stats_t waiting = stats_now();
    assert_int_equal(waiting.threads, before.threads + OTHERS);
    assert_true(waiting.heaps >= waiting.threads + 1); /* and the common heap */
    assert_int_equal(waiting.live_bytes, before.live_bytes - bytes + OTHERS * (size_t)16);
    assert_true(waiting.cached_bytes >= before.cached_bytes + bytes);
    pthread_barrier_wait(&barrier);
    for (size_t t = 0; t < OTHERS; t++)
        pthread_join(thread[t], NULL);
    pthread_barrier_destroy(&barrier);
    hak_stats_t after = stats_now();
    assert_int_equal(after.threads, before.threads);
    assert_int_equal(after.heaps, waiting.heaps);
    assert_int_equal(after.live_bytes, before.live_bytes - bytes);
    hak_malloc_trim(0); /* receives what came back */
    assert_int_equal(stats_now().live_bytes, before.live_bytes - bytes);
    assert_int_equal(stats_now().cached_bytes, 0);
}

static void what_is_given_back_is_purged(void **state) {
    (void)state;
    enum { COUNT = 2000 };
    static void *block[COUNT];
    for (int i = 0; i < COUNT; i++)
        block[i] = memset(hak_malloc(5000), 1, 5000);
    void *large = hak_malloc(3000000);
    for (int i = 0; i < COUNT; i++)
        hak_free(block[i]);
    hak_stats_t before = stats_now();
    hak_free(large);
    hak_stats_t freed = stats_now();
    assert_true(freed.retained_bytes >= before.retained_bytes + 3000000);
    assert_int_equal(freed.committed_bytes, before.committed_bytes);
    hak_malloc_trim(0);
    hak_stats_t after = stats_now();
    assert_int_equal(after.retained_bytes, 0);
    assert_int_equal(after.cached_bytes, 0);
    assert_true(after.purged_bytes > before.purged_bytes);
    assert_true(after.committed_bytes <= freed.committed_bytes - 3000000);
}

/* Mapped for it, touched or not. */
static void metadata_is_less_than_2_percent_of_128_mib(void **state) {
    (void)state;
    static const size_t size[] = {16, 48, 128, 500, 1000, 3000, 10000, 40000, 65536, 300000};
    enum { BYTES = 128 << 20, BLOCKS_MAX = BYTES / 16 };
    void **block = malloc(BLOCKS_MAX * sizeof block[0]);
    assert_non_null(block);
    for (size_t kind = 0; kind < sizeof size / sizeof size[0]; kind++) {
        const size_t blocks = BYTES / size[kind];
        if (fork() == 0) { /* the parent has not allocated: this case comes early */
            const hak_stats_t before = stats_now();
            for (size_t i = 0; i < blocks; i++)
                block[i] = hak_malloc(size[kind]);
            const hak_stats_t after = stats_now();
            const size_t live = after.live_bytes - before.live_bytes;
            const size_t metadata = after.metadata_bytes - before.metadata_bytes;
            _exit(live >= blocks * size[kind] && metadata * 100 < live * 2 ? 0 : 1);
        }
        int status;
        assert_true(wait(&status) > 0);
        if (status != 0)
            fail_msg("blocks of %zu bytes: metadata is 2 %% of live or more", size[kind]);
    }
    free(block);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_first_allocation_all_is_zero),
        cmocka_unit_test(metadata_is_less_than_2_percent_of_128_mib),
        cmocka_unit_test(a_wrong_size_is_refused),
        cmocka_unit_test(the_struct_of_a_newer_program_is_filled_as_far_as_known),
        cmocka_unit_test(live_is_what_the_program_holds),
        cmocka_unit_test(a_freed_block_is_cached),
        cmocka_unit_test(threads_and_what_waits_in_their_outboxes_are_counted),
        cmocka_unit_test(what_is_given_back_is_purged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
