/* Size classes and the route table: coverage, spacing, the divisions by multiplication. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator/lane.h"
#include "allocator/size_class.h"

static uint32_t class_of(size_t size) {
    return (uint32_t)(hak_lane_offset_of(size) / HAK_LANE_OFFSET(1));
}

static int classes_fill(void **state) {
    (void)state;
    hak_size_classes_fill(32 * 1024);
    return 0;
}

static void every_size_gets_the_smallest_class_that_holds_it(void **state) {
    (void)state;
    for (size_t size = 0; size <= HAK_LANE_MAX_BYTES; size++) {
        uint32_t class_id = class_of(size);
        assert_in_range(class_id, 1, hak_class_count);
        assert_true(hak_classes[class_id].stride_bytes >= size);
        if (class_id > 1)
            assert_true(hak_classes[class_id - 1].stride_bytes < (size == 0 ? 1 : size));
    }
}

static void strides_rise_and_waste_at_most_an_eighth(void **state) {
    (void)state;
    for (uint32_t c = 2; c <= hak_class_count; c++) {
        uint32_t below = hak_classes[c - 1].stride_bytes, stride = hak_classes[c].stride_bytes;
        assert_true(stride > below);
        assert_int_equal(stride % 16, 0);
        if (below >= 128)
            assert_true((stride - below) * 8 <= stride);
    }
    assert_int_equal(hak_classes[hak_class_count].stride_bytes, HAK_LANE_MAX_BYTES);
}

static void routes_name_the_backend_of_each_class(void **state) {
    (void)state;
    size_t count;
    const hak_route_t *routes = hak_routes(&count);
    assert_true(count >= 2);
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_route_t *route = hak_classes[c].route;
        assert_true(route >= routes && route < routes + count);
        assert_true(hak_classes[c].stride_bytes > route->above_bytes);
        assert_true(hak_classes[c].stride_bytes <= route->up_to_bytes);
    }
}

static void index_magic_divides_every_offset_exactly(void **state) {
    (void)state;
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_class_t *class = &hak_classes[c];
        size_t bytes = (size_t) class->run_units << HAK_UNIT_SHIFT;
        for (size_t offset = 0; offset < bytes; offset += 1 + (offset % 16 == 1) * 6)
            assert_int_equal((offset * class->index_magic) >> HAK_INDEX_SHIFT,
                             offset / class->stride_bytes);
    }
}

static void start_magic_tells_multiples_of_the_stride(void **state) {
    (void)state;
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_class_t *class = &hak_classes[c];
        if (class->start_magic == 0) {
            assert_true(class->run_units > 1);
            continue;
        }
        for (uint64_t offset = 0; offset < HAK_UNIT_BYTES; offset++)
            assert_int_equal(offset * class->start_magic < class->start_magic,
                             offset % class->stride_bytes == 0);
    }
}

static void a_slab_holds_its_blocks_and_not_one_more(void **state) {
    (void)state;
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_class_t *class = &hak_classes[c];
        size_t bytes = (size_t) class->run_units << HAK_UNIT_SHIFT;
        assert_true(class->blocks >= 8);
        assert_true(class->blocks <= 4096);
        assert_true((size_t) class->blocks * class->stride_bytes <= bytes);
        assert_true((size_t)(class->blocks + 1) * class->stride_bytes > bytes);
    }
}

static void aligned_classes_have_aligned_strides(void **state) {
    (void)state;
    for (size_t alignment = 1; alignment <= HAK_UNIT_BYTES; alignment *= 2) {
        for (size_t size = 0; size <= HAK_LANE_MAX_BYTES; size += 333) {
            uint32_t class_id = hak_class_of_aligned(size, alignment);
            assert_true(class_id != 0);
            assert_true(hak_classes[class_id].stride_bytes >= size);
            assert_int_equal(hak_classes[class_id].stride_bytes % alignment, 0);
        }
    }
    assert_int_equal(hak_class_of_aligned(16, HAK_UNIT_BYTES * 2), 0);
    assert_int_equal(hak_class_of_aligned(HAK_LANE_MAX_BYTES + 1, 16), 0);
}

static void lane_capacities_follow_the_byte_bound(void **state) {
    (void)state;
    hak_size_classes_fill(8 * 1024);
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        uint32_t capacity = hak_classes[c].lane_capacity;
        assert_in_range(capacity, 2, 256);
        if (capacity > 4)
            assert_true((size_t)capacity * hak_classes[c].stride_bytes <= 8 * 1024);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_size_gets_the_smallest_class_that_holds_it, classes_fill),
        cmocka_unit_test_setup(strides_rise_and_waste_at_most_an_eighth, classes_fill),
        cmocka_unit_test_setup(routes_name_the_backend_of_each_class, classes_fill),
        cmocka_unit_test_setup(index_magic_divides_every_offset_exactly, classes_fill),
        cmocka_unit_test_setup(start_magic_tells_multiples_of_the_stride, classes_fill),
        cmocka_unit_test_setup(a_slab_holds_its_blocks_and_not_one_more, classes_fill),
        cmocka_unit_test_setup(aligned_classes_have_aligned_strides, classes_fill),
        cmocka_unit_test_setup(lane_capacities_follow_the_byte_bound, classes_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
