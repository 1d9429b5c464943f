/*
 * Looks and texts of an A/B comparison. Main thread; no state. See docs/method.md.
 */
#include "comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_text.h"

enum { TABLE_ROUNDS = 10 };

static const double MIB = 1024.0 * 1024.0;

/* Samples next to each other may influence each other; the test for it may be wrong once in 100. */
static const double ORDER_CONFIDENCE = 0.99;
static const double MEMORY_CONFIDENCE = 0.95;

/* The figure of a sample that is compared; NAN where it is missing. */
typedef double sample_figure_t(const cmp_sample_t *sample);

/* Pairs of a figure by round, and which side of each ran first. */
typedef struct pairs {
    double *base, *treatment;
    bool *treatment_first;
    size_t count;
} pairs_t;

static const cmp_sample_t *good_sample(const cmp_cell_t *cell, uint32_t round) {
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].round == round && cell->samples[i].failure == CMP_OK)
            return &cell->samples[i];
    return NULL;
}

static double sample_throughput(const cmp_sample_t *sample) {
    return sample->ops_per_second;
}

/* A process occupies memory: 0 bytes are a figure that was not taken. */
static double bytes_or_missing(uint64_t bytes) {
    return bytes > 0 ? (double)bytes : NAN;
}

static double sample_peak(const cmp_sample_t *sample) {
    return bytes_or_missing(sample->peak_rss_bytes);
}

static double sample_peak_live(const cmp_sample_t *sample) {
    return bytes_or_missing(sample->memory[WL_MOMENT_PEAK_LIVE].rss_bytes);
}

static double sample_freed(const cmp_sample_t *sample) {
    return bytes_or_missing(sample->memory[WL_MOMENT_FREED].rss_bytes);
}

static double sample_idle(const cmp_sample_t *sample) {
    return bytes_or_missing(sample->memory[WL_MOMENT_IDLE].rss_bytes);
}

/* Of the rounds in which both sides have the figure. */
static pairs_t pairs_collect(const cmp_comparison_t *comparison, sample_figure_t *figure) {
    size_t room = comparison->base->sample_count + 1;
    pairs_t pairs = {calloc(room, sizeof(double)), calloc(room, sizeof(double)),
                     calloc(room, sizeof(bool)), 0};
    if (!pairs.base || !pairs.treatment || !pairs.treatment_first)
        abort();
    for (size_t i = 0; i < comparison->base->sample_count; i++) {
        const cmp_sample_t *base = &comparison->base->samples[i];
        const cmp_sample_t *treatment = good_sample(comparison->treatment, base->round);
        if (base->failure != CMP_OK || !treatment || !isfinite(figure(base)) ||
            !isfinite(figure(treatment)))
            continue;
        pairs.base[pairs.count] = figure(base);
        pairs.treatment[pairs.count] = figure(treatment);
        pairs.treatment_first[pairs.count++] = treatment->position < base->position;
    }
    return pairs;
}

static void pairs_free(pairs_t *pairs) {
    free(pairs->base);
    free(pairs->treatment);
    free(pairs->treatment_first);
}

static cmp_interval_t order_effect(const pairs_t *pairs) {
    double *first = calloc(pairs->count + 1, sizeof *first);
    double *second = calloc(pairs->count + 1, sizeof *second);
    size_t first_count = 0, second_count = 0;
    if (!first || !second)
        abort();
    for (size_t i = 0; i < pairs->count; i++) {
        double ratio = log(pairs->treatment[i] / pairs->base[i]);
        if (pairs->treatment_first[i])
            first[first_count++] = ratio;
        else
            second[second_count++] = ratio;
    }
    cmp_interval_t shift =
        cmp_shift_interval(first, first_count, second, second_count, ORDER_CONFIDENCE);
    shift.estimate = exp(shift.estimate);
    shift.low = exp(shift.low);
    shift.high = exp(shift.high);
    free(first);
    free(second);
    return shift;
}

