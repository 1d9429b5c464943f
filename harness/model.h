/*
 * What a run is made of, as every part of the harness sees it: the runner fills it, the store keeps
 * it, tables and exports read it. Plain data; strings are owned by the run unless marked const.
 *
 * run -> cells (workload, parameters, allocator, threads, placement) -> samples (one process each).
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../topology/topology.h"
#include "../workloads/worker_control.h"
#include "../workloads/workload.h"

#define CMP_UUID_BYTES    37 /* 36 characters and the end */
#define CMP_SHA256_BYTES  65
#define CMP_CONTROL_LABEL "A/A control"
#define CMP_FLOOR_LABEL   "floor"
/* What notes of these kinds begin with. */
#define CMP_NOTE_ENVIRONMENT "environment of every sample: "
#define CMP_NOTE_INTERRUPTED "interrupted after "
#define CMP_NOTE_RESUMED     "resumed "
#define CMP_NOTE_ACTIVITY    "activity in "
#define CMP_NOTE_PATHS       "paths of "
#define CMP_NOTE_VERDICT     "verdict for "
#define CMP_NOTE_IMPOSSIBLE  "not on this machine: "
#define CMP_MAX_SETTINGS     16 /* environment settings of one allocator's row */

/* Why a sample has no figures. The names (cmp_failure_name) are part of the JSON contract. */
typedef enum cmp_failure {
    CMP_OK = 0,
    CMP_FAIL_CRASH,           /* "crash": ended by a signal */
    CMP_FAIL_HANG,            /* "hang": passed the deadline */
    CMP_FAIL_WRONG_DATA,      /* "wrong-data": block contents, alignment or identity */
    CMP_FAIL_OUT_OF_MEMORY,   /* "out-of-memory": malloc returned NULL, or the kernel killed it */
    CMP_FAIL_MEMORY_CAP,      /* "memory-cap": RSS passed the cap watched by the parent */
    CMP_FAIL_WRONG_ALLOCATOR, /* "wrong-allocator": another library served malloc */
    CMP_FAIL_BIND,            /* "bind-refused" */
    CMP_FAIL_CHECKSUM,        /* "checksum": other work was done than for the other allocators */
    CMP_FAIL_LOAD,            /* "load-failed": the worker could not be started with it */
    CMP_FAIL_WORKER,          /* "worker-error": any other failure the worker reports */
    CMP_FAIL_STATUS,          /* "exit-status": a program ended with another than expected */
    CMP_FAIL_OUTPUT,          /* "output-differs": from that under the first allocator */
    CMP_FAIL_SETUP,           /* "setup-failed": the command before the sample did */
    CMP_FAILURE_COUNT
} cmp_failure_t;

/* An allocator as one row of the table. */
typedef struct cmp_allocator {
    char *label; /* row name: "jemalloc", "hakmem:minimal", "mine", CMP_CONTROL_LABEL */
    char *name;  /* allocator without label decoration: the control has its original's name */
    char *path;  /* library file; NULL: the C library's own malloc */
    bool linked; /* that file is a worker with the allocator in it: nothing is preloaded */
    char **environment; /* NAME=VALUE settings of this row; NULL-terminated; NULL: none */
    char **support; /* further files that must be loaded from the same folder; NULL-terminated */
    char *version;  /* "5.3.0-1" from the package manager, "n/a" when unknown */
    char sha256[CMP_SHA256_BYTES]; /* of the library file */
    bool control;                  /* the A/A control */
    bool floor;          /* the cheapest conceivable allocator: what the workload itself costs */
    uint32_t layout;     /* its code shuffled by this number (layout_build.h); 0: as it was built */
    char *configuration; /* what the library says of itself, NULL until a sample ran */
    char **expected;     /* words that must be in there; NULL-terminated; NULL: any will do */
    char *remedy;        /* how to get a library that says them; NULL with expected */
} cmp_allocator_t;

/* RSS over time as the parent saw it; without bookkeeping. */
typedef struct cmp_timeline_point {
    double seconds; /* since READY */
    uint64_t rss_bytes, rss_anon_bytes;
    double ops_per_second; /* since the point before; NAN outside of the window */
} cmp_timeline_point_t;

/* What a sample was taken for. The names (cmp_sample_kind_name) are those of the store. */
typedef enum cmp_sample_kind {
    CMP_SAMPLE_THROUGHPUT, /* "throughput" */
    CMP_SAMPLE_LATENCY,    /* "latency": each call was timed, so it has no ops_per_second */
} cmp_sample_kind_t;

