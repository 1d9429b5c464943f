/*
 * The placement policies: each is an order of the PUs that the process may use (or of some of
 * them); placing threads is walking that order, from its beginning again when there are more
 * threads than PUs. Pure functions of the topology. Called by the harness, main thread only; no
 * locks. Each policy is defined in docs/topology.md.
 */
#include "topology_internal.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ building blocks */

/* Allocation of a few PUs' worth: without it nothing can be said, so the program ends. */
static void *array_make(size_t count, size_t bytes) {
    void *array = calloc(count + 1, bytes);
    if (array == NULL)
        abort();
    return array;
}

/* Stable sort by rank in the core: all first PUs of cores, then all second ones, and so on. */
static void sort_by_rank(const topo_pu_t **pus, uint32_t count) {
    const topo_pu_t **sorted = array_make(count, sizeof *sorted);
    uint32_t filled = 0;
    for (uint32_t rank = 0; filled < count; rank++)
        for (uint32_t i = 0; i < count; i++)
            if (pus[i]->rank == rank)
                sorted[filled++] = pus[i];
    memcpy(pus, sorted, count * sizeof *pus);
    free(sorted);
}

/* Writes the usable PUs below `object` to `order`, taking one from each child in turn, so that
 * neighbours in the order share as little as the tree permits. Returns how many. */
static uint32_t order_interleaved(hwloc_obj_t object, const topo_pu_t **order) {
    if (object->type == HWLOC_OBJ_PU) {
        order[0] = object->userdata;
        return object->userdata != NULL;
    }
    uint32_t room = (uint32_t)hwloc_bitmap_weight(object->cpuset), total = 0, filled = 0;
    const topo_pu_t **below = array_make(room, sizeof *below); /* the children's orders */
    uint32_t *ends = array_make(object->arity, sizeof *ends);
    uint32_t *next = array_make(object->arity, sizeof *next);
    for (unsigned child = 0; child < object->arity; child++) {
        next[child] = total;
        total += order_interleaved(object->children[child], below + total);
        ends[child] = total;
    }
    while (filled < total)
        for (unsigned child = 0; child < object->arity; child++)
            if (next[child] < ends[child])
                order[filled++] = below[next[child]++];
    free(below);
    free(ends);
    free(next);
    return filled;
}

/* ------------------------------------------------------------------ orders of all PUs */

static uint32_t order_compact(const topo_t *topo, const topo_pu_t **pus) {
    for (uint32_t i = 0; i < topo->pu_count; i++)
        pus[i] = &topo->pus[i];
    return topo->pu_count;
}

static uint32_t order_core(const topo_t *topo, const topo_pu_t **pus) {
    order_compact(topo, pus);
    sort_by_rank(pus, topo->pu_count);
    return topo->pu_count;
}

static uint32_t order_scatter(const topo_t *topo, const topo_pu_t **pus) {
    uint32_t count = order_interleaved(hwloc_get_root_obj(topo->hwloc), pus);
    /* Where branches are of unequal size the interleaving reaches second PUs early. */
    sort_by_rank(pus, count);
    return count;
}

/* The cores of scatter, each with all its PUs. */
static uint32_t order_smt(const topo_t *topo, const topo_pu_t **pus) {
    const topo_pu_t **scattered = array_make(topo->pu_count, sizeof *scattered);
    uint32_t count = order_scatter(topo, scattered), filled = 0;
    for (uint32_t i = 0; i < count && scattered[i]->rank == 0; i++)
        for (const topo_pu_t *pu = scattered[i];
             pu < topo->pus + topo->pu_count && pu->core == scattered[i]->core; pu++)
            pus[filled++] = pu;
    free(scattered);
    return filled;
}

typedef uint64_t level_t(const topo_pu_t *pu);

static uint64_t level_llc(const topo_pu_t *pu) {
    return pu->llc;
}

static uint64_t level_node(const topo_pu_t *pu) {
    return pu->node;
}

/* All PUs, those of one level together and in the order of core; `ends` gets where each group
 * ends. Returns the number of groups. */
static uint32_t groups_make(const topo_t *topo, level_t *level, const topo_pu_t **pus,
                            uint32_t *ends) {
    uint32_t groups = 0, filled = 0;
    for (uint32_t first = 0; first < topo->pu_count; first++) {
        bool seen = false;
        for (uint32_t i = 0; i < filled && !seen; i++)
            seen = level(pus[i]) == level(&topo->pus[first]);
        if (seen)
            continue;
        uint32_t start = filled;
        for (uint32_t i = first; i < topo->pu_count; i++)
            if (level(&topo->pus[i]) == level(&topo->pus[first]))
                pus[filled++] = &topo->pus[i];
        sort_by_rank(pus + start, filled - start);
        ends[groups++] = filled;
    }
    return groups;
}

