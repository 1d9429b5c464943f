/*
 * Reads counters of the kernel from /proc. Called by the main thread, every few milliseconds while
 * a sample runs: statm is used because it costs a fraction of what status costs, and our time is
 * taken from the PUs that are being measured.
 */
#include "usage.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void cmp_memory_open(cmp_memory_reader_t *reader, pid_t pid) {
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    reader->statm = open(path, O_RDONLY | O_CLOEXEC);
}

void cmp_memory_close(cmp_memory_reader_t *reader) {
    if (reader->statm >= 0)
        close(reader->statm);
    reader->statm = -1;
}

bool cmp_memory_read(const cmp_memory_reader_t *reader, uint64_t *rss_bytes,
                     uint64_t *rss_anon_bytes) {
    char text[128];
    ssize_t got = reader->statm >= 0 ? pread(reader->statm, text, sizeof text - 1, 0) : -1;
    if (got <= 0)
        return false;
    text[got] = '\0';
    unsigned long long size, resident, shared; /* pages; shared: of files and shared memory */
    if (sscanf(text, "%llu %llu %llu", &size, &resident, &shared) != 3)
        return false;
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    *rss_bytes = resident * page_bytes;
    *rss_anon_bytes = (resident > shared ? resident - shared : 0) * page_bytes;
    return true;
}

double cmp_steal_seconds(void) {
    unsigned long long steal;
    double seconds = NAN;
    FILE *file = fopen("/proc/stat", "re");
    if (file == NULL)
        return NAN;
    if (fscanf(file, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &steal) == 1)
        seconds = (double)steal / (double)sysconf(_SC_CLK_TCK);
    fclose(file);
    return seconds;
}

uint64_t cmp_memory_available_bytes(void) {
    char line[128];
    unsigned long long kib = 0;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
            break;
    if (file != NULL)
        fclose(file);
    return (uint64_t)kib * 1024;
}
