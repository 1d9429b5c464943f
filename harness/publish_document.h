/*
 * A document as Markdown, LaTeX and HTML share it: headings, paragraphs, lists of terms, tables and
 * pictures, in order. Filled once, rendered several times, so that no format can say something
 * else. Texts are plain and unescaped; a renderer escapes for its own format. Main thread of
 * compare; out of memory ends the program.
 */
#ifndef PUBLISH_DOCUMENT_H
#define PUBLISH_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

/* What a field says beside its text. Renderers may show it by colour as well, never by colour
 * alone. */
typedef enum pub_mark {
    PUB_PLAIN,
    PUB_BEST,    /* of its kind */
    PUB_AHEAD,   /* surely faster than the baseline */
    PUB_BEHIND,  /* surely slower */
    PUB_LEVEL,   /* neither */
    PUB_FAILURE, /* something failed */
    PUB_MISSING, /* there is no figure */
} pub_mark_t;

enum { PUB_NO_SERIES = -1 };

typedef struct pub_field {
    char *text;  /* NULL: empty */
    double sort; /* NAN: sorted by text, after all numbers */
    pub_mark_t mark;
    int series; /* index of the colour of an allocator, or PUB_NO_SERIES */
} pub_field_t;

typedef struct pub_column {
    char *title;
    bool number; /* aligned to the right */
} pub_column_t;

typedef struct pub_table {
    char *id; /* unique in the document, letters, digits and hyphens */
    char *caption;
    pub_column_t *columns;
    size_t column_count;
    pub_field_t *fields; /* row by row */
    size_t row_count;
} pub_table_t;

typedef struct pub_picture {
    char *id; /* the file's name without its ending */
    char *title;
    char *description; /* the picture in words */
} pub_picture_t;

typedef enum pub_kind {
    PUB_HEADING,
    PUB_PARAGRAPH,
    PUB_TERM,    /* title: text */
    PUB_COMMAND, /* text to be copied as it is */
    PUB_TABLE,
    PUB_PICTURE,
} pub_kind_t;

typedef struct pub_block {
    pub_kind_t kind;
    int level; /* of a heading: 2, 3, 4 */
    char *id;  /* of a heading */
    char *title, *text;
    pub_table_t table;
    pub_picture_t picture;
} pub_block_t;

typedef struct pub_document {
    char *title;
    pub_block_t *blocks;
    size_t count;
    size_t ids; /* given so far */
} pub_document_t;

void pub_document_free(pub_document_t *document);

void pub_heading(pub_document_t *document, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pub_paragraph(pub_document_t *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void pub_term(pub_document_t *document, const char *title, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pub_command(pub_document_t *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void pub_picture(pub_document_t *document, const char *id, const char *title,
                 const char *description);

/* Starts a table; columns, then rows of as many fields, are added to the last table. */
void pub_table(pub_document_t *document, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void pub_column(pub_document_t *document, bool number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pub_row(pub_document_t *document);
/* Sets the next field of the last row. */
void pub_text(pub_document_t *document, pub_mark_t mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void pub_name(pub_document_t *document, int series, const char *text);
/* A number with `decimals`, or as many as 3 significant digits need; "n/a" where there is none. */
void pub_number(pub_document_t *document, pub_mark_t mark, double value, int decimals);
/* A whole number. */
void pub_count(pub_document_t *document, double value);
/* "[low, high]" in units of `unit`, sorted by its middle; "n/a" where it is not valid. */
void pub_range(pub_document_t *document, double low, double high, double unit, int decimals);

/* Columns that have a field other than "" in any row; the others may be left out. */
bool pub_column_used(const pub_table_t *table, size_t column);

/* `text` with every run of characters but letters and digits as one hyphen, lower case, malloc'ed.
 */
char *pub_slug(const char *text);

#endif
