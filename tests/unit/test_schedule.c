/* Order and seeds of rounds, and the cells that a subject makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../harness/options.h"
#include "../../harness/schedule.h"

enum { GROUPS = 3, ALLOCATORS = 5, CELLS = GROUPS * ALLOCATORS };

static void round_holds_every_cell_once(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 50; round++) {
        size_t cells[CELLS], seen[CELLS] = {0};
        cmp_schedule_order(42, round, GROUPS, ALLOCATORS, false, cells);
        for (size_t i = 0; i < CELLS; i++) {
            assert_true(cells[i] < CELLS);
            assert_int_equal(seen[cells[i]]++, 0);
        }
    }
}

static void groups_stay_together_within_a_round(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 50; round++) {
        size_t cells[CELLS];
        cmp_schedule_order(7, round, GROUPS, ALLOCATORS, false, cells);
        for (size_t i = 0; i < CELLS; i++)
            assert_int_equal(cells[i] / ALLOCATORS, cells[i - i % ALLOCATORS] / ALLOCATORS);
    }
}

static void pairs_stay_neighbours_in_either_order(void **state) {
    (void)state;
    int treatment_first[ALLOCATORS / 2] = {0};
    for (uint32_t round = 0; round < 40; round++) {
        size_t cells[CELLS], at[CELLS], seen = 0;
        cmp_schedule_order(7, round, GROUPS, ALLOCATORS, true, cells);
        for (size_t i = 0; i < CELLS; i++) {
            at[cells[i]] = i;
            seen += cells[i];
        }
        assert_int_equal(seen, CELLS * (CELLS - 1) / 2);
        for (size_t group = 0; group < GROUPS; group++)
            for (size_t pair = 0; pair < ALLOCATORS / 2; pair++) {
                const size_t base = at[group * ALLOCATORS + 2 * pair],
                             treatment = at[group * ALLOCATORS + 2 * pair + 1];
                assert_true(base == treatment + 1 || treatment == base + 1);
                treatment_first[pair] += treatment < base;
            }
    }
    /* Every second round is the one before backwards, so each order comes as often. */
    for (size_t pair = 0; pair < ALLOCATORS / 2; pair++)
        assert_int_equal(treatment_first[pair], 40 * GROUPS / 2);
}

static void order_follows_from_the_seed_alone(void **state) {
    (void)state;
    size_t one[CELLS], same[CELLS], other[CELLS];
    cmp_schedule_order(1234, 3, GROUPS, ALLOCATORS, false, one);
    cmp_schedule_order(1234, 3, GROUPS, ALLOCATORS, false, same);
    assert_memory_equal(one, same, sizeof one);
    cmp_schedule_order(1235, 3, GROUPS, ALLOCATORS, false, other);
    assert_memory_not_equal(one, other, sizeof one);
    cmp_schedule_order(1234, 4, GROUPS, ALLOCATORS, false, other);
    assert_memory_not_equal(one, other, sizeof one);
}

static void first_and_control_take_turns_in_every_group(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        int control_first[GROUPS] = {0};
        for (uint32_t round = 0; round < 10; round++) {
            size_t cells[CELLS], at[CELLS];
            cmp_schedule_order(seed, round, GROUPS, ALLOCATORS, false, cells);
            for (size_t i = 0; i < CELLS; i++)
                at[cells[i]] = i;
            for (size_t group = 0; group < GROUPS; group++)
                control_first[group] +=
                    at[group * ALLOCATORS + ALLOCATORS - 1] < at[group * ALLOCATORS];
        }
        for (size_t group = 0; group < GROUPS; group++)
            assert_int_equal(control_first[group], 5);
    }
}

static void second_round_of_a_pair_is_the_first_backwards(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 20; round += 2) {
        size_t first[CELLS], second[CELLS];
        cmp_schedule_order(11, round, GROUPS, ALLOCATORS, false, first);
        cmp_schedule_order(11, round + 1, GROUPS, ALLOCATORS, false, second);
        for (size_t i = 0; i < CELLS; i++)
            assert_int_equal(first[i], second[CELLS - 1 - i]);
    }
}

static void every_allocator_comes_at_every_place(void **state) {
    (void)state;
    unsigned seen[ALLOCATORS][ALLOCATORS] = {{0}};
    const uint32_t rounds = 5000;
    for (uint32_t round = 0; round < rounds; round++) {
        size_t cells[ALLOCATORS];
        cmp_schedule_order(99, round, 1, ALLOCATORS, false, cells);
        for (size_t place = 0; place < ALLOCATORS; place++)
            seen[cells[place]][place]++;
    }
    /* 1000 expected, standard deviation 28 */
    for (size_t allocator = 0; allocator < ALLOCATORS; allocator++)
        for (size_t place = 0; place < ALLOCATORS; place++)
            assert_in_range(seen[allocator][place], 850, 1150);
}

static void seeds_of_rounds_differ_and_stay_exact_in_json(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 1000; round++) {
        uint64_t seed = cmp_schedule_seed(5, round);
        assert_true(seed <= CMP_SEED_MAX);
        assert_true(seed == cmp_schedule_seed(5, round));
        assert_true(seed != cmp_schedule_seed(5, round + 1));
        assert_true(seed != cmp_schedule_seed(6, round));
    }
}

static void subject_makes_a_cell_for_every_combination(void **state) {
    (void)state;
    char error[256];
    topo_t *topo = topo_load("pack:1 core:2 pu:1", error, sizeof error);
    assert_non_null(topo);
    const wl_workload_t *workloads[] = {wl_find("mixed"), wl_find("larson")};
    const wl_values_t values[2] = {{{1}}, {{2}}};
    const uint32_t threads[] = {1, 3};
    const topo_policy_t places[] = {TOPO_SCATTER};
    const cmp_subject_t subject = {.workloads = workloads,
                                   .values = values,
                                   .workload_count = 2,
                                   .threads = threads,
                                   .thread_count = 2,
                                   .places = places,
                                   .place_count = 1,
                                   .check = true};
    cmp_run_t run = {.allocator_count = 3};
    cmp_schedule_t schedule;
    assert_true(cmp_schedule_make(&schedule, &run, topo, &subject, error, sizeof error));
    assert_int_equal(schedule.group_count, 4);
    assert_int_equal(run.cell_count, 12);
    const cmp_cell_t *cell = &run.cells[schedule.groups[3].first_cell + 2];
    assert_ptr_equal(cell->workload, workloads[1]);
    assert_int_equal(cell->values.value[0], 2);
    assert_int_equal(cell->allocator, 2);
    assert_int_equal(cell->threads, 3);
    assert_true(cell->oversubscribed);
    assert_true(cell->check);
    assert_string_equal(schedule.groups[2].bind, "0");
    /* threads wrap around the PUs as the worker wraps around the sets */
    assert_string_equal(schedule.groups[3].bind, "0,1");
    cmp_schedule_free(&schedule);
    free(run.cells);
    topo_free(topo);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_holds_every_cell_once),
        cmocka_unit_test(groups_stay_together_within_a_round),
        cmocka_unit_test(pairs_stay_neighbours_in_either_order),
        cmocka_unit_test(order_follows_from_the_seed_alone),
        cmocka_unit_test(first_and_control_take_turns_in_every_group),
        cmocka_unit_test(second_round_of_a_pair_is_the_first_backwards),
        cmocka_unit_test(every_allocator_comes_at_every_place),
        cmocka_unit_test(seeds_of_rounds_differ_and_stay_exact_in_json),
        cmocka_unit_test(subject_makes_a_cell_for_every_combination),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
