/* Size classes and the route table: coverage, spacing, the divisions by multiplication. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator/domain.h"
#include "allocator/hakmem.h"
#include "allocator/lane.h"
#include "allocator/options.h"
#include "allocator/size_class.h"

static uint32_t class_of(size_t size) {
    return (uint32_t)(hak_lane_offset_of(size) / HAK_LANE_OFFSET(1));
}

static int classes_fill(void **state) {
    (void)state;
    hak_options.mid_v3_enabled = hak_options.pool_v2_enabled = 1;
    hak_options.mid_v3_classes = 0xffff;
    hak_options.pool_v2_classes = 0x7f;
    hak_options.lane_kib = 32;
    hak_size_classes_fill();
    return 0;
}

static hak_backend_t backend_of(size_t size) {
    return hak_classes[class_of(size)].backend;
}

/* Only for alignments: no size leads there. */
static bool is_aligned(uint32_t class_id) {
    const uint32_t stride = hak_classes[class_id].stride_bytes;
    return stride > HAK_EVEN_MAX_BYTES && stride < HAK_LANE_MAX_BYTES &&
           stride / HAK_CACHE_LINE_BYTES % 2 == 0;
}

static void every_size_gets_the_smallest_class_of_its_backend(void **state) {
    (void)state;
    for (size_t size = 0; size <= HAK_LANE_MAX_BYTES; size++) {
        uint32_t class_id = class_of(size);
        assert_in_range(class_id, 1, hak_class_count);
        assert_true(hak_classes[class_id].stride_bytes >= size);
        for (uint32_t other = 1; other <= hak_class_count; other++)
            if (hak_classes[other].backend == hak_classes[class_id].backend && !is_aligned(other) &&
                hak_classes[other].stride_bytes < hak_classes[class_id].stride_bytes)
                assert_true(hak_classes[other].stride_bytes < (size == 0 ? 1 : size));
    }
}

static void strides_waste_at_most_an_eighth_or_a_quarter_where_large(void **state) {
    (void)state;
    for (size_t size = 16; size <= HAK_LANE_MAX_BYTES; size += 16) {
        const uint32_t stride = hak_classes[class_of(size)].stride_bytes;
        assert_int_equal(stride % 16, 0);
        assert_true((stride - size) * (size <= 8192 ? 8 : 4) <= stride + 8 * HAK_CACHE_LINE_BYTES);
    }
    assert_int_equal(hak_classes[class_of(HAK_LANE_MAX_BYTES)].stride_bytes, HAK_LANE_MAX_BYTES);
}

static void the_route_names_the_backend_of_each_size(void **state) {
    (void)state;
    assert_int_equal(backend_of(256), HAK_BACKEND_TINY);
    assert_int_equal(backend_of(257), HAK_BACKEND_MID_V3);
    assert_int_equal(backend_of(768), HAK_BACKEND_MID_V3);
    assert_int_equal(backend_of(769), HAK_BACKEND_TINY);
    assert_int_equal(backend_of(1024), HAK_BACKEND_TINY);
    assert_int_equal(backend_of(1025), HAK_BACKEND_POOL_V2);
    assert_int_equal(backend_of(HAK_LANE_MAX_BYTES), HAK_BACKEND_POOL_V2);
    hak_options.mid_v3_enabled = hak_options.pool_v2_enabled = 0;
    hak_size_classes_fill();
    assert_int_equal(backend_of(500), HAK_BACKEND_TINY);
    assert_int_equal(backend_of(5000), HAK_BACKEND_POOL_V1);
}

static void masks_switch_single_classes_off(void **state) {
    (void)state;
    hak_options.mid_v3_classes = 0xfffd;              /* without 289 to 320 */
    hak_options.pool_v2_classes = 0x7f & ~(1u << 5u); /* without 32 to 48 KiB */
    hak_size_classes_fill();
    assert_int_equal(backend_of(288), HAK_BACKEND_MID_V3);
    assert_int_equal(backend_of(289), HAK_BACKEND_TINY);
    assert_int_equal(backend_of(320), HAK_BACKEND_TINY);
    assert_int_equal(backend_of(321), HAK_BACKEND_MID_V3);
    assert_int_equal(backend_of(32 * 1024), HAK_BACKEND_POOL_V2);
    assert_int_equal(backend_of(32 * 1024 + 1), HAK_BACKEND_POOL_V1);
    assert_int_equal(backend_of(48 * 1024), HAK_BACKEND_POOL_V1);
    assert_int_equal(backend_of(48 * 1024 + 1), HAK_BACKEND_POOL_V2);
}