static uint32_t order_llc(const topo_t *topo, const topo_pu_t **pus) {
    uint32_t *ends = array_make(topo->pu_count, sizeof *ends);
    groups_make(topo, level_llc, pus, ends);
    free(ends);
    return topo->pu_count;
}

static uint32_t order_numa(const topo_t *topo, const topo_pu_t **pus) {
    const topo_pu_t **grouped = array_make(topo->pu_count, sizeof *grouped);
    uint32_t *ends = array_make(topo->pu_count, sizeof *ends);
    uint32_t groups = groups_make(topo, level_node, grouped, ends), filled = 0;
    for (uint32_t turn = 0; filled < topo->pu_count; turn++)
        for (uint32_t group = 0; group < groups; group++) {
            uint32_t at = (group > 0 ? ends[group - 1] : 0) + turn;
            if (at < ends[group])
                pus[filled++] = grouped[at];
        }
    free(grouped);
    free(ends);
    return filled;
}

/* ------------------------------------------------------------------ kinds of cores */

/* Least and greatest efficiency; false with a reason when this says nothing. */
static bool kinds_find(const topo_t *topo, int *slowest, int *fastest, char *error,
                       size_t error_bytes) {
    *slowest = *fastest = topo->pus[0].efficiency;
    bool known = true;
    for (uint32_t i = 0; i < topo->pu_count; i++) {
        int efficiency = topo->pus[i].efficiency;
        known &= efficiency >= 0;
        *slowest = efficiency < *slowest ? efficiency : *slowest;
        *fastest = efficiency > *fastest ? efficiency : *fastest;
    }
    if (known && *slowest < *fastest)
        return true;
    snprintf(error, error_bytes,
             known || *slowest == *fastest
                 ? "the cores that may be used are of one kind"
                 : "there are several kinds of cores, but which is faster is not known");
    return false;
}

static uint32_t order_kind(const topo_t *topo, topo_policy_t order, const topo_pu_t **pus,
                           char *error, size_t error_bytes) {
    int slowest, fastest;
    if (!kinds_find(topo, &slowest, &fastest, error, error_bytes))
        return 0;
    if (order == TOPO_KIND_PERFORMANCE)
        slowest = fastest;
    if (order == TOPO_KIND_EFFICIENCY)
        fastest = slowest;
    uint32_t filled = 0;
    for (int efficiency = fastest; efficiency >= slowest; efficiency--) {
        uint32_t start = filled;
        for (uint32_t i = 0; i < topo->pu_count; i++)
            if (topo->pus[i].efficiency == efficiency)
                pus[filled++] = &topo->pus[i];
        sort_by_rank(pus + start, filled - start);
    }
    return filled;
}

/* ------------------------------------------------------------------ distances */

/*
 * Partners at a distance lie in one container (a core, an L2, ..., the machine) and in different
 * parts of it (PUs, cores, L2s, ...). Of a PU that has no such container the number is TOPO_NONE.
 */
static uint64_t container_of(const topo_pu_t *pu, topo_policy_t distance) {
    switch (distance) {
    case TOPO_DISTANCE_CORE:
        return pu->core;
    case TOPO_DISTANCE_L2:
        return pu->l2;
    case TOPO_DISTANCE_L3:
        return pu->l3;
    case TOPO_DISTANCE_NODE:
        return pu->node;
    default:
        return pu->node == TOPO_NONE ? TOPO_NONE : 0;
    }
}

/* The part of the container: what partners must not share. */
static uint64_t part_of(const topo_pu_t *pu, topo_policy_t distance) {
    uint64_t l2 = pu->l2 != TOPO_NONE ? pu->l2 : pu->core;
    switch (distance) {
    case TOPO_DISTANCE_CORE:
        return pu->object->gp_index;
    case TOPO_DISTANCE_L2:
        return pu->core;
    case TOPO_DISTANCE_L3:
        return l2;
    case TOPO_DISTANCE_NODE:
        return pu->l3 != TOPO_NONE ? pu->l3 : l2;
    default:
        return pu->node;
    }
}

/* Unpaired PUs of the same container and part as `pu`. */
static uint32_t part_left(const topo_t *topo, const topo_pu_t *pu, topo_policy_t distance,
                          const bool *paired) {
    uint32_t left = 0;
    for (uint32_t i = 0; i < topo->pu_count; i++)
        left += !paired[i] && container_of(&topo->pus[i], distance) == container_of(pu, distance) &&
                part_of(&topo->pus[i], distance) == part_of(pu, distance);
    return left;
}

