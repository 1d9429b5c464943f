/*
 * Statistics against three judges: GSL where it has the figure, enumeration of all 2^n sign
 * patterns for the signed-rank distribution, and values printed in textbooks. Then properties that
 * hold for any data, and the coverage that the intervals promise.
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

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "../../harness/statistics.h"

static void close_to(double value, double expected, double relative) {
    if (fabs(value - expected) <= relative * fmax(fabs(expected), 1e-300))
        return;
    print_error("%.17g is not within %g of %.17g\n", value, relative, expected);
    fail();
}

static int value_order(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void exponentials(double *out, const double *in, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = exp(in[i]);
}

/* ---------------------------------------------------------------- summaries */

static void summaries_agree_with_gsl(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 7);
    for (size_t count = 2; count <= 101; count++) {
        double values[101], copy[101];
        for (size_t i = 0; i < count; i++)
            values[i] = 1e8 + 1e5 * gsl_ran_gaussian(random, 1);
        memcpy(copy, values, sizeof copy);
        cmp_summary_t summary = cmp_summarise(values, count);
        assert_memory_equal(values, copy, count * sizeof *values); /* input is left alone */
        gsl_sort(copy, 1, count);
        assert_int_equal(summary.count, count);
        close_to(summary.mean, gsl_stats_mean(values, 1, count), 1e-14);
        close_to(summary.stdev, gsl_stats_sd(values, 1, count), 1e-10);
        close_to(summary.median, gsl_stats_median_from_sorted_data(copy, 1, count), 1e-15);
        close_to(summary.min, gsl_stats_min(values, 1, count), 0);
        close_to(summary.max, gsl_stats_max(values, 1, count), 0);
    }
    gsl_rng_free(random);
}

static void deviation_survives_a_large_mean(void **state) {
    (void)state;
    /* NIST StRD NumAcc4: mean 10000000.2, standard deviation 0.1, 1001 values. */
    double values[1001];
    values[0] = 10000000.2;
    for (size_t i = 1; i < 1001; i++)
        values[i] = i % 2 ? 10000000.1 : 10000000.3;
    cmp_summary_t summary = cmp_summarise(values, 1001);
    close_to(summary.mean, 10000000.2, 1e-15);
    close_to(summary.stdev, 0.1, 1e-7); /* the inputs are rounded to 2e-9 themselves */
}

static void missing_values_are_left_out(void **state) {
    (void)state;
    const double values[] = {NAN, 3, INFINITY, 1, NAN, 2, -INFINITY};
    cmp_summary_t summary = cmp_summarise(values, 7);
    assert_int_equal(summary.count, 3);
    close_to(summary.mean, 2, 0);
    close_to(summary.median, 2, 0);
    close_to(summary.stdev, 1, 0);
}

static void nothing_and_one_value_have_no_spread(void **state) {
    (void)state;
    const double values[] = {5, NAN};
    cmp_summary_t none = cmp_summarise(NULL, 0), missing = cmp_summarise(values + 1, 1);
    cmp_summary_t one = cmp_summarise(values, 1);
    assert_int_equal(none.count, 0);
    assert_int_equal(missing.count, 0);
    assert_true(isnan(none.mean) && isnan(none.median) && isnan(none.stdev) && isnan(none.min));
    assert_true(one.count == 1 && one.mean == 5 && one.median == 5 && isnan(one.stdev));
}

/* ---------------------------------------------------------------- interval of the median */

static void median_ranks_agree_with_the_binomial_of_gsl(void **state) {
    (void)state;
    static double values[1200];
    for (size_t i = 0; i < 1200; i++)
        values[i] = (double)i + 1; /* the k-th order statistic is k */
    for (unsigned n = 1; n <= 1200; n += n < 100 ? 1 : 97) {
        cmp_interval_t interval = cmp_median_interval(values, n);
        unsigned rank = 0;
        while (rank < n / 2 && 1 - 2 * gsl_cdf_binomial_P(rank, 0.5, n) >= 0.95)
            rank++;
        close_to(interval.estimate, (n + 1) / 2.0, 0);
        assert_int_equal(interval.valid, n >= 6);
        if (!interval.valid) {
            assert_int_equal(rank, 0);
            assert_true(isnan(interval.low) && isnan(interval.high));
            continue;
        }
        close_to(interval.low, rank, 0);
        close_to(interval.high, n + 1 - rank, 0);
        close_to(interval.confidence, 1 - 2 * gsl_cdf_binomial_P(rank - 1, 0.5, n), 1e-10);
    }
}

