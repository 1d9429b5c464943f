/*
 * The data of a publication: one CSV row a sample, one a cell, and the cells as JSON. Missing is an
 * empty field or null, never 0. docs/publishing.md describes the columns,
 * docs/publication.schema.json the JSON. Main thread of compare.
 */
#include "publish_formats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "csv_field.h"
#include "publish_scaling.h"
#include "report_json.h"

bool pub_samples_csv(const pub_set_t *set, FILE *out) {
    cmp_report_csv_header(out);
    for (size_t i = 0; i < set->run_count; i++)
        if (!cmp_report_csv_rows(&set->runs[i].recorded.report, out))
            return false;
    return fflush(out) == 0 && !ferror(out);
}

/* ---------------------------------------------------------------- figures of a cell by name */

/* All that a cell has beside its identity, in the order of the columns. */
typedef struct figure {
    const char *name;
    double value;
} figure_t;

enum { FIGURES_MAX = 80 };

static void figure_add(figure_t *figures, size_t *count, const char *name, double value) {
    if (*count == FIGURES_MAX)
        abort();
    figures[(*count)++] = (figure_t){name, value};
}

static void latency_figures(const cmp_latency_figures_t *latency, figure_t *figures,
                            size_t *count) {
    static const char *const names[WL_OPERATIONS][CMP_PERCENTILES + 1] = {
        {"malloc_p50_ns", "malloc_p90_ns", "malloc_p99_ns", "malloc_p99.9_ns", "malloc_p99.99_ns",
         "malloc_max_ns"},
        {"free_p50_ns", "free_p90_ns", "free_p99_ns", "free_p99.9_ns", "free_p99.99_ns",
         "free_max_ns"}};
    const bool has = latency != NULL && latency->samples > 0;
    for (int operation = 0; operation < WL_OPERATIONS; operation++) {
        for (size_t p = 0; p < CMP_PERCENTILES; p++)
            figure_add(figures, count, names[operation][p],
                       has ? cmp_latency_percentile(latency, (enum wl_operation)operation, p)
                           : NAN);
        figure_add(figures, count, names[operation][CMP_PERCENTILES],
                   has ? cmp_latency_max(latency, (enum wl_operation)operation) : NAN);
    }
    figure_add(figures, count, "timer_step_ns", has ? latency->merged.step_ns : NAN);
    figure_add(figures, count, "timer_overhead_ns", has ? latency->merged.overhead_ns : NAN);
}

static void program_figures(const cmp_cell_figures_t *cell, bool program, figure_t *figures,
                            size_t *count) {
    static const char *const names[][3] = {
        {"wall_seconds", "wall_seconds_low", "wall_seconds_high"},
        {"user_seconds", "user_seconds_low", "user_seconds_high"},
        {"system_seconds", "system_seconds_low", "system_seconds_high"}};
    const cmp_interval_t *const intervals[] = {&cell->wall_seconds, &cell->user_seconds,
                                               &cell->system_seconds};
    for (size_t i = 0; i < 3; i++) {
        figure_add(figures, count, names[i][0], program ? intervals[i]->estimate : NAN);
        figure_add(figures, count, names[i][1], program ? intervals[i]->low : NAN);
        figure_add(figures, count, names[i][2], program ? intervals[i]->high : NAN);
    }
    figure_add(figures, count, "page_faults", program ? cell->page_faults : NAN);
}

static void scaling_figures(const cmp_scaling_point_t *point, figure_t *figures, size_t *count) {
    static const cmp_interval_t none = {NAN, NAN, NAN, NAN, false};
    const cmp_interval_t *speed_up = point != NULL ? &point->speed_up : &none;
    const cmp_interval_t *efficiency = point != NULL ? &point->efficiency : &none;
    figure_add(figures, count, "speed_up", speed_up->estimate);
    figure_add(figures, count, "speed_up_low", speed_up->low);
    figure_add(figures, count, "speed_up_high", speed_up->high);
    figure_add(figures, count, "efficiency", efficiency->estimate);
    figure_add(figures, count, "efficiency_low", efficiency->low);
    figure_add(figures, count, "efficiency_high", efficiency->high);
}

