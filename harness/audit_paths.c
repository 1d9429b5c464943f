/*
 * `compare audit paths`: which way malloc takes for each size, what decided it, and whether a
 * workload takes it. Main thread; a run of the worker counts, nothing is timed. See docs/method.md,
 * "Audits: paths".
 */
#include "audit_paths.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocators.h"
#include "audit.h"
#include "command.h"
#include "options.h"
#include "report_json.h"
#include "report_text.h"

enum { KEY_JSON = 0x300, KEY_EACH, THREADS_DEFAULT = 2 };

typedef struct audit_paths {
    cmp_audit_options_t common; /* builds as of -a */
    const char *workload;       /* -w; NULL: routes only */
    cmp_options_t settings;     /* of -s */
    uint32_t threads;           /* of -t; 0: not given */
    bool each;
    cmp_paths_t paths;
    cmp_run_t run;   /* its allocators; the floor and the control are passed over */
    cmp_cell_t cell; /* with a workload */
} audit_paths_t;

/* ------------------------------------------------------------------ command line */

static const struct argp_option paths_option_table[] = {
    {"allocators", 'a', "LIST", 0,
     "Builds of hakmem: hakmem, hakmem:VARIANT or NAME=/path/lib.so, each perhaps with settings: "
     "'hakmem{HAKMEM_POOL_V2_ENABLED=off}' (default: hakmem)",
     0},
    {"workload", 'w', "WORKLOAD", 0, "Count which routes this workload takes", 0},
    {"set", 's', "KEY=VALUE", 0, "Parameter of the workload; see 'list workloads'", 0},
    {"threads", 't', "N", 0, "Threads of the workload (2)", 0},
    {"each", KEY_EACH, NULL, 0,
     "A line for each class; without it, neighbours on the same route that are not reached, or not "
     "counted, share one",
     0},
    {"json", KEY_JSON, "FILE", 0, "Write every class as JSON; - is stdout, and nothing else there",
     0},
    {"help", 'h', NULL, 0, "Print this help", -1},
    {0},
};

static uint32_t threads_parse(const char *word) {
    char *end;
    const unsigned long threads = strtoul(word, &end, 10);
    if (end == word || *end != '\0' || *word == '-' || threads < 1 || threads > WL_MAX_THREADS)
        cmp_usage_error("cannot count with '%s' threads: allowed is one whole number from 1 to %d",
                        word, WL_MAX_THREADS);
    return (uint32_t)threads;
}

static void setting_add(cmp_options_t *options, const char *setting) {
    options->settings =
        realloc(options->settings, (options->setting_count + 1) * sizeof *options->settings);
    if (options->settings == NULL)
        abort();
    options->settings[options->setting_count++] = setting;
}

