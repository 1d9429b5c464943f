/* Recorded samples of a run that is resumed; see replay.h. Main thread. */
#include "replay.h"

#include <math.h>
#include <string.h>

bool cmp_replay_on(const cmp_measure_t *measure) {
    return measure->recorded != NULL;
}

bool cmp_replay_take(cmp_measure_t *measure, size_t cell, cmp_sample_kind_t kind, uint32_t round,
                     cmp_sample_t *sample) {
    if (!cmp_replay_on(measure))
        return false;
    cmp_cell_t *recorded = &measure->recorded[cell];
    const bool timed = kind == CMP_SAMPLE_LATENCY;
    cmp_sample_t *samples = timed ? recorded->latency_samples : recorded->samples;
    size_t *count = timed ? &recorded->latency_count : &recorded->sample_count;
    for (size_t i = 0; i < *count; i++) {
        if (samples[i].round != round)
            continue;
        *sample = samples[i];
        memmove(&samples[i], &samples[i + 1], (--*count - i) * sizeof *samples);
        measure->recorded_seconds += sample->wall_seconds;
        return true;
    }
    return false;
}

bool cmp_replay_gave_up(const cmp_measure_t *measure, size_t cell) {
    const cmp_cell_t *recorded = &measure->recorded[cell];
    if (recorded->sample_count == 0)
        return measure->paces[cell].failed != NULL;
    cmp_failure_t failure = recorded->samples[0].failure;
    return failure == CMP_FAIL_HANG || failure == CMP_FAIL_MEMORY_CAP ||
           failure == CMP_FAIL_WRONG_DATA;
}

/* Mean length of a cell's good samples, in seconds; NAN without any. */
static double mean_seconds(const cmp_cell_t *recorded) {
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < recorded->sample_count; i++)
        if (recorded->samples[i].failure == CMP_OK) {
            sum += recorded->samples[i].wall_seconds;
            count++;
        }
    return count > 0 ? sum / (double)count : NAN;
}

void cmp_replay_paces(cmp_measure_t *measure) {
    const size_t count = measure->run->allocator_count;
    for (size_t first = 0; first < measure->run->cell_count; first += count) {
        double longest = NAN; /* of the group: what is expected of a cell without good samples */
        for (size_t i = first; i < first + count; i++)
            longest = fmax(longest, mean_seconds(&measure->recorded[i]));
        for (size_t i = first; i < first + count; i++) {
            double mean = mean_seconds(&measure->recorded[i]);
            double fallback = isfinite(longest) ? longest : measure->run->cells[i].seconds + 1;
            measure->paces[i].expected_seconds = isfinite(mean) ? mean : fallback;
        }
    }
}

void cmp_replay_rest(cmp_measure_t *measure) {
    for (size_t i = 0; cmp_replay_on(measure) && i < measure->run->cell_count; i++) {
        cmp_cell_t *recorded = &measure->recorded[i];
        for (size_t j = 0; j < recorded->sample_count; j++)
            cmp_cell_add_sample(&measure->run->cells[i], &recorded->samples[j]);
        for (size_t j = 0; j < recorded->latency_count; j++)
            cmp_cell_add_sample(&measure->run->cells[i], &recorded->latency_samples[j]);
        recorded->sample_count = recorded->latency_count = 0;
    }
}
