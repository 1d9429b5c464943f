#include "store_fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fixture_make(void **state) {
    fixture_t *fixture = calloc(1, sizeof *fixture);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/test_store.XXXXXX");
    if (!mkdtemp(fixture->folder))
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/results/results.db", fixture->folder);
    *state = fixture;
    return 0;
}

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

int fixture_remove(void **state) {
    fixture_t *fixture = *state;
    nftw(fixture->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(fixture);
    return 0;
}

cmp_store_t *store_open(fixture_t *fixture) {
    cmp_store_t *store = cmp_store_open(fixture->path, fixture->error, sizeof fixture->error);
    if (!store)
        print_error("%s\n", fixture->error);
    assert_non_null(store);
    return store;
}

void open_is_refused(fixture_t *fixture, const char *first, const char *second) {
    cmp_store_t *store = cmp_store_open(fixture->path, fixture->error, sizeof fixture->error);
    assert_null(store);
    if (!strstr(fixture->error, first) || !strstr(fixture->error, second))
        print_error("expected '%s' and '%s' in: %s\n", first, second, fixture->error);
    assert_non_null(strstr(fixture->error, first));
    assert_non_null(strstr(fixture->error, second));
    assert_non_null(strstr(fixture->error, "-o DIR"));
}

sqlite3 *raw_open(const char *path) {
    sqlite3 *database;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    return database;
}

void raw_run(const char *path, const char *sql) {
    sqlite3 *database = raw_open(path);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

const char *value_of(const char *path, const char *sql) {
    static char text[512];
    sqlite3 *database = raw_open(path);
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const unsigned char *value = sqlite3_column_text(statement, 0);
    snprintf(text, sizeof text, "%s", value ? (const char *)value : "NULL");
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return text;
}

void file_write(const char *path, const void *bytes, size_t count) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

char *file_bytes(const char *path, size_t *count) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *bytes = malloc(4 << 20);
    *count = fread(bytes, 1, 4 << 20, file);
    fclose(file);
    return bytes;
}

void begin(cmp_store_t *store, cmp_run_t *run, fixture_t *fixture) {
    if (!cmp_store_begin_run(store, run, fixture->error, sizeof fixture->error))
        fail_msg("%s", fixture->error);
}

void add_all(cmp_store_t *store, const cmp_run_t *run, fixture_t *fixture) {
    for (size_t i = 0; i < run->cell_count; i++)
        for (size_t j = 0; j < run->cells[i].sample_count; j++)
            if (!cmp_store_add_sample(store, run, &run->cells[i], &run->cells[i].samples[j],
                                      fixture->error, sizeof fixture->error))
                fail_msg("%s", fixture->error);
}

void end(cmp_store_t *store, const cmp_run_t *run, fixture_t *fixture) {
    if (!cmp_store_end_run(store, run, fixture->error, sizeof fixture->error))
        fail_msg("%s", fixture->error);
}

void run_recorded(fixture_t *fixture, cmp_run_t *run) {
    cmp_store_t *store = store_open(fixture);
    begin(store, run, fixture);
    add_all(store, run, fixture);
    end(store, run, fixture);
    cmp_store_close(store);
}
