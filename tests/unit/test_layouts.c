/* Statistics over code layouts, on runs whose layouts and noise are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/command.h"
#include "../../harness/comparison.h"
#include "../../harness/layout_build.h"
#include "../../harness/layouts.h"
#include "../../harness/splitmix.h"

/* main.c has it in the program. */
_Noreturn void cmp_usage_error(const char *format, ...) {
    fail_msg("%s", format);
    abort();
}

enum { LAYOUTS = 16, ROUNDS = 40, ALLOCATORS = 2 + 2 * LAYOUTS + 1 };

static uint64_t random_state;

/* What is planted, as logs of speed. */
typedef struct planted {
    double effect;   /* of the code */
    double as_built; /* of the treatment's library as it was built, besides */
    double tax;      /* standard deviation of layouts, of either side */
    double noise;    /* of samples */
} planted_t;

static cmp_run_t run_make(const planted_t *planted, uint64_t seed) {
    cmp_run_t run = {.allocators = calloc(ALLOCATORS, sizeof(cmp_allocator_t)),
                     .allocator_count = ALLOCATORS,
                     .cells = calloc(ALLOCATORS, sizeof(cmp_cell_t)),
                     .cell_count = ALLOCATORS,
                     .rounds_done = ROUNDS};
    double drift[ROUNDS];
    random_state = seed;
    for (uint32_t round = 0; round < ROUNDS; round++)
        drift[round] = 0.3 * sin(round / 5.0); /* of the machine: cancels */
    for (size_t i = 0; i < ALLOCATORS; i++) {
        const bool control = i + 1 == ALLOCATORS, treatment = i % 2 == 1;
        cmp_cell_t *cell = &run.cells[i];
        run.allocators[i].layout = control ? 0 : (uint32_t)(i / 2);
        run.allocators[i].control = control;
        *cell = (cmp_cell_t){.workload = wl_find("mixed"), .allocator = i, .threads = 1};
        double mean = (treatment ? planted->effect : 0);
        mean += run.allocators[i].layout > 0 ? planted->tax * cmp_random_normal(&random_state)
                : treatment                  ? planted->as_built
                                             : 0;
        for (uint32_t round = 0; round < ROUNDS; round++) {
            const cmp_sample_t sample = {
                .round = round,
                .ops_per_second = 1e8 * exp(mean + drift[round] +
                                            planted->noise * cmp_random_normal(&random_state))};
            cmp_cell_add_sample(cell, &sample);
        }
    }
    return run;
}

static cmp_layouts_t *derived(const cmp_run_t *run) {
    cmp_layouts_t *layouts = cmp_layouts_find(run, &run->cells[0]);
    assert_non_null(layouts);
    cmp_layouts_derive(layouts, &run->cells[0], &run->cells[1], 0.95);
    return layouts;
}

static void layouts_are_found_and_paired(void **state) {
    (void)state;
    cmp_run_t run = run_make(&(planted_t){.effect = 0.02}, 1);
    cmp_layouts_t *layouts = derived(&run);
    assert_int_equal(layouts->count, LAYOUTS);
    assert_int_equal(layouts->pairs, ROUNDS);
    for (size_t i = 0; i < LAYOUTS; i++)
        assert_true(fabs(log(layouts->effects[i]) - 0.02) < 1e-12);
    assert_true(fabs(log(layouts->ratio.estimate) - 0.02) < 1e-12);
    assert_true(layouts->base_tax < 1e-9 && layouts->treatment_tax < 1e-9);
    cmp_layouts_free(layouts);
    run.allocator_count = run.cell_count = 2;
    assert_null(cmp_layouts_find(&run, &run.cells[0]));
    run.allocator_count = run.cell_count = ALLOCATORS;
    cmp_run_free(&run);
}

