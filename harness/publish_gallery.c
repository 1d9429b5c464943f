/*
 * What is drawn: a gnuplot script with its data for every picture. Drawing is publish_draw.c's.
 * Main thread of compare; out of memory ends the program.
 *
 * Scripts name colours that stand for roles (PUB_INK ...); a page replaces them by its own. Texts
 * are single-quoted, in which gnuplot interprets nothing but a doubled quote, and enhanced text is
 * off. A missing figure is said in words where its point would be.
 */
#include "publish_gallery.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "publish_draw.h"
#include "publish_layouts.h"
#include "publish_scaling.h"
#include "publish_sketch.h"
#include "report_text.h"

enum { ROW_HEIGHT = 24, FRAME_HEIGHT = 130, TIME_POINTS = 80 };

static const double MEGA = 1e6, MIB = 1024.0 * 1024.0;

static void number_write(FILE *out, double value) {
    char text[40];
    cmp_text_number(text, sizeof text, value, -1);
    fputs(text, out);
}

/* ---------------------------------------------------------------- dots with intervals */

/* A figure with its interval per row, as a chart of dots: one line a row. */
typedef struct dots {
    const pub_set_t *set;
    const pub_heading_t *heading;
    /* The figure; an estimate of NAN is missing. False: the row is not shown. */
    bool (*figure)(const pub_set_t *set, const pub_row_t *row, cmp_interval_t *figure);
    double low, high; /* of all figures and intervals */
} dots_t;

static bool speed_figure(const pub_set_t *set, const pub_row_t *row, cmp_interval_t *figure) {
    const double unit = cmp_cell_is_program(pub_cell_of(set, row)) ? 1 : MEGA;
    *figure = pub_speed(set, row);
    figure->estimate /= unit;
    figure->low /= unit;
    figure->high /= unit;
    return row->series >= 0;
}

static bool ratio_figure(const pub_set_t *set, const pub_row_t *row, cmp_interval_t *figure) {
    *figure = pub_figures_of(set, row)->ratio_to_first;
    return row->series >= 0 &&
           pub_cell_of(set, row)->allocator != set->runs[row->run].baseline->base;
}

static void span_widen(dots_t *dots, double value) {
    if (isfinite(value)) {
        dots->low = fmin(dots->low, value);
        dots->high = fmax(dots->high, value);
    }
}

/* Writes labels of tics, missing figures and data blocks; the height in rows. */
static int dots_rows(dots_t *dots, pub_sketch_t *sketch) {
    const pub_set_t *set = dots->set;
    int y = 0;
    FILE *out = sketch->script;
    fputs("set ytics (", out);
    for (size_t w = 0; w < dots->heading->work_count; w++) {
        const pub_work_t *work = &set->works[dots->heading->works[w]];
        const cmp_cell_t *cell = pub_cell_of(set, &work->rows[0]);
        cmp_interval_t figure;
        if (!dots->heading->program) {
            fprintf(out, "%s'%u thread%s%s' %d", y > 0 ? ", " : "", cell->threads,
                    cell->threads == 1 ? "" : "s", cell->oversubscribed ? ", over" : "", -y);
            y++;
        }
        for (size_t i = 0; i < work->row_count; i++) {
            if (!dots->figure(set, &work->rows[i], &figure))
                continue;
            char *full = pub_row_name(set, &work->rows[i]), *name = pub_short_name(full);
            fputs(y > 0 ? ", " : "", out);
            pub_quoted_write(out, name, true);
            free(full);
            fprintf(out, " %d", -y);
            y++;
            free(name);
            span_widen(dots, figure.estimate);
            span_widen(dots, figure.low);
            span_widen(dots, figure.high);
        }
    }
    fprintf(out, ")\nset yrange [-%d.6:0.6]\n", y > 0 ? y - 1 : 0);
    return y;
}

