/*
 * The pictures of a sweep, drawn by gnuplot from scripts that hold their data: curves with
 * intervals, a panel per placement, and a matrix of allocators and distances. Called by scale, main
 * thread. A script stays beside its pictures, so that they can be drawn again in another way.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "look.h"
#include "output.h"
#include "paths.h"
#include "scaling.h"

static const double MEGA = 1e6;

enum { PANEL_WIDTH = 560, PANEL_HEIGHT = 420, PANEL_COLUMNS = 2, DISTANCES = 5 };

/* What one picture shows. */
typedef struct figure {
    const cmp_scaling_t *scaling;
    const wl_workload_t *workload;
    const char *name; /* of its files, without ending */
    uint32_t threads; /* of a matrix */
} figure_t;

/* Text in a gnuplot string of double quotes. */
static void quoted_write(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc((unsigned char)*text < ' ' ? '?' : *text, out);
    }
    fputc('"', out);
}

static const cmp_allocator_t *allocator_of(const cmp_scaling_t *scaling, size_t curve) {
    return &scaling->report->run->allocators[scaling->curves[curve].allocator];
}

static const cmp_look_t *look_of(const cmp_scaling_t *scaling, size_t curve) {
    const cmp_run_t *run = scaling->report->run;
    size_t strangers = 0;
    for (size_t i = 0; i < scaling->curves[curve].allocator; i++)
        strangers += !run->allocators[i].control && !cmp_look_listed(run->allocators[i].label);
    return cmp_look_of(allocator_of(scaling, curve)->label, strangers);
}

static const cmp_cell_t *cell_of(const cmp_scaling_t *scaling, const cmp_scaling_point_t *point) {
    return &scaling->report->run->cells[point->cell];
}

static const cmp_cell_figures_t *figures_of(const cmp_scaling_t *scaling,
                                            const cmp_scaling_point_t *point) {
    return &scaling->report->cells[point->cell];
}

/* ------------------------------------------------------------------ curves */

/* A panel is there for every heading of the workload with more than one number of threads. */
static bool panel_begins(const figure_t *figure, size_t curve) {
    const cmp_scaling_curve_t *curves = figure->scaling->curves;
    return curves[curve].heading->workload == figure->workload && curves[curve].point_count > 1 &&
           (curve == 0 || !cmp_same_heading(curves[curve - 1].heading, curves[curve].heading));
}

static size_t panel_end(const figure_t *figure, size_t first) {
    const cmp_scaling_t *scaling = figure->scaling;
    size_t end = first + 1;
    while (end < scaling->curve_count &&
           cmp_same_heading(scaling->curves[first].heading, scaling->curves[end].heading))
        end++;
    return end;
}

static size_t panel_count(const figure_t *figure) {
    size_t count = 0;
    for (size_t i = 0; i < figure->scaling->curve_count; i++)
        count += panel_begins(figure, i);
    return count;
}

static void curve_data_write(const figure_t *figure, size_t curve, FILE *out) {
    const cmp_scaling_curve_t *points = &figure->scaling->curves[curve];
    fprintf(out, "$curve%zu << END\n", curve);
    for (size_t i = 0; i < points->point_count; i++) {
        const cmp_cell_figures_t *figures = figures_of(figure->scaling, &points->points[i]);
        const cmp_interval_t *interval = &figures->ops_interval;
        double median = figures->ops_per_second.median / MEGA;
        if (!isfinite(median))
            continue;
        fprintf(out, "%u %.6g %.6g %.6g\n", cell_of(figure->scaling, &points->points[i])->threads,
                median, interval->valid ? interval->low / MEGA : median,
                interval->valid ? interval->high / MEGA : median);
    }
    fputs("END\n", out);
}

/* The first allocator's first point times the PUs in use: what perfect scaling would be. */
static bool linear_data_write(const figure_t *figure, size_t curve, FILE *out) {
    const cmp_scaling_curve_t *points = &figure->scaling->curves[curve];
    double base = figures_of(figure->scaling, &points->points[0])->ops_per_second.median / MEGA;
    if (points->allocator != 0 || !isfinite(base))
        return false;
    fprintf(out, "$linear%zu << END\n", curve);
    for (size_t i = 0; i < points->point_count; i++)
        fprintf(out, "%u %.6g\n", cell_of(figure->scaling, &points->points[i])->threads,
                base * points->points[i].pus / points->points[0].pus);
    fputs("END\n", out);
    return true;
}

