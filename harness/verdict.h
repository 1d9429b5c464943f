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
 * Looks are taken at 10, 15, 23, 35, ... rounds (each half as many again) until three quarters of
 * the budget are spent, and one at its end. A look spends of the error rate the share of the budget
 * that went by since the look before, so that all together spend the whole of it, and most of it
 * late, where intervals are narrow: alpha spending in calendar time (K. K. G. Lan and D. L. DeMets,
 * Biometrika 70(3), 1983, 659-663, and Statistics in Medicine 8, 1989, 1191-1198; linear in time as
 * in K. Kim and D. L. DeMets, Biometrika 74(1), 1987, 149-154) with the union bound over looks,
 * which needs nothing of their joint distribution.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
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

/* True when the next of `looks` looks taken so far is due: enough rounds are done, and the share of
 * the budget that is spent (0 to 1) leaves enough for the last look. */
bool cmp_look_due(size_t looks, size_t rounds, double budget_share);

/* Confidence of the interval at a look after the share `to` of the budget, when the look before was
 * after the share `from` (0 for the first). */
double cmp_look_confidence(const cmp_rule_t *rule, double from, double to);

/* The verdict that an interval of the ratio (1 = equal) supports; UNDECIDED when it is not valid.
 */
cmp_verdict_t cmp_verdict_of(const cmp_rule_t *rule, const cmp_interval_t *ratio);

/* Rounds after which the interval, shrinking with the root of the rounds around its present
 * estimate and at its present confidence, would decide; 0 when no number of rounds would (the
 * estimate lies on a threshold). An estimate for the user, not part of the rule. */
size_t cmp_rounds_to_decide(const cmp_rule_t *rule, const cmp_interval_t *ratio, size_t rounds);

/* What --budget takes: seconds of "90s", "90", "2m" or "1h"; 0 when it is no time from 1s to 24h,
 * as CMP_BUDGET_HELP says. */
#define CMP_BUDGET_HELP "it must be a time from 1s to 24h, such as 90s, 2m or 1h"
double cmp_budget_parse(const char *text);

#endif
