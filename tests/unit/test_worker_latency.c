/*
 * Tests of workloads/worker_timer.c and worker_latency.c: the time stamps make sense, calls are
 * counted when they should be, what a slow call did is attributed to it. None depends on speed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "../../workloads/worker_latency.h"

typedef struct fixture {
    wl_timer_t timer;
    wl_latency_t record;
    wl_latency_report_t report;
} fixture_t;

static int setup(void **state) {
    fixture_t *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    wl_timer_open(&fixture->timer);
    wl_latency_open(&fixture->record, &fixture->timer, 3);
    wl_latency_enter(&fixture->record);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    free(*state);
    return 0;
}

/* ---------------------------------------------------------------------------------- timer */

static void ticks_never_go_back(void **state) {
    fixture_t *fixture = *state;
    uint64_t last = wl_timer_ticks(&fixture->timer);
    for (int i = 0; i < 100000; i++) {
        uint64_t now = wl_timer_ticks(&fixture->timer);
        assert_true(now >= last);
        last = now;
    }
}

/* However long the sleep really took, both clocks saw the same time; the bound leaves room for
 * being preempted between reading the one and the other. */
static void ticks_and_the_clock_agree(void **state) {
    fixture_t *fixture = *state;
    const wl_timer_t clock = {.source = WL_TIMER_CLOCK};
    for (int attempt = 0; attempt < 20; attempt++) {
        uint64_t clock_start = wl_timer_ticks(&clock), start = wl_timer_ticks(&fixture->timer);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
        uint64_t ns = wl_timer_ns(&fixture->timer, wl_timer_ticks(&fixture->timer) - start);
        uint64_t clock_ns = wl_timer_ticks(&clock) - clock_start;
        if (ns <= clock_ns + clock_ns / 1000 && ns + clock_ns / 100 >= clock_ns)
            return;
    }
    fail_msg("the time stamps run at another rate than CLOCK_MONOTONIC");
}

static void conversions_are_inverse(void **state) {
    fixture_t *fixture = *state;
    for (uint64_t ns = 1; ns < (uint64_t)1 << 50; ns *= 3) {
        uint64_t back = wl_timer_ns(&fixture->timer, wl_timer_from_ns(&fixture->timer, ns));
        double tick_ns = (double)fixture->timer.tick_ns_32 / 4294967296.0;
        assert_true((double)back >= (double)ns - tick_ns - 1 - (double)ns * 1e-6);
        assert_true((double)back <= (double)ns + 1 + (double)ns * 1e-6);
    }
}

static void overhead_and_step_are_plausible(void **state) {
    fixture_t *fixture = *state;
    wl_timer_overhead_t overhead = wl_timer_overhead(&fixture->timer);
    assert_true(overhead.least <= overhead.median);
    assert_true(fixture->timer.step_ns >= 1 && fixture->timer.step_ns < 10000);
    assert_string_not_equal(wl_timer_name(fixture->timer.source), "none");
}

static void the_clock_serves_where_there_is_no_counter(void **state) {
    fixture_t *fixture = *state;
    fixture->timer =
        (wl_timer_t){.source = WL_TIMER_CLOCK, .tick_ns_32 = (uint64_t)1 << 32, .step_ns = 1};
    wl_latency_open(&fixture->record, &fixture->timer, 0);
    wl_latency_enter(&fixture->record);
    wl_latency_begin(&fixture->record);
    wl_latency_free(&fixture->record, wl_latency_malloc(&fixture->record, 10), 10);
    wl_latency_report(&fixture->report, &fixture->record);
    assert_int_equal(fixture->report.source, WL_TIMER_CLOCK);
    assert_int_equal(wl_histogram_count(&fixture->report.histograms[WL_MALLOC]), 1);
}

/* ---------------------------------------------------------------------------------- records */

