/*
 * Races of the heaps' lives, all at once: threads that come and go and whose heaps are inherited,
 * crowds that leave many idle heaps behind, owners that sleep on more blocks than may wait for
 * them, threads that free what others own, forks in the middle of it, and one thread that trims and
 * asks for statistics. Blocks go from role to role through shared places; every block carries a
 * pattern that is verified before it is freed, and after every round nothing may be live.
 *
 * A round is a fixed amount of work, so that a run of rounds ends on any machine.
 *
 *     stress_races [SECONDS [SEED]]    SECONDS 0, as without it: 8 rounds
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/stress/checked_block.h"

/* Sanitizers hold locks of their own while other threads of the parent run: their children do not
 * start threads. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum {
    PLACES = 1024,
    ROUNDS = 8,
    CHURNERS = 2,
    CHURN_STEPS = 20000,
    SLOTS = 128,
    SPAWNERS = 2,
    SPAWNED = 96, /* threads of a spawner, a batch at a time */
    BATCH = 8,
    SHORT_STEPS = 60,
    CROWD = 40, /* threads that live at the same time */
    CROWD_BLOCKS = 24,
    SLEEPERS = 3,
    NAPS = 3,
    SLEEPER_BLOCKS = 900,
    FORKS = 3,
    HELD = 96, /* blocks of others that a child is to free */
    CHILD_DEADLINE_SECONDS = 120,
};

static _Atomic(block_t *) place[PLACES];
static _Atomic uint64_t ticks; /* of work done by others, for sleepers */
static _Atomic bool round_over;
static _Atomic uint64_t threads_started, forks_done, blocks_checked;
static pthread_key_t key;
static uint64_t seed = 1;

/* Most blocks are small; some come from the pools, few are medium or large. */
static size_t size_draw(uint64_t random) {
    const unsigned kind = (unsigned)(random >> 54);
    if (kind < 1)
        return sizeof(block_t) + (random & 0x1fffff);
    if (kind < 8)
        return sizeof(block_t) + (random & 0x3ffff);
    if (kind < 200)
        return sizeof(block_t) + (random & 0x3fff);
    return sizeof(block_t) + (random & 0x3ff);
}

static block_t *block_draw(uint64_t *random) {
    const uint64_t bits = random_next(random);
    return block_new(size_draw(bits), bits);
}

/* Puts a block (or none) into any place; returns what was there: most likely another thread's. */
static block_t *block_swap(block_t *block, uint64_t *random) {
    return atomic_exchange_explicit(&place[random_next(random) % PLACES], block,
                                    memory_order_acq_rel);
}

static void thread_start(pthread_t *thread, void *(*body)(void *), void *argument) {
    if (pthread_create(thread, NULL, body, argument) != 0)
        wrong("no thread", NULL, 0);
    atomic_fetch_add_explicit(&threads_started, 1, memory_order_relaxed);
}

static void thread_done(void) {
    atomic_fetch_add_explicit(&blocks_checked, blocks_verified, memory_order_relaxed);
    blocks_verified = 0;
}

/* A seed for a thread, different for each that asks. */
static void *seed_next(void) {
    static _Atomic uint64_t drawn;
    return (void *)(uintptr_t)(seed * 1000003 + atomic_fetch_add(&drawn, 1));
}

/* ------------------------------------------------------------------ roles */

static void churn(uint64_t *random, block_t **slot, int steps) {
    for (int i = 0; i < steps; i++) {
        block_t **one = &slot[random_next(random) % SLOTS];
        switch (random_next(random) % 8) {
        case 0:
        case 1:
        case 2:
            *one = block_swap(*one, random);
            break;
        case 3:
            if (*one != NULL)
                *one = block_resize(*one, size_draw(random_next(random)));
            break;
        case 4:
        case 5:
            block_free(*one);
            *one = NULL;
            break;
        default:
            if (*one == NULL)
                *one = block_draw(random);
        }
        if (i % 64 == 0)
            atomic_fetch_add_explicit(&ticks, 1, memory_order_relaxed);
    }
}

/* Half of what a thread has at its end goes on to others. */
static void slots_leave(uint64_t *random, block_t **slot) {
    for (int i = 0; i < SLOTS; i++)
        block_free(i % 2 == 0 ? block_swap(slot[i], random) : slot[i]);
}

static void *churner_run(void *argument) {
    uint64_t random = (uintptr_t)argument;
    block_t *slot[SLOTS] = {NULL};
    churn(&random, slot, CHURN_STEPS);
    slots_leave(&random, slot);
    thread_done();
    return NULL;
}

/* Of a thread that is exiting. The key is older than the allocator's, and the value is set again:
 * the second call comes when the thread has lost its heap. */
static void key_destroy(void *value) {
    static _Thread_local int calls;
    uint64_t random = (uintptr_t)value;
    block_free(value);
    block_t *block = block_draw(&random);
    if (++calls < 3)
        pthread_setspecific(key, block);
    else
        block_free(block_swap(block, &random));
    thread_done();
}

static void *short_run(void *argument) {
    uint64_t random = (uintptr_t)argument;
    block_t *slot[SLOTS] = {NULL};
    churn(&random, slot, SHORT_STEPS);
    slots_leave(&random, slot);
    pthread_setspecific(key, block_draw(&random));
    thread_done();
    return NULL;
}

static void *spawner_run(void *unused) {
    (void)unused;
    pthread_t thread[BATCH];
    for (int started = 0; started < SPAWNED; started += BATCH) {
        for (int i = 0; i < BATCH; i++)
            thread_start(&thread[i], short_run, seed_next());
        for (int i = 0; i < BATCH; i++)
            pthread_join(thread[i], NULL);
    }
    return NULL;
}

