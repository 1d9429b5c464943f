/*
 * The builds of hakmem: those with a stanza in allocator/variants.ninja and those that were built.
 * A stanza is data: what it says of a variant is read here, and what a library says of itself is
 * held against it.
 */
#ifndef VARIANTS_H
#define VARIANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "paths.h"

/* A build of hakmem. Texts are "" where the stanza says nothing; options are separated by commas,
 * other words by blanks. */
typedef struct cmp_variant {
    char *name;       /* "lto"; "default" for libhakmem.so itself */
    char *hypothesis; /* what is expected of it; "": a library without a stanza */
    char *ledger;     /* id in the ledger; "none" */
    char *defines;    /* "-DFLAG=NUMBER ..." */
    char *cflags;     /* further flags of the compiler */
    char *ldflags;    /* further flags of the linker */
    char *compiler;   /* "clang"; "": that of all the others */
    char *options;    /* "lto,gc-sections": what was done beyond build flags */
    char *train;      /* arguments of the worker in the training run; "": no profile */
    char *held_out;   /* workload that the profile has not seen */
    char *needs;      /* programs that the build needs beside the compiler of all the others */
    char *object;     /* in the tree: "build/obj/libhakmem-lto.o"; "": it has none */
    char *target;     /* Ninja's name of it: "build/lib/libhakmem-lto.so" */
    char *file;       /* its absolute path, here or where it would be */
    bool linked;      /* it is a worker with the allocator in it, not a library */
    bool built;
} cmp_variant_t;

/* Variants that have a stanza or a built library, the default first; array of *count entries. A
 * stanza that cannot be understood is a usage error. */
cmp_variant_t *cmp_variants(const cmp_paths_t *paths, size_t *count);
void cmp_variants_free(cmp_variant_t *variants, size_t count);

/* What the variant's library must say of itself: "VARIANT=lto", "BUILD_OPTIONS=lto", "FLAG=1", ...;
 * malloc'ed, NULL-terminated, freed by cmp_words_free. */
char **cmp_variant_expected(const cmp_variant_t *variant);

/* The command that makes it anew whatever lies at its place, malloc'ed. */
char *cmp_variant_remedy(const cmp_variant_t *variant, const cmp_paths_t *paths);

#endif
