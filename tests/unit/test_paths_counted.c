/* Which backends a workload reaches, as experiments ask it: counted with the worker and the builds
 * of this tree. */
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../harness/audit_paths.h"

static cmp_paths_t paths;
static cmp_allocator_t hakmem = {.label = "hakmem"}, glibc = {.label = "glibc"};
static cmp_cell_t mixed = {.threads = 1};
static char error[2048];

/* This program lies in build/unit/. */
static int tree_find(void **state) {
    (void)state;
    char executable[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", executable, sizeof executable - 1);
    if (length < 0)
        return -1;
    executable[length] = '\0';
    const char *build = dirname(dirname(executable));
    paths.worker = cmp_text("%s/worker", build);
    paths.libraries = cmp_text("%s/lib", build);
    hakmem.path = cmp_text("%s/libhakmem.so", paths.libraries);
    mixed.workload = wl_find("mixed");
    wl_defaults(mixed.workload, &mixed.values);
    return access(paths.worker, X_OK);
}

static int tree_free(void **state) {
    (void)state;
    free(hakmem.path);
    cmp_paths_free(&paths);
    return 0;
}

/* The classes of the backend that mixed reaches; "" when none. */
static const char *reached(const char *backend) {
    static char text[4096];
    char *classes = NULL;
    bool is_reached;
    if (!cmp_paths_backend_reached(&paths, &hakmem, &mixed, backend, &is_reached, &classes, error,
                                   sizeof error))
        fail_msg("%s", error);
    snprintf(text, sizeof text, "%s", classes);
    assert_int_equal(is_reached, classes[0] != '\0');
    free(classes);
    return text;
}

static void mixed_reaches_mid_v3_by_all_its_classes_and_no_pool(void **state) {
    (void)state;
    const char *classes = reached("mid_v3");
    size_t count = 1;
    for (const char *comma = classes; (comma = strchr(comma, ',')) != NULL; comma++)
        count++;
    assert_int_equal(count, 16);
    assert_memory_equal(classes, "C17 ", 4);
    assert_string_equal(reached("pool_v2"), "");
    assert_string_equal(reached("large"), "");
}

static void settings_of_the_row_decide(void **state) {
    (void)state;
    char setting[] = "HAKMEM_MID_V3_ENABLED=off";
    char *settings[] = {setting, NULL};
    hakmem.environment = settings;
    assert_string_equal(reached("mid_v3"), "");
    assert_string_not_equal(reached("tiny"), "");
    hakmem.environment = NULL;
}

static void what_cannot_be_told_is_an_error(void **state) {
    (void)state;
    bool is_reached;
    char *classes = NULL;
    assert_false(cmp_paths_backend_reached(&paths, &hakmem, &mixed, "mid_v4", &is_reached, &classes,
                                           error, sizeof error));
    assert_non_null(strstr(error, "did you mean 'mid_v3'?"));
    assert_false(cmp_paths_backend_reached(&paths, &glibc, &mixed, "mid_v3", &is_reached, &classes,
                                           error, sizeof error));
    assert_non_null(strstr(error, "only a hakmem tells its routes"));
    assert_null(classes);
}

static void without_the_counting_build_the_remedy_is_said(void **state) {
    (void)state;
    const cmp_paths_t elsewhere = {.worker = paths.worker, .libraries = "/nowhere"};
    bool is_reached;
    char *classes = NULL;
    assert_false(cmp_paths_backend_reached(&elsewhere, &hakmem, &mixed, "mid_v3", &is_reached,
                                           &classes, error, sizeof error));
    assert_non_null(strstr(error, "ninja build/lib/libhakmem-counting.so"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mixed_reaches_mid_v3_by_all_its_classes_and_no_pool),
        cmocka_unit_test(settings_of_the_row_decide),
        cmocka_unit_test(what_cannot_be_told_is_an_error),
        cmocka_unit_test(without_the_counting_build_the_remedy_is_said),
    };
    return cmocka_run_group_tests(tests, tree_find, tree_free);
}
