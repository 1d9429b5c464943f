/*
 * The schema of the results database and its migrations; see store_schema.h. Called by store.c when
 * a database is opened, on the main thread of compare. Concurrent openers are serialised by
 * SQLite's write lock: the version is read again under it.
 *
 * Conventions: NULL is missing, 0 is a measured zero. Names carry units. Times are Unix seconds.
 * Seeds and checksums are unsigned 64-bit numbers, which SQLite has not: seeds are decimal text,
 * checksums 16 hexadecimal digits. Everything that databases are merged by is a UUID or a hash;
 * integer keys are local to one file.
 */
#include "store_schema.h"

#include <stdio.h>

static const char version_1[] =
    /* One row per state in which a machine was seen; runs share it. `id` pools the states of the
     * same hardware, for the history of its noise. */
    "CREATE TABLE machine("
    " digest TEXT PRIMARY KEY," /* SHA-256 of all other columns */
    " id TEXT NOT NULL,"
    " hostname TEXT, cpu TEXT, caches TEXT, kernel TEXT, os TEXT, libc TEXT, governor TEXT,"
    " thp TEXT, overcommit TEXT, hypervisor TEXT, topology TEXT, topology_xml TEXT,"
    " packages INTEGER, cores INTEGER, pus INTEGER, numa_nodes INTEGER, memory_bytes INTEGER);"
    "CREATE INDEX machine_by_id ON machine(id);"

    /* A run whose process was killed stays 'running'; its samples are valid. */
    "CREATE TABLE run("
    " uuid TEXT PRIMARY KEY,"
    " kind TEXT NOT NULL CHECK(kind IN ('measured','simulated')),"
    " status TEXT NOT NULL DEFAULT 'running'"
    "  CHECK(status IN ('running','complete','interrupted')),"
    " command TEXT,"          /* quoted for a shell */
    " started REAL NOT NULL," /* Unix seconds */
    " ended REAL,"
    " seed TEXT NOT NULL,"
    " rounds INTEGER NOT NULL,"      /* planned */
    " rounds_done INTEGER NOT NULL," /* complete ones */
    " source_commit TEXT, compiler TEXT,"
    " machine TEXT NOT NULL REFERENCES machine(digest),"
    " notes TEXT);" /* one a line */
    "CREATE INDEX run_by_machine ON run(machine);"

    "CREATE TABLE run_allocator("
    " run TEXT NOT NULL REFERENCES run(uuid) ON DELETE CASCADE,"
    " position INTEGER NOT NULL," /* as listed; ratios refer to 0 */
    " label TEXT NOT NULL, name TEXT NOT NULL, path TEXT, version TEXT, sha256 TEXT,"
    " configuration TEXT,"
    " control INTEGER NOT NULL CHECK(control IN (0,1)),"
    " PRIMARY KEY(run, position)) WITHOUT ROWID;"

    /* Cells of a run with the same `work` differ in nothing but their allocator. */
    "CREATE TABLE cell("
    " id INTEGER PRIMARY KEY,"
    " run TEXT NOT NULL,"
    " position INTEGER NOT NULL,"
    " work INTEGER NOT NULL,"
    " workload TEXT NOT NULL,"
    " allocator INTEGER NOT NULL,"
    " threads INTEGER NOT NULL,"
    " placement TEXT NOT NULL,"
    " oversubscribed INTEGER NOT NULL CHECK(oversubscribed IN (0,1)),"
    " ops_per_thread INTEGER, warmup_per_thread INTEGER,"
    " seconds REAL," /* of measuring, where the run is not by operations */
    " checked INTEGER NOT NULL CHECK(checked IN (0,1)),"
    " UNIQUE(run, position),"
    " FOREIGN KEY(run, allocator) REFERENCES run_allocator(run, position) ON DELETE CASCADE);"

    "CREATE TABLE cell_parameter("
    " cell INTEGER NOT NULL REFERENCES cell(id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(cell, name)) WITHOUT ROWID;"

    /* One process. Byte figures are without the worker's bookkeeping. */
    "CREATE TABLE sample("
    " id INTEGER PRIMARY KEY,"
    " uuid TEXT NOT NULL UNIQUE,"
    " cell INTEGER NOT NULL REFERENCES cell(id) ON DELETE CASCADE,"
    " round INTEGER NOT NULL, position INTEGER NOT NULL,"
    " seed TEXT NOT NULL,"
    " failure TEXT," /* NULL: none */
    " reason TEXT,"
    " started REAL, wall_seconds REAL,"
    " ops_per_second REAL, window_seconds REAL, ops INTEGER, checksum TEXT,"
    " crossed_share REAL,"
    " peak_rss_bytes INTEGER, empty_rss_bytes INTEGER, peak_live_rss_bytes INTEGER,"
    " freed_rss_bytes INTEGER, live_bytes INTEGER,"
    " minor_faults INTEGER, major_faults INTEGER,"
    " voluntary_switches INTEGER, involuntary_switches INTEGER,"
    " user_seconds REAL, system_seconds REAL, steal_seconds REAL,"
    " binding TEXT);"
    "CREATE INDEX sample_by_cell ON sample(cell, round);"

    "CREATE TABLE timeline("
    " sample INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,"
    " point INTEGER NOT NULL,"
    " seconds REAL NOT NULL," /* since the worker was ready */
    " rss_bytes INTEGER, rss_anon_bytes INTEGER,"
    " PRIMARY KEY(sample, point)) WITHOUT ROWID;"

    /* Latencies of one sample; a bucket holds low_ns <= latency < high_ns. */
    "CREATE TABLE histogram("
    " sample INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,"
    " operation TEXT NOT NULL CHECK(operation IN ('malloc','free')),"
    " low_ns INTEGER NOT NULL, high_ns INTEGER NOT NULL CHECK(high_ns > low_ns),"
    " count INTEGER NOT NULL CHECK(count > 0),"
    " PRIMARY KEY(sample, operation, low_ns)) WITHOUT ROWID;";

