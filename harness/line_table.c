/*
 * Reads lines with addr2line, which knows inlined calls, and where that fails with objdump, which
 * prints the table itself. Main thread; no locks.
 */
#include "line_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"

enum { ADDRESSES_MOST = 4096 }; /* of one command line */

/* Where lines go, and which addresses got one. */
typedef struct request {
    const char *path;
    const uint64_t *addresses;
    cmp_line_taker_t take;
    void *context;
    bool *known;
} request_t;

/* "/tree/allocator/os.h:56 (discriminator 2)"; "?" for the line where there is none. */
static void frame_take(const request_t *request, size_t index, const char *frame) {
    const char *colon = strrchr(frame, ':');
    if (colon == NULL || frame[0] == '?' || frame[0] == '<')
        return;
    request->known[index] = true;
    request->take(request->context, index, frame, (size_t)(colon - frame),
                  (uint32_t)strtoul(colon + 1, NULL, 10));
}

static bool frames_find(const request_t *request, size_t first, size_t count, char *error,
                        size_t error_bytes) {
    const char **command = calloc(count + 6, sizeof *command);
    char(*words)[24] = calloc(count, sizeof *words);
    if (command == NULL || words == NULL)
        abort();
    const char *const begin[] = {"addr2line", "-a", "-i", "-e", request->path};
    memcpy(command, begin, sizeof begin);
    for (size_t i = 0; i < count; i++) {
        snprintf(words[i], sizeof words[i], "0x%" PRIx64, request->addresses[first + i]);
        command[sizeof begin / sizeof begin[0] + i] = words[i];
    }
    int status;
    char *text = cmp_capture(command, &status), *rest = text, *line;
    free(command);
    free(words);
    size_t at = first;
    while (status == 0 && text != NULL && (line = strsep(&rest, "\n")) != NULL) {
        if (strncmp(line, "0x", 2) == 0)
            at++;
        else if (at > first && at <= first + count)
            frame_take(request, at - 1, line);
    }
    if (at != first + count)
        snprintf(error, error_bytes,
                 "cannot read the line table of %s: addr2line %s; it comes with the compiler's "
                 "binutils: apt install binutils",
                 request->path, text == NULL || status == 127 ? "is not installed" : "failed");
    free(text);
    return at == first + count;
}

/* A row of the table: the code from an address on, up to the next row, is of this line. */
typedef struct row {
    uint64_t address;
    const char *file;
    size_t file_length;
    uint32_t line;
} row_t;

/* Reads what objdump prints, cutting it up: "./allocator/os.h:" before rows "os.h  48  0x7e3d ...".
 */
static row_t *rows_read(char *text, size_t *count) {
    row_t *rows = NULL;
    const char *file = "";
    char *rest = text, *line;
    *count = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        size_t length = strlen(line);
        unsigned long source_line;
        unsigned long long address;
        if (length > 1 && line[length - 1] == ':') {
            line[length - 1] = '\0';
            file = line;
        } else if (sscanf(line, "%*s %lu %llx", &source_line, &address) == 2) {
            if ((*count & (*count - 1)) == 0) {
                rows = realloc(rows, (*count > 0 ? 2 * *count : 1) * sizeof *rows);
                if (rows == NULL)
                    abort();
            }
            rows[(*count)++] = (row_t){address, file, strlen(file), (uint32_t)source_line};
        }
    }
    return rows;
}

/* Lines of the addresses that have none yet. */
static void table_find(const request_t *request, size_t count) {
    const char *const command[] = {"objdump", "--dwarf=decodedline", request->path, NULL};
    char *text = cmp_capture(command, NULL);
    size_t row_count = 0;
    row_t *rows = text != NULL ? rows_read(text, &row_count) : NULL;
    for (size_t i = 0; i < count; i++) {
        const row_t *best = NULL;
        for (size_t r = 0; r < row_count && !request->known[i]; r++)
            if (rows[r].address <= request->addresses[i] &&
                (best == NULL || rows[r].address >= best->address))
                best = &rows[r];
        if (best != NULL)
            request->take(request->context, i, best->file, best->file_length, best->line);
    }
    free(rows);
    free(text);
}

bool cmp_lines_find(const char *path, const uint64_t *addresses, size_t count,
                    cmp_line_taker_t take, void *context, char *error, size_t error_bytes) {
    request_t request = {path, addresses, take, context, calloc(count + 1, sizeof(bool))};
    if (request.known == NULL)
        abort();
    bool good = true, complete = true;
    for (size_t i = 0; good && i < count; i += ADDRESSES_MOST)
        good = frames_find(&request, i, count - i < ADDRESSES_MOST ? count - i : ADDRESSES_MOST,
                           error, error_bytes);
    for (size_t i = 0; i < count; i++)
        complete &= request.known[i];
    if (good && !complete)
        table_find(&request, count);
    free(request.known);
    return good;
}
