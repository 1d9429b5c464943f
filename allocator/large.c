/*
 * Large blocks. Runs in any thread. Locks: the table of large mappings is cut into shards with a
 * lock each; retained mappings have one lock. All are leaves (shards and the retained list are
 * never held together).
 */
#include "allocator/large.h"

#include <string.h>

#include "allocator/heap.h"
#include "allocator/huge.h"
#include "allocator/learner.h"
#include "allocator/medium.h"
#include "allocator/options.h"
#include "allocator/os.h"
#include "allocator/superslab.h"
#include "allocator/telemetry.h"

#define SHARDS               16u
#define SHARD_ROWS_FIRST     256u
#define RETAINED_MAX         256u
#define RETAINED_BYTES_LEAST ((size_t)1 << 20)
#define PHASE_END_BLOCKS     4u /* freed in a row */
#define REGRET_MS                                                                                  \
    1000u /* what is unmapped and mapped again within this time was unmapped in vain */

/* ------------------------------------------------------------------ retained extents */

/*
 * Freed mappings wait here for reuse: touched memory that costs no page fault the second time.
 * Neighbours in address merge, and what is larger than asked for is split, since a mapping may be
 * unmapped in any pieces. Best fit (Knuth, TAOCP 1, 2.5).
 */
typedef struct extent {
    char *start;       /* [lock], as all of it */
    size_t bytes;      /* [lock] */
    uint64_t freed_ms; /* [lock] */
} extent_t;

static HAK_SPARSE struct {
    hak_lock_t lock;
    size_t count;         /* [lock] */
    size_t bytes;         /* [lock] sum */
    size_t regrettable;   /* [lock] bytes unmapped since unmapped_ms, for want of room */
    uint64_t unmapped_ms; /* [lock] */
    /* Hints of how much to keep.
     * [any,atomic] relaxed: bytes of blocks in use; read whenever units are freed */
    _Alignas(64) _Atomic size_t live_bytes;
    /* [any,atomic] relaxed: the most of them that counts, and how many bytes and blocks were freed
     * since the last was allocated */
    _Atomic size_t peak_bytes, freed_in_row, blocks_in_row;
    extent_t extent[RETAINED_MAX]; /* [lock] in no order */
} retained;

/*
 * As much as is in use and what was learnt, at least 1 MiB; and half as much again as blocks took
 * at their peak, until most of that was freed in a row or nothing is left: a program whose few
 * large blocks come and go would otherwise unmap what it maps again at once, and blocks of many
 * sizes leave gaps between them. What was learnt is forgotten when a thread exits after several
 * were freed in a row and nothing is left: that looks like the end of a phase, and neither like a
 * buffer that comes and goes nor like a thread that does the same again.
 */
static size_t retained_bound_bytes(void) {
    const size_t most = (size_t)hak_options.large_retain_mib << 20;
    const size_t live = atomic_load_explicit(&retained.live_bytes, memory_order_relaxed);
    const size_t peak = atomic_load_explicit(&retained.peak_bytes, memory_order_relaxed) / 2 * 3;
    const size_t least = RETAINED_BYTES_LEAST + live + hak_learner_retain_bytes(HAK_RETAINED_LARGE);
    const size_t keep = peak > live && peak - live > least ? peak - live : least;
    return keep < most ? keep : most;
}

size_t hak_large_live_bytes(void) {
    return atomic_load_explicit(&retained.live_bytes, memory_order_relaxed);
}

static void live_grows(size_t bytes) {
    const size_t live =
        atomic_fetch_add_explicit(&retained.live_bytes, bytes, memory_order_relaxed) + bytes;
    atomic_store_explicit(&retained.freed_in_row, 0, memory_order_relaxed);
    atomic_store_explicit(&retained.blocks_in_row, 0, memory_order_relaxed);
    if (live > atomic_load_explicit(&retained.peak_bytes, memory_order_relaxed))
        atomic_store_explicit(&retained.peak_bytes, live, memory_order_relaxed);
}

static void live_shrinks(size_t bytes) {
    const size_t live =
        atomic_fetch_sub_explicit(&retained.live_bytes, bytes, memory_order_relaxed) - bytes;
    const size_t in_row =
        atomic_fetch_add_explicit(&retained.freed_in_row, bytes, memory_order_relaxed) + bytes;
    const size_t peak = atomic_load_explicit(&retained.peak_bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&retained.blocks_in_row, 1, memory_order_relaxed);
    if (live != 0 && in_row <= peak / 4 * 3)
        return;
    atomic_store_explicit(&retained.peak_bytes, live, memory_order_relaxed);
}

