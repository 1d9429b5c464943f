/*
 * Discovery through hwloc: this machine, an XML file or a synthetic description, narrowed to the
 * PUs that the process may use, with the levels that placements look at. Called by the harness,
 * main thread only; no locks. The orders of the policies are in placement.c, their names in
 * placement_names.c.
 *
 * PUs are known by their OS index outside of topology/.
 */
#include "topology_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------ levels */

static uint64_t level_of(const topo_t *topo, hwloc_obj_t pu, hwloc_obj_type_t type) {
    hwloc_obj_t object = hwloc_get_ancestor_obj_by_type(topo->hwloc, type, pu);
    return object != NULL ? object->gp_index : TOPO_NONE;
}

static uint64_t last_cache_of(const topo_t *topo, hwloc_obj_t pu) {
    uint64_t last = TOPO_NONE;
    for (hwloc_obj_t object = pu->parent; object != NULL; object = object->parent)
        if (hwloc_obj_type_is_dcache(object->type) && object->attr->cache.depth >= 2)
            last = object->gp_index;
    if (last == TOPO_NONE)
        last = level_of(topo, pu, HWLOC_OBJ_PACKAGE);
    return last != TOPO_NONE ? last : hwloc_get_root_obj(topo->hwloc)->gp_index;
}

static uint64_t node_of(const topo_t *topo, hwloc_obj_t pu) {
    for (hwloc_obj_t node = NULL;
         (node = hwloc_get_next_obj_by_type(topo->hwloc, HWLOC_OBJ_NUMANODE, node)) != NULL;)
        if (hwloc_bitmap_isset(node->cpuset, pu->os_index))
            return node->gp_index;
    return TOPO_NONE;
}

static int efficiency_of(const topo_t *topo, hwloc_obj_t pu) {
    int efficiency = -1;
#if HWLOC_API_VERSION >= 0x00020400
    int kind = hwloc_cpukinds_get_by_cpuset(topo->hwloc, pu->cpuset, 0);
    if (kind < 0 ||
        hwloc_cpukinds_get_info(topo->hwloc, (unsigned)kind, NULL, &efficiency, NULL, NULL, 0) != 0)
        return -1;
#else
    (void)topo;
    (void)pu;
#endif
    return efficiency;
}

static void pus_fill(topo_t *topo) {
    uint32_t filled = 0;
    for (hwloc_obj_t pu = NULL;
         (pu = hwloc_get_next_obj_by_type(topo->hwloc, HWLOC_OBJ_PU, pu)) != NULL;) {
        if (!hwloc_bitmap_isset(topo->allowed, pu->os_index))
            continue;
        topo_pu_t *usable = &topo->pus[filled];
        *usable = (topo_pu_t){
            .object = pu,
            .core = level_of(topo, pu, HWLOC_OBJ_CORE),
            .l2 = level_of(topo, pu, HWLOC_OBJ_L2CACHE),
            .l3 = level_of(topo, pu, HWLOC_OBJ_L3CACHE),
            .llc = last_cache_of(topo, pu),
            .node = node_of(topo, pu),
            .efficiency = efficiency_of(topo, pu),
        };
        if (usable->core == TOPO_NONE)
            usable->core = pu->gp_index;
        for (uint32_t i = filled; i > 0 && topo->pus[i - 1].core == usable->core; i--)
            usable->rank++;
        pu->userdata = usable;
        filled++;
    }
}

/* ------------------------------------------------------------------ loading */

/* Loads `source` into the topology: synthetic, XML, or this machine when NULL. */
static bool topology_load(hwloc_topology_t hwloc, const char *source, char *error,
                          size_t error_bytes) {
    /* What is not allowed is drawn, and counted as part of the machine. */
    hwloc_topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    const bool file = source != NULL && access(source, R_OK) == 0;
    if (source == NULL) {
        if (hwloc_topology_load(hwloc) == 0)
            return true;
        snprintf(error, error_bytes, "cannot load the topology of this machine: %s; try 'lstopo'",
                 strerror(errno));
        return false;
    }
    if ((file ? hwloc_topology_set_xml(hwloc, source)
              : hwloc_topology_set_synthetic(hwloc, source)) == 0 &&
        hwloc_topology_load(hwloc) == 0)
        return true;
    snprintf(error, error_bytes,
             "cannot use topology '%s': %s; give an hwloc XML file or a synthetic description such "
             "as \"pack:2 core:4 pu:2\"",
             source, file ? "it is no hwloc XML file" : "no such file, and no description");
    return false;
}

