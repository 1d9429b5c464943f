/*
 * Fields and variables that C files declare, with the comment that stands at each, and which of
 * them an expression such as &heap->outbox[i].chunk names. Used by the audit of atomics.
 */
#ifndef C_OBJECTS_H
#define C_OBJECTS_H

#include "c_tokens.h"

#define CMP_C_NONE SIZE_MAX

typedef struct cmp_c_object {
    char *name;
    size_t owner;       /* the struct whose field it is; CMP_C_NONE: a variable */
    char *type;         /* last word of its type; NULL when it is a struct without name */
    size_t type_struct; /* that struct; CMP_C_NONE where `type` tells */
    bool atomic;        /* declared _Atomic; a pointer to something atomic is not */
    bool pointer_to_atomic;
    bool file_only; /* static */
    size_t file;
    uint32_t line;
    char *comment; /* "" when it has none */
} cmp_c_object_t;

typedef struct cmp_c_alias {
    char *word; /* a tag, the name of a type, or a variable that is the only one of its struct */
    size_t structure;
} cmp_c_alias_t;

typedef struct cmp_c_objects {
    const cmp_c_file_t *files;
    size_t file_count;
    cmp_c_object_t *items;
    size_t count;
    cmp_c_alias_t *aliases;
    size_t alias_count;
    size_t struct_count;
} cmp_c_objects_t;

/* Indexes the fields of all structs and the variables of `files`, which must stay. */
void cmp_c_objects_find(cmp_c_objects_t *objects, const cmp_c_file_t *files, size_t file_count);
void cmp_c_objects_free(cmp_c_objects_t *objects);

/* An expression in the tokens from `first` to before `end` of a file. */
typedef struct cmp_c_expression {
    size_t file, first, end;
} cmp_c_expression_t;

/* The first word of what is named: "heap" in &heap->outbox[i].chunk; token_count when there is
 * none. */
size_t cmp_c_base(const cmp_c_objects_t *objects, cmp_c_expression_t expression);

/* What is known of a field beside its name, where the struct cannot be told. */
typedef enum cmp_c_fit { CMP_C_ANY, CMP_C_ATOMIC, CMP_C_PLAIN } cmp_c_fit_t;

/* The field or variable that the expression names, its last member; CMP_C_NONE when that cannot be
 * told. Where the struct is not known, the only field of that name counts, or of several the only
 * one that fits. */
size_t cmp_c_resolve(const cmp_c_objects_t *objects, cmp_c_expression_t expression,
                     cmp_c_fit_t fit);

/* "hak_heap.inbox" or "hak_domain_base", malloc'ed. */
char *cmp_c_object_name(const cmp_c_objects_t *objects, size_t object);

#endif
