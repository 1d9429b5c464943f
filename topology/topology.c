/*
 * Discovery through hwloc and the placement policies. Called by the harness, main thread only; no
 * locks. Every policy is an order of the allowed PUs, computed when the topology is loaded; placing
 * threads is walking that order, wrapping around when there are more threads than PUs.
 *
 * PUs are known by their OS index outside this file and by their logical index (hwloc's order: PUs
 * of a core, cores of a cache, caches of a node, nodes of a package lie together) inside it.
 */
#include "topology.h"

#include <hwloc.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct topo {
    hwloc_topology_t hwloc;
    hwloc_cpuset_t allowed;                 /* PUs that the process may use */
    uint32_t pu_count;                      /* weight of `allowed`; at least 1 */
    uint32_t all_pu_count;                  /* PUs that the topology knows */
    hwloc_obj_t *orders[TOPO_POLICY_COUNT]; /* pu_count PUs each, in the order of the policy */
};

typedef struct policy_row {
    const char *name, *help;
} policy_row_t;

static const policy_row_t policies[TOPO_POLICY_COUNT] = {
    [TOPO_COMPACT] = {"compact",
                      "fill a core's PUs, then the next core of the same cache, node and package"},
    [TOPO_SCATTER] = {"scatter",
                      "as far apart as possible: round over packages, nodes, caches and cores"},
    [TOPO_CORE] = {"core", "one PU per core in compact order; second PUs once cores run out"},
};

const char *topo_policy_name(topo_policy_t policy) {
    return (unsigned)policy < TOPO_POLICY_COUNT ? policies[policy].name : NULL;
}

const char *topo_policy_help(topo_policy_t policy) {
    return (unsigned)policy < TOPO_POLICY_COUNT ? policies[policy].help : NULL;
}

bool topo_policy_parse(const char *name, topo_policy_t *policy) {
    for (unsigned i = 0; i < TOPO_POLICY_COUNT; i++) {
        if (strcmp(name, policies[i].name) == 0) {
            *policy = (topo_policy_t)i;
            return true;
        }
    }
    return false;
}

/* How many allowed PUs of the same core come before this one: 0 for a core's first. */
static uint32_t pu_rank_in_core(const topo_t *topo, hwloc_obj_t pu) {
    hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topo->hwloc, HWLOC_OBJ_CORE, pu);
    if (core == NULL)
        return 0; /* no core level (some VMs): every PU counts as a core */
    uint32_t rank = 0;
    for (hwloc_obj_t other = NULL; (other = hwloc_get_next_obj_inside_cpuset_by_type(
                                        topo->hwloc, core->cpuset, HWLOC_OBJ_PU, other)) != NULL &&
                                   other != pu;)
        rank += (uint32_t)hwloc_bitmap_isset(topo->allowed, other->os_index);
    return rank;
}

/* Stable sort by rank in the core: all first PUs of cores, then all second ones, and so on. */
static void order_by_rank(const topo_t *topo, hwloc_obj_t *order) {
    hwloc_obj_t *sorted = calloc(topo->pu_count, sizeof *sorted);
    uint32_t *ranks = calloc(topo->pu_count, sizeof *ranks);
    if (sorted != NULL && ranks != NULL) {
        for (uint32_t i = 0; i < topo->pu_count; i++)
            ranks[i] = pu_rank_in_core(topo, order[i]);
        uint32_t filled = 0;
        for (uint32_t rank = 0; filled < topo->pu_count; rank++)
            for (uint32_t i = 0; i < topo->pu_count; i++)
                if (ranks[i] == rank)
                    sorted[filled++] = order[i];
        memcpy(order, sorted, topo->pu_count * sizeof *order);
    }
    free(sorted);
    free(ranks);
}

static void order_compact(const topo_t *topo, hwloc_obj_t *order) {
    uint32_t filled = 0;
    for (hwloc_obj_t pu = NULL;
         (pu = hwloc_get_next_obj_by_type(topo->hwloc, HWLOC_OBJ_PU, pu)) != NULL;)
        if (hwloc_bitmap_isset(topo->allowed, pu->os_index))
            order[filled++] = pu;
}

/* Writes the allowed PUs below `object` to `order`, taking one from each child in turn, so that
 * neighbours in the order share as little as the tree permits. Returns how many. */
