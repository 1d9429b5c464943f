/*
 * hak_route: describes how sizes are served, from the tables that the start filled (size_class.h).
 * Any thread, any time; cold; takes no lock. docs/allocator.md, "Route, classes and backends".
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/lane.h"
#include "allocator/medium.h"
#include "allocator/size_class.h"

static size_t lane_of_row(size_t row) {
    return atomic_load_explicit(&hak_size_to_lane[row], memory_order_relaxed);
}

/* Widens the route's range by what a row of the size table serves. */
static void range_widen(hak_route_t *route, size_t low, size_t high) {
    if (route->requests == NULL || low < route->low_bytes)
        route->low_bytes = low;
    if (route->requests == NULL || high > route->high_bytes)
        route->high_bytes = high;
}

/* The sizes that the size table maps to the class; its rows for alignments only where it has no
 * other. */
static void range_find(uint32_t class_id, hak_route_t *route) {
    const size_t lane = HAK_LANE_OFFSET(class_id);
    for (size_t row = 0; row < HAK_SIZE_ROWS; row++) {
        if (lane_of_row(row) != lane)
            continue;
        range_widen(route, row == 0 ? 0 : (row - 1) * HAK_GRAIN_BYTES + 1, row * HAK_GRAIN_BYTES);
        route->requests = "any";
    }
    if (route->requests != NULL)
        return;
    for (size_t row = 0; row < HAK_ALIGNED_ROWS; row++) {
        if (lane_of_row(HAK_SIZE_ROWS + row) != lane)
            continue;
        range_widen(route, row * HAK_ALIGNED_STEP_BYTES + 1, (row + 1) * HAK_ALIGNED_STEP_BYTES);
        route->requests = "aligned";
    }
}

/* The class whose blocks come from this one where its own backend has none; 0: there is none. */
static uint32_t class_backed(uint32_t class_id) {
    for (uint32_t other = 1; other <= hak_class_count; other++)
        if (hak_classes[other].fallback_class == class_id)
            return other;
    return 0;
}

static const char *backend_instead(const hak_class_t *class) {
    switch ((hak_backend_t) class->backend) {
    case HAK_BACKEND_MID_V3:
        return hak_backend_name(HAK_BACKEND_TINY);
    case HAK_BACKEND_POOL_V2:
        return hak_backend_name(HAK_BACKEND_POOL_V1);
    default:
        return NULL;
    }
}

static void class_route(uint32_t class_id, hak_route_t *route) {
    const hak_class_t *class = &hak_classes[class_id];
    snprintf(route->name, sizeof route->name, "C%u", (unsigned)class_id);
    range_find(class_id, route);
    if (route->requests == NULL) {
        range_find(class_backed(class_id), route);
        route->requests = "fallback";
    }
    route->stride_bytes = class->stride_bytes;
    route->backend = hak_backend_name(class->backend);
    route->fallback = backend_instead(class);
    /* A size as the size tables are filled by: classes for alignments by their stride. */
    const bool plain = strcmp(route->requests, "aligned") != 0;
    (void)hak_route_of(plain ? (uint32_t)route->high_bytes : class->stride_bytes,
                       &route->decided_by);
}

/* The rows behind the classes. */
static const hak_route_t classless_routes[] = {
    {.low_bytes = HAK_LANE_MAX_BYTES + 1,
     .high_bytes = HAK_MEDIUM_MAX_BYTES,
     .stride_bytes = HAK_UNIT_BYTES,
     .name = "medium",
     .backend = "medium",
     .requests = "any",
     .fallback = "large"},
    {.low_bytes = HAK_MEDIUM_MAX_BYTES + 1,
     .high_bytes = PTRDIFF_MAX,
     .stride_bytes = HAK_OS_PAGE_BYTES,
     .name = "large",
     .backend = "large",
     .requests = "any"},
};
#define CLASSLESS_ROUTES (sizeof classless_routes / sizeof classless_routes[0])

/* Size of the struct's first version: what the oldest program sets. */
#define ROUTE_BYTES_FIRST (offsetof(hak_route_t, fallback) + sizeof(const char *))

__attribute__((visibility("default"))) int hak_route(unsigned index, hak_route_t *route) {
    if (route == NULL || route->size < ROUTE_BYTES_FIRST) {
        errno = EINVAL;
        return -1;
    }
    (void)hak_start();
    hak_route_t row = {.size = 0};
    if (index < hak_class_count) {
        class_route(index + 1, &row);
    } else if (index - hak_class_count < CLASSLESS_ROUTES) {
        row = classless_routes[index - hak_class_count];
    } else {
        errno = ENOENT;
        return -1;
    }
    row.size = route->size < sizeof row ? route->size : sizeof row;
    memcpy(route, &row, row.size);
    return 0;
}
