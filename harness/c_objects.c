/*
 * Indexes declarations of structs' fields and of variables, and finds what an expression names by
 * walking its members. Types are followed by their last word, which is enough for names that are
 * unique in a project. What cannot be told is not guessed. Main thread; no locks.
 */
#include "c_objects.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"

/* ------------------------------------------------------------------ collecting */

/* A declaration: specifiers, declarators, end. */
typedef struct statement {
    size_t file, first, end; /* tokens; `end` is the ; */
    size_t owner;            /* CMP_C_NONE: variables */
    size_t own_struct;       /* struct that the statement itself defines; CMP_C_NONE */
    size_t declarators;      /* where those begin when it defines one */
} statement_t;

static void alias_add(cmp_c_objects_t *objects, char *word, size_t structure) {
    objects->aliases =
        realloc(objects->aliases, (objects->alias_count + 1) * sizeof *objects->aliases);
    if (objects->aliases == NULL)
        abort();
    objects->aliases[objects->alias_count++] = (cmp_c_alias_t){word, structure};
}

static size_t alias_find(const cmp_c_objects_t *objects, const char *word) {
    for (size_t i = 0; word != NULL && i < objects->alias_count; i++)
        if (strcmp(objects->aliases[i].word, word) == 0)
            return objects->aliases[i].structure;
    return CMP_C_NONE;
}

/* The comment behind a declaration in its last line, else the one right above it. */
static char *comment_of(const cmp_c_file_t *file, const cmp_c_token_t *first,
                        const cmp_c_token_t *last) {
    const cmp_c_comment_t *above = NULL;
    for (size_t i = 0; i < file->comment_count; i++) {
        const cmp_c_comment_t *comment = &file->comments[i];
        if (comment->first_line == last->line && comment->text > last->text)
            return cmp_c_comment_words(comment);
        if (comment->last_line + 1 == first->line && comment->own_line)
            above = comment;
    }
    return above != NULL ? cmp_c_comment_words(above) : cmp_text("%s", "");
}

