/*
 * The picture of a machine as SVG: nested boxes, every thread of a placement in its PU. Called by
 * compare, main thread only. Written here rather than by hwloc's lstopo, whose drawing cannot show
 * threads.
 *
 * A first pass measures every box from the inside out, a second one writes them. PUs are blue, the
 * darker the earlier their first thread; orange where several threads share one.
 */
#include "topo_draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Lengths in pixels. */
enum { GAP = 6, TITLE = 18, PU_WIDTH = 74, PU_HEIGHT = 36, MEMORY_HEIGHT = 20, MARGIN = 12 };
static const double ASPECT = 1.6; /* wanted width over height of what is arranged */

typedef struct box {
    double width, height;
    unsigned columns; /* that the children are arranged in */
} box_t;

static bool is_frame(hwloc_obj_t object) {
    return object->type != HWLOC_OBJ_MACHINE && object->type != HWLOC_OBJ_GROUP;
}

static box_t box_measure(hwloc_obj_t object);

/* Width and height of the children in so many columns, each column as wide as the widest child. */
static box_t children_measure(hwloc_obj_t object, unsigned columns) {
    double widest = 0, height = 0, row = 0;
    for (unsigned i = 0; i < object->arity; i++) {
        box_t child = box_measure(object->children[i]);
        widest = fmax(widest, child.width);
        row = fmax(row, child.height);
        if (i % columns == columns - 1 || i + 1 == object->arity) {
            height += row + GAP;
            row = 0;
        }
    }
    return (box_t){columns * (widest + GAP) - GAP, height - GAP, columns};
}

static unsigned memory_count(hwloc_obj_t object) {
    unsigned count = 0;
    for (hwloc_obj_t node = object->memory_first_child; node != NULL; node = node->next_sibling)
        count++;
    return count;
}

static double title_width(hwloc_obj_t object) {
    char title[128];
    topo_draw_title(object, title, sizeof title);
    return 7.5 * (double)strlen(title) + 2 * GAP;
}

/* Children arranged so that their outline comes near to the wanted aspect. PUs of a core stand side
 * by side. */
static box_t box_measure(hwloc_obj_t object) {
    if (object->type == HWLOC_OBJ_PU)
        return (box_t){PU_WIDTH, PU_HEIGHT, 1};
    box_t best = {0, 0, 1};
    double nearest = INFINITY;
    unsigned least = object->type == HWLOC_OBJ_CORE ? object->arity : 1;
    for (unsigned columns = least; columns <= object->arity; columns++) {
        if (object->arity % columns != 0 && columns > 4)
            continue; /* a last row with gaps is for few children */
        box_t arranged = children_measure(object, columns);
        double off = fabs(log(arranged.width / arranged.height / ASPECT));
        if (off < nearest) {
            nearest = off;
            best = arranged;
        }
    }
    best.height += memory_count(object) * (MEMORY_HEIGHT + GAP);
    if (is_frame(object)) {
        best.width = fmax(best.width + 2 * GAP, title_width(object));
        best.height += TITLE + GAP;
    }
    return best;
}

/* ------------------------------------------------------------------ writing */

static void text_write(FILE *out, double x, double y, const char *attributes, const char *text) {
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, attributes);
    for (; *text != '\0'; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else
            fputc(*text, out);
    }
    fputs("</text>\n", out);
}

static void rectangle_write(FILE *out, double x, double y, double width, double height,
                            const char *style) {
    fprintf(out,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"3\" style=\"%s\"/>\n",
            x, y, width, height, style);
}

static void pu_write(hwloc_obj_t pu, const topo_placement_t *placement, double x, double y,
                     FILE *out) {
    char name[24], threads[80], style[96];
    size_t count = topo_draw_threads(placement, pu->os_index, 2, threads, sizeof threads);
    snprintf(name, sizeof name, "PU %u", pu->os_index);
    snprintf(style, sizeof style, "fill:#ffffff;stroke:#9aa5b1");
    bool dark = false;
    if (pu->userdata == NULL) {
        snprintf(style, sizeof style, "fill:#d5d8dc;stroke:#9aa5b1;stroke-dasharray:3,2");
        snprintf(threads, sizeof threads, "not allowed");
    } else if (count == 1) {
        uint32_t first = 0;
        while (placement->pu[first] != pu->os_index)
            first++;
        uint32_t last = placement->thread_count > 1 ? placement->thread_count - 1 : 1;
        double lightness = 42 + 44.0 * first / last;
        dark = lightness < 62;
        snprintf(style, sizeof style, "fill:hsl(210,62%%,%.0f%%);stroke:#2c5282", lightness);
    } else if (count > 1) {
        snprintf(style, sizeof style, "fill:#f6ad55;stroke:#9c4221");
    }
    rectangle_write(out, x, y, PU_WIDTH, PU_HEIGHT, style);
    const char *colour = dark ? " fill=\"#ffffff\"" : "";
    text_write(out, x + 5, y + 13, colour, name);
    if (*threads != '\0')
        text_write(out, x + 5, y + 29,
                   dark                   ? " fill=\"#ffffff\" font-weight=\"bold\""
                   : pu->userdata == NULL ? " font-size=\"10\""
                                          : " font-weight=\"bold\"",
                   threads);
}

