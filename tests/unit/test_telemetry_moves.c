/*
 * Every counter of every box counts something that happens: each case provokes some of them in a
 * child process, which is also where faults stop the program, and the last one asks for those that
 * none has moved. The machine has one NUMA node perhaps, and locks are free mostly: getcpu, which
 * the allocator asks for its node, is this file's.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/slab.h"
#include "allocator/spill.h"
#include "allocator/superslab.h"
#include "allocator/telemetry.h"
#include "succession.h"
#include "tests/huge_page.h"

/* ------------------------------------------------------------------ what moved */

/* Sums over all children, in memory that they share. */
#define SUM_FIELD(counter, help) _Atomic uint64_t counter;
#define SUM_BOX(BOX, row_count, help)                                                              \
    struct {                                                                                       \
        HAK_##BOX##_COUNTERS(SUM_FIELD)                                                            \
    } BOX;
static struct sums { HAK_BOXES(SUM_BOX) } * sums, before;

/* In a child, when it has done what it is for. */
static void counts_add(void) {
#define COUNT_ADD(counter, help) sum->counter += counts[row].counter;
#define BOX_ADD(BOX, row_count, help)                                                              \
    for (unsigned row = 0; row < (row_count); row++) {                                             \
        struct hak_counts_##BOX *counts = hak_counts_##BOX;                                        \
        __typeof__(sums->BOX) *sum = &sums->BOX;                                                   \
        HAK_##BOX##_COUNTERS(COUNT_ADD)                                                            \
    }
    HAK_BOXES(BOX_ADD)
}

static void aborted(int number) {
    (void)number;
    counts_add();
    _exit(0);
}

