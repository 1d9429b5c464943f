/* Reading of the results store: between store_load.c and store_load_detail.c only. */
#ifndef STORE_LOAD_H
#define STORE_LOAD_H

#include <sqlite3.h>

#include "store.h"

/* A statement whose first parameter is `owner`; NULL on an error of the database. */
sqlite3_stmt *cmp_load_prepare(sqlite3 *database, const char *sql, int64_t owner);
/* Frees it; false when it could not be prepared or a step went wrong. */
bool cmp_load_finish(sqlite3_stmt *statement);

/* A column of the present row; NULL is 0, NAN, NULL. */
uint64_t cmp_load_count(sqlite3_stmt *statement, int column);
double cmp_load_real(sqlite3_stmt *statement, int column);
const char *cmp_load_text(sqlite3_stmt *statement, int column);

/* Reads what the sample with key `id` has beside its row. */
bool cmp_load_details(sqlite3 *database, int64_t id, cmp_sample_t *sample);

/* Reads what was counted of the cell under simulation. */
bool cmp_load_simulated(sqlite3 *database, cmp_cell_t *cell);

#endif
