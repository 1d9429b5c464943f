/*
 * Phase changes without growth: a day's worth, compressed. A day is 24 phases, each with a mixture
 * of sizes, a number of threads and an amount of live memory of its own; what a phase's threads
 * leave is freed by those of the next, and a set of long-lived blocks is replaced little by little.
 * All days have the same phases with other blocks, so that memory at the end of one day, when only
 * the long-lived blocks live, can be compared with that at the end of any other; and so can the
 * largest RSS of each day. What the allocator keeps for reuse until it is purged is no part of the
 * former: it depends on when the day ends, and the peak bounds it.
 *
 * Prints a line a day, and the verdict: the lower quartile of the last third of the days may be
 * above the median of the first (the very first day excepted) by a fifth and 2 MiB. What grows is
 * above it on nearly every day, what an idle heap still has when the day ends on some. Time enters
 * only in what is purged when; the default options hold.
 *
 *     stress_phases [PHASES [SEED]]    168 without it: 7 days
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "tests/stress/checked_block.h"
#include "tests/stress/process_memory.h"

enum {
    DAY = 24,
    DAYS_LEAST = 4,
    DAYS_MOST = 1000,
    THREADS_MOST = 12,
    LONG_LIVED = 2048,      /* blocks */
    LONG_LIVED_SIZE = 2048, /* bytes, at most */
    LEFT = 4096,            /* places for what goes on to the next phase */
    LIVE_BYTES_LEAST = 1 << 20,
    LIVE_BYTES_MOST = 24 << 20,
    CHURN_BYTES = 24 << 20, /* allocated in a phase after it was filled */
    GROWTH_KIB_MOST = 2048,
};

typedef struct mixture {
    const char *name;
    size_t min, max;
} mixture_t;

static const mixture_t mixtures[] = {
    {"tiny", 16, 128},        {"small", 16, 1040},       {"mid", 257, 768},
    {"strings", 24, 96},      {"records", 512, 4096},    {"pages", 1024, 16384},
    {"buffers", 8192, 65536}, {"medium", 65537, 500000}, {"large", 1100000, 3000000},
};
#define MIXTURES (sizeof mixtures / sizeof mixtures[0])

typedef struct phase {
    const mixture_t *common, *rare; /* 15 of 16 blocks, and the others */
    unsigned threads;
    size_t live_bytes; /* of all threads */
    uint64_t seed;
} phase_t;

typedef struct worker {
    const phase_t *phase;
    uint64_t random;
    block_t **block; /* mapped: not the allocator's */
    size_t capacity, count, live_bytes;
} worker_t;

static _Atomic(block_t *) long_lived[LONG_LIVED], left[LEFT];
static pthread_barrier_t filled, measured;

/* ------------------------------------------------------------------ one phase */

static size_t size_draw(const phase_t *phase, uint64_t random) {
    const mixture_t *mixture = (random >> 60) == 0 ? phase->rare : phase->common;
    return mixture->min + random % (mixture->max - mixture->min + 1);
}

static block_t *worker_new(worker_t *worker) {
    const uint64_t bits = random_next(&worker->random);
    block_t *block = block_new(size_draw(worker->phase, bits), bits);
    worker->live_bytes += block->size;
    return block;
}

static void worker_drop(worker_t *worker, size_t index) {
    worker->live_bytes -= worker->block[index]->size;
    block_free(worker->block[index]);
    worker->block[index] = worker->block[--worker->count];
}

static void long_lived_replace(worker_t *worker) {
    const uint64_t bits = random_next(&worker->random);
    const size_t size = sizeof(block_t) + (bits >> 20) % (LONG_LIVED_SIZE - sizeof(block_t));
    block_free(atomic_exchange(&long_lived[bits % LONG_LIVED], block_new(size, bits)));
}

/* Fills, changes its blocks for a while, and frees them: half itself, half by the next phase. */
static void *worker_run(void *argument) {
    worker_t *worker = argument;
    const size_t share = worker->phase->live_bytes / worker->phase->threads;
    while (worker->live_bytes < share && worker->count < worker->capacity)
        worker->block[worker->count++] = worker_new(worker);
    pthread_barrier_wait(&filled);
    pthread_barrier_wait(&measured);
    for (size_t done = 0, steps = 0; done < CHURN_BYTES / worker->phase->threads; steps++) {
        while (worker->count > 0 &&
               (worker->live_bytes >= share || worker->count == worker->capacity))
            worker_drop(worker, random_next(&worker->random) % worker->count);
        worker->block[worker->count] = worker_new(worker);
        done += worker->block[worker->count++]->size;
        if (steps % 64 == 0)
            long_lived_replace(worker);
        if (steps % 4 == 0) /* of the phase before, whose threads have gone */
            block_free(atomic_exchange(&left[random_next(&worker->random) % LEFT], NULL));
    }
    for (size_t i = 0; i < worker->count; i++) {
        block_t *block = worker->block[i];
        if (i % 2 == 0 && block->size <= 65536)
            block = atomic_exchange(&left[random_next(&worker->random) % LEFT], block);
        block_free(block);
    }
    return NULL;
}

