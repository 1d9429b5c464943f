/* Pool HotBox v2: what a class takes of the next larger one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/spill.h"

/* Of neighbouring classes; a page of either holds more than its lane does. */
enum { SMALLER = 2300, LARGER = 2500 };

static uint32_t class_of(size_t size) {
    return (uint32_t)(hak_lane_offset_of(size) / HAK_LANE_OFFSET(1));
}

static hak_pool_pages_t *pages_of(size_t size) {
    return &hak_thread_heap->pool[hak_classes[class_of(size)].backend_class];
}

static int heap_enter(void **state) {
    (void)state;
    return hak_thread_enter() == NULL ? -1 : 0;
}

/* No page of either class. */
static int pages_none(void **state) {
    (void)state;
    hak_spill_all(hak_thread_heap, 0);
    assert_null(pages_of(SMALLER)->current);
    assert_null(pages_of(LARGER)->current);
    return 0;
}

static void a_class_lends_to_the_next_smaller_one(void **state) {
    (void)state;
    assert_int_equal(class_of(LARGER), class_of(SMALLER) + 1);
    for (size_t size = HAK_EVEN_MAX_BYTES + 1; size <= HAK_LANE_MAX_BYTES; size++) {
        const hak_class_t *class = &hak_classes[class_of(size)];
        const uint32_t next =
            class->stride_bytes < HAK_LANE_MAX_BYTES ? class_of(class->stride_bytes + 1) : 0;
        assert_int_equal(class->lender_class, next);
    }
    for (size_t size = 1; size <= HAK_EVEN_MAX_BYTES; size++) /* others may ask for alignments */
        assert_int_equal(hak_classes[class_of(size)].lender_class, 0);
    for (size_t alignment = 128; alignment <= 4096; alignment *= 2) {
        const size_t offset = hak_lane_offset_of_aligned(alignment, 8192);
        assert_int_equal(hak_classes[offset / HAK_LANE_OFFSET(1)].lender_class, 0);
    }
}

static void a_page_in_use_serves_the_next_smaller_class_until_it_is_full(void **state) {
    (void)state;
    enum { BLOCKS = 64 };
    void *block[BLOCKS], *first = hak_malloc(LARGER);
    const uint32_t lent = pages_of(LARGER)->current->free_blocks;
    assert_in_range(lent, 1, 31); /* so many are lent in a row */
    for (uint32_t i = 0; i < lent; i++) {
        block[i] = hak_malloc(SMALLER);
        assert_int_equal(hak_malloc_usable_size(block[i]),
                         hak_classes[class_of(LARGER)].stride_bytes);
        assert_null(pages_of(SMALLER)->current);
    }
    block[lent] = hak_malloc(SMALLER);
    assert_int_equal(hak_malloc_usable_size(block[lent]),
                     hak_classes[class_of(SMALLER)].stride_bytes);
    assert_non_null(pages_of(SMALLER)->current);
    hak_free(block[0]);
    assert_ptr_equal(hak_malloc(LARGER), block[0]); /* it is the larger class's again */
    for (uint32_t i = 0; i <= lent; i++)
        hak_free_sized(block[i], SMALLER);
    hak_free(first);
}

/* Or each malloc of the smaller class would be a slow one, for ever. */
static void what_comes_and_goes_gets_a_page_of_its_own(void **state) {
    (void)state;
    void *larger = hak_malloc(LARGER);
    hak_free(larger); /* in its lane; the page is not whole */
    for (int turn = 0; turn < 100; turn++)
        hak_free(hak_malloc(SMALLER));
    assert_non_null(pages_of(SMALLER)->current);
    const hak_lane_t *lane = hak_heap_lane(hak_thread_heap, class_of(SMALLER));
    assert_non_null(lane->top[-1]);
}

static void pages_that_are_not_current_are_lent_as_well(void **state) {
    (void)state;
    enum { BLOCKS = 40 };
    void *block[BLOCKS];
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(LARGER);
    hak_spill_lanes(hak_thread_heap);
    /* All blocks of the current page, and one of another. */
    const uintptr_t current = (uintptr_t)pages_of(LARGER)->current;
    void *of_another = NULL;
    for (int i = 0; i < BLOCKS; i++) {
        const bool is_current = (uintptr_t)hak_run_of(block[i]) == current;
        if (is_current || of_another == NULL)
            hak_free(block[i]);
        if (!is_current && of_another == NULL)
            of_another = block[i];
        if (is_current || of_another == block[i])
            block[i] = NULL;
    }
    hak_spill_lanes(hak_thread_heap);
    assert_int_equal(pages_of(LARGER)->current->free_blocks, pages_of(LARGER)->current->blocks);
    assert_ptr_equal(hak_malloc(SMALLER), of_another);
    assert_null(pages_of(LARGER)->partial);
    hak_free(of_another);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
}

static void an_empty_page_is_not_lent(void **state) {
    (void)state;
    hak_free(hak_malloc(LARGER));
    hak_spill_lanes(hak_thread_heap);
    assert_non_null(pages_of(LARGER)->current); /* the reserve of its class */
    void *block = hak_malloc(SMALLER);
    assert_int_equal(hak_malloc_usable_size(block), hak_classes[class_of(SMALLER)].stride_bytes);
    hak_free(block);
}

static void a_block_of_its_own_comes_first(void **state) {
    (void)state;
    void *own = hak_malloc(SMALLER), *larger = hak_malloc(LARGER);
    hak_spill_lanes(hak_thread_heap);
    void *block = hak_malloc(SMALLER);
    assert_int_equal(hak_malloc_usable_size(block), hak_classes[class_of(SMALLER)].stride_bytes);
    hak_free(own);
    hak_free(larger);
    hak_free(block);
}

/* Last: it changes the classes. */
static void none_is_lent_when_it_is_off(void **state) {
    (void)state;
    hak_options.pool_v2_lending = 0;
    hak_size_classes_fill();
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++)
        assert_int_equal(hak_classes[class_id].lender_class, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_lends_to_the_next_smaller_one),
        cmocka_unit_test_setup(a_page_in_use_serves_the_next_smaller_class_until_it_is_full,
                               pages_none),
        cmocka_unit_test_setup(what_comes_and_goes_gets_a_page_of_its_own, pages_none),
        cmocka_unit_test_setup(pages_that_are_not_current_are_lent_as_well, pages_none),
        cmocka_unit_test_setup(an_empty_page_is_not_lent, pages_none),
        cmocka_unit_test_setup(a_block_of_its_own_comes_first, pages_none),
        cmocka_unit_test(none_is_lent_when_it_is_off),
    };
    return cmocka_run_group_tests(tests, heap_enter, NULL);
}
