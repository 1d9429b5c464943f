/*
 * The self-test's parts: verdicts on simulated samples, on recorded ones, on real comparisons of
 * equal sides and of builds with a planted slowdown, those about code (self_test_code.c). Main
 * thread; the comparisons are child processes, one at a time. See docs/method.md.
 */
#include "self_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "child.h"
#include "command.h"
#include "output.h"
#include "paths.h"
#include "recorded_samples.h"
#include "runner.h"
#include "self_test_code.h"
#include "splitmix.h"
#include "verdict.h"

enum { SIMULATED = 4000, LOOKS_SIMULATED = 8, ROUNDS_SIMULATED_MOST = 256, REPEATS_MOST = 200 };

#define FALSE_TARGET  0.02 /* share of false verdicts on equal sides */
#define FOUND_TARGET  0.8  /* share of planted slowdowns of 1 % found in two minutes */
#define CHANCE_TO_SAY 0.01 /* how unlikely a count must be for a claim to have failed */

/* A series of real comparisons with the same true effect. */
typedef struct series {
    const char *name, *base, *treatment;
    double slowdown_pct; /* of the treatment, planted */
    unsigned repeats;
    unsigned budget_seconds;
    /* ---- results */
    unsigned done, failed;
    unsigned verdicts[CMP_VERDICT_COUNT];
    double effects_pct[REPEATS_MOST], seconds[REPEATS_MOST];
    json_t *comparisons; /* what `ab` said of each, with its seed and seconds */
} series_t;

/* Machine, commit and compiler, as the first comparison recorded them. */
static json_t *circumstances;

/* ------------------------------------------------------------------ simulation */

static uint64_t random_state;

/* Mostly normal, one in twenty much slower, all of it drifting. */
static double simulated_throughput(size_t round, double spread) {
    double noise = spread * cmp_random_normal(&random_state);
    if (cmp_random_uniform(&random_state) < 0.05)
        noise -= 0.2 * cmp_random_uniform(&random_state);
    return 1e8 * exp(noise + 0.1 * sin((double)round / 9));
}

static cmp_verdict_t simulated_comparison(double spread) {
    const cmp_rule_t rule = CMP_RULE_DEFAULT;
    double base[ROUNDS_SIMULATED_MOST], treatment[ROUNDS_SIMULATED_MOST];
    cmp_verdict_t verdict = CMP_VERDICT_UNDECIDED;
    size_t rounds = 0;
    const double rounds_most = (double)cmp_look_rounds(LOOKS_SIMULATED);
    double spent = 0;
    for (size_t look = 1; look <= LOOKS_SIMULATED && verdict == CMP_VERDICT_UNDECIDED; look++) {
        for (; rounds < cmp_look_rounds(look); rounds++) {
            base[rounds] = simulated_throughput(rounds, spread);
            treatment[rounds] = simulated_throughput(rounds, spread);
        }
        const double share = (double)rounds / rounds_most;
        if (share < 1 && !cmp_look_due(look - 1, rounds, share))
            continue;
        cmp_interval_t ratio =
            cmp_ratio_interval(treatment, base, rounds, cmp_look_confidence(&rule, spent, share));
        spent = share;
        verdict = cmp_verdict_of(&rule, &ratio);
    }
    return verdict;
}

static bool simulation_run(void) {
    static const double spreads[] = {0.01, 0.03, 0.1};
    bool good = true;
    for (size_t s = 0; s < sizeof spreads / sizeof spreads[0]; s++) {
        unsigned wrong = 0;
        random_state = 1 + s;
        for (unsigned i = 0; i < SIMULATED; i++) {
            cmp_verdict_t verdict = simulated_comparison(spreads[s]);
            wrong += verdict == CMP_VERDICT_GO || verdict == CMP_VERDICT_NO_GO;
        }
        good &= wrong <= FALSE_TARGET * SIMULATED;
        printf("  equal sides, simulated, spread %.1f %%: %u of %d verdicts false (%.2f %%; target "
               "%.0f %%)\n",
               spreads[s] * 100, wrong, SIMULATED, 100.0 * wrong / SIMULATED, FALSE_TARGET * 100);
        fflush(stdout);
    }
    return good;
}

/* ------------------------------------------------------------------ records */

