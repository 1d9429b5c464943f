/*
 * The table of workloads: names, parameters and their texts. Linked into the worker, which runs
 * them, and into compare, which lists them, parses -s KEY=VALUE and prints their help. A workload
 * is one file, wl_<name>.c, plus one line in workload_table.c. See docs/workloads.md.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WL_MAX_PARAMETERS 24

typedef struct wl_parameter {
    const char *name;
    const char *unit; /* "bytes", "blocks", "%", "" for a choice */
    uint64_t default_value;
    uint64_t minimum, maximum;  /* inclusive; ignored for a choice */
    const char *const *choices; /* NULL-terminated; the value is the index; NULL for a number */
    const char *help;
} wl_parameter_t;

/* Values by the index of the parameter in the workload's table. */
typedef struct wl_values {
    uint64_t value[WL_MAX_PARAMETERS];
} wl_values_t;

struct wl_run; /* worker.h: what a running workload sees */
struct wl_thread;

typedef struct wl_workload {
    const char *name;
    const char *summary;  /* one line: what it does */
    const char *stresses; /* one line: which part of an allocator it stresses */
    const wl_parameter_t *parameters;
    /* NULL-terminated assignments: parameters of runs that were recorded before there was such a
     * parameter, where that is not its default. May be NULL. */
    const char *const *before;
    size_t parameter_count;
    /* Checks parameters against each other (min <= max). Writes a reason into `error` and returns
     * false when they make no sense together. May be NULL. */
    bool (*validate)(const wl_values_t *values, char *error, size_t error_bytes);
    double least_seconds; /* a shorter measured phase would mostly show the workload's own set-up;
                             0: any length will do */
    uint32_t slow_times;  /* an operation takes about so many times as long as one of mixed: probes
                             and looks at the clock are that much shorter; 0: about as long */
    const struct wl_engine *engine; /* worker.h; only the worker runs it */
} wl_workload_t;

/* Operations of a first look, before it is known how fast they are; `usual` for mixed. */
static inline uint64_t wl_first_ops(const wl_workload_t *workload, uint64_t usual) {
    uint64_t ops = workload->slow_times > 0 ? usual / workload->slow_times : usual;
    return ops > 0 ? ops : 1;
}

/* The table, in the order of listing; *count gets its length. */
const wl_workload_t *const *wl_table(size_t *count);

/* The workload of that name, or NULL. */
const wl_workload_t *wl_find(const char *name);

/* Sets every parameter of `workload` to its default. */
void wl_defaults(const wl_workload_t *workload, wl_values_t *values);

/* Applies one "key=value". Sizes accept k, M, G suffixes (1024). On failure writes a sentence that
 * says what is wrong and what is allowed into `error` and returns false. */
bool wl_set(const wl_workload_t *workload, wl_values_t *values, const char *assignment, char *error,
            size_t error_bytes);

/* Writes parameter `index` as text: the choice's word or the number in decimal. */
void wl_format(const wl_workload_t *workload, const wl_values_t *values, size_t index, char *text,
               size_t text_bytes);

#endif