static size_t figures_list(const pub_set_t *set, const pub_row_t *row,
                           figure_t figures[FIGURES_MAX]) {
    const cmp_cell_figures_t *cell = pub_figures_of(set, row);
    const cmp_interval_t *ratio = &cell->ratio_to_first, *change = &row->change.ratio;
    const bool ab = set->runs[row->run].ab; /* its interval is that of the verdict */
    size_t count = 0;
    figure_add(figures, &count, "ops_per_second", cell->ops_per_second.median);
    figure_add(figures, &count, "ops_per_second_low", cell->ops_interval.low);
    figure_add(figures, &count, "ops_per_second_high", cell->ops_interval.high);
    figure_add(figures, &count, "ops_per_second_confidence", cell->ops_interval.confidence);
    figure_add(figures, &count, "ops_per_second_mean", cell->ops_per_second.mean);
    figure_add(figures, &count, "ops_per_second_stdev", cell->ops_per_second.stdev);
    figure_add(figures, &count, "ops_per_second_min", cell->ops_per_second.min);
    figure_add(figures, &count, "ops_per_second_max", cell->ops_per_second.max);
    figure_add(figures, &count, "ns_per_op", cell->ns_per_op);
    figure_add(figures, &count, "floor_ns_per_op", cell->floor_ns_per_op);
    figure_add(figures, &count, "ratio", ratio->estimate);
    figure_add(figures, &count, "ratio_low", ab ? NAN : ratio->low);
    figure_add(figures, &count, "ratio_high", ab ? NAN : ratio->high);
    figure_add(figures, &count, "ratio_confidence", ab ? NAN : ratio->confidence);
    figure_add(figures, &count, "holm_p", ab ? NAN : cell->holm_p);
    scaling_figures(pub_scaling_point(set, row), figures, &count);
    figure_add(figures, &count, "peak_rss_bytes", cell->peak_rss_bytes);
    figure_add(figures, &count, "empty_rss_bytes", cell->memory[WL_MOMENT_EMPTY].rss_bytes);
    figure_add(figures, &count, "peak_live_rss_bytes", cell->memory[WL_MOMENT_PEAK_LIVE].rss_bytes);
    figure_add(figures, &count, "end_rss_bytes", cell->memory[WL_MOMENT_FREED].rss_bytes);
    figure_add(figures, &count, "idle_rss_bytes", cell->memory[WL_MOMENT_IDLE].rss_bytes);
    figure_add(figures, &count, "live_bytes", cell->live_bytes);
    figure_add(figures, &count, "fragmentation_at_peak", cell->fragmentation_at_peak);
    figure_add(figures, &count, "crossed_share", cell->crossed_share);
    latency_figures(cell->latency, figures, &count);
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        figure_add(figures, &count, cmp_counter_name((cmp_counter_t)i), cell->per_op[i]);
    program_figures(cell, cmp_cell_is_program(pub_cell_of(set, row)), figures, &count);
    figure_add(figures, &count, "change", change->estimate);
    figure_add(figures, &count, "change_low", change->low);
    figure_add(figures, &count, "change_high", change->high);
    return count;
}

/* "crash", "hang"...; the verdict on the ratio as in the tables. */
static const char *verdict_of(const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    if (pub_cell_of(set, row)->allocator == set->runs[row->run].baseline->base)
        return figures->good > 0 ? "baseline" : NULL;
    if (figures->good == 0 || !figures->ratio_to_first.valid || set->runs[row->run].ab)
        return NULL;
    if (figures->equal)
        return "level";
    if (figures->unsure)
        return figures->ratio_to_first.low > 1 ? "faster?" : "slower?";
    return figures->ratio_to_first.low > 1 ? "faster" : "slower";
}

