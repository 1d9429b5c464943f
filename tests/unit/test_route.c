/* hak_route: what it says of a size is what malloc does with it, and what decided it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/options.h"
#include "allocator/size_class.h"

enum { ROUTES_MOST = 256 };

static hak_route_t routes[ROUTES_MOST];
static unsigned route_count;

/* Reads all rows, as the options are now. Blocks must not be in use while classes change. */
static void routes_read(void) {
    hak_size_classes_fill();
    for (route_count = 0;; route_count++) {
        assert_in_range(route_count, 0, ROUTES_MOST - 1);
        routes[route_count] = (hak_route_t){.size = sizeof routes[0]};
        if (hak_route(route_count, &routes[route_count]) != 0)
            break;
    }
    assert_int_equal(errno, ENOENT);
}

static int options_reset(void **state) {
    (void)state;
    hak_options.mid_v3_enabled = hak_options.pool_v2_enabled = 1;
    hak_options.pool_v2_lending = 0; /* a lent block has another stride */
    hak_options.mid_v3_classes = 0xffff;
    hak_options.pool_v2_classes = 0x7f;
    return 0;
}

/* The only row for plain requests of a size. */
static const hak_route_t *route_for(size_t size) {
    const hak_route_t *found = NULL;
    for (unsigned i = 0; i < route_count; i++) {
        const hak_route_t *route = &routes[i];
        if (strcmp(route->requests, "any") != 0 || size < route->low_bytes ||
            size > route->high_bytes)
            continue;
        assert_null(found);
        found = route;
    }
    assert_non_null(found);
    return found;
}

static void every_size_has_one_route_with_the_stride_that_malloc_gives(void **state) {
    (void)state;
    routes_read();
    for (size_t size = 0; size <= HAK_LANE_MAX_BYTES; size++) {
        const hak_route_t *route = route_for(size);
        void *block = hak_malloc(size);
        assert_int_equal(hak_malloc_usable_size(block), route->stride_bytes);
        hak_free(block);
    }
    static const size_t larger[] = {65537, 200000, 1048576, 1048577, 5000000};
    for (size_t i = 0; i < sizeof larger / sizeof larger[0]; i++) {
        const hak_route_t *route = route_for(larger[i]);
        void *block = hak_malloc(larger[i]);
        const size_t step = route->stride_bytes;
        assert_string_equal(route->backend, larger[i] <= 1048576 ? "medium" : "large");
        assert_int_equal(hak_malloc_usable_size(block), (larger[i] + step - 1) / step * step);
        hak_free(block);
    }
    assert_string_equal(route_for(SIZE_MAX / 2)->name, "large");
}

static void aligned_requests_have_rows_of_their_own(void **state) {
    (void)state;
    routes_read();
    size_t rows = 0;
    for (unsigned i = 0; i < route_count; i++) {
        if (strcmp(routes[i].requests, "aligned") != 0)
            continue;
        void *block = hak_aligned_alloc(1024, (routes[i].low_bytes + 1023) / 1024 * 1024);
        assert_int_equal(hak_malloc_usable_size(block), routes[i].stride_bytes);
        hak_free(block);
        rows++;
    }
    assert_true(rows > 0);
}

static void rows_name_the_classes_and_end_with_what_has_none(void **state) {
    (void)state;
    routes_read();
    assert_int_equal(route_count, hak_class_count + 2);
    assert_string_equal(routes[0].name, "C1");
    assert_string_equal(routes[route_count - 2].name, "medium");
    assert_string_equal(routes[route_count - 2].fallback, "large");
    assert_string_equal(routes[route_count - 1].name, "large");
    assert_null(routes[route_count - 1].fallback);
}

/* Backend, what decided it and what serves instead, of one size. */
static void expect(size_t size, const char *backend, const char *decided_by, const char *fallback) {
    const hak_route_t *route = route_for(size);
    assert_string_equal(route->backend, backend);
    if (decided_by != NULL)
        assert_string_equal(route->decided_by, decided_by);
    else
        assert_null(route->decided_by);
    if (fallback != NULL)
        assert_string_equal(route->fallback, fallback);
    else
        assert_null(route->fallback);
}