static error_t paths_parse(int key, char *value, struct argp_state *state) {
    audit_paths_t *audit = state->input;
    switch (key) {
    case 'a':
        audit->common.builds = value;
        return 0;
    case 'w':
        audit->workload = value;
        return 0;
    case 's':
        setting_add(&audit->settings, value);
        return 0;
    case 't':
        audit->threads = threads_parse(value);
        return 0;
    case KEY_EACH:
        audit->each = true;
        return 0;
    case KEY_JSON:
        audit->common.json = value;
        return 0;
    case 'h':
        audit->common.help = true;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s'; a workload is named with -w: '-w %s'", value,
                        value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp paths_argp = {
    .help_filter = cmp_options_help_filter,
    .options = paths_option_table,
    .parser = paths_parse,
    .doc = "Shows for each size class of hakmem the route from malloc to where its memory comes "
           "from, and the option or build flag that decided it; with a workload also how many "
           "blocks it gets by each route, counted in a short run.\v"
           "Examples:\n"
           "  ./compare audit paths -w mixed\n"
           "  ./compare audit paths -a hakmem,'hakmem{HAKMEM_POOL_V2_ENABLED=off}' -w medium -t 1\n"
           "  ./compare audit paths -a hakmem:pruned --each",
};

static void workload_prepare(audit_paths_t *audit) {
    if (audit->workload == NULL) {
        if (audit->settings.setting_count > 0 || audit->threads > 0)
            cmp_usage_error("%s needs a workload: name one with -w, e.g. -w mixed",
                            audit->threads > 0 ? "-t" : "-s");
        return;
    }
    size_t count;
    const wl_workload_t **workloads = cmp_options_workloads(audit->workload, false, &count);
    if (count != 1)
        cmp_usage_error("cannot count '%s': one workload at a time, e.g. -w %s", audit->workload,
                        workloads[0]->name);
    wl_values_t *values = cmp_options_values(&audit->settings, workloads, count);
    audit->cell.workload = workloads[0];
    audit->cell.values = values[0];
    audit->cell.threads = audit->threads > 0 ? audit->threads : THREADS_DEFAULT;
    free(values);
    free(workloads);
}

/* ------------------------------------------------------------------ table */

/* What comes after malloc. */
static void route_text(const cmp_route_t *route, char *text, size_t text_bytes) {
    if (strcmp(route->backend, "large") == 0)
        snprintf(text, text_bytes, "mapping");
    else if (strcmp(route->backend, "medium") == 0)
        snprintf(text, text_bytes, "units of a superslab");
    else
        snprintf(text, text_bytes, "lane -> %s -> superslab", route->backend);
}

static bool routes_alike(const cmp_route_t *a, const cmp_route_t *b) {
    return strcmp(a->backend, b->backend) == 0 && strcmp(a->requests, b->requests) == 0 &&
           strcmp(a->decided_by, b->decided_by) == 0 && strcmp(a->fallback, b->fallback) == 0;
}

/* The end of the classes that share a line with the one at `first`: neighbours without blocks. */
static size_t line_end(const audit_paths_t *audit, const cmp_paths_counted_t *counted,
                       size_t first) {
    const cmp_route_t *rows = counted->routes.rows;
    size_t end = first + 1;
    if (audit->each || cmp_paths_class_mallocs(counted, &rows[first]) > 0)
        return end;
    while (end < counted->routes.count && routes_alike(&rows[first], &rows[end]) &&
           cmp_paths_class_mallocs(counted, &rows[end]) == 0)
        end++;
    return end;
}

static uint64_t mallocs_sum(const cmp_paths_counted_t *counted) {
    return cmp_count_value(&counted->moved, "CLASS", NULL, "mallocs");
}

/* "12.5 %" */
static void share_set(cmp_grid_t *grid, size_t column, uint64_t part, uint64_t whole) {
    char text[32];
    cmp_text_number(text, sizeof text, whole > 0 ? 100.0 * (double)part / (double)whole : 0, -1);
    cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%s %%", text);
}

/* Blocks and their share, or that there are none. */
static void mallocs_set(cmp_grid_t *grid, size_t column, const cmp_paths_counted_t *counted,
                        uint64_t mallocs) {
    if (counted->counted_in == NULL)
        return;
    if (mallocs == 0) {
        cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "not reached");
        return;
    }
    cmp_grid_set(grid, column, CMP_STYLE_PLAIN, "%llu", (unsigned long long)mallocs);
    share_set(grid, column + 1, mallocs, mallocs_sum(counted));
}

/* "1025-65536": from the smallest to the largest of the line's classes; "288" where both are the
 * same. */
static void range_set(cmp_grid_t *grid, size_t column, uint64_t low, uint64_t high) {
    cmp_grid_set(grid, column, CMP_STYLE_PLAIN, low != high ? "%llu-%llu" : "%llu",
                 (unsigned long long)low, (unsigned long long)high);
}

static void line_set(cmp_grid_t *grid, const cmp_paths_counted_t *counted, size_t first,
                     size_t end) {
    const cmp_route_t *route = &counted->routes.rows[first];
    const cmp_route_t *last = &counted->routes.rows[end - 1];
    const bool bounded = strcmp(route->backend, "large") != 0;
    uint64_t low = route->low_bytes, high = route->high_bytes;
    uint64_t least = route->stride_bytes, most = route->stride_bytes;
    char text[64];
    for (const cmp_route_t *other = route; other <= last; other++) {
        low = other->low_bytes < low ? other->low_bytes : low;
        high = other->high_bytes > high ? other->high_bytes : high;
        least = other->stride_bytes < least ? other->stride_bytes : least;
        most = other->stride_bytes > most ? other->stride_bytes : most;
    }
    cmp_grid_row(grid);
    cmp_grid_set(grid, 0, CMP_STYLE_PLAIN, last > route ? "%s-%s" : "%s", route->name, last->name);
    if (bounded)
        range_set(grid, 1, low, high);
    else
        cmp_grid_set(grid, 1, CMP_STYLE_PLAIN, "%llu and more", (unsigned long long)low);
    range_set(grid, 2, least, most);
    cmp_grid_set(grid, 3, CMP_STYLE_PLAIN, "%s", route->requests);
    route_text(route, text, sizeof text);
    cmp_grid_set(grid, 4, CMP_STYLE_PLAIN, "%s", text);
    cmp_grid_set(grid, 5, CMP_STYLE_PLAIN, "%s", *route->decided_by ? route->decided_by : "size");
    cmp_grid_set(grid, 6, CMP_STYLE_PLAIN, "%s", *route->fallback ? route->fallback : "-");
    mallocs_set(grid, 7, counted, cmp_paths_class_mallocs(counted, route));
}

static void classes_print(const audit_paths_t *audit, const cmp_paths_counted_t *counted) {
    static const char *const heads[] = {"class",      "bytes",   "stride",  "requests", "malloc ->",
                                        "decided by", "instead", "mallocs", "share"};
    cmp_grid_t grid = {.columns = sizeof heads / sizeof heads[0],
                       .right = {[1] = true, [2] = true, [7] = true, [8] = true}};
    cmp_grid_row(&grid);
    for (size_t i = 0; i < grid.columns; i++)
        cmp_grid_set(&grid, i, CMP_STYLE_PLAIN, "%s", heads[i]);
    for (size_t first = 0, end; first < counted->routes.count; first = end) {
        end = line_end(audit, counted, first);
        line_set(&grid, counted, first, end);
    }
    cmp_grid_print(&grid, stdout, false);
}

/* ------------------------------------------------------------------ backends */

/* Counters of the calls that ask a backend for blocks: its refills. */
typedef struct refill_counter {
    const char *backend, *box, *counter;
} refill_counter_t;

static const refill_counter_t refill_counters[] = {
    {"tiny", "TINY", "takes"},
    {"mid_v3", "MID_V3", "takes"},
    {"pool_v2", "POOL_HOTBOX_V2", "alloc_calls"},
    {"pool_v1", "POOL_V1", "takes"},
    {"medium", "LARGE", "medium_runs"},
    {"large", "LARGE", "maps"},
    {"large", "LARGE", "reused"},
};
static const char *const backends[] = {"tiny", "mid_v3", "pool_v2", "pool_v1", "medium", "large"};
enum {
    REFILL_COUNTERS = sizeof refill_counters / sizeof refill_counters[0],
    BACKENDS = sizeof backends / sizeof backends[0],
};

/* False where the box of the backend is not compiled in. */
static bool refills_sum(const cmp_paths_counted_t *counted, const char *backend, uint64_t *sum) {
    bool compiled = false;
    *sum = 0;
    for (size_t i = 0; i < REFILL_COUNTERS; i++) {
        const refill_counter_t *refills = &refill_counters[i];
        if (strcmp(refills->backend, backend) != 0)
            continue;
        compiled = cmp_count_has_box(&counted->moved, refills->box);
        *sum += cmp_count_value(&counted->moved, refills->box, NULL, refills->counter);
    }
    return compiled;
}

static size_t backend_classes(const cmp_routes_t *routes, const char *backend) {
    size_t count = 0;
    for (size_t i = 0; i < routes->count; i++)
        count += strcmp(routes->rows[i].backend, backend) == 0;
    return count;
}

static void backends_print(const cmp_paths_counted_t *counted) {
    static const char *const heads[] = {"backend", "classes", "refills", "mallocs", "share"};
    cmp_grid_t grid = {.columns = sizeof heads / sizeof heads[0],
                       .right = {[1] = true, [2] = true, [3] = true, [4] = true}};
    cmp_grid_row(&grid);
    for (size_t i = 0; i < grid.columns; i++)
        cmp_grid_set(&grid, i, CMP_STYLE_PLAIN, "%s", heads[i]);
    for (size_t i = 0; i < BACKENDS; i++) {
        uint64_t refills;
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "%s", backends[i]);
        cmp_grid_set(&grid, 1, CMP_STYLE_PLAIN, "%zu",
                     backend_classes(&counted->routes, backends[i]));
        if (refills_sum(counted, backends[i], &refills))
            cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "%llu", (unsigned long long)refills);
        else
            cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "n/a");
        mallocs_set(&grid, 3, counted, cmp_paths_backend_mallocs(counted, backends[i]));
    }
    cmp_grid_print(&grid, stdout, false);
}

