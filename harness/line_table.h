/* The lines of the source that machine code was made from, as the compiler recorded them. */
#ifndef LINE_TABLE_H
#define LINE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes one line of the code at addresses[index]; of inlined calls the innermost comes first.
 * `line` is 0 where the compiler merged code of several lines. */
typedef void (*cmp_line_taker_t)(void *context, size_t index, const char *file, size_t file_length,
                                 uint32_t line);

/*
 * Tells the lines of each address of a library. Where the records of inlined calls are missing, as
 * after gcc's link-time optimisation, the innermost line alone. False with a message when the
 * programs that read them are missing.
 */
bool cmp_lines_find(const char *path, const uint64_t *addresses, size_t count,
                    cmp_line_taker_t take, void *context, char *error, size_t error_bytes);

#endif
