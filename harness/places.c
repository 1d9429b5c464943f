/*
 * Lists of placements; see places.h. Called by the main thread before anything is started, so every
 * mistake may end the program at once.
 */
#include "places.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "nearest.h"
#include "paths.h"

static const char *const distances[] = {"core", "l2", "l3", "node", "other"};
enum { DISTANCE_COUNT = sizeof distances / sizeof distances[0] };

void cmp_places_add(cmp_places_t *places, topo_policy_t policy) {
    for (size_t i = 0; i < places->count; i++)
        if (places->items[i] == policy)
            return;
    places->items = realloc(places->items, (places->count + 1) * sizeof *places->items);
    if (places->items == NULL)
        abort();
    places->items[places->count++] = policy;
}

static _Noreturn void place_unknown(const char *word) {
    const char *names[TOPO_POLICY_COUNT + 1] = {NULL};
    for (unsigned i = 0; i < TOPO_POLICY_COUNT; i++)
        names[i] = topo_policy_name((topo_policy_t)i);
    if (strncmp(word, "pus:", 4) == 0)
        cmp_usage_error("cannot place threads on '%s': want numbers of PUs, each once, such as "
                        "pus:0,2,4 or pus:0-3; './compare topology' shows them",
                        word);
    if (strchr(word, '@') != NULL)
        cmp_usage_error("unknown placement '%s'; behind @ stands local, interleave or node:N, "
                        "before it one of '%s list placements'",
                        word, cmp_program());
    const char *near = cmp_nearest(word, names);
    cmp_usage_error("unknown placement '%s'%s%s%s; see '%s list placements'", word,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                    cmp_program());
}

/* Where the entry that starts at `text` ends: at the comma before the next entry, or at the end. */
static size_t entry_length(const char *text) {
    const char *end = text + strcspn(text, ",");
    while (strncmp(text, "pus:", 4) == 0 && *end == ',' && isdigit((unsigned char)end[1]))
        end += 1 + strcspn(end + 1, ",");
    return (size_t)(end - text);
}

/* Calls `take` for every entry of the list. */
static void entries_each(const char *option, const char *list,
                         void (*take)(cmp_places_t *places, const char *word),
                         cmp_places_t *places) {
    for (const char *text = list;;) {
        size_t length = entry_length(text);
        if (length == 0)
            cmp_usage_error("cannot use '%s' for %s: it has an empty entry; separate entries by "
                            "one comma",
                            list, option);
        char *word = cmp_text("%.*s", (int)length, text);
        take(places, word);
        free(word);
        if (text[length] == '\0')
            return;
        text += length + 1;
    }
}

static void place_take(cmp_places_t *places, const char *word) {
    topo_policy_t policy;
    if (!topo_policy_parse(word, &policy))
        place_unknown(word);
    cmp_places_add(places, policy);
}

void cmp_places_parse(cmp_places_t *places, const char *list) {
    entries_each("--place", list, place_take, places);
}

static void distance_take(cmp_places_t *places, const char *word) {
    bool all = strcmp(word, "all") == 0, any = all;
    for (size_t i = 0; i < DISTANCE_COUNT; i++) {
        if (!all && strcmp(word, distances[i]) != 0)
            continue;
        any = true;
        cmp_places_add(places, (topo_policy_t)(TOPO_DISTANCE_CORE + i));
    }
    if (!any)
        cmp_usage_error("unknown distance '%s'; allowed are core, l2, l3, node, other and all",
                        word);
}

void cmp_places_parse_distances(cmp_places_t *places, const char *list) {
    entries_each("--distance", list, distance_take, places);
}

/* What cmp_places_bind_memory works on while it goes through the list. */
static const cmp_places_t *unbound;

static void memory_take(cmp_places_t *places, const char *word) {
    for (size_t i = 0; i < unbound->count; i++) {
        topo_policy_t policy = unbound->items[i];
        if (strcmp(word, "default") != 0 && !topo_policy_bind_memory(&policy, word))
            cmp_usage_error("cannot bind memory of placement %s to '%s'; allowed are default, "
                            "local, interleave and node:N, once",
                            topo_policy_name(policy), word);
        cmp_places_add(places, policy);
    }
}

void cmp_places_bind_memory(cmp_places_t *places, const char *list) {
    cmp_places_t bound = {0};
    unbound = places;
    entries_each("--membind", list, memory_take, &bound);
    cmp_places_free(places);
    *places = bound;
}

void cmp_places_free(cmp_places_t *places) {
    free(places->items);
    *places = (cmp_places_t){0};
}
