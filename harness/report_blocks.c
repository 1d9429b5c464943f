/*
 * The blocks of the terminal table that say more than throughput: memory, latency, course over
 * time. They print what detail.c derived; compute nothing but layout. Main thread of compare.
 */
#include "report_blocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../workloads/worker_timer.h"
#include "comparison.h"
#include "report_text.h"

enum { SLICES = 8 };

static const double MEGA = 1e6, MIB = 1024.0 * 1024.0, KIB = 1024.0;

static const cmp_allocator_t *allocator_of(const cmp_report_t *report, size_t index) {
    return &report->run->allocators[report->run->cells[index].allocator];
}

/* Which cells a block shows. */
typedef bool cell_filter_t(const cmp_report_t *report, size_t index);

/* A cell that a block shows, and what it is called there. */
typedef struct row {
    size_t cell; /* its index in the run */
    const char *name;
} row_t;

typedef struct rows {
    row_t *list;
    size_t count;
} rows_t;

typedef void row_writer_t(cmp_grid_t *grid, const cmp_report_t *report, const row_t *row);

static rows_t rows_make(const cmp_report_t *report) {
    rows_t rows = {calloc(report->run->cell_count + 1, sizeof *rows.list), 0};
    if (rows.list == NULL)
        abort();
    return rows;
}

static void rows_add(rows_t *rows, size_t cell, const char *name) {
    rows->list[rows->count++] = (row_t){cell, name};
}

/* Those of a heading in the order of the table: by work, then by allocator. */
static rows_t rows_of_heading(const cmp_report_t *report, const cmp_cell_t *heading,
                              cell_filter_t *shows) {
    const cmp_run_t *run = report->run;
    rows_t rows = rows_make(report);
    bool *done = calloc(run->cell_count + 1, sizeof *done);
    if (done == NULL)
        abort();
    for (size_t i = 0; i < run->cell_count; i++) {
        if (done[i] || !cmp_same_heading(heading, &run->cells[i]))
            continue;
        for (size_t j = i; j < run->cell_count; j++) {
            if (!cmp_same_work(&run->cells[i], &run->cells[j]))
                continue;
            done[j] = true;
            if (shows(report, j))
                rows_add(&rows, j, allocator_of(report, j)->label);
        }
    }
    free(done);
    return rows;
}

/* With an empty line between rows of different work. */
static void rows_write(cmp_grid_t *grid, const cmp_report_t *report, const rows_t *rows,
                       row_writer_t *write) {
    const cmp_cell_t *cells = report->run->cells;
    for (size_t i = 0; i < rows->count; i++) {
        if (i > 0 && !cmp_same_work(&cells[rows->list[i - 1].cell], &cells[rows->list[i].cell]))
            cmp_grid_row(grid);
        write(grid, report, &rows->list[i]);
    }
}

static void header_write(cmp_grid_t *grid, const char *const *names, size_t count) {
    grid->columns = count;
    cmp_grid_row(grid);
    for (size_t i = 0; i < count; i++) {
        grid->right[i] = i > 0;
        cmp_grid_set(grid, i, CMP_STYLE_PLAIN, "%s", names[i]);
    }
}

static void row_begin(cmp_grid_t *grid, const cmp_report_t *report, const row_t *row) {
    const cmp_cell_t *cell = &report->run->cells[row->cell];
    cmp_grid_row(grid);
    cmp_grid_set(grid, 0, CMP_STYLE_PLAIN, "  %s", row->name);
    cmp_grid_set(grid, 1, CMP_STYLE_PLAIN, "%u%s", cell->threads,
                 cell->oversubscribed ? " over" : "");
}

/* A whole number, without the decimals that a small one would otherwise get. */
static void whole_set(cmp_grid_t *grid, size_t column, double value) {
    if (isfinite(value))
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%.0f", value);
    else
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "n/a");
}

/* What is less than a step of the time stamps is not told apart from nothing. */
static void latency_set(cmp_grid_t *grid, size_t column, double ns, double step_ns) {
    if (ns < step_ns)
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "<%.0f", step_ns);
    else
        whole_set(grid, column, ns);
}