void cmp_comparison_look(cmp_comparison_t *comparison, double budget_share) {
    pairs_t pairs = pairs_collect(comparison, sample_throughput);
    comparison->looks++;
    comparison->pairs = pairs.count;
    const double confidence =
        cmp_look_confidence(&comparison->rule, comparison->spent_share, budget_share);
    if (comparison->layouts != NULL) {
        cmp_layouts_derive(comparison->layouts, comparison->base, comparison->treatment,
                           confidence);
        comparison->ratio = comparison->layouts->ratio;
    } else {
        comparison->ratio =
            cmp_ratio_interval(pairs.treatment, pairs.base, pairs.count, confidence);
    }
    comparison->spent_share = budget_share;
    comparison->order = order_effect(&pairs);
    if (comparison->verdict != CMP_VERDICT_INACTIVE)
        comparison->verdict = cmp_verdict_of(&comparison->rule, &comparison->ratio);
    pairs_free(&pairs);
}

void cmp_comparison_memory(cmp_comparison_t *comparison) {
    static sample_figure_t *const figures[CMP_SIDES_COUNT] = {[CMP_SIDES_PEAK] = sample_peak,
                                                              [CMP_SIDES_PEAK_LIVE] =
                                                                  sample_peak_live,
                                                              [CMP_SIDES_FREED] = sample_freed,
                                                              [CMP_SIDES_IDLE] = sample_idle};
    for (size_t i = 0; i < CMP_SIDES_COUNT; i++) {
        pairs_t pairs = pairs_collect(comparison, figures[i]);
        comparison->memory[i] =
            (cmp_sides_t){.base = cmp_summarise(pairs.base, pairs.count).median,
                          .treatment = cmp_summarise(pairs.treatment, pairs.count).median,
                          .ratio = cmp_ratio_interval(pairs.treatment, pairs.base, pairs.count,
                                                      MEMORY_CONFIDENCE)};
        pairs_free(&pairs);
    }
}

/* ------------------------------------------------------------------ texts */

static void effect_format(const cmp_interval_t *ratio, char *text, size_t text_bytes) {
    if (!isfinite(ratio->estimate))
        snprintf(text, text_bytes, "n/a");
    else if (!ratio->valid)
        snprintf(text, text_bytes, "%+.2f %% (too few rounds for an interval)",
                 cmp_percent(ratio->estimate));
    else
        snprintf(text, text_bytes, "%+.2f %% [%+.2f, %+.2f], coverage %.2f %%",
                 cmp_percent(ratio->estimate), cmp_percent(ratio->low), cmp_percent(ratio->high),
                 ratio->confidence * 100);
}

void cmp_comparison_line(const cmp_comparison_t *comparison, char *text, size_t text_bytes) {
    char effect[160];
    effect_format(&comparison->ratio, effect, sizeof effect);
    char layouts[40] = "";
    if (comparison->layouts != NULL)
        snprintf(layouts, sizeof layouts, ", %zu layouts", comparison->layouts->count);
    snprintf(text, text_bytes, "%s: %s%s, %zu rounds, %zu look%s",
             cmp_verdict_name(comparison->verdict), effect, layouts, comparison->pairs,
             comparison->looks, comparison->looks == 1 ? "" : "s");
}

