/*
 * The terminal table: a heading per workload, parameters and placement, a row per allocator and
 * thread count, and below it everything a reader needs to doubt the figures or to measure them
 * again. Prints what report.c derived; computes nothing but layout. Main thread of compare.
 */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report_blocks.h"
#include "report_text.h"

enum {
    COLUMN_ALLOCATOR,
    COLUMN_THREADS,
    COLUMN_MOPS,
    COLUMN_MOPS_INTERVAL,
    COLUMN_NS,
    COLUMN_ABOVE_FLOOR,
    COLUMN_RATIO,
    COLUMN_RATIO_INTERVAL,
    COLUMN_EQUAL,
    COLUMN_RSS,
    COLUMN_FAILURES,
    COLUMN_COUNT
};

enum { LABEL_WIDTH = 14, RATIO_DECIMALS = 3, INTERVAL_MINIMUM = 6 };

static const double MEGA = 1e6, MIB = 1024.0 * 1024.0;

/* Decimals that the columns of one heading share, so that points stand below each other. */
typedef struct decimals {
    int mops, ns, rss;
} decimals_t;

static const cmp_allocator_t *allocator_of(const cmp_run_t *run, const cmp_cell_t *cell) {
    return &run->allocators[cell->allocator];
}

/* ---------------------------------------------------------------- rows */

static void interval_format(char *text, size_t text_bytes, const cmp_interval_t *interval,
                            double unit, int decimals) {
    if (!interval->valid) {
        snprintf(text, text_bytes, "n/a");
        return;
    }
    char low[32], high[32];
    cmp_text_number(low, sizeof low, interval->low / unit, decimals);
    cmp_text_number(high, sizeof high, interval->high / unit, decimals);
    snprintf(text, text_bytes, "[%s, %s]", low, high);
}

void cmp_report_failure_kinds(const cmp_cell_t *cell, char *text, size_t text_bytes) {
    bool seen[CMP_FAILURE_COUNT] = {false};
    size_t length = 0;
    *text = '\0';
    for (size_t i = 0; i < cell->sample_count; i++) {
        cmp_failure_t failure = cell->samples[i].failure;
        if (failure == CMP_OK || (unsigned)failure >= CMP_FAILURE_COUNT || seen[failure])
            continue;
        seen[failure] = true;
        int written = snprintf(text + length, text_bytes - length, "%s%s", length ? ", " : "",
                               cmp_failure_name(failure));
        length += written > 0 && (size_t)written < text_bytes - length ? (size_t)written : 0;
    }
}

static void row_header(cmp_grid_t *grid) {
    static const char *const names[COLUMN_COUNT] = {
        "  allocator", "threads",     "M ops/s", "[low, high]", "ns/op",   "above floor",
        "ratio",       "[low, high]", "",        "peak MiB",    "failures"};
    cmp_grid_row(grid);
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%s", names[column]);
}

static void row_figures(cmp_grid_t *grid, const cmp_cell_figures_t *figures, decimals_t decimals,
                        cmp_style_t style, bool base) {
    char text[80];
    cmp_text_number(text, sizeof text, figures->ops_per_second.median / MEGA, decimals.mops);
    cmp_grid_set(grid, COLUMN_MOPS, style, "%s", text);
    interval_format(text, sizeof text, &figures->ops_interval, MEGA, decimals.mops);
    cmp_grid_set(grid, COLUMN_MOPS_INTERVAL, CMP_STYLE_PLAIN, "%s", text);
    cmp_text_number(text, sizeof text, figures->ns_per_op, decimals.ns);
    cmp_grid_set(grid, COLUMN_NS, CMP_STYLE_PLAIN, "%s", text);
    cmp_text_number(text, sizeof text, figures->ns_per_op - figures->floor_ns_per_op, decimals.ns);
    cmp_grid_set(grid, COLUMN_ABOVE_FLOOR, CMP_STYLE_PLAIN, "%s", text);
    if (base) {
        cmp_grid_set(grid, COLUMN_RATIO, CMP_STYLE_PLAIN, "1");
    } else {
        cmp_text_number(text, sizeof text, figures->ratio_to_first.estimate, RATIO_DECIMALS);
        cmp_grid_set(grid, COLUMN_RATIO, CMP_STYLE_PLAIN, "%s", text);
        interval_format(text, sizeof text, &figures->ratio_to_first, 1, RATIO_DECIMALS);
        cmp_grid_set(grid, COLUMN_RATIO_INTERVAL, CMP_STYLE_PLAIN, "%s", text);
        if (figures->equal)
            cmp_grid_set(grid, COLUMN_EQUAL, CMP_STYLE_PLAIN, "=");
        else if (figures->unsure)
            cmp_grid_set(grid, COLUMN_EQUAL, CMP_STYLE_PLAIN, "?");
    }
    cmp_text_number(text, sizeof text, figures->peak_rss_bytes / MIB, decimals.rss);
    cmp_grid_set(grid, COLUMN_RSS, CMP_STYLE_PLAIN, "%s", text);
}

