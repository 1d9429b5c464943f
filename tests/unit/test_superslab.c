/* Superslabs: runs of units, the address map, purging, growth of the domain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/superslab.h"

static int allocator_start(void **state) {
    (void)state;
    return hak_start() ? 0 : -1;
}

static void a_run_is_mapped_unit_by_unit_and_unmapped_when_freed(void **state) {
    (void)state;
    bool zeroed;
    for (uint32_t units = 1; units <= HAK_SUPERSLAB_UNITS; units++) {
        hak_slab_t *run = hak_run_allocate(units, HAK_OWNER_MEDIUM, 0, &zeroed);
        assert_non_null(run);
        assert_int_equal((uintptr_t)run->start % HAK_UNIT_BYTES, 0);
        for (uint32_t unit = 0; unit < units; unit++) {
            char *address = run->start + unit * HAK_UNIT_BYTES + 4321;
            assert_int_equal(hak_map_entry(address) >> 16, HAK_OWNER_MEDIUM);
            assert_ptr_equal(hak_run_of(address), run);
        }
        char *start = run->start;
        hak_run_free(run);
        for (uint32_t unit = 0; unit < units; unit++)
            assert_int_equal(hak_map_entry(start + unit * HAK_UNIT_BYTES), 0);
    }
}

static void runs_do_not_overlap(void **state) {
    (void)state;
    enum { RUNS = 400 };
    static hak_slab_t *run[RUNS];
    bool zeroed;
    for (unsigned i = 0; i < RUNS; i++) {
        uint32_t units = 1 + i * 7 % HAK_SUPERSLAB_UNITS;
        run[i] = hak_run_allocate(units, HAK_OWNER_MEDIUM, 0, &zeroed);
        assert_non_null(run[i]);
        memset(run[i]->start, (int)(i & 0xff), HAK_UNIT_BYTES);
        run[i]->start[(size_t)units * HAK_UNIT_BYTES - 1] = (char)i;
    }
    for (unsigned i = 0; i < RUNS; i++) {
        uint32_t units = run[i]->run_units;
        assert_int_equal(run[i]->start[1] & 0xff, i & 0xff);
        assert_int_equal(run[i]->start[(size_t)units * HAK_UNIT_BYTES - 1] & 0xff, i & 0xff);
        hak_run_free(run[i]);
    }
}

static void the_lowest_address_is_given_out_first(void **state) {
    (void)state;
    bool zeroed;
    hak_slab_t *first = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    hak_slab_t *second = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_true(first->start < second->start);
    hak_run_free(first);
    hak_slab_t *again = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_ptr_equal(again, first);
    hak_run_free(again);
    hak_run_free(second);
}

static void purged_memory_reads_as_zero_and_is_said_to_be(void **state) {
    (void)state;
    bool zeroed;
    hak_slab_t *run = hak_run_allocate(3, HAK_OWNER_MEDIUM, 0, &zeroed);
    memset(run->start, 0xee, 3 * HAK_UNIT_BYTES);
    hak_run_free(run);
    assert_true(hak_pool_purge(true) >= 3 * HAK_UNIT_BYTES);
    assert_int_equal(hak_pool_purge(true), 0);
    run = hak_run_allocate(3, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_true(zeroed);
    for (size_t i = 0; i < 3 * HAK_UNIT_BYTES; i++)
        assert_int_equal(run->start[i], 0);
    memset(run->start, 0xee, 3 * HAK_UNIT_BYTES);
    hak_run_free(run);
    hak_slab_t *dirty = hak_run_allocate(3, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_ptr_equal(dirty, run);
    assert_false(zeroed);
    hak_run_free(dirty);
}

static void more_empty_memory_than_the_bound_is_purged_at_once(void **state) {
    (void)state;
    uint64_t retain = hak_options.retain_mib;
    hak_options.retain_mib = 1;
    enum { RUNS = 8 };
    hak_slab_t *run[RUNS];
    bool zeroed;
    (void)hak_pool_purge(true);
    for (int i = 0; i < RUNS; i++) {
        run[i] = hak_run_allocate(16, HAK_OWNER_MEDIUM, 0, &zeroed);
        memset(run[i]->start, 1, 16 * HAK_UNIT_BYTES);
    }
    for (int i = 0; i < RUNS; i++)
        hak_run_free(run[i]);
    /* 8 MiB were freed; what is still left to purge is within the bound. */
    assert_true(hak_pool_purge(true) <= (size_t)1 << 20);
    hak_options.retain_mib = retain;
}

static void the_domain_grows_beyond_its_first_reservation(void **state) {
    (void)state;
    /* 600 superslabs are more than the first 1 GiB; only one byte of each is touched. */
    enum { RUNS = 600 };
    hak_slab_t **run = calloc(RUNS, sizeof run[0]);
    bool zeroed;
    for (int i = 0; i < RUNS; i++) {
        run[i] = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
        assert_non_null(run[i]);
        run[i]->start[0] = (char)i;
        assert_ptr_equal(hak_run_of(run[i]->start), run[i]);
    }
    assert_true(hak_pool_committed_bytes() >= RUNS * HAK_SUPERSLAB_BYTES);
    for (int i = 0; i < RUNS; i++) {
        assert_int_equal(run[i]->start[0], (char)i);
        hak_run_free(run[i]);
    }
    (void)hak_pool_purge(true);
    free(run);
}

static void addresses_that_are_not_ours_have_no_map_entry(void **state) {
    (void)state;
    int on_stack;
    assert_int_equal(hak_map_entry(NULL), 0);
    assert_int_equal(hak_map_entry(&on_stack), 0);
    assert_int_equal(hak_map_entry(&hak_domain_base), 0);
    assert_int_equal(hak_map_entry((void *)UINTPTR_MAX), 0);
    void *foreign = malloc(1);
    assert_int_equal(hak_map_entry(foreign), 0);
    free(foreign);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_mapped_unit_by_unit_and_unmapped_when_freed),
        cmocka_unit_test(runs_do_not_overlap),
        cmocka_unit_test(the_lowest_address_is_given_out_first),
        cmocka_unit_test(purged_memory_reads_as_zero_and_is_said_to_be),
        cmocka_unit_test(more_empty_memory_than_the_bound_is_purged_at_once),
        cmocka_unit_test(the_domain_grows_beyond_its_first_reservation),
        cmocka_unit_test(addresses_that_are_not_ours_have_no_map_entry),
    };
    return cmocka_run_group_tests(tests, allocator_start, NULL);
}
