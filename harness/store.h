/*
 * The results store: one SQLite database. Every sample is committed when it arrives, so that a
 * killed run loses nothing. One writer; called by the main thread of compare only.
 */
#ifndef STORE_H
#define STORE_H

#include "model.h"

typedef struct cmp_store cmp_store_t;

/* Opens or creates `path` and migrates it to the current schema version. Returns NULL and writes a
 * reason with its remedy into `error` (unwritable folder, corrupt file, newer schema). */
cmp_store_t *cmp_store_open(const char *path, char *error, size_t error_bytes);
void cmp_store_close(cmp_store_t *store);

/* Records the run, its machine, allocators and cells (sets cell->store_id). Before any sample. */
bool cmp_store_begin_run(cmp_store_t *store, cmp_run_t *run, char *error, size_t error_bytes);
/* Takes the lock of a run, which ends with the handle or the process and which a begun run has;
 * noise histories leave out that run. False with a message when another process has it. */
bool cmp_store_lock(cmp_store_t *store, const char *uuid, char *error, size_t error_bytes);
/* Goes on with a run that is locked and that cmp_store_load_run has read: it is running again, with
 * `resumed` and the notes of `run`. */
bool cmp_store_resume_run(cmp_store_t *store, const cmp_run_t *run, char *error,
                          size_t error_bytes);
/* Commits one sample of a cell, timeline included. */
bool cmp_store_add_sample(cmp_store_t *store, const cmp_run_t *run, const cmp_cell_t *cell,
                          const cmp_sample_t *sample, char *error, size_t error_bytes);
/* Commits what was counted of a cell under simulation, once. */
bool cmp_store_add_counters(cmp_store_t *store, const cmp_cell_t *cell, char *error,
                            size_t error_bytes);
/* Marks the run complete or interrupted, stores what was only known at its end: rounds, notes,
 * what the libraries said of themselves. */
bool cmp_store_end_run(cmp_store_t *store, const cmp_run_t *run, char *error, size_t error_bytes);

/* A run of the database. */
typedef struct cmp_stored_run {
    char uuid[CMP_UUID_BYTES];
    char *command; /* quoted for a shell */
    double started;
    bool complete; /* neither interrupted nor killed nor still running */
} cmp_stored_run_t;

/* The runs whose UUID begins with `prefix`, newest first; *count gets their number. NULL with a
 * message on an error; freed by cmp_stored_runs_free. */
cmp_stored_run_t *cmp_store_runs(cmp_store_t *store, const char *prefix, size_t *count, char *error,
                                 size_t error_bytes);
void cmp_stored_runs_free(cmp_stored_run_t *runs, size_t count);

/* Tells by its name which workload a cell is of; NULL: unknown. wl_find is one. */
typedef const wl_workload_t *cmp_workload_find_t(const char *name);

/*
 * Reads a recorded run as it was measured: a report made of it is the report of then. A run that is
 * not complete is `interrupted`. Keys of the store are set, so that samples can be added. False
 * with a message when there is no such run or this version does not know what is in it; `run` is
 * empty then.
 */
bool cmp_store_load_run(cmp_store_t *store, const char *uuid, cmp_workload_find_t *find,
                        cmp_run_t *run, char *error, size_t error_bytes);

/* Runs whose controls are of one width: `ab` takes many short samples, a table few long ones, and
 * real programs are compared by their wall time. */
typedef enum cmp_history { CMP_HISTORY_TABLE, CMP_HISTORY_AB, CMP_HISTORY_PROGRAM } cmp_history_t;

/* Log ratios (control over first allocator) of the A/A controls of earlier runs of that kind on the
 * same machine; malloc'ed, *count gets the length, 0 where there are none. */
double *cmp_store_noise_history(cmp_store_t *store, cmp_history_t kind, const char *machine_id,
                                size_t *count);

#endif