static void missing_write(FILE *out, const pub_set_t *set, const pub_row_t *row, int y) {
    char *kinds = pub_failures(set, row);
    char *text = cmp_text("n/a%s%s", *kinds != '\0' ? ": " : "", kinds);
    fputs("set label ", out);
    pub_quoted_write(out, text, false);
    fprintf(out, " at graph 0.03, first %d left textcolor rgb '" PUB_INK "'\n", -y);
    free(text);
    free(kinds);
}

static void row_words(FILE *words, const char *name, const cmp_interval_t *figure) {
    fprintf(words, " %s ", name);
    number_write(words, figure->estimate);
    if (figure->valid) {
        fputs(" [", words);
        number_write(words, figure->low);
        fputs(", ", words);
        number_write(words, figure->high);
        fputc(']', words);
    }
    fputc(';', words);
}

/* The data block of a series: figure, row, low, high. */
static void dots_data(const dots_t *dots, pub_sketch_t *sketch, size_t series) {
    const pub_set_t *set = dots->set;
    int y = 0;
    fprintf(sketch->script, "$s%zu << EOD\n", series);
    for (size_t w = 0; w < dots->heading->work_count; w++) {
        const pub_work_t *work = &set->works[dots->heading->works[w]];
        y += !dots->heading->program;
        for (size_t i = 0; i < work->row_count; i++) {
            cmp_interval_t figure;
            if (!dots->figure(set, &work->rows[i], &figure))
                continue;
            if (work->rows[i].series == (int)series && isfinite(figure.estimate))
                fprintf(sketch->script, "%.9g %d %.9g %.9g\n", figure.estimate, -y,
                        figure.valid ? figure.low : figure.estimate,
                        figure.valid ? figure.high : figure.estimate);
            y++;
        }
    }
    fputs("EOD\n", sketch->script);
}

static void dots_describe(const dots_t *dots, pub_sketch_t *sketch) {
    const pub_set_t *set = dots->set;
    int y = 0;
    for (size_t w = 0; w < dots->heading->work_count; w++) {
        const pub_work_t *work = &set->works[dots->heading->works[w]];
        y += !dots->heading->program;
        fprintf(sketch->words, " %s:", work->name);
        for (size_t i = 0; i < work->row_count; i++) {
            cmp_interval_t figure;
            if (!dots->figure(set, &work->rows[i], &figure))
                continue;
            char *name = pub_row_name(set, &work->rows[i]);
            row_words(sketch->words, name, &figure);
            if (!isfinite(figure.estimate))
                missing_write(sketch->script, set, &work->rows[i], y);
            free(name);
            y++;
        }
    }
}

static bool series_used(const dots_t *dots, size_t series) {
    for (size_t w = 0; w < dots->heading->work_count; w++) {
        const pub_work_t *work = &dots->set->works[dots->heading->works[w]];
        for (size_t i = 0; i < work->row_count; i++) {
            cmp_interval_t figure;
            if (work->rows[i].series == (int)series &&
                dots->figure(dots->set, &work->rows[i], &figure) && isfinite(figure.estimate))
                return true;
        }
    }
    return false;
}

/* False when no row has a figure. */
static bool dots_plot(const dots_t *dots, pub_sketch_t *sketch) {
    size_t plotted = 0;
    for (size_t i = 0; i < dots->set->series_count; i++)
        if (series_used(dots, i))
            dots_data(dots, sketch, i);
    fputs("unset key\nplot ", sketch->script);
    for (size_t i = 0; i < dots->set->series_count; i++) {
        const pub_series_t *series = &dots->set->series[i];
        if (!series_used(dots, i))
            continue;
        fprintf(sketch->script,
                "%s$s%zu using 1:2:3:4 with xerrorbars lc rgb '%s' lw 1.6 pt %d ps 0.9",
                plotted++ > 0 ? ", \\\n  " : "", i, series->light, series->point);
    }
    fputc('\n', sketch->script);
    return plotted > 0;
}

