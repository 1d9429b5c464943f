/* Real programs: the linker's log that proves who serves malloc, and files that refuse a preload.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../harness/bindings.h"
#include "../../harness/program_file.h"

static cmp_bindings_t bindings_of(const char *log, const char *library) {
    cmp_bindings_t bindings;
    FILE *file = fmemopen((void *)(uintptr_t)log, strlen(log), "r");
    assert_non_null(file);
    cmp_bindings_read(file, library, &bindings);
    fclose(file);
    return bindings;
}

#define LINE(from, to, symbol)                                                                     \
    "     42:\tbinding file " from " [0] to " to " [0]: normal symbol `" symbol "' "               \
    "[GLIBC_2.2.5]\n"

static void uses_of_malloc_are_told_apart(void **state) {
    (void)state;
    cmp_bindings_t bindings = bindings_of(
        LINE("prog", "/tmp/under-test.so", "malloc") LINE("prog", "/lib/libc.so.6", "free")
            LINE("/lib/libz.so.1", "/lib/libc.so.6", "malloc"),
        "/tmp/under-test.so");
    assert_int_equal(bindings.right, 1);
    assert_int_equal(bindings.wrong, 1);
    assert_string_equal(bindings.where, "/lib/libc.so.6");
}

static void the_c_library_has_many_names(void **state) {
    (void)state;
    assert_int_equal(bindings_of(LINE("prog", "/lib/libc.so.6", "malloc"), NULL).right, 1);
    assert_int_equal(bindings_of(LINE("prog", "/lib64/libc.so.6.1", "malloc"), NULL).right, 1);
    assert_int_equal(bindings_of(LINE("prog", "/lib/libcrypt.so.1", "malloc"), NULL).wrong, 1);
}

static void an_entry_that_the_program_lends_is_right(void **state) {
    (void)state;
    static const char log[] =
        LINE("/lib/libz.so.1", "prog", "malloc") LINE("prog", "/l.so", "malloc");
    assert_int_equal(bindings_of(log, "/l.so").wrong, 0);
    assert_int_equal(bindings_of(log, "/l.so").right, 2);
    /* A program with a malloc of its own uses nobody's. */
    assert_int_equal(bindings_of(LINE("/lib/libz.so.1", "prog", "malloc"), "/l.so").wrong, 1);
}

static void what_is_no_use_of_malloc_is_passed_over(void **state) {
    (void)state;
    cmp_bindings_t bindings = bindings_of(
        "nonsense\n\n" LINE("prog", "/l.so", "malloc_usable_size")
            LINE("prog", "/l.so",
                 "reallocarray") "     42:\tbinding file a [1] to b [1]: normal symbol `malloc'\n"
                                 "     42:\tbinding file without an end `symbol `malloc'",
        "/l.so");
    assert_int_equal(bindings.right + bindings.wrong, 0);
}

static void a_repeated_use_counts_once(void **state) {
    (void)state;
    static const char log[] = LINE("p", "/l.so", "malloc") LINE("p", "/l.so", "malloc");
    assert_int_equal(bindings_of(log, "/l.so").right, 1);
}

static void programs_are_found_as_a_shell_finds_them(void **state) {
    (void)state;
    char error[600];
    char *found = cmp_program_find("sh", error, sizeof error);
    assert_non_null(found);
    assert_int_equal(access(found, X_OK), 0);
    free(found);
    assert_null(cmp_program_find("no such program", error, sizeof error));
    assert_non_null(strstr(error, "PATH"));
    assert_null(cmp_program_find("/", error, sizeof error));
    assert_non_null(strstr(error, "regular"));
    assert_null(cmp_program_find("", error, sizeof error));
}

/* Writes a file with these contents and mode, and asks whether it can be preloaded into. */
static bool preloadable(const char *contents, size_t bytes, char *reason, size_t reason_bytes) {
    char path[] = "/tmp/test_program.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, contents, bytes), bytes);
    fchmod(fd, 0755);
    close(fd);
    bool good = cmp_program_preloadable(path, reason, reason_bytes);
    unlink(path);
    return good;
}

static void scripts_are_followed_to_their_interpreter(void **state) {
    (void)state;
    char reason[600] = "";
    assert_true(preloadable("#!/bin/sh -e\n", 13, reason, sizeof reason));
    assert_true(preloadable("#! /bin/sh", 10, reason, sizeof reason));
    assert_true(preloadable("#!/no/such/interpreter\n", 23, reason, sizeof reason));
    assert_false(preloadable("echo hello\n", 11, reason, sizeof reason));
    assert_non_null(strstr(reason, "neither"));
    assert_false(preloadable("", 0, reason, sizeof reason));
}

static void a_damaged_program_is_left_to_the_kernel(void **state) {
    (void)state;
    char reason[600] = "";
    assert_true(preloadable("\177ELF", 4, reason, sizeof reason));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_of_malloc_are_told_apart),
        cmocka_unit_test(the_c_library_has_many_names),
        cmocka_unit_test(an_entry_that_the_program_lends_is_right),
        cmocka_unit_test(what_is_no_use_of_malloc_is_passed_over),
        cmocka_unit_test(a_repeated_use_counts_once),
        cmocka_unit_test(programs_are_found_as_a_shell_finds_them),
        cmocka_unit_test(scripts_are_followed_to_their_interpreter),
        cmocka_unit_test(a_damaged_program_is_left_to_the_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
