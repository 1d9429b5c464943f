/*
 * Writes a sample's memory at four moments and on each NUMA node, the histograms of its latencies
 * and its slowest calls into the results database. Called by store.c in the transaction of the
 * sample, on the main thread of compare. The tables are described in store_schema.c.
 */
#include "store_detail.h"

#include <math.h>

#include "../workloads/worker_timer.h"

static const char *const moments[WL_MOMENTS] = {"empty", "peak_live", "freed", "idle"};
static const char *const operations[WL_OPERATIONS] = {"malloc", "free"};

static sqlite3_stmt *prepare(sqlite3 *database, const char *sql) {
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    return statement;
}

/* Runs the statement for one row and makes it ready for the next. */
static bool row_done(sqlite3_stmt *statement) {
    bool good = sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return good;
}

/* Frees the statement; what went wrong stays in the database's error. */
static bool finish(sqlite3_stmt *statement, bool good) {
    return sqlite3_finalize(statement) == SQLITE_OK && good;
}

static void bind_count(sqlite3_stmt *statement, int column, uint64_t value) {
    sqlite3_bind_int64(statement, column, (int64_t)value);
}

/* A figure whose zero means that it was not taken stays NULL. */
static void bind_nonzero(sqlite3_stmt *statement, int column, uint64_t value) {
    if (value != 0)
        bind_count(statement, column, value);
}

static void bind_real(sqlite3_stmt *statement, int column, double value) {
    if (isfinite(value))
        sqlite3_bind_double(statement, column, value);
}

static bool kind_write(sqlite3 *database, int64_t id, const cmp_sample_t *sample) {
    sqlite3_stmt *statement =
        prepare(database, "UPDATE sample SET kind=?, window_start_seconds=? WHERE id=?");
    if (statement == NULL)
        return false;
    sqlite3_bind_text(statement, 1, cmp_sample_kind_name(sample->kind), -1, SQLITE_STATIC);
    if (sample->window_seconds > 0)
        bind_real(statement, 2, sample->window_start_seconds);
    sqlite3_bind_int64(statement, 3, id);
    return finish(statement, row_done(statement));
}

static bool memory_write(sqlite3 *database, int64_t id, const cmp_sample_t *sample) {
    sqlite3_stmt *statement =
        prepare(database, "INSERT INTO memory(sample, moment, rss_bytes, rss_anon_bytes,"
                          " lazy_free_bytes, page_table_bytes, mappings) VALUES(?,?,?,?,?,?,?)");
    bool good = statement != NULL;
    for (int i = 0; good && i < WL_MOMENTS; i++) {
        const wl_memory_t *memory = &sample->memory[i];
        if (memory->rss_bytes == 0)
            continue;
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_text(statement, 2, moments[i], -1, SQLITE_STATIC);
        bind_count(statement, 3, memory->rss_bytes);
        bind_count(statement, 4, memory->rss_anon_bytes);
        bind_count(statement, 5, memory->lazy_free_bytes);
        bind_nonzero(statement, 6, memory->page_table_bytes);
        bind_nonzero(statement, 7, memory->mappings);
        good = row_done(statement);
    }
    return finish(statement, good);
}

static bool nodes_write(sqlite3 *database, int64_t id, const cmp_sample_t *sample) {
    sqlite3_stmt *statement =
        prepare(database, "INSERT INTO node_memory(sample, node, bytes) VALUES(?,?,?)");
    bool good = statement != NULL;
    for (int node = 0; good && node < WL_MAX_NODES; node++) {
        if (sample->node_bytes[node] == 0)
            continue;
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int64(statement, 2, node);
        bind_count(statement, 3, sample->node_bytes[node]);
        good = row_done(statement);
    }
    return finish(statement, good);
}

static bool histograms_write(sqlite3 *database, int64_t id, const wl_latency_report_t *latency) {
    sqlite3_stmt *statement =
        prepare(database, "INSERT INTO histogram(sample, operation, low_ns, high_ns, count)"
                          " VALUES(?,?,?,?,?)");
    bool good = statement != NULL;
    for (int operation = 0; operation < WL_OPERATIONS; operation++) {
        const wl_histogram_t *histogram = &latency->histograms[operation];
        for (uint32_t bucket = 0; good && bucket < WL_HISTOGRAM_BUCKETS; bucket++) {
            if (histogram->counts[bucket] == 0)
                continue;
            sqlite3_bind_int64(statement, 1, id);
            sqlite3_bind_text(statement, 2, operations[operation], -1, SQLITE_STATIC);
            bind_count(statement, 3, wl_histogram_low(bucket));
            bind_count(statement, 4, wl_histogram_low(bucket + 1));
            bind_count(statement, 5, histogram->counts[bucket]);
            good = row_done(statement);
        }
    }
    return finish(statement, good);
}

static bool slow_calls_write(sqlite3 *database, int64_t id, const wl_latency_report_t *latency) {
    sqlite3_stmt *statement =
        prepare(database, "INSERT INTO slow_call(sample, operation, rank, ns, at_ns, size_bytes,"
                          " thread, minor_faults, major_faults, voluntary_switches,"
                          " involuntary_switches) VALUES(?,?,?,?,?,?,?,?,?,?,?)");
    bool good = statement != NULL;
    for (int operation = 0; operation < WL_OPERATIONS; operation++) {
        const wl_slow_calls_t *slow = &latency->slow[operation];
        for (uint32_t i = 0; good && i < slow->count; i++) {
            const wl_slow_call_t *call = &slow->calls[i];
            sqlite3_bind_int64(statement, 1, id);
            sqlite3_bind_text(statement, 2, operations[operation], -1, SQLITE_STATIC);
            bind_count(statement, 3, i);
            bind_count(statement, 4, call->ns);
            bind_count(statement, 5, call->at_ns);
            bind_count(statement, 6, call->size_bytes);
            bind_count(statement, 7, call->thread);
            bind_count(statement, 8, call->minor_faults);
            bind_count(statement, 9, call->major_faults);
            bind_count(statement, 10, call->voluntary_switches);
            bind_count(statement, 11, call->involuntary_switches);
            good = row_done(statement);
        }
    }
    return finish(statement, good);
}

static bool latency_write(sqlite3 *database, int64_t id, const cmp_sample_t *sample) {
    const wl_latency_report_t *latency = sample->latency;
    if (latency == NULL)
        return true;
    sqlite3_stmt *statement = prepare(
        database, "INSERT INTO latency(sample, timer, step_ns, overhead_ns, overhead_least_ns,"
                  " malloc_max_ns, free_max_ns, timed_ops_per_second) VALUES(?,?,?,?,?,?,?,?)");
    if (statement == NULL)
        return false;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_text(statement, 2, wl_timer_name((enum wl_timer_source)latency->source), -1,
                      SQLITE_STATIC);
    bind_real(statement, 3, latency->step_ns);
    bind_real(statement, 4, latency->overhead_ns);
    bind_real(statement, 5, latency->overhead_least_ns);
    bind_count(statement, 6, latency->histograms[WL_MALLOC].max);
    bind_count(statement, 7, latency->histograms[WL_FREE].max);
    bind_real(statement, 8, sample->timed_ops_per_second);
    return finish(statement, row_done(statement)) && histograms_write(database, id, latency) &&
           slow_calls_write(database, id, latency);
}

bool cmp_store_add_details(sqlite3 *database, int64_t id, const cmp_sample_t *sample) {
    return kind_write(database, id, sample) && memory_write(database, id, sample) &&
           nodes_write(database, id, sample) && latency_write(database, id, sample);
}