static bool records_run(void) {
    size_t count;
    const cmp_recorded_t *records = cmp_recorded_samples(&count);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const cmp_recorded_t *record = &records[i];
        cmp_rule_t rule = CMP_RULE_DEFAULT;
        rule.gain_pct = record->gain_pct;
        rule.loss_pct = record->loss_pct;
        cmp_interval_t ratio = cmp_ratio_interval(record->treatment, record->base, record->rounds,
                                                  cmp_look_confidence(&rule, 0, 1));
        cmp_verdict_t verdict = cmp_verdict_of(&rule, &ratio);
        good &= verdict == record->expected;
        printf("  recorded, %s: %s, %+.2f %% [%+.2f, %+.2f]%s\n", record->name,
               cmp_verdict_name(verdict), (ratio.estimate - 1) * 100, (ratio.low - 1) * 100,
               (ratio.high - 1) * 100,
               verdict == record->expected ? "" : "  <- not what the record says");
    }
    return good;
}

/* ------------------------------------------------------------------ comparisons */

static cmp_verdict_t verdict_parse(const char *name) {
    for (int verdict = 0; verdict < CMP_VERDICT_COUNT; verdict++)
        if (name != NULL && strcmp(name, cmp_verdict_name((cmp_verdict_t)verdict)) == 0)
            return (cmp_verdict_t)verdict;
    return CMP_VERDICT_COUNT;
}

/* One comparison through the command itself. Its first verdict goes into the series. */
static bool comparison_run(series_t *series, const cmp_self_test_t *test, unsigned repeat) {
    char budget[32], seed[32];
    snprintf(budget, sizeof budget, "%us", series->budget_seconds);
    snprintf(seed, sizeof seed, "%u", 1000 + repeat);
    const char *arguments[] = {"ab",         series->base, series->treatment,
                               "-w",         "mixed",      "-t",
                               "1",          "--budget",   budget,
                               "--seed",     seed,         test->output != NULL ? "-o" : NULL,
                               test->output, NULL};
    double began = cmp_clock();
    int status;
    json_t *root = cmp_child_json(arguments, false, &status);
    const double seconds = cmp_clock() - began;
    json_t *first = json_incref(json_array_get(json_object_get(root, "verdicts"), 0));
    cmp_verdict_t verdict = verdict_parse(json_string_value(json_object_get(first, "verdict")));
    double estimate =
        json_number_value(json_object_get(json_object_get(first, "ratio"), "estimate"));
    if (circumstances == NULL && root != NULL)
        circumstances = json_pack("{s:O?, s:O?, s:O?}", "machine", json_object_get(root, "machine"),
                                  "commit", json_object_get(root, "commit"), "compiler",
                                  json_object_get(root, "compiler"));
    json_decref(root);
    if (verdict == CMP_VERDICT_COUNT || status != 0) {
        json_decref(first);
        series->failed++;
        return false;
    }
    json_object_set_new(first, "seed", json_string(seed));
    json_object_set_new(first, "seconds", json_real(seconds));
    json_array_append_new(series->comparisons, first);
    series->verdicts[verdict]++;
    series->effects_pct[series->done] = (estimate - 1) * 100;
    series->seconds[series->done++] = seconds;
    return true;
}

static void series_print(const series_t *series) {
    cmp_summary_t effect = cmp_summarise(series->effects_pct, series->done);
    cmp_summary_t seconds = cmp_summarise(series->seconds, series->done);
    printf("  %-22s %4u s %4u   %4u %6u %8u %10u   %+7.2f [%+6.2f, %+6.2f] %8.0f s%s\n",
           series->name, series->budget_seconds, series->done, series->verdicts[CMP_VERDICT_GO],
           series->verdicts[CMP_VERDICT_NO_GO], series->verdicts[CMP_VERDICT_NEUTRAL],
           series->verdicts[CMP_VERDICT_UNDECIDED], effect.median, effect.min, effect.max,
           seconds.median, series->failed > 0 ? "  (some failed)" : "");
    fflush(stdout);
}

static bool series_run(series_t *series, const cmp_self_test_t *test) {
    for (unsigned repeat = 0; repeat < series->repeats; repeat++) {
        if (isatty(STDERR_FILENO))
            fprintf(stderr, "\r\033[K%s: %u of %u", series->name, repeat + 1, series->repeats);
        if (!comparison_run(series, test, repeat) && series->failed >= 3) {
            cmp_error("cannot compare %s with %s: 'ab' failed three times; try '%s ab %s %s -w "
                      "mixed'",
                      series->base, series->treatment, cmp_program(), series->base,
                      series->treatment);
            return false;
        }
    }
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    series_print(series);
    return true;
}

/* P(X >= count) for X binomial. */
static double binomial_tail(unsigned count, unsigned trials, double probability) {
    double tail = 0;
    for (unsigned k = count; k <= trials; k++) {
        int sign;
        double log_choose = lgamma_r(trials + 1.0, &sign) - lgamma_r(k + 1.0, &sign) -
                            lgamma_r(trials - k + 1.0, &sign);
        tail += exp(log_choose + k * log(probability) + (trials - k) * log1p(-probability));
    }
    return tail;
}

