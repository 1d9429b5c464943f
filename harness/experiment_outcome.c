/*
 * Makes outcomes of what child processes said. Main thread; no state.
 */
#include "experiment_outcome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiment_record.h"
#include "paths.h"

/* ------------------------------------------------------------------ parts of a run */

/* The members of `object` with these names, missing ones as null. */
static json_t *members_copy(const json_t *object, const char *const *names) {
    json_t *copy = json_object();
    for (; *names != NULL; names++) {
        json_t *value = json_object_get(object, *names);
        json_object_set(copy, *names, value != NULL ? value : json_null());
    }
    return copy;
}

/* Without the host's name: records are published with the tree. */
static json_t *machine_copy(const json_t *run) {
    static const char *const names[] = {
        "id",         "cpu",    "topology", "pus",  "cores",    "memory_bytes",
        "hypervisor", "kernel", "os",       "libc", "governor", "transparent_huge_pages",
        NULL};
    return members_copy(json_object_get(run, "machine"), names);
}

/* Base and treatment: the first two of a comparison; what follows is the control and the same code
 * in other layouts. */
static json_t *sides_copy(const json_t *run) {
    static const char *const names[] = {"allocator", "version", "library_sha256", NULL};
    json_t *copies = json_array(), *allocator;
    size_t i;
    json_array_foreach(json_object_get(run, "allocators"), i, allocator) {
        if (i < 2)
            json_array_append_new(copies, members_copy(allocator, names));
    }
    return copies;
}

/* What the doctor said: under which conditions it was measured. */
static json_t *conditions_copy(const json_t *run) {
    json_t *copies = json_array(), *note;
    size_t i;
    json_array_foreach(json_object_get(run, "notes"), i, note) {
        const char *text = json_string_value(note);
        if (text != NULL && strncmp(text, "doctor: ", 8) == 0)
            json_array_append(copies, note);
    }
    return copies;
}

static json_t *percent(double ratio) {
    return isfinite(ratio) ? json_real((ratio - 1) * 100) : json_null();
}

/* The interval that the verdict was read from, in per cent: with layouts, that across them. */
static json_t *effect_of(const json_t *verdict) {
    const json_t *ratio = json_object_get(verdict, "ratio");
    if (!json_is_object(ratio))
        return json_null();
    const double coverage = cmp_record_number(ratio, "confidence");
    json_t *effect = json_object();
    json_object_set_new(effect, "estimate", percent(cmp_record_number(ratio, "estimate")));
    json_object_set_new(effect, "low", percent(cmp_record_number(ratio, "low")));
    json_object_set_new(effect, "high", percent(cmp_record_number(ratio, "high")));
    json_object_set_new(effect, "coverage", isfinite(coverage) ? json_real(coverage) : json_null());
    return effect;
}

static json_t *outcome_of(const json_t *run, const json_t *verdict, const char *command) {
    static const char *const of_verdict[] = {"verdict",    "base",     "treatment", "workload",
                                             "parameters", "threads",  "placement", "rounds",
                                             "looks",      "gain_pct", "loss_pct",  "layouts",
                                             "activity",   "paths",    NULL};
    json_t *outcome = json_object(), *memory = json_object_get(verdict, "memory");
    json_t *peak = json_object_get(memory, "peak_rss_bytes");
    json_object_set(outcome, "date", json_object_get(run, "started"));
    json_t *copied = members_copy(verdict, of_verdict);
    json_object_update(outcome, copied);
    json_decref(copied);
    json_object_set_new(outcome, "effect_pct", effect_of(verdict));
    json_object_set(outcome, "peak_rss_bytes", peak != NULL ? peak : json_null());
    json_object_set(outcome, "noise_floor", json_object_get(run, "noise_floor"));
    json_object_set_new(outcome, "machine", machine_copy(run));
    json_object_set_new(outcome, "conditions", conditions_copy(run));
    json_object_set(outcome, "compiler", json_object_get(run, "compiler"));
    json_object_set(outcome, "commit", json_object_get(run, "commit"));
    json_object_set_new(outcome, "allocators", sides_copy(run));
    json_object_set(outcome, "seed", json_object_get(run, "seed"));
    json_object_set(outcome, "run", json_object_get(run, "run"));
    json_object_set_new(outcome, "command", json_string(command));
    return outcome;
}

