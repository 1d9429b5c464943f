/*
 * Reading a run back from the results store: table, JSON and CSV of what was read are those of what
 * was recorded; a killed run can be read; a run that another process measures is locked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../harness/report.h"
#include "../../harness/store.h"
#include "../../harness/store_internal.h"
#include "../../workloads/worker_timer.h"
#include "synthetic_run.h"

typedef struct fixture {
    char folder[64], path[128], error[1024];
    cmp_store_t *store;
} fixture_t;

static int fixture_make(void **state) {
    fixture_t *fixture = calloc(1, sizeof *fixture);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/test_store_load.XXXXXX");
    if (!mkdtemp(fixture->folder))
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/results.db", fixture->folder);
    fixture->store = cmp_store_open(fixture->path, fixture->error, sizeof fixture->error);
    *state = fixture;
    return fixture->store ? 0 : -1;
}

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static int fixture_remove(void **state) {
    fixture_t *fixture = *state;
    cmp_store_close(fixture->store);
    nftw(fixture->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

/* A latency sample with calls in several buckets and two slow ones. */
static cmp_sample_t latency_sample(uint32_t round) {
    cmp_sample_t sample = {.kind = CMP_SAMPLE_LATENCY,
                           .round = round,
                           .seed = 7,
                           .started = 1700000100,
                           .wall_seconds = 1,
                           .ops_per_second = NAN,
                           .window_seconds = 0.25,
                           .window_start_seconds = 0.125,
                           .timed_ops_per_second = 3e6 + round,
                           .steal_seconds = 0.25,
                           .binding = strdup("0")};
    cmp_uuid(sample.uuid);
    sample.latency = calloc(1, sizeof *sample.latency);
    sample.latency->source = WL_TIMER_TSC;
    sample.latency->step_ns = 0.5;
    sample.latency->overhead_ns = 12.25;
    sample.latency->overhead_least_ns = 11;
    for (uint64_t ns = 3; ns < 3000000; ns = ns * 5 / 4 + 1) {
        wl_histogram_add(&sample.latency->histograms[WL_MALLOC], ns);
        wl_histogram_add(&sample.latency->histograms[WL_FREE], 2 * ns);
    }
    sample.latency->slow[WL_MALLOC].count = 2;
    sample.latency->slow[WL_MALLOC].calls[0] = (wl_slow_call_t){9000, 5, 64, 1, 1, 0, 0, 2};
    sample.latency->slow[WL_MALLOC].calls[1] = (wl_slow_call_t){8000, 6, 640, 0, 0, 1, 3, 0};
    return sample;
}

/* The synthetic run with something of every kind in it. */
static cmp_run_t full_run(void) {
    cmp_run_t run = synthetic_run(8);
    cmp_allocator_t *first = &run.allocators[0];
    first->configuration = strdup("lanes=on");
    first->environment = cmp_words_split("'A=it'\\''s' B=2");
    run.allocators[SYNTHETIC_PEER].floor = true;
    run.counters_source = strdup("perf events");
    cmp_run_note(&run, "first note");
    cmp_run_note(&run, "second note");
    run.cells[0].simulated[0] = run.cells[0].simulated[1] = (cmp_count_t){1000, {1, 2, NAN, 4}};
    run.cells[0].simulated[1].ops = 5000;
    for (size_t i = 0; i < run.cell_count; i++) {
        cmp_cell_t *cell = &run.cells[i];
        for (uint32_t round = 0; round < 2 && cell->allocator < SYNTHETIC_FRAIL; round++) {
            cmp_sample_t sample = latency_sample(round);
            cmp_cell_add_sample(cell, &sample);
            cell->samples[round].memory[WL_MOMENT_IDLE] =
                (wl_memory_t){3 << 20, 2 << 20, 1 << 20, 40960, 33};
            cell->samples[round].node_bytes[1] = 4096 * (round + 1);
            cell->samples[round].counted = (cmp_count_t){1000, {10, 20, 30, 4, NAN}};
        }
    }
    return run;
}

