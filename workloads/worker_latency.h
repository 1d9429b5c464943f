/*
 * Time of every single malloc and free under latency=1, and what the slowest of them did. Called by
 * worker threads through wl_allocate and wl_release, and by worker_thread.c. See worker_latency.c.
 */
#ifndef WORKER_LATENCY_H
#define WORKER_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "worker_control.h"
#include "worker_timer.h"

/* What the kernel has counted for one thread since it started. */
typedef struct wl_events {
    uint64_t minor_faults, major_faults;
    uint64_t voluntary_switches, involuntary_switches;
} wl_events_t;

/*
 * The records of one thread (for larson: one lineage of threads), in mapped memory.
 *
 * events_before: no stretch of at least suspicious_ticks lies between its reading and last_end.
 */
typedef struct wl_latency {
    wl_timer_t timer;                         /* [const] */
    wl_timer_overhead_t overhead;             /* [const] on this thread's PU */
    uint64_t suspicious_ticks;                /* [const] */
    uint32_t thread;                          /* [const] */
    bool counting;                            /* [owner] calls are recorded now */
    uint64_t start_ticks;                     /* [owner] of the measured phase */
    uint64_t last_end;                        /* [owner] stamp at the end of the last call */
    wl_events_t events_before;                /* [owner] */
    wl_histogram_t histograms[WL_OPERATIONS]; /* [owner] nanoseconds, overhead subtracted */
    wl_slow_calls_t slow[WL_OPERATIONS];      /* [owner] */
} wl_latency_t;

/* Main thread, bound to the PU of the thread that the record is for. */
void wl_latency_open(wl_latency_t *latency, const wl_timer_t *timer, uint32_t thread);

/* The calling thread goes on with the record; events of another thread are forgotten. */
void wl_latency_enter(wl_latency_t *latency);

/* The measured phase begins: empties the record. */
void wl_latency_begin(wl_latency_t *latency);

/* Whether calls are recorded from now on. */
static inline void wl_latency_count(wl_latency_t *latency, bool counting) {
    latency->counting = counting;
}

/* malloc and free between two time stamps. */
void *wl_latency_malloc(wl_latency_t *latency, size_t size_bytes);
void wl_latency_free(wl_latency_t *latency, void *block, size_t size_bytes);

/* Likewise, among the mallocs. */
void *wl_latency_calloc(wl_latency_t *latency, size_t size_bytes);
void *wl_latency_aligned_alloc(wl_latency_t *latency, size_t alignment_bytes, size_t size_bytes);

/* Completes a malloc and a free: its time is among those of both, and among the slow mallocs. */
void *wl_latency_realloc(wl_latency_t *latency, void *block, size_t size_bytes);

/* Keeps `call` if it is one of the worst. */
void wl_latency_keep(wl_slow_calls_t *worst, const wl_slow_call_t *call);

/* Adds a thread's record to the report of the run. */
void wl_latency_report(wl_latency_report_t *report, const wl_latency_t *latency);

#endif
