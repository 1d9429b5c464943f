/* Loads runs and groups their cells; see publish_set.h. */
#include "publish_set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "nearest.h"
#include "paths.h"
#include "publish_document.h"
#include "report_text.h"

static const double CHANGE_CONFIDENCE = 0.95;

static void *grow(void *array, size_t count, size_t bytes) {
    void *more = realloc(array, (count + 1) * bytes);
    if (more == NULL)
        abort();
    memset((char *)more + count * bytes, 0, bytes);
    return more;
}

/* ---------------------------------------------------------------- colours */

static int series_of(pub_set_t *set, const cmp_allocator_t *allocator) {
    size_t strangers = 0;
    if (allocator->control)
        return PUB_NO_SERIES;
    for (size_t i = 0; i < set->series_count; i++) {
        if (strcmp(set->series[i].label, allocator->label) == 0)
            return (int)i;
        strangers += !cmp_look_listed(set->series[i].label);
    }
    const cmp_look_t *look = cmp_look_of(allocator->label, strangers);
    set->series = grow(set->series, set->series_count, sizeof *set->series);
    set->series[set->series_count] = (pub_series_t){.label = cmp_text("%s", allocator->label),
                                                    .light = look->light,
                                                    .dark = look->dark,
                                                    .point = look->point,
                                                    .dash = look->dash,
                                                    .floor = allocator->floor};
    return (int)set->series_count++;
}

/* ---------------------------------------------------------------- works */

static bool same_program(const cmp_run_t *a, const cmp_run_t *b) {
    if (a->program == NULL || b->program == NULL)
        return a->program == b->program;
    char *one = cmp_words_quote(a->program->arguments);
    char *other = cmp_words_quote(b->program->arguments);
    const char *input = a->program->input ? a->program->input : "";
    bool same = one != NULL && other != NULL && strcmp(one, other) == 0 &&
                strcmp(input, b->program->input ? b->program->input : "") == 0;
    free(one);
    free(other);
    return same;
}

static bool same_work(const pub_set_t *set, const pub_row_t *a, const pub_row_t *b) {
    return set->runs[a->run].ab == set->runs[b->run].ab &&
           cmp_same_work(pub_cell_of(set, a), pub_cell_of(set, b)) &&
           same_program(pub_run_of(set, a), pub_run_of(set, b));
}

static bool same_heading(const pub_set_t *set, const pub_row_t *a, const pub_row_t *b) {
    return set->runs[a->run].ab == set->runs[b->run].ab &&
           cmp_same_heading(pub_cell_of(set, a), pub_cell_of(set, b)) &&
           same_program(pub_run_of(set, a), pub_run_of(set, b));
}

static void row_place(pub_set_t *set, pub_row_t row) {
    size_t at = 0;
    while (at < set->work_count && !same_work(set, &set->works[at].rows[0], &row))
        at++;
    if (at == set->work_count) {
        set->works = grow(set->works, set->work_count, sizeof *set->works);
        set->work_count++;
    }
    pub_work_t *work = &set->works[at];
    work->rows = grow(work->rows, work->row_count, sizeof *work->rows);
    /* Behind those of the same allocator in earlier runs; the controls go last. */
    size_t place = 0;
    for (size_t i = 0; i < work->row_count; i++)
        if (work->rows[i].series == row.series)
            place = i + 1;
    if (place == 0) {
        place = work->row_count;
        while (place > 0 && row.series >= 0 && work->rows[place - 1].series < 0)
            place--;
    }
    memmove(work->rows + place + 1, work->rows + place,
            (work->row_count - place) * sizeof *work->rows);
    work->rows[place] = row;
    work->row_count++;
}

/* ---------------------------------------------------------------- names */

static void parameters_write(FILE *out, const cmp_cell_t *cell, bool all) {
    wl_values_t defaults;
    if (cmp_cell_is_program(cell))
        return;
    wl_defaults(cell->workload, &defaults);
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        if (!all && cell->values.value[i] == defaults.value[i])
            continue;
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        fprintf(out, " %s=%s", cell->workload->parameters[i].name, value);
    }
}

/* Text that `write` prints, malloc'ed. */
static char *text_of(void (*write)(FILE *out, const pub_set_t *set, const pub_row_t *row),
                     const pub_set_t *set, const pub_row_t *row) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    write(out, set, row);
    if (fclose(out) != 0)
        abort();
    return text;
}

