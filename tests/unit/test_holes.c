/* Holes in a mask of free units, and the index of superslabs by their longest one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "allocator/holes.h"

static uint64_t random_state = 88172645463325252u;

static uint32_t random_bits(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32);
}

/* One unit after the other: the length of the hole that begins at a unit, 0 when none does. */
static uint32_t hole_at(uint32_t mask, uint32_t unit) {
    uint32_t length = 0;
    if (unit > 0 && (mask >> (unit - 1) & 1) != 0)
        return 0;
    while (unit + length < 32 && (mask >> (unit + length) & 1) != 0)
        length++;
    return length;
}

static uint32_t some_mask(int i) {
    static const uint32_t special[] = {0, 1, UINT32_MAX, 0x80000000u, 0x7fffffffu, 0xfffffffeu};
    if (i < (int)(sizeof special / sizeof special[0]))
        return special[i];
    /* Sparse, dense and between. */
    return i % 3 == 0   ? random_bits() & random_bits()
           : i % 3 == 1 ? random_bits() | random_bits()
                        : random_bits();
}

static void holes_are_what_counting_finds(void **state) {
    (void)state;
    for (int i = 0; i < 3000; i++) {
        const uint32_t mask = some_mask(i);
        uint32_t longest = 0;
        for (uint32_t unit = 0; unit < 32; unit++)
            longest = hole_at(mask, unit) > longest ? hole_at(mask, unit) : longest;
        assert_int_equal(hak_hole_longest(mask), longest);
        for (uint32_t units = 1; units <= 32; units++) {
            uint32_t shortest = 0, where = 0, first = 99;
            for (uint32_t unit = 32; unit-- > 0;) {
                const uint32_t length = hole_at(mask, unit);
                if (length >= units && (shortest == 0 || length <= shortest)) {
                    shortest = length;
                    where = unit;
                }
            }
            assert_int_equal(hak_hole_find(mask, units, &first), shortest);
            assert_int_equal(first, shortest != 0 ? where : 99);
        }
    }
}

enum { NODE = 3, SLABS = 300 };

static void the_index_finds_the_lowest_that_is_long_enough(void **state) {
    (void)state;
    /* Near the start, across words, and at the very end. */
    static size_t index[SLABS];
    static uint32_t longest[SLABS];
    for (size_t i = 0; i < SLABS; i++)
        index[i] = i < 100 ? i : i < 200 ? 1000 + 17 * i : HAK_SUPERSLABS_MAX - SLABS + i;
    for (int step = 0; step < 20000; step++) {
        const size_t i = random_bits() % SLABS;
        const uint32_t length = random_bits() % 3 == 0 ? 0 : random_bits() % 33;
        hak_holes_change(NODE, index[i], longest[i], length);
        longest[i] = length;
        const uint32_t units = 1 + random_bits() % 32;
        const size_t from = random_bits() % 2 == 0 ? 0 : index[random_bits() % SLABS] + 1;
        size_t expected = HAK_HOLES_NONE;
        for (size_t j = SLABS; j-- > 0;)
            if (index[j] >= from && longest[j] >= units)
                expected = index[j];
        assert_true(hak_holes_next(NODE, units, from) == expected);
        assert_true(hak_holes_next(NODE + 1, units, from) == HAK_HOLES_NONE);
    }
    for (size_t i = 0; i < SLABS; i++)
        hak_holes_change(NODE, index[i], longest[i], 0);
    assert_true(hak_holes_next(NODE, 1, 0) == HAK_HOLES_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_are_what_counting_finds),
        cmocka_unit_test(the_index_finds_the_lowest_that_is_long_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
