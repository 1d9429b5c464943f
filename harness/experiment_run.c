/*
 * Command lines, builds and runs of experiments. Main thread; children one at a time.
 */
#include "experiment_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocators.h"
#include "child.h"
#include "command.h"
#include "experiment_outcome.h"
#include "experiment_record.h"
#include "machine.h"
#include "report_json.h"
#include "session.h"
#include "signals.h"
#include "variants.h"

/* Words that are added one by one. */
typedef struct word_list {
    char **words;
    size_t count;
} word_list_t;

static void word_add(word_list_t *list, const char *word, size_t length) {
    list->words = realloc(list->words, (list->count + 2) * sizeof *list->words);
    if (list->words == NULL)
        abort();
    list->words[list->count++] = cmp_text("%.*s", (int)length, word);
    list->words[list->count] = NULL;
}

static void words_add(word_list_t *list, const char *option, const char *value) {
    if (value == NULL)
        return;
    word_add(list, option, strlen(option));
    word_add(list, value, strlen(value));
}

/* The option before each of the words that blanks separate. */
static void each_add(word_list_t *list, const char *option, const char *values) {
    while (values != NULL && *values != '\0') {
        size_t length = strcspn(values, " ");
        word_add(list, option, strlen(option));
        word_add(list, values, length);
        values += length + strspn(values + length, " ");
    }
}

/* ------------------------------------------------------------------ commands */

static const char *layouts_of(const cmp_case_t *item, const cmp_experiment_options_t *options) {
    const char *own = item->value[CMP_KEY_LAYOUTS];
    if (own != NULL && strcmp(own, "none") == 0)
        return NULL;
    return options->layouts != NULL ? options->layouts : own;
}

static const char *budget_of(const cmp_case_t *item, const cmp_experiment_options_t *options) {
    if (options->budget != NULL)
        return options->budget;
    if (item->value[CMP_KEY_BUDGET] != NULL)
        return item->value[CMP_KEY_BUDGET];
    return layouts_of(item, options) != NULL ? CMP_EXPERIMENT_LAYOUTS_BUDGET
                                             : CMP_EXPERIMENT_BUDGET;
}

char **cmp_case_command(const cmp_case_t *item, const cmp_experiment_options_t *options) {
    word_list_t list = {NULL, 0};
    if (cmp_case_is_audit(item)) {
        words_add(&list, "audit", "atomics");
        each_add(&list, "--file", item->value[CMP_KEY_ATOMICS]);
        return list.words;
    }
    words_add(&list, "ab", item->value[CMP_KEY_BASE]);
    word_add(&list, item->value[CMP_KEY_TREATMENT], strlen(item->value[CMP_KEY_TREATMENT]));
    words_add(&list, "-w", item->value[CMP_KEY_WORKLOAD]);
    words_add(&list, "-t", item->value[CMP_KEY_THREADS]);
    words_add(&list, "-p", item->value[CMP_KEY_PLACE]);
    each_add(&list, "-s", item->value[CMP_KEY_SET]);
    words_add(&list, "--go", item->value[CMP_KEY_GO]);
    words_add(&list, "--tolerate", item->value[CMP_KEY_TOLERATE]);
    words_add(&list, "--hit", item->value[CMP_KEY_HIT]);
    words_add(&list, "--count", item->value[CMP_KEY_COUNTERS]);
    words_add(&list, "--layouts", layouts_of(item, options));
    words_add(&list, "--budget", budget_of(item, options));
    words_add(&list, "-o", options->output);
    return list.words;
}

char *cmp_case_command_line(const cmp_case_t *item, const cmp_experiment_options_t *options,
                            const char *seed) {
    cmp_experiment_options_t here = *options;
    here.output = NULL;
    char **words = cmp_case_command(item, &here);
    char *text = cmp_words_quote(words);
    char *line = cmp_text("./compare %s%s%s", text != NULL ? text : "",
                          seed != NULL ? " --seed " : "", seed != NULL ? seed : "");
    free(text);
    cmp_words_free(words);
    return line;
}

/* ------------------------------------------------------------------ builds */

static void target_add(word_list_t *list, const char *target) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->words[i], target) == 0)
            return;
    word_add(list, target, strlen(target));
}

/* "hakmem", "hakmem:NAME", perhaps with settings; other allocators are not ours to build. */
static void side_target(word_list_t *list, const char *side, const cmp_variant_t *variants,
                        size_t count) {
    char *word = cmp_text("%.*s", (int)strcspn(side, "{"), side);
    const bool standard = strcmp(word, "hakmem") == 0, own = strncmp(word, "hakmem:", 7) == 0;
    const char *name = standard ? "default" : word + 7;
    for (size_t i = 0; (standard || own) && i < count; i++)
        if (strcmp(variants[i].name, name) == 0 && *variants[i].hypothesis != '\0')
            target_add(list, variants[i].target); /* else it was built by hand */
    free(word);
}

