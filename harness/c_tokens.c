/*
 * Splits C source into tokens and comments. Strings, characters, continued lines and directives are
 * told apart, so that nothing in a comment or a string is taken for code; what is behind #if counts
 * whether it is compiled or not. Main thread; no locks.
 */
#include "c_tokens.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"

/* Where the splitting is. */
typedef struct reader {
    cmp_c_file_t *file;
    const char *at;
    uint32_t line;
    uint32_t directive; /* line of the directive that `at` is in; 0: none */
    bool line_empty;    /* no token yet in this line */
} reader_t;

static cmp_c_token_t *token_add(reader_t *reader, cmp_c_kind_t kind, size_t length) {
    cmp_c_file_t *file = reader->file;
    if ((file->token_count & (file->token_count - 1)) == 0) {
        size_t room = file->token_count > 0 ? 2 * file->token_count : 1;
        file->tokens = realloc(file->tokens, room * sizeof *file->tokens);
        if (file->tokens == NULL)
            abort();
    }
    cmp_c_token_t *token = &file->tokens[file->token_count++];
    *token = (cmp_c_token_t){kind, reader->at, length, reader->line, reader->directive};
    reader->line_empty = false;
    reader->at += length;
    return token;
}

static void comment_add(reader_t *reader) {
    cmp_c_file_t *file = reader->file;
    file->comments = realloc(file->comments, (file->comment_count + 1) * sizeof *file->comments);
    if (file->comments == NULL)
        abort();
    cmp_c_comment_t *comment = &file->comments[file->comment_count++];
    const char *end;
    if (reader->at[1] == '*') {
        end = strstr(reader->at + 2, "*/");
        end = end != NULL ? end + 2 : reader->at + strlen(reader->at);
    } else {
        end = reader->at + strcspn(reader->at, "\n");
    }
    *comment = (cmp_c_comment_t){.text = reader->at,
                                 .length = (size_t)(end - reader->at),
                                 .first_line = reader->line,
                                 .own_line = reader->line_empty};
    for (; reader->at < end; reader->at++)
        reader->line += *reader->at == '\n';
    comment->last_line = reader->line;
}

/* Length of a string or character with its quotes; up to the end of the line when it is not
 * closed. */
static size_t quoted_length(const char *text) {
    size_t length = 1;
    while (text[length] != '\0' && text[length] != *text && text[length] != '\n')
        length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
    return length + (text[length] == *text);
}

static size_t number_length(const char *text) {
    size_t length = 1;
    while (isalnum((unsigned char)text[length]) || text[length] == '.' || text[length] == '_' ||
           ((text[length] == '+' || text[length] == '-') &&
            strchr("eEpP", text[length - 1]) != NULL && text[1] != 'x'))
        length++;
    return length;
}

static size_t word_length(const char *text) {
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

/* Blanks, ends of lines and their continuation. False when there is none. */
static bool blank_skip(reader_t *reader) {
    if (reader->at[0] == '\\' && reader->at[1] == '\n') {
        reader->at += 2;
        reader->line++;
        return true;
    }
    if (!isspace((unsigned char)*reader->at))
        return false;
    if (*reader->at == '\n') {
        reader->line++;
        reader->directive = 0;
        reader->line_empty = true;
    }
    reader->at++;
    return true;
}

static void token_read(reader_t *reader) {
    const char *at = reader->at;
    if (*at == '#' && reader->line_empty && reader->directive == 0)
        reader->directive = reader->line;
    if (*at == '"' || *at == '\'')
        token_add(reader, CMP_C_STRING, quoted_length(at));
    else if (isdigit((unsigned char)*at))
        token_add(reader, CMP_C_NUMBER, number_length(at));
    else if (isalpha((unsigned char)*at) || *at == '_')
        token_add(reader, CMP_C_WORD, word_length(at));
    else
        token_add(reader, CMP_C_MARK,
                  (at[0] == '-' && at[1] == '>') || (at[0] == '#' && at[1] == '#') ? 2 : 1);
}

void cmp_c_file_split(cmp_c_file_t *file, char *name, char *source) {
    *file = (cmp_c_file_t){.name = name, .source = source};
    reader_t reader = {.file = file, .at = source, .line = 1, .line_empty = true};
    while (*reader.at != '\0') {
        if (blank_skip(&reader))
            continue;
        if (reader.at[0] == '/' && (reader.at[1] == '*' || reader.at[1] == '/'))
            comment_add(&reader);
        else
            token_read(&reader);
    }
}

void cmp_c_file_free(cmp_c_file_t *file) {
    free(file->name);
    free(file->source);
    free(file->tokens);
    free(file->comments);
    *file = (cmp_c_file_t){0};
}

bool cmp_c_is(const cmp_c_file_t *file, size_t token, const char *text) {
    return token < file->token_count && file->tokens[token].length == strlen(text) &&
           memcmp(file->tokens[token].text, text, strlen(text)) == 0;
}

bool cmp_c_begins(const cmp_c_file_t *file, size_t token, const char *text) {
    return cmp_c_is_word(file, token) && file->tokens[token].length >= strlen(text) &&
           memcmp(file->tokens[token].text, text, strlen(text)) == 0;
}

bool cmp_c_is_word(const cmp_c_file_t *file, size_t token) {
    return token < file->token_count && file->tokens[token].kind == CMP_C_WORD;
}

size_t cmp_c_close(const cmp_c_file_t *file, size_t open) {
    size_t depth = 0;
    for (size_t i = open; i < file->token_count; i++) {
        const cmp_c_token_t *token = &file->tokens[i];
        if (token->kind != CMP_C_MARK || token->directive != file->tokens[open].directive)
            continue;
        if (strchr("([{", *token->text) != NULL)
            depth++;
        else if (strchr(")]}", *token->text) != NULL && --depth == 0)
            return i;
    }
    return file->token_count;
}

char *cmp_c_word(const cmp_c_file_t *file, size_t token) {
    return cmp_text("%.*s", (int)file->tokens[token].length, file->tokens[token].text);
}

char *cmp_c_comment_words(const cmp_c_comment_t *comment) {
    char *words = malloc(comment->length + 1), *to = words;
    if (words == NULL)
        abort();
    const char *from = comment->text + 2, *end = comment->text + comment->length;
    if (comment->text[1] == '*' && comment->length >= 4)
        end -= 2;
    bool line_begins = true, blank = false;
    for (; from < end; from++) {
        if (isspace((unsigned char)*from) || (line_begins && *from == '*')) {
            line_begins |= *from == '\n';
            blank = true;
            continue;
        }
        if (blank && to > words)
            *to++ = ' ';
        blank = line_begins = false;
        *to++ = *from;
    }
    *to = '\0';
    return words;
}
