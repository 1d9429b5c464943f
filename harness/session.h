/*
 * Everything between a command line that measures workloads and its exit: allocators, machine,
 * plan, store, measuring, report. Sub-commands own one cmp_session_t and call these steps in the
 * order in which they stand here; what is wrong with the command line ends the program with a
 * message.
 */
#ifndef SESSION_H
#define SESSION_H

#include "measure.h"
#include "options.h"
#include "report.h"

typedef struct cmp_session {
    cmp_options_t options;
    const char *workload_list;
    double started;           /* cmp_clock() */
    const cmp_sweep_t *sweep; /* of scale; NULL: every combination is measured */
    uint32_t idle_rounds;     /* at most so many have samples that end with an idle second */
    cmp_paths_t paths;
    topo_t *topo;
    const wl_workload_t **workloads;
    wl_values_t *values;
    size_t workload_count;
    cmp_run_t run;
    cmp_schedule_t schedule;
    cmp_counters_t counters; /* what counts, with --counters */
    cmp_store_t *store;
    cmp_cell_t *recorded;  /* of a run that is resumed: its samples, by cell; NULL: a new run */
    double budget_seconds; /* rounds are added for this time at most; 0: their number is fixed */
    double sample_seconds; /* wanted length of a sample; 0: that of a table */
    char *database;
    double *history; /* noise floors of earlier runs */
    size_t history_count;
} cmp_session_t;

/* The compiler of tool and worker, "gcc 12.2.0", malloc'ed. */
char *cmp_session_compiler(void);

/* Finds workloads, their parameters (unless the run has a program), this machine; refuses what
 * excludes each other and files that cannot be written. */
void cmp_session_open(cmp_session_t *session, int argc, char **argv);

/* Selects the allocators of -a, or the default list. */
void cmp_session_select(cmp_session_t *session);

/* Fills in defaults that depend on the machine and makes the cells; allocators are selected. */
void cmp_session_plan(cmp_session_t *session);

/* True when there is work for the store: not for --dry-run, unless it asks what is left of a run.
 */
bool cmp_session_needs_store(const cmp_session_t *session);

/* Creates the results folder where there is none; its path, malloc'ed. */
char *cmp_session_make_folder(const cmp_session_t *session);

/* Prints the plan, for --dry-run. */
void cmp_session_print_plan(cmp_session_t *session);

/* Its last lines for a run that is resumed: what is left of `samples`, of which all together are
 * idle for idle_seconds, and how long it takes. False when the duration could not be told. */
bool cmp_plan_print_left(const cmp_session_t *session, size_t samples, double idle_seconds);

/* Opens the results store, creating its folder. With --resume the session's run becomes the
 * recorded one. */
void cmp_session_open_store(cmp_session_t *session);

/* A measuring of the session's run by its options; the caller may change it before cmp_measure.
 * What the doctor finds now becomes a note of the run. */
cmp_measure_t cmp_session_measure(cmp_session_t *session);

/* Ends the run in the store, after cmp_measure (whose result is `measured`, its reason `error`).
 * False, with a message printed, when it could not be measured or stored. */
bool cmp_session_end(cmp_session_t *session, bool measured, const char *error);

/* Writes the files of --json and --csv where asked for; false, with a message printed, on failure.
 */
bool cmp_session_write(const cmp_session_t *session, const cmp_report_t *report);

/* True when stdout is taken by --json - or --csv -, so that nothing else may be printed there. */
bool cmp_session_quiet(const cmp_session_t *session);

/* True when stdout is a terminal that wants colour. */
bool cmp_session_colour(void);

void cmp_session_close(cmp_session_t *session);

#endif
