/*
 * Whether what an experiment names can be compared. Main thread, before anything is built; no
 * locks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocators.h"
#include "experiment.h"
#include "nearest.h"
#include "variants.h"

/* What can be named. */
typedef struct known_sides {
    const char **variants, **allocators; /* NULL-terminated */
} known_sides_t;

static bool list_has(const char *const *names, const char *name) {
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool side_check(const cmp_experiment_t *experiment, const cmp_case_t *item, cmp_key_t key,
                       const known_sides_t *known, char *error, size_t error_bytes) {
    const char *text = item->value[key];
    char *word = cmp_text("%.*s", (int)strcspn(text, "{"), text);
    const bool variant = strncmp(word, "hakmem:", 7) == 0;
    const char *name = variant ? word + 7 : word;
    const char *const *names = variant ? known->variants : known->allocators;
    /* NAME=/path/lib.so is looked at when it is used. */
    bool good = strchr(word, '=') != NULL || list_has(names, name);
    if (!good) {
        const char *near = cmp_nearest(name, names);
        snprintf(error, error_bytes, "%s:%d: unknown %s '%s'%s%s%s%s; see 'list %s'",
                 experiment->path, item->line[key], variant ? "variant of hakmem" : "allocator",
                 name, near ? "; did you mean '" : "", near && variant ? "hakmem:" : "",
                 near ? near : "", near ? "'?" : "", variant ? "variants" : "allocators");
    }
    free(word);
    return good;
}

bool cmp_experiment_check(const cmp_experiment_t *experiment, const cmp_paths_t *paths, char *error,
                          size_t error_bytes) {
    size_t variant_count, allocator_count;
    cmp_variant_t *variants = cmp_variants(paths, &variant_count);
    cmp_known_allocator_t *allocators = cmp_known_allocators(paths, &allocator_count);
    known_sides_t known = {calloc(variant_count + 1, sizeof *known.variants),
                           calloc(allocator_count + 1, sizeof *known.allocators)};
    bool good = true;
    for (size_t i = 0; i < variant_count; i++)
        known.variants[i] = variants[i].name;
    for (size_t i = 0; i < allocator_count; i++)
        known.allocators[i] = allocators[i].name;
    for (size_t i = 0; good && i < experiment->case_count; i++) {
        const cmp_case_t *item = &experiment->cases[i];
        good = cmp_case_is_audit(item) ||
               (side_check(experiment, item, CMP_KEY_BASE, &known, error, error_bytes) &&
                side_check(experiment, item, CMP_KEY_TREATMENT, &known, error, error_bytes));
    }
    free(known.variants);
    free(known.allocators);
    cmp_variants_free(variants, variant_count);
    cmp_known_allocators_free(allocators, allocator_count);
    return good;
}