/* What would change the verdict, as a sentence. */
static void change_format(const cmp_comparison_t *comparison, char *text, size_t text_bytes) {
    const cmp_rule_t *rule = &comparison->rule;
    const cmp_interval_t *ratio = &comparison->ratio;
    double low = cmp_percent(ratio->low), high = cmp_percent(ratio->high);
    const cmp_layouts_t *layouts = comparison->layouts;
    const size_t units = layouts != NULL ? layouts->count : comparison->pairs;
    size_t rounds = cmp_rounds_to_decide(rule, ratio, units);
    switch (comparison->verdict) {
    case CMP_VERDICT_GO:
        snprintf(text, text_bytes, "it is GO for every --go below %.2f", low);
        break;
    case CMP_VERDICT_NO_GO:
        snprintf(text, text_bytes, "it is NO-GO for every --tolerate below %.2f", -high);
        break;
    case CMP_VERDICT_NEUTRAL:
        snprintf(text, text_bytes,
                 "it is no longer NEUTRAL with --go below %.2f or --tolerate below %.2f",
                 fmax(high, 0), fmax(-low, 0));
        break;
    case CMP_VERDICT_INACTIVE:
        snprintf(text, text_bytes, "a workload or an option that makes the named code run");
        break;
    default:
        if (layouts != NULL && ratio->valid && rounds > 0)
            snprintf(text, text_bytes,
                     cmp_layouts_noisy(layouts)
                         ? "more rounds (--budget): most of what the layouts differ by is noise of "
                           "the samples; or about %zu layouts instead of %zu"
                         : "more layouts (--layouts): about %zu instead of %zu",
                     rounds, units);
        else if (layouts != NULL && !ratio->valid)
            snprintf(text, text_bytes, "more layouts: at least %d instead of %zu (--layouts)",
                     CMP_LAYOUTS_ENOUGH, units);
        else if (!ratio->valid)
            snprintf(text, text_bytes, "more rounds: at least %zu, and rounds without failures",
                     cmp_look_rounds(1));
        else if (rounds > 0)
            snprintf(text, text_bytes,
                     "more rounds: about %zu instead of %zu, if the effect stays where it is "
                     "(--budget)",
                     rounds, comparison->pairs);
        else
            snprintf(text, text_bytes,
                     "hardly more rounds: the effect lies on a threshold; another --go or "
                     "--tolerate (now %.2f and %.2f)",
                     rule->gain_pct, rule->loss_pct);
    }
}

static void table_rounds(const cmp_comparison_t *comparison, FILE *out) {
    pairs_t pairs = pairs_collect(comparison, sample_throughput);
    cmp_summary_t base = cmp_summarise(pairs.base, pairs.count);
    cmp_summary_t treatment = cmp_summarise(pairs.treatment, pairs.count);
    size_t shown = pairs.count < TABLE_ROUNDS ? pairs.count : TABLE_ROUNDS;
    fprintf(out, "  %-12s %14s %14s %10s\n", "M ops/s", "base", "treatment", "change");
    for (size_t i = 0; i < shown; i++)
        fprintf(out, "  Run %-8zu %14.3f %14.3f %+9.2f%%\n", i + 1, pairs.base[i] / 1e6,
                pairs.treatment[i] / 1e6, cmp_percent(pairs.treatment[i] / pairs.base[i]));
    if (shown < pairs.count)
        fprintf(out, "  ... and %zu more rounds\n", pairs.count - shown);
    if (pairs.count > 0) {
        fprintf(out, "  %-12s %14.3f %14.3f %+9.2f%%\n", "Average", base.mean / 1e6,
                treatment.mean / 1e6, cmp_percent(treatment.mean / base.mean));
        fprintf(out, "  %-12s %14.3f %14.3f %+9.2f%%\n", "Median", base.median / 1e6,
                treatment.median / 1e6, cmp_percent(treatment.median / base.median));
        fprintf(out, "  %-12s %14.3f %14.3f\n", "Stdev", base.stdev / 1e6, treatment.stdev / 1e6);
        fprintf(out, "  %-12s %6.3f-%7.3f %6.3f-%7.3f\n", "Range", base.min / 1e6, base.max / 1e6,
                treatment.min / 1e6, treatment.max / 1e6);
    }
    pairs_free(&pairs);
}

