/*
 * Words, marks and comments of a C source file. Used by the audits, which look for a few forms only
 * (atomic operations, declarations, calls of macros): a parser such as libclang would weigh a
 * hundred times what the tool does, needs the headers of each platform, and forgets comments and
 * macros, which the audits are about.
 */
#ifndef C_TOKENS_H
#define C_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cmp_c_kind { CMP_C_WORD, CMP_C_NUMBER, CMP_C_STRING, CMP_C_MARK } cmp_c_kind_t;

/* A mark is one character, but for -> and ##. */
typedef struct cmp_c_token {
    cmp_c_kind_t kind;
    const char *text; /* in the file's source */
    size_t length;
    uint32_t line;      /* from 1 */
    uint32_t directive; /* line of the preprocessor directive that it belongs to; 0: none */
} cmp_c_token_t;

typedef struct cmp_c_comment {
    const char *text; /* with its marks */
    size_t length;
    uint32_t first_line, last_line;
    bool own_line; /* nothing but blanks stands before it */
} cmp_c_comment_t;

typedef struct cmp_c_file {
    char *name;   /* as in reports: "allocator/os.h" */
    char *source; /* the whole text */
    cmp_c_token_t *tokens;
    size_t token_count;
    cmp_c_comment_t *comments;
    size_t comment_count;
} cmp_c_file_t;

/* Splits `source`, which the file takes over with its name; both are malloc'ed. */
void cmp_c_file_split(cmp_c_file_t *file, char *name, char *source);
void cmp_c_file_free(cmp_c_file_t *file);

/* The token is this word or mark; false past the end. */
bool cmp_c_is(const cmp_c_file_t *file, size_t token, const char *text);

/* True for a word that begins with `text`. */
bool cmp_c_begins(const cmp_c_file_t *file, size_t token, const char *text);

bool cmp_c_is_word(const cmp_c_file_t *file, size_t token);

/* The token that closes the bracket ( [ { at `open`; token_count when none does. */
size_t cmp_c_close(const cmp_c_file_t *file, size_t open);

/* The token's text, malloc'ed. */
char *cmp_c_word(const cmp_c_file_t *file, size_t token);

/* The comment without its marks and line ends, malloc'ed. */
char *cmp_c_comment_words(const cmp_c_comment_t *comment);

#endif