static void the_option_that_decided_is_named(void **state) {
    (void)state;
    routes_read();
    expect(100, "tiny", NULL, NULL);
    expect(300, "mid_v3", "HAKMEM_MID_V3_ENABLED", "tiny");
    expect(1000, "tiny", NULL, NULL);
    expect(2000, "pool_v2", "HAKMEM_POOL_V2_ENABLED", "pool_v1");
    hak_options.mid_v3_enabled = hak_options.pool_v2_enabled = 0;
    routes_read();
    expect(300, "tiny", "HAKMEM_MID_V3_ENABLED", NULL);
    expect(2000, "pool_v1", "HAKMEM_POOL_V2_ENABLED", NULL);
    options_reset(NULL);
    hak_options.mid_v3_classes = 0xfffe;
    hak_options.pool_v2_classes = 0x7e;
    routes_read();
    expect(288, "tiny", "HAKMEM_MID_V3_CLASSES", NULL);
    expect(289, "mid_v3", "HAKMEM_MID_V3_ENABLED", "tiny");
    expect(2000, "pool_v1", "HAKMEM_POOL_V2_CLASSES", NULL);
    expect(2100, "pool_v2", "HAKMEM_POOL_V2_ENABLED", "pool_v1");
}

static void classes_to_fall_back_to_have_the_sizes_of_those_they_back(void **state) {
    (void)state;
    routes_read();
    size_t rows = 0;
    for (unsigned i = 0; i < route_count; i++) {
        const hak_route_t *route = &routes[i];
        if (strcmp(route->requests, "fallback") != 0)
            continue;
        assert_string_equal(route->backend, "pool_v1");
        bool backed = false;
        for (unsigned j = 0; j < route_count; j++)
            backed |= strcmp(routes[j].backend, "pool_v2") == 0 &&
                      routes[j].stride_bytes == route->stride_bytes &&
                      routes[j].low_bytes == route->low_bytes &&
                      routes[j].high_bytes == route->high_bytes;
        assert_true(backed);
        rows++;
    }
    assert_true(rows > 0);
    hak_options.pool_v2_enabled = 0;
    routes_read();
    for (unsigned i = 0; i < route_count; i++)
        assert_string_not_equal(routes[i].requests, "fallback");
}

static void what_is_asked_wrongly_is_refused(void **state) {
    (void)state;
    hak_route_t route = {.size = sizeof route - 1};
    errno = 0;
    assert_int_equal(hak_route(0, NULL), -1);
    assert_int_equal(errno, EINVAL);
    errno = 0;
    assert_int_equal(hak_route(0, &route), -1);
    assert_int_equal(errno, EINVAL);
    route.size = sizeof route;
    errno = 0;
    assert_int_equal(hak_route(UINT32_MAX, &route), -1);
    assert_int_equal(errno, ENOENT);
}

static void a_program_of_a_newer_header_learns_how_much_was_filled(void **state) {
    (void)state;
    struct {
        hak_route_t route;
        char later[16];
    } newer = {.route.size = sizeof newer, .later = "untouched"};
    assert_int_equal(hak_route(0, &newer.route), 0);
    assert_int_equal(newer.route.size, sizeof(hak_route_t));
    assert_string_equal(newer.later, "untouched");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_size_has_one_route_with_the_stride_that_malloc_gives,
                               options_reset),
        cmocka_unit_test_setup(aligned_requests_have_rows_of_their_own, options_reset),
        cmocka_unit_test_setup(rows_name_the_classes_and_end_with_what_has_none, options_reset),
        cmocka_unit_test_setup(what_is_asked_wrongly_is_refused, options_reset),
        cmocka_unit_test_setup(a_program_of_a_newer_header_learns_how_much_was_filled,
                               options_reset),
        cmocka_unit_test_setup(the_option_that_decided_is_named, options_reset),
        cmocka_unit_test_setup(classes_to_fall_back_to_have_the_sizes_of_those_they_back,
                               options_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
