/*
 * The life of the worker's threads, as the main thread sees it. See worker_thread.c.
 */
#ifndef WORKER_THREAD_H
#define WORKER_THREAD_H

#include "worker.h"

/* Lets the engine plan, maps everything the threads need, on the node where each will run. */
void worker_prepare(wl_run_t *run);

/* Runs warm-up, measured phase, load, release and the idle time, and fills the control block. */
void worker_run(wl_run_t *run);

#endif