static void counted_print(const audit_paths_t *audit, const cmp_paths_counted_t *counted) {
    const cmp_cell_t *cell = &audit->cell;
    char text[1024];
    printf("%s: %s\n", counted->allocator->label, counted->allocator->path);
    classes_print(audit, counted);
    if (counted->counted_in == NULL)
        return;
    putchar('\n');
    backends_print(counted);
    const unsigned long long ops = cmp_count_ops(cell->workload);
    snprintf(
        text, sizeof text,
        "%s in %s: %u thread%s, at least %llu operations each, warm-up among them, less what a "
        "run of one operation counts: the start of the process and its threads",
        cell->workload->name, counted->counted_in, cell->threads, cell->threads == 1 ? "" : "s",
        2 * ops);
    cmp_text_paragraph(stdout, "Counted", 9, text);
}

/* ------------------------------------------------------------------ JSON */

static json_t *bytes_json(uint64_t bytes) {
    return bytes <= INT64_MAX ? json_count(bytes) : json_null();
}

static json_t *text_or_null(const char *text) {
    return *text != '\0' ? json_text(text) : json_null();
}

static void mallocs_json(json_t *object, const cmp_paths_counted_t *counted, uint64_t mallocs) {
    const bool known = counted->counted_in != NULL;
    set(object, "reached", known ? json_boolean(mallocs > 0) : json_null());
    set(object, "mallocs", known ? json_count(mallocs) : json_null());
}

