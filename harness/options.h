/*
 * The options that mean the same in every sub-command that measures. A sub-command's argp takes
 * cmp_options_argp as its child and a cmp_options_t as that child's input.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "../workloads/workload.h"
#include "places.h"

/* Seeds and whatever else goes into JSON stays exact in every reader: below 2^53. */
#define CMP_SEED_MAX ((UINT64_C(1) << 53) - 1)

typedef struct cmp_options {
    const char *allocators; /* as given; NULL: the default list */
    uint32_t *threads;      /* without repetitions; none given: thread_count is 0 */
    size_t thread_count;
    cmp_places_t places;   /* none given: its count is 0 */
    const char **settings; /* KEY=VALUE in the order given */
    size_t setting_count;
    uint32_t rounds; /* 0: the default */
    bool quick, check, latency, counters, dry_run, help;
    bool seed_given;
    uint64_t seed;
    double duration_seconds; /* 0: a number of operations */
    double deadline_seconds; /* 0: derived from the expected length of the sample */
    uint64_t memory_limit_bytes;
    const char *resume; /* beginning of a run's UUID, "": the newest; NULL: a new run */
    const char *json, *csv, *output; /* NULL: not asked for */
} cmp_options_t;

extern const struct argp cmp_options_argp;

/* Checks that every option of argv exists and has its value, and ends the program with a message
 * that names the nearest right option otherwise; then lets argp parse. `argp` has its option table
 * and perhaps cmp_options_argp as a child. */
void cmp_options_parse(const struct argp *argp, int argc, char **argv, void *input);

/* The argp's help_filter: leaves out a note on long options that argp would add. */
char *cmp_options_help_filter(int key, const char *text, void *input);

/* Prints the argp's help, without ending the program. */
void cmp_options_help(const struct argp *argp, const char *name);

/* Finds the workloads of a list "mixed,larson" (repetitions count once). Ends the program with a
 * message that names the nearest right one when there is no such workload; `commands` says that the
 * word might also have been meant as a sub-command. Returns a malloc'ed array. */
const wl_workload_t **cmp_options_workloads(const char *list, bool commands, size_t *count);

/* Fills each workload's values with defaults and applies -s to all that have the key. Ends the
 * program with a message where none has it or the value is not allowed. Returns a malloc'ed array.
 */
wl_values_t *cmp_options_values(const cmp_options_t *options, const wl_workload_t *const *workloads,
                                size_t workload_count);

#endif
