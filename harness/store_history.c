/*
 * Noise floors of earlier runs on one machine, from the samples of their controls. Called by the
 * main thread of compare before the report; what it cannot read is no history, and no error.
 */
#include "store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statistics.h"
#include "store_internal.h"

/* Paired values of one run's control and first allocator. */
typedef struct pairs {
    double *control, *first;
    size_t count, capacity;
} pairs_t;

static bool pairs_add(pairs_t *pairs, double control, double first) {
    if (pairs->count == pairs->capacity) {
        size_t capacity = pairs->capacity ? pairs->capacity * 2 : 64;
        double *grown = realloc(pairs->control, capacity * sizeof *grown);
        if (grown)
            pairs->control = grown;
        double *grown_first = realloc(pairs->first, capacity * sizeof *grown_first);
        if (grown_first)
            pairs->first = grown_first;
        if (!grown || !grown_first)
            return false;
        pairs->capacity = capacity;
    }
    pairs->control[pairs->count] = control;
    pairs->first[pairs->count++] = first;
    return true;
}

/* Appends the log of one finished run's noise floor to the history and empties the pairs. */
static void history_append(pairs_t *pairs, double **history, size_t *count) {
    if (pairs->count == 0)
        return;
    cmp_interval_t floor = cmp_ratio_interval(pairs->control, pairs->first, pairs->count, 0.95);
    pairs->count = 0;
    double *grown = realloc(*history, (*count + 1) * sizeof *grown);
    if (!grown)
        return;
    *history = grown;
    if (isfinite(floor.estimate))
        grown[(*count)++] = log(floor.estimate);
}

/* `sql` gives the run, and a pair of figures of which more is faster; it takes the machine's id and
 * the run that has no history of itself. */
static double *history_read(cmp_store_t *store, const char *sql, const char *machine_id,
                            size_t *count) {
    *count = 0;
    sqlite3_stmt *statement;
    if (!machine_id || sqlite3_prepare_v2(store->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    sqlite3_bind_text(statement, 1, machine_id, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, store->own_run, -1, SQLITE_STATIC);
    double *history = NULL;
    pairs_t pairs = {0};
    char run[CMP_UUID_BYTES] = "";
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *uuid = (const char *)sqlite3_column_text(statement, 0);
        if (strcmp(run, uuid) != 0)
            history_append(&pairs, &history, count);
        snprintf(run, sizeof run, "%s", uuid);
        if (!pairs_add(&pairs, sqlite3_column_double(statement, 1),
                       sqlite3_column_double(statement, 2)))
            break;
    }
    history_append(&pairs, &history, count);
    sqlite3_finalize(statement);
    free(pairs.control);
    free(pairs.first);
    return history;
}

/* Pairs of control and first allocator of earlier runs on one machine: `control` and `first` are
 * the figures, `also` a condition. */
#define HISTORY_SQL(control, first, also)                                                          \
    "SELECT run.uuid, " control ", " first                                                         \
    " FROM machine JOIN run ON run.machine = machine.digest"                                       \
    " JOIN run_allocator ON run_allocator.run = run.uuid AND run_allocator.control = 1"            \
    " JOIN cell AS control_cell ON control_cell.run = run.uuid"                                    \
    "  AND control_cell.allocator = run_allocator.position"                                        \
    " JOIN cell AS first_cell ON first_cell.run = run.uuid AND first_cell.allocator = 0"           \
    "  AND first_cell.work = control_cell.work"                                                    \
    " JOIN sample AS control_sample ON control_sample.cell = control_cell.id"                      \
    " JOIN sample AS first_sample ON first_sample.cell = first_cell.id"                            \
    "  AND first_sample.round = control_sample.round"                                              \
    " WHERE machine.id = ?1 AND run.kind = 'measured' AND run.uuid <> ?2"                          \
    "  AND run.started <= coalesce((SELECT started FROM run WHERE uuid = ?2), run.started)"        \
    "  AND control_sample.failure IS NULL AND first_sample.failure IS NULL"                        \
    "  AND control_cell.checked = 0 AND control_cell.oversubscribed = 0"                           \
    "  AND control_sample.kind = 'throughput' AND first_sample.kind = 'throughput' AND " also      \
    " ORDER BY run.started, run.uuid"

#define WORKLOAD_HISTORY_SQL(also)                                                                 \
    HISTORY_SQL("control_sample.ops_per_second", "first_sample.ops_per_second",                    \
                "control_cell.workload <> 'program' AND " also)

double *cmp_store_noise_history(cmp_store_t *store, cmp_history_t kind, const char *machine_id,
                                size_t *count) {
    static const char *const sql[] = {
        [CMP_HISTORY_TABLE] = WORKLOAD_HISTORY_SQL("run.command NOT LIKE '% ab %'"),
        [CMP_HISTORY_AB] = WORKLOAD_HISTORY_SQL("run.command LIKE '% ab %'"),
        [CMP_HISTORY_PROGRAM] =
            HISTORY_SQL("1 / control_sample.wall_seconds", "1 / first_sample.wall_seconds",
                        "control_cell.workload = 'program'"),
    };
    return history_read(store, sql[kind], machine_id, count);
}
