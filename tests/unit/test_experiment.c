/*
 * Experiment files, their records and the ledger: what is read, what is refused with which line,
 * what a second verdict does to a record, and how the ledger shows it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../harness/experiment.h"
#include "../../harness/experiment_outcome.h"
#include "../../harness/experiment_record.h"
#include "../../harness/experiment_run.h"
#include "../../harness/ledger.h"
#include "../../harness/model.h"

static char folder[64], error[1024];

static int folder_make(void **state) {
    (void)state;
    strcpy(folder, "/tmp/hakmem-experiment-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int folder_remove(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static char *file_write(const char *name, const char *text) {
    char *path = cmp_text("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static char *file_read(const char *path) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static cmp_experiment_t experiment_of(const char *text) {
    cmp_experiment_t experiment;
    char *path = file_write("some.ini", text);
    if (!cmp_experiment_read(path, &experiment, error, sizeof error))
        fail_msg("%s", error);
    unlink(path);
    free(path);
    return experiment;
}

/* The file is refused, and the message ends like this behind the name of the file. */
static void refused_with(const char *text, const char *message) {
    cmp_experiment_t experiment;
    char *path = file_write("some.ini", text);
    assert_false(cmp_experiment_read(path, &experiment, error, sizeof error));
    const char *behind = strstr(error, "/some.ini");
    assert_non_null(behind);
    assert_string_equal(behind + strlen("/some.ini"), message);
    unlink(path);
    free(path);
}

#define SHARED "question = q\nbase = hakmem\ntreatment = hakmem:lto\n"

/* ------------------------------------------------------------------ files */

static void a_file_without_sections_is_one_case(void **state) {
    (void)state;
    cmp_experiment_t experiment = experiment_of(SHARED "workload = mixed, remote\n");
    assert_string_equal(experiment.name, "some");
    assert_int_equal(experiment.case_count, 1);
    assert_string_equal(experiment.cases[0].name, "");
    assert_string_equal(experiment.cases[0].value[CMP_KEY_WORKLOAD], "mixed,remote");
    assert_null(experiment.cases[0].value[CMP_KEY_GO]);
    cmp_experiment_free(&experiment);
}

static void cases_have_the_shared_keys_and_their_own(void **state) {
    (void)state;
    cmp_experiment_t experiment =
        experiment_of(SHARED "workload = mixed\ngo = 2\n\n[first] ; a comment\n# another\n"
                             "go = 3\n[empty]\n");
    assert_int_equal(experiment.case_count, 2);
    assert_string_equal(experiment.cases[0].name, "first");
    assert_string_equal(experiment.cases[0].value[CMP_KEY_GO], "3");
    assert_string_equal(experiment.cases[1].name, "empty");
    assert_string_equal(experiment.cases[1].value[CMP_KEY_GO], "2");
    assert_ptr_equal(cmp_case_find(&experiment, "empty"), &experiment.cases[1]);
    assert_null(cmp_case_find(&experiment, "none"));
    cmp_experiment_free(&experiment);
}

static void a_value_goes_on_in_a_line_that_begins_with_a_blank(void **state) {
    (void)state;
    cmp_experiment_t experiment =
        experiment_of("question = a\n  b\nbase = hakmem{A=1;B=2}\ntreatment = hakmem\n"
                      "workload = mixed,\n  remote\nexpected = NO-GO since\n  c\n");
    const cmp_case_t *item = &experiment.cases[0];
    assert_string_equal(item->value[CMP_KEY_QUESTION], "a b");
    assert_string_equal(item->value[CMP_KEY_BASE], "hakmem{A=1;B=2}");
    assert_string_equal(item->value[CMP_KEY_WORKLOAD], "mixed,remote");
    char *expected = cmp_case_expected(item);
    assert_string_equal(expected, "NO-GO");
    free(expected);
    cmp_experiment_free(&experiment);
}

