/*
 * Command lines that run the worker for a proof: with a library preloaded, with the settings of its
 * row and what else of the environment samples get. Internal to the proofs of activity.
 */
#ifndef ACTIVITY_COMMAND_H
#define ACTIVITY_COMMAND_H

#include "model.h"
#include "paths.h"

typedef struct cmp_activity_command {
    const char *worker;             /* the binary */
    const char *library;            /* preloaded */
    bool linked;                    /* it is a worker with the allocator in it: it runs instead */
    char *const *settings;          /* of the row, NULL-terminated; NULL: none */
    const char *extra;              /* one more setting, which wins over all others; NULL: none */
    const char *const *wrapper;     /* words before the worker, NULL-terminated; NULL: none */
    const cmp_cell_t *cell;         /* workload, its parameters */
    unsigned threads;               /* instead of the cell's */
    unsigned long long ops, warmup; /* per thread */
    double seconds;                 /* measured for this time instead of `ops`; 0: not */
} cmp_activity_command_t;

/* The words of the command line, malloc'ed and NULL-terminated; freed by cmp_words_free. */
char **cmp_activity_words(const cmp_activity_command_t *command);

/* True when the file's bytes hold `name` as a whole string, as a symbol table does. */
bool cmp_file_names(const char *path, const char *name);

#endif
