/*
 * Runs the worker under callgrind with counts by instruction and reads them. Called by the main
 * thread while nothing is measured; no locks.
 */
#include "callgrind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"

static int executed_compare(const void *one, const void *other) {
    const cmp_executed_t *a = one, *b = other;
    return (a->address > b->address) - (a->address < b->address);
}

/*
 * After a line "ob=LIBRARY" come its functions' lines "0xADDRESS LINE COUNT", up to another ob=.
 * The line after "calls=" counts what was called, and is left out.
 */
cmp_executed_t *cmp_callgrind_read(char *output, const char *library, size_t *count) {
    cmp_executed_t *rows = NULL;
    size_t used = 0, kept = 0;
    bool inside = false, called = false;
    char *rest = output, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        unsigned long long address, source_line, times;
        if (strncmp(line, "ob=", 3) == 0)
            inside = strcmp(line + 3, library) == 0;
        bool skip = called;
        called = strncmp(line, "calls=", 6) == 0;
        if (!inside || skip ||
            sscanf(line, "0x%llx %llu %llu", &address, &source_line, &times) != 3)
            continue;
        if ((used & (used - 1)) == 0) {
            rows = realloc(rows, (used > 0 ? 2 * used : 1) * sizeof *rows);
            if (rows == NULL)
                abort();
        }
        rows[used++] = (cmp_executed_t){address, times};
    }
    if (used > 0)
        qsort(rows, used, sizeof *rows, executed_compare);
    for (size_t i = 0; i < used; i++) { /* an address comes once for each caller */
        if (kept > 0 && rows[kept - 1].address == rows[i].address)
            rows[kept - 1].count += rows[i].count;
        else
            rows[kept++] = rows[i];
    }
    *count = kept;
    return rows;
}

cmp_executed_t *cmp_callgrind_run(const cmp_activity_command_t *command, size_t *count, char *error,
                                  size_t error_bytes) {
    static const char *const wrapper[] = {"valgrind",
                                          "--tool=callgrind",
                                          "--dump-instr=yes",
                                          "--compress-pos=no",
                                          "--compress-strings=no",
                                          "--fair-sched=try", /* partners take turns */
                                          "--callgrind-out-file=/dev/stdout",
                                          NULL};
    cmp_activity_command_t wrapped = *command;
    wrapped.wrapper = wrapper;
    char **words = cmp_activity_words(&wrapped);
    int status;
    char *output = cmp_capture((const char *const *)words, &status);
    cmp_words_free(words);
    cmp_executed_t *rows = NULL;
    char *library = realpath(command->library, NULL); /* as callgrind names it */
    *count = 0;
    if (output == NULL || status == 127) {
        snprintf(error, error_bytes,
                 "cannot count instructions: valgrind is not installed: apt install valgrind");
    } else if (status != 0) {
        snprintf(error, error_bytes,
                 "cannot count instructions: the worker ended with status %d under valgrind "
                 "--tool=callgrind with %s",
                 status, command->library);
    } else if ((rows = cmp_callgrind_read(output, library != NULL ? library : command->library,
                                          count)) == NULL) {
        snprintf(error, error_bytes,
                 "cannot count instructions: callgrind saw none of %s; was it stripped?",
                 command->library);
    }
    free(library);
    free(output);
    return rows;
}

uint64_t cmp_executed_at(const cmp_executed_t *rows, size_t count, uint64_t address) {
    const cmp_executed_t key = {.address = address};
    const cmp_executed_t *found = bsearch(&key, rows, count, sizeof *rows, executed_compare);
    return found != NULL ? found->count : 0;
}
