/*
 * What a comparison over several code layouts says: the effect with the layout as the statistical
 * unit, and how much speed depends on the layout alone (the layout tax). Pure functions over the
 * samples of a run; docs/method.md has the formulas.
 */
#ifndef LAYOUTS_H
#define LAYOUTS_H

#include <stdbool.h>
#include <stdio.h>

#include "model.h"
#include "statistics.h"

/* Fewer layouts give no interval; more are a matter of patience. */
enum { CMP_LAYOUTS_LEAST = 6, CMP_LAYOUTS_MOST = 64 };

/* What --layouts takes: the number, or 0 when the text is none between these. */
uint32_t cmp_layouts_parse(const char *text);

/* So many give an interval at every look of a comparison. */
enum { CMP_LAYOUTS_ENOUGH = 12 };

typedef struct cmp_layouts {
    size_t count;           /* layouts of each side */
    const cmp_cell_t *base; /* of layout 1; its treatment follows, then layout 2 */
    size_t pairs;           /* rounds with good samples of every layout of both sides */
    double *effects;        /* treatment over base in layout i + 1; NAN: no round has both */
    double *base_speeds, *treatment_speeds; /* medians, ops/s */
    cmp_interval_t ratio;                   /* over the layouts */
    cmp_interval_t single;                  /* of the libraries as they were built, 95 % */
    /* Standard deviation of the log of speed between layouts of one side, without what the noise of
     * the samples adds; NAN: too few rounds. */
    double base_tax, treatment_tax;
    /* 1 - log ratio / log single: the part of what one layout shows that is layout. NAN where the
     * single interval includes 1; above 1 where the layouts show the opposite. */
    double single_share;
} cmp_layouts_t;

/* The layouts of the comparison whose base and treatment these are; NULL when the run has none. */
cmp_layouts_t *cmp_layouts_find(const cmp_run_t *run, const cmp_cell_t *base);
void cmp_layouts_free(cmp_layouts_t *layouts);

/* Derives everything from the samples that are there; `confidence` is that of the ratio. */
void cmp_layouts_derive(cmp_layouts_t *layouts, const cmp_cell_t *base, const cmp_cell_t *treatment,
                        double confidence);

/* True when the layouts' effects differ more by the noise of their samples than by the layouts. */
bool cmp_layouts_noisy(const cmp_layouts_t *layouts);

/* ", of which 41 % is layout", or what else there is to say of what one layout shows. */
void cmp_layouts_share(const cmp_layouts_t *layouts, char *text, size_t text_bytes);

/* Table of layouts, tax, what one layout would have said. */
void cmp_layouts_print(const cmp_layouts_t *layouts, FILE *out);

#endif
