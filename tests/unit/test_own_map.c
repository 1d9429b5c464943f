/* A heap's own map: it names the units of the heap's slabs and no others, and free does without
 * where there is none. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/spill.h"
#include "in_thread.h"
#include "one_node.h"

enum { SMALL = 16, SIZES = 36, EACH = 50, BLOCKS = SIZES * EACH };

typedef struct blocks {
    hak_heap_t *heap; /* of the thread that allocated them */
    void *block[BLOCKS];
} blocks_t;

static blocks_t mine, others;

/* The first of them have classes of their own, of Tiny and MID_V3, which lend no blocks. */
static size_t size_of(size_t number) {
    return number < SMALL ? 8 + number * 48 : (number - SMALL + 1) * 3200;
}

static void *blocks_allocate(void *argument) {
    blocks_t *blocks = argument;
    for (size_t i = 0; i < BLOCKS; i++)
        blocks->block[i] = hak_malloc(size_of(i / EACH));
    blocks->heap = hak_thread_heap;
    return NULL;
}

static void blocks_free(blocks_t *blocks) {
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(blocks->block[i]);
}

typedef struct expected {
    uint32_t id;
    uint16_t *lane_offset; /* by unit of the map */
} expected_t;

static void run_expect(const hak_slab_t *run, void *context) {
    const expected_t *expected = context;
    const size_t unit = hak_map_unit(run->start);
    for (size_t i = 0; i < run->run_units; i++)
        if (run->owner == expected->id)
            expected->lane_offset[unit + i] = (uint16_t)HAK_LANE_OFFSET(run->class_id);
}

/* Every entry of it, and that there are `slabs`. */
static void map_check(const hak_heap_t *heap, bool slabs) {
    expected_t expected = {.id = heap->front.id,
                           .lane_offset = calloc(HAK_DOMAIN_UNITS, sizeof(uint16_t))};
    size_t named = 0;
    assert_non_null(expected.lane_offset);
    assert_true(heap->has_own_map);
    hak_pool_walk(run_expect, &expected);
    for (size_t unit = 0; unit < HAK_DOMAIN_UNITS; unit++) {
        if (hak_own_of(heap)->lane_offset[unit] != expected.lane_offset[unit])
            assert_int_equal(hak_own_of(heap)->lane_offset[unit], expected.lane_offset[unit]);
        named += hak_own_of(heap)->lane_offset[unit] != 0;
    }
    assert_int_equal(named > 0, slabs);
    free(expected.lane_offset);
}

static void it_names_the_slabs_of_its_heap(void **state) {
    (void)state;
    (void)blocks_allocate(&mine);
    in_thread(blocks_allocate, &others);
    assert_ptr_not_equal(mine.heap, others.heap);
    map_check(mine.heap, true);
    map_check(others.heap, true);
    blocks_free(&others);
    blocks_free(&mine);
    hak_spill_all(mine.heap, 0);
    hak_heaps_sweep(true);
    map_check(mine.heap, false);
    map_check(others.heap, false);
}

/* This thread allocates, until the unit of that address is among what it has: which one comes next
 * is up to the pool. Returns the blocks, linked through their first word. */
static void **blocks_until_mine(const void *address) {
    enum { TRIES = 1 << 20 };
    void **newest = NULL;
    for (size_t i = 0; i < TRIES && hak_map_entry(address) >> 16 != mine.heap->front.id; i++) {
        void **const block = hak_malloc(1024);
        assert_non_null(block);
        *block = newest;
        newest = block;
    }
    return newest;
}

static void linked_free(void **newest) {
    while (newest != NULL) {
        void **const next = *newest;
        hak_free(newest);
        newest = next;
    }
}

static void units_change_hands(void **state) {
    (void)state;
    in_thread(blocks_allocate, &others);
    void *const before = others.block[0];
    blocks_free(&others);
    hak_remote_flush(hak_thread_heap);
    hak_heaps_sweep(true);
    (void)hak_pool_purge(true);
    /* To another heap, while the first lives on. */
    (void)blocks_allocate(&mine);
    void **const more = blocks_until_mine(before);
    assert_int_equal(hak_map_entry(before) >> 16, mine.heap->front.id);
    map_check(mine.heap, true);
    map_check(others.heap, false);
    linked_free(more);
    blocks_free(&mine);
    hak_spill_all(mine.heap, 0);
    /* To a medium block, which grows and shrinks. */
    void *medium = hak_malloc(200000);
    map_check(mine.heap, false);
    for (size_t bytes = 100000; bytes < 1000000; bytes += 300000) {
        medium = hak_realloc(medium, bytes);
        assert_int_equal(hak_map_entry(medium) >> 16, HAK_OWNER_MEDIUM);
        map_check(mine.heap, false);
    }
    hak_free(medium);
    /* In a child of fork, whose own they are as well. */
    (void)blocks_allocate(&mine);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        map_check(mine.heap, true);
        blocks_free(&mine);
        hak_spill_all(mine.heap, 0);
        map_check(mine.heap, false);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    map_check(mine.heap, true);
    blocks_free(&mine);
    hak_spill_all(mine.heap, 0);
}

