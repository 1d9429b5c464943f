/*
 * How an allocator looks: its colour, point and line, the same in every picture and table. Used by
 * scale and publish.
 */
#ifndef LOOK_H
#define LOOK_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cmp_look {
    const char *name;         /* of the allocator; NULL: for those that are not listed */
    const char *light, *dark; /* "#rrggbb" on a light and on a dark ground */
    int point, dash;          /* gnuplot's types */
} cmp_look_t;

/* True for a label that has a look of its own. */
bool cmp_look_listed(const char *label);

/* The look of a label; of one that is not listed that of the stranger of this number, from 0 in the
 * order in which they appear. */
const cmp_look_t *cmp_look_of(const char *label, size_t stranger);

#endif
