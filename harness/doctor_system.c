/*
 * Probes of the doctor that concern what else runs, what watches, and how kernel and allocators
 * were built. Called through the table of doctor_checks.c.
 */
#include "doctor_probes.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "paths.h"
#include "sysfile.h"

/* ------------------------------------------------------------------ shared by all probes */

void cmp_found(cmp_finding_t *finding, cmp_severity_t severity, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->found, sizeof finding->found, format, arguments);
    va_end(arguments);
    finding->severity = severity;
}

void cmp_remedy(cmp_finding_t *finding, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding->remedy, sizeof finding->remedy, format, arguments);
    va_end(arguments);
}

void cmp_bracketed(char *text) {
    char *open = strchr(text, '['), *close = open != NULL ? strchr(open, ']') : NULL;
    if (close == NULL)
        return;
    *close = '\0';
    memmove(text, open + 1, strlen(open + 1) + 1);
}

/* ------------------------------------------------------------------ what else runs */

void cmp_probe_load(const cmp_look_t *look, cmp_finding_t *finding) {
    const double note = 0.3, spoils = 1;
    char text[128];
    if (!cmp_sys_line(look->root, text, sizeof text, "/proc/loadavg"))
        return;
    double load = strtod(text, NULL);
    cmp_found(finding,
              load >= spoils ? CMP_SEVERITY_SPOILS
              : load >= note ? CMP_SEVERITY_NOTE
                             : CMP_SEVERITY_FINE,
              "%.2f over the last minute, runs of your own included", load);
}

/* Ticks that a process used between the looks; all of its time when it is new. Names do not tell
 * processes apart: those of the kernel's workers change. */
static uint64_t process_ticks(const cmp_look_t *look, const cmp_process_time_t *process) {
    for (size_t i = 0; i < look->before.process_count; i++) {
        const cmp_process_time_t *earlier = &look->before.processes[i];
        if (earlier->pid == process->pid && earlier->ticks <= process->ticks)
            return process->ticks - earlier->ticks;
    }
    return process->ticks;
}

typedef struct busy_process {
    const cmp_process_time_t *process;
    uint64_t ticks;
} busy_process_t;

static int busier_first(const void *a, const void *b) {
    uint64_t left = ((const busy_process_t *)a)->ticks, right = ((const busy_process_t *)b)->ticks;
    return left < right ? 1 : left > right ? -1 : 0;
}

/* Other processes that used CPU time, the busiest first; malloc'ed. `own` gets this one's ticks. */
static busy_process_t *busy_list(const cmp_look_t *look, size_t *count, uint64_t *own) {
    const cmp_cpu_time_t *after = &look->after;
    busy_process_t *list = calloc(after->process_count + 1, sizeof *list);
    if (list == NULL)
        abort();
    *count = 0;
    *own = 0;
    for (size_t i = 0; i < after->process_count; i++) {
        uint64_t ticks = process_ticks(look, &after->processes[i]);
        if (after->self != 0 && after->processes[i].pid == after->self)
            *own = ticks;
        else if (ticks > 0)
            list[(*count)++] = (busy_process_t){&after->processes[i], ticks};
    }
    qsort(list, *count, sizeof *list, busier_first);
    return list;
}

void cmp_probe_background(const cmp_look_t *look, cmp_finding_t *finding) {
    enum { NAMED = 3 };
    const double note = 0.03, spoils = 0.1; /* PUs */
    uint64_t total = look->after.total_ticks - look->before.total_ticks;
    uint64_t busy = look->after.busy_ticks - look->before.busy_ticks, own;
    if (look->before.total_ticks == 0 || total == 0 || look->after.pus == 0)
        return;
    double ticks_per_pu = (double)total / look->after.pus;
    size_t count;
    busy_process_t *list = busy_list(look, &count, &own);
    double others = busy > own ? (double)(busy - own) / ticks_per_pu : 0, visible = 0;
    cmp_severity_t severity = others >= spoils ? CMP_SEVERITY_SPOILS
                              : others >= note ? CMP_SEVERITY_NOTE
                                               : CMP_SEVERITY_FINE;
    char names[200] = "", pids[64] = "";
    for (size_t i = 0; i < count; i++) {
        double pus = (double)list[i].ticks / ticks_per_pu;
        visible += pus;
        if (i >= NAMED || pus < note)
            continue;
        size_t used = strlen(names), pids_used = strlen(pids);
        snprintf(names + used, sizeof names - used, "; %.32s (%d) %.2f", list[i].process->name,
                 (int)list[i].process->pid, pus);
        snprintf(pids + pids_used, sizeof pids - pids_used, " %d", (int)list[i].process->pid);
    }
    free(list);
    cmp_found(finding, severity, "others used %.2f PUs while the doctor looked%s%s", others, names,
              others - visible >= spoils
                  ? "; some of it by processes that have ended or are not visible here"
                  : "");
    if (pids[0] != '\0')
        cmp_remedy(finding, "kill -STOP%s; and when you are done: kill -CONT%s", pids, pids);
}

