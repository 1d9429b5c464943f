/* What the files of the results store share: its handle and its messages. Not for others. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sqlite3.h>

#include "store.h"

struct cmp_store {
    sqlite3 *database;
    char *path;
    char own_run[CMP_UUID_BYTES]; /* begun or resumed through this handle; no history of itself */
    int lock_file;                /* holds own_run's lock while it is open; -1: none */
};

/* Says what went wrong with the last call on the database, and the remedy. */
void cmp_store_error(const cmp_store_t *store, const char *action, char *error, size_t error_bytes);

#endif
