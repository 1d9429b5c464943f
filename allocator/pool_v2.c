/*
 * Pool HotBox v2: 1 to 64 KiB from pages (slabs) of the thread's own heap. Each class has a current
 * page, which is taken from until nothing is left in it, and lists of partial and full ones; where
 * all are full, it takes what the next larger class has free in pages that are in use anyway. The
 * pages of a thread may be bounded in bytes; beyond that, and where no page is to be had, a take
 * fails and the caller falls back to Pool v1, which shares its slabs between threads. Runs under
 * the heap's lock.
 */
#include "allocator/backend.h"
#include "allocator/options.h"
#include "allocator/slab.h"
#include "allocator/telemetry.h"

#define BORROWED_MOST 32u

static hak_pool_pages_t *pages_of(hak_heap_t *heap, const hak_slab_t *page) {
    return &heap->pool[hak_classes[page->class_id].backend_class];
}

static size_t page_bytes(const hak_slab_t *page) {
    return (size_t)page->run_units << HAK_UNIT_SHIFT;
}

static hak_slab_t *page_create(hak_heap_t *heap, uint32_t class_id) {
    const hak_class_t *class = &hak_classes[class_id];
    size_t bytes = (size_t) class->run_units << HAK_UNIT_SHIFT;
    if (heap->pool_bytes + bytes > (size_t)hak_options.pool_v2_thread_mib << 20)
        return NULL;
    hak_slab_t *page = hak_heap_slab_create(heap, class_id);
    if (page != NULL)
        heap->pool_bytes += bytes;
    return page;
}

static void page_release(hak_heap_t *heap, hak_slab_t *page) {
    heap->pool_bytes -= page_bytes(page);
    hak_heap_slab_release(heap, page);
}

/* The page of a class that has free blocks, the current one first; NULL where all are full. */
static hak_slab_t *page_ready(hak_pool_pages_t *pages) {
    if (pages->current != NULL && pages->current->free_blocks > 0)
        return pages->current;
    if (pages->partial == NULL)
        return NULL;
    if (pages->current != NULL)
        hak_slab_link(&pages->full, pages->current);
    pages->current = pages->partial;
    hak_slab_unlink(&pages->partial, pages->current);
    return pages->current;
}

static hak_slab_t *page_new(hak_heap_t *heap, uint32_t class_id, hak_pool_pages_t *pages) {
    hak_slab_t *page = page_create(heap, class_id);
    if (page == NULL)
        return NULL;
    if (pages->current != NULL)
        hak_slab_link(&pages->full, pages->current);
    pages->current = page;
    return page;
}

/*
 * A block of the next larger class, from a page of which some are taken. A page has as few as 8
 * blocks, and what the classes need goes up and down, so that each has a page or two that are half
 * empty; before a class gets one more, it takes what its neighbour does not use. Such a block is
 * the neighbour's in everything and goes into its lane when it is freed, so that each costs a slow
 * call: after BORROWED_MOST in a row the class gets a page of its own. Returns how many blocks.
 */
static size_t block_borrow(hak_heap_t *heap, uint32_t class_id, hak_pool_pages_t *pages,
                           void **block) {
    const uint32_t lender = hak_classes[class_id].lender_class;
    if (lender == 0 || pages->borrowed >= BORROWED_MOST)
        return 0;
    hak_pool_pages_t *from = &heap->pool[hak_classes[lender].backend_class];
    hak_slab_t *page = from->current;
    if (page == NULL || page->free_blocks == 0 || hak_slab_is_whole(page))
        page = from->partial; /* of these none is whole */
    if (page == NULL)
        return 0;
    pages->borrowed++;
    (void)hak_slab_carve(page, block, 1);
    if (page != from->current && page->free_blocks == 0) {
        hak_slab_unlink(&from->partial, page);
        hak_slab_link(&from->full, page);
    }
    return 1;
}

size_t hak_pool_v2_take(hak_heap_t *heap, uint32_t class_id, void **blocks, size_t want) {
    hak_pool_pages_t *pages = &heap->pool[hak_classes[class_id].backend_class];
    const hak_slab_t *const current = pages->current;
    const uint32_t range = hak_classes[class_id].pool_range;
    (void)range;
    HAK_COUNT_CLASS(POOL_HOTBOX_V2, range, alloc_calls);
    hak_slab_t *page = page_ready(pages);
    if (page == NULL) {
        if (block_borrow(heap, class_id, pages, blocks) != 0) {
            HAK_COUNT_CLASS(POOL_HOTBOX_V2, range, alloc_borrowed);
            return 1; /* more of them would not fit the lane */
        }
        page = page_new(heap, class_id, pages);
    }
    pages->borrowed = 0;
    if (page == NULL) {
        HAK_COUNT_CLASS(POOL_HOTBOX_V2, range, alloc_refill_fail);
        HAK_COUNT_CLASS(POOL_HOTBOX_V2, range, alloc_fallback_v1);
        return 0;
    }
    if (page == current)
        HAK_COUNT_CLASS(POOL_HOTBOX_V2, range, alloc_fast);
    else
        HAK_COUNT_CLASS(POOL_HOTBOX_V2, range, alloc_refill);
    return hak_slab_carve(page, blocks, want);
}

void hak_pool_v2_relist(hak_heap_t *heap, hak_slab_t *page, uint32_t free_before) {
    hak_pool_pages_t *pages = pages_of(heap, page);
    HAK_COUNT_ROW_ADD(POOL_HOTBOX_V2, hak_classes[page->class_id].pool_range, free_calls,
                      page->free_blocks - free_before);
    HAK_COUNT_ROW_ADD(POOL_HOTBOX_V2, hak_classes[page->class_id].pool_range, free_fast,
                      page->free_blocks - free_before);
    if (page == pages->current) {
        /* One empty page a class stays, while the heap keeps such. */
        if (hak_slab_is_whole(page) && !hak_heap_keep(heap, page)) {
            pages->current = NULL;
            page_release(heap, page);
        }
        return;
    }
    if (free_before == 0) {
        hak_slab_unlink(&pages->full, page);
        hak_slab_link(&pages->partial, page);
    }
    if (hak_slab_is_whole(page)) {
        hak_slab_unlink(&pages->partial, page);
        page_release(heap, page);
    }
}

bool hak_pool_v2_shed(hak_heap_t *heap) {
    bool again = false;
    for (uint32_t class_index = 0; class_index < HAK_POOL_CLASSES_MAX; class_index++) {
        hak_pool_pages_t *pages = &heap->pool[class_index];
        again |= hak_slab_shed(pages->partial);
        if (pages->current != NULL)
            again |= hak_run_shed(pages->current);
    }
    return again;
}

void hak_pool_v2_trim(hak_heap_t *heap, size_t *keep_bytes) {
    for (uint32_t class_index = 0; class_index < HAK_POOL_CLASSES_MAX; class_index++) {
        hak_pool_pages_t *pages = &heap->pool[class_index];
        if (pages->current == NULL || !hak_slab_is_whole(pages->current) ||
            hak_heap_slab_stays(pages->current, keep_bytes))
            continue;
        page_release(heap, pages->current);
        pages->current = NULL;
    }
}
