/*
 * Time of every malloc and free under latency=1: a stamp before, a stamp after, a count in the
 * thread's histogram. Runs in worker threads on records of their own, no locks; the main thread
 * merges the records once all have stopped. Explained in docs/method.md, Latency.
 *
 * What a slow call did is known from the kernel's counts for the thread: page faults and context
 * switches. Asking for them costs as much as many calls of malloc, so it is done only after a
 * stretch, within a call or between two, that was long enough for a fault or a switch
 * (SUSPICIOUS_NS). All short stretches had none, so the counts before a slow call are known without
 * asking, and the difference belongs to that call alone. System calls, interrupts and time that a
 * hypervisor took leave no trace there.
 */
#include "worker_latency.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Less than a page fault takes, and less than being switched out and in takes. */
enum { SUSPICIOUS_NS = 250 };

static wl_events_t events_read(void) {
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return (wl_events_t){.minor_faults = (uint64_t)usage.ru_minflt,
                         .major_faults = (uint64_t)usage.ru_majflt,
                         .voluntary_switches = (uint64_t)usage.ru_nvcsw,
                         .involuntary_switches = (uint64_t)usage.ru_nivcsw};
}

/* ---------------------------------------------------------------------------------- one call */

void wl_latency_keep(wl_slow_calls_t *worst, const wl_slow_call_t *call) {
    uint32_t place = worst->count;
    if (place == WL_SLOW_CALLS && worst->calls[place - 1].ns >= call->ns)
        return;
    place -= place == WL_SLOW_CALLS;
    for (; place > 0 && worst->calls[place - 1].ns < call->ns; place--)
        worst->calls[place] = worst->calls[place - 1];
    worst->calls[place] = *call;
    worst->count += worst->count < WL_SLOW_CALLS;
}

/* A stretch between two calls in which something may have happened to the thread. */
static __attribute__((noinline, cold)) void gap_inspect(wl_latency_t *latency) {
    latency->events_before = events_read();
}

static __attribute__((noinline, cold)) void call_inspect(wl_latency_t *latency,
                                                         enum wl_operation operation,
                                                         size_t size_bytes, uint64_t start,
                                                         uint64_t ns) {
    const wl_events_t before = latency->events_before, after = events_read();
    latency->events_before = after;
    latency->last_end = wl_timer_ticks(&latency->timer);
    if (!latency->counting)
        return;
    const wl_slow_call_t call = {
        .ns = ns,
        .at_ns = wl_timer_ns(&latency->timer, start - latency->start_ticks),
        .size_bytes = size_bytes,
        .thread = latency->thread,
        .minor_faults = (uint32_t)(after.minor_faults - before.minor_faults),
        .major_faults = (uint32_t)(after.major_faults - before.major_faults),
        .voluntary_switches = (uint32_t)(after.voluntary_switches - before.voluntary_switches),
        .involuntary_switches =
            (uint32_t)(after.involuntary_switches - before.involuntary_switches)};
    wl_latency_keep(&latency->slow[operation], &call);
}

/* The stamp before a call. */
static inline uint64_t call_start(wl_latency_t *latency) {
    uint64_t start = wl_timer_ticks(&latency->timer);
    if (__builtin_expect(start - latency->last_end < latency->suspicious_ticks, 1))
        return start;
    gap_inspect(latency);
    return wl_timer_ticks(&latency->timer);
}

/* Takes the stamp after a call, then records it. Returns its nanoseconds. */
static inline uint64_t call_end(wl_latency_t *latency, enum wl_operation operation,
                                size_t size_bytes, uint64_t start) {
    uint64_t end = wl_timer_ticks(&latency->timer), ticks = end - start;
    uint64_t overhead = latency->overhead.median;
    uint64_t ns = wl_timer_ns(&latency->timer, ticks > overhead ? ticks - overhead : 0);
    latency->last_end = end;
    if (latency->counting)
        wl_histogram_add(&latency->histograms[operation], ns);
    if (__builtin_expect(ticks >= latency->suspicious_ticks, 0))
        call_inspect(latency, operation, size_bytes, start, ns);
    return ns;
}

void *wl_latency_malloc(wl_latency_t *latency, size_t size_bytes) {
    uint64_t start = call_start(latency);
    void *block = malloc(size_bytes);
    call_end(latency, WL_MALLOC, size_bytes, start);
    return block;
}

void wl_latency_free(wl_latency_t *latency, void *block, size_t size_bytes) {
    uint64_t start = call_start(latency);
    free(block);
    call_end(latency, WL_FREE, size_bytes, start);
}

void *wl_latency_calloc(wl_latency_t *latency, size_t size_bytes) {
    uint64_t start = call_start(latency);
    void *block = calloc(1, size_bytes);
    call_end(latency, WL_MALLOC, size_bytes, start);
    return block;
}

void *wl_latency_aligned_alloc(wl_latency_t *latency, size_t alignment_bytes, size_t size_bytes) {
    uint64_t start = call_start(latency);
    void *block = aligned_alloc(alignment_bytes, size_bytes);
    call_end(latency, WL_MALLOC, size_bytes, start);
    return block;
}

void *wl_latency_realloc(wl_latency_t *latency, void *block, size_t size_bytes) {
    uint64_t start = call_start(latency);
    void *moved = realloc(block, size_bytes);
    uint64_t ns = call_end(latency, WL_MALLOC, size_bytes, start);
    if (latency->counting)
        wl_histogram_add(&latency->histograms[WL_FREE], ns);
    return moved;
}

/* ---------------------------------------------------------------------------------- the record */

void wl_latency_open(wl_latency_t *latency, const wl_timer_t *timer, uint32_t thread) {
    latency->timer = *timer;
    latency->thread = thread;
    latency->overhead = wl_timer_overhead(timer);
    latency->suspicious_ticks = wl_timer_from_ns(timer, SUSPICIOUS_NS) + latency->overhead.median;
}

void wl_latency_enter(wl_latency_t *latency) {
    latency->events_before = events_read();
    latency->last_end = wl_timer_ticks(&latency->timer);
}

void wl_latency_begin(wl_latency_t *latency) {
    memset(latency->histograms, 0, sizeof latency->histograms);
    memset(latency->slow, 0, sizeof latency->slow);
    latency->counting = true;
    latency->start_ticks = wl_timer_ticks(&latency->timer);
}

void wl_latency_report(wl_latency_report_t *report, const wl_latency_t *latency) {
    const wl_timer_t *timer = &latency->timer;
    const double tick_ns = (double)timer->tick_ns_32 / 4294967296.0;
    const double overhead_ns = (double)latency->overhead.median * tick_ns;
    const double least_ns = (double)latency->overhead.least * tick_ns;
    bool first = report->source == WL_TIMER_NONE;
    report->source = (uint32_t)timer->source;
    report->step_ns = timer->step_ns;
    report->overhead_ns = overhead_ns > report->overhead_ns ? overhead_ns : report->overhead_ns;
    report->overhead_least_ns =
        first || least_ns < report->overhead_least_ns ? least_ns : report->overhead_least_ns;
    for (int operation = 0; operation < WL_OPERATIONS; operation++) {
        wl_histogram_merge(&report->histograms[operation], &latency->histograms[operation]);
        const wl_slow_calls_t *slow = &latency->slow[operation];
        for (uint32_t i = 0; i < slow->count; i++)
            wl_latency_keep(&report->slow[operation], &slow->calls[i]);
    }
}
