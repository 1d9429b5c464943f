/* Huge pages for large mappings: which are allowed them, by what was touched of those before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/huge.h"
#include "allocator/options.h"
#include "allocator/os.h"
#include "tests/huge_page.h"

#define MIB       ((size_t)1 << 20)
#define HUGE_PAGE (2 * MIB)

/* Where the system gives huge pages to every mapping, leave for them changes nothing. */
static bool leave_matters(void) {
    char text[64] = "";
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r");
    if (file == NULL)
        return false;
    const bool madvise_only = fgets(text, sizeof text, file) != NULL && strstr(text, "[madvise]");
    fclose(file);
    return madvise_only && kernel_begins_huge();
}

/* What becomes resident with one byte of a new block, and frees it with all of it touched if told.
 */
static size_t resident_by_one_byte(size_t bytes, bool touch_all) {
    (void)hak_malloc_trim(0); /* else it might be one that was used before */
    char *block = hak_malloc(bytes);
    assert_non_null(block);
    char *page = (char *)(((uintptr_t)block + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
    assert_int_equal(hak_os_resident_bytes(page, HUGE_PAGE), 0);
    page[HUGE_PAGE / 2] = 1;
    const size_t resident = hak_os_resident_bytes(page, HUGE_PAGE);
    if (touch_all)
        memset(block, 1, bytes);
    hak_free(block);
    return resident;
}

static void blocks_are_on_huge_pages_once_others_were_touched_throughout(void **state) {
    (void)state;
    if (!leave_matters())
        skip();
    assert_int_equal(resident_by_one_byte(8 * MIB, true), 4096); /* tells */
    assert_int_equal(resident_by_one_byte(16 * MIB, false), HUGE_PAGE);
    assert_int_equal(resident_by_one_byte(8 * MIB, true), HUGE_PAGE);
    /* Not what is much larger, nor when the option says no. */
    assert_int_equal(resident_by_one_byte(17 * MIB, true), 4096);
    assert_int_equal(resident_by_one_byte(17 * MIB, true), HUGE_PAGE);
    const uint64_t huge_pages = hak_options.huge_pages;
    hak_options.huge_pages = 1;
    assert_int_equal(resident_by_one_byte(8 * MIB, true), 4096);
    hak_options.huge_pages = huge_pages;
}

static void a_block_that_is_hardly_touched_ends_it(void **state) {
    (void)state;
    if (!leave_matters())
        skip();
    assert_int_equal(resident_by_one_byte(64 * MIB, false), 4096); /* beyond what is known */
    for (int i = 0; i < 4; i++)
        assert_int_equal(resident_by_one_byte(8 * MIB, false), 4096);
    assert_int_equal(resident_by_one_byte(8 * MIB, true), 4096); /* the eleventh */
    for (int i = 12; i < 16; i++)
        assert_int_equal(resident_by_one_byte(8 * MIB, true), HUGE_PAGE);
    assert_int_equal(resident_by_one_byte(8 * MIB, true), 4096); /* looks again */
}

static void told_always_nothing_is_looked_at(void **state) {
    (void)state;
    if (!leave_matters())
        skip();
    const uint64_t huge_pages = hak_options.huge_pages;
    hak_options.huge_pages = 3;
    for (int i = 17; i <= 32; i++)
        assert_int_equal(resident_by_one_byte(64 * MIB, false), HUGE_PAGE);
    hak_options.huge_pages = huge_pages;
}

/* What was not touched at all would have cost nothing on huge pages, and says nothing. */
static void a_block_that_is_not_touched_changes_nothing(void **state) {
    (void)state;
    if (!leave_matters())
        skip();
    (void)hak_malloc_trim(0);
    hak_free(hak_malloc(64 * MIB));
    assert_int_equal(resident_by_one_byte(8 * MIB, true), HUGE_PAGE);
}

/* Blocks that are never freed are looked at when others are made. */
static void a_block_in_use_that_was_touched_throughout_will_do(void **state) {
    (void)state;
    if (!leave_matters())
        skip();
    assert_int_equal(resident_by_one_byte(64 * MIB, false), 4096); /* ends it */
    (void)hak_malloc_trim(0);
    char *block = hak_malloc(8 * MIB);
    assert_non_null(block);
    assert_int_equal(resident_by_one_byte(8 * MIB, true), 4096); /* nothing was touched yet */
    hak_free(block);
    assert_int_equal(resident_by_one_byte(64 * MIB, false), 4096);
    (void)hak_malloc_trim(0);
    block = hak_malloc(8 * MIB);
    assert_non_null(block);
    memset(block, 1, 8 * MIB);
    assert_int_equal(resident_by_one_byte(16 * MIB, false), HUGE_PAGE);
    assert_int_equal(resident_by_one_byte(17 * MIB, false), 4096);
    hak_free(block);
}

/* What realloc left of it may have no aligned piece to look at, and what lies behind is not its. */
static void a_block_that_was_made_small_says_nothing(void **state) {
    (void)state;
    char *block = hak_malloc(6 * MIB);
    assert_non_null(block);
    memset(block, 1, 6 * MIB);
    char *page = (char *)(((uintptr_t)block + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
    assert_true(hak_huge_large_end(page, HUGE_PAGE));
    assert_false(hak_huge_large_end(page + 4096, MIB));
    hak_free(block);
}

/* HAKMEM_PURGE=off: nothing is given back, not even to have it on huge pages. */
static void without_purging_it_is_kept(void **state) {
    (void)state;
    const uint64_t purge = hak_options.purge;
    (void)hak_malloc_trim(0);
    hak_options.purge = 0;
    for (int i = 0; i < 2; i++) {
        char *block = hak_malloc(96 * MIB); /* more than any was: it will be looked at */
        assert_non_null(block);
        const uintptr_t page = ((uintptr_t)block + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
        assert_int_equal(hak_os_resident_bytes((void *)page, HUGE_PAGE), i == 0 ? 0 : HUGE_PAGE);
        memset((void *)page, 1, HUGE_PAGE); /* and what is touched of it, is wholly */
        hak_free(block);
    }
    hak_options.purge = purge;
    (void)hak_malloc_trim(0);
}

/* With or without huge pages, what is told to be mapped anew is not kept, and calloc's are zero. */
static void what_was_touched_throughout_is_mapped_anew_and_zero(void **state) {
    (void)state;
    for (int i = 0; i < 6; i++) {
        unsigned char *block = hak_calloc(1, 6 * MIB);
        assert_non_null(block);
        for (size_t at = 0; at < 6 * MIB; at++)
            assert_int_equal(block[at], 0);
        memset(block, 1, 6 * MIB);
        block = hak_realloc(block, 7 * MIB);
        assert_non_null(block);
        assert_int_equal(block[6 * MIB - 1], 1);
        hak_free(block);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_on_huge_pages_once_others_were_touched_throughout),
        cmocka_unit_test(a_block_that_is_hardly_touched_ends_it),
        cmocka_unit_test(told_always_nothing_is_looked_at),
        cmocka_unit_test(a_block_that_is_not_touched_changes_nothing),
        cmocka_unit_test(a_block_in_use_that_was_touched_throughout_will_do),
        cmocka_unit_test(a_block_that_was_made_small_says_nothing),
        cmocka_unit_test(without_purging_it_is_kept),
        cmocka_unit_test(what_was_touched_throughout_is_mapped_anew_and_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