static void the_common_heap_has_none(void **state) {
    (void)state;
    assert_false(hak_heap_common()->has_own_map);
}

/* Frees all, and gets the newest of each size again. NULL if so. */
static void *freed_are_reused(void *argument) {
    blocks_t *blocks = argument;
    size_t again = 0;
    (void)blocks_allocate(blocks);
    blocks_free(blocks);
    for (size_t number = 0; number < SMALL; number++) {
        void *block = hak_malloc(size_of(number));
        again += block == blocks->block[(number + 1) * EACH - 1];
        hak_free(block);
    }
    return again == SMALL ? NULL : blocks;
}

/* What a thread without an own map may find in the map of the domain: the greatest offset, and
 * owners and offsets of others. Where units are in use the entries stay. */
static void *freed_without(void *argument) {
    static const uint32_t found[] = {UINT32_MAX, 0xfffd0030, 0x00018001};
    void *failed = NULL;
    void *const first = hak_malloc(1); /* its heap is bound from here on */
    hak_thread_lanes = hak_map.zero;
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        for (size_t unit = 0; unit < HAK_DOMAIN_UNITS; unit++)
            if (hak_map.entry[unit] == 0)
                hak_map.entry[unit] = found[i];
        if (failed == NULL)
            failed = freed_are_reused(argument);
        for (size_t unit = 0; unit < HAK_DOMAIN_UNITS; unit++)
            if (hak_map.entry[unit] == found[i])
                hak_map.entry[unit] = 0;
    }
    hak_free(first);
    hak_thread_lanes = (char *)hak_thread_heap;
    return failed;
}

static void without_one_frees_reach_their_lanes(void **state) {
    (void)state;
    pthread_t thread;
    void *failed = NULL;
    assert_int_equal(pthread_create(&thread, NULL, freed_without, &others), 0);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    for (size_t i = 0; i < sizeof hak_map.zero; i++)
        if (hak_map.zero[i] != 0)
            fail();
}

typedef struct life {
    char *before, *during, *after; /* hak_thread_lanes, of a thread's life */
    hak_heap_t *heap;
} life_t;

static pthread_key_t after_the_heap_is_gone;

static void life_ends(void *argument) {
    life_t *life = argument;
    if (hak_thread_heap == life->heap)
        (void)pthread_setspecific(after_the_heap_is_gone, life);
    else
        life->after = hak_thread_lanes;
}

static void *life_begins(void *argument) {
    life_t *life = argument;
    life->before = hak_thread_lanes;
    hak_free(hak_malloc(64));
    life->heap = hak_thread_heap;
    life->during = hak_thread_lanes;
    (void)pthread_setspecific(after_the_heap_is_gone, life);
    return NULL;
}

static void a_thread_looks_there_while_it_has_the_heap(void **state) {
    (void)state;
    life_t life = {.heap = NULL};
    assert_int_equal(pthread_key_create(&after_the_heap_is_gone, life_ends), 0);
    in_thread(life_begins, &life);
    assert_ptr_equal(life.before, hak_map.zero);
    assert_ptr_equal(life.during, life.heap);
    assert_true(life.heap->has_own_map);
    assert_ptr_equal(life.after, hak_map.zero);
    assert_int_equal(pthread_key_delete(after_the_heap_is_gone), 0);
}

