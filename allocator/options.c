/*
 * Reads HAKMEM_* from the environment once, during the first allocation of the process, under the
 * initialisation lock. May run before the C library has set `environ` (the dynamic linker allocates
 * early), so it falls back to /proc/self/environ.
 */
#include "allocator/options.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allocator/os.h"

typedef struct option_row {
    const char *variable;
    uint64_t *value;
    uint64_t minimum, maximum;
    const char *unit;
} option_row_t;

hak_options_t hak_options = {
#define OPTION_DEFAULT(field, variable, initial, minimum, maximum, unit, help) .field = (initial),
    HAK_OPTIONS(OPTION_DEFAULT)
#undef OPTION_DEFAULT
};

static const option_row_t option_rows[] = {
#define OPTION_ROW(field, variable, initial, minimum, maximum, unit, help)                         \
    {(variable), &hak_options.field, (minimum), (maximum), (unit)},
    HAK_OPTIONS(OPTION_ROW)
#undef OPTION_ROW
};

#define OPTION_COUNT (sizeof option_rows / sizeof option_rows[0])

static bool number_parse(const char *text, uint64_t *value) {
    uint64_t number = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (digit > 9 || number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *value = number;
    return true;
}

static void option_apply(const char *assignment) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const option_row_t *row = &option_rows[i];
        size_t length = strlen(row->variable);
        if (strncmp(assignment, row->variable, length) != 0 || assignment[length] != '=')
            continue;
        uint64_t value;
        if (number_parse(assignment + length + 1, &value) && value >= row->minimum &&
            value <= row->maximum) {
            *row->value = value;
            return;
        }
        char line[256];
        snprintf(line, sizeof line,
                 "%.80s is ignored: %s must be a whole number of %s from %llu to %llu", assignment,
                 row->variable, row->unit, (unsigned long long)row->minimum,
                 (unsigned long long)row->maximum);
        hak_warn(line);
        return;
    }
}

/* The part of /proc/self/environ that fits; longer environments are cut at a whole assignment. */
static void environment_file_read(void) {
    static char text[32768];
    int file = open("/proc/self/environ", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    size_t used = 0;
    ssize_t got;
    while (used < sizeof text - 1 && (got = read(file, text + used, sizeof text - 1 - used)) > 0)
        used += (size_t)got;
    close(file);
    bool cut = used == sizeof text - 1;
    for (size_t start = 0; start < used;) {
        size_t length = strlen(text + start);
        if (cut && start + length >= used)
            break;
        option_apply(text + start);
        start += length + 1;
    }
}

void hak_options_read(void) {
    if (environ == NULL) {
        environment_file_read();
        return;
    }
    for (char **entry = environ; *entry != NULL; entry++) {
        if (strncmp(*entry, "HAKMEM_", 7) == 0)
            option_apply(*entry);
    }
}

size_t hak_options_describe(char *text, size_t text_bytes) {
    size_t used = 0;
    for (size_t i = 0; i < OPTION_COUNT && used < text_bytes; i++) {
        int length = snprintf(text + used, text_bytes - used, "%s%s=%llu", i == 0 ? "" : " ",
                              option_rows[i].variable, (unsigned long long)*option_rows[i].value);
        if (length < 0)
            break;
        used += (size_t)length;
    }
    return used < text_bytes ? used : text_bytes - 1;
}
