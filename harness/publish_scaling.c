/* Curves and tables of speed-up; see publish_scaling.h. Figures are those of scaling.c. */
#include "publish_scaling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "publish_draw.h"
#include "publish_sketch.h"

static const double MEGA = 1e6;
enum { SPEED_UP_DECIMALS = 2, EFFICIENCY_DECIMALS = 3 };

/* ---------------------------------------------------------------- what is shown */

static bool has_heading(const pub_set_t *set, size_t heading, const cmp_scaling_curve_t *curve) {
    const pub_row_t *row = &set->works[set->headings[heading].works[0]].rows[0];
    return cmp_same_heading(curve->heading, pub_cell_of(set, row));
}

static size_t most_points(const pub_set_t *set, size_t heading) {
    size_t most = 0;
    for (size_t run = 0; run < set->run_count; run++)
        for (size_t i = 0; i < set->runs[run].scaling.curve_count; i++) {
            const cmp_scaling_curve_t *curve = &set->runs[run].scaling.curves[i];
            if (curve->point_count > most && has_heading(set, heading, curve))
                most = curve->point_count;
        }
    return most;
}

/* Two points are a curve only where no run has more. */
static bool is_shown(const pub_set_t *set, size_t heading, const cmp_scaling_curve_t *curve) {
    const size_t most = most_points(set, heading);
    return most > 1 && curve->point_count >= (most > 2 ? 3 : 2) && has_heading(set, heading, curve);
}

const cmp_scaling_point_t *pub_scaling_point(const pub_set_t *set, const pub_row_t *row) {
    const cmp_scaling_t *scaling = &set->runs[row->run].scaling;
    for (size_t i = 0; i < scaling->curve_count; i++)
        for (size_t j = 0; scaling->curves[i].point_count > 1 && j < scaling->curves[i].point_count;
             j++)
            if (scaling->curves[i].points[j].cell == row->cell)
                return &scaling->curves[i].points[j];
    return NULL;
}

/* A point as a row of the set. */
static pub_row_t row_of(const pub_set_t *set, size_t run, size_t cell) {
    const cmp_run_t *recorded = &set->runs[run].recorded.run;
    const char *label = recorded->allocators[recorded->cells[cell].allocator].label;
    pub_row_t row = {.run = run, .cell = cell, .series = PUB_NO_SERIES};
    for (size_t i = 0; i < set->series_count; i++)
        if (strcmp(set->series[i].label, label) == 0)
            row.series = (int)i;
    return row;
}

static double median_of(const pub_set_t *set, const pub_row_t *row) {
    return pub_figures_of(set, row)->ops_per_second.median / MEGA;
}

/* ---------------------------------------------------------------- picture */

/* Where something is drawn, over all that a heading shows. */
typedef struct axis {
    double most; /* M ops/s */
    uint32_t threads[64];
    bool over[64];
    size_t count; /* of threads, ascending */
} axis_t;

static void axis_add(axis_t *axis, uint32_t threads, bool over) {
    size_t at = axis->count;
    while (at > 0 && axis->threads[at - 1] > threads)
        at--;
    if (axis->count == sizeof axis->threads / sizeof *axis->threads ||
        (at > 0 && axis->threads[at - 1] == threads))
        return;
    memmove(axis->threads + at + 1, axis->threads + at, (axis->count - at) * sizeof *axis->threads);
    memmove(axis->over + at + 1, axis->over + at, (axis->count - at) * sizeof *axis->over);
    axis->threads[at] = threads;
    axis->over[at] = over;
    axis->count++;
}

/* Ticks at the numbers of threads; a field where threads share PUs. */
static void axis_write(const axis_t *axis, FILE *out) {
    const double first = axis->threads[0], last = axis->threads[axis->count - 1];
    const double margin = axis->count > 2 ? 1.15 : 1.3;
    bool shared = false;
    fputs("set logscale x 2\nset xtics (", out);
    for (size_t i = 0; i < axis->count; i++)
        fprintf(out, "%s%u", i > 0 ? ", " : "", axis->threads[i]);
    fprintf(out, ")\nset xrange [%.6g:%.6g]\nset yrange [0:%.6g]\n", first / margin, last * margin,
            axis->most > 0 ? axis->most * 1.1 : 1);
    for (size_t i = 1; i < axis->count; i++)
        if (axis->over[i] && !axis->over[i - 1]) {
            const double bound = sqrt((double)axis->threads[i - 1] * axis->threads[i]);
            fprintf(out,
                    "set object 1 rectangle from first %.6g, graph 0 to graph 1, graph 1 fillcolor "
                    "rgb '" PUB_NOISE "' fillstyle solid 1 noborder behind\n",
                    bound);
            shared = true;
            break;
        }
    fprintf(out, "set xlabel 'threads%s'\n", shared ? " (shaded: more than PUs)" : "");
}

/* A block "threads median low high"; where a point is missing the line is interrupted. Returns in
 * words which are missing, malloc'ed: "" none, "n/a" all. */
