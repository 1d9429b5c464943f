/*
 * The results store: opens the SQLite database, refuses what it must not touch, and writes a run.
 * Called by the main thread of compare only; SQLite's file locks serialise several processes.
 *
 * Durability: each sample is one transaction with a rollback journal and full synchronisation. What
 * was committed survives kill -9 and a power cut; a torn write is rolled back by the next opener.
 * Not a write-ahead log: that needs memory shared between openers, which network file systems do
 * not give, and leaves committed samples in a second file. The price is a few fsyncs per sample,
 * paid between samples, while nothing is being measured.
 */
#include "store.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sha2.h>
#include <sqlite3.h>

#include "store_detail.h"
#include "store_file.h"
#include "store_internal.h"
#include "store_schema.h"

enum { BUSY_TIMEOUT_MS = 10000 };

/* ---------------------------------------------------------------- errors */

/* Says what went wrong with the last call on `database`, and the remedy. */
static void error_from_sqlite(sqlite3 *database, const char *path, const char *action, char *error,
                              size_t error_bytes) {
    const char *detail = sqlite3_errmsg(database);
    switch (sqlite3_errcode(database) & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        cmp_store_damaged(path, detail, error, error_bytes);
        return;
    case SQLITE_FULL:
        snprintf(error, error_bytes,
                 "cannot %s in '%s': no space left on the disk; free some, or choose another "
                 "folder with -o DIR",
                 action, path);
        return;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        snprintf(error, error_bytes,
                 "cannot %s in '%s': another process has held it for %d s; wait for that one, "
                 "or choose another folder with -o DIR",
                 action, path, BUSY_TIMEOUT_MS / 1000);
        return;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        snprintf(error, error_bytes,
                 "cannot %s in '%s': not writable (%s); change its permissions, or choose "
                 "another folder with -o DIR",
                 action, path, detail);
        return;
    default:
        snprintf(error, error_bytes, "cannot %s in '%s': %s; choose another folder with -o DIR",
                 action, path, detail);
    }
}

void cmp_store_error(const cmp_store_t *store, const char *action, char *error,
                     size_t error_bytes) {
    error_from_sqlite(store->database, store->path, action, error, error_bytes);
}

/* ---------------------------------------------------------------- opening */

/* Touches the root page of every table: finds a damaged schema without reading the whole file. */
static bool tables_inspect(sqlite3 *database) {
    static const char *const probes[] = {
        "SELECT 1 FROM machine LIMIT 1",        "SELECT 1 FROM run LIMIT 1",
        "SELECT 1 FROM run_allocator LIMIT 1",  "SELECT 1 FROM cell LIMIT 1",
        "SELECT 1 FROM cell_parameter LIMIT 1", "SELECT 1 FROM sample LIMIT 1",
        "SELECT 1 FROM timeline LIMIT 1",       "SELECT 1 FROM histogram LIMIT 1",
        "SELECT 1 FROM program LIMIT 1",        "SELECT 1 FROM sample_counter LIMIT 1",
        "SELECT 1 FROM cell_counter LIMIT 1",   "SELECT 1 FROM memory LIMIT 1",
        "SELECT 1 FROM latency LIMIT 1",        "SELECT 1 FROM slow_call LIMIT 1",
        "SELECT 1 FROM node_memory LIMIT 1"};
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        if (sqlite3_exec(database, probes[i], NULL, NULL, NULL) != SQLITE_OK)
            return false;
    return true;
}

