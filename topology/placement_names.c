/*
 * The names of placements: a table of those without parameters, and those with parameters that the
 * command line or a stored run has named, each kept under a value of its own. Main thread only.
 *
 *     NAME[@MEMORY]    NAME: a policy of the table, or pus:LIST; LIST: 0,2,4 or 0-3,8
 *                      MEMORY: local, interleave or node:N
 */
#include "topology_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PU_LIMIT = 8192 /* the worker binds to OS indexes below this */ };

typedef struct policy_row {
    const char *name, *help;
} policy_row_t;

static const policy_row_t policies[TOPO_POLICY_COUNT] = {
    [TOPO_COMPACT] = {"compact",
                      "fill a core's PUs, then the next core of the same cache, node and package"},
    [TOPO_SCATTER] = {"scatter",
                      "as far apart as possible: round over packages, nodes, caches and cores"},
    [TOPO_CORE] = {"core", "one PU per core in compact order; second PUs once cores run out"},
    [TOPO_SMT] = {"smt", "siblings first: all PUs of a core, then of the next core of scatter"},
    [TOPO_LLC] = {"llc", "fill one last-level cache, one PU per core first, then the next cache"},
    [TOPO_NUMA] = {"numa", "round over the NUMA nodes, in each node one PU per core first"},
    [TOPO_KIND] = {"kind", "the fastest kind of cores first, each kind as core does"},
    [TOPO_KIND_PERFORMANCE] = {"kind:performance", "only the fastest kind of cores, as core does"},
    [TOPO_KIND_EFFICIENCY] = {"kind:efficiency", "only the slowest kind of cores, as core does"},
    [TOPO_DISTANCE_CORE] = {"distance:core", "threads 2i and 2i+1 on two PUs of one core"},
    [TOPO_DISTANCE_L2] = {"distance:l2", "threads 2i and 2i+1 on two cores of one L2 cache"},
    [TOPO_DISTANCE_L3] = {"distance:l3", "threads 2i and 2i+1 in one L3 cache, sharing no L2"},
    [TOPO_DISTANCE_NODE] = {"distance:node", "threads 2i and 2i+1 in one NUMA node, sharing no L3"},
    [TOPO_DISTANCE_OTHER] = {"distance:other", "threads 2i and 2i+1 in different NUMA nodes"},
};

/* Placements with parameters, by value - TOPO_POLICY_COUNT. They live as long as the program. */
static struct named {
    char *name;
    topo_place_t place;
} * named;
static size_t named_count;

const char *topo_policy_name(topo_policy_t policy) {
    size_t index = (size_t)policy;
    if (index < TOPO_POLICY_COUNT)
        return policies[index].name;
    index -= TOPO_POLICY_COUNT;
    return index < named_count ? named[index].name : NULL;
}

const char *topo_policy_help(topo_policy_t policy) {
    return (unsigned)policy < TOPO_POLICY_COUNT ? policies[policy].help : NULL;
}

bool topo_place_of(topo_policy_t policy, topo_place_t *place) {
    size_t index = (size_t)policy;
    if (index < TOPO_POLICY_COUNT) {
        *place = (topo_place_t){.order = policy};
        return true;
    }
    index -= TOPO_POLICY_COUNT;
    if (index >= named_count)
        return false;
    *place = named[index].place;
    return true;
}

bool topo_policy_is_distance(topo_policy_t policy) {
    topo_place_t place;
    return topo_place_of(policy, &place) && place.listed == NULL &&
           place.order >= TOPO_DISTANCE_CORE;
}

/* ------------------------------------------------------------------ parsing */

/* A decimal number below `limit` at the start of *text, which moves behind it. */
static bool number_read(const char **text, uint32_t limit, uint32_t *number) {
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    unsigned long value = strtoul(*text, &end, 10);
    if (value >= limit)
        return false;
    *text = end;
    *number = (uint32_t)value;
    return true;
}

static bool listed_add(topo_place_t *place, uint32_t pu) {
    for (uint32_t i = 0; i < place->listed_count; i++)
        if (place->listed[i] == pu)
            return false;
    uint32_t *more = realloc(place->listed, (place->listed_count + 1) * sizeof *more);
    if (more == NULL)
        return false;
    place->listed = more;
    place->listed[place->listed_count++] = pu;
    return true;
}

/* "0,2,4", "0-3,8": numbers and ranges, no PU twice. */
static bool listed_parse(const char *text, topo_place_t *place) {
    for (;; text++) {
        uint32_t first, last;
        if (!number_read(&text, PU_LIMIT, &first))
            return false;
        last = first;
        if (*text == '-') {
            text++;
            if (!number_read(&text, PU_LIMIT, &last) || last < first)
                return false;
        }
        for (uint32_t pu = first; pu <= last; pu++)
            if (!listed_add(place, pu))
                return false;
        if (*text != ',')
            return *text == '\0';
    }
}

static bool memory_parse(const char *text, topo_place_t *place) {
    if (strcmp(text, "local") == 0)
        place->memory = TOPO_MEMORY_LOCAL;
    else if (strcmp(text, "interleave") == 0)
        place->memory = TOPO_MEMORY_INTERLEAVE;
    else if (strncmp(text, "node:", 5) == 0)
        place->memory = TOPO_MEMORY_NODE;
    else
        return false;
    if (place->memory != TOPO_MEMORY_NODE)
        return true;
    text += 5;
    return number_read(&text, PU_LIMIT, &place->memory_node) && *text == '\0';
}

/* The part of a name before '@'. */
static bool order_parse(const char *text, topo_place_t *place) {
    if (strncmp(text, "pus:", 4) == 0)
        return listed_parse(text + 4, place);
    for (unsigned i = 0; i < TOPO_POLICY_COUNT; i++) {
        if (strcmp(text, policies[i].name) == 0) {
            place->order = (topo_policy_t)i;
            return true;
        }
    }
    return false;
}

/* Takes over `place` under the name. */
static bool named_add(const char *name, const topo_place_t *place, topo_policy_t *policy) {
    struct named *more = realloc(named, (named_count + 1) * sizeof *named);
    char *copy = strdup(name);
    if (more != NULL)
        named = more;
    if (more == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    named[named_count] = (struct named){copy, *place};
    *policy = (topo_policy_t)(TOPO_POLICY_COUNT + named_count++);
    return true;
}

bool topo_policy_parse(const char *name, topo_policy_t *policy) {
    for (size_t i = 0; i < TOPO_POLICY_COUNT + named_count; i++) {
        if (strcmp(name, topo_policy_name((topo_policy_t)i)) == 0) {
            *policy = (topo_policy_t)i;
            return true;
        }
    }
    char *order = strdup(name), *memory = order != NULL ? strchr(order, '@') : NULL;
    topo_place_t place = {.order = TOPO_POLICY_COUNT};
    if (memory != NULL)
        *memory++ = '\0';
    bool good = order != NULL && order_parse(order, &place) &&
                (memory == NULL || memory_parse(memory, &place)) && named_add(name, &place, policy);
    if (!good)
        free(place.listed);
    free(order);
    return good;
}

bool topo_policy_bind_memory(topo_policy_t *policy, const char *memory) {
    char *name = NULL;
    topo_place_t place;
    bool good = topo_place_of(*policy, &place) && place.memory == TOPO_MEMORY_FREE &&
                asprintf(&name, "%s@%s", topo_policy_name(*policy), memory) > 0 &&
                topo_policy_parse(name, policy);
    free(name);
    return good;
}
