/*
 * Calibration: how many operations make a sample of the wanted length under the fastest allocator,
 * the same number for all; and for --quick, how long samples may be and how many rounds fit. Called
 * by cmp_measure, main thread. Calibration samples are not kept. See docs/method.md.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "replay.h"

/* Lengths of the measured phase, in seconds. */
#define PROBE_SECONDS            0.030 /* at least this long, to calibrate by */
#define PROBE_QUICK_SECONDS      0.008
#define SLOW_SECONDS             2.0  /* the slowest allocator's sample should not be longer ... */
#define FAST_LEAST_SECONDS       0.05 /* ... unless the fastest one's became shorter than this */
#define QUICK_SLOW_TIMES         5    /* the same for --quick, where the first is a multiple */
#define QUICK_FAST_LEAST_SECONDS 0.004
#define QUICK_LEAST_SECONDS      0.01
#define QUICK_MOST_SECONDS       0.15 /* with --quick: no longer than this */
#define QUICK_GOOD_SECONDS       0.025 /* with --quick: 10 rounds if samples can be so long, else 6 */
#define QUICK_SHARE              0.75 /* of the time left that is planned for; the rest is slack */
#define QUICK_ROUNDS_WANTED      6    /* below that there is no interval */
#define CHECK_OPS                120000 /* of all threads */
#define PROBE_DEADLINE           10.0
#define PROBE_QUICK_DEADLINE     2.0
#define PROBE_QUICK_AGAIN        0.4 /* after it has hung */

static size_t allocator_count(const cmp_measure_t *measure) {
    return measure->run->allocator_count;
}

uint64_t cmp_fill_ops(const cmp_cell_t *cell) {
    uint64_t blocks = 0;
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        const wl_parameter_t *parameter = &cell->workload->parameters[i];
        if (strcmp(parameter->unit, "blocks") == 0 && cell->values.value[i] > blocks)
            blocks = cell->values.value[i];
    }
    return 2 * blocks;
}

static uint64_t warmup_ops(const cmp_cell_t *cell, double ops) {
    double share = ops * CMP_WARMUP_SHARE;
    uint64_t fill = cmp_fill_ops(cell);
    return share > (double)fill ? (uint64_t)share : fill;
}

/* Two significant digits: the plan can be read and repeated by hand. */
static uint64_t ops_round(double ops) {
    if (ops < 100)
        return ops < 1 ? 1 : (uint64_t)ops;
    double unit = pow(10, floor(log10(ops)) - 1);
    return (uint64_t)(floor(ops / unit) * unit);
}

/* How the probes of one allocator have fared so far, over all groups. */
typedef struct probe_record {
    bool ran, hung;
} probe_record_t;

static probe_record_t probe_record(const cmp_measure_t *measure, size_t allocator) {
    probe_record_t record = {false, false};
    for (size_t i = allocator; i < measure->run->cell_count; i += allocator_count(measure)) {
        const cmp_pace_t *pace = &measure->paces[i];
        record.ran |= pace->ops_per_second > 0;
        record.hung |= pace->failed != NULL && pace->failed->failure == CMP_FAIL_HANG;
    }
    return record;
}

/* With --quick there must be time left to measure the others even when an allocator hangs in every
 * group, so one that has only hung so far is given less time. */
static double probe_deadline(const cmp_measure_t *measure, size_t allocator) {
    double deadline = PROBE_DEADLINE;
    if (measure->quick) {
        probe_record_t record = probe_record(measure, allocator);
        deadline = record.hung && !record.ran ? PROBE_QUICK_AGAIN : PROBE_QUICK_DEADLINE;
    }
    return measure->deadline_seconds > 0 ? fmin(deadline, measure->deadline_seconds) : deadline;
}

/* An allocator that works elsewhere may have met a busy moment: its rounds will show, with the
 * deadline of a sample. */