/* retained.lock is held. */
static void extent_remove(size_t index) {
    retained.bytes -= retained.extent[index].bytes;
    retained.extent[index] = retained.extent[--retained.count];
}

/* retained.lock is held, and there is room for one more. */
static void extent_add(extent_t extent) {
    for (size_t i = 0; i < retained.count;) {
        const extent_t *other = &retained.extent[i];
        if (other->start + other->bytes != extent.start &&
            extent.start + extent.bytes != other->start) {
            i++;
            continue;
        }
        extent.start = other->start < extent.start ? other->start : extent.start;
        extent.bytes += other->bytes;
        extent_remove(i);
        i = 0;
    }
    retained.bytes += extent.bytes;
    retained.extent[retained.count++] = extent;
}

static size_t extent_oldest(void) {
    size_t oldest = 0;
    for (size_t i = 1; i < retained.count; i++)
        if (retained.extent[i].freed_ms < retained.extent[oldest].freed_ms)
            oldest = i;
    return oldest;
}

/* The smallest extent that fits, cut to size; NULL when there is none. */
static void *retained_take(size_t bytes, size_t alignment) {
    size_t best = RETAINED_MAX;
    void *address = NULL;
    hak_lock(&retained.lock);
    for (size_t i = 0; i < retained.count; i++) {
        const extent_t *extent = &retained.extent[i];
        if (extent->bytes >= bytes && ((uintptr_t)extent->start & (alignment - 1)) == 0 &&
            (best == RETAINED_MAX || extent->bytes < retained.extent[best].bytes))
            best = i;
    }
    if (best != RETAINED_MAX) {
        extent_t *extent = &retained.extent[best];
        address = extent->start;
        extent->start += bytes;
        extent->bytes -= bytes;
        retained.bytes -= bytes;
        if (extent->bytes == 0)
            extent_remove(best);
        HAK_COUNT(LARGE, reused);
    }
    hak_unlock(&retained.lock);
    return address;
}

/* Cuts the end off the oldest extent, at most `bytes` of it; retained.lock is held. The caller
 * unmaps what is returned. */
static extent_t extent_cut(size_t bytes) {
    const size_t oldest = extent_oldest();
    extent_t *extent = &retained.extent[oldest];
    extent_t cut = *extent;
    if (cut.bytes > bytes) {
        cut.start += cut.bytes - bytes;
        cut.bytes = bytes;
        extent->bytes -= bytes;
        retained.bytes -= bytes;
    } else {
        extent_remove(oldest);
    }
    return cut;
}

/* Keeps a mapping for reuse unless it is NULL, and unmaps the oldest beyond the bounds. */
static void retained_give(void *address, size_t bytes) {
    const uint64_t now = hak_os_milliseconds();
    const size_t bound = retained_bound_bytes();
    bool given = address == NULL;
    for (;;) {
        extent_t cut = {.bytes = 0};
        hak_lock(&retained.lock);
        if (!given && retained.count < RETAINED_MAX) {
            extent_add((extent_t){.start = address, .bytes = bytes, .freed_ms = now});
            given = true;
        }
        if (!given)
            cut = extent_cut(SIZE_MAX);
        else if (retained.bytes > bound && hak_options.purge != 0)
            cut = extent_cut((retained.bytes - bound + HAK_OS_PAGE_BYTES - 1) &
                             ~(HAK_OS_PAGE_BYTES - 1));
        if (cut.bytes != 0) {
            if (now - retained.unmapped_ms >= REGRET_MS) {
                retained.unmapped_ms = now;
                retained.regrettable = 0;
            }
            retained.regrettable += cut.bytes;
        }
        hak_unlock(&retained.lock);
        if (cut.bytes == 0)
            return;
        HAK_COUNT(LARGE, unmaps);
        hak_huge_large_unmap(cut.start, cut.bytes);
    }
}

/* A fresh mapping, though one was given back a moment ago: keep more next time. */
static void mapping_regret(size_t bytes) {
    hak_lock(&retained.lock);
    if (hak_os_milliseconds() - retained.unmapped_ms >= REGRET_MS)
        retained.regrettable = 0;
    if (bytes > retained.regrettable)
        bytes = retained.regrettable;
    retained.regrettable -= bytes;
    hak_unlock(&retained.lock);
    if (bytes > 0)
        hak_learner_regret(HAK_RETAINED_LARGE, bytes);
}