char **cmp_experiment_targets(const cmp_experiment_t *experiments, size_t count,
                              const cmp_case_t *only, const cmp_paths_t *paths) {
    word_list_t list = {calloc(1, sizeof *list.words), 0};
    size_t variant_count;
    cmp_variant_t *variants = cmp_variants(paths, &variant_count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < experiments[i].case_count; j++) {
            const cmp_case_t *item = &experiments[i].cases[j];
            if (only != NULL && item != only)
                continue;
            if (cmp_case_is_audit(item)) {
                side_target(&list, "hakmem", variants, variant_count);
                continue;
            }
            side_target(&list, item->value[CMP_KEY_BASE], variants, variant_count);
            side_target(&list, item->value[CMP_KEY_TREATMENT], variants, variant_count);
            if (item->value[CMP_KEY_COUNTERS] != NULL)
                side_target(&list, "hakmem:counting", variants, variant_count);
        }
    cmp_variants_free(variants, variant_count);
    return list.words;
}

/* ------------------------------------------------------------------ running */

/* Machine, date, commit and compiler, for what tells none itself. */
static json_t *circumstances(const cmp_paths_t *paths) {
    cmp_machine_t machine;
    char error[512], *commit = cmp_tree_commit(paths), *compiler = cmp_session_compiler();
    topo_t *topo = topo_load(NULL, error, sizeof error);
    cmp_machine_describe(&machine, topo);
    json_t *whole = cmp_json_machine(&machine);
    json_object_del(whole, "hostname"); /* records are published with the tree */
    json_t *about = json_pack("{s:o, s:o, s:s, s:s}", "date", cmp_json_time((double)time(NULL)),
                              "machine", whole, "commit", commit, "compiler", compiler);
    cmp_machine_free(&machine);
    topo_free(topo);
    free(commit);
    free(compiler);
    return about;
}

static json_t *audit_run(const cmp_case_t *item, const cmp_experiment_options_t *options,
                         const cmp_paths_t *paths, char **words, const char *title) {
    char error[1024] = "";
    int status;
    json_t *audit = cmp_child_json((const char *const *)words, false, &status);
    char *line = cmp_case_command_line(item, options, NULL);
    json_t *about = circumstances(paths), *outcomes = NULL, *outcome = NULL;
    if (audit == NULL)
        snprintf(error, sizeof error, "'%s' said nothing (exit status %d)", line, status);
    else
        outcome = cmp_outcome_of_audit(audit, item->value[CMP_KEY_ATOMICS], line, about, error,
                                       sizeof error);
    if (outcome != NULL) {
        printf("  %s\n\n", cmp_record_text(outcome, "finding"));
        outcomes = json_array();
        json_array_append_new(outcomes, outcome);
    } else {
        cmp_error("experiment %s: %s", title, error);
    }
    json_decref(about);
    json_decref(audit);
    free(line);
    return outcomes;
}

static json_t *ab_run(const cmp_case_t *item, const cmp_experiment_options_t *options, char **words,
                      const char *title) {
    int status;
    json_t *run = cmp_child_json((const char *const *)words, true, &status), *outcomes = NULL;
    if (cmp_signals_arrived() || json_is_true(json_object_get(run, "interrupted"))) {
        cmp_error("experiment %s: interrupted; its record stays as it was", title);
    } else if (status != 0 || run == NULL) {
        cmp_error("experiment %s: its comparison failed (exit status %d, see above); its record "
                  "stays as it was",
                  title, status);
    } else {
        char *line = cmp_case_command_line(item, options, cmp_record_text(run, "seed"));
        outcomes = cmp_outcomes_of_ab(run, line);
        free(line);
    }
    json_decref(run);
    return outcomes;
}

json_t *cmp_case_run(const cmp_experiment_t *experiment, const cmp_case_t *item,
                     const cmp_experiment_options_t *options, const cmp_paths_t *paths) {
    char **words = cmp_case_command(item, options);
    char *title = cmp_case_title(experiment, item);
    char *line = cmp_case_command_line(item, options, NULL);
    printf("== %s\n   %s\n\n", title, line);
    json_t *outcomes = cmp_case_is_audit(item) ? audit_run(item, options, paths, words, title)
                                               : ab_run(item, options, words, title);
    cmp_words_free(words);
    free(title);
    free(line);
    return outcomes;
}
