/*
 * Text helpers of the terminal table: numbers with the digits they deserve, names that cannot harm
 * a terminal, aligned columns and wrapped lines. Widths count characters, not bytes.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CMP_GRID_COLUMNS = 12, CMP_TEXT_WIDTH = 110 };

typedef enum cmp_style { CMP_STYLE_PLAIN, CMP_STYLE_BEST, CMP_STYLE_FAILURE } cmp_style_t;

/* A table that is filled row by row and printed once all widths are known. */
typedef struct cmp_grid {
    size_t columns;
    bool right[CMP_GRID_COLUMNS]; /* alignment */
    struct cmp_grid_row *rows;
    size_t row_count;
} cmp_grid_t;

/* `text` as valid UTF-8, malloc'ed: invalid bytes become U+FFFD. With `printable`, control
 * characters (terminal escapes, line ends) become '?'. NULL becomes "n/a". */
char *cmp_text_utf8(const char *text, bool printable);

/* Characters (code points) of a valid UTF-8 text. */
size_t cmp_text_width(const char *text);

/* Decimals that show `value` with `digits` significant digits, 0 where fewer are needed. */
int cmp_text_decimals(double value, int digits);

/* The number with `decimals`, or with as many as 3 significant digits need; "n/a" when it is not
 * finite. A number that is not 0 is never printed as 0. */
void cmp_text_number(char *text, size_t text_bytes, double value, int decimals);

/* Starts a row; an empty row prints as an empty line. */
void cmp_grid_row(cmp_grid_t *grid);
/* Sets a field of the last row; the text is made printable. */
void cmp_grid_set(cmp_grid_t *grid, size_t column, cmp_style_t style, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Prints with two blanks between columns and no blanks at line ends, then empties the grid. Columns
 * that have no text below the first row are left out. */
void cmp_grid_print(cmp_grid_t *grid, FILE *out, bool colour);

/* Prints "label  text", wrapped at CMP_TEXT_WIDTH; continued lines start below the text. */
void cmp_text_paragraph(FILE *out, const char *label, size_t label_width, const char *text);

#endif
