/*
 * A planted change in code that never runs must be INACTIVE. A planted effect of one layout alone
 * must be seen by a comparison of one layout, must not be called GO over several, and must show as
 * layout tax. Main thread; the comparisons are child processes, one at a time.
 */
#include "self_test_code.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "command.h"
#include "paths.h"
#include "verdict.h"

/* hakmem:layout0 is slowed down by this much in the layout that it is built in, and in one of four
 * others; hakmem:layout1 is not, as it is built, and likewise in others. */
#define LAYOUT_SLOWDOWN_PCT 10.0
/* A side of which a quarter of the layouts is slower by that has a tax of 4.6 %; with the 16 at
 * hand it may be less, but not less than this. */
#define TAX_LEAST_PCT 2.0

/* `ab` with these words; its first verdict, a new reference, or NULL with a message. */
static json_t *verdict_of(const char *const *words, const cmp_self_test_t *test) {
    const char *arguments[24];
    size_t count = 0;
    for (; words[count] != NULL; count++)
        arguments[count] = words[count];
    if (test->output != NULL) {
        arguments[count++] = "-o";
        arguments[count++] = test->output;
    }
    arguments[count] = NULL;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%s against %s", words[2], words[1]);
    int status;
    json_t *root = cmp_child_json(arguments, false, &status);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    json_t *verdict = json_incref(json_array_get(json_object_get(root, "verdicts"), 0));
    json_decref(root);
    if (status == 0 && verdict != NULL)
        return verdict;
    cmp_error("cannot compare %s with %s: 'ab' failed with exit status %d; try '%s %s %s %s'",
              words[1], words[2], status, cmp_program(), words[0], words[1], words[2]);
    json_decref(verdict);
    return NULL;
}

/* The planted builds are not among those that plain `ninja` makes. */
static bool builds_make(void) {
    static const char *const words[] = {"ninja",
                                        "--quiet",
                                        "build/lib/libhakmem-idle0.so",
                                        "build/lib/libhakmem-idle1.so",
                                        "build/lib/libhakmem-layout0.so",
                                        "build/lib/libhakmem-layout1.so",
                                        NULL};
    char error[512];
    cmp_paths_t paths;
    if (!cmp_paths_find(&paths, error, sizeof error)) {
        cmp_error("%s", error);
        return false;
    }
    /* Installed, there is nothing to build from: `ab` will say what is missing. */
    const int status = paths.tree != NULL ? cmp_child_run(words, paths.tree) : 0;
    if (status != 0)
        cmp_error("cannot build the planted variants: ninja ended with %d; try 'ninja variants'",
                  status);
    cmp_paths_free(&paths);
    return status == 0;
}

static double number_of(const json_t *object, const char *key) {
    const json_t *number = json_object_get(object, key);
    return json_is_number(number) ? json_number_value(number) : NAN;
}

static const char *name_of(const json_t *verdict) {
    const char *name = json_string_value(json_object_get(verdict, "verdict"));
    return name != NULL ? name : "none";
}

static bool inactive_run(const cmp_self_test_t *test, json_t *results) {
    static const char *const words[] = {
        "ab", "hakmem:idle0", "hakmem:idle1",   "-w", "mixed", "-t", "1", "-r",
        "2",  "--hit",        "hak_plant_idle", NULL};
    json_t *verdict = verdict_of(words, test);
    if (verdict == NULL)
        return false;
    const bool good = strcmp(name_of(verdict), cmp_verdict_name(CMP_VERDICT_INACTIVE)) == 0;
    printf("  a change in code that never runs: %s%s\n", name_of(verdict),
           good ? "" : "  <- it must be INACTIVE");
    json_array_append_new(results, verdict);
    return good;
}

static bool layout_run(const cmp_self_test_t *test, json_t *results) {
    const char *const words[] = {"ab",
                                 "hakmem:layout0",
                                 "hakmem:layout1",
                                 "-w",
                                 "mixed",
                                 "-t",
                                 "1",
                                 "--layouts",
                                 "16",
                                 "--seed",
                                 "1",
                                 "--budget",
                                 test->full ? "120s" : "40s",
                                 NULL};
    json_t *verdict = verdict_of(words, test);
    if (verdict == NULL)
        return false;
    const json_t *ratio = json_object_get(verdict, "ratio"),
                 *layouts = json_object_get(verdict, "layouts"),
                 *single = json_object_get(layouts, "single_ratio");
    const double tax_pct =
        100 * fmin(number_of(layouts, "tax_base"), number_of(layouts, "tax_treatment"));
    const bool seen = number_of(single, "low") > 1, /* what one layout would have called a gain */
        not_go = strcmp(name_of(verdict), cmp_verdict_name(CMP_VERDICT_GO)) != 0,
               taxed = tax_pct >= TAX_LEAST_PCT;
    printf("  an effect of one layout, %.0f %%: as built %+.2f %% [%+.2f, %+.2f]; over 16 layouts "
           "%s, %+.2f %% [%+.2f, %+.2f], tax at least %.2f %%%s%s%s\n",
           LAYOUT_SLOWDOWN_PCT, 100 * (number_of(single, "estimate") - 1),
           100 * (number_of(single, "low") - 1), 100 * (number_of(single, "high") - 1),
           name_of(verdict), 100 * (number_of(ratio, "estimate") - 1),
           100 * (number_of(ratio, "low") - 1), 100 * (number_of(ratio, "high") - 1), tax_pct,
           seen ? "" : "  <- one layout must show it", not_go ? "" : "  <- it must not be GO",
           taxed ? "" : "  <- the layouts must show a tax");
    json_array_append_new(results, verdict);
    return seen && not_go && taxed;
}

bool cmp_self_test_code(const cmp_self_test_t *test, json_t *results) {
    if (!builds_make())
        return false;
    bool good = inactive_run(test, results);
    fflush(stdout);
    good = layout_run(test, results) && good;
    fflush(stdout);
    return good;
}
