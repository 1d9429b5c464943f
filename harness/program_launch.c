/*
 * Starts the stopwatch, which starts the program. Called by program_watch.c, main thread; the
 * program is single-threaded, so the child may do as it likes between fork and exec.
 *
 * The program gets the user's environment with LD_PRELOAD and LD_LIBRARY_PATH extended, the
 * settings of the allocator's row, and HAKPAD, which makes it the same size for every row: the size
 * of the environment moves the stack and with it what shares a cache set.
 */
#include "program_launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    REPORT_FD = 3,           /* in the child */
    ABOVE_STANDARD_FDS = 16, /* our descriptors stay clear of the child's 0 to 3 */
    FIXED_ARGUMENTS = 12
};

static size_t words_count(char *const *words) {
    size_t count = 0;
    while (words != NULL && words[count] != NULL)
        count++;
    return count;
}

static size_t words_bytes(char *const *words) {
    size_t bytes = 0;
    for (; words != NULL && *words != NULL; words++)
        bytes += strlen(*words) + 1;
    return bytes;
}

/* "NAME=first" or "NAME=first:what the user has", malloc'ed. */
static char *list_extended(const char *name, const char *first) {
    const char *own = getenv(name);
    bool both = own != NULL && *own != '\0' && *first != '\0';
    return cmp_text("%s=%s%s%s", name, first, both ? ":" : "", own != NULL ? own : "");
}

/* What the row's environment has to be filled up with to be as large as the largest. */
static size_t padding_bytes(const cmp_program_launch_t *launch) {
    const cmp_run_t *run = launch->runner->run;
    size_t most = 0, own = 0, library = strlen(cmp_scratch_library(launch->runner->scratch)) + 1;
    for (size_t i = 0; i < run->allocator_count; i++) {
        const cmp_allocator_t *allocator = &run->allocators[i];
        size_t bytes =
            words_bytes(allocator->environment) + (allocator->path != NULL ? library : 0);
        most = bytes > most ? bytes : most;
        if (i == launch->allocator)
            own = bytes;
    }
    return most - own;
}

/* The stopwatch's arguments, malloc'ed, NULL-terminated. */
static char **arguments_make(const cmp_program_launch_t *launch) {
    const cmp_program_runner_t *runner = launch->runner;
    const cmp_program_t *program = runner->run->program;
    const cmp_allocator_t *allocator = &runner->run->allocators[launch->allocator];
    const char *folder = cmp_scratch_folder(runner->scratch);
    char **arguments = calloc(FIXED_ARGUMENTS + words_count(allocator->environment) +
                                  words_count(program->arguments),
                              sizeof *arguments);
    size_t count = 0;
    if (arguments == NULL)
        abort();
    arguments[count++] = cmp_text("stopwatch");
    arguments[count++] = cmp_text("%d", REPORT_FD);
    arguments[count++] = cmp_text("%s", program->file);
    arguments[count++] = list_extended("LD_LIBRARY_PATH", folder);
    arguments[count++] = list_extended(
        "LD_PRELOAD", allocator->path != NULL ? cmp_scratch_library(runner->scratch) : "");
    for (char **setting = allocator->environment; setting != NULL && *setting != NULL; setting++)
        arguments[count++] = cmp_text("%s", *setting);
    arguments[count++] = cmp_text("HAKPAD=%0*d", 16 + (int)padding_bytes(launch), 0);
    if (launch->log_bindings) {
        arguments[count++] = cmp_text("LD_DEBUG=bindings");
        arguments[count++] = cmp_text("LD_DEBUG_OUTPUT=%s/%.*s", folder,
                                      (int)strlen(CMP_PROGRAM_LOG) - 1, CMP_PROGRAM_LOG);
    }
    arguments[count++] = cmp_text("--");
    for (char **word = program->arguments; *word != NULL; word++)
        arguments[count++] = cmp_text("%s", *word);
    return arguments;
}

static int fd_above_standard(int fd) {
    return fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD_FDS);
}

/* In the child. Whatever goes wrong is told through stderr, which the parent reads. */
static _Noreturn void child_run(const cmp_program_launch_t *launch, const char *stopwatch,
                                char **arguments, pid_t parent, int report) {
    const struct rlimit no_core = {0, 0};
    setpgid(0, 0);
    /* The stopwatch ends all that it started, then itself. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
    setrlimit(RLIMIT_CORE, &no_core);
    /* Address-space randomisation is what makes processes independent samples. */
    int persona = personality(0xffffffff);
    if (persona != -1 && (persona & ADDR_NO_RANDOMIZE) != 0)
        personality((unsigned long)(persona & ~ADDR_NO_RANDOMIZE));
    int input = fd_above_standard(launch->input), output = fd_above_standard(launch->output);
    int errors = fd_above_standard(launch->errors), above = fd_above_standard(report);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0 ||
        dup2(above, REPORT_FD) < 0)
        _exit(127);
    syscall(SYS_close_range, REPORT_FD + 1, ~0u, 0); /* an old kernel closes what is CLOEXEC */
    execv(stopwatch, arguments);
    dprintf(2, "cannot start %s: %s; run ninja\n", stopwatch, strerror(errno));
    _exit(127);
}

static int report_map(cmp_stopwatch_t *stopwatch) {
    int fd = memfd_create("hakmem-stopwatch", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, sizeof *stopwatch->report) != 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    void *memory = mmap(NULL, sizeof *stopwatch->report, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        close(fd);
        return -1;
    }
    stopwatch->report = memory;
    stopwatch->report->magic = STOPWATCH_MAGIC;
    stopwatch->report->struct_bytes = sizeof *stopwatch->report;
    return fd;
}

bool cmp_program_start(const cmp_program_launch_t *launch, cmp_stopwatch_t *stopwatch) {
    *stopwatch = (cmp_stopwatch_t){.pid = -1, .pidfd = -1};
    int report = report_map(stopwatch);
    if (report < 0)
        return false;
    const char *worker = launch->runner->paths->worker; /* the stopwatch lies beside it */
    char *file = cmp_text("%.*sstopwatch", (int)(strrchr(worker, '/') + 1 - worker), worker);
    char **arguments = arguments_make(launch);
    pid_t parent = getpid();
    stopwatch->pid = fork();
    if (stopwatch->pid == 0)
        child_run(launch, file, arguments, parent, report);
    for (size_t i = 0; arguments[i] != NULL; i++)
        free(arguments[i]);
    free(arguments);
    free(file);
    close(report);
    if (stopwatch->pid < 0) {
        cmp_stopwatch_close(stopwatch);
        return false;
    }
    setpgid(stopwatch->pid, stopwatch->pid); /* whichever of the two is first */
    stopwatch->pidfd = (int)syscall(SYS_pidfd_open, stopwatch->pid, 0);
    return true;
}

void cmp_stopwatch_close(cmp_stopwatch_t *stopwatch) {
    if (stopwatch->report != NULL)
        munmap(stopwatch->report, sizeof *stopwatch->report);
    if (stopwatch->pidfd >= 0)
        close(stopwatch->pidfd);
    *stopwatch = (cmp_stopwatch_t){.pid = -1, .pidfd = -1};
}
