/*
 * The worker: one process, one sample. Reads the request from its command line, proves which
 * library serves malloc, runs the workload and reports through the control block. Started by the
 * harness for every sample, or by hand. The main thread runs what is in this file and then sleeps
 * while the workers work; nothing of the worker itself is allocated by the allocator under test.
 * The command line is documented in worker_control.h, the method in docs/workloads.md.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../harness/nearest.h"
#include "worker_membind.h"
#include "worker_memory.h"
#include "worker_system.h"
#include "worker_thread.h"

/* What a build of hakmem says of itself; absent from other libraries. */
extern const char *hak_configuration(void) __attribute__((weak));

static wl_run_t worker; /* the one run of this process */

/* ---------------------------------------------------------------------------------- request */

typedef struct request {
    const char *key;
    uint64_t value, minimum, maximum;
} request_t;

enum {
    THREADS,
    OPS,
    WARMUP,
    SECONDS,
    SEED,
    CHECK,
    LATENCY,
    COUNTERS,
    IDLE,
    CONTROL,
    REQUEST_COUNT
};

static request_t request[REQUEST_COUNT] = {
    [THREADS] = {"threads", 1, 1, WL_MAX_THREADS},
    [OPS] = {"ops", 0, 0, UINT64_MAX / 4},
    [WARMUP] = {"warmup", 0, 0, UINT64_MAX / 4},
    [SECONDS] = {"seconds", 0, 0, 1000000},
    [SEED] = {"seed", 1, 0, UINT64_MAX},
    [CHECK] = {"check", 0, 0, 1},
    [LATENCY] = {"latency", 0, 0, 1},
    [COUNTERS] = {"counters", 0, 0, 1},
    [IDLE] = {"idle_ms", 0, 0, 1000000},
    [CONTROL] = {"control", INT32_MAX, 0, INT32_MAX}, /* INT32_MAX: none was given */
};

/* True when `argument` is one of the worker's own keys; its value is then set. */
static bool request_set(const char *argument) {
    for (size_t i = 0; i < REQUEST_COUNT; i++) {
        size_t length = strlen(request[i].key);
        if (strncmp(argument, request[i].key, length) != 0 || argument[length] != '=')
            continue;
        const char *text = argument + length + 1;
        char *end;
        uint64_t value = strtoull(text, &end, 10);
        if (*text < '0' || *text > '9' || *end || value < request[i].minimum ||
            value > request[i].maximum)
            wl_fail(&worker, WL_FAILURE_BAD_REQUEST, "%s: allowed is %llu to %llu", argument,
                    (unsigned long long)request[i].minimum, (unsigned long long)request[i].maximum);
        request[i].value = value;
        return true;
    }
    return false;
}

static void workload_choose(const char *name) {
    char known[256] = "";
    const char *names[64] = {NULL};
    size_t count;
    const wl_workload_t *const *table = wl_table(&count);
    worker.workload = wl_find(name);
    if (worker.workload != NULL)
        return;
    for (size_t i = 0; i < count && i + 1 < sizeof names / sizeof names[0]; i++) {
        names[i] = table[i]->name;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    const char *nearest = cmp_nearest(name, names);
    if (nearest != NULL)
        wl_fail(&worker, WL_FAILURE_BAD_REQUEST,
                "there is no workload '%s'; did you mean '%s'? there are %s", name, nearest, known);
    wl_fail(&worker, WL_FAILURE_BAD_REQUEST, "there is no workload '%s'; there are %s", name,
            known);
}

/* The worker's own keys, so that the control block can be mapped before anything else may fail. */
static void request_read_own(int argc, char **argv) {
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "bind=", 5) == 0)
            worker.bind = argv[i] + 5;
        else
            request_set(argv[i]);
    }
    worker.thread_count = (uint32_t)request[THREADS].value;
    worker.ops = request[OPS].value;
    worker.warmup = request[WARMUP].value;
    worker.seconds = request[SECONDS].value;
    worker.seed = request[SEED].value;
    worker.idle_ms = request[IDLE].value;
    worker.count_events = request[COUNTERS].value != 0;
    worker.mode = request[CHECK].value ? WL_CHECK : request[LATENCY].value ? WL_LATENCY : WL_PLAIN;
}