/* Migrates and configures a fresh connection. */
static bool database_prepare(sqlite3 *database, const char *path, char *error, size_t error_bytes) {
    sqlite3_busy_timeout(database, BUSY_TIMEOUT_MS);
    sqlite3_extended_result_codes(database, 1);
    long version = 0;
    if (sqlite3_exec(database, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL", NULL,
                     NULL, NULL) != SQLITE_OK) {
        error_from_sqlite(database, path, "prepare results", error, error_bytes);
        return false;
    }
    switch (cmp_store_migrate(database, cmp_store_scripts, cmp_store_script_count, &version)) {
    case CMP_MIGRATION_DONE:
        break;
    case CMP_MIGRATION_NEWER:
        snprintf(error, error_bytes,
                 "results database '%s' was written by a newer version (schema %ld, this tool "
                 "knows %zu); it was left untouched: use that version, or another folder with "
                 "-o DIR",
                 path, version, cmp_store_script_count);
        return false;
    case CMP_MIGRATION_FOREIGN:
        snprintf(error, error_bytes,
                 "'%s' is the database of another program; it was left untouched: move it "
                 "away, or choose another folder with -o DIR",
                 path);
        return false;
    case CMP_MIGRATION_FAILED:
        error_from_sqlite(database, path, "prepare results", error, error_bytes);
        return false;
    }
    if (sqlite3_exec(database, "PRAGMA foreign_keys = ON", NULL, NULL, NULL) != SQLITE_OK ||
        !tables_inspect(database)) {
        error_from_sqlite(database, path, "read results", error, error_bytes);
        return false;
    }
    return true;
}

cmp_store_t *cmp_store_open(const char *path, char *error, size_t error_bytes) {
    if (!cmp_store_file_inspect(path, error, error_bytes))
        return NULL;
    cmp_store_t *store = calloc(1, sizeof *store);
    if (!store || !(store->path = strdup(path))) {
        free(store);
        snprintf(error, error_bytes, "cannot open results database '%s': out of memory", path);
        return NULL;
    }
    store->lock_file = -1;
    if (sqlite3_open_v2(path, &store->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
        SQLITE_OK) {
        error_from_sqlite(store->database, path, "open results", error, error_bytes);
        cmp_store_close(store);
        return NULL;
    }
    if (!database_prepare(store->database, path, error, error_bytes)) {
        cmp_store_close(store);
        return NULL;
    }
    return store;
}

void cmp_store_close(cmp_store_t *store) {
    if (!store)
        return;
    sqlite3_close(store->database);
    if (store->lock_file >= 0)
        close(store->lock_file);
    free(store->path);
    free(store);
}

/* ---------------------------------------------------------------- writing */

/*
 * Runs one INSERT or UPDATE. `types` has one letter per bound value:
 *   t  const char *; NULL and "n/a" become NULL     i  int64_t
 *   d  double; not finite becomes NULL              u  uint64_t as decimal text
 *   x  double; 0 becomes NULL too                   z  int64_t; 0 becomes NULL
 */
static bool statement_run(sqlite3 *database, const char *sql, const char *types, ...) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return false;
    assert(sqlite3_bind_parameter_count(statement) == (int)strlen(types));
    va_list values;
    va_start(values, types);
    for (int i = 1; *types; i++, types++) {
        char digits[24];
        if (*types == 't') {
            const char *text = va_arg(values, const char *);
            if (text && strcmp(text, "n/a") != 0)
                sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT);
        } else if (*types == 'u') {
            snprintf(digits, sizeof digits, "%llu", (unsigned long long)va_arg(values, uint64_t));
            sqlite3_bind_text(statement, i, digits, -1, SQLITE_TRANSIENT);
        } else if (*types == 'i' || *types == 'z') {
            int64_t number = va_arg(values, int64_t);
            if (*types == 'i' || number != 0)
                sqlite3_bind_int64(statement, i, number);
        } else {
            double number = va_arg(values, double);
            if (isfinite(number) && (*types == 'd' || number != 0))
                sqlite3_bind_double(statement, i, number);
        }
    }
    va_end(values);
    sqlite3_step(statement);
    return sqlite3_finalize(statement) == SQLITE_OK;
}