/* The system refuses to make it writable: a file that was opened for reading stands in for it. */
static void without_memory_for_it_frees_reach_their_lanes(void **state) {
    (void)state;
    char name[] = "/tmp/test_own_map.XXXXXX";
    const int made = mkstemp(name);
    assert_true(made >= 0);
    assert_int_equal(ftruncate(made, HAK_OWN_BYTES), 0);
    const int file = open(name, O_RDONLY);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(close(made), 0);
    assert_true(file >= 0);
    in_thread(blocks_allocate, &others);
    blocks_free(&others);
    hak_remote_flush(hak_thread_heap);
    hak_heaps_sweep(true);
    hak_heap_t *const heap = others.heap;
    void *const offsets = hak_own_of(heap);
    memset(heap->own_writable, 0, sizeof heap->own_writable);
    assert_ptr_equal(mmap(offsets, HAK_OWN_BYTES, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0),
                     offsets);

    pthread_t thread;
    void *failed = NULL;
    assert_int_equal(pthread_create(&thread, NULL, freed_are_reused, &others), 0);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_ptr_equal(others.heap, heap);
    uint64_t refused = 0;
    for (size_t i = 0; i < HAK_OWN_WORDS; i++) {
        assert_int_equal(heap->own_writable[i], 0);
        refused |= heap->own_refused[i];
    }
    assert_int_not_equal(refused, 0);

    hak_heaps_sweep(true);
    assert_ptr_equal(mmap(offsets, HAK_OWN_BYTES, PROT_READ,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0),
                     offsets);
    memset(heap->own_refused, 0, sizeof heap->own_refused);
    assert_int_equal(close(file), 0);
    in_thread(blocks_allocate, &others);
    assert_ptr_equal(others.heap, heap);
    map_check(heap, true);
    blocks_free(&others);
    hak_remote_flush(hak_thread_heap);
}

/* ------------------------------------------------------------------ limits of addresses */

enum { THREADS = 40 };
#define LIMIT_BYTES ((rlim_t)4 << 30)

static pthread_barrier_t all_have_one;

static void *heap_with_others(void *argument) {
    blocks_t *blocks = calloc(1, sizeof *blocks);
    void *const freed = hak_malloc(64);
    hak_heap_t *const heap = hak_thread_heap;
    *(hak_heap_t **)argument = heap;
    (void)pthread_barrier_wait(&all_have_one);
    hak_free(freed);
    void *const failed = freed_are_reused(blocks);
    free(blocks);
    return hak_thread_lanes == (heap->has_own_map ? (char *)heap : hak_map.zero) ? failed : heap;
}

/* The heaps of as many threads, all living at once. */
static void heaps_take(hak_heap_t **heap) {
    pthread_t thread[THREADS];
    pthread_attr_t small;
    assert_int_equal(pthread_attr_init(&small), 0);
    assert_int_equal(pthread_attr_setstacksize(&small, 256 << 10), 0);
    assert_int_equal(pthread_barrier_init(&all_have_one, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], &small, heap_with_others, &heap[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(thread[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(pthread_attr_destroy(&small), 0);
    assert_int_equal(pthread_barrier_destroy(&all_have_one), 0);
}

static void it_takes_a_part_of_a_limit_alone(void **state) {
    (void)state;
    hak_heap_t *heap[THREADS];
    size_t without = 0;
    heaps_take(heap);
    for (int i = 0; i < THREADS; i++) {
        const bool expected = heap[i]->front.id - 1 <= LIMIT_BYTES / 16 / HAK_OWN_BYTES;
        assert_int_equal(heap[i]->has_own_map, expected);
        without += !expected;
    }
    assert_true(without > 0 && without < THREADS);
}

/* In a process that the limit was set for before it started. */
static int limited_process(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_takes_a_part_of_a_limit_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

static void limits_of_addresses_are_kept(void **state) {
    (void)state;
    int status = -1;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit limit = {.rlim_cur = LIMIT_BYTES, .rlim_max = LIMIT_BYTES};
        if (setrlimit(RLIMIT_AS, &limit) == 0)
            (void)execl("/proc/self/exe", "test_own_map", "limited", (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(int argc, char **argv) {
    hak_options.purge_ms = 3600000; /* no sweep and no purge but those that a test asks for */
    if (argc > 1 && strcmp(argv[1], "limited") == 0)
        return limited_process();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_names_the_slabs_of_its_heap),
        cmocka_unit_test(units_change_hands),
        cmocka_unit_test(the_common_heap_has_none),
        cmocka_unit_test(without_one_frees_reach_their_lanes),
        cmocka_unit_test(a_thread_looks_there_while_it_has_the_heap),
        cmocka_unit_test(without_memory_for_it_frees_reach_their_lanes),
        cmocka_unit_test(limits_of_addresses_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
