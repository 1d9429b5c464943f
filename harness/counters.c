/*
 * Chooses what counts, and counts by simulation. Main thread, while nothing is being measured. See
 * docs/method.md, Counters.
 */
#include "counters.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../workloads/worker_counters.h"
#include "cachegrind.h"
#include "capture.h"
#include "package.h"
#include "program_file.h"
#include "scratch.h"

/* Operations of the two simulated runs: the first is long enough that the second adds nothing but
 * steady work. The warm-up fills the workload's blocks twice over. */
enum { BRIEF_OPS = 100000, FULL_OPS = 500000, LEAST_WARMUP_OPS = 20000 };

#define SIMULATION_DEADLINE 600.0
#define SIMULATION_SEED     1 /* fixed, so that figures of several runs can be compared */

/* ------------------------------------------------------------------ the source */

/* A PMU may be announced and yet count nothing, as in some virtual machines. */
static bool pmu_works(void) {
    wl_counters_t counters;
    double events[WL_EVENTS];
    bool opened = wl_counters_open(&counters);
    wl_counters_start(&counters);
    for (volatile int i = 0; i < 100000; i++)
        continue;
    wl_counters_stop(&counters, events);
    wl_counters_close(&counters);
    return opened && events[WL_EVENT_INSTRUCTIONS] > 100000 && events[WL_EVENT_CYCLES] > 1000;
}

/* "3.19.0" of "valgrind-3.19.0", malloc'ed. */
static char *valgrind_version(const char *valgrind) {
    char *text = cmp_capture((const char *const[]){valgrind, "--version", NULL}, NULL);
    const char *dash = text != NULL ? strchr(text, '-') : NULL;
    char *version = dash != NULL ? cmp_text("%.*s", (int)strcspn(dash + 1, "\n"), dash + 1)
                                 : cmp_text("of unknown version");
    free(text);
    return version;
}

bool cmp_counters_choose(cmp_run_t *run, cmp_counters_t *counters, char *error,
                         size_t error_bytes) {
    static const char *const packages[CMP_FAMILY_COUNT] = {"valgrind", "valgrind", "valgrind"};
    char reason[600];
    free(run->counters_source);
    run->counters_source = NULL;
    if (pmu_works()) {
        *counters = CMP_COUNTERS_PMU;
        run->counters_source = cmp_text("perf events: user mode, all threads, measured phase");
        return true;
    }
    char *valgrind = cmp_program_find("valgrind", reason, sizeof reason);
    if (valgrind == NULL) {
        char *remedy = cmp_package_remedy(packages);
        snprintf(error, error_bytes,
                 "cannot count: this machine has no PMU that counts for this user, and valgrind, "
                 "which would simulate one, is not installed; %s",
                 remedy != NULL ? remedy : "install the package valgrind");
        free(remedy);
        return false;
    }
    char *version = valgrind_version(valgrind);
    *counters = CMP_COUNTERS_CACHEGRIND;
    run->counters_source = cmp_text("cachegrind %s: %s", version, cmp_cachegrind_settings);
    free(version);
    free(valgrind);
    return true;
}

/* ------------------------------------------------------------------ one simulated run */

static uint64_t warmup_ops(const cmp_cell_t *cell) {
    uint64_t fill = 2 * cmp_fill_ops(cell);
    uint64_t least = wl_first_ops(cell->workload, LEAST_WARMUP_OPS);
    return fill > least ? fill : least;
}

