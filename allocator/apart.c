/*
 * Which addresses behind the domain are free. Nothing is reserved, so all of it is wishes: what is
 * wrong here, because somebody else maps there or there are too many gaps, costs a wish. Called in
 * any thread, on the way to a system call. The lock is a leaf.
 */
#include "allocator/apart.h"

#include <stdint.h>

#include "allocator/domain.h"
#include "allocator/options.h"

#define APART_BYTES ((size_t)1 << 40)
#define GAPS_MAX    64u

typedef struct gap {
    uintptr_t start, end;
} gap_t;

static HAK_SPARSE struct {
    hak_lock_t lock;
    uintptr_t end;       /* [lock] after the highest mapping; 0 before the first */
    size_t count;        /* [lock] */
    gap_t gap[GAPS_MAX]; /* [lock] below the end, in no order, none beside another */
} apart;

hak_lock_t *hak_apart_lock(void) {
    return &apart.lock;
}

static uintptr_t apart_start(void) {
    return atomic_load_explicit(&hak_domain_base, memory_order_relaxed) + HAK_DOMAIN_BYTES;
}

bool hak_apart_has(const void *address) {
    return (uintptr_t)address - apart_start() < APART_BYTES;
}

/* The lock is held, as for what follows. */
static void gap_remove(size_t index) {
    apart.gap[index] = apart.gap[--apart.count];
}

/* In the place of the smallest where there are too many. */
static void gap_add(gap_t gap) {
    if (gap.start == gap.end)
        return;
    size_t index = apart.count;
    if (index == GAPS_MAX) {
        index = 0;
        for (size_t i = 1; i < GAPS_MAX; i++)
            if (apart.gap[i].end - apart.gap[i].start <
                apart.gap[index].end - apart.gap[index].start)
                index = i;
        if (apart.gap[index].end - apart.gap[index].start >= gap.end - gap.start)
            return;
    } else {
        apart.count++;
    }
    apart.gap[index] = gap;
}

static uintptr_t aligned(uintptr_t address, size_t alignment) {
    return (address + alignment - 1) & ~(uintptr_t)(alignment - 1);
}

void *hak_apart_take(size_t bytes, size_t alignment) {
    if (hak_options.huge_apart == 0 || bytes > APART_BYTES / 2 || alignment > APART_BYTES / 4)
        return NULL;
    hak_lock(&apart.lock);
    size_t best = GAPS_MAX;
    for (size_t i = 0; i < apart.count; i++) {
        const gap_t gap = apart.gap[i];
        const uintptr_t start = aligned(gap.start, alignment);
        if (start < gap.end && gap.end - start >= bytes &&
            (best == GAPS_MAX || gap.start < apart.gap[best].start))
            best = i;
    }
    uintptr_t start;
    if (best != GAPS_MAX) {
        const gap_t gap = apart.gap[best];
        start = aligned(gap.start, alignment);
        gap_remove(best);
        gap_add((gap_t){.start = gap.start, .end = start});
        gap_add((gap_t){.start = start + bytes, .end = gap.end});
    } else {
        if (apart.end == 0 || aligned(apart.end, alignment) + bytes > apart_start() + APART_BYTES) {
            apart.end = apart_start(); /* again from there: what still is there refuses the wish */
            apart.count = 0;
        }
        start = aligned(apart.end, alignment);
        gap_add((gap_t){.start = apart.end, .end = start});
        apart.end = start + bytes;
    }
    hak_unlock(&apart.lock);
    return (void *)start;
}

void hak_apart_extend(const void *address, size_t bytes) {
    const uintptr_t start = (uintptr_t)address, end = start + bytes;
    hak_lock(&apart.lock);
    for (size_t i = 0; i < apart.count; i++) {
        if (apart.gap[i].start != start)
            continue;
        if (apart.gap[i].end > end)
            apart.gap[i].start = end;
        else
            gap_remove(i);
        break;
    }
    if (apart.end < end)
        apart.end = end;
    hak_unlock(&apart.lock);
}

void hak_apart_give(const void *address, size_t bytes) {
    gap_t gap = {.start = (uintptr_t)address, .end = (uintptr_t)address + bytes};
    if (!hak_apart_has(address) || bytes == 0)
        return;
    hak_lock(&apart.lock);
    for (size_t i = apart.count; i-- > 0;) {
        const gap_t other = apart.gap[i];
        if (other.end != gap.start && gap.end != other.start)
            continue;
        gap.start = other.start < gap.start ? other.start : gap.start;
        gap.end = other.end > gap.end ? other.end : gap.end;
        gap_remove(i);
    }
    if (gap.end == apart.end)
        apart.end = gap.start;
    else if (gap.end < apart.end)
        gap_add(gap);
    hak_unlock(&apart.lock);
}
