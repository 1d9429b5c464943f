/*
 * When to use huge pages. Runs in whichever thread looks for what idles; two at a time only if one
 * takes longer than CLAIM_MS. The mechanism is in superslab.c and os.c.
 */
#include "allocator/huge.h"

#include <stdatomic.h>

#include "allocator/apart.h"
#include "allocator/options.h"
#include "allocator/os.h"
#include "allocator/superslab.h"
#include "allocator/telemetry.h"

#define SETTLED_MS          10u   /* since a superslab was made, purged or looked at */
#define TIME_PART           16u   /* of the time that passes, looks and moves may take this part */
#define CLAIM_MS            1000u /* should the thread that looks be gone meanwhile */
#define PAUSE_MS            10000u /* after a fork, and when the kernel did not do what it was asked for */
#define HUGE_FROM_THE_START 2 /* of HAKMEM_HUGE_PAGES: off, settled, on, always */
#define HUGE_ALWAYS         3
#define DENSE_BYTES         (HAK_SUPERSLAB_BYTES / 16 * 15)
#define LARGE_LEAST_BYTES   HAK_SUPERSLAB_BYTES
#define LARGE_LOOKS         4u  /* huge pages that are looked at */
#define LARGE_PROBE_FIRST   16u /* before, those that are probes for want of others will do */

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

bool hak_huge_always(void) {
    return hak_options.huge_pages == HUGE_ALWAYS;
}

