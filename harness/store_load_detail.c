/*
 * Reads a sample's memory, timeline, latencies and counters back from the results database: the
 * inverse of store_detail.c. Called by store_load.c in its transaction, on the main thread of
 * compare.
 */
#include "store_load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../workloads/worker_timer.h"

/* The index of `text` among `names`; `count` when it is not there. */
static int name_index(const char *text, const char *const *names, int count) {
    int index = 0;
    while (text && index < count && strcmp(names[index], text) != 0)
        index++;
    return text ? index : count;
}

static int operation_index(const char *text) {
    static const char *const operations[WL_OPERATIONS] = {"malloc", "free"};
    return name_index(text, operations, WL_OPERATIONS);
}

static bool memory_load(sqlite3 *database, int64_t id, cmp_sample_t *sample) {
    static const char *const moments[WL_MOMENTS] = {"empty", "peak_live", "freed", "idle"};
    sqlite3_stmt *row = cmp_load_prepare(
        database,
        "SELECT moment, rss_bytes, rss_anon_bytes, lazy_free_bytes, page_table_bytes,"
        " mappings FROM memory WHERE sample = ?",
        id);
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        int moment = name_index(cmp_load_text(row, 0), moments, WL_MOMENTS);
        if (moment < WL_MOMENTS)
            sample->memory[moment] = (wl_memory_t){
                .rss_bytes = cmp_load_count(row, 1),
                .rss_anon_bytes = cmp_load_count(row, 2),
                .lazy_free_bytes = cmp_load_count(row, 3),
                .page_table_bytes = cmp_load_count(row, 4),
                .mappings = cmp_load_count(row, 5),
            };
    }
    return cmp_load_finish(row);
}

/* Samples of the first schema have three moments in their row and none in `memory`. */
static bool old_memory_load(sqlite3 *database, int64_t id, cmp_sample_t *sample) {
    for (int i = 0; i < WL_MOMENTS; i++)
        if (sample->memory[i].rss_bytes != 0)
            return true;
    sqlite3_stmt *row =
        cmp_load_prepare(database,
                         "SELECT empty_rss_bytes, peak_live_rss_bytes, freed_rss_bytes"
                         " FROM sample WHERE id = ?",
                         id);
    if (row && sqlite3_step(row) == SQLITE_ROW) {
        sample->memory[WL_MOMENT_EMPTY].rss_bytes = cmp_load_count(row, 0);
        sample->memory[WL_MOMENT_PEAK_LIVE].rss_bytes = cmp_load_count(row, 1);
        sample->memory[WL_MOMENT_FREED].rss_bytes = cmp_load_count(row, 2);
    }
    return cmp_load_finish(row);
}

static bool nodes_load(sqlite3 *database, int64_t id, cmp_sample_t *sample) {
    sqlite3_stmt *row =
        cmp_load_prepare(database, "SELECT node, bytes FROM node_memory WHERE sample = ?", id);
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        uint64_t node = cmp_load_count(row, 0);
        if (node < WL_MAX_NODES)
            sample->node_bytes[node] = cmp_load_count(row, 1);
    }
    return cmp_load_finish(row);
}

static bool timeline_load(sqlite3 *database, int64_t id, cmp_sample_t *sample) {
    sqlite3_stmt *row =
        cmp_load_prepare(database,
                         "SELECT seconds, rss_bytes, rss_anon_bytes, ops_per_second FROM timeline"
                         " WHERE sample = ? ORDER BY point",
                         id);
    size_t room = 0;
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        if (sample->timeline_count == room) {
            room = room ? 2 * room : 64;
            sample->timeline = realloc(sample->timeline, room * sizeof *sample->timeline);
            if (!sample->timeline)
                abort();
        }
        sample->timeline[sample->timeline_count++] = (cmp_timeline_point_t){
            .seconds = sqlite3_column_double(row, 0),
            .rss_bytes = cmp_load_count(row, 1),
            .rss_anon_bytes = cmp_load_count(row, 2),
            .ops_per_second = cmp_load_real(row, 3),
        };
    }
    if (sample->timeline_count > 0 && sample->timeline_count < room) {
        cmp_timeline_point_t *fitting =
            realloc(sample->timeline, sample->timeline_count * sizeof *fitting);
        sample->timeline = fitting != NULL ? fitting : sample->timeline;
    }
    return cmp_load_finish(row);
}

static bool histograms_load(sqlite3 *database, int64_t id, wl_latency_report_t *latency) {
    sqlite3_stmt *row = cmp_load_prepare(
        database, "SELECT operation, low_ns, count FROM histogram WHERE sample = ?", id);
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        int operation = operation_index(cmp_load_text(row, 0));
        uint64_t low_ns = cmp_load_count(row, 1);
        if (operation < WL_OPERATIONS && low_ns < UINT64_C(1) << WL_HISTOGRAM_LIMIT_SHIFT)
            latency->histograms[operation].counts[wl_histogram_bucket(low_ns)] =
                cmp_load_count(row, 2);
    }
    return cmp_load_finish(row);
}

