/* Addresses of large mappings on huge pages: together, apart from others, and used again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "allocator/apart.h"
#include "allocator/domain.h"
#include "allocator/hakmem.h"
#include "allocator/options.h"
#include "allocator/os.h"
#include "tests/huge_page.h"

#define MIB   ((size_t)1 << 20)
#define GIB   ((uintptr_t)1 << 30)
#define PAGE  HAK_OS_PAGE_BYTES
#define MANY  200
#define OTHER 0x55

/* Something on small pages, which also starts the allocator. */
static uintptr_t small_block(void) {
    static char *block;
    if (block == NULL)
        block = hak_malloc(64);
    assert_non_null(block);
    return (uintptr_t)block;
}

static void wishes_lie_together_behind_the_domain(void **state) {
    (void)state;
    (void)small_block();
    char *first = hak_apart_take(3 * PAGE, PAGE), *second = hak_apart_take(5 * PAGE, PAGE);
    assert_ptr_equal(second, first + 3 * PAGE);
    assert_true(hak_apart_has(first) && hak_apart_has(second + 5 * PAGE - 1));
    assert_true(hak_domain_offset(first) >= HAK_DOMAIN_BYTES);
    assert_false(hak_apart_has((void *)small_block()));
    assert_false(hak_apart_has(&state));
    hak_apart_give(first, 3 * PAGE);
    hak_apart_give(second, 5 * PAGE);
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), first); /* all of it is free again */
    hak_apart_give(first, PAGE);
}

static void the_lowest_gap_that_is_large_enough_is_used(void **state) {
    (void)state;
    char *block[6];
    for (size_t i = 0; i < 6; i++)
        block[i] = hak_apart_take((i + 1) * PAGE, PAGE);
    hak_apart_give(block[3], 4 * PAGE);
    hak_apart_give(block[1], 2 * PAGE);
    assert_ptr_equal(hak_apart_take(3 * PAGE, PAGE), block[3]);
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), block[1]);
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), block[1] + PAGE);
    assert_ptr_equal(hak_apart_take(2 * PAGE, PAGE), block[5] + 6 * PAGE);
    /* A gap grows on both sides, and to the end. */
    hak_apart_give(block[1], 2 * PAGE);
    hak_apart_give(block[3], 3 * PAGE);
    hak_apart_give(block[2], 3 * PAGE);
    assert_ptr_equal(hak_apart_take(9 * PAGE, PAGE), block[1]);
    hak_apart_give(block[1], 9 * PAGE);
    hak_apart_give(block[0], PAGE);
    hak_apart_give(block[4], 5 * PAGE);
    hak_apart_give(block[5], 8 * PAGE);
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), block[0]);
    hak_apart_give(block[0], PAGE);
}

static void alignment_leaves_a_gap_that_is_used(void **state) {
    (void)state;
    char *page = hak_apart_take(PAGE, PAGE);
    char *aligned = hak_apart_take(PAGE, 4 * MIB);
    assert_int_equal((uintptr_t)aligned % (4 * MIB), 0);
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), page + PAGE);
    hak_apart_give(page, 2 * PAGE);
    hak_apart_give(aligned, PAGE);
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), page);
    hak_apart_give(page, PAGE);
}

static void what_has_grown_in_place_is_not_given_to_others(void **state) {
    (void)state;
    char *first = hak_apart_take(PAGE, PAGE), *second = hak_apart_take(4 * PAGE, PAGE);
    char *third = hak_apart_take(PAGE, PAGE);
    hak_apart_give(second, 4 * PAGE);
    hak_apart_extend(first + PAGE, 3 * PAGE); /* into a gap */
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), first + 4 * PAGE);
    hak_apart_extend(third + PAGE, 2 * PAGE); /* beyond the end */
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), third + 3 * PAGE);
    hak_apart_give(first, (size_t)(third - first) + 4 * PAGE);
}

/* With too many gaps some are forgotten, the smallest first. */
static void more_gaps_than_can_be_remembered_do_no_harm(void **state) {
    (void)state;
    char *block[MANY];
    for (size_t i = 0; i < MANY; i++)
        block[i] = hak_apart_take((i + 1) * PAGE, PAGE);
    for (size_t i = 0; i < MANY; i += 2)
        hak_apart_give(block[i], (i + 1) * PAGE);
    assert_ptr_equal(hak_apart_take((MANY - 1) * PAGE, PAGE), block[MANY - 2]);
    char *lowest = hak_apart_take(PAGE, PAGE);
    assert_true(lowest > block[0] && lowest < block[MANY - 1]);
    hak_apart_give(block[0], (size_t)(block[MANY - 1] - block[0]) + MANY * PAGE);
}

