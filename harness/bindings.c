/*
 * Parses the dynamic linker's log of bindings. Called by program_proof.c while no sample is being
 * measured; no locks. A line is "  PID:\tbinding file FROM [0] to TO [0]: normal symbol `malloc'".
 */
#include "bindings.h"

#include <stdlib.h>
#include <string.h>

#include "paths.h"

/* One use of malloc: whose, and what serves it. */
typedef struct use {
    char *from, *to;
} use_t;

typedef struct use_list {
    use_t *uses;
    size_t count;
} use_list_t;

/* The text between `begin` and the " [0]" behind it, malloc'ed; *rest gets what follows. NULL when
 * the line has another form, or names another namespace than the program's. */
static char *object_take(const char *line, const char *begin, const char **rest) {
    const char *at = strstr(line, begin);
    const char *end = at != NULL ? strstr(at + strlen(begin), " [0]") : NULL;
    if (end == NULL)
        return NULL;
    at += strlen(begin);
    *rest = end + strlen(" [0]");
    return cmp_text("%.*s", (int)(end - at), at);
}

static void line_read(const char *line, use_list_t *list) {
    const char *rest;
    use_t use = {0};
    if (strstr(line, "symbol `malloc'") == NULL)
        return;
    use.from = object_take(line, "binding file ", &rest);
    use.to =
        use.from != NULL && strncmp(rest, " to ", 4) == 0 ? object_take(rest, " to ", &rest) : NULL;
    if (use.to == NULL) {
        free(use.from);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->uses[i].from, use.from) == 0 && strcmp(list->uses[i].to, use.to) == 0) {
            free(use.from);
            free(use.to);
            return;
        }
    }
    list->uses = realloc(list->uses, (list->count + 1) * sizeof *list->uses);
    if (list->uses == NULL)
        abort();
    list->uses[list->count++] = use;
}

static bool serves(const char *object, const char *library) {
    if (library != NULL)
        return strcmp(object, library) == 0;
    const char *slash = strrchr(object, '/');
    return strncmp(slash != NULL ? slash + 1 : object, "libc.so.", 8) == 0;
}

/* True when `object` is itself a user of the library's malloc: then it lends its own entry. */
static bool lends(const use_list_t *list, const char *object, const char *library) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->uses[i].from, object) == 0 && serves(list->uses[i].to, library))
            return true;
    return false;
}

void cmp_bindings_read(FILE *log, const char *library, cmp_bindings_t *bindings) {
    use_list_t list = {0};
    char *line = NULL;
    size_t room = 0;
    *bindings = (cmp_bindings_t){0};
    while (getline(&line, &room, log) > 0) {
        line[strcspn(line, "\n")] = '\0';
        line_read(line, &list);
    }
    free(line);
    for (size_t i = 0; i < list.count; i++) {
        const char *to = list.uses[i].to;
        if (serves(to, library) || lends(&list, to, library))
            bindings->right++;
        else if (bindings->wrong++ == 0)
            snprintf(bindings->where, sizeof bindings->where, "%s", to);
    }
    for (size_t i = 0; i < list.count; i++) {
        free(list.uses[i].from);
        free(list.uses[i].to);
    }
    free(list.uses);
}