static pthread_barrier_t crowd_barrier;

static void *crowd_run(void *argument) {
    uint64_t random = (uintptr_t)argument;
    for (int i = 0; i < CROWD_BLOCKS; i++)
        block_free(block_swap(block_draw(&random), &random));
    pthread_barrier_wait(&crowd_barrier); /* all have a heap: as many become idle */
    thread_done();
    return NULL;
}

static void *crowd_gather(void *unused) {
    (void)unused;
    pthread_t thread[CROWD];
    pthread_barrier_init(&crowd_barrier, NULL, CROWD);
    for (int i = 0; i < CROWD; i++)
        thread_start(&thread[i], crowd_run, seed_next());
    for (int i = 0; i < CROWD; i++)
        pthread_join(thread[i], NULL);
    pthread_barrier_destroy(&crowd_barrier);
    return NULL;
}

/* Owns more than may wait for it, sleeps while others free that, and is back while they drain. */
static void *sleeper_run(void *argument) {
    uint64_t random = (uintptr_t)argument;
    for (int nap = 0; nap < NAPS; nap++) {
        for (int i = 0; i < SLEEPER_BLOCKS; i++)
            block_free(block_swap(block_draw(&random), &random));
        const uint64_t wake = atomic_load(&ticks) + 40;
        while (atomic_load_explicit(&ticks, memory_order_relaxed) < wake && !round_over)
            nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    thread_done();
    return NULL;
}

/* ------------------------------------------------------------------ fork */

/* In the child. What lies in the places was moved while the process was copied: it is left alone.
 */
static void child_run(block_t **held) {
    alarm(CHILD_DEADLINE_SECONDS);
    for (int i = 0; i < PLACES; i++)
        atomic_store_explicit(&place[i], NULL, memory_order_relaxed);
    for (int i = 0; i < HELD; i++)
        block_free(held[i]); /* made by threads that do not exist here */
    uint64_t random = (uintptr_t)seed_next();
    block_t *slot[SLOTS] = {NULL};
    churn(&random, slot, SHORT_STEPS * 10);
    slots_leave(&random, slot);
    if (!SANITIZED)
        spawner_run(NULL);
    for (int i = 0; i < PLACES; i++)
        block_free(atomic_load(&place[i]));
    (void)hak_malloc_trim(0);
    _exit(0);
}

static void *forker_run(void *argument) {
    uint64_t random = (uintptr_t)argument;
    block_t *held[HELD];
    for (int fork_number = 0; fork_number < FORKS; fork_number++) {
        for (int i = 0; i < HELD; i++)
            held[i] = block_swap(NULL, &random);
        const pid_t child = fork();
        if (child == 0)
            child_run(held);
        int status = -1;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            wrong("a child ended badly, status", NULL, (uint64_t)status);
        atomic_fetch_add_explicit(&forks_done, 1, memory_order_relaxed);
        for (int i = 0; i < HELD; i++)
            block_free(held[i]);
    }
    thread_done();
    return NULL;
}

/* ------------------------------------------------------------------ watching */

static void *watcher_run(void *unused) {
    (void)unused;
    for (uint64_t look = 0; !round_over; look++) {
        hak_stats_t stats = {.size = sizeof stats};
        if (hak_stats(&stats) != 0 || stats.live_bytes < stats.large_bytes ||
            stats.threads > stats.heaps || stats.retained_bytes > stats.committed_bytes)
            wrong("impossible statistics", NULL, stats.live_bytes);
        if (look % 4 == 0)
            (void)hak_malloc_trim(0); /* drains the heaps that sleep or have no thread */
        nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL);
    }
    return NULL;
}

static void round_run(void) {
    pthread_t watcher, sleeper[SLEEPERS], worker[CHURNERS + SPAWNERS + 2];
    int workers = 0;
    atomic_store(&round_over, false);
    thread_start(&watcher, watcher_run, NULL);
    for (int i = 0; i < SLEEPERS; i++)
        thread_start(&sleeper[i], sleeper_run, seed_next());
    for (int i = 0; i < CHURNERS; i++)
        thread_start(&worker[workers++], churner_run, seed_next());
    for (int i = 0; i < SPAWNERS; i++)
        thread_start(&worker[workers++], spawner_run, NULL);
    thread_start(&worker[workers++], crowd_gather, NULL);
    thread_start(&worker[workers++], forker_run, seed_next());
    for (int i = 0; i < workers; i++)
        pthread_join(worker[i], NULL);
    atomic_store(&round_over, true);
    for (int i = 0; i < SLEEPERS; i++)
        pthread_join(sleeper[i], NULL);
    pthread_join(watcher, NULL);
    for (int i = 0; i < PLACES; i++)
        block_free(atomic_exchange(&place[i], NULL));
    thread_done();
    (void)hak_malloc_trim(0);
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 0, start = seconds_now();
    void *of_malloc = malloc(1);
    hak_free(hak_malloc(1)); /* as hakmem.h asks for: no fork during the first call */
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    if (of_malloc == NULL || pthread_key_create(&key, key_destroy) != 0)
        return 2;
    int rounds = 0;
    do {
        round_run();
        nothing_is_live(of_malloc);
        rounds++;
    } while (seconds > 0 ? seconds_now() - start < seconds : rounds < ROUNDS);
    printf("%d rounds, %llu threads, %llu forks, %llu blocks checked, no fault\n", rounds,
           (unsigned long long)threads_started, (unsigned long long)forks_done,
           (unsigned long long)blocks_checked);
    free(of_malloc);
    return 0;
}
