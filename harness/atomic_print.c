/*
 * Renders the audit of atomics: accesses by object and by box, functions by build, findings. Main
 * thread; no locks.
 */
#include "atomic_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_text.h"

enum { BUILD_COLUMNS = 8 };

/* ------------------------------------------------------------------ what is shown */

/* A function itself, and the clones that gcc makes of it. */
static bool function_is(const char *name, const char *wanted) {
    size_t length = strlen(wanted);
    return strncmp(name, wanted, length) == 0 && (name[length] == '\0' || name[length] == '.');
}

bool cmp_atomic_access_shown(const cmp_atomic_view_t *view, const cmp_access_t *access) {
    return view->file_wanted[access->file] &&
           (view->function == NULL || function_is(access->function, view->function));
}

bool cmp_atomic_function_shown(const cmp_atomic_view_t *view, const char *name) {
    return view->function == NULL || function_is(name, view->function);
}

bool cmp_atomic_finding_shown(const cmp_atomic_view_t *view, const cmp_finding_t *finding) {
    for (size_t i = 0; i < view->source->file_count; i++)
        if (strcmp(view->source->files[i].name, finding->file) == 0)
            return view->file_wanted[i];
    return true;
}

size_t cmp_atomic_findings(const cmp_atomic_view_t *view) {
    size_t count = view->build_findings.count;
    for (size_t i = 0; i < view->source->findings.count; i++)
        count += cmp_atomic_finding_shown(view, &view->source->findings.items[i]);
    return count;
}

/* ------------------------------------------------------------------ source */

static void access_row(cmp_grid_t *grid, const cmp_atomic_view_t *view, const cmp_access_t *access,
                       const char *object, bool partners) {
    cmp_grid_row(grid);
    cmp_grid_set(grid, 0, CMP_STYLE_PLAIN, "  %s:%u", view->source->files[access->file].name,
                 access->line);
    cmp_grid_set(grid, 1, CMP_STYLE_PLAIN, "%s", access->function);
    if (object != NULL)
        cmp_grid_set(grid, 2, CMP_STYLE_PLAIN, "%s", object);
    cmp_grid_set(grid, 3, CMP_STYLE_PLAIN, "%s", access->operation);
    cmp_grid_set(grid, 4, CMP_STYLE_PLAIN, "%s", access->order);
    if (!partners)
        return;
    char *text = cmp_access_partners(view->source, access);
    cmp_grid_set(grid, 5, CMP_STYLE_PLAIN, "%s", text);
    free(text);
}

/* The accesses of one object, below its name and what its declaration says. */
static void object_print(const cmp_atomic_view_t *view, size_t first) {
    const cmp_atomic_source_t *source = view->source;
    const cmp_access_t *head = &source->accesses[first];
    const cmp_c_object_t *object =
        head->object != CMP_C_NONE ? &source->objects.items[head->object] : NULL;
    char *text = object != NULL
                     ? cmp_text("%s:%u: %s", source->files[object->file].name, object->line,
                                *object->comment ? object->comment : "(no comment)")
                     : cmp_text("(its declaration was not found)");
    char *label = cmp_text("%s", head->object_name);
    cmp_text_paragraph(stdout, label, strlen(label) + 2, text);
    free(label);
    free(text);
    cmp_grid_t grid = {.columns = 6};
    for (size_t i = first; i < source->count; i++) {
        const cmp_access_t *access = &source->accesses[i];
        if (access->kind != CMP_ACCESS_TELEMETRY && cmp_atomic_access_shown(view, access) &&
            strcmp(access->object_name, head->object_name) == 0 && access->object == head->object)
            access_row(&grid, view, access,
                       access->kind == CMP_ACCESS_UNCLASSIFIED ? "UNCLASSIFIED" : NULL, true);
    }
    cmp_grid_print(&grid, stdout, false);
}

static bool is_first_of_object(const cmp_atomic_view_t *view, size_t index) {
    const cmp_access_t *access = &view->source->accesses[index];
    for (size_t i = 0; i < index; i++) {
        const cmp_access_t *other = &view->source->accesses[i];
        if (other->kind != CMP_ACCESS_TELEMETRY && cmp_atomic_access_shown(view, other) &&
            other->object == access->object && strcmp(other->object_name, access->object_name) == 0)
            return false;
    }
    return true;
}