static void record(fixture_t *fixture, cmp_run_t *run, bool ended) {
    cmp_store_t *store = fixture->store;
    bool good = cmp_store_begin_run(store, run, fixture->error, sizeof fixture->error);
    for (size_t i = 0; i < run->cell_count; i++) {
        cmp_cell_t *cell = &run->cells[i];
        for (size_t j = 0; good && j < cell->sample_count; j++)
            good = cmp_store_add_sample(store, run, cell, &cell->samples[j], fixture->error,
                                        sizeof fixture->error);
        for (size_t j = 0; good && j < cell->latency_count; j++)
            good = cmp_store_add_sample(store, run, cell, &cell->latency_samples[j], fixture->error,
                                        sizeof fixture->error);
        good = good && cmp_store_add_counters(store, cell, fixture->error, sizeof fixture->error);
    }
    if (good && ended)
        good = cmp_store_end_run(store, run, fixture->error, sizeof fixture->error);
    if (!good)
        fail_msg("%s", fixture->error);
}

static cmp_run_t loaded(fixture_t *fixture, const char *uuid) {
    cmp_run_t run;
    if (!cmp_store_load_run(fixture->store, uuid, synthetic_find, &run, fixture->error,
                            sizeof fixture->error))
        fail_msg("%s", fixture->error);
    return run;
}

typedef enum rendering { TABLE, JSON, CSV } rendering_t;

/* The run's report as text, malloc'ed. */
static char *rendered(const cmp_run_t *run, rendering_t rendering) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cmp_report_t report = cmp_report_make(run);
    if (rendering == TABLE)
        cmp_report_table(&report, out, false);
    else
        assert_true(rendering == JSON ? cmp_report_json(&report, out)
                                      : cmp_report_csv(&report, out));
    fclose(out);
    cmp_report_free(&report);
    return text;
}

static void reports_are_equal(const cmp_run_t *one, const cmp_run_t *other) {
    for (int rendering = TABLE; rendering <= CSV; rendering++) {
        char *expected = rendered(one, (rendering_t)rendering);
        char *text = rendered(other, (rendering_t)rendering);
        assert_true(strlen(expected) > 1000);
        assert_string_equal(text, expected);
        free(expected);
        free(text);
    }
}

static void a_run_read_back_gives_the_same_reports(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = full_run();
    record(fixture, &run, true);
    cmp_run_t read = loaded(fixture, run.uuid);
    reports_are_equal(&run, &read);
    assert_string_equal(read.allocators[0].environment[0], "A=it's");
    assert_true(read.allocators[SYNTHETIC_PEER].floor);
    assert_string_equal(read.counters_source, "perf events");
    assert_int_equal(read.cells[0].simulated[1].ops, 5000);
    assert_true(read.cells[0].simulated[1].events[1] == 2);
    assert_true(isnan(read.cells[0].simulated[1].events[2]));
    assert_int_equal(read.cells[0].samples[1].counted.ops, 1000);
    assert_true(isnan(read.cells[0].samples[1].counted.events[4]));
    assert_int_equal(read.cells[0].samples[1].timeline_count, 2);
    assert_int_equal(read.cells[0].samples[1].node_bytes[1], 8192);
    assert_int_equal(read.cells[0].samples[1].node_bytes[0], 0);
    assert_int_equal(read.cells[3].store_id, run.cells[3].store_id);
    cmp_run_free(&read);
    cmp_run_free(&run);
}

static void a_program_is_read_back(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1);
    run.program = calloc(1, sizeof *run.program);
    run.program->arguments = cmp_words_split("python3 -c 'print(1)'");
    run.program->file = strdup("python3");
    run.program->expected_status = 3;
    for (size_t i = 0; i < run.cell_count; i++) {
        run.cells[i].workload = &cmp_program_workload;
        run.cells[i].placement = TOPO_COMPACT;
    }
    record(fixture, &run, true);
    cmp_run_t read = loaded(fixture, run.uuid);
    assert_string_equal(read.program->arguments[2], "print(1)");
    assert_null(read.program->input);
    assert_int_equal(read.program->expected_status, 3);
    assert_true(cmp_cell_is_program(&read.cells[0]));
    cmp_run_free(&read);
    cmp_run_free(&run);
}

