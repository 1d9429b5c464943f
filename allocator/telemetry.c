/*
 * Storage and report of the telemetry counters (telemetry.h). The report runs in any thread, at
 * exit as a destructor; it takes no lock, and calls nothing that allocates: the text goes through
 * buffers on the stack to write. Values of running threads are those of the moment each is
 * read.
 */
#include "allocator/telemetry.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/learner.h"
#include "allocator/options.h"

/* ------------------------------------------------------------------ tables of the boxes */

typedef struct counter_text {
    const char *name, *help;
} counter_text_t;

/* Writes a row's name and what it stands for; at most ROW_TEXT_BYTES each. */
typedef void row_describe_t(unsigned row, char *name, char *help);
#define ROW_TEXT_BYTES 64

/* A box in the report. A row's counters are `count` fields of the same type. */
typedef struct box_table {
    const char *name, *help;
    const void *counts; /* first row; NULL: compiled out */
    size_t row_bytes;
    unsigned rows, count;
    const counter_text_t *text;
} box_table_t;

/* BOX_CHOOSE(flag, ACTION, ...) becomes ACTION_0(...) or ACTION_1(...), so that a box that is
 * compiled out leaves nothing behind, not even its names. */
#define BOX_PASTE(action, flag)       action##_##flag
#define BOX_CHOOSE(action, flag, ...) BOX_PASTE(action, flag)(__VA_ARGS__)

#define COUNTER_TEXT(counter, help) {#counter, help},
#define BOX_DEFINE_0(BOX)
#define BOX_DEFINE_1(BOX)                                                                          \
    struct hak_counts_##BOX hak_counts_##BOX[HAK_BOX_ROWS_##BOX];                                  \
    static const counter_text_t box_text_##BOX[] = {HAK_##BOX##_COUNTERS(COUNTER_TEXT)};
#define BOX_DEFINE(BOX, row_count, help) BOX_CHOOSE(BOX_DEFINE, HAKMEM_##BOX##_STATS_COMPILED, BOX)
HAK_BOXES(BOX_DEFINE)

