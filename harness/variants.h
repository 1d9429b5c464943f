/* The builds of hakmem: those with a stanza in allocator/variants.ninja and those that were built.
 */
#ifndef VARIANTS_H
#define VARIANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "paths.h"

/* A build of hakmem. */
typedef struct cmp_variant {
    char *name;        /* "debug"; "default" for libhakmem.so itself */
    char *description; /* what its stanza says; "" when nothing */
    bool built;
} cmp_variant_t;

/* Variants that have a stanza or a built library, the default first; array of *count entries. */
cmp_variant_t *cmp_variants(const cmp_paths_t *paths, size_t *count);
void cmp_variants_free(cmp_variant_t *variants, size_t count);

#endif