/* ------------------------------------------------------------------ what watches */

void cmp_probe_tracer(const cmp_look_t *look, cmp_finding_t *finding) {
    char text[32], name[64] = "a process outside";
    if (!cmp_sys_value(look->root, "/proc/self/status", "TracerPid", ':', text, sizeof text))
        return;
    long pid = strtol(text, NULL, 10);
    if (pid == 0) {
        cmp_found(finding, CMP_SEVERITY_FINE, "none");
        return;
    }
    cmp_sys_line(look->root, name, sizeof name, "/proc/%ld/comm", pid);
    cmp_found(finding, CMP_SEVERITY_SPOILS, "traced by %s (%ld)", name, pid);
}

void cmp_probe_profiler(const cmp_look_t *look, cmp_finding_t *finding) {
    /* Names as the kernel cuts them, after 15 characters; valgrind's end in the platform. */
    static const struct {
        const char *name;
        bool whole;
    } tools[] = {{"perf", true},        {"bpftrace", true},    {"strace", true},
                 {"ltrace", true},      {"gdb", true},         {"lldb", true},
                 {"trace-cmd", true},   {"vtune", true},       {"memcheck-", false},
                 {"cachegrind", false}, {"callgrind-", false}, {"massif-", false}};
    if (look->before.process_count == 0)
        return;
    cmp_found(finding, CMP_SEVERITY_FINE, "none is running");
    for (size_t i = 0; i < look->before.process_count; i++) {
        const cmp_process_time_t *process = &look->before.processes[i];
        for (size_t tool = 0; tool < sizeof tools / sizeof tools[0]; tool++) {
            const char *name = tools[tool].name;
            if (tools[tool].whole ? strcmp(process->name, name) != 0
                                  : strncmp(process->name, name, strlen(name)) != 0)
                continue;
            cmp_found(finding, CMP_SEVERITY_NOTE, "%s (%d) is running", process->name,
                      (int)process->pid);
            cmp_remedy(finding, "kill %d, when you can do without it", (int)process->pid);
        }
    }
}

void cmp_probe_preload(const cmp_look_t *look, cmp_finding_t *finding) {
    char text[256];
    if (!cmp_sys_exists(look->root, "/etc"))
        return;
    if (cmp_sys_line(look->root, text, sizeof text, "/etc/ld.so.preload"))
        cmp_found(finding, CMP_SEVERITY_NOTE, "%.200s", text);
    else
        cmp_found(finding, CMP_SEVERITY_FINE, "none");
}

/* ------------------------------------------------------------------ counters */

/* The kernel shows a core's PMU under one of these names. */
static bool pmu_listed(const char *root) {
    static const char *const names[] = {"cpu", "cpu_core", "armv8", "arm_", "apple_"};
    char *path = cmp_text("%s/sys/bus/event_source/devices", root);
    DIR *folder = opendir(path);
    free(path);
    bool found = false;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            found |= i < 2 ? strcmp(entry->d_name, names[i]) == 0
                           : strncmp(entry->d_name, names[i], strlen(names[i])) == 0;
    if (folder != NULL)
        closedir(folder);
    return found;
}

void cmp_probe_pmu(const cmp_look_t *look, cmp_finding_t *finding) {
    const int error = look->perf_error;
    bool refused = error == EACCES || error == EPERM;
    if (error == 0)
        cmp_found(finding, CMP_SEVERITY_FINE, "instructions can be counted");
    else if (error > 0 && !refused)
        cmp_found(finding, CMP_SEVERITY_NOTE, "counting instructions fails: %s", strerror(error));
    else if (!cmp_sys_exists(look->root, "/sys/bus/event_source"))
        return;
    else if (pmu_listed(look->root))
        cmp_found(finding, CMP_SEVERITY_FINE, "the kernel shows one");
    else
        cmp_found(finding, CMP_SEVERITY_NOTE, "the kernel shows none");
}

