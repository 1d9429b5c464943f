/* Tests of workloads/worker_check.c: what is wrong is found, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../workloads/worker_check.h"

enum { BLOCKS = 1000, ARENA_BYTES = 1 << 20 };

typedef struct fixture {
    void *memory;
    wl_check_t *set;
    unsigned char *arena; /* where the tests' blocks lie */
    char error[256];
} fixture_t;

static int setup(void **state) {
    fixture_t *f = calloc(1, sizeof *f);
    f->memory = aligned_alloc(64, (wl_check_bytes(BLOCKS) + 63) / 64 * 64);
    memset(f->memory, 0, wl_check_bytes(BLOCKS));
    f->set = wl_check_init(f->memory, BLOCKS);
    f->arena = aligned_alloc(64, ARENA_BYTES);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    fixture_t *f = *state;
    free(f->arena);
    free(f->memory);
    free(f);
    return 0;
}

static bool add(fixture_t *f, size_t offset, size_t size, uint64_t id) {
    return wl_check_add(f->set, f->arena + offset, size, id, f->error, sizeof f->error);
}

static bool drop(fixture_t *f, size_t offset, size_t size) {
    return wl_check_remove(f->set, f->arena + offset, size, f->error, sizeof f->error);
}

static void assert_says(const fixture_t *f, const char *words) {
    if (strstr(f->error, words) == NULL)
        fail_msg("'%s' does not say '%s'", f->error, words);
}

static void correct_blocks_of_every_size_pass(void **state) {
    fixture_t *f = *state;
    for (size_t size = 1; size < 20000; size += size < 300 ? 1 : 97) {
        assert_true(add(f, 0, size, size));
        assert_true(add(f, (size + 15) / 16 * 16, size, ~size));
        assert_true(drop(f, 0, size));
        assert_true(drop(f, (size + 15) / 16 * 16, size));
    }
    assert_true(wl_check_empty(f->set, f->error, sizeof f->error));
}

static void overlapping_blocks_are_found(void **state) {
    fixture_t *f = *state;
    assert_true(add(f, 0, 100, 1));
    assert_true(add(f, 96, 100, 2));
    assert_false(drop(f, 0, 100));
    assert_says(f, "overwritten at offset 9"); /* 96, unless both patterns agree there */
    assert_true(drop(f, 96, 100));
}

static void every_overwritten_byte_of_a_small_block_is_found(void **state) {
    fixture_t *f = *state;
    for (size_t at = 0; at < 77; at++) {
        assert_true(add(f, 0, 77, at));
        f->arena[at] ^= 0x80;
        assert_false(drop(f, 0, 77));
    }
}

static void ends_and_samples_of_a_large_block_are_verified(void **state) {
    fixture_t *f = *state;
    static const size_t offsets[] = {0, 63, 4096, 8192, 99999, 99990};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        assert_true(add(f, 0, 100000, i));
        f->arena[offsets[i]] ^= 1;
        assert_false(drop(f, 0, 100000));
    }
}

static void alignment_is_owed_by_size(void **state) {
    fixture_t *f = *state;
    assert_true(add(f, 1, 1, 1));
    assert_true(add(f, 8, 8, 2));
    assert_true(add(f, 24, 15, 3));
    assert_false(add(f, 40, 16, 4));
    assert_says(f, "misaligned: malloc owes 16");
    assert_false(add(f, 44, 8, 5));
    assert_says(f, "misaligned: malloc owes 8");
}

static void a_live_block_handed_out_again_is_found(void **state) {
    fixture_t *f = *state;
    assert_true(add(f, 64, 48, 1));
    assert_false(add(f, 64, 32, 2));
    assert_says(f, "handed out while live with 48 bytes");
}

static void a_block_freed_twice_or_with_another_size_is_found(void **state) {
    fixture_t *f = *state;
    assert_true(add(f, 64, 48, 1));
    assert_false(drop(f, 64, 47));
    assert_says(f, "freed as one of 47 bytes");
    assert_false(drop(f, 64, 48));
    assert_says(f, "was not live");
}

static void a_lost_block_is_named(void **state) {
    fixture_t *f = *state;
    assert_true(add(f, 64, 48, 1));
    assert_true(add(f, 128, 48, 2));
    assert_true(drop(f, 64, 48));
    assert_false(wl_check_empty(f->set, f->error, sizeof f->error));
    assert_says(f, "1 blocks were lost");
    assert_says(f, "of 48 bytes");
}