/* Counts whole processes: start and warm-up are in it. False when it was abandoned. */
static bool run_count(cmp_measure_t *measure, const cmp_cell_t *cell, const char *bind,
                      uint64_t ops, cmp_count_t *count, char **failure) {
    char error[512];
    const char *command[CMP_CACHEGRIND_ARGUMENTS];
    cmp_sample_t sample;
    char *output =
        cmp_text("%s/cachegrind.out", cmp_scratch_folder(cmp_runner_scratch(measure->runner)));
    char *option = cmp_text("--cachegrind-out-file=%s", output);
    char *valgrind = cmp_program_find("valgrind", error, sizeof error);
    cmp_cachegrind_command(valgrind, option, command);
    const cmp_sample_request_t request = {
        .cell = cell,
        .ops = ops,
        .warmup = warmup_ops(cell),
        .seed = SIMULATION_SEED,
        .bind = bind,
        .deadline_seconds = SIMULATION_DEADLINE,
        .memory_limit_bytes = UINT64_MAX,
        .abandon_at = INFINITY,
        .wrapper = command,
    };
    bool finished = valgrind != NULL && cmp_runner_sample(measure->runner, &request, &sample);
    FILE *file = finished ? fopen(output, "re") : NULL;
    *count = (cmp_count_t){0};
    if (finished && sample.failure != CMP_OK)
        *failure = cmp_text("%s: %s", cmp_failure_name(sample.failure), sample.reason);
    else if (finished && file == NULL)
        *failure = cmp_text("cachegrind left no output: %s", strerror(errno));
    else if (finished && !cmp_cachegrind_read(file, count, error, sizeof error))
        *failure = cmp_text("%s", error);
    else if (finished)
        count->ops = sample.ops;
    if (file != NULL)
        fclose(file);
    unlink(output);
    if (finished)
        cmp_sample_clear(&sample);
    free(valgrind);
    free(option);
    free(output);
    return finished;
}

/* ------------------------------------------------------------------ all cells */

/* The same work on one thread: threads and placement do not matter. */
static bool same_simulation(const cmp_cell_t *a, const cmp_cell_t *b) {
    cmp_cell_t like_b = *a;
    like_b.threads = b->threads;
    like_b.placement = b->placement;
    return a->allocator == b->allocator && cmp_same_work(&like_b, b);
}

/* There is a figure to explain, and valgrind can run it: the floor reserves more addresses than
 * valgrind has. */
static bool cell_is_countable(const cmp_run_t *run, const cmp_cell_t *cell) {
    if (run->allocators[cell->allocator].floor)
        return false;
    for (size_t i = 0; i < cell->sample_count; i++)
        if (cell->samples[i].failure == CMP_OK)
            return true;
    return false;
}

/* Counts a cell whose work has not been counted yet. False when it was abandoned. */
static bool cell_count(cmp_measure_t *measure, size_t index) {
    cmp_run_t *run = measure->run;
    cmp_cell_t *cell = &run->cells[index], alone = *cell;
    const char *label = run->allocators[cell->allocator].label;
    const char *all = measure->schedule->groups[index / run->allocator_count].bind;
    char *bind = cmp_text("%.*s", (int)strcspn(all, ","), all), *failure = NULL;
    alone.threads = 1;
    alone.seconds = 0;
    alone.check = false;
    cmp_progress_say(&measure->progress, "counting: %s, %s", cell->workload->name, label);
    const uint64_t brief = wl_first_ops(cell->workload, BRIEF_OPS);
    const uint64_t full = wl_first_ops(cell->workload, FULL_OPS);
    bool finished =
        run_count(measure, &alone, bind, brief, &cell->simulated[0], &failure) &&
        (failure != NULL || run_count(measure, &alone, bind, full, &cell->simulated[1], &failure));
    if (failure != NULL || !finished)
        cell->simulated[0].ops = cell->simulated[1].ops = 0;
    if (failure != NULL)
        cmp_run_note(run, "no counters of %s, %s: %s", label, cell->workload->name, failure);
    free(failure);
    free(bind);
    return finished;
}

bool cmp_counters_simulate(cmp_measure_t *measure, char *error, size_t error_bytes) {
    cmp_run_t *run = measure->run;
    for (size_t i = 0; i < run->cell_count; i++) {
        cmp_cell_t *cell = &run->cells[i];
        const cmp_cell_t *counted = NULL;
        /* A run that was taken up again has them already. */
        if (!cell_is_countable(run, cell) || cell->simulated[1].ops > 0)
            continue;
        for (size_t j = 0; j < i && counted == NULL; j++)
            if (same_simulation(&run->cells[j], cell) && cell_is_countable(run, &run->cells[j]))
                counted = &run->cells[j];
        if (counted != NULL) {
            memcpy(cell->simulated, counted->simulated, sizeof cell->simulated);
        } else if (!cell_count(measure, i)) {
            run->interrupted = true;
            cmp_run_note(run, "interrupted while counting; what was counted is kept");
            return true;
        }
        if (!cmp_store_add_counters(measure->store, cell, error, error_bytes))
            return false;
    }
    return true;
}
