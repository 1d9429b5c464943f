/*
 * A folder that is published: written beside its place and moved there file by file once
 * everything is there, so that a full disk or an interruption leaves what was published before.
 */
#ifndef PUBLISH_FOLDER_H
#define PUBLISH_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct pub_folder {
    char *path;   /* where it is published */
    char *staged; /* where it is written, within `path` */
    bool created; /* `path` was not there before */
    char **files; /* relative to both, in the order in which they are moved */
    size_t count;
} pub_folder_t;

/* Makes the folder where needed (not its parents) and a place to write. False with a message. */
bool pub_folder_open(pub_folder_t *folder, const char *path, char *error, size_t error_bytes);

/* Writes one file with `render`. */
bool pub_folder_write(pub_folder_t *folder, const char *name,
                      bool (*render)(const void *context, FILE *file), const void *context,
                      char *error, size_t error_bytes);

/* Makes a folder below for files that others write; pub_folder_add names them afterwards. */
char *pub_folder_below(pub_folder_t *folder, const char *name, char *error, size_t error_bytes);
void pub_folder_add(pub_folder_t *folder, const char *name);

/* Moves everything into place with MANIFEST, the SHA-256 of each file, and removes the files of an
 * earlier publication that are not in this one and that nobody has changed. */
bool pub_folder_finish(pub_folder_t *folder, char *error, size_t error_bytes);

/* Removes what was not published. */
void pub_folder_close(pub_folder_t *folder);

#endif