/* The cgroup's cpuset comes from hwloc; the affinity mask (taskset) narrows it further. */
static void allowed_find(topo_t *topo) {
    topo->allowed = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topo->hwloc));
    if (hwloc_topology_is_thissystem(topo->hwloc)) {
        hwloc_cpuset_t bound = hwloc_bitmap_alloc();
        if (hwloc_get_cpubind(topo->hwloc, bound, HWLOC_CPUBIND_PROCESS) == 0 &&
            hwloc_bitmap_intersects(bound, topo->allowed))
            hwloc_bitmap_and(topo->allowed, topo->allowed, bound);
        hwloc_bitmap_free(bound);
    }
    hwloc_bitmap_and(topo->allowed, topo->allowed, hwloc_topology_get_topology_cpuset(topo->hwloc));
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
    allowed_find(topo);
    topo->pu_count = (uint32_t)hwloc_bitmap_weight(topo->allowed);
    topo->all_pu_count = (uint32_t)hwloc_get_nbobjs_by_type(topo->hwloc, HWLOC_OBJ_PU);
    topo->pus = calloc(topo->pu_count + 1, sizeof *topo->pus);
    if (topo->pu_count == 0 || topo->pus == NULL) {
        snprintf(error, error_bytes, "cannot use the topology: %s",
                 topo->pu_count == 0 ? "no PU is allowed to this process" : "out of memory");
        topo_free(topo);
        return NULL;
    }
    pus_fill(topo);
    return topo;
}

void topo_free(topo_t *topo) {
    if (topo == NULL)
        return;
    free(topo->pus);
    hwloc_bitmap_free(topo->allowed);
    hwloc_topology_destroy(topo->hwloc);
    free(topo);
}

uint32_t topo_pu_count(const topo_t *topo) {
    return topo->pu_count;
}

/* ------------------------------------------------------------------ texts */

/* Appends "N thing" or "N things" and a separator. */
static void summary_add(char *text, size_t text_bytes, int count, const char *one,
                        const char *many) {
    size_t used = strlen(text);
    snprintf(text + used, text_bytes - used, "%s%d %s", used > 0 ? ", " : "", count,
             count == 1 ? one : many);
}

/* Objects of a type. Where PUs are offline a core of one PU may lie at another depth than the other
 * cores; hwloc counts only types of one depth. */
static int objects_count(const topo_t *topo, hwloc_obj_type_t type) {
    int count = 0;
    const int depths = hwloc_topology_get_depth(topo->hwloc);
    for (int depth = 0; depth < depths; depth++)
        if (hwloc_get_depth_type(topo->hwloc, depth) == type)
            count += (int)hwloc_get_nbobjs_by_depth(topo->hwloc, depth);
    return count;
}

void topo_summary(const topo_t *topo, char *text, size_t text_bytes) {
    hwloc_topology_t hwloc = topo->hwloc;
    text[0] = '\0';
    int packages = objects_count(topo, HWLOC_OBJ_PACKAGE);
    int cores = objects_count(topo, HWLOC_OBJ_CORE);
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
    int caches = objects_count(topo, HWLOC_OBJ_L3CACHE);
    if (caches <= 0) {
        snprintf(text + used, text_bytes - used, ", no L3");
        return;
    }
    uint64_t bytes = 0; /* of the first PU that has one */
    for (hwloc_obj_t pu = NULL;
         bytes == 0 && (pu = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_PU, pu)) != NULL;) {
        hwloc_obj_t cache = hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_L3CACHE, pu);
        bytes = cache != NULL ? cache->attr->cache.size : 0;
    }
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

static void remark_set(hwloc_const_bitmap_t set, const char *indent, const char *what, FILE *out) {
    char *list = NULL;
    if (!hwloc_bitmap_iszero(set) && hwloc_bitmap_list_asprintf(&list, set) > 0)
        fprintf(out, "%s%s: PU%s %s\n", indent, what, hwloc_bitmap_weight(set) == 1 ? "" : "s",
                list);
    free(list);
}

#if HWLOC_API_VERSION >= 0x00020400
static void remark_kinds(const topo_t *topo, const char *indent, FILE *out) {
    int kinds = hwloc_cpukinds_get_nr(topo->hwloc, 0);
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    for (int kind = 0; kinds > 1 && kind < kinds; kind++) {
        char what[64];
        int efficiency = -1;
        if (hwloc_cpukinds_get_info(topo->hwloc, (unsigned)kind, set, &efficiency, NULL, NULL, 0))
            continue;
        if (efficiency < 0)
            snprintf(what, sizeof what, "cores of a kind whose speed is not known");
        else
            snprintf(what, sizeof what, "%s cores",
                     efficiency == 0           ? "efficiency"
                     : efficiency == kinds - 1 ? "performance"
                                               : "middle");
        hwloc_bitmap_and(set, set, hwloc_topology_get_topology_cpuset(topo->hwloc));
        remark_set(set, indent, what, out);
    }
    hwloc_bitmap_free(set);
}
#endif

void topo_remarks(const topo_t *topo, const char *indent, FILE *out) {
    hwloc_const_bitmap_t online = hwloc_topology_get_topology_cpuset(topo->hwloc);
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    hwloc_bitmap_andnot(set, hwloc_topology_get_complete_cpuset(topo->hwloc), online);
    remark_set(set, indent, "offline", out);
    hwloc_bitmap_andnot(set, online, topo->allowed);
    remark_set(set, indent, "not allowed to this process", out);
    hwloc_bitmap_free(set);
#if HWLOC_API_VERSION >= 0x00020400
    remark_kinds(topo, indent, out);
#endif
    for (hwloc_obj_t node = NULL;
         (node = hwloc_get_next_obj_by_type(topo->hwloc, HWLOC_OBJ_NUMANODE, node)) != NULL;)
        if (hwloc_bitmap_iszero(node->cpuset))
            fprintf(out, "%smemory without PUs: NUMA node %u\n", indent, node->os_index);
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