/* The floor's figure as a line through the rows of its work and run. */
static void floor_lines(const dots_t *dots, FILE *out) {
    const pub_set_t *set = dots->set;
    int y = 0;
    for (size_t w = 0; w < dots->heading->work_count; w++) {
        const pub_work_t *work = &set->works[dots->heading->works[w]];
        const int top = y += !dots->heading->program;
        for (size_t i = 0; i < work->row_count; i++)
            y += work->rows[i].series >= 0;
        for (size_t i = 0; i < work->row_count; i++) {
            cmp_interval_t figure;
            if (pub_allocator_of(set, &work->rows[i])->floor &&
                dots->figure(set, &work->rows[i], &figure) && isfinite(figure.estimate))
                fprintf(
                    out,
                    "set arrow from first %.9g, first %.1f to first %.9g, first %.1f nohead dt 2 "
                    "lc rgb '" PUB_FLOOR "' back\n",
                    figure.estimate, 0.4 - top, figure.estimate, 0.6 - y);
        }
    }
}

static void throughput_sketch(pub_gallery_t *gallery, const pub_set_t *set, size_t index) {
    const pub_heading_t *heading = &set->headings[index];
    dots_t dots = {set, heading, speed_figure, 0, 0};
    pub_sketch_t *sketch = pub_sketch_begin();
    fprintf(sketch->words, "%s with intervals, a dot a row, from 0; the dashed line is the floor.",
            heading->program ? "Wall time in seconds, less is better,"
                             : "M ops/s, more is better,");
    int rows = dots_rows(&dots, sketch);
    fprintf(sketch->script, "set xrange [0:%.9g]\nset xlabel '%s'\n",
            dots.high > 0 ? dots.high * 1.05 : 1,
            heading->program ? "wall time, s (less is better)" : "M ops/s (more is better)");
    floor_lines(&dots, sketch->script);
    dots_describe(&dots, sketch);
    if (dots_plot(&dots, sketch))
        pub_sketch_end(
            gallery, sketch, index, cmp_text("throughput-%zu", index + 1),
            cmp_text("%s of %s", heading->program ? "Wall time" : "Throughput", heading->title),
            FRAME_HEIGHT + rows * ROW_HEIGHT);
    else
        pub_sketch_drop(sketch);
}

/* ---------------------------------------------------------------- ratios */

/* The widest noise floor of the runs, over all rows and in a single row of the control. */
static void noise_find(const pub_set_t *set, cmp_interval_t *all, cmp_interval_t *single) {
    *all = *single = (cmp_interval_t){NAN, NAN, NAN, NAN, false};
    for (size_t i = 0; i < set->run_count; i++) {
        const cmp_report_t *report = &set->runs[i].recorded.report;
        all->low = fmin(all->low, report->noise_floor.low);
        all->high = fmax(all->high, report->noise_floor.high);
        for (size_t j = 0; j < report->run->cell_count; j++) {
            const cmp_interval_t *ratio = &report->cells[j].ratio_to_first;
            if (!report->run->allocators[report->run->cells[j].allocator].control || !ratio->valid)
                continue;
            single->low = fmin(single->low, ratio->low);
            single->high = fmax(single->high, ratio->high);
        }
    }
    all->valid = isfinite(all->low) && isfinite(all->high);
    single->valid = isfinite(single->low) && isfinite(single->high);
}

static void band_write(FILE *out, const cmp_interval_t *band, const char *colour, int layer) {
    if (band->valid)
        fprintf(out,
                "set object %d rectangle from first %.9g, graph 0 to first %.9g, graph 1 "
                "fillcolor rgb '%s' fillstyle solid 1 noborder behind\n",
                layer, band->low, band->high, colour);
}