static bool slow_calls_load(sqlite3 *database, int64_t id, wl_latency_report_t *latency) {
    sqlite3_stmt *row = cmp_load_prepare(
        database,
        "SELECT operation, ns, at_ns, size_bytes, thread, minor_faults, major_faults,"
        " voluntary_switches, involuntary_switches FROM slow_call WHERE sample = ?"
        " ORDER BY operation, rank",
        id);
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        int operation = operation_index(cmp_load_text(row, 0));
        if (operation == WL_OPERATIONS || latency->slow[operation].count == WL_SLOW_CALLS)
            continue;
        wl_slow_calls_t *slow = &latency->slow[operation];
        slow->calls[slow->count++] = (wl_slow_call_t){
            .ns = cmp_load_count(row, 1),
            .at_ns = cmp_load_count(row, 2),
            .size_bytes = cmp_load_count(row, 3),
            .thread = (uint32_t)cmp_load_count(row, 4),
            .minor_faults = (uint32_t)cmp_load_count(row, 5),
            .major_faults = (uint32_t)cmp_load_count(row, 6),
            .voluntary_switches = (uint32_t)cmp_load_count(row, 7),
            .involuntary_switches = (uint32_t)cmp_load_count(row, 8),
        };
    }
    return cmp_load_finish(row);
}

static enum wl_timer_source timer_parse(const char *name) {
    enum wl_timer_source source = WL_TIMER_CNTVCT;
    while (name && source > WL_TIMER_NONE && strcmp(wl_timer_name(source), name) != 0)
        source--;
    return name ? source : WL_TIMER_NONE;
}

static bool latency_load(sqlite3 *database, int64_t id, cmp_sample_t *sample) {
    sqlite3_stmt *row =
        cmp_load_prepare(database,
                         "SELECT timer, step_ns, overhead_ns, overhead_least_ns, malloc_max_ns,"
                         " free_max_ns, timed_ops_per_second FROM latency WHERE sample = ?",
                         id);
    if (row && sqlite3_step(row) == SQLITE_ROW) {
        wl_latency_report_t *latency = calloc(1, sizeof *latency);
        if (!latency)
            abort();
        latency->source = timer_parse(cmp_load_text(row, 0));
        latency->step_ns = cmp_load_real(row, 1);
        latency->overhead_ns = cmp_load_real(row, 2);
        latency->overhead_least_ns = cmp_load_real(row, 3);
        latency->histograms[WL_MALLOC].max = cmp_load_count(row, 4);
        latency->histograms[WL_FREE].max = cmp_load_count(row, 5);
        sample->timed_ops_per_second = cmp_load_real(row, 6);
        sample->latency = latency;
    }
    return cmp_load_finish(row) &&
           (!sample->latency || (histograms_load(database, id, sample->latency) &&
                                 slow_calls_load(database, id, sample->latency)));
}

/* Adds an event to a count, whose others are not counted until they come. */
static void count_set(cmp_count_t *count, uint64_t ops, const char *name, double events) {
    if (count->ops == 0)
        for (int i = 0; i < CMP_COUNTER_COUNT; i++)
            count->events[i] = NAN;
    count->ops = ops;
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        if (strcmp(cmp_counter_name((cmp_counter_t)i), name) == 0)
            count->events[i] = events;
}

static bool counters_load(sqlite3 *database, int64_t id, cmp_sample_t *sample) {
    sqlite3_stmt *row = cmp_load_prepare(
        database, "SELECT ops, name, count FROM sample_counter WHERE sample = ?", id);
    while (row && sqlite3_step(row) == SQLITE_ROW)
        count_set(&sample->counted, cmp_load_count(row, 0), cmp_load_text(row, 1),
                  sqlite3_column_double(row, 2));
    return cmp_load_finish(row);
}

bool cmp_load_details(sqlite3 *database, int64_t id, cmp_sample_t *sample) {
    return memory_load(database, id, sample) && old_memory_load(database, id, sample) &&
           nodes_load(database, id, sample) && timeline_load(database, id, sample) &&
           latency_load(database, id, sample) && counters_load(database, id, sample);
}

bool cmp_load_simulated(sqlite3 *database, cmp_cell_t *cell) {
    const size_t room = sizeof cell->simulated / sizeof cell->simulated[0];
    sqlite3_stmt *row = cmp_load_prepare(
        database, "SELECT ops, name, count FROM cell_counter WHERE cell = ? ORDER BY ops",
        cell->store_id);
    size_t index = 0;
    while (row && sqlite3_step(row) == SQLITE_ROW) {
        uint64_t ops = cmp_load_count(row, 0);
        if (cell->simulated[index].ops != 0 && cell->simulated[index].ops != ops &&
            index + 1 < room)
            index++;
        count_set(&cell->simulated[index], ops, cmp_load_text(row, 1),
                  sqlite3_column_double(row, 2));
    }
    return cmp_load_finish(row);
}
