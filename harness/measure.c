/*
 * The loop over rounds: runs every cell in the round's order, compares checksums, commits each
 * sample when it arrives, gives up cells that keep failing. Main thread. See docs/method.md.
 */
#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signals.h"

enum {
    FAILURES_TO_STOP = 3,   /* in a row, in one cell */
    ROUNDS_FOR_INTERVAL = 6 /* fewer give no interval */
};

/* What the allocators of one group must agree on within a round. */
typedef struct agreement {
    bool known;
    uint64_t checksum;
    size_t allocator; /* who gave it */
} agreement_t;

static size_t group_of(const cmp_measure_t *measure, size_t cell) {
    return cell / measure->run->allocator_count;
}

double cmp_measure_stop_time(const cmp_measure_t *measure) {
    return measure->quick ? measure->started + CMP_QUICK_STOP_SECONDS : INFINITY;
}

bool cmp_measure_sample(cmp_measure_t *measure, size_t cell, uint64_t ops, uint64_t warmup,
                        uint64_t seed, double deadline_seconds, cmp_sample_t *sample) {
    const cmp_sample_request_t request = {
        .cell = &measure->run->cells[cell],
        .ops = ops,
        .warmup = warmup,
        .seed = seed,
        .bind = measure->schedule->groups[group_of(measure, cell)].bind,
        .deadline_seconds = deadline_seconds,
        .memory_limit_bytes = measure->memory_limit_bytes,
        .abandon_at = cmp_measure_stop_time(measure),
    };
    return cmp_runner_sample(measure->runner, &request, sample);
}

/* Far from what is expected, so that only what hangs is called hanging. */
static double cell_deadline(const cmp_measure_t *measure, size_t cell) {
    if (measure->deadline_seconds > 0)
        return measure->deadline_seconds;
    const cmp_cell_t *measured = &measure->run->cells[cell];
    double expected = measure->paces[cell].expected_seconds;
    if (measure->quick)
        return 20 * expected + 1;
    if (measured->seconds > 0) /* time decides, and only the rest of the process can grow */
        return measured->seconds + 20 * (expected - measured->seconds) + 10;
    return 20 * expected + 10;
}

/* Runs a cell, or takes what calibration has already seen of it. False when abandoned. */
static bool cell_run(cmp_measure_t *measure, size_t index, uint32_t round, cmp_sample_t *sample) {
    const cmp_cell_t *cell = &measure->run->cells[index];
    cmp_pace_t *pace = &measure->paces[index];
    if (pace->failed != NULL) {
        *sample = *pace->failed;
        free(pace->failed);
        pace->failed = NULL;
        return true;
    }
    return cmp_measure_sample(measure, index, cell->ops_per_thread, cell->warmup_per_thread,
                              cmp_schedule_seed(measure->run->seed, round),
                              cell_deadline(measure, index), sample);
}

/*
 * All allocators of a group do the same work in a round, so their checksums are equal. The first
 * good sample of the round says which it is: samples are committed as they arrive, so there is no
 * waiting for a majority, and sizes and operations follow from the seed, not from the allocator. A
 * deviation therefore means memory of the worker was overwritten, in whichever of the two.
 */
static void checksum_compare(const cmp_measure_t *measure, const cmp_cell_t *cell,
                             agreement_t *agreement, cmp_sample_t *sample) {
    if (sample->failure != CMP_OK || cell->seconds > 0)
        return;
    if (!agreement->known) {
        *agreement = (agreement_t){true, sample->checksum, cell->allocator};
        return;
    }
    if (sample->checksum == agreement->checksum)
        return;
    sample->failure = CMP_FAIL_CHECKSUM;
    sample->reason = cmp_text("other work was done: checksum %016llx, under %s it was %016llx",
                              (unsigned long long)sample->checksum,
                              measure->run->allocators[agreement->allocator].label,
                              (unsigned long long)agreement->checksum);
}

