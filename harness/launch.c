/*
 * Starts worker processes. Called by the runner, main thread; the program is single-threaded, so
 * the child may do as it likes between fork and exec.
 *
 * The environment is fixed: PATH, HOME, LANG=C, LD_LIBRARY_PATH, LD_PRELOAD, the settings of
 * the allocator's row, HAKPAD, and whatever HAKMEM_* the user has set, for every allocator alike.
 * HAKPAD and empty P= even out the length of what differs, because the size of the environment
 * moves the stack and with it what shares a cache set.
 */
#include "launch.h"

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

#include "paths.h"

enum {
    CONTROL_FD = 3,  /* in the child; the same text in every command line */
    MAX_PASSED = 64, /* HAKMEM_* variables */
    MAX_SETTINGS = CMP_MAX_SETTINGS,
    MAX_WRAPPER = 16, /* words before the worker */
    MAX_ARGUMENTS = 16 + MAX_WRAPPER + WL_MAX_PARAMETERS,
    ABOVE_STANDARD_FDS = 16 /* our descriptors stay clear of the child's 0 to 3 */
};

size_t cmp_launch_passed_environment(const char **variables, size_t room) {
    size_t count = 0;
    for (char **variable = environ; *variable != NULL && count + 1 < room; variable++)
        if (strncmp(*variable, "HAKMEM_", 7) == 0)
            variables[count++] = *variable;
    variables[count] = NULL;
    return count;
}

static void strings_free(char **strings, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(strings[i]);
}

/* True when a row's settings give the variable of `passed` another value. */
static bool setting_overrides(char *const *settings, const char *passed) {
    size_t name = strcspn(passed, "=") + 1;
    for (; settings != NULL && *settings != NULL; settings++)
        if (strncmp(*settings, passed, name) == 0)
            return true;
    return false;
}

/* Fills `environment` with malloc'ed strings and returns how many. */
static size_t environment_make(const cmp_launch_t *launch,
                               char *environment[MAX_PASSED + MAX_SETTINGS + 8]) {
    const char *home = getenv("HOME"), *passed[MAX_PASSED];
    size_t missing = launch->preload ? 0 : strlen(launch->library);
    size_t count = 0, settings = 0;
    environment[count++] = cmp_text("PATH=/usr/bin:/bin");
    environment[count++] = cmp_text("HOME=%s", home != NULL ? home : "/");
    environment[count++] = cmp_text("LANG=C");
    environment[count++] = cmp_text("LD_LIBRARY_PATH=%s", launch->folder);
    environment[count++] = cmp_text("LD_PRELOAD=%s", launch->preload ? launch->library : "");
    missing +=
        launch->setting_bytes + launch->stack_bytes + launch->worker_bytes - strlen(launch->worker);
    for (; launch->settings != NULL && launch->settings[settings] != NULL; settings++) {
        environment[count++] = cmp_text("%s", launch->settings[settings]);
        missing -= strlen(launch->settings[settings]) + 1;
    }
    for (size_t i = settings; i < launch->setting_places; i++) {
        environment[count++] = cmp_text("P=");
        missing -= sizeof "P=";
    }
    environment[count++] = cmp_text("HAKPAD=%0*d", 16 + (int)missing, 0);
    size_t passed_count = cmp_launch_passed_environment(passed, MAX_PASSED);
    for (size_t i = 0; i < passed_count; i++)
        if (!setting_overrides(launch->settings, passed[i]))
            environment[count++] = cmp_text("%s", passed[i]);
    environment[count] = NULL;
    return count;
}

/* The request of worker_control.h. */
static size_t arguments_make(const cmp_launch_t *launch, char *arguments[MAX_ARGUMENTS]) {
    const cmp_cell_t *cell = launch->cell;
    size_t count = 0;
    for (; launch->wrapper != NULL && launch->wrapper[count] != NULL && count < MAX_WRAPPER;
         count++)
        arguments[count] = cmp_text("%s", launch->wrapper[count]);
    arguments[count] = cmp_text("%s", count > 0 ? launch->worker : "worker");
    count++;
    arguments[count++] = cmp_text("%s", cell->workload->name);
    arguments[count++] = cmp_text("threads=%u", cell->threads);
    arguments[count++] = cmp_text("ops=%llu", (unsigned long long)launch->ops);
    arguments[count++] = cmp_text("warmup=%llu", (unsigned long long)launch->warmup);
    if (launch->ops == 0)
        arguments[count++] = cmp_text("seconds=%.0f", cell->seconds);
    arguments[count++] = cmp_text("seed=%llu", (unsigned long long)launch->seed);
    arguments[count++] = cmp_text("check=%d", cell->check ? 1 : 0);
    if (launch->latency)
        arguments[count++] = cmp_text("latency=1");
    if (launch->count_events)
        arguments[count++] = cmp_text("counters=1");
    if (launch->idle_ms > 0)
        arguments[count++] = cmp_text("idle_ms=%u", launch->idle_ms);
    arguments[count++] = cmp_text("bind=%s", launch->bind);
    arguments[count++] = cmp_text("control=%d", CONTROL_FD);
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        arguments[count++] = cmp_text("%s=%s", cell->workload->parameters[i].name, value);
    }
    arguments[count] = NULL;
    return count;
}

