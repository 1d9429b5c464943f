/*
 * Takes runs of one results database over into another. Called by `compare results` and by
 * publishing, on the main thread.
 *
 * Runs and samples are the same where their UUIDs are; cells where run and position are. Integer
 * keys belong to one file, so rows that refer to a cell or a sample get the key that it has here:
 * cell_map and sample_map. Which tables those are is read from the schema's foreign keys, so that a
 * later table is merged without a change here. Everything happens in one transaction over a copy of
 * the source, which nothing can change meanwhile.
 */
#include "store_manage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"
#include "store_internal.h"

/* ---------------------------------------------------------------- statements */

/* Runs SQL made as of printf; false leaves the reason in the database's error. */
static bool execute(sqlite3 *database, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool execute(sqlite3 *database, const char *format, ...) {
    char *sql = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&sql, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    bool good = sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
    free(sql);
    return good;
}

/* The first column of the first row as text, malloc'ed; NULL when there is no row. *good tells
 * whether the statement could be run. */
static char *text_query(sqlite3 *database, const char *sql, bool *good) {
    sqlite3_stmt *row = NULL;
    char *text = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &row, NULL) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) != SQLITE_NULL) {
        text = strdup((const char *)sqlite3_column_text(row, 0));
        if (text == NULL)
            abort();
    }
    *good = row != NULL && sqlite3_finalize(row) == SQLITE_OK && *good;
    return text;
}

static uint64_t count_query(sqlite3 *database, const char *sql, bool *good) {
    char *text = text_query(database, sql, good);
    uint64_t count = text ? strtoull(text, NULL, 10) : 0;
    free(text);
    return count;
}

/* ---------------------------------------------------------------- what is taken over */

/* A copy of the whole source as schema "source" of the target's connection. */
static bool source_attach(sqlite3 *target, sqlite3 *source) {
    if (!execute(target, "ATTACH '' AS source"))
        return false;
    sqlite3_backup *backup = sqlite3_backup_init(target, "source", source, "main");
    bool good = backup != NULL && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
    return (backup == NULL || sqlite3_backup_finish(backup) == SQLITE_OK) && good;
}

