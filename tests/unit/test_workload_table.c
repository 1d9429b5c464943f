/* Tests of workloads/workload_table.c: the table's soundness, parsing and its messages, text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../workloads/workload.h"

static char error[400];

static const wl_workload_t *mixed(void) {
    return wl_find("mixed");
}

static uint64_t *value_of(const wl_workload_t *workload, wl_values_t *values, const char *name) {
    for (size_t i = 0; i < workload->parameter_count; i++)
        if (strcmp(workload->parameters[i].name, name) == 0)
            return &values->value[i];
    fail_msg("%s has no %s", workload->name, name);
    return NULL;
}

static bool has(const wl_workload_t *workload, const char *name) {
    for (size_t i = 0; i < workload->parameter_count; i++)
        if (strcmp(workload->parameters[i].name, name) == 0)
            return true;
    return false;
}

static void every_workload_is_found_by_its_name_and_documented(void **state) {
    (void)state;
    size_t count;
    const wl_workload_t *const *table = wl_table(&count);
    assert_true(count >= 14);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(wl_find(table[i]->name), table[i]);
        assert_true(strlen(table[i]->summary) > 0 && strlen(table[i]->stresses) > 0);
        assert_true(table[i]->parameter_count <= WL_MAX_PARAMETERS);
        for (size_t j = 0; j < table[i]->parameter_count; j++)
            assert_true(strlen(table[i]->parameters[j].help) > 0);
    }
    assert_null(wl_find("mixe"));
}

static void defaults_survive_a_round_trip_through_text(void **state) {
    (void)state;
    size_t count;
    const wl_workload_t *const *table = wl_table(&count);
    for (size_t i = 0; i < count; i++) {
        wl_values_t values, parsed;
        wl_defaults(table[i], &values);
        memset(&parsed, 0, sizeof parsed);
        for (size_t j = 0; j < table[i]->parameter_count; j++) {
            char text[64], assignment[128];
            wl_format(table[i], &values, j, text, sizeof text);
            snprintf(assignment, sizeof assignment, "%s=%s", table[i]->parameters[j].name, text);
            assert_true(wl_set(table[i], &parsed, assignment, error, sizeof error));
        }
        assert_memory_equal(&values, &parsed, sizeof values);
        assert_true(table[i]->validate == NULL || table[i]->validate(&values, error, sizeof error));
    }
}

/* Of runs that were recorded before there was a parameter: they did not do what is now its default.
 */
static void what_held_before_a_parameter_is_taken_and_not_its_default(void **state) {
    (void)state;
    size_t count, assignments = 0;
    const wl_workload_t *const *table = wl_table(&count);
    for (size_t i = 0; i < count; i++) {
        for (const char *const *before = table[i]->before; before && *before; before++) {
            wl_values_t defaults = {0}, values = {0};
            wl_defaults(table[i], &defaults);
            wl_defaults(table[i], &values);
            assert_true(wl_set(table[i], &values, *before, error, sizeof error));
            assert_memory_not_equal(&values, &defaults, sizeof values);
            assignments++;
        }
    }
    assert_true(assignments > 0);
}

static void sizes_take_suffixes_of_1024(void **state) {
    (void)state;
    wl_values_t values;
    wl_defaults(mixed(), &values);
    assert_true(wl_set(mixed(), &values, "slots=4k", error, sizeof error));
    assert_int_equal(*value_of(mixed(), &values, "slots"), 4096);
    assert_true(wl_set(mixed(), &values, "max=2M", error, sizeof error));
    assert_int_equal(*value_of(mixed(), &values, "max"), 2 << 20);
    assert_true(wl_set(mixed(), &values, "max=1G", error, sizeof error));
    assert_int_equal(*value_of(mixed(), &values, "max"), 1 << 30);
}

/* Refused with exactly this text, and nothing changed. */
static void refused(const char *assignment, const char *text) {
    wl_values_t values, before;
    wl_defaults(mixed(), &values);
    before = values;
    assert_false(wl_set(mixed(), &values, assignment, error, sizeof error));
    assert_string_equal(error, text);
    assert_memory_equal(&values, &before, sizeof values);
}

static void refusals_say_what_is_allowed(void **state) {
    (void)state;
    refused("slots=0", "slots=0 is out of range; allowed is 1 to 16777216 blocks");
    refused("slots=17M", "slots=17M is out of range; allowed is 1 to 16777216 blocks");
    refused("slots=many", "slots=many is no number; allowed is 1 to 16777216 blocks, with k, M or "
                          "G for powers of 1024");
    refused("touch=frst", "touch=frst is not allowed; did you mean 'first'? it is one of none, "
                          "first, lines, consumer");
    refused("slot=1", "mixed has no parameter 'slot'; did you mean 'slots'? it has slots, min, "
                      "max, touch");
    refused("zzz=1", "mixed has no parameter 'zzz'; it has slots, min, max, touch");
    refused("slots", "'slots' has no value; write slots=VALUE");
}