static void ratio_sketch(pub_gallery_t *gallery, const pub_set_t *set, size_t index) {
    const pub_heading_t *heading = &set->headings[index];
    dots_t dots = {set, heading, ratio_figure, 1, 1};
    cmp_interval_t all, single;
    pub_sketch_t *sketch = pub_sketch_begin();
    noise_find(set, &all, &single);
    fprintf(sketch->words,
            "Ratio to %s with its interval, a dot a row; right of the line at 1 is "
            "faster.",
            set->baseline);
    if (all.valid)
        fprintf(sketch->words,
                " Shaded: the noise floor of the A/A control, %.4f to %.4f over all rows (darker)"
                "%s.",
                all.low, all.high, single.valid ? ", and its widest interval in a single row" : "");
    else
        fputs(" The noise floor is n/a.", sketch->words);
    int rows = dots_rows(&dots, sketch);
    span_widen(&dots, all.low);
    span_widen(&dots, all.high);
    span_widen(&dots, single.low);
    span_widen(&dots, single.high);
    const double margin = 0.04 * (dots.high - dots.low) + 0.01;
    band_write(sketch->script, &single, PUB_NOISE, 1);
    band_write(sketch->script, &all, PUB_NOISE_EDGE, 2);
    fprintf(sketch->script, "set xrange [%.9g:%.9g]\nset xlabel ", fmax(dots.low - margin, 0),
            dots.high + margin);
    char *base = pub_short_name(set->baseline);
    char *label = cmp_text("ratio to %s (right of 1 is faster; shaded: noise floor%s)", base,
                           all.valid ? "" : ", n/a");
    pub_quoted_write(sketch->script, label, false);
    free(label);
    free(base);
    fputs("\nset arrow from first 1, graph 0 to first 1, graph 1 nohead lc rgb '" PUB_INK
          "' back\n",
          sketch->script);
    dots_describe(&dots, sketch);
    if (dots_plot(&dots, sketch))
        pub_sketch_end(gallery, sketch, index, cmp_text("ratio-%zu", index + 1),
                       cmp_text("Ratio to %s, %s", set->baseline, heading->title),
                       FRAME_HEIGHT + rows * ROW_HEIGHT);
    else
        pub_sketch_drop(sketch);
}

/* ---------------------------------------------------------------- curves */

/* Writes a row's curve as data lines "x y"; the number of points. */
typedef size_t curve_t(const pub_set_t *set, const pub_row_t *row, int what, FILE *out);

static bool any_of_run(const pub_work_t *work, const bool *drawn, size_t run) {
    bool any = false;
    for (size_t i = 0; i < work->row_count; i++)
        any |= drawn[i] && work->rows[i].run == run;
    return any;
}

static size_t first_of_run(const pub_work_t *work, size_t run) {
    size_t i = 0;
    while (i < work->row_count && (work->rows[i].run != run || work->rows[i].series < 0))
        i++;
    return i;
}