static double curves_largest(const figure_t *figure) {
    double largest = 0;
    for (size_t i = 0; i < figure->scaling->curve_count; i++) {
        const cmp_scaling_curve_t *curve = &figure->scaling->curves[i];
        for (size_t j = 0; curve->heading->workload == figure->workload && j < curve->point_count;
             j++) {
            const cmp_cell_figures_t *figures = figures_of(figure->scaling, &curve->points[j]);
            largest = fmax(largest, figures->ops_per_second.median / MEGA);
            largest = fmax(largest, figures->ops_interval.high / MEGA); /* fmax ignores NAN */
        }
    }
    return largest;
}

/* Ticks at the numbers of threads, and a grey field where PUs are shared. */
static void axis_write(const figure_t *figure, size_t first, FILE *out) {
    const cmp_scaling_curve_t *curve = &figure->scaling->curves[first];
    double bound = NAN, last = NAN;
    fputs("set xtics (", out);
    for (size_t i = 0; i < curve->point_count; i++) {
        const cmp_cell_t *cell = cell_of(figure->scaling, &curve->points[i]);
        fprintf(out, "%s%u", i > 0 ? ", " : "", cell->threads);
        if (cell->oversubscribed && isnan(bound) && i > 0)
            bound = sqrt((double)cell_of(figure->scaling, &curve->points[i - 1])->threads *
                         cell->threads);
        last = cell->threads;
    }
    fprintf(out, ")\nset xrange [%.6g:%.6g]\n",
            cell_of(figure->scaling, &curve->points[0])->threads / 1.15, last * 1.15);
    if (isfinite(bound))
        fprintf(out,
                "set object 1 rectangle from first %.6g, graph 0 to graph 1, graph 1 behind "
                "fillcolor rgb '#eeeeee' fillstyle solid noborder\n"
                "set label 1 'over' at first %.6g, graph 0.03 textcolor rgb '#888888'\n",
                bound, bound * 1.02);
    else
        fputs("unset object 1\nunset label 1\n", out);
}

static void panel_write(const figure_t *figure, size_t first, FILE *out) {
    const cmp_scaling_t *scaling = figure->scaling;
    const size_t end = panel_end(figure, first);
    const double middle =
        (double)(first + end - 1) / 2; /* curves stand a little beside each other */
    bool linear = false;
    for (size_t i = first; i < end; i++) {
        curve_data_write(figure, i, out);
        linear |= linear_data_write(figure, i, out);
    }
    axis_write(figure, first, out);
    fputs("set title ", out);
    quoted_write(out, topo_policy_name(scaling->curves[first].heading->placement));
    fputs("\nplot ", out);
    for (size_t i = first; i < end; i++) {
        if (linear && scaling->curves[i].allocator == 0)
            fprintf(out, "$linear%zu with lines dashtype 2 linecolor rgb '#bbbbbb' notitle, ", i);
        fprintf(out,
                "$curve%zu using ($1*%.4f):2:3:4 with yerrorlines linewidth 1.6 pointtype %d "
                "pointsize 0.6 linecolor rgb '%s' title ",
                i, 1 + 0.012 * ((double)i - middle), look_of(scaling, i)->point,
                look_of(scaling, i)->light);
        quoted_write(out, allocator_of(scaling, i)->label);
        fputs(i + 1 < end ? ", \\\n  " : "\n", out);
    }
}

