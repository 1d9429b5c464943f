/*
 * Speed-up, efficiency, knee and pictures of a sweep whose samples are made here: throughput
 * follows a law that is known, so that every figure can be worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../harness/scaling.h"
#include "../../harness/schedule.h"

enum { ROUNDS = 8 };

typedef struct fixture {
    topo_t *topo;
    cmp_run_t run;
    cmp_schedule_t schedule;
    cmp_allocator_t allocators[3];
} fixture_t;

static bool point_wanted(void *context, const cmp_cell_t *point) {
    (void)context;
    return !topo_policy_is_distance(point->placement) || point->threads == 2;
}

static void point_impossible(void *context, const cmp_cell_t *point, const char *reason) {
    (void)point;
    assert_non_null(strstr(reason, "L2 cache"));
    ++*(int *)context;
}

/* "linear" does 10 M ops/s per PU, "flat" stays at 20 M however many there are; both lose by the
 * partners' distance. Rounds differ by a factor that every point of a round has. */
static double law(const fixture_t *fixture, const cmp_cell_t *cell, uint32_t round) {
    double pus = fmin(cell->threads, topo_pu_count(fixture->topo));
    double speed = cell->allocator == 1 ? 20e6 : 10e6 * pus;
    if (topo_policy_is_distance(cell->placement))
        speed /= 1 + 0.3 * ((int)cell->placement - (int)TOPO_DISTANCE_CORE);
    return speed * (1 + 0.01 * round);
}

static void fixture_open(fixture_t *fixture, const topo_policy_t *places, size_t place_count,
                         int *impossible) {
    static const uint32_t threads[] = {1, 2, 4, 8, 16, 32, 64};
    static const char *const labels[] = {"linear", "flat", CMP_CONTROL_LABEL};
    const wl_workload_t *workload = wl_find("remote");
    wl_values_t values;
    char error[256];
    *fixture = (fixture_t){.topo = topo_load("pack:2 [numa] l3:2 core:4 pu:2", error, 256)};
    assert_non_null(fixture->topo);
    for (int i = 0; i < 3; i++)
        fixture->allocators[i] = (cmp_allocator_t){
            .label = (char *)labels[i], .name = (char *)labels[i], .control = i == 2};
    wl_defaults(workload, &values);
    fixture->run.allocators = fixture->allocators;
    fixture->run.allocator_count = 3;
    fixture->run.rounds = fixture->run.rounds_done = ROUNDS;
    const cmp_sweep_t sweep = {point_wanted, point_impossible, impossible};
    const cmp_subject_t subject = {.workloads = &workload,
                                   .values = &values,
                                   .workload_count = 1,
                                   .threads = threads,
                                   .thread_count = sizeof threads / sizeof threads[0],
                                   .places = places,
                                   .place_count = place_count,
                                   .sweep = &sweep};
    assert_true(cmp_schedule_make(&fixture->schedule, &fixture->run, fixture->topo, &subject, error,
                                  sizeof error));
    for (size_t i = 0; i < fixture->run.cell_count; i++) {
        cmp_cell_t *cell = &fixture->run.cells[i];
        for (uint32_t round = 0; round < ROUNDS; round++) {
            cmp_sample_t sample = {.round = round,
                                   .binding = strdup(fixture->schedule.groups[i / 3].bind),
                                   .ops_per_second = law(fixture, cell, round),
                                   .timed_ops_per_second = NAN,
                                   .window_start_seconds = NAN};
            cmp_cell_add_sample(cell, &sample);
        }
    }
}

static void fixture_close(fixture_t *fixture) {
    for (size_t i = 0; i < fixture->run.cell_count; i++)
        cmp_cell_clear(&fixture->run.cells[i]);
    free(fixture->run.cells);
    cmp_schedule_free(&fixture->schedule);
    topo_free(fixture->topo);
}

static void figures_follow_the_law(void **state) {
    (void)state;
    const topo_policy_t places[] = {TOPO_COMPACT, TOPO_SCATTER};
    fixture_t fixture;
    fixture_open(&fixture, places, 2, NULL);
    cmp_report_t report = cmp_report_make(&fixture.run);
    cmp_scaling_t scaling = cmp_scaling_make(&report);
    assert_int_equal(scaling.curve_count, 4); /* no control */
    for (size_t i = 0; i < 4; i++) {
        const cmp_scaling_curve_t *curve = &scaling.curves[i];
        assert_int_equal(curve->heading->placement, places[i / 2]);
        assert_int_equal(curve->allocator, i % 2);
        assert_int_equal(curve->point_count, 7);
        for (size_t j = 0; j < 7; j++) {
            const cmp_scaling_point_t *point = &curve->points[j];
            const cmp_cell_t *cell = &fixture.run.cells[point->cell];
            assert_int_equal(cell->threads, 1u << j);
            assert_int_equal(point->pus, j < 5 ? 1u << j : 32);
            double speed_up = i % 2 == 1 ? 1 : fmin(cell->threads, 32);
            /* paired by round: what all of a round have in common is gone */
            assert_true(fabs(point->speed_up.estimate - speed_up) < 1e-9);
            assert_true(fabs(point->speed_up.low - speed_up) < 1e-9 || j == 0);
            assert_true(fabs(point->efficiency.estimate - speed_up / point->pus) < 1e-9);
        }
        /* flat: 1, 1/2 (not below), 1/4 */
        assert_int_equal(curve->knee, i % 2 == 1 ? 2 : 7);
    }
    cmp_scaling_free(&scaling);
    cmp_report_free(&report);
    fixture_close(&fixture);
}

