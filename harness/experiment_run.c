/*
 * Builds and runs of experiments. Main thread; children one at a time.
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

/* ------------------------------------------------------------------ builds */

/* Names, each once. */
typedef struct target_list {
    char **targets; /* NULL-terminated */
    size_t count;
} target_list_t;

static void target_add(target_list_t *list, const char *target) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->targets[i], target) == 0)
            return;
    if (list->count == CMP_EXPERIMENT_TARGETS)
        cmp_usage_error("cannot build more than %d variants for experiments; name one instead of "
                        "all",
                        CMP_EXPERIMENT_TARGETS);
    list->targets = realloc(list->targets, (list->count + 2) * sizeof *list->targets);
    if (list->targets == NULL)
        abort();
    list->targets[list->count++] = cmp_text("%s", target);
    list->targets[list->count] = NULL;
}

/* "hakmem", "hakmem:NAME", perhaps with settings; other allocators are not ours to build. */
static void side_target(target_list_t *list, const char *side, const cmp_variant_t *variants,
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
    target_list_t list = {calloc(1, sizeof *list.targets), 0};
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
    return list.targets;
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
