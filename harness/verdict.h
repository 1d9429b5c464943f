/*
 * The verdict of an A/B comparison and the rule by which rounds are added. Pure functions; the rule
 * is fixed before the first round and stated in docs/method.md.
 *
 * With the ratio treatment/base in per cent, wanted gain T and tolerated loss L:
 *     GO         low > T
 *     NO-GO      high < -L
 *     NEUTRAL    low >= -L and high <= T
 *     UNDECIDED  otherwise: more rounds
 *     INACTIVE   the treatment's code never ran: no figure can say anything (set by the caller)
 *
 * Looks are taken at 10, 15, 23, 35, ... rounds (each half as many again). Look k spends the share
 * 1 / (k (k + 1)) of the error rate, so that all looks together spend at most the whole of it,
 * however many there are: alpha spending (Lan & DeMets, Biometrika 70(3), 1983, 659-663) with the
 * union bound over looks, which needs nothing of their joint distribution.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stddef.h>

#include "statistics.h"

typedef enum cmp_verdict {
    CMP_VERDICT_UNDECIDED = 0,
    CMP_VERDICT_GO,
    CMP_VERDICT_NO_GO,
    CMP_VERDICT_NEUTRAL,
    CMP_VERDICT_INACTIVE,
    CMP_VERDICT_COUNT
} cmp_verdict_t;

typedef struct cmp_rule {
    double gain_pct;   /* T: a gain is wanted above this */
    double loss_pct;   /* L: a loss up to this is tolerated */
    double error_rate; /* chance that the interval of any look misses the true ratio */
} cmp_rule_t;

#define CMP_RULE_DEFAULT ((cmp_rule_t){.gain_pct = 0.5, .loss_pct = 0.5, .error_rate = 0.04})

/* "GO", "NO-GO", "NEUTRAL", "UNDECIDED", "INACTIVE". */
const char *cmp_verdict_name(cmp_verdict_t verdict);

/* Rounds at look 1, 2, ... : 10, 15, 23, ... */
size_t cmp_look_rounds(size_t look);

/* Confidence of the interval at that look. */
double cmp_look_confidence(const cmp_rule_t *rule, size_t look);

/* The verdict that an interval of the ratio (1 = equal) supports; UNDECIDED when it is not valid.
 */
cmp_verdict_t cmp_verdict_of(const cmp_rule_t *rule, const cmp_interval_t *ratio);

/* Rounds after which the interval, shrinking with the root of the rounds around its present
 * estimate, would decide; 0 when no number of rounds would (the estimate lies on a threshold). An
 * estimate for the user, not part of the rule. */
size_t cmp_rounds_to_decide(const cmp_rule_t *rule, const cmp_interval_t *ratio, size_t rounds);

#endif
