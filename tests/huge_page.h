/* Whether tests can expect huge pages on demand. */
#ifndef TEST_HUGE_PAGE_H
#define TEST_HUGE_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* A mapping with an aligned piece of 2 MiB in it that huge pages may be used for; *aligned is that
 * piece. To be unmapped: HUGE_MAPPING_BYTES. NULL where there is no memory. */
#define HUGE_MAPPING_BYTES ((size_t)4 << 20)
static inline char *huge_mapping(char **aligned) {
    const size_t bytes = HUGE_MAPPING_BYTES / 2;
    char *mapping =
        mmap(NULL, HUGE_MAPPING_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return NULL;
    *aligned = (char *)(((uintptr_t)mapping + bytes - 1) & ~(uintptr_t)(bytes - 1));
    (void)madvise(*aligned, bytes, MADV_HUGEPAGE);
    return mapping;
}

/* True when the kernel moves pages into a huge one when told to (MADV_COLLAPSE, Linux 6.1). */
static inline bool kernel_collapses(void) {
    char *aligned, *mapping = huge_mapping(&aligned);
    if (mapping == NULL)
        return false;
    memset(aligned, 1, HUGE_MAPPING_BYTES / 2);
    const bool done = madvise(aligned, HUGE_MAPPING_BYTES / 2, 25 /* MADV_COLLAPSE */) == 0;
    munmap(mapping, HUGE_MAPPING_BYTES);
    return done;
}

/* True when the kernel answers the first write with a huge page where it is allowed to. */
static inline bool kernel_begins_huge(void) {
    unsigned char last_resident = 0;
    char *aligned, *mapping = huge_mapping(&aligned);
    if (mapping == NULL)
        return false;
    *aligned = 1;
    const bool known = mincore(aligned + HUGE_MAPPING_BYTES / 2 - 4096, 4096, &last_resident) == 0;
    munmap(mapping, HUGE_MAPPING_BYTES);
    return known && (last_resident & 1) != 0;
}

#endif
