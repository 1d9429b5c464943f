/*
 * Tests of harness/detail.c on samples made up by hand: medians of memory, merged latencies, and
 * slices of the time; and of the blocks that the table shows of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/report.h"
#include "../../workloads/worker_timer.h"
#include "synthetic_run.h"

static void near_to(double value, double expected) {
    if (fabs(value - expected) <= 1e-9 * fabs(expected))
        return;
    fail_msg("%.17g is not %.17g", value, expected);
}

/* Adds a latency sample of the round with `calls` mallocs of `ns` each. */
static void latency_add(cmp_cell_t *cell, uint32_t round, uint64_t ns, int calls) {
    cell->latency_samples =
        realloc(cell->latency_samples, (cell->latency_count + 1) * sizeof(cmp_sample_t));
    cmp_sample_t *sample = &cell->latency_samples[cell->latency_count++];
    *sample = (cmp_sample_t){.kind = CMP_SAMPLE_LATENCY,
                             .round = round,
                             .ops_per_second = NAN,
                             .timed_ops_per_second = 25e6};
    cmp_uuid(sample->uuid);
    sample->latency = calloc(1, sizeof *sample->latency);
    sample->latency->source = WL_TIMER_CLOCK;
    sample->latency->step_ns = 10;
    sample->latency->overhead_ns = 20 + round;
    sample->latency->overhead_least_ns = 15 + round;
    for (int i = 0; i < calls; i++)
        wl_histogram_add(&sample->latency->histograms[WL_MALLOC], ns);
    sample->latency->slow[WL_MALLOC].count = 1;
    sample->latency->slow[WL_MALLOC].calls[0] = (wl_slow_call_t){.ns = ns, .minor_faults = round};
}

/* ---------------------------------------------------------------- latency */

static void without_latency_samples_there_is_nothing(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(3);
    assert_null(cmp_latency_figures(&run.cells[0]));
    cmp_run_free(&run);
}

static void histograms_are_added_before_percentiles_are_taken(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(3);
    cmp_cell_t *cell = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    latency_add(cell, 0, 10, 98);
    latency_add(cell, 1, 100, 2);
    latency_add(cell, 2, 0, 0);
    cell->latency_samples[2].failure = CMP_FAIL_HANG;
    for (int i = 0; i < 3; i++)
        cell->samples[i].ops_per_second = 100e6;
    cmp_latency_figures_t *figures = cmp_latency_figures(cell);
    assert_int_equal(figures->samples, 2);
    assert_int_equal(figures->failed, 1);
    near_to(cmp_latency_percentile(figures, WL_MALLOC, 0), 10);
    near_to(cmp_latency_percentile(figures, WL_MALLOC, 2), 100);
    near_to(cmp_latency_max(figures, WL_MALLOC), 100);
    assert_true(isnan(cmp_latency_percentile(figures, WL_FREE, 0)));
    assert_true(isnan(cmp_latency_max(figures, WL_FREE)));
    near_to(figures->speed_share, 0.25);
    near_to(figures->merged.overhead_ns, 21);
    near_to(figures->merged.overhead_least_ns, 15);
    assert_int_equal(figures->merged.slow[WL_MALLOC].count, 2);
    assert_int_equal(figures->merged.slow[WL_MALLOC].calls[0].ns, 100);
    free(figures);
    cmp_run_free(&run);
}

static void what_takes_longest_names_a_slow_call(void **state) {
    (void)state;
    wl_slow_call_t call = {.ns = 1};
    assert_string_equal(cmp_slow_call_did(&call), "unknown");
    call.minor_faults = 3;
    assert_string_equal(cmp_slow_call_did(&call), "page fault");
    call.voluntary_switches = 1;
    assert_string_equal(cmp_slow_call_did(&call), "slept");
    call.involuntary_switches = 1;
    assert_string_equal(cmp_slow_call_did(&call), "preempted");
    call.major_faults = 1;
    assert_string_equal(cmp_slow_call_did(&call), "disk");
}

static void a_failed_latency_sample_fails_the_run_and_is_named(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(3);
    for (size_t i = 0; i < run.cell_count; i++)
        run.cells[i].sample_count = 0; /* leave nothing else that failed */
    latency_add(&run.cells[0], 0, 0, 0);
    run.cells[0].latency_samples[0].failure = CMP_FAIL_HANG;
    run.cells[0].latency_samples[0].reason = strdup("was too slow");
    cmp_report_t report = cmp_report_make(&run);
    assert_true(report.failures);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_table(&report, out, false);
    fclose(out);
    assert_non_null(
        strstr(text, "hakmem, demo, 1 thread, each call timed: 1 of 1: hang: was too slow"));
    free(text);
    cmp_report_free(&report);
    for (size_t i = 0; i < run.cell_count; i++)
        run.cells[i].sample_count = 3;
    cmp_run_free(&run);
}

/* ---------------------------------------------------------------- memory */

