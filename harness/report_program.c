/*
 * The rows of a real program in the terminal table: times, memory and faults by allocator. Prints
 * what report.c derived; computes nothing but layout. Main thread of compare.
 */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report_text.h"

enum {
    COLUMN_ALLOCATOR,
    COLUMN_WALL,
    COLUMN_WALL_INTERVAL,
    COLUMN_RATIO,
    COLUMN_RATIO_INTERVAL,
    COLUMN_EQUAL,
    COLUMN_USER,
    COLUMN_SYSTEM,
    COLUMN_RSS,
    COLUMN_FAULTS,
    COLUMN_FAILURES,
    COLUMN_COUNT
};

enum { RATIO_DECIMALS = 3 };

static const double MIB = 1024.0 * 1024.0;

/* Decimals and unit that the rows share, so that points stand below each other. */
typedef struct layout {
    double unit; /* seconds */
    const char *unit_name;
    int wall, cpu, rss;
} layout_t;

static layout_t layout_of(const cmp_report_t *report) {
    double wall = NAN, cpu = NAN, rss = NAN; /* the largest; fmax ignores NAN */
    for (size_t i = 0; i < report->run->cell_count; i++) {
        const cmp_cell_figures_t *figures = &report->cells[i];
        wall = fmax(wall, figures->wall_seconds.estimate);
        cpu = fmax(cpu, fmax(figures->user_seconds.estimate, figures->system_seconds.estimate));
        rss = fmax(rss, figures->peak_rss_bytes / MIB);
    }
    layout_t layout = {1, "s", 0, 0, cmp_text_decimals(rss, 3)};
    if (wall < 1) {
        layout.unit = 1e-3;
        layout.unit_name = "ms";
    }
    layout.wall = cmp_text_decimals(wall / layout.unit, 4);
    layout.cpu = cmp_text_decimals(cpu / layout.unit, 3);
    return layout;
}

static void interval_set(cmp_grid_t *grid, size_t column, const cmp_interval_t *interval,
                         double unit, int decimals) {
    char low[32], high[32];
    if (!interval->valid) {
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "n/a");
        return;
    }
    cmp_text_number(low, sizeof low, interval->low / unit, decimals);
    cmp_text_number(high, sizeof high, interval->high / unit, decimals);
    cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "[%s, %s]", low, high);
}

static void number_set(cmp_grid_t *grid, size_t column, cmp_style_t style, double value,
                       int decimals) {
    char text[64];
    cmp_text_number(text, sizeof text, value, decimals);
    cmp_grid_set(grid, column, style, "%s", text);
}

static void header_set(cmp_grid_t *grid, const layout_t *layout) {
    static const char *const names[COLUMN_COUNT] = {
        "  allocator", "wall",   "[low, high]", "ratio",  "[low, high]", "",
        "user",        "system", "peak MiB",    "faults", "failures"};
    cmp_grid_row(grid);
    for (size_t column = 0; column < COLUMN_COUNT; column++) {
        bool time = column == COLUMN_WALL || column == COLUMN_USER || column == COLUMN_SYSTEM;
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%s%s%s", names[column], time ? " " : "",
                     time ? layout->unit_name : "");
    }
}

static void figures_set(cmp_grid_t *grid, const cmp_cell_figures_t *figures, const layout_t *layout,
                        bool best, bool base) {
    number_set(grid, COLUMN_WALL, best ? CMP_STYLE_BEST : CMP_STYLE_PLAIN,
               figures->wall_seconds.estimate / layout->unit, layout->wall);
    interval_set(grid, COLUMN_WALL_INTERVAL, &figures->wall_seconds, layout->unit, layout->wall);
    if (base) {
        cmp_grid_set(grid, COLUMN_RATIO, CMP_STYLE_PLAIN, "1");
    } else {
        number_set(grid, COLUMN_RATIO, CMP_STYLE_PLAIN, figures->ratio_to_first.estimate,
                   RATIO_DECIMALS);
        interval_set(grid, COLUMN_RATIO_INTERVAL, &figures->ratio_to_first, 1, RATIO_DECIMALS);
        if (figures->equal)
            cmp_grid_set(grid, COLUMN_EQUAL, CMP_STYLE_PLAIN, "=");
        else if (figures->unsure)
            cmp_grid_set(grid, COLUMN_EQUAL, CMP_STYLE_PLAIN, "?");
    }
    number_set(grid, COLUMN_USER, CMP_STYLE_PLAIN, figures->user_seconds.estimate / layout->unit,
               layout->cpu);
    number_set(grid, COLUMN_SYSTEM, CMP_STYLE_PLAIN,
               figures->system_seconds.estimate / layout->unit, layout->cpu);
    number_set(grid, COLUMN_RSS, CMP_STYLE_PLAIN, figures->peak_rss_bytes / MIB, layout->rss);
    number_set(grid, COLUMN_FAULTS, CMP_STYLE_PLAIN, figures->page_faults, 0);
}