/* Runs `body` in a child that starts hakmem anew, with a setting of its environment or NULL. */
static void in_child(void (*body)(void), const char *variable, const char *value) {
    memcpy(&before, sums, sizeof before);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (variable != NULL)
            setenv(variable, value, 1);
        signal(SIGABRT, aborted);
        body();
        counts_add();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* The child before moved it. */
#define MOVED(BOX, counter) assert_true(sums->BOX.counter > before.BOX.counter)

/* In a child: what must hold for it to make sense. */
#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            dprintf(STDERR_FILENO, "child: %s does not hold\n", #condition);                       \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* ------------------------------------------------------------------ the node, and waiting */

static _Atomic unsigned node_now;
/* The thread that must sleep before getcpu returns; set while that happens. */
static _Atomic pid_t node_waits_for;
static _Atomic bool waited_for;

/* True when the kernel says that the thread sleeps. */
static bool thread_sleeps(pid_t thread) {
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    const size_t bytes = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[bytes] = '\0';
    const char *state = strrchr(text, ')');
    return state != NULL && state[1] != '\0' && state[2] == 'S';
}

int getcpu(unsigned *cpu, unsigned *node) {
    const pid_t thread = atomic_exchange(&node_waits_for, 0);
    if (thread > 0)
        atomic_store(&waited_for, true);
    while (thread > 0 && !thread_sleeps(thread)) {
    }
    *cpu = 0;
    *node = atomic_load(&node_now);
    return 0;
}

static void pause_ms(long milliseconds) {
    const struct timespec time = {.tv_nsec = milliseconds * 1000000};
    nanosleep(&time, NULL);
}

/* ------------------------------------------------------------------ sizes */

enum { BLOCKS = 20000 };
static void *block[BLOCKS];

/* Allocates `count` blocks, frees them, and gives back what is left. */
static void blocks_come_and_go(size_t size, int count) {
    for (int i = 0; i < count; i++)
        NEED((block[i] = hak_malloc(size)) != NULL);
    for (int i = 0; i < count; i++)
        hak_free(block[i]);
    hak_malloc_trim(0);
}

static void sizes_all(void) {
    blocks_come_and_go(48, BLOCKS);
    blocks_come_and_go(500, BLOCKS);
    blocks_come_and_go(20000, 500);
    blocks_come_and_go(200000, 50);
    blocks_come_and_go(2000000, 20);
    hak_free(NULL);
    hak_free(hak_calloc(3, 5));
    hak_free(hak_realloc(hak_malloc(10), 1000));
    hak_free(hak_aligned_alloc(256, 300));
    hak_free(hak_realloc(hak_malloc(2000000), 4000000));
    block[0] = hak_malloc(12000);
    hak_free(hak_malloc(10000)); /* of the page of the one before */
    hak_free(block[0]);
    void *medium = hak_malloc(200000);
    NEED(hak_realloc(medium, 100000) == medium);
    hak_free(medium);
    for (int i = 0; i < 4; i++) { /* all but the first */
        void *large = hak_malloc(8000000);
        NEED(large != NULL);
        memset(large, 1, 8000000);
        hak_free(large);
    }
    /* Units with what was in them, and mappings that were kept. */
    for (int i = 0; i < 8; i++)
        hak_free(hak_malloc(3000000));
    for (int i = 0; i < 8; i++)
        hak_free(hak_malloc(300000)); /* kept by the thread */
    hak_malloc_trim(0);
    for (int i = 0; i < 8; i++)
        hak_free(hak_malloc(300000));
}

static void sizes_of_all_kinds_move_front_lanes_backends_and_pool(void **state) {
    (void)state;
    in_child(sizes_all, NULL, NULL);
    MOVED(FRONT, malloc_slow);
    MOVED(FREE_SUPERSLAB, local);
    MOVED(FREE_SUPERSLAB, null);
    MOVED(FREE_SUPERSLAB, medium);
    MOVED(FREE_SUPERSLAB, unmapped);
    MOVED(LANE, flushed_blocks);
    MOVED(TINY, slabs_released);
    MOVED(MID_V3, slabs_released);
    MOVED(POOL_HOTBOX_V2, free_fast);
    MOVED(POOL_HOTBOX_V2, alloc_borrowed);
    MOVED(LARGE, maps_huge);
    MOVED(LARGE, remaps);
    MOVED(LARGE, reused);
    MOVED(LARGE, medium_kept);
    MOVED(SHARED_POOL, runs_resized);
    MOVED(SHARED_POOL, units_reused_dirty);
    MOVED(SUPERSLAB_OS, purged_bytes);
    assert_int_equal(sums->CLASS.mallocs - before.CLASS.mallocs,
                     sums->CLASS.frees - before.CLASS.frees);
    assert_int_equal(sums->FREE_SUPERSLAB.entries - before.FREE_SUPERSLAB.entries,
                     sums->FRONT.free_calls - before.FRONT.free_calls);
}

static void pools_all(void) {
    blocks_come_and_go(20000, 500);
    for (int i = 0; i < 100; i++)
        block[i] = hak_malloc(2000);
    for (int i = 0; i < 100; i++)
        hak_free(block[i]);
    for (int i = 0; i < 100; i++)
        block[i] = hak_malloc(2000);
}

static void without_the_hot_box_pool_v1_moves(void **state) {
    (void)state;
    in_child(pools_all, "HAKMEM_POOL_V2_ENABLED", "off");
    MOVED(POOL_V1, shared_hits);
    MOVED(POOL_V1, shared_overflows);
    MOVED(POOL_V1, slabs_released);
    MOVED(FREE_SUPERSLAB, shared);
    assert_int_equal(sums->POOL_HOTBOX_V2.alloc_calls, before.POOL_HOTBOX_V2.alloc_calls);
}

static void a_hot_box_at_its_bound_falls_back(void **state) {
    (void)state;
    in_child(pools_all, "HAKMEM_POOL_V2_THREAD_MIB", "1");
    MOVED(POOL_HOTBOX_V2, alloc_refill_fail);
    MOVED(POOL_HOTBOX_V2, alloc_fallback_v1);
    MOVED(POOL_HOTBOX_V2, free_fallback_v1);
    MOVED(LANE, refill_failures);
    MOVED(DIAGNOSTICS, retries);
}

/* ------------------------------------------------------------------ threads */

static pthread_barrier_t barrier;

static void thread_run(void *(*body)(void *)) {
    pthread_t thread;
    NEED(pthread_create(&thread, NULL, body, NULL) == 0);
    NEED(pthread_join(thread, NULL) == 0);
}

enum { SENT = 4000 };

static void *owner_lives(void *unused) {
    for (int i = 0; i < SENT; i++)
        block[i] = hak_malloc(64);
    pthread_barrier_wait(&barrier); /* the others free some */
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < SENT; i++)
        hak_free(hak_malloc(64 + (size_t)i % 64 * 16));
    for (int i = SENT; i < 2 * SENT; i++) /* refills look for what came back */
        block[i] = hak_malloc(64);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return unused;
}

