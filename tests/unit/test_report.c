/*
 * Derived figures and their three renderings, on a run made up by arithmetic: the terminal table
 * against a golden text, JSON and CSV parsed back.
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
#include <jansson.h>

#include "../../harness/report.h"
#include "../../harness/report_text.h"
#include "synthetic_run.h"

static const char fixed_uuid[] = "00000000-0000-4000-8000-000000000000";

static void near_to(double value, double expected) {
    if (fabs(value - expected) <= 1e-12 * fabs(expected))
        return;
    print_error("%.17g is not %.17g\n", value, expected);
    fail();
}

static cmp_run_t fixed_run(uint32_t rounds) {
    cmp_run_t run = synthetic_run(rounds);
    memcpy(run.uuid, fixed_uuid, sizeof fixed_uuid);
    return run;
}

/* The table of a run, malloc'ed. */
static char *table_of(const cmp_run_t *run, bool colour) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_t report = cmp_report_make(run);
    cmp_report_table(&report, out, colour);
    cmp_report_free(&report);
    fclose(out);
    return text;
}

static json_t *json_of(const cmp_run_t *run) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_t report = cmp_report_make(run);
    assert_true(cmp_report_json(&report, out));
    cmp_report_free(&report);
    fclose(out);
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        print_error("line %d: %s\n", error.line, error.text);
    assert_non_null(root);
    free(text);
    return root;
}

static char *csv_of(const cmp_run_t *run) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_t report = cmp_report_make(run);
    assert_true(cmp_report_csv(&report, out));
    cmp_report_free(&report);
    fclose(out);
    return text;
}

static void contains(const char *text, const char *part) {
    if (!strstr(text, part))
        print_error("'%s' is not in:\n%s\n", part, text);
    assert_non_null(strstr(text, part));
}

/* ---------------------------------------------------------------- figures */

static const cmp_cell_figures_t *figures_of(const cmp_report_t *report, cmp_run_t *run,
                                            size_t allocator, uint32_t threads) {
    return &report->cells[synthetic_cell(run, allocator, threads) - run->cells];
}

