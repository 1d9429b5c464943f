/*
 * A document as one HTML page: offline, without a request of any kind (a content security policy
 * says so to the browser as well), for light and dark, phone, print, keyboard and screen reader.
 * Every text is escaped. Main thread of compare.
 */
#include "publish_formats.h"
#include "publish_gallery.h"

#include <math.h>
#include <string.h>

#include "publish_page.h"

static const char *const mark_classes[] = {
    [PUB_PLAIN] = "",         [PUB_BEST] = "best",   [PUB_AHEAD] = "ahead",
    [PUB_BEHIND] = "behind",  [PUB_LEVEL] = "level", [PUB_FAILURE] = "failure",
    [PUB_MISSING] = "missing"};

enum { HASH_LENGTH = 40 };

static void field_write(FILE *out, const pub_table_t *table, size_t row, size_t column,
                        bool first) {
    const pub_field_t *field = &table->fields[row * table->column_count + column];
    const char *text = field->text != NULL ? field->text : "";
    const char *mark = mark_classes[field->mark];
    const char *shape = table->columns[column].number                              ? "n"
                        : first || strlen(text) < HASH_LENGTH / 2                  ? "w"
                        : strchr(text, ' ') == NULL && strlen(text) >= HASH_LENGTH ? "h"
                                                                                   : "";
    fprintf(out, first ? "<th scope=\"row\"" : "<td");
    if (!first && (*shape != '\0' || *mark != '\0'))
        fprintf(out, " class=\"%s%s%s\"", shape, *shape != '\0' && *mark != '\0' ? " " : "", mark);
    if (isfinite(field->sort))
        fprintf(out, " data-sort=\"%.9g\"", field->sort);
    fputc('>', out);
    if (field->series != PUB_NO_SERIES)
        fprintf(out,
                "<span class=\"key\" style=\"background:var(--s%d)\" aria-hidden=\"true\">"
                "</span>",
                field->series);
    pub_markup_write(out, text);
    fputs(first ? "</th>" : "</td>", out);
}