static void blocks_cross(void) {
    pthread_t owner;
    pthread_barrier_init(&barrier, NULL, 2);
    NEED(pthread_create(&owner, NULL, owner_lives, NULL) == 0);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < SENT / 2; i++)
        hak_free(block[i]);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    for (int i = SENT / 2; i < SENT; i++) /* and the owner does not look again */
        hak_free(block[i]);
    hak_malloc_trim(0);
    pthread_barrier_wait(&barrier);
    NEED(pthread_join(owner, NULL) == 0);
    for (int i = SENT; i < 2 * SENT; i++) /* to a heap without a thread */
        hak_free(block[i]);
    hak_malloc_trim(0);
}

static void blocks_of_other_threads_move_the_remote_queue(void **state) {
    (void)state;
    in_child(blocks_cross, NULL, NULL);
    MOVED(FREE_SUPERSLAB, foreign);
    MOVED(REMOTE, sent_blocks);
    MOVED(REMOTE, chunks_published);
    MOVED(REMOTE, chunks_received);
    MOVED(REMOTE, chunks_drained_by_others);
    MOVED(HEAP, swept);
    MOVED(HEAP, released);
    MOVED(SPILL, exit_spills);
}

static pthread_key_t late_key; /* its destructor runs after the allocator's */

static void late_free(void *value) {
    hak_free(value);
    hak_free(hak_malloc(100));
}

static void *late_thread(void *unused) {
    hak_free(hak_malloc(100));
    pthread_setspecific(late_key, block[0]);
    return unused;
}

static void threads_end(void) {
    block[0] = hak_malloc(100);
    NEED(pthread_key_create(&late_key, late_free) == 0);
    thread_run(late_thread);
    thread_run(late_thread); /* takes the heap over; the block is free already */
}

static void *plain_thread(void *unused) {
    hak_free(hak_malloc(100));
    return unused;
}

static void threads_end_well(void) {
    block[0] = hak_malloc(100);
    NEED(pthread_key_create(&late_key, late_free) == 0);
    thread_run(late_thread);
    thread_run(plain_thread);
}

static void threads_that_end_leave_heaps_and_free_without_one(void **state) {
    (void)state;
    in_child(threads_end_well, NULL, NULL);
    MOVED(REMOTE, direct_puts);
    MOVED(HEAP, created);
    MOVED(HEAP, inherited);
    MOVED(DIAGNOSTICS, exited_threads);
    in_child(threads_end, NULL, NULL); /* a double free */
    MOVED(DIAGNOSTICS, faults);
}

static void *many_classes(void *unused) {
    for (size_t size = 1000; size <= 64000; size += 1000)
        hak_free(hak_malloc(size));
    hak_spill_lanes(hak_thread_heap);
    return unused;
}

static void heaps_keep_too_much(void) {
    for (int i = 0; i < 100; i++)
        block[i] = hak_malloc(60000);
    thread_run(many_classes);
    for (int i = 0; i < 100; i++)
        hak_free(block[i]);
    hak_spill_lanes(hak_thread_heap);
    thread_run(plain_thread);
}

static void idle_heaps_give_back_what_is_too_much(void **state) {
    (void)state;
    in_child(heaps_keep_too_much, "HAKMEM_PURGE_MS", "3600000"); /* nothing by age */
    MOVED(HEAP, trimmed);
}

static void thread_is_followed_by_one_that_began_before_it_ended(void) {
    (void)succeed((succession_t){.predecessor_blocks = SUCCESSION_BLOCKS});
}

static void a_young_thread_takes_over_the_heap_before_it(void **state) {
    (void)state;
    in_child(thread_is_followed_by_one_that_began_before_it_ended, NULL, NULL);
    MOVED(HEAP, settled);
}

static void node_changes(void) {
    for (int i = 0; i < 2000; i++) {
        block[i] = hak_malloc(1000);
        if (i == 500)
            atomic_store(&node_now, 1);
    }
}

static void a_thread_on_another_node_moves_to_another_heap(void **state) {
    (void)state;
    in_child(node_changes, NULL, NULL);
    MOVED(HEAP, moved);
}

static void *waiting_thread(void *unused) {
    hak_free(hak_malloc(100));
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return unused;
}

static void forks_beside_a_thread(void) {
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    NEED(pthread_create(&thread, NULL, waiting_thread, NULL) == 0);
    pthread_barrier_wait(&barrier);
    hak_free(hak_malloc(100));
    const pid_t child = fork();
    if (child == 0)
        return; /* counts, and ends */
    int status;
    NEED(waitpid(child, &status, 0) == child && status == 0);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}

static void heaps_of_threads_that_vanish_in_a_fork_are_abandoned(void **state) {
    (void)state;
    in_child(forks_beside_a_thread, NULL, NULL);
    MOVED(HEAP, abandoned_at_fork);
}

