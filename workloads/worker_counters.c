/*
 * Opens and reads perf events. Called by the worker's main thread around the measured phase, and by
 * the harness to see whether this machine has a PMU that works; no locks, no allocation.
 */
#include "worker_counters.h"

#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct event {
    uint32_t type;
    uint64_t config;
} event_t;

static const event_t events_wanted[WL_EVENTS] = {
    [WL_EVENT_CYCLES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    [WL_EVENT_INSTRUCTIONS] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    [WL_EVENT_BRANCHES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS},
    [WL_EVENT_BRANCH_MISSES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    [WL_EVENT_CACHE_MISSES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    [WL_EVENT_PAGE_FAULTS] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
};

/* User mode only: the same at every setting of perf_event_paranoid that allows counting at all. */
static int event_open(const event_t *event) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = event->type;
    attributes.config = event->config;
    attributes.inherit = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

bool wl_counters_open(wl_counters_t *counters) {
    memset(counters, 0, sizeof *counters);
    for (int i = 0; i < WL_EVENTS; i++)
        counters->fds[i] = event_open(&events_wanted[i]);
    return counters->fds[WL_EVENT_INSTRUCTIONS] >= 0;
}

void wl_counters_start(wl_counters_t *counters) {
    for (int i = 0; i < WL_EVENTS; i++)
        if (counters->fds[i] >= 0 && read(counters->fds[i], counters->start[i],
                                          sizeof counters->start[i]) != sizeof counters->start[i])
            memset(counters->start[i], 0, sizeof counters->start[i]);
}

void wl_counters_stop(const wl_counters_t *counters, double events[WL_EVENTS]) {
    for (int i = 0; i < WL_EVENTS; i++) {
        uint64_t end[3];
        events[i] = WL_EVENT_MISSING;
        if (counters->fds[i] < 0 || read(counters->fds[i], end, sizeof end) != sizeof end)
            continue;
        double enabled = (double)(end[1] - counters->start[i][1]);
        double running = (double)(end[2] - counters->start[i][2]);
        if (running > 0)
            events[i] = (double)(end[0] - counters->start[i][0]) * (enabled / running);
    }
}

void wl_counters_close(wl_counters_t *counters) {
    for (int i = 0; i < WL_EVENTS; i++) {
        if (counters->fds[i] >= 0)
            close(counters->fds[i]);
        counters->fds[i] = -1;
    }
}
