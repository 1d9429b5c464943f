/*
 * The contract between compare and the stopwatch, the small program that starts, times and waits
 * for a real program. Compiled into both; `magic` and `struct_bytes` refuse a mixed build.
 *
 *     stopwatch FD FILE [NAME=VALUE ...] -- ARGV0 [ARGUMENT ...]
 *
 * FD is a shared mapping of stopwatch_report_t. The program gets FILE, the environment with NAME
 * set to VALUE, and the stopwatch's stdin, stdout and stderr. SIGTERM makes the stopwatch end all
 * that it started, and itself.
 */
#ifndef STOPWATCH_H
#define STOPWATCH_H

#include <stdatomic.h>
#include <stdint.h>

#define STOPWATCH_MAGIC 0x68616b73746f7031u /* "hakstop1" */

typedef struct stopwatch_report {
    uint64_t magic;
    uint64_t struct_bytes;
    _Atomic int32_t pid;   /* of the program; 0 until it was started */
    _Atomic uint32_t done; /* 1: all below is valid; release */
    int32_t start_error;   /* errno of fork or exec; 0: it was started */
    int32_t wait_status;   /* of the program, as of waitpid */
    uint32_t left_count;   /* processes that it left running, and that were ended */
    uint64_t wall_ns;      /* from before fork until its end was known */
    /* Of the program and all descendants that were waited for. */
    uint64_t user_ns, system_ns;
    uint64_t peak_rss_bytes; /* of the largest one of them */
    uint64_t minor_faults, major_faults, voluntary_switches, involuntary_switches;
} stopwatch_report_t;

#endif
