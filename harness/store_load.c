/*
 * Reads a recorded run back: machine, allocators, cells, samples. What a sample has beside its row
 * is read by store_load_detail.c. Called by the main thread of compare. Missing texts of the
 * machine and versions are "n/a", missing counts 0, missing figures NAN, as they were when they
 * were measured.
 */
#include "store_load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"

/* A run while it is read. */
typedef struct loader {
    cmp_store_t *store;
    cmp_run_t *run;
    cmp_workload_find_t *find;
    char *error; /* empty: what went wrong is the database's error */
    size_t error_bytes;
} loader_t;

/* ---------------------------------------------------------------- columns */

/* Statements that are run for every cell or sample, kept while a run is read: preparing them anew
 * would take longer than running them. By the address of their text, which is a literal. */
static struct {
    const char *sql;
    sqlite3_stmt *statement;
} kept[16];
enum { KEPT = sizeof kept / sizeof kept[0] };

static void kept_forget(void) {
    for (size_t i = 0; i < KEPT; i++) {
        sqlite3_finalize(kept[i].statement);
        kept[i].statement = NULL;
        kept[i].sql = NULL;
    }
}

sqlite3_stmt *cmp_load_prepare(sqlite3 *database, const char *sql, int64_t owner) {
    sqlite3_stmt *statement = NULL;
    size_t place = 0;
    while (place < KEPT && kept[place].sql != NULL && kept[place].sql != sql)
        place++;
    if (place < KEPT && kept[place].sql == sql)
        statement = kept[place].statement;
    else if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK && place < KEPT) {
        kept[place].sql = sql;
        kept[place].statement = statement;
    }
    if (statement != NULL)
        sqlite3_bind_int64(statement, 1, owner);
    return statement;
}

bool cmp_load_finish(sqlite3_stmt *statement) {
    for (size_t i = 0; statement != NULL && i < KEPT; i++)
        if (kept[i].statement == statement)
            return sqlite3_reset(statement) == SQLITE_OK;
    return statement != NULL && sqlite3_finalize(statement) == SQLITE_OK;
}

uint64_t cmp_load_count(sqlite3_stmt *statement, int column) {
    return (uint64_t)sqlite3_column_int64(statement, column);
}

double cmp_load_real(sqlite3_stmt *statement, int column) {
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(statement, column);
}

/* As cmp_load_real, but a figure that is never 0 when it was taken. */
static double real_or_zero(sqlite3_stmt *statement, int column) {
    return sqlite3_column_double(statement, column);
}

const char *cmp_load_text(sqlite3_stmt *statement, int column) {
    return (const char *)sqlite3_column_text(statement, column);
}

static char *text_copy(const char *text) {
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        abort();
    return copy;
}

/* A copy of the column; NULL stays NULL. */
static char *text_or_null(sqlite3_stmt *statement, int column) {
    return text_copy(cmp_load_text(statement, column));
}

static char *text_or_missing(sqlite3_stmt *statement, int column) {
    const char *text = cmp_load_text(statement, column);
    return text_copy(text ? text : "n/a");
}

static void text_into(sqlite3_stmt *statement, int column, char *text, size_t text_bytes) {
    const char *value = cmp_load_text(statement, column);
    snprintf(text, text_bytes, "%s", value ? value : "");
}

static uint64_t digits(sqlite3_stmt *statement, int column, int base) {
    const char *text = cmp_load_text(statement, column);
    return text ? strtoull(text, NULL, base) : 0;
}

/* As cmp_load_prepare, for rows of the run. */
static sqlite3_stmt *run_prepare(const loader_t *loader, const char *sql) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(loader->store->database, sql, -1, &statement, NULL) == SQLITE_OK)
        sqlite3_bind_text(statement, 1, loader->run->uuid, -1, SQLITE_STATIC);
    return statement;
}

/* ---------------------------------------------------------------- run, machine, program */

static void notes_split(cmp_run_t *run, const char *notes) {
    char *copy = text_copy(notes), *rest = copy, *line;
    while (rest && (line = strsep(&rest, "\n")) != NULL)
        cmp_run_note(run, "%s", line);
    free(copy);
}

