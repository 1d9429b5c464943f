/*
 * Derived figures of a run: what table, JSON and CSV print is computed here once. Called by the
 * main thread of compare; takes no locks. docs/method.md states every formula, so that a reader can
 * recompute each figure from the raw samples.
 */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RATIO_CONFIDENCE = 0.95;
static const double HOLM_LEVEL = 0.05;

/* From so many earlier controls on, the outermost 0.1 % are not counted into their range. */
enum { HISTORY_QUANTILE_COUNT = 1000, HISTORY_LEAST = 20 };

/* The figure of a sample that is to be summarised; NAN where it is missing. */
typedef double sample_figure_t(const cmp_sample_t *sample);

/* What ratios are formed of; more is faster. */
static double sample_speed(const cmp_cell_t *cell, const cmp_sample_t *sample) {
    return cmp_cell_is_program(cell) ? 1 / sample->wall_seconds : sample->ops_per_second;
}

static double sample_wall(const cmp_sample_t *sample) {
    return sample->wall_seconds;
}

static double sample_user(const cmp_sample_t *sample) {
    return sample->user_seconds;
}

static double sample_system(const cmp_sample_t *sample) {
    return sample->system_seconds;
}

static double sample_faults(const cmp_sample_t *sample) {
    return (double)(sample->minor_faults + sample->major_faults);
}

static double sample_faults_per_op(const cmp_sample_t *sample) {
    return sample->ops > 0 ? sample_faults(sample) / (double)sample->ops : NAN;
}

static double sample_throughput(const cmp_sample_t *sample) {
    return sample->ops_per_second;
}

/* A process occupies memory, so that 0 bytes are a figure that was not taken. */
static double bytes_or_missing(uint64_t bytes) {
    return bytes ? (double)bytes : NAN;
}

static double sample_peak_rss(const cmp_sample_t *sample) {
    return bytes_or_missing(sample->peak_rss_bytes);
}

static double sample_end_rss(const cmp_sample_t *sample) {
    return bytes_or_missing(sample->memory[WL_MOMENT_FREED].rss_bytes);
}

static double sample_crossed_share(const cmp_sample_t *sample) {
    return sample->crossed_share;
}

static double sample_live_bytes(const cmp_sample_t *sample) {
    return (double)sample->live_bytes;
}

static double sample_fragmentation(const cmp_sample_t *sample) {
    if (sample->live_bytes == 0 || sample->memory[WL_MOMENT_EMPTY].rss_bytes == 0)
        return NAN;
    return (bytes_or_missing(sample->memory[WL_MOMENT_PEAK_LIVE].rss_bytes) -
            (double)sample->memory[WL_MOMENT_EMPTY].rss_bytes) /
           (double)sample->live_bytes;
}

/* The figure of every good sample, malloc'ed with cell->sample_count entries; NULL: no memory. */
static double *figures_of(const cmp_cell_t *cell, sample_figure_t *figure, size_t *count) {
    double *values = malloc((cell->sample_count + 1) * sizeof *values);
    *count = 0;
    for (size_t i = 0; values && i < cell->sample_count; i++)
        if (cell->samples[i].failure == CMP_OK)
            values[(*count)++] = figure(&cell->samples[i]);
    return values;
}

static double median_of(const cmp_cell_t *cell, sample_figure_t *figure) {
    size_t count;
    double *values = figures_of(cell, figure, &count);
    if (!values)
        return NAN;
    double median = cmp_summarise(values, count).median;
    free(values);
    return median;
}

/* Samples stand in the order of their rounds, one a round in most cells: the place is near. */
static const cmp_sample_t *good_sample_of_round(const cmp_cell_t *cell, uint32_t round) {
    const cmp_sample_t *samples = cell->samples;
    size_t at = cell->sample_count < round + 1u ? cell->sample_count : round + 1u;
    while (at > 0 && samples[at - 1].round > round)
        at--;
    if (at > 0 && samples[at - 1].round == round && samples[at - 1].failure == CMP_OK &&
        (at == 1 || samples[at - 2].round < round))
        return &samples[at - 1];
    for (size_t i = 0; i < cell->sample_count; i++)
        if (samples[i].round == round && samples[i].failure == CMP_OK)
            return &samples[i];
    return NULL;
}