static uint32_t order_interleaved(const topo_t *topo, hwloc_obj_t object, hwloc_obj_t *order) {
    if (object->type == HWLOC_OBJ_PU) {
        if (!hwloc_bitmap_isset(topo->allowed, object->os_index))
            return 0;
        order[0] = object;
        return 1;
    }
    uint32_t room = (uint32_t)hwloc_bitmap_weight(object->cpuset);
    hwloc_obj_t *below = calloc(room, sizeof(hwloc_obj_t)); /* the children's orders, end to end */
    uint32_t *ends = calloc(object->arity, sizeof *ends);
    uint32_t *next = calloc(object->arity, sizeof *next);
    uint32_t total = 0, filled = 0;
    if (below != NULL && ends != NULL && next != NULL) {
        for (unsigned child = 0; child < object->arity; child++) {
            next[child] = total;
            total += order_interleaved(topo, object->children[child], below + total);
            ends[child] = total;
        }
        while (filled < total)
            for (unsigned child = 0; child < object->arity; child++)
                if (next[child] < ends[child])
                    order[filled++] = below[next[child]++];
    }
    free(below);
    free(ends);
    free(next);
    return filled;
}

/* Loads `source` into the topology: synthetic, XML, or this machine when NULL. */
static bool topology_load(hwloc_topology_t hwloc, const char *source, char *error,
                          size_t error_bytes) {
    if (source != NULL) {
        bool file = access(source, R_OK) == 0;
        int result = file ? hwloc_topology_set_xml(hwloc, source)
                          : hwloc_topology_set_synthetic(hwloc, source);
        if (result != 0) {
            snprintf(error, error_bytes,
                     "cannot use topology '%s': %s; give an hwloc XML file or a synthetic "
                     "description such as \"pack:2 core:4 pu:2\"",
                     source, file ? "it is no hwloc XML file" : "no such file, and no description");
            return false;
        }
    }
    if (hwloc_topology_load(hwloc) != 0) {
        snprintf(error, error_bytes, "cannot load the topology of %s: %s; try 'lstopo'",
                 source != NULL ? source : "this machine", strerror(errno));
        return false;
    }
    return true;
}

topo_t *topo_load(const char *source, char *error, size_t error_bytes) {
    topo_t *topo = calloc(1, sizeof *topo);
    if (topo == NULL || hwloc_topology_init(&topo->hwloc) != 0) {
        snprintf(error, error_bytes, "cannot load the topology: out of memory");
        free(topo);
        return NULL;
    }
    if (!topology_load(topo->hwloc, source, error, error_bytes)) {
        topo_free(topo);
        return NULL;
    }
    /* The cgroup's cpuset comes from hwloc; the affinity mask (taskset) narrows it further. */
    topo->allowed = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topo->hwloc));
    if (hwloc_topology_is_thissystem(topo->hwloc)) {
        hwloc_cpuset_t bound = hwloc_bitmap_alloc();
        if (hwloc_get_cpubind(topo->hwloc, bound, HWLOC_CPUBIND_PROCESS) == 0 &&
            hwloc_bitmap_intersects(bound, topo->allowed))
            hwloc_bitmap_and(topo->allowed, topo->allowed, bound);
        hwloc_bitmap_free(bound);
    }
    hwloc_obj_t root = hwloc_get_root_obj(topo->hwloc);
    hwloc_bitmap_and(topo->allowed, topo->allowed, root->cpuset);
    topo->pu_count = (uint32_t)hwloc_bitmap_weight(topo->allowed);
    topo->all_pu_count = (uint32_t)hwloc_get_nbobjs_by_type(topo->hwloc, HWLOC_OBJ_PU);
    if (topo->pu_count == 0) {
        snprintf(error, error_bytes, "cannot use the topology: no PU is allowed to this process");
        topo_free(topo);
        return NULL;
    }
    for (unsigned policy = 0; policy < TOPO_POLICY_COUNT; policy++) {
        topo->orders[policy] = calloc(topo->pu_count, sizeof *topo->orders[policy]);
        if (topo->orders[policy] == NULL) {
            snprintf(error, error_bytes, "cannot load the topology: out of memory");
            topo_free(topo);
            return NULL;
        }
    }
    order_compact(topo, topo->orders[TOPO_COMPACT]);
    order_compact(topo, topo->orders[TOPO_CORE]);
    order_by_rank(topo, topo->orders[TOPO_CORE]);
    order_interleaved(topo, root, topo->orders[TOPO_SCATTER]);
    /* Where branches are of unequal size the interleaving reaches second PUs early. */
    order_by_rank(topo, topo->orders[TOPO_SCATTER]);
    return topo;
}

