/*
 * Reads the small text files of /proc, /sys and /etc below a root folder: "" is the running system,
 * anything else a copy of another machine's files. A file that is missing or empty reads as false.
 */
#ifndef SYSFILE_H
#define SYSFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CMP_SYS_LINE_BYTES = 4096 };

/* Opens root/path for reading; NULL when that fails. */
FILE *cmp_sys_open(const char *root, const char *path);

/* True when root/path is there, readable or not. */
bool cmp_sys_exists(const char *root, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* First line, trimmed. */
bool cmp_sys_line(const char *root, char *text, size_t text_bytes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The whole number that the first line begins with. */
bool cmp_sys_number(const char *root, int64_t *number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Value of the first "key<separator>value" line, trimmed. */
bool cmp_sys_value(const char *root, const char *path, const char *key, char separator, char *text,
                   size_t text_bytes);

/* Removes white space at both ends, in place. */
void cmp_sys_trim(char *text);

#endif