static const char *box_of(const cmp_access_t *access) {
    return access->box != NULL ? access->box : "all boxes: counting and the report itself";
}

static bool is_first_of_box(const cmp_atomic_view_t *view, size_t index) {
    for (size_t i = 0; i < index; i++) {
        const cmp_access_t *other = &view->source->accesses[i];
        if (other->kind == CMP_ACCESS_TELEMETRY && cmp_atomic_access_shown(view, other) &&
            strcmp(box_of(other), box_of(&view->source->accesses[index])) == 0)
            return false;
    }
    return true;
}

static void box_print(const cmp_atomic_view_t *view, size_t first) {
    const cmp_atomic_source_t *source = view->source;
    cmp_grid_t grid = {.columns = 6};
    printf("%s\n", box_of(&source->accesses[first]));
    for (size_t i = first; i < source->count; i++) {
        const cmp_access_t *access = &source->accesses[i];
        const char *counter = strchr(access->object_name, '.');
        if (access->kind == CMP_ACCESS_TELEMETRY && cmp_atomic_access_shown(view, access) &&
            strcmp(box_of(access), box_of(&source->accesses[first])) == 0)
            access_row(&grid, view, access, counter != NULL ? counter + 1 : access->object_name,
                       false);
    }
    cmp_grid_print(&grid, stdout, false);
}

static void source_print(const cmp_atomic_view_t *view) {
    const cmp_atomic_source_t *source = view->source;
    size_t count[3] = {0};
    for (size_t i = 0; i < source->count; i++)
        if (cmp_atomic_access_shown(view, &source->accesses[i]))
            count[source->accesses[i].kind]++;
    printf("Correctness: %zu accesses by object%s\n", count[CMP_ACCESS_CORRECTNESS],
           count[CMP_ACCESS_UNCLASSIFIED] > 0 ? ", and those that are UNCLASSIFIED" : "");
    for (size_t i = 0; i < source->count; i++)
        if (cmp_atomic_access_shown(view, &source->accesses[i]) &&
            source->accesses[i].kind != CMP_ACCESS_TELEMETRY && is_first_of_object(view, i))
            object_print(view, i);
    printf("\nTelemetry: %zu accesses by box\n", count[CMP_ACCESS_TELEMETRY]);
    for (size_t i = 0; i < source->count; i++)
        if (cmp_atomic_access_shown(view, &source->accesses[i]) &&
            source->accesses[i].kind == CMP_ACCESS_TELEMETRY && is_first_of_box(view, i))
            box_print(view, i);
}

/* ------------------------------------------------------------------ builds */

static const cmp_locked_function_t *function_find(const cmp_locked_build_t *build,
                                                  const char *name) {
    for (size_t i = 0; i < build->function_count; i++)
        if (strcmp(build->functions[i].name, name) == 0)
            return &build->functions[i];
    return NULL;
}

static bool builds_equal(const cmp_locked_build_t *one, const cmp_locked_build_t *other) {
    if (one->function_count != other->function_count)
        return false;
    for (size_t i = 0; i < one->function_count; i++)
        if (strcmp(one->functions[i].name, other->functions[i].name) != 0 ||
            one->functions[i].locked != other->functions[i].locked ||
            one->functions[i].fences != other->functions[i].fences)
            return false;
    return true;
}

static int name_compare(const void *one, const void *other) {
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Names of the functions of all builds, each once, sorted; NULL-terminated. */
static const char **function_names(const cmp_atomic_view_t *view) {
    size_t count = 0, kept = 0;
    for (size_t b = 0; b < view->build_count; b++)
        count += view->builds[b].function_count;
    const char **names = calloc(count + 1, sizeof *names);
    if (names == NULL)
        abort();
    count = 0;
    for (size_t b = 0; b < view->build_count; b++)
        for (size_t i = 0; i < view->builds[b].function_count; i++)
            if (cmp_atomic_function_shown(view, view->builds[b].functions[i].name))
                names[count++] = view->builds[b].functions[i].name;
    qsort(names, count, sizeof *names, name_compare);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(names[kept - 1], names[i]) != 0)
            names[kept++] = names[i];
    names[kept] = NULL;
    return names;
}