/* One multiplot; written once for each kind of file. */
static void curves_write(const figure_t *figure, const char *terminal, const char *ending,
                         FILE *out) {
    size_t panels = panel_count(figure);
    size_t columns = panels < PANEL_COLUMNS ? panels : PANEL_COLUMNS;
    size_t rows = (panels + columns - 1) / columns;
    fprintf(out, "\nset terminal %s size %zu,%zu noenhanced font 'sans,11'\nset output '%s.%s'\n",
            terminal, columns * PANEL_WIDTH, rows * PANEL_HEIGHT + 40, figure->name, ending);
    fprintf(out, "set multiplot layout %zu,%zu title ", rows, columns);
    char *title = cmp_text("%s: throughput by threads", figure->workload->name);
    quoted_write(out, title);
    free(title);
    fprintf(out,
            " font 'sans,14'\nset logscale x 2\nset yrange [0:%.6g]\nset grid ytics linecolor rgb "
            "'#cccccc'\nset key below samplen 2\nset ylabel 'M ops/s'\n",
            curves_largest(figure) * 1.1);
    for (size_t i = 0; i < figure->scaling->curve_count; i++)
        if (panel_begins(figure, i))
            panel_write(figure, i, out);
    fputs("unset multiplot\nset output\n", out);
}

static bool curves_render(const void *context, FILE *out) {
    const figure_t *figure = context;
    fprintf(out,
            "# gnuplot: medians of the rounds with their intervals; dashed: the first allocator's "
            "first point times the PUs in use.\n# 'over': more threads than PUs.\n");
    curves_write(figure, "svg background '#ffffff'", "svg", out);
    curves_write(figure, "pngcairo", "png", out);
    return fflush(out) == 0 && !ferror(out);
}

/* ------------------------------------------------------------------ distances */

/* The median of an allocator at a distance; NAN: not measured. */
static double matrix_value(const figure_t *figure, size_t allocator, int distance) {
    const cmp_scaling_t *scaling = figure->scaling;
    for (size_t i = 0; i < scaling->curve_count; i++) {
        const cmp_scaling_curve_t *curve = &scaling->curves[i];
        if (curve->allocator != allocator || curve->heading->workload != figure->workload ||
            curve->heading->placement != (topo_policy_t)(TOPO_DISTANCE_CORE + distance))
            continue;
        for (size_t j = 0; j < curve->point_count; j++)
            if (cell_of(scaling, &curve->points[j])->threads == figure->threads)
                return figures_of(scaling, &curve->points[j])->ops_per_second.median / MEGA;
    }
    return NAN;
}

/* Rows of the matrix: allocators in their order, the first on top. */
static void matrix_data_write(const figure_t *figure, FILE *out) {
    const cmp_run_t *run = figure->scaling->report->run;
    size_t row = 0;
    fputs("$matrix << END\n", out);
    for (size_t allocator = 0; allocator < run->allocator_count; allocator++) {
        double nearest = NAN;
        if (run->allocators[allocator].control)
            continue;
        for (int distance = 0; distance < DISTANCES; distance++) {
            double value = matrix_value(figure, allocator, distance);
            if (isfinite(value) && isnan(nearest))
                nearest = value;
            if (isfinite(value))
                fprintf(out, "%d %zu %.4f \"%.4g\" \"%.2f\"\n", distance, row, value / nearest,
                        value, value / nearest);
            else
                fprintf(out, "%d %zu NaN \"-\" \"\"\n", distance, row);
        }
        row++;
    }
    fputs("END\n", out);
}

static void matrix_write(const figure_t *figure, const char *terminal, const char *ending,
                         FILE *out) {
    const cmp_run_t *run = figure->scaling->report->run;
    size_t rows = 0;
    fputs("set ytics (", out);
    for (size_t i = 0; i < run->allocator_count; i++) {
        if (run->allocators[i].control)
            continue;
        fputs(rows > 0 ? ", " : "", out);
        quoted_write(out, run->allocators[i].label);
        fprintf(out, " %zu", rows++);
    }
    fprintf(out, ")\nset terminal %s size 760,%zu noenhanced font 'sans,11'\nset output '%s.%s'\n",
            terminal, 150 + 48 * rows, figure->name, ending);
    char *title = cmp_text("%s, %u threads: M ops/s by the partners' distance, and share of the "
                           "nearest one's",
                           figure->workload->name, figure->threads);
    fputs("set title ", out);
    quoted_write(out, title);
    free(title);
    fprintf(out,
            "\nset xtics ('same core' 0, 'same L2' 1, 'same L3' 2, 'same node' 3, 'other node' 4)\n"
            "set xrange [-0.5:%d.5]\nset yrange [%zu.5:-0.5]\nset cbrange [0.4:1.3]\n"
            "set palette defined (0.4 '#d7642c', 1 '#f7f7f7', 1.3 '#4a90c2')\n"
            "set cblabel 'share of the nearest'\nunset key\nset tics scale 0\n"
            "set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillcolor "
            "rgb '#dddddd' fillstyle solid noborder\n"
            "plot $matrix using 1:2:3 with image, '' using 1:2:4 with labels offset 0,0.5, "
            "'' using 1:2:5 with labels offset 0,-0.6 textcolor rgb '#555555'\nset output\n",
            DISTANCES - 1, rows - 1);
}

