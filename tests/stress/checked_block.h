/*
 * Blocks that carry a pattern, for the stress programs: sealed when they are made, verified when
 * they are freed or resized. By the allocator's hak_* names. Any thread; a block has one user at a
 * time.
 */
#ifndef TEST_CHECKED_BLOCK_H
#define TEST_CHECKED_BLOCK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/hakmem.h"

typedef struct block {
    uint64_t size;
    uint64_t seal; /* size ^ address: overwritten by any overlap at the start */
    unsigned char rest[];
} block_t;

/* Blocks that this thread has verified. */
static _Thread_local uint64_t blocks_verified;

static inline uint64_t random_next(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u); /* splitmix64: Steele, Lea, Flood 2014 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline _Noreturn void wrong(const char *what, const void *block, uint64_t size) {
    fprintf(stderr, "stress: %s at %p, size %llu\n", what, block, (unsigned long long)size);
    exit(1);
}

static inline void block_seal(block_t *block, size_t size) {
    if (block == NULL)
        wrong("no memory", block, size);
    if ((uintptr_t)block % 16 != 0)
        wrong("misaligned", block, size);
    block->size = size;
    block->seal = size ^ (uintptr_t)block;
    memset(block->rest, (int)(size & 0xff), size - sizeof *block);
}

static inline void block_verify(const block_t *block) {
    if (block->seal != (block->size ^ (uintptr_t)block))
        wrong("overwritten head", block, block->size);
    size_t rest = block->size - sizeof *block;
    size_t step = rest > 8192 ? 97 : 1;
    for (size_t i = 0; i < rest; i += step) {
        if (block->rest[i] != (unsigned char)(block->size & 0xff))
            wrong("overwritten body", block, block->size);
    }
    blocks_verified++;
}

static inline void block_free(block_t *block) {
    if (block == NULL)
        return;
    block_verify(block);
    block->seal = 0;
    hak_free(block);
}

/* A sealed block of `size` bytes, at least sizeof(block_t); sometimes by calloc, sometimes aligned.
 */
static inline block_t *block_new(size_t size, uint64_t random) {
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

static inline block_t *block_resize(block_t *block, size_t size) {
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

/* Everything was freed and trimmed. Not where the library serves malloc, which `of_malloc` came
 * from: the C library has blocks then. */
static inline void nothing_is_live(const void *of_malloc) {
    hak_stats_t stats = {.size = sizeof stats};
    if (hak_malloc_usable_size(of_malloc) != 0)
        return;
    if (hak_stats(&stats) != 0 || stats.live_bytes != 0 || stats.cached_bytes != 0)
        wrong("blocks are left", NULL, stats.live_bytes + stats.cached_bytes);
}

#endif
