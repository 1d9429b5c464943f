/*
 * The results store as a whole: reading it without changing it, listing, removing, merging and
 * copying runs. For what refers to runs that were recorded before; see store.h for recording.
 * Main thread of compare only.
 */
#ifndef STORE_MANAGE_H
#define STORE_MANAGE_H

#include <stdint.h>

#include "store.h"

/* Opens an existing database and changes nothing of it: one of an older schema is migrated in a
 * copy that goes with the handle. NULL with a message when there is none, or as cmp_store_open. */
cmp_store_t *cmp_store_open_read(const char *path, char *error, size_t error_bytes);

/* What the noise history is the history of: runs that started later are left out from now on. */
void cmp_store_regard(cmp_store_t *store, const char *uuid);

/* True while a living process measures the run. */
bool cmp_store_is_measured(const cmp_store_t *store, const char *uuid);

/* What a list of runs says of one. */
typedef struct cmp_run_line {
    char uuid[CMP_UUID_BYTES];
    const char *state;                      /* "complete", "interrupted", "measuring" */
    const char *kind;                       /* "measured", "simulated" */
    char *command;                          /* quoted for a shell */
    char *workloads, *allocators, *threads; /* separated by commas, in their order */
    char *machine_id, *cpu, *commit;
    double started, ended; /* Unix seconds; 0: unknown */
    uint32_t rounds, rounds_done;
    uint64_t samples, failed;
} cmp_run_line_t;

/* All runs, newest first; *count gets their number. NULL with a message on an error. */
cmp_run_line_t *cmp_store_lines(cmp_store_t *store, size_t *count, char *error, size_t error_bytes);
void cmp_store_lines_free(cmp_run_line_t *lines, size_t count);

/* Finds a run by the beginning of its UUID, or the newest one by "newest". False with a message
 * when there is none, or more than one. */
bool cmp_store_find(cmp_store_t *store, const char *name, char uuid[CMP_UUID_BYTES], char *error,
                    size_t error_bytes);

/* Removes a run with all that belongs to it; *samples gets how many it had. False with a message
 * when it is still being measured, or on an error. */
bool cmp_store_remove(cmp_store_t *store, const char *uuid, uint64_t *samples, char *error,
                      size_t error_bytes);

/* What cmp_store_merge did. */
typedef struct cmp_merge {
    size_t runs_added;    /* that the store did not have */
    size_t runs_extended; /* that it had with fewer samples */
    size_t runs_known;    /* of which it had everything */
    size_t runs_measured; /* left out: a living process measures them */
    uint64_t samples_added;
} cmp_merge_t;

/*
 * Takes over what `source` has and `store` has not: runs, and samples of runs that went on
 * elsewhere. `uuids` names the runs, or is NULL for all. All or nothing: false with a message, and
 * an unchanged store, when the two tell different things of the same run.
 */
bool cmp_store_merge(cmp_store_t *store, cmp_store_t *source, const char *const *uuids,
                     size_t uuid_count, cmp_merge_t *merge, char *error, size_t error_bytes);

/* Writes the named runs into a new database, which replaces `path` once it is whole. */
bool cmp_store_copy(cmp_store_t *store, const char *const *uuids, size_t uuid_count,
                    const char *path, char *error, size_t error_bytes);

#endif