static void mistakes_are_named_with_their_line(void **state) {
    (void)state;
    refused_with(SHARED "workload = mixd\n",
                 ":4: unknown workload 'mixd'; did you mean 'mixed'?; see 'list workloads'");
    refused_with(SHARED "worklod = mixed\n", ":4: unknown key 'worklod'; did you mean 'workload'?; "
                                             "see docs/add-an-experiment.md");
    refused_with("base = hakmem\ntreatment = hakmem\nworkload = mixed\n",
                 ":3: the key 'question' is missing");
    refused_with(SHARED "[a]\nworkload = mixed\n[b]\ngo = 1\n",
                 ":7: the key 'workload' is missing in the case b");
    refused_with(SHARED "workload = mixed\n[a]\n[b]\n[a]\n",
                 ":7: there are two cases 'a'; give one another name");
    refused_with(SHARED "base = hakmem\n", ":4: 'base' is given a second time");
    refused_with(SHARED "workload = mixed\nwhatever\n", ":5: neither KEY = VALUE nor [CASE]");
    refused_with(SHARED "workload = mixed\nexpected = NOGO\n",
                 ":5: no verdict 'NOGO'; did you mean 'NO-GO'?; write the verdict, a blank and the "
                 "reason, and of verdicts GO, NO-GO, NEUTRAL, UNDECIDED or INACTIVE");
    refused_with(SHARED "workload = mixed\nlayouts = 1\n",
                 ":5: cannot use '1' for layouts: allowed are numbers from 6 to 64, and none");
    refused_with(SHARED "workload = mixed\n[a b]\n",
                 ":5: cannot use 'a b' as a case: a name is 1 to 40 letters, digits and ._-, in "
                 "brackets");
}

static void a_line_that_is_too_long_is_not_cut(void **state) {
    (void)state;
    char *text = cmp_text("question = %0300d\nbase = hakmem\n", 1);
    refused_with(text, ":1: the line is longer than 198 characters; go on in the next one, which "
                       "begins with a blank");
    free(text);
}

static void an_audit_compares_nothing(void **state) {
    (void)state;
    cmp_experiment_t experiment =
        experiment_of("question = q\natomics = a.c, b.c\nexpected = CORRECTNESS\n");
    const cmp_experiment_options_t options = {.layouts = "4"};
    char *line = cmp_case_command_line(&experiment.cases[0], &options, NULL);
    assert_true(cmp_case_is_audit(&experiment.cases[0]));
    assert_string_equal(line, "./compare audit atomics -a hakmem --file a.c,b.c");
    free(line);
    cmp_experiment_free(&experiment);
    refused_with("question = q\natomics = a.c\nbase = hakmem\n",
                 ":3: 'base' and 'atomics' exclude each other: a case either compares two sides or "
                 "audits source files");
    refused_with("question = q\natomics = a.c\nexpected = GO\n",
                 ":3: no verdict 'GO'; write the verdict, a blank and the reason, and of verdicts "
                 "CORRECTNESS or PRUNABLE");
}

static void line_is(const char *text, const cmp_experiment_options_t *options, const char *seed,
                    const char *wanted) {
    cmp_experiment_t experiment = experiment_of(text);
    char *line = cmp_case_command_line(&experiment.cases[0], options, seed);
    assert_string_equal(line, wanted);
    free(line);
    cmp_experiment_free(&experiment);
}

static void the_command_is_what_a_user_would_type(void **state) {
    (void)state;
    const cmp_experiment_options_t none = {0},
                                   all = {.layouts = "8", .budget = "5s", .output = "x"};
    line_is(SHARED "workload = mixed\n", &none, "7",
            "./compare ab hakmem hakmem:lto -w mixed --budget 60s --seed 7");
    const char *full =
        "question = q\nbase = hakmem{A=1;B=2}\ntreatment = hakmem\n"
        "workload = mixed, remote\nthreads = 1, 2\nplace = scatter\n"
        "set = min=1   max=2\nduration = 3\ngo = 2\ntolerate = 1\nhit = f, g\ncount = A.b, C\n"
        "layouts = 16\n";
    line_is(
        full, &none, NULL,
        "./compare ab 'hakmem{A=1;B=2}' hakmem -w mixed,remote -t 1,2 -p scatter -s min=1 -s "
        "max=2 --duration 3 --go 2 --tolerate 1 --hit f,g --count A.b,C --layouts 16 --budget 90s");
    line_is(
        full, &all, NULL,
        "./compare ab 'hakmem{A=1;B=2}' hakmem -w mixed,remote -t 1,2 -p scatter -s min=1 -s "
        "max=2 --duration 3 --go 2 --tolerate 1 --hit f,g --count A.b,C --layouts 8 --budget 5s");
    line_is(SHARED "workload = mixed\nlayouts = none\nbudget = 2m\n",
            &(cmp_experiment_options_t){.layouts = "8"}, NULL,
            "./compare ab hakmem hakmem:lto -w mixed --budget 2m");
}

/* ------------------------------------------------------------------ records */

