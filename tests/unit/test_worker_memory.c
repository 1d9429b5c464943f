/* Tests of workloads/worker_memory.c: what it says of memory that this process just mapped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/mman.h>

#include "../../workloads/worker_memory.h"

enum { BYTES = 64 << 20 };

static unsigned char *memory_map(int flags) {
    unsigned char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(memory, MAP_FAILED);
    madvise(memory, BYTES, MADV_NOHUGEPAGE);
    memset(memory, 1, BYTES);
    return memory;
}

static void assert_near(uint64_t bytes, uint64_t expected) {
    const uint64_t slack = 4 << 20; /* other memory of this process */
    assert_in_range(bytes, expected < slack ? 0 : expected - slack, expected + slack);
}

static void private_memory_counts_as_anonymous(void **state) {
    (void)state;
    wl_memory_t before, after;
    worker_memory_read(&before);
    unsigned char *memory = memory_map(MAP_PRIVATE);
    worker_memory_read(&after);
    assert_near(after.rss_bytes, before.rss_bytes + BYTES);
    assert_near(after.rss_anon_bytes, before.rss_anon_bytes + BYTES);
    assert_true(after.page_table_bytes > before.page_table_bytes);
    assert_true(worker_peak_rss_bytes() >= BYTES);
    munmap(memory, BYTES);
    worker_memory_read(&after);
    assert_near(after.rss_bytes, before.rss_bytes);
    assert_true(worker_peak_rss_bytes() >= BYTES);
}

static void bookkeeping_is_resident_but_not_anonymous(void **state) {
    (void)state;
    wl_memory_t before, after;
    worker_memory_read(&before);
    unsigned char *memory = memory_map(MAP_SHARED);
    worker_memory_read(&after);
    assert_near(after.rss_bytes, before.rss_bytes + BYTES);
    assert_near(after.rss_anon_bytes, before.rss_anon_bytes);
    munmap(memory, BYTES);
}

static void memory_purged_lazily_stays_resident_and_is_named(void **state) {
    (void)state;
    wl_memory_t before, after;
    unsigned char *memory = memory_map(MAP_PRIVATE);
    worker_memory_read(&before);
    assert_near(before.lazy_free_bytes, 0);
    if (madvise(memory, BYTES, MADV_FREE) != 0)
        skip();
    worker_memory_read(&after);
    /* Without swap, or when memory is short, the kernel takes it back at once. */
    if (after.rss_bytes + (4 << 20) >= before.rss_bytes)
        assert_true(after.lazy_free_bytes >= BYTES / 2);
    munmap(memory, BYTES);
}

static void mappings_are_counted(void **state) {
    (void)state;
    wl_memory_t before, after;
    unsigned char *memory = memory_map(MAP_PRIVATE);
    worker_memory_read(&before);
    for (size_t i = 0; i < BYTES; i += 8 << 20)
        assert_int_equal(mprotect(memory + i, 4 << 20, PROT_READ), 0);
    worker_memory_read(&after);
    assert_in_range(after.mappings - before.mappings, 14, 16);
    munmap(memory, BYTES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_memory_counts_as_anonymous),
        cmocka_unit_test(bookkeeping_is_resident_but_not_anonymous),
        cmocka_unit_test(memory_purged_lazily_stays_resident_and_is_named),
        cmocka_unit_test(mappings_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
