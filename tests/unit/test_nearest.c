/* Nearest names: what a mistyped word is answered with, and what is too far off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/nearest.h"

static const char *const workloads[] = {"mixed", "remote", "larson", NULL};
static const char *const allocators[] = {"hakmem", "jemalloc", "mimalloc", "tcmalloc",
                                         "tbb",    "glibc",    NULL};

static void nearest_is(const char *word, const char *const *candidates, const char *expected) {
    const char *found = cmp_nearest(word, candidates);
    if (expected) {
        assert_non_null(found);
        assert_string_equal(found, expected);
    } else {
        assert_null(found);
    }
}

static void one_edit_is_near(void **state) {
    (void)state;
    nearest_is("mixd", workloads, "mixed");    /* a letter lost */
    nearest_is("mixeed", workloads, "mixed");  /* doubled */
    nearest_is("mixwd", workloads, "mixed");   /* replaced */
    nearest_is("mxied", workloads, "mixed");   /* swapped */
    nearest_is("lrasno", workloads, "larson"); /* two swaps in six letters */
    nearest_is("jemaloc", allocators, "jemalloc");
    nearest_is("tcmaloc", allocators, "tcmalloc");
    nearest_is("tbm", allocators, "tbb");
}

static void case_is_ignored(void **state) {
    (void)state;
    nearest_is("MIXED", workloads, "mixed");
    nearest_is("JeMalloc", allocators, "jemalloc");
}

static void a_beginning_is_near(void **state) {
    (void)state;
    nearest_is("mi", workloads, "mixed");
    nearest_is("rem", workloads, "remote");
    nearest_is("hak", allocators, "hakmem");
}

static void the_word_itself_is_nearest(void **state) {
    (void)state;
    static const char *const near_ones[] = {"pool_v1", "pool_v2", NULL};
    nearest_is("pool_v2", near_ones, "pool_v2");
}

static void of_equally_near_ones_the_first_wins(void **state) {
    (void)state;
    static const char *const near_ones[] = {"pool_v1", "pool_v2", NULL};
    nearest_is("pool_v3", near_ones, "pool_v1");
}

static void what_is_unlike_all_gets_no_answer(void **state) {
    (void)state;
    static const char *const none[] = {NULL};
    char endless[1000];
    memset(endless, 'm', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    nearest_is("", workloads, NULL);
    nearest_is("x", workloads, NULL);
    nearest_is("redis", workloads, NULL);
    nearest_is("scale", workloads, NULL);
    nearest_is(endless, workloads, NULL);
    nearest_is("mixed", none, NULL);
}

static void bytes_beyond_ascii_do_no_harm(void **state) {
    (void)state;
    nearest_is("m\xc3\xafxed", workloads, "mixed"); /* counted in bytes */
    nearest_is("larson\xff", workloads, "larson");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_edit_is_near),
        cmocka_unit_test(case_is_ignored),
        cmocka_unit_test(a_beginning_is_near),
        cmocka_unit_test(the_word_itself_is_nearest),
        cmocka_unit_test(of_equally_near_ones_the_first_wins),
        cmocka_unit_test(what_is_unlike_all_gets_no_answer),
        cmocka_unit_test(bytes_beyond_ascii_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
