/*
 * Lists the builds of hakmem from the stanzas of allocator/variants.ninja and from the folder of
 * built libraries. Called by the main thread before anything is measured; no locks.
 */
#include "variants.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cmp_variant_t *variant_add(cmp_variant_t **variants, size_t *count, const char *name,
                                  size_t name_bytes) {
    for (size_t i = 0; i < *count; i++)
        if (strlen((*variants)[i].name) == name_bytes &&
            memcmp((*variants)[i].name, name, name_bytes) == 0)
            return &(*variants)[i];
    *variants = realloc(*variants, (*count + 1) * sizeof **variants);
    cmp_variant_t *variant = &(*variants)[(*count)++];
    variant->name = cmp_text("%.*s", (int)name_bytes, name);
    variant->description = cmp_text("%s", "");
    variant->built = false;
    return variant;
}

/* The name of the variant in "libhakmem-NAME.so"; the length is 0 when it is none. */
static const char *variant_in_file_name(const char *file, size_t *name_bytes) {
    static const char begin[] = "libhakmem-", end[] = ".so";
    *name_bytes = 0;
    const char *name = file + sizeof begin - 1;
    if (strncmp(file, begin, sizeof begin - 1) != 0)
        return name;
    const char *dot = strstr(name, end);
    if (dot != NULL && !isalnum((unsigned char)dot[sizeof end - 1]))
        *name_bytes = (size_t)(dot - name);
    return name;
}

/* Reads the stanzas: "# NAME: what it is for" (with further comment lines) above "build
 * build/lib/libhakmem-NAME.so: ...". */
static void variants_read(const char *path, cmp_variant_t **variants, size_t *count) {
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    if (file == NULL)
        return;
    char *line = NULL, *comment = cmp_text("%s", "");
    size_t room = 0;
    while (getline(&line, &room, file) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            const char *text = line + 1 + strspn(line + 1, " ");
            char *longer = cmp_text("%s%s%s", comment, *comment != '\0' ? " " : "", text);
            free(comment);
            comment = longer;
            continue;
        }
        const char *library = strstr(line, "build/lib/libhakmem");
        if (strncmp(line, "build ", 6) == 0 && library != NULL && *comment != '\0') {
            size_t name_bytes;
            const char *name = variant_in_file_name(library + strlen("build/lib/"), &name_bytes);
            bool standard = strncmp(library, "build/lib/libhakmem.so:", 23) == 0;
            if (name_bytes > 0 || standard) {
                cmp_variant_t *variant = variant_add(variants, count, standard ? "default" : name,
                                                     standard ? 7 : name_bytes);
                const char *colon = strchr(comment, ':');
                size_t prefix = strlen(variant->name);
                bool named = colon != NULL && (size_t)(colon - comment) == prefix;
                free(variant->description);
                variant->description =
                    cmp_text("%s", named ? colon + 1 + strspn(colon + 1, " ") : comment);
            }
        }
        comment[0] = '\0';
    }
    free(line);
    free(comment);
    fclose(file);
}

cmp_variant_t *cmp_variants(const cmp_paths_t *paths, size_t *count) {
    cmp_variant_t *variants = NULL;
    *count = 0;
    variant_add(&variants, count, "default", strlen("default"));
    variants_read(paths->variants, &variants, count);
    DIR *folder = opendir(paths->libraries);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        size_t name_bytes;
        const char *name = variant_in_file_name(entry->d_name, &name_bytes);
        if (name_bytes > 0)
            variant_add(&variants, count, name, name_bytes)->built = true;
        else if (strcmp(entry->d_name, "libhakmem.so") == 0)
            variants[0].built = true;
    }
    if (folder != NULL)
        closedir(folder);
    return variants;
}

void cmp_variants_free(cmp_variant_t *variants, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(variants[i].name);
        free(variants[i].description);
    }
    free(variants);
}
