/*
 * JSON of a run, schema 1: the contract that docs/results.schema.json states. Prints what report.c
 * derived and the raw samples. Missing is null, never 0; unsigned 64-bit seeds and checksums are
 * strings, since JSON numbers lose their last digits in most readers. Main thread of compare.
 */
#include "comparison.h"
#include "scaling.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "report_json.h"
#include "report_text.h"

static json_t *json_nonzero_number(double value) {
    return json_number(value != 0 ? value : NAN);
}

json_t *cmp_json_time(double unix_seconds) {
    time_t seconds = (time_t)unix_seconds;
    struct tm utc;
    char text[40];
    if (unix_seconds == 0 || !gmtime_r(&seconds, &utc) ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return json_null();
    return json_string(text);
}

static json_t *json_seed(uint64_t seed) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, seed);
    return json_string(text);
}

static json_t *json_interval(const cmp_interval_t *interval) {
    if (!isfinite(interval->estimate))
        return json_null();
    json_t *object = json_object();
    set(object, "estimate", json_number(interval->estimate));
    set(object, "low", json_number(interval->low));
    set(object, "high", json_number(interval->high));
    set(object, "confidence", json_number(interval->confidence));
    return object;
}

static json_t *json_noise_floor(const cmp_report_t *report) {
    const cmp_interval_t *floor = &report->noise_floor;
    json_t *object = json_object();
    set(object, "ratio", json_number(floor->estimate));
    set(object, "low", json_number(floor->low));
    set(object, "high", json_number(floor->high));
    set(object, "confidence", json_number(floor->confidence));
    json_t *history = json_object();
    set(history, "runs", json_count(report->history_count));
    set(history, "low", json_number(report->history_low));
    set(history, "high", json_number(report->history_high));
    set(history, "share", report->history_count ? json_number(report->history_share) : json_null());
    set(object, "earlier", history);
    return object;
}

json_t *cmp_json_machine(const cmp_machine_t *machine) {
    json_t *object = json_object();
    const struct {
        const char *key, *text;
    } texts[] = {{"id", machine->id},
                 {"hostname", machine->hostname},
                 {"cpu", machine->cpu},
                 {"caches", machine->caches},
                 {"topology", machine->topology},
                 {"kernel", machine->kernel},
                 {"os", machine->os},
                 {"libc", machine->libc},
                 {"governor", machine->governor},
                 {"transparent_huge_pages", machine->thp},
                 {"overcommit", machine->overcommit},
                 {"hypervisor", machine->hypervisor}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        set(object, texts[i].key, json_text(texts[i].text));
    set(object, "packages", json_nonzero(machine->packages));
    set(object, "cores", json_nonzero(machine->cores));
    set(object, "pus", json_nonzero(machine->pus));
    set(object, "numa_nodes", json_nonzero(machine->numa_nodes));
    set(object, "memory_bytes", json_nonzero(machine->memory_bytes));
    return object;
}

static json_t *json_allocators(const cmp_run_t *run) {
    json_t *list = json_array();
    for (size_t i = 0; i < run->allocator_count; i++) {
        const cmp_allocator_t *allocator = &run->allocators[i];
        json_t *object = json_object();
        set(object, "allocator", json_text(allocator->label));
        set(object, "name", json_text(allocator->name));
        set(object, "path", json_text(allocator->path));
        set(object, "version", json_text(allocator->version));
        set(object, "library_sha256", json_text(*allocator->sha256 ? allocator->sha256 : NULL));
        set(object, "configuration", json_text(allocator->configuration));
        set(object, "control", json_boolean(allocator->control));
        if (allocator->layout > 0)
            set(object, "layout", json_count(allocator->layout));
        json_array_append_new(list, object);
    }
    return list;
}

static void sample_identify(json_t *object, const cmp_sample_t *sample) {
    set(object, "sample", json_text(sample->uuid));
    set(object, "round", json_count(sample->round));
    set(object, "position", json_count(sample->position));
    set(object, "seed", json_seed(sample->seed));
    set(object, "started", cmp_json_time(sample->started));
    set(object, "wall_seconds", json_nonzero_number(sample->wall_seconds));
}

static json_t *json_good_sample(const cmp_cell_t *cell, const cmp_sample_t *sample) {
    const bool program = cmp_cell_is_program(cell);
    json_t *object = json_object();
    char checksum[20];
    snprintf(checksum, sizeof checksum, "%016" PRIx64, sample->checksum);
    sample_identify(object, sample);
    set(object, "ops_per_second", json_number(sample->ops_per_second));
    set(object, "window_seconds", json_nonzero_number(sample->window_seconds));
    set(object, "ops", program ? json_null() : json_count(sample->ops));
    set(object, "checksum", program ? json_null() : json_string(checksum));
    set(object, "crossed_share", json_number(program ? NAN : sample->crossed_share));
    set(object, "peak_rss_bytes", json_nonzero(sample->peak_rss_bytes));
    set(object, "empty_rss_bytes", json_nonzero(sample->memory[WL_MOMENT_EMPTY].rss_bytes));
    set(object, "peak_live_rss_bytes", json_nonzero(sample->memory[WL_MOMENT_PEAK_LIVE].rss_bytes));
    set(object, "end_rss_bytes", json_nonzero(sample->memory[WL_MOMENT_FREED].rss_bytes));
    set(object, "live_bytes", program ? json_null() : json_count(sample->live_bytes));
    set(object, "minor_faults", json_count(sample->minor_faults));
    set(object, "major_faults", json_count(sample->major_faults));
    set(object, "voluntary_switches", json_count(sample->voluntary_switches));
    set(object, "involuntary_switches", json_count(sample->involuntary_switches));
    set(object, "user_seconds", json_number(sample->user_seconds));
    set(object, "system_seconds", json_number(sample->system_seconds));
    set(object, "steal_seconds", json_number(sample->steal_seconds));
    set(object, "binding", json_text(sample->binding));
    set(object, "output_sha256", json_text(*sample->output_sha256 ? sample->output_sha256 : NULL));
    set(object, "counted", cmp_json_count(&sample->counted));
    set(object, "window_start_seconds", json_number(program ? NAN : sample->window_start_seconds));
    set(object, "memory", cmp_json_sample_memory(sample));
    set(object, "node_bytes", cmp_json_sample_nodes(sample));
    set(object, "timeline", cmp_json_sample_timeline(sample));
    return object;
}

static json_t *json_failed_sample(const cmp_sample_t *sample) {
    json_t *object = json_object();
    sample_identify(object, sample);
    set(object, "failure", json_text(cmp_failure_name(sample->failure)));
    set(object, "reason", json_text(sample->reason));
    set(object, "peak_rss_bytes", json_nonzero(sample->peak_rss_bytes));
    return object;
}

static json_t *json_throughput(const cmp_cell_figures_t *figures) {
    json_t *object = json_object();
    const cmp_summary_t *summary = &figures->ops_per_second;
    set(object, "median", json_number(summary->median));
    set(object, "low", json_number(figures->ops_interval.low));
    set(object, "high", json_number(figures->ops_interval.high));
    set(object, "confidence", json_number(figures->ops_interval.confidence));
    set(object, "mean", json_number(summary->mean));
    set(object, "stdev", json_number(summary->stdev));
    set(object, "min", json_number(summary->min));
    set(object, "max", json_number(summary->max));
    return object;
}

static json_t *json_parameters(const cmp_cell_t *cell) {
    json_t *object = json_object();
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        const wl_parameter_t *parameter = &cell->workload->parameters[i];
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        set(object, parameter->name,
            parameter->choices ? json_text(value) : json_count(cell->values.value[i]));
    }
    return object;
}

