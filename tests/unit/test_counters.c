/* Counters: cachegrind's output, the difference that makes figures per operation, two sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/cachegrind.h"
#include "../../harness/counters.h"
#include "../../harness/report.h"
#include "synthetic_run.h"

static bool read_text(const char *text, cmp_count_t *count) {
    char error[256] = "";
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(file);
    bool good = cmp_cachegrind_read(file, count, error, sizeof error);
    assert_int_equal(good, *error == '\0');
    fclose(file);
    return good;
}

static void totals_are_summed_by_what_they_count(void **state) {
    (void)state;
    cmp_count_t count;
    assert_true(read_text("desc: I1 cache:         32768 B, 64 B, 8-way associative\n"
                          "cmd: build/worker mixed\n"
                          "events: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw Bc Bcm Bi Bim\n"
                          "fl=???\nfn=malloc\n0 5 0 0 1 1 0 0 0 0 1 0 0 0\n"
                          "summary: 39998922 1789 1697 10268578 664404 3436 5509747 171154 13445 "
                          "5876403 318151 337908 278\n",
                          &count));
    assert_true(count.events[CMP_COUNTER_INSTRUCTIONS] == 39998922);
    assert_true(count.events[CMP_COUNTER_BRANCHES] == 5876403 + 337908);
    assert_true(count.events[CMP_COUNTER_BRANCH_MISSES] == 318151 + 278);
    assert_true(count.events[CMP_COUNTER_I1_MISSES] == 1789);
    assert_true(count.events[CMP_COUNTER_D1_MISSES] == 664404 + 171154);
    assert_true(count.events[CMP_COUNTER_LL_MISSES] == 1697 + 3436 + 13445);
    assert_true(isnan(count.events[CMP_COUNTER_CYCLES]));
    assert_true(isnan(count.events[CMP_COUNTER_CACHE_MISSES]));
}

static void events_that_were_not_simulated_are_missing(void **state) {
    (void)state;
    cmp_count_t count;
    assert_true(read_text("events: Ir\nsummary: 7\n", &count));
    assert_true(count.events[CMP_COUNTER_INSTRUCTIONS] == 7);
    assert_true(isnan(count.events[CMP_COUNTER_BRANCHES]));
    assert_true(isnan(count.events[CMP_COUNTER_D1_MISSES]));
    assert_true(read_text("events: Ir NewEvent Bc  \nsummary: 7 8 9\n", &count));
    assert_true(count.events[CMP_COUNTER_BRANCHES] == 9);
}

static void what_does_not_match_is_refused(void **state) {
    (void)state;
    cmp_count_t count;
    static const char *const texts[] = {
        "",
        "events: Ir Bc\n",
        "summary: 1 2\n",
        "events: Ir Bc\nsummary: 1\n",
        "events: Ir\nsummary: 1 2\n",
        "events: Ir Bc\nsummary: 1 many\n",
        "events: Ir Bc\nsummary: 1 -2\n",
        "events: Dr Bc\nsummary: 1 2\n",
        "events: Ir\nsummary: 0\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (read_text(texts[i], &count))
            fail_msg("accepted '%s'", texts[i]);
}

static cmp_count_t count_make(uint64_t ops, double instructions, double cycles) {
    cmp_count_t count = {.ops = ops};
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        count.events[i] = NAN;
    count.events[CMP_COUNTER_INSTRUCTIONS] = instructions;
    count.events[CMP_COUNTER_CYCLES] = cycles;
    return count;
}

/* Start and warm-up are in both runs and cancel. */
static void per_operation_is_the_difference_of_two_runs(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(6);
    run.counters_source = strdup("a simulation");
    run.cells[0].simulated[0] = count_make(100000, 7000000 + 50 * 100000, NAN);
    run.cells[0].simulated[1] = count_make(500000, 7000000 + 50 * 500000, NAN);
    cmp_report_t report = cmp_report_make(&run);
    assert_true(fabs(report.cells[0].per_op[CMP_COUNTER_INSTRUCTIONS] - 50) < 1e-9);
    assert_true(isnan(report.cells[0].per_op[CMP_COUNTER_CYCLES]));
    assert_true(isnan(report.cells[1].per_op[CMP_COUNTER_INSTRUCTIONS]));
    assert_true(report.failures);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

static void of_samples_that_a_pmu_counted_the_median_holds(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(5);
    cmp_cell_t *cell = &run.cells[0];
    for (uint32_t i = 0; i < 5; i++)
        cell->samples[i].counted = count_make(1000, 1000 * (40 + i * i), 1000);
    cell->samples[4].failure = CMP_FAIL_CRASH; /* does not count */
    cell->samples[3].counted.ops = 0;          /* was not counted */
    cmp_report_t report = cmp_report_make(&run);
    assert_true(report.cells[0].per_op[CMP_COUNTER_INSTRUCTIONS] == 41);
    assert_true(report.cells[0].per_op[CMP_COUNTER_CYCLES] == 1);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

/* What `print` writes, malloc'ed. */
static char *pair_text(const double *base, const double *treatment) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    const cmp_counters_side_t sides[] = {{"base", base}, {"treatment", treatment}};
    cmp_counters_print_pair(out, "a source", &sides[0], &sides[1]);
    fclose(out);
    return text;
}

/* The counters of the predecessor's report on pruned backends. */
static void two_sides_show_the_change(void **state) {
    (void)state;
    double base[CMP_COUNTER_COUNT], treatment[CMP_COUNTER_COUNT];
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        base[i] = treatment[i] = NAN;
    base[CMP_COUNTER_CYCLES] = 17.03775790;
    base[CMP_COUNTER_INSTRUCTIONS] = 38.66028123;
    base[CMP_COUNTER_BRANCHES] = 9.45213995;
    base[CMP_COUNTER_BRANCH_MISSES] = 0.23682440;
    treatment[CMP_COUNTER_CYCLES] = 16.08678889;
    treatment[CMP_COUNTER_INSTRUCTIONS] = 28.70328700;
    treatment[CMP_COUNTER_BRANCHES] = 6.29997382;
    treatment[CMP_COUNTER_BRANCH_MISSES] = 0.23622772;
    char *text = pair_text(base, treatment);
    static const char *const lines[] = {"Counters per op: a source\n",
                                        "  cycles          17.0       16.1   -5.6 %\n",
                                        "  instructions    38.7       28.7  -25.8 %\n",
                                        "  IPC             2.27       1.78  -21.4 %\n",
                                        "  branches        9.45       6.30  -33.3 %\n",
                                        "  mispredicted   0.237      0.236   -0.3 %\n",
                                        "  % of branches   2.51       3.75  +49.7 %\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!strstr(text, lines[i]))
            fail_msg("'%s' is not in:\n%s", lines[i], text);
    assert_null(strstr(text, "LL")); /* nobody counted it */
    free(text);
}

static void a_side_without_figures_is_not_compared(void **state) {
    (void)state;
    double base[CMP_COUNTER_COUNT], treatment[CMP_COUNTER_COUNT];
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        base[i] = treatment[i] = NAN;
    base[CMP_COUNTER_INSTRUCTIONS] = 40;
    base[CMP_COUNTER_D1_MISSES] = 0;
    treatment[CMP_COUNTER_D1_MISSES] = 0.5;
    char *text = pair_text(base, treatment);
    assert_non_null(strstr(text, "  instructions     40.0        n/a\n"));
    assert_non_null(strstr(text, "  D1 misses/1000  0.000        500\n"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_summed_by_what_they_count),
        cmocka_unit_test(events_that_were_not_simulated_are_missing),
        cmocka_unit_test(what_does_not_match_is_refused),
        cmocka_unit_test(per_operation_is_the_difference_of_two_runs),
        cmocka_unit_test(of_samples_that_a_pmu_counted_the_median_holds),
        cmocka_unit_test(two_sides_show_the_change),
        cmocka_unit_test(a_side_without_figures_is_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