/* A block per row that has points, then the plot command; false when none has. */
static bool curves_plot(const pub_set_t *set, const pub_work_t *work, curve_t *curve, int what,
                        pub_sketch_t *sketch) {
    bool *drawn = calloc(work->row_count + 1, sizeof *drawn);
    size_t plotted = 0, missing = 0;
    if (drawn == NULL)
        abort();
    for (size_t i = 0; i < work->row_count; i++) {
        char *text = NULL;
        size_t length = 0;
        FILE *out = open_memstream(&text, &length);
        if (out == NULL)
            abort();
        drawn[i] = work->rows[i].series >= 0 && curve(set, &work->rows[i], what, out) > 1;
        if (fclose(out) != 0)
            abort();
        if (drawn[i])
            fprintf(sketch->script, "$r%zu << EOD\n%sEOD\n", i, text);
        free(text);
    }
    fputs("plot ", sketch->script);
    for (size_t i = 0; i < work->row_count; i++) {
        const pub_row_t *row = &work->rows[i];
        if (!drawn[i])
            continue;
        const pub_series_t *series = &set->series[row->series];
        char *name = pub_row_name(set, row);
        fprintf(sketch->script,
                "%s$r%zu using 1:2 with linespoints lc rgb '%s' lw 1.8 dt %d pt %d "
                "ps 0.7 pi 12 title ",
                plotted++ > 0 ? ", \\\n  " : "", i, series->light,
                row->run > 0 ? (int)(row->run % 4) + 2 : series->dash, series->point);
        char *brief = pub_short_name(name);
        pub_quoted_write(sketch->script, brief, false);
        free(brief);
        fprintf(sketch->words, "%s%s", plotted > 1 ? ", " : " Curves: ", name);
        free(name);
    }
    for (size_t i = 0; plotted > 0 && i < work->row_count; i++) {
        if (drawn[i] || work->rows[i].series < 0)
            continue;
        const size_t run = work->rows[i].run;
        const bool whole = !any_of_run(work, drawn, run); /* it was not asked for */
        if (whole && first_of_run(work, run) != i)
            continue;
        char *name =
            whole ? cmp_text("run %c", set->runs[run].letter) : pub_row_name(set, &work->rows[i]);
        char *brief = pub_short_name(name);
        char *title = cmp_text("%s: n/a", brief);
        fputs(", \\\n  NaN with points pt 2 lc rgb '" PUB_INK "' title ", sketch->script);
        pub_quoted_write(sketch->script, title, false);
        fprintf(sketch->words, "%s%s", missing++ > 0 ? ", " : ". Missing: ", name);
        free(title);
        free(brief);
        free(name);
    }
    fputs(".", sketch->words);
    fputc('\n', sketch->script);
    free(drawn);
    return plotted > 0;
}

/* ---------------------------------------------------------------- latency */

/* Percentiles, evenly over the number of nines: x is -log10 of the share of slower calls. */
static size_t latency_curve(const pub_set_t *set, const pub_row_t *row, int what, FILE *out) {
    const cmp_latency_figures_t *latency = pub_figures_of(set, row)->latency;
    size_t points = 0;
    uint32_t last = 0;
    if (latency == NULL || latency->samples == 0)
        return 0;
    for (int step = 2; step <= 80; step++) {
        uint32_t per_10000 = (uint32_t)lround(1e4 * (1 - pow(10, -step / 20.0)));
        if (per_10000 == last || per_10000 == 0 || per_10000 > 9999)
            continue;
        last = per_10000;
        double ns = wl_histogram_percentile(&latency->merged.histograms[what], per_10000);
        if (ns < 0)
            continue;
        /* Less than a step of the clock is drawn as a step: it has no place on a log scale. */
        fprintf(out, "%.4f %.6g\n", -log10(1 - per_10000 / 1e4),
                fmax(ns, fmax(latency->merged.step_ns, 1)));
        points++;
    }
    return points;
}

static void latency_sketches(pub_gallery_t *gallery, const pub_set_t *set, size_t work_index) {
    static const char *const names[WL_OPERATIONS] = {"malloc", "free"};
    const pub_work_t *work = &set->works[work_index];
    for (int operation = 0; operation < WL_OPERATIONS; operation++) {
        pub_sketch_t *sketch = pub_sketch_begin();
        fprintf(sketch->words,
                "Latency of %s in ns (log scale) over percentiles up to 99.99; lower is better; "
                "the table of latencies has the figures.",
                names[operation]);
        fputs("set grid xtics ytics lt 1 lc rgb '" PUB_LINE "' lw 0.5\n"
              "set logscale y\nset xrange [0.1:4]\n"
              "set xtics ('50' 0.30103, '90' 1, '99' 2, '99.9' 3, '99.99' 4)\n"
              "set xlabel 'percentile'\nset key outside right top\n",
              sketch->script);
        fprintf(sketch->script, "set ylabel 'latency of %s, ns (lower is better)'\n",
                names[operation]);
        if (curves_plot(set, work, latency_curve, operation, sketch))
            pub_sketch_end(gallery, sketch, work->heading,
                           cmp_text("latency-%s-%zu", names[operation], work_index + 1),
                           cmp_text("Latency of %s, %s", names[operation], work->name),
                           PUB_CURVE_HEIGHT);
        else
            pub_sketch_drop(sketch);
    }
}