static void a_run_that_was_cut_short_counts_its_complete_rounds(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(4);
    cmp_cell_t *last = &run.cells[run.cell_count - 1];
    cmp_sample_clear(&last->samples[--last->sample_count]);
    cmp_run_note(&run, "noted at the beginning");
    record(fixture, &run, false);
    cmp_run_t read = loaded(fixture, run.uuid);
    assert_true(read.interrupted);
    assert_int_equal(read.rounds_done, 3);
    assert_int_equal(read.note_count, 1);
    read.resumed = 2;
    assert_true(cmp_store_resume_run(fixture->store, &read, fixture->error, 100));
    cmp_run_free(&read);
    read = loaded(fixture, run.uuid);
    assert_int_equal(read.resumed, 2);
    cmp_run_free(&read);
    cmp_run_free(&run);
}

static void what_cannot_be_read_is_named(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1), read;
    record(fixture, &run, true);
    assert_false(cmp_store_load_run(fixture->store, "none", synthetic_find, &read, fixture->error,
                                    sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "there is no run none"));
    assert_false(cmp_store_load_run(fixture->store, run.uuid, wl_find, &read, fixture->error,
                                    sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "does not know workload 'demo'"));
    cmp_run_free(&run);
}

static void runs_are_listed_newest_first_and_by_the_beginning_of_their_uuid(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t old = synthetic_run(1), new = synthetic_run(1);
    new.started += 10;
    new.interrupted = true;
    snprintf(old.uuid, sizeof old.uuid, "11111111-1111-4111-8111-111111111111");
    snprintf(new.uuid, sizeof new.uuid, "22221111-1111-4111-8111-111111111111");
    record(fixture, &new, true);
    record(fixture, &old, true);
    size_t count;
    cmp_stored_run_t *runs = cmp_store_runs(fixture->store, "", &count, fixture->error, 100);
    assert_int_equal(count, 2);
    assert_string_equal(runs[0].uuid, new.uuid);
    assert_true(!runs[0].complete && runs[1].complete);
    assert_string_equal(runs[0].command, "./compare demo -a 'hakmem,it'\\''s'");
    cmp_stored_runs_free(runs, count);
    runs = cmp_store_runs(fixture->store, "1111", &count, fixture->error, 100);
    assert_int_equal(count, 1);
    assert_string_equal(runs[0].uuid, old.uuid);
    cmp_stored_runs_free(runs, count);
    cmp_run_free(&old);
    cmp_run_free(&new);
}

static void a_run_is_locked_as_long_as_its_process_lives(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        cmp_store_t *store = cmp_store_open(fixture->path, fixture->error, sizeof fixture->error);
        bool begun =
            store && cmp_store_begin_run(store, &run, fixture->error, sizeof fixture->error);
        if (write(ends[1], begun ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    char answer = 'n';
    assert_int_equal(read(ends[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    assert_false(cmp_store_lock(fixture->store, run.uuid, fixture->error, sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "still being measured"));
    assert_true(cmp_store_lock(fixture->store, "another", fixture->error, 100));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(cmp_store_lock(fixture->store, run.uuid, fixture->error, 100));
    close(ends[0]);
    close(ends[1]);
    cmp_run_free(&run);
}

static void quoted_words_are_split_into_what_they_were(void **state) {
    (void)state;
    char *words[] = {"plain", "", "with blank", "it's", "a\\b", "'", NULL};
    char *text = cmp_words_quote(words);
    char **split = cmp_words_split(text);
    for (size_t i = 0; words[i]; i++)
        assert_string_equal(split[i], words[i]);
    assert_null(split[6]);
    cmp_words_free(split);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_read_back_gives_the_same_reports, fixture_make,
                                        fixture_remove),
        cmocka_unit_test_setup_teardown(a_program_is_read_back, fixture_make, fixture_remove),
        cmocka_unit_test_setup_teardown(a_run_that_was_cut_short_counts_its_complete_rounds,
                                        fixture_make, fixture_remove),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_named, fixture_make, fixture_remove),
        cmocka_unit_test_setup_teardown(
            runs_are_listed_newest_first_and_by_the_beginning_of_their_uuid, fixture_make,
            fixture_remove),
        cmocka_unit_test_setup_teardown(a_run_is_locked_as_long_as_its_process_lives, fixture_make,
                                        fixture_remove),
        cmocka_unit_test(quoted_words_are_split_into_what_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
