/*
 * Checked stress of the allocator's parts with threads, by its hak_* names: random sizes through
 * every interface, blocks handed to other threads, threads that come and go, sleepers that own
 * blocks which others free, and one that asks for statistics all the while. Every block carries a
 * pattern that is verified before it is freed; at the end nothing may be live. Runs a fixed number
 * of operations, so that it ends on any machine; built plain, and under the address, undefined
 * behaviour and thread sanitizers. Usage: stress_allocator [OPERATIONS_PER_THREAD [THREADS
 * [SEED]]]
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/stress/checked_block.h"

enum { SLOTS = 512, SHARED = 1024, GENERATIONS = 4 };

typedef struct worker {
    uint64_t random;
    uint64_t operations;
    block_t *slot[SLOTS];
} worker_t;

static _Atomic(block_t *) shared[SHARED];

/* Mostly small, sometimes a span, seldom medium or large. */
static size_t size_choose(uint64_t random) {
    unsigned kind = (unsigned)(random >> 56);
    size_t size = sizeof(block_t) + (random & 0x3ff);
    if (kind < 40)
        size = sizeof(block_t) + (random & 0x7fff);
    if (kind < 4)
        size = sizeof(block_t) + (random & 0xfffff);
    if (random >> 50 == 0)
        size = sizeof(block_t) + (random & 0x3fffff);
    return size;
}

static block_t *block_make(uint64_t random) {
    return block_new(size_choose(random), random);
}

static void step(worker_t *worker) {
    uint64_t random = random_next(&worker->random);
    block_t **slot = &worker->slot[random >> 10 & (SLOTS - 1)];
    switch (random >> 60) {
    case 0: /* hand over: the other side's block comes back in exchange */
    case 1:
    case 2:
    case 3:
        *slot = atomic_exchange_explicit(&shared[random >> 20 & (SHARED - 1)], *slot,
                                         memory_order_acq_rel);
        break;
    case 4:
        if (*slot != NULL)
            *slot = block_resize(*slot, size_choose(random_next(&worker->random)));
        break;
    default:
        block_free(*slot);
        *slot = random >> 30 & 1 ? block_make(random_next(&worker->random)) : NULL;
    }
}

static void *worker_run(void *argument) {
    worker_t *worker = argument;
    for (uint64_t i = 0; i < worker->operations; i++)
        step(worker);
    /* Half of the set goes to the next generation through the shared places, the rest is freed. */
    for (int i = 0; i < SLOTS; i++) {
        if (i % 2 == 0)
            worker->slot[i] =
                atomic_exchange(&shared[random_next(&worker->random) % SHARED], worker->slot[i]);
        block_free(worker->slot[i]);
        worker->slot[i] = NULL;
    }
    return NULL;
}

/* Owns blocks that the workers free while it sleeps; never allocates again. */
static pthread_mutex_t sleeper_lock = PTHREAD_MUTEX_INITIALIZER;

static void *sleeper_run(void *argument) {
    uint64_t random = (uintptr_t)argument;
    for (int i = 0; i < SHARED; i++)
        block_free(atomic_exchange(&shared[i], block_make(random_next(&random))));
    pthread_mutex_lock(&sleeper_lock); /* until the end of the generation */
    pthread_mutex_unlock(&sleeper_lock);
    return NULL;
}

/* Asks for the allocator's figures while the others run. */
static _Atomic bool watching;

static void *watcher_run(void *unused) {
    (void)unused;
    while (atomic_load_explicit(&watching, memory_order_relaxed)) {
        hak_stats_t stats = {.size = sizeof stats};
        if (hak_stats(&stats) != 0 || stats.live_bytes < stats.large_bytes ||
            stats.threads > stats.heaps || stats.retained_bytes > stats.committed_bytes)
            wrong("impossible statistics", NULL, stats.live_bytes);
        sched_yield();
    }
    return NULL;
}

static uint64_t argument_number(int count, char **arguments, int index, uint64_t initial) {
    return index < count ? strtoull(arguments[index], NULL, 10) : initial;
}

int main(int argc, char **argv) {
    uint64_t operations = argument_number(argc, argv, 1, 100000);
    unsigned threads = (unsigned)argument_number(argc, argv, 2, 4);
    uint64_t seed = argument_number(argc, argv, 3, 1);
    worker_t *workers = calloc(threads, sizeof workers[0]);
    pthread_t *handles = calloc(threads, sizeof handles[0]);
    if (workers == NULL || handles == NULL || threads == 0)
        return 2;
    pthread_t watcher;
    watching = true;
    pthread_create(&watcher, NULL, watcher_run, NULL);
    for (unsigned generation = 0; generation < GENERATIONS; generation++) {
        pthread_t sleeper;
        pthread_mutex_lock(&sleeper_lock);
        pthread_create(&sleeper, NULL, sleeper_run, (void *)(uintptr_t)(seed + generation));
        for (unsigned i = 0; i < threads; i++) {
            workers[i].random = seed * 1000003 + generation * 1009 + i;
            workers[i].operations = operations / GENERATIONS;
            pthread_create(&handles[i], NULL, worker_run, &workers[i]);
        }
        for (unsigned i = 0; i < threads; i++)
            pthread_join(handles[i], NULL);
        pthread_mutex_unlock(&sleeper_lock);
        pthread_join(sleeper, NULL);
    }
    watching = false;
    pthread_join(watcher, NULL);
    for (int i = 0; i < SHARED; i++)
        block_free(atomic_load(&shared[i]));
    (void)hak_malloc_trim(0);
    nothing_is_live(workers);
    free(workers);
    free(handles);
    puts("1 passed, 0 failed");
    return 0;
}
