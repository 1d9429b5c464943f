/*
 * Options and builds that all audits share. Called by the main thread; measures nothing, no locks.
 */
#include "audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "command.h"
#include "library.h"
#include "nearest.h"
#include "output.h"
#include "variants.h"

enum { KEY_JSON = 512 };

static const struct argp_option option_table[] = {
    {"allocators", 'a', "LIST", 0,
     "Builds of hakmem to look at: hakmem,hakmem:counting, or any as NAME=/path/lib.so; see 'list "
     "variants' (default: all that are built)",
     0},
    {"json", KEY_JSON, "FILE", 0, "Write the audit as JSON; - is stdout, and nothing else there",
     0},
    {"help", 'h', NULL, 0, "Print this help", -1},
    {0},
};

static error_t option_parse(int key, char *value, struct argp_state *state) {
    cmp_audit_options_t *options = state->input;
    switch (key) {
    case 'a':
        options->builds = value;
        return 0;
    case KEY_JSON:
        options->json = value;
        return 0;
    case 'h':
        options->help = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cmp_audit_argp = {.options = option_table, .parser = option_parse};

/* ------------------------------------------------------------------ JSON */

bool cmp_audit_json_only(const cmp_audit_options_t *options) {
    return options->json != NULL && strcmp(options->json, "-") == 0;
}

void cmp_audit_json_check(const cmp_audit_options_t *options) {
    char error[1024];
    if (options->json != NULL && !cmp_output_check(options->json, error, sizeof error))
        cmp_usage_error("%s", error);
}

static bool json_render(const void *context, FILE *file) {
    return json_dumpf(context, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF &&
           fflush(file) == 0;
}

bool cmp_audit_json_write(const cmp_audit_options_t *options, json_t *root) {
    char error[1024];
    bool good = options->json == NULL ||
                cmp_output_write(options->json, json_render, root, error, sizeof error);
    if (!good)
        cmp_error("%s", error);
    json_decref(root);
    return good;
}

/* ------------------------------------------------------------------ builds */

typedef struct build_list {
    const cmp_paths_t *paths;
    const cmp_variant_t *variants;
    size_t variant_count;
    cmp_audit_build_t *items;
    size_t count;
} build_list_t;

/* Takes over `path`. */
static void build_add(build_list_t *list, const char *label, const char *name, char *path) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].label, label) == 0) {
            free(path);
            return;
        }
    list->items = realloc(list->items, (list->count + 1) * sizeof *list->items);
    if (list->items == NULL)
        abort();
    list->items[list->count++] =
        (cmp_audit_build_t){cmp_text("%s", label), cmp_text("%s", name), path};
}

static void build_add_variant(build_list_t *list, const cmp_variant_t *variant) {
    bool standard = strcmp(variant->name, "default") == 0;
    char *label = cmp_text("hakmem%s%s", standard ? "" : ":", standard ? "" : variant->name);
    build_add(list, label, variant->name, cmp_text("%s", variant->file));
    free(label);
}

static void build_find_variant(build_list_t *list, const char *name) {
    const char **names = calloc(list->variant_count + 1, sizeof *names);
    if (names == NULL)
        abort();
    for (size_t i = 0; i < list->variant_count; i++) {
        const cmp_variant_t *variant = &list->variants[i];
        names[i] = variant->name;
        if (strcmp(names[i], name) != 0)
            continue;
        char *remedy = cmp_variant_remedy(variant, list->paths);
        if (!variant->built)
            cmp_usage_error("cannot audit 'hakmem:%s': it is not built; remedy: %s", name, remedy);
        if (variant->linked)
            cmp_usage_error("cannot audit 'hakmem:%s': it is linked into the worker; audits look "
                            "at libraries",
                            name);
        build_add_variant(list, variant);
        free(remedy);
        free(names);
        return;
    }
    const char *near = cmp_nearest(name, names);
    cmp_usage_error("unknown variant '%s' of hakmem%s%s%s; see '%s list variants'", name,
                    near ? "; did you mean 'hakmem:" : "", near ? near : "", near ? "'?" : "",
                    cmp_program());
}

