/*
 * Slab bitmaps. Called by the backends under the lock of the slab's owner; takes the pool's lock
 * through hak_run_allocate.
 */
#include "allocator/slab.h"

#include <string.h>

#include "allocator/telemetry.h"

void hak_slab_link(hak_slab_t **head, hak_slab_t *slab) {
    slab->previous = NULL;
    slab->next = *head;
    if (*head != NULL)
        (*head)->previous = slab;
    *head = slab;
}

void hak_slab_unlink(hak_slab_t **head, hak_slab_t *slab) {
    if (slab->next != NULL)
        slab->next->previous = slab->previous;
    if (slab->previous != NULL)
        slab->previous->next = slab->next;
    else
        *head = slab->next;
}

bool hak_slab_shed(hak_slab_t *list) {
    bool again = false;
    for (hak_slab_t *slab = list; slab != NULL; slab = slab->next)
        again |= hak_run_shed(slab);
    return again;
}

hak_slab_t *hak_slab_create(uint32_t owner, uint32_t class_id) {
    bool zeroed;
    hak_slab_t *slab = hak_run_allocate(hak_classes[class_id].run_units, owner, class_id, &zeroed);
    if (slab == NULL)
        return NULL;
    HAK_ASSERT(slab->blocks <= HAK_WIDE_WORDS * 64);
    uint32_t whole_words = slab->blocks / 64;
    memset(slab->bits, 0xff, whole_words * sizeof slab->bits[0]);
    if (slab->blocks % 64 != 0)
        slab->bits[whole_words] = ((uint64_t)1 << (slab->blocks % 64)) - 1;
    slab->lowest_word = 0;
    return slab;
}

static void slab_verify(const hak_slab_t *slab) {
    uint32_t free_blocks = 0;
    for (uint32_t word = 0; word < (slab->blocks + 63) / 64; word++) {
        free_blocks += (uint32_t)__builtin_popcountll(slab->bits[word]);
        HAK_ASSERT(word >= slab->lowest_word || slab->bits[word] == 0);
    }
    HAK_ASSERT(free_blocks == slab->free_blocks);
}

size_t hak_slab_carve(hak_slab_t *slab, void **blocks, size_t want) {
    uint32_t stride = hak_classes[slab->class_id].stride_bytes;
    uint32_t word = slab->lowest_word;
    size_t taken = 0;
    if (want > slab->free_blocks)
        want = slab->free_blocks;
    while (taken < want) {
        uint64_t bits = slab->bits[word];
        char *start = slab->start + (size_t)word * 64 * stride;
        for (; bits != 0 && taken < want; bits &= bits - 1)
            blocks[taken++] = start + (size_t)__builtin_ctzll(bits) * stride;
        slab->bits[word] = bits;
        if (bits == 0)
            word++;
    }
    slab->lowest_word = word;
    HAK_SHARE(slab->free_blocks, slab->free_blocks - (uint32_t)taken);
    if (taken > 0) {
        const size_t gap = (uintptr_t)slab->start & (HAK_UNIT_BYTES - 1);
        const uint32_t end = (uint32_t)((char *)blocks[taken - 1] - slab->start + gap) + stride;
        if (end > slab->touched_bytes)
            hak_run_touch(slab, end);
    }
    if (HAK_DEBUG)
        slab_verify(slab);
    return taken;
}

/* The last of a program that frees what it must not; the hot box counts why. */
static HAK_COLD void block_fault(const hak_slab_t *slab, const void *block, const char *function,
                                 const char *reason, bool beyond, bool aligned) {
    const hak_class_t *class = &hak_classes[slab->class_id];
    if (class->backend == HAK_BACKEND_POOL_V2) {
        if (beyond)
            HAK_COUNT_CLASS(POOL_HOTBOX_V2, class->pool_range, page_of_fail_out_of_range);
        else if (!aligned)
            HAK_COUNT_CLASS(POOL_HOTBOX_V2, class->pool_range, page_of_fail_misaligned);
        else
            HAK_COUNT_CLASS(POOL_HOTBOX_V2, class->pool_range, page_of_fail_unknown);
    }
    hak_fault(function, block, reason);
}

/* Index of a block in its slab; stops the program when the address is not a block's start. */
static inline uint32_t block_index(const hak_slab_t *slab, const void *block,
                                   const char *function) {
    const hak_class_t *class = &hak_classes[slab->class_id];
    size_t offset = (size_t)((const char *)block - slab->start);
    uint32_t index = (uint32_t)((offset * class->index_magic) >> HAK_INDEX_SHIFT);
    const bool aligned = (size_t)index * class->stride_bytes == offset;
    const bool beyond = index >= slab->blocks;
    if (HAK_UNLIKELY(!aligned || beyond))
        block_fault(slab, block, function, "not the start of a block of this allocator", beyond,
                    aligned);
    return index;
}

size_t hak_slab_return(hak_slab_t *slab, void *const *blocks, size_t count, const char *function) {
    const size_t bytes = (size_t)slab->blocks * hak_classes[slab->class_id].stride_bytes;
    uint32_t lowest_word = slab->free_blocks == 0 ? UINT32_MAX : slab->lowest_word;
    size_t done = 0;
    /* The first block is of this slab or of none: what lies behind the last block is a fault. */
    for (; done < count && (done == 0 || (size_t)((char *)blocks[done] - slab->start) < bytes);
         done++) {
        uint32_t index = block_index(slab, blocks[done], function);
        uint32_t word = index / 64;
        uint64_t bit = (uint64_t)1 << (index % 64);
        if (HAK_UNLIKELY((slab->bits[word] & bit) != 0))
            block_fault(slab, blocks[done], function, "double free: the block is free already",
                        false, true);
        slab->bits[word] |= bit;
        if (word < lowest_word)
            lowest_word = word;
    }
    slab->lowest_word = lowest_word;
    HAK_SHARE(slab->free_blocks, slab->free_blocks + (uint32_t)done);
    if (HAK_DEBUG)
        slab_verify(slab);
    return done;
}

void hak_slab_check(const void *block, const char *function) {
    const hak_slab_t *slab = hak_run_of(block);
    (void)block_index(slab, block, function);
}