static json_t *outcome_make(const char *verdict, const char *machine, double effect) {
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:{s:s, s:s, s:i}, s:{s:f, s:f, s:f, s:f}, "
                     "s:f, s:f, s:i, s:s, s:s, s:s}",
                     "date", "2026-01-31T12:00:00Z", "verdict", verdict, "base", "hakmem",
                     "workload", "mixed", "threads", 2, "placement", "compact", "machine", "id",
                     machine, "cpu", "A | B", "pus", 2, "effect_pct", "estimate", effect, "low",
                     effect - 1, "high", effect + 1, "coverage", 0.96, "gain_pct", 0.5, "loss_pct",
                     0.5, "rounds", 10, "treatment", "hakmem:lto", "commit", "abc", "command",
                     "./compare ab hakmem hakmem:lto -w mixed");
}

/* Adds an outcome to the record of "some"; returns the verdict before, malloc'ed; "" for none. */
static char *outcome_add(const char *case_name, json_t *outcome) {
    json_t *record = cmp_record_load(folder, "some", error, sizeof error);
    assert_non_null(record);
    const char *before = cmp_record_add(record, "q", case_name, outcome);
    char *copy = cmp_text("%s", before != NULL ? before : "");
    assert_true(cmp_record_save(folder, "some", record, error, sizeof error));
    json_decref(record);
    json_decref(outcome);
    return copy;
}

static void added(const char *case_name, json_t *outcome, const char *wanted) {
    char *before = outcome_add(case_name, outcome);
    assert_string_equal(before, wanted);
    free(before);
}

static void a_second_verdict_keeps_the_first_as_history(void **state) {
    (void)state;
    added("", outcome_make("GO", "m1", 2), "");
    added("", outcome_make("NEUTRAL", "m1", 0.1), "GO");
    added("", outcome_make("NO-GO", "m1", -3), "NEUTRAL");
    json_t *record = cmp_record_load(folder, "some", error, sizeof error);
    json_t *results = json_object_get(record, "results"), *result = json_array_get(results, 0);
    json_t *history = json_object_get(result, "history");
    assert_int_equal(json_array_size(results), 1);
    assert_string_equal(cmp_record_text(json_object_get(result, "latest"), "verdict"), "NO-GO");
    assert_int_equal(json_array_size(history), 2);
    assert_string_equal(cmp_record_text(json_array_get(history, 0), "verdict"), "NEUTRAL");
    assert_string_equal(cmp_record_text(json_array_get(history, 1), "verdict"), "GO");
    json_decref(record);
}

static void machines_and_cases_are_apart(void **state) {
    (void)state;
    added("", outcome_make("GO", "m1", 2), "");
    added("", outcome_make("GO", "m2", 2), "");
    added("other", outcome_make("GO", "m1", 2), "");
    added("", outcome_make("NO-GO", "m2", -2), "GO");
    json_t *record = cmp_record_load(folder, "some", error, sizeof error);
    assert_int_equal(json_array_size(json_object_get(record, "results")), 3);
    json_decref(record);
}

static void a_damaged_record_is_refused(void **state) {
    (void)state;
    char *path = file_write("some.json", "{\"schema\": 1, \"results\": [}");
    assert_null(cmp_record_load(folder, "some", error, sizeof error));
    assert_non_null(strstr(error, "line 1"));
    free(path);
    path = file_write("some.json", "{\"schema\": 2, \"results\": []}");
    assert_null(cmp_record_load(folder, "some", error, sizeof error));
    assert_non_null(strstr(error, "not of schema 1"));
    free(path);
}

static void a_record_that_cannot_be_written_leaves_the_old_one(void **state) {
    (void)state;
    added("", outcome_make("GO", "m1", 2), "");
    char *path = cmp_text("%s/some.json", folder), *old = file_read(path);
    json_t *record = cmp_record_load(folder, "some", error, sizeof error);
    json_object_set_new(record, "question", json_string("another"));
    char *other = cmp_text("%s/some.json/records", folder); /* below a file: no folder */
    assert_false(cmp_record_save(other, "some", record, error, sizeof error));
    assert_non_null(strstr(error, "cannot write"));
    char *now = file_read(path);
    assert_string_equal(now, old);
    json_decref(record);
    free(other);
    free(now);
    free(old);
    free(path);
}

/* ------------------------------------------------------------------ outcomes */

