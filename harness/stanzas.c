/*
 * Reads the stanzas of allocator/variants.ninja. Called by variants.c, main thread, before anything
 * is measured; no locks.
 *
 * Of Ninja's language it knows what stanzas need: build lines, variables below them, `$` at the end
 * of a line, `$$`, `$:` and `$ `. A variable is not used in a stanza, so that its text is its
 * value.
 */
#include "stanzas.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"

#define LIBRARY_BEGIN "build/lib/libhakmem"
#define LIBRARY_END   ".so"
#define WORKER_BEGIN  "build/bin/worker-"
#define OBJECT_BEGIN  "build/obj/"

/* Names of variables and the fields that they fill. */
static const struct {
    const char *key;
    size_t field;
} keys[] = {
    {"hypothesis", offsetof(cmp_variant_t, hypothesis)},
    {"ledger", offsetof(cmp_variant_t, ledger)},
    {"defines", offsetof(cmp_variant_t, defines)},
    {"cflags_more", offsetof(cmp_variant_t, cflags)},
    {"ldflags", offsetof(cmp_variant_t, ldflags)},
    {"cc", offsetof(cmp_variant_t, compiler)},
    {"options", offsetof(cmp_variant_t, options)},
    {"train", offsetof(cmp_variant_t, train)},
    {"held_out", offsetof(cmp_variant_t, held_out)},
    {"needs", offsetof(cmp_variant_t, needs)},
};
enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static char **variant_field(cmp_variant_t *variant, size_t key) {
    return (char **)((char *)variant + keys[key].field);
}

/* ------------------------------------------------------------------ reading */

/* Where the reader is. */
typedef struct reader {
    const char *name, *next; /* the file, and what is left of it */
    unsigned line, next_line;
    char *error;
    size_t error_bytes;
} reader_t;

