/* Throughput of one sample from the stamps of its threads. Pure functions. */
#ifndef THROUGHPUT_H
#define THROUGHPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "../workloads/worker_control.h"

/*
 * The window: CLOCK_MONOTONIC at its ends. False when there is none.
 */
bool cmp_window(const wl_thread_report_t *threads, uint32_t thread_count, uint64_t *start_ns,
                uint64_t *end_ns);

/* Operations that all threads together had completed at that time. */
double cmp_ops_at(const wl_thread_report_t *threads, uint32_t thread_count, uint64_t ns);

/*
 * Operations per second of all threads together in the window in which all of them were measuring:
 * from the latest first stamp to the earliest last stamp; a thread's operations at either end are
 * interpolated between its stamps. *window_seconds gets the window's length. Where the threads'
 * measured phases have no common time (a very short sample with more threads than PUs) the window
 * is from the earliest first to the latest last stamp. NAN when a thread has fewer than two stamps.
 */
double cmp_throughput(const wl_thread_report_t *threads, uint32_t thread_count,
                      double *window_seconds);

#endif
