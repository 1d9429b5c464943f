/*
 * Run-time options: one table, read once at start from the environment. A wrong value is warned
 * about and the default stays. docs/allocator.md lists them.
 */
#ifndef HAK_OPTIONS_H
#define HAK_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/* X(field, environment variable, default, minimum, maximum, unit, help) */
#define HAK_OPTIONS(X)                                                                             \
    X(lane_kib, "HAKMEM_LANE_KIB", 32, 1, 1024, "KiB",                                             \
      "bytes of blocks that one lane (thread and size class) may cache")                           \
    X(retain_mib, "HAKMEM_RETAIN_MIB", 16, 0, 1048576, "MiB",                                      \
      "touched memory of empty slabs that is kept for reuse before it is purged at once")          \
    X(purge_ms, "HAKMEM_PURGE_MS", 500, 0, 3600000, "ms",                                          \
      "age at which empty slabs, idle heaps and unused large mappings are given back")             \
    X(large_retain_mib, "HAKMEM_LARGE_RETAIN_MIB", 32, 0, 1048576, "MiB",                          \
      "unused large mappings that are kept for reuse")

typedef struct hak_options {
#define HAK_OPTION_FIELD(field, variable, initial, minimum, maximum, unit, help) uint64_t field;
    HAK_OPTIONS(HAK_OPTION_FIELD)
#undef HAK_OPTION_FIELD
} hak_options_t;

extern hak_options_t hak_options; /* [const] after hak_options_read */

/* Reads the environment. Works before the C library has set `environ` up. */
void hak_options_read(void);

/* Writes "NAME=value ..." of every option into `text`; returns the length. */
size_t hak_options_describe(char *text, size_t text_bytes);

#endif
