/*
 * What the worker asks of the system, without stdio and without an allocation. See worker_system.c.
 */
#ifndef WORKER_SYSTEM_H
#define WORKER_SYSTEM_H

#include "worker.h"

/* Moves the control block to `state` and wakes the harness. */
void worker_set_state(wl_run_t *run, enum wl_state state);

/* Sleeps until the harness has set `go`. */
void worker_wait_for_go(wl_run_t *run);

/* Maps the control block behind `fd`, or one of its own when fd is -1. */
void worker_map_control(wl_run_t *run, int fd);

/* Binds the calling thread to the set of worker thread `index`; no-op without bind=. */
void worker_bind(wl_run_t *run, uint32_t index);

/* True when the calling thread runs on exactly that set; false without bind=; fails the run
 * otherwise. */
bool worker_bound(wl_run_t *run, uint32_t index);

/* CLOCK_MONOTONIC. */
uint64_t worker_clock_ns(void);

/* Writes formatted text to a descriptor. Integers and strings only: floating point may allocate. */
void worker_print(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