static bool run_load(loader_t *loader) {
    cmp_run_t *run = loader->run;
    sqlite3_stmt *row = run_prepare(
        loader, "SELECT kind, status, command, started, seed, rounds, rounds_done, source_commit,"
                " compiler, notes, counters_source, resumed FROM run WHERE uuid = ?");
    bool found = row && sqlite3_step(row) == SQLITE_ROW;
    if (found) {
        const char *kind = cmp_load_text(row, 0);
        run->kind = strcmp(kind, "simulated") == 0 ? "simulated" : "measured";
        run->interrupted = strcmp(cmp_load_text(row, 1), "complete") != 0;
        run->command = cmp_words_split(cmp_load_text(row, 2));
        run->started = real_or_zero(row, 3);
        run->seed = digits(row, 4, 10);
        run->rounds = (uint32_t)cmp_load_count(row, 5);
        run->rounds_done = (uint32_t)cmp_load_count(row, 6);
        run->commit = text_or_missing(row, 7);
        run->compiler = text_or_missing(row, 8);
        notes_split(run, cmp_load_text(row, 9));
        run->counters_source = text_or_null(row, 10);
        run->resumed = (uint32_t)cmp_load_count(row, 11);
    } else if (row && sqlite3_errcode(loader->store->database) == SQLITE_DONE) {
        snprintf(loader->error, loader->error_bytes, "there is no run %s in '%s'", run->uuid,
                 loader->store->path);
    }
    return cmp_load_finish(row) && found;
}

static bool machine_load(loader_t *loader) {
    cmp_machine_t *machine = &loader->run->machine;
    sqlite3_stmt *row = run_prepare(
        loader, "SELECT id, hostname, cpu, caches, kernel, os, libc, governor, thp, overcommit,"
                " hypervisor, topology, topology_xml, packages, cores, pus, numa_nodes,"
                " memory_bytes FROM machine JOIN run ON run.machine = machine.digest"
                " WHERE run.uuid = ?");
    bool found = row && sqlite3_step(row) == SQLITE_ROW;
    char **texts[] = {&machine->id,          &machine->hostname,   &machine->cpu,
                      &machine->caches,      &machine->kernel,     &machine->os,
                      &machine->libc,        &machine->governor,   &machine->thp,
                      &machine->overcommit,  &machine->hypervisor, &machine->topology,
                      &machine->topology_xml};
    const int count = (int)(sizeof texts / sizeof texts[0]);
    for (int i = 0; found && i < count; i++)
        *texts[i] = text_or_missing(row, i);
    if (found) {
        machine->packages = (uint32_t)cmp_load_count(row, count);
        machine->cores = (uint32_t)cmp_load_count(row, count + 1);
        machine->pus = (uint32_t)cmp_load_count(row, count + 2);
        machine->numa_nodes = (uint32_t)cmp_load_count(row, count + 3);
        machine->memory_bytes = cmp_load_count(row, count + 4);
    }
    return cmp_load_finish(row) && found;
}

static bool program_load(loader_t *loader) {
    sqlite3_stmt *row = run_prepare(loader, "SELECT arguments, file, input, setup, expected_status,"
                                            " ignore_output FROM program WHERE run = ?");
    if (row && sqlite3_step(row) == SQLITE_ROW) {
        cmp_program_t *program = calloc(1, sizeof *program);
        if (!program)
            abort();
        program->arguments = cmp_words_split(cmp_load_text(row, 0));
        program->file = text_or_null(row, 1);
        program->input = text_or_null(row, 2);
        program->setup = text_or_null(row, 3);
        program->expected_status = sqlite3_column_int(row, 4);
        program->ignore_output = sqlite3_column_int(row, 5) != 0;
        loader->run->program = program;
    }
    return cmp_load_finish(row);
}

/* ---------------------------------------------------------------- allocators, cells */

static char **words_or_null(sqlite3_stmt *statement, int column) {
    const char *text = cmp_load_text(statement, column);
    return text ? cmp_words_split(text) : NULL;
}

static bool allocators_load(loader_t *loader) {
    cmp_run_t *run = loader->run;
    sqlite3_stmt *row =
        run_prepare(loader, "SELECT label, name, path, version, sha256, configuration, control,"
                            " floor, environment, support, layout FROM run_allocator WHERE run = ?"
                            " ORDER BY position");
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        run->allocators =
            realloc(run->allocators, (run->allocator_count + 1) * sizeof *run->allocators);
        if (!run->allocators)
            abort();
        cmp_allocator_t *allocator = &run->allocators[run->allocator_count++];
        *allocator = (cmp_allocator_t){
            .label = text_or_missing(row, 0),
            .name = text_or_missing(row, 1),
            .path = text_or_null(row, 2),
            .version = text_or_missing(row, 3),
            .configuration = text_or_null(row, 5),
            .control = sqlite3_column_int(row, 6) != 0,
            .floor = sqlite3_column_int(row, 7) != 0,
            .environment = words_or_null(row, 8),
            .support = words_or_null(row, 9),
            .layout = (uint32_t)sqlite3_column_int64(row, 10),
        };
        text_into(row, 4, allocator->sha256, sizeof allocator->sha256);
    }
    return cmp_load_finish(row);
}

