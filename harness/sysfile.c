/*
 * Reading of /proc, /sys and /etc below a root; see sysfile.h. Called by the main thread of compare
 * (machine.c, the doctor's checks); no locks, no state.
 */
#include "sysfile.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

FILE *cmp_sys_open(const char *root, const char *path) {
    char full[PATH_MAX];
    if (snprintf(full, sizeof full, "%s%s", root, path) >= (int)sizeof full)
        return NULL;
    return fopen(full, "re");
}

void cmp_sys_trim(char *text) {
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    size_t start = strspn(text, " \t");
    memmove(text, text + start, length - start + 1);
}

bool cmp_sys_exists(const char *root, const char *format, ...) {
    char path[PATH_MAX], full[PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    return snprintf(full, sizeof full, "%s%s", root, path) < (int)sizeof full &&
           access(full, F_OK) == 0;
}

static bool line_read(const char *root, const char *path, char *text, size_t text_bytes) {
    FILE *file = cmp_sys_open(root, path);
    if (!file)
        return false;
    bool read = fgets(text, (int)text_bytes, file) != NULL;
    fclose(file);
    if (!read)
        return false;
    cmp_sys_trim(text);
    return *text != '\0';
}

bool cmp_sys_line(const char *root, char *text, size_t text_bytes, const char *format, ...) {
    char path[PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    return line_read(root, path, text, text_bytes);
}

bool cmp_sys_number(const char *root, int64_t *number, const char *format, ...) {
    char path[PATH_MAX], text[128], *end;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    if (!line_read(root, path, text, sizeof text))
        return false;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return end != text && errno == 0;
}

bool cmp_sys_value(const char *root, const char *path, const char *key, char separator, char *text,
                   size_t text_bytes) {
    FILE *file = cmp_sys_open(root, path);
    if (!file)
        return false;
    char line[CMP_SYS_LINE_BYTES];
    bool found = false;
    size_t key_length = strlen(key);
    while (!found && fgets(line, sizeof line, file)) {
        char *value = strchr(line, separator);
        if (!value)
            continue;
        *value++ = '\0';
        cmp_sys_trim(line);
        if (strlen(line) != key_length || strcmp(line, key) != 0)
            continue;
        cmp_sys_trim(value);
        snprintf(text, text_bytes, "%s", value);
        found = *value != '\0';
    }
    fclose(file);
    return found;
}
