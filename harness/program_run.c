/*
 * Runs one sample of a real program: set-up command, fresh copies of the library, the stopwatch,
 * and what is left when it has ended: exit status, output, resources. Main thread; the program's
 * own processes are below the stopwatch, which ends them all. See docs/method.md, Real programs.
 */
#include "program_run.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sha2.h>

#include "program_launch.h"
#include "program_watch.h"
#include "runner.h"
#include "usage.h"

/* The descriptors of one sample. */
typedef struct files {
    int input, output, errors;
    int opened; /* inotify: tells that somebody opened the copy of the library; -1: no copy */
} files_t;

/* ------------------------------------------------------------------ before and after */

/* A new, nameless file in the folder of library copies. */
static int file_nameless(const cmp_program_runner_t *runner, const char *name) {
    char *path = cmp_text("%s/%s", cmp_scratch_folder(runner->scratch), name);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        unlink(path);
    free(path);
    return fd;
}

static void files_close(files_t *files) {
    int *fds[] = {&files->input, &files->output, &files->errors, &files->opened};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}

/* False with errno set. */
static bool files_open(const cmp_program_runner_t *runner, size_t allocator, files_t *files) {
    const char *input = runner->run->program->input;
    *files = (files_t){-1, -1, -1, -1};
    files->input = open(input != NULL ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
    files->output = file_nameless(runner, "stdout");
    files->errors = file_nameless(runner, "stderr");
    if (files->input < 0 || files->output < 0 || files->errors < 0)
        return false;
    if (runner->run->allocators[allocator].path == NULL)
        return true;
    files->opened = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return files->opened >= 0 &&
           inotify_add_watch(files->opened, cmp_scratch_library(runner->scratch), IN_OPEN) >= 0;
}

/* Whether a process opened the copy of the library: no other than the program's knows its path. */
static bool library_was_opened(const files_t *files) {
    char events[1024];
    return files->opened < 0 || read(files->opened, events, sizeof events) > 0;
}

/* Runs the set-up command. False with a reason. */
static bool setup_run(const cmp_program_runner_t *runner, char *reason, size_t reason_bytes) {
    const char *command = runner->run->program->setup;
    int status = 0;
    if (command == NULL)
        return true;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (pid < 0)
        snprintf(reason, reason_bytes, "cannot start '%s': %s", command, strerror(errno));
    else if (WIFEXITED(status))
        snprintf(reason, reason_bytes, "'%s' ended with status %d", command, WEXITSTATUS(status));
    else
        snprintf(reason, reason_bytes, "'%s' was ended by signal %d", command, WTERMSIG(status));
    return false;
}

/* SHA-256 and length of what was written. */
static bool output_hash(int fd, cmp_program_output_t *output) {
    static uint8_t buffer[1 << 16];
    SHA2_CTX context;
    ssize_t got;
    SHA256Init(&context);
    output->bytes = 0;
    while ((got = pread(fd, buffer, sizeof buffer, (off_t)output->bytes)) > 0) {
        SHA256Update(&context, buffer, (size_t)got);
        output->bytes += (uint64_t)got;
    }
    SHA256End(&context, output->sha256);
    return got == 0;
}

/* The first line with text in the program's stderr. */
static void errors_first_line(int fd, char line[200]) {
    char text[4096];
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    const char *at = text + strspn(text, " \t\r\n");
    snprintf(line, 200, "%.*s", (int)strcspn(at, "\r\n"), at);
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
}

/* ------------------------------------------------------------------ classifying */

static void sample_fail(cmp_sample_t *sample, cmp_failure_t failure, char *reason) {
    sample->failure = failure;
    free(sample->reason);
    sample->reason = reason;
}

/* How the program ended by itself. */
static void classify_status(const cmp_program_runner_t *runner, int status, const char *line,
                            cmp_sample_t *sample) {
    const char *colon = *line != '\0' ? ": " : "";
    int expected = runner->run->program->expected_status;
    if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);
        const char *name = sigabbrev_np(number);
        if (number == SIGKILL)
            sample_fail(sample, CMP_FAIL_OUT_OF_MEMORY,
                        cmp_text("killed, most likely by the kernel because memory ran out"));
        else
            sample_fail(sample, CMP_FAIL_CRASH,
                        cmp_text("SIG%s (%s)%s%s", name != NULL ? name : "?", strsignal(number),
                                 colon, line));
    } else if (WEXITSTATUS(status) != expected) {
        sample_fail(sample, CMP_FAIL_STATUS,
                    cmp_text("ended with status %d, expected is %d%s%s", WEXITSTATUS(status),
                             expected, colon, line));
    }
}

