/*
 * docs/ledger.md: every experiment with its verdicts, made of the experiment files and their
 * records and of nothing else, so that it can be made again anywhere and nobody edits it.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdbool.h>
#include <stddef.h>

#include "experiment.h"

/* Writes the ledger in one step. `records` is the folder of records. False with a reason. */
bool cmp_ledger_write(const char *path, const char *records, const cmp_experiment_t *experiments,
                      size_t count, char *error, size_t error_bytes);

#endif
