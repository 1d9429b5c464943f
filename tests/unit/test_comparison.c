/*
 * A comparison of ab on a run made up by arithmetic: memory of both sides, and what is printed.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/comparison.h"
#include "../../harness/report.h"
#include "../../harness/report_blocks.h"
#include "../../workloads/worker_timer.h"
#include "synthetic_run.h"

enum { ROUNDS = 10 };

static const uint64_t MIB = 1 << 20;

static cmp_comparison_t comparison_of(cmp_run_t *run) {
    return (cmp_comparison_t){.run = run,
                              .base = synthetic_cell(run, SYNTHETIC_FIRST, 1),
                              .treatment = synthetic_cell(run, SYNTHETIC_PEER, 1),
                              .rule = CMP_RULE_DEFAULT};
}

/* What `print` writes of a comparison, malloc'ed. */
static char *text_of(const cmp_comparison_t *comparison) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_comparison_print(comparison, out);
    fclose(out);
    return text;
}

static void contains(const char *text, const char *part) {
    if (!strstr(text, part))
        print_error("'%s' is not in:\n%s\n", part, text);
    assert_non_null(strstr(text, part));
}

static void memory_is_paired_by_round(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(ROUNDS);
    cmp_comparison_t comparison = comparison_of(&run);
    cmp_cell_t *base = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    cmp_cell_t *treatment = synthetic_cell(&run, SYNTHETIC_PEER, 1);
    for (size_t i = 0; i < ROUNDS; i++) { /* 3 % more, whatever the round needs */
        base->samples[i].peak_rss_bytes = 100000 * (i + 1);
        treatment->samples[i].peak_rss_bytes = 103000 * (i + 1);
    }
    /* A round without one side is no pair. */
    base->samples[9].failure = CMP_FAIL_HANG;
    base->samples[9].reason = strdup("late");
    cmp_comparison_memory(&comparison);
    const cmp_sides_t *peak = &comparison.memory[CMP_SIDES_PEAK];
    assert_true(peak->base == 500000 && peak->treatment == 515000);
    assert_true(peak->ratio.valid && peak->ratio.confidence >= 0.95);
    assert_true(fabs(peak->ratio.low - 1.03) < 1e-12 && fabs(peak->ratio.high - 1.03) < 1e-12);
    const cmp_sides_t *live = &comparison.memory[CMP_SIDES_PEAK_LIVE];
    assert_true(live->base == (double)(10 * MIB) && live->treatment == (double)(11 * MIB));
    const cmp_sides_t *freed = &comparison.memory[CMP_SIDES_FREED];
    assert_true(freed->base == freed->treatment && freed->ratio.estimate == 1);
    /* Nobody was idle. */
    assert_true(isnan(comparison.memory[CMP_SIDES_IDLE].base));
    assert_false(comparison.memory[CMP_SIDES_IDLE].ratio.valid);
    cmp_run_free(&run);
}

static void memory_is_printed_with_what_there_is(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(ROUNDS);
    cmp_comparison_t comparison = comparison_of(&run);
    synthetic_cell(&run, SYNTHETIC_FIRST, 1)->samples[0].memory[WL_MOMENT_IDLE].rss_bytes = 2 * MIB;
    synthetic_cell(&run, SYNTHETIC_PEER, 1)->samples[0].memory[WL_MOMENT_IDLE].rss_bytes = MIB;
    cmp_comparison_look(&comparison, 1);
    cmp_comparison_memory(&comparison);
    char *text = text_of(&comparison);
    contains(text, "  RSS MiB                base      treatment      ratio  [low, high]\n"
                   "  Peak                  11.00          12.00     1.0909  [1.0909, 1.0909]\n"
                   "  At peak live          10.00          11.00     1.1000  [1.1000, 1.1000]\n"
                   "  Freed                  3.00           3.00     1.0000  [1.0000, 1.0000] =\n"
                   "  Idle                  -1.00          -2.00\n");
    const cmp_sides_t *idle = &comparison.memory[CMP_SIDES_IDLE];
    assert_true(idle->ratio.estimate == 0.5 && !idle->ratio.valid);
    free(text);
    cmp_run_free(&run);
}

static void sides_without_a_good_sample_have_no_memory(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(ROUNDS);
    cmp_comparison_t comparison = comparison_of(&run);
    comparison.treatment = synthetic_cell(&run, SYNTHETIC_BROKEN, 1);
    cmp_comparison_look(&comparison, 1);
    cmp_comparison_memory(&comparison);
    char *text = text_of(&comparison);
    assert_null(strstr(text, "RSS MiB"));
    contains(text, "Failed       broken, round 1: crash");
    free(text);
    cmp_run_free(&run);
}

static void latency_add(cmp_cell_t *cell, uint64_t ns) {
    cmp_sample_t sample = {.kind = CMP_SAMPLE_LATENCY,
                           .ops_per_second = NAN,
                           .timed_ops_per_second = 50e6,
                           .latency = calloc(1, sizeof *sample.latency)};
    cmp_uuid(sample.uuid);
    sample.latency->source = WL_TIMER_CLOCK;
    sample.latency->step_ns = 1;
    for (int i = 0; i < WL_OPERATIONS; i++)
        wl_histogram_add(&sample.latency->histograms[i], ns);
    cmp_cell_add_sample(cell, &sample);
}

/* Only the rows of the comparison's own work, by their side. */
static void latency_names_the_sides(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(ROUNDS);
    cmp_comparison_t comparison = comparison_of(&run);
    latency_add(synthetic_cell(&run, SYNTHETIC_FIRST, 1), 11);
    latency_add(synthetic_cell(&run, SYNTHETIC_PEER, 1), 22);
    latency_add(synthetic_cell(&run, SYNTHETIC_CONTROL, 1), 33);
    latency_add(synthetic_cell(&run, SYNTHETIC_PEER, 2), 44);
    cmp_report_t report = cmp_report_make(&run);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_sides(&report, &comparison, out);
    fclose(out);
    contains(text, "  base               1  malloc   11   11   11     11      11   11");
    contains(text, "  treatment          1  malloc   22   22   22     22      22   22");
    contains(text, "  A/A control        1  malloc   33   33   33     33      33   33");
    assert_null(strstr(text, "44"));
    free(text);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_paired_by_round),
        cmocka_unit_test(memory_is_printed_with_what_there_is),
        cmocka_unit_test(sides_without_a_good_sample_have_no_memory),
        cmocka_unit_test(latency_names_the_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