/* A descriptor that the child's own cannot collide with. */
static int fd_above_standard(int fd) {
    if (fd < 0)
        return -1;
    int above = fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD_FDS);
    close(fd);
    return above;
}

/* In the child. Whatever goes wrong is told through stderr, which the parent reads. */
static _Noreturn void child_run(const cmp_launch_t *launch, char **arguments, char **environment,
                                pid_t parent, int control, int errors) {
    const char *program = launch->wrapper != NULL ? launch->wrapper[0] : launch->worker;
    const struct rlimit no_core = {0, 0};
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); /* the parent died before the line above */
    setrlimit(RLIMIT_CORE, &no_core);
    /* Address-space randomisation is what makes processes independent samples; what is simulated
     * shall be the same each time instead. */
    int persona = personality(0xffffffff);
    if (persona != -1 && launch->wrapper != NULL)
        personality((unsigned long)(persona | ADDR_NO_RANDOMIZE));
    else if (persona != -1 && (persona & ADDR_NO_RANDOMIZE) != 0)
        personality((unsigned long)(persona & ~ADDR_NO_RANDOMIZE));
    /* If memory runs out it is the worker that goes. */
    int oom = open("/proc/self/oom_score_adj", O_WRONLY);
    if (oom >= 0) {
        ssize_t written = write(oom, "1000", 4);
        (void)written;
        close(oom);
    }
    int null = open("/dev/null", O_RDWR);
    if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0 ||
        dup2(control, CONTROL_FD) < 0)
        _exit(127);
    syscall(SYS_close_range, CONTROL_FD + 1, ~0u, 0); /* an old kernel closes what is CLOEXEC */
    execve(program, arguments, environment);
    dprintf(2, "cannot start %s: %s\n", program, strerror(errno));
    _exit(127);
}

static bool control_map(cmp_process_t *process, uint32_t threads, int *fd) {
    process->control_bytes = wl_control_bytes(threads);
    *fd = fd_above_standard(memfd_create("hakmem-control", MFD_CLOEXEC));
    if (*fd < 0 || ftruncate(*fd, (off_t)process->control_bytes) != 0)
        return false;
    void *memory = mmap(NULL, process->control_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (memory == MAP_FAILED)
        return false;
    process->control = memory;
    process->control->magic = WL_CONTROL_MAGIC;
    process->control->struct_bytes = sizeof(wl_control_t);
    process->control->thread_count = threads;
    return true;
}

bool cmp_launch(const cmp_launch_t *launch, cmp_process_t *process, char *error,
                size_t error_bytes) {
    *process = (cmp_process_t){.pid = -1, .pidfd = -1, .errors = -1};
    char *environment[MAX_PASSED + MAX_SETTINGS + 8], *arguments[MAX_ARGUMENTS];
    int control = -1, ends[2] = {-1, -1};
    bool good = control_map(process, launch->cell->threads, &control) &&
                pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 &&
                (ends[1] = fd_above_standard(ends[1])) >= 0;
    if (good) {
        /* Only our end must not block: a worker that writes much waits for us. */
        fcntl(ends[1], F_SETFL, 0);
        process->errors = ends[0];
        size_t environment_count = environment_make(launch, environment);
        size_t argument_count = arguments_make(launch, arguments);
        pid_t parent = getpid();
        process->pid = fork();
        if (process->pid == 0)
            child_run(launch, arguments, environment, parent, control, ends[1]);
        good = process->pid > 0;
        strings_free(environment, environment_count);
        strings_free(arguments, argument_count);
    }
    if (!good)
        snprintf(error, error_bytes, "cannot start a process: %s", strerror(errno));
    if (control >= 0)
        close(control);
    if (ends[1] >= 0)
        close(ends[1]);
    if (!good) {
        cmp_process_close(process);
        return false;
    }
    setpgid(process->pid, process->pid); /* whichever of the two is first */
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    return true;
}

void cmp_process_close(cmp_process_t *process) {
    if (process->control != NULL)
        munmap(process->control, process->control_bytes);
    if (process->pidfd >= 0)
        close(process->pidfd);
    if (process->errors >= 0)
        close(process->errors);
    *process = (cmp_process_t){.pid = -1, .pidfd = -1, .errors = -1};
}
