/*
 * Opening the results store: that it refuses with a remedy and leaves alone what it cannot read,
 * and that old versions are migrated.
 */
#include "store_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../harness/store_schema.h"
#include "synthetic_run.h"

#define CURRENT "6" /* version of the schema */

/* ---------------------------------------------------------------- refusals */

static void the_results_folder_is_created(void **state) {
    fixture_t *fixture = *state;
    cmp_store_close(store_open(fixture));
    cmp_store_close(store_open(fixture)); /* and found again */
    assert_int_equal(access(fixture->path, R_OK | W_OK), 0);
}

static void a_folder_whose_parent_is_missing_is_refused(void **state) {
    fixture_t *fixture = *state;
    snprintf(fixture->path, sizeof fixture->path, "%s/no/where/results.db", fixture->folder);
    open_is_refused(fixture, "/no/where'", "No such file or directory");
}

static void a_file_in_place_of_the_folder_is_refused(void **state) {
    fixture_t *fixture = *state;
    snprintf(fixture->path, sizeof fixture->path, "%s/results", fixture->folder);
    file_write(fixture->path, "mine", 4);
    snprintf(fixture->path, sizeof fixture->path, "%s/results/results.db", fixture->folder);
    open_is_refused(fixture, "is a file", "move it away");
}

static void an_unwritable_folder_is_refused(void **state) {
    fixture_t *fixture = *state;
    if (geteuid() == 0) { /* permissions do not bind root: a folder of the kernel's does */
        snprintf(fixture->path, sizeof fixture->path, "/proc/results/results.db");
        open_is_refused(fixture, "/proc/results'", "cannot create results folder");
        return;
    }
    snprintf(fixture->path, sizeof fixture->path, "%s/results.db", fixture->folder);
    assert_int_equal(chmod(fixture->folder, 0500), 0);
    open_is_refused(fixture, "not writable", "change its permissions");
    assert_int_equal(chmod(fixture->folder, 0700), 0);
}

static void a_folder_in_place_of_the_database_is_refused(void **state) {
    fixture_t *fixture = *state;
    snprintf(fixture->path, sizeof fixture->path, "%s", fixture->folder);
    open_is_refused(fixture, "not a regular file", "move it away");
}

/* Refused as damaged, and the file keeps every byte. */
static void damage_is_refused_and_left_untouched(fixture_t *fixture) {
    size_t before_count, after_count;
    char *before = file_bytes(fixture->path, &before_count);
    open_is_refused(fixture, "damaged or not a database", "left untouched: move it away");
    char *after = file_bytes(fixture->path, &after_count);
    assert_int_equal(before_count, after_count);
    assert_memory_equal(before, after, after_count);
    free(before);
    free(after);
}

static void what_is_no_database_is_refused(void **state) {
    fixture_t *fixture = *state;
    snprintf(fixture->path, sizeof fixture->path, "%s/results.db", fixture->folder);
    file_write(fixture->path, "short", 5);
    damage_is_refused_and_left_untouched(fixture);
    char text[5000];
    memset(text, 'x', sizeof text);
    file_write(fixture->path, text, sizeof text);
    damage_is_refused_and_left_untouched(fixture);
    memcpy(text, "SQLite format 3", 16); /* the right magic, and nothing right after it */
    file_write(fixture->path, text, sizeof text);
    damage_is_refused_and_left_untouched(fixture);
}

static void a_truncated_database_is_refused(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(3);
    run_recorded(fixture, &run);
    cmp_run_free(&run);
    size_t count;
    char *bytes = file_bytes(fixture->path, &count);
    static const size_t kept[] = {50, 100, 1000, 4096, 8192};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        file_write(fixture->path, bytes, kept[i]);
        damage_is_refused_and_left_untouched(fixture);
    }
    file_write(fixture->path, bytes, count - 1);
    damage_is_refused_and_left_untouched(fixture);
    free(bytes);
}

static void a_scribbled_schema_is_refused(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(3);
    run_recorded(fixture, &run);
    cmp_run_free(&run);
    size_t count;
    char *bytes = file_bytes(fixture->path, &count);
    memset(bytes + 100, 0xa5, 3000);
    file_write(fixture->path, bytes, count);
    damage_is_refused_and_left_untouched(fixture);
    free(bytes);
}