/* The first unpaired PU of the container whose part has most of them left, outside of the part of
 * `other`. NULL: there is none. */
static const topo_pu_t *fullest_part(const topo_t *topo, uint64_t container, topo_policy_t distance,
                                     const topo_pu_t *other, const bool *paired) {
    const topo_pu_t *best = NULL;
    uint32_t most = 0;
    for (uint32_t i = 0; i < topo->pu_count; i++) {
        const topo_pu_t *pu = &topo->pus[i];
        if (paired[i] || container_of(pu, distance) != container ||
            (other != NULL && part_of(pu, distance) == part_of(other, distance)))
            continue;
        /* PUs of a part lie together: its first unpaired one stands for it. */
        if (i > 0 && !paired[i - 1] && container_of(pu - 1, distance) == container &&
            part_of(pu - 1, distance) == part_of(pu, distance))
            continue;
        uint32_t left = part_left(topo, pu, distance, paired);
        if (left > most) {
            most = left;
            best = pu;
        }
    }
    return best;
}

static const char *distance_missing(topo_policy_t distance) {
    switch (distance) {
    case TOPO_DISTANCE_CORE:
        return "no core has two PUs that may be used";
    case TOPO_DISTANCE_L2:
        return "no two cores that may be used share an L2 cache";
    case TOPO_DISTANCE_L3:
        return "no two cores that may be used share an L3 cache without sharing an L2";
    case TOPO_DISTANCE_NODE:
        return "no two PUs that may be used share a NUMA node without sharing a cache";
    default:
        return "all PUs that may be used are in one NUMA node";
    }
}

/*
 * As many pairs as possible, container by container: always one PU of each of the two parts that
 * have most PUs left, which leaves over no more than it must.
 */
static uint32_t order_distance(const topo_t *topo, topo_policy_t distance, const topo_pu_t **pus,
                               char *error, size_t error_bytes) {
    bool *paired = array_make(topo->pu_count, sizeof *paired);
    uint32_t filled = 0;
    for (uint32_t i = 0; i < topo->pu_count; i++) {
        uint64_t container = container_of(&topo->pus[i], distance);
        while (container != TOPO_NONE) {
            const topo_pu_t *one = fullest_part(topo, container, distance, NULL, paired);
            const topo_pu_t *two =
                one != NULL ? fullest_part(topo, container, distance, one, paired) : NULL;
            if (two == NULL)
                break;
            paired[one - topo->pus] = paired[two - topo->pus] = true;
            pus[filled++] = one < two ? one : two;
            pus[filled++] = one < two ? two : one;
        }
    }
    free(paired);
    if (filled == 0)
        snprintf(error, error_bytes, "%s", distance_missing(distance));
    return filled;
}

uint32_t topo_order(const topo_t *topo, topo_policy_t order, const topo_pu_t **pus, char *error,
                    size_t error_bytes) {
    switch (order) {
    case TOPO_COMPACT:
        return order_compact(topo, pus);
    case TOPO_SCATTER:
        return order_scatter(topo, pus);
    case TOPO_CORE:
        return order_core(topo, pus);
    case TOPO_SMT:
        return order_smt(topo, pus);
    case TOPO_LLC:
        return order_llc(topo, pus);
    case TOPO_NUMA:
        return order_numa(topo, pus);
    case TOPO_KIND:
    case TOPO_KIND_PERFORMANCE:
    case TOPO_KIND_EFFICIENCY:
        return order_kind(topo, order, pus, error, error_bytes);
    case TOPO_DISTANCE_CORE:
    case TOPO_DISTANCE_L2:
    case TOPO_DISTANCE_L3:
    case TOPO_DISTANCE_NODE:
    case TOPO_DISTANCE_OTHER:
        return order_distance(topo, order, pus, error, error_bytes);
    case TOPO_POLICY_COUNT:
        break;
    }
    snprintf(error, error_bytes, "there is no such policy");
    return 0;
}

/* ------------------------------------------------------------------ explicit lists, memory */

static uint32_t listed_pus(const topo_t *topo, const topo_place_t *place, const topo_pu_t **pus,
                           char *error, size_t error_bytes) {
    for (uint32_t i = 0; i < place->listed_count; i++) {
        uint32_t number = place->listed[i];
        hwloc_obj_t pu = hwloc_get_pu_obj_by_os_index(topo->hwloc, number);
        if (pu != NULL && pu->userdata != NULL && i < topo->pu_count) {
            pus[i] = pu->userdata;
            continue;
        }
        snprintf(error, error_bytes, "PU %u %s", number,
                 pu != NULL ? "may not be used by this process"
                 : hwloc_bitmap_isset(hwloc_topology_get_complete_cpuset(topo->hwloc), number)
                     ? "is offline"
                     : "does not exist");
        return 0;
    }
    return place->listed_count;
}

