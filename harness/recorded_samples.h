/*
 * Recorded samples of every kind of verdict, for the self-test: what the rule must say of them is
 * part of the record.
 */
#ifndef RECORDED_SAMPLES_H
#define RECORDED_SAMPLES_H

#include <stddef.h>

#include "verdict.h"

typedef struct cmp_recorded {
    const char *name;   /* what was compared, and where the samples come from */
    const double *base; /* throughput of each round, ops/s */
    const double *treatment;
    size_t rounds;
    double gain_pct, loss_pct; /* wanted gain and tolerated loss, fixed beforehand */
    cmp_verdict_t expected;    /* at a single look after all rounds */
} cmp_recorded_t;

/* The records; *count gets their number. */
const cmp_recorded_t *cmp_recorded_samples(size_t *count);

#endif
