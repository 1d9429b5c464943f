/*
 * When to use huge pages. Runs in whichever thread looks for what idles; at most one at a time. The
 * mechanism is in superslab.c and os.c.
 */
#include "allocator/huge.h"

#include <stdatomic.h>

#include "allocator/options.h"
#include "allocator/os.h"
#include "allocator/superslab.h"
#include "allocator/telemetry.h"

#define SUPERSLABS_LEAST 5u  /* second-level TLBs reach 6 to 8 MiB by pages of 4 KiB */
#define SUPERSLABS_MANY  32u /* of one more, on a huge page, only the start may be used at first */
#define SETTLED_MS       10u /* since a superslab was made, purged or looked at */
#define TIME_PART        16u /* of the time that passes, moving may take this part */
#define CLAIM_MS         1000u  /* should the thread that looks die meanwhile */
#define FAILED_MS        10000u /* until the kernel is asked again */
#define DENSE_BYTES      (HAK_SUPERSLAB_BYTES / 16 * 15)

/* Hints about when and what to do; nothing is published by them. */
static struct {
    _Atomic uint64_t next_ms; /* [any,atomic] relaxed: who moves it on looks */
    _Atomic bool dense;       /* [any,atomic] relaxed: the superslab looked at last was resident */
    _Atomic bool several;     /* [any,atomic] relaxed: there are enough of them for it to pay */
} huge;

/* False when the kernel did not do what it was asked for. */
static bool superslab_look(char *start) {
    const bool dense = hak_os_resident_bytes(start, HAK_SUPERSLAB_BYTES) >= DENSE_BYTES;
    atomic_store_explicit(&huge.dense, dense, memory_order_relaxed);
    if (!dense)
        return true;
    hak_pool_dense_full(start, true); /* before: what is freed meanwhile must count as resident */
    if (!hak_os_collapse(start, HAK_SUPERSLAB_BYTES)) {
        hak_pool_dense_full(start, false);
        return false;
    }
    HAK_COUNT(SUPERSLAB_OS, huge_pages);
    return true;
}

void hak_huge_look(uint64_t now_ms) {
    uint64_t next_ms = atomic_load_explicit(&huge.next_ms, memory_order_relaxed);
    if (!atomic_load_explicit(&huge.several, memory_order_relaxed) || now_ms < next_ms ||
        !atomic_compare_exchange_strong_explicit(&huge.next_ms, &next_ms, now_ms + CLAIM_MS,
                                                 memory_order_relaxed, memory_order_relaxed))
        return;
    uint64_t pause_ms = SETTLED_MS;
    char *start = hak_pool_dense_next(now_ms - SETTLED_MS);
    if (start != NULL) {
        const uint64_t before_us = hak_os_microseconds();
        pause_ms = superslab_look(start) ? (hak_os_microseconds() - before_us) * TIME_PART / 1000
                                         : FAILED_MS;
    }
    atomic_store_explicit(&huge.next_ms, now_ms + pause_ms, memory_order_relaxed);
}

bool hak_huge_expects(size_t superslabs) {
    const bool wanted = hak_options.huge_pages != 0;
    atomic_store_explicit(&huge.several, wanted && superslabs >= SUPERSLABS_LEAST,
                          memory_order_relaxed);
    return wanted && superslabs > SUPERSLABS_MANY &&
           atomic_load_explicit(&huge.dense, memory_order_relaxed);
}
