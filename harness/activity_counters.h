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
    uint64_t value;
} cmp_count_line_t;

/* A report, as allocator/telemetry.c writes it to stderr with HAKMEM_STATS=1. */
typedef struct cmp_count_report {
    cmp_count_line_t *lines; /* in the order of the report: the counters of a box follow each other
                              */
    size_t count;
} cmp_count_report_t;

/* Reads the report that is somewhere in `text` (changed); what else stands there is passed over.
 * Of a box that counts by rows the sums are taken. */
cmp_count_report_t cmp_count_report_read(char *text);
void cmp_count_report_free(cmp_count_report_t *report);

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