static phase_t phase_draw(uint64_t seed) {
    uint64_t random = seed;
    phase_t phase = {.seed = seed};
    phase.common = &mixtures[random_next(&random) % MIXTURES];
    phase.rare = &mixtures[random_next(&random) % MIXTURES];
    phase.threads = 1 + (unsigned)(random_next(&random) % THREADS_MOST);
    phase.live_bytes =
        LIVE_BYTES_LEAST + random_next(&random) % (LIVE_BYTES_MOST - LIVE_BYTES_LEAST);
    return phase;
}

/* Returns RSS at its fullest, in KiB. */
static size_t phase_run(const phase_t *phase, uint64_t seed) {
    static block_t *places[THREADS_MOST][LIVE_BYTES_MOST / 64];
    static worker_t worker[THREADS_MOST];
    pthread_t thread[THREADS_MOST];
    pthread_barrier_init(&filled, NULL, phase->threads + 1);
    pthread_barrier_init(&measured, NULL, phase->threads + 1);
    for (unsigned i = 0; i < phase->threads; i++) {
        worker[i] = (worker_t){.phase = phase,
                               .random = seed * 1000003 + i,
                               .block = places[i],
                               .capacity = sizeof places[i] / sizeof places[i][0]};
        if (pthread_create(&thread[i], NULL, worker_run, &worker[i]) != 0)
            wrong("no thread", NULL, i);
    }
    pthread_barrier_wait(&filled);
    const size_t rss_kib = rss_kib_now();
    pthread_barrier_wait(&measured);
    for (unsigned i = 0; i < phase->threads; i++)
        pthread_join(thread[i], NULL);
    pthread_barrier_destroy(&filled);
    pthread_barrier_destroy(&measured);
    return rss_kib;
}

/* ------------------------------------------------------------------ days */

typedef struct day {
    size_t peak_kib, held_kib; /* RSS at its peak; at the end, less what is kept for reuse */
} day_t;

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static day_t day_run(unsigned number, const phase_t *phases, uint64_t seed, double start) {
    day_t day = {0};
    for (unsigned i = 0; i < DAY; i++) {
        const size_t rss_kib = phase_run(&phases[i], seed + number * DAY + i);
        day.peak_kib = rss_kib > day.peak_kib ? rss_kib : day.peak_kib;
    }
    for (int i = 0; i < LEFT; i++)
        block_free(atomic_exchange(&left[i], NULL));
    const size_t end_kib = rss_kib_now();
    hak_stats_t stats = {.size = sizeof stats};
    if (hak_stats(&stats) != 0)
        wrong("no statistics", NULL, 0);
    const size_t kept_kib = stats.retained_bytes / 1024;
    day.held_kib = end_kib > kept_kib ? end_kib - kept_kib : 0;
    printf("%4u %8.1f %10zu %10zu %10zu %10zu %10zu %6zu\n", number + 1, seconds_now() - start,
           day.peak_kib, end_kib, stats.live_bytes / 1024, kept_kib, stats.metadata_bytes / 1024,
           stats.heaps);
    fflush(stdout);
    return day;
}

static int size_order(const void *a, const void *b) {
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Of one figure of the days from `first` on, the one that 1 / `part` of them are below. */
static size_t days_quantile(const day_t *day, unsigned first, unsigned count, bool peak,
                            unsigned part) {
    static size_t values[DAYS_MOST];
    for (unsigned i = 0; i < count; i++)
        values[i] = peak ? day[first + i].peak_kib : day[first + i].held_kib;
    qsort(values, count, sizeof values[0], size_order);
    return values[count / part];
}

static void growth_check(const day_t *day, unsigned days, bool peak) {
    const unsigned third = (days - 1) / 3;
    const size_t early = days_quantile(day, 1, third, peak, 2);
    const size_t late = days_quantile(day, days - third, third, peak, 4);
    printf("RSS %s: median of days 2 to %u %zu KiB, lower quartile of days %u to %u %zu KiB\n",
           peak ? "at its peak" : "less kept, at the end", third + 1, early, days - third + 1, days,
           late);
    fflush(stdout);
    if (late > early + early / 5 + GROWTH_KIB_MOST)
        wrong("memory has grown, KiB", NULL, late - early);
}

int main(int argc, char **argv) {
    static phase_t phases[DAY];
    static day_t day[DAYS_MOST];
    const unsigned days = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) / DAY : 7;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (days < DAYS_LEAST || days > DAYS_MOST) {
        fprintf(stderr, "usage: stress_phases [PHASES [SEED]], PHASES from %d to %d\n",
                DAYS_LEAST * DAY, DAYS_MOST * DAY);
        return 2;
    }
    for (unsigned i = 0; i < DAY; i++)
        phases[i] = phase_draw(seed * 7919 + i);
    /* From the first day on as many as ever: the set's own growth is none of the allocator's. */
    uint64_t random = seed;
    for (int i = 0; i < LONG_LIVED; i++) {
        const uint64_t bits = random_next(&random);
        long_lived[i] =
            block_new(sizeof(block_t) + bits % (LONG_LIVED_SIZE - sizeof(block_t)), bits);
    }
    puts(" day  seconds   peak KiB    end KiB   live KiB   kept KiB   meta KiB  heaps");
    const double start = seconds_now();
    for (unsigned i = 0; i < days; i++)
        day[i] = day_run(i, phases, seed, start);
    growth_check(day, days, false);
    growth_check(day, days, true);
    for (int i = 0; i < LONG_LIVED; i++)
        block_free(atomic_load(&long_lived[i]));
    printf("%u phases in %u days, no growth\n", days * DAY, days);
    return 0;
}
