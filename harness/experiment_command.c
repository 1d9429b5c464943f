/*
 * The command line of each case, as a user would type it. Pure.
 */
#include "experiment_run.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "verdict.h"

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
        words_add(&list, "-a", "hakmem");
        words_add(&list, "--file", item->value[CMP_KEY_ATOMICS]);
        return list.words;
    }
    words_add(&list, "ab", item->value[CMP_KEY_BASE]);
    word_add(&list, item->value[CMP_KEY_TREATMENT], strlen(item->value[CMP_KEY_TREATMENT]));
    words_add(&list, "-w", item->value[CMP_KEY_WORKLOAD]);
    words_add(&list, "-t", item->value[CMP_KEY_THREADS]);
    words_add(&list, "-p", item->value[CMP_KEY_PLACE]);
    each_add(&list, "-s", item->value[CMP_KEY_SET]);
    words_add(&list, "--duration", item->value[CMP_KEY_DURATION]);
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

static size_t entries_count(const char *list) {
    size_t count = 1;
    for (; list != NULL && *list != '\0'; list++)
        count += *list == ',';
    return count;
}

double cmp_case_seconds(const cmp_case_t *item, const cmp_experiment_options_t *options) {
    if (cmp_case_is_audit(item))
        return 0;
    return cmp_budget_parse(budget_of(item, options)) *
           (double)(entries_count(item->value[CMP_KEY_WORKLOAD]) *
                    entries_count(item->value[CMP_KEY_THREADS]) *
                    entries_count(item->value[CMP_KEY_PLACE]));
}
