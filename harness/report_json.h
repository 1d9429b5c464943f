/*
 * What the files that write JSON share: values that are null where a figure is missing, and the
 * parts of a cell that report_json_detail.c writes. Internal to the JSON rendering.
 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "report.h"
#include "report_text.h"

static inline json_t *json_text(const char *text) {
    if (!text || strcmp(text, "n/a") == 0)
        return json_null();
    char *clean = cmp_text_utf8(text, false);
    json_t *value = json_string(clean);
    free(clean);
    return value;
}

static inline json_t *json_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static inline json_t *json_count(uint64_t value) {
    return json_integer((json_int_t)value);
}

/* A figure whose zero means that it was not taken. */
static inline json_t *json_nonzero(uint64_t value) {
    return value ? json_count(value) : json_null();
}

static inline void set(json_t *object, const char *key, json_t *value) {
    if (!value || json_object_set_new(object, key, value) != 0)
        abort(); /* out of memory: no half-written result */
}

static inline json_t *json_median(double median) {
    json_t *object = json_object();
    set(object, "median", json_number(median));
    return object;
}

/* "2026-01-31T12:00:00Z", null for 0; the machine. */
json_t *cmp_json_time(double unix_seconds);
json_t *cmp_json_machine(const cmp_machine_t *machine);

/* Of a sample: memory at four moments, null where it was not taken; bytes by NUMA node, null where
 * memory was not bound; the timeline. */
json_t *cmp_json_sample_memory(const cmp_sample_t *sample);
json_t *cmp_json_sample_nodes(const cmp_sample_t *sample);
json_t *cmp_json_sample_timeline(const cmp_sample_t *sample);

/* Of a cell: medians of the memory; the course over time, null without a duration; latency, null
 * where it was not measured; the samples that it comes from. */
json_t *cmp_json_memory(const cmp_cell_figures_t *figures);
json_t *cmp_json_course(const cmp_cell_t *cell);
json_t *cmp_json_latency(const cmp_cell_figures_t *figures);
json_t *cmp_json_latency_samples(const cmp_cell_t *cell);

/* Events by name, with the operations during which they happened; null when none were counted. */
json_t *cmp_json_count(const cmp_count_t *count);
/* Of a cell: events per operation, null without counters; the simulated runs they come from. */
json_t *cmp_json_counters_per_op(const cmp_report_t *report, const cmp_cell_figures_t *figures);
json_t *cmp_json_simulated(const cmp_cell_t *cell);

/* Median of a program's times with its interval; null for a workload. */
json_t *cmp_json_seconds(const cmp_cell_t *cell, const cmp_interval_t *interval);
/* The program of a run; null for workloads. */
json_t *cmp_json_program(const cmp_program_t *program);

#endif