static void tax_is_what_was_planted_and_not_the_noise(void **state) {
    (void)state;
    double squares = 0, without = 0;
    enum { RUNS = 30 };
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        cmp_run_t run = run_make(&(planted_t){.tax = 0.02, .noise = 0.05}, seed);
        cmp_layouts_t *layouts = derived(&run);
        squares += layouts->base_tax * layouts->base_tax / RUNS;
        cmp_layouts_free(layouts);
        cmp_run_free(&run);
        run = run_make(&(planted_t){.noise = 0.05}, seed);
        layouts = derived(&run);
        without += layouts->base_tax * layouts->base_tax / RUNS;
        assert_true(cmp_layouts_noisy(layouts));
        cmp_layouts_free(layouts);
        cmp_run_free(&run);
    }
    /* Without tax the samples alone would show 0.05 / sqrt(40), 0.8 %. */
    assert_true(fabs(sqrt(squares) - 0.02) < 0.003);
    assert_true(sqrt(without) < 0.004);
}

static void interval_covers_the_effect_of_the_code_not_of_one_layout(void **state) {
    (void)state;
    unsigned covered = 0, go = 0;
    enum { RUNS = 200 };
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        cmp_run_t run = run_make(&(planted_t){.as_built = 0.06, .tax = 0.02, .noise = 0.02}, seed);
        cmp_comparison_t comparison = {.run = &run,
                                       .base = &run.cells[0],
                                       .treatment = &run.cells[1],
                                       .rule = CMP_RULE_DEFAULT,
                                       .layouts = cmp_layouts_find(&run, &run.cells[0])};
        cmp_comparison_look(&comparison, 1);
        assert_true(comparison.layouts->single.low > 1.03); /* one layout shows 6 % */
        assert_true(comparison.layouts->single_share > 0.6);
        covered += comparison.ratio.low <= 1 && comparison.ratio.high >= 1;
        go += comparison.verdict == CMP_VERDICT_GO;
        assert_false(cmp_layouts_noisy(comparison.layouts));
        cmp_layouts_free(comparison.layouts);
        cmp_run_free(&run);
    }
    assert_true(covered >= RUNS * 93 / 100); /* 96 % are promised */
    assert_true(go <= RUNS * 4 / 100);
}

static void failed_samples_are_left_out(void **state) {
    (void)state;
    cmp_run_t run = run_make(&(planted_t){.effect = 0.02, .noise = 0.001}, 3);
    run.cells[2].samples[4].failure = CMP_FAIL_CRASH;
    run.cells[2].samples[4].reason = strdup("signal 11");
    for (size_t i = 0; i < ROUNDS; i++) {
        run.cells[5].samples[i].failure = CMP_FAIL_HANG;
        run.cells[5].samples[i].reason = strdup("late");
    }
    cmp_layouts_t *layouts = derived(&run);
    assert_int_equal(layouts->pairs, 0); /* the treatment's second layout never ran */
    assert_true(isnan(layouts->effects[1]) && isnan(layouts->treatment_tax));
    assert_true(fabs(log(layouts->effects[0]) - 0.02) < 0.002);
    assert_true(fabs(log(layouts->ratio.estimate) - 0.02) < 0.002);
    cmp_layouts_free(layouts);
    cmp_run_free(&run);
}

static void stacks_differ_by_layout_within_a_page(void **state) {
    (void)state;
    bool differ = false;
    assert_int_equal(cmp_layout_stack_bytes(0), 0);
    for (uint32_t layout = 1; layout <= CMP_LAYOUTS_MOST; layout++) {
        const size_t bytes = cmp_layout_stack_bytes(layout);
        assert_true(bytes < 4096 && bytes % 16 == 0);
        differ |= bytes != cmp_layout_stack_bytes(1);
    }
    assert_true(differ);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_are_found_and_paired),
        cmocka_unit_test(tax_is_what_was_planted_and_not_the_noise),
        cmocka_unit_test(interval_covers_the_effect_of_the_code_not_of_one_layout),
        cmocka_unit_test(failed_samples_are_left_out),
        cmocka_unit_test(stacks_differ_by_layout_within_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
