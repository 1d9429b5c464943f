/*
 * The verdict rule: its thresholds, the looks, and its error rates on simulated comparisons (the
 * same in every run: the generator's seed is fixed).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../harness/splitmix.h"
#include "../../harness/verdict.h"

static cmp_interval_t interval(double low_pct, double high_pct) {
    return (cmp_interval_t){.estimate = 1 + (low_pct + high_pct) / 200,
                            .low = 1 + low_pct / 100,
                            .high = 1 + high_pct / 100,
                            .confidence = 0.98,
                            .valid = true};
}

static cmp_verdict_t verdict(double low_pct, double high_pct, double gain, double loss) {
    cmp_rule_t rule = {.gain_pct = gain, .loss_pct = loss, .error_rate = 0.05};
    cmp_interval_t ratio = interval(low_pct, high_pct);
    return cmp_verdict_of(&rule, &ratio);
}

static void each_verdict_has_its_region(void **state) {
    (void)state;
    assert_int_equal(verdict(0.6, 3, 0.5, 0.5), CMP_VERDICT_GO);
    assert_int_equal(verdict(0.4, 3, 0.5, 0.5), CMP_VERDICT_UNDECIDED);
    assert_int_equal(verdict(-3, -0.6, 0.5, 0.5), CMP_VERDICT_NO_GO);
    assert_int_equal(verdict(-3, -0.4, 0.5, 0.5), CMP_VERDICT_UNDECIDED);
    assert_int_equal(verdict(-0.4, 0.4, 0.5, 0.5), CMP_VERDICT_NEUTRAL);
    assert_int_equal(verdict(-0.6, 0.4, 0.5, 0.5), CMP_VERDICT_UNDECIDED);
    /* The backend-pruning experiment asked for 2 % and found -4.05 %. */
    assert_int_equal(verdict(-5, -3, 2, 0.5), CMP_VERDICT_NO_GO);
    assert_int_equal(verdict(0.6, 1.9, 2, 0.5), CMP_VERDICT_NEUTRAL);
    cmp_interval_t none = {NAN, NAN, NAN, NAN, false};
    cmp_rule_t rule = CMP_RULE_DEFAULT;
    assert_int_equal(cmp_verdict_of(&rule, &none), CMP_VERDICT_UNDECIDED);
}

static void looks_grow_by_half_and_spend_the_error_rate_by_time(void **state) {
    (void)state;
    cmp_rule_t rule = CMP_RULE_DEFAULT;
    double spent = 0, before = 0;
    for (size_t look = 1; look <= 30; look++) {
        const double share = (double)(look * look) / 900;
        if (look > 1)
            assert_true(cmp_look_rounds(look) > cmp_look_rounds(look - 1));
        spent += 1 - cmp_look_confidence(&rule, before, share);
        before = share;
    }
    assert_true(fabs(spent - rule.error_rate) < 1e-9);
    /* A clock that ran beyond the budget, or back, spends no more than there is, nor less than
     * nothing. */
    assert_true(fabs(cmp_look_confidence(&rule, 0, 1.5) - (1 - rule.error_rate)) < 1e-12);
    assert_true(cmp_look_confidence(&rule, 0.4, 0.3) <= 1);
    assert_int_equal(cmp_look_rounds(1), 10);
    assert_int_equal(cmp_look_rounds(2), 15);
    assert_int_equal(cmp_look_rounds(3), 23);
    assert_true(cmp_look_due(0, 10, 0.1));
    assert_false(cmp_look_due(0, 9, 0.1));
    assert_false(cmp_look_due(1, 14, 0.1));
    assert_false(cmp_look_due(1, 15, 0.8)); /* what is left belongs to the last look */
}

