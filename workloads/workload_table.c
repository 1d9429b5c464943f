/*
 * The table of workloads and everything that is generic about their parameters: defaults, parsing,
 * range checks, text. Pure and without allocations: the worker calls it before its first block, and
 * compare from its main thread. Explained in docs/workloads.md.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/nearest.h"
#include "worker.h"

extern const wl_workload_t wl_mixed;
extern const wl_workload_t wl_remote;
extern const wl_workload_t wl_larson;
extern const wl_workload_t wl_burst;
extern const wl_workload_t wl_stream;
extern const wl_workload_t wl_stages;
extern const wl_workload_t wl_churn;
extern const wl_workload_t wl_sharing;
extern const wl_workload_t wl_grow;
extern const wl_workload_t wl_calloc;
extern const wl_workload_t wl_aligned;
extern const wl_workload_t wl_medium;
extern const wl_workload_t wl_large;
extern const wl_workload_t wl_server;

/* One line a workload, in the order of listing. */
/* clang-format off */
static const wl_workload_t *const workloads[] = {
    &wl_mixed,
    &wl_remote,
    &wl_larson,
    &wl_burst,
    &wl_stream,
    &wl_stages,
    &wl_churn,
    &wl_sharing,
    &wl_grow,
    &wl_calloc,
    &wl_aligned,
    &wl_medium,
    &wl_large,
    &wl_server,
};
/* clang-format on */

const char *const wl_no_yes[] = {"no", "yes", NULL};
const char *const wl_never_filled[] = {"fill=no", NULL};
const char *const wl_touch_choices[] = {"none", "first", "lines", "consumer", NULL};
const char wl_touch_help[] = "none, first byte, every line, or every line and read again at free";
const char *const wl_touch_page_choices[] = {"none", "first", "lines", "consumer", "pages", NULL};
const char wl_touch_page_help[] =
    "none, first byte, every line, every line and read again at free, or every page";

bool wl_sizes_valid(uint64_t min_bytes, uint64_t max_bytes, char *error, size_t error_bytes) {
    if (min_bytes <= max_bytes)
        return true;
    snprintf(error, error_bytes, "min=%llu is above max=%llu", (unsigned long long)min_bytes,
             (unsigned long long)max_bytes);
    return false;
}

const wl_workload_t *const *wl_table(size_t *count) {
    *count = sizeof workloads / sizeof workloads[0];
    return workloads;
}

const wl_workload_t *wl_find(const char *name) {
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++)
        if (strcmp(workloads[i]->name, name) == 0)
            return workloads[i];
    return NULL;
}

void wl_defaults(const wl_workload_t *workload, wl_values_t *values) {
    memset(values, 0, sizeof *values);
    for (size_t i = 0; i < workload->parameter_count; i++)
        values->value[i] = workload->parameters[i].default_value;
}

/* ---------------------------------------------------------------------------------- parsing */

/* Appends to the text in `buffer`, cutting what does not fit. */
static void text_append(char *buffer, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void text_append(char *buffer, size_t bytes, const char *format, ...) {
    size_t used = strlen(buffer);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer + used, bytes - used, format, arguments);
    va_end(arguments);
}

static void unknown_explain(const wl_workload_t *workload, const char *key, char *error,
                            size_t error_bytes) {
    const char *names[WL_MAX_PARAMETERS + 1] = {NULL};
    for (size_t i = 0; i < workload->parameter_count; i++)
        names[i] = workload->parameters[i].name;
    const char *nearest = cmp_nearest(key, names);
    snprintf(error, error_bytes, "%s has no parameter '%s'", workload->name, key);
    if (nearest != NULL)
        text_append(error, error_bytes, "; did you mean '%s'?", nearest);
    text_append(error, error_bytes, "%s it has ", nearest != NULL ? "" : ";");
    for (size_t i = 0; i < workload->parameter_count; i++)
        text_append(error, error_bytes, "%s%s", i > 0 ? ", " : "", names[i]);
}

static bool choice_parse(const wl_parameter_t *parameter, const char *text, uint64_t *value,
                         char *error, size_t error_bytes) {
    for (size_t i = 0; parameter->choices[i] != NULL; i++) {
        if (strcmp(parameter->choices[i], text) == 0) {
            *value = i;
            return true;
        }
    }
    const char *nearest = cmp_nearest(text, parameter->choices);
    snprintf(error, error_bytes, "%s=%s is not allowed", parameter->name, text);
    if (nearest != NULL)
        text_append(error, error_bytes, "; did you mean '%s'?", nearest);
    text_append(error, error_bytes, "%s it is one of ", nearest != NULL ? "" : ";");
    for (size_t i = 0; parameter->choices[i] != NULL; i++)
        text_append(error, error_bytes, "%s%s", i > 0 ? ", " : "", parameter->choices[i]);
    return false;
}

/* Digits and at most one suffix. False for anything else and for what passes 64 bits. */
static bool number_parse(const char *text, uint64_t *value) {
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    unsigned shift = 0;
    switch (*end) {
    case 'k':
    case 'K':
        shift = 10;
        break;
    case 'M':
        shift = 20;
        break;
    case 'G':
        shift = 30;
        break;
    }
    end += shift > 0;
    if (errno != 0 || *end != 0 || number > UINT64_MAX >> shift)
        return false;
    *value = (uint64_t)number << shift;
    return true;
}

static bool range_parse(const wl_parameter_t *parameter, const char *text, uint64_t *value,
                        char *error, size_t error_bytes) {
    bool number = number_parse(text, value);
    if (number && *value >= parameter->minimum && *value <= parameter->maximum)
        return true;
    snprintf(error, error_bytes, "%s=%s is %s; allowed is %llu to %llu%s%s", parameter->name, text,
             number ? "out of range" : "no number", (unsigned long long)parameter->minimum,
             (unsigned long long)parameter->maximum, *parameter->unit ? " " : "", parameter->unit);
    if (!number)
        text_append(error, error_bytes, ", with k, M or G for powers of 1024");
    return false;
}

bool wl_set(const wl_workload_t *workload, wl_values_t *values, const char *assignment, char *error,
            size_t error_bytes) {
    const char *equals = strchr(assignment, '=');
    char key[64] = "";
    size_t length = equals != NULL ? (size_t)(equals - assignment) : strlen(assignment);
    snprintf(key, sizeof key, "%.*s", (int)(length < sizeof key ? length : sizeof key - 1),
             assignment);
    for (size_t i = 0; i < workload->parameter_count; i++) {
        const wl_parameter_t *parameter = &workload->parameters[i];
        if (strcmp(parameter->name, key) != 0)
            continue;
        if (equals == NULL) {
            snprintf(error, error_bytes, "'%s' has no value; write %s=VALUE", assignment, key);
            return false;
        }
        uint64_t value;
        bool parsed = parameter->choices != NULL
                          ? choice_parse(parameter, equals + 1, &value, error, error_bytes)
                          : range_parse(parameter, equals + 1, &value, error, error_bytes);
        if (parsed)
            values->value[i] = value;
        return parsed;
    }
    unknown_explain(workload, key, error, error_bytes);
    return false;
}

void wl_format(const wl_workload_t *workload, const wl_values_t *values, size_t index, char *text,
               size_t text_bytes) {
    const wl_parameter_t *parameter = &workload->parameters[index];
    if (parameter->choices != NULL)
        snprintf(text, text_bytes, "%s", parameter->choices[values->value[index]]);
    else
        snprintf(text, text_bytes, "%llu", (unsigned long long)values->value[index]);
}
