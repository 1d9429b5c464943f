/*
 * Finds blocks that overlap, are misaligned, or are handed out or returned twice. Called for every
 * block of a run with check=1, by the worker threads, through wl_allocate and wl_release.
 *
 * The set of live blocks is an open-addressing hash table in shards. A shard has a spin lock, held
 * for one search and never while a block's contents are accessed or the allocator is called; no
 * second lock is taken under it. Contents are a function of the block's identity and of each word's
 * address, so that a block that overlaps another leaves words that the other does not expect.
 * Explained in docs/workloads.md.
 */
#include "worker_check.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum {
    SHARDS = 64,           /* power of two */
    SHARD_SLACK = 128,     /* entries beyond twice the mean, for uneven shards */
    WHOLE_LIMIT = 4096,    /* blocks up to this size are filled and verified to the last byte */
    SAMPLE_BYTES = 64,     /* of larger ones pieces of this size are */
    SAMPLE_STEP = 4096,    /* one piece in so many bytes, and the last */
    LARGEST_ALIGNMENT = 16 /* that malloc owes to any block: alignof(max_align_t) */
};

typedef struct entry {
    uintptr_t address; /* [lock:shard] 0: free place */
    uint64_t size_bytes;
    uint64_t id;
} entry_t;

typedef struct shard {
    _Alignas(64) atomic_flag lock;
    uint64_t used;    /* [lock:shard] places taken */
    entry_t *entries; /* [const] */
} shard_t;

struct wl_check {
    uint64_t shard_places; /* [const] entries per shard, power of two */
    shard_t shards[SHARDS];
};

/* ---------------------------------------------------------------------------------- the set */

static uint64_t shard_places(uint64_t blocks) {
    uint64_t wanted = 2 * (blocks / SHARDS) + SHARD_SLACK, places = 1;
    while (places < wanted)
        places *= 2;
    return places;
}

size_t wl_check_bytes(uint64_t blocks) {
    return sizeof(wl_check_t) + SHARDS * shard_places(blocks) * sizeof(entry_t);
}

wl_check_t *wl_check_init(void *memory, uint64_t blocks) {
    wl_check_t *set = memory;
    set->shard_places = shard_places(blocks);
    entry_t *entries = (entry_t *)(set + 1);
    for (size_t i = 0; i < SHARDS; i++) {
        atomic_flag_clear_explicit(&set->shards[i].lock, memory_order_relaxed);
        set->shards[i].entries = entries + i * set->shard_places;
    }
    return set;
}