static void figures_come_from_good_samples_alone(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    cmp_report_t report = cmp_report_make(&run);
    const cmp_cell_figures_t *frail = figures_of(&report, &run, SYNTHETIC_FRAIL, 2);
    const cmp_cell_figures_t *broken = figures_of(&report, &run, SYNTHETIC_BROKEN, 2);
    assert_int_equal(frail->good, 8);
    assert_int_equal(frail->failed, 2);
    assert_int_equal(frail->ops_per_second.count, 8);
    assert_true(frail->ops_per_second.min > 190e6);
    near_to(frail->ns_per_op, 2 * 1e9 / frail->ops_per_second.median);
    near_to(frail->peak_rss_bytes, 13 << 20);
    near_to(frail->end_rss_bytes, 3 << 20);
    near_to(frail->fragmentation_at_peak, (12.0 - 2) / 6);
    near_to(frail->crossed_share, 0.9);
    assert_int_equal(broken->good, 0);
    assert_int_equal(broken->failed, 10);
    assert_true(isnan(broken->ops_per_second.median) && isnan(broken->ns_per_op) &&
                isnan(broken->peak_rss_bytes) && isnan(broken->fragmentation_at_peak));
    assert_true(isnan(broken->ratio_to_first.estimate) && !broken->ratio_to_first.valid);
    assert_false(broken->equal);
    assert_true(report.failures);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

static void ratios_are_paired_by_round(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    cmp_cell_t *first = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    cmp_cell_t *peer = synthetic_cell(&run, SYNTHETIC_PEER, 1);
    for (size_t i = 0; i < 10; i++) { /* a drift of a factor ten, exactly shared */
        first->samples[i].ops_per_second = 1e7 * (double)(i + 1);
        peer->samples[i].ops_per_second = 0.9e7 * (double)(i + 1);
    }
    cmp_sample_t spare = peer->samples[0]; /* arrival in another order */
    peer->samples[0] = peer->samples[7];
    peer->samples[7] = spare;
    cmp_report_t report = cmp_report_make(&run);
    const cmp_cell_figures_t *figures = figures_of(&report, &run, SYNTHETIC_PEER, 1);
    near_to(figures->ratio_to_first.estimate, 0.9);
    near_to(figures->ratio_to_first.low, 0.9);
    near_to(figures->ratio_to_first.high, 0.9);
    assert_false(figures->equal);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

static void rounds_without_a_partner_are_left_out_of_ratios(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    cmp_cell_t *first = synthetic_cell(&run, SYNTHETIC_FIRST, 1);
    for (size_t i = 0; i < 5; i++) {
        first->samples[i].failure = CMP_FAIL_HANG;
        first->samples[i].reason = strdup("late");
    }
    cmp_report_t report = cmp_report_make(&run);
    const cmp_cell_figures_t *peer = figures_of(&report, &run, SYNTHETIC_PEER, 1);
    assert_int_equal(peer->good, 10);
    assert_true(peer->ops_interval.valid);
    assert_false(peer->ratio_to_first.valid); /* five pairs */
    assert_true(fabs(peer->ratio_to_first.estimate - 0.8) < 0.01);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

static void a_ratio_whose_interval_includes_one_is_equal(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    cmp_report_t report = cmp_report_make(&run);
    assert_true(figures_of(&report, &run, SYNTHETIC_CONTROL, 1)->equal);
    assert_true(figures_of(&report, &run, SYNTHETIC_FIRST, 1)->equal);
    assert_false(figures_of(&report, &run, SYNTHETIC_PEER, 1)->equal);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

static void the_noise_floor_pools_the_controls_of_all_cells(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    double control[30], first[30];
    size_t count = 0;
    for (uint32_t threads = 1; threads <= 4; threads *= 2)
        for (size_t i = 0; i < 10; i++) {
            control[count] =
                synthetic_cell(&run, SYNTHETIC_CONTROL, threads)->samples[i].ops_per_second;
            first[count++] =
                synthetic_cell(&run, SYNTHETIC_FIRST, threads)->samples[i].ops_per_second;
        }
    cmp_interval_t expected = cmp_ratio_interval(control, first, 30, 0.95);
    cmp_report_t report = cmp_report_make(&run);
    near_to(report.noise_floor.estimate, expected.estimate);
    near_to(report.noise_floor.low, expected.low);
    near_to(report.noise_floor.high, expected.high);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

static void history_counts_all_until_a_thousand(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(1);
    cmp_report_t report = cmp_report_make(&run);
    static double history[2000];
    for (size_t i = 0; i < 2000; i++)
        history[i] = ((double)(i * 7 % 2000) - 1000) / 1e5;
    cmp_report_add_history(&report, history, 0);
    assert_int_equal(report.history_count, 0);
    cmp_report_add_history(&report, history, 999);
    assert_true(report.history_share == 1);
    cmp_report_add_history(&report, history, 2000);
    assert_int_equal(report.history_count, 2000);
    assert_true(report.history_share == 0.999);
    near_to(report.history_low, exp(-0.00999)); /* one is left out on each side */
    near_to(report.history_high, exp(0.00998));
    cmp_report_free(&report);
    cmp_run_free(&run);
}

/* ---------------------------------------------------------------- table */

/* clang-format off */
static const char golden[] =
    "demo: slots=8192 max=768 touch=first; placement compact; 10 rounds\n"
    "  allocator  threads  M ops/s     [low, high]  ns/op  above floor  ratio     [low, high]     peak MiB  failures\n"
    "  hakmem           1    100.3   [99.2, 100.9]   9.97          n/a      1                         11.0\n"
    "  peer             1     80.0    [79.5, 81.1]  12.50          n/a  0.800  [0.798, 0.803]         12.0\n"
    "  frail            1    100.2   [98.9, 100.8]   9.98          n/a  1.001  [0.997, 1.005]  =      13.0  2 of 10: hang\n"
    "  broken           1    crash             n/a    n/a          n/a    n/a             n/a          n/a  10 of 10: crash\n"
    "\n"
    "  hakmem           2    200.6  [198.5, 201.8]   9.97          n/a      1                         11.0\n"
    "  peer             2    160.5  [159.4, 161.1]  12.46          n/a  0.800  [0.797, 0.802]         12.0\n"
    "  frail            2    200.2  [197.5, 202.2]   9.99          n/a  1.001  [0.998, 1.005]  =      13.0  2 of 10: hang\n"
    "  broken           2    crash             n/a    n/a          n/a    n/a             n/a          n/a  10 of 10: crash\n"
    "\n"
    "  hakmem      4 over    401.1  [397.0, 403.6]   9.97          n/a      1                         11.0\n"
    "  peer        4 over    321.1  [317.2, 324.0]  12.46          n/a  0.801  [0.798, 0.803]         12.0\n"
    "  frail       4 over    400.9  [396.6, 404.1]   9.98          n/a  1.000  [0.996, 1.005]  =      13.0  2 of 10: hang\n"
    "  broken      4 over    crash             n/a    n/a          n/a    n/a             n/a          n/a  10 of 10: crash\n"
    "  freed by another thread than their allocator, 2 threads: 90.0 % of blocks\n"
    "  freed by another thread than their allocator, 4 threads: 90.0 % of blocks\n"
    "\n"
    "  RSS MiB  threads  empty  live  at peak live   peak  freed  fragment  mappings  tables KiB\n"
    "  hakmem         1   2.00  6.00         10.00  11.00   3.00      1.33       n/a         n/a\n"
    "  peer           1   2.00  6.00         11.00  12.00   3.00      1.50       n/a         n/a\n"
    "  frail          1   2.00  6.00         12.00  13.00   3.00      1.67       n/a         n/a\n"
    "\n"
    "  hakmem         2   2.00  6.00         10.00  11.00   3.00      1.33       n/a         n/a\n"
    "  peer           2   2.00  6.00         11.00  12.00   3.00      1.50       n/a         n/a\n"
    "  frail          2   2.00  6.00         12.00  13.00   3.00      1.67       n/a         n/a\n"
    "\n"
    "  hakmem    4 over   2.00  6.00         10.00  11.00   3.00      1.33       n/a         n/a\n"
    "  peer      4 over   2.00  6.00         11.00  12.00   3.00      1.50       n/a         n/a\n"
    "  frail     4 over   2.00  6.00         12.00  13.00   3.00      1.67       n/a         n/a\n"
    "\n"
    "Failures      frail, demo, 1 thread: 2 of 10: hang: passed the deadline of 5 s\n"
    "              broken, demo, 1 thread: 10 of 10: crash: killed by signal 11\n"
    "              frail, demo, 2 threads: 2 of 10: hang: passed the deadline of 5 s\n"
    "              broken, demo, 2 threads: 10 of 10: crash: killed by signal 11\n"
    "              frail, demo, 4 threads: 2 of 10: hang: passed the deadline of 5 s\n"
    "              broken, demo, 4 threads: 10 of 10: crash: killed by signal 11\n"
    "Notes         tcmalloc is not installed: apt install libtcmalloc-minimal4\n"
    "Noise floor   A/A control, hakmem against itself: ratio 1.0005 [0.9990, 1.0015] over all rows, [0.996, 1.003]\n"
    "              in the widest single row; 3 earlier runs on this machine: all within [0.9980, 1.0010]\n"
    "Figures       median of the rounds; ratio: throughput over that of hakmem in the same round, above 1 is\n"
    "              faster; [low, high]: interval of at least 95 % coverage; =: that interval includes 1; ?: it does\n"
    "              not, but among so many rows that may be chance (Holm, 5 %)\n"
    "              over: oversubscribed, more threads than PUs that this process may use\n"
    "              RSS without the worker's bookkeeping; empty: before the first allocation; live: requested bytes\n"
    "              at the end of the measured phase; freed: all of them; fragment: (at peak live - empty) / live;\n"
    "              mappings, tables: at peak live, above empty\n"
    "Machine       Example CPU; 1 package, 2 cores, 2 PUs; caches L1d 32 KiB, L2 1 MiB; memory 8.00 GiB; hypervisor\n"
    "              none\n"
    "System        Linux 6.1.0 x86_64; Example Linux 1; glibc 2.36; compiler gcc 12.2.0; governor n/a; THP madvise;\n"
    "              overcommit heuristic\n"
    "Allocators    hakmem 0.1 (SHA-256 aaaaaaaaaaaa); peer 5.3.0-1 (SHA-256 bbbbbbbbbbbb); frail version n/a\n"
    "              (SHA-256 cccccccccccc); broken version n/a (SHA-256 dddddddddddd)\n"
    "Run           00000000-0000-4000-8000-000000000000; started 2023-11-14 22:13:20 UTC; seed\n"
    "              18446744073709551615; commit abc1234\n"
    "Run it again  ./compare demo -a 'hakmem,it'\\''s' --seed 18446744073709551615\n"
    "              Valid for this machine. How each figure is computed: docs/method.md\n";
/* clang-format on */

static void a_table_reads_as_the_golden_text(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    cmp_run_note(&run, "tcmalloc is not installed: apt install libtcmalloc-minimal4");
    const double history[] = {0.001, -0.002, 0.0005};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_t report = cmp_report_make(&run);
    cmp_report_add_history(&report, history, 3);
    cmp_report_table(&report, out, false);
    cmp_report_free(&report);
    fclose(out);
    assert_string_equal(text, golden);
    free(text);
    cmp_run_free(&run);
}

static void a_table_fits_the_terminal_and_ends_no_line_in_blanks(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    for (size_t i = 0; i < 8; i++)
        cmp_run_note(&run, "a note that goes on about what was not found on this machine and why");
    char *text = table_of(&run, false), *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        size_t bytes = strlen(line);
        assert_true(cmp_text_width(line) <= 120);
        assert_true(bytes == 0 || line[bytes - 1] != ' ');
    }
    free(text);
    cmp_run_free(&run);
}

static void too_few_rounds_are_said_and_show_no_interval(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(3);
    char *text = table_of(&run, false);
    contains(text, "3 rounds");
    contains(text, "intervals are n/a where a cell has fewer than 6 good rounds");
    contains(
        text,
        "  peer             1     81.1          n/a  12.34          n/a  0.801          n/a      "
        "12.0\n");
    free(text);
    cmp_run_free(&run);
}

/* Six tests: peer and frail at three thread counts; their best p-value is 6 x 2 / 2^rounds. */
static void rounds_that_cannot_suffice_for_the_rows_are_said(void **state) {
    (void)state;
    static const char few[] = "even the largest difference keeps its ?: the ratios of 6 rows";
    cmp_run_t run = fixed_run(10);
    /* Frail must not fail here, so that it has as many pairs as peer. */
    for (size_t i = 0; i < run.cell_count; i++)
        for (size_t j = 0; run.cells[i].allocator == SYNTHETIC_FRAIL && j < 10; j++)
            if (run.cells[i].samples[j].failure != CMP_OK) {
                run.cells[i].samples[j].failure = CMP_OK;
                run.cells[i].samples[j].ops_per_second = 100e6;
            }
    for (size_t rounds = 6; rounds <= 10; rounds++) {
        for (size_t i = 0; i < run.cell_count; i++)
            run.cells[i].sample_count = rounds;
        cmp_report_t report = cmp_report_make(&run);
        const cmp_cell_figures_t *peer = figures_of(&report, &run, SYNTHETIC_PEER, 2);
        const bool enough = 6 * 2 * pow(0.5, (double)rounds) <= 0.05;
        assert_int_equal(report.ratio_rows, 6);
        assert_int_equal(peer->unsure, !enough);
        assert_int_equal(report.ratio_rounds, enough ? 0 : 8);
        cmp_report_free(&report);
        char *text = table_of(&run, false);
        if (enough)
            assert_null(strstr(text, few));
        else {
            contains(text, few);
            contains(text, "rounds (-r 8)");
            contains(text, "]  ?");
        }
        free(text);
    }
    for (size_t i = 0; i < run.cell_count; i++)
        run.cells[i].sample_count = 10;
    cmp_run_free(&run);
}

static void colour_is_there_only_when_asked_for(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    char *plain = table_of(&run, false), *coloured = table_of(&run, true);
    assert_null(strchr(plain, '\033'));
    contains(coloured, "\033[31mcrash\033[0m");
    contains(coloured, "\033[1m100.3\033[0m");
    free(plain);
    free(coloured);
    cmp_run_free(&run);
}

static void names_cannot_harm_the_terminal(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    free(run.allocators[SYNTHETIC_PEER].label);
    run.allocators[SYNTHETIC_PEER].label = strdup("p\033[2J\xff\xc3\xa9");
    free(synthetic_cell(&run, SYNTHETIC_BROKEN, 1)->samples[0].reason);
    synthetic_cell(&run, SYNTHETIC_BROKEN, 1)->samples[0].reason = strdup("line\nend\tand\rreturn");
    char *text = table_of(&run, false);
    assert_null(strchr(text, '\033'));
    contains(text, "  p?[2J\xef\xbf\xbd\xc3\xa9          1     80.0");
    contains(text, "crash: line?end?and?return\n");
    free(text);
    cmp_run_free(&run);
}

static void an_interrupted_run_says_how_far_it_came(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    run.interrupted = true;
    run.rounds_done = 4;
    char *text = table_of(&run, false);
    contains(text, "interrupted after 4 of 10 rounds");
    free(text);
    cmp_run_free(&run);
}

static void other_parameters_and_placements_get_headings_of_their_own(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    for (size_t i = 0; i < run.cell_count; i++) {
        if (run.cells[i].threads == 2)
            run.cells[i].values.value[1] = 1040;
        if (run.cells[i].threads == 4)
            run.cells[i].placement = TOPO_SCATTER;
    }
    char *text = table_of(&run, false);
    contains(text, "demo: slots=8192 max=768 touch=first; placement compact; 10 rounds\n");
    contains(text, "demo: slots=8192 max=1040 touch=first; placement compact; 10 rounds\n");
    contains(text, "demo: slots=8192 max=768 touch=first; placement scatter; 10 rounds\n");
    free(text);
    cmp_run_free(&run);
}

static void a_first_allocator_that_fails_leaves_no_ratios(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    for (uint32_t threads = 1; threads <= 4; threads *= 2)
        for (size_t i = 0; i < 10; i++)
            synthetic_cell(&run, SYNTHETIC_FIRST, threads)->samples[i].failure = CMP_FAIL_LOAD;
    char *text = table_of(&run, false);
    contains(text, "n/a: no pair of good samples of the A/A control");
    contains(text, "hakmem, demo, 1 thread: 10 of 10: load-failed: n/a");
    free(text);
    json_t *root = json_of(&run);
    json_t *floor = json_object_get(root, "noise_floor");
    assert_true(json_is_null(json_object_get(floor, "ratio")));
    json_decref(root);
    cmp_run_free(&run);
}

static void a_control_off_one_is_called_noise(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    for (uint32_t threads = 1; threads <= 4; threads *= 2)
        for (size_t i = 0; i < 10; i++)
            synthetic_cell(&run, SYNTHETIC_CONTROL, threads)->samples[i].ops_per_second *= 1.02;
    char *text = table_of(&run, false);
    contains(text, "not around 1");
    free(text);
    cmp_run_free(&run);
}

static void numbers_keep_three_digits_and_never_become_zero(void **state) {
    (void)state;
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{127.06, 1, "127.1"}, {0.04321, 1, "0.0432"},  {1e-7, 1, "0.000000100"},
                 {0, 1, "0.0"},        {2000000, 0, "2000000"}, {-0.5, 1, "-0.500"},
                 {NAN, 1, "n/a"},      {INFINITY, 1, "n/a"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        cmp_text_number(text, sizeof text, cases[i].value, cases[i].decimals);
        assert_string_equal(text, cases[i].text);
    }
}

static void an_empty_run_prints_and_exports(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(0);
    char *text = table_of(&run, false);
    contains(text, "  hakmem           1      n/a");
    free(text);
    text = csv_of(&run);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* the header alone */
    free(text);
    json_decref(json_of(&run));
    cmp_run_free(&run);
}

/* ---------------------------------------------------------------- JSON */

static json_t *json_cell_of(json_t *root, const char *allocator, int threads) {
    size_t index;
    json_t *cell;
    json_array_foreach(json_object_get(root, "cells"), index, cell) {
        if (strcmp(json_string_value(json_object_get(cell, "allocator")), allocator) == 0 &&
            json_integer_value(json_object_get(cell, "threads")) == threads)
            return cell;
    }
    fail_msg("no cell of %s", allocator);
    return NULL;
}

static const char *text_at(json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static double number_at(json_t *object, const char *key) {
    assert_true(json_is_number(json_object_get(object, key)));
    return json_number_value(json_object_get(object, key));
}

static void json_says_what_the_contract_says(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    json_t *root = json_of(&run);
    assert_int_equal(json_integer_value(json_object_get(root, "schema")), 1);
    assert_string_equal(text_at(root, "run"), fixed_uuid);
    assert_string_equal(text_at(root, "kind"), "measured");
    assert_string_equal(text_at(root, "started"), "2023-11-14T22:13:20Z");
    assert_string_equal(text_at(root, "seed"), "18446744073709551615");
    assert_int_equal(json_array_size(json_object_get(root, "command")), 4);
    assert_int_equal(json_array_size(json_object_get(root, "cells")), 15);
    json_t *machine = json_object_get(root, "machine");
    assert_true(json_is_null(json_object_get(machine, "governor"))); /* "n/a" is null */
    near_to(number_at(machine, "memory_bytes"), 8589934592.0);
    json_t *cell = json_cell_of(root, "peer", 2);
    assert_string_equal(text_at(json_object_get(cell, "parameters"), "touch"), "first");
    near_to(number_at(json_object_get(cell, "parameters"), "slots"), 8192);
    assert_int_equal(json_array_size(json_object_get(cell, "samples")), 10);
    assert_true(json_is_false(json_object_get(cell, "control")));
    assert_true(json_is_true(json_object_get(json_cell_of(root, CMP_CONTROL_LABEL, 1), "control")));
    static const char *const later[] = {"floor_ns_per_op", "latency_ns", "instructions_per_op",
                                        "counters_source"};
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
        assert_true(json_is_null(json_object_get(cell, later[i])));
    json_decref(root);
    cmp_run_free(&run);
}

static void json_figures_follow_from_its_samples(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    json_t *root = json_of(&run);
    json_t *cell = json_cell_of(root, "frail", 2), *sample;
    json_t *throughput = json_object_get(cell, "ops_per_second");
    double values[10];
    size_t index, count = 0;
    json_array_foreach(json_object_get(cell, "samples"), index, sample) {
        values[count++] = number_at(sample, "ops_per_second");
        assert_true(json_is_null(json_object_get(sample, "steal_seconds")));
        assert_string_equal(text_at(sample, "checksum"), "feedfacecafebeef");
    }
    assert_int_equal(count, 8);
    assert_int_equal(json_array_size(json_object_get(cell, "failures")), 2);
    assert_string_equal(text_at(json_array_get(json_object_get(cell, "failures"), 0), "failure"),
                        "hang");
    cmp_summary_t summary = cmp_summarise(values, count);
    cmp_interval_t interval = cmp_median_interval(values, count);
    near_to(number_at(throughput, "median"), summary.median);
    near_to(number_at(throughput, "stdev"), summary.stdev);
    near_to(number_at(throughput, "low"), interval.low);
    near_to(number_at(throughput, "high"), interval.high);
    near_to(number_at(cell, "ns_per_op"), 2e9 / summary.median);
    near_to(number_at(cell, "rounds"), 10);
    json_decref(root);
    cmp_run_free(&run);
}

static void json_failures_have_no_figures(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    json_t *root = json_of(&run);
    json_t *cell = json_cell_of(root, "broken", 1);
    assert_int_equal(json_array_size(json_object_get(cell, "samples")), 0);
    assert_int_equal(json_array_size(json_object_get(cell, "failures")), 10);
    assert_true(json_is_null(json_object_get(cell, "ns_per_op")));
    assert_true(json_is_null(json_object_get(cell, "ratio_to_first")));
    assert_true(json_is_null(json_object_get(cell, "equal_to_first")));
    assert_true(json_is_null(json_object_get(json_object_get(cell, "ops_per_second"), "median")));
    json_decref(root);
    cmp_run_free(&run);
}

static void json_survives_text_that_is_not_utf8(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(1);
    free(run.allocators[SYNTHETIC_PEER].label);
    run.allocators[SYNTHETIC_PEER].label = strdup("p\"<\xff\xed\xa0\x80\n\xc3\xa9");
    json_t *root = json_of(&run);
    assert_string_equal(
        text_at(json_array_get(json_object_get(root, "allocators"), 1), "allocator"),
        "p\"<\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n\xc3\xa9");
    json_decref(root);
    cmp_run_free(&run);
}

/* ---------------------------------------------------------------- CSV */

/* Splits one RFC 4180 record in place; returns the number of fields. */
static size_t record_split(char **rest, char *fields[], size_t limit) {
    size_t count = 0;
    char *in = *rest;
    for (;;) {
        assert_true(count < limit);
        char *out = in;
        fields[count++] = out;
        if (*in == '"') {
            for (in++; *in != '"' || in[1] == '"'; in++) {
                if (*in == '"')
                    in++;
                *out++ = *in;
            }
            in++;
        } else {
            while (*in != ',' && *in != '\n')
                *out++ = *in++;
        }
        char end = *in++;
        *out = '\0';
        if (end == '\n')
            break;
        assert_int_equal(end, ',');
    }
    *rest = in;
    return count;
}

static size_t column_named(char *names[], size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

static void csv_has_one_row_a_sample_and_quotes_what_needs_it(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    static const char nasty[] = "a \"quoted\", and\nbroken label";
    free(run.allocators[SYNTHETIC_PEER].label);
    run.allocators[SYNTHETIC_PEER].label = strdup(nasty);
    char *text = csv_of(&run), *rest = text, *names[96], *fields[96];
    size_t columns = record_split(&rest, names, 96), rows = 0, failed = 0, labelled = 0;
    size_t allocator = column_named(names, columns, "allocator");
    size_t failure = column_named(names, columns, "failure");
    size_t throughput = column_named(names, columns, "ops_per_second");
    size_t binding = column_named(names, columns, "binding");
    size_t steal = column_named(names, columns, "steal_seconds");
    size_t faults = column_named(names, columns, "major_faults");
    size_t threads = column_named(names, columns, "threads");
    while (*rest) {
        assert_int_equal(record_split(&rest, fields, 96), columns);
        rows++;
        labelled += strcmp(fields[allocator], nasty) == 0;
        failed += *fields[failure] != '\0';
        assert_int_equal(*fields[failure] != '\0', *fields[throughput] == '\0');
        assert_string_equal(fields[faults], *fields[failure] ? "" : "0");
        assert_string_equal(fields[steal], "");
        assert_string_equal(fields[binding], strcmp(fields[threads], "1") == 0 ? "0" : "0,1");
    }
    assert_int_equal(rows, 150);
    assert_int_equal(failed, 36);
    assert_int_equal(labelled, 30);
    free(text);
    cmp_run_free(&run);
}

static void a_full_disk_is_reported(void **state) {
    (void)state;
    cmp_run_t run = fixed_run(10);
    cmp_report_t report = cmp_report_make(&run);
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_false(cmp_report_json(&report, full));
    fclose(full);
    full = fopen("/dev/full", "w");
    assert_false(cmp_report_csv(&report, full));
    fclose(full);
    cmp_report_free(&report);
    cmp_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_come_from_good_samples_alone),
        cmocka_unit_test(ratios_are_paired_by_round),
        cmocka_unit_test(rounds_without_a_partner_are_left_out_of_ratios),
        cmocka_unit_test(a_ratio_whose_interval_includes_one_is_equal),
        cmocka_unit_test(the_noise_floor_pools_the_controls_of_all_cells),
        cmocka_unit_test(history_counts_all_until_a_thousand),
        cmocka_unit_test(a_table_reads_as_the_golden_text),
        cmocka_unit_test(a_table_fits_the_terminal_and_ends_no_line_in_blanks),
        cmocka_unit_test(too_few_rounds_are_said_and_show_no_interval),
        cmocka_unit_test(rounds_that_cannot_suffice_for_the_rows_are_said),
        cmocka_unit_test(colour_is_there_only_when_asked_for),
        cmocka_unit_test(names_cannot_harm_the_terminal),
        cmocka_unit_test(an_interrupted_run_says_how_far_it_came),
        cmocka_unit_test(other_parameters_and_placements_get_headings_of_their_own),
        cmocka_unit_test(a_first_allocator_that_fails_leaves_no_ratios),
        cmocka_unit_test(a_control_off_one_is_called_noise),
        cmocka_unit_test(numbers_keep_three_digits_and_never_become_zero),
        cmocka_unit_test(an_empty_run_prints_and_exports),
        cmocka_unit_test(json_says_what_the_contract_says),
        cmocka_unit_test(json_figures_follow_from_its_samples),
        cmocka_unit_test(json_failures_have_no_figures),
        cmocka_unit_test(json_survives_text_that_is_not_utf8),
        cmocka_unit_test(csv_has_one_row_a_sample_and_quotes_what_needs_it),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