/* CAP_PERFMON or CAP_SYS_ADMIN: exempt from perf_event_paranoid. */
static bool perf_privileged(const char *root) {
    const int cap_sys_admin = 21, cap_perfmon = 38;
    char text[32];
    if (!cmp_sys_value(root, "/proc/self/status", "CapEff", ':', text, sizeof text))
        return false;
    unsigned long long capabilities = strtoull(text, NULL, 16);
    return (capabilities & (1ull << cap_sys_admin | 1ull << cap_perfmon)) != 0;
}

void cmp_probe_perf_paranoid(const cmp_look_t *look, cmp_finding_t *finding) {
    const int user_counting = 2; /* the highest level that lets users count their own processes */
    int64_t level;
    bool privileged = perf_privileged(look->root);
    if (!cmp_sys_number(look->root, &level, "/proc/sys/kernel/perf_event_paranoid"))
        return;
    bool refused = look->perf_error == EACCES || look->perf_error == EPERM;
    if (level > user_counting && !privileged)
        cmp_found(finding, CMP_SEVERITY_NOTE, "perf_event_paranoid is %d", (int)level);
    else if (refused) {
        cmp_found(finding, CMP_SEVERITY_NOTE,
                  "refused although perf_event_paranoid is %d: a seccomp filter or security module",
                  (int)level);
        cmp_remedy(finding, "for a container: docker run --cap-add PERFMON");
        snprintf(finding->fixed, sizeof finding->fixed, "whoever starts the container decides it");
    } else
        cmp_found(finding, CMP_SEVERITY_FINE, "perf_event_paranoid is %d%s", (int)level,
                  privileged ? ", and this user is exempt" : "");
}

/* ------------------------------------------------------------------ kernel */

void cmp_probe_virtual(const cmp_look_t *look, cmp_finding_t *finding) {
    const char *hypervisor = look->machine.hypervisor;
    if (cmp_look_virtual(look))
        cmp_found(finding, CMP_SEVERITY_NOTE, "hypervisor %s", hypervisor);
    else if (strcmp(hypervisor, "none") == 0)
        cmp_found(finding, CMP_SEVERITY_FINE, "none");
}

/* The kernel's build options, malloc'ed: the running one's own copy, or the file that distributions
 * install beside it. NULL when there is none. */
static char *kernel_options(const char *root, const char *release) {
    static const struct {
        const char *before, *after;
    } places[] = {
        {"/boot/config-", ""}, {"/lib/modules/", "/config"}, {"/usr/lib/modules/", "/config"}};
    if (cmp_sys_exists(root, "/proc/config.gz")) {
        char *path = cmp_text("%s/proc/config.gz", root);
        int status;
        char *text = cmp_capture((const char *const[]){"gzip", "-dc", path, NULL}, &status);
        free(path);
        if (text != NULL && status == 0)
            return text;
        free(text);
    }
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[512], *text = NULL;
        size_t room = 0;
        snprintf(path, sizeof path, "%s%s%s", places[i].before, release, places[i].after);
        FILE *file = cmp_sys_open(root, path);
        if (file == NULL)
            continue;
        ssize_t length = getdelim(&text, &room, '\0', file);
        fclose(file);
        if (length > 0)
            return text;
        free(text);
    }
    return NULL;
}

/* Options that make system calls and page faults several times slower; appended to `list`. */
static void slow_options(const char *options, char *list, size_t list_bytes) {
    static const char *const slow[] = {"KASAN",
                                       "KCSAN",
                                       "KMSAN",
                                       "PROVE_LOCKING",
                                       "LOCKDEP",
                                       "DEBUG_LOCK_ALLOC",
                                       "LOCK_STAT",
                                       "DEBUG_SPINLOCK",
                                       "DEBUG_MUTEXES",
                                       "DEBUG_OBJECTS",
                                       "SLUB_DEBUG_ON",
                                       "DEBUG_PAGEALLOC_ENABLE_DEFAULT",
                                       "DEBUG_ATOMIC_SLEEP",
                                       "GCOV_KERNEL"};
    for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "CONFIG_%s=y\n", slow[i]);
        const char *at = strstr(options, line);
        if (at == NULL || (at != options && at[-1] != '\n'))
            continue;
        size_t used = strlen(list);
        snprintf(list + used, list_bytes - used, "%s%s", used > 0 ? ", " : "", slow[i]);
    }
}