static void number_set(cmp_grid_t *grid, size_t column, double value, int decimals) {
    char text[40];
    cmp_text_number(text, sizeof text, value, decimals);
    cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%s", text);
}

/* ---------------------------------------------------------------- memory */

enum {
    MEMORY_EMPTY = 2,
    MEMORY_LIVE,
    MEMORY_PEAK_LIVE,
    MEMORY_PEAK,
    MEMORY_FREED,
    MEMORY_IDLE,
    MEMORY_LAZY,
    MEMORY_FRAGMENTATION,
    MEMORY_MAPPINGS,
    MEMORY_TABLES,
    MEMORY_COLUMNS
};

/* The control is the first allocator again, and the floor gives nothing back. */
static bool memory_shows(const cmp_report_t *report, size_t index) {
    const cmp_allocator_t *allocator = allocator_of(report, index);
    return !allocator->control && !allocator->floor &&
           isfinite(report->cells[index].memory[WL_MOMENT_PEAK_LIVE].rss_bytes);
}

static void memory_row(cmp_grid_t *grid, const cmp_report_t *report, const row_t *row) {
    const cmp_cell_figures_t *figures = &report->cells[row->cell];
    const cmp_memory_figures_t *memory = figures->memory, *idle = &memory[WL_MOMENT_IDLE];
    row_begin(grid, report, row);
    number_set(grid, MEMORY_EMPTY, memory[WL_MOMENT_EMPTY].rss_bytes / MIB, 2);
    number_set(grid, MEMORY_LIVE, figures->live_bytes / MIB, 2);
    number_set(grid, MEMORY_PEAK_LIVE, memory[WL_MOMENT_PEAK_LIVE].rss_bytes / MIB, 2);
    number_set(grid, MEMORY_PEAK, figures->peak_rss_bytes / MIB, 2);
    number_set(grid, MEMORY_FREED, memory[WL_MOMENT_FREED].rss_bytes / MIB, 2);
    if (isfinite(idle->rss_since_freed_bytes))
        cmp_grid_set(grid, MEMORY_IDLE, CMP_STYLE_PLAIN, "%+.2f",
                     idle->rss_since_freed_bytes / MIB);
    if (idle->lazy_free_bytes > 0)
        number_set(grid, MEMORY_LAZY, idle->lazy_free_bytes / MIB, 2);
    number_set(grid, MEMORY_FRAGMENTATION, figures->fragmentation_at_peak, 2);
    whole_set(grid, MEMORY_MAPPINGS, memory[WL_MOMENT_PEAK_LIVE].mappings_above_empty);
    whole_set(grid, MEMORY_TABLES, memory[WL_MOMENT_PEAK_LIVE].page_tables_above_empty_bytes / KIB);
}

void cmp_report_memory(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out) {
    static const char *const names[MEMORY_COLUMNS] = {
        "  RSS MiB", "threads", "empty", "live",     "at peak live", "peak",
        "freed",     "idle",    "lazy",  "fragment", "mappings",     "tables KiB"};
    rows_t rows = rows_of_heading(report, heading, memory_shows);
    if (rows.count > 0) {
        cmp_grid_t grid = {.columns = 0};
        fputc('\n', out);
        header_write(&grid, names, MEMORY_COLUMNS);
        rows_write(&grid, report, &rows, memory_row);
        cmp_grid_print(&grid, out, false);
    }
    free(rows.list);
}

/* ---------------------------------------------------------------- latency */

enum {
    LATENCY_CALL = 2,
    LATENCY_PERCENTILES,
    LATENCY_MAX = LATENCY_PERCENTILES + CMP_PERCENTILES,
    LATENCY_SPEED,
    LATENCY_DID,
    LATENCY_COLUMNS
};

static bool latency_shows(const cmp_report_t *report, size_t index) {
    const cmp_latency_figures_t *latency = report->cells[index].latency;
    return latency != NULL && latency->samples > 0;
}

