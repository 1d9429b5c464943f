/*
 * Derived figures of a finished (or interrupted) run, and its renderings. All renderings read the
 * same cmp_report_t, so that table, JSON and CSV cannot disagree.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "detail.h"
#include "model.h"
#include "statistics.h"

/* Figures of one cell; NAN or !valid where there is nothing to say. Only samples without failure
 * count. */
typedef struct cmp_cell_figures {
    size_t good, failed;
    cmp_summary_t ops_per_second;
    cmp_interval_t ops_interval;
    double ns_per_op;              /* threads x 1e9 / median ops/s */
    double floor_ns_per_op;        /* the floor's ns_per_op at the same work; NAN: none */
    cmp_interval_t ratio_to_first; /* paired by round */
    double holm_p; /* that the ratio is 1, corrected for the number of rows; NAN: no ratio */
    bool equal;    /* the interval of the ratio includes 1 */
    bool unsure;   /* it does not, but among so many rows that may be chance: holm_p above 5 % */
    double peak_rss_bytes, end_rss_bytes; /* medians; end: after everything is freed */
    double fragmentation_at_peak;         /* (RSS at peak live - empty RSS) / live bytes, median */
    double crossed_share;                 /* median */
    double live_bytes;                    /* median */
    cmp_memory_figures_t memory[WL_MOMENTS];
    cmp_latency_figures_t *latency; /* NULL: not measured */
    /* Of a program; intervals of medians. */
    cmp_interval_t wall_seconds, user_seconds, system_seconds;
    double page_faults;               /* median of minor + major */
    double per_op[CMP_COUNTER_COUNT]; /* events of run->counters_source per operation */
    double page_faults_per_op;        /* of a workload's measured phase, median */
} cmp_cell_figures_t;

typedef struct cmp_report {
    const cmp_run_t *run;
    size_t base;                /* the allocator that ratios refer to: the first one, 0 */
    cmp_cell_figures_t *cells;  /* parallel to run->cells */
    cmp_interval_t noise_floor; /* control over first, all cells of the run pooled by log ratio */
    size_t ratio_rows;          /* that have a holm_p */
    size_t ratio_rounds;  /* that it takes for any of them to be sure, where a row is unsure because
                             it has fewer; 0: none is */
    bool failures;        /* any sample failed, or what was to be counted was not */
    size_t history_count; /* noise floors of earlier runs on this machine */
    double history_low, history_high; /* ratios that they lie within; NAN without history */
    double history_share;             /* of them that do: 1, or 0.999 from 1000 on */
    bool unusual; /* the noise floor lies outside of what 99.9 % of this machine's controls do */
    const struct cmp_comparison *comparisons; /* of ab: comparison.h; NULL: none */
    size_t comparison_count;
    const struct cmp_scaling *scaling; /* of scale: scaling.h; NULL: none */
} cmp_report_t;

/* Cells below the same heading of the table; their thread counts may differ. */
bool cmp_same_heading(const cmp_cell_t *a, const cmp_cell_t *b);

/* Derives all figures. The report borrows the run. */
cmp_report_t cmp_report_make(const cmp_run_t *run);
/* The same with ratios to allocator `base`; the noise floor stays that of the control. */
cmp_report_t cmp_report_make_against(const cmp_run_t *run, size_t base);
void cmp_report_free(cmp_report_t *report);

/* Adds the noise floors of earlier runs, as cmp_store_noise_history returns them. */
void cmp_report_add_history(cmp_report_t *report, const double *log_ratios, size_t count);

/* The table of the cells of one program, from `first` on; part of cmp_report_table. */
void cmp_report_program_table(const cmp_report_t *report, size_t first, FILE *out, bool colour);
/* The block "Counters per op" below a table of workloads; nothing when nothing was counted. */
void cmp_report_counters(const cmp_report_t *report, FILE *out, bool colour);
/* Names of the cell's kinds of failure, each once: "crash, hang". */
void cmp_report_failure_kinds(const cmp_cell_t *cell, char *text, size_t text_bytes);

/* The terminal table, with `colour` as decided by the caller. */
void cmp_report_table(const cmp_report_t *report, FILE *out, bool colour);
/* Workload, parameters, placement and rounds, above the table of one heading. */
void cmp_report_heading(const cmp_report_t *report, const cmp_cell_t *cell, FILE *out);
/* What stands below every table: failures, notes, noise floor, machine, allocators, run. */
void cmp_report_footer(const cmp_report_t *report, FILE *out);
/* Schema 1 of docs/results.schema.json; false on a write error. */
bool cmp_report_json(const cmp_report_t *report, FILE *out);
/* Tidy CSV: one row a sample. */
bool cmp_report_csv(const cmp_report_t *report, FILE *out);
/* Its parts, for the samples of several runs in one file. */
void cmp_report_csv_header(FILE *out);
bool cmp_report_csv_rows(const cmp_report_t *report, FILE *out);

#endif
