/*
 * Run-time options: one table, read once at start from the environment. A wrong value is warned
 * about and the default stays. docs/options.md is made from this table.
 */
#ifndef HAK_OPTIONS_H
#define HAK_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "allocator/config.h"

/* X(field, environment variable, default, minimum, maximum, unit, help). A unit with '|' lists the
 * words of a choice, whose value is the word's number; other values are whole numbers, in decimal
 * or hexadecimal (0x7F). What a build does not contain can only be off there. */
#define HAK_OPTIONS(X)                                                                             \
    X(lane_kib, "HAKMEM_LANE_KIB", 512, 1, 1024, "KiB",                                            \
      "bytes of blocks up to which one lane (thread and size class) grows; beyond its share, "     \
      "some "                                                                                      \
      "32 KiB, only for what its thread frees and takes again in turn")                            \
    X(lane_grow_ms, "HAKMEM_LANE_GROW_MS", 4, 0, 65535, "ms",                                      \
      "a lane grows only where two slow calls that a larger one would have spared are no further " \
      "apart, by a clock that ticks every 1 to 10 ms; 65535: wherever they are")                   \
    X(thread_kib, "HAKMEM_THREAD_KIB", 2048, 16, 1048576, "KiB",                                   \
      "bytes of blocks that all lanes of a thread together may cache; of more than 16 "            \
      "threads each an equal part of what 16 may, at least a quarter")                             \
    X(thread_percent, "HAKMEM_THREAD_PERCENT", 25, 0, 100, "%",                                    \
      "part of what the thread's slabs take that its lanes may cache, where that is more than "    \
      "HAKMEM_THREAD_KIB")                                                                         \
    X(medium_kib, "HAKMEM_MEDIUM_KIB", 4096, 0, 1048576, "KiB",                                    \
      "bytes of freed blocks of more than 64 KiB up to 1 MiB that a thread keeps for itself, at "  \
      "most 32 of them; 1 MiB at most where no other thread asks for such blocks in turn "         \
      "with it; of more than 16 threads each an equal part of what 16 may, at least a quarter")    \
    X(retain_mib, "HAKMEM_RETAIN_MIB", 256, 0, 1048576, "MiB",                                     \
      "touched pages of empty slabs that are kept for reuse, at most; in force is a sixteenth of " \
      "what large blocks take, and the larger of two: 1 MiB, half of what slabs in use have "      \
      "touched and what the learner adds; or what they had touched lately and have no more, "      \
      "until three quarters are freed in a row")                                                   \
    X(purge, "HAKMEM_PURGE", 1, 0, 1, "off|on",                                                    \
      "whether memory of empty slabs, idle caches and unused mappings is given back at all")       \
    X(purge_ms, "HAKMEM_PURGE_MS", 500, 0, 3600000, "ms",                                          \
      "age at which empty slabs, idle caches, idle heaps and unused large mappings are given "     \
      "back")                                                                                      \
    X(large_retain_mib, "HAKMEM_LARGE_RETAIN_MIB", 256, 0, 1048576, "MiB",                         \
      "unused large mappings that are kept for reuse, at most; in force is the larger of two: 1 "  \
      "MiB, what is in use and what the learner adds; or what is missing to one and a half times " \
      "the peak of blocks, until most of that is freed in a row or nothing is left")               \
    X(huge_pages, "HAKMEM_HUGE_PAGES", 2, 0, 3, "off|settled|on|always",                           \
      "transparent huge pages for superslabs that have settled and are nearly all resident, "      \
      "beyond what the TLB reaches by small ones; on: also from their start, and for large "       \
      "mappings of 2 MiB and more, where the process touches what it takes; always: wherever it "  \
      "can, from the first superslab on")                                                          \
    X(huge_apart, "HAKMEM_HUGE_APART", 1, 0, 1, "off|on",                                          \
      "huge pages, but those that superslabs are moved into, lie in another GiB of addresses "     \
      "than small ones: a hypervisor may drop the page tables of both together; off only to "      \
      "measure what that is worth")                                                                \
    X(huge_from_mib, "HAKMEM_HUGE_FROM_MIB", 16, 0, 1048576, "MiB",                                \
      "superslabs that a process has before a new one begins on a huge page: what is not used of " \
      "it yet, 2 MiB, is little then")                                                             \
    X(mid_v3_enabled, "HAKMEM_MID_V3_ENABLED", HAK_HAS_MID_V3, 0, HAK_HAS_MID_V3, "off|on",        \
      "257 to 768 bytes from MID_V3 instead of Tiny")                                              \
    X(mid_v3_classes, "HAKMEM_MID_V3_CLASSES", HAK_MID_V3_CLASSES, 0, 0xffff, "mask",              \
      "classes of MID_V3 in use: bit 0 is 257 to 288 bytes, bit 15 is 737 to 768")                 \
    X(pool_v2_enabled, "HAKMEM_POOL_V2_ENABLED", HAK_HAS_POOL_V2, 0, HAK_HAS_POOL_V2, "off|on",    \
      "1 to 64 KiB from Pool HotBox v2 instead of Pool v1")                                        \
    X(pool_v2_classes, "HAKMEM_POOL_V2_CLASSES", HAK_POOL_V2_CLASSES, 0, 0x7f, "mask",             \
      "classes of Pool HotBox v2 in use: sizes up to 2, 4, 8, 16, 32, 48, 64 KiB")                 \
    X(pool_v2_thread_mib, "HAKMEM_POOL_V2_THREAD_MIB", 1048576, 1, 1048576, "MiB",                 \
      "pages of one thread's hot box; beyond them its blocks come from Pool v1; the default is "   \
      "more than it can get")                                                                      \
    X(pool_v2_lending, "HAKMEM_POOL_V2_LENDING", HAK_HAS_POOL_V2, 0, HAK_HAS_POOL_V2, "off|on",    \
      "above 2 KiB: a class without a free block takes some of the next larger class's before it " \
      "gets a new page")                                                                           \
    X(pool_v2_stats, "HAKMEM_POOL_V2_STATS", 0, 0, HAK_HAS_REPORTS, "off|on",                      \
      "print the counters of Pool HotBox v2 at exit (in a counting build)")                        \
    X(learner, "HAKMEM_LEARNER", 2 * HAK_HAS_LEARNER, 0, 2 * HAK_HAS_LEARNER, "off|observe|on",    \
      "move lane ceilings and retention by what is seen on the cold path; observe only reports")   \
    X(helper, "HAKMEM_HELPER", 0, 0, HAK_HAS_HELPER, "off|on",                                     \
      "a thread that purges while the program does not call the allocator")                        \
    X(stats, "HAKMEM_STATS", 0, 0, HAK_HAS_REPORTS, "off|on",                                      \
      "print the counters of all boxes at exit (in a counting build)")