/* "6 preempted, 2 page fault": what the slowest calls did, the kind of the slowest first. */
static void did_format(const wl_slow_calls_t *slow, char *text, size_t text_bytes) {
    size_t length = 0;
    *text = '\0';
    for (uint32_t i = 0; i < slow->count; i++) {
        const char *did = cmp_slow_call_did(&slow->calls[i]);
        uint32_t before = 0, same = 0;
        for (uint32_t j = 0; j < slow->count; j++) {
            bool equal = strcmp(cmp_slow_call_did(&slow->calls[j]), did) == 0;
            before += equal && j < i;
            same += equal;
        }
        if (before > 0 || length >= text_bytes)
            continue;
        length += (size_t)snprintf(text + length, text_bytes - length, "%s%u %s",
                                   length > 0 ? ", " : "", same, did);
    }
}

static void latency_row(cmp_grid_t *grid, const cmp_report_t *report, const row_t *row) {
    static const char *const calls[WL_OPERATIONS] = {"malloc", "free"};
    const cmp_latency_figures_t *latency = report->cells[row->cell].latency;
    for (int i = 0; i < WL_OPERATIONS; i++) {
        const wl_latency_report_t *merged = &latency->merged;
        char did[120];
        if (i == 0)
            row_begin(grid, report, row);
        else
            cmp_grid_row(grid);
        cmp_grid_set(grid, LATENCY_CALL, CMP_STYLE_PLAIN, "%s", calls[i]);
        for (size_t p = 0; p < CMP_PERCENTILES; p++)
            latency_set(grid, LATENCY_PERCENTILES + p,
                        cmp_latency_percentile(latency, (enum wl_operation)i, p), merged->step_ns);
        latency_set(grid, LATENCY_MAX, cmp_latency_max(latency, (enum wl_operation)i),
                    merged->step_ns);
        if (i == 0)
            number_set(grid, LATENCY_SPEED, latency->speed_share, 2);
        did_format(&merged->slow[i], did, sizeof did);
        cmp_grid_set(grid, LATENCY_DID, CMP_STYLE_PLAIN, "%s", did);
    }
}

/* What the figures rest on, over all rows of the block. */
static void latency_basis(const cmp_report_t *report, const rows_t *rows, FILE *out) {
    double step = 0, least = INFINITY, most = 0;
    uint64_t fewest = UINT64_MAX;
    size_t samples = 0;
    const char *timer = "none";
    for (size_t i = 0; i < rows->count; i++) {
        const cmp_latency_figures_t *latency = report->cells[rows->list[i].cell].latency;
        timer = wl_timer_name((enum wl_timer_source)latency->merged.source);
        step = fmax(step, latency->merged.step_ns);
        least = fmin(least, latency->merged.overhead_least_ns);
        most = fmax(most, latency->merged.overhead_ns);
        samples = latency->samples > samples ? latency->samples : samples;
        for (int j = 0; j < WL_OPERATIONS; j++) {
            uint64_t count = wl_histogram_count(&latency->merged.histograms[j]);
            fewest = count < fewest ? count : fewest;
        }
    }
    char text[400];
    snprintf(text, sizeof text,
             "time stamps by %s in steps of %.0f ns; their own cost, %.0f to %.0f ns, is "
             "subtracted; %zu extra sample%s, at least %llu calls of each kind",
             timer, step, least, most, samples, samples == 1 ? "" : "s",
             (unsigned long long)fewest);
    cmp_text_paragraph(out, "  ", 2, text);
}

static void latency_print(const cmp_report_t *report, const rows_t *rows, FILE *out) {
    static const char *const names[LATENCY_COLUMNS] = {
        "  latency ns", "threads", "call",           "p50", "p90", "p99", "p99.9", "p99.99",
        "max",          "speed",   "the slowest did"};
    cmp_grid_t grid = {.columns = 0};
    header_write(&grid, names, LATENCY_COLUMNS);
    grid.right[LATENCY_CALL] = grid.right[LATENCY_DID] = false;
    rows_write(&grid, report, rows, latency_row);
    cmp_grid_print(&grid, out, false);
    latency_basis(report, rows, out);
}

void cmp_report_latency(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out) {
    rows_t rows = rows_of_heading(report, heading, latency_shows);
    if (rows.count > 0) {
        fputc('\n', out);
        latency_print(report, &rows, out);
    }
    free(rows.list);
}