static void title_write(FILE *out, const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_t *cell = pub_cell_of(set, row);
    const cmp_run_t *run = pub_run_of(set, row);
    if (run->program != NULL) {
        char *words = cmp_words_quote(run->program->arguments);
        fprintf(out, "program %s", words);
        free(words);
        return;
    }
    fputs(cell->workload->name, out);
    parameters_write(out, cell, false);
    if (cell->placement != TOPO_COMPACT)
        fprintf(out, ", %s", topo_policy_name(cell->placement));
    if (cell->seconds > 0)
        fprintf(out, ", %g s", cell->seconds);
    if (cell->check)
        fputs(", checked", out);
    if (set->runs[row->run].ab)
        fputs(", A against B", out);
}

static void parameters_all(FILE *out, const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_t *cell = pub_cell_of(set, row);
    parameters_write(out, cell, true);
    if (!cmp_cell_is_program(cell))
        fprintf(out, "%s placement %s", cell->workload->parameter_count > 0 ? ";" : "",
                topo_policy_name(cell->placement));
    if (cell->seconds > 0)
        fprintf(out, "; %g s a sample", cell->seconds);
    if (cell->check)
        fputs("; block contents verified", out);
}

static void works_name(pub_set_t *set) {
    for (size_t i = 0; i < set->work_count; i++) {
        pub_work_t *work = &set->works[i];
        const cmp_cell_t *cell = pub_cell_of(set, &work->rows[0]);
        char *title = text_of(title_write, set, &work->rows[0]);
        size_t at = 0;
        while (at < set->heading_count &&
               !same_heading(set, &set->works[set->headings[at].works[0]].rows[0], &work->rows[0]))
            at++;
        if (at == set->heading_count) {
            set->headings = grow(set->headings, at, sizeof *set->headings);
            char *parameters = text_of(parameters_all, set, &work->rows[0]);
            set->headings[at] =
                (pub_heading_t){.title = cmp_text("%s", title),
                                .parameters = cmp_text("%s", parameters + strspn(parameters, " ")),
                                .program = cmp_cell_is_program(cell)};
            set->heading_count++;
            free(parameters);
        }
        pub_heading_t *heading = &set->headings[at];
        heading->works = grow(heading->works, heading->work_count, sizeof *heading->works);
        heading->works[heading->work_count++] = i;
        work->heading = at;
        work->name = cmp_cell_is_program(cell) ? cmp_text("%s", title)
                                               : cmp_text("%s, %u thread%s", title, cell->threads,
                                                          cell->threads == 1 ? "" : "s");
        char *slug = pub_slug(work->name);
        work->id = cmp_text("%.60s-%zu", slug, i + 1);
        free(slug);
        free(title);
    }
}

/* ---------------------------------------------------------------- changes */

static double sample_speed(const cmp_cell_t *cell, const cmp_sample_t *sample) {
    return cmp_cell_is_program(cell) ? 1 / sample->wall_seconds : sample->ops_per_second;
}

/* Logs of the speeds of the good samples, malloc'ed. */
static double *log_speeds(const cmp_cell_t *cell, size_t *count) {
    double *logs = malloc((cell->sample_count + 1) * sizeof *logs);
    if (logs == NULL)
        abort();
    *count = 0;
    for (size_t i = 0; i < cell->sample_count; i++) {
        double speed = sample_speed(cell, &cell->samples[i]);
        if (cell->samples[i].failure == CMP_OK && speed > 0 && isfinite(speed))
            logs[(*count)++] = log(speed);
    }
    return logs;
}

static cmp_interval_t change_of(const cmp_cell_t *now, const cmp_cell_t *then) {
    size_t now_count, then_count;
    double *x = log_speeds(now, &now_count), *y = log_speeds(then, &then_count);
    cmp_interval_t shift = cmp_shift_interval(x, now_count, y, then_count, CHANGE_CONFIDENCE);
    free(x);
    free(y);
    shift.estimate = exp(shift.estimate);
    shift.low = exp(shift.low);
    shift.high = exp(shift.high);
    return shift;
}