static json_t *verdict_make(const char *layouts) {
    char *text = cmp_text(
        "{\"started\": \"2026-01-31T12:00:00Z\", \"seed\": \"7\", \"machine\": {\"id\": \"m\", "
        "\"hostname\": \"secret\"}, \"notes\": [\"doctor: load\", \"verdict for mixed\"], "
        "\"allocators\": [{\"allocator\": \"a\", \"control\": false}, {\"allocator\": \"b\"}, "
        "{\"allocator\": \"c\", "
        "\"control\": true}], \"verdicts\": [{\"verdict\": \"GO\", \"workload\": \"mixed\", "
        "\"threads\": 2, \"placement\": \"compact\", \"confidence\": 0.97, \"ratio\": "
        "{\"estimate\": 1.02, \"low\": 1.01, \"high\": 1.03, \"confidence\": 0.96}, \"memory\": "
        "{\"peak_rss_bytes\": {\"base\": 1}}, \"layouts\": %s}]}",
        layouts);
    json_t *run = json_loads(text, 0, NULL);
    free(text);
    assert_non_null(run);
    return run;
}

static void effect_is(const char *layouts) {
    json_t *run = verdict_make(layouts), *outcomes = cmp_outcomes_of_ab(run, "./compare ab");
    assert_int_equal(json_array_size(outcomes), 1);
    const json_t *outcome = json_array_get(outcomes, 0);
    const json_t *effect = json_object_get(outcome, "effect_pct");
    assert_true(fabs(cmp_record_number(effect, "estimate") - 2) < 1e-9);
    assert_true(cmp_record_number(effect, "coverage") == 0.96);
    assert_null(json_object_get(json_object_get(outcome, "machine"), "hostname"));
    assert_int_equal(json_array_size(json_object_get(outcome, "conditions")), 1);
    assert_int_equal(json_array_size(json_object_get(outcome, "allocators")), 2);
    json_decref(outcomes);
    json_decref(run);
}

static void an_outcome_has_the_interval_that_decided(void **state) {
    (void)state;
    effect_is("null");
    effect_is("{\"count\": 16, \"single_ratio\": {\"estimate\": 0.9}}");
}

static json_t *audit_outcome(const char *boxes, const char *kind, const char *findings) {
    char *text = cmp_text(
        "{\"accesses\": [{\"file\": \"a.c\", \"line\": 3, \"object\": \"x\", \"kind\": "
        "\"correctness\"}, {\"file\": \"a.c\", \"line\": 4, \"object\": \"y\", \"kind\": \"%s\", "
        "\"box\": \"LANE\"}, {\"file\": \"b.c\", \"line\": 5, \"object\": \"z\", \"kind\": "
        "\"unclassified\"}], \"variants\": [{\"name\": \"default\", \"boxes\": %s}], \"findings\": "
        "%s}",
        kind, boxes, findings);
    json_t *audit = json_loads(text, 0, NULL), *about = json_pack("{s:s}", "date", "d");
    assert_non_null(audit);
    *error = '\0';
    json_t *outcome =
        cmp_outcome_of_audit(audit, "a.c", "./compare audit", about, error, sizeof error);
    json_decref(audit);
    json_decref(about);
    free(text);
    return outcome;
}

static void audit_verdict_is(json_t *outcome, const char *wanted, const char *part) {
    assert_non_null(outcome);
    assert_string_equal(cmp_record_text(outcome, "verdict"), wanted);
    assert_non_null(strstr(cmp_record_text(outcome, "finding"), part));
    json_decref(outcome);
}

static void telemetry_of_the_default_build_is_prunable(void **state) {
    (void)state;
    audit_verdict_is(audit_outcome("[]", "telemetry", "[]"), "CORRECTNESS", "1 count only");
    audit_verdict_is(audit_outcome("[\"LANE\"]", "telemetry", "[]"), "PRUNABLE",
                     "1 are in it: a.c:4 y");
    assert_null(audit_outcome("[]", "unclassified", "[]"));
    assert_non_null(strstr(error, "cannot classify 1"));
    assert_null(audit_outcome("[]", "telemetry", "[{}]"));
    assert_non_null(strstr(error, "1 finding of its own"));
}

/* ------------------------------------------------------------------ ledger */

static char *ledger_of(const cmp_experiment_t *experiment, size_t count) {
    char *path = cmp_text("%s/ledger.md", folder);
    if (!cmp_ledger_write(path, folder, experiment, count, error, sizeof error))
        fail_msg("%s", error);
    char *text = file_read(path);
    free(path);
    return text;
}

static void ledger_has(const char *text, const char *part) {
    if (strstr(text, part) == NULL)
        fail_msg("no '%s' in:\n%s", part, text);
}

