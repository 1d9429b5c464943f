/*
 * The statistics of docs/method.md, which states each formula with its source. Pure functions over
 * arrays, any thread; the only resource is scratch memory. A value that is not finite is a missing
 * value: it is left out, never counted as zero.
 */
#include "statistics.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many pairs the null distribution of the signed-rank statistic is exact (n^3/4
 * additions: 4 million at 250). Above, its normal approximation with continuity correction differs
 * from it by less than 0.001 in coverage; tests look at the seam. */
enum { EXACT_LIMIT = 250 };

static const double MEDIAN_CONFIDENCE = 0.95;

static int value_order(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The finite values in ascending order, malloc'ed; NULL when there are none (or no memory). */
static double *values_sorted(const double *values, size_t count, size_t *kept) {
    *kept = 0;
    if (count == 0)
        return NULL;
    double *sorted = malloc(count * sizeof *sorted);
    if (!sorted)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            sorted[(*kept)++] = values[i];
    if (*kept == 0) {
        free(sorted);
        return NULL;
    }
    qsort(sorted, *kept, sizeof *sorted, value_order);
    return sorted;
}

static double sorted_median(const double *sorted, size_t count) {
    size_t half = count / 2;
    return count % 2 ? sorted[half] : sorted[half - 1] + (sorted[half] - sorted[half - 1]) / 2;
}

cmp_summary_t cmp_summarise(const double *values, size_t count) {
    cmp_summary_t summary = {0, NAN, NAN, NAN, NAN, NAN};
    double *sorted = values_sorted(values, count, &summary.count);
    if (!sorted)
        return summary;
    size_t n = summary.count;
    summary.min = sorted[0];
    summary.max = sorted[n - 1];
    summary.median = sorted_median(sorted, n);
    /* Sums of ascending values; the second pass corrects the mean's rounding (Chan, Golub and
     * LeVeque, The American Statistician 37(3), 1983). */
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sorted[i];
    summary.mean = sum / (double)n;
    double square_sum = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        double deviation = sorted[i] - summary.mean;
        square_sum += deviation * deviation;
        rest += deviation;
    }
    if (n > 1)
        summary.stdev = sqrt((square_sum - rest * rest / (double)n) / (double)(n - 1));
    summary.mean += rest / (double)n;
    free(sorted);
    return summary;
}

/* P(X = k) for X binomial with n trials of probability 1/2. */
static double binomial_half(size_t n, size_t k) {
    int sign;
    double log_choose = lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
                        lgamma_r((double)(n - k) + 1, &sign);
    return exp(log_choose - (double)n * M_LN2);
}

/*
 * The largest rank k for which [k-th, (n+1-k)-th] order statistic covers the median of any
 * distribution with probability 1 - 2 P(Bin(n, 1/2) < k) >= confidence; 0 when not even k = 1 does.
 */
static size_t sign_rank(size_t n, double confidence, double *coverage) {
    size_t rank = 0;
    double below = 0;
    for (size_t k = 1; k <= n / 2; k++) {
        below += binomial_half(n, k - 1);
        if (1 - 2 * below < confidence)
            break;
        rank = k;
        *coverage = 1 - 2 * below;
    }
    return rank;
}

cmp_interval_t cmp_median_interval(const double *values, size_t count) {
    cmp_interval_t interval = {NAN, NAN, NAN, NAN, false};
    size_t n;
    double *sorted = values_sorted(values, count, &n);
    if (!sorted)
        return interval;
    interval.estimate = sorted_median(sorted, n);
    double coverage = NAN;
    size_t rank = sign_rank(n, MEDIAN_CONFIDENCE, &coverage);
    if (rank > 0) {
        interval.low = sorted[rank - 1];
        interval.high = sorted[n - rank];
        interval.confidence = coverage;
        interval.valid = true;
    }
    free(sorted);
    return interval;
}

/*
 * The null distribution of the signed-rank statistic: P(T = s) for s = 0 .. *half, where T is the
 * sum of a random subset of the ranks 1..n and *half is the lower half of its range. probability[s]
 * after rank i is P(sum of a subset of 1..i = s). malloc'ed; NULL: no memory.
 */
static double *signed_rank_distribution(size_t n, size_t *half) {
    *half = n * (n + 1) / 4;
    double *probability = calloc(*half + 1, sizeof *probability);
    if (!probability)
        return NULL;
    probability[0] = 1;
    for (size_t i = 1; i <= n; i++) {
        for (size_t s = *half; s >= i; s--)
            probability[s] = (probability[s] + probability[s - i]) / 2;
        for (size_t s = 0; s < i && s <= *half; s++)
            probability[s] /= 2;
    }
    return probability;
}