/* "3", or "3 + 1 fence". */
static void cell_set(cmp_grid_t *grid, size_t column, const cmp_locked_function_t *function) {
    if (function == NULL)
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "-");
    else if (function->fences == 0)
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%u", function->locked);
    else
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%u + %u fence%s", function->locked,
                     function->fences, function->fences == 1 ? "" : "s");
}

static void functions_print(const cmp_atomic_view_t *view, const char *const *names,
                            const cmp_locked_build_t *const *columns, size_t count) {
    cmp_grid_t grid = {.columns = count + 1};
    cmp_grid_row(&grid);
    cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "  function");
    for (size_t c = 0; c < count; c++) {
        grid.right[c + 1] = true;
        cmp_grid_set(&grid, c + 1, CMP_STYLE_PLAIN, "%s", columns[c]->build->label);
    }
    for (size_t n = 0; names[n] != NULL; n++) {
        bool some = cmp_is_hot_function(names[n]) || view->function != NULL;
        for (size_t c = 0; c < count; c++)
            some |= function_find(columns[c], names[n]) != NULL;
        if (!some)
            continue;
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "  %s", names[n]);
        for (size_t c = 0; c < count; c++)
            cell_set(&grid, c + 1, function_find(columns[c], names[n]));
    }
    cmp_grid_print(&grid, stdout, false);
}

/* "139 locked: 138 from accesses of correctness, 1 from ...; telemetry is compiled out". */
static void build_sums_print(const cmp_locked_build_t *build, size_t label_width) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    fprintf(out, "%u locked", build->locked);
    if (build->fences > 0)
        fprintf(out, " and %u fenced", build->fences);
    fprintf(out, ": %u from accesses of correctness, %u from telemetry", build->correctness,
            build->telemetry);
    if (build->merged > 0)
        fprintf(out, ", %u from several that the compiler merged", build->merged);
    fprintf(out, ", %u from none; ", build->unexplained);
    if (build->telemetry + build->telemetry_symbols == 0)
        fputs("no counter in its symbol table: telemetry is compiled out", out);
    else
        fprintf(out, "counts%s", build->boxes);
    fclose(out);
    cmp_text_paragraph(stdout, build->build->label, label_width, text);
    free(text);
}

static void builds_print(const cmp_atomic_view_t *view) {
    const cmp_locked_build_t **columns = calloc(view->build_count, sizeof *columns);
    const char **names = function_names(view);
    size_t count = 0;
    if (columns == NULL)
        abort();
    puts("\nBuilds: locked instructions by function; -: none, or no such function");
    for (size_t b = 0; b < view->build_count; b++) {
        size_t same = 0;
        while (same < count && !builds_equal(columns[same], &view->builds[b]))
            same++;
        if (same == count)
            columns[count++] = &view->builds[b];
        else
            printf("  %s: as %s\n", view->builds[b].build->label, columns[same]->build->label);
    }
    for (size_t first = 0; first < count; first += BUILD_COLUMNS)
        functions_print(view, names, columns + first,
                        count - first < BUILD_COLUMNS ? count - first : BUILD_COLUMNS);
    puts("");
    size_t width = 0;
    for (size_t b = 0; b < view->build_count; b++)
        if (cmp_text_width(view->builds[b].build->label) + 2 > width)
            width = cmp_text_width(view->builds[b].build->label) + 2;
    for (size_t b = 0; b < view->build_count; b++)
        build_sums_print(&view->builds[b], width);
    free(names);
    free(columns);
}

/* ------------------------------------------------------------------ all of it */

static void findings_print(const cmp_atomic_view_t *view) {
    const cmp_findings_t *lists[] = {&view->source->findings, &view->build_findings};
    size_t count = cmp_atomic_findings(view);
    printf("\n%zu finding%s%s\n", count, count == 1 ? "" : "s", count > 0 ? ":" : "");
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            const cmp_finding_t *finding = &lists[l]->items[i];
            if (!cmp_atomic_finding_shown(view, finding) && l == 0)
                continue;
            if (finding->line > 0)
                printf("%s:%u: %s: %s\n", finding->file, finding->line, finding->kind,
                       finding->text);
            else
                printf("%s: %s: %s\n", finding->file, finding->kind, finding->text);
        }
}

void cmp_atomic_print(const cmp_atomic_view_t *view) {
    source_print(view);
    if (view->build_count > 0)
        builds_print(view);
    findings_print(view);
}