/* ---------------------------------------------------------------- RSS over time */

/* Puts the k-th smallest of the values, counted from 0, at its place and no larger one before it
 * (Hoare's FIND). */
static double kth_select(double *values, size_t count, size_t k) {
    size_t low = 0, high = count - 1;
    while (low < high) {
        const double pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i >= j)
                break;
            double swapped = values[i];
            values[i++] = values[j];
            values[j--] = swapped;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[k];
}

static double median_of(double *values, size_t count) {
    if (count == 0)
        return NAN;
    const double upper = kth_select(values, count, count / 2);
    return count % 2 ? upper : (kth_select(values, count, count / 2 - 1) + upper) / 2;
}

static double end_seconds(const cmp_sample_t *sample) {
    return sample->timeline[sample->timeline_count - 1].seconds;
}

/* The last reading of a sample at or before `seconds`; NAN before the first and after its end. */
static double rss_at(const cmp_sample_t *sample, double seconds) {
    size_t low = 0, high = sample->timeline_count; /* readings before `high` are not later */
    if (sample->timeline[0].seconds > seconds || end_seconds(sample) < seconds)
        return NAN;
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (sample->timeline[middle].seconds <= seconds)
            low = middle;
        else
            high = middle;
    }
    const uint64_t rss_bytes = sample->timeline[low].rss_bytes;
    return rss_bytes > 0 ? (double)rss_bytes : NAN;
}

/* Median over the good samples, as long as half of them last. Samples with and without an idle
 * second at their end last differently long. */
static size_t rss_curve(const pub_set_t *set, const pub_row_t *row, int what, FILE *out) {
    const cmp_cell_t *cell = pub_cell_of(set, row);
    double *values = malloc((cell->sample_count + 1) * sizeof *values);
    size_t count = 0, points = 0;
    (void)what;
    if (values == NULL)
        abort();
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].failure == CMP_OK && cell->samples[i].timeline_count > 1)
            values[count++] = end_seconds(&cell->samples[i]);
    const size_t samples = count;
    const double end = median_of(values, count);
    for (int step = 0; samples > 0 && step <= TIME_POINTS; step++) {
        const double seconds = end * step / TIME_POINTS;
        count = 0;
        for (size_t i = 0; i < cell->sample_count; i++) {
            const cmp_sample_t *sample = &cell->samples[i];
            if (sample->failure != CMP_OK || sample->timeline_count < 2)
                continue;
            double rss = rss_at(sample, seconds);
            if (isfinite(rss))
                values[count++] = rss;
        }
        if (2 * count < samples || count == 0)
            continue;
        fprintf(out, "%.6g %.6g\n", seconds, median_of(values, count) / MIB);
        points++;
    }
    free(values);
    return points;
}

static void rss_sketch(pub_gallery_t *gallery, const pub_set_t *set, size_t work_index) {
    const pub_work_t *work = &set->works[work_index];
    pub_sketch_t *sketch = pub_sketch_begin();
    fputs("RSS in MiB over the seconds of a sample, median over the samples, from 0; lower is "
          "better; the table of RSS has the figures.",
          sketch->words);
    fputs("set grid xtics ytics lt 1 lc rgb '" PUB_LINE "' lw 0.5\n"
          "set xrange [0:*]\nset yrange [0:*]\n"
          "set xlabel 'seconds since the start of the sample'\n"
          "set ylabel 'RSS, MiB (lower is better)'\nset key outside right top\n",
          sketch->script);
    if (curves_plot(set, work, rss_curve, 0, sketch))
        pub_sketch_end(gallery, sketch, work->heading, cmp_text("rss-%zu", work_index + 1),
                       cmp_text("RSS over time, %s", work->name), PUB_CURVE_HEIGHT);
    else
        pub_sketch_drop(sketch);
}

