/* The path of a results database, judged before it is opened. Internal to the store. */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* True when `path` is absent or a plausible SQLite file, in a folder that exists and is writable
 * (created where its own parent exists). Otherwise writes reason and remedy into `error`. */
bool cmp_store_file_inspect(const char *path, char *error, size_t error_bytes);

/* The same of a database that is only read: it must exist, and nothing is created. */
bool cmp_store_file_readable(const char *path, char *error, size_t error_bytes);

/* The error for a damaged file; `detail` says what is wrong with it. */
void cmp_store_damaged(const char *path, const char *detail, char *error, size_t error_bytes);

#endif
