/*
 * Renders the ledger as Markdown. Main thread. What stands in a file of experiments or a record is
 * text of others: it is escaped, and a record that lacks something prints n/a.
 */
#include "ledger.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "experiment_record.h"
#include "output.h"

/* An experiment as far as it is known: a file, records, or both. */
typedef struct entry {
    char *name;
    const cmp_experiment_t *experiment; /* NULL: its file was removed */
    json_t *record;
} entry_t;

typedef struct ledger {
    entry_t *entries;
    size_t count;
    bool several_machines;
} ledger_t;

/* ------------------------------------------------------------------ text */

/* Markdown that shows `text` as it is, on one line; also within a table. */
static void text_put(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (strchr("|<*`\\[]", *text) != NULL)
            fputc('\\', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
}

static const char *or_missing(const char *text) {
    return *text != '\0' ? text : "n/a";
}

static void percent_put(FILE *out, double share) {
    if (isfinite(share))
        fprintf(out, "%.2f %%", share * 100);
    else
        fputs("n/a", out);
}

/* "mixed, 2 threads", "remote, 4 threads, scatter"; of an audit its files. */
static void work_put(FILE *out, const json_t *outcome) {
    const long long threads = json_integer_value(json_object_get(outcome, "threads"));
    const char *placement = cmp_record_text(outcome, "placement");
    if (threads == 0) {
        text_put(out, cmp_record_text(outcome, "files"));
        return;
    }
    text_put(out, cmp_record_text(outcome, "workload"));
    fprintf(out, ", %lld thread%s", threads, threads == 1 ? "" : "s");
    if (strcmp(placement, "compact") != 0) {
        fputs(", ", out);
        text_put(out, placement);
    }
}

static void machine_put(FILE *out, const json_t *outcome) {
    const json_t *machine = json_object_get(outcome, "machine");
    text_put(out, or_missing(cmp_record_text(machine, "cpu")));
    fprintf(out, ", %lld PUs", (long long)json_integer_value(json_object_get(machine, "pus")));
}

/* ------------------------------------------------------------------ what there is */

static bool entries_have(const ledger_t *ledger, const char *name) {
    for (size_t i = 0; i < ledger->count; i++)
        if (strcmp(ledger->entries[i].name, name) == 0)
            return true;
    return false;
}

static bool entry_add(ledger_t *ledger, const char *records, const char *name,
                      const cmp_experiment_t *experiment, char *error, size_t error_bytes) {
    json_t *record = cmp_record_load(records, name, error, error_bytes);
    if (record == NULL)
        return false;
    ledger->entries = realloc(ledger->entries, (ledger->count + 1) * sizeof *ledger->entries);
    if (ledger->entries == NULL)
        abort();
    ledger->entries[ledger->count++] = (entry_t){cmp_text("%s", name), experiment, record};
    return true;
}

static int file_is_record(const struct dirent *file) {
    const char *dot = strrchr(file->d_name, '.');
    return dot != NULL && dot > file->d_name && strcmp(dot, ".json") == 0;
}

static int entries_compare(const void *a, const void *b) {
    return strcmp(((const entry_t *)a)->name, ((const entry_t *)b)->name);
}

/* Two results of different machines. */
static bool machines_differ(const ledger_t *ledger) {
    const char *first = NULL;
    for (size_t i = 0; i < ledger->count; i++) {
        json_t *result;
        size_t j;
        json_array_foreach(json_object_get(ledger->entries[i].record, "results"), j, result) {
            const char *machine = cmp_record_text(result, "machine");
            if (first != NULL && strcmp(first, machine) != 0)
                return true;
            first = machine;
        }
    }
    return false;
}

static bool ledger_collect(ledger_t *ledger, const char *records,
                           const cmp_experiment_t *experiments, size_t count, char *error,
                           size_t error_bytes) {
    struct dirent **files = NULL;
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = entry_add(ledger, records, experiments[i].name, &experiments[i], error, error_bytes);
    int found = scandir(records, &files, file_is_record, NULL);
    for (int i = 0; i < found; i++) {
        char *name = cmp_text("%.*s", (int)strlen(files[i]->d_name) - 5, files[i]->d_name);
        if (good && !entries_have(ledger, name))
            good = entry_add(ledger, records, name, NULL, error, error_bytes);
        free(name);
        free(files[i]);
    }
    free(files);
    if (ledger->count > 0)
        qsort(ledger->entries, ledger->count, sizeof *ledger->entries, entries_compare);
    ledger->several_machines = machines_differ(ledger);
    return good;
}

static void ledger_free(ledger_t *ledger) {
    for (size_t i = 0; i < ledger->count; i++) {
        free(ledger->entries[i].name);
        json_decref(ledger->entries[i].record);
    }
    free(ledger->entries);
}

/* The case that a result belongs to; NULL: its file has none of that name any more. */
static const cmp_case_t *result_case(const entry_t *entry, const json_t *result) {
    return entry->experiment != NULL
               ? cmp_case_find(entry->experiment, cmp_record_text(result, "case"))
               : NULL;
}

/* Calls `put` for every case of the file with each of its results (NULL: it has none), then for the
 * results whose case is gone (NULL for the case). */
static void entry_each(FILE *out, const ledger_t *ledger, const entry_t *entry,
                       void (*put)(FILE *out, const ledger_t *ledger, const entry_t *entry,
                                   const cmp_case_t *item, const json_t *result)) {
    json_t *results = json_object_get(entry->record, "results"), *result;
    size_t j;
    for (size_t i = 0; entry->experiment != NULL && i < entry->experiment->case_count; i++) {
        const cmp_case_t *item = &entry->experiment->cases[i];
        bool some = false;
        json_array_foreach(results, j, result) {
            if (result_case(entry, result) != item)
                continue;
            put(out, ledger, entry, item, result);
            some = true;
        }
        if (!some)
            put(out, ledger, entry, item, NULL);
    }
    json_array_foreach(results, j, result) {
        if (result_case(entry, result) == NULL)
            put(out, ledger, entry, NULL, result);
    }
}

/* ------------------------------------------------------------------ the table */

static void row_put(FILE *out, const ledger_t *ledger, const entry_t *entry, const cmp_case_t *item,
                    const json_t *result) {
    const json_t *latest = json_object_get(result, "latest");
    const char *predecessor = item != NULL ? item->value[CMP_KEY_PREDECESSOR] : NULL;
    char effect[96], *expected = item != NULL ? cmp_case_expected(item) : NULL;
    cmp_record_effect(latest, effect, sizeof effect);
    fprintf(out, "| [%s](#%s) | ", entry->name, entry->name);
    text_put(out, item != NULL ? item->name : cmp_record_text(result, "case"));
    fputs(" | ", out);
    if (latest != NULL)
        work_put(out, latest);
    if (ledger->several_machines) {
        fputs(" | ", out);
        if (latest != NULL)
            machine_put(out, latest);
    }
    fprintf(out, " | %s | %s | ",
            latest != NULL ? cmp_record_text(latest, "verdict") : "not run yet", effect);
    text_put(out, expected != NULL ? expected : "");
    fputs(" | ", out);
    text_put(out, predecessor != NULL ? predecessor : "");
    fputs(" |\n", out);
    free(expected);
}

static void table_put(FILE *out, const ledger_t *ledger) {
    fprintf(out,
            "| experiment | case | work |%s verdict | effect [interval] | expected | "
            "predecessor |\n",
            ledger->several_machines ? " machine |" : "");
    fprintf(out, "|---|---|---|%s---|---|---|---|\n", ledger->several_machines ? "---|" : "");
    for (size_t i = 0; i < ledger->count; i++)
        entry_each(out, ledger, &ledger->entries[i], row_put);
}

/* ------------------------------------------------------------------ the entries */

static void effect_put(FILE *out, const json_t *outcome) {
    const json_t *effect = json_object_get(outcome, "effect_pct");
    const double coverage = cmp_record_number(effect, "coverage");
    char text[96];
    cmp_record_effect(outcome, text, sizeof text);
    if (*text == '\0')
        return;
    fprintf(out, "- Effect: %s", text);
    if (isfinite(coverage))
        fprintf(out, ", coverage %.2f %%", coverage * 100);
    fprintf(out, "; %lld rounds, wanted gain %.2f %%, tolerated loss %.2f %%\n",
            (long long)json_integer_value(json_object_get(outcome, "rounds")),
            cmp_record_number(outcome, "gain_pct"), cmp_record_number(outcome, "loss_pct"));
}

static void layouts_put(FILE *out, const json_t *outcome) {
    const json_t *layouts = json_object_get(outcome, "layouts");
    if (!json_is_object(layouts))
        return;
    const json_t *single = json_object_get(layouts, "single_ratio");
    const double estimate = cmp_record_number(single, "estimate");
    fprintf(out, "- Layouts: %lld; layout tax ",
            (long long)json_integer_value(json_object_get(layouts, "count")));
    percent_put(out, cmp_record_number(layouts, "tax_base"));
    fputs(" of the base, ", out);
    percent_put(out, cmp_record_number(layouts, "tax_treatment"));
    fputs(" of the treatment; as built ", out);
    if (isfinite(estimate))
        fprintf(out, "%+.2f %%", (estimate - 1) * 100);
    else
        fputs("n/a", out);
    if (isfinite(cmp_record_number(single, "low")))
        fprintf(out, " [%+.2f, %+.2f]", (cmp_record_number(single, "low") - 1) * 100,
                (cmp_record_number(single, "high") - 1) * 100);
    fputs(", of which layout is ", out);
    percent_put(out, cmp_record_number(layouts, "single_share"));
    fputc('\n', out);
}

static void memory_put(FILE *out, const json_t *outcome) {
    const json_t *peak = json_object_get(outcome, "peak_rss_bytes");
    const json_t *ratio = json_object_get(peak, "ratio");
    const double mib = 1024.0 * 1024.0, estimate = cmp_record_number(ratio, "estimate");
    if (!isfinite(estimate))
        return;
    fprintf(out, "- Memory: peak RSS %.2f MiB, then %.2f: ratio %.4f",
            cmp_record_number(peak, "base") / mib, cmp_record_number(peak, "treatment") / mib,
            estimate);
    if (isfinite(cmp_record_number(ratio, "low")))
        fprintf(out, " [%.4f, %.4f]", cmp_record_number(ratio, "low"),
                cmp_record_number(ratio, "high"));
    fputc('\n', out);
}

static void line_put(FILE *out, const char *title, const char *text) {
    if (*text == '\0')
        return;
    fprintf(out, "- %s: ", title);
    text_put(out, text);
    fputc('\n', out);
}

/* Both sides with their builds; the record lists the base first. */
static void sides_put(FILE *out, const json_t *outcome) {
    static const char *const sides[] = {"base", "treatment"};
    for (size_t i = 0; i < 2 && *cmp_record_text(outcome, "base") != '\0'; i++) {
        const json_t *build = json_array_get(json_object_get(outcome, "allocators"), i);
        fprintf(out, i == 0 ? "- Sides: base " : "; treatment ");
        text_put(out, cmp_record_text(outcome, sides[i]));
        fputs(", version ", out);
        text_put(out, or_missing(cmp_record_text(build, "version")));
        fprintf(out, ", SHA-256 %.12s%s", or_missing(cmp_record_text(build, "library_sha256")),
                i == 1 ? "\n" : "");
    }
}

static void parameters_put(FILE *out, const json_t *outcome) {
    const char *name;
    json_t *value;
    bool some = false;
    json_object_foreach(json_object_get(outcome, "parameters"), name, value) {
        fputs(some ? " " : "- Parameters: ", out);
        text_put(out, name);
        if (json_is_string(value)) {
            fputc('=', out);
            text_put(out, json_string_value(value));
        } else {
            fprintf(out, "=%lld", (long long)json_integer_value(value));
        }
        some = true;
    }
    if (some)
        fputc('\n', out);
}

static void circumstances_put(FILE *out, const json_t *outcome) {
    const json_t *machine = json_object_get(outcome, "machine");
    json_t *condition;
    size_t i;
    fputs("- Machine: ", out);
    machine_put(out, outcome);
    fputs("; hypervisor ", out);
    text_put(out, or_missing(cmp_record_text(machine, "hypervisor")));
    fputs("; ", out);
    text_put(out, or_missing(cmp_record_text(machine, "kernel")));
    fputs("; compiler ", out);
    text_put(out, or_missing(cmp_record_text(outcome, "compiler")));
    fputs("; commit ", out);
    text_put(out, or_missing(cmp_record_text(outcome, "commit")));
    fputs("; ", out);
    text_put(out, or_missing(cmp_record_text(outcome, "date")));
    fputc('\n', out);
    json_array_foreach(json_object_get(outcome, "conditions"), i, condition) {
        line_put(out, "Conditions", json_string_value(condition));
    }
}

/* What came out before, newest first, in one line each. */
static void history_put(FILE *out, const json_t *result) {
    json_t *outcome;
    size_t i;
    json_array_foreach(json_object_get(result, "history"), i, outcome) {
        char effect[96];
        cmp_record_effect(outcome, effect, sizeof effect);
        fputs("- Before: ", out);
        text_put(out, or_missing(cmp_record_text(outcome, "date")));
        fprintf(out, ", %s%s%s, commit ", cmp_record_text(outcome, "verdict"),
                *effect != '\0' ? ", " : "", effect);
        text_put(out, or_missing(cmp_record_text(outcome, "commit")));
        fputc('\n', out);
    }
}

static void verdict_put(FILE *out, const cmp_case_t *item, const json_t *result) {
    const json_t *latest = json_object_get(result, "latest");
    const json_t *before = json_array_get(json_object_get(result, "history"), 0);
    const char *verdict = cmp_record_text(latest, "verdict");
    const char *earlier = cmp_record_text(before, "verdict");
    char *expected = item != NULL ? cmp_case_expected(item) : NULL;
    fprintf(out, "**%s**", verdict);
    if (before != NULL && strcmp(earlier, verdict) != 0)
        fprintf(out, ", changed from %s to %s", earlier, verdict);
    if (expected != NULL) {
        const char *reason = item->value[CMP_KEY_EXPECTED] + strlen(expected);
        fprintf(out, strcmp(expected, verdict) == 0 ? ", as expected" : ", not as expected: %s",
                expected);
        if (*reason != '\0') {
            fputs(" (", out);
            text_put(out, reason + 1);
            fputc(')', out);
        }
    }
    fputs("\n\n", out);
    free(expected);
}

static void result_put(FILE *out, const ledger_t *ledger, const entry_t *entry,
                       const cmp_case_t *item, const json_t *result) {
    const json_t *latest = json_object_get(result, "latest");
    const char *name = item != NULL ? item->name : cmp_record_text(result, "case");
    (void)ledger, (void)entry;
    fputs("### ", out);
    text_put(out, name);
    fputs(*name != '\0' ? ": " : "", out);
    if (latest == NULL) {
        fputs("not run yet\n\n", out);
        return;
    }
    work_put(out, latest);
    fputs("\n\n", out);
    if (item == NULL)
        fputs("This case is no longer in a file of experiments.\n\n", out);
    verdict_put(out, item, result);
    effect_put(out, latest);
    layouts_put(out, latest);
    line_put(out, "Finding", cmp_record_text(latest, "finding"));
    line_put(out, "Paths", cmp_record_text(latest, "paths"));
    line_put(out, "Activity", cmp_record_text(json_object_get(latest, "activity"), "text"));
    if (item != NULL && item->value[CMP_KEY_PREDECESSOR] != NULL)
        line_put(out, "Predecessor", item->value[CMP_KEY_PREDECESSOR]);
    memory_put(out, latest);
    parameters_put(out, latest);
    sides_put(out, latest);
    circumstances_put(out, latest);
    history_put(out, result);
    fprintf(out, "\n```sh\n%s\n```\n\n", cmp_record_text(latest, "command"));
}

static void entry_put(FILE *out, const ledger_t *ledger, const entry_t *entry) {
    const char *question = entry->experiment != NULL && entry->experiment->case_count > 0
                               ? entry->experiment->cases[0].value[CMP_KEY_QUESTION]
                               : cmp_record_text(entry->record, "question");
    fprintf(out, "## %s\n\n", entry->name);
    text_put(out, question);
    fputs("\n\n", out);
    if (entry->experiment == NULL)
        fputs("Ended: its file was removed.\n\n", out);
    entry_each(out, ledger, entry, result_put);
}

static bool ledger_render(const void *context, FILE *out) {
    const ledger_t *ledger = context;
    fputs("# Ledger of experiments\n\n"
          "Generated by `./compare experiment` from the files in `experiments/` and their records "
          "in\n`results/experiments/`; do not edit. `./compare experiment --ledger` writes it "
          "again without\nmeasuring, `./compare experiment NAME` repeats one and keeps what was "
          "found before.\nAn effect is treatment over base in per cent, above 0 is faster; the "
          "interval is the one that the\nverdict was read from. What the words mean: "
          "[method.md](method.md).\n\n",
          out);
    table_put(out, ledger);
    fputc('\n', out);
    for (size_t i = 0; i < ledger->count; i++)
        entry_put(out, ledger, &ledger->entries[i]);
    return !ferror(out);
}

bool cmp_ledger_write(const char *path, const char *records, const cmp_experiment_t *experiments,
                      size_t count, char *error, size_t error_bytes) {
    ledger_t ledger = {0};
    bool good = ledger_collect(&ledger, records, experiments, count, error, error_bytes) &&
                cmp_output_write(path, ledger_render, &ledger, error, error_bytes);
    ledger_free(&ledger);
    return good;
}