static const char version_2[] =
    /* The program of a run of 'program' cells; words are quoted for a shell. */
    "CREATE TABLE program("
    " run TEXT PRIMARY KEY REFERENCES run(uuid) ON DELETE CASCADE,"
    " arguments TEXT NOT NULL, file TEXT NOT NULL, input TEXT, setup TEXT,"
    " expected_status INTEGER NOT NULL,"
    " ignore_output INTEGER NOT NULL CHECK(ignore_output IN (0,1)));"
    "ALTER TABLE sample ADD COLUMN output_sha256 TEXT;"

    "ALTER TABLE run ADD COLUMN counters_source TEXT;"
    /* Events in the measured phase of a sample, while all its threads did `ops` operations. */
    "CREATE TABLE sample_counter("
    " sample INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,"
    " name TEXT NOT NULL, ops INTEGER NOT NULL, count REAL NOT NULL,"
    " PRIMARY KEY(sample, name)) WITHOUT ROWID;"
    /* Events in whole simulated runs of a cell's work; per operation: the difference of two. */
    "CREATE TABLE cell_counter("
    " cell INTEGER NOT NULL REFERENCES cell(id) ON DELETE CASCADE,"
    " ops INTEGER NOT NULL, name TEXT NOT NULL, count REAL NOT NULL,"
    " PRIMARY KEY(cell, ops, name)) WITHOUT ROWID;";

static const char version_3[] =
    /* Samples in which each call was timed have no ops_per_second of their own. */
    "ALTER TABLE sample ADD COLUMN kind TEXT NOT NULL DEFAULT 'throughput'"
    " CHECK(kind IN ('throughput','latency'));"
    "ALTER TABLE sample ADD COLUMN window_start_seconds REAL;" /* on the timeline */
    /* Of all threads, in the time since the point before; NULL outside of the window. */
    "ALTER TABLE timeline ADD COLUMN ops_per_second REAL;"

    /* RSS is without bookkeeping, page tables and mappings are not; 'idle' is after a time without
     * calls of the allocator. lazy_free_bytes: of the anonymous ones, purged by MADV_FREE. */
    "CREATE TABLE memory("
    " sample INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,"
    " moment TEXT NOT NULL CHECK(moment IN ('empty','peak_live','freed','idle')),"
    " rss_bytes INTEGER NOT NULL, rss_anon_bytes INTEGER, lazy_free_bytes INTEGER,"
    " page_table_bytes INTEGER, mappings INTEGER,"
    " PRIMARY KEY(sample, moment)) WITHOUT ROWID;"

    /* One row per latency sample; its histogram is without overhead_ns per call. */
    "CREATE TABLE latency("
    " sample INTEGER PRIMARY KEY REFERENCES sample(id) ON DELETE CASCADE,"
    " timer TEXT NOT NULL, step_ns REAL, overhead_ns REAL, overhead_least_ns REAL,"
    " malloc_max_ns INTEGER, free_max_ns INTEGER, timed_ops_per_second REAL);"
    /* The slowest calls, rank 0 first, and what the kernel counted for the thread meanwhile. */
    "CREATE TABLE slow_call("
    " sample INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,"
    " operation TEXT NOT NULL CHECK(operation IN ('malloc','free')),"
    " rank INTEGER NOT NULL, ns INTEGER NOT NULL, at_ns INTEGER NOT NULL,"
    " size_bytes INTEGER NOT NULL, thread INTEGER NOT NULL,"
    " minor_faults INTEGER, major_faults INTEGER,"
    " voluntary_switches INTEGER, involuntary_switches INTEGER,"
    " PRIMARY KEY(sample, operation, rank)) WITHOUT ROWID;";

