/*
 * Medium and large blocks. Runs in any thread. Locks: medium blocks use the pool's; the table of
 * large mappings is cut into shards with a lock each; retained mappings have one lock. All are
 * leaves (shards and the retained list are never held together).
 */
#include "allocator/large.h"

#include <string.h>

#include "allocator/options.h"
#include "allocator/os.h"
#include "allocator/superslab.h"
#include "allocator/telemetry.h"

#define MEDIUM_BYTES_MAX ((size_t)1 << 20)
#define SHARDS           16u
#define SHARD_ROWS_FIRST 256u
#define RETAINED_MAX     32u

/* ------------------------------------------------------------------ medium */

static void *medium_allocate(size_t size, bool *zeroed) {
    uint32_t units = (uint32_t)((size + HAK_UNIT_BYTES - 1) >> HAK_UNIT_SHIFT);
    hak_slab_t *run = hak_run_allocate(units, HAK_OWNER_MEDIUM, 0, zeroed);
    HAK_COUNT(LARGE, medium_runs);
    return run == NULL ? NULL : run->start;
}

static hak_slab_t *medium_run(const void *block, const char *function) {
    hak_slab_t *run = hak_run_of(block);
    if (run->start != block)
        hak_fault(function, block, "not the start of a block of this allocator");
    return run;
}

void hak_medium_free(void *block, const char *function) {
    hak_run_free(medium_run(block, function));
}

size_t hak_medium_usable(const void *block, const char *function) {
    return (size_t)medium_run(block, function)->run_units << HAK_UNIT_SHIFT;
}

/* ------------------------------------------------------------------ table of large mappings */

