/*
 * Statistics of a comparison over code layouts. Called by the main thread between rounds and by
 * reports; no state. See docs/method.md, Layouts.
 */
#include "layouts.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define SINGLE_CONFIDENCE 0.95

static const double MILLION = 1e6;

static double throughput(const cmp_cell_t *cell, uint32_t round) {
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].round == round && cell->samples[i].failure == CMP_OK)
            return cell->samples[i].ops_per_second;
    return NAN;
}

static uint32_t rounds_of(const cmp_cell_t *cell) {
    uint32_t rounds = 0;
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].round >= rounds)
            rounds = cell->samples[i].round + 1;
    return rounds;
}

uint32_t cmp_layouts_parse(const char *text) {
    char *end = NULL;
    const unsigned long count = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
    const bool good =
        end != NULL && *end == '\0' && count >= CMP_LAYOUTS_LEAST && count <= CMP_LAYOUTS_MOST;
    return good ? (uint32_t)count : 0;
}

cmp_layouts_t *cmp_layouts_find(const cmp_run_t *run, const cmp_cell_t *base) {
    const cmp_cell_t *first = NULL;
    size_t cells = 0;
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_cell_t *cell = &run->cells[i];
        if (!cmp_same_work(cell, base) || run->allocators[cell->allocator].layout == 0)
            continue;
        first = first == NULL ? cell : first;
        cells++;
    }
    if (cells < 2)
        return NULL;
    cmp_layouts_t *layouts = calloc(1, sizeof *layouts);
    double *figures = calloc(3 * (cells / 2), sizeof *figures);
    if (layouts == NULL || figures == NULL)
        abort();
    layouts->count = cells / 2;
    layouts->base = first;
    layouts->effects = figures;
    layouts->base_speeds = figures + layouts->count;
    layouts->treatment_speeds = figures + 2 * layouts->count;
    return layouts;
}

void cmp_layouts_free(cmp_layouts_t *layouts) {
    if (layouts != NULL)
        free(layouts->effects);
    free(layouts);
}

/* Ratio of two cells over the rounds in which both have a good sample. */
static cmp_interval_t cells_ratio(const cmp_cell_t *base, const cmp_cell_t *treatment,
                                  double confidence) {
    const uint32_t rounds = rounds_of(base);
    double *below = calloc(rounds + 1, sizeof *below), *above = calloc(rounds + 1, sizeof *above);
    if (below == NULL || above == NULL)
        abort();
    for (uint32_t round = 0; round < rounds; round++) {
        below[round] = throughput(base, round); /* pairs without both are left out */
        above[round] = throughput(treatment, round);
    }
    cmp_interval_t ratio = cmp_ratio_interval(above, below, rounds, confidence);
    free(below);
    free(above);
    return ratio;
}

static double cell_median(const cmp_cell_t *cell) {
    double *values = calloc(cell->sample_count + 1, sizeof *values);
    size_t count = 0;
    if (values == NULL)
        abort();
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].failure == CMP_OK)
            values[count++] = cell->samples[i].ops_per_second;
    const double median = cmp_summarise(values, count).median;
    free(values);
    return median;
}

static const cmp_cell_t *side_cell(const cmp_layouts_t *layouts, size_t layout, size_t side) {
    return layouts->base + 2 * layout + side;
}

/* Logs of the throughputs of one side in one round, less their mean; false when one is missing. */
static bool round_deviations(const cmp_layouts_t *layouts, size_t side, uint32_t round,
                             double *deviations) {
    double sum = 0;
    for (size_t i = 0; i < layouts->count; i++) {
        deviations[i] = log(throughput(side_cell(layouts, i, side), round));
        if (!isfinite(deviations[i]))
            return false;
        sum += deviations[i];
    }
    for (size_t i = 0; i < layouts->count; i++)
        deviations[i] -= sum / (double)layouts->count;
    return true;
}

/*
 * The standard deviation between layouts of one side: of their mean deviations from the round's
 * mean, less the share that sampling noise has in it, as in a one-way analysis of variance with
 * rounds as blocks (the estimate of a variance component; 0 where noise explains all of it).
 */
