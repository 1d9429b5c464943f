/*
 * Derives speed-up, efficiency and knee from the samples of a run, and prints them. Called by
 * scale, results and publish on the main thread; computes with report.c's figures, so that tables
 * cannot disagree. Formulas: docs/topology.md, Sweeps.
 */
#include "scaling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_text.h"

static const double CONFIDENCE = 0.95, KNEE = 0.5, MEGA = 1e6, HOLM_LEVEL = 0.05;

/* ------------------------------------------------------------------ deriving */

/* PUs that threads are bound to: the sets of the bind= argument. */
static uint32_t binding_pus(const char *bind) {
    uint32_t pus = 1;
    for (const char *c = bind; *c != '\0' && *c != '@'; c++)
        pus += *c == ',';
    return pus;
}

/* PUs of the cells that did the same work as `cell`, of which any sample tells. Where there is
 * none, there is no figure either. */
static uint32_t cell_pus(const cmp_run_t *run, const cmp_cell_t *cell) {
    for (size_t i = 0; i < run->cell_count; i++)
        for (size_t j = 0; j < run->cells[i].sample_count && cmp_same_work(&run->cells[i], cell);
             j++)
            if (run->cells[i].samples[j].binding != NULL)
                return binding_pus(run->cells[i].samples[j].binding);
    return cell->oversubscribed && run->machine.pus > 0 ? run->machine.pus : cell->threads;
}

static const cmp_sample_t *good_sample(const cmp_cell_t *cell, uint32_t round) {
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].round == round && cell->samples[i].failure == CMP_OK)
            return &cell->samples[i];
    return NULL;
}

/* Throughput of `cell` over that of `base` in the same round. */
static cmp_interval_t speed_up(const cmp_cell_t *cell, const cmp_cell_t *base) {
    double *over = calloc(cell->sample_count + 1, sizeof *over);
    double *under = calloc(cell->sample_count + 1, sizeof *under);
    size_t count = 0;
    if (over == NULL || under == NULL)
        abort();
    for (size_t i = 0; i < cell->sample_count; i++) {
        const cmp_sample_t *sample = &cell->samples[i];
        const cmp_sample_t *partner = good_sample(base, sample->round);
        if (sample->failure != CMP_OK || partner == NULL)
            continue;
        over[count] = sample->ops_per_second;
        under[count++] = partner->ops_per_second;
    }
    cmp_interval_t ratio = {NAN, NAN, NAN, NAN, false};
    if (count > 0)
        ratio = cmp_ratio_interval(over, under, count, CONFIDENCE);
    free(over);
    free(under);
    return ratio;
}

static cmp_interval_t scaled(cmp_interval_t interval, double factor) {
    interval.estimate *= factor;
    interval.low *= factor;
    interval.high *= factor;
    return interval;
}

static int point_order(const void *left, const void *right) {
    const cmp_scaling_point_t *a = left, *b = right;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

static void curve_derive(const cmp_run_t *run, cmp_scaling_curve_t *curve) {
    const cmp_scaling_point_t *first = &curve->points[0];
    curve->knee = curve->point_count;
    for (size_t i = 0; i < curve->point_count; i++) {
        cmp_scaling_point_t *point = &curve->points[i];
        const cmp_cell_t *cell = &run->cells[point->cell];
        point->speed_up = speed_up(cell, &run->cells[first->cell]);
        if (i == 0 && isfinite(point->speed_up.estimate))
            point->speed_up = (cmp_interval_t){1, 1, 1, 1, true};
        point->efficiency = scaled(point->speed_up, (double)first->pus / point->pus);
        if (curve->knee == curve->point_count && !cell->oversubscribed &&
            point->efficiency.estimate < KNEE)
            curve->knee = i;
    }
}

static cmp_scaling_curve_t *curve_find(cmp_scaling_t *scaling, const cmp_cell_t *cell) {
    for (size_t i = 0; i < scaling->curve_count; i++)
        if (scaling->curves[i].allocator == cell->allocator &&
            cmp_same_heading(scaling->curves[i].heading, cell))
            return &scaling->curves[i];
    cmp_scaling_curve_t *curve = &scaling->curves[scaling->curve_count++];
    *curve = (cmp_scaling_curve_t){.heading = cell, .allocator = cell->allocator};
    return curve;
}

/* The cells of a curve by threads: they were planned in that order unless -t says otherwise. */
static void points_sort(const cmp_run_t *run, cmp_scaling_curve_t *curve) {
    qsort(curve->points, curve->point_count, sizeof *curve->points, point_order);
    for (size_t i = 1; i < curve->point_count; i++) {
        cmp_scaling_point_t point = curve->points[i];
        size_t place = i;
        for (; place > 0 &&
               run->cells[curve->points[place - 1].cell].threads > run->cells[point.cell].threads;
             place--)
            curve->points[place] = curve->points[place - 1];
        curve->points[place] = point;
    }
}

/* Moves the curves of one heading together, in the order in which headings and allocators come. */
static void curves_gather(cmp_scaling_t *scaling) {
    for (size_t i = 0; i + 1 < scaling->curve_count; i++) {
        size_t next = i + 1;
        while (next < scaling->curve_count &&
               !cmp_same_heading(scaling->curves[i].heading, scaling->curves[next].heading))
            next++;
        if (next == scaling->curve_count)
            continue;
        cmp_scaling_curve_t curve = scaling->curves[next];
        memmove(&scaling->curves[i + 2], &scaling->curves[i + 1],
                (next - i - 1) * sizeof *scaling->curves);
        scaling->curves[i + 1] = curve;
    }
}

/* What the run could not do stands in its notes. */
static void impossible_find(cmp_scaling_t *scaling) {
    const cmp_run_t *run = scaling->report->run;
    const size_t begin = strlen(CMP_NOTE_IMPOSSIBLE);
    scaling->impossible = calloc(run->note_count + 1, sizeof *scaling->impossible);
    if (scaling->impossible == NULL)
        abort();
    for (size_t i = 0; i < run->note_count; i++)
        if (strncmp(run->notes[i], CMP_NOTE_IMPOSSIBLE, begin) == 0)
            scaling->impossible[scaling->impossible_count++] = run->notes[i] + begin;
}

cmp_scaling_t cmp_scaling_make(const cmp_report_t *report) {
    const cmp_run_t *run = report->run;
    cmp_scaling_t scaling = {.report = report};
    scaling.curves = calloc(run->cell_count + 1, sizeof *scaling.curves);
    if (scaling.curves == NULL)
        abort();
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_cell_t *cell = &run->cells[i];
        if (run->allocators[cell->allocator].control)
            continue;
        cmp_scaling_curve_t *curve = curve_find(&scaling, cell);
        curve->points = realloc(curve->points, (curve->point_count + 1) * sizeof *curve->points);
        if (curve->points == NULL)
            abort();
        curve->points[curve->point_count++] =
            (cmp_scaling_point_t){.cell = i, .pus = cell_pus(run, cell)};
    }
    for (size_t i = 0; i < scaling.curve_count; i++) {
        points_sort(run, &scaling.curves[i]);
        curve_derive(run, &scaling.curves[i]);
    }
    curves_gather(&scaling);
    impossible_find(&scaling);
    return scaling;
}