/* Signed-rank counterpart of sign_rank, exact: the largest k with 1 - 2 P(T < k) >= confidence. */
static size_t signed_rank_exact(size_t n, double confidence, double *coverage) {
    size_t half;
    double *probability = signed_rank_distribution(n, &half);
    if (!probability)
        return 0;
    size_t rank = 0;
    double below = 0;
    for (size_t k = 1; k <= half; k++) {
        below += probability[k - 1];
        if (1 - 2 * below < confidence)
            break;
        rank = k;
        *coverage = 1 - 2 * below;
    }
    free(probability);
    return rank;
}

/* The same from the normal approximation: T has mean n(n+1)/4, variance n(n+1)(2n+1)/24. */
static size_t signed_rank_normal(size_t n, double confidence, double *coverage) {
    double count = (double)n;
    double mean = count * (count + 1) / 4;
    double deviation = sqrt(count * (count + 1) * (2 * count + 1) / 24);
    size_t rank = 0, beyond = (size_t)mean;
    while (rank + 1 < beyond) { /* coverage(rank) >= confidence, or rank is 0 */
        size_t k = rank + (beyond - rank) / 2;
        double reached = 1 - erfc((mean - ((double)k - 0.5)) / deviation / M_SQRT2);
        if (reached >= confidence) {
            rank = k;
            *coverage = reached;
        } else {
            beyond = k;
        }
    }
    return rank;
}

/*
 * Order statistics of the n (n + 1) / 2 Walsh averages, and of all differences of two samples,
 * without making them: the least double that is not below k of them is the k-th itself. It is found
 * by bisection over the doubles in their order, of which each step counts in O(n) by two pointers:
 * rounded sums rise with their terms. Memory stays O(n), where a pool of thousands of pairs would
 * need gigabytes.
 */
typedef struct sums {
    const double *x, *y; /* ascending; y is NULL for Walsh averages of x */
    size_t x_count, y_count;
} sums_t;

/* How many Walsh averages (x_i + x_j) / 2, i <= j, are not above `value`. */
static size_t averages_below(const sums_t *sums, double value) {
    size_t count = 0, end = sums->x_count; /* j < end */
    for (size_t i = 0; i < end; i++) {
        while (end > i && (sums->x[i] + sums->x[end - 1]) / 2 > value)
            end--;
        count += end - i;
    }
    return count;
}

/* How many differences x_i - y_j are not above `value`. */
static size_t differences_below(const sums_t *sums, double value) {
    size_t count = 0, begin = 0; /* y_j for j >= begin is large enough */
    for (size_t i = 0; i < sums->x_count; i++) {
        while (begin < sums->y_count && sums->x[i] - sums->y[begin] > value)
            begin++;
        count += sums->y_count - begin;
    }
    return count;
}

static size_t sums_below(const sums_t *sums, double value) {
    return sums->y ? differences_below(sums, value) : averages_below(sums, value);
}

static size_t sums_count(const sums_t *sums) {
    return sums->y ? sums->x_count * sums->y_count : sums->x_count * (sums->x_count + 1) / 2;
}