static bool reader_fail(const reader_t *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool reader_fail(const reader_t *reader, const char *format, ...) {
    va_list arguments;
    int used = snprintf(reader->error, reader->error_bytes, "%s:%u: ", reader->name, reader->line);
    va_start(arguments, format);
    if (used >= 0 && (size_t)used < reader->error_bytes)
        vsnprintf(reader->error + used, reader->error_bytes - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

/* The next line with its continuations, malloc'ed; NULL at the end. The blanks that begin a
 * continuation are no part of it. */
static char *reader_line(reader_t *reader) {
    if (*reader->next == '\0')
        return NULL;
    char *line = malloc(strlen(reader->next) + 1), *end = line;
    if (line == NULL)
        abort();
    reader->line = ++reader->next_line;
    const char *at = reader->next;
    for (; *at != '\0' && *at != '\n'; at++) {
        if (at[0] == '$' && at[1] == '\n') {
            reader->next_line++;
            at += 1 + strspn(at + 2, " ");
        } else {
            *end++ = *at;
            if (at[0] == '$' && at[1] != '\0') /* "$$" at the end of a line continues nothing */
                *end++ = *++at;
        }
    }
    *end = '\0';
    reader->next = at + (*at == '\n');
    return line;
}

/* Resolves escapes in place and cuts blanks at the end. */
static bool value_resolve(const reader_t *reader, char *value) {
    char *to = value;
    for (const char *from = value; *from != '\0'; from++) {
        if (*from == '$') {
            from++;
            if (*from != '$' && *from != ' ' && *from != ':')
                return reader_fail(reader,
                                   "'$%.*s' is a variable; write its value, or '$$' for the "
                                   "character itself",
                                   (int)strcspn(from, " "), from);
        }
        *to++ = *from;
    }
    while (to > value && to[-1] == ' ')
        to--;
    *to = '\0';
    return true;
}

/* ------------------------------------------------------------------ one stanza */

cmp_variant_t *cmp_stanza_add(cmp_variant_t **variants, size_t *count, char *name, bool linked) {
    *variants = realloc(*variants, (*count + 1) * sizeof **variants);
    if (*variants == NULL)
        abort();
    cmp_variant_t *variant = &(*variants)[(*count)++];
    bool standard = strcmp(name, "default") == 0;
    *variant = (cmp_variant_t){.name = name, .linked = linked};
    for (size_t key = 0; key < KEY_COUNT; key++)
        *variant_field(variant, key) = cmp_text("%s", "");
    variant->object = cmp_text("%s", "");
    variant->file = cmp_text("%s", "");
    variant->target = linked     ? cmp_text(WORKER_BEGIN "%s", name)
                      : standard ? cmp_text(LIBRARY_BEGIN LIBRARY_END)
                                 : cmp_text(LIBRARY_BEGIN "-%s" LIBRARY_END, name);
    return variant;
}

static void field_set(char **field, const char *text) {
    free(*field);
    *field = cmp_text("%s", text);
}

char *cmp_stanza_name(const char *output, size_t bytes, bool *linked) {
    static const char worker[] = WORKER_BEGIN, library[] = LIBRARY_BEGIN, end[] = LIBRARY_END;
    const size_t begin = sizeof library - 1, tail = sizeof end - 1;
    *linked = bytes >= sizeof worker && strncmp(output, worker, sizeof worker - 1) == 0;
    if (*linked)
        return cmp_text("%.*s", (int)(bytes - sizeof worker + 1), output + sizeof worker - 1);
    if (bytes < begin + tail || strncmp(output, library, begin) != 0 ||
        strncmp(output + bytes - tail, end, tail) != 0)
        return NULL;
    if (bytes == begin + tail)
        return cmp_text("default");
    return output[begin] == '-' && bytes > begin + tail + 1
               ? cmp_text("%.*s", (int)(bytes - begin - tail - 1), output + begin + 1)
               : NULL;
}

/* "build OUTPUT | OBJECT: rule ...": a new variant, or nothing when it builds something else. */
static void build_read(const char *line, cmp_variant_t **variants, size_t *count, bool *found) {
    const char *output = line + strlen("build ");
    output += strspn(output, " ");
    const size_t bytes = strcspn(output, " :|");
    bool linked;
    char *name = cmp_stanza_name(output, bytes, &linked);
    *found = name != NULL;
    if (name == NULL)
        return;
    cmp_variant_t *variant = cmp_stanza_add(variants, count, name, linked);
    const char *colon = output + strcspn(output, ":");
    for (const char *word = output + bytes; word < colon; word += strcspn(word, " :")) {
        word += strspn(word, " |");
        const size_t length = strcspn(word, " :");
        if (strncmp(word, OBJECT_BEGIN, strlen(OBJECT_BEGIN)) == 0 && length > 2 &&
            strncmp(word + length - 2, ".o", 2) == 0) {
            free(variant->object);
            variant->object = cmp_text("%.*s", (int)length, word);
        }
    }
}

/* "  key = value" below the variant's build line. */
static bool variable_read(const reader_t *reader, cmp_variant_t *variant, char *line) {
    char *key = line + strspn(line, " "), *value = strchr(key, '=');
    if (value == NULL)
        return reader_fail(reader, "variant '%s': '%s' is not 'variable = value'", variant->name,
                           key);
    *value++ = '\0';
    value += strspn(value, " ");
    key[strcspn(key, " ")] = '\0';
    const char *names[KEY_COUNT + 1] = {NULL};
    for (size_t i = 0; i < KEY_COUNT; i++) {
        names[i] = keys[i].key;
        if (strcmp(key, names[i]) != 0)
            continue;
        char **field = variant_field(variant, i);
        if (**field != '\0')
            return reader_fail(reader, "variant '%s' has a second line '%s = ...'", variant->name,
                               key);
        if (!value_resolve(reader, value))
            return false;
        field_set(field, value);
        return true;
    }
    const char *near = cmp_nearest(key, names);
    return reader_fail(
        reader, "variant '%s': unknown variable '%s'%s%s%s; the file's head lists them",
        variant->name, key, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* True for "-DFLAG=NUMBER". */
static bool define_valid(const char *word, size_t bytes) {
    const char *equals = memchr(word, '=', bytes), *end = word + bytes;
    if (bytes < 5 || strncmp(word, "-D", 2) != 0 || equals == NULL || equals == word + 2 ||
        equals + 1 == end)
        return false;
    for (const char *c = word + 2; c < equals; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return strspn(equals + 1, "0123456789") >= (size_t)(end - equals - 1);
}

/* Checks a stanza whose last line was read; `line` is that of its build line. */
static bool variant_check(reader_t *reader, const cmp_variant_t *variant, unsigned line) {
    reader->line = line;
    const char *lacks = *variant->hypothesis == '\0' ? "hypothesis = what is expected of it"
                        : *variant->ledger == '\0'   ? "ledger = none"
                        : *variant->train != '\0' && *variant->held_out == '\0'
                            ? "held_out = a workload other than the one it is trained with"
                            : NULL;
    if (lacks != NULL)
        return reader_fail(reader, "variant '%s' lacks a line such as '%s'", variant->name, lacks);
    for (const char *word = variant->defines; *word != '\0'; word += strspn(word, " ")) {
        const size_t bytes = strcspn(word, " ");
        if (!define_valid(word, bytes))
            return reader_fail(reader,
                               "variant '%s': '%.*s' in its defines is not -DFLAG=NUMBER, as the "
                               "library tells them; other flags belong into cflags_more",
                               variant->name, (int)bytes, word);
        word += bytes;
    }
    const size_t trained = strcspn(variant->train, " ");
    if (trained > 0 && strncmp(variant->train, variant->held_out, trained) == 0 &&
        (variant->held_out[trained] == '\0' || variant->held_out[trained] == ' '))
        return reader_fail(reader,
                           "variant '%s' is trained with %.*s, which cannot be held out as well",
                           variant->name, (int)trained, variant->train);
    return true;
}

bool cmp_stanzas_parse(const char *name, const char *text, cmp_variant_t **variants, size_t *count,
                       char *error, size_t error_bytes) {
    reader_t reader = {.name = name, .next = text, .error = error, .error_bytes = error_bytes};
    *variants = NULL;
    *count = 0;
    bool good = true, inside = false;
    unsigned stanza_line = 0;
    for (char *line; good && (line = reader_line(&reader)) != NULL; free(line)) {
        if (inside && line[0] == ' ' && line[strspn(line, " ")] != '\0') {
            good = line[strspn(line, " ")] == '#' ||
                   variable_read(&reader, &(*variants)[*count - 1], line);
            continue;
        }
        const unsigned own_line = reader.line;
        if (inside)
            good = variant_check(&reader, &(*variants)[*count - 1], stanza_line);
        inside = false;
        if (good && strncmp(line, "build ", 6) == 0) {
            build_read(line, variants, count, &inside);
            stanza_line = own_line;
        }
    }
    return good && (!inside || variant_check(&reader, &(*variants)[*count - 1], stanza_line));
}

/* ------------------------------------------------------------------ what follows from one */

void cmp_variants_free(cmp_variant_t *variants, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t key = 0; key < KEY_COUNT; key++)
            free(*variant_field(&variants[i], key));
        free(variants[i].name);
        free(variants[i].object);
        free(variants[i].target);
        free(variants[i].file);
    }
    free(variants);
}

char **cmp_variant_expected(const cmp_variant_t *variant) {
    char **words = calloc(strlen(variant->defines) / 4 + 3, sizeof *words);
    if (words == NULL)
        abort();
    size_t count = 0;
    words[count++] = cmp_text("VARIANT=%s", variant->name);
    if (*variant->hypothesis == '\0') /* no stanza, so nothing else is known */
        return words;
    words[count++] =
        cmp_text("BUILD_OPTIONS=%s", *variant->options != '\0' ? variant->options : "none");
    for (const char *word = variant->defines; *word != '\0'; word += strspn(word, " ")) {
        const size_t bytes = strcspn(word, " ");
        words[count++] = cmp_text("%.*s", (int)bytes - 2, word + 2);
        word += bytes;
    }
    return words;
}

char *cmp_variant_remedy(const cmp_variant_t *variant, const cmp_paths_t *paths) {
    if (paths->tree == NULL)
        return cmp_text("install hakmem again");
    return cmp_text("rm -f %s && ninja %s", variant->target, variant->target);
}
