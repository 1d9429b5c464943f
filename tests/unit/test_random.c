/* Tests of workloads/random.h: ranges are kept, skewed sizes are skewed as documented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../workloads/random.h"

static void skewed_sizes_stay_within_their_bounds(void **state) {
    (void)state;
    static const uint64_t bounds[][2] = {{1, 1},      {1, 2},       {16, 16},          {16, 17},
                                         {16, 31},    {16, 32},     {7, 1000},         {1000, 1001},
                                         {16, 65536}, {1, 1 << 30}, {1 << 30, 1 << 30}};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const uint64_t min = bounds[i][0], max = bounds[i][1];
        uint64_t random = wl_random_seed(1, i);
        for (int j = 0; j < 100000; j++) {
            uint64_t size = wl_random_skewed(wl_random(&random), min, max);
            assert_in_range(size, min, max);
        }
        /* Numbers at the edges of what a generator gives. */
        static const uint64_t edges[] = {
            0, 1, UINT64_MAX, (uint64_t)1 << 31, 0xffffffffu, 0xffffffff00000000u};
        for (size_t j = 0; j < sizeof edges / sizeof edges[0]; j++)
            assert_in_range(wl_random_skewed(edges[j], min, max), min, max);
    }
}

static void every_doubling_is_half_as_likely_as_the_one_below(void **state) {
    (void)state;
    enum { NUMBERS = 1 << 20, DOUBLINGS = 8 };
    uint64_t random = wl_random_seed(1, 1), counts[DOUBLINGS] = {0}, highest = 0;
    for (int i = 0; i < NUMBERS; i++) {
        uint64_t size = wl_random_skewed(wl_random(&random), 16, (16 << DOUBLINGS) - 1);
        counts[63 - __builtin_clzll(size / 16)]++;
        highest = size > highest ? size : highest;
    }
    for (int i = 1; i < DOUBLINGS; i++) {
        uint64_t expected = NUMBERS >> (i + 1);
        assert_in_range(counts[i], expected - expected / 10, expected + expected / 10);
    }
    /* Uniform within a doubling, to its end. */
    assert_in_range(highest, 16 * 255, 16 * 256 - 1);
}

static void the_bounds_themselves_are_reached(void **state) {
    (void)state;
    bool seen[4] = {false};
    uint64_t random = wl_random_seed(1, 2);
    for (int i = 0; i < 10000; i++)
        seen[wl_random_skewed(wl_random(&random), 2, 5) - 2] = true;
    for (int i = 0; i < 4; i++)
        assert_true(seen[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skewed_sizes_stay_within_their_bounds),
        cmocka_unit_test(every_doubling_is_half_as_likely_as_the_one_below),
        cmocka_unit_test(the_bounds_themselves_are_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