/* ------------------------------------------------------------------ time */

/* Slow calls, so that a thread looks at what is idle. */
static void slow_calls(size_t size, int count) {
    for (int i = 0; i < count; i++)
        block[i] = hak_malloc(size);
    for (int i = 0; i < count; i++)
        hak_free(block[i]);
}

static void busy_then_idle(void) {
    for (int i = 0; i < 8; i++) {
        slow_calls(500, 10000);
        hak_free(hak_malloc(3000000));
        pause_ms(5);
    }
    for (int i = 0; i < 40; i++) { /* neither these sizes nor regrets any more */
        slow_calls(1000, 2000);
        pause_ms(25);
    }
}

static void what_is_not_used_spills_and_the_learner_decides(void **state) {
    (void)state;
    in_child(busy_then_idle, "HAKMEM_PURGE_MS", "10");
    MOVED(SPILL, idle_spills);
    MOVED(LANE, shrunk);
    MOVED(LEARNER, windows);
    MOVED(LEARNER, capacity_raises);
    MOVED(LEARNER, capacity_cuts);
    MOVED(LEARNER, retention_raises);
    MOVED(LEARNER, retention_cuts);
}

/* ------------------------------------------------------------------ the operating system */

static void limit_set(int resource, size_t bytes) {
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    NEED(setrlimit(resource, &limit) == 0);
}

static void address_limit(void) {
    limit_set(RLIMIT_AS, (size_t)4 << 30);
    blocks_come_and_go(200000, 100);
}

static void data_limit(void) {
    int got = 0;
    hak_free(hak_malloc(100));
    limit_set(RLIMIT_DATA, 4096); /* 0 would mean something else to the kernel */
    while (got < 200 && (block[got] = hak_malloc(200000)) != NULL)
        got++;
    NEED(got < 200 && errno == ENOMEM);
}

/* Superslabs resident from end to end, and then calls for longer than it takes to look at one. */
static void superslabs_huge(void) {
    for (int i = 0; i < 200; i++) {
        NEED((block[i] = hak_malloc(65000)) != NULL);
        memset(block[i], 1, 65000);
    }
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        for (int i = 0; i < 8000; i++)
            block[200 + i] = hak_malloc(64);
        for (int i = 0; i < 8000; i++)
            hak_free(block[200 + i]);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < 2);
}

static void what_the_system_grants_and_refuses_is_counted(void **state) {
    (void)state;
    in_child(address_limit, NULL, NULL);
    MOVED(SUPERSLAB_OS, superslabs_created);
    MOVED(SUPERSLAB_OS, superslabs_released);
    MOVED(SUPERSLAB_OS, regions_reserved);
    in_child(data_limit, NULL, NULL);
    MOVED(SUPERSLAB_OS, commit_failures);
    MOVED(SHARED_POOL, searches_failed);
    if (!kernel_collapses())
        return;
    in_child(superslabs_huge, NULL, NULL);
    MOVED(SUPERSLAB_OS, huge_pages);
}

/* ------------------------------------------------------------------ out of the ordinary */

/* Wants the pool's lock once the other thread, which holds it, is in getcpu. */
static void *pool_wanted(void *unused) {
    atomic_store(&node_waits_for, (pid_t)syscall(SYS_gettid));
    while (!atomic_load(&waited_for)) {
    }
    hak_free(hak_malloc(200000));
    return unused;
}

static void threads_meet(void) {
    pthread_t thread;
    hak_free(hak_malloc(100));
    NEED(pthread_create(&thread, NULL, pool_wanted, NULL) == 0);
    while (atomic_load(&node_waits_for) == 0) {
    }
    hak_free(hak_malloc(200000));
    NEED(pthread_join(thread, NULL) == 0);
}

static void threads_that_meet_wait(void **state) {
    (void)state;
    in_child(threads_meet, NULL, NULL);
    MOVED(SHARED_POOL, lock_waits);
    MOVED(DIAGNOSTICS, lock_waits);
    MOVED(DIAGNOSTICS, lock_sleeps);
}

static void *thread_without_memory(void *unused) {
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    NEED(hak_malloc(100) != NULL);
    return unused;
}

static void heap_refused(void) {
    pthread_t thread;
    hak_free(hak_malloc(100));
    pthread_barrier_init(&barrier, NULL, 2);
    NEED(pthread_create(&thread, NULL, thread_without_memory, NULL) == 0);
    pthread_barrier_wait(&barrier);
    limit_set(RLIMIT_AS, 0);
    pthread_barrier_wait(&barrier);
    NEED(pthread_join(thread, NULL) == 0);
}