/* Stops a cell that will only fail again; hanging, filling memory or wrong data once is enough. */
static void failures_count(cmp_measure_t *measure, size_t index, const cmp_sample_t *sample) {
    cmp_pace_t *pace = &measure->paces[index];
    if (sample->failure == CMP_OK) {
        pace->failures_in_row = 0;
        return;
    }
    bool costly = sample->failure == CMP_FAIL_HANG || sample->failure == CMP_FAIL_MEMORY_CAP ||
                  sample->failure == CMP_FAIL_WRONG_DATA;
    if (++pace->failures_in_row < FAILURES_TO_STOP && !costly)
        return;
    pace->stopped = true;
    if (measure->stop_noted)
        return;
    measure->stop_noted = true;
    cmp_run_note(
        measure->run,
        "what failed %d times in a row, or once by wrong data, hanging or the memory limit, "
        "was not run again",
        FAILURES_TO_STOP);
}

/* Appends the sample to its cell, which owns it from then on. */
static const cmp_sample_t *sample_keep(cmp_cell_t *cell, const cmp_sample_t *sample) {
    cmp_sample_t *more = realloc(cell->samples, (cell->sample_count + 1) * sizeof *more);
    if (more == NULL)
        abort();
    cell->samples = more;
    cell->samples[cell->sample_count] = *sample;
    return &cell->samples[cell->sample_count++];
}

typedef enum round_result {
    ROUND_COMPLETE,
    ROUND_NOTHING_LEFT, /* every cell has stopped */
    ROUND_ENOUGH,       /* another_round said so */
    ROUND_ABANDONED,    /* by a signal or because the time was up */
    ROUND_STORE_FAILED,
} round_result_t;

/* The noise floor needs fewer rounds than the comparison. */
static bool control_rests(const cmp_measure_t *measure, const cmp_cell_t *cell, uint32_t round) {
    return measure->run->allocators[cell->allocator].control && measure->control_period > 0 &&
           round >= CMP_ROUNDS_DEFAULT && round % measure->control_period != 0;
}

void cmp_measure_stop_group(cmp_measure_t *measure, size_t group) {
    for (size_t i = 0; i < measure->run->allocator_count; i++)
        measure->paces[measure->schedule->groups[group].first_cell + i].stopped = true;
}

static round_result_t round_run(cmp_measure_t *measure, uint32_t round, const size_t *order,
                                agreement_t *agreements, char *error, size_t error_bytes) {
    cmp_run_t *run = measure->run;
    bool any = false;
    memset(agreements, 0, measure->schedule->group_count * sizeof *agreements);
    for (size_t place = 0; place < run->cell_count; place++) {
        size_t index = order[place];
        cmp_cell_t *cell = &run->cells[index];
        cmp_sample_t sample;
        cmp_pace_t *pace = &measure->paces[index];
        measure->progress.samples_done++;
        if (pace->stopped || control_rests(measure, cell, round))
            continue;
        any = true;
        cmp_progress_sample(&measure->progress, "round %u/%u, %s, %u thread%s, %s", round + 1,
                            run->rounds, cell->workload->name, cell->threads,
                            cell->threads == 1 ? "" : "s", run->allocators[cell->allocator].label);
        if (!cell_run(measure, index, round, &sample))
            return ROUND_ABANDONED;
        sample.round = round;
        sample.position = (uint32_t)place;
        checksum_compare(measure, cell, &agreements[group_of(measure, index)], &sample);
        const cmp_sample_t *kept = sample_keep(cell, &sample);
        if (!cmp_store_add_sample(measure->store, run, cell, kept, error, error_bytes))
            return ROUND_STORE_FAILED;
        failures_count(measure, index, kept);
        measure->progress.expected_done += pace->expected_seconds;
    }
    return any ? ROUND_COMPLETE : ROUND_NOTHING_LEFT;
}

/* With --quick a round begins only if it will end in time. */
static bool round_fits(const cmp_measure_t *measure, double longest_round) {
    return !measure->quick || measure->run->rounds_done == 0 ||
           cmp_clock() - measure->started + longest_round <= CMP_QUICK_LAST_ROUND_SECONDS;
}