static void ten_values_use_the_second_and_the_ninth(void **state) {
    (void)state;
    const double values[] = {10, 3, 7, 1, 9, 5, 2, 8, 6, 4};
    cmp_interval_t interval = cmp_median_interval(values, 10);
    assert_true(interval.valid);
    close_to(interval.estimate, 5.5, 0);
    close_to(interval.low, 2, 0);
    close_to(interval.high, 9, 0);
    close_to(interval.confidence, 1 - 22.0 / 1024, 1e-12);
}

static void missing_values_do_not_count_towards_six(void **state) {
    (void)state;
    const double values[] = {1, 2, 3, NAN, 4, 5, INFINITY};
    cmp_interval_t interval = cmp_median_interval(values, 7);
    assert_false(interval.valid);
    close_to(interval.estimate, 3, 0);
}

/* ---------------------------------------------------------------- ratio */

/* Published two-sided 5 % critical values of the signed-rank statistic T (Wilcoxon 1945; Hollander
 * and Wolfe, table A.4; any textbook): the interval takes the Walsh average of rank T + 1. */
static void ranks_agree_with_published_critical_values(void **state) {
    (void)state;
    static const struct {
        size_t n, critical;
    } table[] = {{6, 0},   {7, 2},   {8, 3},   {9, 5},   {10, 8},  {11, 10}, {12, 13},
                 {13, 17}, {14, 21}, {15, 25}, {16, 29}, {17, 34}, {18, 40}, {19, 46},
                 {20, 52}, {21, 58}, {22, 65}, {23, 73}, {24, 81}, {25, 89}, {30, 137}};
    for (size_t t = 0; t < sizeof table / sizeof table[0]; t++) {
        size_t n = table[t].n, count = 0;
        double logs[30], treatment[30], base[30], walsh[30 * 31 / 2];
        for (size_t i = 0; i < n; i++) {
            logs[i] = sqrt((double)i + 2) - 3; /* no two Walsh averages are equal */
            base[i] = 1;
        }
        exponentials(treatment, logs, n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                walsh[count++] = (logs[i] + logs[j]) / 2;
        qsort(walsh, count, sizeof *walsh, value_order);
        cmp_interval_t interval = cmp_ratio_interval(treatment, base, n, 0.95);
        assert_true(interval.valid);
        close_to(interval.low, exp(walsh[table[t].critical]), 1e-12);
        close_to(interval.high, exp(walsh[count - 1 - table[t].critical]), 1e-12);
    }
}

/* P(T < rank) by enumerating every assignment of signs to the ranks 1..n. */
static double enumerated_below(size_t n, size_t rank) {
    size_t below = 0;
    for (uint32_t signs = 0; signs < (uint32_t)1 << n; signs++) {
        size_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += signs >> i & 1 ? i + 1 : 0;
        below += sum < rank;
    }
    return (double)below / (double)((uint32_t)1 << n);
}

static void coverage_agrees_with_enumeration(void **state) {
    (void)state;
    static const double confidences[] = {0.5, 0.9, 0.95, 0.96875, 0.99, 0.999};
    for (size_t n = 1; n <= 14; n++) {
        double logs[14], treatment[14], base[14], walsh[14 * 15 / 2];
        size_t count = 0;
        for (size_t i = 0; i < n; i++) {
            logs[i] = sqrt((double)i + 2);
            base[i] = 1;
        }
        exponentials(treatment, logs, n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                walsh[count++] = (logs[i] + logs[j]) / 2;
        qsort(walsh, count, sizeof *walsh, value_order);
        for (size_t c = 0; c < sizeof confidences / sizeof confidences[0]; c++) {
            size_t rank = 0;
            while (rank < (count + 1) / 2 &&
                   1 - 2 * enumerated_below(n, rank + 1) >= confidences[c])
                rank++;
            cmp_interval_t interval = cmp_ratio_interval(treatment, base, n, confidences[c]);
            assert_int_equal(interval.valid, rank > 0);
            if (rank == 0)
                continue;
            close_to(interval.low, exp(walsh[rank - 1]), 1e-12);
            close_to(interval.high, exp(walsh[count - rank]), 1e-12);
            close_to(interval.confidence, 1 - 2 * enumerated_below(n, rank), 1e-12);
        }
    }
}

/* Hamilton depression scale of nine patients before and after treatment (Hollander and Wolfe,
 * examples 3.1, 3.3 and 3.4): estimate -0.46, 96.1 % interval (-0.786, -0.010). */
static void textbook_example_is_reproduced(void **state) {
    (void)state;
    const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    double treatment[9], base[9];
    exponentials(treatment, after, 9);
    exponentials(base, before, 9);
    cmp_interval_t interval = cmp_ratio_interval(treatment, base, 9, 0.95);
    assert_true(interval.valid);
    close_to(log(interval.estimate), -0.46, 1e-9);
    close_to(log(interval.low), -0.786, 1e-9);
    close_to(log(interval.high), -0.010, 1e-9);
    close_to(interval.confidence, 1 - 20.0 / 512, 1e-12);
}

static void estimate_is_the_median_of_walsh_averages(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t n = 1; n <= 40; n++) {
        double logs[40], treatment[40], base[40], walsh[40 * 41 / 2];
        size_t count = 0;
        for (size_t i = 0; i < n; i++) {
            logs[i] = gsl_ran_cauchy(random, 0.01);
            base[i] = exp(gsl_ran_gaussian(random, 0.5));
            treatment[i] = base[i] * exp(logs[i]);
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                walsh[count++] = (logs[i] + logs[j]) / 2;
        gsl_sort(walsh, 1, count);
        cmp_interval_t interval = cmp_ratio_interval(treatment, base, n, 0.95);
        close_to(interval.estimate, exp(gsl_stats_median_from_sorted_data(walsh, 1, count)), 1e-10);
        assert_int_equal(interval.valid, n >= 6);
    }
    gsl_rng_free(random);
}

static void six_pairs_are_needed_for_95_and_eight_for_99_percent(void **state) {
    (void)state;
    const double treatment[] = {1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8};
    const double base[] = {1, 1, 1, 1, 1, 1, 1, 1};
    assert_false(cmp_ratio_interval(treatment, base, 5, 0.95).valid);
    assert_true(cmp_ratio_interval(treatment, base, 6, 0.95).valid);
    assert_false(cmp_ratio_interval(treatment, base, 7, 0.99).valid);
    assert_true(cmp_ratio_interval(treatment, base, 8, 0.99).valid);
    cmp_interval_t six = cmp_ratio_interval(treatment, base, 6, 0.95);
    close_to(six.low, 1.1, 1e-12); /* the extremes */
    close_to(six.high, 1.6, 1e-12);
    close_to(six.confidence, 0.96875, 1e-12);
}

static void pairs_without_a_ratio_are_left_out(void **state) {
    (void)state;
    const double treatment[] = {2, NAN, 2, INFINITY, 0, -1, 2, 2, 2, 2, 2};
    const double base[] = {1, 1, NAN, 1, 1, 1, 0, 1, 1, 1, 1};
    cmp_interval_t interval = cmp_ratio_interval(treatment, base, 11, 0.95);
    assert_false(interval.valid); /* five pairs are left */
    close_to(interval.estimate, 2, 1e-12);
    const double bad[] = {NAN, 0};
    assert_true(isnan(cmp_ratio_interval(bad, base, 2, 0.95).estimate));
    assert_true(isnan(cmp_ratio_interval(NULL, NULL, 0, 0.95).estimate));
}

static void equal_pairs_give_exactly_one(void **state) {
    (void)state;
    double values[10];
    for (size_t i = 0; i < 10; i++)
        values[i] = 1e8 + (double)i;
    cmp_interval_t interval = cmp_ratio_interval(values, values, 10, 0.95);
    assert_true(interval.valid);
    assert_true(interval.estimate == 1 && interval.low == 1 && interval.high == 1);
}

static void ratios_mirror_scale_and_ignore_order(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 11);
    for (int trial = 0; trial < 200; trial++) {
        size_t n = 6 + gsl_rng_uniform_int(random, 30);
        double a[36], b[36], scaled[36], a_shuffled[36], b_shuffled[36];
        for (size_t i = 0; i < n; i++) {
            a[i] = 1e8 * exp(gsl_ran_gaussian(random, 0.02));
            b[i] = 1e8 * exp(gsl_ran_gaussian(random, 0.02));
            scaled[i] = a[i] * 1.25;
        }
        for (size_t i = 0; i < n; i++) {
            a_shuffled[i] = a[(i * 7 + 3) % n]; /* a permutation unless 7 divides n */
            b_shuffled[i] = b[(i * 7 + 3) % n];
        }
        cmp_interval_t ab = cmp_ratio_interval(a, b, n, 0.95);
        cmp_interval_t ba = cmp_ratio_interval(b, a, n, 0.95);
        cmp_interval_t faster = cmp_ratio_interval(scaled, b, n, 0.95);
        assert_true(ab.valid && ab.low <= ab.estimate && ab.estimate <= ab.high);
        assert_true(ab.confidence >= 0.95);
        close_to(ba.estimate, 1 / ab.estimate, 1e-12);
        close_to(ba.low, 1 / ab.high, 1e-12);
        close_to(ba.high, 1 / ab.low, 1e-12);
        close_to(faster.estimate, ab.estimate * 1.25, 1e-12);
        close_to(faster.low, ab.low * 1.25, 1e-12);
        if (n % 7 == 0)
            continue;
        cmp_interval_t shuffled = cmp_ratio_interval(a_shuffled, b_shuffled, n, 0.95);
        close_to(shuffled.estimate, ab.estimate, 1e-15);
        close_to(shuffled.low, ab.low, 1e-15);
        close_to(shuffled.high, ab.high, 1e-15);
    }
    gsl_rng_free(random);
}

static void wider_confidence_contains_the_narrower(void **state) {
    (void)state;
    double treatment[20], base[20];
    for (size_t i = 0; i < 20; i++) {
        treatment[i] = 1 + 0.01 * sin((double)i);
        base[i] = 1;
    }
    cmp_interval_t narrow = cmp_ratio_interval(treatment, base, 20, 0.9);
    cmp_interval_t wide = cmp_ratio_interval(treatment, base, 20, 0.999);
    assert_true(wide.low < narrow.low && narrow.high < wide.high);
    assert_true(wide.confidence > narrow.confidence);
}

/* The approximation takes over at 251 pairs; the exact distribution of 250 must lead up to it. */
static void normal_approximation_continues_the_exact_distribution(void **state) {
    (void)state;
    double treatment[300], base[300], previous = NAN;
    for (size_t i = 0; i < 300; i++) {
        treatment[i] = exp(((double)(i * 7919 % 300) + 0.5) / 300 - 0.5);
        base[i] = 1;
    }
    for (size_t n = 240; n <= 260; n++) {
        cmp_interval_t interval = cmp_ratio_interval(treatment, base, n, 0.95);
        assert_true(interval.valid);
        assert_true(interval.confidence >= 0.95 && interval.confidence < 0.9502);
        if (n > 240)
            close_to(interval.high / interval.low, previous, 0.02);
        previous = interval.high / interval.low;
    }
    assert_true(cmp_ratio_interval(treatment, base, 300, 0.95).low < 1);
}

/* Share of 4000 simulated runs whose interval covers the truth: skewed values for the median,
 * heavy-tailed symmetric log ratios for the ratio. Three standard errors are 0.010. */
static void intervals_cover_what_they_promise(void **state) {
    (void)state;
    enum { RUNS = 4000, ROUNDS = 10 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 2024);
    int median_covered = 0, ratio_covered = 0;
    for (int run = 0; run < RUNS; run++) {
        double values[ROUNDS], treatment[ROUNDS], base[ROUNDS];
        for (size_t i = 0; i < ROUNDS; i++) {
            values[i] = gsl_ran_exponential(random, 1);
            base[i] = gsl_ran_lognormal(random, 0, 0.3);
            treatment[i] = base[i] * 1.02 * exp(0.01 * gsl_ran_tdist(random, 2));
        }
        cmp_interval_t median = cmp_median_interval(values, ROUNDS);
        cmp_interval_t ratio = cmp_ratio_interval(treatment, base, ROUNDS, 0.95);
        median_covered += median.low <= M_LN2 && M_LN2 <= median.high;
        ratio_covered += ratio.low <= 1.02 && 1.02 <= ratio.high;
    }
    gsl_rng_free(random);
    close_to(median_covered / (double)RUNS, 1 - 22.0 / 1024, 0.010);
    close_to(ratio_covered / (double)RUNS, 1 - 2 * 25.0 / 1024, 0.011);
}

/* P(T <= rank) doubled, over all signs of n ranks. */
static double enumerated_p(const double *logs, size_t n) {
    double ranks[16];
    size_t observed = 0, total = n * (n + 1) / 2, extreme = 0;
    for (size_t i = 0; i < n; i++) {
        ranks[i] = 1;
        for (size_t j = 0; j < n; j++)
            ranks[i] += fabs(logs[j]) < fabs(logs[i]);
        observed += logs[i] > 0 ? (size_t)ranks[i] : 0;
    }
    size_t least = observed < total - observed ? observed : total - observed;
    for (size_t signs = 0; signs < (size_t)1 << n; signs++) {
        size_t sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += signs >> i & 1 ? i + 1 : 0;
        extreme += sum <= least;
    }
    double p = 2.0 * (double)extreme / (double)((size_t)1 << n);
    return p > 1 ? 1 : p;
}

static void p_values_agree_with_enumeration_and_with_the_interval(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 3);
    for (size_t trial = 0; trial < 300; trial++) {
        double logs[14], treatment[14], base[14];
        size_t n = 6 + gsl_rng_uniform_int(random, 9);
        for (size_t i = 0; i < n; i++) {
            logs[i] = 0.01 + gsl_ran_gaussian(random, 0.02);
            base[i] = 1e8;
            treatment[i] = base[i] * exp(logs[i]);
            logs[i] = log(treatment[i] / base[i]);
        }
        double p = cmp_ratio_p(treatment, base, n);
        assert_true(fabs(p - enumerated_p(logs, n)) < 1e-12);
        cmp_interval_t ratio = cmp_ratio_interval(treatment, base, n, 0.95);
        assert_int_equal(ratio.low <= 1 && ratio.high >= 1, p > 1 - ratio.confidence + 1e-12);
    }
    gsl_rng_free(random);
    const double one[] = {1, 1, 1, 1, 1, 1, 1};
    assert_true(cmp_ratio_p(one, one, 7) == 1);
    assert_true(isnan(cmp_ratio_p(one, one, 0)));
}