void cmp_probe_debug_kernel(const cmp_look_t *look, cmp_finding_t *finding) {
    char release[256], list[240] = "";
    if (!cmp_sys_line(look->root, release, sizeof release, "/proc/sys/kernel/osrelease"))
        return;
    char *options = kernel_options(look->root, release);
    if (options != NULL)
        slow_options(options, list, sizeof list);
    bool named = strstr(release, "debug") != NULL || strstr(release, "-dbg") != NULL;
    bool lockdep = cmp_sys_exists(look->root, "/proc/lockdep");
    if (list[0] != '\0')
        cmp_found(finding, CMP_SEVERITY_SPOILS, "%.60s is built with %s", release, list);
    else if (named || lockdep)
        cmp_found(finding, CMP_SEVERITY_SPOILS, "%.60s: %s", release,
                  lockdep ? "it has /proc/lockdep" : "its name says debug");
    else
        cmp_found(finding, CMP_SEVERITY_FINE, "%.60s%s", release,
                  options != NULL ? "" : "; its build options are not shown");
    free(options);
}

/* ------------------------------------------------------------------ builds of allocators */

/* A whole file, malloc'ed; NULL when it cannot be read. */
static char *file_read(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "re");
    char *content = NULL;
    size_t room = 0;
    *bytes = 0;
    while (file != NULL && !feof(file) && !ferror(file)) {
        if (*bytes == room) {
            room = room > 0 ? 2 * room : 1 << 20;
            content = realloc(content, room);
            if (content == NULL)
                abort();
        }
        *bytes += fread(content + *bytes, 1, room - *bytes, file);
    }
    if (file != NULL)
        fclose(file);
    return content;
}

static bool content_has(const char *content, size_t bytes, const char *word) {
    return memmem(content, bytes, word, strlen(word)) != NULL;
}

/* True when gcc left word in the debug information that it did not optimise. Optimised builds may
 * hold single functions without, but their first record tells how the whole was called. */
static bool content_unoptimised(const char *content, size_t bytes) {
    const char *producer = memmem(content, bytes, "GNU C", 5);
    size_t left = producer != NULL ? bytes - (size_t)(producer - content) : 0;
    size_t length = producer != NULL ? strnlen(producer, left) : 0;
    return length > 0 && length < left && content_has(producer, length, " -O0");
}

/* Why a library is no build for timing; NULL when nothing speaks against it. */
static const char *build_fault(const char *path) {
    static const char *const sanitizers[] = {"__asan_init", "__tsan_init", "__msan_init",
                                             "__ubsan_handle_"};
    char *real = realpath(path, NULL), *name = real != NULL ? basename(real) : NULL;
    const char *fault = NULL;
    size_t bytes;
    char *content = real != NULL ? file_read(real, &bytes) : NULL;
    if (name != NULL && (strstr(name, "debug") != NULL || strstr(name, "-dbg") != NULL ||
                         strstr(name, "_dbg") != NULL))
        fault = "a debug build by its name";
    for (size_t i = 0; content != NULL && i < sizeof sanitizers / sizeof sanitizers[0]; i++)
        if (content_has(content, bytes, sanitizers[i]))
            fault = "built with a sanitizer";
    if (fault == NULL && content != NULL && content_unoptimised(content, bytes))
        fault = "built without optimisation";
    free(content);
    free(real);
    return fault;
}

void cmp_probe_debug_allocator(const cmp_look_t *look, cmp_finding_t *finding) {
    size_t examined = 0, faults = 0;
    char list[280] = "";
    for (size_t i = 0; i < look->allocator_count; i++) {
        const cmp_allocator_t *allocator = &look->allocators[i];
        if (allocator->path == NULL || allocator->control)
            continue;
        char *path = cmp_text("%s%s", look->root, allocator->path);
        const char *fault = build_fault(path);
        free(path);
        examined++;
        if (fault == NULL)
            continue;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%.40s is %s", faults++ > 0 ? "; " : "",
                 allocator->label, fault);
    }
    if (faults > 0)
        cmp_found(finding, CMP_SEVERITY_SPOILS, "%s", list);
    else if (examined > 0)
        cmp_found(finding, CMP_SEVERITY_FINE, "none of %zu", examined);
    else
        snprintf(finding->found, sizeof finding->found, "no allocators to examine");
}