/* Appends the throughputs of the rounds in which both cells have a good sample. */
static size_t pairs_append(const cmp_cell_t *treatment, const cmp_cell_t *base,
                           double *treatment_values, double *base_values, size_t count) {
    for (size_t i = 0; i < treatment->sample_count; i++) {
        const cmp_sample_t *sample = &treatment->samples[i];
        if (sample->failure != CMP_OK || good_sample_of_round(treatment, sample->round) != sample)
            continue;
        const cmp_sample_t *partner = good_sample_of_round(base, sample->round);
        if (!partner)
            continue;
        treatment_values[count] = sample_speed(treatment, sample);
        base_values[count++] = sample_speed(base, partner);
    }
    return count;
}

/* The cell of allocator `base` that did the same work; NULL when the run has none. */
static const cmp_cell_t *base_of(const cmp_run_t *run, size_t base, const cmp_cell_t *cell) {
    for (size_t i = 0; i < run->cell_count; i++)
        if (run->cells[i].allocator == base && cmp_same_work(&run->cells[i], cell))
            return &run->cells[i];
    return NULL;
}

/* Pairs of throughputs with the base's: of one cell, or of all controls with what they repeat. */
typedef struct pairs {
    double *treatment, *base;
    size_t count;
} pairs_t;

static pairs_t pairs_over(const cmp_run_t *run, size_t base, const cmp_cell_t *only,
                          bool controls) {
    size_t capacity = 0;
    for (size_t i = 0; i < run->cell_count; i++)
        capacity += run->cells[i].sample_count;
    pairs_t pairs = {malloc((capacity + 1) * sizeof(double)),
                     malloc((capacity + 1) * sizeof(double)), 0};
    if (!pairs.treatment || !pairs.base)
        abort();
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_cell_t *cell = &run->cells[i];
        const cmp_cell_t *first = base_of(run, base, cell);
        if (first && (controls ? run->allocators[cell->allocator].control : cell == only))
            pairs.count = pairs_append(cell, first, pairs.treatment, pairs.base, pairs.count);
    }
    return pairs;
}

static void pairs_free(pairs_t *pairs) {
    free(pairs->treatment);
    free(pairs->base);
}

/* Ratio over the pairs of one cell, or of all controls. */
static cmp_interval_t ratio_over(const cmp_run_t *run, size_t base, const cmp_cell_t *only,
                                 bool controls) {
    pairs_t pairs = pairs_over(run, base, only, controls);
    cmp_interval_t ratio = {NAN, NAN, NAN, NAN, false};
    if (pairs.count > 0)
        ratio = cmp_ratio_interval(pairs.treatment, pairs.base, pairs.count, RATIO_CONFIDENCE);
    pairs_free(&pairs);
    return ratio;
}

/*
 * Fills in holm_p and unsure: rows that are compared with the first allocator, all tables of the
 * run together. With few rounds and many rows even the smallest p-value that so many pairs can have
 * is above the level once it is multiplied; then ratio_rounds says how many would do.
 */
static void ratios_correct(cmp_report_t *report) {
    const cmp_run_t *run = report->run;
    double *p = calloc(run->cell_count + 1, sizeof *p);
    size_t *pair_counts = calloc(run->cell_count + 1, sizeof *pair_counts);
    if (!p || !pair_counts)
        abort();
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_allocator_t *allocator = &run->allocators[run->cells[i].allocator];
        p[i] = NAN;
        if (run->cells[i].allocator == report->base || allocator->control || allocator->floor ||
            !report->cells[i].ratio_to_first.valid)
            continue;
        pairs_t pairs = pairs_over(run, report->base, &run->cells[i], false);
        p[i] = cmp_ratio_p(pairs.treatment, pairs.base, pairs.count);
        pair_counts[i] = pairs.count;
        report->ratio_rows++;
        pairs_free(&pairs);
    }
    cmp_holm(p, run->cell_count);
    const size_t enough = cmp_ratio_pairs_least(HOLM_LEVEL / (double)report->ratio_rows);
    for (size_t i = 0; i < run->cell_count; i++) {
        cmp_cell_figures_t *figures = &report->cells[i];
        figures->holm_p = p[i];
        figures->unsure = !figures->equal && p[i] > HOLM_LEVEL;
        if (figures->unsure && pair_counts[i] < enough)
            report->ratio_rounds = enough;
    }
    free(pair_counts);
    free(p);
}