/* ---------------------------------------------------------------- speed against memory */

/* Of a row that takes part: MiB, and ops or runs per second with its interval. */
static bool pareto_figure(const pub_set_t *set, const pub_row_t *row, double *mib,
                          cmp_interval_t *speed) {
    const bool program = cmp_cell_is_program(pub_cell_of(set, row));
    cmp_interval_t figure = pub_speed(set, row);
    *mib = pub_figures_of(set, row)->peak_rss_bytes / MIB;
    *speed = figure;
    if (program) {
        speed->estimate = 1 / figure.estimate;
        speed->low = 1 / figure.high;
        speed->high = 1 / figure.low;
    } else {
        speed->estimate = figure.estimate / MEGA;
        speed->low = figure.low / MEGA;
        speed->high = figure.high / MEGA;
    }
    return row->series >= 0 && !pub_allocator_of(set, row)->floor && isfinite(*mib) &&
           isfinite(speed->estimate);
}

/* No other is both faster and smaller. */
static bool on_front(const pub_set_t *set, const pub_work_t *work, size_t index) {
    double mib, other_mib;
    cmp_interval_t speed, other;
    if (!pareto_figure(set, &work->rows[index], &mib, &speed))
        return false;
    for (size_t i = 0; i < work->row_count; i++)
        if (i != index && pareto_figure(set, &work->rows[i], &other_mib, &other) &&
            other_mib <= mib && other.estimate >= speed.estimate &&
            (other_mib < mib || other.estimate > speed.estimate))
            return false;
    return true;
}

/* The front as a block of steps, from the smallest on. */
static size_t front_write(const pub_set_t *set, const pub_work_t *work, pub_sketch_t *sketch) {
    size_t count = 0;
    double last = -INFINITY;
    fputs("$front << EOD\n", sketch->script);
    for (;;) {
        size_t next = work->row_count;
        double least = INFINITY, mib;
        cmp_interval_t speed;
        for (size_t i = 0; i < work->row_count; i++)
            if (on_front(set, work, i) && pareto_figure(set, &work->rows[i], &mib, &speed) &&
                mib > last && mib < least) {
                least = mib;
                next = i;
            }
        if (next == work->row_count)
            break;
        pareto_figure(set, &work->rows[next], &mib, &speed);
        fprintf(sketch->script, "%.9g %.9g\n", mib, speed.estimate);
        char *name = pub_row_name(set, &work->rows[next]);
        fprintf(sketch->words, "%s %s (%.2f MiB, %.3g)", count > 0 ? "," : " On the front:", name,
                mib, speed.estimate);
        free(name);
        last = mib;
        count++;
    }
    fputs("EOD\n", sketch->script);
    fputs(".", sketch->words);
    return count;
}

