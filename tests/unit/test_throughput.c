/* Throughput in the window in which all threads measured, against figures worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../harness/throughput.h"

#define SECOND UINT64_C(1000000000)

static wl_thread_report_t *threads_new(uint32_t count) {
    size_t bytes = count * sizeof(wl_thread_report_t);
    wl_thread_report_t *threads = aligned_alloc(_Alignof(wl_thread_report_t), bytes);
    assert_non_null(threads);
    memset(threads, 0, bytes);
    return threads;
}

static void stamp(wl_thread_report_t *thread, uint64_t ns, uint64_t ops) {
    uint32_t count = atomic_load(&thread->stamp_count);
    thread->stamps[count] = (wl_stamp_t){.ns = ns, .ops = ops};
    atomic_store(&thread->stamp_count, count + 1);
}

static void one_thread_counts_from_first_to_last_stamp(void **state) {
    (void)state;
    wl_thread_report_t *threads = threads_new(1);
    stamp(&threads[0], 5 * SECOND, 0);
    stamp(&threads[0], 6 * SECOND, 10);
    stamp(&threads[0], 7 * SECOND, 100);
    double window;
    assert_float_equal(cmp_throughput(threads, 1, &window), 50.0, 1e-9);
    assert_float_equal(window, 2.0, 1e-9);
    free(threads);
}

static void straggler_is_not_measured_alone(void **state) {
    (void)state;
    wl_thread_report_t *threads = threads_new(2);
    /* 100 a second from 0 to 10; 100 a second from 1 to 3, then 10 a second until 20 */
    stamp(&threads[0], 0, 0);
    stamp(&threads[0], 10 * SECOND, 1000);
    stamp(&threads[1], 1 * SECOND, 0);
    stamp(&threads[1], 3 * SECOND, 200);
    stamp(&threads[1], 20 * SECOND, 370);
    double window;
    /* window 1..10: the first does 900, the second 200 + 70 */
    assert_float_equal(cmp_throughput(threads, 2, &window), 1170.0 / 9, 1e-9);
    assert_float_equal(window, 9.0, 1e-9);
    free(threads);
}

static void ends_of_the_window_are_interpolated(void **state) {
    (void)state;
    wl_thread_report_t *threads = threads_new(2);
    stamp(&threads[0], 0, 0);
    stamp(&threads[0], 4 * SECOND, 400); /* at 1 s: 100 */
    stamp(&threads[0], 8 * SECOND, 480); /* at 6 s: 440 */
    stamp(&threads[1], 1 * SECOND, 0);
    stamp(&threads[1], 6 * SECOND, 50);
    double window;
    assert_float_equal(cmp_throughput(threads, 2, &window), (340.0 + 50.0) / 5, 1e-9);
    free(threads);
}

static void phases_without_common_time_use_the_whole_span(void **state) {
    (void)state;
    wl_thread_report_t *threads = threads_new(2);
    stamp(&threads[0], 0, 0);
    stamp(&threads[0], 1 * SECOND, 100);
    stamp(&threads[1], 2 * SECOND, 0);
    stamp(&threads[1], 4 * SECOND, 100);
    double window;
    assert_float_equal(cmp_throughput(threads, 2, &window), 200.0 / 4, 1e-9);
    assert_float_equal(window, 4.0, 1e-9);
    free(threads);
}

static void thread_without_two_stamps_gives_no_figure(void **state) {
    (void)state;
    wl_thread_report_t *threads = threads_new(2);
    stamp(&threads[0], 0, 0);
    stamp(&threads[0], 1 * SECOND, 100);
    stamp(&threads[1], 0, 0);
    double window;
    assert_true(isnan(cmp_throughput(threads, 2, &window)));
    assert_true(isnan(window));
    assert_true(isnan(cmp_throughput(threads, 0, &window)));
    free(threads);
}

static void stamp_count_beyond_the_array_is_not_believed(void **state) {
    (void)state;
    wl_thread_report_t *threads = threads_new(1);
    for (uint32_t i = 0; i < WL_MAX_STAMPS; i++)
        stamp(&threads[0], i * SECOND, i * 3);
    atomic_store(&threads[0].stamp_count, UINT32_MAX);
    double window;
    assert_float_equal(cmp_throughput(threads, 1, &window), 3.0, 1e-9);
    free(threads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_counts_from_first_to_last_stamp),
        cmocka_unit_test(straggler_is_not_measured_alone),
        cmocka_unit_test(ends_of_the_window_are_interpolated),
        cmocka_unit_test(phases_without_common_time_use_the_whole_span),
        cmocka_unit_test(thread_without_two_stamps_gives_no_figure),
        cmocka_unit_test(stamp_count_beyond_the_array_is_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
