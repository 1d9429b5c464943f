/* The interface's semantics by its hak_ names: sizes, alignment, errno, misuse. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "fault.h"
#include "one_node.h"

static const size_t sizes[] = {0,     1,     15,    16,     17,      100,     128,     129,
                               1000,  1024,  1025,  4096,   5000,    8192,    8193,    32768,
                               65535, 65536, 65537, 200000, 1048576, 1048577, 5000000, 40000000};
#define SIZES (sizeof sizes / sizeof sizes[0])

static void every_size_is_usable_aligned_and_freed(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        char *block = hak_malloc(sizes[i]);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 16, 0);
        assert_true(hak_malloc_usable_size(block) >= sizes[i]);
        memset(block, 0x5a, hak_malloc_usable_size(block));
        hak_free(block);
    }
}

static void calloc_is_zero_also_in_used_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        memset(hak_malloc(sizes[i] + 1), 0xff, sizes[i]);
        void *dirty = hak_malloc(sizes[i]);
        memset(dirty, 0xff, sizes[i]);
        hak_free(dirty);
        unsigned char *block = hak_calloc(1, sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(block[j], 0);
        hak_free(block);
    }
}

static void realloc_keeps_the_contents(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        for (size_t j = 0; j < SIZES; j++) {
            unsigned char *block = hak_malloc(sizes[i]);
            size_t kept = sizes[i] < sizes[j] ? sizes[i] : sizes[j];
            for (size_t k = 0; k < sizes[i]; k += 61)
                block[k] = (unsigned char)(k / 61);
            block = hak_realloc(block, sizes[j]);
            if (sizes[j] == 0) {
                assert_null(block);
                continue;
            }
            assert_non_null(block);
            for (size_t k = 0; k < kept; k += 61)
                assert_int_equal(block[k], (unsigned char)(k / 61));
            memset(block, 1, sizes[j]);
            hak_free(block);
        }
    }
}

static void growth_in_small_steps_keeps_the_contents(void **state) {
    (void)state;
    unsigned char *block = NULL;
    for (size_t size = 1; size < 3000000; size += size / 7 + 1) {
        block = hak_realloc(block, size);
        block[size - 1] = (unsigned char)size;
        block[0] = 77;
    }
    assert_int_equal(block[0], 77);
    assert_null(hak_realloc(block, 0));
}

static void every_alignment_is_kept(void **state) {
    (void)state;
    for (size_t alignment = 1; alignment <= (size_t)8 << 20; alignment *= 2) {
        for (size_t i = 0; i < SIZES; i++) {
            char *block = hak_aligned_alloc(alignment, sizes[i]);
            assert_non_null(block);
            assert_int_equal((uintptr_t)block % alignment, 0);
            memset(block, 1, sizes[i]);
            assert_true(hak_malloc_usable_size(block) >= sizes[i]);
            hak_free(block);
        }
    }
    void *rounded = hak_memalign(48, 10);
    assert_int_equal((uintptr_t)rounded % 64, 0);
    hak_free(rounded);
    void *page = hak_valloc(10), *pages = hak_pvalloc(4097);
    assert_int_equal((uintptr_t)page % 4096, 0);
    assert_int_equal((uintptr_t)pages % 4096, 0);
    assert_true(hak_malloc_usable_size(pages) >= 8192);
    hak_free(page);
    hak_free(pages);
}

static void bad_alignments_are_refused(void **state) {
    (void)state;
    void *block = &block;
    errno = 0;
    assert_null(hak_aligned_alloc(24, 10));
    assert_int_equal(errno, EINVAL);
    assert_null(hak_aligned_alloc(0, 10));
    errno = 7;
    assert_int_equal(hak_posix_memalign(&block, 24, 10), EINVAL);
    assert_int_equal(hak_posix_memalign(&block, 4, 10), EINVAL);
    assert_int_equal(hak_posix_memalign(&block, 0, 10), EINVAL);
    assert_int_equal(hak_posix_memalign(&block, 64, PTRDIFF_MAX), ENOMEM);
    assert_ptr_equal(block, &block);
    assert_int_equal(errno, 7);
    assert_int_equal(hak_posix_memalign(&block, 64, 10), 0);
    hak_free(block);
}

static void too_much_is_refused_with_enomem(void **state) {
    (void)state;
    static const size_t huge[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 16, SIZE_MAX / 2 + 1,
                                  PTRDIFF_MAX};
    for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
        errno = 0;
        assert_null(hak_malloc(huge[i]));
        assert_int_equal(errno, ENOMEM);
        assert_null(hak_calloc(1, huge[i]));
        assert_null(hak_aligned_alloc(64, huge[i]));
        assert_null(hak_valloc(huge[i]));
        assert_null(hak_pvalloc(huge[i]));
        char *block = hak_malloc(100);
        strcpy(block, "kept");
        assert_null(hak_realloc(block, huge[i]));
        assert_string_equal(block, "kept");
        hak_free(block);
        block = hak_malloc(3000000);
        strcpy(block, "kept");
        assert_null(hak_realloc(block, huge[i]));
        assert_string_equal(block, "kept");
        hak_free(block);
    }
    errno = 0;
    assert_null(hak_calloc(SIZE_MAX / 4, 8));
    assert_int_equal(errno, ENOMEM);
    errno = 0;
    assert_null(hak_reallocarray(NULL, SIZE_MAX / 4, 8));
    assert_int_equal(errno, ENOMEM);
}

static void free_keeps_errno(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        void *block = hak_malloc(sizes[i]);
        errno = 1234;
        hak_free(block);
        assert_int_equal(errno, 1234);
    }
    hak_free(NULL);
    assert_int_equal(hak_malloc_usable_size(NULL), 0);
    assert_int_equal(hak_malloc_usable_size("of the program"), 0);
}

static void sized_frees_accept_the_right_size(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        hak_free_sized(hak_malloc(sizes[i]), sizes[i]);
        hak_free_aligned_sized(hak_aligned_alloc(256, sizes[i]), 256, sizes[i]);
    }
    hak_free_sized(NULL, 3);
    hak_free_aligned_sized(NULL, 64, 3);
}

static void trim_gives_freed_memory_back(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    void **block = calloc(COUNT, sizeof block[0]);
    for (int i = 0; i < COUNT; i++)
        block[i] = memset(hak_malloc(3000), 1, 3000);
    for (int i = 0; i < COUNT; i++)
        hak_free(block[i]);
    assert_int_equal(hak_malloc_trim(0), 1);
    assert_int_equal(hak_malloc_trim(0), 0);
    free(block);
}

static char in_bss[4096];

static void free_stack(void) {
    char local[64];
    char *pointer = local;
    __asm__ volatile("" : "+r"(pointer));
    hak_free(pointer);
}
static void free_static(void) {
    hak_free(in_bss + 64);
}
static void free_code(void) {
    hak_free((void *)(uintptr_t)free_static);
}
static void free_mapping(void) {
    hak_free(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}
static void free_nonsense(void) {
    hak_free((void *)(uintptr_t)0xdeadbeefdeadbee0u);
}
static void free_interior(void) {
    hak_free((char *)hak_malloc(200) + 16);
}
static void free_interior_odd(void) {
    hak_free((char *)hak_malloc(64) + 1);
}
static void free_interior_span(void) {
    hak_free((char *)hak_malloc(20000) + 64);
}
static void free_interior_medium(void) {
    hak_free((char *)hak_malloc(200000) + 65536);
}
static void free_interior_large(void) {
    hak_free((char *)hak_malloc(5000000) + 4096);
}
static void free_twice(void) {
    void *block = hak_malloc(48);
    hak_free(block);
    hak_free(block);
}
static void free_twice_span(void) {
    void *block = hak_malloc(40000);
    hak_free(block);
    hak_free(block);
}
static void free_twice_medium(void) {
    void *block = hak_malloc(300000);
    hak_free(block);
    hak_free(block);
}
static void free_twice_large(void) {
    void *block = hak_malloc(3000000);
    hak_free(block);
    hak_free(block);
}
static void free_wrong_size(void) {
    hak_free_sized(hak_malloc(100), 5000);
}
static void free_small_size(void) {
    hak_free_sized(hak_malloc(5000), 100);
}
static void free_wrong_alignment(void) {
    hak_free_aligned_sized((char *)hak_aligned_alloc(64, 64), 8192 * 1024, 64);
}
static void realloc_interior(void) {
    (void)hak_realloc((char *)hak_malloc(200) + 16, 300);
}
static void usable_interior(void) {
    (void)hak_malloc_usable_size((char *)hak_malloc(200) + 16);
}

static void misuse_stops_the_program_with_a_reason(void **state) {
    (void)state;
    static const struct {
        void (*body)(void);
        const char *text;
    } cases[] = {
        {free_stack, "not the start of a block"},
        {free_static, "not the start of a block"},
        {free_code, "not the start of a block"},
        {free_mapping, "not the start of a block"},
        {free_nonsense, "hakmem: free(0xdeadbeefdeadbee0): not the start of a block"},
        {free_interior, "not the start of a block"},
        {free_interior_odd, "not the start of a block"},
        {free_interior_span, "not the start of a block"},
        {free_interior_medium, "not the start of a block"},
        {free_interior_large, "not the start of a block"},
        {free_twice, "double free"},
        {free_twice_span, "double free"},
        {free_twice_medium, "double free"},
        {free_twice_large, "freed before"},
        {free_wrong_size, "free_sized("},
        {free_small_size, "free_sized("},
        {free_wrong_alignment, "alignment"},
        {realloc_interior, "realloc("},
        {usable_interior, "malloc_usable_size("},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!aborts_with(cases[i].body, cases[i].text))
            fail_msg("case %zu did not stop with \"%s\"", i, cases[i].text);
    }
}

static void configuration_names_version_flags_and_options(void **state) {
    (void)state;
    const char *text = hak_configuration();
    assert_non_null(strstr(text, "hakmem " HAKMEM_VERSION));
    assert_non_null(strstr(text, " HAK_DEBUG=1 "));
    assert_non_null(strstr(text, " HAKMEM_STATS_COMPILED=0 "));
    assert_non_null(strstr(text, "HAKMEM_PURGE_MS="));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_usable_aligned_and_freed),
        cmocka_unit_test(calloc_is_zero_also_in_used_memory),
        cmocka_unit_test(realloc_keeps_the_contents),
        cmocka_unit_test(growth_in_small_steps_keeps_the_contents),
        cmocka_unit_test(every_alignment_is_kept),
        cmocka_unit_test(bad_alignments_are_refused),
        cmocka_unit_test(too_much_is_refused_with_enomem),
        cmocka_unit_test(free_keeps_errno),
        cmocka_unit_test(sized_frees_accept_the_right_size),
        cmocka_unit_test(trim_gives_freed_memory_back),
        cmocka_unit_test(misuse_stops_the_program_with_a_reason),
        cmocka_unit_test(configuration_names_version_flags_and_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
