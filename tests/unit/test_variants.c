/* Stanzas of variants.ninja: what is read of them, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/model.h"
#include "../../harness/proof.h"
#include "../../harness/stanzas.h"

#define BUILD "build build/lib/libhakmem-x.so | build/obj/libhakmem-x.o: rule in.c\n"
#define SAID  "  hypothesis = h\n  ledger = none\n"

static cmp_variant_t *parsed(const char *text, size_t expected) {
    char error[512] = "";
    cmp_variant_t *variants;
    size_t count;
    if (!cmp_stanzas_parse("v.ninja", text, &variants, &count, error, sizeof error))
        fail_msg("%s", error);
    assert_int_equal(count, expected);
    return variants;
}

static void refused(const char *text, const char *expected) {
    char error[512] = "";
    cmp_variant_t *variants;
    size_t count;
    assert_false(cmp_stanzas_parse("v.ninja", text, &variants, &count, error, sizeof error));
    cmp_variants_free(variants, count);
    if (strstr(error, expected) == NULL)
        fail_msg("'%s' lacks '%s'", error, expected);
}

static void a_stanza_gives_every_field(void **state) {
    (void)state;
    cmp_variant_t *v = parsed("rule r\n  command = $in\n\n" BUILD "  hypothesis = goes on $\n"
                              "      here\n"
                              "  # a remark\n"
                              "  ledger = some-id\n"
                              "  defines = -DHAK_A=1 $\n    -DHAK_B=20\n"
                              "  cflags_more = -O3\n  ldflags = -Wl,-z,x$:y\n  cc = clang\n"
                              "  options = lto,pgo\n  train = mixed threads=2\n"
                              "  held_out = remote\n  needs = clang ld.lld\n\n"
                              "build other: phony\n",
                              1);
    assert_string_equal(v->name, "x");
    assert_string_equal(v->hypothesis, "goes on here");
    assert_string_equal(v->ledger, "some-id");
    assert_string_equal(v->defines, "-DHAK_A=1 -DHAK_B=20");
    assert_string_equal(v->cflags, "-O3");
    assert_string_equal(v->ldflags, "-Wl,-z,x:y");
    assert_string_equal(v->compiler, "clang");
    assert_string_equal(v->options, "lto,pgo");
    assert_string_equal(v->train, "mixed threads=2");
    assert_string_equal(v->held_out, "remote");
    assert_string_equal(v->needs, "clang ld.lld");
    assert_string_equal(v->object, "build/obj/libhakmem-x.o");
    assert_string_equal(v->target, "build/lib/libhakmem-x.so");
    assert_false(v->linked);
    cmp_variants_free(v, 1);
}

static void names_come_from_what_is_built(void **state) {
    (void)state;
    cmp_variant_t *v = parsed(
        "build build/lib/libhakmem.so | build/obj/libhakmem.o: r a.c\n" SAID
        "build build/lib/libhakmem.a: ar build/obj/libhakmem.o\n"
        "build build/lib/libhakmem-a-b.so | $\n    build/obj/libhakmem-a-b.o: r a.c | tool\n" SAID
        "build build/bin/worker-s: r a.c | build/obj/worker.o\n" SAID
        "build build/lib/libfloor.so: r b.c\n  ldflags = $nothing\n"
        "build all: phony build/lib/libhakmem.so",
        3);
    assert_string_equal(v[0].name, "default");
    assert_string_equal(v[0].target, "build/lib/libhakmem.so");
    assert_string_equal(v[1].name, "a-b");
    assert_string_equal(v[1].object, "build/obj/libhakmem-a-b.o");
    assert_string_equal(v[2].name, "s");
    assert_string_equal(v[2].target, "build/bin/worker-s");
    assert_string_equal(v[2].object, "");
    assert_true(v[2].linked);
    cmp_variants_free(v, 3);
}

static void dollars_are_resolved_as_ninja_does(void **state) {
    (void)state;
    cmp_variant_t *v = parsed(BUILD "  hypothesis = costs $$1$ $\n\n  ledger = a$$\n", 1);
    assert_string_equal(v->hypothesis, "costs $1");
    assert_string_equal(v->ledger, "a$");
    cmp_variants_free(v, 1);
    refused(BUILD SAID "  ldflags = $flags -x\n", "v.ninja:4: '$flags' is a variable");
}

static void a_stanza_must_say_what_for_and_where_it_is_judged(void **state) {
    (void)state;
    refused("\n" BUILD "  ledger = none\n",
            "v.ninja:2: variant 'x' lacks a line such as 'hypothesis = ");
    refused(BUILD "  hypothesis = h\n\nrule r\n", "v.ninja:1: variant 'x' lacks a line such as "
                                                  "'ledger = none'");
    refused(BUILD, "lacks a line such as 'hypothesis");
}

static void mistakes_are_named_with_their_line(void **state) {
    (void)state;
    refused(BUILD SAID "  define = -DHAK_A=1\n",
            "v.ninja:4: variant 'x': unknown variable 'define'; did you mean 'defines'?");
    refused(BUILD SAID "  defines\n",
            "v.ninja:4: variant 'x': 'defines' is not 'variable = value'");
    refused(BUILD SAID "  ledger = other\n", "v.ninja:4: variant 'x' has a second line 'ledger");
    refused(BUILD SAID "  defines = -DHAK_A\n", "v.ninja:1: variant 'x': '-DHAK_A' in its defines");
    refused(BUILD SAID "  defines = -DHAK_A=1 -O3\n", "'-O3' in its defines");
    refused(BUILD SAID "  defines = -DHAK_A=0x1\n", "'-DHAK_A=0x1' in its defines");
    refused(BUILD SAID "  train = mixed ops=1\n", "lacks a line such as 'held_out");
    refused(BUILD SAID "  train = mixed ops=1\n  held_out = mixed\n",
            "trained with mixed, which cannot be held out");
}

static void a_library_is_held_against_its_stanza(void **state) {
    (void)state;
    char reason[512] = "";
    const cmp_paths_t tree = {.tree = (char *)(uintptr_t) "."};
    cmp_variant_t *v = parsed(BUILD SAID "  defines = -DHAK_A=1\n  options = lto\n", 1);
    cmp_allocator_t allocator = {.expected = cmp_variant_expected(v),
                                 .remedy = cmp_variant_remedy(v, &tree)};
    assert_int_equal(cmp_proof_configuration(&allocator, "h VARIANT=x BUILD_OPTIONS=lto HAK_A=1",
                                             reason, sizeof reason),
                     CMP_OK);
    static const char *const wrong[][2] = {
        {"VARIANT=y BUILD_OPTIONS=lto HAK_A=1", "says VARIANT=y, but its stanza in variants.ninja "
                                                "VARIANT=x: "},
        {"VARIANT=x BUILD_OPTIONS=none HAK_A=1", "says BUILD_OPTIONS=none, "},
        {"VARIANT=x BUILD_OPTIONS=lto HAK_A=10", "says HAK_A=10, "},
        {"VARIANT=x BUILD_OPTIONS=lto OTHER_HAK_A=1", "says nothing of the kind, "},
        {"", "says nothing of the kind, "},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(cmp_proof_configuration(&allocator, wrong[i][0], reason, sizeof reason),
                         CMP_FAIL_WRONG_ALLOCATOR);
        assert_non_null(strstr(reason, wrong[i][1]));
        assert_non_null(
            strstr(reason, "rm -f build/lib/libhakmem-x.so && ninja build/lib/libhakmem-x.so"));
    }
    cmp_words_free(allocator.expected);
    free(allocator.remedy);
    cmp_variants_free(v, 1);
    /* Of other libraries nothing is expected. */
    assert_int_equal(cmp_proof_configuration(&(cmp_allocator_t){0}, "", reason, sizeof reason),
                     CMP_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stanza_gives_every_field),
        cmocka_unit_test(names_come_from_what_is_built),
        cmocka_unit_test(dollars_are_resolved_as_ninja_does),
        cmocka_unit_test(a_stanza_must_say_what_for_and_where_it_is_judged),
        cmocka_unit_test(mistakes_are_named_with_their_line),
        cmocka_unit_test(a_library_is_held_against_its_stanza),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
