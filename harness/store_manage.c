/*
 * Lists the runs of a results database and removes them. Called by `compare results` on the main
 * thread. A run goes with everything that refers to it, by the schema's ON DELETE CASCADE.
 */
#include "store_manage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"

static const char lines_sql[] =
    "SELECT uuid, status, run.kind, command, started, ended, rounds, rounds_done, source_commit,"
    " machine.id, machine.cpu,"
    " (SELECT group_concat(workload) FROM (SELECT workload FROM cell WHERE run = run.uuid"
    "   GROUP BY workload ORDER BY min(position))),"
    " (SELECT group_concat(label) FROM (SELECT label FROM run_allocator WHERE run = run.uuid"
    "   AND control = 0 AND floor = 0 ORDER BY position)),"
    " (SELECT group_concat(threads) FROM (SELECT DISTINCT threads FROM cell"
    "   WHERE run = run.uuid AND threads > 0 ORDER BY threads)),"
    " (SELECT count(*) FROM sample JOIN cell ON cell.id = sample.cell WHERE cell.run = run.uuid),"
    " (SELECT count(failure) FROM sample JOIN cell ON cell.id = sample.cell"
    "   WHERE cell.run = run.uuid)"
    " FROM run JOIN machine ON machine.digest = run.machine"
    " ORDER BY started DESC, run.rowid DESC";

static char *text_copy(sqlite3_stmt *row, int column) {
    const char *text = (const char *)sqlite3_column_text(row, column);
    char *copy = strdup(text ? text : "");
    if (copy == NULL)
        abort();
    return copy;
}

static void line_read(const cmp_store_t *store, sqlite3_stmt *row, cmp_run_line_t *line) {
    const char *status = (const char *)sqlite3_column_text(row, 1);
    const char *kind = (const char *)sqlite3_column_text(row, 2);
    *line = (cmp_run_line_t){
        .kind = strcmp(kind, "simulated") == 0 ? "simulated" : "measured",
        .command = text_copy(row, 3),
        .started = sqlite3_column_double(row, 4),
        .ended = sqlite3_column_double(row, 5),
        .rounds = (uint32_t)sqlite3_column_int64(row, 6),
        .rounds_done = (uint32_t)sqlite3_column_int64(row, 7),
        .commit = text_copy(row, 8),
        .machine_id = text_copy(row, 9),
        .cpu = text_copy(row, 10),
        .workloads = text_copy(row, 11),
        .allocators = text_copy(row, 12),
        .threads = text_copy(row, 13),
        .samples = (uint64_t)sqlite3_column_int64(row, 14),
        .failed = (uint64_t)sqlite3_column_int64(row, 15),
    };
    snprintf(line->uuid, sizeof line->uuid, "%s", (const char *)sqlite3_column_text(row, 0));
    line->state = strcmp(status, "complete") == 0            ? "complete"
                  : cmp_store_is_measured(store, line->uuid) ? "measuring"
                                                             : "interrupted";
}

cmp_run_line_t *cmp_store_lines(cmp_store_t *store, size_t *count, char *error,
                                size_t error_bytes) {
    sqlite3_stmt *row = NULL;
    cmp_run_line_t *lines = calloc(1, sizeof *lines);
    *count = 0;
    bool good = sqlite3_prepare_v2(store->database, lines_sql, -1, &row, NULL) == SQLITE_OK;
    while (good && lines != NULL && sqlite3_step(row) == SQLITE_ROW) {
        lines = realloc(lines, (*count + 2) * sizeof *lines);
        if (lines != NULL)
            line_read(store, row, &lines[(*count)++]);
    }
    if (lines == NULL)
        abort();
    if (sqlite3_finalize(row) == SQLITE_OK && good)
        return lines;
    cmp_store_error(store, "list runs", error, error_bytes);
    cmp_store_lines_free(lines, *count);
    return NULL;
}

void cmp_store_lines_free(cmp_run_line_t *lines, size_t count) {
    for (size_t i = 0; lines != NULL && i < count; i++) {
        char *texts[] = {lines[i].command, lines[i].workloads,  lines[i].allocators,
                         lines[i].threads, lines[i].machine_id, lines[i].cpu,
                         lines[i].commit};
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            free(texts[j]);
    }
    free(lines);
}

/* One statement with the run's UUID; *number gets its first column where it has one. */
static bool run_statement(sqlite3 *database, const char *sql, const char *uuid, uint64_t *number) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, uuid, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) == SQLITE_ROW && number != NULL)
            *number = (uint64_t)sqlite3_column_int64(statement, 0);
    }
    return statement != NULL && sqlite3_finalize(statement) == SQLITE_OK;
}

bool cmp_store_remove(cmp_store_t *store, const char *uuid, uint64_t *samples, char *error,
                      size_t error_bytes) {
    if (!cmp_store_lock(store, uuid, error, error_bytes))
        return false;
    sqlite3 *database = store->database;
    bool good = sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
                run_statement(database,
                              "SELECT count(*) FROM sample JOIN cell ON cell.id = sample.cell"
                              " WHERE cell.run = ?",
                              uuid, samples) &&
                run_statement(database, "DELETE FROM run WHERE uuid = ?", uuid, NULL) &&
                sqlite3_exec(database,
                             "DELETE FROM machine WHERE digest NOT IN (SELECT machine FROM run);"
                             "COMMIT",
                             NULL, NULL, NULL) == SQLITE_OK;
    if (!good) {
        cmp_store_error(store, "remove the run", error, error_bytes);
        if (!sqlite3_get_autocommit(database))
            sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    }
    return good;
}