static bool is_qualifier(const cmp_c_file_t *file, size_t token) {
    static const char *const words[] = {"const",    "volatile", "static",   "extern",
                                        "register", "_Atomic",  "restrict", "_Thread_local",
                                        "inline",   "struct",   "union",    "enum"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (cmp_c_is(file, token, words[i]))
            return true;
    return false;
}

/* atomic_uint and its like: a type of <stdatomic.h>, not a call. */
static bool is_atomic_type(const cmp_c_file_t *file, size_t token) {
    return cmp_c_is(file, token, "_Atomic") ||
           (cmp_c_begins(file, token, "atomic_") && !cmp_c_is(file, token + 1, "("));
}

static void object_add(cmp_c_objects_t *objects, const statement_t *statement, size_t name,
                       size_t type, bool atomic, bool pointer) {
    const cmp_c_file_t *file = &objects->files[statement->file];
    if ((objects->count & (objects->count - 1)) == 0) {
        size_t room = objects->count > 0 ? 2 * objects->count : 1;
        objects->items = realloc(objects->items, room * sizeof *objects->items);
        if (objects->items == NULL)
            abort();
    }
    bool file_only = false;
    for (size_t i = statement->first; i < statement->end; i++)
        file_only |= cmp_c_is(file, i, "static");
    objects->items[objects->count++] = (cmp_c_object_t){
        .name = cmp_c_word(file, name),
        .owner = statement->owner,
        .type = type < file->token_count ? cmp_c_word(file, type) : NULL,
        .type_struct = statement->own_struct,
        .atomic = atomic && !pointer,
        .pointer_to_atomic = atomic && pointer,
        .file_only = file_only,
        .file = statement->file,
        .line = file->tokens[name].line,
        .comment = comment_of(file, &file->tokens[statement->first], &file->tokens[statement->end]),
    };
}

/* Adds what the statement declares. A name is the last word before , ; [ = or : outside of
 * brackets; the type is the last word before the first name. */
static void statement_read(cmp_c_objects_t *objects, const statement_t *statement) {
    const cmp_c_file_t *file = &objects->files[statement->file];
    const bool type_defined = cmp_c_is(file, statement->first, "typedef");
    size_t name = file->token_count, type = file->token_count;
    bool atomic = false, stars = false, named = false;
    for (size_t i = statement->own_struct != CMP_C_NONE ? statement->declarators : statement->first;
         i <= statement->end; i++) {
        bool ends = i == statement->end || cmp_c_is(file, i, ",");
        if (file->tokens[i].directive != 0)
            continue;
        if (ends || cmp_c_is(file, i, "=") || cmp_c_is(file, i, ":")) {
            if (name < file->token_count && type_defined && statement->own_struct != CMP_C_NONE)
                alias_add(objects, cmp_c_word(file, name), statement->own_struct);
            else if (name < file->token_count && !type_defined)
                object_add(objects, statement, name, type, atomic, stars);
            named = true;
            name = file->token_count;
            stars = false;
            for (; !ends && i < statement->end && !cmp_c_is(file, i, ","); i++)
                if (strchr("([{", *file->tokens[i].text) != NULL)
                    i = cmp_c_close(file, i) - 1; /* the bracket itself is stepped over */
            continue;
        }
        if (is_atomic_type(file, i)) {
            atomic = true;
            if (cmp_c_is(file, i + 1, "("))
                i = cmp_c_close(file, i + 1);
        } else if (cmp_c_is(file, i, "__attribute__") || cmp_c_is(file, i, "_Alignas")) {
            i = cmp_c_close(file, i + 1);
        } else if (cmp_c_is(file, i, "[") || cmp_c_is(file, i, "{")) {
            i = cmp_c_close(file, i);
        } else if (cmp_c_is(file, i, "(")) {
            return; /* a function, or a pointer to one */
        } else if (cmp_c_is(file, i, "*")) {
            stars = true;
        } else if (cmp_c_is_word(file, i) && !is_qualifier(file, i)) {
            if (!named && name < file->token_count)
                type = name;
            name = i;
        }
    }
}

static void members_read(cmp_c_objects_t *objects, size_t file_index, size_t first, size_t end,
                         size_t owner);

/* `at` is struct or union. Returns the struct's number when members follow, and in *close where
 * they end. */
static size_t struct_read(cmp_c_objects_t *objects, size_t file_index, size_t at, size_t *close) {
    const cmp_c_file_t *file = &objects->files[file_index];
    size_t tag = file->token_count;
    for (at++; at < file->token_count && !cmp_c_is(file, at, "{"); at++) {
        if (cmp_c_is(file, at, "__attribute__") || cmp_c_is(file, at, "_Alignas"))
            at = cmp_c_close(file, at + 1);
        else if (cmp_c_is_word(file, at) && tag == file->token_count)
            tag = at;
        else
            return CMP_C_NONE;
    }
    if (at >= file->token_count)
        return CMP_C_NONE;
    size_t structure = objects->struct_count++;
    if (tag < file->token_count)
        alias_add(objects, cmp_c_word(file, tag), structure);
    *close = cmp_c_close(file, at);
    members_read(objects, file_index, at + 1, *close, structure);
    return structure;
}

/* Reads the declarations between two tokens: members of a struct, or a whole file. */
static void members_read(cmp_c_objects_t *objects, size_t file_index, size_t first, size_t end,
                         size_t owner) {
    const cmp_c_file_t *file = &objects->files[file_index];
    statement_t statement = {file_index, first, end, owner, CMP_C_NONE, 0};
    bool fresh = true;
    for (size_t i = first; i < end; i++) {
        if (file->tokens[i].directive != 0)
            continue;
        if (fresh)
            statement = (statement_t){file_index, i, end, owner, CMP_C_NONE, 0};
        fresh = false;
        size_t close;
        if (cmp_c_is(file, i, "struct") || cmp_c_is(file, i, "union")) {
            size_t structure = struct_read(objects, file_index, i, &close);
            if (structure != CMP_C_NONE) {
                statement.own_struct = structure;
                statement.declarators = close + 1;
                i = close;
            }
        } else if (cmp_c_is(file, i, "(") || cmp_c_is(file, i, "[")) {
            i = cmp_c_close(file, i);
        } else if ((cmp_c_is(file, i, "{") && i > 0 && file->tokens[i - 1].kind == CMP_C_STRING) ||
                   cmp_c_is(file, i, "}")) {
            fresh = true; /* extern "C", and its end */
        } else if (cmp_c_is(file, i, "{")) {
            i = cmp_c_close(file, i);
            fresh = !cmp_c_is(file, i + 1, ";") && !cmp_c_is(file, i + 1, ",");
        } else if (cmp_c_is(file, i, ";")) {
            statement.end = i;
            statement_read(objects, &statement);
            fresh = true;
        }
    }
}

/* "typedef struct TAG NAME;" of a struct that is defined elsewhere. */
static void typedefs_read(cmp_c_objects_t *objects, size_t file_index) {
    const cmp_c_file_t *file = &objects->files[file_index];
    for (size_t i = 0; i + 4 < file->token_count; i++) {
        if (!cmp_c_is(file, i, "typedef") || !cmp_c_is(file, i + 1, "struct") ||
            !cmp_c_is(file, i + 4, ";"))
            continue;
        char *tag = cmp_c_word(file, i + 2);
        size_t structure = alias_find(objects, tag);
        if (structure != CMP_C_NONE)
            alias_add(objects, cmp_c_word(file, i + 3), structure);
        free(tag);
    }
}

/* Variables inside functions: those that are atomic only. */
static void locals_read(cmp_c_objects_t *objects, size_t file_index) {
    const cmp_c_file_t *file = &objects->files[file_index];
    size_t depth = 0;
    for (size_t i = 0, first = 0; i < file->token_count; i++) {
        if (file->tokens[i].directive != 0)
            continue;
        if (cmp_c_is(file, i, "{"))
            depth++;
        if (cmp_c_is(file, i, "}") && depth > 0)
            depth--;
        if (cmp_c_is(file, i, "{") || cmp_c_is(file, i, "}") || cmp_c_is(file, i, ";"))
            first = i + 1;
        if (depth == 0 || !is_atomic_type(file, i))
            continue;
        size_t end = i;
        while (end < file->token_count && !cmp_c_is(file, end, ";"))
            end++;
        bool known = end == file->token_count;
        for (size_t j = 0; j < objects->count; j++)
            known |= objects->items[j].file == file_index &&
                     objects->items[j].line >= file->tokens[first].line &&
                     objects->items[j].line <= file->tokens[end].line;
        const statement_t statement = {file_index, first, end, CMP_C_NONE, CMP_C_NONE, 0};
        if (!known)
            statement_read(objects, &statement);
        i = end - 1;
    }
}

void cmp_c_objects_find(cmp_c_objects_t *objects, const cmp_c_file_t *files, size_t file_count) {
    *objects = (cmp_c_objects_t){.files = files, .file_count = file_count};
    for (size_t i = 0; i < file_count; i++)
        members_read(objects, i, 0, files[i].token_count, CMP_C_NONE);
    for (size_t i = 0; i < file_count; i++) {
        typedefs_read(objects, i);
        locals_read(objects, i);
    }
}

void cmp_c_objects_free(cmp_c_objects_t *objects) {
    for (size_t i = 0; i < objects->count; i++) {
        free(objects->items[i].name);
        free(objects->items[i].type);
        free(objects->items[i].comment);
    }
    for (size_t i = 0; i < objects->alias_count; i++)
        free(objects->aliases[i].word);
    free(objects->items);
    free(objects->aliases);
    *objects = (cmp_c_objects_t){0};
}
