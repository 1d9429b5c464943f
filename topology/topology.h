/*
 * Discovery, placement policies and binding masks, through hwloc only. Called by the harness; the
 * worker receives ready masks and links none of this (hwloc allocates). Each policy is defined in
 * docs/topology.md.
 */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct topo topo_t;

/*
 * What a placement is made by. Values from TOPO_POLICY_COUNT on stand for placements with
 * parameters, such as "pus:0,2,4" or "compact@node:1"; topo_policy_parse makes them, and the same
 * name gives the same value as long as the program runs. Main thread only.
 */
typedef enum topo_policy {
    TOPO_COMPACT,
    TOPO_SCATTER,
    TOPO_CORE,
    TOPO_SMT,
    TOPO_LLC,
    TOPO_NUMA,
    TOPO_KIND,
    TOPO_KIND_PERFORMANCE,
    TOPO_KIND_EFFICIENCY,
    TOPO_DISTANCE_CORE, /* pairs of threads (0, 1), (2, 3) ... so far apart and no nearer */
    TOPO_DISTANCE_L2,
    TOPO_DISTANCE_L3,
    TOPO_DISTANCE_NODE,
    TOPO_DISTANCE_OTHER,
    TOPO_POLICY_COUNT
} topo_policy_t;

#define TOPO_DISTANCE_PREFIX "distance:"

/* Where each thread of a sample runs. */
typedef struct topo_placement {
    topo_policy_t policy;
    uint32_t thread_count;
    uint32_t *pu;        /* OS index per thread */
    uint32_t period;     /* threads after which the list of PUs begins again */
    bool oversubscribed; /* more threads than PUs of the placement: the list wraps around */
    char *memory;        /* the worker's request for memory, "interleave:0+1"; NULL: none */
} topo_placement_t;

/* Loads this machine as the process is allowed to use it (cgroup cpuset and affinity mask), or the
 * synthetic description / XML file in `source` when it is not NULL. Returns NULL and writes a
 * reason into `error` on failure. */
topo_t *topo_load(const char *source, char *error, size_t error_bytes);
void topo_free(topo_t *topo);

/* Number of PUs that the process may use. */
uint32_t topo_pu_count(const topo_t *topo);

/* "compact", "pus:0,2,4", "scatter@interleave" ... */
const char *topo_policy_name(topo_policy_t policy);
/* One sentence, of the policies below TOPO_POLICY_COUNT. */
const char *topo_policy_help(topo_policy_t policy);
/* False when `name` is no placement. */
bool topo_policy_parse(const char *name, topo_policy_t *policy);
/* The same placement with its memory bound: "local", "interleave" or "node:N". False when `memory`
 * is none of these, or the placement binds memory already. */
bool topo_policy_bind_memory(topo_policy_t *policy, const char *memory);
/* True for placements of partners (TOPO_DISTANCE_...), also with memory bound. */
bool topo_policy_is_distance(topo_policy_t policy);

/* Chooses a PU for each of `thread_count` threads. The placement is owned by the caller. False with
 * a reason in `error` when this machine cannot do it. */
bool topo_place(const topo_t *topo, topo_policy_t policy, uint32_t thread_count,
                topo_placement_t *placement, char *error, size_t error_bytes);
void topo_placement_free(topo_placement_t *placement);

/* The worker's bind= argument: one period of the PUs, and the request for memory. malloc'ed. */
char *topo_bind_text(const topo_placement_t *placement);

/* One line such as "1 package, 2 cores, 2 PUs, 1 NUMA node, L3 32 MiB". */
void topo_summary(const topo_t *topo, char *text, size_t text_bytes);

/* One line on each thing that restricts placements: PUs that are offline or not allowed, no L3,
 * kinds of cores. Nothing on a machine without any. */
void topo_remarks(const topo_t *topo, const char *indent, FILE *out);

/* Draws packages, nodes, caches, cores and PUs, each PU with the threads that `placement` puts
 * there (NULL: none), in lines of at most `width` characters; or as an SVG picture with a title. */
void topo_draw_text(const topo_t *topo, const topo_placement_t *placement, unsigned width,
                    FILE *out);
void topo_draw_svg(const topo_t *topo, const topo_placement_t *placement, const char *title,
                   FILE *out);

/* The topology as hwloc XML, malloc'ed; NULL on failure. */
char *topo_xml(const topo_t *topo);

#endif
