/* Telemetry in a build that counts: what is counted, where it lies, and the report. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/telemetry.h"

#define BOX_NAME(BOX, rows, help) #BOX,
static const char *const box_names[] = {HAK_BOXES(BOX_NAME)};
#define BOXES (sizeof box_names / sizeof box_names[0])

/* What `body` writes to stderr; the text is static. */
static const char *stderr_of(void (*body)(void)) {
    static char text[65536];
    FILE *file = tmpfile();
    assert_non_null(file);
    int kept = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    body();
    dup2(kept, STDERR_FILENO);
    close(kept);
    ssize_t length = pread(fileno(file), text, sizeof text - 1, 0);
    assert_in_range(length, 1, sizeof text - 2);
    text[length] = '\0';
    fclose(file);
    return text;
}

/* The line of a counter in the section of a box, copied; "" when there is none. */
static const char *report_line(const char *report, const char *box, const char *counter) {
    static char line[512];
    char head[64], name[64];
    snprintf(head, sizeof head, "\n%s: ", box);
    snprintf(name, sizeof name, " %s ", counter);
    const char *section = strstr(report, head);
    line[0] = '\0';
    for (const char *at = section == NULL ? NULL : strchr(section + 1, '\n'); at != NULL;
         at = strchr(at + 1, '\n')) {
        size_t length = strcspn(at + 1, "\n");
        if (at[1] != ' ' || length >= sizeof line)
            break;
        memcpy(line, at + 1, length);
        line[length] = '\0';
        if (strstr(line, name) != NULL)
            return line;
        line[0] = '\0';
    }
    return line;
}

static void a_count_changes_its_counter_only(void **state) {
    (void)state;
    uint64_t flushes = HAK_COUNTED(LANE, 0, flushes);
    uint64_t blocks = HAK_COUNTED(LANE, 0, flushed_blocks);
    uint64_t spills = HAK_COUNTED(SPILL, 0, lane_spills);
    HAK_COUNT(LANE, flushes);
    HAK_COUNT_ADD(LANE, flushed_blocks, 17);
    assert_int_equal(HAK_COUNTED(LANE, 0, flushes), flushes + 1);
    assert_int_equal(HAK_COUNTED(LANE, 0, flushed_blocks), blocks + 17);
    assert_int_equal(HAK_COUNTED(SPILL, 0, lane_spills), spills);
}

static void classes_count_apart(void **state) {
    (void)state;
    uint64_t before[HAK_POOL_HOTBOX_V2_CLASSES];
    for (unsigned row = 0; row < HAK_POOL_HOTBOX_V2_CLASSES; row++)
        before[row] = HAK_COUNTED(POOL_HOTBOX_V2, row, free_fast);
    for (unsigned row = 0; row < HAK_POOL_HOTBOX_V2_CLASSES; row++)
        for (unsigned time = 0; time <= row; time++)
            HAK_COUNT_CLASS(POOL_HOTBOX_V2, row, free_fast);
    for (unsigned row = 0; row < HAK_POOL_HOTBOX_V2_CLASSES; row++)
        assert_int_equal(HAK_COUNTED(POOL_HOTBOX_V2, row, free_fast), before[row] + row + 1);
}