static void hangs_doubt(cmp_measure_t *measure) {
    for (size_t i = 0; i < measure->run->cell_count; i++) {
        cmp_pace_t *pace = &measure->paces[i];
        if (pace->failed == NULL || pace->failed->failure != CMP_FAIL_HANG ||
            !probe_record(measure, i % allocator_count(measure)).ran)
            continue;
        cmp_sample_clear(pace->failed);
        free(pace->failed);
        pace->failed = NULL;
    }
}

/* Runs one probe and learns the cell's pace from it. False when it was abandoned. */
static bool probe(cmp_measure_t *measure, size_t index, uint64_t ops) {
    cmp_cell_t *cell = &measure->run->cells[index];
    cmp_pace_t *pace = &measure->paces[index];
    uint64_t warmup = warmup_ops(cell, (double)ops);
    cmp_sample_t sample;
    cmp_progress_say(&measure->progress, "calibrating %s, %u thread%s, %s", cell->workload->name,
                     cell->threads, cell->threads == 1 ? "" : "s",
                     measure->run->allocators[cell->allocator].label);
    if (!cmp_measure_sample(measure, index, ops, warmup, measure->run->seed,
                            probe_deadline(measure, cell->allocator), &sample))
        return false;
    pace->ops_per_second = 0;
    if (sample.failure == CMP_OK) {
        pace->ops_per_second = sample.ops_per_second / cell->threads;
        double working = (double)(ops + warmup) / pace->ops_per_second;
        pace->overhead_seconds = fmax(0, sample.wall_seconds - working);
    } else if (sample.failure == CMP_FAIL_HANG || sample.failure == CMP_FAIL_MEMORY_CAP) {
        /* It costs a deadline or gigabytes to see this once; the measuring takes it from here. */
        pace->failed = malloc(sizeof *pace->failed);
        *pace->failed = sample;
        return true;
    }
    cmp_sample_clear(&sample);
    return true;
}

/*
 * Runs a short sample in which every block is filled and verified, so that an allocator with wrong
 * data is named even though measured samples do not look. False when it was abandoned.
 */
static bool check(cmp_measure_t *measure, size_t index) {
    cmp_cell_t *cell = &measure->run->cells[index];
    cmp_pace_t *pace = &measure->paces[index];
    const bool asked = cell->check;
    if (asked || pace->failed != NULL)
        return true; /* every sample looks, or there is a reason not to run it already */
    cmp_sample_t sample;
    cmp_progress_say(&measure->progress, "checking %s, threads %u, %s", cell->workload->name,
                     cell->threads, measure->run->allocators[cell->allocator].label);
    cell->check = true;
    uint64_t ops =
        CHECK_OPS / (cell->threads < CHECK_OPS / 1000 ? cell->threads : CHECK_OPS / 1000);
    ops = wl_first_ops(cell->workload, ops);
    bool done = cmp_measure_sample(measure, index, ops, 0, measure->run->seed,
                                   probe_deadline(measure, cell->allocator), &sample);
    cell->check = asked;
    if (!done)
        return false;
    if (sample.failure == CMP_FAIL_WRONG_DATA || sample.failure == CMP_FAIL_HANG ||
        sample.failure == CMP_FAIL_MEMORY_CAP) {
        pace->failed = malloc(sizeof *pace->failed);
        if (pace->failed == NULL)
            abort();
        *pace->failed = sample;
    } else {
        cmp_sample_clear(&sample); /* other failures show when it is measured */
    }
    return true;
}

/* Finds the number of operations that takes long enough to calibrate by, growing it on one cell.
 * *ops is where to begin, and the result. False when abandoned. */
static bool probe_grow(cmp_measure_t *measure, size_t index, uint64_t *ops) {
    const double wanted = measure->quick ? PROBE_QUICK_SECONDS : PROBE_SECONDS;
    const cmp_pace_t *pace = &measure->paces[index];
    for (int attempt = 0; attempt < 12; attempt++) {
        if (!probe(measure, index, *ops))
            return false;
        if (pace->ops_per_second <= 0)
            return true;
        double seconds = (double)*ops / pace->ops_per_second;
        if (seconds >= wanted)
            return true;
        *ops = ops_round((double)*ops * fmin(50, fmax(2, 1.3 * wanted / seconds)));
    }
    return true;
}

