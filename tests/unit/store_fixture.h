/*
 * For tests of the results store: a folder of its own for each test, and helpers that fail the test
 * when they do not succeed. Used by test_store.c and test_store_open.c.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

/* What cmocka.h wants before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "../../harness/store.h"

typedef struct fixture {
    char folder[64];
    char path[128]; /* of the database, in a folder that does not exist yet */
    char error[1024];
} fixture_t;

/* Set-up and teardown: *state becomes a fixture. */
int fixture_make(void **state);
int fixture_remove(void **state);

#define store_test(name) cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

cmp_store_t *store_open(fixture_t *fixture);

/* Opening fails with an error that contains every given text. */
void open_is_refused(fixture_t *fixture, const char *first, const char *second);

/* The database past the store. */
sqlite3 *raw_open(const char *path);
void raw_run(const char *path, const char *sql);

/* The single value of a query as text, until the next call; "NULL" for NULL. */
const char *value_of(const char *path, const char *sql);

void file_write(const char *path, const void *bytes, size_t count);

/* The whole file, malloc'ed. */
char *file_bytes(const char *path, size_t *count);

void begin(cmp_store_t *store, cmp_run_t *run, fixture_t *fixture);
void add_all(cmp_store_t *store, const cmp_run_t *run, fixture_t *fixture);
void end(cmp_store_t *store, const cmp_run_t *run, fixture_t *fixture);

/* Writes a whole run into the fixture's database. */
void run_recorded(fixture_t *fixture, cmp_run_t *run);

#endif
