/*
 * A sweep as a job array for Slurm: scripts that measure shares of it, each on a node of its own,
 * and join the results. Used by scale on the main thread; submits nothing itself.
 */
#ifndef SLURM_H
#define SLURM_H

#include <stdio.h>

#include "session.h"

/* What one task of the array measures. */
typedef struct cmp_share {
    const wl_workload_t *workload;
    char *places; /* as for -p; NULL: the node chooses */
} cmp_share_t;

typedef struct cmp_slurm {
    const cmp_session_t *session; /* open; neither planned nor with a store */
    const char *membind;          /* as for --membind where `places` is NULL; NULL: not given */
    cmp_share_t *shares;
    size_t share_count;
} cmp_slurm_t;

/* The shares of the session's workloads and placements. What one table or picture compares stays in
 * one share, and so on one node: all numbers of threads of a placement, and all distances. */
cmp_slurm_t cmp_slurm_make(const cmp_session_t *session, const char *membind);
void cmp_slurm_free(cmp_slurm_t *slurm);

/* Lists the tasks. */
void cmp_slurm_print(const cmp_slurm_t *slurm, FILE *out);

/* Makes a folder of the run's name in the results folder, with array.sh, merge.sh and submit, and
 * says what to do with them. False with a message. */
bool cmp_slurm_write(const cmp_slurm_t *slurm, FILE *out, char *error, size_t error_bytes);

#endif
