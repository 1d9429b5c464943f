/*
 * A document as LaTeX, to be read with \input: needs the package booktabs, and shows pictures where
 * graphicx is loaded. Characters beyond Latin go through \hakmemchar, so that pdfLaTeX prints their
 * number where XeLaTeX and LuaLaTeX print them. Main thread of compare.
 */
#include "publish_formats.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { LONG_WORD = 24, BREAK_EVERY = 16, LONG_FIELD = 36 };

/* The code point at *text, which is valid UTF-8; moves *text behind it. */
static uint32_t code_point(const char **text) {
    const unsigned char *at = (const unsigned char *)*text;
    const int more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
    static const unsigned char masks[] = {0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = *at++ & masks[more];
    for (int i = 0; i < more; i++)
        code = code << 6 | (*at++ & 0x3f);
    *text = (const char *)at;
    return code;
}

static void text_write(FILE *out, const char *text) {
    size_t word = 0, length = strcspn(text, " ");
    while (*text != '\0') {
        const char *start = text;
        uint32_t code = code_point(&text);
        if (code == ' ') {
            word = 0;
            length = strcspn(text, " ");
        } else if (length > LONG_WORD && word > 0 && word % BREAK_EVERY == 0) {
            fputs("\\allowbreak{}", out);
        }
        word += code != ' ';
        if (code == '\\')
            fputs("\\textbackslash{}", out);
        else if (code == '~')
            fputs("\\textasciitilde{}", out);
        else if (code == '^')
            fputs("\\textasciicircum{}", out);
        else if (code == '<')
            fputs("\\textless{}", out);
        else if (code == '>')
            fputs("\\textgreater{}", out);
        else if (code == '|')
            fputs("\\textbar{}", out);
        else if (code == '"')
            fputs("{\\char34}", out);
        else if (code == '\'' || code == '`')
            fprintf(out, "\\text%s{}", code == '`' ? "asciigrave" : "quotesingle");
        else if (code == '-' && *text == '-')
            fputs("-{}", out);
        else if (code == '[' || code == ']')
            fprintf(out, "{%c}", (int)code); /* not the option of a \\ before it */
        else if (code < 0x80 && strchr("{}$&#_%", (int)code) != NULL)
            fprintf(out, "\\%c", (int)code);
        else if (code < 0x80 || (code >= 0xc0 && code <= 0xff && code != 0xd7 && code != 0xf7))
            fwrite(start, 1, (size_t)(text - start), out);
        else
            fprintf(out, "\\hakmemchar{%X}{%.*s}", code, (int)(text - start), start);
    }
}

/* Columns of long words get a width, so that they can be broken. */
static bool column_is_long(const pub_table_t *table, size_t column) {
    for (size_t row = 0; row < table->row_count; row++) {
        const char *text = table->fields[row * table->column_count + column].text;
        if (text != NULL && strlen(text) > LONG_FIELD)
            return true;
    }
    return false;
}

static void table_write(FILE *out, const pub_table_t *table) {
    size_t used = 0, wide = 0;
    fputs("\\begin{table}[htbp]\n\\centering\\scriptsize\\setlength{\\tabcolsep}{3pt}\n\\caption{",
          out);
    text_write(out, table->caption);
    fprintf(out, "}\\label{tab:%s}\n\\hakmemfit{%%\n\\begin{tabular}{", table->id);
    for (size_t i = 0; i < table->column_count; i++)
        wide += pub_column_used(table, i) && column_is_long(table, i);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!pub_column_used(table, i))
            continue;
        if (column_is_long(table, i))
            fprintf(out, ">{\\raggedright\\arraybackslash}p{%.2f\\linewidth}", 0.6 / (double)wide);
        else
            fputc(table->columns[i].number ? 'r' : 'l', out);
    }
    fputs("}\n\\toprule\n", out);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!pub_column_used(table, i))
            continue;
        fputs(used++ > 0 ? " & " : "", out);
        text_write(out, table->columns[i].title);
    }
    fputs(" \\\\\n\\midrule\n", out);
    for (size_t row = 0; row < table->row_count; row++) {
        used = 0;
        for (size_t i = 0; i < table->column_count; i++) {
            const pub_field_t *field = &table->fields[row * table->column_count + i];
            if (!pub_column_used(table, i))
                continue;
            fputs(used++ > 0 ? " & " : "", out);
            fputs(field->mark == PUB_BEST ? "\\textbf{" : "", out);
            text_write(out, field->text != NULL ? field->text : "");
            fputs(field->mark == PUB_BEST ? "}" : "", out);
        }
        fputs(" \\\\\n", out);
    }
    fputs("\\bottomrule\n\\end{tabular}}\n\\end{table}\n\n", out);
}

static void picture_write(FILE *out, const pub_picture_t *picture, const char *pictures) {
    fprintf(out,
            "\\ifdefined\\includegraphics\\IfFileExists{%s/%s.png}{%%\n"
            "\\begin{figure}[htbp]\n\\centering\n"
            "\\includegraphics[width=\\linewidth]{%s/%s.png}\n\\caption{",
            pictures, picture->id, pictures, picture->id);
    text_write(out, picture->title);
    fprintf(out, "}\\label{fig:%s}\n\\end{figure}}{}\n\\fi\n\n", picture->id);
}

static void block_write(FILE *out, const pub_block_t *block, const char *pictures) {
    switch (block->kind) {
    case PUB_HEADING:
        fprintf(out, "\\%ssection{", block->level > 2 ? "sub" : "");
        text_write(out, block->title);
        fputs("}\n\n", out);
        break;
    case PUB_PARAGRAPH:
        text_write(out, block->text);
        fputs("\n\n", out);
        break;
    case PUB_TERM:
        fputs("\\noindent\\textbf{", out);
        text_write(out, block->title);
        fputs(".} ", out);
        text_write(out, block->text);
        fputs("\\par\n\n", out);
        break;
    case PUB_COMMAND:
        fputs("{\\raggedright\\ttfamily ", out);
        text_write(out, block->text);
        fputs("\\par}\n\n", out);
        break;
    case PUB_TABLE:
        table_write(out, &block->table);
        break;
    case PUB_PICTURE:
        picture_write(out, &block->picture, pictures);
        break;
    }
}

bool pub_latex(const pub_document_t *document, const char *pictures, FILE *out) {
    fputs("% For \\input. Needs \\usepackage{array}, \\usepackage{booktabs},\n"
          "% \\usepackage{textcomp}; with \\usepackage{graphicx} also the pictures are shown.\n"
          "\\providecommand{\\hakmemchar}[2]{\\ifdefined\\Umathchar#2\\else U+#1\\fi}\n"
          "% A table that is too wide is made smaller, where graphicx is loaded.\n"
          "\\providecommand{\\hakmemfit}[1]{\\ifdefined\\resizebox\\resizebox{%\n"
          "  \\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{#1}\\else#1\\fi}\n\n"
          "\\section{",
          out);
    text_write(out, document->title);
    fputs("}\n\n", out);
    for (size_t i = 0; i < document->count; i++) {
        block_write(out, &document->blocks[i], pictures);
        if (i % 12 == 11) /* many floats in a row exceed what LaTeX keeps back */
            fputs("\\ifdefined\\clearpage\\clearpage\\fi\n", out);
    }
    return fflush(out) == 0 && !ferror(out);
}
