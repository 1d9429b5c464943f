/*
 * Renders the audit of hot paths: tables, listings, findings, JSON. Main thread; no locks.
 */
#include "hotpath_print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_json.h"
#include "report_text.h"

/* ------------------------------------------------------------------ findings */

static bool over_instructions(const cmp_hot_result_t *result) {
    return result->path.step_count > result->target->budget_instructions;
}

/* Lines of data are an upper bound: it cannot prove a path beyond its budget. */
static bool perhaps_over_data_lines(const cmp_hot_result_t *result) {
    return result->target->budget_data_lines > 0 &&
           result->path.data_lines > result->target->budget_data_lines;
}

/* What is wrong with a path, malloc'ed; NULL when nothing is. */
static char *finding_text(const cmp_hot_result_t *result, bool strict) {
    if (result->path.locked > 0 && !result->counts)
        return cmp_text("%s, %s: %u locked or fenced instruction%s", result->build->label,
                        result->target->name, result->path.locked,
                        result->path.locked == 1 ? "" : "s");
    if (strict && over_instructions(result))
        return cmp_text("%s, %s: %zu instructions, the budget is %u", result->build->label,
                        result->target->name, result->path.step_count,
                        result->target->budget_instructions);
    return NULL;
}

size_t cmp_hotpath_findings(const cmp_hotpath_t *hotpath) {
    size_t count = 0;
    for (size_t i = 0; i < hotpath->count; i++) {
        char *text = finding_text(&hotpath->results[i], hotpath->strict);
        count += text != NULL;
        free(text);
    }
    return count;
}

/* ------------------------------------------------------------------ printing */

static void table_print(const cmp_hotpath_t *hotpath, const cmp_hot_target_t *target) {
    enum {
        BUILD,
        INSTRUCTIONS,
        BRANCHES,
        JUMPS,
        LOADS,
        STORES,
        LOCKED,
        CODE,
        DATA,
        CALLS,
        COLUMNS
    };
    static const char *const names[COLUMNS] = {
        "  build", "instructions", "branches",   "jumps",      "loads",
        "stores",  "locked",       "code lines", "data lines", "calls"};
    cmp_grid_t grid = {.columns = COLUMNS};
    printf("%s: budget %u instructions", target->name, target->budget_instructions);
    if (target->budget_data_lines > 0)
        printf(" and %u lines of data", target->budget_data_lines);
    printf("; workload %s%s%s\n", target->workload, target->parameter != NULL ? " " : "",
           target->parameter != NULL ? target->parameter : "");
    cmp_grid_row(&grid);
    for (size_t column = 0; column < COLUMNS; column++) {
        grid.right[column] = column != BUILD;
        cmp_grid_set(&grid, column, CMP_STYLE_PLAIN, "%s", names[column]);
    }
    for (size_t i = 0; i < hotpath->count; i++) {
        const cmp_hot_result_t *result = &hotpath->results[i];
        const cmp_fast_path_t *path = &result->path;
        if (result->target != target)
            continue;
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, BUILD, CMP_STYLE_PLAIN, "  %s", result->build->label);
        cmp_grid_set(&grid, INSTRUCTIONS, CMP_STYLE_PLAIN, "%zu%s", path->step_count,
                     over_instructions(result) ? "!" : "");
        cmp_grid_set(&grid, BRANCHES, CMP_STYLE_PLAIN, "%u", path->branches);
        cmp_grid_set(&grid, JUMPS, CMP_STYLE_PLAIN, "%u", path->jumps);
        cmp_grid_set(&grid, LOADS, CMP_STYLE_PLAIN, "%u", path->loads);
        cmp_grid_set(&grid, STORES, CMP_STYLE_PLAIN, "%u", path->stores);
        cmp_grid_set(&grid, LOCKED, CMP_STYLE_PLAIN, "%u", path->locked);
        cmp_grid_set(&grid, CODE, CMP_STYLE_PLAIN, "%u", path->code_lines);
        cmp_grid_set(&grid, DATA, CMP_STYLE_PLAIN, "%u%s", path->data_lines,
                     perhaps_over_data_lines(result) ? "?" : "");
        cmp_grid_set(&grid, CALLS, CMP_STYLE_PLAIN, "%" PRIu64, path->calls);
    }
    cmp_grid_print(&grid, stdout, false);
    putchar('\n');
}

/* Executions, their share of the calls, address, instruction; a blank line where a line of code of
 * 64 bytes ends. */