static bool matrix_render(const void *context, FILE *out) {
    const figure_t *figure = context;
    fprintf(out, "# gnuplot: medians by distance; '-': not measured, or not on this machine.\n");
    matrix_data_write(figure, out);
    matrix_write(figure, "svg background '#ffffff'", "svg", out);
    matrix_write(figure, "pngcairo", "png", out);
    return fflush(out) == 0 && !ferror(out);
}

/* The fewest threads that any distance was measured with; 0: none was. */
static uint32_t matrix_threads(const cmp_scaling_t *scaling, const wl_workload_t *workload) {
    uint32_t least = 0;
    for (size_t i = 0; i < scaling->curve_count; i++) {
        const cmp_scaling_curve_t *curve = &scaling->curves[i];
        topo_policy_t placement = curve->heading->placement;
        if (curve->heading->workload != workload || placement < TOPO_DISTANCE_CORE ||
            placement >= TOPO_DISTANCE_CORE + DISTANCES)
            continue;
        uint32_t threads = cell_of(scaling, &curve->points[0])->threads;
        if (least == 0 || threads < least)
            least = threads;
    }
    return least;
}

/* ------------------------------------------------------------------ drawing */

/* The folder in single quotes, as gnuplot reads it. */
static char *folder_quote(const char *folder) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    fputs("cd '", out);
    for (; *folder != '\0'; folder++)
        fputs(*folder == '\'' ? "''" : (char[]){*folder, '\0'}, out);
    fputc('\'', out);
    fclose(out);
    return text;
}

static bool figure_draw(const figure_t *figure, bool (*render)(const void *, FILE *),
                        const char *folder, FILE *out, char *error, size_t error_bytes) {
    char *path = cmp_text("%s/%s.gp", folder, figure->name);
    char *script = cmp_text("%s.gp", figure->name), *enter = folder_quote(folder);
    int status = -1;
    bool drawn = false;
    bool good = cmp_output_write(path, render, figure, error, error_bytes);
    if (good) {
        const char *const arguments[] = {"gnuplot", "-e", enter, script, NULL};
        char *printed = cmp_capture(arguments, &status);
        good = printed == NULL || status == 0;
        if (!good)
            snprintf(error, error_bytes, "cannot draw %s: gnuplot ended with status %d", path,
                     status);
        drawn = printed != NULL && good;
        free(printed);
    }
    if (good && !drawn) /* everything was measured all the same */
        fprintf(out, "%-14sn/a: gnuplot is not installed (./setup); it would draw %s\n", "Picture",
                path);
    if (drawn)
        fprintf(out, "%-14s%s/%s.svg, .png\n", "Picture", folder, figure->name);
    free(path);
    free(script);
    free(enter);
    return good;
}

bool cmp_scaling_pictures(const cmp_scaling_t *scaling, const char *folder, FILE *out, char *error,
                          size_t error_bytes) {
    bool good = true;
    for (size_t i = 0; i < scaling->curve_count; i++) {
        const wl_workload_t *workload = scaling->curves[i].heading->workload;
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = scaling->curves[j].heading->workload == workload;
        if (seen || !good)
            continue;
        char *curves = cmp_text("scaling-%s", workload->name);
        char *matrix = cmp_text("distance-%s", workload->name);
        figure_t figure = {scaling, workload, curves, 0};
        if (panel_count(&figure) > 0)
            good = figure_draw(&figure, curves_render, folder, out, error, error_bytes);
        figure.name = matrix;
        figure.threads = matrix_threads(scaling, workload);
        if (good && figure.threads > 0)
            good = figure_draw(&figure, matrix_render, folder, out, error, error_bytes);
        free(curves);
        free(matrix);
    }
    return good;
}
