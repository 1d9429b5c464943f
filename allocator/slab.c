/*
 * Slab bitmaps and partial lists. Called by lane.c, remote.c and heap.c with the heap's lock held;
 * takes the pool's lock through hak_run_allocate and hak_run_free.
 */
#include "allocator/slab.h"

#include <string.h>

#include "allocator/superslab.h"

static void partial_link(hak_heap_t *heap, hak_slab_t *slab) {
    hak_slab_t *head = heap->partial[slab->class_id];
    slab->previous = NULL;
    slab->next = head;
    if (head != NULL)
        head->previous = slab;
    heap->partial[slab->class_id] = slab;
}

static void partial_unlink(hak_heap_t *heap, hak_slab_t *slab) {
    if (slab->next != NULL)
        slab->next->previous = slab->previous;
    if (slab->previous != NULL)
        slab->previous->next = slab->next;
    else
        heap->partial[slab->class_id] = slab->next;
}

static hak_slab_t *slab_create(hak_heap_t *heap, uint32_t class_id) {
    const hak_class_t *class = &hak_classes[class_id];
    bool zeroed;
    hak_slab_t *slab = hak_run_allocate(class->run_units, heap->id, class_id, &zeroed);
    if (slab == NULL)
        return NULL;
    uint32_t whole_words = class->blocks / 64;
    memset(slab->bits, 0xff, whole_words * sizeof slab->bits[0]);
    if (class->blocks % 64 != 0)
        slab->bits[whole_words] = ((uint64_t)1 << (class->blocks % 64)) - 1;
    slab->free_blocks = class->blocks;
    slab->lowest_word = 0;
    partial_link(heap, slab);
    return slab;
}

static void slab_verify(const hak_slab_t *slab) {
    const hak_class_t *class = &hak_classes[slab->class_id];
    uint32_t free_blocks = 0;
    for (uint32_t word = 0; word < (class->blocks + 63) / 64; word++) {
        free_blocks += (uint32_t)__builtin_popcountll(slab->bits[word]);
        HAK_ASSERT(word >= slab->lowest_word || slab->bits[word] == 0);
    }
    HAK_ASSERT(free_blocks == slab->free_blocks);
}

/* Moves up to `want` free blocks of one slab out, lowest first. */
static size_t slab_carve(hak_slab_t *slab, void **blocks, size_t want) {
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
    slab->free_blocks -= (uint32_t)taken;
    return taken;
}

size_t hak_slab_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want) {
    size_t taken = 0;
    while (taken < want) {
        hak_slab_t *slab = heap->partial[class_id];
        if (slab == NULL) {
            slab = slab_create(heap, class_id);
            if (slab == NULL)
                break;
        }
        taken += slab_carve(slab, blocks + taken, want - taken);
        if (HAK_DEBUG)
            slab_verify(slab);
        if (slab->free_blocks == 0)
            partial_unlink(heap, slab);
    }
    return taken;
}

/* Index of a block in its slab; stops the program when the address is not a block's start. */
static uint32_t block_index(const hak_slab_t *slab, const void *block, const char *function) {
    const hak_class_t *class = &hak_classes[slab->class_id];
    size_t offset = (size_t)((const char *)block - slab->start);
    uint32_t index = (uint32_t)((offset * class->index_magic) >> HAK_INDEX_SHIFT);
    if (HAK_UNLIKELY((size_t)index * class->stride_bytes != offset || index >= class->blocks))
        hak_fault(function, block, "not the start of a block of this allocator");
    return index;
}

void hak_slab_put(hak_heap_t *heap, void *block, const char *function) {
    hak_slab_t *slab = hak_run_of(block);
    HAK_ASSERT(slab->owner == heap->id);
    uint32_t index = block_index(slab, block, function);
    uint32_t word = index / 64;
    uint64_t bit = (uint64_t)1 << (index % 64);
    if (HAK_UNLIKELY((slab->bits[word] & bit) != 0))
        hak_fault(function, block, "double free: the block is free already");
    slab->bits[word] |= bit;
    if (word < slab->lowest_word || slab->free_blocks == 0)
        slab->lowest_word = word;
    slab->free_blocks++;
    if (HAK_DEBUG)
        slab_verify(slab);
    if (slab->free_blocks == 1) {
        partial_link(heap, slab);
    } else if (slab->free_blocks == hak_classes[slab->class_id].blocks) {
        /* One empty slab a class stays, or a single block's coming and going would make and
         * unmake slabs. */
        if (slab->next != NULL || slab->previous != NULL) {
            partial_unlink(heap, slab);
            hak_run_free(slab);
        }
    }
}

void hak_slab_check(const void *block, const char *function) {
    const hak_slab_t *slab = hak_run_of(block);
    (void)block_index(slab, block, function);
}