static void build_find(build_list_t *list, const char *word) {
    char error[1024];
    const char *equals = strchr(word, '=');
    if (strcmp(word, "hakmem") == 0) {
        build_find_variant(list, "default");
    } else if (strncmp(word, "hakmem:", 7) == 0) {
        build_find_variant(list, word + 7);
    } else if (equals != NULL && equals > word) {
        if (!cmp_library_check(equals + 1, error, sizeof error))
            cmp_usage_error("cannot use %s: %s", equals + 1, error);
        char *name = cmp_text("%.*s", (int)(equals - word), word);
        build_add(list, name, name, cmp_text("%s", equals + 1));
        free(name);
    } else {
        cmp_usage_error("cannot audit '%s': audits look at builds of hakmem: hakmem, "
                        "hakmem:VARIANT or NAME=/path/lib.so; see '%s list variants'",
                        word, cmp_program());
    }
}

cmp_audit_build_t *cmp_audit_builds(const cmp_paths_t *paths, const char *words, size_t *count) {
    size_t variant_count;
    cmp_variant_t *variants = cmp_variants(paths, &variant_count);
    build_list_t list = {.paths = paths, .variants = variants, .variant_count = variant_count};
    for (size_t i = 0; words == NULL && i < variant_count; i++)
        if (variants[i].built && !variants[i].linked)
            build_add_variant(&list, &variants[i]);
    if (words == NULL && list.count == 0)
        cmp_usage_error("cannot audit: no build of hakmem in %s; build them with 'ninja libhakmem'",
                        paths->libraries);
    char *copy = cmp_text("%s", words != NULL ? words : ""), *rest = copy, *word;
    while (words != NULL && (word = strsep(&rest, ",")) != NULL) {
        if (*word == '\0')
            cmp_usage_error("cannot use '%s' for -a: it has an empty entry; separate entries by "
                            "one comma",
                            words);
        build_find(&list, word);
    }
    free(copy);
    cmp_variants_free(variants, variant_count);
    *count = list.count;
    return list.items;
}

void cmp_audit_builds_free(cmp_audit_build_t *builds, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(builds[i].label);
        free(builds[i].name);
        free(builds[i].path);
    }
    free(builds);
}

/* ------------------------------------------------------------------ what a build says */

char *cmp_audit_boxes(const char *worker, const char *path, char *error, size_t error_bytes) {
    char *preload = cmp_text("LD_PRELOAD=%s", path);
    const char *const command[] = {"env",      preload,    worker,   "mixed", "threads=1",
                                   "ops=1000", "warmup=0", "seed=1", NULL};
    int status;
    char *text = cmp_capture(command, &status);
    free(preload);
    char *words = text != NULL ? strstr(text, "configuration ") : NULL;
    if (words == NULL) {
        snprintf(error, error_bytes,
                 "cannot audit %s: it does not say how it was built (hak_configuration, asked "
                 "through %s, which ended with status %d); is it a build of hakmem?",
                 path, worker, status);
        free(text);
        return NULL;
    }
    char *boxes = cmp_text(" "), *word;
    words[strcspn(words, "\n")] = '\0';
    while ((word = strsep(&words, " ")) != NULL) {
        char box[64];
        int end = 0;
        if (sscanf(word, "HAKMEM_%63[A-Z0-9_]=1%n", box, &end) != 1 || end == 0)
            continue;
        char *rest = strstr(box, "_STATS_COMPILED");
        if (rest == NULL)
            continue; /* another flag, or the default of all boxes */
        *rest = '\0';
        char *longer = cmp_text("%s%s ", boxes, box);
        free(boxes);
        boxes = longer;
    }
    free(text);
    return boxes;
}
