/*
 * A document as Markdown that GitHub, GitLab and CommonMark renderers with tables read. Every text
 * is escaped, so that a name cannot become markup. Main thread of compare.
 */
#include "publish_formats.h"

#include <ctype.h>
#include <string.h>

static bool word_letter(char c) {
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Writes `text` so that it reads as itself; `cell`: within a table, where | ends a field. */
static void text_write(FILE *out, const char *text, bool cell) {
    for (const char *at = text; *at != '\0'; at++) {
        const char before = at > text ? at[-1] : ' ', after = at[1];
        if (*at == '<')
            fputs("&lt;", out);
        else if (*at == '>')
            fputs("&gt;", out);
        else if (*at == '&')
            fputs("&amp;", out);
        else if (strchr("\\`*~$", *at) != NULL || (*at == '|' && cell) ||
                 (*at == '_' && !(word_letter(before) && word_letter(after))) ||
                 (*at == ']' && after != '\0' && strchr("([:", after) != NULL) ||
                 (*at == '#' && at == text) ||
                 (at == text && strchr("+-=", *at) != NULL && !isdigit((unsigned char)after)))
            fprintf(out, "\\%c", *at);
        else
            fputc(*at, out);
    }
}

static void field_write(FILE *out, const pub_field_t *field) {
    const bool bold = field->mark == PUB_BEST && field->text != NULL && *field->text != '\0';
    fputs(bold ? " **" : " ", out);
    text_write(out, field->text != NULL ? field->text : "", true);
    fputs(bold ? "** |" : " |", out);
}

static void table_write(FILE *out, const pub_table_t *table) {
    fputs("**", out);
    text_write(out, table->caption, false);
    fputs("**\n\n|", out);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!pub_column_used(table, i))
            continue;
        fputc(' ', out);
        text_write(out, table->columns[i].title, true);
        fputs(" |", out);
    }
    fputs("\n|", out);
    for (size_t i = 0; i < table->column_count; i++)
        if (pub_column_used(table, i))
            fputs(table->columns[i].number ? "---:|" : ":---|", out);
    fputc('\n', out);
    for (size_t row = 0; row < table->row_count; row++) {
        fputc('|', out);
        for (size_t i = 0; i < table->column_count; i++)
            if (pub_column_used(table, i))
                field_write(out, &table->fields[row * table->column_count + i]);
        fputc('\n', out);
    }
    fputc('\n', out);
}

/* A fence longer than any run of backticks in the text. */
static void command_write(FILE *out, const char *text) {
    size_t longest = 2, here = 0;
    for (const char *at = text; *at != '\0'; at++) {
        here = *at == '`' ? here + 1 : 0;
        longest = here > longest ? here : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        fputc('`', out);
    fprintf(out, "sh\n%s\n", text);
    for (size_t i = 0; i <= longest; i++)
        fputc('`', out);
    fputs("\n\n", out);
}

static void block_write(FILE *out, const pub_block_t *block, const char *pictures, bool last_term) {
    switch (block->kind) {
    case PUB_HEADING:
        for (int i = 0; i < block->level; i++)
            fputc('#', out);
        fputc(' ', out);
        text_write(out, block->title, false);
        fputs("\n\n", out);
        break;
    case PUB_PARAGRAPH:
        text_write(out, block->text, false);
        fputs("\n\n", out);
        break;
    case PUB_TERM:
        fputs("- **", out);
        text_write(out, block->title, false);
        fputs("**: ", out);
        text_write(out, block->text, false);
        fputs(last_term ? "\n\n" : "\n", out);
        break;
    case PUB_COMMAND:
        command_write(out, block->text);
        break;
    case PUB_TABLE:
        table_write(out, &block->table);
        break;
    case PUB_PICTURE:
        fputs("![", out);
        text_write(out, block->picture.title, false);
        fprintf(out, "](%s/%s.svg)\n\n", pictures, block->picture.id);
        break;
    }
}

bool pub_markdown(const pub_document_t *document, const char *pictures, FILE *out) {
    fputs("# ", out);
    text_write(out, document->title, false);
    fputs("\n\n", out);
    for (size_t i = 0; i < document->count; i++)
        block_write(out, &document->blocks[i], pictures,
                    i + 1 == document->count || document->blocks[i + 1].kind != PUB_TERM);
    return fflush(out) == 0 && !ferror(out);
}
