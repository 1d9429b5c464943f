/*
 * Latency, memory and the course over time of a cell, from its samples. Called by report.c and the
 * renderings on the main thread of compare; takes no locks. Out of memory ends the program. See
 * docs/method.md, Latency and Memory.
 */
#include "detail.h"

#include <math.h>
#include <stdlib.h>

#include "../workloads/worker_latency.h"
#include "statistics.h"

const uint32_t cmp_percentiles[CMP_PERCENTILES] = {5000, 9000, 9900, 9990, 9999};
const char *const cmp_percentile_names[CMP_PERCENTILES] = {"p50", "p90", "p99", "p99.9", "p99.99"};

static void *memory_get(size_t count, size_t bytes) {
    void *memory = calloc(count + 1, bytes);
    if (memory == NULL)
        abort();
    return memory;
}

/* Median of the finite values; NAN when there is none. The values are reordered. */
static double median_of_finite(double *values, size_t count) {
    size_t finite = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            values[finite++] = values[i];
    return finite > 0 ? cmp_summarise(values, finite).median : NAN;
}

/* ------------------------------------------------------------------ latency */

static void latency_merge(wl_latency_report_t *to, const wl_latency_report_t *from) {
    bool first = to->source == 0;
    to->source = from->source;
    to->step_ns = fmax(to->step_ns, from->step_ns);
    to->overhead_ns = fmax(to->overhead_ns, from->overhead_ns);
    to->overhead_least_ns =
        first ? from->overhead_least_ns : fmin(to->overhead_least_ns, from->overhead_least_ns);
    for (int i = 0; i < WL_OPERATIONS; i++) {
        wl_histogram_merge(&to->histograms[i], &from->histograms[i]);
        for (uint32_t j = 0; j < from->slow[i].count; j++)
            wl_latency_keep(&to->slow[i], &from->slow[i].calls[j]);
    }
}

/* Median throughput of the good samples that were not timed. */
static double untimed_speed(const cmp_cell_t *cell) {
    double *values = memory_get(cell->sample_count, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].failure == CMP_OK)
            values[count++] = cell->samples[i].ops_per_second;
    double median = median_of_finite(values, count);
    free(values);
    return median;
}

cmp_latency_figures_t *cmp_latency_figures(const cmp_cell_t *cell) {
    if (cell->latency_count == 0)
        return NULL;
    cmp_latency_figures_t *figures = memory_get(1, sizeof *figures);
    double *speeds = memory_get(cell->latency_count, sizeof *speeds);
    for (size_t i = 0; i < cell->latency_count; i++) {
        const cmp_sample_t *sample = &cell->latency_samples[i];
        if (sample->failure != CMP_OK || sample->latency == NULL) {
            figures->failed++;
            continue;
        }
        latency_merge(&figures->merged, sample->latency);
        speeds[figures->samples++] = sample->timed_ops_per_second;
    }
    figures->speed_share = median_of_finite(speeds, figures->samples) / untimed_speed(cell);
    free(speeds);
    return figures;
}

double cmp_latency_percentile(const cmp_latency_figures_t *latency, enum wl_operation operation,
                              size_t index) {
    double ns =
        wl_histogram_percentile(&latency->merged.histograms[operation], cmp_percentiles[index]);
    return ns >= 0 ? ns : NAN;
}

double cmp_latency_max(const cmp_latency_figures_t *latency, enum wl_operation operation) {
    const wl_histogram_t *histogram = &latency->merged.histograms[operation];
    return wl_histogram_count(histogram) > 0 ? (double)histogram->max : NAN;
}

const char *cmp_slow_call_did(const wl_slow_call_t *call) {
    if (call->major_faults > 0)
        return "disk";
    if (call->involuntary_switches > 0)
        return "preempted";
    if (call->voluntary_switches > 0)
        return "slept";
    return call->minor_faults > 0 ? "page fault" : "unknown";
}

/* ------------------------------------------------------------------ memory */

static double nonzero(uint64_t value) {
    return value != 0 ? (double)value : NAN;
}

