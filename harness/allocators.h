/*
 * The allocators that can be compared: hakmem and its variants, the baselines that the distribution
 * packages, the C library's own, and any library given as a path. Main thread, before measuring.
 */
#ifndef ALLOCATORS_H
#define ALLOCATORS_H

#include "model.h"
#include "paths.h"

/* The commit that the tree is at, "-dirty" appended when the tree differs from it (results/ and the
 * ledger apart), malloc'ed; "n/a" outside git. It is the version of hakmem. */
char *cmp_tree_commit(const cmp_paths_t *paths);

/* An allocator that is known by name, as `compare list allocators` shows it. */
typedef struct cmp_known_allocator {
    const char *name;
    char *path;     /* where its library was found; NULL: not found, or the C library itself */
    bool available; /* false: not installed or not built */
    char *remedy;   /* how to get it, e.g. "apt install libjemalloc2"; NULL when available */
    bool optional;  /* no distribution packages it: not missed by the default list */
    char **support; /* further files that it loads; NULL-terminated; NULL: none */
} cmp_known_allocator_t;

/* Its version, malloc'ed; "n/a" when unknown or not available. Asks the package manager. */
char *cmp_known_allocator_version(const cmp_paths_t *paths, const cmp_known_allocator_t *known);

/* Looks for all known allocators. The array of *count entries is freed by
 * cmp_known_allocators_free. */
cmp_known_allocator_t *cmp_known_allocators(const cmp_paths_t *paths, size_t *count);
void cmp_known_allocators_free(cmp_known_allocator_t *known, size_t count);

/*
 * Fills run->allocators from `list` ("hakmem,jemalloc,mine=/path/lib.so", each perhaps with
 * settings of its environment: "jemalloc{MALLOC_CONF=background_thread:true}"; NULL: hakmem and
 * every baseline that is installed; those missing are noted in the run), the A/A control last.
 * False, with a message in `error`, when one cannot be used.
 */
bool cmp_allocators_select(const cmp_paths_t *paths, const char *list, cmp_run_t *run, char *error,
                           size_t error_bytes);

/* Likewise for two entries, of which the second may be the same as the first: base, treatment, and
 * the A/A control of the base. */
bool cmp_allocators_select_pair(const cmp_paths_t *paths, const char *base, const char *treatment,
                                cmp_run_t *run, char *error, size_t error_bytes);

#endif
