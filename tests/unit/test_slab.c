/* Slabs: carving order, bitmaps, partial lists, and the faults that are seen here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "allocator/backend.h"
#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/slab.h"
#include "allocator/superslab.h"
#include "fault.h"

static hak_heap_t *heap;

static void put(void *block) {
    const uint32_t class_id = (hak_map_entry(block) & 0xffff) / HAK_LANE_OFFSET(1);
    hak_backend_put(heap, class_id, &block, 1);
}

/* The common heap has slabs but no lanes in use: what is taken is exactly what a test took. */
static int heap_choose(void **state) {
    (void)state;
    if (!hak_start())
        return -1;
    heap = hak_heap_common();
    return 0;
}

static void blocks_come_lowest_address_first(void **state) {
    (void)state;
    void *block[64];
    assert_int_equal(hak_backend_take(heap, 5, block, 64), 64);
    for (int i = 1; i < 64; i++)
        assert_ptr_equal(block[i], (char *)block[i - 1] + hak_classes[5].stride_bytes);
    put(block[40]);
    put(block[7]);
    void *again[2];
    assert_int_equal(hak_backend_take(heap, 5, again, 2), 2);
    assert_ptr_equal(again[0], block[7]);
    assert_ptr_equal(again[1], block[40]);
    for (int i = 0; i < 64; i++)
        put(block[i]);
}

static void every_class_hands_out_distinct_blocks_across_slabs(void **state) {
    (void)state;
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++) {
        const hak_class_t *class = &hak_classes[class_id];
        const uint32_t owner =
            class->backend == HAK_BACKEND_POOL_V1 ? HAK_OWNER_SHARED : heap->front.id;
        size_t count = 2 * ((size_t) class->run_units << HAK_UNIT_SHIFT) / class->stride_bytes + 3;
        void **block = calloc(count, sizeof block[0]);
        for (size_t taken = 0; taken < count;) { /* some give less than is asked for at a time */
            size_t got = hak_backend_take(heap, class_id, block + taken, count - taken);
            assert_true(got > 0);
            taken += got;
        }
        for (size_t i = 0; i < count; i++) {
            const hak_slab_t *slab = hak_run_of(block[i]);
            const char *end = slab->start + (size_t)slab->blocks * class->stride_bytes;
            const char *run_end = (char *)((uintptr_t)slab->start & ~(HAK_UNIT_BYTES - 1)) +
                                  ((size_t) class->run_units << HAK_UNIT_SHIFT);
            assert_true(end <= run_end && end + class->stride_bytes > run_end); /* not one more */
            *(size_t *)block[i] = i;
            assert_int_equal(hak_map_entry(block[i]), owner << 16 | HAK_LANE_OFFSET(class_id));
        }
        for (size_t i = 0; i < count; i++)
            assert_int_equal(*(size_t *)block[i], i);
        for (size_t i = 0; i < count; i++)
            put(block[i]);
        free(block);
    }
}

static void empty_slabs_go_back_but_for_one_a_class(void **state) {
    (void)state;
    uint32_t class_id = 3;
    hak_slab_t **partial = &heap->tiny[hak_classes[class_id].backend_class];
    size_t count = 0;
    void **block = calloc(4 * HAK_UNIT_BYTES / hak_classes[class_id].stride_bytes, sizeof block[0]);
    for (int slabs = 0; slabs < 4; slabs += *partial == NULL)
        assert_int_equal(hak_backend_take(heap, class_id, &block[count++], 1), 1);
    for (size_t i = 0; i < count; i++)
        put(block[i]);
    const hak_slab_t *left = *partial;
    assert_non_null(left);
    assert_null(left->next);
    assert_true(hak_slab_is_whole(left));
    size_t mapped = 0;
    for (size_t i = 0; i < count; i++)
        mapped += hak_map_entry(block[i]) != 0;
    assert_int_equal(mapped, left->blocks);
    free(block);
}

static void *one_block(uint32_t class_id) {
    void *block = NULL;
    (void)hak_backend_take(heap, class_id, &block, 1);
    return block;
}

static void double_put(void) {
    void *keep = one_block(9), *block = one_block(9);
    (void)keep;
    put(block);
    put(block);
}

static void interior_put(void) {
    put((char *)one_block(9) + 16);
}

static uint32_t class_of_64_kib(void) {
    return (uint32_t)(hak_lane_offset_of(HAK_LANE_MAX_BYTES) / HAK_LANE_OFFSET(1));
}

static void interior_put_in_a_run_of_several_units(void) {
    put((char *)one_block(class_of_64_kib()) + 4096);
}

static void tail_put(void) {
    /* Class 7 (112 bytes) leaves a tail of 16 bytes in its unit: no block starts there. */
    char *block = one_block(7);
    uintptr_t unit = (uintptr_t)block & ~(HAK_UNIT_BYTES - 1);
    put((void *)(unit + HAK_UNIT_BYTES / 112 * 112));
}

/* Where a block would start if the slab had one more, as far as its address tells. */
static void behind_put(void) {
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++) {
        const hak_slab_t *slab = hak_run_of(one_block(class_id));
        const hak_class_t *class = &hak_classes[class_id];
        char *behind = slab->start + (size_t)slab->blocks * class->stride_bytes;
        if (class->backend == HAK_BACKEND_TINY && hak_map_entry(behind) != 0 &&
            hak_run_of(behind) == slab)
            put(behind);
    }
}

static void wrong_blocks_stop_the_program(void **state) {
    (void)state;
    assert_true(aborts_with(double_put, "double free"));
    assert_true(aborts_with(interior_put, "not the start of a block"));
    assert_true(aborts_with(interior_put_in_a_run_of_several_units, "not the start of a block"));
    assert_true(aborts_with(tail_put, "not the start of a block"));
    assert_true(aborts_with(behind_put, "not the start of a block"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_lowest_address_first),
        cmocka_unit_test(every_class_hands_out_distinct_blocks_across_slabs),
        cmocka_unit_test(empty_slabs_go_back_but_for_one_a_class),
        cmocka_unit_test(wrong_blocks_stop_the_program),
    };
    return cmocka_run_group_tests(tests, heap_choose, NULL);
}