json_t *cmp_outcomes_of_ab(const json_t *run, const char *command) {
    json_t *outcomes = json_array(), *verdict;
    size_t i;
    json_array_foreach(json_object_get(run, "verdicts"), i, verdict) {
        json_array_append_new(outcomes, outcome_of(run, verdict, command));
    }
    return outcomes;
}

/* ------------------------------------------------------------------ audits */

/* In a list separated by commas. */
static bool words_have(const char *words, const char *word) {
    const size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += length)
        if ((at == words || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* The default build among those that were looked at; NULL: it was not. */
static const json_t *default_build(const json_t *audit) {
    json_t *variant;
    size_t i;
    json_array_foreach(json_object_get(audit, "variants"), i, variant) {
        if (strcmp(cmp_record_text(variant, "name"), "default") == 0)
            return variant;
    }
    return NULL;
}

static bool build_has_box(const json_t *build, const char *box) {
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(build, "boxes"), i, item) {
        if (json_is_string(item) && strcmp(json_string_value(item), box) == 0)
            return true;
    }
    return false;
}

/* Accesses by kind, and the list of those that could go. */
typedef struct audit_counts {
    size_t correctness, compiled_in, compiled_out, unclassified;
    char *prunable; /* malloc'ed */
} audit_counts_t;

static audit_counts_t accesses_count(const json_t *audit, const char *files, const json_t *build) {
    audit_counts_t counts = {.prunable = cmp_text("%s", "")};
    json_t *access;
    size_t i;
    json_array_foreach(json_object_get(audit, "accesses"), i, access) {
        const char *kind = cmp_record_text(access, "kind"), *file = cmp_record_text(access, "file");
        if (!words_have(files, file))
            continue;
        if (strcmp(kind, "correctness") == 0) {
            counts.correctness++;
        } else if (strcmp(kind, "telemetry") != 0) {
            counts.unclassified++;
        } else if (!build_has_box(build, cmp_record_text(access, "box"))) {
            counts.compiled_out++;
        } else {
            char *longer =
                cmp_text("%s%s%s:%lld %s", counts.prunable, *counts.prunable != '\0' ? ", " : "",
                         file, (long long)json_integer_value(json_object_get(access, "line")),
                         cmp_record_text(access, "object"));
            free(counts.prunable);
            counts.prunable = longer;
            counts.compiled_in++;
        }
    }
    return counts;
}

/* Why the audit gives no verdict; NULL: it does. Malloc'ed. */
static char *audit_refusal(const json_t *audit, const char *files, const audit_counts_t *counts) {
    const size_t findings = json_array_size(json_object_get(audit, "findings"));
    if (findings > 0)
        return cmp_text("the audit has %zu finding%s of its own", findings,
                        findings == 1 ? "" : "s");
    if (counts->unclassified > 0)
        return cmp_text("the audit cannot classify %zu atomic accesses", counts->unclassified);
    if (counts->correctness + counts->compiled_in + counts->compiled_out == 0)
        return cmp_text("the audit knows no atomic access in %s", files);
    return NULL;
}

json_t *cmp_outcome_of_audit(const json_t *audit, const char *files, const char *command,
                             const json_t *about, char *error, size_t error_bytes) {
    const json_t *build = default_build(audit);
    audit_counts_t counts = accesses_count(audit, files, build);
    char *refusal = build != NULL ? audit_refusal(audit, files, &counts)
                                  : cmp_text("the audit did not look at the default build");
    json_t *outcome = NULL;
    if (refusal != NULL) {
        snprintf(error, error_bytes, "%s; see '%s'", refusal, command);
    } else {
        const bool prunable = counts.compiled_in > 0;
        char *text = cmp_text("%zu atomic accesses carry control flow; %zu count only and are "
                              "compiled out of the default build, %zu are in it%s%s",
                              counts.correctness, counts.compiled_out, counts.compiled_in,
                              prunable ? ": " : "", counts.prunable);
        outcome = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s}", "verdict",
                            prunable ? "PRUNABLE" : "CORRECTNESS", "finding", text, "files", files,
                            "command", command, "workload", "", "threads", 0, "placement", "");
        json_object_update(outcome, (json_t *)about);
        free(text);
    }
    free(refusal);
    free(counts.prunable);
    return outcome;
}