static void row_of_cell(cmp_grid_t *grid, const cmp_report_t *report, size_t index,
                        decimals_t decimals, bool best) {
    const cmp_cell_t *cell = &report->run->cells[index];
    const cmp_cell_figures_t *figures = &report->cells[index];
    char kinds[128];
    cmp_report_failure_kinds(cell, kinds, sizeof kinds);
    cmp_grid_row(grid);
    cmp_grid_set(grid, COLUMN_ALLOCATOR, CMP_STYLE_PLAIN, "  %s",
                 allocator_of(report->run, cell)->label);
    cmp_grid_set(grid, COLUMN_THREADS, CMP_STYLE_PLAIN, "%u%s", cell->threads,
                 cell->oversubscribed ? " over" : "");
    if (figures->good > 0) {
        row_figures(grid, figures, decimals, best ? CMP_STYLE_BEST : CMP_STYLE_PLAIN,
                    cell->allocator == 0);
    } else {
        for (size_t column = COLUMN_MOPS; column <= COLUMN_RSS; column++)
            if (column != COLUMN_EQUAL)
                cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "n/a");
        if (figures->failed > 0)
            cmp_grid_set(grid, COLUMN_MOPS, CMP_STYLE_FAILURE, "%s", kinds);
    }
    if (figures->failed > 0)
        cmp_grid_set(grid, COLUMN_FAILURES, CMP_STYLE_FAILURE, "%zu of %zu: %s", figures->failed,
                     cell->sample_count, kinds);
}

/* The highest median of the allocators that did the same work; no control, no single row. */
static bool cell_is_best(const cmp_report_t *report, size_t index) {
    const cmp_run_t *run = report->run;
    size_t rivals = 0;
    if (allocator_of(run, &run->cells[index])->floor)
        return false;
    for (size_t i = 0; i < run->cell_count; i++) {
        if (i == index || allocator_of(run, &run->cells[i])->control ||
            allocator_of(run, &run->cells[i])->floor ||
            !cmp_same_work(&run->cells[i], &run->cells[index]) || report->cells[i].good == 0)
            continue;
        rivals++;
        if (report->cells[i].ops_per_second.median > report->cells[index].ops_per_second.median)
            return false;
    }
    return rivals > 0 && report->cells[index].good > 0;
}

static decimals_t heading_decimals(const cmp_report_t *report, const cmp_cell_t *heading) {
    double mops = NAN, ns = NAN, rss = NAN; /* largest of each column; fmax ignores NAN */
    for (size_t i = 0; i < report->run->cell_count; i++) {
        const cmp_cell_figures_t *figures = &report->cells[i];
        if (!cmp_same_heading(heading, &report->run->cells[i]))
            continue;
        mops = fmax(mops, figures->ops_per_second.median / MEGA);
        ns = fmax(ns, figures->ns_per_op);
        rss = fmax(rss, figures->peak_rss_bytes / MIB);
    }
    return (decimals_t){cmp_text_decimals(mops, 4), cmp_text_decimals(ns, 4),
                        cmp_text_decimals(rss, 3)};
}

/* ---------------------------------------------------------------- headings */

void cmp_report_heading(const cmp_report_t *report, const cmp_cell_t *cell, FILE *out) {
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (!stream)
        return;
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        fprintf(stream, "%s%s=%s", i ? " " : "", cell->workload->parameters[i].name, value);
    }
    fprintf(stream, "; placement %s", topo_policy_name(cell->placement));
    if (cell->seconds > 0)
        fprintf(stream, "; %g s a sample", cell->seconds);
    if (cell->check)
        fprintf(stream, "; block contents verified");
    if (report->run->interrupted)
        fprintf(stream, "; interrupted after %u of %u rounds", report->run->rounds_done,
                report->run->rounds);
    else
        fprintf(stream, "; %u round%s", report->run->rounds, report->run->rounds == 1 ? "" : "s");
    fclose(stream);
    char label[64];
    snprintf(label, sizeof label, "%s: ", cell->workload->name);
    cmp_text_paragraph(out, label, strlen(label), text);
    free(text);
}

