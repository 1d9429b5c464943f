/*
 * What is derived of a cell beside its throughput: latency, memory at four moments, and the course
 * over time. Pure functions over the samples of a run; docs/method.md states every formula.
 */
#ifndef DETAIL_H
#define DETAIL_H

#include "model.h"

enum { CMP_PERCENTILES = 5 };

/* Those of every latency, in 1/10000, and their names. */
extern const uint32_t cmp_percentiles[CMP_PERCENTILES];
extern const char *const cmp_percentile_names[CMP_PERCENTILES];

/* Over the good latency samples of a cell together. */
typedef struct cmp_latency_figures {
    size_t samples, failed;
    wl_latency_report_t merged; /* histograms added up; the slowest calls of all; the largest
                                   step and overhead */
    double speed_share;         /* median throughput with time stamps over that without */
} cmp_latency_figures_t;

/* Medians over the good samples that have the figure; NAN: none has. */
typedef struct cmp_memory_figures {
    double rss_bytes, rss_anon_bytes, lazy_free_bytes, page_table_bytes, mappings;
    double rss_above_empty_bytes, page_tables_above_empty_bytes, mappings_above_empty;
    double rss_since_freed_bytes; /* above that at WL_MOMENT_FREED in the same sample */
} cmp_memory_figures_t;

/* A part of the window. */
typedef struct cmp_slice {
    double end_seconds;               /* since the window's start, median over the samples */
    double rss_bytes, rss_anon_bytes; /* mean within, median over the samples; NAN: no reading */
    double ops_per_second;            /* likewise */
} cmp_slice_t;

/* malloc'ed; NULL when no latency was measured. */
cmp_latency_figures_t *cmp_latency_figures(const cmp_cell_t *cell);

/* Percentile `index` of cmp_percentiles, in ns; NAN when there was no call. */
double cmp_latency_percentile(const cmp_latency_figures_t *latency, enum wl_operation operation,
                              size_t index);

/* The longest call, exactly; NAN when there was none. */
double cmp_latency_max(const cmp_latency_figures_t *latency, enum wl_operation operation);

/* What a slow call did, as far as it is known: "page fault", "disk", "preempted", "slept",
 * "unknown". The one that takes longest where there are several. */
const char *cmp_slow_call_did(const wl_slow_call_t *call);

cmp_memory_figures_t cmp_memory_figures(const cmp_cell_t *cell, enum wl_moment moment);

/* Cuts the window of every good sample into `count` slices of equal length. */
void cmp_slices(const cmp_cell_t *cell, cmp_slice_t *slices, size_t count);

#endif