static void cell_describe(json_t *object, const cmp_run_t *run, const cmp_cell_t *cell) {
    const cmp_allocator_t *allocator = &run->allocators[cell->allocator];
    set(object, "workload", json_text(cell->workload->name));
    set(object, "parameters", json_parameters(cell));
    set(object, "allocator", json_text(allocator->label));
    set(object, "control", json_boolean(allocator->control));
    set(object, "version", json_text(allocator->version));
    set(object, "library_sha256", json_text(*allocator->sha256 ? allocator->sha256 : NULL));
    set(object, "threads", json_nonzero(cell->threads));
    set(object, "placement", json_text(cmp_cell_placement(cell)));
    set(object, "oversubscribed", json_boolean(cell->oversubscribed));
    set(object, "ops_per_thread", json_nonzero(cell->ops_per_thread));
    set(object, "warmup_per_thread", json_nonzero(cell->warmup_per_thread));
    set(object, "duration_seconds", json_nonzero_number(cell->seconds));
    set(object, "check", json_boolean(cell->check));
}

static json_t *json_cell(const cmp_report_t *report, size_t index) {
    const cmp_cell_t *cell = &report->run->cells[index];
    const cmp_cell_figures_t *figures = &report->cells[index];
    json_t *object = json_object(), *samples = json_array(), *failures = json_array();
    for (size_t i = 0; i < cell->sample_count; i++) {
        const cmp_sample_t *sample = &cell->samples[i];
        if (sample->failure == CMP_OK)
            json_array_append_new(samples, json_good_sample(cell, sample));
        else
            json_array_append_new(failures, json_failed_sample(sample));
    }
    cell_describe(object, report->run, cell);
    set(object, "rounds", json_count(cell->sample_count));
    set(object, "failures", failures);
    set(object, "samples", samples);
    set(object, "ops_per_second", json_throughput(figures));
    set(object, "ns_per_op", json_number(figures->ns_per_op));
    set(object, "floor_ns_per_op", json_number(figures->floor_ns_per_op));
    set(object, "ratio_to_first", json_interval(&figures->ratio_to_first));
    set(object, "holm_p", json_number(figures->holm_p));
    set(object, "equal_to_first",
        figures->ratio_to_first.valid ? json_boolean(figures->equal) : json_null());
    set(object, "peak_rss_bytes", json_median(figures->peak_rss_bytes));
    set(object, "end_rss_bytes", json_median(figures->end_rss_bytes));
    set(object, "fragmentation_at_peak", json_number(figures->fragmentation_at_peak));
    set(object, "crossed_share", json_number(figures->crossed_share));
    set(object, "empty_rss_bytes", json_median(figures->memory[WL_MOMENT_EMPTY].rss_bytes));
    set(object, "peak_live_rss_bytes", json_median(figures->memory[WL_MOMENT_PEAK_LIVE].rss_bytes));
    set(object, "idle_rss_bytes", json_median(figures->memory[WL_MOMENT_IDLE].rss_bytes));
    set(object, "live_bytes", json_median(figures->live_bytes));
    set(object, "memory", cmp_json_memory(figures));
    set(object, "timeline", cmp_json_course(cell));
    set(object, "latency_ns", cmp_json_latency(figures));
    set(object, "latency_samples", cmp_json_latency_samples(cell));
    set(object, "instructions_per_op", json_number(figures->per_op[CMP_COUNTER_INSTRUCTIONS]));
    set(object, "counters_source", json_text(report->run->counters_source));
    set(object, "counters_per_op", cmp_json_counters_per_op(report, figures));
    set(object, "simulated", cmp_json_simulated(cell));
    set(object, "wall_seconds", cmp_json_seconds(cell, &figures->wall_seconds));
    set(object, "user_seconds", cmp_json_seconds(cell, &figures->user_seconds));
    set(object, "system_seconds", cmp_json_seconds(cell, &figures->system_seconds));
    set(object, "page_faults", json_number(cmp_cell_is_program(cell) ? figures->page_faults : NAN));
    return object;
}