static void holm_multiplies_by_the_tests_that_are_left(void **state) {
    (void)state;
    /* Four tests and a missing one, by hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, then 0.04 raised to it.
     */
    double p[] = {0.01, 0.04, NAN, 0.03, 0.005};
    cmp_holm(p, 5);
    assert_true(fabs(p[4] - 0.02) < 1e-12);
    assert_true(fabs(p[0] - 0.03) < 1e-12);
    assert_true(fabs(p[3] - 0.06) < 1e-12);
    assert_true(fabs(p[1] - 0.06) < 1e-12);
    assert_true(isnan(p[2]));
    double high[] = {0.7, 0.9};
    cmp_holm(high, 2);
    assert_true(high[0] == 1 && high[1] == 1);
}

static void the_fewest_pairs_are_those_that_can_be_significant(void **state) {
    (void)state;
    assert_int_equal(cmp_ratio_pairs_least(0.05), 6); /* 2 / 2^6 = 0.031 */
    assert_int_equal(cmp_ratio_pairs_least(1), 1);
    assert_int_equal(cmp_ratio_pairs_least(0), 0);
    for (size_t tests = 1; tests <= 500; tests = tests * 3 / 2 + 1) {
        const size_t enough = cmp_ratio_pairs_least(0.05 / (double)tests);
        for (size_t pairs = enough - 1; pairs <= enough; pairs++) {
            double base[64], treatment[64], p[500];
            for (size_t i = 0; i < pairs; i++) {
                base[i] = 1;
                treatment[i] = 2 + (double)i;
            }
            for (size_t i = 0; i < tests; i++)
                p[i] = cmp_ratio_p(treatment, base, pairs);
            cmp_holm(p, tests);
            assert_int_equal(p[0] <= 0.05, pairs == enough);
        }
    }
}

