/*
 * One A/B comparison: the cells of base and treatment that did the same work, the looks that were
 * taken at them, what came out, and the memory of both. Used by ab; prints and exports read it too.
 */
#ifndef COMPARISON_H
#define COMPARISON_H

#include <stdio.h>

#include "activity.h"
#include "layouts.h"
#include "model.h"
#include "verdict.h"

/* What is compared of memory: resident bytes without bookkeeping. */
typedef enum cmp_sides_of {
    CMP_SIDES_PEAK,      /* the highest at any time */
    CMP_SIDES_PEAK_LIVE, /* at WL_MOMENT_PEAK_LIVE and the moments after it */
    CMP_SIDES_FREED,
    CMP_SIDES_IDLE,
    CMP_SIDES_COUNT
} cmp_sides_of_t;

/* A figure of both sides, over the rounds in which both have it. */
typedef struct cmp_sides {
    double base, treatment; /* medians; NAN: not taken */
    cmp_interval_t ratio;   /* treatment over base, paired by round, 95 % */
} cmp_sides_t;

typedef struct cmp_comparison {
    const cmp_run_t *run;
    const cmp_cell_t *base, *treatment;
    cmp_rule_t rule;      /* its error rate is this comparison's share of the run's */
    size_t looks;         /* taken so far */
    double spent_share;   /* of the budget, at the last look */
    size_t pairs;         /* rounds with both sides, at the last look */
    cmp_interval_t ratio; /* treatment over base at the last look, with that look's confidence */
    /* Ratio of the ratios of rounds in which the treatment ran first to those in which it ran
     * second: an interval without 1 tells that a sample is influenced by the one before it. */
    cmp_interval_t order;
    cmp_verdict_t verdict;
    cmp_activity_t activity; /* whether what was named ran; zero: nothing was named */
    char *paths; /* flags, options and routes in question (activity_static.h), or NULL; freed by the
                    owner */
    cmp_sides_t memory[CMP_SIDES_COUNT]; /* by cmp_comparison_memory */
    /* Of a run over several code layouts: these are the unit, and `ratio` is theirs; NULL: one
     * layout. Freed by cmp_layouts_free. */
    cmp_layouts_t *layouts;
} cmp_comparison_t;

/* Takes the next look, after that share of the budget (1: the last look): interval, order effect,
 * verdict (which stays INACTIVE where it is). */
void cmp_comparison_look(cmp_comparison_t *comparison, double budget_share);

/* Fills in the memory of both sides, when all samples are there. The verdict has no part in it. */
void cmp_comparison_memory(cmp_comparison_t *comparison);

/* The verdict in one line: "GO: +1.5 % [+0.8, +2.2] (98.9 %), 35 rounds". */
void cmp_comparison_line(const cmp_comparison_t *comparison, char *text, size_t text_bytes);

/* Heading, the table of up to ten rounds with average, median, stdev and range of both sides, the
 * memory of both sides, the effect, the verdict and what would change it. */
void cmp_comparison_print(const cmp_comparison_t *comparison, FILE *out);

#endif
