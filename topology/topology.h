/*
 * Discovery, placement policies and binding masks, through hwloc only. Called by the harness; the
 * worker receives ready masks and links none of this (hwloc allocates).
 */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct topo topo_t;

typedef enum topo_policy {
    TOPO_COMPACT, /* fill a core's PUs, then the next core of the same cache, node, package */
    TOPO_SCATTER, /* as far apart as possible: round over packages, nodes, caches, cores */
    TOPO_CORE,    /* one PU per core, in compact order; a second round once cores run out */
    TOPO_POLICY_COUNT
} topo_policy_t;

/* Where each thread of a sample runs. */
typedef struct topo_placement {
    topo_policy_t policy;
    uint32_t thread_count;
    uint32_t *pu;        /* OS index per thread */
    bool oversubscribed; /* more threads than allowed PUs: the list wraps around */
} topo_placement_t;

/* Loads this machine as the process is allowed to use it (cgroup cpuset and affinity mask), or the
 * synthetic description / XML file in `source` when it is not NULL. Returns NULL and writes a
 * reason into `error` on failure. */
topo_t *topo_load(const char *source, char *error, size_t error_bytes);
void topo_free(topo_t *topo);

/* Number of PUs that the process may use. */
uint32_t topo_pu_count(const topo_t *topo);

/* "compact" ... ; NULL past the end. */
const char *topo_policy_name(topo_policy_t policy);
const char *topo_policy_help(topo_policy_t policy);
/* False when `name` is no policy. */
bool topo_policy_parse(const char *name, topo_policy_t *policy);

/* Chooses a PU for each of `thread_count` threads. The placement is owned by the caller. */
bool topo_place(const topo_t *topo, topo_policy_t policy, uint32_t thread_count,
                topo_placement_t *placement, char *error, size_t error_bytes);
void topo_placement_free(topo_placement_t *placement);

/* One line such as "1 package, 2 cores, 2 PUs, 1 NUMA node, L3 32 MiB". */
void topo_summary(const topo_t *topo, char *text, size_t text_bytes);

/* The topology as hwloc XML, malloc'ed; NULL on failure. */
char *topo_xml(const topo_t *topo);

#endif