static void the_set_holds_what_it_was_made_for_through_random_change(void **state) {
    fixture_t *f = *state;
    static bool live[BLOCKS];
    srandom(1);
    for (size_t i = 0; i < BLOCKS; i++) {
        assert_true(add(f, i * 64, 32, i));
        live[i] = true;
    }
    for (size_t i = 0; i < 200000; i++) {
        size_t block = (size_t)random() % BLOCKS;
        assert_true(live[block] ? drop(f, block * 64, 32) : add(f, block * 64, 32, i + BLOCKS));
        live[block] = !live[block];
    }
    for (size_t i = 0; i < BLOCKS; i++)
        assert_true(!live[i] || drop(f, i * 64, 32));
    assert_true(wl_check_empty(f->set, f->error, sizeof f->error));
}

/* Moves a block as realloc does: from `from` to `to` in the arena. */
static bool move(fixture_t *f, size_t from, size_t old_size, size_t to, size_t new_size,
                 size_t spoiled) {
    wl_check_kept_t kept;
    assert_true(wl_check_take(f->set, f->arena + from, old_size, &kept, f->error, sizeof f->error));
    memmove(f->arena + to, f->arena + from, old_size < new_size ? old_size : new_size);
    f->arena[to + spoiled] ^= 0x80;
    return wl_check_moved(f->arena + to, new_size, &kept, f->error, sizeof f->error);
}

static void contents_that_realloc_keeps_pass(void **state) {
    fixture_t *f = *state;
    static const size_t sizes[] = {1, 7, 16, 100, 4095, 4096, 4097, 5000, 8192, 100000, 131072};
    enum { COUNT = sizeof sizes / sizeof sizes[0], ELSEWHERE = 262144, BEYOND = 524288 };
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < COUNT; j++) {
            assert_true(add(f, 0, sizes[i], i * COUNT + j));
            assert_true(move(f, 0, sizes[i], ELSEWHERE, sizes[j], BEYOND));
            assert_true(add(f, ELSEWHERE, sizes[i], i));
            assert_true(move(f, ELSEWHERE, sizes[i], ELSEWHERE, sizes[j], BEYOND));
        }
    }
    assert_true(wl_check_empty(f->set, f->error, sizeof f->error));
}

static void contents_that_realloc_spoils_are_found(void **state) {
    fixture_t *f = *state;
    assert_true(add(f, 0, 100, 1));
    assert_false(move(f, 0, 100, 1024, 200, 99));
    assert_says(f, "lost its contents at offset 99");
    assert_true(add(f, 0, 100, 2));
    assert_false(move(f, 0, 100, 1024, 50, 49));
    assert_says(f, "lost its contents at offset 49 when realloc made it 50 bytes");
    assert_true(add(f, 0, 100, 3));
    assert_true(move(f, 0, 100, 1024, 50, 50)); /* beyond what is kept */
    assert_true(add(f, 0, 100000, 4));
    assert_false(move(f, 0, 100000, 262144, 200000, 99999));
    assert_true(add(f, 0, 100000, 5));
    assert_false(move(f, 0, 100000, 262144, 50000, 4096));
}

static void bytes_of_calloc_that_are_not_zero_are_found(void **state) {
    fixture_t *f = *state;
    memset(f->arena, 0, 10000);
    assert_true(wl_check_zero(f->arena, 10000, f->error, sizeof f->error));
    for (size_t at = 0; at < 10000; at += 101) {
        f->arena[at] = 1;
        assert_false(wl_check_zero(f->arena, 10000, f->error, sizeof f->error));
        assert_true(wl_check_zero(f->arena, at, f->error, sizeof f->error));
        f->arena[at] = 0;
    }
    assert_says(f, "10000 bytes from calloc is not zero at offset 9999");
}

static void an_alignment_that_was_asked_for_is_verified(void **state) {
    fixture_t *f = *state;
    assert_true(wl_check_alignment((void *)8192, 4096, 100, f->error, sizeof f->error));
    assert_true(wl_check_alignment((void *)8224, 32, 100, f->error, sizeof f->error));
    assert_false(wl_check_alignment((void *)8208, 32, 100, f->error, sizeof f->error));
    assert_says(f, "0x2010 of 100 bytes is misaligned: 32 was asked for");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(correct_blocks_of_every_size_pass),
        CASE(overlapping_blocks_are_found),
        CASE(every_overwritten_byte_of_a_small_block_is_found),
        CASE(ends_and_samples_of_a_large_block_are_verified),
        CASE(alignment_is_owed_by_size),
        CASE(a_live_block_handed_out_again_is_found),
        CASE(a_block_freed_twice_or_with_another_size_is_found),
        CASE(a_lost_block_is_named),
        CASE(the_set_holds_what_it_was_made_for_through_random_change),
        CASE(contents_that_realloc_keeps_pass),
        CASE(contents_that_realloc_spoils_are_found),
        CASE(bytes_of_calloc_that_are_not_zero_are_found),
        CASE(an_alignment_that_was_asked_for_is_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