static void rare_requests(void) {
    NEED(hak_malloc(SIZE_MAX / 2) == NULL && errno == ENOMEM);
    hak_free(hak_aligned_alloc(1 << 20, 100));
}

static void what_is_out_of_the_ordinary_is_counted(void **state) {
    (void)state;
    in_child(rare_requests, "HAKMEM_LANE_KIB", "many");
    MOVED(DIAGNOSTICS, out_of_memory);
    MOVED(DIAGNOSTICS, classless_alignments);
    MOVED(DIAGNOSTICS, refused_options);
    in_child(heap_refused, NULL, NULL);
    MOVED(DIAGNOSTICS, heapless_threads);
}

/* ------------------------------------------------------------------ misuse */

enum { HOT_BOX_BYTES = 1152 };

static void free_misaligned(void) {
    hak_free((char *)hak_malloc(HOT_BOX_BYTES) + 16);
}

/* What would be the block after the last one, where the run goes on that far. */
static void free_beyond(void) {
    for (int i = 0; i < BLOCKS; i++) {
        const hak_slab_t *slab = hak_run_of(block[i] = hak_malloc(HOT_BOX_BYTES));
        char *beyond = slab->start + (size_t)slab->blocks * HOT_BOX_BYTES;
        if (hak_map_entry(beyond) == hak_map_entry(block[i]) && hak_run_of(beyond) == slab) {
            hak_free(beyond);
            hak_malloc_trim(0); /* it is seen when it comes back to its slab */
        }
    }
}

static void free_twice(void) {
    void *twice = hak_malloc(HOT_BOX_BYTES);
    void *other = hak_malloc(HOT_BOX_BYTES);
    hak_free(twice);
    hak_malloc_trim(0);
    hak_free(twice);
    hak_free(other);
    hak_malloc_trim(0);
}

static void misuse_is_counted_before_it_stops_the_program(void **state) {
    (void)state;
    in_child(free_misaligned, NULL, NULL);
    MOVED(POOL_HOTBOX_V2, page_of_fail_misaligned);
    in_child(free_beyond, NULL, NULL);
    MOVED(POOL_HOTBOX_V2, page_of_fail_out_of_range);
    in_child(free_twice, NULL, NULL);
    MOVED(POOL_HOTBOX_V2, page_of_fail_unknown);
    assert_int_equal(sums->DIAGNOSTICS.faults - before.DIAGNOSTICS.faults, 1);
}

/* ------------------------------------------------------------------ all of them */

static void every_counter_of_every_box_has_moved(void **state) {
    (void)state;
    size_t still = 0;
#define COUNTER_CHECK(counter, help)                                                               \
    if (sum->counter == 0) {                                                                       \
        print_error("nothing moved %s.%s\n", box, #counter);                                       \
        still++;                                                                                   \
    }
#define BOX_CHECK(BOX, row_count, help)                                                            \
    {                                                                                              \
        const char *box = #BOX;                                                                    \
        __typeof__(sums->BOX) *sum = &sums->BOX;                                                   \
        HAK_##BOX##_COUNTERS(COUNTER_CHECK)                                                        \
    }
    HAK_BOXES(BOX_CHECK)
    assert_int_equal(still, 0);
}

int main(void) {
    sums = mmap(NULL, sizeof *sums, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sums == MAP_FAILED)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_all_kinds_move_front_lanes_backends_and_pool),
        cmocka_unit_test(without_the_hot_box_pool_v1_moves),
        cmocka_unit_test(a_hot_box_at_its_bound_falls_back),
        cmocka_unit_test(blocks_of_other_threads_move_the_remote_queue),
        cmocka_unit_test(threads_that_end_leave_heaps_and_free_without_one),
        cmocka_unit_test(idle_heaps_give_back_what_is_too_much),
        cmocka_unit_test(a_young_thread_takes_over_the_heap_before_it),
        cmocka_unit_test(a_thread_on_another_node_moves_to_another_heap),
        cmocka_unit_test(heaps_of_threads_that_vanish_in_a_fork_are_abandoned),
        cmocka_unit_test(what_is_not_used_spills_and_the_learner_decides),
        cmocka_unit_test(what_the_system_grants_and_refuses_is_counted),
        cmocka_unit_test(threads_that_meet_wait),
        cmocka_unit_test(what_is_out_of_the_ordinary_is_counted),
        cmocka_unit_test(misuse_is_counted_before_it_stops_the_program),
        cmocka_unit_test(every_counter_of_every_box_has_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
