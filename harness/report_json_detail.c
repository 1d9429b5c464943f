/*
 * The parts of the JSON that are not throughput: memory, latency, course over time. Prints what
 * detail.c derived. Main thread of compare; docs/results.schema.json is the contract.
 */
#include "report_json.h"

#include "../workloads/worker_timer.h"

/* Slices of the course over time: one a second, within bounds. */
enum { SLICES_LEAST = 10, SLICES_MOST = 240 };

static const char *const moments[WL_MOMENTS] = {"empty", "peak_live", "freed", "idle"};
static const char *const operations[WL_OPERATIONS] = {"malloc", "free"};

/* ---------------------------------------------------------------- memory */

json_t *cmp_json_sample_memory(const cmp_sample_t *sample) {
    json_t *object = json_object();
    for (int i = 0; i < WL_MOMENTS; i++) {
        const wl_memory_t *memory = &sample->memory[i];
        if (memory->rss_bytes == 0) {
            set(object, moments[i], json_null());
            continue;
        }
        json_t *moment = json_object();
        set(moment, "rss_bytes", json_count(memory->rss_bytes));
        set(moment, "rss_anon_bytes", json_count(memory->rss_anon_bytes));
        set(moment, "lazy_free_bytes", json_count(memory->lazy_free_bytes));
        set(moment, "page_table_bytes", json_nonzero(memory->page_table_bytes));
        set(moment, "mappings", json_nonzero(memory->mappings));
        set(object, moments[i], moment);
    }
    return object;
}

json_t *cmp_json_sample_nodes(const cmp_sample_t *sample) {
    json_t *object = json_object();
    for (int node = 0; node < WL_MAX_NODES; node++) {
        char number[12];
        snprintf(number, sizeof number, "%d", node);
        if (sample->node_bytes[node] > 0)
            set(object, number, json_count(sample->node_bytes[node]));
    }
    if (json_object_size(object) > 0)
        return object;
    json_decref(object);
    return json_null();
}

json_t *cmp_json_memory(const cmp_cell_figures_t *figures) {
    json_t *object = json_object();
    for (int i = 0; i < WL_MOMENTS; i++) {
        const cmp_memory_figures_t *memory = &figures->memory[i];
        if (!isfinite(memory->rss_bytes)) {
            set(object, moments[i], json_null());
            continue;
        }
        json_t *moment = json_object();
        set(moment, "rss_bytes", json_number(memory->rss_bytes));
        set(moment, "rss_above_empty_bytes", json_number(memory->rss_above_empty_bytes));
        set(moment, "rss_anon_bytes", json_number(memory->rss_anon_bytes));
        set(moment, "lazy_free_bytes", json_number(memory->lazy_free_bytes));
        set(moment, "page_table_bytes", json_number(memory->page_table_bytes));
        set(moment, "mappings", json_number(memory->mappings));
        set(object, moments[i], moment);
    }
    return object;
}

/* ---------------------------------------------------------------- over time */

json_t *cmp_json_sample_timeline(const cmp_sample_t *sample) {
    json_t *list = json_array();
    for (size_t i = 0; i < sample->timeline_count; i++) {
        json_t *point = json_array();
        json_array_append_new(point, json_number(sample->timeline[i].seconds));
        json_array_append_new(point, json_count(sample->timeline[i].rss_bytes));
        json_array_append_new(point, json_count(sample->timeline[i].rss_anon_bytes));
        json_array_append_new(point, json_number(sample->timeline[i].ops_per_second));
        json_array_append_new(list, point);
    }
    return list;
}

json_t *cmp_json_course(const cmp_cell_t *cell) {
    if (!(cell->seconds > 0))
        return json_null();
    size_t count = (size_t)fmin(SLICES_MOST, fmax(SLICES_LEAST, cell->seconds));
    cmp_slice_t slices[SLICES_MOST];
    json_t *list = json_array();
    cmp_slices(cell, slices, count);
    for (size_t i = 0; i < count; i++) {
        json_t *slice = json_object();
        set(slice, "seconds", json_number(slices[i].end_seconds));
        set(slice, "rss_bytes", json_number(slices[i].rss_bytes));
        set(slice, "rss_anon_bytes", json_number(slices[i].rss_anon_bytes));
        set(slice, "ops_per_second", json_number(slices[i].ops_per_second));
        json_array_append_new(list, slice);
    }
    return list;
}

