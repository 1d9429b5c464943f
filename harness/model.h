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
#include "../workloads/workload.h"

#define CMP_UUID_BYTES    37 /* 36 characters and the end */
#define CMP_SHA256_BYTES  65
#define CMP_CONTROL_LABEL "A/A control"
#define CMP_MAX_SETTINGS  16 /* environment settings of one allocator's row */

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
    CMP_FAILURE_COUNT
} cmp_failure_t;

/* An allocator as one row of the table. */
typedef struct cmp_allocator {
    char *label; /* row name: "jemalloc", "hakmem:minimal", "mine", CMP_CONTROL_LABEL */
    char *name;  /* allocator without label decoration: the control has its original's name */
    char *path;  /* library file; NULL: the C library's own malloc */
    char **environment; /* NAME=VALUE settings of this row; NULL-terminated; NULL: none */
    char **support; /* further files that must be loaded from the same folder; NULL-terminated */
    char *version;  /* "5.3.0-1" from the package manager, "n/a" when unknown */
    char sha256[CMP_SHA256_BYTES]; /* of the library file */
    bool control;                  /* the A/A control */
    char *configuration;           /* what the library says of itself, NULL until a sample ran */
} cmp_allocator_t;

/* RSS over time as the parent saw it; without bookkeeping. */
typedef struct cmp_timeline_point {
    double seconds; /* since READY */
    uint64_t rss_bytes, rss_anon_bytes;
} cmp_timeline_point_t;

/* One process. Byte figures are without the worker's bookkeeping. */
typedef struct cmp_sample {
    char uuid[CMP_UUID_BYTES];
    uint32_t round;    /* 0-based; calibration samples are not kept */
    uint32_t position; /* place within the round's shuffled order */
    uint64_t seed;
    cmp_failure_t failure;
    char *reason;        /* one line; NULL when failure is CMP_OK */
    double started;      /* Unix time, seconds */
    double wall_seconds; /* from fork to the end of the process */

    double ops_per_second; /* in the window in which all threads measured */
    double window_seconds;
    uint64_t ops; /* of all threads in the measured phase */
    uint64_t checksum;
    double
        crossed_share; /* blocks freed by another thread than their allocator / all frees, 0..1 */
    uint64_t peak_rss_bytes, empty_rss_bytes, peak_live_rss_bytes, freed_rss_bytes;
    uint64_t live_bytes;
    uint64_t minor_faults, major_faults, voluntary_switches, involuntary_switches;
    double user_seconds, system_seconds;
    double steal_seconds; /* of the whole machine while the sample ran; NAN when unknown */
    char *binding;        /* the bind= argument, e.g. "0,1" */

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
    int64_t store_id; /* the store's key of this cell */
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
    cmp_allocator_t *allocators; /* first listed is the one that ratios refer to */
    size_t allocator_count;      /* the control included, last */
    cmp_cell_t *cells;
    size_t cell_count;
    char **notes; /* lines to print under the table: missing allocators and the like */
    size_t note_count;
} cmp_run_t;

/* "crash", "hang" ...; "ok" for CMP_OK. */
const char *cmp_failure_name(cmp_failure_t failure);

/* True for cells that differ in nothing but their allocator: ratios are formed between these. */
bool cmp_same_work(const cmp_cell_t *a, const cmp_cell_t *b);

/* The run's command quoted for a shell, malloc'ed; NULL when out of memory. */
char *cmp_command_line(const cmp_run_t *run);

/* Frees the texts of the machine, not the machine itself. */
void cmp_machine_free(cmp_machine_t *machine);

/* Frees what the run owns, its machine included, not the run itself. */
void cmp_run_free(cmp_run_t *run);

/* Appends a line that the table prints under itself (copied). */
void cmp_run_note(cmp_run_t *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A random (version 4) UUID. */
void cmp_uuid(char uuid[CMP_UUID_BYTES]);

#endif
