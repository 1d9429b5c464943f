/*
 * Counters per operation: instructions, branches, misses. Counted by the PMU in every sample, where
 * the machine has one that works for us; else by cachegrind in two short runs of the same work with
 * the same library on one thread. The source is named wherever the figures are. How they are
 * computed: docs/method.md, Counters.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "measure.h"

/* Finds out what can count here and sets run->counters_source. False with a message that names the
 * remedy when nothing can. */
bool cmp_counters_choose(cmp_run_t *run, cmp_counters_t *counters, char *error, size_t error_bytes);

/* Counts the work of every cell that has good samples under cachegrind and stores it; called by
 * cmp_measure after the rounds. Failures are noted in the run. False when a result could not be
 * stored. */
bool cmp_counters_simulate(cmp_measure_t *measure, char *error, size_t error_bytes);

/* What is counted per operation: cmp_cell_figures_t.per_op of report.h. */
typedef struct cmp_counters_side {
    const char *label;
    const double *per_op; /* CMP_COUNTER_COUNT; NAN: not counted */
} cmp_counters_side_t;

/* Prints the counters of two sides below each other with the change in per cent; `source` as in
 * the run. */
void cmp_counters_print_pair(FILE *out, const char *source, const cmp_counters_side_t *base,
                             const cmp_counters_side_t *treatment);

#endif