/* Open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 3, 6.4, R). */
typedef struct row {
    uintptr_t address; /* 0: free row */
    size_t bytes;      /* mapped */
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
    row_t *rows = hak_os_map(capacity * sizeof rows[0], HAK_OS_PAGE_BYTES);
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

static bool table_add(void *block, size_t bytes) {
    struct shard *shard = shard_of((uintptr_t)block);
    hak_lock(&shard->lock);
    bool room = (shard->used + 1) * 2 <= shard->capacity || shard_grow(shard);
    if (room) {
        row_place(shard, (row_t){.address = (uintptr_t)block, .bytes = bytes});
        shard->used++;
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

/* Removes a mapping from the table; returns its bytes, 0 when there is none. */
static size_t table_remove(const void *block) {
    struct shard *shard = shard_of((uintptr_t)block);
    hak_lock(&shard->lock);
    row_t *row = row_find(shard, (uintptr_t)block);
    size_t bytes = 0;
    if (row != NULL) {
        bytes = row->bytes;
        row_remove(shard, row);
    }
    hak_unlock(&shard->lock);
    return bytes;
}

size_t hak_large_usable(const void *block) {
    struct shard *shard = shard_of((uintptr_t)block);
    hak_lock(&shard->lock);
    const row_t *row = row_find(shard, (uintptr_t)block);
    size_t bytes = row == NULL ? 0 : row->bytes;
    hak_unlock(&shard->lock);
    return bytes;
}

/* ------------------------------------------------------------------ retained mappings */

typedef struct retained_mapping {
    void *address;
    size_t bytes; /* 0: empty place */
    uint64_t freed_ms;
} retained_mapping_t;

static struct {
    hak_lock_t lock;
    retained_mapping_t place[RETAINED_MAX]; /* [lock] */
    size_t bytes;                           /* [lock] sum */
} retained;

static size_t retained_bound_bytes(void) {
    return (size_t)hak_options.large_retain_mib << 20;
}

/* retained.lock is held; the caller unmaps what is returned, after unlocking. */
static retained_mapping_t place_clear(size_t index) {
    retained_mapping_t mapping = retained.place[index];
    retained.place[index].bytes = 0;
    retained.bytes -= mapping.bytes;
    return mapping;
}

static size_t place_oldest(void) {
    size_t oldest = 0;
    for (size_t i = 1; i < RETAINED_MAX; i++) {
        const retained_mapping_t *candidate = &retained.place[i];
        if (candidate->bytes != 0 && (retained.place[oldest].bytes == 0 ||
                                      candidate->freed_ms < retained.place[oldest].freed_ms))
            oldest = i;
    }
    return oldest;
}

static size_t place_free(void) {
    size_t index = 0;
    while (index < RETAINED_MAX && retained.place[index].bytes != 0)
        index++;
    return index;
}

/* The smallest retained mapping that fits and wastes at most a quarter; NULL when there is none. */
static void *retained_take(size_t bytes, size_t alignment, size_t *mapped_bytes) {
    size_t best = RETAINED_MAX;
    hak_lock(&retained.lock);
    for (size_t i = 0; i < RETAINED_MAX; i++) {
        const retained_mapping_t *place = &retained.place[i];
        if (place->bytes < bytes || place->bytes > bytes + bytes / 4 ||
            ((uintptr_t)place->address & (alignment - 1)) != 0)
            continue;
        if (best == RETAINED_MAX || place->bytes < retained.place[best].bytes)
            best = i;
    }
    void *address = NULL;
    if (best != RETAINED_MAX) {
        retained_mapping_t mapping = place_clear(best);
        address = mapping.address;
        *mapped_bytes = mapping.bytes;
        HAK_COUNT(LARGE, reused);
    }
    hak_unlock(&retained.lock);
    return address;
}

/* Keeps a mapping for reuse, and unmaps the oldest ones beyond the bounds. */
static void retained_give(void *address, size_t bytes) {
    size_t bound = retained_bound_bytes();
    if (bytes > bound / 2) {
        HAK_COUNT(LARGE, unmaps);
        hak_os_unmap(address, bytes);
        return;
    }
    uint64_t now = hak_os_milliseconds();
    for (;;) {
        retained_mapping_t evicted = {.bytes = 0};
        hak_lock(&retained.lock);
        size_t place = place_free();
        if (place == RETAINED_MAX || retained.bytes + bytes > bound) {
            evicted = place_clear(place_oldest());
        } else {
            retained.place[place] =
                (retained_mapping_t){.address = address, .bytes = bytes, .freed_ms = now};
            retained.bytes += bytes;
        }
        hak_unlock(&retained.lock);
        if (evicted.bytes == 0)
            return;
        HAK_COUNT(LARGE, unmaps);
        hak_os_unmap(evicted.address, evicted.bytes);
    }
}

size_t hak_large_purge(bool all) {
    uint64_t now = hak_os_milliseconds();
    size_t purged = 0;
    if (!all && hak_options.purge == 0)
        return 0;
    for (;;) {
        retained_mapping_t evicted = {.bytes = 0};
        hak_lock(&retained.lock);
        size_t oldest = place_oldest();
        if (retained.place[oldest].bytes != 0 &&
            (all || now - retained.place[oldest].freed_ms >= hak_options.purge_ms))
            evicted = place_clear(oldest);
        hak_unlock(&retained.lock);
        if (evicted.bytes == 0)
            return purged;
        HAK_COUNT(LARGE, unmaps);
        hak_os_unmap(evicted.address, evicted.bytes);
        purged += evicted.bytes;
    }
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
    if (size <= MEDIUM_BYTES_MAX && alignment <= HAK_UNIT_BYTES) {
        void *block = medium_allocate(size, zeroed);
        if (block != NULL)
            return block; /* otherwise the domain is at its end: a mapping may still be had */
    }
    if (alignment < HAK_OS_PAGE_BYTES)
        alignment = HAK_OS_PAGE_BYTES;
    size_t bytes = bytes_rounded(size);
    (void)hak_large_purge(false);
    *zeroed = false;
    void *block = retained_take(bytes, alignment, &bytes);
    if (block == NULL) {
        *zeroed = true;
        HAK_COUNT(LARGE, maps);
        block = hak_os_map(bytes, alignment);
        if (block == NULL)
            return NULL;
    }
    if (!table_add(block, bytes)) {
        hak_os_unmap(block, bytes);
        return NULL;
    }
    return block;
}

bool hak_large_free(void *block) {
    size_t bytes = table_remove(block);
    if (bytes == 0)
        return false;
    retained_give(block, bytes);
    (void)hak_large_purge(false);
    return true;
}

void *hak_large_resize(void *block, size_t size) {
    if (size > PTRDIFF_MAX)
        return NULL;
    size_t new_bytes = bytes_rounded(size);
    /* Out of the table first: once the mapping has moved, another may get its old address. */
    size_t old_bytes = table_remove(block);
    if (old_bytes == 0)
        return NULL;
    void *moved = hak_os_remap(block, old_bytes, new_bytes);
    HAK_COUNT(LARGE, remaps);
    if (moved == NULL)
        new_bytes = old_bytes;
    else
        block = moved;
    /* A row was just removed, so there is room, unless the address went to another, full shard. */
    if (!table_add(block, new_bytes))
        hak_fault("realloc", block, "no memory for the record of a large block that has moved");
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