static void odd_numbers_are_no_numbers(void **state) {
    (void)state;
    static const char *const texts[] = {"min=",    "min=-1",  "min= 7",  "min=0x10",
                                        "min=1.5", "min=1kk", "min=1T",  "min=99999999999999999999",
                                        "min=k",   "min=+1",  "min=7 b", "min=99999999999999999G"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wl_values_t values;
        wl_defaults(mixed(), &values);
        assert_false(wl_set(mixed(), &values, texts[i], error, sizeof error));
    }
}

static void long_input_is_cut_not_overrun(void **state) {
    (void)state;
    char assignment[2048], small[16];
    memset(assignment, 'x', sizeof assignment - 1);
    assignment[sizeof assignment - 1] = 0;
    wl_values_t values;
    wl_defaults(mixed(), &values);
    assert_false(wl_set(mixed(), &values, assignment, small, sizeof small));
    assert_true(strlen(small) < sizeof small);
    memcpy(assignment, "touch=", 6);
    assert_false(wl_set(mixed(), &values, assignment, small, sizeof small));
    assert_true(strlen(small) < sizeof small);
}

static void a_smallest_size_above_the_largest_is_refused(void **state) {
    (void)state;
    size_t count, with_both = 0;
    const wl_workload_t *const *table = wl_table(&count);
    for (size_t i = 0; i < count; i++) {
        wl_values_t values;
        wl_defaults(table[i], &values);
        if (!has(table[i], "min") || !has(table[i], "max"))
            continue;
        with_both++;
        *value_of(table[i], &values, "min") = 3000;
        *value_of(table[i], &values, "max") = 2000;
        assert_false(table[i]->validate(&values, error, sizeof error));
        assert_string_equal(error, "min=3000 is above max=2000");
    }
    assert_true(with_both >= 9);
}

/* Assigns both, which must be in range, and expects the validation to refuse them together. */
static void refused_together(const char *name, const char *first, const char *second,
                             const char *text) {
    const wl_workload_t *workload = wl_find(name);
    wl_values_t values;
    wl_defaults(workload, &values);
    assert_true(wl_set(workload, &values, first, error, sizeof error));
    assert_true(wl_set(workload, &values, second, error, sizeof error));
    assert_false(workload->validate(&values, error, sizeof error));
    assert_string_equal(error, text);
}

static void values_that_contradict_each_other_are_refused(void **state) {
    (void)state;
    refused_together("grow", "start=2k", "end=1k", "start=2048 is above end=1024");
    refused_together("aligned", "min_align=64", "max_align=32",
                     "min_align=64 is above max_align=32");
    refused_together("aligned", "min_align=48", "max_align=64", "min_align=48 is no power of two");
    refused_together("aligned", "min_align=32", "max_align=100",
                     "max_align=100 is no power of two");
}

static void every_workload_has_touch_and_says_how_long_it_is_warm(void **state) {
    (void)state;
    size_t count;
    const wl_workload_t *const *table = wl_table(&count);
    for (size_t i = 0; i < count; i++) {
        bool blocks = false;
        assert_true(has(table[i], "touch"));
        for (size_t j = 0; j < table[i]->parameter_count; j++)
            blocks |= strcmp(table[i]->parameters[j].unit, "blocks") == 0;
        assert_true(blocks); /* from which the harness derives the warm-up */
    }
}

static void first_looks_are_shorter_where_operations_are_slow(void **state) {
    (void)state;
    assert_int_equal(wl_first_ops(wl_find("mixed"), 100000), 100000);
    assert_int_equal(wl_first_ops(wl_find("large"), 100000), 100);
    assert_int_equal(wl_first_ops(wl_find("large"), 1), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_workload_is_found_by_its_name_and_documented),
        cmocka_unit_test(defaults_survive_a_round_trip_through_text),
        cmocka_unit_test(what_held_before_a_parameter_is_taken_and_not_its_default),
        cmocka_unit_test(sizes_take_suffixes_of_1024),
        cmocka_unit_test(refusals_say_what_is_allowed),
        cmocka_unit_test(odd_numbers_are_no_numbers),
        cmocka_unit_test(long_input_is_cut_not_overrun),
        cmocka_unit_test(a_smallest_size_above_the_largest_is_refused),
        cmocka_unit_test(values_that_contradict_each_other_are_refused),
        cmocka_unit_test(every_workload_has_touch_and_says_how_long_it_is_warm),
        cmocka_unit_test(first_looks_are_shorter_where_operations_are_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
