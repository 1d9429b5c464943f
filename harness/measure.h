/*
 * Measures a run: calibration, then rounds. Every sub-command that compares allocators prepares a
 * run and its schedule and calls cmp_measure.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include "model.h"
#include "paths.h"
#include "progress.h"
#include "runner.h"
#include "schedule.h"
#include "store.h"

/* Measured phase of a sample under the fastest allocator: of a table, and of `ab`, which takes many
 * short ones in fine interleaving (docs/method.md says why). */
#define CMP_SAMPLE_SECONDS    0.25
#define CMP_AB_SAMPLE_SECONDS 0.02
#define CMP_WARMUP_SHARE      0.2 /* of the measured phase, before it */

/* What calibration knows of a cell, and how it has fared. */
typedef struct cmp_pace {
    double ops_per_second;   /* of one thread; 0: not known */
    double overhead_seconds; /* of a process, beside warm-up and measured phase */
    double expected_seconds; /* of a sample, all in all */
    bool stopped;            /* it failed too often and is not run again */
    bool enough;             /* enough is known of its throughput: no more rounds */
    uint32_t failures_in_row;
    cmp_sample_t *failed; /* it passed deadline or memory limit in calibration: not tried again */
} cmp_pace_t;

/* One measuring; filled by the caller down to the marked line. */
typedef struct cmp_measure {
    const cmp_paths_t *paths;
    cmp_run_t *run; /* with allocators, cells, seed */
    const cmp_schedule_t *schedule;
    cmp_store_t *store;
    uint32_t rounds;             /* 0: the default */
    double sample_seconds;       /* wanted length of a measured phase, where the cell allows it */
    uint32_t latency_rounds;     /* of samples that time each call, after the others */
    uint32_t idle_rounds;        /* the first rounds whose samples end with idle_ms */
    uint32_t idle_ms;            /* away from the allocator, to see what it gives back */
    bool quick;                  /* the whole program must end within 15 s of `started` */
    double started;              /* cmp_clock() when the program started */
    double deadline_seconds;     /* 0: derived */
    cmp_counters_t counters;     /* what counts events per op; NONE: nothing */
    uint64_t memory_limit_bytes; /* per sample */
    uint32_t control_period; /* the control runs in the first CMP_ROUNDS_DEFAULT rounds and in every
                                so manieth later; 0: in every round */
    /* Asked after every round; false ends the run. May call cmp_measure_stop_group. NULL: all
     * rounds are run. */
    bool (*another_round)(struct cmp_measure *measure, void *context);
    void *context;
    /* Of a run that is resumed: the samples it has, parallel to run->cells, whose own samples are
     * empty; taken from here as rounds need them. NULL: a new run. */
    cmp_cell_t *recorded;
    /* ---- the rest belongs to cmp_measure */
    cmp_runner_t *runner;
    struct cmp_program_runner *program; /* runs the samples of a real program; NULL: workloads */
    cmp_pace_t *paces;                  /* parallel to run->cells */
    cmp_progress_t progress;
    double recorded_seconds; /* that the samples taken from `recorded` took when measured */
    bool stop_noted;         /* the run has its note on cells that are not run again */
} cmp_measure_t;

/*
 * Calibrates, opens the run in the store and measures its rounds; sets rounds, rounds_done and
 * interrupted of the run, and notes what its table must say. False with a message when the run
 * could not be begun or a sample could not be stored; failed samples are no reason.
 */
bool cmp_measure(cmp_measure_t *measure, char *error, size_t error_bytes);

/* The length of the measured phase that a cell's samples are to have under the fastest allocator:
 * that of a table where threads share PUs (they wait for time slices of milliseconds), and no
 * shorter than the workload allows. */
double cmp_measure_sample_seconds(const cmp_measure_t *measure, const cmp_cell_t *cell);

/* How many of the first rounds are to end with an idle second: `most`, if that does not make the
 * run much longer than one does, else one. The rest of `measure` is filled in. */
uint32_t cmp_measure_idle_rounds(const cmp_measure_t *measure, uint32_t most);

/* Seconds that the rows of the table are idle in the rounds from `first` up to `end`. */
double cmp_measure_idle_seconds(const cmp_measure_t *measure, uint32_t first, uint32_t end);

/* Ends the rounds of a group: enough is known of its throughput. Latency is still measured. */
void cmp_measure_stop_group(cmp_measure_t *measure, size_t group);

/* cmp_clock(), as if what was recorded before had been measured just now: for budgets. */
double cmp_measure_clock(const cmp_measure_t *measure);

/* How long a run is likely to take that has not been calibrated yet, in seconds; `measure` says
 * what is asked for beside the rounds. */
double cmp_measure_estimate(const cmp_run_t *run, uint32_t rounds, const cmp_measure_t *measure);

/* ------------------------------------------------------------------ between measure.c, calibrate.c
 */

#define CMP_ROUNDS_DEFAULT 10
/* A sample that times each call takes so many times as long as others, cautiously. */
#define CMP_LATENCY_TIMES  4
#define CMP_LATENCY_ROUNDS 3
#define CMP_IDLE_MS        1000
#define CMP_IDLE_ROUNDS    3
/* More rounds than one end with an idle second if they add no more than either. */
#define CMP_IDLE_MORE_SECONDS 10.0
#define CMP_IDLE_MORE_SHARE   0.1 /* of the time that the run takes without */

/* Times of --quick, in seconds after the start of the program: no round begins that would end after
 * the first, and at the second even a running sample is given up. */
#define CMP_QUICK_LAST_ROUND_SECONDS 12.5
#define CMP_QUICK_STOP_SECONDS       13.8

/* Finds ops_per_thread and warmup_per_thread of all cells, expected_seconds of all paces and the
 * number of rounds. False when it was interrupted. */
bool cmp_calibrate(cmp_measure_t *measure);

/* The same for a run that is resumed: operations are known, only cells without any sample are
 * checked. */
bool cmp_calibrate_resumed(cmp_measure_t *measure);

/* Runs a sample of a cell with these operations; false when it was abandoned. */
bool cmp_measure_sample(cmp_measure_t *measure, size_t cell, uint64_t ops, uint64_t warmup,
                        uint64_t seed, double deadline_seconds, cmp_sample_t *sample);

/* Enough operations to bring a workload's blocks to their steady number: a random walk over N slots
 * has them half full after about 2 N steps. */
uint64_t cmp_fill_ops(const cmp_cell_t *cell);

/* cmp_clock() at which everything must stop; INFINITY without --quick. */
double cmp_measure_stop_time(const cmp_measure_t *measure);

#endif
