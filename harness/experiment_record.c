/*
 * Reading, adding to and writing the records of experiments. Main thread; no locks: who runs two
 * experiments at once on one tree measures nothing worth keeping.
 */
#include "experiment_record.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "paths.h"

enum { SCHEMA = 1 };

static char *record_path(const char *folder, const char *experiment) {
    return cmp_text("%s/%s.json", folder, experiment);
}

json_t *cmp_record_load(const char *folder, const char *experiment, char *error,
                        size_t error_bytes) {
    char *path = record_path(folder, experiment);
    json_error_t fault = {.line = 0};
    json_t *record = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        record = json_pack("{s:i, s:s, s:s, s:[]}", "schema", SCHEMA, "experiment", experiment,
                           "question", "", "results");
    } else if ((record = json_load_file(path, 0, &fault)) == NULL) {
        snprintf(error, error_bytes,
                 "cannot read the record %s: line %d: %s; take it back from git, or remove it to "
                 "begin anew",
                 path, fault.line, fault.text);
    } else if (json_integer_value(json_object_get(record, "schema")) != SCHEMA ||
               !json_is_array(json_object_get(record, "results"))) {
        snprintf(error, error_bytes,
                 "cannot use the record %s: it is not of schema %d; a newer tool may have written "
                 "it, or remove it to begin anew",
                 path, SCHEMA);
        json_decref(record);
        record = NULL;
    }
    free(path);
    return record;
}

const char *cmp_record_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

double cmp_record_number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* True for the result that an outcome belongs to. */
static bool result_matches(const json_t *result, const char *case_name, const json_t *outcome) {
    static const char *const texts[] = {"workload", "placement"};
    bool same = strcmp(cmp_record_text(result, "case"), case_name) == 0 &&
                strcmp(cmp_record_text(result, "machine"),
                       cmp_record_text(json_object_get(outcome, "machine"), "id")) == 0 &&
                json_integer_value(json_object_get(result, "threads")) ==
                    json_integer_value(json_object_get(outcome, "threads"));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same = same &&
               strcmp(cmp_record_text(result, texts[i]), cmp_record_text(outcome, texts[i])) == 0;
    return same;
}

const char *cmp_record_add(json_t *record, const char *question, const char *case_name,
                           json_t *outcome) {
    json_t *results = json_object_get(record, "results"), *result, *found = NULL;
    size_t i;
    json_object_set_new(record, "question", json_string(question));
    json_array_foreach(results, i, result) {
        if (result_matches(result, case_name, outcome))
            found = result;
    }
    if (found == NULL) {
        found = json_pack("{s:s, s:s, s:I, s:s, s:s, s:n, s:[]}", "case", case_name, "workload",
                          cmp_record_text(outcome, "workload"), "threads",
                          json_integer_value(json_object_get(outcome, "threads")), "placement",
                          cmp_record_text(outcome, "placement"), "machine",
                          cmp_record_text(json_object_get(outcome, "machine"), "id"), "latest",
                          "history");
        json_array_append_new(results, found);
    }
    json_t *before = json_object_get(found, "latest"), *history = json_object_get(found, "history");
    if (json_is_object(before))
        json_array_insert(history, 0, before);
    json_object_set(found, "latest", outcome);
    return json_array_size(history) > 0 ? cmp_record_text(json_array_get(history, 0), "verdict")
                                        : NULL;
}

static bool record_render(const void *context, FILE *file) {
    const json_t *record = context;
    return json_dumpf(record, file, JSON_INDENT(1) | JSON_REAL_PRECISION(10)) == 0 &&
           fputc('\n', file) != EOF;
}

bool cmp_record_save(const char *folder, const char *experiment, json_t *record, char *error,
                     size_t error_bytes) {
    char *path = record_path(folder, experiment);
    (void)cmp_folder_make(folder); /* what is wrong with it is said of the file */
    bool good = cmp_output_write(path, record_render, record, error, error_bytes);
    free(path);
    return good;
}

void cmp_record_effect(const json_t *outcome, char *text, size_t text_bytes) {
    const json_t *effect = json_object_get(outcome, "effect_pct");
    const double estimate = cmp_record_number(effect, "estimate");
    const double low = cmp_record_number(effect, "low"), high = cmp_record_number(effect, "high");
    if (!isfinite(estimate))
        *text = '\0';
    else if (isfinite(low) && isfinite(high))
        snprintf(text, text_bytes, "%+.2f %% [%+.2f, %+.2f]", estimate, low, high);
    else
        snprintf(text, text_bytes, "%+.2f %%", estimate);
}