/* Fills temp.wanted with the runs to take, leaving out those that are being measured. */
static bool runs_choose(sqlite3 *target, cmp_store_t *source, const char *const *uuids,
                        size_t uuid_count, cmp_merge_t *merge) {
    sqlite3_stmt *row = NULL, *insert = NULL;
    bool good =
        execute(target, "CREATE TEMP TABLE wanted(uuid TEXT PRIMARY KEY, known INTEGER)") &&
        sqlite3_prepare_v2(target, "SELECT uuid FROM source.run", -1, &row, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(target,
                           "INSERT INTO wanted VALUES(?1, EXISTS(SELECT 1 FROM main.run"
                           " WHERE uuid = ?1))",
                           -1, &insert, NULL) == SQLITE_OK;
    while (good && sqlite3_step(row) == SQLITE_ROW) {
        const char *uuid = (const char *)sqlite3_column_text(row, 0);
        bool wanted = uuids == NULL;
        for (size_t i = 0; i < uuid_count; i++)
            wanted |= strcmp(uuids[i], uuid) == 0;
        if (wanted && cmp_store_is_measured(source, uuid)) {
            merge->runs_measured++;
            wanted = false;
        }
        if (wanted) {
            sqlite3_bind_text(insert, 1, uuid, -1, SQLITE_TRANSIENT);
            good = sqlite3_step(insert) == SQLITE_DONE;
            sqlite3_reset(insert);
        }
    }
    good = sqlite3_finalize(row) == SQLITE_OK && good;
    return sqlite3_finalize(insert) == SQLITE_OK && good;
}

/* A run of which the two databases tell different things, malloc'ed; NULL: none. */
static char *conflict_find(sqlite3 *target, bool *good) {
    static const char *const conflicts[] = {
        /* Another beginning: one of them was changed by hand. */
        "SELECT s.uuid FROM source.run AS s JOIN wanted USING(uuid) JOIN main.run AS m USING(uuid)"
        " WHERE s.machine <> m.machine OR s.command IS NOT m.command OR s.seed <> m.seed"
        "  OR s.started <> m.started OR s.kind <> m.kind"
        "  OR EXISTS(SELECT 1 FROM source.cell AS c LEFT JOIN main.cell AS d"
        "   ON d.run = c.run AND d.position = c.position WHERE c.run = s.uuid AND"
        "   (d.workload IS NOT c.workload OR d.allocator IS NOT c.allocator"
        "    OR d.threads IS NOT c.threads OR d.placement IS NOT c.placement)) LIMIT 1",
        /* A sample that belongs to different cells. */
        "SELECT c.run FROM source.sample AS s JOIN source.cell AS c ON c.id = s.cell"
        " JOIN wanted ON wanted.uuid = c.run JOIN main.sample AS m ON m.uuid = s.uuid"
        " JOIN main.cell AS d ON d.id = m.cell"
        " WHERE d.run <> c.run OR d.position <> c.position LIMIT 1",
        /* Both went on with the run: two samples of one cell and round. */
        "SELECT c.run FROM source.sample AS s JOIN source.cell AS c ON c.id = s.cell"
        " JOIN wanted ON wanted.uuid = c.run JOIN main.cell AS d"
        "  ON d.run = c.run AND d.position = c.position"
        " JOIN main.sample AS m ON m.cell = d.id AND m.round = s.round AND m.kind = s.kind"
        " WHERE m.uuid <> s.uuid AND NOT EXISTS(SELECT 1 FROM main.sample WHERE uuid = s.uuid)"
        " LIMIT 1"};
    char *run = NULL;
    for (size_t i = 0; *good && run == NULL && i < sizeof conflicts / sizeof conflicts[0]; i++)
        run = text_query(target, conflicts[i], good);
    return run;
}

/* ---------------------------------------------------------------- copying rows */

/* The columns of a table with `prefix` before each, `except` left out and `mapped` replaced by
 * map.target; malloc'ed. */
static char *columns_list(sqlite3 *target, const char *table, const char *prefix,
                          const char *except, const char *mapped, bool *good) {
    char *sql = cmp_text("SELECT group_concat(CASE name WHEN '%s' THEN 'map.target' ELSE '%s'"
                         " || name END) FROM pragma_table_info('%s') WHERE name <> '%s'",
                         mapped, prefix, table, except);
    char *columns = text_query(target, sql, good);
    free(sql);
    return columns;
}

/* Copies the rows of a table whose column `owner` refers to what `map` has keys of, without the
 * column `except`. `verb` is INSERT or INSERT OR IGNORE; `tail` ends the statement. */
static bool rows_copy(sqlite3 *target, const char *verb, const char *table, const char *owner,
                      const char *map, const char *except, const char *tail) {
    bool good = true;
    char *to = columns_list(target, table, "", except, "", &good);
    char *from = columns_list(target, table, "s.", except, owner, &good);
    good = good && to != NULL && from != NULL &&
           execute(target,
                   "%s INTO main.%s(%s) SELECT %s FROM source.%s AS s JOIN %s AS map"
                   " ON map.source = s.%s %s",
                   verb, table, to, from, table, map, owner, tail);
    free(to);
    free(from);
    return good;
}

/* Copies every table that refers to `parent` but those that have rows of their own kind. */
static bool children_copy(sqlite3 *target, const char *verb, const char *parent, const char *map) {
    sqlite3_stmt *row = NULL;
    bool good =
        sqlite3_prepare_v2(
            target,
            "SELECT t.name, f.\"from\" FROM source.sqlite_master AS t"
            " JOIN pragma_foreign_key_list(t.name, 'source') AS f"
            " WHERE t.type = 'table' AND f.\"table\" = ? AND t.name NOT IN ('cell', 'sample')",
            -1, &row, NULL) == SQLITE_OK;
    if (good)
        sqlite3_bind_text(row, 1, parent, -1, SQLITE_STATIC);
    while (good && sqlite3_step(row) == SQLITE_ROW)
        good = rows_copy(target, verb, (const char *)sqlite3_column_text(row, 0),
                         (const char *)sqlite3_column_text(row, 1), map, "", "");
    return sqlite3_finalize(row) == SQLITE_OK && good;
}

/* Runs that went on elsewhere take over how far they came. */
static bool known_runs_update(sqlite3 *target) {
    static const char *const columns[] = {"status",          "ended", "rounds", "rounds_done",
                                          "counters_source", "notes", "resumed"};
    char *set = NULL;
    size_t length = 0;
    FILE *text = open_memstream(&set, &length);
    for (size_t i = 0; text != NULL && i < sizeof columns / sizeof columns[0]; i++)
        fprintf(text, "%s%s = (SELECT %s FROM source.run AS s WHERE s.uuid = main.run.uuid)",
                i ? ", " : "", columns[i], columns[i]);
    if (text == NULL || fclose(text) != 0)
        abort();
    bool good = execute(target,
                        "UPDATE main.run SET %s WHERE uuid IN (SELECT c.run FROM new_sample"
                        " JOIN source.sample AS s ON s.id = new_sample.id"
                        " JOIN source.cell AS c ON c.id = s.cell"
                        " JOIN wanted ON wanted.uuid = c.run WHERE wanted.known)",
                        set);
    free(set);
    return good;
}

static bool rows_merge(sqlite3 *target) {
    return execute(target, "INSERT OR IGNORE INTO main.machine SELECT * FROM source.machine"
                           " WHERE digest IN (SELECT machine FROM source.run JOIN wanted"
                           " USING(uuid))") &&
           execute(target, "CREATE TEMP TABLE run_map AS SELECT uuid AS source, uuid AS target"
                           " FROM wanted WHERE NOT known") &&
           rows_copy(target, "INSERT", "run", "uuid", "run_map", "", "ORDER BY s.rowid") &&
           children_copy(target, "INSERT", "run", "run_map") &&
           rows_copy(target, "INSERT", "cell", "run", "run_map", "id", "ORDER BY s.rowid") &&
           execute(target, "CREATE TEMP TABLE cell_map(source INTEGER PRIMARY KEY, target INTEGER);"
                           "INSERT INTO cell_map SELECT s.id, m.id FROM source.cell AS s"
                           " JOIN wanted ON wanted.uuid = s.run"
                           " JOIN main.cell AS m ON m.run = s.run AND m.position = s.position") &&
           children_copy(target, "INSERT OR IGNORE", "cell", "cell_map") &&
           execute(target, "CREATE TEMP TABLE new_sample(id INTEGER PRIMARY KEY);"
                           "INSERT INTO new_sample SELECT s.id FROM source.sample AS s"
                           " JOIN cell_map ON cell_map.source = s.cell"
                           " WHERE s.uuid NOT IN (SELECT uuid FROM main.sample)") &&
           rows_copy(target, "INSERT", "sample", "cell", "cell_map", "id",
                     "WHERE s.id IN (SELECT id FROM new_sample) ORDER BY s.rowid") &&
           execute(target, "CREATE TEMP TABLE sample_map(source INTEGER PRIMARY KEY,"
                           " target INTEGER);"
                           "INSERT INTO sample_map SELECT s.id, m.id FROM new_sample"
                           " JOIN source.sample AS s ON s.id = new_sample.id"
                           " JOIN main.sample AS m ON m.uuid = s.uuid") &&
           children_copy(target, "INSERT", "sample", "sample_map") && known_runs_update(target);
}

static bool merge_count(sqlite3 *target, cmp_merge_t *merge) {
    bool good = true;
    merge->runs_added = (size_t)count_query(target, "SELECT count(*) FROM run_map", &good);
    merge->samples_added = count_query(target, "SELECT count(*) FROM new_sample", &good);
    merge->runs_extended =
        (size_t)count_query(target,
                            "SELECT count(DISTINCT c.run) FROM new_sample"
                            " JOIN source.sample AS s ON s.id = new_sample.id"
                            " JOIN source.cell AS c ON c.id = s.cell"
                            " JOIN wanted ON wanted.uuid = c.run WHERE wanted.known",
                            &good);
    merge->runs_known =
        (size_t)count_query(target, "SELECT count(*) FROM wanted WHERE known", &good) -
        merge->runs_extended;
    return good;
}

/* The known runs stay ours while they are extended: nobody may be measuring them here. */
static char *measured_here(cmp_store_t *store, bool *good) {
    sqlite3_stmt *row = NULL;
    char *run = NULL;
    *good = *good && sqlite3_prepare_v2(store->database, "SELECT uuid FROM wanted WHERE known", -1,
                                        &row, NULL) == SQLITE_OK;
    while (*good && run == NULL && sqlite3_step(row) == SQLITE_ROW)
        if (cmp_store_is_measured(store, (const char *)sqlite3_column_text(row, 0)))
            run = cmp_text("%s", (const char *)sqlite3_column_text(row, 0));
    *good = sqlite3_finalize(row) == SQLITE_OK && *good;
    return run;
}

bool cmp_store_merge(cmp_store_t *store, cmp_store_t *source, const char *const *uuids,
                     size_t uuid_count, cmp_merge_t *merge, char *error, size_t error_bytes) {
    sqlite3 *target = store->database;
    *merge = (cmp_merge_t){0};
    *error = '\0';
    bool good = source_attach(target, source->database) && execute(target, "BEGIN IMMEDIATE") &&
                runs_choose(target, source, uuids, uuid_count, merge);
    char *busy = good ? measured_here(store, &good) : NULL;
    char *conflict = good && busy == NULL ? conflict_find(target, &good) : NULL;
    if (busy != NULL)
        snprintf(error, error_bytes,
                 "run %.8s is being measured in '%s'; wait for that one, or end it first", busy,
                 store->path);
    if (conflict != NULL)
        snprintf(error, error_bytes,
                 "run %.8s is not the same in '%s' and '%s': one of them was changed, or both went "
                 "on with it; nothing was merged: remove it from one with 'results rm %.8s'",
                 conflict, store->path, source->path, conflict);
    good = good && busy == NULL && conflict == NULL && rows_merge(target) &&
           merge_count(target, merge) && execute(target, "COMMIT");
    if (!good && *error == '\0')
        cmp_store_error(store, "merge results", error, error_bytes);
    if (!sqlite3_get_autocommit(target))
        execute(target, "ROLLBACK");
    execute(target, "DROP TABLE IF EXISTS temp.wanted; DROP TABLE IF EXISTS temp.run_map;"
                    "DROP TABLE IF EXISTS temp.cell_map; DROP TABLE IF EXISTS temp.new_sample;"
                    "DROP TABLE IF EXISTS temp.sample_map; DETACH source");
    free(busy);
    free(conflict);
    return good;
}

bool cmp_store_copy(cmp_store_t *store, const char *const *uuids, size_t uuid_count,
                    const char *path, char *error, size_t error_bytes) {
    char *temporary = cmp_text("%s.%d.new", path, (int)getpid());
    cmp_merge_t merge;
    unlink(temporary);
    cmp_store_t *copy = cmp_store_open(temporary, error, error_bytes);
    bool good =
        copy != NULL && cmp_store_merge(copy, store, uuids, uuid_count, &merge, error, error_bytes);
    if (good && merge.runs_measured > 0) {
        snprintf(error, error_bytes, "a run is still being measured; wait for it, or end it first");
        good = false;
    }
    cmp_store_close(copy);
    if (good && rename(temporary, path) != 0) {
        snprintf(error, error_bytes, "cannot write %s: %m; give another path", path);
        good = false;
    }
    if (!good)
        unlink(temporary);
    free(temporary);
    return good;
}