#define BOX_TABLE_0(BOX, help_text) {.name = #BOX, .help = (help_text)},
#define BOX_TABLE_1(BOX, help_text)                                                                \
    {.name = #BOX,                                                                                 \
     .help = (help_text),                                                                          \
     .counts = hak_counts_##BOX,                                                                   \
     .row_bytes = sizeof hak_counts_##BOX[0],                                                      \
     .rows = HAK_BOX_ROWS_##BOX,                                                                   \
     .count = sizeof box_text_##BOX / sizeof box_text_##BOX[0],                                    \
     .text = box_text_##BOX},
#define BOX_TABLE(BOX, row_count, help)                                                            \
    BOX_CHOOSE(BOX_TABLE, HAKMEM_##BOX##_STATS_COMPILED, BOX, help)
static const box_table_t box_tables[] = {HAK_BOXES(BOX_TABLE)};

#define BOX_TABLES (sizeof box_tables / sizeof box_tables[0])

static uint64_t box_value(const box_table_t *box, unsigned row, unsigned counter) {
    const char *counts = (const char *)box->counts + row * box->row_bytes;
    const _Atomic uint64_t *value = (const _Atomic uint64_t *)(const void *)counts + counter;
    return atomic_load_explicit(value, memory_order_relaxed);
}

/* ------------------------------------------------------------------ text without allocation */

typedef struct report {
    size_t used;
    char text[1024];
} report_t;

static void report_flush(report_t *report) {
    for (size_t done = 0; done < report->used;) {
        ssize_t written = write(STDERR_FILENO, report->text + done, report->used - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break; /* nobody reads: the program is no worse for it */
        done += (size_t)written;
    }
    report->used = 0;
}

static void report_character(report_t *report, char character) {
    if (report->used == sizeof report->text)
        report_flush(report);
    report->text[report->used++] = character;
}

/* `text`, then blanks up to `width`. */
static void report_text(report_t *report, const char *text, size_t width) {
    size_t length = 0;
    for (; text[length] != '\0'; length++)
        report_character(report, text[length]);
    for (; length < width; length++)
        report_character(report, ' ');
}

/* Blanks up to `width`, then the number. */
static void report_number(report_t *report, uint64_t number, size_t width) {
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (size_t blank = count; blank < width; blank++)
        report_character(report, ' ');
    while (count > 0)
        report_character(report, digits[--count]);
}

/* ------------------------------------------------------------------ the report */

#define NAME_WIDTH  31 /* [6] page_of_fail_header_missing */
#define VALUE_WIDTH 15

static void report_head(report_t *report) {
    report_text(report, "hakmem telemetry of process ", 0);
    report_number(report, (uint64_t)getpid(), 0);
    report_text(report, "; * marks what is not 0\n", 0);
}

static uint64_t box_sum(const box_table_t *box, unsigned counter) {
    uint64_t sum = 0;
    for (unsigned row = 0; row < box->rows; row++)
        sum += box_value(box, row, counter);
    return sum;
}

static void report_line(report_t *report, const char *name, uint64_t value, const char *help) {
    report_text(report, value != 0 ? "  * " : "    ", 0);
    report_text(report, name, NAME_WIDTH);
    report_number(report, value, VALUE_WIDTH);
    report_text(report, "  ", 0);
    report_text(report, help, 0);
    report_character(report, '\n');
}

static void class_describe(unsigned row, char *name, char *help) {
    if (row == HAK_CLASS_ROW_MEDIUM || row == HAK_CLASS_ROW_LARGE) {
        snprintf(name, ROW_TEXT_BYTES, "%s", row == HAK_CLASS_ROW_MEDIUM ? "medium" : "large");
        snprintf(help, ROW_TEXT_BYTES, "%s",
                 row == HAK_CLASS_ROW_MEDIUM ? "runs of units" : "mappings");
        return;
    }
    snprintf(name, ROW_TEXT_BYTES, "C%u", row);
    snprintf(help, ROW_TEXT_BYTES, "stride %u, %s", (unsigned)hak_classes[row].stride_bytes,
             hak_backend_name(hak_classes[row].backend));
}

static void pool_range_describe(unsigned row, char *name, char *help) {
    snprintf(name, ROW_TEXT_BYTES, "%u", row);
    snprintf(help, ROW_TEXT_BYTES, "up to %u KiB", (unsigned)(hak_pool_range_up_to(row) / 1024));
}

/* A row's counters that are not 0, one a line. */
static void report_row(report_t *report, const box_table_t *box, unsigned row) {
    char row_name[ROW_TEXT_BYTES], help[ROW_TEXT_BYTES], name[2 * ROW_TEXT_BYTES];
    row_describe_t *describe =
        strcmp(box->name, "CLASS") == 0 ? class_describe : pool_range_describe;
    for (unsigned counter = 0; counter < box->count; counter++) {
        const uint64_t value = box_value(box, row, counter);
        if (value == 0)
            continue;
        describe(row, row_name, help);
        snprintf(name, sizeof name, "[%s] %s", row_name, box->text[counter].name);
        report_line(report, name, value, help);
    }
}

static void report_box(report_t *report, const box_table_t *box) {
    report_text(report, box->name, 0);
    report_text(report, ": ", 0);
    report_text(report, box->help, 0);
    report_character(report, '\n');
    for (unsigned counter = 0; counter < box->count; counter++)
        report_line(report, box->text[counter].name, box_sum(box, counter),
                    box->text[counter].help);
    for (unsigned row = 0; box->rows > 1 && row < box->rows; row++)
        report_row(report, box, row);
}

/* Names the boxes that this build does not count. */
static void report_missing(report_t *report) {
    bool some = false;
    for (size_t i = 0; i < BOX_TABLES; i++) {
        if (box_tables[i].counts != NULL)
            continue;
        report_text(report, some ? ", " : "not compiled in: ", 0);
        report_text(report, box_tables[i].name, 0);
        some = true;
    }
    if (some)
        report_text(report, "; HAKMEM_<BOX>_STATS_COMPILED=1 builds with one\n", 0);
}

__attribute__((visibility("default"))) HAK_COLD void hak_telemetry_report(void) {
    if (!HAK_ANY_BOX_COMPILED) {
        hak_warn("this build counts nothing; the build hakmem:counting does "
                 "(HAKMEM_STATS_COMPILED=1)");
        return;
    }
    report_t report = {.used = 0};
    int saved_errno = errno;
    report_head(&report);
    for (size_t i = 0; i < BOX_TABLES; i++) {
        if (box_tables[i].counts != NULL)
            report_box(&report, &box_tables[i]);
    }
    report_missing(&report);
    report_flush(&report);
    errno = saved_errno;
}

HAK_COLD void hak_telemetry_report_pool_v2(void) {
    if (!HAKMEM_POOL_HOTBOX_V2_STATS_COMPILED) {
        hak_warn("this build does not count the pool hot box; the build hakmem:counting does "
                 "(HAKMEM_POOL_HOTBOX_V2_STATS_COMPILED=1, or HAKMEM_STATS_COMPILED=1 for all)");
        return;
    }
    static const char name[] = "POOL_HOTBOX_V2";
    report_t report = {.used = 0};
    int saved_errno = errno;
    report_head(&report);
    for (size_t i = 0; i < BOX_TABLES; i++) {
        if (strcmp(box_tables[i].name, name) == 0)
            report_box(&report, &box_tables[i]);
    }
    report_flush(&report);
    errno = saved_errno;
}

/* The end of the process by exit or a return from main: after the program's own atexit handlers.
 * Starting reads the options of a process that never allocated. */
__attribute__((destructor)) static void telemetry_exit(void) {
    if (!HAK_HAS_REPORTS)
        return;
    (void)hak_start();
    hak_learner_report();
    if (hak_options.stats != 0)
        hak_telemetry_report();
    else if (hak_options.pool_v2_stats != 0)
        hak_telemetry_report_pool_v2();
}

#undef COUNTER_TEXT
#undef BOX_DEFINE_0
#undef BOX_DEFINE_1
#undef BOX_DEFINE
#undef BOX_TABLE_0
#undef BOX_TABLE_1
#undef BOX_TABLE
