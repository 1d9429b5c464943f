/*
 * Where the parts of the testbed lie, found relative to the running executable: in the source tree
 * (worker in build/, libraries in build/lib/) or installed (both in ../lib/hakmem/).
 */
#ifndef PATHS_H
#define PATHS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cmp_paths {
    char *tree;      /* top of the source tree; NULL when installed */
    char *worker;    /* the worker binary */
    char *libraries; /* folder of libhakmem.so and libhakmem-<variant>.so */
    char *variants;  /* the file that describes the variants */
    char *results;   /* default folder of the results database */
} cmp_paths_t;

/* Finds all of them. False with a reason and its remedy in `error` when the worker is missing. */
bool cmp_paths_find(cmp_paths_t *paths, char *error, size_t error_bytes);
void cmp_paths_free(cmp_paths_t *paths);

/* A string as of printf, malloc'ed; ends the program when memory runs out. */
char *cmp_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