static bool node_allowed(const topo_t *topo, uint32_t node) {
    return hwloc_get_numanode_obj_by_os_index(topo->hwloc, node) != NULL &&
           hwloc_bitmap_isset(hwloc_topology_get_allowed_nodeset(topo->hwloc), node);
}

/* "interleave:0+1": all nodes that may be used. */
static char *interleave_text(const topo_t *topo) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    const char *separator = "interleave:";
    for (hwloc_obj_t node = NULL;
         (node = hwloc_get_next_obj_by_type(topo->hwloc, HWLOC_OBJ_NUMANODE, node)) != NULL;) {
        if (!node_allowed(topo, node->os_index))
            continue;
        fprintf(out, "%s%u", separator, node->os_index);
        separator = "+";
    }
    fclose(out);
    return text;
}

/* Sets the placement's request for memory. False with a reason. */
static bool memory_choose(const topo_t *topo, const topo_place_t *place, char **memory, char *error,
                          size_t error_bytes) {
    *memory = NULL;
    switch (place->memory) {
    case TOPO_MEMORY_FREE:
        break;
    case TOPO_MEMORY_LOCAL:
        *memory = strdup("local");
        break;
    case TOPO_MEMORY_INTERLEAVE:
        *memory = interleave_text(topo);
        break;
    case TOPO_MEMORY_NODE:
        if (!node_allowed(topo, place->memory_node)) {
            hwloc_obj_t node = hwloc_get_numanode_obj_by_os_index(topo->hwloc, place->memory_node);
            snprintf(error, error_bytes, "NUMA node %u %s", place->memory_node,
                     node != NULL ? "may not be used by this process" : "does not exist");
            return false;
        }
        if (asprintf(memory, "bind:%u", place->memory_node) < 0)
            abort();
        break;
    }
    return true;
}

/* ------------------------------------------------------------------ placing */

static bool threads_allowed(const topo_place_t *place, uint32_t thread_count, char *error,
                            size_t error_bytes) {
    if (thread_count == 0) {
        snprintf(error, error_bytes, "there is nothing to place");
        return false;
    }
    if (place->listed == NULL && place->order >= TOPO_DISTANCE_CORE && thread_count % 2 != 0) {
        snprintf(error, error_bytes, "an odd number of threads leaves one without a partner");
        return false;
    }
    return true;
}

bool topo_place(const topo_t *topo, topo_policy_t policy, uint32_t thread_count,
                topo_placement_t *placement, char *error, size_t error_bytes) {
    topo_place_t place;
    char reason[256] = "there is no such placement";
    const topo_pu_t **pus = array_make(topo->pu_count, sizeof *pus);
    *placement = (topo_placement_t){.policy = policy, .thread_count = thread_count};
    bool good = topo_place_of(policy, &place) &&
                threads_allowed(&place, thread_count, reason, sizeof reason);
    if (good) {
        placement->period = place.listed != NULL
                                ? listed_pus(topo, &place, pus, reason, sizeof reason)
                                : topo_order(topo, place.order, pus, reason, sizeof reason);
        good = placement->period > 0 &&
               memory_choose(topo, &place, &placement->memory, reason, sizeof reason);
    }
    if (good) {
        placement->pu = array_make(thread_count, sizeof *placement->pu);
        for (uint32_t i = 0; i < thread_count; i++)
            placement->pu[i] = pus[i % placement->period]->object->os_index;
        placement->oversubscribed = thread_count > placement->period;
    } else {
        const char *name = topo_policy_name(policy);
        snprintf(error, error_bytes, "cannot place %u thread%s by %s: %s", thread_count,
                 thread_count == 1 ? "" : "s", name != NULL ? name : "it", reason);
    }
    free(pus);
    return good;
}

void topo_placement_free(topo_placement_t *placement) {
    free(placement->pu);
    free(placement->memory);
    placement->pu = NULL;
    placement->memory = NULL;
}

char *topo_bind_text(const topo_placement_t *placement) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    uint32_t sets =
        placement->thread_count < placement->period ? placement->thread_count : placement->period;
    if (out == NULL)
        abort();
    for (uint32_t i = 0; i < sets; i++)
        fprintf(out, "%s%u", i > 0 ? "," : "", placement->pu[i]);
    if (placement->memory != NULL)
        fprintf(out, "@%s", placement->memory);
    fclose(out);
    return text;
}
