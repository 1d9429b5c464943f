/*
 * Doing what an experiment says: the command line of each case, the builds that it needs, and what
 * it comes to. A case is run as a child process, by the command that a user could type.
 */
#ifndef EXPERIMENT_RUN_H
#define EXPERIMENT_RUN_H

#include <jansson.h>

#include "experiment.h"

/* What the command line of `experiment` says of all cases. */
typedef struct cmp_experiment_options {
    const char
        *layouts;       /* instead of the file's, but for cases with layouts = none; NULL: not given
                         */
    const char *budget; /* likewise, for all */
    const char *output; /* the -o of `ab`; NULL: not given */
} cmp_experiment_options_t;

/* The most time of a case whose file gives none, without and with layouts. */
#define CMP_EXPERIMENT_BUDGET         "60s"
#define CMP_EXPERIMENT_LAYOUTS_BUDGET "90s"

/* The case's command without the program's name, malloc'ed and NULL-terminated; freed by
 * cmp_words_free. */
char **cmp_case_command(const cmp_case_t *item, const cmp_experiment_options_t *options);

/* The command for a shell, with `seed` unless that is NULL; without the folder of -o. Malloc'ed. */
char *cmp_case_command_line(const cmp_case_t *item, const cmp_experiment_options_t *options,
                            const char *seed);

/* The most time that its rounds may take, all its comparisons together; 0 for an audit. */
double cmp_case_seconds(const cmp_case_t *item, const cmp_experiment_options_t *options);

/* The most targets of all experiments together. */
enum { CMP_EXPERIMENT_TARGETS = 500 };

/* The ninja targets of the builds of hakmem that the cases need, each once: malloc'ed and
 * NULL-terminated; freed by cmp_words_free. `only`: of this case alone; NULL: of all. */
char **cmp_experiment_targets(const cmp_experiment_t *experiments, size_t count,
                              const cmp_case_t *only, const cmp_paths_t *paths);

/* Runs the case and returns its outcomes (experiment_outcome.h), an array; NULL when it failed,
 * after a message. */
json_t *cmp_case_run(const cmp_experiment_t *experiment, const cmp_case_t *item,
                     const cmp_experiment_options_t *options, const cmp_paths_t *paths);

#endif