/* Against the latest earlier run of the same machine that has the cell. */
static void changes_find(pub_set_t *set) {
    for (size_t w = 0; w < set->work_count; w++) {
        pub_work_t *work = &set->works[w];
        for (size_t i = 0; i < work->row_count; i++) {
            pub_row_t *row = &work->rows[i], *earlier = NULL;
            row->change.ratio = (cmp_interval_t){NAN, NAN, NAN, NAN, false};
            for (size_t j = 0; j < work->row_count; j++) {
                pub_row_t *other = &work->rows[j];
                if (other->series == row->series && other->run < row->run &&
                    strcmp(pub_run_of(set, other)->machine.id, pub_run_of(set, row)->machine.id) ==
                        0 &&
                    (earlier == NULL || other->run > earlier->run))
                    earlier = other;
            }
            if (earlier != NULL)
                row->change = (pub_change_t){
                    earlier->run, change_of(pub_cell_of(set, row), pub_cell_of(set, earlier))};
        }
    }
}

/* ---------------------------------------------------------------- loading */

/* The index of the allocator of that label, without the control; -1: none. */
static long allocator_find(const cmp_run_t *run, const char *label) {
    for (size_t i = 0; i < run->allocator_count; i++)
        if (!run->allocators[i].control && strcmp(run->allocators[i].label, label) == 0)
            return (long)i;
    return -1;
}

static bool run_add(pub_set_t *set, cmp_store_t *store, const char *uuid, char *error,
                    size_t error_bytes) {
    pub_run_t *run = &set->runs[set->run_count];
    if (!cmp_recorded_load(&run->recorded, store, uuid, error, error_bytes))
        return false;
    const cmp_run_t *loaded = &run->recorded.run;
    set->run_count++;
    run->ab = cmp_recorded_is_ab(loaded);
    if (loaded->allocator_count == 0 || loaded->cell_count == 0) {
        snprintf(error, error_bytes, "run %.8s has no cells; there is nothing to publish of it",
                 uuid);
        return false;
    }
    if (strcmp(loaded->kind, set->runs[0].recorded.run.kind) != 0) {
        snprintf(error, error_bytes,
                 "run %.8s is %s and run %.8s is %s: they are never shown together; publish each "
                 "by itself",
                 uuid, loaded->kind, set->runs[0].recorded.run.uuid,
                 set->runs[0].recorded.run.kind);
        return false;
    }
    return true;
}

static int start_order(const void *left, const void *right) {
    const cmp_run_t *a = &((const pub_run_t *)left)->recorded.run;
    const cmp_run_t *b = &((const pub_run_t *)right)->recorded.run;
    int order = (a->started > b->started) - (a->started < b->started);
    return order != 0 ? order : strcmp(a->uuid, b->uuid);
}

/* The report of a run with ratios to an allocator; the run's own where that is the first. */
static const cmp_report_t *report_against(pub_run_t *run, const char *label, cmp_report_t *own) {
    long index = allocator_find(&run->recorded.run, label);
    if (index <= 0)
        return &run->recorded.report;
    const cmp_report_t *first = &run->recorded.report;
    *own = cmp_report_make_against(&run->recorded.run, (size_t)index);
    own->history_count = first->history_count;
    own->history_low = first->history_low;
    own->history_high = first->history_high;
    own->history_share = first->history_share;
    own->unusual = first->unusual;
    return own;
}

static const char *nearest_allocator(const cmp_run_t *run, const char *label) {
    const char **names = calloc(run->allocator_count + 1, sizeof *names), *near;
    size_t count = 0;
    if (names == NULL)
        abort();
    for (size_t i = 0; i < run->allocator_count; i++)
        if (!run->allocators[i].control)
            names[count++] = run->allocators[i].label;
    near = cmp_nearest(label, names);
    free(names);
    return near;
}

static bool baseline_choose(pub_set_t *set, const char *baseline, char *error, size_t error_bytes) {
    const cmp_run_t *first = &set->runs[0].recorded.run;
    bool hakmem = true;
    set->baseline = cmp_text("%s", baseline != NULL ? baseline : first->allocators[0].label);
    for (size_t i = 0; i < set->run_count; i++) {
        const cmp_run_t *run = &set->runs[i].recorded.run;
        hakmem &= allocator_find(run, "hakmem") >= 0;
        if (allocator_find(run, set->baseline) >= 0)
            continue;
        const char *near = nearest_allocator(run, set->baseline);
        snprintf(
            error, error_bytes,
            "run %.8s has no allocator '%s' to be the baseline%s%s%s; name one that every run has "
            "with --baseline, or publish the run by itself",
            run->uuid, set->baseline, near ? "; did you mean '" : "", near ? near : "",
            near ? "'?" : "");
        return false;
    }
    set->subject = cmp_text("%s", hakmem ? "hakmem" : set->baseline);
    return true;
}