static void damage_found_while_writing_names_the_remedy(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(1), late = synthetic_run(1);
    run_recorded(fixture, &run);
    cmp_store_t *store = store_open(fixture);
    size_t count;
    char *bytes = file_bytes(fixture->path, &count);
    memset(bytes + 4096, 0xa5, count - 4096); /* every page but the schema's */
    bytes[27]++;                              /* change counter: caches are stale */
    file_write(fixture->path, bytes, count);
    assert_false(cmp_store_begin_run(store, &late, fixture->error, sizeof fixture->error));
    assert_non_null(strstr(fixture->error, "damaged"));
    assert_non_null(strstr(fixture->error, "-o DIR"));
    cmp_store_close(store);
    free(bytes);
    cmp_run_free(&run);
    cmp_run_free(&late);
}

static void a_newer_schema_is_refused(void **state) {
    fixture_t *fixture = *state;
    cmp_store_close(store_open(fixture));
    raw_run(fixture->path, "PRAGMA user_version = 7");
    open_is_refused(fixture,
                    "was written by a newer version (schema 7, this tool knows " CURRENT ")",
                    "use that version, or another folder");
    assert_string_equal(value_of(fixture->path, "PRAGMA user_version"), "7");
}

static void the_database_of_another_program_is_refused(void **state) {
    fixture_t *fixture = *state;
    snprintf(fixture->path, sizeof fixture->path, "%s/bookmarks.db", fixture->folder);
    raw_run(fixture->path, "CREATE TABLE bookmarks(url TEXT)");
    open_is_refused(fixture, "another program", "left untouched");
    raw_run(fixture->path, "PRAGMA user_version = 1");
    open_is_refused(fixture, "another program", "left untouched");
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM sqlite_master"), "1");
}

static void an_empty_file_is_filled(void **state) {
    fixture_t *fixture = *state;
    snprintf(fixture->path, sizeof fixture->path, "%s/results.db", fixture->folder);
    file_write(fixture->path, "", 0);
    cmp_store_close(store_open(fixture));
    assert_string_equal(value_of(fixture->path, "PRAGMA user_version"), CURRENT);
}

/* ---------------------------------------------------------------- migrations */

/* A later schema: a column more, and one table rebuilt. */
static const char later_script[] = "ALTER TABLE sample ADD COLUMN instructions INTEGER;"
                                   "CREATE TABLE note(run TEXT REFERENCES run(uuid), text TEXT);"
                                   "INSERT INTO note SELECT uuid, notes FROM run;";

/* The scripts of this version and one or two more. */
static size_t scripts_extend(const char *scripts[16], const char *next, const char *last) {
    size_t count = cmp_store_script_count;
    assert_true(count + 2 <= 16);
    memcpy(scripts, cmp_store_scripts, count * sizeof *scripts);
    scripts[count++] = next;
    if (last)
        scripts[count++] = last;
    return count;
}

static void an_older_database_is_migrated_with_its_data(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(2);
    cmp_run_note(&run, "kept");
    run_recorded(fixture, &run);
    const char *scripts[16];
    size_t count = scripts_extend(scripts, later_script, NULL);
    sqlite3 *database = raw_open(fixture->path);
    long version;
    assert_int_equal(cmp_store_migrate(database, scripts, count, &version), CMP_MIGRATION_DONE);
    assert_int_equal(version, cmp_store_script_count);
    assert_int_equal(cmp_store_migrate(database, scripts, count, &version), CMP_MIGRATION_DONE);
    assert_int_equal(version, count); /* a second time there is nothing to do */
    sqlite3_close(database);
    assert_string_equal(value_of(fixture->path, "SELECT text FROM note"), "kept");
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM sample"), "30");
    assert_string_equal(value_of(fixture->path, "SELECT count(instructions) FROM sample"), "0");
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM pragma_foreign_key_check"),
                        "0");
    open_is_refused(fixture, "this tool knows " CURRENT ")", "-o DIR");
    cmp_run_free(&run);
}

