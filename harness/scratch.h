/*
 * Fresh copies of the libraries under test. Each sample loads files that were just written (new
 * inodes, other physical pages) from a private folder, under a path of the same length for every
 * allocator. The bytes are those read when the run began, so a rebuild in mid-run changes nothing.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "model.h"

typedef struct cmp_scratch cmp_scratch_t;

/* Makes the folder below $TMPDIR (or /tmp), removes those that killed runs left behind, reads the
 * libraries of all allocators. NULL with a reason and remedy in `error` on failure. */
cmp_scratch_t *cmp_scratch_open(const cmp_run_t *run, char *error, size_t error_bytes);
void cmp_scratch_close(cmp_scratch_t *scratch);

/* Writes fresh copies of the allocator's files; nothing for the C library. */
bool cmp_scratch_fill(cmp_scratch_t *scratch, size_t allocator, char *error, size_t error_bytes);
/* Removes the copies again. */
void cmp_scratch_clear(cmp_scratch_t *scratch);

/* The folder, and the copy of the library in it; both absolute, without symbolic links. */
const char *cmp_scratch_folder(const cmp_scratch_t *scratch);
const char *cmp_scratch_library(const cmp_scratch_t *scratch);

#endif
