/* The parameters of a workload as text. */
#ifndef PARAMETERS_H
#define PARAMETERS_H

#include <stdio.h>

#include "../workloads/workload.h"

/* Prints a table: name, default, unit, allowed values, meaning. */
void cmp_parameters_print(const wl_workload_t *workload, FILE *out);

#endif