/* ---------------------------------------------------------------- course over time */

enum { COURSE_WHAT = 2, COURSE_SLICES, COURSE_COLUMNS = COURSE_SLICES + SLICES };

/* With the control: where it changes as the first allocator does, that is the machine. */
static bool course_shows(const cmp_report_t *report, size_t index) {
    return report->run->cells[index].seconds > 0 && !allocator_of(report, index)->floor &&
           isfinite(report->cells[index].memory[WL_MOMENT_PEAK_LIVE].rss_bytes);
}

/* Decimals that the ends of slices of this length need, so that all have the same. */
static int end_decimals(double slice_seconds) {
    int decimals = 0;
    for (double scaled = slice_seconds; decimals < 4 && fabs(scaled - round(scaled)) > 1e-6;
         scaled *= 10)
        decimals++;
    return decimals;
}

static void course_row(cmp_grid_t *grid, const cmp_report_t *report, const row_t *row) {
    cmp_slice_t slices[SLICES];
    cmp_slices(&report->run->cells[row->cell], slices, SLICES);
    row_begin(grid, report, row);
    cmp_grid_set(grid, COURSE_WHAT, CMP_STYLE_PLAIN, "M ops/s");
    for (size_t i = 0; i < SLICES; i++)
        number_set(grid, COURSE_SLICES + i, slices[i].ops_per_second / MEGA,
                   cmp_text_decimals(slices[0].ops_per_second / MEGA, 4));
    cmp_grid_row(grid);
    cmp_grid_set(grid, COURSE_WHAT, CMP_STYLE_PLAIN, "RSS MiB");
    for (size_t i = 0; i < SLICES; i++)
        number_set(grid, COURSE_SLICES + i, slices[i].rss_bytes / MIB, 2);
}

static void course_print(const cmp_report_t *report, const rows_t *rows, FILE *out) {
    const double seconds = report->run->cells[rows->list[0].cell].seconds / SLICES;
    const int decimals = end_decimals(seconds);
    char ends[SLICES][32];
    const char *names[COURSE_COLUMNS] = {"  over time", "threads", "until s"};
    for (size_t i = 0; i < SLICES; i++) {
        snprintf(ends[i], sizeof ends[i], "%.*f", decimals, seconds * (double)(i + 1));
        names[COURSE_SLICES + i] = ends[i];
    }
    cmp_grid_t grid = {.columns = 0};
    header_write(&grid, names, COURSE_COLUMNS);
    grid.right[COURSE_WHAT] = false;
    rows_write(&grid, report, rows, course_row);
    cmp_grid_print(&grid, out, false);
}

void cmp_report_course(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out) {
    rows_t rows = rows_of_heading(report, heading, course_shows);
    if (rows.count > 0) {
        fputc('\n', out);
        course_print(report, &rows, out);
    }
    free(rows.list);
}

/* ---------------------------------------------------------------- two sides */

/* Both sides of a comparison, named so, and the control of the base. */
static rows_t rows_of_sides(const cmp_report_t *report, const cmp_comparison_t *comparison,
                            cell_filter_t *shows) {
    const cmp_run_t *run = report->run;
    rows_t rows = rows_make(report);
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_cell_t *cell = &run->cells[i];
        if (cmp_same_work(cell, comparison->base) && shows(report, i))
            rows_add(&rows, i,
                     cell == comparison->base        ? "base"
                     : cell == comparison->treatment ? "treatment"
                                                     : allocator_of(report, i)->label);
    }
    return rows;
}

void cmp_report_sides(const cmp_report_t *report, const cmp_comparison_t *comparison, FILE *out) {
    rows_t course = rows_of_sides(report, comparison, course_shows);
    rows_t latency = rows_of_sides(report, comparison, latency_shows);
    if (course.count > 0) {
        course_print(report, &course, out);
        fputc('\n', out);
    }
    if (latency.count > 0) {
        latency_print(report, &latency, out);
        fputc('\n', out);
    }
    free(course.list);
    free(latency.list);
}

/* ---------------------------------------------------------------- legend */

