/*
 * Log-linear histogram of times in whole nanoseconds, after the idea of HdrHistogram (G. Tene):
 * every doubling is cut into 64 buckets of equal width, and below 128 ns each value has a bucket of
 * its own. A bucket is named by its middle, which is at most 1/128 (0.8 %) away from every value in
 * it; the highest value is kept exactly. Values from 2^40 ns (18 minutes) on count as 2^40 - 1.
 * Plain memory without locks: a worker thread writes its own, histograms are merged once the
 * threads have stopped. The worker fills it, compare reads it. See docs/method.md, Latency.
 *
 * With v the value and s = max(0, floor(log2 v) - 6), its bucket is 64 s + (v >> s).
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum {
    WL_HISTOGRAM_SUB_SHIFT = 6,    /* 64 buckets per doubling */
    WL_HISTOGRAM_LIMIT_SHIFT = 40, /* values are below 2^40 */
    WL_HISTOGRAM_BUCKETS = (WL_HISTOGRAM_LIMIT_SHIFT - WL_HISTOGRAM_SUB_SHIFT + 1)
                           << WL_HISTOGRAM_SUB_SHIFT
};

/* What the middle of a bucket may be away from a value in it, as a share of the value. */
#define WL_HISTOGRAM_RELATIVE_ERROR (1.0 / (2 << WL_HISTOGRAM_SUB_SHIFT))

typedef struct wl_histogram {
    uint64_t max;                          /* [owner] highest value, exact; 0 when empty */
    uint64_t counts[WL_HISTOGRAM_BUCKETS]; /* [owner] values per bucket */
} wl_histogram_t;

/* The bucket of a value below 2^40. */
static inline uint32_t wl_histogram_bucket(uint64_t value) {
    uint32_t shift = value >> (WL_HISTOGRAM_SUB_SHIFT + 1) == 0
                         ? 0
                         : 63 - (uint32_t)__builtin_clzll(value) - WL_HISTOGRAM_SUB_SHIFT;
    return (shift << WL_HISTOGRAM_SUB_SHIFT) + (uint32_t)(value >> shift);
}

static inline void wl_histogram_add(wl_histogram_t *histogram, uint64_t value) {
    const uint64_t limit = ((uint64_t)1 << WL_HISTOGRAM_LIMIT_SHIFT) - 1;
    value = value < limit ? value : limit;
    histogram->max = value > histogram->max ? value : histogram->max;
    histogram->counts[wl_histogram_bucket(value)]++;
}

/* Lowest value of a bucket; that of the next bucket ends it. */
uint64_t wl_histogram_low(uint32_t bucket);

/* Adds every value of `from` to `to`. */
void wl_histogram_merge(wl_histogram_t *to, const wl_histogram_t *from);

/* How many values it holds. */
uint64_t wl_histogram_count(const wl_histogram_t *histogram);

/*
 * The percentile by nearest rank: the smallest value that is not exceeded by at least
 * `per_10000` / 10000 of all values, 1 to 10000; so that 9999 is p99.99, and with few values the
 * highest of them. It is the middle of that value's bucket, but never above the highest value.
 * Negative when the histogram is empty.
 */
double wl_histogram_percentile(const wl_histogram_t *histogram, uint32_t per_10000);

#endif
