/*
 * Index of holes. Called by superslab.c under the pool's lock.
 */
#include "allocator/holes.h"

#include "allocator/os.h"
#include "allocator/telemetry.h"

#define WORDS (HAK_SUPERSLABS_MAX / 64)

/* By node and word. [u - 1] has the bits of 64 superslabs whose longest hole has at least u units;
 * those of all lengths are neighbours, so that a process of less than 2 GiB on one node touches one
 * page. */
typedef uint64_t at_least_t[HAK_SUPERSLAB_UNITS];
_Alignas(HAK_OS_PAGE_BYTES) static HAK_SPARSE
    at_least_t at_least[HAK_NODES_MAX][WORDS]; /* [lock:pool] */

/* By node: no bit is set below the lowest word or from the end on. */
static struct { size_t lowest_word, end_word; /* [lock:pool] */ } bounds[HAK_NODES_MAX];

void hak_holes_start(void) {
    hak_os_small_pages(at_least, sizeof at_least);
}

/* Bits that start `units` consecutive set bits. */
static uint32_t run_starts(uint32_t mask, uint32_t units) {
    /* Shifts double, so that 32 units take 5 steps. */
    uint32_t have = 1;
    while (have < units && mask != 0) {
        uint32_t step = units - have < have ? units - have : have;
        mask &= mask >> step;
        have += step;
    }
    return mask;
}

uint32_t hak_hole_longest(uint32_t free_units) {
    uint32_t length = 0;
    if (free_units == UINT32_MAX)
        return HAK_SUPERSLAB_UNITS;
    for (; free_units != 0; free_units &= free_units >> 1)
        length++;
    return length;
}

uint32_t hak_hole_find(uint32_t free_units, uint32_t units, uint32_t *first) {
    uint32_t shortest = 0;
    for (uint32_t starts = run_starts(free_units, units); starts != 0;) {
        const uint32_t begin = (uint32_t)__builtin_ctz(starts);
        const uint32_t used = ~(free_units >> begin);
        const uint32_t length = used != 0 ? (uint32_t)__builtin_ctz(used) : HAK_SUPERSLAB_UNITS;
        if (shortest == 0 || length < shortest) {
            shortest = length;
            *first = begin;
        }
        starts &= begin + length < HAK_SUPERSLAB_UNITS ? UINT32_MAX << (begin + length) : 0;
    }
    return shortest;
}

void hak_holes_change(uint32_t node, size_t index, uint32_t before, uint32_t longest) {
    const size_t word = index / 64;
    const uint64_t bit = (uint64_t)1 << (index % 64);
    for (uint32_t length = before; length < longest; length++)
        at_least[node][word][length] |= bit;
    for (uint32_t length = longest; length < before; length++)
        at_least[node][word][length] &= ~bit;
    if (longest == 0)
        return;
    if (word < bounds[node].lowest_word)
        bounds[node].lowest_word = word;
    if (word >= bounds[node].end_word)
        bounds[node].end_word = word + 1;
}

size_t hak_holes_next(uint32_t node, uint32_t units, size_t from) {
    const size_t end = bounds[node].end_word;
    size_t *lowest = &bounds[node].lowest_word, word = from / 64;
    while (*lowest < end && at_least[node][*lowest][0] == 0)
        ++*lowest;
    if (word < *lowest) {
        word = *lowest;
        from = 0;
    }
    uint64_t not_below = ~(uint64_t)0 << (from % 64);
    for (; word < end; word++, not_below = ~(uint64_t)0) {
        const uint64_t bits = at_least[node][word][units - 1] & not_below;
        if (bits != 0)
            return word * 64 + (size_t)__builtin_ctzll(bits);
    }
    return HAK_HOLES_NONE;
}