static void calls_are_counted_between_begin_and_the_end_of_counting(void **state) {
    fixture_t *fixture = *state;
    wl_latency_t *record = &fixture->record;
    wl_latency_free(record, wl_latency_malloc(record, 10), 10);
    wl_latency_begin(record);
    void *block = wl_latency_malloc(record, 10);
    wl_latency_free(record, block, 10);
    block = wl_latency_malloc(record, 20);
    wl_latency_count(record, false);
    wl_latency_free(record, block, 20);
    wl_latency_report(&fixture->report, record);
    assert_int_equal(wl_histogram_count(&fixture->report.histograms[WL_MALLOC]), 2);
    assert_int_equal(wl_histogram_count(&fixture->report.histograms[WL_FREE]), 1);
}

static void the_worst_calls_are_kept_in_order(void **state) {
    (void)state;
    static const uint64_t ns[] = {5, 9, 1, 7, 3, 8, 2, 6, 4, 10, 7};
    static const uint64_t worst[WL_SLOW_CALLS] = {10, 9, 8, 7, 7, 6, 5, 4};
    wl_slow_calls_t calls = {0};
    for (size_t i = 0; i < sizeof ns / sizeof ns[0]; i++)
        wl_latency_keep(&calls, &(wl_slow_call_t){.ns = ns[i]});
    assert_int_equal(calls.count, WL_SLOW_CALLS);
    for (size_t i = 0; i < WL_SLOW_CALLS; i++)
        assert_int_equal(calls.calls[i].ns, worst[i]);
}

/* A block that is certainly mapped anew and whose pages malloc does not touch: the faults between
 * two calls do not belong to the call that follows. */
static void faults_between_calls_are_not_those_of_the_next_call(void **state) {
    fixture_t *fixture = *state;
    wl_latency_t *record = &fixture->record;
    const size_t pages = 64, page = (size_t)sysconf(_SC_PAGESIZE);
    record->suspicious_ticks = 0; /* every stretch is looked at */
    wl_latency_free(record, wl_latency_malloc(record, 100), 100);
    wl_latency_begin(record);
    unsigned char *memory =
        mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    madvise(memory, pages * page, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < pages; i++)
        ((volatile unsigned char *)memory)[i * page] = 1;
    wl_latency_free(record, wl_latency_malloc(record, 100), 100);
    munmap(memory, pages * page);
    assert_int_equal(record->slow[WL_MALLOC].count, 1);
    assert_true(record->slow[WL_MALLOC].calls[0].minor_faults < pages / 2);
    assert_int_equal(record->slow[WL_MALLOC].calls[0].thread, 3);
    assert_int_equal(record->slow[WL_MALLOC].calls[0].size_bytes, 100);
}

static void reports_add_up_over_threads(void **state) {
    fixture_t *fixture = *state;
    wl_latency_t *other = calloc(1, sizeof *other);
    assert_non_null(other);
    wl_latency_open(other, &fixture->timer, 4);
    wl_histogram_add(&other->histograms[WL_FREE], 100);
    wl_histogram_add(&fixture->record.histograms[WL_FREE], 50);
    wl_latency_keep(&other->slow[WL_FREE], &(wl_slow_call_t){.ns = 100});
    wl_latency_keep(&fixture->record.slow[WL_FREE], &(wl_slow_call_t){.ns = 50});
    wl_latency_report(&fixture->report, &fixture->record);
    wl_latency_report(&fixture->report, other);
    assert_int_equal(fixture->report.histograms[WL_FREE].max, 100);
    assert_int_equal(wl_histogram_count(&fixture->report.histograms[WL_FREE]), 2);
    assert_int_equal(fixture->report.slow[WL_FREE].calls[0].ns, 100);
    assert_int_equal(fixture->report.slow[WL_FREE].count, 2);
    assert_true(fixture->report.overhead_ns >= fixture->report.overhead_least_ns);
    free(other);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(ticks_never_go_back),
        CASE(ticks_and_the_clock_agree),
        CASE(conversions_are_inverse),
        CASE(overhead_and_step_are_plausible),
        CASE(the_clock_serves_where_there_is_no_counter),
        CASE(calls_are_counted_between_begin_and_the_end_of_counting),
        CASE(the_worst_calls_are_kept_in_order),
        CASE(faults_between_calls_are_not_those_of_the_next_call),
        CASE(reports_add_up_over_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
