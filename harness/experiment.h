/*
 * Experiment files, experiments/NAME.ini: a question about the allocator, and what is compared to
 * answer it. Read by `compare experiment`, `list experiments` and the ledger. The format is that of
 * docs/add-an-experiment.md.
 */
#ifndef EXPERIMENT_H
#define EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "paths.h"

/* Keys of a file: X(CONSTANT, name). `set` and free texts keep their blanks. */
#define CMP_EXPERIMENT_KEYS(X)                                                                     \
    X(QUESTION, question)                                                                          \
    X(BASE, base)                                                                                  \
    X(TREATMENT, treatment)                                                                        \
    X(WORKLOAD, workload)                                                                          \
    X(THREADS, threads)                                                                            \
    X(PLACE, place)                                                                                \
    X(SET, set)                                                                                    \
    X(DURATION, duration)                                                                          \
    X(LAYOUTS, layouts)                                                                            \
    X(GO, go)                                                                                      \
    X(TOLERATE, tolerate)                                                                          \
    X(BUDGET, budget)                                                                              \
    X(HIT, hit)                                                                                    \
    X(COUNTERS, count)                                                                             \
    X(EXPECTED, expected)                                                                          \
    X(PREDECESSOR, predecessor)                                                                    \
    X(ATOMICS, atomics)

typedef enum cmp_key {
#define CMP_KEY_CONSTANT(constant, name) CMP_KEY_##constant,
    CMP_EXPERIMENT_KEYS(CMP_KEY_CONSTANT)
#undef CMP_KEY_CONSTANT
        CMP_KEY_COUNT
} cmp_key_t;

/* One comparison, or one audit, of an experiment. */
typedef struct cmp_case {
    char *name;                 /* of its section; "" in a file without sections */
    char *value[CMP_KEY_COUNT]; /* shared keys included; NULL: not given */
    int line[CMP_KEY_COUNT];    /* of the file, for messages */
} cmp_case_t;

typedef struct cmp_experiment {
    char *name; /* of the file */
    char *path; /* as messages name it */
    cmp_case_t *cases;
    size_t case_count;
} cmp_experiment_t;

/* Reads one file. False with "FILE:LINE: what is wrong" in `error`. */
bool cmp_experiment_read(const char *path, cmp_experiment_t *experiment, char *error,
                         size_t error_bytes);

/* Reads all files of the folder, sorted by name. False as above, or where there is no such folder.
 */
bool cmp_experiments_read(const char *folder, cmp_experiment_t **experiments, size_t *count,
                          char *error, size_t error_bytes);

/* Finds out whether base and treatment of every case are there: builds that have a stanza, or
 * allocators that can be compared. False with a message that names the nearest one. */
bool cmp_experiment_check(const cmp_experiment_t *experiment, const cmp_paths_t *paths, char *error,
                          size_t error_bytes);

void cmp_experiment_free(cmp_experiment_t *experiment);
void cmp_experiments_free(cmp_experiment_t *experiments, size_t count);

/* The experiment of that name; NULL: none. */
const cmp_experiment_t *cmp_experiment_find(const cmp_experiment_t *experiments, size_t count,
                                            const char *name);
/* The case of that name; NULL: none. */
const cmp_case_t *cmp_case_find(const cmp_experiment_t *experiment, const char *name);

/* True for a case that audits source files instead of comparing two sides. */
bool cmp_case_is_audit(const cmp_case_t *item);

/* The verdict that is expected, malloc'ed; NULL: none. Behind it stands the reason. */
char *cmp_case_expected(const cmp_case_t *item);

/* "pool-v2/enabled"; the experiment's name alone where its file has no sections. Malloc'ed. */
char *cmp_case_title(const cmp_experiment_t *experiment, const cmp_case_t *item);

#endif