static void shift_is_the_median_difference_and_mirrors(void **state) {
    (void)state;
    const double x[] = {5, 7, 9, 11, 13, 15}, y[] = {1, 2, 3, 4, 5, 6};
    cmp_interval_t shift = cmp_shift_interval(x, 6, y, 6, 0.95);
    cmp_interval_t mirrored = cmp_shift_interval(y, 6, x, 6, 0.95);
    /* All 36 differences, sorted by hand: the 18th is 6 and the 19th is 7. */
    assert_true(fabs(shift.estimate - 6.5) < 1e-12);
    assert_true(shift.valid && shift.low <= shift.estimate && shift.estimate <= shift.high);
    assert_true(fabs(mirrored.low + shift.high) < 1e-12);
    assert_true(fabs(mirrored.high + shift.low) < 1e-12);
    assert_false(cmp_shift_interval(x, 2, y, 2, 0.99).valid);
    assert_false(cmp_shift_interval(x, 0, y, 6, 0.95).valid);
}

static void shift_interval_covers_what_it_promises(void **state) {
    (void)state;
    enum { TRIALS = 4000, X = 12, Y = 15 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 5);
    size_t covered = 0;
    for (size_t trial = 0; trial < TRIALS; trial++) {
        double x[X], y[Y];
        for (size_t i = 0; i < X; i++)
            x[i] = 3 + gsl_ran_tdist(random, 3);
        for (size_t i = 0; i < Y; i++)
            y[i] = gsl_ran_tdist(random, 3);
        cmp_interval_t shift = cmp_shift_interval(x, X, y, Y, 0.95);
        covered += shift.valid && shift.low <= 3 && shift.high >= 3;
    }
    /* Within four standard deviations of 95 %. */
    assert_in_range(covered, TRIALS * 0.95 - 56, TRIALS * 0.95 + 56);
    gsl_rng_free(random);
}