bool pub_set_load(pub_set_t *set, cmp_store_t *store, const char *const *uuids, size_t count,
                  const char *baseline, char *error, size_t error_bytes) {
    *set = (pub_set_t){.runs = calloc(count + 1, sizeof *set->runs)};
    if (set->runs == NULL)
        abort();
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = run_add(set, store, uuids[i], error, error_bytes);
    qsort(set->runs, set->run_count, sizeof *set->runs, start_order);
    for (size_t i = 0; i < set->run_count; i++) { /* they were moved */
        set->runs[i].letter = (char)('A' + i);
        set->runs[i].recorded.report.run = &set->runs[i].recorded.run;
    }
    if (!good || !baseline_choose(set, baseline, error, error_bytes)) {
        pub_set_free(set);
        return false;
    }
    for (size_t i = 0; i < set->run_count; i++) {
        pub_run_t *run = &set->runs[i];
        run->baseline = report_against(run, set->baseline, &run->own_baseline);
        run->subject = strcmp(set->subject, set->baseline) == 0
                           ? run->baseline
                           : report_against(run, set->subject, &run->own_subject);
        if (!run->ab && run->recorded.run.program == NULL)
            run->scaling = cmp_scaling_make(&run->recorded.report);
        for (size_t j = 0; j < run->recorded.run.cell_count; j++) {
            const cmp_cell_t *cell = &run->recorded.run.cells[j];
            if (run->recorded.run.allocators[cell->allocator].layout > 0)
                continue; /* publish_layouts.c shows them */
            row_place(set, (pub_row_t){.run = i,
                                       .cell = j,
                                       .series = series_of(
                                           set, &run->recorded.run.allocators[cell->allocator])});
        }
    }
    works_name(set);
    changes_find(set);
    return true;
}

void pub_set_free(pub_set_t *set) {
    for (size_t i = 0; i < set->run_count; i++) {
        if (set->runs[i].own_baseline.cells != NULL)
            cmp_report_free(&set->runs[i].own_baseline);
        if (set->runs[i].own_subject.cells != NULL)
            cmp_report_free(&set->runs[i].own_subject);
        cmp_scaling_free(&set->runs[i].scaling);
        cmp_recorded_free(&set->runs[i].recorded);
    }
    for (size_t i = 0; i < set->series_count; i++)
        free(set->series[i].label);
    for (size_t i = 0; i < set->work_count; i++) {
        free(set->works[i].rows);
        free(set->works[i].name);
        free(set->works[i].id);
    }
    for (size_t i = 0; i < set->heading_count; i++) {
        free(set->headings[i].title);
        free(set->headings[i].parameters);
        free(set->headings[i].works);
    }
    free(set->runs);
    free(set->series);
    free(set->works);
    free(set->headings);
    free(set->baseline);
    free(set->subject);
    *set = (pub_set_t){0};
}

cmp_interval_t pub_speed(const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    if (cmp_cell_is_program(pub_cell_of(set, row)))
        return figures->wall_seconds;
    cmp_interval_t speed = figures->ops_interval;
    speed.estimate = figures->ops_per_second.median;
    return speed;
}

char *pub_failures(const pub_set_t *set, const pub_row_t *row) {
    char kinds[128];
    cmp_report_failure_kinds(pub_cell_of(set, row), kinds, sizeof kinds);
    return cmp_text("%s", kinds);
}

const char *pub_ab_verdict(const pub_set_t *set, const pub_row_t *row) {
    const cmp_run_t *run = pub_run_of(set, row);
    const cmp_cell_t *cell = pub_cell_of(set, row);
    const char *verdict = NULL;
    char *beginning = cmp_text(CMP_NOTE_VERDICT "%s, threads %u, %s against ", cell->workload->name,
                               cell->threads, pub_allocator_of(set, row)->label);
    for (size_t i = 0; set->runs[row->run].ab && i < run->note_count; i++) {
        if (strncmp(run->notes[i], beginning, strlen(beginning)) != 0)
            continue;
        verdict = strstr(run->notes[i] + strlen(beginning), ": ");
        verdict = verdict != NULL ? verdict + 2 : NULL;
    }
    free(beginning);
    return verdict;
}