/* Shares of blocks that crossed threads, per thread count, where a workload hands blocks over. */
static void crossed_print(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out) {
    const cmp_run_t *run = report->run;
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_cell_t *cell = &run->cells[i];
        bool first_of_count = cmp_same_heading(heading, cell);
        for (size_t j = 0; j < i && first_of_count; j++)
            first_of_count = !cmp_same_work(&run->cells[j], cell);
        double low = NAN, high = NAN;
        for (size_t j = i; first_of_count && j < run->cell_count; j++) {
            if (!cmp_same_work(cell, &run->cells[j]))
                continue;
            low = fmin(low, report->cells[j].crossed_share);
            high = fmax(high, report->cells[j].crossed_share);
        }
        if (!(high > 0))
            continue;
        char text[160];
        if (high - low < 0.0005)
            snprintf(text, sizeof text, "%.1f %% of blocks", high * 100);
        else
            snprintf(text, sizeof text, "%.1f to %.1f %% of blocks, by allocator", low * 100,
                     high * 100);
        fprintf(out, "  freed by another thread than their allocator, %u thread%s: %s\n",
                cell->threads, cell->threads == 1 ? "" : "s", text);
    }
}

static void heading_table(const cmp_report_t *report, size_t first, FILE *out, bool colour) {
    const cmp_run_t *run = report->run;
    const cmp_cell_t *heading = &run->cells[first];
    decimals_t decimals = heading_decimals(report, heading);
    cmp_grid_t grid = {.columns = COLUMN_COUNT};
    for (size_t column = COLUMN_THREADS; column <= COLUMN_RSS; column++)
        grid.right[column] = column != COLUMN_EQUAL;
    cmp_report_heading(report, heading, out);
    row_header(&grid);
    bool *printed = calloc(run->cell_count, sizeof *printed);
    if (!printed)
        abort();
    for (size_t i = first; i < run->cell_count; i++) {
        if (printed[i] || !cmp_same_heading(heading, &run->cells[i]))
            continue;
        if (i != first)
            cmp_grid_row(&grid);
        for (size_t j = i; j < run->cell_count; j++) {
            if (!cmp_same_work(&run->cells[i], &run->cells[j]))
                continue;
            printed[j] = true;
            if (!allocator_of(run, &run->cells[j])->control)
                row_of_cell(&grid, report, j, decimals, cell_is_best(report, j));
        }
    }
    free(printed);
    cmp_grid_print(&grid, out, colour);
    crossed_print(report, heading, out);
    cmp_report_memory(report, heading, out);
    cmp_report_course(report, heading, out);
    cmp_report_latency(report, heading, out);
    fputc('\n', out);
}

/* ---------------------------------------------------------------- below the tables */

/* "mixed, 2 threads"; "program". */
static void cell_name(const cmp_cell_t *cell, char *text, size_t text_bytes) {
    if (cmp_cell_is_program(cell))
        snprintf(text, text_bytes, "%s", cell->workload->name);
    else
        snprintf(text, text_bytes, "%s, %u thread%s", cell->workload->name, cell->threads,
                 cell->threads == 1 ? "" : "s");
}

/* One line per kind of failure among `samples` of a cell, with the first reason. */
static void failures_of(const cmp_run_t *run, const cmp_cell_t *cell, bool timed,
                        const char **label, FILE *out) {
    const cmp_sample_t *samples = timed ? cell->latency_samples : cell->samples;
    const size_t sample_count = timed ? cell->latency_count : cell->sample_count;
    for (int kind = CMP_OK + 1; kind < CMP_FAILURE_COUNT; kind++) {
        const char *reason = NULL;
        size_t count = 0;
        for (size_t i = 0; i < sample_count; i++) {
            if (samples[i].failure != (cmp_failure_t)kind)
                continue;
            count++;
            if (!reason)
                reason = samples[i].reason;
        }
        char *text = NULL, where[64];
        cell_name(cell, where, sizeof where);
        if (count == 0 ||
            asprintf(&text, "%s, %s%s: %zu of %zu: %s: %s", allocator_of(run, cell)->label, where,
                     timed ? ", each call timed" : "", count, sample_count,
                     cmp_failure_name((cmp_failure_t)kind), reason ? reason : "n/a") < 0)
            continue;
        cmp_text_paragraph(out, *label, LABEL_WIDTH, text);
        free(text);
        *label = "";
    }
}