static char *curve_write(const pub_set_t *set, size_t run, const cmp_scaling_curve_t *curve,
                         double beside, FILE *out) {
    char *missing = cmp_text("%s", "");
    size_t absent = 0;
    for (size_t i = 0; i < curve->point_count; i++) {
        const pub_row_t row = row_of(set, run, curve->points[i].cell);
        const cmp_interval_t *range = &pub_figures_of(set, &row)->ops_interval;
        const double median = median_of(set, &row);
        const uint32_t threads = pub_cell_of(set, &row)->threads;
        if (isfinite(median)) {
            fprintf(out, "%.6g %.6g %.6g %.6g\n", threads * beside, median,
                    range->valid ? range->low / MEGA : median,
                    range->valid ? range->high / MEGA : median);
            continue;
        }
        fputc('\n', out);
        char *more = cmp_text("%s%s%u", missing, absent++ > 0 ? ", " : "n/a at ", threads);
        free(missing);
        missing = more;
    }
    if (absent < curve->point_count)
        return missing;
    free(missing);
    return cmp_text("n/a");
}

/* The baseline's first point times the PUs in use: what perfect scaling would be. */
static bool linear_write(const pub_set_t *set, size_t run, const cmp_scaling_curve_t *curve,
                         FILE *out) {
    const pub_row_t first = row_of(set, run, curve->points[0].cell);
    const double base = median_of(set, &first);
    if (curve->allocator != set->runs[run].baseline->base || !isfinite(base))
        return false;
    fputs("$linear << EOD\n", out);
    for (size_t i = 0; i < curve->point_count; i++) {
        const pub_row_t row = row_of(set, run, curve->points[i].cell);
        fprintf(out, "%u %.6g\n", pub_cell_of(set, &row)->threads,
                base * curve->points[i].pus / curve->points[0].pus);
    }
    fputs("EOD\n", out);
    return true;
}

/* Calls for every curve that is shown; `index` counts them. */
static size_t curves_each(const pub_set_t *set, size_t heading,
                          void (*take)(const pub_set_t *set, size_t run,
                                       const cmp_scaling_curve_t *curve, size_t index,
                                       void *context),
                          void *context) {
    size_t count = 0;
    for (size_t run = 0; run < set->run_count; run++)
        for (size_t i = 0; i < set->runs[run].scaling.curve_count; i++) {
            const cmp_scaling_curve_t *curve = &set->runs[run].scaling.curves[i];
            if (!is_shown(set, heading, curve))
                continue;
            if (take != NULL)
                take(set, run, curve, count, context);
            count++;
        }
    return count;
}

static void axis_take(const pub_set_t *set, size_t run, const cmp_scaling_curve_t *curve,
                      size_t index, void *context) {
    axis_t *axis = context;
    (void)index;
    for (size_t i = 0; i < curve->point_count; i++) {
        const pub_row_t row = row_of(set, run, curve->points[i].cell);
        axis_add(axis, pub_cell_of(set, &row)->threads, pub_cell_of(set, &row)->oversubscribed);
        axis->most = fmax(axis->most, median_of(set, &row)); /* fmax ignores NAN */
        axis->most = fmax(axis->most, pub_figures_of(set, &row)->ops_interval.high / MEGA);
    }
}

typedef struct drawing {
    pub_sketch_t *sketch;
    FILE *plot; /* the command, written when all data are */
    size_t count, drawn;
    size_t first_run; /* whose lines are drawn through */
    bool linear;
} drawing_t;

static void curve_take(const pub_set_t *set, size_t run, const cmp_scaling_curve_t *curve,
                       size_t index, void *context) {
    drawing_t *drawing = context;
    if (index == 0)
        drawing->first_run = run;
    FILE *script = drawing->sketch->script;
    const pub_row_t row = row_of(set, run, curve->points[0].cell);
    const pub_series_t *series = &set->series[row.series];
    /* Curves stand a little beside each other. */
    const double beside = 1 + 0.012 * ((double)index - (double)(drawing->count - 1) / 2);
    fprintf(script, "$c%zu << EOD\n", index);
    char *missing = curve_write(set, run, curve, beside, script);
    fputs("EOD\n", script);
    drawing->linear = drawing->linear || linear_write(set, run, curve, script);
    char *full = pub_row_name(set, &row), *brief = pub_short_name(full);
    char *title = *missing != '\0' ? cmp_text("%s: %s", brief, missing) : cmp_text("%s", brief);
    if (strcmp(missing, "n/a") == 0) {
        fputs(", \\\n  NaN with points pt 2 lc rgb '" PUB_INK "' title ", drawing->plot);
    } else {
        fprintf(
            drawing->plot,
            ", \\\n  $c%zu using 1:2:3:4 with yerrorlines lc rgb '%s' lw 1.8 dt %d pt %d ps 0.8 "
            "title ",
            index, series->light, run > drawing->first_run ? (int)(run % 4) + 2 : series->dash,
            series->point);
        drawing->drawn++;
    }
    pub_quoted_write(drawing->plot, title, false);
    fprintf(drawing->sketch->words, "%s%s%s%s", index > 0 ? ", " : " Curves: ", full,
            *missing != '\0' ? ": " : "", missing);
    free(title);
    free(brief);
    free(full);
    free(missing);
}