/* Resident memory; less is better, so a ratio above 1 is a loss. */
static void table_memory(const cmp_comparison_t *comparison, FILE *out) {
    static const char *const names[CMP_SIDES_COUNT] = {[CMP_SIDES_PEAK] = "Peak",
                                                       [CMP_SIDES_PEAK_LIVE] = "At peak live",
                                                       [CMP_SIDES_FREED] = "Freed"};
    if (!isfinite(comparison->memory[CMP_SIDES_PEAK].base))
        return;
    fprintf(out, "  %-12s %14s %14s %10s  %s\n", "RSS MiB", "base", "treatment", "ratio",
            "[low, high]");
    for (size_t i = 0; i < CMP_SIDES_IDLE; i++) {
        const cmp_sides_t *sides = &comparison->memory[i];
        const cmp_interval_t *ratio = &sides->ratio;
        if (!isfinite(sides->base))
            continue;
        fprintf(out, "  %-12s %14.2f %14.2f %10.4f  ", names[i], sides->base / MIB,
                sides->treatment / MIB, ratio->estimate);
        if (ratio->valid)
            fprintf(out, "[%.4f, %.4f]%s\n", ratio->low, ratio->high,
                    ratio->low <= 1 && ratio->high >= 1 ? " =" : "");
        else
            fprintf(out, "n/a\n");
    }
    /* Not of all rounds, so only what it adds to freed in the same samples says something here. */
    if (isfinite(comparison->memory[CMP_SIDES_IDLE].base))
        fprintf(out, "  %-12s %+14.2f %+14.2f\n", "Idle",
                cmp_memory_figures(comparison->base, WL_MOMENT_IDLE).rss_since_freed_bytes / MIB,
                cmp_memory_figures(comparison->treatment, WL_MOMENT_IDLE).rss_since_freed_bytes /
                    MIB);
}

static void heading_print(const cmp_comparison_t *comparison, FILE *out) {
    const cmp_cell_t *cell = comparison->base;
    fprintf(out, "%s:", cell->workload->name);
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        fprintf(out, " %s=%s", cell->workload->parameters[i].name, value);
    }
    fprintf(out, "; %u thread%s%s; placement %s\n", cell->threads, cell->threads == 1 ? "" : "s",
            cell->oversubscribed ? " (oversubscribed)" : "", topo_policy_name(cell->placement));
    fprintf(out, "  base       %s\n  treatment  %s\n",
            comparison->run->allocators[cell->allocator].label,
            comparison->run->allocators[comparison->treatment->allocator].label);
}

static void failures_print(const cmp_comparison_t *comparison, FILE *out) {
    const cmp_cell_t *const sides[] = {comparison->base, comparison->treatment};
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < sides[side]->sample_count; i++) {
            const cmp_sample_t *sample = &sides[side]->samples[i];
            if (sample->failure != CMP_OK)
                fprintf(out, "  Failed       %s, round %u: %s: %s\n",
                        comparison->run->allocators[sides[side]->allocator].label,
                        sample->round + 1, cmp_failure_name(sample->failure),
                        sample->reason ? sample->reason : "");
        }
    }
}

void cmp_comparison_print(const cmp_comparison_t *comparison, FILE *out) {
    char effect[160], change[256];
    heading_print(comparison, out);
    table_rounds(comparison, out);
    if (comparison->layouts != NULL)
        cmp_layouts_print(comparison->layouts, out);
    table_memory(comparison, out);
    failures_print(comparison, out);
    effect_format(&comparison->ratio, effect, sizeof effect);
    change_format(comparison, change, sizeof change);
    fprintf(out, "  Effect       %s\n", effect);
    fprintf(out, "  Verdict      %s (wanted gain %.2f %%, tolerated loss %.2f %%)\n",
            cmp_verdict_name(comparison->verdict), comparison->rule.gain_pct,
            comparison->rule.loss_pct);
    fprintf(out, "  Would change %s\n", change);
    const cmp_interval_t *order = &comparison->order;
    if (order->valid && (order->low > 1 || order->high < 1))
        fprintf(out,
                "  Carry-over   suspected: %+.2f %% [%+.2f, %+.2f] when the treatment runs first; "
                "orders are balanced, so the effect above is not moved by it\n",
                cmp_percent(order->estimate), cmp_percent(order->low), cmp_percent(order->high));
    fputc('\n', out);
}