static void what_cannot_be_had_is_no_wish(void **state) {
    (void)state;
    assert_null(hak_apart_take((size_t)1 << 60, PAGE));
    assert_null(hak_apart_take(PAGE, (size_t)1 << 60));
    hak_options.huge_apart = 0;
    assert_null(hak_apart_take(PAGE, PAGE));
    hak_options.huge_apart = 1;
    /* Not ours: nothing happens. */
    char *page = hak_apart_take(PAGE, PAGE);
    hak_apart_give(&state, PAGE);
    assert_ptr_equal(hak_apart_take(PAGE, PAGE), page + PAGE);
    hak_apart_give(page, 2 * PAGE);
}

static bool same_gigabyte(const void *a, uintptr_t b) {
    return (uintptr_t)a / GIB == b / GIB;
}

/* Superslabs and large blocks on huge pages lie where no small pages are, also after they moved. */
static void huge_pages_lie_in_other_gigabytes_than_small_ones(void **state) {
    (void)state;
    if (!kernel_begins_huge())
        skip();
    const uintptr_t small = small_block();
    const uint64_t huge_pages = hak_options.huge_pages;
    hak_options.huge_pages = 3;
    (void)hak_malloc_trim(0);
    char *large = hak_malloc(8 * MIB), *behind = hak_malloc(8 * MIB);
    assert_non_null(large);
    assert_non_null(behind);
    assert_true(hak_apart_has(large) && hak_apart_has(behind));
    memset(large, OTHER, 8 * MIB);
    char *const place = large;
    assert_ptr_equal(hak_realloc(behind, 16 * MIB), behind); /* in place */
    large = hak_realloc(large, 32 * MIB); /* not in place: there is another behind it */
    assert_non_null(large);
    assert_true(hak_apart_has(large));
    for (size_t i = 0; i < 8 * MIB; i += PAGE)
        assert_int_equal(large[i], OTHER);
    for (size_t i = 8 * MIB; i < 32 * MIB; i += PAGE)
        assert_int_equal(large[i], 0);
    assert_false(same_gigabyte(large, small));
    char *again = hak_malloc(8 * MIB);
    assert_ptr_equal(again, place);
    hak_free(again);
    hak_free(behind);
    hak_free(large);
    /* As many medium blocks as need new superslabs. */
    char *medium[64];
    size_t others = 0;
    for (size_t i = 0; i < 64; i++) {
        medium[i] = hak_malloc(MIB / 2);
        assert_non_null(medium[i]);
        others += same_gigabyte(medium[i], small) ? 0 : 1;
    }
    assert_true(others >= 48);
    for (size_t i = 0; i < 64; i++)
        hak_free(medium[i]);
    hak_options.huge_pages = huge_pages;
}

static void a_place_that_is_taken_is_not_moved_to(void **state) {
    (void)state;
    char *from = hak_os_map(NULL, 2 * PAGE, PAGE), *taken = hak_os_map(NULL, PAGE, PAGE);
    assert_non_null(from);
    assert_non_null(taken);
    from[0] = taken[0] = OTHER;
    assert_null(hak_os_move(from, 2 * PAGE, 4 * PAGE, taken));
    assert_int_equal(from[0], OTHER);
    assert_int_equal(taken[0], OTHER);
    hak_os_unmap(taken, PAGE);
    hak_os_unmap(from, 2 * PAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wishes_lie_together_behind_the_domain),
        cmocka_unit_test(the_lowest_gap_that_is_large_enough_is_used),
        cmocka_unit_test(alignment_leaves_a_gap_that_is_used),
        cmocka_unit_test(what_has_grown_in_place_is_not_given_to_others),
        cmocka_unit_test(more_gaps_than_can_be_remembered_do_no_harm),
        cmocka_unit_test(what_cannot_be_had_is_no_wish),
        cmocka_unit_test(huge_pages_lie_in_other_gigabytes_than_small_ones),
        cmocka_unit_test(a_place_that_is_taken_is_not_moved_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
