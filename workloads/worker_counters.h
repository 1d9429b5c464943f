/*
 * Events that a PMU counts in the measured phase, through the kernel's perf interface. The worker
 * counts itself, since it alone knows when its phases begin and end.
 *
 * Generic events and the bare system call: the kernel maps these few to the right event of every
 * CPU, so that a library of event tables would add names and nothing else.
 */
#ifndef WORKER_COUNTERS_H
#define WORKER_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

/* Order of wl_control_t.events. Page faults are counted by the kernel itself, so they are there
 * without a PMU as well: they show that counting works. */
enum wl_event {
    WL_EVENT_CYCLES,
    WL_EVENT_INSTRUCTIONS,
    WL_EVENT_BRANCHES,
    WL_EVENT_BRANCH_MISSES,
    WL_EVENT_CACHE_MISSES, /* last level, as the kernel maps it */
    WL_EVENT_PAGE_FAULTS,
    WL_EVENTS
};

#define WL_EVENT_MISSING (-1.0) /* the machine cannot count it */

/* A running count of each event: of the calling process in user mode, threads that it creates from
 * now on included. */
typedef struct wl_counters {
    int fds[WL_EVENTS];           /* -1: cannot be counted */
    uint64_t start[WL_EVENTS][3]; /* value, time enabled, time running, ns */
} wl_counters_t;

/* Opens the events. True when the PMU's instructions are among them. */
bool wl_counters_open(wl_counters_t *counters);

/* Remembers what was counted so far. */
void wl_counters_start(wl_counters_t *counters);

/* Events since wl_counters_start; scaled up where the PMU had to share its registers. */
void wl_counters_stop(const wl_counters_t *counters, double events[WL_EVENTS]);

void wl_counters_close(wl_counters_t *counters);

#endif