static json_t *json_strings(char **strings, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        char *clean = cmp_text_utf8(strings[i], false);
        json_array_append_new(list, json_string(clean));
        free(clean);
    }
    return list;
}

/* Memory of both sides of a comparison; null where it was not taken. */
static json_t *json_sides(const cmp_comparison_t *comparison) {
    static const char *const keys[CMP_SIDES_COUNT] = {[CMP_SIDES_PEAK] = "peak_rss_bytes",
                                                      [CMP_SIDES_PEAK_LIVE] = "peak_live_rss_bytes",
                                                      [CMP_SIDES_FREED] = "end_rss_bytes",
                                                      [CMP_SIDES_IDLE] = "idle_rss_bytes"};
    json_t *object = json_object();
    for (size_t i = 0; i < CMP_SIDES_COUNT; i++) {
        const cmp_sides_t *sides = &comparison->memory[i];
        json_t *figure = isfinite(sides->base) ? json_object() : json_null();
        if (json_is_object(figure)) {
            set(figure, "base", json_number(sides->base));
            set(figure, "treatment", json_number(sides->treatment));
            set(figure, "ratio", json_interval(&sides->ratio));
        }
        set(object, keys[i], figure);
    }
    return object;
}

/* Whether what --hit and --count named ran; null where nothing was named. */
static json_t *json_activity(const cmp_activity_t *activity) {
    const char *method = cmp_activity_method(activity);
    if (method == NULL)
        return json_null();
    json_t *object = json_object();
    set(object, "active", json_boolean(activity->active));
    set(object, "method", json_text(method));
    set(object, "text", json_text(activity->text));
    return object;
}

/* null: one layout. */
static json_t *json_layouts(const cmp_layouts_t *layouts) {
    if (layouts == NULL)
        return json_null();
    json_t *object = json_object(), *effects = json_array();
    for (size_t i = 0; i < layouts->count; i++)
        json_array_append_new(effects, json_number(layouts->effects[i]));
    set(object, "count", json_count(layouts->count));
    set(object, "rounds", json_count(layouts->pairs));
    set(object, "single_ratio", json_interval(&layouts->single));
    set(object, "single_share", json_number(layouts->single_share));
    set(object, "tax_base", json_number(layouts->base_tax));
    set(object, "tax_treatment", json_number(layouts->treatment_tax));
    set(object, "effects", effects);
    return object;
}