static void oversubscribed_points_are_no_knee(void **state) {
    (void)state;
    const topo_policy_t places[] = {TOPO_COMPACT};
    fixture_t fixture;
    fixture_open(&fixture, places, 1, NULL);
    for (size_t i = 0; i < fixture.run.cell_count; i++) { /* all of "linear" but what is shared */
        cmp_cell_t *cell = &fixture.run.cells[i];
        for (size_t j = 0; cell->oversubscribed && j < cell->sample_count; j++)
            cell->samples[j].ops_per_second /= 10;
    }
    cmp_report_t report = cmp_report_make(&fixture.run);
    cmp_scaling_t scaling = cmp_scaling_make(&report);
    assert_true(fabs(scaling.curves[0].points[6].efficiency.estimate - 0.1) < 1e-9);
    assert_int_equal(scaling.curves[0].knee, scaling.curves[0].point_count);
    cmp_scaling_free(&scaling);
    cmp_report_free(&report);
    fixture_close(&fixture);
}

static void rounds_without_a_partner_are_left_out(void **state) {
    (void)state;
    const topo_policy_t places[] = {TOPO_COMPACT};
    fixture_t fixture;
    fixture_open(&fixture, places, 1, NULL);
    cmp_cell_t *base = &fixture.run.cells[0];
    assert_int_equal(base->threads, 1);
    for (size_t i = 0; i < ROUNDS; i++)
        if (i != 3)
            base->samples[i].failure = CMP_FAIL_CRASH;
    base->samples[3].ops_per_second *= 2;
    cmp_report_t report = cmp_report_make(&fixture.run);
    cmp_scaling_t scaling = cmp_scaling_make(&report);
    assert_true(fabs(scaling.curves[0].points[2].speed_up.estimate - 2) < 1e-9);
    assert_false(scaling.curves[0].points[2].speed_up.valid); /* of one pair */
    for (size_t i = 0; i < ROUNDS; i++)
        base->samples[i].failure = CMP_FAIL_CRASH;
    cmp_scaling_free(&scaling);
    cmp_report_free(&report);
    report = cmp_report_make(&fixture.run);
    scaling = cmp_scaling_make(&report);
    assert_true(isnan(scaling.curves[0].points[2].efficiency.estimate));
    assert_int_equal(scaling.curves[0].knee, scaling.curves[0].point_count);
    cmp_scaling_free(&scaling);
    cmp_report_free(&report);
    fixture_close(&fixture);
}

static void table_names_knees_and_what_is_oversubscribed(void **state) {
    (void)state;
    const topo_policy_t places[] = {TOPO_COMPACT};
    fixture_t fixture;
    fixture_open(&fixture, places, 1, NULL);
    cmp_report_t report = cmp_report_make(&fixture.run);
    cmp_scaling_t scaling = cmp_scaling_make(&report);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    cmp_scaling_print(&scaling, out, false);
    fclose(out);
    static const char *const expected[] = {
        "compact; 8 rounds\n",
        "knee (efficiency below 1/2), threads: linear none up to 32; flat at 4 (0.25 [0.25, 0.25])",
        "  linear          32", "  linear     64 over", "32.00  [32.00, 32.00]"};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (strstr(text, expected[i]) == NULL)
            fail_msg("no '%s' in:\n%s", expected[i], text);
    free(text);
    cmp_scaling_free(&scaling);
    cmp_report_free(&report);
    fixture_close(&fixture);
}

static void assert_file(const char *folder, const char *name) {
    char path[256];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (stat(path, &status) != 0 || status.st_size < 100)
        fail_msg("%s was not written", path);
    if (getenv("KEEP_PICTURES") == NULL)
        unlink(path);
}

static void pictures_are_drawn_of_curves_and_distances(void **state) {
    (void)state;
    if (system("gnuplot --version >/dev/null 2>&1") != 0)
        skip();
    const topo_policy_t places[] = {TOPO_COMPACT,       TOPO_SCATTER,       TOPO_NUMA,
                                    TOPO_DISTANCE_CORE, TOPO_DISTANCE_L2,   TOPO_DISTANCE_L3,
                                    TOPO_DISTANCE_NODE, TOPO_DISTANCE_OTHER};
    int impossible = 0;
    fixture_t fixture;
    fixture_open(&fixture, places, 8, &impossible);
    assert_int_equal(impossible, 1); /* no L2 caches */
    cmp_report_t report = cmp_report_make(&fixture.run);
    cmp_scaling_t scaling = cmp_scaling_make(&report);
    char folder[] = "/tmp/test's_scaling_XXXXXX", error[512] = "";
    assert_non_null(mkdtemp(folder));
    FILE *quiet = fopen("/dev/null", "w");
    if (!cmp_scaling_pictures(&scaling, folder, quiet, error, sizeof error))
        fail_msg("%s", error);
    fclose(quiet);
    static const char *const files[] = {"scaling-remote.gp",   "scaling-remote.svg",
                                        "scaling-remote.png",  "distance-remote.gp",
                                        "distance-remote.svg", "distance-remote.png"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        assert_file(folder, files[i]);
    rmdir(folder);
    cmp_scaling_free(&scaling);
    cmp_report_free(&report);
    fixture_close(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_follow_the_law),
        cmocka_unit_test(oversubscribed_points_are_no_knee),
        cmocka_unit_test(rounds_without_a_partner_are_left_out),
        cmocka_unit_test(table_names_knees_and_what_is_oversubscribed),
        cmocka_unit_test(pictures_are_drawn_of_curves_and_distances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
