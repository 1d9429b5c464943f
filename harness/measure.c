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

#include "counters.h"
#include "program_prove.h"
#include "replay.h"
#include "running_estimate.h"
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

double cmp_measure_clock(const cmp_measure_t *measure) {
    return cmp_clock() + measure->recorded_seconds;
}

/* What is the same for all samples of a cell. */
static cmp_sample_request_t request_make(const cmp_measure_t *measure, size_t cell) {
    return (cmp_sample_request_t){
        .cell = &measure->run->cells[cell],
        .ops = measure->run->cells[cell].ops_per_thread,
        .warmup = measure->run->cells[cell].warmup_per_thread,
        .bind = measure->schedule->groups[group_of(measure, cell)].bind,
        .memory_limit_bytes = measure->memory_limit_bytes,
        .abandon_at = cmp_measure_stop_time(measure),
    };
}

bool cmp_measure_sample(cmp_measure_t *measure, size_t cell, uint64_t ops, uint64_t warmup,
                        uint64_t seed, double deadline_seconds, cmp_sample_t *sample) {
    cmp_sample_request_t request = request_make(measure, cell);
    request.ops = ops;
    request.warmup = warmup;
    request.seed = seed;
    request.deadline_seconds = deadline_seconds;
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

/* How long a sample stays away from the allocator at its end: only rows of the table do. */
static uint32_t cell_idle_ms(const cmp_measure_t *measure, size_t index, cmp_sample_kind_t kind,
                             uint32_t round) {
    const cmp_allocator_t *allocator =
        &measure->run->allocators[measure->run->cells[index].allocator];
    bool shown = !allocator->control && !allocator->floor && allocator->layout == 0;
    if (kind != CMP_SAMPLE_THROUGHPUT || round >= measure->idle_rounds || !shown)
        return 0;
    return measure->idle_ms;
}

double cmp_measure_idle_seconds(const cmp_measure_t *measure, uint32_t first, uint32_t end) {
    double seconds = 0;
    for (uint32_t round = first; round < end && round < measure->idle_rounds; round++)
        for (size_t i = 0; measure->run->program == NULL && i < measure->run->cell_count; i++)
            seconds += cell_idle_ms(measure, i, CMP_SAMPLE_THROUGHPUT, round) / 1000.0;
    return seconds;
}

uint32_t cmp_measure_idle_rounds(const cmp_measure_t *measure, uint32_t most) {
    const uint32_t rounds = measure->rounds > 0 ? measure->rounds : CMP_ROUNDS_DEFAULT;
    cmp_measure_t with = *measure, without = *measure;
    with.idle_rounds = most < rounds ? most : rounds;
    without.idle_rounds = 0;
    if (with.idle_rounds <= 1)
        return with.idle_rounds;
    const double more = cmp_measure_idle_seconds(&with, 1, with.idle_rounds);
    const double run_seconds = cmp_measure_estimate(measure->run, rounds, &without);
    return more <= fmax(CMP_IDLE_MORE_SECONDS, CMP_IDLE_MORE_SHARE * run_seconds) ? with.idle_rounds
                                                                                  : 1;
}

/* Runs a cell, or takes what calibration has already seen of it. False when abandoned. */
static bool cell_run(cmp_measure_t *measure, size_t index, cmp_sample_kind_t kind, uint32_t round,
                     cmp_sample_t *sample) {
    cmp_pace_t *pace = &measure->paces[index];
    if (pace->failed != NULL) {
        *sample = *pace->failed;
        free(pace->failed);
        pace->failed = NULL;
        return true;
    }
    if (measure->program != NULL) {
        const cmp_program_request_t program_request = {
            .allocator = measure->run->cells[index].allocator,
            .deadline_seconds = cell_deadline(measure, index),
            .memory_limit_bytes = measure->memory_limit_bytes,
            .abandon_at = cmp_measure_stop_time(measure),
        };
        return cmp_program_sample(measure->program, &program_request, sample);
    }
    cmp_sample_request_t request = request_make(measure, index);
    request.kind = kind;
    request.count_events = measure->counters == CMP_COUNTERS_PMU && kind == CMP_SAMPLE_THROUGHPUT;
    request.seed = cmp_schedule_seed(measure->run->seed, round);
    request.idle_ms = cell_idle_ms(measure, index, kind, round);
    request.deadline_seconds = cell_deadline(measure, index) + request.idle_ms / 1000.0;
    return cmp_runner_sample(measure->runner, &request, sample);
}

/*
 * All allocators of a group do the same work in a round, so their checksums are equal. The first
 * good sample of the round says which it is: samples are committed as they arrive, so there is no
 * waiting for a majority, and sizes and operations follow from the seed, not from the allocator. A
 * deviation therefore means memory of the worker was overwritten, in whichever of the two. Samples
 * that time each call repeat the work of the round of the same number.
 */
static void checksum_compare(const cmp_measure_t *measure, const cmp_cell_t *cell,
                             agreement_t *agreement, cmp_sample_t *sample) {
    if (sample->failure != CMP_OK || cell->seconds > 0)
        return;
    for (size_t i = 0; sample->kind == CMP_SAMPLE_LATENCY && i < cell->sample_count; i++) {
        const cmp_sample_t *untimed = &cell->samples[i];
        if (!agreement->known && untimed->failure == CMP_OK && untimed->round == sample->round)
            *agreement = (agreement_t){true, untimed->checksum, cell->allocator};
    }
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
        measure->paces[measure->schedule->groups[group].first_cell + i].enough = true;
}

static void sample_announce(cmp_measure_t *measure, cmp_sample_kind_t kind, uint32_t round,
                            const cmp_cell_t *cell) {
    const cmp_run_t *run = measure->run;
    const bool timed = kind == CMP_SAMPLE_LATENCY;
    const char *label = run->allocators[cell->allocator].label;
    char estimate[64] = "";
    if (!measure->progress.on)
        return;
    if (!timed)
        cmp_running_estimate(
            cell,
            &run->cells[(size_t)(cell - run->cells) / run->allocator_count * run->allocator_count],
            estimate, sizeof estimate);
    if (measure->program != NULL)
        cmp_progress_sample(&measure->progress, "%s%s, round %u/%u", label, estimate, round + 1,
                            run->rounds);
    else
        cmp_progress_sample(&measure->progress, "%s, %u thread%s, %s%s, %s %u/%u",
                            cell->workload->name, cell->threads, cell->threads == 1 ? "" : "s",
                            label, estimate, timed ? "latency" : "round", round + 1,
                            timed ? measure->latency_rounds : run->rounds);
}

/* Accounts for a sample in the expected end: what was recorded before takes no time now. */
static void progress_count(cmp_measure_t *measure, double seconds, bool recorded) {
    if (recorded)
        measure->progress.expected -= seconds;
    else
        measure->progress.expected_done += seconds;
}

static round_result_t round_run(cmp_measure_t *measure, cmp_sample_kind_t kind, uint32_t round,
                                size_t *order, agreement_t *agreements, char *error,
                                size_t error_bytes) {
    cmp_run_t *run = measure->run;
    const bool timed = kind == CMP_SAMPLE_LATENCY;
    bool any = false;
    cmp_schedule_order(run->seed, round, measure->schedule->group_count, run->allocator_count,
                       measure->schedule->pairs, order);
    memset(agreements, 0, measure->schedule->group_count * sizeof *agreements);
    for (size_t place = 0; place < run->cell_count; place++) {
        size_t index = order[place];
        cmp_cell_t *cell = &run->cells[index];
        cmp_sample_t sample;
        cmp_pace_t *pace = &measure->paces[index];
        measure->progress.samples_done++;
        if (pace->stopped || (pace->enough && !timed) || control_rests(measure, cell, round))
            continue;
        any = true;
        bool recorded = cmp_replay_take(measure, index, kind, round, &sample);
        if (!recorded) {
            sample_announce(measure, kind, round, cell);
            if (!cell_run(measure, index, kind, round, &sample))
                return ROUND_ABANDONED;
            sample.round = round;
            sample.position = (uint32_t)place;
        }
        checksum_compare(measure, cell, &agreements[group_of(measure, index)], &sample);
        const cmp_sample_t *kept = cmp_cell_add_sample(cell, &sample);
        if (!recorded && !cmp_store_add_sample(measure->store, run, cell, kept, error, error_bytes))
            return ROUND_STORE_FAILED;
        failures_count(measure, index, kept);
        progress_count(measure,
                       (timed ? CMP_LATENCY_TIMES : 1) * pace->expected_seconds +
                           cell_idle_ms(measure, index, kind, round) / 1000.0,
                       recorded);
    }
    return any ? ROUND_COMPLETE : ROUND_NOTHING_LEFT;
}

/* With --quick a round begins only if it and `more` seconds will end in time. */
static bool round_fits(const cmp_measure_t *measure, double longest_round, double more) {
    return !measure->quick || measure->run->rounds_done == 0 ||
           cmp_clock() - measure->started + longest_round + more <= CMP_QUICK_LAST_ROUND_SECONDS;
}

/* The work of the first rounds again, each call timed; with --quick as often as there is time. */
static round_result_t latency_run(cmp_measure_t *measure, double longest_round, size_t *order,
                                  agreement_t *agreements, char *error, size_t error_bytes) {
    round_result_t result = ROUND_COMPLETE;
    double longest = CMP_LATENCY_TIMES * longest_round;
    for (uint32_t round = 0; result == ROUND_COMPLETE && round < measure->latency_rounds &&
                             round < measure->run->rounds_done;
         round++) {
        if (round > 0 && !round_fits(measure, longest, 0))
            break;
        double began = cmp_clock();
        result =
            round_run(measure, CMP_SAMPLE_LATENCY, round, order, agreements, error, error_bytes);
        longest = cmp_clock() - began;
    }
    return result;
}

static bool rounds_run(cmp_measure_t *measure, char *error, size_t error_bytes) {
    cmp_run_t *run = measure->run;
    size_t *order = calloc(run->cell_count, sizeof *order);
    agreement_t *agreements = calloc(measure->schedule->group_count, sizeof *agreements);
    double longest = 0;
    round_result_t result = ROUND_COMPLETE;
    const double latency_times = measure->latency_rounds > 0 ? CMP_LATENCY_TIMES : 0;
    measure->progress.started = cmp_clock();
    run->rounds_done = 0;
    while (result == ROUND_COMPLETE && run->rounds_done < run->rounds &&
           round_fits(measure, longest, latency_times * longest)) {
        double began = cmp_clock();
        result = round_run(measure, CMP_SAMPLE_THROUGHPUT, run->rounds_done, order, agreements,
                           error, error_bytes);
        run->rounds_done += result == ROUND_COMPLETE;
        if (result == ROUND_COMPLETE && measure->another_round != NULL &&
            !measure->another_round(measure, measure->context))
            result = ROUND_ENOUGH;
        longest = fmax(longest, cmp_clock() - began);
    }
    if (result != ROUND_ABANDONED && result != ROUND_STORE_FAILED) {
        const round_result_t timed =
            latency_run(measure, longest, order, agreements, error, error_bytes);
        result = timed == ROUND_ABANDONED || timed == ROUND_STORE_FAILED ? timed : result;
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

/* A program may have changed since the run began, or depend on what it left behind then. */
static bool output_is_as_recorded(const cmp_measure_t *measure, char *error, size_t error_bytes) {
    if (measure->program == NULL || !cmp_replay_on(measure) || measure->run->program->ignore_output)
        return true;
    for (size_t i = 0; i < measure->recorded[0].sample_count; i++) {
        const cmp_sample_t *sample = &measure->recorded[0].samples[i];
        if (sample->failure == CMP_OK && *sample->output_sha256 != '\0' &&
            *measure->program->expected.sha256 != '\0' &&
            strcmp(sample->output_sha256, measure->program->expected.sha256) != 0) {
            snprintf(error, error_bytes,
                     "cannot resume run %.8s: the program's output is another than when the run "
                     "began; start a new run without --resume",
                     measure->run->uuid);
            return false;
        }
    }
    return true;
}

/* What comes before the first round. False with a message when it was cut short. */
static bool run_prepare(cmp_measure_t *measure, char *error, size_t error_bytes) {
    cmp_run_t *run = measure->run;
    if (run->program != NULL)
        measure->program = cmp_program_open(measure);
    if (measure->program != NULL ? cmp_program_prove(measure)
        : cmp_replay_on(measure) ? cmp_calibrate_resumed(measure)
                                 : cmp_calibrate(measure))
        return output_is_as_recorded(measure, error, error_bytes);
    run->interrupted = true;
    if (cmp_signals_arrived())
        snprintf(error, error_bytes, "interrupted before the first round; nothing was measured%s",
                 cmp_replay_on(measure) ? " anew" : "");
    else
        snprintf(error, error_bytes,
                 "the time of --quick was up before the first round; nothing was measured: %s",
                 measure->program != NULL
                     ? "leave --quick out, the program takes too long for it"
                     : "name fewer workloads, allocators or thread counts, or leave --quick out");
    return false;
}

static bool run_begin(cmp_measure_t *measure, char *error, size_t error_bytes) {
    cmp_run_t *run = measure->run;
    run->begun = cmp_replay_on(measure)
                     ? cmp_store_resume_run(measure->store, run, error, error_bytes)
                     : cmp_store_begin_run(measure->store, run, error, error_bytes);
    return run->begun;
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
    bool good = run_prepare(measure, error, error_bytes) &&
                run_begin(measure, error, error_bytes) && rounds_run(measure, error, error_bytes);
    cmp_replay_rest(measure);
    if (good && measure->counters == CMP_COUNTERS_CACHEGRIND && !run->interrupted)
        good = cmp_counters_simulate(measure, error, error_bytes);
    cmp_progress_clear(&measure->progress);
    if (run->interrupted)
        cmp_run_note(run, CMP_NOTE_INTERRUPTED "%u of %u rounds; what was measured is kept",
                     run->rounds_done, run->rounds);
    cmp_program_close(measure->program);
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

double cmp_measure_sample_seconds(const cmp_measure_t *measure, const cmp_cell_t *cell) {
    double wanted = cell->oversubscribed ? CMP_SAMPLE_SECONDS : measure->sample_seconds;
    return fmax(wanted, cell->workload->least_seconds);
}

double cmp_measure_estimate(const cmp_run_t *run, uint32_t rounds, const cmp_measure_t *measure) {
    /* Of a usual table: the mean of the allocators takes 1.4 times as long as the fastest, and a
     * process costs 20 ms beside. Calibration is 2 short samples a cell. */
    double seconds = 0;
    for (size_t i = 0; i < run->cell_count; i++) {
        double wanted = cmp_measure_sample_seconds(measure, &run->cells[i]);
        double measured = run->cells[i].seconds > 0 ? run->cells[i].seconds : 1.4 * wanted;
        double sample = measured + 0.02 + CMP_WARMUP_SHARE * wanted;
        double timed = run->cells[i].seconds > 0 ? sample : CMP_LATENCY_TIMES * sample;
        uint32_t timed_rounds = measure->latency_rounds < rounds ? measure->latency_rounds : rounds;
        seconds += rounds * sample + timed_rounds * timed + 0.12;
    }
    return seconds + cmp_measure_idle_seconds(measure, 0, rounds);
}
