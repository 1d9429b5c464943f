/* The blocks of the terminal table below a heading's rows. Internal to the table. */
#ifndef REPORT_BLOCKS_H
#define REPORT_BLOCKS_H

#include "report.h"

/* Memory at four moments, one row per cell. */
void cmp_report_memory(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out);

/* Percentiles and slowest calls, a row for malloc and one for free; nothing without --latency. */
void cmp_report_latency(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out);

/* Throughput and RSS in slices of the measured time; nothing without --duration. */
void cmp_report_course(const cmp_report_t *report, const cmp_cell_t *heading, FILE *out);

/* What the blocks' words mean, for the lines below all tables. `label_width` as there. */
void cmp_report_blocks_legend(const cmp_report_t *report, size_t label_width, FILE *out);

#endif