static uint64_t address_hash(uintptr_t address) {
    uint64_t hash = address * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static shard_t *shard_lock(wl_check_t *set, uintptr_t address) {
    shard_t *shard = &set->shards[address_hash(address) >> 32 & (SHARDS - 1)];
    /* acquire, with the release in shard_unlock */
    while (atomic_flag_test_and_set_explicit(&shard->lock, memory_order_acquire))
        sched_yield();
    return shard;
}

static void shard_unlock(shard_t *shard) {
    atomic_flag_clear_explicit(&shard->lock, memory_order_release);
}

/* The place of `address`, or the free place where it would go; shard_places when there is none. */
static uint64_t entry_place(const wl_check_t *set, const shard_t *shard, uintptr_t address) {
    uint64_t mask = set->shard_places - 1, place = address_hash(address) & mask;
    for (uint64_t tries = 0; tries <= mask; tries++, place = (place + 1) & mask)
        if (shard->entries[place].address == address || shard->entries[place].address == 0)
            return place;
    return set->shard_places;
}

/* Closes the gap at `place`: later entries of the same run that may move up do so. */
static void entry_remove(const wl_check_t *set, shard_t *shard, uint64_t place) {
    uint64_t mask = set->shard_places - 1;
    for (uint64_t next = (place + 1) & mask; shard->entries[next].address != 0;
         next = (next + 1) & mask) {
        uint64_t home = address_hash(shard->entries[next].address) & mask;
        if (((next - home) & mask) >= ((next - place) & mask)) {
            shard->entries[place] = shard->entries[next];
            place = next;
        }
    }
    shard->entries[place].address = 0;
    shard->used--;
}

/* ---------------------------------------------------------------------------------- contents */

static uint64_t pattern_word(uint64_t id, uintptr_t address) {
    uint64_t word = (address ^ id * 0xa0761d6478bd642fu) * 0xe7037ed1a0b428dbu;
    return word ^ word >> 32;
}

static void piece_fill(unsigned char *block, size_t from, size_t to, uint64_t id) {
    for (; from + 8 <= to; from += 8) {
        uint64_t word = pattern_word(id, (uintptr_t)block + from);
        memcpy(block + from, &word, 8);
    }
    uint64_t word = pattern_word(id, (uintptr_t)block + from);
    memcpy(block + from, &word, to - from);
}

/* Offset of the first wrong byte, or `to`. The block was at `origin` when it was filled. */
static size_t piece_verify(const unsigned char *block, uintptr_t origin, size_t from, size_t to,
                           uint64_t id) {
    for (; from < to; from += 8) {
        uint64_t word = pattern_word(id, origin + from);
        size_t bytes = to - from < 8 ? to - from : 8;
        if (memcmp(block + from, &word, bytes) == 0)
            continue;
        const unsigned char *expected = (const unsigned char *)&word;
        for (size_t i = 0; i < bytes; i++)
            if (block[from + i] != expected[i])
                return from + i;
    }
    return to;
}

/* The pieces of a large block: one at the start of every step, and the last. */
static size_t piece_end(size_t size_bytes, size_t from) {
    size_t end = from + SAMPLE_BYTES;
    return end < size_bytes ? end : size_bytes;
}

static void block_fill(unsigned char *block, size_t size_bytes, uint64_t id) {
    if (size_bytes <= WHOLE_LIMIT) {
        piece_fill(block, 0, size_bytes, id);
        return;
    }
    for (size_t from = 0; from < size_bytes; from += SAMPLE_STEP)
        piece_fill(block, from, piece_end(size_bytes, from), id);
    size_t last = (size_bytes - SAMPLE_BYTES) & ~(size_t)7;
    piece_fill(block, last, size_bytes, id);
}

/* Offset of the first wrong byte found in the first `bytes` of a block, or `bytes`. As `filled` it
 * was at another address, maybe, and at least as large. */
static size_t block_verify(const unsigned char *block, size_t bytes,
                           const wl_check_kept_t *filled) {
    const uintptr_t origin = filled->address;
    if (filled->size_bytes <= WHOLE_LIMIT)
        return piece_verify(block, origin, 0, bytes, filled->id);
    for (size_t from = 0; from < bytes; from += SAMPLE_STEP) {
        size_t end = piece_end(bytes, from);
        size_t wrong = piece_verify(block, origin, from, end, filled->id);
        if (wrong != end)
            return wrong;
    }
    size_t last = (filled->size_bytes - SAMPLE_BYTES) & ~(size_t)7;
    return last < bytes ? piece_verify(block, origin, last, bytes, filled->id) : bytes;
}

/* ---------------------------------------------------------------------------------- the checks */

/* What malloc owes a block of this size: C asks for max_align_t, but allocators commonly give the
 * largest power of two in the size to smaller blocks, which no object of that size can notice. */
static size_t alignment_owed(size_t size_bytes) {
    size_t alignment = 1;
    while (alignment * 2 <= size_bytes && alignment < LARGEST_ALIGNMENT)
        alignment *= 2;
    return alignment;
}

bool wl_check_add(wl_check_t *set, void *block, size_t size_bytes, uint64_t id, char *error,
                  size_t error_bytes) {
    uintptr_t address = (uintptr_t)block;
    if (address & (alignment_owed(size_bytes) - 1)) {
        snprintf(error, error_bytes, "block %p of %zu bytes is misaligned: malloc owes %zu", block,
                 size_bytes, alignment_owed(size_bytes));
        return false;
    }
    shard_t *shard = shard_lock(set, address);
    uint64_t place = entry_place(set, shard, address);
    if (place == set->shard_places || shard->used + 1 == set->shard_places) {
        shard_unlock(shard);
        snprintf(error, error_bytes,
                 "block %p of %zu bytes: more blocks are live than the workload holds", block,
                 size_bytes);
        return false;
    }
    entry_t *entry = &shard->entries[place];
    uint64_t other_bytes = entry->size_bytes;
    bool doubled = entry->address == address;
    if (!doubled) {
        *entry = (entry_t){.address = address, .size_bytes = size_bytes, .id = id};
        shard->used++;
    }
    shard_unlock(shard);
    if (doubled) {
        snprintf(error, error_bytes,
                 "block %p of %zu bytes was handed out while live with %llu bytes", block,
                 size_bytes, (unsigned long long)other_bytes);
        return false;
    }
    block_fill(block, size_bytes, id);
    return true;
}

bool wl_check_take(wl_check_t *set, void *block, size_t size_bytes, wl_check_kept_t *kept,
                   char *error, size_t error_bytes) {
    uintptr_t address = (uintptr_t)block;
    shard_t *shard = shard_lock(set, address);
    uint64_t place = entry_place(set, shard, address);
    entry_t entry = {0};
    if (place != set->shard_places && shard->entries[place].address == address) {
        entry = shard->entries[place];
        entry_remove(set, shard, place);
    }
    shard_unlock(shard);
    if (entry.address == 0) {
        snprintf(error, error_bytes, "block %p of %zu bytes is freed but was not live", block,
                 size_bytes);
        return false;
    }
    if (entry.size_bytes != size_bytes) {
        snprintf(error, error_bytes, "block %p of %llu bytes is freed as one of %zu bytes", block,
                 (unsigned long long)entry.size_bytes, size_bytes);
        return false;
    }
    *kept = (wl_check_kept_t){.id = entry.id, .address = address, .size_bytes = size_bytes};
    size_t wrong = block_verify(block, size_bytes, kept);
    if (wrong != size_bytes) {
        snprintf(error, error_bytes, "block %p of %zu bytes was overwritten at offset %zu", block,
                 size_bytes, wrong);
        return false;
    }
    return true;
}

bool wl_check_remove(wl_check_t *set, void *block, size_t size_bytes, char *error,
                     size_t error_bytes) {
    wl_check_kept_t kept;
    return wl_check_take(set, block, size_bytes, &kept, error, error_bytes);
}

bool wl_check_moved(const void *block, size_t size_bytes, const wl_check_kept_t *kept, char *error,
                    size_t error_bytes) {
    size_t bytes = size_bytes < kept->size_bytes ? size_bytes : kept->size_bytes;
    size_t wrong = block_verify(block, bytes, kept);
    if (wrong == bytes)
        return true;
    snprintf(error, error_bytes,
             "block %p of %zu bytes lost its contents at offset %zu when realloc made it %zu bytes",
             (void *)kept->address, kept->size_bytes, wrong, size_bytes);
    return false;
}

bool wl_check_zero(const void *block, size_t size_bytes, char *error, size_t error_bytes) {
    const unsigned char *byte = block;
    for (size_t i = 0; i < size_bytes; i++) {
        if (byte[i] == 0)
            continue;
        snprintf(error, error_bytes, "block %p of %zu bytes from calloc is not zero at offset %zu",
                 block, size_bytes, i);
        return false;
    }
    return true;
}

bool wl_check_alignment(const void *block, size_t alignment_bytes, size_t size_bytes, char *error,
                        size_t error_bytes) {
    if (((uintptr_t)block & (alignment_bytes - 1)) == 0)
        return true;
    snprintf(error, error_bytes, "block %p of %zu bytes is misaligned: %zu was asked for", block,
             size_bytes, alignment_bytes);
    return false;
}

bool wl_check_empty(wl_check_t *set, char *error, size_t error_bytes) {
    uint64_t live = 0;
    const entry_t *example = NULL;
    for (size_t i = 0; i < SHARDS; i++) {
        live += set->shards[i].used;
        for (uint64_t place = 0; place < set->shard_places && example == NULL; place++)
            if (set->shards[i].entries[place].address != 0)
                example = &set->shards[i].entries[place];
    }
    if (example == NULL)
        return true;
    snprintf(error, error_bytes, "%llu blocks were lost, one of them %p of %llu bytes",
             (unsigned long long)live, (void *)example->address,
             (unsigned long long)example->size_bytes);
    return false;
}
