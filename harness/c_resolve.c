/*
 * Which declaration an expression names: see c_objects.h. Main thread; no locks.
 */
#include "c_objects.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"

static bool named(const cmp_c_objects_t *objects, size_t object, const cmp_c_file_t *file,
                  size_t token) {
    return cmp_c_is(file, token, objects->items[object].name);
}

/* The variable of that name: of the same file, else of any where it is not static. */
static size_t variable_find(const cmp_c_objects_t *objects, size_t file_index, size_t token) {
    size_t found = CMP_C_NONE;
    for (size_t i = 0; i < objects->count; i++) {
        const cmp_c_object_t *object = &objects->items[i];
        if (object->owner != CMP_C_NONE || !named(objects, i, &objects->files[file_index], token) ||
            (object->file != file_index && object->file_only))
            continue;
        /* Of several declarations of one variable the one that says something. */
        if (found == CMP_C_NONE || *objects->items[found].comment == '\0')
            found = i;
    }
    return found;
}

static size_t field_find(const cmp_c_objects_t *objects, size_t owner, const cmp_c_file_t *file,
                         size_t token) {
    for (size_t i = 0; i < objects->count; i++)
        if (objects->items[i].owner == owner && named(objects, i, file, token))
            return i;
    return CMP_C_NONE;
}

/* The only field of that name; of several the only one that fits. */
static size_t field_guess(const cmp_c_objects_t *objects, const cmp_c_file_t *file, size_t token,
                          cmp_c_fit_t fit) {
    size_t found = CMP_C_NONE, fitting = CMP_C_NONE, count = 0, fitting_count = 0;
    for (size_t i = 0; i < objects->count; i++) {
        if (objects->items[i].owner == CMP_C_NONE || !named(objects, i, file, token))
            continue;
        found = i;
        count++;
        if (fit != CMP_C_ANY && objects->items[i].atomic == (fit == CMP_C_ATOMIC)) {
            fitting = i;
            fitting_count++;
        }
    }
    return count == 1 ? found : fitting_count == 1 ? fitting : CMP_C_NONE;
}

static size_t struct_named(const cmp_c_objects_t *objects, const char *word) {
    for (size_t i = 0; word != NULL && i < objects->alias_count; i++)
        if (strcmp(objects->aliases[i].word, word) == 0)
            return objects->aliases[i].structure;
    return CMP_C_NONE;
}

static size_t struct_of(const cmp_c_objects_t *objects, size_t object) {
    if (object == CMP_C_NONE)
        return CMP_C_NONE;
    const cmp_c_object_t *item = &objects->items[object];
    return item->type_struct != CMP_C_NONE ? item->type_struct : struct_named(objects, item->type);
}

/* The struct named before a word, as in "TYPE *word". */
static size_t struct_before(const cmp_c_objects_t *objects, const cmp_c_file_t *file, size_t word) {
    size_t type = word;
    do {
        if (type-- == 0)
            return CMP_C_NONE;
    } while (cmp_c_is(file, type, "*") || cmp_c_is(file, type, "const"));
    if (!cmp_c_is_word(file, type))
        return CMP_C_NONE;
    char *name = cmp_c_word(file, type);
    size_t structure = struct_named(objects, name);
    free(name);
    return structure;
}

/* The struct that a function returns, or points to, by any declaration of it. */
static size_t call_struct(const cmp_c_objects_t *objects, size_t file_index, size_t name) {
    char *word = cmp_c_word(&objects->files[file_index], name);
    size_t structure = CMP_C_NONE;
    for (size_t f = 0; f < objects->file_count && structure == CMP_C_NONE; f++)
        for (size_t i = 0; i < objects->files[f].token_count && structure == CMP_C_NONE; i++)
            if (cmp_c_is(&objects->files[f], i, word) && cmp_c_is(&objects->files[f], i + 1, "("))
                structure = struct_before(objects, &objects->files[f], i);
    free(word);
    return structure;
}

/* The struct that the base word points to or is: by the nearest declaration "TYPE *word" before it,
 * in a parameter or a local variable, else by the file's variable of that name. */
static size_t base_struct(const cmp_c_objects_t *objects, size_t file_index, size_t base) {
    const cmp_c_file_t *file = &objects->files[file_index];
    char *word = cmp_c_word(file, base);
    size_t structure = CMP_C_NONE;
    for (size_t i = base; i > 0 && structure == CMP_C_NONE; i--)
        if (cmp_c_is(file, i - 1, word))
            structure = struct_before(objects, file, i - 1);
    free(word);
    return structure != CMP_C_NONE ? structure
                                   : struct_of(objects, variable_find(objects, file_index, base));
}

size_t cmp_c_base(const cmp_c_objects_t *objects, cmp_c_expression_t expression) {
    const cmp_c_file_t *file = &objects->files[expression.file];
    for (size_t i = expression.first; i < expression.end; i++) {
        if (cmp_c_is(file, i, "(") && cmp_c_is_word(file, i + 1)) {
            /* A cast is stepped over: a bracket that ends with a type or a star. */
            size_t close = cmp_c_close(file, i);
            if (close < expression.end &&
                (cmp_c_is(file, close - 1, "*") || cmp_c_is(file, close + 1, "&")))
                i = close;
            continue;
        }
        if (cmp_c_is_word(file, i))
            return i;
    }
    return file->token_count;
}

size_t cmp_c_resolve(const cmp_c_objects_t *objects, cmp_c_expression_t expression,
                     cmp_c_fit_t fit) {
    const cmp_c_file_t *file = &objects->files[expression.file];
    const size_t base = cmp_c_base(objects, expression);
    if (base >= expression.end)
        return CMP_C_NONE;
    size_t object = variable_find(objects, expression.file, base);
    size_t structure = CMP_C_NONE, members = 0;
    bool call = false;
    for (size_t i = base + 1; i < expression.end; i++) {
        if (cmp_c_is(file, i, "[") || cmp_c_is(file, i, "(")) {
            call |= members == 0 && cmp_c_is(file, i, "(");
            i = cmp_c_close(file, i);
        } else if ((cmp_c_is(file, i, "->") || cmp_c_is(file, i, ".")) &&
                   cmp_c_is_word(file, i + 1)) {
            if (members++ == 0)
                structure = call ? call_struct(objects, expression.file, base)
                                 : base_struct(objects, expression.file, base);
            else
                structure = struct_of(objects, object);
            object =
                structure != CMP_C_NONE ? field_find(objects, structure, file, i + 1) : CMP_C_NONE;
            if (object == CMP_C_NONE)
                object = field_guess(objects, file, i + 1, fit);
            i++;
        } else if (!cmp_c_is(file, i, ")")) {
            break;
        }
    }
    return object;
}

/* A struct's tag or type; for one without, the variable that is of it. */
static const char *struct_name(const cmp_c_objects_t *objects, size_t structure) {
    for (size_t i = 0; i < objects->alias_count; i++)
        if (objects->aliases[i].structure == structure)
            return objects->aliases[i].word;
    for (size_t i = 0; i < objects->count; i++)
        if (objects->items[i].type_struct == structure)
            return objects->items[i].name;
    return "struct";
}

char *cmp_c_object_name(const cmp_c_objects_t *objects, size_t object) {
    const cmp_c_object_t *item = &objects->items[object];
    return item->owner == CMP_C_NONE
               ? cmp_text("%s", item->name)
               : cmp_text("%s.%s", struct_name(objects, item->owner), item->name);
}