void cmp_scaling_free(cmp_scaling_t *scaling) {
    for (size_t i = 0; i < scaling->curve_count; i++)
        free(scaling->curves[i].points);
    free(scaling->curves);
    free(scaling->impossible);
    *scaling = (cmp_scaling_t){0};
}

/* ------------------------------------------------------------------ printing */

enum {
    COLUMN_ALLOCATOR,
    COLUMN_THREADS,
    COLUMN_MOPS,
    COLUMN_MOPS_INTERVAL,
    COLUMN_SPEED_UP,
    COLUMN_SPEED_UP_INTERVAL,
    COLUMN_EFFICIENCY,
    COLUMN_EFFICIENCY_INTERVAL,
    COLUMN_RATIO,
    COLUMN_RATIO_INTERVAL,
    COLUMN_EQUAL,
    COLUMN_FAILURES,
    COLUMN_COUNT
};

static void interval_set(cmp_grid_t *grid, size_t column, const cmp_interval_t *interval,
                         double unit, int decimals) {
    char estimate[32], low[32], high[32];
    cmp_text_number(estimate, sizeof estimate, interval->estimate / unit, decimals);
    cmp_text_number(low, sizeof low, interval->low / unit, decimals);
    cmp_text_number(high, sizeof high, interval->high / unit, decimals);
    cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%s", estimate);
    if (interval->valid)
        cmp_grid_set(grid, column + 1, CMP_STYLE_PLAIN, "[%s, %s]", low, high);
    else
        cmp_grid_set(grid, column + 1, CMP_STYLE_PLAIN, "n/a");
}

static void point_row(cmp_grid_t *grid, const cmp_scaling_t *scaling,
                      const cmp_scaling_curve_t *curve, size_t index, int decimals) {
    const cmp_report_t *report = scaling->report;
    const cmp_scaling_point_t *point = &curve->points[index];
    const cmp_cell_t *cell = &report->run->cells[point->cell];
    const cmp_cell_figures_t *figures = &report->cells[point->cell];
    char kinds[128];
    cmp_grid_row(grid);
    cmp_grid_set(grid, COLUMN_ALLOCATOR, CMP_STYLE_PLAIN, "  %s",
                 report->run->allocators[curve->allocator].label);
    cmp_grid_set(grid, COLUMN_THREADS, CMP_STYLE_PLAIN, "%u%s", cell->threads,
                 cell->oversubscribed ? " over" : "");
    interval_set(grid, COLUMN_MOPS, &figures->ops_interval, MEGA, decimals);
    if (index == 0 && figures->good > 0) {
        cmp_grid_set(grid, COLUMN_SPEED_UP, CMP_STYLE_PLAIN, "1");
        cmp_grid_set(grid, COLUMN_EFFICIENCY, CMP_STYLE_PLAIN, "1");
    } else {
        interval_set(grid, COLUMN_SPEED_UP, &point->speed_up, 1, 2);
        interval_set(grid, COLUMN_EFFICIENCY, &point->efficiency, 1, 3);
    }
    if (curve->allocator == 0 && figures->good > 0)
        cmp_grid_set(grid, COLUMN_RATIO, CMP_STYLE_PLAIN, "1");
    else
        interval_set(grid, COLUMN_RATIO, &figures->ratio_to_first, 1, 3);
    if (curve->allocator != 0 && figures->equal)
        cmp_grid_set(grid, COLUMN_EQUAL, CMP_STYLE_PLAIN, "=");
    else if (figures->holm_p > HOLM_LEVEL)
        cmp_grid_set(grid, COLUMN_EQUAL, CMP_STYLE_PLAIN, "?");
    cmp_report_failure_kinds(cell, kinds, sizeof kinds);
    if (figures->failed > 0)
        cmp_grid_set(grid, COLUMN_FAILURES, CMP_STYLE_FAILURE, "%zu of %zu: %s", figures->failed,
                     cell->sample_count, kinds);
}

