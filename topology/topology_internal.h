/* What the files of topology/ share. */
#ifndef TOPOLOGY_INTERNAL_H
#define TOPOLOGY_INTERNAL_H

#include <hwloc.h>

#include "topology.h"

#define TOPO_NONE UINT64_MAX

/*
 * A PU that the process may use. The levels are hwloc's numbers of the objects (gp_index), unique
 * over all of them: two PUs share a level when the numbers are equal and not TOPO_NONE.
 */
typedef struct topo_pu {
    hwloc_obj_t object;
    uint64_t core;   /* without cores: its own number, so that every PU counts as a core */
    uint64_t l2, l3; /* TOPO_NONE: there is none */
    uint64_t llc;    /* outermost cache from level 2 on, else package, else machine */
    uint64_t node;   /* nearest NUMA node, the first where there are several */
    uint32_t rank;   /* usable PUs of the same core before this one */
    int efficiency;  /* of its kind of core: higher is faster; -1: not known */
} topo_pu_t;

struct topo {
    hwloc_topology_t hwloc; /* with what is not allowed; userdata of a usable PU is its topo_pu_t */
    hwloc_cpuset_t allowed; /* PUs that the process may use */
    uint32_t pu_count;      /* weight of `allowed`; at least 1 */
    uint32_t all_pu_count;  /* PUs that are online */
    topo_pu_t *pus; /* pu_count, in logical order: PUs of a core, cores of a cache, caches of a
                       node and nodes of a package lie together */
};

/* What a topo_policy_t stands for. */
typedef struct topo_place {
    topo_policy_t order; /* below TOPO_POLICY_COUNT; ignored with `listed` */
    uint32_t *listed;    /* of "pus:": OS indexes in the order given; NULL: none */
    uint32_t listed_count;
    enum { TOPO_MEMORY_FREE, TOPO_MEMORY_LOCAL, TOPO_MEMORY_INTERLEAVE, TOPO_MEMORY_NODE } memory;
    uint32_t memory_node; /* OS index, of TOPO_MEMORY_NODE */
} topo_place_t;

/* False when there is no such policy. */
bool topo_place_of(topo_policy_t policy, topo_place_t *place);

/* Writes the usable PUs in the order of a policy, at most pu_count; returns how many, or 0 with a
 * reason. For distances partners lie next to each other. */
uint32_t topo_order(const topo_t *topo, topo_policy_t order, const topo_pu_t **pus, char *error,
                    size_t error_bytes);

#endif