static void memory_is_the_median_of_the_samples_that_have_it(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(3);
    cmp_cell_t *cell = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    for (size_t i = 0; i < 3; i++) {
        cell->samples[i].memory[WL_MOMENT_EMPTY] =
            (wl_memory_t){.rss_bytes = 1000, .page_table_bytes = 100, .mappings = 20};
        cell->samples[i].memory[WL_MOMENT_PEAK_LIVE] = (wl_memory_t){.rss_bytes = 3000 + i * 1000,
                                                                     .rss_anon_bytes = 2000,
                                                                     .page_table_bytes = 150,
                                                                     .mappings = 25};
    }
    cell->samples[1].memory[WL_MOMENT_IDLE] = (wl_memory_t){.rss_bytes = 7, .lazy_free_bytes = 5};
    cmp_memory_figures_t live = cmp_memory_figures(cell, WL_MOMENT_PEAK_LIVE);
    near_to(live.rss_bytes, 4000);
    near_to(live.rss_above_empty_bytes, 3000);
    near_to(live.page_tables_above_empty_bytes, 50);
    near_to(live.mappings_above_empty, 5);
    cmp_memory_figures_t idle = cmp_memory_figures(cell, WL_MOMENT_IDLE);
    near_to(idle.rss_bytes, 7);
    near_to(idle.lazy_free_bytes, 5);
    near_to(idle.rss_since_freed_bytes, 7 - (3 << 20));
    assert_true(isnan(idle.mappings));
    cmp_run_free(&run);
}

/* ---------------------------------------------------------------- course over time */

/* A sample whose window is from 1 to 5 seconds, with a point every second. */
static void timeline_make(cmp_sample_t *sample) {
    free(sample->timeline);
    sample->window_start_seconds = 1;
    sample->window_seconds = 4;
    sample->timeline_count = 7;
    sample->timeline = calloc(7, sizeof *sample->timeline);
    for (size_t i = 0; i < 7; i++)
        sample->timeline[i] =
            (cmp_timeline_point_t){.seconds = (double)i,
                                   .rss_bytes = 100 * i,
                                   .rss_anon_bytes = 10 * i,
                                   .ops_per_second = i >= 2 && i <= 5 ? 1000.0 * (double)i : NAN};
}

static void slices_cut_the_window(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(3);
    cmp_cell_t *cell = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    for (size_t i = 0; i < 3; i++)
        timeline_make(&cell->samples[i]);
    cmp_slice_t slices[4];
    cmp_slices(cell, slices, 2);
    near_to(slices[0].end_seconds, 2);
    near_to(slices[1].end_seconds, 4);
    near_to(slices[0].rss_bytes, 250);
    near_to(slices[0].rss_anon_bytes, 25);
    near_to(slices[0].ops_per_second, 2500);
    near_to(slices[1].ops_per_second, 4500);
    cmp_slices(cell, slices, 4);
    near_to(slices[3].ops_per_second, 5000);
    cmp_run_free(&run);
}

static void slices_without_a_reading_are_missing(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(3);
    cmp_cell_t *cell = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    for (size_t i = 0; i < 3; i++)
        timeline_make(&cell->samples[i]);
    cmp_slice_t slices[16];
    cmp_slices(cell, slices, 16);
    assert_true(isnan(slices[0].rss_bytes));
    near_to(slices[0].ops_per_second, 2000); /* a point counts for all the time up to it */
    near_to(slices[3].rss_bytes, 200);
    cmp_run_free(&run);
}

/* ---------------------------------------------------------------- the table */

static void blocks_show_what_was_measured(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(6);
    cmp_cell_t *cell = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    for (size_t i = 0; i < run.cell_count; i++)
        run.cells[i].seconds = 4;
    for (size_t i = 0; i < cell->sample_count; i++)
        timeline_make(&cell->samples[i]);
    cell->samples[0].memory[WL_MOMENT_IDLE] =
        (wl_memory_t){.rss_bytes = 5 << 20, .lazy_free_bytes = 1 << 20};
    latency_add(cell, 0, 4, 90);
    latency_add(cell, 1, 250, 10);
    cmp_report_t report = cmp_report_make(&run);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_table(&report, out, false);
    fclose(out);
    static const char *const parts[] = {
        "  RSS MiB  threads  empty  live  at peak live   peak  freed   idle  lazy  fragment",
        "  hakmem         1   2.00  6.00         10.00  11.00   3.00  +2.00  1.00      1.33",
        "  over time    threads  until s  ",
        "  A/A control        1  M ops/s  ",
        "over time: the measured time in 8 equal parts",
        "  latency ns  threads  call    p50  p90  p99  p99.9  p99.99  max",
        "  hakmem            1  malloc  <10  <10  250    250     250  250",
        "1 page fault, 1 unknown",
        "time stamps by clock_gettime in steps of 10 ns; their own cost, 15 to 21 ns"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(text, parts[i]) == NULL)
            fail_msg("'%s' is not in:\n%s", parts[i], text);
    free(text);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_latency_samples_there_is_nothing),
        cmocka_unit_test(histograms_are_added_before_percentiles_are_taken),
        cmocka_unit_test(what_takes_longest_names_a_slow_call),
        cmocka_unit_test(a_failed_latency_sample_fails_the_run_and_is_named),
        cmocka_unit_test(memory_is_the_median_of_the_samples_that_have_it),
        cmocka_unit_test(slices_cut_the_window),
        cmocka_unit_test(slices_without_a_reading_are_missing),
        cmocka_unit_test(blocks_show_what_was_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
