/*
 * The drawing of a machine as text, with every thread of a placement in its place. Called by
 * compare, main thread only; the picture is in topo_picture.c, which shares the figures below.
 *
 * Packages, NUMA nodes and caches of several cores are lines, each indented below what it is a part
 * of. Cores, with caches of their own, are fields in a row: "core 2 [4 t0|5 -]" has PU 4 with
 * thread 0 and PU 5 without one; x stands for a PU that may not be used.
 */
#include "topo_draw.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ what is drawn */

bool topo_draw_is_core(hwloc_obj_t object) {
    if (object->type == HWLOC_OBJ_CORE || object->type == HWLOC_OBJ_PU)
        return true;
    /* A cache around a single core is that core's own. */
    return hwloc_obj_type_is_cache(object->type) && object->memory_arity == 0 &&
           object->arity == 1 && topo_draw_is_core(object->children[0]);
}

/* The number of an object among all of its type, from 0. hwloc's own begins anew at each depth, and
 * where PUs are offline cores may lie at several. */
static unsigned object_number(hwloc_obj_t object) {
    hwloc_obj_t root = object, leaf = object;
    while (root->parent != NULL)
        root = root->parent;
    while (root->first_child != NULL)
        root = root->first_child; /* the first PU */
    while (leaf->first_child != NULL)
        leaf = leaf->first_child;
    unsigned number = 0;
    const void *last = NULL;
    for (hwloc_obj_t pu = root; pu != NULL && pu != leaf; pu = pu->next_cousin) {
        hwloc_obj_t other = pu;
        while (other != NULL && other->type != object->type)
            other = other->parent;
        if (other != NULL && other != last && other != object)
            number++;
        last = other;
    }
    return number;
}

static void size_format(uint64_t bytes, char *text, size_t text_bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    snprintf(text, text_bytes, "%.3g %s", value, units[unit]);
    if (value >= 1000) /* %.3g would write an exponent */
        snprintf(text, text_bytes, "%.0f %s", value, units[unit]);
}

void topo_draw_title(hwloc_obj_t object, char *text, size_t text_bytes) {
    char size[32] = "";
    uint64_t bytes = 0;
    if (hwloc_obj_type_is_cache(object->type))
        bytes = object->attr->cache.size;
    else if (object->type == HWLOC_OBJ_NUMANODE)
        bytes = object->attr->numanode.local_memory;
    if (bytes > 0)
        size_format(bytes, size, sizeof size);
    char number[16] = "", type[32];
    if (object->type == HWLOC_OBJ_NUMANODE || object->type == HWLOC_OBJ_PU)
        snprintf(number, sizeof number, " %u", object->os_index);
    else if (object->type != HWLOC_OBJ_MACHINE)
        snprintf(number, sizeof number, " %u", object_number(object));
    if (object->type == HWLOC_OBJ_NUMANODE)
        snprintf(type, sizeof type, "NUMA node");
    else
        hwloc_obj_type_snprintf(type, sizeof type, object, 0);
    snprintf(text, text_bytes, "%s%s%s%s", type, number, *size ? ", " : "", size);
}

hwloc_obj_t topo_draw_node(hwloc_obj_t memory) {
    while (memory->type != HWLOC_OBJ_NUMANODE && memory->memory_first_child != NULL)
        memory = memory->memory_first_child;
    return memory;
}

size_t topo_draw_threads(const topo_placement_t *placement, uint32_t pu, size_t shown, char *text,
                         size_t text_bytes) {
    size_t count = 0, used = 0;
    *text = '\0';
    for (uint32_t i = 0; placement != NULL && i < placement->thread_count; i++) {
        if (placement->pu[i] != pu)
            continue;
        if (count++ < shown)
            used +=
                (size_t)snprintf(text + used, text_bytes - used, "%st%u", count > 1 ? " " : "", i);
    }
    if (count > shown)
        snprintf(text + used, text_bytes - used, " +%zu", count - shown);
    return count;
}

/* ------------------------------------------------------------------ fields of cores */