static bool rounds_run(cmp_measure_t *measure, char *error, size_t error_bytes) {
    cmp_run_t *run = measure->run;
    size_t *order = calloc(run->cell_count, sizeof *order);
    agreement_t *agreements = calloc(measure->schedule->group_count, sizeof *agreements);
    double longest = 0;
    round_result_t result = ROUND_COMPLETE;
    measure->progress.started = cmp_clock();
    while (result == ROUND_COMPLETE && run->rounds_done < run->rounds &&
           round_fits(measure, longest)) {
        double began = cmp_clock();
        cmp_schedule_order(run->seed, run->rounds_done, measure->schedule->group_count,
                           run->allocator_count, order);
        result = round_run(measure, run->rounds_done, order, agreements, error, error_bytes);
        run->rounds_done += result == ROUND_COMPLETE;
        if (result == ROUND_COMPLETE && measure->another_round != NULL &&
            !measure->another_round(measure, measure->context))
            result = ROUND_ENOUGH;
        longest = fmax(longest, cmp_clock() - began);
    }
    free(order);
    free(agreements);
    run->interrupted = cmp_signals_arrived() && result == ROUND_ABANDONED;
    if (measure->quick && !run->interrupted && run->rounds_done < run->rounds &&
        result != ROUND_NOTHING_LEFT) {
        if (run->rounds_done < ROUNDS_FOR_INTERVAL)
            cmp_run_note(run,
                         "the time of --quick was up after %u round%s; for more name fewer "
                         "workloads, allocators or thread counts, or leave --quick out",
                         run->rounds_done, run->rounds_done == 1 ? "" : "s");
        run->rounds = run->rounds_done;
    }
    return result != ROUND_STORE_FAILED;
}

bool cmp_measure(cmp_measure_t *measure, char *error, size_t error_bytes) {
    cmp_run_t *run = measure->run;
    measure->progress = (cmp_progress_t){.on = isatty(STDERR_FILENO)};
    measure->paces = calloc(run->cell_count, sizeof *measure->paces);
    measure->runner = cmp_runner_open(measure->paths, run, error, error_bytes);
    if (measure->runner == NULL || measure->paces == NULL) {
        free(measure->paces);
        return false;
    }
    cmp_signals_catch();
    bool good = true;
    if (!cmp_calibrate(measure)) {
        run->interrupted = true;
        snprintf(error, error_bytes, "interrupted before the first round; nothing was measured");
        good = false;
    }
    good = good && cmp_store_begin_run(measure->store, run, error, error_bytes) &&
           rounds_run(measure, error, error_bytes);
    cmp_progress_clear(&measure->progress);
    if (run->interrupted)
        cmp_run_note(run, "interrupted after %u of %u rounds; what was measured is kept",
                     run->rounds_done, run->rounds);
    cmp_runner_close(measure->runner);
    for (size_t i = 0; i < run->cell_count; i++) {
        if (measure->paces[i].failed != NULL)
            cmp_sample_clear(measure->paces[i].failed);
        free(measure->paces[i].failed);
    }
    free(measure->paces);
    measure->paces = NULL;
    measure->runner = NULL;
    return good;
}

double cmp_measure_estimate(const cmp_run_t *run, uint32_t rounds) {
    /* Of a usual table: the mean of the allocators takes 1.4 times as long as the fastest, and a
     * process costs 20 ms beside. Calibration is 2 short samples a cell. */
    double seconds = 0;
    for (size_t i = 0; i < run->cell_count; i++) {
        double measured =
            run->cells[i].seconds > 0 ? run->cells[i].seconds : 1.4 * CMP_SAMPLE_SECONDS;
        seconds += rounds * (measured + 0.02 + CMP_WARMUP_SHARE * CMP_SAMPLE_SECONDS) + 0.12;
    }
    return seconds;
}