static void listing_print(const cmp_hot_result_t *result) {
    enum { LINE_BYTES = 64 };
    const cmp_fast_path_t *path = &result->path;
    printf("%s, %s:\n", result->build->label, result->target->name);
    for (size_t i = 0; i < path->step_count; i++) {
        const cmp_step_t *step = &path->steps[i];
        const uint64_t address = step->instruction->address;
        if (i == 0 || path->steps[i - 1].function != step->function)
            printf("  <%s>\n", step->function->name);
        else if (path->steps[i - 1].instruction->address / LINE_BYTES != address / LINE_BYTES)
            putchar('\n');
        printf("  %10" PRIu64 " %5.1f %%  %6" PRIx64 "  %s\n", step->count,
               100.0 * (double)step->count / (double)path->calls, address, step->instruction->text);
    }
    putchar('\n');
}

void cmp_hotpath_print(const cmp_hotpath_t *hotpath, bool listing) {
    for (size_t t = 0; t < hotpath->target_count; t++)
        table_print(hotpath, &hotpath->targets[t]);
    cmp_text_paragraph(
        stdout, "Figures", 9,
        "what at least half of the calls execute, in the function and in those that it jumps to or "
        "calls; !: beyond the budget, ?: perhaps. Loads and stores are operands in memory, push "
        "and pop; one "
        "that is changed is both. jumps: unconditional ones, calls and returns. Lines are of 64 "
        "bytes; those of data are an upper bound by the operands' bases and displacements, without "
        "the stack, for records that begin at a line.");
    if (listing)
        putchar('\n');
    for (size_t i = 0; listing && i < hotpath->count; i++)
        listing_print(&hotpath->results[i]);
    size_t count = cmp_hotpath_findings(hotpath);
    printf("\n%zu finding%s%s\n", count, count == 1 ? "" : "s", count > 0 ? ":" : "");
    for (size_t i = 0; i < hotpath->count; i++) {
        char *text = finding_text(&hotpath->results[i], hotpath->strict);
        if (text != NULL)
            printf("%s\n", text);
        free(text);
    }
}

/* ------------------------------------------------------------------ JSON */

static json_t *json_result(const cmp_hot_result_t *result) {
    const cmp_fast_path_t *path = &result->path;
    const cmp_hot_target_t *target = result->target;
    json_t *object = json_object(), *budget = json_object(), *steps = json_array();
    set(object, "path", json_text(target->name));
    set(object, "function", json_text(target->function));
    set(object, "variant", json_text(result->build->name));
    set(object, "workload", json_text(target->workload));
    set(object, "parameter", json_text(target->parameter));
    set(object, "calls", json_count(path->calls));
    set(object, "instructions", json_count(path->step_count));
    set(object, "branches", json_count(path->branches));
    set(object, "jumps", json_count(path->jumps));
    set(object, "loads", json_count(path->loads));
    set(object, "stores", json_count(path->stores));
    set(object, "locked", json_count(path->locked));
    set(object, "code_lines", json_count(path->code_lines));
    set(object, "data_lines_at_most", json_count(path->data_lines));
    set(budget, "instructions", json_count(target->budget_instructions));
    set(budget, "data_lines", json_nonzero(target->budget_data_lines));
    set(object, "budget", budget);
    for (size_t i = 0; i < path->step_count; i++) {
        json_t *step = json_object();
        set(step, "function", json_text(path->steps[i].function->name));
        set(step, "address", json_count(path->steps[i].instruction->address));
        set(step, "count", json_count(path->steps[i].count));
        set(step, "text", json_text(path->steps[i].instruction->text));
        json_array_append_new(steps, step);
    }
    set(object, "listing", steps);
    return object;
}

json_t *cmp_hotpath_json(const cmp_hotpath_t *hotpath) {
    json_t *root = json_object(), *paths = json_array(), *findings = json_array();
    for (size_t i = 0; i < hotpath->count; i++) {
        json_array_append_new(paths, json_result(&hotpath->results[i]));
        char *text = finding_text(&hotpath->results[i], hotpath->strict);
        if (text != NULL) {
            json_t *finding = json_object();
            set(finding, "path", json_text(hotpath->results[i].target->name));
            set(finding, "variant", json_text(hotpath->results[i].build->name));
            set(finding, "text", json_text(text));
            json_array_append_new(findings, finding);
        }
        free(text);
    }
    set(root, "audit", json_text("hotpath"));
    set(root, "paths", paths);
    set(root, "findings", findings);
    return root;
}