char *cmp_scaling_knees(const cmp_scaling_t *scaling, size_t first, size_t end) {
    const cmp_run_t *run = scaling->report->run;
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        abort();
    bool any = false;
    for (size_t i = first; i < end; i++) {
        const cmp_scaling_curve_t *curve = &scaling->curves[i];
        uint32_t most = 0;
        for (size_t j = 0; j < curve->point_count; j++)
            if (!run->cells[curve->points[j].cell].oversubscribed &&
                isfinite(curve->points[j].efficiency.estimate))
                most = run->cells[curve->points[j].cell].threads;
        if (most == 0 || curve->point_count < 2)
            continue;
        fprintf(stream, "%s%s ", any ? "; " : "", run->allocators[curve->allocator].label);
        any = true;
        if (curve->knee == curve->point_count) {
            fprintf(stream, "none up to %u", most);
            continue;
        }
        const cmp_interval_t *efficiency = &curve->points[curve->knee].efficiency;
        fprintf(stream, "at %u (%.2f", run->cells[curve->points[curve->knee].cell].threads,
                efficiency->estimate);
        if (efficiency->valid)
            fprintf(stream, " [%.2f, %.2f]", efficiency->low, efficiency->high);
        fputc(')', stream);
    }
    if (fclose(stream) != 0)
        abort();
    return text;
}

static void knees_print(const cmp_scaling_t *scaling, size_t first, size_t end, FILE *out) {
    char *text = cmp_scaling_knees(scaling, first, end);
    if (*text != '\0')
        cmp_text_paragraph(out, "  knee (efficiency below 1/2), threads:", 40, text);
    free(text);
}

static void heading_print(const cmp_scaling_t *scaling, size_t first, size_t end, FILE *out,
                          bool colour) {
    static const char *const names[COLUMN_COUNT] = {
        "  allocator", "threads",     "M ops/s", "[low, high]", "speed-up", "[low, high]",
        "efficiency",  "[low, high]", "ratio",   "[low, high]", "",         "failures"};
    const cmp_report_t *report = scaling->report;
    cmp_grid_t grid = {.columns = COLUMN_COUNT};
    double largest = NAN;
    for (size_t column = COLUMN_THREADS; column < COLUMN_EQUAL; column++)
        grid.right[column] = true;
    for (size_t i = first; i < end; i++)
        for (size_t j = 0; j < scaling->curves[i].point_count; j++)
            largest =
                fmax(largest,
                     report->cells[scaling->curves[i].points[j].cell].ops_per_second.median / MEGA);
    cmp_report_heading(report, scaling->curves[first].heading, out);
    cmp_grid_row(&grid);
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        cmp_grid_set(&grid, column, CMP_STYLE_PLAIN, "%s", names[column]);
    for (size_t i = first; i < end; i++) {
        if (i > first && scaling->curves[i].point_count > 1)
            cmp_grid_row(&grid);
        for (size_t j = 0; j < scaling->curves[i].point_count; j++)
            point_row(&grid, scaling, &scaling->curves[i], j, cmp_text_decimals(largest, 4));
    }
    cmp_grid_print(&grid, out, colour);
    knees_print(scaling, first, end, out);
    fputc('\n', out);
}

void cmp_scaling_print(const cmp_scaling_t *scaling, FILE *out, bool colour) {
    for (size_t first = 0, end; first < scaling->curve_count; first = end) {
        end = first + 1;
        while (end < scaling->curve_count &&
               cmp_same_heading(scaling->curves[first].heading, scaling->curves[end].heading))
            end++;
        heading_print(scaling, first, end, out, colour);
    }
    cmp_text_paragraph(out, "Scaling", 14,
                       "speed-up: throughput over that of the same allocator's first row of the "
                       "table, in the same round; efficiency: speed-up per PU in use, that is per "
                       "thread, or per PU where threads share PUs (over); ratio: to the first "
                       "allocator with the same threads");
}
