/*
 * Watches a real program while it runs. Main thread. Looks rarely, because what it takes is taken
 * from the PUs that are being measured; the end of the program is seen at once.
 */
#include "program_watch.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner.h"
#include "signals.h"
#include "usage.h"

#define TICK_SECONDS  0.050 /* between two looks at memory and deadline */
#define GRACE_SECONDS 2.0   /* that the stopwatch gets to end what it started */

/* A program while it runs. */
typedef struct watch {
    const cmp_program_launch_t *launch;
    const cmp_program_request_t *request;
    cmp_stopwatch_t stopwatch;
    cmp_watch_end_t *end;
    double started, killed_at; /* cmp_clock() */
} watch_t;

/* ------------------------------------------------------------------ memory */

static uint64_t tree_rss_bytes(pid_t pid, int depth);

/* RSS of the processes that one thread of `pid` has started. */
static uint64_t children_rss_bytes(pid_t pid, const char *thread, int depth) {
    char path[96];
    int child;
    uint64_t bytes = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/children", (int)pid, thread);
    FILE *children = fopen(path, "re");
    while (children != NULL && fscanf(children, "%d", &child) == 1)
        bytes += tree_rss_bytes(child, depth - 1);
    if (children != NULL)
        fclose(children);
    return bytes;
}

/* RSS of a process and all its descendants; pages that they share count for each. */
static uint64_t tree_rss_bytes(pid_t pid, int depth) {
    char path[48];
    uint64_t bytes = 0, anonymous;
    cmp_memory_reader_t memory;
    cmp_memory_open(&memory, pid);
    if (!cmp_memory_read(&memory, &bytes, &anonymous))
        bytes = 0;
    cmp_memory_close(&memory);
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = depth > 0 ? opendir(path) : NULL;
    for (struct dirent *entry; threads != NULL && (entry = readdir(threads)) != NULL;)
        if (entry->d_name[0] != '.')
            bytes += children_rss_bytes(pid, entry->d_name, depth);
    if (threads != NULL)
        closedir(threads);
    return bytes;
}

/* ------------------------------------------------------------------ the linker's logs */

static void log_read(const watch_t *watch, const char *path, bool own) {
    const cmp_program_runner_t *runner = watch->launch->runner;
    bool library = runner->run->allocators[watch->launch->allocator].path != NULL;
    cmp_bindings_t bindings, *descendants = watch->request->descendants;
    FILE *log = fopen(path, "re");
    if (log == NULL)
        return;
    cmp_bindings_read(log, library ? cmp_scratch_library(runner->scratch) : NULL, &bindings);
    fclose(log);
    if (own) {
        *watch->request->bindings = bindings;
        return;
    }
    descendants->right += bindings.wrong == 0;
    if (bindings.wrong > 0 && descendants->wrong++ == 0)
        memcpy(descendants->where, bindings.where, sizeof descendants->where);
}

/* Reads and removes the logs of processes that have ended, or all: so that a program that starts
 * thousands does not fill the disk. */
static void logs_take(const watch_t *watch, bool all) {
    const char *folder = cmp_scratch_folder(watch->launch->runner->scratch);
    int own = atomic_load_explicit(&watch->stopwatch.report->pid, memory_order_relaxed);
    if (watch->request->bindings == NULL)
        return;
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, CMP_PROGRAM_LOG, strlen(CMP_PROGRAM_LOG)) != 0)
            continue;
        int pid = atoi(entry->d_name + strlen(CMP_PROGRAM_LOG));
        if (!all && (kill(pid, 0) == 0 || errno != ESRCH))
            continue;
        char *path = cmp_text("%s/%s", folder, entry->d_name);
        log_read(watch, path, pid == own);
        unlink(path);
        free(path);
    }
    if (entries != NULL)
        closedir(entries);
}

/* ------------------------------------------------------------------ watching */

/* The first reason to end it is the one that counts. */
static void watch_kill(watch_t *watch, cmp_watch_kill_t reason) {
    if (watch->end->killed != CMP_WATCH_ENDED)
        return;
    watch->end->killed = reason;
    watch->killed_at = cmp_clock();
    kill(watch->stopwatch.pid, SIGTERM);
}

static void watch_tick(watch_t *watch) {
    const cmp_program_request_t *request = watch->request;
    int pid = atomic_load_explicit(&watch->stopwatch.report->pid, memory_order_relaxed);
    double now = cmp_clock();
    enum { DEPTH = 32 };
    if (watch->end->killed != CMP_WATCH_ENDED) {
        if (now > watch->killed_at + GRACE_SECONDS) {
            kill(-watch->stopwatch.pid, SIGKILL);
            kill(watch->stopwatch.pid, SIGKILL);
        }
        return;
    }
    if (pid > 0) {
        watch->end->rss_bytes = tree_rss_bytes(pid, DEPTH);
        if (watch->end->rss_bytes > request->memory_limit_bytes)
            watch_kill(watch, CMP_WATCH_MEMORY);
    }
    if (now - watch->started > request->deadline_seconds)
        watch_kill(watch, CMP_WATCH_DEADLINE);
    if (now > request->abandon_at || cmp_signals_arrived())
        watch_kill(watch, CMP_WATCH_ABANDONED);
    logs_take(watch, false);
}

void cmp_program_watch(const cmp_program_launch_t *launch, const cmp_program_request_t *request,
                       cmp_watch_end_t *end) {
    watch_t watch = {.launch = launch, .request = request, .end = end, .started = cmp_clock()};
    const struct timespec tick = {.tv_nsec = (long)(TICK_SECONDS * 1e9)};
    *end = (cmp_watch_end_t){.killed = CMP_WATCH_ENDED};
    if (request->bindings != NULL)
        *request->bindings = *request->descendants = (cmp_bindings_t){0};
    if (!cmp_program_start(launch, &watch.stopwatch)) {
        end->start_error = errno;
        return;
    }
    double next_tick = watch.started + TICK_SECONDS;
    for (;;) {
        pid_t ended = waitpid(watch.stopwatch.pid, NULL, WNOHANG);
        if (ended == watch.stopwatch.pid || (ended < 0 && errno != EINTR))
            break;
        if (cmp_clock() >= next_tick || cmp_signals_arrived()) {
            watch_tick(&watch);
            next_tick = cmp_clock() + TICK_SECONDS;
        }
        struct pollfd ends = {.fd = watch.stopwatch.pidfd, .events = POLLIN};
        ppoll(&ends, 1, &tick, NULL);
    }
    logs_take(&watch, true);
    const stopwatch_report_t *report = watch.stopwatch.report;
    /* acquire, with the release in the stopwatch */
    end->reported = atomic_load_explicit(&report->done, memory_order_acquire) == 1;
    end->start_error = report->start_error;
    end->wait_status = report->wait_status;
    memcpy(&end->report, report, sizeof end->report);
    cmp_stopwatch_close(&watch.stopwatch);
}
