/* What the samples so far say of the cell that is measured next; for the progress line. */
#ifndef RUNNING_ESTIMATE_H
#define RUNNING_ESTIMATE_H

#include "model.h"

/* Writes " 0.832 [0.828, 0.836]": the cell's ratio to the first allocator over the rounds so far,
 * with its 95 % interval where there is one; "" while there is nothing to say. */
void cmp_running_estimate(const cmp_cell_t *cell, const cmp_cell_t *first, char *text,
                          size_t text_bytes);

#endif
