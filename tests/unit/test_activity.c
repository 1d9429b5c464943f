/* Proofs of activity: the reports of telemetry that they are made of, and their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/activity_counters.h"

static void a_report_of_counters_is_read_by_box(void **state) {
    (void)state;
    char text[] = "hakmem: learner acted: nothing\n"
                  "hakmem telemetry of process 7; * marks what is not 0\n"
                  "LANE: lanes: refill and flush\n"
                  "  * refills                 356  empty lanes that were filled\n"
                  "    flushes                   0  flushes of lanes\n"
                  "CLASS: blocks by size class\n"
                  "  * mallocs               22018  blocks handed out\n"
                  "  * [C17] mallocs          1415  stride 288, mid_v3\n"
                  "  * frees                 22017  blocks freed\n"
                  "not compiled in: TINY, HEAP; HAKMEM_<BOX>_STATS_COMPILED=1 builds with one\n"
                  "    stray                     1  below no box\n";
    static const struct {
        const char *box, *counter, *row;
        uint64_t value;
    } wanted[] = {{"LANE", "refills", NULL, 356},
                  {"LANE", "flushes", NULL, 0},
                  {"CLASS", "mallocs", NULL, 22018},
                  {"CLASS", "mallocs", "C17", 1415},
                  {"CLASS", "frees", NULL, 22017}};
    cmp_count_report_t report = cmp_count_report_read(text);
    assert_int_equal(report.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(report.lines[i].box, wanted[i].box);
        assert_string_equal(report.lines[i].counter, wanted[i].counter);
        if (wanted[i].row != NULL)
            assert_string_equal(report.lines[i].row, wanted[i].row);
        else
            assert_null(report.lines[i].row);
        assert_int_equal(report.lines[i].value, wanted[i].value);
    }
    assert_int_equal(cmp_count_value(&report, "CLASS", NULL, "mallocs"), 22018);
    assert_int_equal(cmp_count_value(&report, "CLASS", "C17", "mallocs"), 1415);
    assert_int_equal(cmp_count_value(&report, "CLASS", "C17", "frees"), 0);
    assert_true(cmp_count_has_box(&report, "CLASS"));
    assert_false(cmp_count_has_box(&report, "TINY"));
    cmp_count_report_free(&report);
}

static void activity_that_is_too_long_is_cut(void **state) {
    (void)state;
    cmp_activity_t activity = {.method = CMP_ACTIVITY_COUNTERS};
    cmp_activity_say(&activity, "%s", "first");
    cmp_activity_say(&activity, "%s", "second");
    assert_string_equal(activity.text, "first; second");
    for (int i = 0; i < 20; i++)
        cmp_activity_say(&activity, "%0100d", i);
    assert_int_equal(strlen(activity.text), sizeof activity.text - 1);
    assert_string_equal(activity.text + sizeof activity.text - 4, "...");
    assert_string_equal(cmp_activity_method(&activity), "counters");
    activity.method |= CMP_ACTIVITY_FUNCTIONS;
    assert_string_equal(cmp_activity_method(&activity), "both");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_of_counters_is_read_by_box),
        cmocka_unit_test(activity_that_is_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