bool hak_huge_begins(uint64_t now_ms) {
    return hak_options.huge_pages >= HUGE_FROM_THE_START &&
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
 * it touches, and nothing is known of a new mapping but what becomes of those before it. So the
 * first, and later the sixteenth and so on, at every doubling, is on small pages and is looked at
 * when it is freed; while too little is known, the last of them is when another is made. Others
 * have leave for huge pages if the last that was looked at was touched throughout and they are at
 * most twice as large as the largest that was: a table of gigabytes of which every hundredth page
 * is used is not told by buffers of 4 MiB. What is reused has the pages it had.
 */
static struct {
    /* [any,atomic] relaxed: a hint; the largest that was touched throughout, 0: the last was not */
    _Atomic size_t dense_bytes;
    _Atomic size_t mappings; /* [any,atomic] relaxed: a hint; new ones so far */
    /* [any,atomic] relaxed: a hint; the last on small pages, 0: freed. It may be gone, and another
     * mapping or none be there: looking does no harm. */
    _Atomic uintptr_t probe_start;
    _Atomic size_t probe_bytes; /* [any,atomic] relaxed: a hint */
} mapped;

enum touched { TOUCHED_NOWHERE, TOUCHED_IN_PART, TOUCHED_THROUGHOUT };

/* Huge pages of which nothing was touched would have cost nothing, so they do not count. */
static enum touched mapping_look(uintptr_t start, size_t bytes) {
    const uintptr_t first = (start + HAK_SUPERSLAB_BYTES - 1) / HAK_SUPERSLAB_BYTES;
    const uintptr_t end = (start + bytes) / HAK_SUPERSLAB_BYTES;
    const uintptr_t pages = end > first ? end - first : 0; /* none when realloc made it small */
    const uintptr_t several = pages < LARGE_LOOKS ? pages : LARGE_LOOKS;
    size_t resident = 0, dense = 0;
    for (uintptr_t i = 0; i < several; i++) {
        const uintptr_t page = first + pages * i / several;
        const size_t of_it =
            hak_os_resident_bytes((void *)(page * HAK_SUPERSLAB_BYTES), HAK_SUPERSLAB_BYTES);
        resident += of_it;
        dense += of_it > 0 ? DENSE_BYTES : 0;
    }
    if (dense == 0)
        return TOUCHED_NOWHERE;
    return resident < dense ? TOUCHED_IN_PART : TOUCHED_THROUGHOUT;
}

static void dense_raise(size_t bytes) {
    if (bytes > atomic_load_explicit(&mapped.dense_bytes, memory_order_relaxed))
        atomic_store_explicit(&mapped.dense_bytes, bytes, memory_order_relaxed);
}

/* In part is no answer while the mapping is in use: more may be touched yet. */
static void probe_look(void) {
    const uintptr_t start = atomic_load_explicit(&mapped.probe_start, memory_order_relaxed);
    const size_t bytes = atomic_load_explicit(&mapped.probe_bytes, memory_order_relaxed);
    if (start != 0 && mapping_look(start, bytes) == TOUCHED_THROUGHOUT)
        dense_raise(bytes);
}

static bool known_dense(size_t bytes) {
    return bytes / 2 <= atomic_load_explicit(&mapped.dense_bytes, memory_order_relaxed);
}

static bool large_shall_be_huge(size_t bytes) {
    const size_t nth = 1 + atomic_fetch_add_explicit(&mapped.mappings, 1, memory_order_relaxed);
    if (hak_huge_always())
        return true;
    if (!known_dense(bytes))
        probe_look();
    const bool probes = nth >= LARGE_PROBE_FIRST && (nth & (nth - 1)) == 0;
    return !probes && known_dense(bytes);
}

void *hak_huge_large_map(size_t bytes, size_t alignment, bool *probe) {
    const bool asked = hak_options.huge_pages >= HUGE_FROM_THE_START && bytes >= LARGE_LEAST_BYTES;
    const bool on_huge = asked && large_shall_be_huge(bytes);
    void *start = hak_os_map(on_huge ? hak_apart_take(bytes, alignment) : NULL, bytes, alignment);
    *probe = asked && !on_huge && start != NULL;
    if (*probe) {
        atomic_store_explicit(&mapped.probe_bytes, bytes, memory_order_relaxed);
        atomic_store_explicit(&mapped.probe_start, (uintptr_t)start, memory_order_relaxed);
    } else if (on_huge && start != NULL) {
        hak_os_allow_huge(start, bytes);
        HAK_COUNT(LARGE, maps_huge);
    }
    return start;
}

static void *grow_apart(void *start, size_t old_bytes, size_t new_bytes) {
    void *moved = hak_os_remap(start, old_bytes, new_bytes, false);
    if (moved != NULL) {
        hak_apart_extend((char *)start + old_bytes, new_bytes - old_bytes);
        return moved;
    }
    void *place = hak_apart_take(new_bytes, HAK_OS_PAGE_BYTES);
    moved = place == NULL ? NULL : hak_os_move(start, old_bytes, new_bytes, place);
    if (moved == NULL)
        moved = hak_os_remap(start, old_bytes, new_bytes, true);
    if (moved != NULL)
        hak_apart_give(start, old_bytes);
    return moved;
}

void *hak_huge_large_remap(void *start, size_t old_bytes, size_t new_bytes) {
    if (new_bytes > old_bytes && hak_apart_has(start))
        return grow_apart(start, old_bytes, new_bytes);
    void *moved = hak_os_remap(start, old_bytes, new_bytes, true);
    if (new_bytes < old_bytes && moved != NULL)
        hak_apart_give((char *)start + new_bytes, old_bytes - new_bytes);
    return moved;
}

void hak_huge_large_unmap(void *start, size_t bytes) {
    hak_os_unmap(start, bytes);
    hak_apart_give(start, bytes);
}

bool hak_huge_large_end(const void *start, size_t bytes) {
    const enum touched touched = mapping_look((uintptr_t)start, bytes);
    atomic_store_explicit(&mapped.probe_start, 0, memory_order_relaxed);
    if (touched == TOUCHED_THROUGHOUT)
        dense_raise(bytes);
    else if (touched == TOUCHED_IN_PART)
        atomic_store_explicit(&mapped.dense_bytes, 0, memory_order_relaxed);
    return touched == TOUCHED_THROUGHOUT;
}

void hak_huge_pause(void) {
    atomic_store_explicit(&huge.next_ms, hak_os_milliseconds() + PAUSE_MS, memory_order_relaxed);
}
