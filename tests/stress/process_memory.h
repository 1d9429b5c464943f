/* The process's own memory, for the programs that show that it does not grow. */
#ifndef TEST_PROCESS_MEMORY_H
#define TEST_PROCESS_MEMORY_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* RSS in KiB, as /proc/self/statm says; allocates nothing. */
static inline size_t rss_kib_now(void) {
    char text[128] = "";
    unsigned long total = 0, resident = 0;
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    if (length <= 0 || sscanf(text, "%lu %lu", &total, &resident) != 2) {
        fputs("stress: /proc/self/statm cannot be read\n", stderr);
        exit(1);
    }
    return (size_t)resident * ((size_t)sysconf(_SC_PAGESIZE) / 1024);
}

#endif