void pub_scaling_sketch(pub_gallery_t *gallery, const pub_set_t *set, size_t heading) {
    axis_t axis = {.most = 0};
    char *plot = NULL;
    size_t length = 0;
    drawing_t drawing = {.count = curves_each(set, heading, axis_take, &axis)};
    if (drawing.count == 0)
        return;
    drawing.sketch = pub_sketch_begin();
    drawing.plot = open_memstream(&plot, &length);
    if (drawing.plot == NULL)
        abort();
    fprintf(drawing.sketch->words,
            "M ops/s by the number of threads (log scale) with intervals, more is better; the "
            "dashed line is what %s would reach if every PU added as much as the first; the table "
            "of scaling has the figures.",
            set->baseline);
    fputs("set grid xtics ytics lt 1 lc rgb '" PUB_LINE "' lw 0.5\n"
          "set ylabel 'M ops/s (more is better)'\n"
          "set key outside right top\n",
          drawing.sketch->script);
    axis_write(&axis, drawing.sketch->script);
    curves_each(set, heading, curve_take, &drawing);
    if (fclose(drawing.plot) != 0)
        abort();
    fputs(".", drawing.sketch->words);
    fprintf(drawing.sketch->script, "plot %s%s\n",
            drawing.linear ? "$linear using 1:2 with lines dt 2 lc rgb '" PUB_FLOOR
                             "' title 'perfect'"
                           : "NaN notitle",
            plot);
    free(plot);
    if (drawing.drawn > 0)
        pub_sketch_end(gallery, drawing.sketch, heading, cmp_text("scaling-%zu", heading + 1),
                       cmp_text("Scaling of %s", set->headings[heading].title), PUB_CURVE_HEIGHT);
    else
        pub_sketch_drop(drawing.sketch);
}

/* ---------------------------------------------------------------- table */

static void interval_fields(pub_document_t *document, const cmp_interval_t *interval, bool first,
                            int decimals) {
    if (first && isfinite(interval->estimate)) {
        pub_count(document, 1);
        pub_text(document, PUB_PLAIN, "%s", "");
        return;
    }
    pub_number(document, PUB_PLAIN, interval->estimate, decimals);
    pub_range(document, interval->low, interval->high, 1, decimals);
}

static void curve_rows(const pub_set_t *set, size_t run, const cmp_scaling_curve_t *curve,
                       size_t index, void *context) {
    pub_document_t *document = context;
    (void)index;
    for (size_t i = 0; i < curve->point_count; i++) {
        const cmp_scaling_point_t *point = &curve->points[i];
        const pub_row_t row = row_of(set, run, point->cell);
        const cmp_cell_t *cell = pub_cell_of(set, &row);
        pub_row(document);
        pub_name(document, row.series, pub_allocator_of(set, &row)->label);
        if (cell->oversubscribed)
            pub_text(document, PUB_PLAIN, "%u (over)", cell->threads);
        else
            pub_count(document, cell->threads);
        if (set->run_count > 1)
            pub_text(document, PUB_PLAIN, "%c", set->runs[run].letter);
        pub_count(document, point->pus);
        interval_fields(document, &point->speed_up, i == 0, SPEED_UP_DECIMALS);
        interval_fields(document, &point->efficiency, i == 0, EFFICIENCY_DECIMALS);
    }
}

/* Up to how many threads each allocator makes use of them. */
static void knees_fill(pub_document_t *document, const pub_set_t *set, size_t heading) {
    for (size_t run = 0; run < set->run_count; run++) {
        const cmp_scaling_t *scaling = &set->runs[run].scaling;
        size_t first = 0;
        while (first < scaling->curve_count && !is_shown(set, heading, &scaling->curves[first]))
            first++;
        size_t end = first;
        while (end < scaling->curve_count && has_heading(set, heading, &scaling->curves[end]))
            end++;
        char *knees = cmp_scaling_knees(scaling, first, end);
        char letter[16] = "";
        if (set->run_count > 1)
            snprintf(letter, sizeof letter, "run %c, ", set->runs[run].letter);
        if (*knees != '\0')
            pub_paragraph(document, "Knee (%sthreads at which efficiency is below 1/2): %s.",
                          letter, knees);
        free(knees);
    }
}

void pub_scaling_table(pub_document_t *document, const pub_set_t *set, size_t heading) {
    if (curves_each(set, heading, NULL, NULL) == 0)
        return;
    pub_table(document, "Scaling of %s", set->headings[heading].title);
    pub_column(document, false, "Allocator");
    pub_column(document, true, "Threads");
    if (set->run_count > 1)
        pub_column(document, false, "Run");
    pub_column(document, true, "PUs");
    pub_column(document, true, "Speed-up");
    pub_column(document, true, "[low, high] of the speed-up");
    pub_column(document, true, "Efficiency");
    pub_column(document, true, "[low, high] of the efficiency");
    curves_each(set, heading, curve_rows, document);
    knees_fill(document, set, heading);
}
