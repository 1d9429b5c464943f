/* How often each instruction of a library runs, by callgrind of valgrind. */
#ifndef CALLGRIND_H
#define CALLGRIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "activity_command.h"

typedef struct cmp_executed {
    uint64_t address; /* as in the library's file */
    uint64_t count;
} cmp_executed_t;

/* Runs the worker under callgrind; `command` without its wrapper. Returns the instructions of
 * command->library that ran, by address, malloc'ed; NULL with a message that names the remedy. */
cmp_executed_t *cmp_callgrind_run(const cmp_activity_command_t *command, size_t *count, char *error,
                                  size_t error_bytes);

/* Reads the same from callgrind's output, which it cuts up. *count is 0 when nothing of `library`
 * ran. */
cmp_executed_t *cmp_callgrind_read(char *output, const char *library, size_t *count);

/* The count at an address; 0 when it did not run. */
uint64_t cmp_executed_at(const cmp_executed_t *rows, size_t count, uint64_t address);

#endif