static void each_class_of_the_hot_box_has_its_stride_to_fall_back_to(void **state) {
    (void)state;
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_class_t *class = &hak_classes[c];
        if (class->backend != HAK_BACKEND_POOL_V2) {
            assert_int_equal(class->fallback_class, 0);
            continue;
        }
        const hak_class_t *fallback = &hak_classes[class->fallback_class];
        assert_int_equal(fallback->backend, HAK_BACKEND_POOL_V1);
        assert_int_equal(fallback->stride_bytes, class->stride_bytes);
        assert_in_range(class->pool_range, 0, HAK_POOL_RANGES - 1);
        assert_true(class->stride_bytes <=
                    hak_pool_range_up_to(class->pool_range) + HAK_CACHE_LINE_BYTES);
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

static void is_start_as_it_should(uint32_t stride, uint64_t base, uint64_t from, uint64_t step) {
    const hak_starts_t starts = hak_starts_of(stride, base, HAK_DOMAIN_BYTES);
    for (uint64_t address = from; address < from + HAK_UNIT_BYTES; address += step)
        assert_int_equal(hak_is_start((void *)(uintptr_t)address, &starts),
                         address % stride == 0 && address >= base &&
                             address < base + HAK_DOMAIN_BYTES);
}

static void starts_are_multiples_of_the_stride_in_the_domain(void **state) {
    (void)state;
    const uint64_t half = (uint64_t)1 << 47, top = 2 * half - HAK_UNIT_BYTES;
    const uint64_t bases[] = {0, HAK_SUPERSLAB_BYTES, (uint64_t)0x4000 << 30,
                              (uint64_t)0x13fff << 30,
                              half - HAK_DOMAIN_BYTES - HAK_SUPERSLAB_BYTES};
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const uint32_t stride = hak_classes[c].stride_bytes;
        for (size_t b = 0; b < sizeof bases / sizeof bases[0]; b++) {
            const uint64_t base = bases[b], end = base + HAK_DOMAIN_BYTES;
            /* Every byte around the ends of the domain and of most systems' addresses; elsewhere,
             * on both sides, what malloc could return, more and more thinly. */
            if (base > 0)
                is_start_as_it_should(stride, base, base - HAK_UNIT_BYTES, 1);
            is_start_as_it_should(stride, base, base, 1);
            is_start_as_it_should(stride, base, end - HAK_UNIT_BYTES, 1);
            is_start_as_it_should(stride, base, end, 1);
            is_start_as_it_should(stride, base, 0, 1);
            is_start_as_it_should(stride, base, half - HAK_UNIT_BYTES, 1);
            is_start_as_it_should(stride, base, top, 16);
            for (uint64_t away = 1; away < (uint64_t)1 << 32; away = away * 3 + 1) {
                const uint64_t bytes = away << HAK_UNIT_SHIFT;
                if (bytes <= base)
                    is_start_as_it_should(stride, base, base - bytes, 16);
                if (bytes <= top - base)
                    is_start_as_it_should(stride, base, base + bytes, 16);
            }
        }
    }
}

static void no_start_has_higher_bits_of_another(void **state) {
    (void)state;
    const uint64_t base = (uint64_t)0x4321 << 30;
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const uint32_t stride = hak_classes[c].stride_bytes;
        const hak_starts_t starts = hak_starts_of(stride, base, HAK_DOMAIN_BYTES);
        const uint64_t first = (base + stride - 1) / stride * stride;
        const uint64_t last = (base + HAK_DOMAIN_BYTES - 1) / stride * stride;
        for (uint64_t high = 0; high < 1 << 16; high++) {
            assert_int_equal(hak_is_start((void *)(uintptr_t)(first ^ high << 48), &starts),
                             high == 0);
            assert_int_equal(hak_is_start((void *)(uintptr_t)(last ^ high << 48), &starts),
                             high == 0);
        }
    }
}

static void classes_know_their_starts_in_the_domain(void **state) {
    (void)state;
    hak_free(hak_malloc(1)); /* starts the allocator, which chooses one */
    assert_int_not_equal(hak_domain_base, 0);
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_starts_t expected =
            hak_starts_of(hak_classes[c].stride_bytes, hak_domain_base, HAK_DOMAIN_BYTES);
        assert_memory_equal(&hak_classes[c].starts, &expected, sizeof expected);
    }
}

static void a_slab_has_room_for_its_blocks(void **state) {
    (void)state;
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_class_t *class = &hak_classes[c];
        size_t bytes = (size_t) class->run_units << HAK_UNIT_SHIFT;
        /* Wherever the run lies, enough blocks for a lane, and no more than bits, fit between the
         * first multiple of the stride and its end. */
        size_t room_least = bytes, room_most = 0;
        for (uint32_t unit = 0; unit < class->stride_bytes; unit++) {
            const size_t before = ((size_t)unit << HAK_UNIT_SHIFT) % class->stride_bytes;
            const size_t gap = before == 0 ? 0 : class->stride_bytes - before;
            assert_true(gap < HAK_UNIT_BYTES);
            room_least = bytes - gap < room_least ? bytes - gap : room_least;
            room_most = bytes - gap > room_most ? bytes - gap : room_most;
        }
        assert_true(room_least / class->stride_bytes >= 8);
        assert_true(room_most / class->stride_bytes <= 4096);
    }
}