static void every_box_has_cache_lines_of_its_own(void **state) {
    (void)state;
#define BOX_PLACE(BOX, rows, help)                                                                 \
    assert_int_equal((uintptr_t)hak_counts_##BOX % 64, 0);                                         \
    assert_int_equal(sizeof hak_counts_##BOX[0] % 64, 0);
    HAK_BOXES(BOX_PLACE)
}

enum { THREADS = 4, COUNTS = 200000 };

static void *count_often(void *unused) {
    (void)unused;
    for (int i = 0; i < COUNTS; i++)
        HAK_COUNT(REMOTE, direct_puts);
    return NULL;
}

static void counts_of_several_threads_are_not_lost(void **state) {
    (void)state;
    uint64_t before = HAK_COUNTED(REMOTE, 0, direct_puts);
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, count_often, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(HAK_COUNTED(REMOTE, 0, direct_puts), before + THREADS * COUNTS);
}

static void the_allocator_counts_what_it_does(void **state) {
    (void)state;
    uint64_t mallocs = HAK_COUNTED(FRONT, 0, malloc_calls);
    uint64_t frees = HAK_COUNTED(FRONT, 0, free_calls);
    uint64_t callocs = HAK_COUNTED(FRONT, 0, calloc), reallocs = HAK_COUNTED(FRONT, 0, realloc);
    uint64_t aligned = HAK_COUNTED(FRONT, 0, aligned);
    uint64_t refilled = HAK_COUNTED(LANE, 0, refilled_blocks);
    uint64_t taken = HAK_COUNTED(TINY, 0, taken_blocks);
    uint64_t flushed = HAK_COUNTED(LANE, 0, flushed_blocks);
    enum { BLOCKS = 5000, BYTES = 48 }; /* more than a lane holds */
    static void *block[BLOCKS];
    for (int i = 0; i < BLOCKS; i++)
        block[i] = hak_malloc(BYTES);
    assert_int_equal(HAK_COUNTED(FRONT, 0, malloc_calls), mallocs + BLOCKS);
    assert_true(HAK_COUNTED(LANE, 0, refilled_blocks) >= refilled + BLOCKS);
    assert_true(HAK_COUNTED(TINY, 0, taken_blocks) >= taken + BLOCKS);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    assert_int_equal(HAK_COUNTED(FRONT, 0, free_calls), frees + BLOCKS);
    assert_true(HAK_COUNTED(LANE, 0, flushed_blocks) > flushed);

    hak_free(hak_calloc(3, 5));
    hak_free(hak_realloc(hak_malloc(10), 1000));
    hak_free(hak_aligned_alloc(256, 300));
    assert_int_equal(HAK_COUNTED(FRONT, 0, calloc), callocs + 1);
    assert_int_equal(HAK_COUNTED(FRONT, 0, realloc), reallocs + 1);
    assert_int_equal(HAK_COUNTED(FRONT, 0, aligned), aligned + 1);

    uint64_t maps = HAK_COUNTED(LARGE, 0, maps), reused = HAK_COUNTED(LARGE, 0, reused);
    uint64_t runs = HAK_COUNTED(LARGE, 0, medium_runs);
    for (int i = 0; i < 8; i++) /* unmapped at first, kept when that turns out to be regretted */
        hak_free(hak_malloc(3000000));
    hak_free(hak_malloc(200000));
    assert_true(HAK_COUNTED(LARGE, 0, maps) >= maps + 1);
    assert_true(HAK_COUNTED(LARGE, 0, reused) >= reused + 1);
    assert_true(HAK_COUNTED(LEARNER, 0, retention_raises) > 0);
    assert_int_equal(HAK_COUNTED(LARGE, 0, medium_runs), runs + 1);
}

static void the_report_has_every_counter_and_marks_what_is_not_0(void **state) {
    (void)state;
    HAK_COUNT_ADD(LEARNER, windows, 18446744073709551615u - HAK_COUNTED(LEARNER, 0, windows));
    const char *report = stderr_of(hak_telemetry_report);
#define COUNTER_LINE(counter, help)                                                                \
    {                                                                                              \
        const char *line = report_line(report, box, #counter);                                     \
        assert_non_null(strstr(line, help));                                                       \
    }
#define BOX_LINES(BOX, row_count, help)                                                            \
    {                                                                                              \
        const char *box = #BOX;                                                                    \
        HAK_##BOX##_COUNTERS(COUNTER_LINE)                                                         \
    }
    HAK_BOXES(BOX_LINES)
    const char *line = report_line(report, "LEARNER", "windows");
    assert_memory_equal(line, "  * ", 4);
    assert_non_null(strstr(line, "18446744073709551615"));
    assert_memory_equal(report_line(report, "LEARNER", "capacity_cuts"), "    ", 4);
    assert_null(strstr(report, "not compiled in"));
    for (size_t box = 0; box + 1 < BOXES; box++)
        assert_true(strstr(report, box_names[box]) < strstr(report, box_names[box + 1]));
}

static void the_pool_hot_box_has_a_report_of_its_own(void **state) {
    (void)state;
    for (int i = 0; i < 90; i++)
        HAK_COUNT_CLASS(POOL_HOTBOX_V2, 6, page_of_fail_unknown);
    HAK_COUNT_CLASS(POOL_HOTBOX_V2, 0, page_of_fail_unknown);
    const char *report = stderr_of(hak_telemetry_report_pool_v2);
    assert_non_null(strstr(report, "\nPOOL_HOTBOX_V2: "));
    assert_null(strstr(report, "FRONT"));
    const char *line = report_line(report, "POOL_HOTBOX_V2", "page_of_fail_unknown");
    assert_memory_equal(line, "  * ", 4);
    assert_int_equal(strtoull(line + 4 + strlen("page_of_fail_unknown"), NULL, 10), 91);
    for (unsigned row = 0; row < HAK_POOL_HOTBOX_V2_CLASSES; row++) {
        char name[64];
        snprintf(name, sizeof name, "[%u] page_of_fail_unknown", row);
        line = report_line(report, "POOL_HOTBOX_V2", name);
        if (row != 0 && row != 6) {
            assert_string_equal(line, "");
            continue;
        }
        assert_memory_equal(line, "  * ", 4);
        assert_int_equal(strtoull(line + 4 + strlen(name), NULL, 10), row == 0 ? 1 : 90);
        assert_non_null(strstr(line, row == 0 ? "  up to 2 KiB" : "  up to 64 KiB"));
    }
}

static void report_with_errno(void) {
    errno = 4321;
    hak_telemetry_report();
    assert_int_equal(errno, 4321);
}

static void a_report_allocates_and_counts_nothing(void **state) {
    (void)state;
    uint64_t mallocs = HAK_COUNTED(FRONT, 0, malloc_calls);
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    struct mallinfo2 before = mallinfo2();
    report_with_errno();
    struct mallinfo2 after = mallinfo2();
    dup2(kept, STDERR_FILENO);
    close(kept);
    fclose(file);
    assert_int_equal(after.uordblks, before.uordblks);
    assert_int_equal(after.hblkhd, before.hblkhd);
    assert_int_equal(HAK_COUNTED(FRONT, 0, malloc_calls), mallocs);
}

static void a_closed_stderr_does_no_harm(void **state) {
    (void)state;
    int kept = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    report_with_errno();
    dup2(kept, STDERR_FILENO);
    close(kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_changes_its_counter_only),
        cmocka_unit_test(classes_count_apart),
        cmocka_unit_test(every_box_has_cache_lines_of_its_own),
        cmocka_unit_test(counts_of_several_threads_are_not_lost),
        cmocka_unit_test(the_allocator_counts_what_it_does),
        cmocka_unit_test(the_report_has_every_counter_and_marks_what_is_not_0),
        cmocka_unit_test(the_pool_hot_box_has_a_report_of_its_own),
        cmocka_unit_test(a_report_allocates_and_counts_nothing),
        cmocka_unit_test(a_closed_stderr_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
