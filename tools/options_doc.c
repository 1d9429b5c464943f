/*
 * Prints docs/options.md from the tables that the library itself is built from: HAK_OPTIONS
 * (allocator/options.h) and HAK_BUILD_FLAGS (allocator/config.h). A build tool, one thread; `ninja
 * docs-options` writes its output, a test compares.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "allocator/config.h"
#include "allocator/options.h"

/* A cell of a Markdown table: what would end it is escaped. */
static void cell_print(const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text);
    }
}

/* A value in the way it is written in the environment. */
static void value_print(uint64_t value, const char *unit) {
    if (strchr(unit, '|') != NULL) {
        for (; value > 0; value--)
            unit = strchr(unit, '|') + 1;
        printf("`%.*s`", (int)strcspn(unit, "|"), unit);
    } else if (strcmp(unit, "mask") == 0) {
        printf("0x%llX", (unsigned long long)value);
    } else {
        printf("%llu", (unsigned long long)value);
    }
}

static void option_print(const hak_option_row_t *row) {
    const bool words = strchr(row->unit, '|') != NULL, mask = strcmp(row->unit, "mask") == 0;
    printf("| `%s` | ", row->variable);
    value_print(row->initial, row->unit);
    if (!words && !mask)
        printf(" %s", row->unit);
    printf(" | ");
    for (uint64_t value = row->minimum; words && value <= row->maximum; value++) {
        value_print(value, row->unit);
        printf(value < row->maximum ? ", " : "");
    }
    if (!words) {
        value_print(row->minimum, row->unit);
        printf(" to ");
        value_print(row->maximum, row->unit);
    }
    printf(" | ");
    cell_print(row->help);
    puts(" |");
}

static void flag_print(const char *flag, long long value, const char *help) {
    printf("| `%s` | %lld | ", flag, value);
    cell_print(help);
    puts(" |");
}

int main(void) {
    puts("# Options of hakmem\n"
         "\n"
         "Made by `ninja docs-options` from the tables in `allocator/options.h` and\n"
         "`allocator/config.h`; edit those.\n"
         "\n"
         "## In the environment\n"
         "\n"
         "Read once, at the first allocation of a process. Numbers are whole, decimal or\n"
         "hexadecimal (`0x7F`); for a word its number will do, counted from 0. A wrong value is\n"
         "warned about on standard error, and the default stays. `hak_configuration()` tells what "
         "is\n"
         "in force. The build `hakmem:fixed` reads no environment: every option has its default\n"
         "there.\n"
         "\n"
         "| variable | default | range | meaning |\n"
         "|---|---|---|---|");
#define OPTION_PRINT(field, variable, initial, minimum, maximum, unit, help)                       \
    option_print(&(hak_option_row_t){(variable), (unit), (help), (initial), (minimum), (maximum)});
    HAK_OPTIONS(OPTION_PRINT)
    puts("\n"
         "## When building\n"
         "\n"
         "Flags of the compiler's command line, `-DFLAG=1`. The stanzas of\n"
         "`allocator/variants.ninja` set them; `compare list variants` shows what for.\n"
         "\n"
         "| flag | default | meaning |\n"
         "|---|---|---|");
#define FLAG_PRINT(flag, help) flag_print(#flag, (flag), (help));
    HAK_BUILD_FLAGS(FLAG_PRINT)
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