/* Against all sums written down and sorted, with many ties: every rank that an interval can ask
 * for. */
static void order_statistics_of_sums_are_those_of_all_sums_sorted(void **state) {
    (void)state;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 11);
    for (int trial = 0; trial < 400; trial++) {
        double x[30], ones[30], y[30], sums[900];
        const size_t n = 6 + gsl_rng_uniform_int(random, 24),
                     m = 6 + gsl_rng_uniform_int(random, 24);
        const bool ties = trial % 2;
        size_t count = 0;
        for (size_t i = 0; i < n; i++) {
            x[i] = ties ? exp(((double)gsl_rng_uniform_int(random, 9) - 4) / 3)
                        : exp(gsl_ran_gaussian(random, 1));
            ones[i] = 1;
        }
        for (size_t i = 0; i < m; i++)
            y[i] = (double)gsl_rng_uniform_int(random, 7) / 3;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                sums[count++] = (log(x[i]) + log(x[j])) / 2;
        gsl_sort(sums, 1, count);
        cmp_interval_t ratio = cmp_ratio_interval(x, ones, n, 0.95);
        assert_float_equal(log(ratio.estimate), gsl_stats_median_from_sorted_data(sums, 1, count),
                           1e-12);
        size_t below = 0;
        while (below < count && sums[below] < log(ratio.low) - 1e-12)
            below++;
        if (!ties)
            assert_float_equal(log(ratio.high), sums[count - 1 - below], 1e-12);
        count = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < m; j++)
                sums[count++] = log(x[i]) - y[j];
        gsl_sort(sums, 1, count);
        double logs[30];
        for (size_t i = 0; i < n; i++)
            logs[i] = log(x[i]);
        cmp_interval_t shift = cmp_shift_interval(logs, n, y, m, 0.95);
        assert_float_equal(shift.estimate, gsl_stats_median_from_sorted_data(sums, 1, count),
                           1e-12);
    }
    gsl_rng_free(random);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summaries_agree_with_gsl),
        cmocka_unit_test(deviation_survives_a_large_mean),
        cmocka_unit_test(missing_values_are_left_out),
        cmocka_unit_test(nothing_and_one_value_have_no_spread),
        cmocka_unit_test(median_ranks_agree_with_the_binomial_of_gsl),
        cmocka_unit_test(ten_values_use_the_second_and_the_ninth),
        cmocka_unit_test(missing_values_do_not_count_towards_six),
        cmocka_unit_test(ranks_agree_with_published_critical_values),
        cmocka_unit_test(coverage_agrees_with_enumeration),
        cmocka_unit_test(textbook_example_is_reproduced),
        cmocka_unit_test(estimate_is_the_median_of_walsh_averages),
        cmocka_unit_test(six_pairs_are_needed_for_95_and_eight_for_99_percent),
        cmocka_unit_test(pairs_without_a_ratio_are_left_out),
        cmocka_unit_test(equal_pairs_give_exactly_one),
        cmocka_unit_test(ratios_mirror_scale_and_ignore_order),
        cmocka_unit_test(wider_confidence_contains_the_narrower),
        cmocka_unit_test(normal_approximation_continues_the_exact_distribution),
        cmocka_unit_test(intervals_cover_what_they_promise),
        cmocka_unit_test(p_values_agree_with_enumeration_and_with_the_interval),
        cmocka_unit_test(holm_multiplies_by_the_tests_that_are_left),
        cmocka_unit_test(the_fewest_pairs_are_those_that_can_be_significant),
        cmocka_unit_test(shift_is_the_median_difference_and_mirrors),
        cmocka_unit_test(order_statistics_of_sums_are_those_of_all_sums_sorted),
        cmocka_unit_test(shift_interval_covers_what_it_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