/* Whether the claims that the method makes of this series hold. */
static bool series_judge(const series_t *series) {
    unsigned go = series->verdicts[CMP_VERDICT_GO], no_go = series->verdicts[CMP_VERDICT_NO_GO];
    if (series->slowdown_pct == 0) {
        unsigned wrong = go + no_go;
        return wrong == 0 || binomial_tail(wrong, series->done, FALSE_TARGET) >= CHANCE_TO_SAY;
    }
    /* A slower build must not be called GO. What is found in which time, the table says. */
    return go == 0 || binomial_tail(go, series->done, FALSE_TARGET) >= CHANCE_TO_SAY;
}

static json_t *series_json(const series_t *series) {
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(series->name));
    json_object_set_new(object, "base", json_string(series->base));
    json_object_set_new(object, "treatment", json_string(series->treatment));
    json_object_set_new(object, "planted_slowdown_pct", json_real(series->slowdown_pct));
    json_object_set_new(object, "budget_seconds", json_integer(series->budget_seconds));
    for (int verdict = 0; verdict < CMP_VERDICT_COUNT; verdict++)
        json_object_set_new(object, cmp_verdict_name((cmp_verdict_t)verdict),
                            json_integer(series->verdicts[verdict]));
    json_object_set_new(object, "failed", json_integer(series->failed));
    json_object_set(object, "comparisons", series->comparisons);
    return object;
}

static bool json_render(const void *root, FILE *file) {
    return json_dumpf(root, file, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) == 0;
}

static bool results_write(const char *path, const series_t *series, size_t count, json_t *code) {
    char error[512];
    json_t *root = json_object(), *list = json_array();
    json_object_update(root, circumstances);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, series_json(&series[i]));
    json_object_set_new(root, "series", list);
    json_object_set(root, "code", code);
    bool good = cmp_output_write(path, json_render, root, error, sizeof error);
    if (!good)
        cmp_error("%s", error);
    json_decref(root);
    return good;
}

int cmp_self_test_run(const cmp_self_test_t *test) {
    const unsigned planted = test->full ? 10 : 1;
    /* Static: the results are large for a stack. */
    static series_t series[] = {
        {.name = "equal sides", .base = "hakmem", .treatment = "hakmem", .budget_seconds = 4},
        {.name = "5 % slower", .treatment = "hakmem:slow5", .slowdown_pct = 5},
        {.name = "2 % slower", .treatment = "hakmem:slow2", .slowdown_pct = 2},
        {.name = "1 % slower", .treatment = "hakmem:slow1", .slowdown_pct = 1},
        {.name = "0.5 % slower", .treatment = "hakmem:slow05", .slowdown_pct = 0.5},
    };
    const size_t count = sizeof series / sizeof series[0];
    series[0].repeats = test->full ? REPEATS_MOST : 6;
    for (size_t i = 1; i < count; i++) {
        series[i].base = "hakmem:slow0";
        series[i].repeats =
            i + 1 < count ? planted : (planted + 2) / 3; /* the last takes longest */
        series[i].budget_seconds = 120;
    }
    printf("Self-test of verdicts (%s). Nothing else should run meanwhile.\n",
           test->full ? "full: about half an hour"
                      : "short: some minutes; --self-test=full for more");
    bool good = simulation_run();
    good = records_run() && good;
    printf("  %-22s %6s %4s   %4s %6s %8s %10s   %24s %10s\n", "measured, mixed -t 1", "budget",
           "runs", "GO", "NO-GO", "NEUTRAL", "UNDECIDED", "median effect % [range]", "time");
    bool measured = true;
    for (size_t i = 0; i < count; i++)
        series[i].comparisons = json_array();
    for (size_t i = 0; i < count && measured; i++) {
        measured = series_run(&series[i], test);
        good = good && measured && series_judge(&series[i]);
    }
    json_t *code = json_array();
    good = measured && cmp_self_test_code(test, code) && good;
    if (test->json != NULL)
        good = results_write(test->json, series, count, code) && good;
    json_decref(code);
    for (size_t i = 0; i < count; i++)
        json_decref(series[i].comparisons);
    json_decref(circumstances);
    const series_t *one = &series[3];
    if (measured && one->done > 0)
        printf(
            "A slowdown of 1 %% was found in %u of %u budgets of two minutes (wanted: %.0f %%).\n",
            one->verdicts[CMP_VERDICT_NO_GO], one->done, FOUND_TARGET * 100);
    puts(good ? "Self-test passed: no more false verdicts than the method allows."
              : "Self-test failed: see the lines above.");
    return good ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}