typedef struct hak_options {
#define HAK_OPTION_FIELD(field, variable, initial, minimum, maximum, unit, help) uint64_t field;
    HAK_OPTIONS(HAK_OPTION_FIELD)
#undef HAK_OPTION_FIELD
} hak_options_t;

#if HAKMEM_FAST_PROFILE_FIXED
static const hak_options_t hak_options = {
#define HAK_OPTION_DEFAULT(field, variable, initial, minimum, maximum, unit, help)                 \
    .field = (initial),
    HAK_OPTIONS(HAK_OPTION_DEFAULT)
#undef HAK_OPTION_DEFAULT
};
#else
extern hak_options_t hak_options; /* [const] after hak_options_read */
#endif

/* Reads the environment. Works before the C library has set `environ` up. Nothing in a build with
 * HAKMEM_FAST_PROFILE_FIXED. */
void hak_options_read(void);

/* Writes "NAME=value ..." of every option into `text`; returns the length. */
size_t hak_options_describe(char *text, size_t text_bytes);

/* The table, row by row, for documentation; NULL after the last. */
typedef struct hak_option_row {
    const char *variable, *unit, *help;
    uint64_t initial, minimum, maximum;
} hak_option_row_t;
const hak_option_row_t *hak_option_row(size_t index);

#endif
