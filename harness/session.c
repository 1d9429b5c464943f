/*
 * The steps of a measuring sub-command: see session.h. Main thread.
 */
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "../workloads/worker_control.h"
#include "allocators.h"
#include "command.h"
#include "counters.h"
#include "doctor.h"
#include "launch.h"
#include "machine.h"
#include "output.h"
#include "resume.h"
#include "usage.h"

static void options_check(const cmp_session_t *session) {
    const cmp_options_t *options = &session->options;
    if (session->workload_list == NULL && session->run.program == NULL) {
        char names[256] = "";
        size_t count;
        const wl_workload_t *const *table = wl_table(&count);
        for (size_t i = 0; i < count; i++) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", table[i]->name);
        }
        cmp_usage_error("no workload is named; there are %s; try '%s %s' or '%s --help'", names,
                        cmp_program(), table[0]->name, cmp_program());
    }
    if (options->quick && options->duration_seconds > 0)
        cmp_usage_error("--quick and --duration exclude each other: --quick chooses how long");
    if (options->quick && options->resume != NULL)
        cmp_usage_error("--quick and --resume exclude each other: a quick run is over before it is "
                        "worth resuming; start it anew");
    if (options->counters && (options->quick || options->check))
        cmp_usage_error("--counters and %s exclude each other: %s",
                        options->quick ? "--quick" : "--check",
                        options->quick ? "counting may take longer than its 15 s"
                                       : "the checks would be counted too");
    if (options->check && options->latency)
        cmp_usage_error("--check and --latency exclude each other: what is verified is not timed");
    if (options->json != NULL && options->csv != NULL && strcmp(options->json, options->csv) == 0)
        cmp_usage_error("--json and --csv cannot both write to '%s'", options->json);
}

/* Files that cannot be written are refused before anything is measured. */
static void outputs_check(const cmp_options_t *options) {
    char error[1024];
    if (options->json != NULL && !cmp_output_check(options->json, error, sizeof error))
        cmp_usage_error("%s", error);
    if (options->csv != NULL && !cmp_output_check(options->csv, error, sizeof error))
        cmp_usage_error("%s", error);
}

/* ------------------------------------------------------------------ preparing the run */

static uint64_t seed_random(void) {
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)time(NULL) ^ ((uint64_t)getpid() << 32);
    return seed & UINT32_MAX; /* short enough to be typed again */
}

char *cmp_session_compiler(void) {
#if defined(__clang__)
    return cmp_text("clang %s", __clang_version__);
#else
    return cmp_text("gcc %s", __VERSION__);
#endif
}

/* The command as typed: argv[0] of a sub-command is "PROGRAM NAME", see main.c. */
static char **command_copy(int argc, char **argv) {
    char **copy = calloc((size_t)argc + 2, sizeof *copy);
    const char *name = strrchr(argv[0], ' ');
    size_t count = 0;
    if (copy == NULL)
        abort();
    copy[count++] = cmp_text("%s", cmp_program());
    if (name != NULL)
        copy[count++] = cmp_text("%s", name + 1);
    for (int i = 1; i < argc; i++)
        copy[count++] = cmp_text("%s", argv[i]);
    return copy;
}

static void run_describe(cmp_session_t *session, int argc, char **argv) {
    cmp_run_t *run = &session->run;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    cmp_uuid(run->uuid);
    run->kind = "measured";
    run->command = command_copy(argc, argv);
    run->started = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
    run->commit = cmp_tree_commit(&session->paths);
    run->compiler = cmp_session_compiler();
    run->seed = session->options.seed_given ? session->options.seed : seed_random();
    run->rounds = session->options.rounds > 0 ? session->options.rounds : CMP_ROUNDS_DEFAULT;
    cmp_machine_describe(&run->machine, session->topo);
    const char *passed[64];
    size_t count = cmp_launch_passed_environment(passed, sizeof passed / sizeof passed[0]);
    for (size_t i = 0; i < count; i++)
        cmp_run_note(run, CMP_NOTE_ENVIRONMENT "%s", passed[i]);
    if (session->options.check)
        cmp_run_note(run, "blocks were filled and verified (--check): compare these figures only "
                          "with others of the same kind");
}

void cmp_session_open(cmp_session_t *session, int argc, char **argv) {
    char error[1024];
    options_check(session);
    if (session->run.program == NULL) {
        session->workloads =
            cmp_options_workloads(session->workload_list, true, &session->workload_count);
        session->values =
            cmp_options_values(&session->options, session->workloads, session->workload_count);
    }
    outputs_check(&session->options);
    if (!cmp_paths_find(&session->paths, error, sizeof error) ||
        (session->topo = topo_load(NULL, error, sizeof error)) == NULL)
        cmp_usage_error("%s", error);
    run_describe(session, argc, argv);
    if (session->options.counters &&
        !cmp_counters_choose(&session->run, &session->counters, error, sizeof error))
        cmp_usage_error("%s", error);
}

void cmp_session_select(cmp_session_t *session) {
    char error[1024];
    if (!cmp_allocators_select(&session->paths, session->options.allocators, &session->run, error,
                               sizeof error))
        cmp_usage_error("%s", error);
}