/* Doubles in their order as whole numbers, and back. Both zeros are one value to comparisons. */
static int64_t double_rank(double value) {
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double rank_double(int64_t rank) {
    const int64_t bits = rank < 0 ? INT64_MIN - rank : rank;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The k-th smallest, counted from 1. */
static double sums_kth(const sums_t *sums, size_t k) {
    int64_t low = double_rank(-INFINITY), high = double_rank(INFINITY);
    while (low < high) {
        /* The floor of the mean, which does not overflow. */
        const int64_t middle = (low >> 1) + (high >> 1) + (low & high & 1);
        if (sums_below(sums, rank_double(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return rank_double(low);
}

static double sums_median(const sums_t *sums) {
    const size_t count = sums_count(sums);
    const double upper = sums_kth(sums, count / 2 + 1);
    if (count % 2)
        return upper;
    const double lower = sums_kth(sums, count / 2);
    return lower + (upper - lower) / 2;
}

/* The log ratios of the *n pairs that have one, ascending; malloc'ed, NULL when there are none. */
static double *log_ratios(const double *treatment, const double *base, size_t count, size_t *n) {
    double *logs = count ? malloc(count * sizeof *logs) : NULL;
    *n = 0;
    if (!logs)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (isfinite(treatment[i]) && isfinite(base[i]) && treatment[i] > 0 && base[i] > 0)
            logs[(*n)++] = log(treatment[i] / base[i]);
    if (*n == 0) {
        free(logs);
        return NULL;
    }
    qsort(logs, *n, sizeof *logs, value_order);
    return logs;
}

cmp_interval_t cmp_ratio_interval(const double *treatment, const double *base, size_t count,
                                  double confidence) {
    cmp_interval_t interval = {NAN, NAN, NAN, NAN, false};
    size_t n;
    double *logs = log_ratios(treatment, base, count, &n);
    if (!logs)
        return interval;
    const sums_t averages = {.x = logs, .x_count = n};
    interval.estimate = exp(sums_median(&averages));
    double coverage = NAN;
    size_t rank = n <= EXACT_LIMIT ? signed_rank_exact(n, confidence, &coverage)
                                   : signed_rank_normal(n, confidence, &coverage);
    if (rank > 0) {
        interval.low = exp(sums_kth(&averages, rank));
        interval.high = exp(sums_kth(&averages, sums_count(&averages) + 1 - rank));
        interval.confidence = coverage;
        interval.valid = true;
    }
    free(logs);
    return interval;
}

/* P(T <= rank), doubled: exact, or by the normal approximation. */
static double signed_rank_p(size_t n, size_t rank) {
    double p = NAN;
    if (n > EXACT_LIMIT) {
        double pairs = (double)n;
        double mean = pairs * (pairs + 1) / 4;
        double deviation = sqrt(pairs * (pairs + 1) * (2 * pairs + 1) / 24);
        p = erfc((mean - (double)rank - 0.5) / deviation / M_SQRT2);
    } else {
        size_t half;
        double *probability = signed_rank_distribution(n, &half);
        p = probability ? 0 : NAN;
        for (size_t s = 0; probability && s <= rank && s <= half; s++)
            p += 2 * probability[s];
        free(probability);
    }
    return p > 1 ? 1 : p;
}

double cmp_ratio_p(const double *treatment, const double *base, size_t count) {
    size_t n;
    double *logs = log_ratios(treatment, base, count, &n);
    if (!logs)
        return NAN;
    /* The signed-rank statistic is the number of positive Walsh averages (Tukey 1949). */
    const sums_t averages = {.x = logs, .x_count = n};
    const size_t below = sums_below(&averages, 0);
    const size_t above = sums_count(&averages) - sums_below(&averages, nextafter(0, -1));
    free(logs);
    return signed_rank_p(n, above < below ? above : below);
}

size_t cmp_ratio_pairs_least(double p) {
    for (size_t pairs = 1; pairs <= EXACT_LIMIT; pairs++)
        if (signed_rank_p(pairs, 0) <= p)
            return pairs;
    return 0;
}

void cmp_holm(double *p, size_t count) {
    size_t *order = count ? malloc(count * sizeof *order) : NULL;
    size_t tests = 0;
    if (!order)
        return;
    /* Insertion into ascending order: a table has few rows. */
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(p[i]))
            continue;
        size_t at = tests++;
        for (; at > 0 && p[order[at - 1]] > p[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    double largest = 0;
    for (size_t rank = 0; rank < tests; rank++) {
        double adjusted = p[order[rank]] * (double)(tests - rank);
        largest = adjusted > largest ? adjusted : largest;
        p[order[rank]] = largest > 1 ? 1 : largest;
    }
    free(order);
}

/* The z with P(|N(0, 1)| < z) = confidence, by bisection: erfc falls monotonically. */
static double normal_two_sided(double confidence) {
    double low = 0, high = 40;
    for (int step = 0; step < 100; step++) {
        double middle = (low + high) / 2;
        if (erfc(middle / M_SQRT2) > 1 - confidence)
            low = middle;
        else
            high = middle;
    }
    return low;
}

cmp_interval_t cmp_shift_interval(const double *x, size_t x_count, const double *y, size_t y_count,
                                  double confidence) {
    cmp_interval_t interval = {NAN, NAN, NAN, NAN, false};
    size_t x_kept, y_kept;
    double *x_sorted = values_sorted(x, x_count, &x_kept);
    double *y_sorted = values_sorted(y, y_count, &y_kept);
    if (!x_sorted || !y_sorted) {
        free(x_sorted);
        free(y_sorted);
        return interval;
    }
    const sums_t differences = {x_sorted, y_sorted, x_kept, y_kept};
    const size_t count = sums_count(&differences);
    interval.estimate = sums_median(&differences);
    double pairs = (double)count;
    double rank =
        floor(pairs / 2 + 0.5 -
              normal_two_sided(confidence) * sqrt(pairs * (double)(x_kept + y_kept + 1) / 12));
    if (rank >= 1) {
        interval.low = sums_kth(&differences, (size_t)rank);
        interval.high = sums_kth(&differences, count + 1 - (size_t)rank);
        interval.confidence = confidence;
        interval.valid = true;
    }
    free(x_sorted);
    free(y_sorted);
    return interval;
}
