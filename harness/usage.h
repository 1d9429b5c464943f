/* What the kernel counts while a sample runs: a process's memory, the machine's stolen time. */
#ifndef USAGE_H
#define USAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads a process's memory many times; the file stays open. */
typedef struct cmp_memory_reader {
    int statm; /* /proc/PID/statm; -1: cannot be read */
} cmp_memory_reader_t;

void cmp_memory_open(cmp_memory_reader_t *reader, pid_t pid);
void cmp_memory_close(cmp_memory_reader_t *reader);

/* Resident memory, all of it and the anonymous part. False when the process is gone. */
bool cmp_memory_read(const cmp_memory_reader_t *reader, uint64_t *rss_bytes,
                     uint64_t *rss_anon_bytes);

/* Time that the hypervisor gave to others, all PUs together, since boot; NAN when unknown. */
double cmp_steal_seconds(void);

/* MemAvailable; 0 when unknown. */
uint64_t cmp_memory_available_bytes(void);

#endif