/* False with the reason in loader->error when this version's workload does not take it. */
static bool parameter_set(loader_t *loader, cmp_cell_t *cell, const char *assignment) {
    char reason[256];
    if (wl_set(cell->workload, &cell->values, assignment, reason, sizeof reason))
        return true;
    snprintf(loader->error, loader->error_bytes,
             "cannot read run %.8s: '%s' of workload %s: %s; another version measured it",
             loader->run->uuid, assignment, cell->workload->name, reason);
    return false;
}

static bool parameters_load(loader_t *loader, cmp_cell_t *cell) {
    sqlite3_stmt *row =
        cmp_load_prepare(loader->store->database,
                         "SELECT name, value FROM cell_parameter WHERE cell = ?", cell->store_id);
    bool good = true;
    wl_defaults(cell->workload, &cell->values);
    for (const char *const *before = cell->workload->before; good && before && *before; before++)
        good = parameter_set(loader, cell, *before);
    while (good && row && sqlite3_step(row) == SQLITE_ROW) {
        char assignment[192];
        snprintf(assignment, sizeof assignment, "%s=%s", cmp_load_text(row, 0),
                 cmp_load_text(row, 1));
        good = parameter_set(loader, cell, assignment);
    }
    return cmp_load_finish(row) && good;
}

/* Fills a cell from its row; false when this version does not know what stands there. */
static bool cell_read(loader_t *loader, sqlite3_stmt *row, cmp_cell_t *cell) {
    const char *workload = cmp_load_text(row, 1), *placement = cmp_load_text(row, 4);
    bool program = strcmp(workload, cmp_program_workload.name) == 0;
    *cell = (cmp_cell_t){
        .workload = program ? &cmp_program_workload : loader->find(workload),
        .allocator = (size_t)cmp_load_count(row, 2),
        .threads = (uint32_t)cmp_load_count(row, 3),
        .oversubscribed = sqlite3_column_int(row, 5) != 0,
        .ops_per_thread = cmp_load_count(row, 6),
        .warmup_per_thread = cmp_load_count(row, 7),
        .seconds = real_or_zero(row, 8),
        .check = sqlite3_column_int(row, 9) != 0,
        .store_id = sqlite3_column_int64(row, 0),
    };
    if (cell->workload && cell->allocator < loader->run->allocator_count &&
        (program || topo_policy_parse(placement, &cell->placement)))
        return true;
    snprintf(loader->error, loader->error_bytes,
             "cannot read run %.8s: this version does not know workload '%s' or placement '%s'",
             loader->run->uuid, workload, placement);
    return false;
}

static bool cells_load(loader_t *loader) {
    cmp_run_t *run = loader->run;
    bool good = true;
    sqlite3_stmt *row =
        run_prepare(loader, "SELECT id, workload, allocator, threads, placement, oversubscribed,"
                            " ops_per_thread, warmup_per_thread, seconds, checked FROM cell"
                            " WHERE run = ? ORDER BY position");
    while (good && row && sqlite3_step(row) == SQLITE_ROW) {
        run->cells = realloc(run->cells, (run->cell_count + 1) * sizeof *run->cells);
        if (!run->cells)
            abort();
        cmp_cell_t *cell = &run->cells[run->cell_count++];
        good = cell_read(loader, row, cell) && parameters_load(loader, cell) &&
               cmp_load_simulated(loader->store->database, cell);
    }
    return cmp_load_finish(row) && good;
}

/* ---------------------------------------------------------------- samples */

static cmp_failure_t failure_parse(const char *name) {
    int failure = CMP_OK;
    while (name && failure < CMP_FAILURE_COUNT &&
           strcmp(cmp_failure_name((cmp_failure_t)failure), name) != 0)
        failure++;
    return failure == CMP_FAILURE_COUNT ? CMP_FAIL_WORKER : (cmp_failure_t)failure;
}