/* True when the placement binds memory to this node, alone or among others. */
static bool node_bound(const topo_placement_t *placement, uint32_t node) {
    const char *text =
        placement != NULL && placement->memory != NULL ? strchr(placement->memory, ':') : NULL;
    while (text != NULL) {
        if (strtoul(text + 1, NULL, 10) == node)
            return true;
        text = strchr(text + 1, '+');
    }
    return false;
}

static double memories_write(hwloc_obj_t object, const topo_placement_t *placement, double x,
                             double y, double width, FILE *out) {
    for (hwloc_obj_t node = object->memory_first_child; node != NULL; node = node->next_sibling) {
        hwloc_obj_t memory = topo_draw_node(node);
        char title[160];
        topo_draw_title(memory, title, sizeof title);
        bool bound = node_bound(placement, memory->os_index);
        if (bound)
            strcat(title, ": memory is bound here");
        rectangle_write(out, x, y, width, MEMORY_HEIGHT,
                        bound ? "fill:#68b984;stroke:#22543d" : "fill:#d8f0df;stroke:#7fb894");
        text_write(out, x + 5, y + 14, "", title);
        y += MEMORY_HEIGHT + GAP;
    }
    return y;
}

static const char *frame_style(hwloc_obj_t object) {
    if (object->type == HWLOC_OBJ_PACKAGE)
        return "fill:#f7f3e8;stroke:#8a7b52";
    if (hwloc_obj_type_is_cache(object->type))
        return "fill:#eceff4;stroke:#8a94a6";
    return "fill:#fafafa;stroke:#8a94a6";
}

/* Writes the box of `width`, at least as measured: those of a row are equally wide. */
static void box_write(hwloc_obj_t object, const topo_placement_t *placement, double x, double y,
                      double width, FILE *out) {
    if (object->type == HWLOC_OBJ_PU) {
        pu_write(object, placement, x, y, out);
        return;
    }
    box_t box = box_measure(object);
    if (is_frame(object)) {
        char title[128];
        topo_draw_title(object, title, sizeof title);
        rectangle_write(out, x, y, width, box.height, frame_style(object));
        text_write(out, x + GAP, y + 13, "", title);
        x += GAP;
        y += TITLE;
        width -= 2 * GAP;
    }
    y = memories_write(object, placement, x, y, width, out);
    double column = (width + GAP) / box.columns - GAP, row = 0;
    for (unsigned i = 0; i < object->arity; i++) {
        unsigned place = i % box.columns;
        if (place == 0 && i > 0) {
            y += row + GAP;
            row = 0;
        }
        box_write(object->children[i], placement, x + place * (column + GAP), y, column, out);
        row = fmax(row, box_measure(object->children[i]).height);
    }
}

void topo_draw_svg(const topo_t *topo, const topo_placement_t *placement, const char *title,
                   FILE *out) {
    hwloc_obj_t root = hwloc_get_root_obj(topo->hwloc);
    char summary[256];
    box_t box = box_measure(root);
    topo_summary(topo, summary, sizeof summary);
    double text = 7.5 * (double)(strlen(title) > strlen(summary) ? strlen(title) : strlen(summary));
    double width = fmax(box.width, text) + 2 * MARGIN, top = MARGIN + 44;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "font-family=\"sans-serif\" font-size=\"12\">\n",
            width, top + box.height + MARGIN);
    fprintf(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n");
    text_write(out, MARGIN, MARGIN + 12, " font-size=\"15\" font-weight=\"bold\"", title);
    text_write(out, MARGIN, MARGIN + 32, " fill=\"#4a5568\"", summary);
    box_write(root, placement, MARGIN, top, box.width, out);
    fputs("</svg>\n", out);
}