static const char *earlier_run(const pub_set_t *set, const pub_row_t *row) {
    return isfinite(row->change.ratio.estimate) ? set->runs[row->change.earlier].recorded.run.uuid
                                                : NULL;
}

/* ---------------------------------------------------------------- CSV */

static const char cell_header[] =
    "run,kind,workload,parameters,program,allocator,control,floor,version,library_sha256,threads,"
    "placement,oversubscribed,duration_seconds,check,samples,failed,failures,baseline,verdict,"
    "earlier_run";

static void cell_write(const pub_set_t *set, const pub_row_t *row, FILE *out) {
    const cmp_run_t *run = pub_run_of(set, row);
    const cmp_cell_t *cell = pub_cell_of(set, row);
    const cmp_allocator_t *allocator = pub_allocator_of(set, row);
    const cmp_cell_figures_t *derived = pub_figures_of(set, row);
    char *parameters = cmp_csv_parameters(cell), *failures = pub_failures(set, row);
    char *program = run->program != NULL ? cmp_words_quote(run->program->arguments) : NULL;
    cmp_csv_text(out, run->uuid);
    cmp_csv_text(out, run->kind);
    cmp_csv_text(out, cell->workload->name);
    cmp_csv_text(out, parameters);
    cmp_csv_text(out, program);
    cmp_csv_text(out, allocator->label);
    cmp_csv_count(out, allocator->control);
    cmp_csv_count(out, allocator->floor);
    cmp_csv_text(out, allocator->version);
    cmp_csv_text(out, allocator->sha256);
    cmp_csv_nonzero(out, cell->threads);
    cmp_csv_text(out, cmp_cell_placement(cell));
    cmp_csv_count(out, cell->oversubscribed);
    cmp_csv_real(out, cell->seconds > 0 ? cell->seconds : NAN);
    cmp_csv_count(out, cell->check);
    cmp_csv_count(out, cell->sample_count);
    cmp_csv_count(out, derived->failed);
    cmp_csv_text(out, failures);
    cmp_csv_text(out, set->baseline);
    cmp_csv_text(out, verdict_of(set, row));
    cmp_csv_text(out, earlier_run(set, row));
    free(parameters);
    free(failures);
    free(program);
    figure_t figures[FIGURES_MAX];
    const size_t count = figures_list(set, row, figures);
    for (size_t i = 0; i < count; i++)
        if (i + 1 < count)
            cmp_csv_real(out, figures[i].value);
        else if (isfinite(figures[i].value))
            fprintf(out, "%.15g", figures[i].value);
    fputc('\n', out);
}

bool pub_cells_csv(const pub_set_t *set, FILE *out) {
    figure_t figures[FIGURES_MAX];
    const size_t count = figures_list(set, &set->works[0].rows[0], figures);
    fputs(cell_header, out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, ",%s", figures[i].name);
    fputc('\n', out);
    for (size_t w = 0; w < set->work_count; w++)
        for (size_t i = 0; i < set->works[w].row_count; i++)
            cell_write(set, &set->works[w].rows[i], out);
    return fflush(out) == 0 && !ferror(out);
}

/* ---------------------------------------------------------------- JSON */

