/*
 * Resuming a run: which words of a command tell runs apart, what may not differ, and that recorded
 * samples are taken once each and none is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/command.h"
#include "../../harness/replay.h"
#include "../../harness/resume.h"
#include "../../harness/running_estimate.h"
#include "synthetic_run.h"

/* main.c has these in the program. */
void cmp_error(const char *format, ...) {
    fail_msg("%s", format);
}

_Noreturn void cmp_usage_error(const char *format, ...) {
    fail_msg("%s", format);
    abort();
}

const char *cmp_program(void) {
    return "./compare";
}

const cmp_command_t *const *cmp_commands(void) {
    static const cmp_command_t *const none[] = {NULL};
    return none;
}

static void key_is(const char *command, const char *expected) {
    char **words = cmp_words_split(command);
    char *key = cmp_resume_key(words);
    assert_string_equal(key, expected);
    free(key);
    cmp_words_free(words);
}

static void the_key_leaves_out_what_changes_nothing(void **state) {
    (void)state;
    key_is("./compare mixed -t 2", "mixed -t 2");
    key_is("/bin/other mixed --resume -t 2 --dry-run", "mixed -t 2");
    key_is("./compare mixed --resume=12ab --json x.json --csv=- -o out -oout --output=x -t 2",
           "mixed -t 2");
    key_is("./compare mixed --rounds 3 --res", "mixed --rounds 3");
    key_is("./compare run -o x -- tool -o x --resume", "run -- tool -o x --resume");
}

static void only_the_same_measurement_goes_on(void **state) {
    (void)state;
    char error[1024] = "";
    cmp_run_t stored = synthetic_run(2), now = synthetic_run(2);
    assert_true(cmp_resume_allowed(&stored, &now, error, sizeof error));
    now.allocators[1].sha256[3] = 'z';
    assert_false(cmp_resume_allowed(&stored, &now, error, sizeof error));
    assert_non_null(strstr(error, "the library of peer is another"));
    assert_non_null(strstr(error, "without --resume"));
    now.allocators[1].sha256[3] = stored.allocators[1].sha256[3];

    now.cells[4].values.value[0]++;
    assert_false(cmp_resume_allowed(&stored, &now, error, sizeof error));
    assert_non_null(strstr(error, "other workloads, parameters"));
    now.cells[4].values.value[0]--;

    cmp_run_note(&now, CMP_NOTE_ENVIRONMENT "HAKMEM_X=1");
    assert_false(cmp_resume_allowed(&stored, &now, error, sizeof error));
    assert_non_null(strstr(error, "HAKMEM_X=1 was set only now"));
    cmp_run_note(&stored, CMP_NOTE_ENVIRONMENT "HAKMEM_X=1");
    assert_true(cmp_resume_allowed(&stored, &now, error, sizeof error));

    now.machine.id[0] = 'f';
    assert_false(cmp_resume_allowed(&stored, &now, error, sizeof error));
    assert_non_null(strstr(error, "another machine"));
    now.allocator_count--;
    now.machine.id[0] = stored.machine.id[0];
    assert_false(cmp_resume_allowed(&stored, &now, error, sizeof error));
    assert_non_null(strstr(error, "5 rows then, 4 now"));
    now.allocator_count++;
    cmp_run_free(&stored);
    cmp_run_free(&now);
}

static void recorded_samples_are_taken_once_and_none_is_lost(void **state) {
    (void)state;
    cmp_run_t run = synthetic_run(0), old = synthetic_run(3);
    cmp_measure_t measure = {.run = &run, .recorded = old.cells};
    cmp_sample_t sample;
    assert_true(cmp_replay_take(&measure, 1, CMP_SAMPLE_THROUGHPUT, 1, &sample));
    assert_int_equal(sample.round, 1);
    assert_true(measure.recorded_seconds == sample.wall_seconds);
    cmp_cell_add_sample(&run.cells[1], &sample);
    assert_false(cmp_replay_take(&measure, 1, CMP_SAMPLE_THROUGHPUT, 1, &sample));
    assert_false(cmp_replay_take(&measure, 1, CMP_SAMPLE_LATENCY, 0, &sample));
    assert_false(cmp_replay_take(&measure, 1, CMP_SAMPLE_THROUGHPUT, 3, &sample));
    cmp_replay_rest(&measure);
    for (size_t i = 0; i < run.cell_count; i++)
        assert_int_equal(run.cells[i].sample_count, 3);
    assert_int_equal(run.cells[1].samples[0].round, 1);
    cmp_run_free(&run);
    cmp_run_free(&old);
}

static void the_running_estimate_is_the_ratio_so_far(void **state) {
    (void)state;
    cmp_run_t few = synthetic_run(2), many = synthetic_run(120);
    char text[64];
    cmp_running_estimate(&many.cells[0], &many.cells[0], text, sizeof text);
    assert_string_equal(text, "");
    cmp_running_estimate(&few.cells[SYNTHETIC_PEER], &few.cells[0], text, sizeof text);
    assert_int_equal(strncmp(text, " 0.80", 5), 0);
    assert_null(strchr(text, '['));
    cmp_running_estimate(&many.cells[SYNTHETIC_PEER], &many.cells[0], text, sizeof text);
    assert_int_equal(strncmp(text, " 0.80", 5), 0);
    assert_non_null(strchr(text, '['));
    cmp_running_estimate(&many.cells[SYNTHETIC_BROKEN], &many.cells[0], text, sizeof text);
    assert_string_equal(text, "");
    cmp_run_free(&few);
    cmp_run_free(&many);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_leaves_out_what_changes_nothing),
        cmocka_unit_test(only_the_same_measurement_goes_on),
        cmocka_unit_test(recorded_samples_are_taken_once_and_none_is_lost),
        cmocka_unit_test(the_running_estimate_is_the_ratio_so_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
