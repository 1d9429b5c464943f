/* The results store: what it writes, and that a killed process loses nothing that was committed. */
#include "store_fixture.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../workloads/worker_timer.h"
#include "synthetic_run.h"

#define CURRENT "6" /* version of the schema */

/* ---------------------------------------------------------------- writing */

static void a_whole_run_is_recorded(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(10);
    run.allocators[0].configuration = strdup("lanes=on");
    cmp_run_note(&run, "first note");
    cmp_run_note(&run, "second %s", "note");
    run_recorded(fixture, &run);
    const struct {
        const char *sql, *expected;
    } facts[] = {
        {"PRAGMA user_version", CURRENT},
        {"PRAGMA integrity_check", "ok"},
        {"SELECT count(*) FROM run", "1"},
        {"SELECT status || ' ' || kind || ' ' || rounds || ' ' || rounds_done FROM run",
         "complete measured 10 10"},
        {"SELECT command FROM run", "./compare demo -a 'hakmem,it'\\''s'"},
        {"SELECT seed FROM run", "18446744073709551615"},
        {"SELECT notes FROM run", "first note\nsecond note"},
        {"SELECT ended > started FROM run", "1"},
        {"SELECT cpu || ', ' || cores FROM machine", "Example CPU, 2"},
        {"SELECT governor FROM machine", "NULL"},
        {"SELECT count(*) FROM run_allocator", "5"},
        {"SELECT configuration FROM run_allocator WHERE position=0", "lanes=on"},
        {"SELECT label FROM run_allocator WHERE control", CMP_CONTROL_LABEL},
        {"SELECT count(*) FROM cell", "15"},
        {"SELECT count(DISTINCT work) FROM cell", "3"},
        {"SELECT count(*) FROM cell WHERE oversubscribed", "5"},
        {"SELECT seconds FROM cell LIMIT 1", "NULL"},
        {"SELECT group_concat(name || '=' || value) FROM cell_parameter WHERE cell=1",
         "max=768,slots=8192,touch=first"},
        {"SELECT count(*) FROM sample", "150"},
        {"SELECT count(*) FROM sample WHERE failure IS NULL", "114"},
        {"SELECT count(*) FROM sample WHERE failure='crash' AND reason='killed by signal 11'",
         "30"},
        {"SELECT seed FROM sample WHERE round=1 LIMIT 1", "18446744073709551614"},
        {"SELECT DISTINCT checksum FROM sample WHERE failure IS NULL", "feedfacecafebeef"},
        {"SELECT count(*) FROM timeline", "228"},
        {"SELECT count(*) FROM histogram", "0"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        assert_string_equal(value_of(fixture->path, facts[i].sql), facts[i].expected);
    cmp_run_free(&run);
}

static void missing_figures_are_null_and_measured_zeros_are_zero(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1);
    run_recorded(fixture, &run);
    static const char *const columns[] = {
        "ops_per_second",       "window_seconds",  "ops",          "checksum",     "crossed_share",
        "peak_rss_bytes",       "freed_rss_bytes", "live_bytes",   "minor_faults", "major_faults",
        "involuntary_switches", "user_seconds",    "steal_seconds"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT count(%s) FROM sample WHERE failure='crash'", columns[i]);
        assert_string_equal(value_of(fixture->path, sql), "0");
    }
    assert_string_equal(value_of(fixture->path, "SELECT DISTINCT ifnull(major_faults, 'missing')"
                                                " || ifnull(steal_seconds, 'missing')"
                                                " FROM sample WHERE failure IS NULL"),
                        "0missing");
    cmp_run_free(&run);
}

static void an_interrupted_run_says_so(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(2);
    run.interrupted = true;
    run.rounds_done = 1;
    run_recorded(fixture, &run);
    assert_string_equal(value_of(fixture->path, "SELECT status || rounds_done FROM run"),
                        "interrupted1");
    cmp_run_free(&run);
}

static void runs_of_one_machine_share_its_row(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t first = synthetic_run(1), second = synthetic_run(1), third = synthetic_run(1);
    free(third.machine.kernel);
    third.machine.kernel = strdup("Linux 6.2.0 x86_64");
    run_recorded(fixture, &first);
    run_recorded(fixture, &second);
    run_recorded(fixture, &third);
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM run"), "3");
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM machine"), "2");
    assert_string_equal(value_of(fixture->path, "SELECT count(DISTINCT id) FROM machine"), "1");
    cmp_run_free(&first);
    cmp_run_free(&second);
    cmp_run_free(&third);
}

static void a_run_of_unknown_kind_leaves_no_trace(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1);
    run.kind = "guessed";
    cmp_store_t *store = store_open(fixture);
    assert_false(cmp_store_begin_run(store, &run, fixture->error, sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "CHECK"));
    cmp_store_close(store);
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM machine"), "0");
    cmp_run_free(&run);
}

