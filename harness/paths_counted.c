/*
 * Counts which classes and backends a workload's blocks come from. Main thread, before measuring.
 * See docs/method.md, "Audits: paths".
 */
#include "audit_paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity_command.h"
#include "nearest.h"

static const char counting_label[] = "hakmem:counting";
static const char class_box[] = "CLASS", mallocs[] = "mallocs";

/* ------------------------------------------------------------------ with which library */

/* True when the configuration says FLAG=1. */
static bool configuration_has(const char *configuration, const char *flag) {
    const size_t length = strlen(flag);
    for (const char *word = configuration; word != NULL; word = strchr(word, ' ')) {
        word += *word == ' ';
        if (strncmp(word, flag, length) == 0 && strncmp(word + length, "=1", 2) == 0 &&
            (word[length + 2] == ' ' || word[length + 2] == '\0'))
            return true;
    }
    return false;
}

/* Every option as it was resolved, NAME=VALUE: build flags among them are nobody's options and do
 * no harm. Freed by cmp_words_free. */
static char **options_of(const char *configuration) {
    char *copy = cmp_text("%s", configuration), *rest = copy, *word;
    char **options = NULL;
    size_t count = 0;
    for (bool more = true; more;) {
        word = strsep(&rest, " ");
        more = word != NULL;
        if (more && (strncmp(word, "HAKMEM_", 7) != 0 || strchr(word, '=') == NULL))
            continue;
        options = realloc(options, (count + 1) * sizeof *options);
        if (options == NULL)
            abort();
        options[count++] = more ? cmp_text("%s", word) : NULL;
    }
    free(copy);
    return options;
}

/* A build that counts, instead of the allocator; false where it would not show its routes. */
static bool counting_check(const cmp_paths_counted_t *counted, const cmp_allocator_t *counting,
                           char *error, size_t error_bytes) {
    cmp_routes_t routes;
    if (!cmp_file_names(counting->path, "hak_route")) {
        snprintf(error, error_bytes,
                 "cannot count for '%s': its box CLASS is not compiled in, and %s, which has all "
                 "boxes, is not built; build it with 'ninja build/lib/libhakmem-counting.so'",
                 counted->allocator->label, counting_label);
        return false;
    }
    if (!cmp_routes_read(counting, &routes, error, error_bytes))
        return false;
    const bool same = cmp_routes_equal(&counted->routes, &routes);
    cmp_routes_free(&routes);
    if (!same)
        snprintf(error, error_bytes,
                 "cannot count for '%s': %s with the same options serves some sizes from other "
                 "classes; build it with -DHAKMEM_CLASS_STATS_COMPILED=1 and it counts itself",
                 counted->allocator->label, counting_label);
    return same;
}

static bool count(const cmp_paths_t *paths, const cmp_cell_t *cell, cmp_paths_counted_t *counted,
                  char *error, size_t error_bytes) {
    const cmp_allocator_t *allocator = counted->allocator;
    cmp_allocator_t counting = {.label = cmp_text("%s", counting_label),
                                .path = cmp_text("%s/libhakmem-counting.so", paths->libraries),
                                .environment = options_of(counted->routes.configuration)};
    const bool own =
        configuration_has(counted->routes.configuration, "HAKMEM_CLASS_STATS_COMPILED");
    const cmp_allocator_t *counter = own ? allocator : &counting;
    const cmp_count_run_t run = {.paths = paths,
                                 .label = counter->label,
                                 .library = counter->path,
                                 .settings = counter->environment,
                                 .cell = cell};
    bool good = own || counting_check(counted, &counting, error, error_bytes);
    good = good && cmp_count_moved(&run, &counted->moved, error, error_bytes);
    if (good && !cmp_count_has_box(&counted->moved, class_box)) {
        snprintf(error, error_bytes,
                 "cannot count in '%s': its worker wrote no report of the box CLASS; its build "
                 "must contain reports (HAK_HAS_REPORTS=1)",
                 counter->label);
        good = false;
    }
    if (good)
        counted->counted_in = cmp_text("%s", counter->label);
    free(counting.label);
    free(counting.path);
    cmp_words_free(counting.environment);
    return good;
}

bool cmp_paths_count(const cmp_paths_t *paths, const cmp_allocator_t *allocator,
                     const cmp_cell_t *cell, cmp_paths_counted_t *counted, char *error,
                     size_t error_bytes) {
    *counted = (cmp_paths_counted_t){.allocator = allocator};
    if (!cmp_routes_read(allocator, &counted->routes, error, error_bytes))
        return false;
    if (cell == NULL || count(paths, cell, counted, error, error_bytes))
        return true;
    cmp_paths_counted_free(counted);
    return false;
}

void cmp_paths_counted_free(cmp_paths_counted_t *counted) {
    cmp_routes_free(&counted->routes);
    cmp_count_report_free(&counted->moved);
    free(counted->counted_in);
    *counted = (cmp_paths_counted_t){0};
}

/* ------------------------------------------------------------------ what came out */

uint64_t cmp_paths_class_mallocs(const cmp_paths_counted_t *counted, const cmp_route_t *route) {
    return cmp_count_value(&counted->moved, class_box, route->name, mallocs);
}

uint64_t cmp_paths_backend_mallocs(const cmp_paths_counted_t *counted, const char *backend) {
    uint64_t sum = 0;
    for (size_t i = 0; i < counted->routes.count; i++)
        if (strcmp(counted->routes.rows[i].backend, backend) == 0)
            sum += cmp_paths_class_mallocs(counted, &counted->routes.rows[i]);
    return sum;
}

/* A name that no hakmem has is a mistake; one that this route does not lead to is not reached. */
static bool backend_check(const char *backend, char *error, size_t error_bytes) {
    static const char *const names[] = {"tiny",   "mid_v3", "pool_v2", "pool_v1",
                                        "medium", "large",  NULL};
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], backend) == 0)
            return true;
    const char *near = cmp_nearest(backend, names);
    snprintf(error, error_bytes,
             "unknown backend '%s'%s%s%s; there are tiny, mid_v3, pool_v2, pool_v1, medium and "
             "large",
             backend, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return false;
}

bool cmp_paths_backend_reached(const cmp_paths_t *paths, const cmp_allocator_t *allocator,
                               const cmp_cell_t *cell, const char *backend, bool *reached,
                               char **classes, char *error, size_t error_bytes) {
    cmp_paths_counted_t counted;
    if (!backend_check(backend, error, error_bytes) ||
        !cmp_paths_count(paths, allocator, cell, &counted, error, error_bytes))
        return false;
    char *text = cmp_text("%s", "");
    *reached = false;
    for (size_t i = 0; i < counted.routes.count; i++) {
        const cmp_route_t *route = &counted.routes.rows[i];
        const uint64_t blocks = cmp_paths_class_mallocs(&counted, route);
        if (strcmp(route->backend, backend) != 0 || blocks == 0)
            continue;
        char *longer = cmp_text("%s%s%s %llu", text, *reached ? ", " : "", route->name,
                                (unsigned long long)blocks);
        free(text);
        text = longer;
        *reached = true;
    }
    *classes = text;
    cmp_paths_counted_free(&counted);
    return true;
}