size_t hak_large_purge(bool all) {
    uint64_t now = hak_os_milliseconds();
    size_t purged = 0;
    if (!all && hak_options.purge == 0)
        return 0;
    for (;;) {
        extent_t cut = {.bytes = 0};
        hak_lock(&retained.lock);
        if (retained.count > 0 &&
            (all || now - retained.extent[extent_oldest()].freed_ms >= hak_options.purge_ms))
            cut = extent_cut(SIZE_MAX);
        hak_unlock(&retained.lock);
        if (cut.bytes == 0)
            return purged;
        HAK_COUNT(LARGE, unmaps);
        hak_huge_large_unmap(cut.start, cut.bytes);
        purged += cut.bytes;
    }
}

void hak_large_thread_exits(void) {
    if (hak_large_live_bytes() != 0 ||
        atomic_load_explicit(&retained.blocks_in_row, memory_order_relaxed) < PHASE_END_BLOCKS)
        return;
    hak_learner_forget(HAK_RETAINED_LARGE);
    retained_give(NULL, 0);
}

/* ------------------------------------------------------------------ table of large mappings */

/* Open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 3, 6.4, R). */
typedef struct row {
    uintptr_t address; /* [lock] 0: free row */
    size_t bytes;      /* [lock] mapped */
    bool probe;        /* [lock] its pages tell what of it was touched */
} row_t;

static struct shard {
    _Alignas(64) hak_lock_t lock;
    row_t *rows;     /* [lock] */
    size_t capacity; /* [lock] a power of two, or 0 */
    size_t used;     /* [lock] at most half the capacity */
} shards[SHARDS];

static uint64_t address_hash(uintptr_t address) {
    return (uint64_t)(address / HAK_OS_PAGE_BYTES) * 0x9e3779b97f4a7c15u;
}

static struct shard *shard_of(uintptr_t address) {
    return &shards[(address_hash(address) >> 60) % SHARDS];
}

static size_t row_home(const struct shard *shard, uintptr_t address) {
    return (size_t)(address_hash(address) >> 20) & (shard->capacity - 1);
}

static row_t *row_find(struct shard *shard, uintptr_t address) {
    if (shard->capacity == 0 || address == 0)
        return NULL;
    size_t index = row_home(shard, address);
    while (shard->rows[index].address != 0) {
        if (shard->rows[index].address == address)
            return &shard->rows[index];
        index = (index + 1) & (shard->capacity - 1);
    }
    return NULL;
}

static void row_place(struct shard *shard, row_t row) {
    size_t index = row_home(shard, row.address);
    while (shard->rows[index].address != 0)
        index = (index + 1) & (shard->capacity - 1);
    shard->rows[index] = row;
}

static bool shard_grow(struct shard *shard) {
    row_t *old_rows = shard->rows;
    size_t old_capacity = shard->capacity;
    size_t capacity = old_capacity == 0 ? SHARD_ROWS_FIRST : old_capacity * 2;
    row_t *rows = hak_os_map(NULL, capacity * sizeof rows[0], HAK_OS_PAGE_BYTES);
    if (rows == NULL)
        return false;
    shard->rows = rows;
    shard->capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old_rows[i].address != 0)
            row_place(shard, old_rows[i]);
    }
    if (old_rows != NULL)
        hak_os_unmap(old_rows, old_capacity * sizeof old_rows[0]);
    return true;
}

static bool table_add(row_t row) {
    struct shard *shard = shard_of(row.address);
    hak_lock(&shard->lock);
    bool room = (shard->used + 1) * 2 <= shard->capacity || shard_grow(shard);
    if (room) {
        row_place(shard, row);
        shard->used++;
        live_grows(row.bytes);
    }
    hak_unlock(&shard->lock);
    return room;
}

static void row_remove(struct shard *shard, row_t *row) {
    size_t mask = shard->capacity - 1;
    size_t hole = (size_t)(row - shard->rows);
    for (size_t next = (hole + 1) & mask; shard->rows[next].address != 0;
         next = (next + 1) & mask) {
        size_t home = row_home(shard, shard->rows[next].address);
        /* The row may move back into the hole when its home is not between the two. */
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            shard->rows[hole] = shard->rows[next];
            hole = next;
        }
    }
    shard->rows[hole].address = 0;
    shard->used--;
}

/* Removes a mapping from the table; returns its row, of 0 bytes when there is none. */
static row_t table_remove(const void *block) {
    struct shard *shard = shard_of((uintptr_t)block);
    hak_lock(&shard->lock);
    row_t *row = row_find(shard, (uintptr_t)block);
    row_t removed = {.bytes = 0};
    if (row != NULL) {
        removed = *row;
        row_remove(shard, row);
        live_shrinks(removed.bytes);
    }
    hak_unlock(&shard->lock);
    return removed;
}

