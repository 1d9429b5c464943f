/* Checks that a file is a shared library that this machine can load. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True when `path` is a readable ELF shared library of this program's class and machine. Otherwise
 * false, with a reason in `error` that follows "cannot use PATH: ", e.g. "it is a library for
 * aarch64, this machine is x86_64; ...".
 */
bool cmp_library_check(const char *path, char *error, size_t error_bytes);

#endif