/* The shortest wall time; no control, no single row. */
static bool cell_is_best(const cmp_report_t *report, size_t index) {
    size_t rivals = 0;
    for (size_t i = 0; i < report->run->cell_count; i++) {
        if (i == index || report->run->allocators[report->run->cells[i].allocator].control ||
            report->cells[i].good == 0)
            continue;
        rivals++;
        if (report->cells[i].wall_seconds.estimate < report->cells[index].wall_seconds.estimate)
            return false;
    }
    return rivals > 0 && report->cells[index].good > 0;
}

static void row_set(cmp_grid_t *grid, const cmp_report_t *report, size_t index,
                    const layout_t *layout) {
    const cmp_cell_t *cell = &report->run->cells[index];
    const cmp_cell_figures_t *figures = &report->cells[index];
    char kinds[128];
    cmp_report_failure_kinds(cell, kinds, sizeof kinds);
    cmp_grid_row(grid);
    cmp_grid_set(grid, COLUMN_ALLOCATOR, CMP_STYLE_PLAIN, "  %s",
                 report->run->allocators[cell->allocator].label);
    if (figures->good > 0) {
        figures_set(grid, figures, layout, cell_is_best(report, index), cell->allocator == 0);
    } else {
        for (size_t column = COLUMN_WALL; column <= COLUMN_FAULTS; column++)
            if (column != COLUMN_EQUAL)
                cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "n/a");
        if (figures->failed > 0)
            cmp_grid_set(grid, COLUMN_WALL, CMP_STYLE_FAILURE, "%s", kinds);
    }
    if (figures->failed > 0)
        cmp_grid_set(grid, COLUMN_FAILURES, CMP_STYLE_FAILURE, "%zu of %zu: %s", figures->failed,
                     cell->sample_count, kinds);
}

static void heading_print(const cmp_run_t *run, FILE *out) {
    const cmp_program_t *program = run->program;
    char *text = NULL, *words = program ? cmp_words_quote(program->arguments) : NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (!stream)
        abort();
    fprintf(stream, "%s", words ? words : "n/a");
    if (program && program->input)
        fprintf(stream, "; input %s", program->input);
    if (program && program->setup)
        fprintf(stream, "; set up by: %s", program->setup);
    if (program && program->expected_status != 0)
        fprintf(stream, "; expected status %d", program->expected_status);
    fprintf(stream, "; %s",
            program && program->ignore_output ? "output not compared" : "same output required");
    if (run->interrupted)
        fprintf(stream, "; interrupted after %u of %u rounds", run->rounds_done, run->rounds);
    else
        fprintf(stream, "; %u round%s", run->rounds, run->rounds == 1 ? "" : "s");
    fclose(stream);
    cmp_text_paragraph(out, "program: ", strlen("program: "), text);
    free(text);
    free(words);
}

void cmp_report_program_table(const cmp_report_t *report, size_t first, FILE *out, bool colour) {
    const cmp_run_t *run = report->run;
    layout_t layout = layout_of(report);
    cmp_grid_t grid = {.columns = COLUMN_COUNT};
    for (size_t column = COLUMN_WALL; column <= COLUMN_FAULTS; column++)
        grid.right[column] = column != COLUMN_EQUAL;
    heading_print(run, out);
    header_set(&grid, &layout);
    for (size_t i = first; i < run->cell_count; i++)
        if (!run->allocators[run->cells[i].allocator].control)
            row_set(&grid, report, i, &layout);
    cmp_grid_print(&grid, out, colour);
    fputc('\n', out);
}
