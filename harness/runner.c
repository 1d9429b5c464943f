/*
 * Runs one sample: launches the worker, checks the proof of the allocator, watches time and memory,
 * and turns what is left in the control block into a sample. Main thread; the other side of the
 * control block is the worker. See docs/method.md, Isolation.
 */
#include "runner.h"

#include <errno.h>
#include <linux/futex.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"
#include "layout_build.h"
#include "proof.h"
#include "scratch.h"
#include "signals.h"
#include "throughput.h"
#include "usage.h"

#define TICK_SECONDS 0.010 /* between two looks at memory and deadline */

enum {
    ERRORS_BYTES = 4096,        /* kept of the worker's stderr */
    TIMELINE_MAX_POINTS = 8192, /* then every other one is dropped and the distance doubles */
};

struct cmp_runner {
    const cmp_paths_t *paths; /* borrowed */
    cmp_run_t *run;           /* borrowed */
    cmp_scratch_t *scratch;
};

/* Why the worker was killed by us. */
typedef enum kill_reason {
    KILL_NONE,
    KILL_DEADLINE,
    KILL_MEMORY,
    KILL_PROOF,
    KILL_ABANDONED,
} kill_reason_t;

/* A worker while it runs. */
typedef struct watch {
    const cmp_sample_request_t *request;
    const cmp_allocator_t *allocator;
    cmp_process_t process;
    cmp_memory_reader_t memory;
    double started, ready; /* cmp_clock(); ready is 0 until the proof was accepted */
    uint64_t rss_bytes;    /* as last seen, without bookkeeping */
    kill_reason_t killed;
    cmp_failure_t proof_failure;
    char proof_reason[512];
    char errors[ERRORS_BYTES]; /* beginning of its stderr */
    size_t errors_bytes;
    uint32_t ticks, ticks_per_point;
    cmp_sample_t *sample; /* its timeline grows */
} watch_t;

