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
#include "allocator/telemetry.h"

#define OPTION_ROW(field, variable, initial, minimum, maximum, unit, help)                         \
    {(variable), (unit), (help), (initial), (minimum), (maximum)},
static const hak_option_row_t option_rows[] = {HAK_OPTIONS(OPTION_ROW)};
#undef OPTION_ROW

#define OPTION_COUNT (sizeof option_rows / sizeof option_rows[0])

#if !HAKMEM_FAST_PROFILE_FIXED
hak_options_t hak_options = {
#define OPTION_DEFAULT(field, variable, initial, minimum, maximum, unit, help) .field = (initial),
    HAK_OPTIONS(OPTION_DEFAULT)
#undef OPTION_DEFAULT
};
#endif

/* The option's value lies at the row's place: all fields are of one type. */
static const uint64_t *option_value(size_t index) {
    return (const uint64_t *)&hak_options + index;
}

_Static_assert(sizeof(hak_options_t) == OPTION_COUNT * sizeof(uint64_t), "a field for each row");

const hak_option_row_t *hak_option_row(size_t index) {
    return index < OPTION_COUNT ? &option_rows[index] : NULL;
}

/* ------------------------------------------------------------------ reading */

#if !HAKMEM_FAST_PROFILE_FIXED
static bool number_parse(const char *text, uint64_t *value) {
    const bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const unsigned base = hexadecimal ? 16 : 10;
    uint64_t number = 0;
    text += hexadecimal ? 2 : 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (digit > 9)
            digit = (unsigned)((*text | 0x20) - 'a') + 10;
        if (digit >= base || number > (UINT64_MAX - digit) / base)
            return false;
        number = number * base + digit;
    }
    *value = number;
    return true;
}

/* The number of the word in a list such as "off|on". */
static bool word_parse(const char *words, const char *text, uint64_t *value) {
    const size_t length = strlen(text);
    for (uint64_t number = 0; words != NULL; number++) {
        const char *end = strchr(words, '|');
        size_t word_length = end != NULL ? (size_t)(end - words) : strlen(words);
        if (word_length == length && memcmp(words, text, length) == 0) {
            *value = number;
            return true;
        }
        words = end != NULL ? end + 1 : NULL;
    }
    return false;
}

static bool value_parse(const hak_option_row_t *row, const char *text, uint64_t *value) {
    bool known = strchr(row->unit, '|') != NULL && word_parse(row->unit, text, value);
    return (known || number_parse(text, value)) && *value >= row->minimum && *value <= row->maximum;
}

static void value_refuse(const hak_option_row_t *row, const char *assignment) {
    char line[320];
    HAK_COUNT(DIAGNOSTICS, refused_options);
    if (row->maximum == 0)
        snprintf(line, sizeof line, "%.80s is ignored: this build knows only %s=off", assignment,
                 row->variable);
    else if (strchr(row->unit, '|') != NULL)
        snprintf(line, sizeof line, "%.80s is ignored: %s must be one of %s", assignment,
                 row->variable, row->unit);
    else
        snprintf(line, sizeof line,
                 "%.80s is ignored: %s must be a whole number of %s from %llu to %llu", assignment,
                 row->variable, row->unit, (unsigned long long)row->minimum,
                 (unsigned long long)row->maximum);
    hak_warn(line);
}

static void option_apply(const char *assignment) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const hak_option_row_t *row = &option_rows[i];
        size_t length = strlen(row->variable);
        if (strncmp(assignment, row->variable, length) != 0 || assignment[length] != '=')
            continue;
        uint64_t value;
        if (value_parse(row, assignment + length + 1, &value))
            ((uint64_t *)&hak_options)[i] = value;
        else
            value_refuse(row, assignment);
        return;
    }
}

/* The part of /proc/self/environ that fits; longer environments are cut at a whole assignment. */
static void environment_file_read(void) {
    static HAK_SPARSE char text[32768];
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

#else
void hak_options_read(void) {}
#endif

size_t hak_options_describe(char *text, size_t text_bytes) {
    size_t used = 0;
    for (size_t i = 0; i < OPTION_COUNT && used < text_bytes; i++) {
        int length = snprintf(text + used, text_bytes - used, "%s%s=%llu", i == 0 ? "" : " ",
                              option_rows[i].variable, (unsigned long long)*option_value(i));
        if (length < 0)
            break;
        used += (size_t)length;
    }
    return used < text_bytes ? used : text_bytes - 1;
}