static void pareto_sketch(pub_gallery_t *gallery, const pub_set_t *set, size_t work_index) {
    const pub_work_t *work = &set->works[work_index];
    const bool program = set->headings[work->heading].program;
    pub_sketch_t *sketch = pub_sketch_begin();
    size_t plotted = 0;
    fputs("Speed against peak RSS in MiB, a point an allocator; up and to the left is better; the "
          "line is the front of those that no other beats in both.",
          sketch->words);
    size_t front = front_write(set, work, sketch);
    for (size_t i = 0; i < work->row_count; i++) {
        double mib;
        cmp_interval_t speed;
        if (!pareto_figure(set, &work->rows[i], &mib, &speed))
            continue;
        if (set->run_count > 1)
            fprintf(sketch->script,
                    "set label '%c' at first %.9g, first %.9g left offset char 0.9, 0 textcolor "
                    "rgb '" PUB_INK "'\n",
                    set->runs[work->rows[i].run].letter, mib, speed.estimate);
        fprintf(sketch->script, "$r%zu << EOD\n%.9g %.9g %.9g %.9g\nEOD\n", i, mib, speed.estimate,
                speed.valid ? speed.low : speed.estimate,
                speed.valid ? speed.high : speed.estimate);
    }
    fprintf(sketch->script,
            "set grid xtics ytics lt 1 lc rgb '" PUB_LINE "' lw 0.5\n"
            "set xlabel 'peak RSS, MiB (less is better)'\n"
            "set ylabel '%s (more is better)'\nset key outside right top\nset offsets graph 0.08, "
            "graph 0.08, graph 0.08, graph 0.08\nplot ",
            program ? "runs per second" : "M ops/s");
    if (front > 1)
        fputs("$front using 1:2 with steps lc rgb '" PUB_FLOOR "' dt 2 title 'front', \\\n  ",
              sketch->script);
    for (size_t i = 0; i < work->row_count; i++) {
        const pub_row_t *row = &work->rows[i];
        double mib;
        cmp_interval_t speed;
        char *name = pub_row_name(set, row);
        if (pareto_figure(set, row, &mib, &speed)) {
            const pub_series_t *series = &set->series[row->series];
            fprintf(sketch->script,
                    "%s$r%zu using 1:2:3:4 with yerrorbars lc rgb '%s' lw 1.6 pt %d ps 1.1 title ",
                    plotted++ > 0 ? ", \\\n  " : "", i, series->light, series->point);
            char *brief = pub_short_name(name);
            pub_quoted_write(sketch->script, brief, false);
            free(brief);
        } else if (row->series >= 0 && !pub_allocator_of(set, row)->floor) {
            char *brief = pub_short_name(name), *title = cmp_text("%s: n/a", brief);
            free(brief);
            fprintf(sketch->script, "%sNaN with points pt 2 lc rgb '" PUB_INK "' title ",
                    plotted++ > 0 ? ", \\\n  " : "");
            pub_quoted_write(sketch->script, title, false);
            fprintf(sketch->words, " %s is n/a.", name);
            free(title);
        }
        free(name);
    }
    fputc('\n', sketch->script);
    if (front > 0)
        pub_sketch_end(gallery, sketch, work->heading, cmp_text("memory-%zu", work_index + 1),
                       cmp_text("Speed against memory, %s", work->name), PUB_CURVE_HEIGHT);
    else
        pub_sketch_drop(sketch);
}

/* ---------------------------------------------------------------- all of them */

void pub_gallery_make(pub_gallery_t *gallery, const pub_set_t *set) {
    *gallery = (pub_gallery_t){0};
    for (size_t i = 0; i < set->heading_count; i++) {
        throughput_sketch(gallery, set, i);
        if (!set->runs[set->works[set->headings[i].works[0]].rows[0].run].ab)
            ratio_sketch(gallery, set, i); /* of ab, the verdict has the interval */
        pub_scaling_sketch(gallery, set, i);
        for (size_t w = 0; w < set->headings[i].work_count; w++) {
            pareto_sketch(gallery, set, set->headings[i].works[w]);
            latency_sketches(gallery, set, set->headings[i].works[w]);
            rss_sketch(gallery, set, set->headings[i].works[w]);
            pub_layouts_sketches(gallery, set, set->headings[i].works[w]);
        }
    }
}

void pub_gallery_free(pub_gallery_t *gallery) {
    for (size_t i = 0; i < gallery->count; i++) {
        pub_plate_t *plate = &gallery->plates[i];
        char *texts[] = {plate->id,     plate->title, plate->description,
                         plate->script, plate->svg,   plate->svg_inline};
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            free(texts[j]);
    }
    free(gallery->plates);
    free(gallery->program);
    free(gallery->shapes);
    *gallery = (pub_gallery_t){0};
}
