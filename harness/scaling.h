/*
 * How throughput grows with threads: curves over the cells of a finished run, one for each
 * workload, placement and allocator. Used by scale, and by those who print recorded runs; table,
 * JSON and pictures read it.
 */
#ifndef SCALING_H
#define SCALING_H

#include <stdio.h>

#include "report.h"

/* One number of threads. */
typedef struct cmp_scaling_point {
    size_t cell;               /* index of the run's cell, and of its figures */
    uint32_t pus;              /* in use: threads, or the PUs they share where oversubscribed */
    cmp_interval_t speed_up;   /* over the curve's first point, paired by round */
    cmp_interval_t efficiency; /* speed_up per PU, with that of the first point as 1 */
} cmp_scaling_point_t;

typedef struct cmp_scaling_curve {
    const cmp_cell_t *heading; /* a cell of the curve: workload, parameters, placement */
    size_t allocator;
    cmp_scaling_point_t *points; /* by number of threads; the first is what others refer to */
    size_t point_count;
    size_t knee; /* first point, not oversubscribed, with an efficiency below 1/2; point_count:
                    none */
} cmp_scaling_curve_t;

typedef struct cmp_scaling {
    const cmp_report_t *report;
    cmp_scaling_curve_t *curves; /* those of one heading lie together; no control */
    size_t curve_count;
    const char **impossible; /* points that the machine could not do, a sentence each: the run's */
    size_t impossible_count;
} cmp_scaling_t;

/* Derives all curves; the report is borrowed. */
cmp_scaling_t cmp_scaling_make(const cmp_report_t *report);
void cmp_scaling_free(cmp_scaling_t *scaling);

/* "hakmem none up to 8; glibc at 4 (0.41 [0.38, 0.44])" of the curves from `first` to `end`,
 * malloc'ed; "" where none has two points. */
char *cmp_scaling_knees(const cmp_scaling_t *scaling, size_t first, size_t end);

/* Tables of all headings with their knees, without what stands below all tables. */
void cmp_scaling_print(const cmp_scaling_t *scaling, FILE *out, bool colour);

/* Writes pictures of a run's curves, and of distances where there are any, as SVG and PNG into the
 * folder, each beside the gnuplot script that draws it; prints their names, or that there is no
 * gnuplot. False with a message when one could not be made. */
bool cmp_scaling_pictures(const cmp_scaling_t *scaling, const char *folder, FILE *out, char *error,
                          size_t error_bytes);

#endif