static void request_read_parameters(int argc, char **argv) {
    char error[400];
    workload_choose(argv[1]);
    wl_defaults(worker.workload, &worker.values);
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "bind=", 5) == 0 || request_set(argv[i]))
            continue;
        if (!wl_set(worker.workload, &worker.values, argv[i], error, sizeof error))
            wl_fail(&worker, WL_FAILURE_BAD_REQUEST, "%s", error);
    }
    if (worker.workload->validate != NULL &&
        !worker.workload->validate(&worker.values, error, sizeof error))
        wl_fail(&worker, WL_FAILURE_BAD_REQUEST, "%s: %s", worker.workload->name, error);
    if ((worker.ops == 0) == (worker.seconds == 0))
        wl_fail(&worker, WL_FAILURE_BAD_REQUEST, "one of ops=N and seconds=N must be given");
    if (request[CHECK].value && request[LATENCY].value)
        wl_fail(&worker, WL_FAILURE_BAD_REQUEST, "check=1 and latency=1 exclude each other");
}

/* ---------------------------------------------------------------------------------- proof */

typedef void generic_function(void);

/* The base address of the object that holds `function`, as resolved in this process. */
static void *function_object(generic_function *function, const char **path) {
    Dl_info info;
    void *address;
    memcpy(&address, &function, sizeof address);
    if (address == NULL || dladdr(address, &info) == 0)
        return NULL;
    if (path != NULL)
        *path = info.dli_fname;
    return info.dli_fbase;
}

static void proof_fill(wl_control_t *control) {
    generic_function *const others[] = {
        (generic_function *)free,
        (generic_function *)calloc,
        (generic_function *)realloc,
        (generic_function *)posix_memalign,
    };
    const char *path = "";
    void *object = function_object((generic_function *)malloc, &path);
    control->malloc_address = (uint64_t)(uintptr_t)malloc;
    snprintf(control->malloc_path, sizeof control->malloc_path, "%s", path);
    control->one_object = object != NULL;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        control->one_object &= function_object(others[i], NULL) == object;
    worker.check_usable_size =
        function_object((generic_function *)malloc_usable_size, NULL) == object;
    if (hak_configuration != NULL &&
        function_object((generic_function *)hak_configuration, NULL) == object)
        snprintf(control->configuration, sizeof control->configuration, "%s", hak_configuration());
}

/* ---------------------------------------------------------------------------------- report */

static void report_thread(uint32_t index, const wl_thread_report_t *thread) {
    worker_print(STDOUT_FILENO,
                 "thread %-6u ops=%llu freed=%llu crossed=%llu live_bytes=%llu stamps=%u bound=%u "
                 "checksum=%016llx\n",
                 index, (unsigned long long)thread->ops, (unsigned long long)thread->freed_blocks,
                 (unsigned long long)thread->crossed_blocks, (unsigned long long)thread->live_bytes,
                 atomic_load_explicit(&thread->stamp_count, memory_order_relaxed), thread->bound,
                 (unsigned long long)thread->checksum);
}

/* All operations from the first thread's start to the last one's end. The harness, which knows
 * more, takes the window in which all were measuring. */
static void report_rate(const wl_control_t *control) {
    uint64_t start = UINT64_MAX, end = 0, ops = 0;
    for (uint32_t i = 0; i < control->thread_count; i++) {
        const wl_thread_report_t *thread = &control->threads[i];
        uint32_t count = atomic_load_explicit(&thread->stamp_count, memory_order_relaxed);
        start = thread->stamps[0].ns < start ? thread->stamps[0].ns : start;
        end = thread->stamps[count - 1].ns > end ? thread->stamps[count - 1].ns : end;
        ops += thread->stamps[count - 1].ops;
    }
    uint64_t us = (end - start) / 1000;
    worker_print(STDOUT_FILENO, "rate          %llu thousand ops/s over %llu us\n",
                 (unsigned long long)(ops * 1000 / (us > 0 ? us : 1)), (unsigned long long)us);
}

static void report_memory(const wl_control_t *control) {
    static const char *const names[WL_MOMENTS] = {"empty", "peak_live", "freed", "idle"};
    worker_print(STDOUT_FILENO, "RSS KiB       peak=%llu live=%llu bookkeeping=%llu (in all RSS)\n",
                 (unsigned long long)control->peak_rss_bytes / 1024,
                 (unsigned long long)control->live_bytes / 1024,
                 (unsigned long long)control->bookkeeping_bytes / 1024);
    for (int i = 0; i < WL_MOMENTS; i++) {
        const wl_memory_t *memory = &control->memory[i];
        if (memory->rss_bytes != 0)
            worker_print(STDOUT_FILENO,
                         "  %-11s rss=%llu anonymous=%llu lazy_free=%llu page_tables=%llu "
                         "mappings=%llu\n",
                         names[i], (unsigned long long)memory->rss_bytes / 1024,
                         (unsigned long long)memory->rss_anon_bytes / 1024,
                         (unsigned long long)memory->lazy_free_bytes / 1024,
                         (unsigned long long)memory->page_table_bytes / 1024,
                         (unsigned long long)memory->mappings);
    }
    for (uint32_t node = 0; node < WL_MAX_NODES; node++)
        if (control->node_bytes[node] != 0)
            worker_print(STDOUT_FILENO, "  node %-6u anonymous=%llu\n", node,
                         (unsigned long long)control->node_bytes[node] / 1024);
}