static void classify(const cmp_program_runner_t *runner, const cmp_program_request_t *request,
                     const cmp_watch_end_t *end, const files_t *files, cmp_sample_t *sample) {
    char line[200];
    errors_first_line(files->errors, line);
    switch (end->killed) {
    case CMP_WATCH_DEADLINE:
        sample_fail(sample, CMP_FAIL_HANG,
                    cmp_text("still running after the deadline of %.3g s, with an RSS of %.4g MiB",
                             request->deadline_seconds, (double)end->rss_bytes / (1 << 20)));
        return;
    case CMP_WATCH_MEMORY:
        sample_fail(sample, CMP_FAIL_MEMORY_CAP,
                    cmp_text("RSS of its processes passed the limit of %.4g MiB (--memory-limit "
                             "raises it)",
                             (double)request->memory_limit_bytes / (1 << 20)));
        return;
    case CMP_WATCH_ABANDONED:
        return;
    case CMP_WATCH_ENDED:
        break;
    }
    if (end->start_error != 0)
        sample_fail(sample, CMP_FAIL_LOAD,
                    cmp_text("cannot start %s: %s", runner->run->program->file,
                             strerror(end->start_error)));
    else if (!end->reported)
        sample_fail(
            sample, CMP_FAIL_LOAD,
            cmp_text("the stopwatch ended before the program%s%s", *line ? ": " : "", line));
    else
        classify_status(runner, end->wait_status, line, sample);
    if (sample->failure == CMP_OK && !library_was_opened(files))
        sample_fail(sample, CMP_FAIL_WRONG_ALLOCATOR,
                    cmp_text("no process of the program loaded the library under test"));
}

/* The first good output of the run is what all others must equal. */
static void output_compare(cmp_program_runner_t *runner, size_t allocator, const files_t *files,
                           cmp_sample_t *sample) {
    cmp_program_output_t output = {.allocator = allocator}, *expected = &runner->expected;
    if (!output_hash(files->output, &output)) {
        sample_fail(sample, CMP_FAIL_OUTPUT, cmp_text("cannot read the output back"));
        return;
    }
    snprintf(sample->output_sha256, sizeof sample->output_sha256, "%s", output.sha256);
    if (*expected->sha256 == '\0')
        *expected = output;
    if (strcmp(expected->sha256, output.sha256) == 0 || runner->run->program->ignore_output)
        return;
    sample_fail(
        sample, CMP_FAIL_OUTPUT,
        cmp_text("stdout has %llu bytes, SHA-256 %.12s; first, under %s, it had %llu, %.12s "
                 "(--ignore-output if it may differ from run to run)",
                 (unsigned long long)output.bytes, output.sha256,
                 runner->run->allocators[expected->allocator].label,
                 (unsigned long long)expected->bytes, expected->sha256));
}

/* ------------------------------------------------------------------ one sample */

static double clock_unix(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void sample_fill(cmp_sample_t *sample, const cmp_watch_end_t *end) {
    const stopwatch_report_t *report = &end->report;
    sample->wall_seconds = (double)report->wall_ns * 1e-9;
    sample->user_seconds = (double)report->user_ns * 1e-9;
    sample->system_seconds = (double)report->system_ns * 1e-9;
    sample->peak_rss_bytes = report->peak_rss_bytes;
    sample->minor_faults = report->minor_faults;
    sample->major_faults = report->major_faults;
    sample->voluntary_switches = report->voluntary_switches;
    sample->involuntary_switches = report->involuntary_switches;
}

static void left_note(cmp_program_runner_t *runner, const cmp_watch_end_t *end) {
    if (runner->left_noted || !end->reported || end->report.left_count == 0 ||
        end->killed != CMP_WATCH_ENDED)
        return;
    runner->left_noted = true;
    cmp_run_note(runner->run,
                 "the program left %u process%s running, ended with it: their CPU time and memory "
                 "are not counted",
                 end->report.left_count, end->report.left_count == 1 ? "" : "es");
}

bool cmp_program_sample(cmp_program_runner_t *runner, const cmp_program_request_t *request,
                        cmp_sample_t *sample) {
    char error[600];
    files_t files;
    *sample = (cmp_sample_t){.started = clock_unix(),
                             .steal_seconds = NAN,
                             .ops_per_second = NAN,
                             .window_seconds = NAN};
    cmp_uuid(sample->uuid);
    if (runner->unproven[request->allocator] != NULL) {
        sample_fail(sample, CMP_FAIL_WRONG_ALLOCATOR,
                    cmp_text("%s", runner->unproven[request->allocator]));
        return true;
    }
    if (!setup_run(runner, error, sizeof error)) {
        sample_fail(sample, CMP_FAIL_SETUP, cmp_text("%s", error));
        return true;
    }
    cmp_watch_end_t end = {0};
    if (!cmp_scratch_fill(runner->scratch, request->allocator, error, sizeof error)) {
        sample_fail(sample, CMP_FAIL_LOAD, cmp_text("%s", error));
    } else if (!files_open(runner, request->allocator, &files)) {
        sample_fail(sample, CMP_FAIL_LOAD,
                    cmp_text("cannot open its input or output: %s", strerror(errno)));
        files_close(&files);
    } else {
        double steal = cmp_steal_seconds();
        const cmp_program_launch_t launch = {runner,       request->allocator,
                                             files.input,  files.output,
                                             files.errors, request->bindings != NULL};
        cmp_program_watch(&launch, request, &end);
        sample->steal_seconds = cmp_steal_seconds() - steal;
        classify(runner, request, &end, &files, sample);
        sample_fill(sample, &end);
        if (sample->failure == CMP_OK)
            output_compare(runner, request->allocator, &files, sample);
        left_note(runner, &end);
        files_close(&files);
    }
    cmp_scratch_clear(runner->scratch);
    if (end.killed == CMP_WATCH_ABANDONED)
        cmp_sample_clear(sample);
    return end.killed != CMP_WATCH_ABANDONED;
}