static double side_tax(const cmp_layouts_t *layouts, size_t side, size_t *rounds_used) {
    const size_t count = layouts->count;
    const uint32_t rounds = rounds_of(layouts->base);
    double *figures = calloc(3 * count, sizeof *figures);
    if (figures == NULL)
        abort();
    double *deviations = figures, *sums = figures + count, *squares = figures + 2 * count;
    double used = 0, between = 0, within = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        if (!round_deviations(layouts, side, round, deviations))
            continue;
        used++;
        for (size_t i = 0; i < count; i++) {
            sums[i] += deviations[i];
            squares[i] += deviations[i] * deviations[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        const double mean = sums[i] / used;
        between += mean * mean;
        within += squares[i] - used * mean * mean;
    }
    free(figures);
    *rounds_used = (size_t)used;
    if (used < 2 || count < 2)
        return NAN;
    between /= (double)(count - 1);
    within /= (double)(count - 1) * (used - 1);
    return sqrt(fmax(0, between - within / used));
}

void cmp_layouts_derive(cmp_layouts_t *layouts, const cmp_cell_t *base, const cmp_cell_t *treatment,
                        double confidence) {
    double *ones = calloc(layouts->count, sizeof *ones);
    size_t used;
    if (ones == NULL)
        abort();
    for (size_t i = 0; i < layouts->count; i++) {
        const cmp_cell_t *sides[] = {side_cell(layouts, i, 0), side_cell(layouts, i, 1)};
        layouts->effects[i] = cells_ratio(sides[0], sides[1], SINGLE_CONFIDENCE).estimate;
        layouts->base_speeds[i] = cell_median(sides[0]);
        layouts->treatment_speeds[i] = cell_median(sides[1]);
        ones[i] = 1;
    }
    layouts->ratio = cmp_ratio_interval(layouts->effects, ones, layouts->count, confidence);
    free(ones);
    layouts->single = cells_ratio(base, treatment, SINGLE_CONFIDENCE);
    layouts->base_tax = side_tax(layouts, 0, &layouts->pairs);
    layouts->treatment_tax = side_tax(layouts, 1, &used);
    layouts->pairs = used < layouts->pairs ? used : layouts->pairs;
    const cmp_interval_t *single = &layouts->single;
    const bool seen = single->valid && (single->low > 1 || single->high < 1);
    layouts->single_share = seen ? 1 - log(layouts->ratio.estimate) / log(single->estimate) : NAN;
}

bool cmp_layouts_noisy(const cmp_layouts_t *layouts) {
    double sum = 0, squares = 0, count = 0;
    for (size_t i = 0; i < layouts->count; i++) {
        const double effect = log(layouts->effects[i]);
        if (!isfinite(effect))
            continue;
        sum += effect;
        squares += effect * effect;
        count++;
    }
    /* Both sides have layouts of their own, so an effect has the variance of both. */
    const double variance = (squares - sum * sum / count) / (count - 1),
                 layout = layouts->base_tax * layouts->base_tax +
                          layouts->treatment_tax * layouts->treatment_tax;
    return !(layout > variance / 2);
}

/* ------------------------------------------------------------------ text */

void cmp_layouts_share(const cmp_layouts_t *layouts, char *text, size_t text_bytes) {
    if (!isfinite(layouts->single_share))
        snprintf(text, text_bytes, ", which is no difference");
    else if (layouts->single_share >= 1)
        snprintf(text, text_bytes, ", all of which is layout");
    else if (layouts->single_share <= 0)
        snprintf(text, text_bytes, ", none of which is layout");
    else
        snprintf(text, text_bytes, ", of which %.0f %% is layout", layouts->single_share * 100);
}

static void single_print(const cmp_layouts_t *layouts, FILE *out) {
    const cmp_interval_t *single = &layouts->single;
    char share[64];
    cmp_layouts_share(layouts, share, sizeof share);
    if (single->valid)
        fprintf(out, "  As built     %+.2f %% [%+.2f, %+.2f] in one layout%s\n",
                cmp_percent(single->estimate), cmp_percent(single->low), cmp_percent(single->high),
                share);
    else
        fprintf(out, "  As built     too few rounds for what one layout shows\n");
}

void cmp_layouts_print(const cmp_layouts_t *layouts, FILE *out) {
    fprintf(out, "  %-12s %14s %14s %10s\n", "Layout", "base M ops/s", "treatment", "change");
    for (size_t i = 0; i < layouts->count; i++) {
        char number[24];
        snprintf(number, sizeof number, "#%zu", i + 1);
        if (isfinite(layouts->effects[i]))
            fprintf(out, "  %-12s %14.3f %14.3f %+9.2f%%\n", number,
                    layouts->base_speeds[i] / MILLION, layouts->treatment_speeds[i] / MILLION,
                    cmp_percent(layouts->effects[i]));
        else
            fprintf(out, "  %-12s %14s %14s %10s\n", number, "n/a", "n/a", "n/a");
    }
    single_print(layouts, out);
    if (isfinite(layouts->base_tax))
        fprintf(out,
                "  Layout tax   %.2f %% base, %.2f %% treatment: standard deviation of speed "
                "between layouts\n",
                layouts->base_tax * 100, layouts->treatment_tax * 100);
}