/* ---------------------------------------------------------------- latency */

static json_t *json_slow_call(const wl_slow_call_t *call) {
    json_t *object = json_object();
    set(object, "ns", json_count(call->ns));
    set(object, "at_seconds", json_number((double)call->at_ns * 1e-9));
    set(object, "size_bytes", json_count(call->size_bytes));
    set(object, "thread", json_count(call->thread));
    set(object, "minor_faults", json_count(call->minor_faults));
    set(object, "major_faults", json_count(call->major_faults));
    set(object, "voluntary_switches", json_count(call->voluntary_switches));
    set(object, "involuntary_switches", json_count(call->involuntary_switches));
    set(object, "did", json_string(cmp_slow_call_did(call)));
    return object;
}

/* [lowest ns, first ns beyond, calls] of every bucket that is not empty. */
static json_t *json_buckets(const wl_histogram_t *histogram) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < WL_HISTOGRAM_BUCKETS; i++) {
        if (histogram->counts[i] == 0)
            continue;
        json_t *bucket = json_array();
        json_array_append_new(bucket, json_count(wl_histogram_low(i)));
        json_array_append_new(bucket, json_count(wl_histogram_low(i + 1)));
        json_array_append_new(bucket, json_count(histogram->counts[i]));
        json_array_append_new(list, bucket);
    }
    return list;
}

static json_t *json_calls(const cmp_latency_figures_t *latency, enum wl_operation operation) {
    const wl_slow_calls_t *slow = &latency->merged.slow[operation];
    const wl_histogram_t *histogram = &latency->merged.histograms[operation];
    json_t *object = json_object(), *slowest = json_array();
    for (size_t i = 0; i < CMP_PERCENTILES; i++)
        set(object, cmp_percentile_names[i],
            json_number(cmp_latency_percentile(latency, operation, i)));
    set(object, "max", json_number(cmp_latency_max(latency, operation)));
    set(object, "calls", json_count(wl_histogram_count(histogram)));
    set(object, "buckets", json_buckets(histogram));
    for (uint32_t i = 0; i < slow->count; i++)
        json_array_append_new(slowest, json_slow_call(&slow->calls[i]));
    set(object, "slowest", slowest);
    return object;
}

json_t *cmp_json_latency(const cmp_cell_figures_t *figures) {
    const cmp_latency_figures_t *latency = figures->latency;
    if (latency == NULL || latency->samples == 0)
        return json_null();
    const wl_latency_report_t *merged = &latency->merged;
    json_t *object = json_object();
    for (int i = 0; i < WL_OPERATIONS; i++)
        set(object, operations[i], json_calls(latency, (enum wl_operation)i));
    set(object, "samples", json_count(latency->samples));
    set(object, "timer", json_string(wl_timer_name((enum wl_timer_source)merged->source)));
    set(object, "step", json_number(merged->step_ns));
    set(object, "overhead_subtracted", json_number(merged->overhead_ns));
    set(object, "overhead_least", json_number(merged->overhead_least_ns));
    set(object, "relative_error", json_number(WL_HISTOGRAM_RELATIVE_ERROR));
    set(object, "speed_share", json_number(latency->speed_share));
    return object;
}

json_t *cmp_json_latency_samples(const cmp_cell_t *cell) {
    json_t *list = json_array();
    for (size_t i = 0; i < cell->latency_count; i++) {
        const cmp_sample_t *sample = &cell->latency_samples[i];
        bool good = sample->failure == CMP_OK;
        json_t *object = json_object();
        set(object, "sample", json_string(sample->uuid));
        set(object, "round", json_count(sample->round));
        set(object, "timed_ops_per_second", json_number(sample->timed_ops_per_second));
        set(object, "failure", good ? json_null() : json_string(cmp_failure_name(sample->failure)));
        json_array_append_new(list, object);
    }
    return list;
}
