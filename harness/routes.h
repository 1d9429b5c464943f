/*
 * The routes of a hakmem: how its size classes are served under given settings, as the library
 * itself tells (hak_route of allocator/hakmem.h). Main thread; nothing is measured.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

/* A size class, or what is larger than those: a row of hak_route. Texts are "" where there is none.
 */
typedef struct cmp_route {
    char name[16]; /* "C17"; "medium", "large" */
    char backend[24];
    char requests[16];   /* "any", "aligned", "fallback": which of these sizes come here */
    char decided_by[48]; /* option or build flag; "": the size alone */
    char fallback[24];   /* backend that serves these requests instead */
    uint64_t low_bytes, high_bytes, stride_bytes;
} cmp_route_t;

typedef struct cmp_routes {
    cmp_route_t *rows; /* in the order of hak_route's index */
    size_t count;
    char *configuration; /* hak_configuration's */
} cmp_routes_t;

/*
 * Reads them in a forked child that sets the allocator's environment and loads its library, so that
 * neither a fault in there nor its options touch this process. False with a reason where the
 * library cannot be loaded, is no hakmem, or ends the child.
 */
bool cmp_routes_read(const cmp_allocator_t *allocator, cmp_routes_t *routes, char *error,
                     size_t error_bytes);
void cmp_routes_free(cmp_routes_t *routes);

/* True when both serve all sizes in the same way, whatever decided it. */
bool cmp_routes_equal(const cmp_routes_t *a, const cmp_routes_t *b);

#endif
