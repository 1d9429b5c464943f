/*
 * Threads that come and go leave memory flat. Batches of threads allocate, free most of it and hand
 * the rest to threads of later batches; RSS, heaps and the allocator's own records are compared
 * after the first tenth of the threads and after all. The bound is far below what a leak of one
 * block a thread would take.
 *
 *     thread_growth [THREADS]    10000 without it
 */
#include <pthread.h>
#include <stdatomic.h>

#include "tests/stress/checked_block.h"
#include "tests/stress/process_memory.h"

enum {
    BATCH = 8,
    PLACES = 512,
    BLOCKS = 120, /* that a thread makes */
    /* Under 400 bytes a thread, should every one leave something. How many slabs are partly used
     * goes up and down by more than a MiB; lost blocks are counted exactly. */
    GROWTH_KIB_MOST = 3072,
    /* A chunk of the metadata arena: one more superslab at a peak, or longer lanes, may be what
     * begins it. A cache line of records a thread would be two. */
    METADATA_BYTES_MOST = 256 << 10,
};

static _Atomic(block_t *) place[PLACES];
static pthread_barrier_t batch_lives;

typedef struct memory {
    size_t rss_kib;
    hak_stats_t stats;
} memory_t;

/* A thread's blocks; the same sizes in every thread, so that batches are alike. */
static void *thread_run(void *argument) {
    uint64_t random = (uintptr_t)argument;
    block_t *block[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        const size_t size = i % 40 == 39 ? 20000 : i % 8 == 7 ? 3000 : 32 + (size_t)i * 7;
        block[i] = block_new(size, random_next(&random));
    }
    pthread_barrier_wait(&batch_lives); /* as many heaps in every batch, on any machine */
    for (int i = 0; i < BLOCKS; i++) {
        if (i % 4 == 0) /* what was there is an exited thread's, most likely */
            block[i] = atomic_exchange(&place[random_next(&random) % PLACES], block[i]);
        block_free(block[i]);
    }
    return NULL;
}

static memory_t threads_run(uintptr_t from, uintptr_t to) {
    for (uintptr_t next = from; next < to; next += BATCH) {
        pthread_t thread[BATCH];
        for (uintptr_t i = 0; i < BATCH; i++)
            if (pthread_create(&thread[i], NULL, thread_run, (void *)(next + i)) != 0)
                wrong("no thread", NULL, next + i);
        for (int i = 0; i < BATCH; i++)
            pthread_join(thread[i], NULL);
    }
    for (int i = 0; i < PLACES; i++)
        block_free(atomic_exchange(&place[i], NULL));
    memory_t memory = {.rss_kib = rss_kib_now(), .stats.size = sizeof memory.stats};
    if (hak_stats(&memory.stats) != 0)
        wrong("no statistics", NULL, 0);
    printf("after %zu threads: RSS %zu KiB, %zu heaps, metadata %zu KiB\n", (size_t)to,
           memory.rss_kib, memory.stats.heaps, memory.stats.metadata_bytes / 1024);
    return memory;
}

int main(int argc, char **argv) {
    const uintptr_t threads = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    pthread_barrier_init(&batch_lives, NULL, BATCH);
    /* What the first threads leave, when all places are emptied, is a step of its own. */
    (void)threads_run(0, threads / 10);
    const memory_t few = threads_run(threads / 10, threads / 5);
    const memory_t many = threads_run(threads / 5, threads);
    if (many.rss_kib > few.rss_kib + GROWTH_KIB_MOST)
        wrong("RSS has grown, KiB", NULL, many.rss_kib - few.rss_kib);
    if (many.stats.live_bytes > few.stats.live_bytes) /* the C library has some of its own */
        wrong("blocks are lost, bytes", NULL, many.stats.live_bytes - few.stats.live_bytes);
    /* At most a batch of threads lives at a time, beside main and the common heap. */
    if (many.stats.heaps > BATCH + 2)
        wrong("heaps are not inherited: number", NULL, many.stats.heaps);
    if (many.stats.metadata_bytes > few.stats.metadata_bytes + METADATA_BYTES_MOST)
        wrong("records have grown, bytes", NULL,
              many.stats.metadata_bytes - few.stats.metadata_bytes);
    puts("flat");
    return 0;
}