/* As a tool that knew this version left it, with one run. */
static void old_database(fixture_t *fixture, size_t knows) {
    snprintf(fixture->path, sizeof fixture->path, "%s/results.db", fixture->folder);
    sqlite3 *database = raw_open(fixture->path);
    long version;
    assert_int_equal(cmp_store_migrate(database, cmp_store_scripts, knows, &version),
                     CMP_MIGRATION_DONE);
    sqlite3_close(database);
    raw_run(fixture->path,
            "INSERT INTO machine(digest, id) VALUES('d', 'm');"
            "INSERT INTO run(uuid, kind, started, seed, rounds, rounds_done, machine)"
            " VALUES('old', 'measured', 1, '1', 1, 1, 'd')");
}

static void a_database_of_version_1_gets_programs_and_counters(void **state) {
    fixture_t *fixture = *state;
    old_database(fixture, 1);
    cmp_store_close(store_open(fixture));
    assert_string_equal(value_of(fixture->path, "SELECT uuid FROM run"), "old");
    assert_string_equal(value_of(fixture->path, "SELECT counters_source FROM run"), "NULL");
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM program"), "0");
}

static void a_database_of_version_2_gets_memory_and_latencies(void **state) {
    fixture_t *fixture = *state;
    old_database(fixture, 2);
    raw_run(fixture->path,
            "INSERT INTO run_allocator(run, position, label, name, control)"
            " VALUES('old', 0, 'a', 'a', 0);"
            "INSERT INTO cell(id, run, position, work, workload, allocator, threads, placement,"
            " oversubscribed, checked) VALUES(1, 'old', 0, 0, 'mixed', 0, 1, 'compact', 0, 0);"
            "INSERT INTO sample(uuid, cell, round, position, seed) VALUES('s', 1, 0, 0, '1')");
    cmp_store_close(store_open(fixture));
    assert_string_equal(value_of(fixture->path, "SELECT kind FROM sample"), "throughput");
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM memory"), "0");
}

static void a_database_of_version_4_gets_memory_by_node(void **state) {
    fixture_t *fixture = *state;
    old_database(fixture, 4);
    cmp_store_close(store_open(fixture));
    assert_string_equal(value_of(fixture->path, "SELECT uuid FROM run"), "old");
    assert_string_equal(value_of(fixture->path, "SELECT count(*) FROM node_memory"), "0");
}

static void a_failing_migration_changes_nothing(void **state) {
    fixture_t *fixture = *state;
    cmp_run_t run = synthetic_run(2);
    run_recorded(fixture, &run);
    const char *scripts[16];
    size_t count = scripts_extend(scripts, later_script, "DROP TABLE no_such_table");
    sqlite3 *database = raw_open(fixture->path);
    long version;
    assert_int_equal(cmp_store_migrate(database, scripts, count, &version), CMP_MIGRATION_FAILED);
    assert_non_null(strstr(sqlite3_errmsg(database), "no_such_table"));
    sqlite3_close(database);
    assert_string_equal(value_of(fixture->path, "PRAGMA user_version"), CURRENT);
    assert_string_equal(
        value_of(fixture->path, "SELECT count(*) FROM sqlite_master WHERE name='note'"), "0");
    cmp_store_close(store_open(fixture));
    cmp_run_free(&run);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        store_test(the_results_folder_is_created),
        store_test(a_folder_whose_parent_is_missing_is_refused),
        store_test(a_file_in_place_of_the_folder_is_refused),
        store_test(an_unwritable_folder_is_refused),
        store_test(a_folder_in_place_of_the_database_is_refused),
        store_test(what_is_no_database_is_refused),
        store_test(a_truncated_database_is_refused),
        store_test(a_scribbled_schema_is_refused),
        store_test(damage_found_while_writing_names_the_remedy),
        store_test(a_newer_schema_is_refused),
        store_test(the_database_of_another_program_is_refused),
        store_test(an_empty_file_is_filled),
        store_test(an_older_database_is_migrated_with_its_data),
        store_test(a_database_of_version_1_gets_programs_and_counters),
        store_test(a_database_of_version_2_gets_memory_and_latencies),
        store_test(a_database_of_version_4_gets_memory_by_node),
        store_test(a_failing_migration_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
