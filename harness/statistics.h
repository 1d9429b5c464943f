/*
 * The statistics of docs/method.md. Pure functions over arrays; no I/O, no globals.
 */
#ifndef STATISTICS_H
#define STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* A ratio as a change in per cent: 1.05 is 5. */
static inline double cmp_percent(double ratio) {
    return (ratio - 1) * 100;
}

/* A point estimate with its interval. `valid` is false when there were too few values for an
 * interval; low and high are then NAN. */
typedef struct cmp_interval {
    double estimate, low, high;
    double confidence; /* the coverage that was reached, e.g. 0.979 */
    bool valid;
} cmp_interval_t;

typedef struct cmp_summary {
    size_t count;
    double mean, median, stdev, min, max; /* stdev with n-1; NAN where undefined */
} cmp_summary_t;

/* Figures of the finite values; others are missing values and not counted. All NAN when empty. */
cmp_summary_t cmp_summarise(const double *values, size_t count);

/*
 * Median with the order-statistic interval whose coverage is the smallest not below 0.95 (for 10
 * values the 2nd and the 9th: 97.9 %). No interval below 6 values. Assumes independent values and
 * nothing about their distribution; with ties the coverage is at least the stated one.
 * Source: H. A. David, H. N. Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1.
 */
cmp_interval_t cmp_median_interval(const double *values, size_t count);

/*
 * Ratio treatment/base from paired values: Hodges-Lehmann estimate of the log ratios (the median of
 * their Walsh averages) and the exact Wilcoxon signed-rank interval (smallest coverage not below
 * `confidence`), both mapped back with exp. No interval where the count is too small for that
 * coverage (below 6 pairs for 0.95).
 *
 * A pair with a value that is not finite or not positive is left out. Log ratios that are zero or
 * tied stay in: the closed interval then covers with at least the stated probability. Assumes that
 * log ratios are independent and symmetric around their centre.
 * Sources: J. L. Hodges, E. L. Lehmann, Ann. Math. Statist. 34(2), 1963, 598-611; M. Hollander,
 * D. A. Wolfe, E. Chicken, Nonparametric Statistical Methods, 3rd ed. 2014, sections 3.1 to 3.3.
 */
cmp_interval_t cmp_ratio_interval(const double *treatment, const double *base, size_t count,
                                  double confidence);

/*
 * Two-sided p-value of the hypothesis that the ratio treatment/base is 1: Wilcoxon's signed-rank
 * test over the same pairs and Walsh averages as cmp_ratio_interval, exact up to 250 pairs.
 * Averages of exactly 0 count against significance. NAN without pairs.
 */
double cmp_ratio_p(const double *treatment, const double *base, size_t count);

/* The fewest pairs that can have a p-value of at most `p` (all ratios on the same side of 1); 0
 * when more than 250 would be needed. */
size_t cmp_ratio_pairs_least(double p);

/*
 * Adjusts p-values for their number in place, so that the chance of a single false one among all
 * that are called significant at a level stays below that level. NAN is no test and stays. Source:
 * S. Holm, Scandinavian Journal of Statistics 6(2), 1979, 65-70.
 */
void cmp_holm(double *p, size_t count);

/*
 * Shift of x against y: Hodges-Lehmann estimate (the median of all differences x_i - y_j) and the
 * interval that inverts the Wilcoxon rank-sum (Mann-Whitney) test, by its normal approximation with
 * continuity correction. No interval where that would reach beyond the outermost differences.
 * Assumes independent values and two distributions that differ by a shift. Source: Hollander,
 * Wolfe, Chicken (as above), section 4.3.
 */
cmp_interval_t cmp_shift_interval(const double *x, size_t x_count, const double *y, size_t y_count,
                                  double confidence);

#endif
