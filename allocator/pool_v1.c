/*
 * Pool v1: 1 to 64 KiB from slabs that all threads share. Blocks have no owner: whoever frees one
 * keeps it in its own lane, and what lanes spill goes to a stack per class, from which any thread's
 * refill takes first; what the stack has no room for goes to the slabs. One lock a class, a leaf
 * but for the pool's of units.
 */
#include "allocator/backend.h"
#include "allocator/slab.h"
#include "allocator/telemetry.h"

#define STACK_BYTES  ((size_t)256 * 1024) /* what may wait in a class's stack */
#define STACK_BLOCKS 64u

/* Classes that were never used are left alone: most processes use none, and a lock that is taken
 * makes a page resident. */
typedef struct shared_class {
    _Alignas(64) hak_lock_t lock;
    uint32_t class_id;         /* [lock] 0: never used; HAK_SHARE'd */
    uint32_t waiting;          /* [lock] blocks in the stack */
    uint32_t lowest;           /* [lock] fewest that waited since the last decay */
    hak_slab_t *partial;       /* [lock] slabs with free blocks */
    void *stack[STACK_BLOCKS]; /* [lock] */
} shared_class_t;

static HAK_SPARSE shared_class_t shared_classes[HAK_POOL_CLASSES_MAX];

static shared_class_t *shared_of(uint32_t class_id) {
    return &shared_classes[hak_classes[class_id].backend_class];
}

static uint32_t stack_bound(uint32_t class_id) {
    size_t bound = STACK_BYTES / hak_classes[class_id].stride_bytes;
    return bound < STACK_BLOCKS ? (uint32_t)bound : STACK_BLOCKS;
}

static size_t slabs_take(shared_class_t *shared, uint32_t class_id, void **blocks, size_t want) {
    size_t taken = 0;
    while (taken < want) {
        hak_slab_t *slab = shared->partial;
        if (slab == NULL) {
            slab = hak_slab_create(HAK_OWNER_SHARED, class_id);
            if (slab == NULL)
                break;
            HAK_COUNT(POOL_V1, slabs_created);
            hak_slab_link(&shared->partial, slab);
        }
        taken += hak_slab_carve(slab, blocks + taken, want - taken);
        if (slab->free_blocks == 0)
            hak_slab_unlink(&shared->partial, slab);
    }
    return taken;
}

static void slabs_put(shared_class_t *shared, void *const *blocks, size_t count) {
    for (size_t done = 0; done < count;) {
        hak_slab_t *slab = hak_run_of(blocks[done]);
        const uint32_t free_before = slab->free_blocks;
        done += hak_slab_return(slab, blocks + done, count - done, "free");
        if (free_before == 0)
            hak_slab_link(&shared->partial, slab);
        if (!hak_slab_is_whole(slab) || (slab->next == NULL && slab->previous == NULL))
            continue; /* one empty slab a class stays */
        hak_slab_unlink(&shared->partial, slab);
        HAK_COUNT(POOL_V1, slabs_released);
        hak_run_free(slab);
    }
}

size_t hak_pool_v1_take(uint32_t class_id, void **blocks, size_t want) {
    shared_class_t *shared = shared_of(class_id);
    size_t taken = 0;
    hak_lock(&shared->lock);
    HAK_SHARE(shared->class_id, class_id);
    while (taken < want && shared->waiting > 0)
        blocks[taken++] = shared->stack[--shared->waiting];
    if (shared->waiting < shared->lowest)
        shared->lowest = shared->waiting;
    HAK_COUNT_ADD(POOL_V1, shared_hits, taken);
    if (taken == 0)
        taken = slabs_take(shared, class_id, blocks, want);
    hak_unlock(&shared->lock);
    HAK_COUNT(POOL_V1, takes);
    HAK_COUNT_ADD(POOL_V1, taken_blocks, taken);
    return taken;
}

/* For the counters of the hot box: a class that is fallen back to, so that looking for the page of
 * one of its blocks among the hot box's finds no record. */
static bool serves_as_fallback(uint32_t class_id) {
    for (uint32_t other = class_id; other-- > 1;)
        if (hak_classes[other].fallback_class == class_id)
            return true;
    return false;
}

void hak_pool_v1_put(uint32_t class_id, void *const *blocks, size_t count) {
    if (HAKMEM_POOL_HOTBOX_V2_STATS_COMPILED && serves_as_fallback(class_id)) {
        const uint32_t range = hak_classes[class_id].pool_range;
        HAK_COUNT_ROW_ADD(POOL_HOTBOX_V2, range, free_calls, count);
        HAK_COUNT_ROW_ADD(POOL_HOTBOX_V2, range, page_of_fail_header_missing, count);
        HAK_COUNT_ROW_ADD(POOL_HOTBOX_V2, range, free_fallback_v1, count);
    }
    shared_class_t *shared = shared_of(class_id);
    const uint32_t bound = stack_bound(class_id);
    size_t done = 0;
    hak_lock(&shared->lock);
    HAK_SHARE(shared->class_id, class_id);
    while (done < count && shared->waiting < bound)
        shared->stack[shared->waiting++] = blocks[done++];
    HAK_COUNT_ADD(POOL_V1, shared_overflows, count - done);
    slabs_put(shared, blocks + done, count - done);
    hak_unlock(&shared->lock);
    HAK_COUNT(POOL_V1, puts);
    HAK_COUNT_ADD(POOL_V1, put_blocks, count);
}

void hak_pool_v1_decay(bool all) {
    for (uint32_t i = 0; i < HAK_POOL_CLASSES_MAX; i++) {
        shared_class_t *shared = &shared_classes[i];
        if (HAK_SHARED(shared->class_id) == 0)
            continue;
        hak_lock(&shared->lock);
        /* The oldest lie at the bottom, and so many were not needed since the last time. */
        const uint32_t surplus = all ? shared->waiting : shared->lowest;
        if (surplus > 0) {
            slabs_put(shared, shared->stack, surplus);
            shared->waiting -= surplus;
            for (uint32_t block = 0; block < shared->waiting; block++)
                shared->stack[block] = shared->stack[block + surplus];
        }
        shared->lowest = shared->waiting;
        hak_slab_t *slab = shared->partial;
        if (all && slab != NULL && hak_slab_is_whole(slab)) {
            hak_slab_unlink(&shared->partial, slab);
            HAK_COUNT(POOL_V1, slabs_released);
            hak_run_free(slab);
        }
        hak_unlock(&shared->lock);
    }
}

size_t hak_pool_v1_waiting_bytes(void) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < HAK_POOL_CLASSES_MAX; i++) {
        shared_class_t *shared = &shared_classes[i];
        if (HAK_SHARED(shared->class_id) == 0)
            continue;
        hak_lock(&shared->lock);
        bytes += (size_t)shared->waiting * hak_classes[shared->class_id].stride_bytes;
        hak_unlock(&shared->lock);
    }
    return bytes;
}

void hak_pool_v1_lock_all(void) {
    for (uint32_t i = 0; i < HAK_POOL_CLASSES_MAX; i++)
        hak_lock(&shared_classes[i].lock);
}

void hak_pool_v1_unlock_all(void) {
    for (uint32_t i = HAK_POOL_CLASSES_MAX; i-- > 0;)
        hak_unlock(&shared_classes[i].lock);
}