static double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Ends a transaction: commits when all went well, else writes the error and rolls back. */
static bool transaction_end(cmp_store_t *store, bool good, const char *action, char *error,
                            size_t error_bytes) {
    if (good && sqlite3_exec(store->database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return true;
    error_from_sqlite(store->database, store->path, action, error, error_bytes);
    if (!sqlite3_get_autocommit(store->database))
        sqlite3_exec(store->database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static bool transaction_begin(cmp_store_t *store) {
    return sqlite3_exec(store->database, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
}

/* Inserts this state of the machine unless it is known; `digest` gets its key. */
static bool machine_insert(sqlite3 *database, const cmp_machine_t *machine,
                           char digest[SHA256_DIGEST_STRING_LENGTH]) {
    const char *texts[] = {machine->id,          machine->hostname,   machine->cpu,
                           machine->caches,      machine->kernel,     machine->os,
                           machine->libc,        machine->governor,   machine->thp,
                           machine->overcommit,  machine->hypervisor, machine->topology,
                           machine->topology_xml};
    const uint64_t numbers[] = {machine->packages, machine->cores, machine->pus,
                                machine->numa_nodes, machine->memory_bytes};
    SHA2_CTX context;
    SHA256Init(&context);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *text = texts[i] ? texts[i] : "n/a";
        SHA256Update(&context, (const uint8_t *)text, strlen(text) + 1);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char number[24];
        int length = snprintf(number, sizeof number, "%llu", (unsigned long long)numbers[i]);
        SHA256Update(&context, (const uint8_t *)number, (size_t)length + 1);
    }
    SHA256End(&context, digest);
    return statement_run(
        database,
        "INSERT OR IGNORE INTO machine(digest, id, hostname, cpu, caches, kernel, os, libc,"
        " governor, thp, overcommit, hypervisor, topology, topology_xml, packages, cores, pus,"
        " numa_nodes, memory_bytes) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        "ttttttttttttttzzzzz", digest, machine->id ? machine->id : "unknown", texts[1], texts[2],
        texts[3], texts[4], texts[5], texts[6], texts[7], texts[8], texts[9], texts[10], texts[11],
        texts[12], (int64_t)numbers[0], (int64_t)numbers[1], (int64_t)numbers[2],
        (int64_t)numbers[3], (int64_t)numbers[4]);
}

static bool allocators_insert(sqlite3 *database, const cmp_run_t *run) {
    bool good = true;
    for (size_t i = 0; good && i < run->allocator_count; i++) {
        const cmp_allocator_t *allocator = &run->allocators[i];
        char *environment = allocator->environment ? cmp_words_quote(allocator->environment) : NULL;
        char *support = allocator->support ? cmp_words_quote(allocator->support) : NULL;
        good = statement_run(
            database,
            "INSERT INTO run_allocator(run, position, label, name, path, version, sha256,"
            " configuration, control, floor, environment, support, layout)"
            " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
            "tittttttiitti", run->uuid, (int64_t)i, allocator->label, allocator->name,
            allocator->path, allocator->version, *allocator->sha256 ? allocator->sha256 : NULL,
            allocator->configuration, (int64_t)allocator->control, (int64_t)allocator->floor,
            environment, support, (int64_t)allocator->layout);
        free(environment);
        free(support);
    }
    return good;
}

static bool cell_insert(sqlite3 *database, const cmp_run_t *run, size_t position) {
    cmp_cell_t *cell = &run->cells[position];
    size_t work = 0;
    while (!cmp_same_work(&run->cells[work], cell))
        work++;
    if (!statement_run(
            database,
            "INSERT INTO cell(run, position, work, workload, allocator, threads, placement,"
            " oversubscribed, ops_per_thread, warmup_per_thread, seconds, checked)"
            " VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
            "tiitiitizzxi", run->uuid, (int64_t)position, (int64_t)work, cell->workload->name,
            (int64_t)cell->allocator, (int64_t)cell->threads, cmp_cell_placement(cell),
            (int64_t)cell->oversubscribed, (int64_t)cell->ops_per_thread,
            (int64_t)cell->warmup_per_thread, cell->seconds, (int64_t)cell->check))
        return false;
    cell->store_id = sqlite3_last_insert_rowid(database);
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        if (!statement_run(database, "INSERT INTO cell_parameter(cell, name, value) VALUES(?,?,?)",
                           "itt", cell->store_id, cell->workload->parameters[i].name, value))
            return false;
    }
    return true;
}

static bool program_insert(sqlite3 *database, const cmp_run_t *run) {
    const cmp_program_t *program = run->program;
    if (!program)
        return true;
    char *arguments = cmp_words_quote(program->arguments);
    bool good = statement_run(database,
                              "INSERT INTO program(run, arguments, file, input, setup,"
                              " expected_status, ignore_output) VALUES(?,?,?,?,?,?,?)",
                              "tttttii", run->uuid, arguments, program->file, program->input,
                              program->setup, (int64_t)program->expected_status,
                              (int64_t)program->ignore_output);
    free(arguments);
    return good;
}

/* The notes, one a line, malloc'ed; NULL: none. */
static char *notes_text(const cmp_run_t *run) {
    char *notes = NULL;
    size_t length = 0;
    FILE *text = run->note_count ? open_memstream(&notes, &length) : NULL;
    for (size_t i = 0; text && i < run->note_count; i++)
        fprintf(text, "%s%s", i ? "\n" : "", run->notes[i]);
    if (text)
        fclose(text);
    return notes;
}

bool cmp_store_begin_run(cmp_store_t *store, cmp_run_t *run, char *error, size_t error_bytes) {
    sqlite3 *database = store->database;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    if (!cmp_store_lock(store, run->uuid, error, error_bytes))
        return false;
    char *command = cmp_command_line(run), *notes = notes_text(run);
    bool good = transaction_begin(store) && machine_insert(database, &run->machine, digest) &&
                statement_run(database,
                              "INSERT INTO run(uuid, kind, command, started, seed, rounds,"
                              " rounds_done, source_commit, compiler, machine, notes)"
                              " VALUES(?,?,?,?,?,?,0,?,?,?,?)",
                              "tttduitttt", run->uuid, run->kind, command, run->started, run->seed,
                              (int64_t)run->rounds, run->commit, run->compiler, digest, notes) &&
                allocators_insert(database, run) && program_insert(database, run);
    free(command);
    free(notes);
    for (size_t i = 0; good && i < run->cell_count; i++)
        good = cell_insert(database, run, i);
    return transaction_end(store, good, "record the run", error, error_bytes);
}

bool cmp_store_resume_run(cmp_store_t *store, const cmp_run_t *run, char *error,
                          size_t error_bytes) {
    char *notes = notes_text(run);
    bool good = transaction_begin(store) &&
                statement_run(store->database,
                              "UPDATE run SET status='running', ended=NULL, resumed=?, notes=?"
                              " WHERE uuid=?",
                              "itt", (int64_t)run->resumed, notes, run->uuid);
    free(notes);
    return transaction_end(store, good, "resume the run", error, error_bytes);
}

static bool timeline_insert(sqlite3 *database, int64_t sample_id, const cmp_sample_t *sample) {
    sqlite3_stmt *statement;
    if (sample->timeline_count == 0)
        return true;
    if (sqlite3_prepare_v2(database,
                           "INSERT INTO timeline(sample, point, seconds, rss_bytes,"
                           " rss_anon_bytes, ops_per_second) VALUES(?,?,?,?,?,?)",
                           -1, &statement, NULL) != SQLITE_OK)
        return false;
    for (size_t i = 0; i < sample->timeline_count; i++) {
        const cmp_timeline_point_t *point = &sample->timeline[i];
        sqlite3_bind_int64(statement, 1, sample_id);
        sqlite3_bind_int64(statement, 2, (int64_t)i);
        sqlite3_bind_double(statement, 3, point->seconds);
        sqlite3_bind_int64(statement, 4, (int64_t)point->rss_bytes);
        sqlite3_bind_int64(statement, 5, (int64_t)point->rss_anon_bytes);
        if (isfinite(point->ops_per_second))
            sqlite3_bind_double(statement, 6, point->ops_per_second);
        if (sqlite3_step(statement) != SQLITE_DONE)
            break;
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
    return sqlite3_finalize(statement) == SQLITE_OK;
}

/* One row per counted event; `sql` takes the owner's key, ops, name and count. */
static bool count_insert(sqlite3 *database, const char *sql, int64_t owner,
                         const cmp_count_t *count) {
    for (int i = 0; count->ops > 0 && i < CMP_COUNTER_COUNT; i++)
        if (isfinite(count->events[i]) &&
            !statement_run(database, sql, "iitd", owner, (int64_t)count->ops,
                           cmp_counter_name((cmp_counter_t)i), count->events[i]))
            return false;
    return true;
}

/* A failed process reports what it had: there, zero means that nothing was reported. */
static bool sample_insert(sqlite3 *database, const cmp_cell_t *cell, const cmp_sample_t *sample) {
    bool good = sample->failure == CMP_OK;
    char checksum[20] = "";
    if (good && !cmp_cell_is_program(cell))
        snprintf(checksum, sizeof checksum, "%016llx", (unsigned long long)sample->checksum);
    return statement_run(
        database,
        "INSERT INTO sample(uuid, cell, round, position, seed, failure, reason, started,"
        " wall_seconds, ops_per_second, window_seconds, ops, checksum, crossed_share,"
        " peak_rss_bytes, empty_rss_bytes, peak_live_rss_bytes, freed_rss_bytes, live_bytes,"
        " minor_faults, major_faults, voluntary_switches, involuntary_switches, user_seconds,"
        " system_seconds, steal_seconds, binding, output_sha256)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        !good                       ? "tiiiuttxxxxztxzzzzzzzzzxxxtt"
        : cmp_cell_is_program(cell) ? "tiiiuttxxxxztxzzzzziiiidddtt"
                                    : "tiiiuttxxxxitdzzzziiiiidddtt",
        sample->uuid, cell->store_id, (int64_t)sample->round, (int64_t)sample->position,
        sample->seed, good ? NULL : cmp_failure_name(sample->failure), sample->reason,
        sample->started, sample->wall_seconds, sample->ops_per_second, sample->window_seconds,
        (int64_t)sample->ops, *checksum ? checksum : NULL, sample->crossed_share,
        (int64_t)sample->peak_rss_bytes, (int64_t)sample->memory[WL_MOMENT_EMPTY].rss_bytes,
        (int64_t)sample->memory[WL_MOMENT_PEAK_LIVE].rss_bytes,
        (int64_t)sample->memory[WL_MOMENT_FREED].rss_bytes, (int64_t)sample->live_bytes,
        (int64_t)sample->minor_faults, (int64_t)sample->major_faults,
        (int64_t)sample->voluntary_switches, (int64_t)sample->involuntary_switches,
        sample->user_seconds, sample->system_seconds, sample->steal_seconds, sample->binding,
        *sample->output_sha256 ? sample->output_sha256 : NULL);
}

bool cmp_store_add_sample(cmp_store_t *store, const cmp_run_t *run, const cmp_cell_t *cell,
                          const cmp_sample_t *sample, char *error, size_t error_bytes) {
    (void)run;
    sqlite3 *database = store->database;
    bool good = transaction_begin(store) && sample_insert(database, cell, sample);
    int64_t id = sqlite3_last_insert_rowid(database);
    good = good && timeline_insert(database, id, sample) &&
           cmp_store_add_details(database, id, sample) &&
           count_insert(database,
                        "INSERT INTO sample_counter(sample, ops, name, count) VALUES(?,?,?,?)", id,
                        &sample->counted);
    return transaction_end(store, good, "record a sample", error, error_bytes);
}

bool cmp_store_add_counters(cmp_store_t *store, const cmp_cell_t *cell, char *error,
                            size_t error_bytes) {
    static const char sql[] = "INSERT INTO cell_counter(cell, ops, name, count) VALUES(?,?,?,?)";
    bool good = transaction_begin(store);
    for (size_t i = 0; i < sizeof cell->simulated / sizeof cell->simulated[0]; i++)
        good = good && count_insert(store->database, sql, cell->store_id, &cell->simulated[i]);
    return transaction_end(store, good, "record counters", error, error_bytes);
}

bool cmp_store_end_run(cmp_store_t *store, const cmp_run_t *run, char *error, size_t error_bytes) {
    sqlite3 *database = store->database;
    char *notes = notes_text(run);
    bool good = transaction_begin(store) &&
                statement_run(database,
                              "UPDATE run SET status=?, ended=?, rounds=?, rounds_done=?, notes=?,"
                              " counters_source=? WHERE uuid=?",
                              "tdiittt", run->interrupted ? "interrupted" : "complete",
                              now_seconds(), (int64_t)run->rounds, (int64_t)run->rounds_done, notes,
                              run->counters_source, run->uuid);
    free(notes);
    for (size_t i = 0; good && i < run->allocator_count; i++)
        good = statement_run(database,
                             "UPDATE run_allocator SET configuration=? WHERE run=? AND position=?",
                             "tti", run->allocators[i].configuration, run->uuid, (int64_t)i);
    return transaction_end(store, good, "complete the run", error, error_bytes);
}
