/*
 * The contract between the harness (parent) and the worker (child).
 *
 * The request travels as text on the worker's command line, so that any sample can be repeated by
 * hand or under a debugger:
 *
 *     worker WORKLOAD [KEY=VALUE ...]
 *
 *     threads=N      worker threads
 *     ops=N          measured operations per thread (0 with seconds=)
 *     warmup=N       operations per thread before the measured phase
 *     seconds=N      measure for a time instead of a number of operations
 *     seed=N         seed of every pseudo-random sequence
 *     check=0|1      fill blocks with a pattern and verify it at free
 *     latency=0|1    take the time of every malloc and free; not together with check
 *     counters=0|1   count events of the PMU in the measured phase
 *     idle_ms=N      after everything is freed stay away from the allocator for N milliseconds
 *     bind=SET,...   PUs of thread i as the i-th SET (taken round robin when there are fewer sets
 *                    than threads); a SET is OS indexes joined by '+', e.g. "0,1" or "0+64,1+65".
 *                    Behind the last may stand where memory comes from, by OS indexes of NUMA
 * nodes:
 *                    @local, @interleave:0+1 or @bind:1
 *     control=FD     file descriptor of the shared control block below
 *     any other key  a parameter of the workload (workload.h)
 *
 * The report travels through a memfd that both sides map: it stays readable when the worker
 * crashes, and it is shared memory, so that it counts as RssShmem and not as the allocator's.
 * Without control= the worker maps a block of its own, waits for nobody and prints the report.
 *
 * Both sides are compiled from this header; `magic` and `struct_bytes` refuse a mixed build.
 */
#ifndef WORKER_CONTROL_H
#define WORKER_CONTROL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"
#include "worker_counters.h"

#define WL_CONTROL_MAGIC 0x68616b776f726b31u /* "hakwork1" */
#define WL_MAX_THREADS   4096
#define WL_MAX_STAMPS    512
#define WL_SLOW_CALLS    8 /* kept per operation */
#define WL_MAX_NODES     64

/* States only grow. Each change is followed by a futex wake on `state`. */
enum wl_state {
    WL_STATE_STARTING = 0, /* parsing, mapping bookkeeping */
    WL_STATE_READY,        /* proof of the allocator is filled in; waits for `go` */
    WL_STATE_WARMUP,
    WL_STATE_MEASURING,
    WL_STATE_PEAK,   /* measured phase over, nothing freed yet: its memory figures are valid */
    WL_STATE_FREED,  /* everything freed, threads joined: likewise; idle_ms begin */
    WL_STATE_DONE,   /* all fields valid, about to exit 0 */
    WL_STATE_FAILED, /* `failure` and `message` say why, about to exit 1 */
};

enum wl_failure {
    WL_FAILURE_NONE = 0,
    WL_FAILURE_BAD_REQUEST,   /* the command line makes no sense */
    WL_FAILURE_BIND_REFUSED,  /* a thread could not be bound, or read back another mask */
    WL_FAILURE_WRONG_DATA,    /* a block overlapped, was misaligned, lost or doubled */
    WL_FAILURE_OUT_OF_MEMORY, /* the allocator under test returned NULL */
    WL_FAILURE_SYSTEM,        /* a system call that the worker needs failed */
};

/* A point of one thread's progress: it had completed `ops` operations at `ns` (CLOCK_MONOTONIC). */
typedef struct wl_stamp {
    uint64_t ns;
    uint64_t ops;
} wl_stamp_t;

/* One thread (for larson: one lineage of threads). Written by that thread alone. */
typedef struct wl_thread_report {
    _Alignas(64) _Atomic uint32_t stamp_count; /* release; stamps below it are complete */
    uint32_t bound;                            /* 1 when the binding was read back equal */
    uint64_t ops;                              /* operations of the measured phase */
    uint64_t checksum;                         /* over sizes and operations of the measured phase */
    uint64_t live_bytes;                       /* requested bytes live at the end of that phase */
    uint64_t crossed_blocks;                   /* blocks freed here that another thread allocated */
    uint64_t freed_blocks;                     /* all blocks freed here in the measured phase */
    /* First: start of the measured phase, ops 0; then rising. The last ends the time in which the
     * thread did its whole share of work; `ops` may be more, by what others sent it later. */
    wl_stamp_t stamps[WL_MAX_STAMPS];
} wl_thread_report_t;

