/*
 * When to use huge pages. Runs in whichever thread looks for what idles; two at a time only if one
 * takes longer than CLAIM_MS. The mechanism is in superslab.c and os.c.
 */
#include "allocator/huge.h"

#include <stdatomic.h>

#include "allocator/options.h"
#include "allocator/os.h"
#include "allocator/superslab.h"
#include "allocator/telemetry.h"

#define SETTLED_MS          10u   /* since a superslab was made, purged or looked at */
#define TIME_PART           16u   /* of the time that passes, looks and moves may take this part */
#define CLAIM_MS            1000u /* should the thread that looks be gone meanwhile */
#define PAUSE_MS            10000u /* after a fork, and when the kernel did not do what it was asked for */
#define HUGE_FROM_THE_START 2 /* of HAKMEM_HUGE_PAGES: off, settled, on */
#define DENSE_BYTES         (HAK_SUPERSLAB_BYTES / 16 * 15)
#define LARGE_LEAST_BYTES   (2 * HAK_SUPERSLAB_BYTES) /* a huge page fits, wherever it begins */
#define LARGE_LOOKS         4u                        /* huge pages that are looked at */

/* [any,atomic] relaxed: hints when to look, and when to ask for a new superslab again. Who moves
 * the first on looks, and nothing is published by them. */
static struct { _Atomic uint64_t next_ms, begin_ms; } huge;

/* False when the kernel did not do what it was asked for. */
static bool superslab_look(char *start) {
    if (hak_os_resident_bytes(start, HAK_SUPERSLAB_BYTES) < DENSE_BYTES)
        return true;
    if (!hak_os_collapse(start, HAK_SUPERSLAB_BYTES))
        return false;
    /* Afterwards: what was purged meanwhile may be resident again. */
    hak_pool_dense_full(start);
    HAK_COUNT(SUPERSLAB_OS, huge_pages);
    return true;
}

void hak_huge_look(uint64_t now_ms) {
    uint64_t next_ms = atomic_load_explicit(&huge.next_ms, memory_order_relaxed);
    if (hak_options.huge_pages == 0 || now_ms < next_ms ||
        !atomic_compare_exchange_strong_explicit(&huge.next_ms, &next_ms, now_ms + CLAIM_MS,
                                                 memory_order_relaxed, memory_order_relaxed))
        return;
    uint64_t pause_ms = SETTLED_MS;
    char *start = hak_pool_dense_next(now_ms - SETTLED_MS);
    if (start != NULL) {
        const uint64_t before_us = hak_os_microseconds();
        pause_ms = superslab_look(start)
                       ? ((hak_os_microseconds() - before_us) * TIME_PART + 999) / 1000
                       : PAUSE_MS;
    }
    atomic_store_explicit(&huge.next_ms, now_ms + pause_ms, memory_order_relaxed);
}

bool hak_huge_begins(uint64_t now_ms) {
    return hak_options.huge_pages == HUGE_FROM_THE_START &&
           now_ms >= atomic_load_explicit(&huge.begin_ms, memory_order_relaxed);
}

void hak_huge_begin(char *start) {
    if (hak_os_populate_huge(start, HAK_SUPERSLAB_BYTES)) {
        hak_pool_dense_full(start);
        HAK_COUNT(SUPERSLAB_OS, huge_pages);
    } else {
        atomic_store_explicit(&huge.begin_ms, hak_os_milliseconds() + PAUSE_MS,
                              memory_order_relaxed);
    }
}

/*
 * Large mappings. Where a program touches little, a huge page would be resident for each page that
 * it touches, and nothing is known of a new mapping but what became of those before it. So the
 * first, and then the second, the fourth and so on, is on small pages and is looked at when it is
 * freed. Others have leave for huge pages if the last that was looked at was touched throughout and
 * they are at most twice as large as the largest that was: a table of gigabytes of which every
 * hundredth page is used is not told by buffers of 4 MiB. What is reused has the pages it had.
 */
static struct {
    /* [any,atomic] relaxed: a hint; the largest that was touched throughout, 0: the last was not */
    _Atomic size_t dense_bytes;
    _Atomic size_t mappings; /* [any,atomic] relaxed: a hint; new ones so far */
} mapped;

bool hak_huge_large_begin(void *start, size_t bytes) {
    if (hak_options.huge_pages != HUGE_FROM_THE_START || bytes < LARGE_LEAST_BYTES)
        return false;
    const size_t dense = atomic_load_explicit(&mapped.dense_bytes, memory_order_relaxed);
    const size_t nth = 1 + atomic_fetch_add_explicit(&mapped.mappings, 1, memory_order_relaxed);
    if (bytes / 2 > dense || (nth & (nth - 1)) == 0)
        return true;
    hak_os_allow_huge(start, bytes);
    HAK_COUNT(LARGE, maps_huge);
    return false;
}

/* Huge pages of which nothing was touched would have cost nothing. */
bool hak_huge_large_end(const void *start, size_t bytes) {
    const uintptr_t mask = HAK_SUPERSLAB_BYTES - 1;
    const uintptr_t first = ((uintptr_t)start + mask) / HAK_SUPERSLAB_BYTES;
    const uintptr_t pages = ((uintptr_t)start + bytes) / HAK_SUPERSLAB_BYTES - first;
    const uintptr_t several = pages < LARGE_LOOKS ? pages : LARGE_LOOKS;
    size_t touched = 0, whole = 0;
    for (uintptr_t i = 0; i < several; i++) {
        const uintptr_t page = first + pages * i / several;
        const size_t resident =
            hak_os_resident_bytes((void *)(page * HAK_SUPERSLAB_BYTES), HAK_SUPERSLAB_BYTES);
        touched += resident;
        whole += resident > 0 ? HAK_SUPERSLAB_BYTES : 0;
    }
    size_t dense = 0;
    if (whole > 0 && touched >= whole / 16 * 15) {
        dense = atomic_load_explicit(&mapped.dense_bytes, memory_order_relaxed);
        dense = bytes > dense ? bytes : dense;
    }
    if (whole > 0)
        atomic_store_explicit(&mapped.dense_bytes, dense, memory_order_relaxed);
    return dense > 0;
}

void hak_huge_pause(void) {
    atomic_store_explicit(&huge.next_ms, hak_os_milliseconds() + PAUSE_MS, memory_order_relaxed);
}