static json_t *json_verdicts(const cmp_report_t *report) {
    json_t *verdicts = json_array();
    for (size_t i = 0; i < report->comparison_count; i++) {
        const cmp_comparison_t *comparison = &report->comparisons[i];
        const cmp_cell_t *cell = comparison->base;
        json_t *object = json_object();
        set(object, "workload", json_text(cell->workload->name));
        set(object, "parameters", json_parameters(cell));
        set(object, "threads", json_count(cell->threads));
        set(object, "placement", json_text(topo_policy_name(cell->placement)));
        set(object, "base", json_text(report->run->allocators[cell->allocator].label));
        set(object, "treatment",
            json_text(report->run->allocators[comparison->treatment->allocator].label));
        set(object, "verdict", json_text(cmp_verdict_name(comparison->verdict)));
        set(object, "ratio", json_interval(&comparison->ratio));
        set(object, "confidence", json_number(comparison->ratio.confidence));
        set(object, "order_effect", json_interval(&comparison->order));
        set(object, "rounds", json_count(comparison->pairs));
        set(object, "looks", json_count(comparison->looks));
        set(object, "gain_pct", json_number(comparison->rule.gain_pct));
        set(object, "loss_pct", json_number(comparison->rule.loss_pct));
        set(object, "error_rate", json_number(comparison->rule.error_rate));
        set(object, "memory", json_sides(comparison));
        set(object, "activity", json_activity(&comparison->activity));
        set(object, "layouts", json_layouts(comparison->layouts));
        set(object, "paths", json_text(comparison->paths));
        json_array_append_new(verdicts, object);
    }
    return verdicts;
}

static json_t *json_scaling_point(const cmp_report_t *report, const cmp_scaling_point_t *point) {
    const cmp_cell_t *cell = &report->run->cells[point->cell];
    json_t *object = json_object();
    set(object, "threads", json_count(cell->threads));
    set(object, "pus", json_count(point->pus));
    set(object, "oversubscribed", json_boolean(cell->oversubscribed));
    set(object, "ops_per_second", json_throughput(&report->cells[point->cell]));
    set(object, "speed_up", json_interval(&point->speed_up));
    set(object, "efficiency", json_interval(&point->efficiency));
    return object;
}

static json_t *json_scaling(const cmp_report_t *report) {
    const cmp_scaling_t *scaling = report->scaling;
    json_t *object = json_object(), *curves = json_array(), *impossible = json_array();
    for (size_t i = 0; i < scaling->curve_count; i++) {
        const cmp_scaling_curve_t *curve = &scaling->curves[i];
        json_t *item = json_object(), *points = json_array();
        for (size_t j = 0; j < curve->point_count; j++)
            json_array_append_new(points, json_scaling_point(report, &curve->points[j]));
        const bool knee = curve->knee < curve->point_count;
        set(item, "workload", json_text(curve->heading->workload->name));
        set(item, "parameters", json_parameters(curve->heading));
        set(item, "placement", json_text(cmp_cell_placement(curve->heading)));
        set(item, "allocator", json_text(report->run->allocators[curve->allocator].label));
        set(item, "knee_threads",
            knee ? json_count(report->run->cells[curve->points[curve->knee].cell].threads)
                 : json_null());
        set(item, "points", points);
        json_array_append_new(curves, item);
    }
    for (size_t i = 0; i < scaling->impossible_count; i++)
        json_array_append_new(impossible, json_string(scaling->impossible[i]));
    set(object, "curves", curves);
    set(object, "impossible", impossible);
    return object;
}

bool cmp_report_json(const cmp_report_t *report, FILE *out) {
    const cmp_run_t *run = report->run;
    json_t *root = json_object(), *cells = json_array();
    size_t arguments = 0;
    while (run->command && run->command[arguments])
        arguments++;
    for (size_t i = 0; i < run->cell_count; i++)
        json_array_append_new(cells, json_cell(report, i));
    set(root, "schema", json_integer(1));
    set(root, "run", json_text(run->uuid));
    set(root, "kind", json_text(run->kind));
    set(root, "command", json_strings(run->command, arguments));
    set(root, "started", cmp_json_time(run->started));
    set(root, "seed", json_seed(run->seed));
    set(root, "rounds", json_count(run->rounds));
    set(root, "rounds_done", json_count(run->rounds_done));
    set(root, "interrupted", json_boolean(run->interrupted));
    set(root, "commit", json_text(run->commit));
    set(root, "compiler", json_text(run->compiler));
    set(root, "machine", cmp_json_machine(&run->machine));
    set(root, "noise_floor", json_noise_floor(report));
    set(root, "allocators", json_allocators(run));
    set(root, "program", cmp_json_program(run->program));
    set(root, "notes", json_strings(run->notes, run->note_count));
    set(root, "cells", cells);
    if (report->comparisons)
        set(root, "verdicts", json_verdicts(report));
    if (report->scaling)
        set(root, "scaling", json_scaling(report));
    bool written = json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) == 0;
    json_decref(root);
    written = written && fputc('\n', out) != EOF;
    return fflush(out) == 0 && !ferror(out) && written;
}