/* Good samples of the cell that were idle for a second at their end. */
static size_t idle_count(const cmp_cell_t *cell) {
    size_t count = 0;
    for (size_t i = 0; i < cell->sample_count; i++)
        count += cell->samples[i].failure == CMP_OK &&
                 cell->samples[i].memory[WL_MOMENT_IDLE].rss_bytes > 0;
    return count;
}

static void memory_legend(const cmp_report_t *report, size_t label_width, FILE *out) {
    bool memory = false, lazy = false;
    size_t idle = 0;
    for (size_t i = 0; i < report->run->cell_count; i++) {
        if (!memory_shows(report, i))
            continue;
        size_t count = idle_count(&report->run->cells[i]);
        memory = true;
        idle = count > idle ? count : idle;
        lazy |= report->cells[i].memory[WL_MOMENT_IDLE].lazy_free_bytes > 0;
    }
    char text[600], idle_text[100] = "";
    if (idle > 0)
        snprintf(idle_text, sizeof idle_text,
                 "; idle: what a second without calls adds to freed, in %zu round%s", idle,
                 idle == 1 ? "" : "s");
    snprintf(text, sizeof text,
             "RSS without the worker's bookkeeping; empty: before the first allocation; live: "
             "requested bytes at the end of the measured phase; freed: all of them%s%s; "
             "fragment: (at peak live - empty) / live; mappings, tables: at peak live, above "
             "empty",
             idle_text,
             lazy ? "; lazy: purged by MADV_FREE, counted until the kernel takes it" : "");
    if (memory)
        cmp_text_paragraph(out, "", label_width, text);
}

static bool any_shown(const cmp_report_t *report, cell_filter_t *shows) {
    for (size_t i = 0; i < report->run->cell_count; i++)
        if (shows(report, i))
            return true;
    return false;
}

/* Of the blocks that tables and comparisons of ab have alike; the first line has the label. */
static void common_legend(const cmp_report_t *report, const char *label, size_t label_width,
                          FILE *out) {
    char text[400];
    if (any_shown(report, course_shows)) {
        snprintf(
            text, sizeof text,
            "over time: the measured time in %d equal parts, named by their ends; throughput "
            "and mean RSS of each, medians of the rounds; a change that the A/A control shares "
            "is the machine's",
            SLICES);
        cmp_text_paragraph(out, label, label_width, text);
        label = "";
    }
    snprintf(text, sizeof text,
             "latency: histogram within %.1f %% and 1 ns; speed: throughput with time stamps "
             "over that without; the slowest %d calls did: preempted, slept (waited), page "
             "fault, disk, or unknown (refill, system call, interrupt)",
             100 * WL_HISTOGRAM_RELATIVE_ERROR, WL_SLOW_CALLS);
    if (any_shown(report, latency_shows))
        cmp_text_paragraph(out, label, label_width, text);
}

void cmp_report_blocks_legend(const cmp_report_t *report, size_t label_width, FILE *out) {
    memory_legend(report, label_width, out);
    common_legend(report, "", label_width, out);
}

void cmp_report_sides_legend(const cmp_report_t *report, size_t label_width, FILE *out) {
    const char *label = "Figures";
    bool memory = false, idle = false;
    for (size_t i = 0; i < report->comparison_count; i++) {
        const cmp_sides_t *sides = report->comparisons[i].memory;
        memory |= isfinite(sides[CMP_SIDES_PEAK].base);
        idle |= isfinite(sides[CMP_SIDES_IDLE].base);
    }
    if (memory) {
        char text[600];
        snprintf(text, sizeof text,
                 "RSS without the worker's bookkeeping, medians; ratio: treatment over base in the "
                 "same round, below 1 is less memory; [low, high]: interval of at least 95 %% "
                 "coverage; =: that interval includes 1; at peak live: at the end of the measured "
                 "phase; freed: all blocks%s; the verdict is of throughput alone",
                 idle ? "; idle: what a second without calls adds to freed, in the first round"
                      : "");
        cmp_text_paragraph(out, label, label_width, text);
        label = "";
    }
    common_legend(report, label, label_width, out);
}