static const char version_4[] =
    /* How often an interrupted or killed run was taken up again. */
    "ALTER TABLE run ADD COLUMN resumed INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run_allocator ADD COLUMN floor INTEGER NOT NULL DEFAULT 0"
    " CHECK(floor IN (0,1));"
    "UPDATE run_allocator SET floor = 1 WHERE label = 'floor';"
    /* NAME=VALUE settings and further files, as words quoted for a shell. */
    "ALTER TABLE run_allocator ADD COLUMN environment TEXT;"
    "ALTER TABLE run_allocator ADD COLUMN support TEXT;";

static const char version_5[] =
    /* Private anonymous memory on a NUMA node (OS index) at peak_live, where memory was bound. */
    "CREATE TABLE node_memory("
    " sample INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,"
    " node INTEGER NOT NULL, bytes INTEGER NOT NULL CHECK(bytes > 0),"
    " PRIMARY KEY(sample, node)) WITHOUT ROWID;";

static const char version_6[] =
    /* Of a run over several code layouts: which one this library has; 0: as it was built. */
    "ALTER TABLE run_allocator ADD COLUMN layout INTEGER NOT NULL DEFAULT 0"
    " CHECK(layout >= 0);";

const char *const cmp_store_scripts[] = {version_1, version_2, version_3,
                                         version_4, version_5, version_6};
const size_t cmp_store_script_count = sizeof cmp_store_scripts / sizeof cmp_store_scripts[0];

/* First column of the first row of `sql`; false on an error. */
static bool number_read(sqlite3 *database, const char *sql, long *number) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return false;
    bool read = sqlite3_step(statement) == SQLITE_ROW;
    if (read)
        *number = (long)sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement) == SQLITE_OK && read;
}

/* Reads the version and decides whether the file is ours to migrate. */
static cmp_migration_t version_inspect(sqlite3 *database, size_t script_count, long *version) {
    long application, objects;
    if (!number_read(database, "PRAGMA user_version", version) ||
        !number_read(database, "PRAGMA application_id", &application) ||
        !number_read(database, "SELECT count(*) FROM sqlite_master", &objects))
        return CMP_MIGRATION_FAILED;
    bool empty = *version == 0 && application == 0 && objects == 0;
    if (!empty && application != CMP_STORE_APPLICATION_ID)
        return CMP_MIGRATION_FOREIGN;
    if (*version < 0 || *version > (long)script_count)
        return CMP_MIGRATION_NEWER;
    return CMP_MIGRATION_DONE;
}

static bool scripts_apply(sqlite3 *database, const char *const *scripts, size_t script_count,
                          size_t first) {
    char marks[128];
    snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %zu",
             CMP_STORE_APPLICATION_ID, script_count);
    for (size_t i = first; i < script_count; i++)
        if (sqlite3_exec(database, scripts[i], NULL, NULL, NULL) != SQLITE_OK)
            return false;
    return sqlite3_exec(database, marks, NULL, NULL, NULL) == SQLITE_OK;
}

cmp_migration_t cmp_store_migrate(sqlite3 *database, const char *const *scripts,
                                  size_t script_count, long *version) {
    cmp_migration_t state = version_inspect(database, script_count, version);
    if (state != CMP_MIGRATION_DONE || *version == (long)script_count)
        return state;
    if (sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return CMP_MIGRATION_FAILED;
    /* Another process may have migrated while this one waited for the lock. */
    long locked_version;
    state = version_inspect(database, script_count, &locked_version);
    if (state == CMP_MIGRATION_DONE &&
        scripts_apply(database, scripts, script_count, (size_t)locked_version) &&
        sqlite3_exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return CMP_MIGRATION_DONE;
    if (state == CMP_MIGRATION_DONE)
        return CMP_MIGRATION_FAILED; /* a rollback here would overwrite the error message */
    sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    return state;
}
