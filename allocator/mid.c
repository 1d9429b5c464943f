/*
 * MID_V3: 257 to 768 bytes, 32-byte spacing, from page runs of one unit. The fullest run that has
 * free blocks is taken from first, so that the emptiest become whole and go back; a refill takes a
 * batch from one run. Runs are kept in four bins by the share of free blocks; finding the bin after
 * every batch is what that costs. Runs under the heap's lock.
 */
#include "allocator/backend.h"
#include "allocator/slab.h"
#include "allocator/telemetry.h"

/* Bin of a run with free blocks: 0 where at most a quarter is free. */
static uint32_t mid_bin(const hak_slab_t *slab, uint32_t free_blocks) {
    return (free_blocks - 1) * HAK_MID_BINS / slab->blocks;
}

static hak_slab_t **mid_list(hak_heap_t *heap, const hak_slab_t *slab, uint32_t free_blocks) {
    return &heap->mid[hak_classes[slab->class_id].backend_class][mid_bin(slab, free_blocks)];
}

/* Moves a run whose free blocks were `free_before` to the list that fits it now. */
static void mid_move(hak_heap_t *heap, hak_slab_t *slab, uint32_t free_before) {
    hak_slab_t **from = free_before == 0 ? NULL : mid_list(heap, slab, free_before);
    hak_slab_t **to = slab->free_blocks == 0 ? NULL : mid_list(heap, slab, slab->free_blocks);
    if (from == to)
        return;
    if (from != NULL)
        hak_slab_unlink(from, slab);
    if (to != NULL)
        hak_slab_link(to, slab);
}

size_t hak_mid_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want) {
    hak_slab_t **bins = heap->mid[hak_classes[class_id].backend_class];
    hak_slab_t *run = NULL;
    for (uint32_t bin = 0; bin < HAK_MID_BINS && run == NULL; bin++)
        run = bins[bin];
    uint32_t free_before = run != NULL ? run->free_blocks : 0;
    if (run == NULL) {
        run = hak_heap_slab_create(heap, class_id);
        if (run == NULL)
            return 0;
        HAK_COUNT(MID_V3, slabs_created);
    }
    size_t taken = hak_slab_carve(run, blocks, want);
    mid_move(heap, run, free_before);
    HAK_COUNT(MID_V3, takes);
    HAK_COUNT_ADD(MID_V3, taken_blocks, taken);
    return taken;
}

/* True when another run of the class has free blocks: then a whole one need not stay. */
static bool mid_has_other(hak_heap_t *heap, const hak_slab_t *run) {
    hak_slab_t **bins = heap->mid[hak_classes[run->class_id].backend_class];
    for (uint32_t bin = 0; bin < HAK_MID_BINS; bin++)
        if (bins[bin] != NULL && (bins[bin] != run || run->next != NULL))
            return true;
    return false;
}

static void mid_release(hak_heap_t *heap, hak_slab_t *run) {
    hak_slab_unlink(mid_list(heap, run, run->free_blocks), run);
    HAK_COUNT(MID_V3, slabs_released);
    hak_heap_slab_release(heap, run);
}

void hak_mid_relist(hak_heap_t *heap, hak_slab_t *run, uint32_t free_before) {
    mid_move(heap, run, free_before);
    HAK_COUNT(MID_V3, puts);
    HAK_COUNT_ADD(MID_V3, put_blocks, run->free_blocks - free_before);
    if (hak_slab_is_whole(run) && (mid_has_other(heap, run) || !hak_heap_keep(heap, run)))
        mid_release(heap, run);
}

bool hak_mid_shed(hak_heap_t *heap) {
    bool again = false;
    for (uint32_t class_index = 0; class_index < HAK_MID_CLASSES; class_index++)
        for (uint32_t bin = 0; bin < HAK_MID_BINS; bin++)
            again |= hak_slab_shed(heap->mid[class_index][bin]);
    return again;
}

void hak_mid_trim(hak_heap_t *heap, size_t *keep_bytes) {
    for (uint32_t class_index = 0; class_index < HAK_MID_CLASSES; class_index++) {
        for (hak_slab_t *run = heap->mid[class_index][HAK_MID_BINS - 1], *next; run != NULL;
             run = next) {
            next = run->next;
            if (hak_slab_is_whole(run) && !hak_heap_slab_stays(run, keep_bytes))
                mid_release(heap, run);
        }
    }
}
