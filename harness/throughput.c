/*
 * Throughput of one sample in the window in which all threads measured, so that a straggler neither
 * runs alone nor decides. Called by the runner after the worker has ended; see docs/method.md.
 */
#include "throughput.h"

#include <math.h>
#include <stdatomic.h>

/* Stamps that are complete; a worker that went wild cannot make us read beyond the array. */
static uint32_t stamps_count(const wl_thread_report_t *thread) {
    /* acquire, with the release of the worker's stamp_write */
    uint32_t count = atomic_load_explicit(&thread->stamp_count, memory_order_acquire);
    return count < WL_MAX_STAMPS ? count : WL_MAX_STAMPS;
}

/* Operations that the thread had completed at `ns`, on straight lines between its stamps. */
static double ops_at(const wl_thread_report_t *thread, uint64_t ns) {
    const wl_stamp_t *stamps = thread->stamps;
    uint32_t last = stamps_count(thread) - 1;
    if (ns <= stamps[0].ns)
        return (double)stamps[0].ops;
    for (uint32_t i = 1; i <= last; i++) {
        if (ns > stamps[i].ns)
            continue;
        double length = (double)(stamps[i].ns - stamps[i - 1].ns);
        double share = (double)(ns - stamps[i - 1].ns) / length;
        return (double)stamps[i - 1].ops + share * (double)(stamps[i].ops - stamps[i - 1].ops);
    }
    return (double)stamps[last].ops;
}

bool cmp_window(const wl_thread_report_t *threads, uint32_t thread_count, uint64_t *start_ns,
                uint64_t *end_ns) {
    uint64_t first_min = UINT64_MAX, first_max = 0, last_min = UINT64_MAX, last_max = 0;
    for (uint32_t i = 0; i < thread_count; i++) {
        uint32_t count = stamps_count(&threads[i]);
        if (count < 2)
            return false;
        uint64_t first = threads[i].stamps[0].ns, last = threads[i].stamps[count - 1].ns;
        first_min = first < first_min ? first : first_min;
        first_max = first > first_max ? first : first_max;
        last_min = last < last_min ? last : last_min;
        last_max = last > last_max ? last : last_max;
    }
    *start_ns = first_max;
    *end_ns = last_min;
    if (*end_ns <= *start_ns) {
        *start_ns = first_min;
        *end_ns = last_max;
    }
    return thread_count > 0 && *end_ns > *start_ns;
}

double cmp_ops_at(const wl_thread_report_t *threads, uint32_t thread_count, uint64_t ns) {
    double ops = 0;
    for (uint32_t i = 0; i < thread_count; i++)
        ops += ops_at(&threads[i], ns);
    return ops;
}

double cmp_throughput(const wl_thread_report_t *threads, uint32_t thread_count,
                      double *window_seconds) {
    uint64_t start, end;
    *window_seconds = NAN;
    if (!cmp_window(threads, thread_count, &start, &end))
        return NAN;
    double ops = 0;
    for (uint32_t i = 0; i < thread_count; i++)
        ops += ops_at(&threads[i], end) - ops_at(&threads[i], start);
    *window_seconds = (double)(end - start) * 1e-9;
    return ops / *window_seconds;
}
