/* Files that the user asked for: refused before measuring, replaced in one step after it. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Proves that cmp_output_write will be able to write `path` ("-": stdout), without touching what is
 * there. False with a message in `error`. */
bool cmp_output_check(const char *path, char *error, size_t error_bytes);

/* Writes a file beside `path` with `render` and renames it to `path`, so that a reader sees the old
 * file or the whole new one; "-" and devices are written directly. */
bool cmp_output_write(const char *path, bool (*render)(const void *context, FILE *file),
                      const void *context, char *error, size_t error_bytes);

/* Creates the folder and its parents, as mkdir -p does. False with errno. */
bool cmp_folder_make(const char *path);

#endif