static cmp_interval_t interval_of(const cmp_cell_t *cell, sample_figure_t *figure) {
    size_t count;
    double *values = figures_of(cell, figure, &count);
    cmp_interval_t interval = cmp_median_interval(values, values ? count : 0);
    free(values);
    return interval;
}

/* Events per operation: the median over samples that a PMU counted in, or what one simulated run
 * has more than a shorter one, so that start and warm-up cancel. */
static double counter_per_op(const cmp_cell_t *cell, int counter) {
    const cmp_count_t *brief = &cell->simulated[0], *full = &cell->simulated[1];
    if (brief->ops > 0 && full->ops > brief->ops)
        return (full->events[counter] - brief->events[counter]) / (double)(full->ops - brief->ops);
    double *values = malloc((cell->sample_count + 1) * sizeof *values);
    size_t count = 0;
    for (size_t i = 0; values && i < cell->sample_count; i++) {
        const cmp_count_t *counted = &cell->samples[i].counted;
        if (cell->samples[i].failure == CMP_OK && counted->ops > 0)
            values[count++] = counted->events[counter] / (double)counted->ops;
    }
    double median = cmp_summarise(values, count).median;
    free(values);
    return median;
}

static cmp_cell_figures_t cell_derive(const cmp_run_t *run, size_t base, const cmp_cell_t *cell) {
    cmp_cell_figures_t figures = {0};
    size_t count;
    double *throughputs = figures_of(cell, sample_throughput, &count);
    figures.good = throughputs ? count : 0;
    figures.failed = cell->sample_count - figures.good;
    figures.ops_per_second = cmp_summarise(throughputs, figures.good);
    figures.ops_interval = cmp_median_interval(throughputs, figures.good);
    free(throughputs);
    figures.ns_per_op = cell->threads * 1e9 / figures.ops_per_second.median;
    if (!isfinite(figures.ns_per_op))
        figures.ns_per_op = NAN;
    if (cell->allocator == base && figures.good > 0)
        figures.ratio_to_first = (cmp_interval_t){1, 1, 1, 1, true};
    else
        figures.ratio_to_first = ratio_over(run, base, cell, false);
    figures.equal = figures.ratio_to_first.valid && figures.ratio_to_first.low <= 1 &&
                    figures.ratio_to_first.high >= 1;
    figures.peak_rss_bytes = median_of(cell, sample_peak_rss);
    figures.end_rss_bytes = median_of(cell, sample_end_rss);
    figures.fragmentation_at_peak = median_of(cell, sample_fragmentation);
    figures.crossed_share = median_of(cell, sample_crossed_share);
    figures.live_bytes = median_of(cell, sample_live_bytes);
    for (int moment = 0; moment < WL_MOMENTS; moment++)
        figures.memory[moment] = cmp_memory_figures(cell, (enum wl_moment)moment);
    figures.latency = cmp_latency_figures(cell);
    figures.wall_seconds = interval_of(cell, sample_wall);
    figures.user_seconds = interval_of(cell, sample_user);
    figures.system_seconds = interval_of(cell, sample_system);
    figures.page_faults = median_of(cell, sample_faults);
    figures.page_faults_per_op = median_of(cell, sample_faults_per_op);
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        figures.per_op[i] = counter_per_op(cell, i);
    return figures;
}

