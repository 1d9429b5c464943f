/*
 * What is published: recorded runs, and their cells grouped by the work they did, so that those of
 * several runs stand side by side. Main thread of compare; out of memory ends the program.
 */
#ifndef PUBLISH_SET_H
#define PUBLISH_SET_H

#include "recorded.h"
#include "scaling.h"

enum { PUB_RUNS_MAX = 26 }; /* runs are named by a letter */

/* A colour, point and line by which an allocator is known in every table and picture. */
typedef struct pub_series {
    char *label;
    const char *light, *dark; /* "#rrggbb" on a light and on a dark ground */
    int point, dash;          /* gnuplot's types */
    bool floor;
} pub_series_t;

typedef struct pub_run {
    cmp_recorded_t recorded;      /* ratios to the first allocator */
    const cmp_report_t *baseline; /* ratios to the publication's baseline */
    const cmp_report_t *subject;  /* ratios to the allocator whose losses are named first */
    cmp_report_t own_baseline, own_subject; /* where they are not that of recorded */
    cmp_scaling_t scaling;                  /* no curves: of `compare ab`, or of a program */
    bool ab; /* of `compare ab`: short samples, not to be compared with those of a table */
    char letter;
} pub_run_t;

/* How a cell of a later run differs from the same one of an earlier run on the same machine. */
typedef struct pub_change {
    size_t earlier;       /* index of the run; valid where ratio.estimate is finite */
    cmp_interval_t ratio; /* speed now over then; unpaired */
} pub_change_t;

typedef struct pub_row {
    size_t run, cell;
    int series; /* -1: the control */
    pub_change_t change;
} pub_row_t;

/* All cells that did the same work, by allocator as listed, then by run. */
typedef struct pub_work {
    pub_row_t *rows;
    size_t row_count;
    char *name; /* "mixed, 2 threads": unique in the publication */
    char *id;   /* "mixed-2-threads": for files */
    size_t heading;
} pub_work_t;

/* Works that differ in their number of threads alone. */
typedef struct pub_heading {
    char *title;      /* "mixed" with what differs from other headings */
    char *parameters; /* all of them, placement, length of a sample */
    size_t *works;
    size_t work_count;
    bool program;
} pub_heading_t;

typedef struct pub_set {
    pub_run_t *runs; /* in the order of their start */
    size_t run_count;
    char *baseline, *subject; /* labels */
    pub_series_t *series;
    size_t series_count;
    pub_work_t *works;
    size_t work_count;
    pub_heading_t *headings;
    size_t heading_count;
} pub_set_t;

/*
 * Loads the runs and groups their cells. `baseline` is the label of an allocator that every run
 * has; NULL: the first one listed of the first run. False with a message: an unknown baseline, runs
 * that cannot be shown together, a run that cannot be read.
 */
bool pub_set_load(pub_set_t *set, cmp_store_t *store, const char *const *uuids, size_t count,
                  const char *baseline, char *error, size_t error_bytes);
void pub_set_free(pub_set_t *set);

static inline const cmp_run_t *pub_run_of(const pub_set_t *set, const pub_row_t *row) {
    return &set->runs[row->run].recorded.run;
}
static inline const cmp_cell_t *pub_cell_of(const pub_set_t *set, const pub_row_t *row) {
    return &pub_run_of(set, row)->cells[row->cell];
}
static inline const cmp_allocator_t *pub_allocator_of(const pub_set_t *set, const pub_row_t *row) {
    return &pub_run_of(set, row)->allocators[pub_cell_of(set, row)->allocator];
}
/* Figures with ratios to the baseline. */
static inline const cmp_cell_figures_t *pub_figures_of(const pub_set_t *set, const pub_row_t *row) {
    return &set->runs[row->run].baseline->cells[row->cell];
}

/* What is compared: ops per second, or seconds of a program. */
cmp_interval_t pub_speed(const pub_set_t *set, const pub_row_t *row);

/* What `compare ab` concluded of a row that is a treatment: "GO: +1.5 % [+0.8, +2.2] ..."; NULL:
 * nothing. Points into a note of the run. Its interval is corrected for the looks that were taken
 * at it, which that of the row's ratio is not: the ratio of such a row is shown without an
 * interval. */
const char *pub_ab_verdict(const pub_set_t *set, const pub_row_t *row);

/* "crash", "crash, hang"; "" without failures. malloc'ed. */
char *pub_failures(const pub_set_t *set, const pub_row_t *row);

#endif