size_t hak_large_usable(const void *block) {
    struct shard *shard = shard_of((uintptr_t)block);
    hak_lock(&shard->lock);
    const row_t *row = row_find(shard, (uintptr_t)block);
    size_t bytes = row == NULL ? 0 : row->bytes;
    hak_unlock(&shard->lock);
    return bytes;
}

/* ------------------------------------------------------------------ large */

static size_t bytes_rounded(size_t size) {
    return (size + HAK_OS_PAGE_BYTES - 1) & ~(HAK_OS_PAGE_BYTES - 1);
}

void *hak_large_allocate(size_t size, size_t alignment, bool *zeroed) {
    if (size > PTRDIFF_MAX || alignment > PTRDIFF_MAX)
        return NULL;
    if (size == 0)
        size = 1;
    if (size <= HAK_MEDIUM_MAX_BYTES && alignment <= HAK_UNIT_BYTES) {
        void *block = hak_medium_allocate(size, zeroed);
        if (block != NULL)
            return block; /* otherwise the domain is at its end: a mapping may still be had */
    }
    if (alignment < HAK_OS_PAGE_BYTES)
        alignment = HAK_OS_PAGE_BYTES;
    size_t bytes = bytes_rounded(size);
    if (!hak_heap_is_real(hak_thread_heap))
        (void)hak_thread_enter(); /* so that the thread's exit is seen: hak_large_thread_exits */
    (void)hak_large_purge(false);
    *zeroed = false;
    void *block = retained_take(bytes, alignment);
    bool probe = false;
    if (block == NULL) {
        *zeroed = true;
        mapping_regret(bytes);
        HAK_COUNT(LARGE, maps);
        block = hak_huge_large_map(bytes, alignment, &probe);
        if (block == NULL) { /* what is empty may hold the addresses or the memory */
            if (hak_heap_is_real(hak_thread_heap))
                hak_medium_spill(hak_thread_heap, true);
            (void)hak_large_purge(true);
            (void)hak_pool_purge(true);
            block = hak_huge_large_map(bytes, alignment, &probe);
        }
        if (block == NULL)
            return NULL;
    }
    if (!table_add((row_t){.address = (uintptr_t)block, .bytes = bytes, .probe = probe})) {
        hak_huge_large_unmap(block, bytes);
        return NULL;
    }
    HAK_COUNT_CLASS(CLASS, HAK_CLASS_ROW_LARGE, mallocs);
    return block;
}

bool hak_large_free(void *block) {
    const row_t row = table_remove(block);
    if (row.bytes == 0)
        return false;
    HAK_COUNT_CLASS(CLASS, HAK_CLASS_ROW_LARGE, frees);
    const bool dense = row.probe && hak_huge_large_end(block, row.bytes);
    if (dense && hak_options.purge != 0) { /* the next is on huge pages */
        HAK_COUNT(LARGE, unmaps);
        hak_huge_large_unmap(block, row.bytes);
    } else {
        retained_give(block, row.bytes);
    }
    (void)hak_large_purge(false);
    if (hak_large_live_bytes() == 0) /* what was little beside large blocks may be much now */
        hak_pool_decay(false);
    return true;
}

void *hak_large_resize(void *block, size_t size) {
    if (size > PTRDIFF_MAX)
        return NULL;
    /* Out of the table first: once the mapping has moved, another may get its old address. */
    row_t row = table_remove(block);
    if (row.bytes == 0)
        return NULL;
    void *moved = hak_huge_large_remap(block, row.bytes, bytes_rounded(size));
    HAK_COUNT(LARGE, remaps);
    if (moved != NULL) {
        row.address = (uintptr_t)moved;
        row.bytes = bytes_rounded(size);
    }
    /* A row was just removed, so there is room, unless the address went to another, full shard. */
    if (!table_add(row))
        hak_fault("realloc", (void *)row.address,
                  "no memory for the record of a large block that has moved");
    return moved;
}

void hak_large_sums(size_t *live, size_t *kept) {
    *live = 0;
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *shard = &shards[i];
        hak_lock(&shard->lock);
        for (size_t row = 0; row < shard->capacity; row++)
            *live += shard->rows[row].address != 0 ? shard->rows[row].bytes : 0;
        hak_unlock(&shard->lock);
    }
    hak_lock(&retained.lock);
    *kept = retained.bytes;
    hak_unlock(&retained.lock);
}

void hak_large_lock_all(void) {
    for (size_t i = 0; i < SHARDS; i++)
        hak_lock(&shards[i].lock);
    hak_lock(&retained.lock);
}

void hak_large_unlock_all(void) {
    hak_unlock(&retained.lock);
    for (size_t i = SHARDS; i-- > 0;)
        hak_unlock(&shards[i].lock);
}