/* Moments of a sample at which its memory is read. */
enum wl_moment {
    WL_MOMENT_EMPTY,     /* READY: bookkeeping mapped, no block allocated yet */
    WL_MOMENT_PEAK_LIVE, /* PEAK */
    WL_MOMENT_FREED,     /* FREED */
    WL_MOMENT_IDLE,      /* after idle_ms; not taken without */
    WL_MOMENTS
};

/* Bytes and mappings of the whole process; 0 where the kernel does not say. */
typedef struct wl_memory {
    uint64_t rss_bytes;        /* with bookkeeping_bytes; the harness subtracts it */
    uint64_t rss_anon_bytes;   /* of it private and anonymous: bookkeeping is not */
    uint64_t lazy_free_bytes;  /* of rss_anon_bytes purged by MADV_FREE, not yet taken back */
    uint64_t page_table_bytes; /* VmPTE, of bookkeeping too */
    uint64_t mappings;         /* lines of /proc/PID/maps */
} wl_memory_t;

enum wl_operation { WL_MALLOC, WL_FREE, WL_OPERATIONS };

/* One slow call, and what the kernel counted for its thread meanwhile. */
typedef struct wl_slow_call {
    uint64_t ns;         /* overhead of the time stamps subtracted */
    uint64_t at_ns;      /* its start since the thread's measured phase began */
    uint64_t size_bytes; /* of the block */
    uint32_t thread;
    uint32_t minor_faults, major_faults;
    uint32_t voluntary_switches; /* it slept: waited for a lock or a page from a disk */
    uint32_t involuntary_switches;
} wl_slow_call_t;

typedef struct wl_slow_calls {
    uint32_t count;
    wl_slow_call_t calls[WL_SLOW_CALLS]; /* the worst first */
} wl_slow_calls_t;

/* Under latency=1, over all threads. */
typedef struct wl_latency_report {
    uint32_t source;          /* enum wl_timer_source; 0: no latency was measured */
    double step_ns;           /* that the time stamps can tell apart */
    double overhead_ns;       /* of a pair of stamps, subtracted from each time; the largest of the
                                 threads' medians */
    double overhead_least_ns; /* of the shortest pair of stamps */
    wl_histogram_t histograms[WL_OPERATIONS];
    wl_slow_calls_t slow[WL_OPERATIONS];
} wl_latency_report_t;

typedef struct wl_control {
    uint64_t magic;
    uint64_t struct_bytes;  /* sizeof(wl_control_t) */
    uint32_t thread_count;  /* entries of threads[] */
    _Atomic uint32_t go;    /* futex; the parent sets 1 once it has accepted the proof */
    _Atomic uint32_t state; /* enum wl_state; futex */
    uint32_t failure;       /* enum wl_failure */
    char message[512]; /* what went wrong, one line, with address and size where there is one */

    /* Proof of who serves: dladdr of each address as resolved in the running process. */
    char malloc_path[1024]; /* object that holds malloc */
    uint64_t malloc_address;
    uint32_t
        one_object; /* 1 when free, calloc, realloc and posix_memalign are in the same object */
    char configuration[4096]; /* hak_configuration() of that object, "" when it has none */

    /* RSS figures still include bookkeeping_bytes; the harness subtracts it. */
    uint64_t bookkeeping_bytes; /* shared, pre-faulted memory of the worker itself */
    uint64_t peak_rss_bytes;    /* VmHWM at FREED */
    uint64_t live_bytes;        /* sum over threads at PEAK */
    wl_memory_t memory[WL_MOMENTS];
    /* Private anonymous memory on each NUMA node (OS index) at PEAK; 0 without a request for memory
     * in bind=, and where the kernel does not say. */
    uint64_t node_bytes[WL_MAX_NODES];

    uint64_t checksum; /* over all threads, independent of their interleaving */
    uint64_t minor_faults, major_faults;
    uint64_t voluntary_switches, involuntary_switches; /* getrusage over the measured phase */
    uint64_t user_ns, system_ns;                       /* likewise, all threads of the process */

    /* Under counters=1, of all threads over the measured phase, the load until the last thread has
     * finished included. */
    double events[WL_EVENTS]; /* in user mode; WL_EVENT_MISSING: not counted */
    uint64_t counted_ops;     /* operations meanwhile */

    wl_latency_report_t latency;

    wl_thread_report_t threads[];
} wl_control_t;

static inline size_t wl_control_bytes(uint32_t thread_count) {
    return sizeof(wl_control_t) + (size_t)thread_count * sizeof(wl_thread_report_t);
}

#endif
