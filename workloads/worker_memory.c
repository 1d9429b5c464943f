/*
 * The worker's view of its own memory, from /proc. Called by the main thread at the ends of phases,
 * while the worker threads wait or are gone. No locks; nothing is allocated: text is read through
 * a buffer on the stack. What the figures mean: docs/method.md, Memory.
 */
#include "worker_memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 8192 }; /* more than status or smaps_rollup have */

/* Reads a whole small file; empty when it cannot be read. */
static void file_read(const char *path, char text[TEXT_BYTES]) {
    size_t used = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t got; fd >= 0 && (got = read(fd, text + used, TEXT_BYTES - 1 - used)) > 0;)
        used += (size_t)got;
    if (fd >= 0)
        close(fd);
    text[used] = 0;
}

/* The kB figure behind `key` at a line's start, as bytes; 0 when there is none. */
static uint64_t kib_find(const char *text, const char *key) {
    for (const char *line = text; line != NULL && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, strlen(key)) == 0)
            return strtoull(line + strlen(key), NULL, 10) * 1024;
    }
    return 0;
}

/* Lines of /proc/self/maps. */
static uint64_t mappings_count(void) {
    char text[TEXT_BYTES];
    uint64_t lines = 0;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    for (ssize_t got; fd >= 0 && (got = read(fd, text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < got; i++)
            lines += text[i] == '\n';
    if (fd >= 0)
        close(fd);
    return lines;
}

void worker_memory_read(wl_memory_t *memory) {
    char text[TEXT_BYTES];
    memset(memory, 0, sizeof *memory);
    /* smaps_rollup walks the page tables; the counters behind VmRSS are kept per CPU and may be
     * off by some pages per CPU, which shows in small processes. */
    file_read("/proc/self/smaps_rollup", text);
    memory->rss_bytes = kib_find(text, "Rss:");
    memory->rss_anon_bytes = kib_find(text, "Anonymous:");
    memory->lazy_free_bytes = kib_find(text, "LazyFree:");
    file_read("/proc/self/status", text);
    memory->page_table_bytes = kib_find(text, "VmPTE:");
    if (memory->rss_bytes == 0) {
        memory->rss_bytes = kib_find(text, "VmRSS:");
        memory->rss_anon_bytes = kib_find(text, "RssAnon:");
    }
    memory->mappings = mappings_count();
}

uint64_t worker_peak_rss_bytes(void) {
    char text[TEXT_BYTES];
    file_read("/proc/self/status", text);
    return kib_find(text, "VmHWM:");
}
