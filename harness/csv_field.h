/* Fields of a CSV line, each followed by a comma. A missing figure is an empty field, never 0. */
#ifndef CSV_FIELD_H
#define CSV_FIELD_H

#include <stdint.h>
#include <stdio.h>

#include "model.h"

/* Quoted after RFC 4180 where it needs it; NULL and "n/a" are missing. */
void cmp_csv_text(FILE *out, const char *text);
/* A number that is not finite is missing. */
void cmp_csv_real(FILE *out, double value);
void cmp_csv_count(FILE *out, uint64_t value);
/* A figure whose zero means that it was not taken. */
void cmp_csv_nonzero(FILE *out, uint64_t value);

/* "slots=8192 min=257", all parameters of the cell's workload, malloc'ed. */
char *cmp_csv_parameters(const cmp_cell_t *cell);

#endif