void topo_free(topo_t *topo) {
    if (topo == NULL)
        return;
    for (unsigned policy = 0; policy < TOPO_POLICY_COUNT; policy++)
        free(topo->orders[policy]);
    hwloc_bitmap_free(topo->allowed);
    hwloc_topology_destroy(topo->hwloc);
    free(topo);
}

uint32_t topo_pu_count(const topo_t *topo) {
    return topo->pu_count;
}

bool topo_place(const topo_t *topo, topo_policy_t policy, uint32_t thread_count,
                topo_placement_t *placement, char *error, size_t error_bytes) {
    *placement = (topo_placement_t){.policy = policy, .thread_count = thread_count};
    placement->pu = calloc(thread_count, sizeof *placement->pu);
    if (thread_count == 0 || placement->pu == NULL || (unsigned)policy >= TOPO_POLICY_COUNT) {
        snprintf(error, error_bytes, "cannot place %u threads: %s", thread_count,
                 placement->pu == NULL ? "out of memory" : "nothing to place");
        topo_placement_free(placement);
        return false;
    }
    for (uint32_t i = 0; i < thread_count; i++)
        placement->pu[i] = topo->orders[policy][i % topo->pu_count]->os_index;
    placement->oversubscribed = thread_count > topo->pu_count;
    return true;
}

void topo_placement_free(topo_placement_t *placement) {
    free(placement->pu);
    placement->pu = NULL;
}

/* Appends "N thing" or "N things" and a separator. */
static void summary_add(char *text, size_t text_bytes, int count, const char *one,
                        const char *many) {
    size_t used = strlen(text);
    snprintf(text + used, text_bytes - used, "%s%d %s", used > 0 ? ", " : "", count,
             count == 1 ? one : many);
}

void topo_summary(const topo_t *topo, char *text, size_t text_bytes) {
    hwloc_topology_t hwloc = topo->hwloc;
    text[0] = '\0';
    int packages = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_PACKAGE);
    int cores = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_CORE);
    if (packages > 0)
        summary_add(text, text_bytes, packages, "package", "packages");
    if (cores > 0)
        summary_add(text, text_bytes, cores, "core", "cores");
    summary_add(text, text_bytes, (int)topo->all_pu_count, "PU", "PUs");
    size_t used = strlen(text);
    if (topo->pu_count != topo->all_pu_count)
        snprintf(text + used, text_bytes - used, " (%u allowed)", topo->pu_count);
    summary_add(text, text_bytes, hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_NUMANODE), "NUMA node",
                "NUMA nodes");
    used = strlen(text);
    int caches = hwloc_get_nbobjs_by_type(hwloc, HWLOC_OBJ_L3CACHE);
    if (caches <= 0) {
        snprintf(text + used, text_bytes - used, ", no L3");
        return;
    }
    uint64_t bytes = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_L3CACHE, 0)->attr->cache.size;
    char times[24] = "";
    if (caches > 1)
        snprintf(times, sizeof times, "%d x ", caches);
    if (bytes == 0)
        snprintf(text + used, text_bytes - used, ", L3 %sof unknown size", times);
    else if (bytes % (1 << 20) == 0)
        snprintf(text + used, text_bytes - used, ", L3 %s%llu MiB", times,
                 (unsigned long long)bytes >> 20);
    else
        snprintf(text + used, text_bytes - used, ", L3 %s%llu KiB", times,
                 (unsigned long long)bytes >> 10);
}

char *topo_xml(const topo_t *topo) {
    char *buffer = NULL;
    int length = 0;
    if (hwloc_topology_export_xmlbuffer(topo->hwloc, &buffer, &length, 0) != 0)
        return NULL;
    char *copy = strdup(buffer);
    hwloc_free_xmlbuffer(topo->hwloc, buffer);
    return copy;
}
