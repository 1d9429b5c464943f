/* Lists of placements on the command line: -p, --membind and --distance. */
#ifndef PLACES_H
#define PLACES_H

#include "../topology/topology.h"

typedef struct cmp_places {
    topo_policy_t *items; /* without repetitions, in the order given */
    size_t count;
} cmp_places_t;

/* Adds a placement unless it is there. */
void cmp_places_add(cmp_places_t *places, topo_policy_t policy);

/* Adds those of a list "compact,pus:0,2,4,scatter@node:1": a word that begins with a digit belongs
 * to the pus: before it. Ends the program with a message that names the nearest right one when
 * there is no such placement. */
void cmp_places_parse(cmp_places_t *places, const char *list);

/* Adds those of a list of distances "core,l2,l3,node,other"; "all" stands for all of them. */
void cmp_places_parse_distances(cmp_places_t *places, const char *list);

/* Replaces each placement by itself with its memory bound in each of the ways of the list
 * "local,interleave,node:N"; "default" leaves memory as it is. */
void cmp_places_bind_memory(cmp_places_t *places, const char *list);

void cmp_places_free(cmp_places_t *places);

#endif
