/*
 * The address domain: where superslabs get their addresses from. Reserved in steps, without memory.
 * Called at start, and by superslab.c under the pool's lock.
 */
#include "allocator/domain.h"

#include "allocator/telemetry.h"

#define RESERVE_BYTES ((size_t)1 << 30)         /* one step of reservation */
#define HINT_LOWEST   ((uintptr_t)0x4000 << 30) /* 16 TiB: between heap and mappings */

HAK_SPARSE hak_map_t hak_map;
_Atomic uintptr_t hak_domain_base;

static struct {
    /* [lock:pool] reserved, not yet handed out: for small and for huge pages */
    struct fresh {
        char *start, *end;
    } fresh[2];
    char *low, *high; /* [lock:pool] bounds of everything reserved */
    bool limited;     /* [const] the process may not have all addresses */
} domain;

static size_t step_bytes(void) {
    size_t limit = hak_os_address_limit_bytes();
    size_t step = RESERVE_BYTES;
    while (step > HAK_SUPERSLAB_BYTES && step > limit / 16)
        step /= 2;
    return step;
}

/* A place far from where the kernel puts other mappings, so that growth finds room above. */
static void *domain_hint(void) {
    uint64_t gigabyte = 0x4000 + hak_os_placement() % 0x10000;
    return (void *)(uintptr_t)(gigabyte << 30);
}

static bool region_in_domain(const char *start, size_t bytes) {
    size_t offset = hak_domain_offset(start);
    return offset < HAK_DOMAIN_BYTES && bytes <= HAK_DOMAIN_BYTES - offset;
}

static bool region_take(char *start, size_t bytes, struct fresh *fresh) {
    if (start == NULL || !region_in_domain(start, bytes)) /* root may map address 0 */
        return false;
    if (hak_os_reserve(start, bytes, HAK_SUPERSLAB_BYTES, true) == NULL)
        return false;
    HAK_COUNT(SUPERSLAB_OS, regions_reserved);
    *fresh = (struct fresh){.start = start, .end = start + bytes};
    if (start < domain.low)
        domain.low = start;
    if (start + bytes > domain.high)
        domain.high = start + bytes;
    return true;
}

/* Reserves the next region: right above what is reserved, else with gaps, else below; smaller and
 * smaller where the address space is limited. */
static bool domain_grow(struct fresh *fresh) {
    for (size_t step = step_bytes(); step >= HAK_SUPERSLAB_BYTES; step /= 2) {
        for (size_t gap = 0; gap < 16; gap++) {
            if (region_take(domain.high + gap * step, step, fresh) ||
                region_take(domain.low - (gap + 1) * step, step, fresh))
                return true;
        }
    }
    return false;
}

bool hak_domain_start(void) {
    hak_os_small_pages(&hak_map, sizeof hak_map);
    char *start = NULL;
    size_t step = step_bytes();
    while ((start = hak_os_reserve(domain_hint(), step, HAK_SUPERSLAB_BYTES, false)) == NULL) {
        step /= 2;
        if (step < HAK_SUPERSLAB_BYTES)
            return false;
    }
    /* Room above where the wish was granted, on both sides where it was not. */
    uintptr_t address = (uintptr_t)start;
    uintptr_t below = address < HINT_LOWEST ? HAK_DOMAIN_BYTES / 2 : 0;
    if (below > address)
        below = address;
    HAK_COUNT(SUPERSLAB_OS, regions_reserved);
    domain.fresh[false] = (struct fresh){.start = start, .end = start + step};
    domain.low = start;
    domain.high = start + step;
    domain.limited = hak_os_address_limit_bytes() != SIZE_MAX;
    atomic_store_explicit(&hak_domain_base, (address - below) & ~(HAK_SUPERSLAB_BYTES - 1),
                          memory_order_relaxed);
    return true;
}

bool hak_domain_limited(void) {
    return domain.limited;
}

char *hak_domain_take(bool huge) {
    struct fresh *fresh = &domain.fresh[huge];
    if (fresh->start == fresh->end && !domain_grow(fresh))
        fresh = &domain.fresh[!huge]; /* the domain is at its end */
    if (fresh->start == fresh->end)
        return NULL;
    char *start = fresh->start;
    fresh->start += HAK_SUPERSLAB_BYTES;
    return start;
}

void hak_domain_return(char *start) {
    struct fresh *fresh = &domain.fresh[domain.fresh[true].start == start + HAK_SUPERSLAB_BYTES];
    HAK_ASSERT(fresh->start == start + HAK_SUPERSLAB_BYTES);
    fresh->start = start;
}
