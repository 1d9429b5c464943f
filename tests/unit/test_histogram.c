/* Tests of workloads/histogram.c: buckets, error bound, merging, the rank of percentiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../workloads/histogram.h"

static const uint64_t limit = (uint64_t)1 << WL_HISTOGRAM_LIMIT_SHIFT;

static int setup(void **state) {
    *state = calloc(2, sizeof(wl_histogram_t));
    return *state == NULL;
}

static int teardown(void **state) {
    free(*state);
    return 0;
}

static double middle_of(uint64_t value) {
    uint32_t bucket = wl_histogram_bucket(value);
    return (double)(wl_histogram_low(bucket) + wl_histogram_low(bucket + 1) - 1) / 2;
}

static void assert_within_bound(uint64_t value) {
    uint32_t bucket = wl_histogram_bucket(value);
    assert_in_range(bucket, 0, WL_HISTOGRAM_BUCKETS - 1);
    assert_in_range(value, wl_histogram_low(bucket), wl_histogram_low(bucket + 1) - 1);
    double error = middle_of(value) - (double)value;
    assert_true(error <= WL_HISTOGRAM_RELATIVE_ERROR * (double)value &&
                -error <= WL_HISTOGRAM_RELATIVE_ERROR * (double)value);
}

static void every_value_is_within_the_error_bound_of_its_bucket(void **state) {
    (void)state;
    assert_true(WL_HISTOGRAM_RELATIVE_ERROR < 0.0079);
    for (uint64_t value = 0; value < 1 << 16; value++)
        assert_within_bound(value);
    for (unsigned shift = 16; shift < WL_HISTOGRAM_LIMIT_SHIFT; shift++)
        for (uint64_t part = 0; part < 1000; part++)
            assert_within_bound(((uint64_t)1 << shift) + (((uint64_t)1 << shift) * part) / 1000);
    assert_within_bound(limit - 1);
    assert_int_equal(wl_histogram_bucket(limit - 1), WL_HISTOGRAM_BUCKETS - 1);
}

static void buckets_follow_each_other_without_gaps(void **state) {
    (void)state;
    for (uint32_t bucket = 0; bucket < WL_HISTOGRAM_BUCKETS; bucket++) {
        uint64_t low = wl_histogram_low(bucket), next = wl_histogram_low(bucket + 1);
        assert_true(next > low);
        assert_int_equal(wl_histogram_bucket(low), bucket);
        assert_int_equal(wl_histogram_bucket(next - 1), bucket);
    }
    assert_int_equal(wl_histogram_low(WL_HISTOGRAM_BUCKETS), limit);
}

static void small_values_are_exact(void **state) {
    (void)state;
    for (uint64_t value = 0; value < 128; value++)
        assert_true(middle_of(value) == (double)value);
}

static void percentiles_are_nearest_ranks(void **state) {
    wl_histogram_t *histogram = *state;
    for (uint64_t value = 1; value <= 100; value++)
        wl_histogram_add(histogram, value);
    assert_int_equal(wl_histogram_count(histogram), 100);
    assert_true(wl_histogram_percentile(histogram, 5000) == 50);
    assert_true(wl_histogram_percentile(histogram, 5001) == 51);
    assert_true(wl_histogram_percentile(histogram, 9900) == 99);
    assert_true(wl_histogram_percentile(histogram, 9990) == 100);
    assert_true(wl_histogram_percentile(histogram, 10000) == 100);
    assert_true(wl_histogram_percentile(histogram, 1) == 1);
}

static void rare_values_show_from_the_percentile_that_reaches_them(void **state) {
    wl_histogram_t *histogram = *state;
    for (int i = 0; i < 9998; i++)
        wl_histogram_add(histogram, 10);
    wl_histogram_add(histogram, 1000000);
    wl_histogram_add(histogram, 1000000);
    assert_true(wl_histogram_percentile(histogram, 9998) == 10);
    double found = wl_histogram_percentile(histogram, 9999);
    assert_true(found > 992000 && found <= 1000000);
}

static void one_value_is_every_percentile(void **state) {
    wl_histogram_t *histogram = *state;
    wl_histogram_add(histogram, 777777);
    double least = wl_histogram_percentile(histogram, 1);
    assert_true(least <= 777777 && least > 771000);
    assert_true(least == wl_histogram_percentile(histogram, 10000));
    assert_int_equal(histogram->max, 777777);
}

static void no_percentile_is_above_the_maximum(void **state) {
    wl_histogram_t *histogram = *state;
    wl_histogram_add(histogram, 1 << 20); /* the lowest of its bucket */
    assert_true(wl_histogram_percentile(histogram, 10000) == 1 << 20);
}

static void an_empty_histogram_has_no_percentile(void **state) {
    wl_histogram_t *histogram = *state;
    assert_true(wl_histogram_percentile(histogram, 5000) < 0);
    assert_int_equal(wl_histogram_count(histogram), 0);
}

static void extremes_are_counted(void **state) {
    wl_histogram_t *histogram = *state;
    wl_histogram_add(histogram, 0);
    wl_histogram_add(histogram, UINT64_MAX);
    assert_int_equal(wl_histogram_count(histogram), 2);
    assert_int_equal(histogram->max, limit - 1);
    assert_int_equal(histogram->counts[0], 1);
    assert_int_equal(histogram->counts[WL_HISTOGRAM_BUCKETS - 1], 1);
    assert_true(wl_histogram_percentile(histogram, 5000) == 0);
}

static void merging_is_counting_together(void **state) {
    wl_histogram_t *histograms = *state;
    wl_histogram_t *both = calloc(1, sizeof *both);
    assert_non_null(both);
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t value = random >> (random & 63);
        wl_histogram_add(&histograms[i % 2], value);
        wl_histogram_add(both, value);
    }
    wl_histogram_merge(&histograms[0], &histograms[1]);
    assert_memory_equal(&histograms[0], both, sizeof *both);
    free(both);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(every_value_is_within_the_error_bound_of_its_bucket),
        CASE(buckets_follow_each_other_without_gaps),
        CASE(small_values_are_exact),
        CASE(percentiles_are_nearest_ranks),
        CASE(rare_values_show_from_the_percentile_that_reaches_them),
        CASE(one_value_is_every_percentile),
        CASE(no_percentile_is_above_the_maximum),
        CASE(an_empty_histogram_has_no_percentile),
        CASE(extremes_are_counted),
        CASE(merging_is_counting_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
