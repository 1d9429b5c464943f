/* The memory of this process at one moment. See worker_memory.c. */
#ifndef WORKER_MEMORY_H
#define WORKER_MEMORY_H

#include "worker_control.h"

/* Fills in what the kernel says; a figure that it does not give stays 0. */
void worker_memory_read(wl_memory_t *memory);

/* Highest resident size so far. */
uint64_t worker_peak_rss_bytes(void);

#endif
