/* Whether tests can expect huge pages on demand. */
#ifndef TEST_HUGE_PAGE_H
#define TEST_HUGE_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* True when the kernel moves pages into a huge one when told to (MADV_COLLAPSE, Linux 6.1). */
static inline bool kernel_collapses(void) {
    const size_t bytes = (size_t)2 << 20;
    char *mapping =
        mmap(NULL, 2 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED)
        return false;
    char *aligned = (char *)(((uintptr_t)mapping + bytes - 1) & ~(uintptr_t)(bytes - 1));
    memset(aligned, 1, bytes);
    (void)madvise(aligned, bytes, MADV_HUGEPAGE);
    const bool done = madvise(aligned, bytes, 25 /* MADV_COLLAPSE */) == 0;
    munmap(mapping, 2 * bytes);
    return done;
}

#endif
