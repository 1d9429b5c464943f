/*
 * Reads configurations and routes of two hakmems and says what they have to do with each other.
 * Main thread; no state.
 */
#include "activity_static.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"
#include "routes.h"

/* The word that names the build; what its name brings about stands in the others. */
static bool word_is_name(const char *word, size_t length) {
    return length == strlen("VARIANT") && memcmp(word, "VARIANT", length) == 0;
}

/* The value of NAME in "... NAME=VALUE ..."; its length in *bytes; NULL: it is not there. */
static const char *value_find(const char *configuration, const char *name, size_t name_bytes,
                              size_t *bytes) {
    for (const char *at = configuration; at != NULL && *at != '\0';) {
        const size_t word = strcspn(at, " ");
        if (word > name_bytes && at[name_bytes] == '=' && memcmp(at, name, name_bytes) == 0) {
            *bytes = word - name_bytes - 1;
            return at + name_bytes + 1;
        }
        at += word + strspn(at + word, " ");
    }
    return NULL;
}

/* Flags and options with another value. */
static size_t differences_write(FILE *out, const char *base, const char *treatment) {
    size_t count = 0;
    for (const char *at = base; *at != '\0';) {
        const size_t word = strcspn(at, " "), name = strcspn(at, "= ");
        size_t bytes = 0;
        const char *other = name < word ? value_find(treatment, at, name, &bytes) : NULL;
        const size_t own = word - name - 1;
        if (name < word && !word_is_name(at, name) &&
            (other == NULL || bytes != own || memcmp(other, at + name + 1, own) != 0))
            fprintf(out, "%s%.*s (%.*s, then %.*s)", count++ > 0 ? ", " : "differ in ", (int)name,
                    at, (int)own, at + name + 1, other != NULL ? (int)bytes : 4,
                    other != NULL ? other : "none");
        at += word + strspn(at + word, " ");
    }
    if (count == 0)
        fputs("no flag or option differs", out);
    return count;
}

static bool row_is_plain(const cmp_route_t *row) {
    return strcmp(row->requests, "any") == 0;
}

/* The row that serves plain requests of the size; NULL: none. */
static const cmp_route_t *row_of(const cmp_routes_t *routes, uint64_t size) {
    for (size_t i = 0; i < routes->count; i++)
        if (row_is_plain(&routes->rows[i]) && routes->rows[i].low_bytes <= size &&
            size <= routes->rows[i].high_bytes)
            return &routes->rows[i];
    return NULL;
}

static void decided_write(FILE *out, const cmp_route_t *row) {
    if (*row->decided_by != '\0')
        fprintf(out, " (%s)", row->decided_by);
}

/* Neighbouring sizes that go from one backend to another, together. */
static void moves_write(FILE *out, const cmp_routes_t *base, const cmp_routes_t *treatment) {
    const cmp_route_t *from = NULL, *to = NULL;
    size_t count = 0;
    uint64_t low = 0, high = 0;
    for (size_t i = 0; i <= base->count; i++) {
        const cmp_route_t *row = i < base->count ? &base->rows[i] : NULL;
        if (row != NULL && !row_is_plain(row))
            continue;
        const cmp_route_t *other = row != NULL ? row_of(treatment, row->high_bytes) : NULL;
        const bool moves = other != NULL && strcmp(row->backend, other->backend) != 0;
        const bool goes_on = moves && from != NULL && strcmp(from->backend, row->backend) == 0 &&
                             strcmp(to->backend, other->backend) == 0;
        if (from != NULL && !goes_on) {
            fprintf(out, "%s%" PRIu64 " to %" PRIu64 " bytes by %s, then %s",
                    count++ > 0 ? ", " : "; routes differ: ", low, high, from->backend,
                    to->backend);
            decided_write(out, to);
            from = NULL;
        }
        if (moves && from == NULL) {
            from = row;
            to = other;
            low = row->low_bytes;
        }
        if (moves)
            high = row->high_bytes;
    }
    if (count == 0)
        fputs(cmp_routes_equal(base, treatment) ? "; routes are the same"
                                                : "; routes differ in their classes alone",
              out);
}

/* A parameter in bytes; false when the workload has none of that name. */
static bool parameter_bytes(const cmp_cell_t *cell, const char *name, uint64_t *bytes) {
    for (size_t i = 0; i < cell->workload->parameter_count; i++)
        if (strcmp(cell->workload->parameters[i].name, name) == 0) {
            *bytes = cell->values.value[i];
            return strcmp(cell->workload->parameters[i].unit, "bytes") == 0;
        }
    return false;
}

/* Which backends the workload's sizes lead to, where its parameters tell its sizes. */
static void sizes_write(FILE *out, const cmp_routes_t *routes, const cmp_cell_t *cell) {
    uint64_t least, most;
    const char *last = NULL;
    if (!parameter_bytes(cell, "min", &least) || !parameter_bytes(cell, "max", &most))
        return;
    fprintf(out, "; %s asks for %" PRIu64 " to %" PRIu64 " bytes:", cell->workload->name, least,
            most);
    for (size_t i = 0; i < routes->count; i++) {
        const cmp_route_t *row = &routes->rows[i];
        if (!row_is_plain(row) || row->high_bytes < least || row->low_bytes > most ||
            (last != NULL && strcmp(last, row->backend) == 0))
            continue;
        fprintf(out, "%s %s", last != NULL ? "," : "", row->backend);
        decided_write(out, row);
        last = row->backend;
    }
}

char *cmp_activity_static(const cmp_allocator_t *base, const cmp_allocator_t *treatment,
                          const cmp_cell_t *cell) {
    cmp_routes_t before = {0}, after = {0};
    char error[512], *text = NULL;
    size_t length = 0;
    const bool loadable = base->path != NULL && treatment->path != NULL && !base->linked &&
                          !treatment->linked &&
                          cmp_routes_read(base, &before, error, sizeof error) &&
                          cmp_routes_read(treatment, &after, error, sizeof error);
    FILE *out = loadable ? open_memstream(&text, &length) : NULL;
    if (loadable && out == NULL)
        abort();
    if (out != NULL) {
        differences_write(out, before.configuration, after.configuration);
        moves_write(out, &before, &after);
        sizes_write(out, &after, cell);
        if (fclose(out) != 0)
            abort();
    }
    cmp_routes_free(&before);
    cmp_routes_free(&after);
    return text;
}