static json_t *classes_json(const cmp_paths_counted_t *counted) {
    json_t *classes = json_array();
    for (size_t i = 0; i < counted->routes.count; i++) {
        const cmp_route_t *route = &counted->routes.rows[i];
        json_t *object = json_object();
        set(object, "class", json_text(route->name));
        set(object, "low", bytes_json(route->low_bytes));
        set(object, "high", bytes_json(route->high_bytes));
        set(object, "stride", bytes_json(route->stride_bytes));
        set(object, "requests", json_text(route->requests));
        set(object, "backend", json_text(route->backend));
        set(object, "decided_by", text_or_null(route->decided_by));
        set(object, "fallback", text_or_null(route->fallback));
        mallocs_json(object, counted, cmp_paths_class_mallocs(counted, route));
        json_array_append_new(classes, object);
    }
    return classes;
}

static json_t *backends_json(const cmp_paths_counted_t *counted) {
    json_t *array = json_array();
    for (size_t i = 0; i < BACKENDS; i++) {
        uint64_t refills;
        json_t *object = json_object();
        const bool known = refills_sum(counted, backends[i], &refills);
        set(object, "backend", json_text(backends[i]));
        set(object, "classes", json_count(backend_classes(&counted->routes, backends[i])));
        set(object, "refills", known ? json_count(refills) : json_null());
        mallocs_json(object, counted, cmp_paths_backend_mallocs(counted, backends[i]));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *counted_json(const audit_paths_t *audit, const cmp_paths_counted_t *counted) {
    const cmp_cell_t *cell = audit->workload != NULL ? &audit->cell : NULL;
    json_t *library = json_object();
    set(library, "allocator", json_text(counted->allocator->label));
    set(library, "library", json_text(counted->allocator->path));
    set(library, "configuration", json_text(counted->routes.configuration));
    set(library, "classes", classes_json(counted));
    set(library, "backends", backends_json(counted));
    set(library, "workload", cell != NULL ? json_text(cell->workload->name) : json_null());
    set(library, "threads", cell != NULL ? json_count(cell->threads) : json_null());
    set(library, "operations_at_least",
        cell != NULL ? json_count(2 * cmp_count_ops(cell->workload)) : json_null());
    set(library, "counted_in", json_text(counted->counted_in));
    json_t *parameters = cell != NULL ? json_object() : json_null();
    for (size_t i = 0; cell != NULL && i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        set(parameters, cell->workload->parameters[i].name, json_text(value));
    }
    set(library, "parameters", parameters);
    return library;
}

/* ------------------------------------------------------------------ the audit */

/* Every library of -a; what cannot be told ends the program before anything is printed of it. */
static json_t *libraries_audit(audit_paths_t *audit) {
    const cmp_cell_t *cell = audit->workload != NULL ? &audit->cell : NULL;
    json_t *libraries = json_array();
    char error[2048];
    bool first = true;
    for (size_t i = 0; i < audit->run.allocator_count; i++) {
        const cmp_allocator_t *allocator = &audit->run.allocators[i];
        cmp_paths_counted_t counted;
        if (allocator->control || allocator->floor)
            continue;
        if (!cmp_paths_count(&audit->paths, allocator, cell, &counted, error, sizeof error))
            cmp_usage_error("%s", error);
        if (!cmp_audit_json_only(&audit->common)) {
            fputs(first ? "" : "\n", stdout);
            counted_print(audit, &counted);
        }
        first = false;
        json_array_append_new(libraries, counted_json(audit, &counted));
        cmp_paths_counted_free(&counted);
    }
    return libraries;
}

int cmp_audit_paths(int argc, char **argv) {
    audit_paths_t audit = {.common = {.builds = "hakmem"}};
    char error[1024];
    cmp_options_parse(&paths_argp, argc, argv, &audit);
    if (audit.common.help) {
        cmp_options_help(&paths_argp, argv[0]);
        return CMP_EXIT_VALID;
    }
    cmp_audit_json_check(&audit.common);
    workload_prepare(&audit);
    if (!cmp_paths_find(&audit.paths, error, sizeof error) ||
        !cmp_allocators_select(&audit.paths, audit.common.builds, &audit.run, error, sizeof error))
        cmp_usage_error("%s", error);
    json_t *root = json_object();
    set(root, "audit", json_text("paths"));
    set(root, "libraries", libraries_audit(&audit));
    const bool written = cmp_audit_json_write(&audit.common, root);
    cmp_run_free(&audit.run);
    cmp_paths_free(&audit.paths);
    free(audit.settings.settings);
    return written ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}