static json_t *json_started(double unix_seconds) {
    time_t seconds = (time_t)unix_seconds;
    struct tm utc;
    char text[40];
    if (unix_seconds == 0 || gmtime_r(&seconds, &utc) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        return json_null();
    return json_string(text);
}

static json_t *json_run(const pub_run_t *published) {
    const cmp_run_t *run = &published->recorded.run;
    const cmp_interval_t *floor = &published->recorded.report.noise_floor;
    json_t *object = json_object(), *noise = json_object(), *notes = json_array();
    char seed[24], *command = cmp_command_again(run);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
    set(object, "run", json_text(run->uuid));
    set(object, "kind", json_text(run->kind));
    set(object, "command", json_text(command));
    set(object, "started", json_started(run->started));
    set(object, "seed", json_string(seed));
    set(object, "rounds", json_count(run->rounds));
    set(object, "rounds_done", json_count(run->rounds_done));
    set(object, "interrupted", json_boolean(run->interrupted));
    set(object, "commit", json_text(run->commit));
    set(object, "compiler", json_text(run->compiler));
    set(object, "machine", json_text(run->machine.id));
    set(object, "cpu", json_text(run->machine.cpu));
    set(object, "topology", json_text(run->machine.topology));
    set(object, "kernel", json_text(run->machine.kernel));
    set(noise, "ratio", json_number(floor->estimate));
    set(noise, "low", json_number(floor->low));
    set(noise, "high", json_number(floor->high));
    set(object, "noise_floor", noise);
    for (size_t i = 0; i < run->note_count; i++)
        json_array_append_new(notes, json_text(run->notes[i]));
    set(object, "notes", notes);
    free(command);
    return object;
}

static json_t *json_cell(const pub_set_t *published, const pub_row_t *row) {
    const cmp_run_t *run = pub_run_of(published, row);
    const cmp_cell_t *cell = pub_cell_of(published, row);
    const cmp_allocator_t *allocator = pub_allocator_of(published, row);
    json_t *object = json_object(), *parameters = json_object();
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        const wl_parameter_t *parameter = &cell->workload->parameters[i];
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        set(parameters, parameter->name,
            parameter->choices ? json_text(value) : json_count(cell->values.value[i]));
    }
    char *program = run->program != NULL ? cmp_words_quote(run->program->arguments) : NULL;
    char *failures = pub_failures(published, row);
    set(object, "run", json_text(run->uuid));
    set(object, "workload", json_text(cell->workload->name));
    set(object, "parameters", parameters);
    set(object, "program", json_text(program));
    set(object, "allocator", json_text(allocator->label));
    set(object, "control", json_boolean(allocator->control));
    set(object, "floor", json_boolean(allocator->floor));
    set(object, "version", json_text(allocator->version));
    set(object, "library_sha256", json_text(*allocator->sha256 ? allocator->sha256 : NULL));
    set(object, "threads", json_nonzero(cell->threads));
    set(object, "placement", json_text(cmp_cell_placement(cell)));
    set(object, "oversubscribed", json_boolean(cell->oversubscribed));
    set(object, "duration_seconds", json_number(cell->seconds > 0 ? cell->seconds : NAN));
    set(object, "check", json_boolean(cell->check));
    set(object, "samples", json_count(cell->sample_count));
    set(object, "failed", json_count(pub_figures_of(published, row)->failed));
    set(object, "failures", *failures ? json_text(failures) : json_null());
    set(object, "verdict", json_text(verdict_of(published, row)));
    set(object, "earlier_run", json_text(earlier_run(published, row)));
    figure_t figures[FIGURES_MAX];
    const size_t count = figures_list(published, row, figures);
    for (size_t i = 0; i < count; i++)
        set(object, figures[i].name, json_number(figures[i].value));
    free(program);
    free(failures);
    return object;
}

bool pub_json(const pub_set_t *published, FILE *out) {
    json_t *root = json_object(), *runs = json_array(), *cells = json_array();
    for (size_t i = 0; i < published->run_count; i++)
        json_array_append_new(runs, json_run(&published->runs[i]));
    for (size_t w = 0; w < published->work_count; w++)
        for (size_t i = 0; i < published->works[w].row_count; i++)
            json_array_append_new(cells, json_cell(published, &published->works[w].rows[i]));
    set(root, "schema", json_integer(1));
    set(root, "baseline", json_text(published->baseline));
    set(root, "runs", runs);
    set(root, "cells", cells);
    bool written = json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) == 0;
    json_decref(root);
    written = fputc('\n', out) != EOF && written;
    return fflush(out) == 0 && !ferror(out) && written;
}