/* Learns the pace of every cell of a group; the control's is that of the first allocator. */
static bool probe_group(cmp_measure_t *measure, const cmp_group_t *group) {
    size_t count = allocator_count(measure), control = group->first_cell + count - 1;
    uint32_t threads = measure->run->cells[group->first_cell].threads;
    uint64_t ops = wl_first_ops(measure->run->cells[group->first_cell].workload,
                                threads < 100 ? 100000 / threads : 1000);
    bool grown = false;
    for (size_t index = group->first_cell; index < control; index++) {
        if (!check(measure, index))
            return false;
        if (measure->paces[index].failed != NULL)
            continue;
        if (!(grown ? probe(measure, index, ops) : probe_grow(measure, index, &ops)))
            return false;
        grown |= measure->paces[index].ops_per_second > 0;
    }
    const cmp_pace_t *first = &measure->paces[group->first_cell];
    measure->paces[control] = (cmp_pace_t){.ops_per_second = first->ops_per_second,
                                           .overhead_seconds = first->overhead_seconds,
                                           .stopped = first->failed != NULL};
    return true;
}

typedef struct group_pace {
    double fastest, slowest; /* operations per second of one thread; 0: all failed */
    double overhead;         /* the largest */
} group_pace_t;

static group_pace_t group_pace(const cmp_measure_t *measure, const cmp_group_t *group) {
    group_pace_t pace = {0};
    for (size_t i = 0; i < allocator_count(measure); i++) {
        const cmp_pace_t *cell = &measure->paces[group->first_cell + i];
        if (cell->ops_per_second <= 0)
            continue;
        pace.fastest = fmax(pace.fastest, cell->ops_per_second);
        pace.slowest =
            pace.slowest > 0 ? fmin(pace.slowest, cell->ops_per_second) : cell->ops_per_second;
        pace.overhead = fmax(pace.overhead, cell->overhead_seconds);
    }
    return pace;
}

/* Sets operations and expected lengths of a group for samples of `seconds` on its fastest. */
static void group_set_length(cmp_measure_t *measure, const cmp_group_t *group, double seconds) {
    group_pace_t pace = group_pace(measure, group);
    double ops = pace.fastest * seconds;
    double slow = measure->quick ? QUICK_SLOW_TIMES * seconds : SLOW_SECONDS;
    double least = measure->quick ? QUICK_FAST_LEAST_SECONDS : FAST_LEAST_SECONDS;
    if (pace.slowest > 0 && ops / pace.slowest > slow)
        ops = fmax(pace.slowest * slow, pace.fastest * fmin(seconds, least));
    for (size_t i = 0; i < allocator_count(measure); i++) {
        cmp_cell_t *cell = &measure->run->cells[group->first_cell + i];
        cmp_pace_t *own = &measure->paces[group->first_cell + i];
        cell->ops_per_thread = cell->seconds > 0 ? 0 : ops_round(ops);
        cell->warmup_per_thread = warmup_ops(cell, ops);
        double rate = own->ops_per_second > 0 ? own->ops_per_second : pace.slowest;
        double measured = cell->seconds > 0 ? cell->seconds : ops / rate;
        double warming = (double)cell->warmup_per_thread / rate;
        own->expected_seconds = rate > 0 ? pace.overhead + warming + measured : 1;
    }
}

/* Of all groups; 0 seconds: as long as samples are to be. */
static void lengths_set(cmp_measure_t *measure, double seconds) {
    for (size_t i = 0; i < measure->schedule->group_count; i++) {
        const cmp_group_t *group = &measure->schedule->groups[i];
        const cmp_cell_t *first = &measure->run->cells[group->first_cell];
        group_set_length(measure, group,
                         seconds > 0 ? seconds : cmp_measure_sample_seconds(measure, first));
    }
}