static void failures_print(const cmp_report_t *report, FILE *out) {
    const char *label = "Failures";
    for (size_t i = 0; i < report->run->cell_count; i++) {
        failures_of(report->run, &report->run->cells[i], false, &label, out);
        failures_of(report->run, &report->run->cells[i], true, &label, out);
    }
}

/* The control's widest interval in a single cell: pooling narrows what one row must be judged by.
 * NULL when there is only one cell with an interval. */
static const cmp_interval_t *control_widest(const cmp_report_t *report) {
    const cmp_interval_t *widest = NULL;
    size_t count = 0;
    for (size_t i = 0; i < report->run->cell_count; i++) {
        const cmp_interval_t *ratio = &report->cells[i].ratio_to_first;
        if (!allocator_of(report->run, &report->run->cells[i])->control || !ratio->valid)
            continue;
        count++;
        if (!widest || ratio->high / ratio->low > widest->high / widest->low)
            widest = ratio;
    }
    return count > 1 ? widest : NULL;
}

/* What earlier controls of this machine did; empty when there are none. */
static void history_format(const cmp_report_t *report, char *text, size_t text_bytes) {
    *text = '\0';
    if (report->history_count == 1)
        snprintf(text, text_bytes, "; one earlier run on this machine: %.4f", report->history_low);
    else if (report->history_count > 1)
        snprintf(text, text_bytes, "; %zu earlier runs on this machine: %s within [%.4f, %.4f]",
                 report->history_count, report->history_share < 1 ? "99.9 %" : "all",
                 report->history_low, report->history_high);
}

static void noise_floor_print(const cmp_report_t *report, FILE *out) {
    const cmp_interval_t *floor = &report->noise_floor, *widest = control_widest(report);
    char interval[80], bounds[80], single[160] = "", history[160], text[700];
    interval_format(interval, sizeof interval, floor, 1, 4);
    history_format(report, history, sizeof history);
    if (widest) {
        interval_format(bounds, sizeof bounds, widest, 1, RATIO_DECIMALS);
        snprintf(single, sizeof single, " over all rows, %s in the widest single row", bounds);
    }
    if (!isfinite(floor->estimate))
        snprintf(text, sizeof text, "n/a: no pair of good samples of the A/A control%s", history);
    else
        snprintf(text, sizeof text, "A/A control, %s against itself: ratio %.4f %s%s%s%s",
                 report->run->allocators[0].label, floor->estimate, interval, single,
                 floor->valid && (floor->low > 1 || floor->high < 1)
                     ? ", not around 1: differences of this size are noise in this run"
                     : "",
                 history);
    cmp_text_paragraph(out, "Noise floor", LABEL_WIDTH, text);
    if (report->unusual)
        cmp_text_paragraph(
            out, "Warning", LABEL_WIDTH,
            "the control lies outside of what 99.9 % of this machine's controls do: "
            "something disturbed this run; see './compare doctor' and measure again");
}

static void legend_print(const cmp_report_t *report, FILE *out) {
    bool short_of_rounds = false, oversubscribed = false;
    for (size_t i = 0; i < report->run->cell_count; i++) {
        size_t good = report->cells[i].good;
        short_of_rounds |= good > 0 && good < INTERVAL_MINIMUM;
        oversubscribed |= report->run->cells[i].oversubscribed;
    }
    const bool program = report->run->program != NULL;
    char text[700];
    snprintf(text, sizeof text,
             "median of the rounds; ratio: %s that of %s in the same round, above 1 is faster; "
             "[low, high]: interval of at least 95 %% coverage; =: that interval includes 1; ?: it "
             "does not, but among so many rows that may be chance (Holm, 5 %%)%s",
             program ? "speed (1 / wall time) over" : "throughput over",
             report->run->allocator_count ? report->run->allocators[report->base].label : "n/a",
             program ? "; user and system: CPU time of all its processes; peak: RSS of the largest "
                       "one of them; faults: minor and major"
                     : "");
    cmp_text_paragraph(out, "Figures", LABEL_WIDTH, text);
    if (report->ratio_rounds > 0) {
        snprintf(text, sizeof text,
                 "with so few rounds even the largest difference keeps its ?: the ratios of %zu "
                 "rows need at least %zu rounds (-r %zu)",
                 report->ratio_rows, report->ratio_rounds, report->ratio_rounds);
        cmp_text_paragraph(out, "", LABEL_WIDTH, text);
    }
    if (short_of_rounds)
        cmp_text_paragraph(out, "", LABEL_WIDTH,
                           "intervals are n/a where a cell has fewer than 6 good rounds: ask for "
                           "more with -r");
    if (oversubscribed)
        cmp_text_paragraph(out, "", LABEL_WIDTH,
                           "over: oversubscribed, more threads than PUs that this process may use");
    if (!report->scaling)
        cmp_report_blocks_legend(report, LABEL_WIDTH, out);
}