static void rounds_to_decide_shrink_the_interval(void **state) {
    (void)state;
    cmp_rule_t rule = CMP_RULE_DEFAULT;
    cmp_interval_t close = interval(0.4, 3), equal = interval(-2, 2);
    size_t soon = cmp_rounds_to_decide(&rule, &close, 10);
    size_t late = cmp_rounds_to_decide(&rule, &equal, 10);
    assert_in_range(soon, 15, 23);
    assert_true(late >= 160); /* a quarter of the width: 16 times the rounds */
    cmp_interval_t threshold = interval(0.3, 0.7);
    assert_int_equal(cmp_rounds_to_decide(&rule, &threshold, 10), 0);
}

static uint64_t random_state;

/* A sample's throughput: mostly normal, sometimes much slower (a machine that is disturbed). */
static double throughput(double relative) {
    double noise = 0.01 * cmp_random_normal(&random_state);
    if (cmp_random_uniform(&random_state) < 0.05)
        noise -= 0.2 * cmp_random_uniform(&random_state);
    return 1e8 * relative * exp(noise);
}

static cmp_verdict_t comparison(double effect, size_t looks_most) {
    cmp_rule_t rule = CMP_RULE_DEFAULT;
    static double base[512], treatment[512];
    size_t rounds = 0;
    double spent = 0;
    cmp_verdict_t result = CMP_VERDICT_UNDECIDED;
    for (size_t look = 1; look <= looks_most && result == CMP_VERDICT_UNDECIDED; look++) {
        for (; rounds < cmp_look_rounds(look); rounds++) {
            double drift =
                1 + 0.1 * sin((double)rounds / 9); /* of the machine: cancels in ratios */
            base[rounds] = throughput(drift);
            treatment[rounds] = throughput(drift * (1 + effect));
        }
        const double share = (double)rounds / (double)cmp_look_rounds(looks_most);
        cmp_interval_t ratio =
            cmp_ratio_interval(treatment, base, rounds, cmp_look_confidence(&rule, spent, share));
        spent = share;
        result = cmp_verdict_of(&rule, &ratio);
    }
    return result;
}

static size_t counts[CMP_VERDICT_COUNT];

static void comparisons(double effect, size_t number) {
    for (int i = 0; i < CMP_VERDICT_COUNT; i++)
        counts[i] = 0;
    random_state = 42;
    for (size_t i = 0; i < number; i++)
        counts[comparison(effect, 7)]++;
}

static void false_verdicts_on_equal_sides_are_rarer_than_the_error_rate(void **state) {
    (void)state;
    enum { NUMBER = 1000 };
    comparisons(0, NUMBER);
    assert_true(counts[CMP_VERDICT_GO] + counts[CMP_VERDICT_NO_GO] <= NUMBER * 2 / 100);
    assert_true(counts[CMP_VERDICT_NEUTRAL] > 0);
}

static void an_effect_on_the_threshold_is_rarely_called(void **state) {
    (void)state;
    /* The hardest case for the error rate: a true gain of exactly T must not be called GO. */
    enum { NUMBER = 1000 };
    comparisons(0.005, NUMBER);
    assert_true(counts[CMP_VERDICT_GO] + counts[CMP_VERDICT_NO_GO] <= NUMBER * 4 / 100);
}

static void effects_above_the_threshold_are_found_with_their_sign(void **state) {
    (void)state;
    enum { NUMBER = 200 };
    comparisons(0.03, NUMBER);
    assert_true(counts[CMP_VERDICT_GO] >= NUMBER * 95 / 100);
    assert_int_equal(counts[CMP_VERDICT_NO_GO], 0);
    comparisons(-0.03, NUMBER);
    assert_true(counts[CMP_VERDICT_NO_GO] >= NUMBER * 95 / 100);
    assert_int_equal(counts[CMP_VERDICT_GO], 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_verdict_has_its_region),
        cmocka_unit_test(looks_grow_by_half_and_spend_the_error_rate_by_time),
        cmocka_unit_test(rounds_to_decide_shrink_the_interval),
        cmocka_unit_test(false_verdicts_on_equal_sides_are_rarer_than_the_error_rate),
        cmocka_unit_test(an_effect_on_the_threshold_is_rarely_called),
        cmocka_unit_test(effects_above_the_threshold_are_found_with_their_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