/* What is counted of a run's instructions. Names are columns and keys: events, not rates. Misses of
 * cache_misses are those of a PMU's last level; i1, d1 and ll are caches that cachegrind simulates.
 */
#define CMP_COUNTERS(X)                                                                            \
    X(CYCLES, cycles)                                                                              \
    X(INSTRUCTIONS, instructions)                                                                  \
    X(BRANCHES, branches)                                                                          \
    X(BRANCH_MISSES, branch_misses)                                                                \
    X(CACHE_MISSES, cache_misses)                                                                  \
    X(I1_MISSES, i1_misses)                                                                        \
    X(D1_MISSES, d1_misses)                                                                        \
    X(LL_MISSES, ll_misses)

typedef enum cmp_counter {
#define COUNTER_CONSTANT(constant, name) CMP_COUNTER_##constant,
    CMP_COUNTERS(COUNTER_CONSTANT)
#undef COUNTER_CONSTANT
        CMP_COUNTER_COUNT
} cmp_counter_t;

/* What counts them. */
typedef enum cmp_counters {
    CMP_COUNTERS_NONE,
    CMP_COUNTERS_PMU,
    CMP_COUNTERS_CACHEGRIND
} cmp_counters_t;

/* Events while a process did `ops` operations. */
typedef struct cmp_count {
    uint64_t ops;                     /* 0: nothing was counted, whatever stands in events */
    double events[CMP_COUNTER_COUNT]; /* NAN: not counted */
} cmp_count_t;

/* One process. Byte figures are without the worker's bookkeeping. */
typedef struct cmp_sample {
    char uuid[CMP_UUID_BYTES];
    cmp_sample_kind_t kind;
    uint32_t round;    /* 0-based; calibration samples are not kept */
    uint32_t position; /* place within the round's shuffled order */
    uint64_t seed;
    cmp_failure_t failure;
    char *reason;        /* one line; NULL when failure is CMP_OK */
    double started;      /* Unix time, seconds */
    double wall_seconds; /* from fork to the end of the process */

    double ops_per_second; /* in the window in which all threads measured */
    double window_seconds;
    double window_start_seconds;  /* on the timeline */
    double timed_ops_per_second;  /* of a latency sample, in the same window; else NAN */
    wl_latency_report_t *latency; /* of a latency sample; else NULL */
    uint64_t ops;                 /* of all threads in the measured phase */
    uint64_t checksum;
    double
        crossed_share; /* blocks freed by another thread than their allocator / all frees, 0..1 */
    uint64_t peak_rss_bytes;
    wl_memory_t memory[WL_MOMENTS]; /* without bookkeeping but in page_table_bytes; 0: not taken */
    uint64_t live_bytes;            /* requested bytes at WL_MOMENT_PEAK_LIVE */
    /* Private anonymous memory on each NUMA node (OS index) at WL_MOMENT_PEAK_LIVE; 0 where there
     * is none, and on all where the placement does not bind memory. */
    uint64_t node_bytes[WL_MAX_NODES];
    uint64_t minor_faults, major_faults, voluntary_switches, involuntary_switches;
    double user_seconds, system_seconds;
    double steal_seconds; /* of the whole machine while the sample ran; NAN when unknown */
    char output_sha256[CMP_SHA256_BYTES]; /* of a program's stdout; "" for a workload */
    char *binding;                        /* the bind= argument, e.g. "0,1" */
    cmp_count_t
        counted; /* by the PMU in the measured phase, threads that wait for others included */

    cmp_timeline_point_t *timeline;
    size_t timeline_count;
} cmp_sample_t;

/* A cell of the table. */
typedef struct cmp_cell {
    const wl_workload_t *workload;
    wl_values_t values;
    size_t allocator; /* index into cmp_run.allocators */
    uint32_t threads;
    topo_policy_t placement;
    bool oversubscribed;
    uint64_t ops_per_thread, warmup_per_thread; /* calibrated; the same for all allocators */
    double seconds;                             /* --duration; 0: a number of operations */
    bool check;
    cmp_sample_t *samples; /* in the order of arrival, failures included */
    size_t sample_count;
    cmp_sample_t *latency_samples; /* likewise, those of kind CMP_SAMPLE_LATENCY */
    size_t latency_count;
    int64_t store_id;         /* the store's key of this cell */
    cmp_count_t simulated[2]; /* of a short and a longer run under cachegrind, one thread */
} cmp_cell_t;

