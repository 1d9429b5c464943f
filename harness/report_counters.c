/*
 * Counters per operation as text: the block below a table, and two sides below each other. Prints
 * what report.c derived. Main thread of compare.
 */
#include <math.h>
#include <string.h>

#include "counters.h"
#include "report.h"
#include "report_text.h"

enum { LABEL_WIDTH = 14, DECIMALS = 3 };

/* A column of the block; the pair has them as rows. */
typedef struct figure {
    const char *name;
    double (*value)(const double *per_op);
    bool in_block;
} figure_t;

static double cycles(const double *per_op) {
    return per_op[CMP_COUNTER_CYCLES];
}

static double instructions(const double *per_op) {
    return per_op[CMP_COUNTER_INSTRUCTIONS];
}

static double instructions_per_cycle(const double *per_op) {
    return per_op[CMP_COUNTER_INSTRUCTIONS] / per_op[CMP_COUNTER_CYCLES];
}

static double branches(const double *per_op) {
    return per_op[CMP_COUNTER_BRANCHES];
}

static double branch_misses(const double *per_op) {
    return per_op[CMP_COUNTER_BRANCH_MISSES];
}

static double miss_percent(const double *per_op) {
    return 100 * per_op[CMP_COUNTER_BRANCH_MISSES] / per_op[CMP_COUNTER_BRANCHES];
}

static double cache_misses(const double *per_op) {
    return 1000 * per_op[CMP_COUNTER_CACHE_MISSES];
}

static double i1_misses(const double *per_op) {
    return 1000 * per_op[CMP_COUNTER_I1_MISSES];
}

static double d1_misses(const double *per_op) {
    return 1000 * per_op[CMP_COUNTER_D1_MISSES];
}

static double ll_misses(const double *per_op) {
    return 1000 * per_op[CMP_COUNTER_LL_MISSES];
}

/* The block leaves out what follows from its neighbours. */
static const figure_t figures[] = {
    {"cycles", cycles, true},
    {"instructions", instructions, true},
    {"IPC", instructions_per_cycle, true},
    {"branches", branches, true},
    {"mispredicted", branch_misses, true},
    {"% of branches", miss_percent, false},
    {"cache misses/1000", cache_misses, true},
    {"I1 misses/1000", i1_misses, true},
    {"D1 misses/1000", d1_misses, true},
    {"LL misses/1000", ll_misses, true},
};
enum { FIGURE_COUNT = sizeof figures / sizeof figures[0], COLUMN_COUNT = FIGURE_COUNT + 1 };

/* ---------------------------------------------------------------- the block */

static bool simulated(const cmp_cell_t *cell) {
    return cell->simulated[1].ops > 0;
}

/* Simulated cells differ in work and allocator only, whatever their threads. */
static bool printed_before(const cmp_run_t *run, size_t index) {
    const cmp_cell_t *cell = &run->cells[index];
    for (size_t i = 0; simulated(cell) && i < index; i++) {
        cmp_cell_t like = run->cells[i];
        like.threads = cell->threads;
        like.placement = cell->placement;
        if (like.allocator == cell->allocator && cmp_same_work(&like, cell) && simulated(&like))
            return true;
    }
    return false;
}

static void row_set(cmp_grid_t *grid, const cmp_report_t *report, size_t index) {
    const cmp_cell_t *cell = &report->run->cells[index];
    const double *per_op = report->cells[index].per_op;
    char text[64];
    cmp_grid_row(grid);
    if (simulated(cell))
        cmp_grid_set(grid, 0, CMP_STYLE_PLAIN, "  %s, %s",
                     report->run->allocators[cell->allocator].label, cell->workload->name);
    else
        cmp_grid_set(grid, 0, CMP_STYLE_PLAIN, "  %s, %s, %u thread%s",
                     report->run->allocators[cell->allocator].label, cell->workload->name,
                     cell->threads, cell->threads == 1 ? "" : "s");
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        double value = figures[i].value(per_op);
        cmp_text_number(text, sizeof text, value, value == 0 ? DECIMALS : -1);
        if (isfinite(value) && figures[i].in_block)
            cmp_grid_set(grid, 1 + i, CMP_STYLE_PLAIN, "%s", text);
    }
}

void cmp_report_counters(const cmp_report_t *report, FILE *out, bool colour) {
    const cmp_run_t *run = report->run;
    cmp_grid_t grid = {.columns = COLUMN_COUNT};
    if (!run->counters_source)
        return;
    cmp_text_paragraph(out, "Counters per op: ", strlen("Counters per op: "), run->counters_source);
    cmp_grid_row(&grid);
    cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "  allocator");
    for (size_t i = 0; i < FIGURE_COUNT; i++)
        cmp_grid_set(&grid, 1 + i, CMP_STYLE_PLAIN, "%s", figures[i].name);
    for (size_t column = 1; column < COLUMN_COUNT; column++)
        grid.right[column] = true;
    for (size_t i = 0; i < run->cell_count; i++)
        if (!run->allocators[run->cells[i].allocator].control &&
            isfinite(report->cells[i].per_op[CMP_COUNTER_INSTRUCTIONS]) && !printed_before(run, i))
            row_set(&grid, report, i);
    cmp_grid_print(&grid, out, colour);
    fputc('\n', out);
}

/* ---------------------------------------------------------------- two sides */

void cmp_counters_print_pair(FILE *out, const char *source, const cmp_counters_side_t *base,
                             const cmp_counters_side_t *treatment) {
    cmp_grid_t grid = {.columns = 4, .right = {false, true, true, true}};
    char text[64];
    cmp_text_paragraph(out, "Counters per op: ", strlen("Counters per op: "), source);
    cmp_grid_row(&grid);
    cmp_grid_set(&grid, 1, CMP_STYLE_PLAIN, "%s", base->label);
    cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "%s", treatment->label);
    cmp_grid_set(&grid, 3, CMP_STYLE_PLAIN, "change");
    for (size_t i = 0; i < FIGURE_COUNT; i++) {
        double before = figures[i].value(base->per_op), after = figures[i].value(treatment->per_op);
        if (!isfinite(before) && !isfinite(after))
            continue;
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "  %s", figures[i].name);
        cmp_text_number(text, sizeof text, before, before == 0 ? DECIMALS : -1);
        cmp_grid_set(&grid, 1, CMP_STYLE_PLAIN, "%s", text);
        cmp_text_number(text, sizeof text, after, after == 0 ? DECIMALS : -1);
        cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "%s", text);
        if (isfinite(after / before))
            cmp_grid_set(&grid, 3, CMP_STYLE_PLAIN, "%+.1f %%", 100 * (after / before - 1));
    }
    cmp_grid_print(&grid, out, false);
}
