/* Superslabs: runs of units, the address map, purging, growth of the domain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/superslab.h"
#include "tests/huge_page.h"

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

/* Of holes that differ in length the tightest, though another lies lower; of equals the lowest. */
static void the_tightest_hole_is_taken_first(void **state) {
    (void)state;
    static const uint32_t holes[] = {5, 3, 7, 3};
    enum { HOLES = sizeof holes / sizeof holes[0] };
    hak_slab_t *hole[HOLES], *wall[HOLES];
    bool zeroed;
    /* From a superslab that nothing else has touched. */
    hak_slab_t *whole = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
    hak_run_free(whole);
    hak_slab_t *rest = hak_run_allocate(10, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_ptr_equal(rest, whole);
    for (int i = 0; i < HOLES; i++) {
        hole[i] = hak_run_allocate(holes[i], HAK_OWNER_MEDIUM, 0, &zeroed);
        wall[i] = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    }
    for (int i = 0; i < HOLES; i++)
        hak_run_free(hole[i]);
    static const uint32_t wanted[] = {3, 3, 4, 6}, expected[] = {1, 3, 0, 2};
    for (int i = 0; i < HOLES; i++)
        assert_ptr_equal(hak_run_allocate(wanted[i], HAK_OWNER_MEDIUM, 0, &zeroed),
                         hole[expected[i]]);
    for (int i = 0; i < HOLES; i++) {
        hak_run_free(hole[i]);
        hak_run_free(wall[i]);
    }
    hak_run_free(rest);
}

/* A shorter and a lower hole would take the unit, too, but nothing in them is resident. */
static void a_resident_unit_is_taken_first(void **state) {
    (void)state;
    enum { UNITS = 6 };
    const uint32_t owner = hak_heap_common()->front.id;
    bool zeroed;
    hak_slab_t *run[UNITS];
    hak_slab_t *whole = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
    hak_run_free(whole);
    (void)hak_pool_purge(true);
    for (int i = 0; i < UNITS; i++)
        run[i] = hak_run_allocate(1, owner, 1, &zeroed);
    hak_run_touch(run[3], HAK_OS_PAGE_BYTES);
    for (int i = 1; i < UNITS - 1; i++)
        if (i != 2)
            hak_run_free(run[i]); /* holes: 1, and 3 to 4 */
    assert_ptr_equal(hak_run_allocate(1, owner, 1, &zeroed), run[3]);
    assert_false(zeroed);
    assert_ptr_equal(hak_run_allocate(1, owner, 1, &zeroed), run[1]);
    assert_true(zeroed);
    for (int i = 0; i < UNITS; i++)
        if (i != 4)
            hak_run_free(run[i]);
}

/* A hole of 3 units in a lower superslab, one of 2 in a higher one: a slab of 2 fills the tight
 * one, a medium block takes the low one. */
static void slabs_look_further_for_a_tight_hole_than_medium_blocks(void **state) {
    (void)state;
    enum { UNITS = HAK_SUPERSLAB_UNITS };
    bool zeroed;
    hak_slab_t *fill[UNITS], *low[2], *high[2];
    low[0] = hak_run_allocate(UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
    high[0] = hak_run_allocate(UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
    if (low[0]->start > high[0]->start) {
        hak_slab_t *other = low[0];
        low[0] = high[0];
        high[0] = other;
    }
    /* No other hole of 2 or 3 units is left below. */
    size_t filled = 0;
    while (filled < UNITS &&
           (fill[filled] = hak_run_allocate(2, HAK_OWNER_MEDIUM, 0, &zeroed)) != NULL) {
        const bool beyond = fill[filled]->start > high[0]->start;
        filled++;
        if (beyond)
            break;
    }
    assert_true(hak_run_resize(low[0], UNITS - 3));
    assert_true(hak_run_resize(high[0], UNITS - 2));
    low[1] = hak_run_allocate(2, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_ptr_equal(low[1], low[0] + UNITS - 3);
    hak_run_free(low[1]);
    high[1] = hak_run_allocate(2, hak_heap_common()->front.id, 1, &zeroed);
    assert_ptr_equal(high[1], high[0] + UNITS - 2);
    hak_run_free(high[1]);
    hak_run_free(low[0]);
    hak_run_free(high[0]);
    while (filled > 0)
        hak_run_free(fill[--filled]);
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

/* A look for old units, and no other by the way. */
static size_t old_units_purge(void) {
    const uint64_t age = hak_options.purge_ms;
    hak_options.purge_ms = 0;
    const size_t bytes = hak_pool_purge(false);
    hak_options.purge_ms = age;
    return bytes;
}

static void units_age_one_by_one(void **state) {
    (void)state;
    const uint64_t age = hak_options.purge_ms;
    bool zeroed;
    (void)hak_pool_purge(true);
    (void)old_units_purge(); /* the next by itself is due in half an hour */
    hak_options.purge_ms = 3600000;
    hak_slab_t *old = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    hak_slab_t *young = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    memset(old->start, 1, HAK_UNIT_BYTES);
    memset(young->start, 1, HAK_UNIT_BYTES);
    hak_run_free(old);
    assert_int_equal(old_units_purge(), 0); /* it was not empty the last time */
    hak_run_free(young);
    assert_int_equal(old_units_purge(), HAK_UNIT_BYTES); /* though its neighbour has just come */
    assert_ptr_equal(hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed), young);
    assert_false(zeroed);
    assert_ptr_equal(hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed), old);
    assert_true(zeroed);
    /* One that was used meanwhile is as young as any. */
    memset(old->start, 1, HAK_UNIT_BYTES);
    hak_run_free(old);
    assert_int_equal(old_units_purge(), 0);
    assert_ptr_equal(hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed), old);
    hak_run_free(old);
    assert_int_equal(old_units_purge(), 0);
    assert_int_equal(old_units_purge(), HAK_UNIT_BYTES);
    hak_run_free(young);
    hak_options.purge_ms = age;
}

static void what_was_in_use_lately_is_kept_until_most_is_freed_in_a_row(void **state) {
    (void)state;
    enum { RUNS = 8, SMALL = 6 };
    const uint64_t age = hak_options.purge_ms, learner = hak_options.learner;
    hak_slab_t *run[RUNS], *small[SMALL];
    size_t dirty;
    bool zeroed;
    hak_options.learner = 0;
    (void)hak_pool_purge(true);
    (void)old_units_purge();
    (void)old_units_purge(); /* forgets what was in use before */
    hak_options.purge_ms = 3600000;
    for (int i = 0; i < RUNS; i++) {
        run[i] = hak_run_allocate(16, HAK_OWNER_MEDIUM, 0, &zeroed);
        memset(run[i]->start, 1, 16 * HAK_UNIT_BYTES);
    }
    for (int i = 0; i < SMALL; i++) {
        hak_run_free(run[i]);
        small[i] = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed); /* the row ends */
    }
    hak_pool_sums(NULL, &dirty, NULL);
    assert_int_equal(dirty, (SMALL * 16 - SMALL) * HAK_UNIT_BYTES);
    for (int i = SMALL; i < RUNS; i++)
        hak_run_free(run[i]);
    for (int i = 0; i < SMALL; i++)
        hak_run_free(small[i]);
    hak_pool_sums(NULL, &dirty, NULL);
    assert_true(dirty <= (size_t)1 << 20);
    hak_options.purge_ms = age;
    hak_options.learner = learner;
}

static void beside_large_blocks_more_is_kept_until_they_are_gone(void **state) {
    (void)state;
    enum { RUNS = 3 }; /* of 1 MiB */
    const uint64_t age = hak_options.purge_ms, learner = hak_options.learner;
    hak_slab_t *run[RUNS];
    size_t dirty;
    bool zeroed;
    hak_options.learner = 0;
    (void)hak_pool_purge(true);
    (void)old_units_purge();
    hak_options.purge_ms = 3600000;
    void *large = hak_malloc((size_t)64 << 20);
    assert_non_null(large);
    for (int i = 0; i < RUNS; i++)
        run[i] = hak_run_allocate(16, HAK_OWNER_MEDIUM, 0, &zeroed);
    for (int i = 0; i < RUNS; i++)
        hak_run_free(run[i]);
    hak_pool_sums(NULL, &dirty, NULL);
    assert_int_equal(dirty, RUNS * 16 * HAK_UNIT_BYTES);
    hak_free(large);
    hak_pool_sums(NULL, &dirty, NULL);
    assert_true(dirty <= (size_t)1 << 20);
    hak_options.purge_ms = age;
    hak_options.learner = learner;
}

/* A run of a class, of which only the first byte was handed out, where all was touched before. */
static hak_slab_t *stale_run(void) {
    bool zeroed;
    hak_slab_t *before = hak_run_allocate(2, HAK_OWNER_MEDIUM, 0, &zeroed);
    memset(before->start, 1, 2 * HAK_UNIT_BYTES);
    hak_run_free(before);
    hak_slab_t *run = hak_run_allocate(2, hak_heap_common()->front.id, 1, &zeroed);
    assert_ptr_equal(run, before);
    hak_run_touch(run, 1);
    assert_int_equal(hak_os_resident_bytes(run->start, 2 * HAK_UNIT_BYTES), 2 * HAK_UNIT_BYTES);
    return run;
}

static void what_a_run_finds_resident_and_does_not_touch_is_given_back(void **state) {
    (void)state;
    (void)hak_pool_purge(true);
    hak_slab_t *run = stale_run();
    char *start = run->start;
    assert_true(hak_run_shed(run)); /* something was touched since the last look, which was none */
    assert_int_equal(hak_os_resident_bytes(start, 2 * HAK_UNIT_BYTES), 2 * HAK_UNIT_BYTES);
    assert_false(hak_run_shed(run));
    assert_int_equal(hak_os_resident_bytes(start, 2 * HAK_UNIT_BYTES), HAK_OS_PAGE_BYTES);
    assert_int_equal(start[0], 1); /* what was handed out stays as it is */
    /* The first page is all that is left to purge. */
    hak_run_free(run);
    assert_int_equal(hak_pool_purge(true), HAK_OS_PAGE_BYTES);

    run = stale_run();
    const uint64_t purge = hak_options.purge;
    hak_options.purge = 0;
    assert_true(hak_run_strip(run)); /* nothing is given back then */
    assert_int_equal(hak_os_resident_bytes(start, 2 * HAK_UNIT_BYTES), 2 * HAK_UNIT_BYTES);
    hak_options.purge = purge;
    assert_true(hak_run_strip(run));
    assert_int_equal(hak_os_resident_bytes(start, 2 * HAK_UNIT_BYTES), HAK_OS_PAGE_BYTES);
    hak_run_free(run);
    assert_int_equal(hak_pool_purge(true), HAK_OS_PAGE_BYTES);
}

/* Superslabs used from end to end, more than the TLB reaches. */
enum { DENSE_RUNS = 8 };

static void dense_runs(hak_slab_t *run[DENSE_RUNS]) {
    bool zeroed;
    (void)hak_pool_purge(true);
    for (int i = 0; i < DENSE_RUNS; i++) {
        run[i] = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
        memset(run[i]->start, 1, HAK_SUPERSLAB_BYTES);
    }
}

/* Of the runs, which one is next; NULL when none is in as many calls as it takes to look at all. */
static hak_slab_t *dense_next(void) {
    for (int look = 0; look < 100; look++) {
        char *start = hak_pool_dense_next(UINT64_MAX);
        if (start != NULL)
            return hak_run_of(start);
    }
    return NULL;
}

static void superslabs_in_use_throughout_are_candidates_for_huge_pages(void **state) {
    (void)state;
    hak_slab_t *run[DENSE_RUNS];
    dense_runs(run);
    assert_null(hak_pool_dense_next(0)); /* none has settled */
    bool seen[DENSE_RUNS] = {false};
    for (int look = 0; look < DENSE_RUNS; look++) {
        hak_slab_t *next = dense_next();
        assert_non_null(next);
        for (int i = 0; i < DENSE_RUNS; i++)
            seen[i] |= next == run[i];
        hak_pool_dense_full(next->start);
    }
    for (int i = 0; i < DENSE_RUNS; i++)
        assert_true(seen[i]);
    assert_null(dense_next()); /* all have moved */

    /* What was partly purged and used again is one again. */
    char *start = run[3]->start;
    assert_true(hak_run_resize(run[3], HAK_SUPERSLAB_UNITS - 1));
    assert_true(hak_pool_purge(true) >= HAK_UNIT_BYTES);
    assert_null(dense_next());
    assert_true(hak_run_resize(run[3], HAK_SUPERSLAB_UNITS));
    assert_ptr_equal(dense_next(), run[3]);

    /* Not in a forked process. */
    hak_lock(hak_pool_lock());
    hak_pool_forked();
    hak_unlock(hak_pool_lock());
    assert_null(dense_next());
    assert_ptr_equal(run[3]->start, start);
    for (int i = 0; i < DENSE_RUNS; i++)
        hak_run_free(run[i]);
    (void)hak_pool_purge(true);
}

static void a_run_on_a_huge_page_counts_as_touched_throughout(void **state) {
    (void)state;
    hak_slab_t *run[DENSE_RUNS];
    dense_runs(run);
    char *start = run[0]->start;
    assert_true(hak_run_resize(run[0], HAK_SUPERSLAB_UNITS - 2));
    hak_pool_dense_full(start); /* as if moved: the two free units are resident as well */
    bool zeroed;
    size_t dirty_before, dirty;
    hak_pool_sums(NULL, &dirty_before, NULL);
    hak_slab_t *sparse = hak_run_allocate(1, hak_heap_common()->front.id, 1, &zeroed);
    assert_ptr_equal(hak_run_of(start), run[0]);
    assert_ptr_equal(sparse, run[0] + HAK_SUPERSLAB_UNITS - 2);
    assert_false(zeroed);
    hak_run_touch(sparse, 1);
    assert_true(hak_run_shed(sparse));
    assert_false(hak_run_shed(sparse)); /* the page stays whole */
    assert_false(hak_run_strip(sparse));
    hak_run_free(sparse);
    hak_pool_sums(NULL, &dirty, NULL);
    assert_int_equal(dirty, dirty_before);
    for (int i = 0; i < DENSE_RUNS; i++)
        hak_run_free(run[i]);
    (void)hak_pool_purge(true);
    hak_pool_sums(NULL, &dirty, NULL);
    assert_int_equal(dirty, 0);
}

enum { FILL_MOST = 1024, SETTLED = 4 }; /* so many superslabs tell of the next one */

/* What blocks of a page or less take is touched, so that no probe is needed to know it. */
static void where_blocks_are_small_there_are_no_probes(void **state) {
    (void)state;
    enum { CLASS = 1 };
    assert_int_equal(hak_classes[CLASS].run_units, 1);
    hak_slab_t **run = calloc((size_t)FILL_MOST * HAK_SUPERSLAB_UNITS, sizeof run[0]);
    assert_non_null(run);
    const uint64_t from_mib = hak_options.huge_from_mib;
    size_t enough = 4 * SETTLED * HAK_SUPERSLAB_BYTES; /* where the next probe would be */
    while (enough < hak_pool_committed_bytes())
        enough *= 2;
    hak_options.huge_from_mib = enough >> 20;
    int runs = 0;
    bool zeroed;
    do {
        const size_t before = hak_pool_committed_bytes();
        size_t dirty_before, dirty;
        hak_pool_sums(NULL, &dirty_before, NULL);
        assert_true(runs < FILL_MOST * (int)HAK_SUPERSLAB_UNITS);
        run[runs] = hak_run_allocate(1, hak_heap_common()->front.id, CLASS, &zeroed);
        assert_non_null(run[runs]);
        hak_pool_sums(NULL, &dirty, NULL);
        if (hak_pool_committed_bytes() > before)
            assert_int_equal(dirty - dirty_before, before >= enough && kernel_begins_huge()
                                                       ? HAK_SUPERSLAB_BYTES - HAK_UNIT_BYTES
                                                       : 0);
        hak_run_touch(run[runs++], HAK_UNIT_BYTES);
    } while (hak_pool_committed_bytes() <= enough + 2 * SETTLED * HAK_SUPERSLAB_BYTES);
    while (runs > 0)
        hak_run_free(run[--runs]);
    (void)hak_pool_purge(true);

    /* They are gone: blocks of other sizes in as many superslabs are no such blocks. */
    size_t before;
    do {
        before = hak_pool_committed_bytes();
        run[runs++] = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
        assert_non_null(run[runs - 1]);
        assert_int_equal(hak_os_resident_bytes(run[runs - 1]->start, HAK_SUPERSLAB_BYTES), 0);
    } while (hak_pool_committed_bytes() == before);
    while (runs > 0)
        hak_run_free(run[--runs]);
    free(run);
    (void)hak_pool_purge(true);
    hak_options.huge_from_mib = from_mib;
}

/* New superslabs would stay as empty as the last ones. */
static void where_superslabs_fill_up_slowly_they_begin_small(void **state) {
    (void)state;
    enum { CLASS = 1, SUPERSLABS = 8 };
    hak_slab_t **run = calloc((size_t)FILL_MOST * HAK_SUPERSLAB_UNITS, sizeof run[0]);
    assert_non_null(run);
    const uint64_t from_mib = hak_options.huge_from_mib;
    hak_options.huge_from_mib = 0;
    const size_t before = hak_pool_committed_bytes();
    bool zeroed;
    int runs = 0;
    while (hak_pool_committed_bytes() < before + SUPERSLABS * HAK_SUPERSLAB_BYTES) {
        assert_true(runs < FILL_MOST * (int)HAK_SUPERSLAB_UNITS);
        run[runs] = hak_run_allocate(1, hak_heap_common()->front.id, CLASS, &zeroed);
        assert_non_null(run[runs]);
        assert_int_equal(hak_os_resident_bytes(run[runs]->start, HAK_UNIT_BYTES), 0);
        hak_run_touch(run[runs++], HAK_UNIT_BYTES / 4 * 3);
    }
    while (runs > 0)
        hak_run_free(run[--runs]);
    (void)hak_pool_purge(true);
    free(run);
    hak_options.huge_from_mib = from_mib;
}

/* Takes superslabs whole, until there are twice as many, so that one at a doubling, a probe, is
 * among them, and the next run needs a new one that is none; how many. */
static int superslabs_fill(hak_slab_t *run[FILL_MOST], bool touch) {
    const size_t before = hak_pool_committed_bytes();
    int runs = 0;
    bool zeroed;
    while (hak_pool_committed_bytes() < 2 * before + 4 * SETTLED * HAK_SUPERSLAB_BYTES ||
           hak_pool_committed_bytes() / HAK_SUPERSLAB_BYTES % (2 * SETTLED) != SETTLED) {
        assert_true(runs < FILL_MOST);
        run[runs] = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
        memset(run[runs++]->start, 1, touch ? HAK_SUPERSLAB_BYTES : 1);
    }
    return runs;
}

/* Takes one unit of a new superslab, and another: how much is resident then, of how much the pool
 * knows, and that it is zero and given back. */
static void superslab_begin(bool huge) {
    size_t before, dirty;
    bool zeroed;
    (void)hak_pool_purge(true);
    hak_pool_sums(NULL, &before, NULL);
    hak_slab_t *run = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_true(zeroed);
    hak_pool_sums(NULL, &dirty, NULL);
    assert_int_equal(dirty - before, huge ? HAK_SUPERSLAB_BYTES - HAK_UNIT_BYTES : 0);
    assert_int_equal(hak_os_resident_bytes(run->start, HAK_SUPERSLAB_BYTES),
                     huge ? HAK_SUPERSLAB_BYTES : 0);
    char *start = run->start;
    hak_slab_t *second = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_ptr_equal(second->start, start + HAK_UNIT_BYTES);
    assert_true(zeroed); /* resident, and nobody has written to it */
    for (size_t i = 0; i < HAK_UNIT_BYTES; i++)
        assert_int_equal(second->start[i], 0);
    memset(second->start, 1, HAK_UNIT_BYTES);
    hak_run_free(second);
    second = hak_run_allocate(1, HAK_OWNER_MEDIUM, 0, &zeroed);
    assert_ptr_equal(second->start, start + HAK_UNIT_BYTES);
    assert_false(zeroed);
    hak_run_free(second);
    hak_run_free(run);
    (void)hak_pool_purge(true);
    hak_pool_sums(NULL, &dirty, NULL);
    assert_int_equal(dirty, before);
    assert_int_equal(hak_os_resident_bytes(start, HAK_SUPERSLAB_BYTES), 0);
}

static void a_superslab_begins_on_a_huge_page_where_much_is_touched(void **state) {
    (void)state;
    hak_slab_t *run[FILL_MOST], *more[FILL_MOST];
    const uint64_t huge_pages = hak_options.huge_pages, from_mib = hak_options.huge_from_mib;
    const int runs = superslabs_fill(run, true);
    hak_options.huge_pages = 1; /* not from the start */
    superslab_begin(false);
    hak_options.huge_pages = 2;
    bool zeroed; /* the one that has begun is in use from here on, as the next one */
    hak_slab_t *begun[3];
    begun[0] = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
    hak_options.huge_from_mib = (hak_pool_committed_bytes() >> 20) + 1; /* not yet */
    superslab_begin(false);
    begun[1] = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
    hak_options.huge_from_mib = hak_pool_committed_bytes() >> 20;
    superslab_begin(kernel_begins_huge());
    hak_options.huge_from_mib = from_mib;

    /* Blocks that are hardly touched. */
    const int more_runs = superslabs_fill(more, false);
    superslab_begin(false);
    begun[2] = hak_run_allocate(HAK_SUPERSLAB_UNITS, HAK_OWNER_MEDIUM, 0, &zeroed);
    hak_options.huge_from_mib = SIZE_MAX >> 20;
    hak_options.huge_pages = 3; /* always */
    superslab_begin(kernel_begins_huge());
    hak_options.huge_from_mib = from_mib;
    for (int i = 0; i < 3; i++)
        hak_run_free(begun[i]);
    for (int i = 0; i < runs; i++)
        hak_run_free(run[i]);
    for (int i = 0; i < more_runs; i++)
        hak_run_free(more[i]);
    (void)hak_pool_purge(true);
    hak_options.huge_pages = huge_pages;
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
        cmocka_unit_test(the_tightest_hole_is_taken_first),
        cmocka_unit_test(a_resident_unit_is_taken_first),
        cmocka_unit_test(slabs_look_further_for_a_tight_hole_than_medium_blocks),
        cmocka_unit_test(purged_memory_reads_as_zero_and_is_said_to_be),
        cmocka_unit_test(more_empty_memory_than_the_bound_is_purged_at_once),
        cmocka_unit_test(units_age_one_by_one),
        cmocka_unit_test(what_was_in_use_lately_is_kept_until_most_is_freed_in_a_row),
        cmocka_unit_test(beside_large_blocks_more_is_kept_until_they_are_gone),
        cmocka_unit_test(what_a_run_finds_resident_and_does_not_touch_is_given_back),
        cmocka_unit_test(superslabs_in_use_throughout_are_candidates_for_huge_pages),
        cmocka_unit_test(a_run_on_a_huge_page_counts_as_touched_throughout),
        cmocka_unit_test(where_blocks_are_small_there_are_no_probes),
        cmocka_unit_test(where_superslabs_fill_up_slowly_they_begin_small),
        cmocka_unit_test(a_superslab_begins_on_a_huge_page_where_much_is_touched),
        cmocka_unit_test(the_domain_grows_beyond_its_first_reservation),
        cmocka_unit_test(addresses_that_are_not_ours_have_no_map_entry),
    };
    return cmocka_run_group_tests(tests, allocator_start, NULL);
}
