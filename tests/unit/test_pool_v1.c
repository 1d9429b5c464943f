/* Pool v1: what waits in the stacks, and classes that nobody uses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "allocator/backend.h"
#include "allocator/heap.h"
#include "allocator/superslab.h"

enum { BLOCKS = 8, SECONDS_MOST = 60 };

static int heap_enter(void **state) {
    (void)state;
    return hak_thread_enter() == NULL ? -1 : 0;
}

/* Its lock would make a page resident in a process that uses none of them. */
static void a_class_that_was_never_used_is_not_even_locked(void **state) {
    (void)state;
    alarm(SECONDS_MOST); /* whoever takes one of these waits for ever */
    hak_pool_v1_lock_all();
    hak_pool_v1_decay(false);
    hak_pool_v1_decay(true);
    assert_int_equal(hak_pool_v1_waiting_bytes(), 0);
    hak_pool_v1_unlock_all();
    alarm(0);
}

static uint32_t first_class(void) {
    uint32_t class_id = 1;
    while (hak_classes[class_id].backend != HAK_BACKEND_POOL_V1)
        class_id++;
    return class_id;
}

typedef struct search {
    uint32_t class_id;
    bool found;
} search_t;

static void look(const hak_slab_t *run, void *context) {
    search_t *search = context;
    search->found |= run->class_id == search->class_id;
}

static bool has_slab(uint32_t class_id) {
    search_t search = {.class_id = class_id};
    hak_pool_walk(look, &search);
    return search.found;
}

static void what_waits_unused_between_two_looks_goes_to_its_slabs(void **state) {
    (void)state;
    const uint32_t class_id = first_class();
    const size_t bytes = (size_t)BLOCKS * hak_classes[class_id].stride_bytes;
    void *block[BLOCKS];
    size_t taken = 0;
    while (taken < BLOCKS) {
        const size_t got = hak_pool_v1_take(class_id, block + taken, BLOCKS - taken);
        assert_true(got > 0);
        taken += got;
    }
    hak_pool_v1_put(class_id, block, BLOCKS);
    assert_int_equal(hak_pool_v1_waiting_bytes(), bytes);
    hak_pool_v1_decay(false); /* before it, none waited */
    assert_int_equal(hak_pool_v1_waiting_bytes(), bytes);
    hak_pool_v1_decay(false);
    assert_int_equal(hak_pool_v1_waiting_bytes(), 0);
    assert_true(has_slab(class_id));
    hak_pool_v1_decay(true); /* and its slab to the pool */
    assert_false(has_slab(class_id));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_that_was_never_used_is_not_even_locked), /* first */
        cmocka_unit_test(what_waits_unused_between_two_looks_goes_to_its_slabs),
    };
    return cmocka_run_group_tests_name("pool_v1", tests, heap_enter, NULL);
}
