/*
 * The dynamic linker's own word on who serves malloc in a program: reads the log that
 * LD_DEBUG=bindings writes, one file a process.
 */
#ifndef BINDINGS_H
#define BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct cmp_bindings {
    size_t right;     /* uses of malloc that lead to the library */
    size_t wrong;     /* uses that lead elsewhere */
    char where[1024]; /* the first of those: the object that serves them */
} cmp_bindings_t;

/*
 * Reads the log of one process. `library` is the absolute path of the library under test; NULL: the
 * C library. A program that is not position independent may lend others the address of its own
 * entry for malloc: that is right when the program's own use leads to the library.
 */
void cmp_bindings_read(FILE *log, const char *library, cmp_bindings_t *bindings);

#endif