static void multiples_of_an_alignment_have_aligned_strides(void **state) {
    (void)state;
    for (size_t alignment = 16; alignment <= HAK_EVEN_MAX_BYTES; alignment *= 2) {
        const size_t up_to =
            alignment <= HAK_CACHE_LINE_BYTES ? HAK_LANE_MAX_BYTES : HAK_EVEN_MAX_BYTES;
        for (size_t size = alignment; size <= up_to; size += alignment)
            assert_int_equal(hak_classes[class_of(size)].stride_bytes % alignment, 0);
    }
}

static void larger_alignments_have_classes_of_their_own(void **state) {
    (void)state;
    for (size_t alignment = 128; alignment <= HAK_UNIT_BYTES; alignment *= 2)
        for (size_t size = alignment; size <= HAK_LANE_MAX_BYTES; size += alignment) {
            const size_t offset = hak_lane_offset_of_aligned(alignment, size);
            const uint32_t stride = hak_classes[offset / HAK_LANE_OFFSET(1)].stride_bytes;
            assert_int_equal(stride % alignment, 0);
            assert_true(stride >= size && stride <= size + size / 2);
        }
}

/* First lines of the blocks of a slab: as many places in a page as there are blocks, nearly. */
static void large_strides_are_odd_multiples_of_a_cache_line(void **state) {
    (void)state;
    for (size_t size = HAK_EVEN_MAX_BYTES + 1; size <= HAK_LANE_MAX_BYTES; size++) {
        const uint32_t stride = hak_classes[class_of(size)].stride_bytes;
        assert_true(stride == HAK_LANE_MAX_BYTES || stride / HAK_CACHE_LINE_BYTES % 2 == 1);
    }
}

/* By any mask of MID_V3: a size of its range that is left to Tiny adds at most what it takes away.
 */
static void no_route_has_more_classes_than_there_is_room_for(void **state) {
    (void)state;
    uint32_t random = 1;
    for (int round = 0; round < 64; round++) {
        random = random * 1664525u + 1013904223u; /* Numerical Recipes, 1992 */
        hak_options.mid_v3_classes = round < 2 ? (round == 0 ? 0x5555 : 0xaaaa) : random >> 16;
        hak_size_classes_fill();
        assert_in_range(hak_class_count, 1, HAK_CLASS_MAX);
        uint32_t tiny = 0;
        for (uint32_t c = 1; c <= hak_class_count; c++)
            tiny += hak_classes[c].backend == HAK_BACKEND_TINY;
        assert_in_range(tiny, 1, HAK_TINY_CLASSES_MAX);
    }
}

static void lanes_have_room_for_what_the_learner_may_grant(void **state) {
    (void)state;
    hak_options.lane_kib = 8;
    hak_size_classes_fill();
    for (uint32_t c = 1; c <= hak_class_count; c++) {
        const hak_class_t *class = &hak_classes[c];
        const size_t bytes = (size_t) class->lane_capacity_top * class->stride_bytes;
        assert_true(class->lane_capacity_top >= HAK_LANE_LEARN_FACTOR * HAK_LANE_BLOCKS_LEAST);
        /* Some blocks of every class, whatever the bound says; small ones up to twice its bytes. */
        if (class->lane_capacity_top >
            HAK_LANE_LEARN_FACTOR * (class->stride_bytes <= 4160 ? 16 : 8))
            assert_true(bytes <= 2 * 8 * 1024 * HAK_LANE_LEARN_FACTOR);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_size_gets_the_smallest_class_of_its_backend, classes_fill),
        cmocka_unit_test_setup(strides_waste_at_most_an_eighth_or_a_quarter_where_large,
                               classes_fill),
        cmocka_unit_test_setup(the_route_names_the_backend_of_each_size, classes_fill),
        cmocka_unit_test_setup(masks_switch_single_classes_off, classes_fill),
        cmocka_unit_test_setup(each_class_of_the_hot_box_has_its_stride_to_fall_back_to,
                               classes_fill),
        cmocka_unit_test_setup(index_magic_divides_every_offset_exactly, classes_fill),
        cmocka_unit_test_setup(starts_are_multiples_of_the_stride_in_the_domain, classes_fill),
        cmocka_unit_test_setup(no_start_has_higher_bits_of_another, classes_fill),
        cmocka_unit_test_setup(a_slab_has_room_for_its_blocks, classes_fill),
        cmocka_unit_test_setup(multiples_of_an_alignment_have_aligned_strides, classes_fill),
        cmocka_unit_test_setup(larger_alignments_have_classes_of_their_own, classes_fill),
        cmocka_unit_test_setup(large_strides_are_odd_multiples_of_a_cache_line, classes_fill),
        cmocka_unit_test_setup(no_route_has_more_classes_than_there_is_room_for, classes_fill),
        cmocka_unit_test_setup(lanes_have_room_for_what_the_learner_may_grant, classes_fill),
        cmocka_unit_test(classes_know_their_starts_in_the_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
