/* The experiments, for `compare list`. */
#ifndef EXPERIMENT_LIST_H
#define EXPERIMENT_LIST_H

#include "paths.h"

/* Prints name, question and cases of every experiment, with the last verdicts on this machine. */
void cmp_experiments_print(const cmp_paths_t *paths);

#endif
