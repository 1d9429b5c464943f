/*
 * The schema of the results database as an ordered list of migrations, and the code that applies
 * them. Used by store.c; a later version is one more script at the end of the list, never a change
 * of an older one. The version is PRAGMA user_version; PRAGMA application_id marks the file as
 * ours.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#define CMP_STORE_APPLICATION_ID 0x68616b6d /* "hakm" */

typedef enum cmp_migration {
    CMP_MIGRATION_DONE,    /* the database has the version of the last script */
    CMP_MIGRATION_NEWER,   /* its version is beyond the last script; nothing was changed */
    CMP_MIGRATION_FOREIGN, /* it belongs to another program; nothing was changed */
    CMP_MIGRATION_FAILED,  /* sqlite3_errmsg says why; closing the connection rolls all back */
} cmp_migration_t;

/* Script i takes a database from version i to i + 1; script 0 creates everything. */
extern const char *const cmp_store_scripts[];
extern const size_t cmp_store_script_count;

/* Brings `database` to version `script_count`, all or nothing in one transaction. *version gets the
 * version that was found. Foreign keys must be off, so that scripts may rebuild tables. */
cmp_migration_t cmp_store_migrate(sqlite3 *database, const char *const *scripts,
                                  size_t script_count, long *version);

#endif
