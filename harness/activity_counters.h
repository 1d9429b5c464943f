/*
 * Telemetry counters in a proof of activity: which of the named ones move when a workload is done.
 * See docs/method.md.
 */
#ifndef ACTIVITY_COUNTERS_H
#define ACTIVITY_COUNTERS_H

#include "activity.h"

/* A counter in a report of the allocator's telemetry. */
typedef struct cmp_count_line {
    char *box, *counter;
    char *row; /* of a box that counts by class, such as "C17"; NULL: all rows together */
    uint64_t value;
} cmp_count_line_t;

/* A report, as allocator/telemetry.c writes it to stderr with HAKMEM_STATS=1. */
typedef struct cmp_count_report {
    cmp_count_line_t *lines; /* in the order of the report: the counters of a box follow each other
                              */
    size_t count;
} cmp_count_report_t;

/* Reads the report that is somewhere in `text` (changed); what else stands there is passed over. */
cmp_count_report_t cmp_count_report_read(char *text);
void cmp_count_report_free(cmp_count_report_t *report);

/* The counter's value in a row (NULL: of all together); 0 when there is none. A row whose counter
 * is 0 has no line. */
uint64_t cmp_count_value(const cmp_count_report_t *report, const char *box, const char *row,
                         const char *counter);
bool cmp_count_has_box(const cmp_count_report_t *report, const char *box);

/* A library that counts, and what it is to be run with. */
typedef struct cmp_count_run {
    const cmp_paths_t *paths;
    const char *label;      /* what messages call the library */
    const char *library;    /* its path */
    bool linked;            /* it is a worker with the allocator in it */
    char *const *settings;  /* of its environment, NULL-terminated; NULL: none */
    const cmp_cell_t *cell; /* workload, parameters, threads */
} cmp_count_run_t;

/* What a run of some hundred thousand operations a thread, or of the cell's seconds, counts above a
 * run of one, which is what starts and ends with any process. No lines: the library counts nothing.
 * False with a reason. */
bool cmp_count_moved(const cmp_count_run_t *run, cmp_count_report_t *moved, char *error,
                     size_t error_bytes);

/* Operations a thread of such a run at least, after as many for warming up. */
unsigned long long cmp_count_ops(const wl_workload_t *workload);

/*
 * Looks up every counter of request->counters in the base and in the treatment, where their builds
 * have its box compiled in, else in the build hakmem:counting with the treatment's settings. A
 * counter has moved when it is higher after a run of some hundred thousand operations a thread than
 * after a run of one. Adds to `activity`. False with a reason, as of cmp_activity_prove.
 */
bool cmp_activity_counters(const cmp_activity_request_t *request, cmp_activity_t *activity,
                           char *error, size_t error_bytes);

/* Appends to the activity's text, "; " between two parts; what is too long is cut. */
void cmp_activity_say(cmp_activity_t *activity, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