/* ns/op of the floor allocator that did the same work. */
static double floor_of(const cmp_report_t *report, const cmp_cell_t *cell) {
    const cmp_run_t *run = report->run;
    for (size_t i = 0; i < run->cell_count; i++)
        if (run->allocators[run->cells[i].allocator].floor && cmp_same_work(&run->cells[i], cell))
            return report->cells[i].ns_per_op;
    return NAN;
}

bool cmp_same_heading(const cmp_cell_t *a, const cmp_cell_t *b) {
    cmp_cell_t like_b = *a;
    like_b.threads = b->threads;
    return cmp_same_work(&like_b, b);
}

cmp_report_t cmp_report_make(const cmp_run_t *run) {
    return cmp_report_make_against(run, 0);
}

cmp_report_t cmp_report_make_against(const cmp_run_t *run, size_t base) {
    cmp_report_t report = {.run = run, .base = base, .history_low = NAN, .history_high = NAN};
    report.cells = calloc(run->cell_count + 1, sizeof *report.cells);
    if (!report.cells)
        abort();
    for (size_t i = 0; i < run->cell_count; i++) {
        report.cells[i] = cell_derive(run, base, &run->cells[i]);
        report.failures |= report.cells[i].failed > 0;
        report.failures |= report.cells[i].latency && report.cells[i].latency->failed > 0;
    }
    for (size_t i = 0; i < run->cell_count; i++)
        report.cells[i].floor_ns_per_op = floor_of(&report, &run->cells[i]);
    report.noise_floor = ratio_over(run, 0, NULL, true);
    ratios_correct(&report);
    for (size_t i = 0; run->counters_source && i < run->cell_count; i++)
        report.failures |= !run->allocators[run->cells[i].allocator].floor &&
                           report.cells[i].good > 0 &&
                           isnan(report.cells[i].per_op[CMP_COUNTER_INSTRUCTIONS]);
    return report;
}

void cmp_report_free(cmp_report_t *report) {
    for (size_t i = 0; report->cells && i < report->run->cell_count; i++)
        free(report->cells[i].latency);
    free(report->cells);
    report->cells = NULL;
}

static int value_order(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/*
 * Whether this run's control lies outside of what 99.9 % of the earlier ones do: of a thousand or
 * more by their quantiles, of fewer by the normal distribution with their median and median
 * absolute deviation (as a standard deviation: 1.4826 times), which outliers do not widen. Never
 * from fewer than HISTORY_LEAST.
 */
static bool is_unusual(const cmp_report_t *report, const double *sorted, size_t count) {
    double own = log(report->noise_floor.estimate);
    if (!isfinite(own) || count < HISTORY_LEAST)
        return false;
    if (count >= HISTORY_QUANTILE_COUNT)
        return own < log(report->history_low) || own > log(report->history_high);
    double median = cmp_summarise(sorted, count).median;
    double *deviations = malloc(count * sizeof *deviations);
    if (!deviations)
        abort();
    for (size_t i = 0; i < count; i++)
        deviations[i] = fabs(sorted[i] - median);
    double spread = 1.4826 * cmp_summarise(deviations, count).median;
    free(deviations);
    return fabs(own - median) > 3.2905 * spread; /* the normal's two-sided 99.9 % */
}

void cmp_report_add_history(cmp_report_t *report, const double *log_ratios, size_t count) {
    double *sorted = count ? malloc(count * sizeof *sorted) : NULL;
    if (!sorted)
        return;
    memcpy(sorted, log_ratios, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, value_order);
    size_t beyond = count >= HISTORY_QUANTILE_COUNT ? count / 2000 : 0; /* 0.05 % on each side */
    report->history_count = count;
    report->history_low = exp(sorted[beyond]);
    report->history_high = exp(sorted[count - 1 - beyond]);
    report->history_share = count >= HISTORY_QUANTILE_COUNT ? 0.999 : 1;
    report->unusual = is_unusual(report, sorted, count);
    free(sorted);
}
