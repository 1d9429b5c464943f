/*
 * Opens a results database to read it, and finds runs in it. The file is never changed: a database
 * of an older schema is copied into a temporary one of this process, which is migrated. Called by
 * the main thread of compare for what shows and publishes runs.
 */
#include "store_manage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_file.h"
#include "store_internal.h"
#include "store_schema.h"

enum { BUSY_TIMEOUT_MS = 10000, NAMED_AT_MOST = 4 };

/* The database's own version; -1 when it cannot be read. */
static long version_read(sqlite3 *database) {
    sqlite3_stmt *row = NULL;
    long version = -1;
    if (sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW)
        version = (long)sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return version;
}

/* Replaces the handle's connection by a temporary copy of the database, on disk where it is large.
 */
static bool copy_take(cmp_store_t *store) {
    sqlite3 *copy = NULL;
    bool good =
        sqlite3_open_v2("", &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK;
    sqlite3_backup *backup =
        good ? sqlite3_backup_init(copy, "main", store->database, "main") : NULL;
    good = backup != NULL && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
    good = (backup == NULL || sqlite3_backup_finish(backup) == SQLITE_OK) && good;
    if (good) {
        sqlite3_close(store->database);
        store->database = copy;
    } else {
        sqlite3_close(copy);
    }
    return good;
}

static bool schema_check(cmp_store_t *store, char *error, size_t error_bytes) {
    long version = version_read(store->database);
    if (version < 0 || (version < (long)cmp_store_script_count && !copy_take(store))) {
        cmp_store_error(store, "read results", error, error_bytes);
        return false;
    }
    switch (
        cmp_store_migrate(store->database, cmp_store_scripts, cmp_store_script_count, &version)) {
    case CMP_MIGRATION_DONE:
        return true;
    case CMP_MIGRATION_NEWER:
        snprintf(error, error_bytes,
                 "results database '%s' was written by a newer version (schema %ld, this tool "
                 "knows %zu): use that version, or name another database",
                 store->path, version, cmp_store_script_count);
        return false;
    case CMP_MIGRATION_FOREIGN:
        snprintf(error, error_bytes, "'%s' is the database of another program; name another",
                 store->path);
        return false;
    case CMP_MIGRATION_FAILED:
        break;
    }
    cmp_store_error(store, "read results", error, error_bytes);
    return false;
}

cmp_store_t *cmp_store_open_read(const char *path, char *error, size_t error_bytes) {
    if (!cmp_store_file_readable(path, error, error_bytes))
        return NULL;
    cmp_store_t *store = calloc(1, sizeof *store);
    if (store == NULL || (store->path = strdup(path)) == NULL)
        abort();
    store->lock_file = -1;
    /* SQLite opens a file without write permission for reading; with it, it can roll back what a
     * killed process left half-written. */
    if (sqlite3_open_v2(path, &store->database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        cmp_store_error(store, "open results", error, error_bytes);
    } else {
        sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
        if (schema_check(store, error, error_bytes))
            return store;
    }
    cmp_store_close(store);
    return NULL;
}

void cmp_store_regard(cmp_store_t *store, const char *uuid) {
    snprintf(store->own_run, sizeof store->own_run, "%s", uuid);
}

bool cmp_store_find(cmp_store_t *store, const char *name, char uuid[CMP_UUID_BYTES], char *error,
                    size_t error_bytes) {
    const bool newest = strcmp(name, "newest") == 0;
    size_t count;
    cmp_stored_run_t *runs = cmp_store_runs(store, newest ? "" : name, &count, error, error_bytes);
    if (runs == NULL)
        return false;
    const bool found = count == 1 || (newest && count > 0);
    if (found) {
        snprintf(uuid, CMP_UUID_BYTES, "%s", runs[0].uuid);
    } else if (newest) {
        snprintf(error, error_bytes, "there are no runs in '%s'; measure something first",
                 store->path);
    } else if (count == 0) {
        snprintf(error, error_bytes,
                 "there is no run '%s' in '%s'; 'results list' names those there are", name,
                 store->path);
    } else {
        char names[NAMED_AT_MOST * CMP_UUID_BYTES + 8] = "";
        for (size_t i = 0; i < count && i < NAMED_AT_MOST; i++)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "",
                     runs[i].uuid);
        snprintf(error, error_bytes, "%zu runs begin with '%s': %s%s; give more of the UUID", count,
                 name, names, count > NAMED_AT_MOST ? " ..." : "");
    }
    cmp_stored_runs_free(runs, count);
    return found;
}