static void table_write(FILE *out, const pub_table_t *table) {
    fprintf(out,
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s\">\n"
            "<table>\n<caption id=\"%s\">",
            table->id, table->id);
    pub_markup_write(out, table->caption);
    fputs("</caption>\n<thead><tr>", out);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!pub_column_used(table, i))
            continue;
        fprintf(out, "<th scope=\"col\"%s>", table->columns[i].number ? " class=\"n\"" : "");
        pub_markup_write(out, table->columns[i].title);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t row = 0; row < table->row_count; row++) {
        bool first = true;
        fputs("<tr>", out);
        for (size_t i = 0; i < table->column_count; i++) {
            if (!pub_column_used(table, i))
                continue;
            field_write(out, table, row, i, first);
            first = false;
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table>\n</div>\n", out);
}

static void picture_write(FILE *out, const pub_picture_t *picture, const pub_gallery_t *gallery) {
    const char *svg = NULL;
    for (size_t i = 0; i < gallery->count; i++)
        if (strcmp(gallery->plates[i].id, picture->id) == 0)
            svg = gallery->plates[i].svg_inline;
    fputs("<figure>\n<figcaption>", out);
    pub_markup_write(out, picture->title);
    if (svg == NULL) {
        fprintf(out,
                "</figcaption>\n<p>Not on this page, which would become too large; the picture is "
                "beside it: pictures/%s.svg. In words: ",
                picture->id);
        pub_markup_write(out, picture->description);
        fputs("</p>\n</figure>\n", out);
        return;
    }
    fputs("</figcaption>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"", out);
    pub_markup_write(out, picture->title);
    fprintf(out, "\">\n%s</div>\n<details><summary>The picture in words</summary><p>", svg);
    pub_markup_write(out, picture->description);
    fputs("</p></details>\n</figure>\n", out);
}

static void block_write(FILE *out, const pub_document_t *document, size_t index,
                        const pub_gallery_t *gallery) {
    const pub_block_t *block = &document->blocks[index];
    const bool after_term = index > 0 && block[-1].kind == PUB_TERM;
    const bool before_term = index + 1 < document->count && block[1].kind == PUB_TERM;
    switch (block->kind) {
    case PUB_HEADING:
        fprintf(out, "<h%d id=\"%s\">", block->level, block->id);
        pub_markup_write(out, block->title);
        fprintf(out, "</h%d>\n", block->level);
        break;
    case PUB_PARAGRAPH:
        fputs("<p>", out);
        pub_markup_write(out, block->text);
        fputs("</p>\n", out);
        break;
    case PUB_TERM:
        fputs(after_term ? "<dt>" : "<dl>\n<dt>", out);
        pub_markup_write(out, block->title);
        fputs("</dt><dd>", out);
        pub_markup_write(out, block->text);
        fputs(before_term ? "</dd>\n" : "</dd>\n</dl>\n", out);
        break;
    case PUB_COMMAND:
        fputs("<pre><code>", out);
        pub_markup_write(out, block->text);
        fputs("</code></pre>\n", out);
        break;
    case PUB_TABLE:
        table_write(out, &block->table);
        break;
    case PUB_PICTURE:
        picture_write(out, &block->picture, gallery);
        break;
    }
}

/* The colours of the allocators, on each ground. */
static void series_write(FILE *out, const pub_set_t *set) {
    const char *const grounds[][2] = {
        {":root{", "}\n"},
        {"@media(prefers-color-scheme:dark){:root:not([data-theme=light]){", "}}\n"},
        {":root[data-theme=dark]{", "}\n"},
        {"@media print{:root,:root:not([data-theme=light]),:root[data-theme=dark]{", "}}\n"},
    };
    for (size_t ground = 0; ground < sizeof grounds / sizeof grounds[0]; ground++) {
        const bool dark = ground == 1 || ground == 2;
        fputs(grounds[ground][0], out);
        for (size_t i = 0; i < set->series_count; i++)
            fprintf(out, "--s%zu:%s;", i, dark ? set->series[i].dark : set->series[i].light);
        fputs(grounds[ground][1], out);
    }
}

static void head_write(FILE *out, const pub_document_t *document, const pub_set_t *set) {
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>",
          out);
    pub_markup_write(out, document->title);
    fputs("</title>\n<style>\n", out);
    fputs(pub_page_style, out);
    series_write(out, set);
    fputs("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">To the content</a>\n"
          "<header>\n<h1>",
          out);
    pub_markup_write(out, document->title);
    fputs("</h1>\n<button type=\"button\" id=\"theme\" hidden>Colours: system</button>\n"
          "<nav aria-label=\"Contents\"><ul>\n",
          out);
    for (size_t i = 0; i < document->count; i++) {
        if (document->blocks[i].kind != PUB_HEADING || document->blocks[i].level != 2)
            continue;
        fprintf(out, "<li><a href=\"#%s\">", document->blocks[i].id);
        pub_markup_write(out, document->blocks[i].title);
        fputs("</a></li>\n", out);
    }
    fputs("</ul></nav>\n</header>\n<main id=\"content\">\n", out);
}

bool pub_html(const pub_document_t *document, const pub_set_t *set, const pub_gallery_t *gallery,
              FILE *out) {
    head_write(out, document, set);
    if (gallery->shapes != NULL)
        fprintf(out, "%s\n", gallery->shapes);
    for (size_t i = 0; i < document->count; i++)
        block_write(out, document, i, gallery);
    fputs("</main>\n<footer><p>Made by compare publish"
          " from recorded samples; the same tables as Markdown, CSV, JSON and LaTeX stand beside "
          "this page.</p></footer>\n"
          "<p id=\"status\" role=\"status\" class=\"skip\"></p>\n<script>\n",
          out);
    fputs(pub_page_script, out);
    fputs("</script>\n</body>\n</html>\n", out);
    return fflush(out) == 0 && !ferror(out);
}
