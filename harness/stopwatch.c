/*
 * The stopwatch: starts one real program, times it and reports what the kernel says it used. A
 * program of its own, because the kernel counts the memory of the process that forked into the peak
 * RSS of the child (ru_maxrss survives exec): this one has next to none. Started by program_run.c
 * for every sample; single-threaded; the contract is stopwatch.h.
 */
#include "stopwatch.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ending; /* SIGTERM has arrived */

static void term_handle(int number) {
    (void)number;
    ending = 1;
}

static uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t time_ns(struct timeval time) {
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_usec * 1000u;
}

/* In the child; `arguments` are those behind FILE. */
static _Noreturn void program_start(stopwatch_report_t *report, const char *file, char **arguments,
                                    pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (; strcmp(*arguments, "--") != 0; arguments++)
        putenv(*arguments);
    if (getppid() == parent)
        execv(file, arguments + 1);
    report->start_error = errno;
    _exit(127);
}

/* Sends SIGKILL to all children of this process; orphans of the program are among them. Returns how
 * many there were. */
static uint32_t children_kill(void) {
    char path[64];
    int pid;
    uint32_t count = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "re");
    while (children != NULL && fscanf(children, "%d", &pid) == 1) {
        kill(pid, SIGKILL);
        count++;
    }
    if (children != NULL)
        fclose(children);
    return count;
}

/* Ends what is left, generation by generation. Returns how many processes that were. */
static uint32_t descendants_end(void) {
    uint32_t ended = 0;
    for (;;) {
        children_kill();
        pid_t pid = waitpid(-1, NULL, 0);
        if (pid > 0)
            ended++;
        else if (errno != EINTR)
            return ended;
    }
}

static void report_fill(stopwatch_report_t *report, const struct rusage *usage) {
    report->user_ns = time_ns(usage->ru_utime);
    report->system_ns = time_ns(usage->ru_stime);
    report->peak_rss_bytes = (uint64_t)usage->ru_maxrss * 1024;
    report->minor_faults = (uint64_t)usage->ru_minflt;
    report->major_faults = (uint64_t)usage->ru_majflt;
    report->voluntary_switches = (uint64_t)usage->ru_nvcsw;
    report->involuntary_switches = (uint64_t)usage->ru_nivcsw;
}

/* Starts the program, waits for it, ends what it leaves behind. */
static void program_time(stopwatch_report_t *report, const char *file, char **arguments) {
    struct rusage usage;
    int status = 0;
    pid_t own = getpid(), ended;
    uint64_t started = clock_ns();
    pid_t pid = fork();
    if (pid == 0)
        program_start(report, file, arguments, own);
    if (pid < 0) {
        report->start_error = errno;
        return;
    }
    atomic_store_explicit(&report->pid, pid, memory_order_relaxed);
    while ((ended = wait4(pid, &status, 0, &usage)) != pid && !ending) {
        if (ended < 0 && errno != EINTR)
            break;
    }
    report->wall_ns = clock_ns() - started;
    if (ended == pid) {
        report->wait_status = status;
        report_fill(report, &usage);
    }
    report->left_count = descendants_end();
}

int main(int argc, char **argv) {
    int separator = 3;
    while (separator < argc && strcmp(argv[separator], "--") != 0)
        separator++;
    if (separator + 1 >= argc) {
        fprintf(stderr, "usage: stopwatch FD FILE [NAME=VALUE ...] -- ARGV0 [ARGUMENT ...]\n"
                        "'./compare run' starts it\n");
        return 2;
    }
    int fd = atoi(argv[1]);
    stopwatch_report_t *report =
        mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (report == MAP_FAILED || report->magic != STOPWATCH_MAGIC ||
        report->struct_bytes != sizeof *report) {
        fprintf(stderr, "stopwatch: no report at file descriptor %d, or of another build\n", fd);
        return 2;
    }
    close(fd);
    struct sigaction action = {.sa_handler = term_handle};
    sigaction(SIGTERM, &action, NULL);
    /* Descendants whose parent ends become children of this process, so that none is missed. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    program_time(report, argv[2], argv + 3);
    atomic_store_explicit(&report->done, 1, memory_order_release);
    return 0;
}