double cmp_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double clock_unix(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

cmp_runner_t *cmp_runner_open(const cmp_paths_t *paths, cmp_run_t *run, char *error,
                              size_t error_bytes) {
    cmp_runner_t *runner = calloc(1, sizeof *runner);
    runner->paths = paths;
    runner->run = run;
    runner->scratch = cmp_scratch_open(run, error, error_bytes);
    if (runner->scratch == NULL) {
        free(runner);
        return NULL;
    }
    return runner;
}

cmp_scratch_t *cmp_runner_scratch(cmp_runner_t *runner) {
    return runner->scratch;
}

void cmp_runner_close(cmp_runner_t *runner) {
    if (runner == NULL)
        return;
    cmp_scratch_close(runner->scratch);
    free(runner);
}

/* ------------------------------------------------------------------ watching */

static uint32_t watch_state(const watch_t *watch) {
    /* acquire, with the release of worker_set_state: what the state promises can be read */
    return atomic_load_explicit(&watch->process.control->state, memory_order_acquire);
}

/* The first reason to kill is the one that counts. */
static void watch_kill(watch_t *watch, kill_reason_t reason) {
    if (watch->killed != KILL_NONE)
        return;
    watch->killed = reason;
    kill(-watch->process.pid, SIGKILL);
    kill(watch->process.pid, SIGKILL);
}

/* Empties the pipe so that the worker never waits for us; keeps the beginning. */
static void watch_read_errors(watch_t *watch) {
    char rest[1024];
    for (;;) {
        size_t room = sizeof watch->errors - 1 - watch->errors_bytes;
        ssize_t got = room > 0
                          ? read(watch->process.errors, watch->errors + watch->errors_bytes, room)
                          : read(watch->process.errors, rest, sizeof rest);
        if (got <= 0)
            return;
        if (room > 0)
            watch->errors_bytes += (size_t)got;
    }
}

/* Sleeps until the next tick, or until something happens to the worker. */
static void watch_sleep(watch_t *watch) {
    struct timespec tick = {.tv_nsec = (long)(TICK_SECONDS * 1e9)};
    if (watch_state(watch) == WL_STATE_STARTING) {
        syscall(SYS_futex, &watch->process.control->state, FUTEX_WAIT, WL_STATE_STARTING, &tick,
                NULL, 0);
        return;
    }
    struct pollfd ends[] = {{.fd = watch->process.pidfd, .events = POLLIN},
                            {.fd = watch->process.errors, .events = POLLIN}};
    /* Once the pipe is closed at the other end it would report that without pause. */
    ppoll(ends, watch->errors_bytes + 1 < sizeof watch->errors ? 2 : 1, &tick, NULL);
    if ((ends[1].revents & (POLLHUP | POLLIN)) == POLLHUP)
        ppoll(ends, 1, &tick, NULL);
}

/* What the library says of itself, as a string however the block was left. */
static void configuration_copy(const wl_control_t *control,
                               char text[sizeof control->configuration + 1]) {
    snprintf(text, sizeof control->configuration + 1, "%.*s", (int)sizeof control->configuration,
             control->configuration);
}

/* Accepts or refuses the worker's proof of who serves malloc, and of which build it is. */
static void watch_prove(watch_t *watch, const cmp_runner_t *runner) {
    wl_control_t *control = watch->process.control;
    watch->proof_failure = cmp_proof_check(
        watch->process.pid, control,
        watch->allocator->path != NULL ? cmp_scratch_library(runner->scratch) : NULL,
        watch->proof_reason, sizeof watch->proof_reason);
    if (watch->proof_failure == CMP_OK) {
        char said[sizeof control->configuration + 1];
        configuration_copy(control, said);
        watch->proof_failure = cmp_proof_configuration(watch->allocator, said, watch->proof_reason,
                                                       sizeof watch->proof_reason);
    }
    if (watch->proof_failure != CMP_OK) {
        watch_kill(watch, KILL_PROOF);
        return;
    }
    watch->ready = cmp_clock();
    /* release, with the acquire of worker_wait_for_go */
    atomic_store_explicit(&control->go, 1, memory_order_release);
    syscall(SYS_futex, &control->go, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

static void timeline_add(watch_t *watch, const cmp_timeline_point_t *point) {
    cmp_sample_t *sample = watch->sample;
    if (watch->ticks++ % watch->ticks_per_point != 0)
        return;
    if (sample->timeline_count == TIMELINE_MAX_POINTS) {
        for (size_t i = 0; i < TIMELINE_MAX_POINTS / 2; i++)
            sample->timeline[i] = sample->timeline[2 * i];
        sample->timeline_count = TIMELINE_MAX_POINTS / 2;
        watch->ticks_per_point *= 2;
    }
    if ((sample->timeline_count & (sample->timeline_count - 1)) == 0) {
        size_t room = sample->timeline_count == 0 ? 1 : 2 * sample->timeline_count;
        cmp_timeline_point_t *more = realloc(sample->timeline, room * sizeof *more);
        if (more == NULL)
            return;
        sample->timeline = more;
    }
    sample->timeline[sample->timeline_count++] = *point;
}

static uint64_t above(uint64_t bytes, uint64_t bookkeeping_bytes) {
    return bytes > bookkeeping_bytes ? bytes - bookkeeping_bytes : 0;
}

/* One look at memory, deadline and signals. */
static void watch_tick(watch_t *watch) {
    const cmp_sample_request_t *request = watch->request;
    cmp_timeline_point_t point;
    double now = cmp_clock();
    if (cmp_memory_read(&watch->memory, &point.rss_bytes, &point.rss_anon_bytes)) {
        point.rss_bytes = above(point.rss_bytes, watch->process.control->bookkeeping_bytes);
        point.seconds = now - watch->ready;
        point.ops_per_second = NAN;
        if (watch->ready > 0)
            timeline_add(watch, &point);
        watch->rss_bytes = point.rss_bytes;
        if (point.rss_bytes > request->memory_limit_bytes)
            watch_kill(watch, KILL_MEMORY);
    }
    if (now - watch->started > request->deadline_seconds)
        watch_kill(watch, KILL_DEADLINE);
    if (now > request->abandon_at || cmp_signals_arrived())
        watch_kill(watch, KILL_ABANDONED);
}

/* Watches until the process has ended; returns its wait status. */
static int watch_run(watch_t *watch, const cmp_runner_t *runner) {
    int status = 0;
    double next_tick = watch->started;
    for (;;) {
        watch_read_errors(watch);
        pid_t ended = waitpid(watch->process.pid, &status, WNOHANG);
        if (ended == watch->process.pid || (ended < 0 && errno != EINTR))
            break;
        if (watch->ready <= 0 && watch->killed == KILL_NONE && watch_state(watch) == WL_STATE_READY)
            watch_prove(watch, runner);
        if (cmp_clock() >= next_tick) {
            watch_tick(watch);
            next_tick = cmp_clock() + TICK_SECONDS;
        }
        watch_sleep(watch);
    }
    watch_read_errors(watch);
    watch->errors[watch->errors_bytes] = '\0';
    return status;
}

/* ------------------------------------------------------------------ classifying */

static const char *state_text(uint32_t state) {
    static const char *const texts[] = {
        [WL_STATE_STARTING] = "while starting",
        [WL_STATE_READY] = "before the first thread started",
        [WL_STATE_WARMUP] = "in the warm-up",
        [WL_STATE_MEASURING] = "in the measured phase",
        [WL_STATE_PEAK] = "while freeing everything",
        [WL_STATE_FREED] = "after everything was freed",
        [WL_STATE_DONE] = "at exit",
        [WL_STATE_FAILED] = "after a failure",
    };
    return state < sizeof texts / sizeof texts[0] ? texts[state] : "in an unknown state";
}

/* The first line with text in the worker's stderr, printable and not too long. */
static void errors_first_line(const char *errors, char line[200]) {
    errors += strspn(errors, " \t\r\n");
    snprintf(line, 200, "%.*s", (int)strcspn(errors, "\r\n"), errors);
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
}

static void sample_fail(cmp_sample_t *sample, cmp_failure_t failure, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void sample_fail(cmp_sample_t *sample, cmp_failure_t failure, const char *format, ...) {
    char reason[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    sample->failure = failure;
    free(sample->reason);
    sample->reason = cmp_text("%s", reason);
}

/* Ended by a signal that we did not send. */
static void classify_signal(watch_t *watch, int number, const char *line) {
    const char *where = state_text(watch_state(watch));
    if (number == SIGKILL) {
        sample_fail(watch->sample, CMP_FAIL_OUT_OF_MEMORY,
                    "killed %s, most likely by the kernel because memory ran out", where);
        return;
    }
    const char *name = sigabbrev_np(number);
    char unnamed[24];
    snprintf(unnamed, sizeof unnamed, "%d", number);
    sample_fail(watch->sample, CMP_FAIL_CRASH, "SIG%s (%s) %s%s%s", name != NULL ? name : unnamed,
                strsignal(number), where, *line ? ": " : "", line);
}

/* Ended by itself, but not well. */
static void classify_exit(watch_t *watch, int status, const char *line) {
    static const cmp_failure_t failures[] = {
        [WL_FAILURE_NONE] = CMP_FAIL_WORKER,
        [WL_FAILURE_BAD_REQUEST] = CMP_FAIL_WORKER,
        [WL_FAILURE_BIND_REFUSED] = CMP_FAIL_BIND,
        [WL_FAILURE_WRONG_DATA] = CMP_FAIL_WRONG_DATA,
        [WL_FAILURE_OUT_OF_MEMORY] = CMP_FAIL_OUT_OF_MEMORY,
        [WL_FAILURE_SYSTEM] = CMP_FAIL_WORKER,
    };
    const wl_control_t *control = watch->process.control;
    uint32_t state = watch_state(watch), failure = control->failure;
    if (state == WL_STATE_FAILED && failure < sizeof failures / sizeof failures[0])
        sample_fail(watch->sample, failures[failure], "%.*s", (int)sizeof control->message - 1,
                    control->message);
    else if (state == WL_STATE_STARTING)
        sample_fail(watch->sample, CMP_FAIL_LOAD, "ended with status %d before it was ready%s%s",
                    status, *line ? ": " : "", line);
    else
        sample_fail(watch->sample, CMP_FAIL_WORKER, "ended with status %d %s%s%s", status,
                    state_text(state), *line ? ": " : "", line);
}

/* Sets the sample's failure from how the process ended. */
static void classify(watch_t *watch, int status) {
    char line[200];
    errors_first_line(watch->errors, line);
    uint32_t state = watch_state(watch);
    switch (watch->killed) {
    case KILL_DEADLINE:
        sample_fail(watch->sample, CMP_FAIL_HANG,
                    "still running %s after the deadline of %.3g s, with an RSS of %.4g MiB",
                    state_text(state), watch->request->deadline_seconds,
                    (double)watch->rss_bytes / (1 << 20));
        return;
    case KILL_MEMORY:
        sample_fail(watch->sample, CMP_FAIL_MEMORY_CAP,
                    "RSS passed the limit of %.4g MiB %s (--memory-limit raises it)",
                    (double)watch->request->memory_limit_bytes / (1 << 20), state_text(state));
        return;
    case KILL_PROOF:
        if (strstr(watch->errors, "cannot be preloaded") != NULL)
            sample_fail(watch->sample, CMP_FAIL_LOAD, "%s", line);
        else
            sample_fail(watch->sample, watch->proof_failure, "%s", watch->proof_reason);
        return;
    case KILL_ABANDONED:
    case KILL_NONE:
        break;
    }
    if (WIFSIGNALED(status))
        classify_signal(watch, WTERMSIG(status), line);
    else if (WEXITSTATUS(status) != 0 || state != WL_STATE_DONE)
        classify_exit(watch, WEXITSTATUS(status), line);
}

/* ------------------------------------------------------------------ results */

static void sample_read_control(cmp_sample_t *sample, const wl_control_t *control) {
    uint64_t bookkeeping = control->bookkeeping_bytes, crossed = 0, freed = 0;
    sample->ops_per_second =
        cmp_throughput(control->threads, control->thread_count, &sample->window_seconds);
    for (uint32_t i = 0; i < control->thread_count; i++) {
        sample->ops += control->threads[i].ops;
        crossed += control->threads[i].crossed_blocks;
        freed += control->threads[i].freed_blocks;
        if (control->threads[i].bound != 1)
            sample_fail(sample, CMP_FAIL_BIND, "thread %u was not bound to its PU", i);
    }
    sample->checksum = control->checksum;
    sample->crossed_share = freed > 0 ? (double)crossed / (double)freed : 0;
    sample->peak_rss_bytes = above(control->peak_rss_bytes, bookkeeping);
    for (int moment = 0; moment < WL_MOMENTS; moment++) {
        sample->memory[moment] = control->memory[moment];
        sample->memory[moment].rss_bytes = above(control->memory[moment].rss_bytes, bookkeeping);
    }
    sample->live_bytes = control->live_bytes;
    memcpy(sample->node_bytes, control->node_bytes, sizeof sample->node_bytes);
    sample->minor_faults = control->minor_faults;
    sample->major_faults = control->major_faults;
    sample->voluntary_switches = control->voluntary_switches;
    sample->involuntary_switches = control->involuntary_switches;
    sample->user_seconds = (double)control->user_ns * 1e-9;
    sample->system_seconds = (double)control->system_ns * 1e-9;
    if (sample->failure == CMP_OK && !isfinite(sample->ops_per_second))
        sample_fail(sample, CMP_FAIL_WORKER, "a thread reported no progress to measure by");
}

/* Puts the window and the threads' progress on the timeline. A point's throughput is that of the
 * time since the point before, where all of that lies in the window. */
static void timeline_read_control(cmp_sample_t *sample, const wl_control_t *control, double ready) {
    uint64_t start, end, before = 0;
    sample->window_start_seconds = NAN;
    if (!cmp_window(control->threads, control->thread_count, &start, &end))
        return;
    sample->window_start_seconds = (double)start * 1e-9 - ready;
    for (size_t i = 0; i < sample->timeline_count; i++) {
        cmp_timeline_point_t *point = &sample->timeline[i];
        uint64_t ns = (uint64_t)((ready + point->seconds) * 1e9);
        if (before >= start && ns > before && ns <= end)
            point->ops_per_second = (cmp_ops_at(control->threads, control->thread_count, ns) -
                                     cmp_ops_at(control->threads, control->thread_count, before)) /
                                    ((double)(ns - before) * 1e-9);
        before = ns;
    }
}

/* The stamps take part in the sample's speed, which is therefore no figure of the allocator. */
static void latency_read_control(cmp_sample_t *sample, const wl_control_t *control) {
    sample->timed_ops_per_second = sample->ops_per_second;
    sample->ops_per_second = NAN;
    sample->latency = malloc(sizeof *sample->latency);
    if (sample->latency == NULL)
        abort();
    *sample->latency = control->latency;
    for (int i = 0; i < WL_OPERATIONS; i++) /* a worker that went wild */
        if (sample->latency->slow[i].count > WL_SLOW_CALLS)
            sample->latency->slow[i].count = WL_SLOW_CALLS;
    if (sample->latency->source == 0)
        sample_fail(sample, CMP_FAIL_WORKER, "no time stamps were taken");
}

/* Events that the worker counted, by their name in the run. */
static void counters_read_control(cmp_sample_t *sample, const wl_control_t *control) {
    static const cmp_counter_t counters[WL_EVENTS] = {
        [WL_EVENT_CYCLES] = CMP_COUNTER_CYCLES,
        [WL_EVENT_INSTRUCTIONS] = CMP_COUNTER_INSTRUCTIONS,
        [WL_EVENT_BRANCHES] = CMP_COUNTER_BRANCHES,
        [WL_EVENT_BRANCH_MISSES] = CMP_COUNTER_BRANCH_MISSES,
        [WL_EVENT_CACHE_MISSES] = CMP_COUNTER_CACHE_MISSES,
        [WL_EVENT_PAGE_FAULTS] = CMP_COUNTER_COUNT, /* the sample has them from getrusage */
    };
    sample->counted.ops = control->counted_ops;
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        sample->counted.events[i] = NAN;
    for (int i = 0; i < WL_EVENTS; i++)
        if (counters[i] != CMP_COUNTER_COUNT && control->events[i] != WL_EVENT_MISSING)
            sample->counted.events[counters[i]] = control->events[i];
}

/* Keeps what the library says of itself; a library that changes its mind within a run fails. */
static void configuration_keep(cmp_allocator_t *allocator, const wl_control_t *control,
                               cmp_sample_t *sample) {
    char text[sizeof control->configuration + 1];
    configuration_copy(control, text);
    if (*text == '\0')
        return;
    if (allocator->configuration == NULL)
        allocator->configuration = cmp_text("%s", text);
    else if (strcmp(allocator->configuration, text) != 0)
        sample_fail(sample, CMP_FAIL_WRONG_ALLOCATOR,
                    "configuration '%s' differs from that of an earlier sample, '%s'", text,
                    allocator->configuration);
}

/* Number and size of one row's environment settings; each place it does not use is padded. */
static size_t settings_of(const cmp_allocator_t *allocator, size_t *bytes) {
    size_t count = 0;
    for (; allocator->environment != NULL && allocator->environment[count] != NULL; count++)
        *bytes += strlen(allocator->environment[count]) + 1;
    return count;
}

static size_t settings_most(const cmp_run_t *run) {
    size_t most = 0;
    for (size_t i = 0; i < run->allocator_count; i++) {
        size_t bytes = 0, count = settings_of(&run->allocators[i], &bytes);
        most = count > most ? count : most;
    }
    return most;
}

/* The largest environment among the rows, with `places` strings each: see launch.c. */
static size_t settings_bytes(const cmp_run_t *run, size_t places) {
    size_t most = 0;
    for (size_t i = 0; i < run->allocator_count; i++) {
        size_t bytes = 0, count = settings_of(&run->allocators[i], &bytes);
        bytes += (places - count) * sizeof "P=";
        most = bytes > most ? bytes : most;
    }
    return most;
}

/* Length of the longest path that a row starts: the kernel puts it on the stack. */
static size_t worker_bytes(const cmp_runner_t *runner) {
    size_t most = strlen(runner->paths->worker);
    const size_t copy = strlen(cmp_scratch_library(runner->scratch));
    for (size_t i = 0; i < runner->run->allocator_count; i++)
        if (runner->run->allocators[i].linked && copy > most)
            most = copy;
    return most;
}

bool cmp_runner_sample(cmp_runner_t *runner, const cmp_sample_request_t *request,
                       cmp_sample_t *sample) {
    char error[512];
    size_t index = request->cell->allocator;
    cmp_allocator_t *allocator = &runner->run->allocators[index];
    *sample = (cmp_sample_t){.kind = request->kind,
                             .seed = request->seed,
                             .started = clock_unix(),
                             .steal_seconds = NAN,
                             .window_start_seconds = NAN,
                             .timed_ops_per_second = NAN};
    cmp_uuid(sample->uuid);
    sample->binding = cmp_text("%s", request->bind);

    watch_t watch = {
        .request = request, .allocator = allocator, .sample = sample, .ticks_per_point = 1};
    double steal = cmp_steal_seconds();
    size_t places = settings_most(runner->run);
    const cmp_launch_t launch = {
        .worker = allocator->linked ? cmp_scratch_library(runner->scratch) : runner->paths->worker,
        .worker_bytes = worker_bytes(runner),
        .folder = cmp_scratch_folder(runner->scratch),
        .library = cmp_scratch_library(runner->scratch),
        .preload = allocator->path != NULL && !allocator->linked,
        .settings = allocator->environment,
        .setting_places = places,
        .setting_bytes = settings_bytes(runner->run, places),
        .stack_bytes = cmp_layout_stack_bytes(allocator->layout),
        .cell = request->cell,
        .ops = request->ops,
        .warmup = request->warmup,
        .seed = request->seed,
        .latency = request->kind == CMP_SAMPLE_LATENCY,
        .idle_ms = request->idle_ms,
        .bind = request->bind,
        .count_events = request->count_events,
        .wrapper = request->wrapper,
    };
    watch.started = cmp_clock();
    if (!cmp_scratch_fill(runner->scratch, index, error, sizeof error) ||
        !cmp_launch(&launch, &watch.process, error, sizeof error)) {
        sample_fail(sample, CMP_FAIL_LOAD, "%s", error);
        cmp_scratch_clear(runner->scratch);
        return true;
    }
    cmp_memory_open(&watch.memory, watch.process.pid);
    int status = watch_run(&watch, runner);
    sample->wall_seconds = cmp_clock() - watch.started;
    sample->steal_seconds = cmp_steal_seconds() - steal;
    cmp_memory_close(&watch.memory);
    cmp_scratch_clear(runner->scratch);

    classify(&watch, status);
    if (sample->failure == CMP_OK)
        sample_read_control(sample, watch.process.control);
    if (sample->failure == CMP_OK)
        timeline_read_control(sample, watch.process.control, watch.ready);
    if (sample->failure == CMP_OK && request->kind == CMP_SAMPLE_LATENCY)
        latency_read_control(sample, watch.process.control);
    if (sample->failure == CMP_OK && request->count_events)
        counters_read_control(sample, watch.process.control);
    if (sample->failure == CMP_OK)
        configuration_keep(allocator, watch.process.control, sample);
    cmp_process_close(&watch.process);
    if (watch.killed == KILL_ABANDONED) {
        cmp_sample_clear(sample);
        return false;
    }
    return true;
}
