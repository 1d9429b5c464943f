/*
 * Finds the builds of hakmem: those with a stanza in allocator/variants.ninja, and libraries in the
 * folder of what was built. Called by the main thread before anything is measured; no locks.
 */
#include "variants.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "stanzas.h"

/* The file's text, malloc'ed; NULL when it cannot be read. */
static char *file_text(const char *path) {
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    char *text = NULL;
    size_t room = 0;
    if (file == NULL)
        return NULL;
    if (getdelim(&text, &room, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

/* Libraries without a stanza: leftovers, which can still be measured. */
static void libraries_add(const char *path, cmp_variant_t **variants, size_t *count) {
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char *output = cmp_text("build/lib/%s", entry->d_name);
        bool linked, known = false;
        char *name = cmp_stanza_name(output, strlen(output), &linked);
        for (size_t i = 0; name != NULL && i < *count; i++)
            known |= strcmp((*variants)[i].name, name) == 0;
        if (name != NULL && !known)
            cmp_stanza_add(variants, count, name, false);
        else
            free(name);
        free(output);
    }
    if (folder != NULL)
        closedir(folder);
}

cmp_variant_t *cmp_variants(const cmp_paths_t *paths, size_t *count) {
    char error[1024];
    cmp_variant_t *variants = NULL;
    *count = 0;
    char *text = file_text(paths->variants);
    const char *name = paths->tree != NULL ? "allocator/variants.ninja" : paths->variants;
    if (text != NULL && !cmp_stanzas_parse(name, text, &variants, count, error, sizeof error))
        cmp_usage_error("%s", error);
    free(text);
    libraries_add(paths->libraries, &variants, count);
    for (size_t i = 0; i < *count; i++) {
        cmp_variant_t *variant = &variants[i];
        free(variant->file);
        variant->file = variant->linked && paths->tree != NULL
                            ? cmp_text("%s/%s", paths->tree, variant->target)
                            : cmp_text("%s%s", paths->libraries, strrchr(variant->target, '/'));
        variant->built = access(variant->file, R_OK) == 0;
    }
    return variants;
}
