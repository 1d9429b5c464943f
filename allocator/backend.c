/*
 * From classes to backends. Called on cold paths by lane.c, spill.c and remote.c, in any thread.
 */
#include "allocator/backend.h"

#include "allocator/slab.h"
#include "allocator/telemetry.h"

#define SPARSE_BYTES_LEAST ((size_t)512 << 10)
#define SPARSE_PART        3u

hak_slab_t *hak_heap_slab_create(hak_heap_t *heap, uint32_t class_id) {
    hak_slab_t *slab = hak_slab_create(heap->front.id, class_id);
    if (slab == NULL)
        return NULL;
    HAK_SHARE(heap->slab_bytes, heap->slab_bytes + ((size_t)slab->run_units << HAK_UNIT_SHIFT));
    heap->stale |= slab->stale_bytes > 0;
    return slab;
}

void hak_heap_slab_release(hak_heap_t *heap, hak_slab_t *slab) {
    HAK_SHARE(heap->slab_bytes, heap->slab_bytes - ((size_t)slab->run_units << HAK_UNIT_SHIFT));
    hak_run_free(slab);
}

/* Slabs of the heap give or take blocks: what was found of them all holds no longer. */
static void slabs_change(hak_heap_t *heap) {
    heap->trimmed = false;
    heap->dense_lane_bytes = 0;
}

size_t hak_backend_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want) {
    const hak_backend_t backend = hak_classes[class_id].backend;
    size_t taken;
    if (backend == HAK_BACKEND_POOL_V1)
        return hak_pool_v1_take(class_id, blocks, want);
    hak_lock(&heap->lock);
    slabs_change(heap);
    if (HAK_HAS_MID_V3 && backend == HAK_BACKEND_MID_V3)
        taken = hak_mid_take(heap, class_id, blocks, want);
    else if (HAK_HAS_POOL_V2 && backend == HAK_BACKEND_POOL_V2)
        taken = hak_pool_v2_take(heap, class_id, blocks, want);
    else
        taken = hak_tiny_take(heap, class_id, blocks, want);
    hak_unlock(&heap->lock);
    return taken;
}

void hak_backend_put_locked(hak_heap_t *heap, void *const *blocks, size_t count) {
    slabs_change(heap);
    for (size_t done = 0; done < count;) {
        hak_slab_t *slab = hak_run_of(blocks[done]);
        const uint32_t free_before = slab->free_blocks;
        const hak_backend_t backend = hak_classes[slab->class_id].backend;
        HAK_ASSERT(slab->owner == heap->front.id);
        done += hak_slab_return(slab, blocks + done, count - done, "free");
        if (HAK_HAS_MID_V3 && backend == HAK_BACKEND_MID_V3)
            hak_mid_relist(heap, slab, free_before);
        else if (HAK_HAS_POOL_V2 && backend == HAK_BACKEND_POOL_V2)
            hak_pool_v2_relist(heap, slab, free_before);
        else
            hak_tiny_relist(heap, slab, free_before);
    }
}

void hak_backend_put(hak_heap_t *heap, uint32_t class_id, void *const *blocks, size_t count) {
    if (hak_classes[class_id].backend == HAK_BACKEND_POOL_V1) {
        hak_pool_v1_put(class_id, blocks, count);
        return;
    }
    hak_lock(&heap->lock);
    hak_backend_put_locked(heap, blocks, count);
    hak_unlock(&heap->lock);
}

void hak_backend_shed(hak_heap_t *heap) {
    bool again = hak_tiny_shed(heap);
    if (HAK_HAS_MID_V3)
        again |= hak_mid_shed(heap);
    if (HAK_HAS_POOL_V2)
        again |= hak_pool_v2_shed(heap);
    heap->stale = again;
}

/* ------------------------------------------------------------------ what idle heaps keep */

/* Of slabs that are neither full nor empty: bytes that they have touched, and of blocks in use. */
static void partial_sum(const hak_slab_t *slab, size_t *touched, size_t *used) {
    for (; slab != NULL; slab = slab->next) {
        if (hak_slab_is_whole(slab))
            continue;
        *touched += slab->touched_bytes;
        *used +=
            (size_t)(slab->blocks - slab->free_blocks) * hak_classes[slab->class_id].stride_bytes;
    }
}

bool hak_backend_is_sparse(hak_heap_t *heap, size_t lane_bytes) {
    if (lane_bytes <= heap->dense_lane_bytes)
        return false;
    size_t touched = 0, used = 0;
    for (uint32_t i = 0; i < HAK_TINY_CLASSES_MAX; i++)
        partial_sum(heap->tiny[i], &touched, &used);
    for (uint32_t i = 0; i < HAK_MID_CLASSES * HAK_MID_BINS; i++)
        partial_sum(heap->mid[i / HAK_MID_BINS][i % HAK_MID_BINS], &touched, &used);
    for (uint32_t i = 0; i < HAK_POOL_CLASSES_MAX; i++)
        partial_sum(heap->pool[i].partial, &touched, &used);
    if (touched > SPARSE_BYTES_LEAST && used < touched / SPARSE_PART && lane_bytes >= used / 2)
        return true;
    heap->dense_lane_bytes = lane_bytes;
    return false;
}

static void idle_account(hak_heap_t *heap, size_t bytes) {
    hak_pool_idle_add(bytes - heap->idle_slab_bytes);
    HAK_SHARE(heap->idle_slab_bytes, bytes);
}

bool hak_heap_keep(hak_heap_t *heap, const hak_slab_t *slab) {
    if (atomic_load_explicit(&heap->state, memory_order_relaxed) != HAK_HEAP_IDLE)
        return true;
    if (slab->touched_bytes > hak_pool_idle_room())
        return false;
    idle_account(heap, heap->idle_slab_bytes + slab->touched_bytes);
    return true;
}

void hak_heap_wake(hak_heap_t *heap) {
    idle_account(heap, 0);
}

bool hak_heap_slab_stays(hak_slab_t *slab, size_t *keep_bytes) {
    if (slab->touched_bytes > *keep_bytes || !hak_run_strip(slab))
        return false;
    *keep_bytes -= slab->touched_bytes;
    return true;
}

void hak_backend_trim(hak_heap_t *heap, size_t keep_bytes) {
    size_t left = keep_bytes;
    if (heap->trimmed && heap->trimmed_keep_bytes <= keep_bytes) {
        idle_account(heap, heap->trimmed_keep_bytes);
        return;
    }
    idle_account(heap, 0); /* first: what is released must not count twice in the pool's bound */
    hak_tiny_trim(heap, &left);
    if (HAK_HAS_MID_V3)
        hak_mid_trim(heap, &left);
    if (HAK_HAS_POOL_V2)
        hak_pool_v2_trim(heap, &left);
    idle_account(heap, keep_bytes - left);
    heap->trimmed = true;
    heap->trimmed_keep_bytes = keep_bytes - left;
}