/* Expected length of one round, without cells that will not run. */
static double round_seconds(const cmp_measure_t *measure) {
    double seconds = 0;
    for (size_t i = 0; i < measure->run->cell_count; i++)
        if (measure->paces[i].failed == NULL)
            seconds += measure->paces[i].expected_seconds;
    return seconds;
}

/* The longest samples, up to `most` seconds, with which `rounds` rounds fit into `budget`; 0 when
 * not even the shortest do. */
static double quick_length(cmp_measure_t *measure, double budget, uint32_t rounds, double most) {
    double low = QUICK_LEAST_SECONDS, high = most;
    lengths_set(measure, low);
    if (round_seconds(measure) * rounds > budget)
        return 0;
    for (int step = 0; step < 12; step++) {
        double middle = (low + high) / 2;
        lengths_set(measure, middle);
        if (round_seconds(measure) * rounds <= budget)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/*
 * Chooses the length of samples for --quick so that all rounds fit, or else at least enough for an
 * interval. Probes are short and cold, so the choice is cautious; rounds are added while there is
 * time, up to the number that was asked for.
 */
static void quick_plan(cmp_measure_t *measure, uint32_t rounds, uint32_t least_rounds) {
    double budget = QUICK_SHARE * (CMP_QUICK_LAST_ROUND_SECONDS - (cmp_clock() - measure->started));
    double length = quick_length(measure, budget, rounds, QUICK_MOST_SECONDS);
    if (length < QUICK_GOOD_SECONDS && rounds > least_rounds)
        length = quick_length(measure, budget, least_rounds, QUICK_MOST_SECONDS);
    lengths_set(measure, fmax(length, QUICK_LEAST_SECONDS));
}

/* What is to be done, for the progress line. */
static void progress_plan(cmp_measure_t *measure, uint32_t timed, uint32_t more) {
    const uint32_t rounds = measure->run->rounds;
    measure->progress.samples = measure->run->cell_count * (rounds + timed);
    measure->progress.expected = round_seconds(measure) * (rounds + timed * more) +
                                 cmp_measure_idle_seconds(measure, 0, rounds);
    measure->progress.ends_by =
        measure->quick ? measure->started + CMP_QUICK_LAST_ROUND_SECONDS : INFINITY;
}

bool cmp_calibrate(cmp_measure_t *measure) {
    for (size_t i = 0; i < measure->schedule->group_count; i++)
        if (!probe_group(measure, &measure->schedule->groups[i]))
            return false;
    hangs_doubt(measure);
    uint32_t rounds = measure->rounds > 0 ? measure->rounds : CMP_ROUNDS_DEFAULT;
    measure->run->rounds = rounds;
    const uint32_t timed = measure->latency_rounds < rounds ? measure->latency_rounds : rounds;
    const uint32_t more = timed > 0 ? CMP_LATENCY_TIMES : 0; /* what one round of them takes */
    if (measure->quick)
        quick_plan(measure, rounds + more, QUICK_ROUNDS_WANTED + more);
    else
        lengths_set(measure, 0);
    progress_plan(measure, timed, more);
    return true;
}

bool cmp_calibrate_resumed(cmp_measure_t *measure) {
    const size_t count = allocator_count(measure);
    for (size_t i = 0; i < measure->run->cell_count; i++) {
        const bool control = i % count == count - 1, known = measure->recorded[i].sample_count > 0;
        if (!control && !known && !check(measure, i))
            return false;
        if (control && !known)
            measure->paces[i].stopped = cmp_replay_gave_up(measure, i + 1 - count);
    }
    cmp_replay_paces(measure);
    uint32_t rounds = measure->rounds > 0 ? measure->rounds : CMP_ROUNDS_DEFAULT;
    measure->run->rounds = rounds;
    progress_plan(measure, measure->latency_rounds < rounds ? measure->latency_rounds : rounds,
                  measure->latency_rounds > 0 ? CMP_LATENCY_TIMES : 0);
    return true;
}
