/* Colours, points and lines of allocators; see look.h. */
#include "look.h"

#include <string.h>

#include "model.h"

/*
 * Hues after Okabe and Ito's palette, which people with any kind of colour blindness tell apart,
 * shifted so that each has a contrast of 3:1 or more with its ground; glibc and the floor are grey.
 * Names that are not listed get one of `others`, in the order in which they appear. Points differ
 * as well.
 */
static const cmp_look_t known[] = {
    {"hakmem", "#d55e00", "#ff8c3b", 7, 1},        {"jemalloc", "#0072b2", "#57b0ee", 5, 1},
    {"mimalloc", "#00875f", "#2fcb9d", 9, 1},      {"tcmalloc", "#a87000", "#f0b429", 11, 1},
    {"tbb", "#b0508c", "#e79ac8", 13, 1},          {"glibc", "#444444", "#e0e0e0", 4, 1},
    {CMP_FLOOR_LABEL, "#767676", "#9a9a9a", 1, 2},
};
static const cmp_look_t others[] = {
    {NULL, "#332288", "#a99cff", 6, 4},  {NULL, "#882255", "#f080a8", 8, 4},
    {NULL, "#1f7a7a", "#5fd0c5", 10, 4}, {NULL, "#6b6b00", "#cfcf5a", 12, 4},
    {NULL, "#7a3300", "#dd9a77", 14, 4}, {NULL, "#00597a", "#7ac4e0", 15, 4},
};
enum { KNOWN = sizeof known / sizeof known[0], OTHERS = sizeof others / sizeof others[0] };

static const cmp_look_t *look_find(const char *label) {
    for (size_t i = 0; i < KNOWN; i++)
        if (strcmp(label, known[i].name) == 0)
            return &known[i];
    return NULL;
}

bool cmp_look_listed(const char *label) {
    return look_find(label) != NULL;
}

const cmp_look_t *cmp_look_of(const char *label, size_t stranger) {
    const cmp_look_t *look = look_find(label);
    return look != NULL ? look : &others[stranger % OTHERS];
}
