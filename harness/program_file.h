/* Finds the file of a program, and says why a library cannot be preloaded into it. */
#ifndef PROGRAM_FILE_H
#define PROGRAM_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The file that execvp would start for `name`, malloc'ed; NULL with a message in `error`. */
char *cmp_program_find(const char *name, char *error, size_t error_bytes);

/*
 * True when the dynamic linker would preload a library of this program's class into the file; a
 * script is followed to its interpreter. Otherwise false, with a reason such as "/bin/x is
 * statically linked: no library can be preloaded". What cannot be read is taken for good.
 */
bool cmp_program_preloadable(const char *file, char *reason, size_t reason_bytes);

#endif
