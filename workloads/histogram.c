/*
 * Log-linear histogram: what is done once the values are counted. Pure functions, any thread; the
 * hot part and the error bound are in histogram.h. See docs/method.md, Latency.
 */
#include "histogram.h"

_Static_assert(WL_HISTOGRAM_BUCKETS == 2240, "a histogram of 17.5 KiB");

uint64_t wl_histogram_low(uint32_t bucket) {
    if (bucket < 2u << WL_HISTOGRAM_SUB_SHIFT)
        return bucket;
    uint32_t shift = (bucket >> WL_HISTOGRAM_SUB_SHIFT) - 1;
    return (uint64_t)(bucket - (shift << WL_HISTOGRAM_SUB_SHIFT)) << shift;
}

void wl_histogram_merge(wl_histogram_t *to, const wl_histogram_t *from) {
    to->max = from->max > to->max ? from->max : to->max;
    for (uint32_t i = 0; i < WL_HISTOGRAM_BUCKETS; i++)
        to->counts[i] += from->counts[i];
}

uint64_t wl_histogram_count(const wl_histogram_t *histogram) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < WL_HISTOGRAM_BUCKETS; i++)
        count += histogram->counts[i];
    return count;
}

double wl_histogram_percentile(const wl_histogram_t *histogram, uint32_t per_10000) {
    const uint64_t count = wl_histogram_count(histogram);
    const uint64_t rank = (uint64_t)(((__uint128_t)count * per_10000 + 9999) / 10000);
    uint64_t below = 0;
    for (uint32_t i = 0; i < WL_HISTOGRAM_BUCKETS; i++) {
        below += histogram->counts[i];
        if (below < rank || below == 0)
            continue;
        /* From the lowest to the highest whole number of nanoseconds in the bucket. */
        double middle = (double)(wl_histogram_low(i) + wl_histogram_low(i + 1) - 1) / 2;
        return middle < (double)histogram->max ? middle : (double)histogram->max;
    }
    return -1;
}