static void a_sample_is_recorded_once(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1);
    cmp_store_t *store = store_open(fixture);
    begin(store, &run, fixture);
    add_all(store, &run, fixture);
    assert_false(cmp_store_add_sample(store, &run, &run.cells[0], &run.cells[0].samples[0],
                                      fixture->error, sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "UNIQUE"));
    end(store, &run, fixture); /* the connection goes on */
    cmp_store_close(store);
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM sample"), "15");
    cmp_run_free(&run);
}

static void two_processes_may_record_at_once(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t first = synthetic_run(2), second = synthetic_run(2);
    cmp_store_t *one = store_open(fixture), *two = store_open(fixture);
    begin(one, &first, fixture);
    begin(two, &second, fixture);
    add_all(one, &first, fixture);
    add_all(two, &second, fixture);
    end(two, &second, fixture);
    end(one, &first, fixture);
    cmp_store_close(one);
    cmp_store_close(two);
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM sample"), "60");
    cmp_run_free(&first);
    cmp_run_free(&second);
}

/* ---------------------------------------------------------------- kill -9 */

static void wait_killed(pid_t child) {
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void committed_samples_survive_kill_9(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(3);
    pid_t child = fork();
    if (child == 0) {
        cmp_store_t *store = cmp_store_open(fixture->path, fixture->error, sizeof fixture->error);
        if (!store || !cmp_store_begin_run(store, &run, fixture->error, sizeof fixture->error))
            _exit(1);
        for (size_t j = 0; j < 3; j++)
            if (!cmp_store_add_sample(store, &run, &run.cells[1], &run.cells[1].samples[j],
                                      fixture->error, sizeof fixture->error))
                _exit(1);
        kill(getpid(), SIGKILL);
    }
    wait_killed(child);
    cmp_store_close(store_open(fixture));
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM sample"), "3");
    assert_string_equal(value_of(fixture->path, "SELECT status FROM run"), "running");
    assert_string_equal(value_of(fixture->path, "PRAGMA integrity_check"), "ok");
    cmp_run_free(&run);
}

static void a_torn_transaction_is_rolled_back(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(3);
    run_recorded(fixture, &run);
    pid_t child = fork();
    if (child == 0) { /* spills half a transaction into the file, then dies */
        sqlite3 *database;
        if (sqlite3_open(fixture->path, &database) != SQLITE_OK ||
            sqlite3_exec(database,
                         "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE;"
                         "UPDATE sample SET reason = hex(zeroblob(3000));"
                         "DELETE FROM timeline",
                         NULL, NULL, NULL) != SQLITE_OK)
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    wait_killed(child);
    char journal[160];
    snprintf(journal, sizeof journal, "%s-journal", fixture->path);
    assert_int_equal(access(journal, F_OK), 0); /* it was torn */
    cmp_store_close(store_open(fixture));
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM timeline"), "66");
    assert_string_equal(value_of(fixture->path, "SELECT max(length(reason)) < 100 FROM sample"),
                        "1");
    assert_string_equal(value_of(fixture->path, "PRAGMA integrity_check"), "ok");
    cmp_run_free(&run);
}

static void memory_and_latencies_are_recorded(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1);
    cmp_cell_t *cell = &run.cells[0];
    cmp_sample_t *plain = &cell->samples[0];
    cmp_sample_t sample = {.kind = CMP_SAMPLE_LATENCY,
                           .ops_per_second = NAN,
                           .timed_ops_per_second = 5e6,
                           .steal_seconds = NAN};
    plain->memory[WL_MOMENT_IDLE] = (wl_memory_t){.rss_bytes = 1000, .lazy_free_bytes = 400};
    plain->node_bytes[0] = 4096;
    plain->node_bytes[WL_MAX_NODES - 1] = 8192;
    plain->timeline[1].ops_per_second = 7;
    plain->timeline[0].ops_per_second = NAN;
    cmp_uuid(sample.uuid);
    sample.latency = calloc(1, sizeof *sample.latency);
    sample.latency->source = WL_TIMER_CLOCK;
    wl_histogram_add(&sample.latency->histograms[WL_MALLOC], 50);
    wl_histogram_add(&sample.latency->histograms[WL_MALLOC], 50);
    wl_histogram_add(&sample.latency->histograms[WL_FREE], 1001);
    sample.latency->slow[WL_FREE] =
        (wl_slow_calls_t){.count = 1, .calls[0] = {.ns = 1001, .minor_faults = 2}};

    cmp_store_t *store = store_open(fixture);
    char error[512];
    assert_true(cmp_store_begin_run(store, &run, error, sizeof error));
    assert_true(cmp_store_add_sample(store, &run, cell, plain, error, sizeof error));
    assert_true(cmp_store_add_sample(store, &run, cell, &sample, error, sizeof error));
    assert_true(cmp_store_end_run(store, &run, error, sizeof error));
    cmp_store_close(store);
    const struct {
        const char *sql, *expected;
    } facts[] = {
        {"SELECT group_concat(kind || ' ' || ifnull(ops_per_second > 0, 'none')) FROM sample",
         "throughput 1,latency none"},
        {"SELECT group_concat(moment) FROM memory", "empty,freed,idle,peak_live"},
        {"SELECT lazy_free_bytes || ' ' || ifnull(mappings, 'none') FROM memory"
         " WHERE moment='idle'",
         "400 none"},
        {"SELECT group_concat(kind || ' ' || node || ' ' || bytes) FROM node_memory"
         " JOIN sample ON sample.id = node_memory.sample",
         "throughput 0 4096,throughput 63 8192"},
        {"SELECT group_concat(ifnull(ops_per_second, 'none')) FROM timeline", "none,7.0"},
        {"SELECT group_concat(operation || ' ' || low_ns || '-' || high_ns || ' ' || count)"
         " FROM histogram ORDER BY operation",
         "free 1000-1008 1,malloc 50-51 2"},
        {"SELECT timer || ' ' || timed_ops_per_second || ' ' || free_max_ns FROM latency",
         "clock_gettime 5000000.0 1001"},
        {"SELECT operation || ' ' || ns || ' ' || minor_faults FROM slow_call", "free 1001 2"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        assert_string_equal(value_of(fixture->path, facts[i].sql), facts[i].expected);
    cmp_sample_clear(&sample);
    cmp_run_free(&run);
}

static void what_was_counted_is_recorded(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1);
    cmp_cell_t *cell = &run.cells[0];
    run.counters_source = strdup("a counter");
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        cell->samples[0].counted.events[i] = cell->simulated[1].events[i] = NAN;
    cell->samples[0].counted.ops = 1000;
    cell->samples[0].counted.events[CMP_COUNTER_CYCLES] = 5e9;
    cell->simulated[1].ops = 2000;
    cell->simulated[1].events[CMP_COUNTER_D1_MISSES] = 0; /* a measured zero */
    cmp_store_t *store = store_open(fixture);
    begin(store, &run, fixture);
    add_all(store, &run, fixture);
    assert_true(cmp_store_add_counters(store, cell, fixture->error, sizeof fixture->error));
    end(store, &run, fixture);
    cmp_store_close(store);
    assert_string_equal(value_of(fixture->path, "SELECT counters_source FROM run"), "a counter");
    assert_string_equal(value_of(fixture->path, "SELECT name || ' ' || ops || ' ' || count"
                                                " FROM sample_counter"),
                        "cycles 1000 5000000000.0");
    assert_string_equal(value_of(fixture->path, "SELECT name || ' ' || ops || ' ' || count"
                                                " FROM cell_counter"),
                        "d1_misses 2000 0.0");
    cmp_run_free(&run);
}

static void a_program_is_recorded(void **state) {
    fixture_t *fixture = *state;
    static const char *const words[] = {"./prog", "an argument", NULL};
    cmp_run_t run = synthetic_run(1);
    run.program = calloc(1, sizeof *run.program);
    run.program->arguments = calloc(3, sizeof *run.program->arguments);
    for (size_t i = 0; words[i]; i++)
        run.program->arguments[i] = strdup(words[i]);
    run.program->file = strdup("/bin/prog");
    run.program->expected_status = 3;
    for (size_t i = 0; i < run.cell_count; i++) {
        run.cells[i].workload = &cmp_program_workload;
        run.cells[i].threads = 0;
        for (size_t j = 0; j < run.cells[i].sample_count; j++)
            run.cells[i].samples[j].ops_per_second = NAN;
    }
    snprintf(run.cells[0].samples[0].output_sha256, CMP_SHA256_BYTES, "abc");
    run_recorded(fixture, &run);
    assert_string_equal(value_of(fixture->path, "SELECT arguments || ' ' || file || ' ' ||"
                                                " expected_status || ignore_output FROM program"),
                        "./prog 'an argument' /bin/prog 30");
    assert_string_equal(value_of(fixture->path, "SELECT DISTINCT workload || ' ' || placement"
                                                " FROM cell"),
                        "program unbound");
    assert_string_equal(value_of(fixture->path, "SELECT count(checksum) || ' ' ||"
                                                " count(ops_per_second) || ' ' ||"
                                                " max(output_sha256) FROM sample"),
                        "0 0 abc");
    /* Its noise is that of programs, not that of workloads. */
    cmp_store_t *store = store_open(fixture);
    size_t count;
    free(cmp_store_noise_history(store, CMP_HISTORY_TABLE, run.machine.id, &count));
    assert_int_equal(count, 0);
    free(cmp_store_noise_history(store, CMP_HISTORY_PROGRAM, run.machine.id, &count));
    assert_int_equal(count, 1);
    cmp_store_close(store);
    cmp_run_free(&run);
}

static void checked_and_oversubscribed_controls_are_no_history(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t checked = synthetic_run(6), crowded = synthetic_run(6);
    for (size_t i = 0; i < checked.cell_count; i++) {
        checked.cells[i].check = true;
        crowded.cells[i].oversubscribed = true;
    }
    run_recorded(fixture, &checked);
    run_recorded(fixture, &crowded);
    cmp_store_t *store = store_open(fixture);
    size_t count;
    free(cmp_store_noise_history(store, CMP_HISTORY_TABLE, checked.machine.id, &count));
    assert_int_equal(count, 0);
    cmp_store_close(store);
    cmp_run_free(&checked);
    cmp_run_free(&crowded);
}

/* ---------------------------------------------------------------- noise history */

static void noise_history_pools_earlier_runs_of_the_machine(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t earlier = synthetic_run(3), elsewhere = synthetic_run(3);
    cmp_run_t simulated = synthetic_run(3), own = synthetic_run(3);
    free(elsewhere.machine.id);
    elsewhere.machine.id = strdup("fedcba9876543210");
    simulated.kind = "simulated";
    for (uint32_t t = 1; t <= 4; t *= 2) /* the control of the earlier run is 1 % off */
        for (size_t j = 0; j < 3; j++)
            synthetic_cell(&earlier, SYNTHETIC_CONTROL, t)->samples[j].ops_per_second =
                synthetic_cell(&earlier, SYNTHETIC_FIRST, t)->samples[j].ops_per_second * 1.01;
    run_recorded(fixture, &earlier);
    run_recorded(fixture, &elsewhere);
    run_recorded(fixture, &simulated);
    cmp_store_t *store = store_open(fixture);
    begin(store, &own, fixture);
    add_all(store, &own, fixture);
    end(store, &own, fixture);
    size_t count = 99;
    double *history = cmp_store_noise_history(store, CMP_HISTORY_TABLE, earlier.machine.id, &count);
    assert_int_equal(count, 1); /* neither of another machine, nor simulated, nor its own */
    assert_true(fabs(history[0] - log(1.01)) < 1e-12);
    free(history);
    history = cmp_store_noise_history(store, CMP_HISTORY_TABLE, "unknown", &count);
    assert_int_equal(count, 0);
    free(history);
    cmp_store_close(store);
    store = store_open(fixture);
    history = cmp_store_noise_history(store, CMP_HISTORY_TABLE, earlier.machine.id, &count);
    assert_int_equal(count, 2); /* for the next run it is an earlier one */
    free(history);
    history = cmp_store_noise_history(store, CMP_HISTORY_AB, earlier.machine.id, &count);
    assert_int_equal(count, 0); /* those of ab are of another width */
    free(history);
    cmp_store_close(store);
    cmp_run_free(&earlier);
    cmp_run_free(&elsewhere);
    cmp_run_free(&simulated);
    cmp_run_free(&own);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        store_test(a_whole_run_is_recorded),
        store_test(missing_figures_are_null_and_measured_zeros_are_zero),
        store_test(an_interrupted_run_says_so),
        store_test(runs_of_one_machine_share_its_row),
        store_test(a_run_of_unknown_kind_leaves_no_trace),
        store_test(a_sample_is_recorded_once),
        store_test(two_processes_may_record_at_once),
        store_test(committed_samples_survive_kill_9),
        store_test(a_torn_transaction_is_rolled_back),
        store_test(what_was_counted_is_recorded),
        store_test(memory_and_latencies_are_recorded),
        store_test(a_program_is_recorded),
        store_test(noise_history_pools_earlier_runs_of_the_machine),
        store_test(checked_and_oversubscribed_controls_are_no_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
