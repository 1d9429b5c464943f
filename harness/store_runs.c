/*
 * The list of recorded runs. Called by the main thread of compare for what refers to a run by its
 * UUID, or looks for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"

static void run_add(cmp_stored_run_t **runs, size_t *count, sqlite3_stmt *row) {
    cmp_stored_run_t *more = realloc(*runs, (*count + 2) * sizeof *more);
    if (!more)
        abort();
    *runs = more;
    const char *command = (const char *)sqlite3_column_text(row, 1);
    cmp_stored_run_t *run = &more[(*count)++];
    *run = (cmp_stored_run_t){.command = strdup(command ? command : ""),
                              .started = sqlite3_column_double(row, 2),
                              .complete = sqlite3_column_int(row, 3) != 0};
    snprintf(run->uuid, sizeof run->uuid, "%s", (const char *)sqlite3_column_text(row, 0));
}

cmp_stored_run_t *cmp_store_runs(cmp_store_t *store, const char *prefix, size_t *count, char *error,
                                 size_t error_bytes) {
    sqlite3_stmt *row = NULL;
    cmp_stored_run_t *runs = calloc(1, sizeof *runs);
    *count = 0;
    if (!runs)
        abort();
    bool good = sqlite3_prepare_v2(store->database,
                                   "SELECT uuid, command, started, status = 'complete' FROM run"
                                   " WHERE substr(uuid, 1, length(?1)) = lower(?1)"
                                   " ORDER BY started DESC, rowid DESC",
                                   -1, &row, NULL) == SQLITE_OK;
    if (good) {
        sqlite3_bind_text(row, 1, prefix, -1, SQLITE_STATIC);
        while (sqlite3_step(row) == SQLITE_ROW)
            run_add(&runs, count, row);
    }
    if (sqlite3_finalize(row) == SQLITE_OK && good)
        return runs;
    cmp_store_error(store, "list runs", error, error_bytes);
    cmp_stored_runs_free(runs, *count);
    return NULL;
}

void cmp_stored_runs_free(cmp_stored_run_t *runs, size_t count) {
    for (size_t i = 0; runs && i < count; i++)
        free(runs[i].command);
    free(runs);
}