static const char samples_sql[] =
    "SELECT id, uuid, kind, round, position, seed, failure, reason, started, wall_seconds,"
    " ops_per_second, window_seconds, window_start_seconds, ops, checksum, crossed_share,"
    " peak_rss_bytes, live_bytes, minor_faults, major_faults, voluntary_switches,"
    " involuntary_switches, user_seconds, system_seconds, steal_seconds, binding, output_sha256"
    " FROM sample WHERE cell = ? ORDER BY id";

static void sample_read(sqlite3_stmt *row, cmp_sample_t *sample) {
    const bool timed = strcmp(cmp_load_text(row, 2), "latency") == 0;
    *sample = (cmp_sample_t){
        .kind = timed ? CMP_SAMPLE_LATENCY : CMP_SAMPLE_THROUGHPUT,
        .round = (uint32_t)cmp_load_count(row, 3),
        .position = (uint32_t)cmp_load_count(row, 4),
        .seed = digits(row, 5, 10),
        .failure = failure_parse(cmp_load_text(row, 6)),
        .reason = text_or_null(row, 7),
        .started = real_or_zero(row, 8),
        .wall_seconds = real_or_zero(row, 9),
        .ops_per_second = timed ? cmp_load_real(row, 10) : real_or_zero(row, 10),
        .window_seconds = real_or_zero(row, 11),
        .window_start_seconds = cmp_load_real(row, 12),
        .timed_ops_per_second = NAN,
        .ops = cmp_load_count(row, 13),
        .checksum = digits(row, 14, 16),
        .crossed_share = cmp_load_real(row, 15),
        .peak_rss_bytes = cmp_load_count(row, 16),
        .live_bytes = cmp_load_count(row, 17),
        .minor_faults = cmp_load_count(row, 18),
        .major_faults = cmp_load_count(row, 19),
        .voluntary_switches = cmp_load_count(row, 20),
        .involuntary_switches = cmp_load_count(row, 21),
        .user_seconds = real_or_zero(row, 22),
        .system_seconds = real_or_zero(row, 23),
        .steal_seconds = cmp_load_real(row, 24),
        .binding = text_or_null(row, 25),
    };
    text_into(row, 1, sample->uuid, sizeof sample->uuid);
    text_into(row, 26, sample->output_sha256, sizeof sample->output_sha256);
}

static bool samples_load(loader_t *loader, cmp_cell_t *cell) {
    sqlite3_stmt *row = cmp_load_prepare(loader->store->database, samples_sql, cell->store_id);
    bool good = true;
    while (good && row && sqlite3_step(row) == SQLITE_ROW) {
        cmp_sample_t sample;
        sample_read(row, &sample);
        good = cmp_load_details(loader->store->database, sqlite3_column_int64(row, 0), &sample);
        cmp_cell_add_sample(cell, &sample);
    }
    return cmp_load_finish(row) && good;
}

/* A killed run has not counted its rounds: the last one may not be complete. */
static void rounds_count(cmp_run_t *run) {
    uint32_t last = 0;
    bool any = false;
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_cell_t *cell = &run->cells[i];
        if (cell->sample_count > 0) {
            uint32_t round = cell->samples[cell->sample_count - 1].round;
            last = any && last > round ? last : round;
            any = true;
        }
    }
    bool complete = any;
    for (size_t i = 0; complete && i < run->cell_count; i++)
        complete = run->cells[i].sample_count == last + 1;
    if (run->interrupted && run->rounds_done == 0)
        run->rounds_done = last + complete;
}

bool cmp_store_load_run(cmp_store_t *store, const char *uuid, cmp_workload_find_t *find,
                        cmp_run_t *run, char *error, size_t error_bytes) {
    loader_t loader = {store, run, find, error, error_bytes};
    *error = '\0';
    *run = (cmp_run_t){0};
    snprintf(run->uuid, sizeof run->uuid, "%s", uuid);
    /* One transaction: another process may be adding samples. */
    bool good = sqlite3_exec(store->database, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
                run_load(&loader) && machine_load(&loader) && program_load(&loader) &&
                allocators_load(&loader) && cells_load(&loader);
    for (size_t i = 0; good && i < run->cell_count; i++)
        good = samples_load(&loader, &run->cells[i]);
    if (!good && *error == '\0')
        cmp_store_error(store, "read the run", error, error_bytes);
    kept_forget();
    if (!sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    if (good)
        rounds_count(run);
    else
        cmp_run_free(run);
    return good;
}