/* The machine, as printed under every table. Unknown texts are "n/a". */
typedef struct cmp_machine {
    char *hostname, *cpu, *caches, *kernel, *os, *libc;
    char *governor, *thp, *overcommit, *hypervisor; /* hypervisor "none" on bare metal */
    char *topology;                                 /* topo_summary */
    char *topology_xml;
    uint32_t packages, cores, pus, numa_nodes;
    uint64_t memory_bytes;
    char *id; /* stable hash of the above without the changing parts: pools noise floors */
} cmp_machine_t;

/* A real program that is run instead of a workload. */
typedef struct cmp_program {
    char **arguments; /* argv as typed, NULL-terminated */
    char *file;       /* that is executed: absolute, or relative to the working folder */
    char *input;      /* file given as stdin; NULL: /dev/null */
    char *setup;      /* shell command before every sample; NULL: none */
    int expected_status;
    bool ignore_output;
} cmp_program_t;

typedef struct cmp_run {
    char uuid[CMP_UUID_BYTES];
    const char *kind; /* "measured" */
    char **command;   /* argv, NULL-terminated */
    double started;   /* Unix time, seconds */
    char *commit;     /* of this tree, "-dirty" appended where it applies; "n/a" outside git */
    char *compiler;   /* that built the worker */
    cmp_machine_t machine;
    uint64_t seed;
    uint32_t rounds;      /* planned */
    uint32_t rounds_done; /* complete rounds */
    bool interrupted;
    bool begun;       /* by this process: it is in the store, and its rounds may be measured */
    uint32_t resumed; /* how often it was taken up again after it was cut short */
    cmp_allocator_t *allocators; /* first listed is the one that ratios refer to */
    size_t allocator_count;      /* the control included, last */
    cmp_program_t *program;      /* NULL: workloads are measured */
    char *counters_source;       /* what counted, with its settings; NULL: nothing did */
    cmp_cell_t *cells;
    size_t cell_count;
    char **notes; /* lines to print under the table: missing allocators and the like */
    size_t note_count;
} cmp_run_t;

/* "throughput", "latency". */
const char *cmp_sample_kind_name(cmp_sample_kind_t kind);

/* Frees what the sample owns and empties it. */
void cmp_sample_clear(cmp_sample_t *sample);

/* Frees the samples of a cell. */
void cmp_cell_clear(cmp_cell_t *cell);

/* Appends the sample to those of its kind in the cell, which owns it from then on. Valid until the
 * next is added. */
const cmp_sample_t *cmp_cell_add_sample(cmp_cell_t *cell, const cmp_sample_t *sample);

/* "crash", "hang" ...; "ok" for CMP_OK. */
const char *cmp_failure_name(cmp_failure_t failure);

/* What stands for the workload in the cells of a program: "program", without parameters. Their
 * threads are 0, since the program decides, and they are bound to no PU. */
extern const wl_workload_t cmp_program_workload;
bool cmp_cell_is_program(const cmp_cell_t *cell);

/* "compact"; "unbound" for a program. */
const char *cmp_cell_placement(const cmp_cell_t *cell);

/* The words quoted for a shell, malloc'ed; NULL when out of memory. */
char *cmp_words_quote(char *const *words);

/* The words that cmp_words_quote made the text of: malloc'ed and NULL-terminated, none of NULL. */
char **cmp_words_split(const char *text);
/* A copy of the words, likewise; NULL for none. */
char **cmp_words_copy(char *const *words);
void cmp_words_free(char **words);

/* "instructions", "branch_misses" ... */
const char *cmp_counter_name(cmp_counter_t counter);

/* True for cells that differ in nothing but their allocator: ratios are formed between these. */
bool cmp_same_work(const cmp_cell_t *a, const cmp_cell_t *b);

/* The run's command quoted for a shell, malloc'ed; NULL when out of memory. */
char *cmp_command_line(const cmp_run_t *run);

/* The same with the run's seed, so that it does the same work. What follows "--" is a program's. */
char *cmp_command_again(const cmp_run_t *run);

/* Frees the texts of the machine, not the machine itself. */
void cmp_machine_free(cmp_machine_t *machine);

/* Frees what the run owns, its machine included, not the run itself. */
void cmp_run_free(cmp_run_t *run);

/* Appends a line that the table prints under itself (copied), unless it stands there already. */
void cmp_run_note(cmp_run_t *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A random (version 4) UUID. */
void cmp_uuid(char uuid[CMP_UUID_BYTES]);

#endif
