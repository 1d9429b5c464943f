/* What cachegrind, the cache simulator of valgrind, is asked and what it answers. */
#ifndef CACHEGRIND_H
#define CACHEGRIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model.h"

enum { CMP_CACHEGRIND_ARGUMENTS = 16 };

/* The command that runs what follows it under `valgrind` and writes `output`; NULL-terminated, the
 * words but the first and the last are constants. */
void cmp_cachegrind_command(const char *valgrind, const char *output,
                            const char *command[CMP_CACHEGRIND_ARGUMENTS]);

/* The simulated machine: caches and what runs on it. */
extern const char cmp_cachegrind_settings[];

/* Reads the totals of an output file into the events of `count`; those that cachegrind does not
 * know become NAN. False with a reason. */
bool cmp_cachegrind_read(FILE *file, cmp_count_t *count, char *error, size_t error_bytes);

#endif