/* Whole nanoseconds: formatting a fraction may allocate. */
static void report_latency(const wl_latency_report_t *latency) {
    static const char *const names[WL_OPERATIONS] = {"malloc", "free"};
    static const uint32_t percentiles[] = {5000, 9000, 9900, 9990, 9999};
    if (latency->source == WL_TIMER_NONE)
        return;
    worker_print(STDOUT_FILENO, "time stamps   %s step_ns=%u overhead_ns=%u\n",
                 wl_timer_name((enum wl_timer_source)latency->source), (unsigned)latency->step_ns,
                 (unsigned)latency->overhead_ns);
    for (int i = 0; i < WL_OPERATIONS; i++) {
        const wl_histogram_t *times = &latency->histograms[i];
        worker_print(STDOUT_FILENO, "%-6s ns     count=%llu", names[i],
                     (unsigned long long)wl_histogram_count(times));
        for (size_t p = 0; p < sizeof percentiles / sizeof percentiles[0]; p++)
            worker_print(STDOUT_FILENO, " p%u.%02u=%lld", percentiles[p] / 100,
                         percentiles[p] % 100,
                         (long long)wl_histogram_percentile(times, percentiles[p]));
        worker_print(STDOUT_FILENO, " max=%llu\n", (unsigned long long)times->max);
        for (uint32_t j = 0; j < latency->slow[i].count; j++) {
            const wl_slow_call_t *call = &latency->slow[i].calls[j];
            worker_print(STDOUT_FILENO,
                         "  slow        ns=%llu at_us=%llu size=%llu thread=%u minor_faults=%u "
                         "major_faults=%u voluntary_switches=%u involuntary_switches=%u\n",
                         (unsigned long long)call->ns, (unsigned long long)call->at_ns / 1000,
                         (unsigned long long)call->size_bytes, call->thread, call->minor_faults,
                         call->major_faults, call->voluntary_switches, call->involuntary_switches);
        }
    }
}

/* For runs by hand; the harness reads the control block. */
static void report_print(const wl_control_t *control) {
    worker_print(STDOUT_FILENO, "malloc        %s%s\n", control->malloc_path,
                 control->one_object ? "" : " (other functions elsewhere)");
    if (*control->configuration)
        worker_print(STDOUT_FILENO, "configuration %s\n", control->configuration);
    for (uint32_t i = 0; i < control->thread_count; i++)
        report_thread(i, &control->threads[i]);
    report_rate(control);
    report_memory(control);
    report_latency(&control->latency);
    worker_print(
        STDOUT_FILENO,
        "kernel        minor_faults=%llu major_faults=%llu voluntary_switches=%llu "
        "involuntary_switches=%llu user_us=%llu system_us=%llu\n",
        (unsigned long long)control->minor_faults, (unsigned long long)control->major_faults,
        (unsigned long long)control->voluntary_switches,
        (unsigned long long)control->involuntary_switches,
        (unsigned long long)control->user_ns / 1000, (unsigned long long)control->system_ns / 1000);
    worker_print(STDOUT_FILENO, "checksum      %016llx\n", (unsigned long long)control->checksum);
}

int main(int argc, char **argv) {
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        worker_print(argc < 2 ? STDERR_FILENO : STDOUT_FILENO,
                     "usage: worker WORKLOAD ops=N|seconds=N [threads=N] [warmup=N] [seed=N]\n"
                     "              [check=0|1] [latency=0|1] [counters=0|1] [idle_ms=N]\n"
                     "              [bind=SET,...[@MEMORY]] [control=FD] [PARAMETER=VALUE ...]\n"
                     "'./compare list' prints the workloads and their parameters.\n");
        return argc < 2 ? 2 : 0;
    }
    request_read_own(argc, argv);
    int control_fd = request[CONTROL].value == INT32_MAX ? -1 : (int)request[CONTROL].value;
    worker_map_control(&worker, control_fd);
    request_read_parameters(argc, argv);

    wl_control_t *control = worker.control;
    proof_fill(control);
    worker_prepare(&worker);
    worker_memory_read(&control->memory[WL_MOMENT_EMPTY]);
    worker_set_state(&worker, WL_STATE_READY);
    worker_wait_for_go(&worker);

    worker_membind(&worker);
    worker_run(&worker);
    worker_set_state(&worker, WL_STATE_DONE);
    if (control_fd < 0)
        report_print(control);
    return 0;
}