static void core_write(hwloc_obj_t object, const topo_placement_t *placement, bool *first,
                       FILE *out) {
    if (object->type != HWLOC_OBJ_PU) {
        for (unsigned i = 0; i < object->arity; i++)
            core_write(object->children[i], placement, first, out);
        return;
    }
    char threads[80];
    fprintf(out, "%s%u", *first ? "" : "|", object->os_index);
    *first = false;
    topo_draw_threads(placement, object->os_index, 4, threads, sizeof threads);
    if (object->userdata == NULL)
        fputs(" x", out);
    else if (placement != NULL)
        fprintf(out, " %s", *threads ? threads : "-");
}

/* "core 2 [4 t0|5 -]", malloc'ed; of a PU without a core "[4 t0]". */
static char *core_text(hwloc_obj_t object, const topo_placement_t *placement) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    bool first = true;
    if (out == NULL)
        abort();
    hwloc_obj_t core = object;
    while (hwloc_obj_type_is_cache(core->type))
        core = core->children[0];
    if (core->type == HWLOC_OBJ_CORE)
        fprintf(out, "core %u ", object_number(core));
    fputc('[', out);
    core_write(object, placement, &first, out);
    fputc(']', out);
    fclose(out);
    return text;
}

/* Writes fields in rows of equal columns, and frees them. */
static void fields_write(char **fields, size_t count, unsigned indent, unsigned width, FILE *out) {
    size_t widest = 1;
    for (size_t i = 0; i < count; i++)
        widest = strlen(fields[i]) > widest ? strlen(fields[i]) : widest;
    size_t columns = width > indent ? (width - indent + 2) / (widest + 2) : 1;
    columns = columns > 0 ? columns : 1;
    while (columns < count && (columns & (columns - 1)) != 0)
        columns--; /* rows of 2, 4, 8: their beginnings are numbers that one expects */
    for (size_t i = 0; i < count; i++) {
        bool last = i % columns == columns - 1 || i + 1 == count;
        fprintf(out, "%*s%-*s%s", i % columns == 0 ? (int)indent : 2, "", last ? 0 : (int)widest,
                fields[i], last ? "\n" : "");
        free(fields[i]);
    }
}

/* ------------------------------------------------------------------ lines */

static void object_write(hwloc_obj_t object, const topo_placement_t *placement, unsigned indent,
                         unsigned width, FILE *out);

static void children_write(hwloc_obj_t object, const topo_placement_t *placement, unsigned indent,
                           unsigned width, FILE *out) {
    char **fields = calloc(object->arity + 1, sizeof *fields);
    size_t count = 0;
    if (fields == NULL)
        abort();
    for (unsigned i = 0; i < object->arity; i++) {
        hwloc_obj_t child = object->children[i];
        if (topo_draw_is_core(child)) {
            fields[count++] = core_text(child, placement);
            continue;
        }
        fields_write(fields, count, indent, width, out);
        count = 0;
        object_write(child, placement, indent, width, out);
    }
    fields_write(fields, count, indent, width, out);
    free(fields);
}

/* The NUMA nodes that are attached to an object; a cache on the memory's side may stand between. */
static void memories_write(hwloc_obj_t object, unsigned indent, FILE *out) {
    char title[128];
    for (hwloc_obj_t node = object->memory_first_child; node != NULL; node = node->next_sibling) {
        topo_draw_title(topo_draw_node(node), title, sizeof title);
        fprintf(out, "%*s%s\n", (int)indent, "", title);
    }
}

static void object_write(hwloc_obj_t object, const topo_placement_t *placement, unsigned indent,
                         unsigned width, FILE *out) {
    const bool memory = object->memory_first_child != NULL;
    const bool titled = object->type != HWLOC_OBJ_MACHINE && object->type != HWLOC_OBJ_GROUP;
    /* A node that is all of a cache's PUs stands around the cache. */
    const bool outside = memory && hwloc_obj_type_is_cache(object->type);
    char title[128];
    if (outside) {
        memories_write(object, indent, out);
        indent += 2;
    }
    if (titled) {
        topo_draw_title(object, title, sizeof title);
        fprintf(out, "%*s%s\n", (int)indent, "", title);
        indent += 2;
    }
    if (memory && !outside) {
        memories_write(object, indent, out);
        indent += 2;
    }
    children_write(object, placement, indent, width, out);
}

void topo_draw_text(const topo_t *topo, const topo_placement_t *placement, unsigned width,
                    FILE *out) {
    object_write(hwloc_get_root_obj(topo->hwloc), placement, 0, width, out);
}
