/*
 * Tiny: blocks up to 1 KiB, classes C0 ... from slabs of one unit, the slab that last got a block
 * back first. Runs under the heap's lock. Also serves the sizes of MID_V3 where the route or the
 * build leaves that out.
 */
#include "allocator/backend.h"
#include "allocator/slab.h"
#include "allocator/telemetry.h"

size_t hak_tiny_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want) {
    hak_slab_t **partial = &heap->tiny[hak_classes[class_id].backend_class];
    size_t taken = 0;
    while (taken < want) {
        hak_slab_t *slab = *partial;
        if (slab == NULL) {
            slab = hak_heap_slab_create(heap, class_id);
            if (slab == NULL)
                break;
            HAK_COUNT(TINY, slabs_created);
            hak_slab_link(partial, slab);
        }
        taken += hak_slab_carve(slab, blocks + taken, want - taken);
        if (slab->free_blocks == 0)
            hak_slab_unlink(partial, slab);
    }
    HAK_COUNT(TINY, takes);
    HAK_COUNT_ADD(TINY, taken_blocks, taken);
    return taken;
}

void hak_tiny_relist(hak_heap_t *heap, hak_slab_t *slab, uint32_t free_before) {
    hak_slab_t **partial = &heap->tiny[hak_classes[slab->class_id].backend_class];
    HAK_COUNT(TINY, puts);
    HAK_COUNT_ADD(TINY, put_blocks, slab->free_blocks - free_before);
    if (free_before == 0)
        hak_slab_link(partial, slab);
    /* One empty slab a class stays while the heap keeps such, or a single block's coming and going
     * would make and unmake slabs. */
    if (hak_slab_is_whole(slab) &&
        (slab->next != NULL || slab->previous != NULL || !hak_heap_keep(heap, slab))) {
        hak_slab_unlink(partial, slab);
        HAK_COUNT(TINY, slabs_released);
        hak_heap_slab_release(heap, slab);
    }
}

bool hak_tiny_shed(hak_heap_t *heap) {
    bool again = false;
    for (uint32_t i = 0; i < HAK_TINY_CLASSES_MAX; i++)
        again |= hak_slab_shed(heap->tiny[i]);
    return again;
}

void hak_tiny_trim(hak_heap_t *heap, size_t *keep_bytes) {
    for (uint32_t i = 0; i < HAK_TINY_CLASSES_MAX; i++) {
        for (hak_slab_t *slab = heap->tiny[i], *next; slab != NULL; slab = next) {
            next = slab->next;
            if (!hak_slab_is_whole(slab) || hak_heap_slab_stays(slab, keep_bytes))
                continue;
            hak_slab_unlink(&heap->tiny[i], slab);
            HAK_COUNT(TINY, slabs_released);
            hak_heap_slab_release(heap, slab);
        }
    }
}