void cmp_session_plan(cmp_session_t *session) {
    cmp_options_t *options = &session->options;
    char error[1024];
    uint32_t default_threads[] = {1, topo_pu_count(session->topo)};
    if (default_threads[1] > WL_MAX_THREADS)
        default_threads[1] = WL_MAX_THREADS;
    const topo_policy_t default_place = TOPO_COMPACT;
    const cmp_subject_t subject = {
        .workloads = session->workloads,
        .values = session->values,
        .workload_count = session->workload_count,
        .threads = options->thread_count > 0 ? options->threads : default_threads,
        .thread_count =
            options->thread_count > 0 ? options->thread_count : (default_threads[1] > 1 ? 2 : 1),
        .places = options->places.count > 0 ? options->places.items : &default_place,
        .place_count = options->places.count > 0 ? options->places.count : 1,
        .seconds = options->duration_seconds,
        .check = options->check,
        .sweep = session->sweep,
    };
    if (!cmp_schedule_make(&session->schedule, &session->run, session->topo, &subject, error,
                           sizeof error))
        cmp_usage_error("%s", error);
}

/* ------------------------------------------------------------------ measuring */

bool cmp_session_needs_store(const cmp_session_t *session) {
    return !session->options.dry_run || session->options.resume != NULL;
}

static const char *folder_of(const cmp_session_t *session) {
    return session->options.output != NULL ? session->options.output : session->paths.results;
}

char *cmp_session_make_folder(const cmp_session_t *session) {
    const char *folder = folder_of(session);
    if (*folder == '\0' || !cmp_folder_make(folder))
        cmp_usage_error("cannot use results folder '%s': %s; choose another with -o DIR", folder,
                        *folder == '\0' ? "its name is empty" : strerror(errno));
    return cmp_text("%s", folder);
}

void cmp_session_open_store(cmp_session_t *session) {
    const char *folder = folder_of(session);
    char error[1024];
    session->database = cmp_text("%s/results.db", folder);
    if (session->options.resume != NULL && access(session->database, F_OK) != 0)
        cmp_usage_error(
            "nothing to resume: there is no '%s'; leave out --resume to start a run, or "
            "name the folder of the interrupted one with -o DIR",
            session->database);
    free(cmp_session_make_folder(session));
    session->store = cmp_store_open(session->database, error, sizeof error);
    if (session->store == NULL)
        cmp_usage_error("%s", error);
    if (session->options.resume != NULL)
        cmp_resume(session);
    cmp_history_t kind = session->run.program != NULL  ? CMP_HISTORY_PROGRAM
                         : session->sample_seconds > 0 ? CMP_HISTORY_AB
                                                       : CMP_HISTORY_TABLE;
    session->history = cmp_store_noise_history(session->store, kind, session->run.machine.id,
                                               &session->history_count);
}

cmp_measure_t cmp_session_measure(cmp_session_t *session) {
    const cmp_options_t *options = &session->options;
    uint64_t available = cmp_memory_available_bytes();
    char *diagnosis = cmp_doctor_line(&session->run);
    if (diagnosis != NULL)
        cmp_run_note(&session->run, "%s", diagnosis);
    free(diagnosis);
    cmp_measure_t measure = {
        .paths = &session->paths,
        .run = &session->run,
        .schedule = &session->schedule,
        .store = session->store,
        .recorded = session->recorded,
        .rounds = options->rounds,
        .sample_seconds =
            session->sample_seconds > 0 ? session->sample_seconds : CMP_SAMPLE_SECONDS,
        .latency_rounds = options->latency ? CMP_LATENCY_ROUNDS : 0,
        .idle_ms = CMP_IDLE_MS,
        .quick = options->quick,
        .started = session->started,
        .deadline_seconds = options->deadline_seconds,
        .counters = session->counters,
        .memory_limit_bytes = options->memory_limit_bytes > 0 ? options->memory_limit_bytes
                              : available > 0                 ? available / 2
                                                              : UINT64_MAX,
    };
    if (!options->quick && !options->check)
        measure.idle_rounds = cmp_measure_idle_rounds(&measure, session->idle_rounds);
    return measure;
}

bool cmp_session_end(cmp_session_t *session, bool measured, const char *reason) {
    char error[1024];
    bool good = measured;
    if (!measured)
        cmp_error("%s", reason);
    if (session->run.begun &&
        !cmp_store_end_run(session->store, &session->run, error, sizeof error)) {
        cmp_error("%s", error);
        good = false;
    }
    return good;
}

/* ------------------------------------------------------------------ printing */

static bool json_render(const void *report, FILE *file) {
    return cmp_report_json(report, file);
}

static bool csv_render(const void *report, FILE *file) {
    return cmp_report_csv(report, file);
}

static bool report_write(const char *path, bool (*render)(const void *, FILE *),
                         const cmp_report_t *report) {
    char error[1024];
    if (path == NULL || cmp_output_write(path, render, report, error, sizeof error))
        return true;
    cmp_error("%s", error);
    return false;
}

bool cmp_session_write(const cmp_session_t *session, const cmp_report_t *report) {
    const cmp_options_t *options = &session->options;
    bool json = report_write(options->json, json_render, report);
    return report_write(options->csv, csv_render, report) && json;
}

bool cmp_session_quiet(const cmp_session_t *session) {
    const cmp_options_t *options = &session->options;
    return (options->json != NULL && strcmp(options->json, "-") == 0) ||
           (options->csv != NULL && strcmp(options->csv, "-") == 0);
}

bool cmp_session_colour(void) {
    const char *refused = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (refused == NULL || *refused == '\0');
}

void cmp_session_close(cmp_session_t *session) {
    cmp_store_close(session->store);
    cmp_schedule_free(&session->schedule);
    for (size_t i = 0; session->recorded != NULL && i < session->run.cell_count; i++)
        cmp_cell_clear(&session->recorded[i]);
    free(session->recorded);
    cmp_run_free(&session->run);
    cmp_paths_free(&session->paths);
    topo_free(session->topo);
    free(session->workloads);
    free(session->values);
    free(session->database);
    free(session->history);
    free(session->options.threads);
    cmp_places_free(&session->options.places);
    free(session->options.settings);
}