static void allocators_print(const cmp_run_t *run, FILE *out) {
    char *text = NULL;
    size_t length = 0;
    size_t layouts = 0;
    FILE *stream = open_memstream(&text, &length);
    if (!stream)
        return;
    for (size_t i = 0; i < run->allocator_count; i++) {
        const cmp_allocator_t *allocator = &run->allocators[i];
        const char *version = allocator->version ? allocator->version : "n/a";
        layouts += allocator->layout > 0;
        if (!allocator->control && allocator->layout == 0)
            fprintf(stream, "%s%s %s%s (SHA-256 %.12s)", i ? "; " : "", allocator->label,
                    strcmp(version, "n/a") == 0 ? "version " : "", version,
                    *allocator->sha256 ? allocator->sha256 : "n/a");
    }
    if (layouts > 0)
        fprintf(stream, "; and %zu libraries with the code of these in other layouts", layouts);
    fclose(stream);
    cmp_text_paragraph(out, "Allocators", LABEL_WIDTH, text);
    free(text);
}

static void machine_print(const cmp_run_t *run, FILE *out) {
    const cmp_machine_t *machine = &run->machine;
    char *text = NULL;
    char memory[32];
    cmp_text_number(memory, sizeof memory,
                    machine->memory_bytes ? (double)machine->memory_bytes / (MIB * 1024) : NAN, 1);
    if (asprintf(&text, "%s; %s; caches %s; memory %s GiB; hypervisor %s", machine->cpu,
                 machine->topology, machine->caches, memory, machine->hypervisor) >= 0) {
        cmp_text_paragraph(out, "Machine", LABEL_WIDTH, text);
        free(text);
    }
    if (asprintf(&text, "%s; %s; %s; compiler %s; governor %s; THP %s; overcommit %s",
                 machine->kernel, machine->os, machine->libc, run->compiler ? run->compiler : "n/a",
                 machine->governor, machine->thp, machine->overcommit) >= 0) {
        cmp_text_paragraph(out, "System", LABEL_WIDTH, text);
        free(text);
    }
}

static void run_print(const cmp_run_t *run, FILE *out) {
    char *text = NULL, started[32] = "n/a";
    time_t seconds = (time_t)run->started;
    struct tm utc;
    if (gmtime_r(&seconds, &utc))
        strftime(started, sizeof started, "%Y-%m-%d %H:%M:%S UTC", &utc);
    if (asprintf(&text, "%s; started %s; seed %llu; commit %s", run->uuid, started,
                 (unsigned long long)run->seed, run->commit ? run->commit : "n/a") >= 0) {
        cmp_text_paragraph(out, "Run", LABEL_WIDTH, text);
        free(text);
    }
    char *command = cmp_command_again(run), *clean = cmp_text_utf8(command, true);
    fprintf(out, "%-*s%s\n", LABEL_WIDTH, "Run it again", clean);
    free(clean);
    free(command);
}

void cmp_report_table(const cmp_report_t *report, FILE *out, bool colour) {
    const cmp_run_t *run = report->run;
    for (size_t i = 0; i < run->cell_count; i++) {
        bool printed = false;
        for (size_t j = 0; j < i && !printed; j++)
            printed = cmp_same_heading(&run->cells[j], &run->cells[i]);
        if (!printed && cmp_cell_is_program(&run->cells[i]))
            cmp_report_program_table(report, i, out, colour);
        else if (!printed)
            heading_table(report, i, out, colour);
    }
    cmp_report_counters(report, out, colour);
    cmp_report_footer(report, out);
}

void cmp_report_footer(const cmp_report_t *report, FILE *out) {
    const cmp_run_t *run = report->run;
    failures_print(report, out);
    for (size_t i = 0; i < run->note_count; i++)
        cmp_text_paragraph(out, i ? "" : "Notes", LABEL_WIDTH, run->notes[i]);
    noise_floor_print(report, out);
    if (report->comparisons)
        cmp_report_sides_legend(report, LABEL_WIDTH, out);
    else
        legend_print(report, out);
    machine_print(run, out);
    allocators_print(run, out);
    run_print(run, out);
    cmp_text_paragraph(out, "", LABEL_WIDTH,
                       "Valid for this machine. How each figure is computed: docs/method.md");
}
