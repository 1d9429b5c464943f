/*
 * Verdicts and looks. Called by cmd_ab and by the self-test; no state.
 */
#include "verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LOOK_ROUNDS = 10 };

/* No look between this share of the budget and its end: it would take from the last one. */
#define LAST_BUT_ONE_SHARE 0.75

const char *cmp_verdict_name(cmp_verdict_t verdict) {
    static const char *const names[CMP_VERDICT_COUNT] = {
        [CMP_VERDICT_UNDECIDED] = "UNDECIDED", [CMP_VERDICT_GO] = "GO",
        [CMP_VERDICT_NO_GO] = "NO-GO",         [CMP_VERDICT_NEUTRAL] = "NEUTRAL",
        [CMP_VERDICT_INACTIVE] = "INACTIVE",
    };
    return (unsigned)verdict < CMP_VERDICT_COUNT ? names[verdict] : "?";
}

size_t cmp_look_rounds(size_t look) {
    size_t rounds = FIRST_LOOK_ROUNDS;
    for (size_t i = 1; i < look; i++)
        rounds += (rounds + 1) / 2;
    return rounds;
}

bool cmp_look_due(size_t looks, size_t rounds, double budget_share) {
    return rounds >= cmp_look_rounds(looks + 1) && budget_share <= LAST_BUT_ONE_SHARE;
}

double cmp_look_confidence(const cmp_rule_t *rule, double from, double to) {
    return 1 - rule->error_rate * fmin(fmax(to - from, 0), 1);
}

static cmp_verdict_t verdict_of_percent(const cmp_rule_t *rule, double low, double high) {
    if (low > rule->gain_pct)
        return CMP_VERDICT_GO;
    if (high < -rule->loss_pct)
        return CMP_VERDICT_NO_GO;
    if (low >= -rule->loss_pct && high <= rule->gain_pct)
        return CMP_VERDICT_NEUTRAL;
    return CMP_VERDICT_UNDECIDED;
}

cmp_verdict_t cmp_verdict_of(const cmp_rule_t *rule, const cmp_interval_t *ratio) {
    if (!ratio->valid)
        return CMP_VERDICT_UNDECIDED;
    return verdict_of_percent(rule, cmp_percent(ratio->low), cmp_percent(ratio->high));
}

size_t cmp_rounds_to_decide(const cmp_rule_t *rule, const cmp_interval_t *ratio, size_t rounds) {
    if (!ratio->valid || rounds == 0)
        return 0;
    double estimate = cmp_percent(ratio->estimate);
    double below = estimate - cmp_percent(ratio->low), above = cmp_percent(ratio->high) - estimate;
    for (size_t look = 1; look <= 24; look++) {
        size_t later = cmp_look_rounds(look);
        if (later <= rounds)
            continue;
        double shrink = sqrt((double)rounds / (double)later);
        if (verdict_of_percent(rule, estimate - below * shrink, estimate + above * shrink) !=
            CMP_VERDICT_UNDECIDED)
            return later;
    }
    return 0;
}

double cmp_budget_parse(const char *text) {
    char *end;
    const double value = strtod(text, &end);
    const double unit = strcmp(end, "h") == 0                   ? 3600
                        : strcmp(end, "m") == 0                 ? 60
                        : strcmp(end, "s") == 0 || *end == '\0' ? 1
                                                                : 0;
    const double seconds = end != text ? value * unit : 0;
    return seconds >= 1 && seconds <= 86400 ? seconds : 0;
}