static void the_ledger_shows_changed_and_unexpected_verdicts(void **state) {
    (void)state;
    cmp_experiment_t experiment =
        experiment_of("question = Is a|b <better>?\nbase = hakmem\ntreatment = hakmem:lto\n"
                      "workload = mixed\nexpected = GO a | reason\npredecessor = -4 % | NO-GO\n");
    char *text = ledger_of(&experiment, 1);
    ledger_has(text, "| [some](#some) |  |  | not run yet |  | GO | -4 % \\| NO-GO |\n");
    free(text);
    added("", outcome_make("GO", "m1", 2), "");
    text = ledger_of(&experiment, 1);
    ledger_has(text, "**GO**, as expected (a \\| reason)\n");
    ledger_has(text, "Is a\\|b \\<better>?\n");
    free(text);
    added("", outcome_make("NO-GO", "m1", -3), "GO");
    text = ledger_of(&experiment, 1);
    ledger_has(text,
               "| [some](#some) |  | mixed, 2 threads | NO-GO | -3.00 % [-4.00, -2.00] | GO |");
    ledger_has(text, "**NO-GO**, changed from GO to NO-GO, not as expected: GO (a \\| reason)\n");
    ledger_has(text, "- Before: 2026-01-31T12:00:00Z, GO, +2.00 % [+1.00, +3.00], commit abc\n");
    ledger_has(text, "```sh\n./compare ab hakmem hakmem:lto -w mixed\n```\n");
    assert_null(strstr(text, "| machine |"));
    free(text);
    cmp_experiment_free(&experiment);
}

static void the_ledger_shows_what_layouts_do(void **state) {
    (void)state;
    cmp_experiment_t experiment = experiment_of(SHARED "workload = mixed\n");
    json_t *outcome = outcome_make("NEUTRAL", "m1", 0.1);
    json_object_set_new(outcome, "layouts",
                        json_pack("{s:i, s:f, s:f, s:n, s:{s:f, s:f, s:f}}", "count", 16,
                                  "tax_base", 0.012, "tax_treatment", 0.011, "single_share",
                                  "single_ratio", "estimate", 0.96, "low", 0.95, "high", 0.97));
    added("", outcome, "");
    char *text = ledger_of(&experiment, 1);
    ledger_has(text, "- Layouts: 16; layout tax 1.20 % of the base, 1.10 % of the treatment; as "
                     "built -4.00 % [-5.00, -3.00], of which layout is n/a\n");
    free(text);
    cmp_experiment_free(&experiment);
}

static void the_ledger_tells_machines_apart(void **state) {
    (void)state;
    cmp_experiment_t experiment = experiment_of(SHARED "workload = mixed\n");
    added("", outcome_make("GO", "m1", 2), "");
    added("", outcome_make("NEUTRAL", "m2", 0), "");
    char *text = ledger_of(&experiment, 1);
    ledger_has(text, "| experiment | case | work | machine | verdict |");
    ledger_has(text, "|  | mixed, 2 threads | A \\| B, 2 PUs | NEUTRAL |");
    free(text);
    cmp_experiment_free(&experiment);
}

static void what_has_ended_stays_in_the_ledger(void **state) {
    (void)state;
    cmp_experiment_t experiment = experiment_of(SHARED "workload = mixed\n[here]\n");
    added("gone", outcome_make("GO", "m1", 2), "");
    char *text = ledger_of(&experiment, 1);
    ledger_has(text, "### here: not run yet\n");
    ledger_has(text, "### gone: mixed, 2 threads\n\nThis case is no longer in a file");
    free(text);
    text = ledger_of(NULL, 0);
    ledger_has(text, "## some\n\nq\n\nEnded: its file was removed.\n");
    free(text);
    cmp_experiment_free(&experiment);
}

int main(void) {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_make, folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_file_without_sections_is_one_case),
        IN_FOLDER(cases_have_the_shared_keys_and_their_own),
        IN_FOLDER(a_value_goes_on_in_a_line_that_begins_with_a_blank),
        IN_FOLDER(mistakes_are_named_with_their_line),
        IN_FOLDER(a_line_that_is_too_long_is_not_cut),
        IN_FOLDER(an_audit_compares_nothing),
        IN_FOLDER(the_command_is_what_a_user_would_type),
        IN_FOLDER(a_second_verdict_keeps_the_first_as_history),
        IN_FOLDER(machines_and_cases_are_apart),
        IN_FOLDER(a_damaged_record_is_refused),
        IN_FOLDER(a_record_that_cannot_be_written_leaves_the_old_one),
        cmocka_unit_test(an_outcome_has_the_interval_that_decided),
        cmocka_unit_test(telemetry_of_the_default_build_is_prunable),
        IN_FOLDER(the_ledger_shows_changed_and_unexpected_verdicts),
        IN_FOLDER(the_ledger_shows_what_layouts_do),
        IN_FOLDER(the_ledger_tells_machines_apart),
        IN_FOLDER(what_has_ended_stays_in_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
