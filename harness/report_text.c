/*
 * Text helpers of the terminal table; see report_text.h. Pure apart from the stream written to;
 * called by the report_*.c files on the main thread of compare. Out of memory ends the program: a
 * table with missing fields would be a wrong table.
 */
#include "report_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct cmp_grid_row {
    char *text[CMP_GRID_COLUMNS]; /* NULL: empty */
    cmp_style_t style[CMP_GRID_COLUMNS];
};

static void *memory_or_end(void *memory) {
    if (!memory) {
        fputs("compare: cannot print the table: out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* Bytes of the well-formed character at `text`, 0 when it is not one (RFC 3629). */
static size_t character_bytes(const unsigned char *text) {
    unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    size_t bytes = first >= 0xc2 && first < 0xe0   ? 2
                   : first >= 0xe0 && first < 0xf0 ? 3
                   : first >= 0xf0 && first < 0xf5 ? 4
                                                   : 0;
    for (size_t i = 1; i < bytes; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    if ((first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] >= 0xa0) ||
        (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] >= 0x90))
        return 0; /* overlong, surrogate, or beyond U+10FFFF */
    return bytes;
}

char *cmp_text_utf8(const char *text, bool printable) {
    const unsigned char *in = (const unsigned char *)(text ? text : "n/a");
    char *clean = memory_or_end(malloc(strlen((const char *)in) * 3 + 1));
    char *out = clean;
    while (*in) {
        size_t bytes = character_bytes(in);
        bool control = *in < 0x20 || *in == 0x7f || (*in == 0xc2 && in[1] < 0xa0);
        if (bytes == 0) {
            out = stpcpy(out, "\xef\xbf\xbd");
            in++;
        } else if (printable && control) {
            *out++ = '?';
            in += bytes;
        } else {
            memcpy(out, in, bytes);
            out += bytes;
            in += bytes;
        }
    }
    *out = '\0';
    return clean;
}

size_t cmp_text_width(const char *text) {
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

int cmp_text_decimals(double value, int digits) {
    if (!isfinite(value) || value == 0)
        return digits - 1;
    int decimals = digits - 1 - (int)floor(log10(fabs(value)));
    return decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
}

void cmp_text_number(char *text, size_t text_bytes, double value, int decimals) {
    if (!isfinite(value)) {
        snprintf(text, text_bytes, "n/a");
        return;
    }
    int needed = value == 0 ? 0 : cmp_text_decimals(value, 3);
    snprintf(text, text_bytes, "%.*f", needed > decimals ? needed : decimals, value);
}

void cmp_grid_row(cmp_grid_t *grid) {
    grid->rows = memory_or_end(realloc(grid->rows, (grid->row_count + 1) * sizeof *grid->rows));
    memset(&grid->rows[grid->row_count++], 0, sizeof *grid->rows);
}

void cmp_grid_set(cmp_grid_t *grid, size_t column, cmp_style_t style, const char *format, ...) {
    struct cmp_grid_row *row = &grid->rows[grid->row_count - 1];
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    memory_or_end(length < 0 ? NULL : text);
    free(row->text[column]);
    row->text[column] = cmp_text_utf8(text, true);
    row->style[column] = style;
    free(text);
}

static void style_begin(FILE *out, cmp_style_t style, bool colour) {
    if (colour && style != CMP_STYLE_PLAIN)
        fputs(style == CMP_STYLE_BEST ? "\033[1m" : "\033[31m", out);
}

static void style_end(FILE *out, cmp_style_t style, bool colour) {
    if (colour && style != CMP_STYLE_PLAIN)
        fputs("\033[0m", out);
}

static void row_print(const cmp_grid_t *grid, const struct cmp_grid_row *row, const size_t *widths,
                      FILE *out, bool colour) {
    size_t owed = 0; /* blanks to print before the next text */
    for (size_t column = 0; column < grid->columns; column++) {
        if (widths[column] == 0)
            continue;
        const char *text = row->text[column] ? row->text[column] : "";
        size_t padding = widths[column] - cmp_text_width(text);
        if (grid->right[column])
            owed += padding;
        if (*text) {
            fprintf(out, "%*s", (int)owed, "");
            style_begin(out, row->style[column], colour);
            fputs(text, out);
            style_end(out, row->style[column], colour);
            owed = 0;
        }
        owed += 2 + (grid->right[column] ? 0 : padding);
    }
    fputc('\n', out);
}

void cmp_grid_print(cmp_grid_t *grid, FILE *out, bool colour) {
    size_t widths[CMP_GRID_COLUMNS] = {0};
    for (size_t column = 0; column < grid->columns; column++) {
        bool used = false;
        for (size_t i = 0; i < grid->row_count; i++) {
            const char *text = grid->rows[i].text[column];
            size_t width = text ? cmp_text_width(text) : 0;
            used |= i > 0 && width > 0;
            widths[column] = width > widths[column] ? width : widths[column];
        }
        if (!used)
            widths[column] = 0;
    }
    for (size_t i = 0; i < grid->row_count; i++) {
        row_print(grid, &grid->rows[i], widths, out, colour);
        for (size_t column = 0; column < grid->columns; column++)
            free(grid->rows[i].text[column]);
    }
    free(grid->rows);
    grid->rows = NULL;
    grid->row_count = 0;
}

void cmp_text_paragraph(FILE *out, const char *label, size_t label_width, const char *text) {
    char *clean = cmp_text_utf8(text, true);
    fprintf(out, "%-*s", (int)label_width, label);
    size_t column = label_width;
    for (char *word = clean + strspn(clean, " "); *word;) {
        size_t bytes = strcspn(word, " ");
        char after = word[bytes];
        word[bytes] = '\0';
        size_t width = cmp_text_width(word);
        if (column > label_width && column + 1 + width > CMP_TEXT_WIDTH) {
            fprintf(out, "\n%*s", (int)label_width, "");
            column = label_width;
        }
        fprintf(out, "%s%s", column > label_width ? " " : "", word);
        column += width + (column > label_width);
        word[bytes] = after;
        word += bytes + strspn(word + bytes, " ");
    }
    fputc('\n', out);
    free(clean);
}
