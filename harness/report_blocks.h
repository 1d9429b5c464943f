/* The blocks below the rows of a heading of the terminal table, or below a comparison of ab. */
#ifndef REPORT_BLOCKS_H
#define REPORT_BLOCKS_H

#include "report.h"

/* Memory at four moments, one row per cell. */
void cmp_report_memory(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out);

/* Percentiles and slowest calls, a row for malloc and one for free; nothing without --latency. */
void cmp_report_latency(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out);

/* Throughput and RSS in slices of the measured time; nothing without --duration. */
void cmp_report_course(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out);

/* Course and latency of both sides and the control of a comparison of ab, where there are any. */
void cmp_report_sides(const cmp_report_t *report, const struct cmp_comparison *comparison,
                      FILE *out);

/* What the blocks' words mean, for the lines below all tables. `label_width` as there. */
void cmp_report_blocks_legend(const cmp_report_t *report, size_t label_width, FILE *out);

/* The same for the figures of ab. */
void cmp_report_sides_legend(const cmp_report_t *report, size_t label_width, FILE *out);

#endif
