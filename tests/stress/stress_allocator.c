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
#include <string.h>

#include "allocator/hakmem.h"

enum { SLOTS = 512, SHARED = 1024, GENERATIONS = 4 };

typedef struct block {
    uint64_t size;
    uint64_t seal; /* size ^ address: overwritten by any overlap at the start */
    unsigned char rest[];
} block_t;

typedef struct worker {
    uint64_t random;
    uint64_t operations;
    block_t *slot[SLOTS];
} worker_t;

static _Atomic(block_t *) shared[SHARED];

static uint64_t random_next(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u); /* splitmix64: Steele, Lea, Flood 2014 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static _Noreturn void wrong(const char *what, const void *block, uint64_t size) {
    fprintf(stderr, "stress: %s at %p, size %llu\n", what, block, (unsigned long long)size);
    exit(1);
}

static void block_seal(block_t *block, size_t size) {
    if (block == NULL)
        wrong("no memory", block, size);
    if ((uintptr_t)block % 16 != 0)
        wrong("misaligned", block, size);
    block->size = size;
    block->seal = size ^ (uintptr_t)block;
    memset(block->rest, (int)(size & 0xff), size - sizeof *block);
}

static void block_verify(const block_t *block) {
    if (block->seal != (block->size ^ (uintptr_t)block))
        wrong("overwritten head", block, block->size);
    size_t rest = block->size - sizeof *block;
    size_t step = rest > 8192 ? 97 : 1;
    for (size_t i = 0; i < rest; i += step) {
        if (block->rest[i] != (unsigned char)(block->size & 0xff))
            wrong("overwritten body", block, block->size);
    }
}

static void block_free(block_t *block) {
    if (block == NULL)
        return;
    block_verify(block);
    block->seal = 0;
    hak_free(block);
}

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

static block_t *block_new(uint64_t random) {
    size_t size = size_choose(random);
    block_t *block;
    switch (random >> 33 & 15) {
    case 0:
        block = hak_calloc(1, size);
        for (size_t i = 0; block != NULL && i < size - sizeof *block; i += 61) {
            if (block->rest[i] != 0)
                wrong("calloc not zero", block, size);
        }
        break;
    case 1: {
        size_t alignment = (size_t)16 << (random >> 40 & 7);
        block = hak_aligned_alloc(alignment, size);
        if ((uintptr_t)block % alignment != 0)
            wrong("misaligned", block, size);
        break;
    }
    default:
        block = hak_malloc(size);
    }
    block_seal(block, size);
    return block;
}

static block_t *block_resize(block_t *block, uint64_t random) {
    size_t size = size_choose(random);
    block_verify(block);
    size_t kept = block->size < size ? block->size : size;
    unsigned char pattern = (unsigned char)(block->size & 0xff);
    block = hak_realloc(block, size);
    for (size_t i = 0; block != NULL && i < kept - sizeof *block; i += 31) {
        if (block->rest[i] != pattern)
            wrong("realloc lost contents", block, size);
    }
    block_seal(block, size);
    return block;
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
            *slot = block_resize(*slot, random_next(&worker->random));
        break;
    default:
        block_free(*slot);
        *slot = random >> 30 & 1 ? block_new(random_next(&worker->random)) : NULL;
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
        block_free(atomic_exchange(&shared[i], block_new(random_next(&random))));
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

/* Everything was freed. Not where the library serves malloc: the C library has blocks then. */
static void nothing_is_live(const void *of_malloc) {
    hak_stats_t stats = {.size = sizeof stats};
    if (hak_malloc_usable_size(of_malloc) != 0)
        return;
    if (hak_stats(&stats) != 0 || stats.live_bytes != 0 || stats.cached_bytes != 0)
        wrong("blocks are left", NULL, stats.live_bytes + stats.cached_bytes);
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
