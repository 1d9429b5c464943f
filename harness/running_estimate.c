/*
 * The ratio of a cell while its run goes on. Main thread, between samples and only when a progress
 * line is shown. The newest pairs are enough for a line that is gone in a second, and keep its cost
 * small in long runs; the report takes all.
 */
#include "running_estimate.h"

#include <math.h>
#include <stdio.h>

#include "statistics.h"

enum { PAIRS_MOST = 100 };

/* More is faster. */
static double speed(const cmp_cell_t *cell, const cmp_sample_t *sample) {
    return cmp_cell_is_program(cell) ? 1 / sample->wall_seconds : sample->ops_per_second;
}

void cmp_running_estimate(const cmp_cell_t *cell, const cmp_cell_t *first, char *text,
                          size_t text_bytes) {
    double treatment[PAIRS_MOST] = {0}, base[PAIRS_MOST] = {0};
    size_t count = 0;
    *text = '\0';
    if (cell == first)
        return;
    for (size_t i = cell->sample_count, j = first->sample_count;
         i > 0 && j > 0 && count < PAIRS_MOST;) {
        const cmp_sample_t *mine = &cell->samples[i - 1], *other = &first->samples[j - 1];
        if (mine->round == other->round && mine->failure == CMP_OK && other->failure == CMP_OK) {
            treatment[count] = speed(cell, mine);
            base[count++] = speed(first, other);
        }
        uint32_t round = mine->round > other->round ? mine->round : other->round;
        i -= mine->round == round;
        j -= other->round == round;
    }
    cmp_interval_t ratio = cmp_ratio_interval(treatment, base, count, 0.95);
    if (ratio.valid)
        snprintf(text, text_bytes, " %.3f [%.3f, %.3f]", ratio.estimate, ratio.low, ratio.high);
    else if (count > 0 && isfinite(ratio.estimate))
        snprintf(text, text_bytes, " %.3f", ratio.estimate);
}
