/*
 * Where the memory of a worker comes from: the part of bind= behind '@'. See worker_membind.c.
 */
#ifndef WORKER_MEMBIND_H
#define WORKER_MEMBIND_H

#include "worker.h"

/* Gives the calling thread, and those that it creates, the memory policy of the request; no-op
 * without one. Fails the run when the kernel refuses. */
void worker_membind(wl_run_t *run);

/* Fails the run unless the calling thread has that policy. */
void worker_membind_verify(wl_run_t *run);

/* Fills node_bytes of the control block; no-op without a request. */
void worker_membind_measure(wl_run_t *run);

#endif
