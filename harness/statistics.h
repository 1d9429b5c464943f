/*
 * The statistics of docs/method.md. Pure functions over arrays; no I/O, no globals.
 */
#ifndef STATISTICS_H
#define STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

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

cmp_summary_t cmp_summarise(const double *values, size_t count);

/* Median with the order-statistic interval whose coverage is the smallest not below 0.95 (for 10
 * values the 2nd and the 9th: 97.9 %). No interval below 6 values. */
cmp_interval_t cmp_median_interval(const double *values, size_t count);

/* Ratio treatment/base from paired values: Hodges-Lehmann estimate of the log ratios and the exact
 * Wilcoxon signed-rank interval (smallest coverage not below `confidence`), both mapped back with
 * exp. No interval where the count is too small for that coverage. */
cmp_interval_t cmp_ratio_interval(const double *treatment, const double *base, size_t count,
                                  double confidence);

#endif
