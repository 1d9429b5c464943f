/* Fills a document; see publish_document.h. */
#include "publish_document.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "report_text.h"

static void *grow(void *array, size_t count, size_t bytes) {
    void *more = realloc(array, (count + 1) * bytes);
    if (more == NULL)
        abort();
    memset((char *)more + count * bytes, 0, bytes);
    return more;
}

/* Text as of vprintf, valid UTF-8 and without control characters. */
static char *text_format(const char *format, va_list arguments) {
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    char *clean = cmp_text_utf8(text, true);
    free(text);
    return clean;
}

static pub_block_t *block_add(pub_document_t *document, pub_kind_t kind) {
    document->blocks = grow(document->blocks, document->count, sizeof *document->blocks);
    document->blocks[document->count].kind = kind;
    return &document->blocks[document->count++];
}

static void table_free(pub_table_t *table) {
    for (size_t i = 0; i < table->row_count * table->column_count; i++)
        free(table->fields[i].text);
    for (size_t i = 0; i < table->column_count; i++)
        free(table->columns[i].title);
    free(table->fields);
    free(table->columns);
    free(table->id);
    free(table->caption);
}

void pub_document_free(pub_document_t *document) {
    for (size_t i = 0; i < document->count; i++) {
        pub_block_t *block = &document->blocks[i];
        table_free(&block->table);
        free(block->picture.id);
        free(block->picture.title);
        free(block->picture.description);
        free(block->id);
        free(block->title);
        free(block->text);
    }
    free(document->blocks);
    free(document->title);
    *document = (pub_document_t){0};
}

char *pub_slug(const char *text) {
    char *slug = cmp_text("%s", text), *out = slug;
    for (const char *in = text; *in != '\0'; in++) {
        if (isascii((unsigned char)*in) && isalnum((unsigned char)*in))
            *out++ = (char)tolower((unsigned char)*in);
        else if (out > slug && out[-1] != '-')
            *out++ = '-';
    }
    while (out > slug && out[-1] == '-')
        out--;
    *out = '\0';
    return slug;
}

static char *id_make(pub_document_t *document, const char *text) {
    char *slug = pub_slug(text), *id = cmp_text("%s-%zu", slug, ++document->ids);
    free(slug);
    return id;
}

void pub_heading(pub_document_t *document, int level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *title = text_format(format, arguments);
    va_end(arguments);
    pub_block_t *block = block_add(document, PUB_HEADING);
    block->level = level;
    block->title = title;
    block->id = id_make(document, title);
}

void pub_paragraph(pub_document_t *document, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    block_add(document, PUB_PARAGRAPH)->text = text_format(format, arguments);
    va_end(arguments);
}

void pub_term(pub_document_t *document, const char *title, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    pub_block_t *block = block_add(document, PUB_TERM);
    block->text = text_format(format, arguments);
    block->title = cmp_text_utf8(title, true);
    va_end(arguments);
}

void pub_command(pub_document_t *document, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    block_add(document, PUB_COMMAND)->text = text_format(format, arguments);
    va_end(arguments);
}

void pub_picture(pub_document_t *document, const char *id, const char *title,
                 const char *description) {
    pub_block_t *block = block_add(document, PUB_PICTURE);
    block->picture = (pub_picture_t){.id = cmp_text("%s", id),
                                     .title = cmp_text_utf8(title, true),
                                     .description = cmp_text_utf8(description, true)};
}

/* ---------------------------------------------------------------- tables */

void pub_table(pub_document_t *document, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *caption = text_format(format, arguments);
    va_end(arguments);
    pub_block_t *block = block_add(document, PUB_TABLE);
    block->table.caption = caption;
    block->table.id = cmp_text("table-%zu", ++document->ids);
}

static pub_table_t *table_last(pub_document_t *document) {
    return &document->blocks[document->count - 1].table;
}

void pub_column(pub_document_t *document, bool number, const char *format, ...) {
    pub_table_t *table = table_last(document);
    va_list arguments;
    va_start(arguments, format);
    table->columns = grow(table->columns, table->column_count, sizeof *table->columns);
    table->columns[table->column_count++] =
        (pub_column_t){.title = text_format(format, arguments), .number = number};
    va_end(arguments);
}

void pub_row(pub_document_t *document) {
    pub_table_t *table = table_last(document);
    const size_t before = table->row_count * table->column_count;
    table->fields = realloc(table->fields, (before + table->column_count) * sizeof *table->fields);
    if (table->fields == NULL)
        abort();
    for (size_t i = 0; i < table->column_count; i++)
        table->fields[before + i] = (pub_field_t){.sort = NAN, .series = PUB_NO_SERIES};
    table->row_count++;
}

/* The first field of the last row that has no text yet. */
static pub_field_t *field_next(pub_document_t *document) {
    pub_table_t *table = table_last(document);
    pub_field_t *row = table->fields + (table->row_count - 1) * table->column_count;
    for (size_t i = 0; i < table->column_count; i++)
        if (row[i].text == NULL)
            return &row[i];
    abort(); /* more fields than columns: a mistake of the caller */
}

void pub_text(pub_document_t *document, pub_mark_t mark, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    pub_field_t *field = field_next(document);
    field->text = text_format(format, arguments);
    field->mark = mark;
    va_end(arguments);
}

void pub_name(pub_document_t *document, int series, const char *text) {
    pub_field_t *field = field_next(document);
    field->text = cmp_text_utf8(text, true);
    field->series = series;
}

void pub_number(pub_document_t *document, pub_mark_t mark, double value, int decimals) {
    char text[40];
    pub_field_t *field = field_next(document);
    cmp_text_number(text, sizeof text, value, decimals);
    field->text = cmp_text("%s", text);
    field->sort = value;
    field->mark = isfinite(value) ? mark : PUB_MISSING;
}

void pub_count(pub_document_t *document, double value) {
    pub_field_t *field = field_next(document);
    field->text = isfinite(value) ? cmp_text("%.0f", value) : cmp_text("n/a");
    field->sort = value;
    field->mark = isfinite(value) ? PUB_PLAIN : PUB_MISSING;
}

void pub_range(pub_document_t *document, double low, double high, double unit, int decimals) {
    char low_text[40], high_text[40];
    pub_field_t *field = field_next(document);
    cmp_text_number(low_text, sizeof low_text, low / unit, decimals);
    cmp_text_number(high_text, sizeof high_text, high / unit, decimals);
    const bool valid = isfinite(low) && isfinite(high);
    field->text = valid ? cmp_text("[%s, %s]", low_text, high_text) : cmp_text("n/a");
    field->sort = valid ? (low + high) / 2 : NAN;
    field->mark = valid ? PUB_PLAIN : PUB_MISSING;
}

bool pub_column_used(const pub_table_t *table, size_t column) {
    for (size_t row = 0; row < table->row_count; row++) {
        const char *text = table->fields[row * table->column_count + column].text;
        if (text != NULL && *text != '\0')
            return true;
    }
    return false;
}
