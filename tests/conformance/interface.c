/*
 * The standard interface as the C library and POSIX describe it: limits, errors, alignment, and
 * contents after realloc. Prints one line a topic; the text is the same for every allocator.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int faults;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: %s\n", __LINE__, #condition);                                         \
            faults++;                                                                              \
        }                                                                                          \
    } while (0)

/* Keeps the compiler from removing calls or warning about sizes that are meant to be too large. */
static volatile size_t zero = 0;
static volatile size_t huge = SIZE_MAX;

static int aligned_to(const void *block, size_t alignment) {
    return (uintptr_t)block % alignment == 0;
}

static void check_sizes(void) {
    for (size_t bytes = 1; bytes < 5000000; bytes += 1 + bytes / 7) {
        unsigned char *block = malloc(bytes);
        CHECK(block && aligned_to(block, bytes < 16 ? 8 : 16));
        CHECK(malloc_usable_size(block) >= bytes);
        memset(block, 0xa5, malloc_usable_size(block));
        free(block);
        block = calloc(bytes, 1);
        CHECK(block && block[0] == 0 && block[bytes / 2] == 0 && block[bytes - 1] == 0);
        free(block);
    }
    void *a = malloc(zero), *b = malloc(zero);
    CHECK(a && b && a != b);
    free(a);
    free(b);
    free(NULL);
    puts("sizes");
}

static void check_limits(void) {
    errno = 0;
    CHECK(!malloc(huge) && errno == ENOMEM);
    errno = 0;
    CHECK(!malloc(huge / 2 + 1) && errno == ENOMEM);
    errno = 0;
    CHECK(!malloc(huge - 4096) && errno == ENOMEM);
    errno = 0;
    CHECK(!calloc(huge / 2, 3) && errno == ENOMEM);
    /* Volatile: the compiler takes a block for gone after realloc, failed or not. */
    char *volatile block = malloc(100);
    memset(block, 7, 100);
    errno = 0;
    CHECK(!realloc(block, huge) && errno == ENOMEM);
    errno = 0;
    CHECK(!reallocarray(block, huge / 2, 3) && errno == ENOMEM);
    CHECK(block[99] == 7);
    errno = EXDEV;
    free(block);
    CHECK(errno == EXDEV);
    puts("limits");
}

static void check_alignment(void) {
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t alignment = 8; alignment <= 4 << 20; alignment *= 2)
        for (size_t bytes = 1; bytes < 3000000; bytes = bytes * 5 + 3) {
            void *block = NULL;
            CHECK(posix_memalign(&block, alignment, bytes) == 0 && aligned_to(block, alignment));
            memset(block, 1, bytes);
            CHECK(malloc_usable_size(block) >= bytes);
            free(block);
            block = memalign(alignment, bytes);
            CHECK(block && aligned_to(block, alignment));
            block = realloc(block, bytes * 2);
            CHECK(block);
            free(block);
            block = aligned_alloc(alignment, bytes / alignment * alignment + alignment);
            CHECK(block && aligned_to(block, alignment));
            free(block);
        }
    void *block = NULL;
    CHECK(posix_memalign(&block, 24, 100) == EINVAL && !block);
    CHECK(posix_memalign(&block, zero, 100) == EINVAL && !block);
    CHECK(posix_memalign(&block, 64, huge - 100) == ENOMEM && !block);
    block = valloc(100);
    CHECK(block && aligned_to(block, page_bytes));
    free(block);
    block = pvalloc(page_bytes + 1);
    CHECK(block && aligned_to(block, page_bytes) && malloc_usable_size(block) >= 2 * page_bytes);
    free(block);
    puts("alignment");
}

static void check_realloc(void) {
    size_t bytes = 1;
    unsigned char *block = realloc(NULL, bytes);
    block[0] = 0;
    while (bytes < 6000000) { /* grows through every class and mapping */
        size_t larger = bytes + 1 + bytes / 5;
        block = realloc(block, larger);
        CHECK(block);
        for (size_t i = 0; i < bytes; i += 1 + bytes / 97)
            CHECK(block[i] == (unsigned char)(i * 31));
        for (size_t i = 0; i < larger; i++)
            block[i] = (unsigned char)(i * 31);
        bytes = larger;
    }
    while (bytes > 1) {
        bytes /= 3;
        block = realloc(block, bytes + 1);
        CHECK(block);
        for (size_t i = 0; i <= bytes; i += 1 + bytes / 97)
            CHECK(block[i] == (unsigned char)(i * 31));
    }
    CHECK(!realloc(block, zero));
    puts("realloc");
}

int main(void) {
    check_sizes();
    check_limits();
    check_alignment();
    check_realloc();
    malloc_trim(0);
    free(malloc(1));
    return faults != 0;
}