cmp_memory_figures_t cmp_memory_figures(const cmp_cell_t *cell, enum wl_moment moment) {
    enum {
        RSS,
        ANON,
        LAZY,
        TABLES,
        MAPPINGS,
        RSS_ABOVE,
        TABLES_ABOVE,
        MAPPINGS_ABOVE,
        SINCE_FREED,
        FIGURES
    };
    double *values[FIGURES], medians[FIGURES];
    size_t count = 0;
    for (int i = 0; i < FIGURES; i++)
        values[i] = memory_get(cell->sample_count, sizeof(double));
    for (size_t i = 0; i < cell->sample_count; i++) {
        const wl_memory_t *memory = &cell->samples[i].memory[moment];
        const wl_memory_t *empty = &cell->samples[i].memory[WL_MOMENT_EMPTY];
        if (cell->samples[i].failure != CMP_OK || memory->rss_bytes == 0)
            continue;
        values[RSS][count] = (double)memory->rss_bytes;
        values[ANON][count] = (double)memory->rss_anon_bytes;
        values[LAZY][count] = (double)memory->lazy_free_bytes;
        values[TABLES][count] = nonzero(memory->page_table_bytes);
        values[MAPPINGS][count] = nonzero(memory->mappings);
        values[RSS_ABOVE][count] = values[RSS][count] - nonzero(empty->rss_bytes);
        values[TABLES_ABOVE][count] = values[TABLES][count] - nonzero(empty->page_table_bytes);
        values[MAPPINGS_ABOVE][count] = values[MAPPINGS][count] - nonzero(empty->mappings);
        values[SINCE_FREED][count] =
            values[RSS][count] - nonzero(cell->samples[i].memory[WL_MOMENT_FREED].rss_bytes);
        count++;
    }
    for (int i = 0; i < FIGURES; i++) {
        medians[i] = median_of_finite(values[i], count);
        free(values[i]);
    }
    return (cmp_memory_figures_t){.rss_bytes = medians[RSS],
                                  .rss_anon_bytes = medians[ANON],
                                  .lazy_free_bytes = medians[LAZY],
                                  .page_table_bytes = medians[TABLES],
                                  .mappings = medians[MAPPINGS],
                                  .rss_above_empty_bytes = medians[RSS_ABOVE],
                                  .page_tables_above_empty_bytes = medians[TABLES_ABOVE],
                                  .mappings_above_empty = medians[MAPPINGS_ABOVE],
                                  .rss_since_freed_bytes = medians[SINCE_FREED]};
}

/* ------------------------------------------------------------------ course over time */

/* Means of one sample between two times on its timeline. A point's throughput counts by the part
 * of its time, since the point before, that lies between them. */
static cmp_slice_t sample_slice(const cmp_sample_t *sample, double start, double end) {
    double rss = 0, anon = 0, ops = 0, covered = 0, readings = 0;
    for (size_t i = 0; i < sample->timeline_count; i++) {
        const cmp_timeline_point_t *point = &sample->timeline[i];
        if (point->seconds > start && point->seconds <= end) {
            rss += (double)point->rss_bytes;
            anon += (double)point->rss_anon_bytes;
            readings++;
        }
        if (i == 0 || !isfinite(point->ops_per_second))
            continue;
        double common = fmin(point->seconds, end) - fmax(sample->timeline[i - 1].seconds, start);
        if (common > 0) {
            ops += point->ops_per_second * common;
            covered += common;
        }
    }
    return (cmp_slice_t){.rss_bytes = readings > 0 ? rss / readings : NAN,
                         .rss_anon_bytes = readings > 0 ? anon / readings : NAN,
                         .ops_per_second = covered > 0 ? ops / covered : NAN};
}

void cmp_slices(const cmp_cell_t *cell, cmp_slice_t *slices, size_t count) {
    double *values[4];
    for (int i = 0; i < 4; i++)
        values[i] = memory_get(cell->sample_count, sizeof(double));
    for (size_t slice = 0; slice < count; slice++) {
        size_t good = 0;
        for (size_t i = 0; i < cell->sample_count; i++) {
            const cmp_sample_t *sample = &cell->samples[i];
            if (sample->failure != CMP_OK || !isfinite(sample->window_start_seconds))
                continue;
            double length = sample->window_seconds / (double)count;
            double start = sample->window_start_seconds + (double)slice * length;
            cmp_slice_t part = sample_slice(sample, start, start + length);
            values[0][good] = (double)(slice + 1) * length;
            values[1][good] = part.rss_bytes;
            values[2][good] = part.rss_anon_bytes;
            values[3][good++] = part.ops_per_second;
        }
        slices[slice] = (cmp_slice_t){.end_seconds = median_of_finite(values[0], good),
                                      .rss_bytes = median_of_finite(values[1], good),
                                      .rss_anon_bytes = median_of_finite(values[2], good),
                                      .ops_per_second = median_of_finite(values[3], good)};
    }
    for (int i = 0; i < 4; i++)
        free(values[i]);
}
