/* Remote target queue, thread exit and fork: no block is lost, whoever frees it and whenever. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "allocator/backend.h"
#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "allocator/spill.h"
#include "fault.h"
#include "in_thread.h"

enum { BLOCKS = 1000 };

static void *block[BLOCKS];

static void *blocks_free(void *size) {
    (void)size;
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    return NULL;
}

static void *blocks_allocate(void *size) {
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = hak_malloc((size_t)(uintptr_t)size);
        memset(block[i], i, 8);
    }
    return NULL;
}

/* Blocks of a class that are free in the slabs of a heap. */
static size_t free_in_slabs(hak_heap_t *heap, size_t size) {
    size_t class_id = hak_lane_offset_of(size) / HAK_LANE_OFFSET(1);
    size_t count = 0;
    for (const hak_slab_t *slab = heap->tiny[hak_classes[class_id].backend_class]; slab != NULL;
         slab = slab->next)
        count += slab->free_blocks;
    return count;
}

static bool block_is_known(const void *address, void **known) {
    for (int i = 0; i < BLOCKS; i++) {
        if (known[i] == address)
            return true;
    }
    return false;
}

static void blocks_freed_elsewhere_come_back_to_their_owner(void **state) {
    (void)state;
    static void *known[BLOCKS];
    (void)blocks_allocate((void *)720);
    memcpy(known, block, sizeof known);
    in_thread(blocks_free, NULL);
    /* The other thread has exited, so all of them are on their way or home: the next allocations
     * find them again, but for those of slabs that went back whole. */
    int found = 0;
    (void)blocks_allocate((void *)720);
    for (int i = 0; i < BLOCKS; i++)
        found += block_is_known(block[i], known);
    assert_true(found > BLOCKS / 2);
    (void)blocks_free(NULL);
}

static void *heap_id(void *id) {
    hak_free(hak_malloc(1));
    *(uint32_t *)id = hak_thread_heap->front.id;
    return NULL;
}

/* A heap without a thread stands in for another thread's: the outbox belongs to whoever frees. */
static hak_heap_t *sender_heap(void) {
    uint32_t id = 0;
    in_thread(heap_id, &id);
    return hak_heap_by_id(id);
}

static void a_sender_publishes_full_chunks_only(void **state) {
    (void)state;
    hak_heap_t *owner = hak_thread_heap;
    hak_spill_all(owner, 0);
    void *few[8];
    for (int i = 0; i < 8; i++)
        few[i] = hak_malloc(48);
    hak_outbox_t *outbox;
    {
        hak_heap_t *sender = sender_heap();
        for (int i = 0; i < 8; i++)
            hak_remote_send(sender, hak_map_entry(few[i]), few[i]);
        outbox = hak_heap_outbox(sender, owner->front.id);
        assert_int_equal(outbox->top - outbox->chunk->block, 8);
        assert_null(atomic_load(&owner->inbox));
        hak_remote_flush(sender);
    }
    assert_null(outbox->chunk);
    assert_non_null(atomic_load(&owner->inbox));
    assert_true(hak_remote_receive(owner));
    assert_false(hak_remote_receive(owner));
}

static void an_outbox_is_bounded_in_bytes(void **state) {
    (void)state;
    hak_heap_t *owner = hak_thread_heap;
    hak_heap_t *sender = sender_heap();
    hak_spill_all(owner, 0);
    size_t size = 32768;
    size_t sent = 0;
    while (atomic_load(&owner->inbox) == NULL) {
        void *big = hak_malloc(size);
        hak_remote_send(sender, hak_map_entry(big), big);
        sent += size;
    }
    assert_true(sent <= (size_t)HAK_OUTBOX_BYTES + size);
    hak_spill_all(owner, 0);
}

/* Of one thread's blocks, which another one frees one by one. */
typedef struct foreign_frees {
    uint32_t owner;
    size_t count;
    void **block;
    size_t published; /* frees after which its outbox was empty */
    bool waits;       /* something is in it after the last */
} foreign_frees_t;

static void *frees_one_by_one(void *of) {
    foreign_frees_t *frees = of;
    hak_free(hak_malloc(1));
    const hak_outbox_t *outbox = hak_heap_outbox(hak_thread_heap, frees->owner);
    for (size_t i = 0; i < frees->count; i++) {
        hak_free(frees->block[i]);
        frees->waits = outbox->chunk != NULL;
        frees->published += !frees->waits;
    }
    return NULL;
}

static foreign_frees_t freed_one_by_one(void **blocks, size_t count) {
    foreign_frees_t frees = {.owner = hak_thread_heap->front.id, .count = count, .block = blocks};
    in_thread(frees_one_by_one, &frees);
    return frees;
}

static void free_publishes_what_fills_an_outbox(void **state) {
    (void)state;
    enum { SIZE = 1024, EXACTLY = HAK_OUTBOX_BYTES / SIZE };
    void *even[EXACTLY + 1];
    for (size_t i = 0; i < EXACTLY + 1; i++)
        even[i] = hak_malloc(SIZE);
    assert_int_equal(hak_malloc_usable_size(even[0]), SIZE);
    foreign_frees_t exactly = freed_one_by_one(even, EXACTLY);
    assert_int_equal(exactly.published, 1);
    assert_false(exactly.waits);
    void *last[] = {even[EXACTLY], hak_malloc(HAK_OUTBOX_BYTES)};
    foreign_frees_t beyond = freed_one_by_one(last, 2);
    assert_int_equal(beyond.published, 1);
    assert_false(beyond.waits);
    hak_spill_all(hak_thread_heap, 0);
}

/* Sent home twice; between the two its slab, in which it was the only one, is given back. */
static void come_home_twice(void) {
    hak_heap_t *owner = hak_thread_heap;
    hak_heap_t *sender = sender_heap();
    hak_spill_all(owner, 0);
    void *twice = hak_malloc(1000);
    const uint32_t entry = hak_map_entry(twice);
    for (int i = 0; i < 2; i++) {
        hak_remote_send(sender, entry, twice);
        hak_remote_flush(sender);
        (void)hak_remote_receive(owner);
        hak_spill_lanes(owner);
        hak_lock(&owner->lock);
        hak_backend_trim(owner, 0);
        hak_unlock(&owner->lock);
    }
}

static void a_block_without_its_slab_does_not_come_home(void **state) {
    (void)state;
    assert_true(aborts_with(come_home_twice, "double free: its slab was given back"));
}

/* What a sleeping owner leaves lying is drained into its slabs by the senders. */
static void a_sleeping_owner_strands_no_more_than_the_bound(void **state) {
    (void)state;
    hak_heap_t *owner = hak_thread_heap;
    hak_heap_t *sender = sender_heap();
    enum { MANY = 4000 };
    size_t size = 1024;
    void **many = calloc(MANY, sizeof many[0]);
    hak_spill_all(owner, 0);
    for (int i = 0; i < MANY; i++)
        many[i] = hak_malloc(size);
    for (int i = 0; i < MANY; i++)
        hak_remote_send(sender, hak_map_entry(many[i]), many[i]);
    hak_remote_flush(sender);
    size_t waiting = 0;
    for (hak_chunk_t *chunk = atomic_load(&owner->inbox); chunk != NULL; chunk = chunk->next)
        waiting += chunk->bytes;
    assert_true(waiting <= HAK_INBOX_BYTES + 2 * (size_t)HAK_OUTBOX_BYTES);
    free(many);
    hak_spill_all(owner, 0);
}

static void *half_free(void *first) {
    for (int i = (int)(intptr_t)first; i < BLOCKS; i += 2)
        hak_free(block[i]);
    return NULL;
}

/* Sweeps come at most every 100 ms. */
static void sweep_later(void) {
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
    hak_heaps_sweep(false);
}

/* All blocks of a class are in use, then half of them wait for their owner, which has been seen to
 * have some waiting. */
static hak_heap_t *half_wait(void) {
    hak_heap_t *owner = hak_thread_heap;
    (void)blocks_allocate((void *)208);
    hak_spill_all(owner, 0);
    in_thread(half_free, (void *)0);
    sweep_later();
    assert_non_null(atomic_load(&owner->inbox));
    return owner;
}

/* Though more comes all the time. Slabs that are empty then go as well. */
static void what_an_owner_does_not_take_between_two_sweeps_is_drained(void **state) {
    (void)state;
    hak_heap_t *owner = half_wait();
    in_thread(half_free, (void *)1);
    sweep_later();
    assert_null(atomic_load(&owner->inbox));
    assert_int_equal(free_in_slabs(owner, 208), 0);
    assert_int_equal(hak_map_entry(block[0]), 0);
}

static void an_owner_that_takes_keeps_what_waits(void **state) {
    (void)state;
    hak_heap_t *owner = half_wait();
    assert_true(hak_remote_receive(owner));
    in_thread(half_free, (void *)1);
    sweep_later();
    assert_non_null(atomic_load(&owner->inbox));
    while (hak_remote_receive(owner))
        ;
    hak_spill_all(owner, 0);
}

static void the_next_thread_inherits_the_heap(void **state) {
    (void)state;
    uint32_t first = 0, second = 0;
    in_thread(heap_id, &first);
    in_thread(heap_id, &second);
    assert_int_not_equal(first, 0);
    assert_int_equal(first, second);
}

static void ten_thousand_threads_use_few_heaps(void **state) {
    (void)state;
    uint32_t before = hak_heap_highest_id();
    for (int i = 0; i < 10000; i++) {
        uint32_t id;
        in_thread(heap_id, &id);
    }
    assert_true(hak_heap_highest_id() <= before + 1);
}

static void blocks_of_an_exited_thread_go_to_its_slabs(void **state) {
    (void)state;
    in_thread(blocks_allocate, (void *)208);
    for (int i = 0; i < BLOCKS; i++)
        assert_int_equal(*(unsigned char *)block[i], i & 0xff);
    hak_heap_t *heir = hak_heap_by_id(hak_map_entry(block[0]) >> 16);
    assert_int_equal(atomic_load(&heir->state), HAK_HEAP_IDLE);
    size_t before = free_in_slabs(heir, 208);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
    hak_remote_flush(hak_thread_heap);
    assert_null(atomic_load(&heir->inbox));
    /* Slabs that became empty went back to the pool, but one a class stays. */
    assert_true(free_in_slabs(heir, 208) > before);
}

static void the_sweep_empties_the_lanes_of_idle_heaps(void **state) {
    (void)state;
    uint32_t id = 0;
    in_thread(heap_id, &id);
    hak_heap_t *idle = hak_heap_by_id(id);
    hak_heaps_sweep(true);
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++) {
        const hak_lane_t *lane = hak_heap_lane(idle, class_id);
        assert_ptr_equal(lane->top, hak_lane_first(lane));
    }
}

static void *late_use(void *argument) {
    (void)argument;
    void *early = hak_malloc(500);
    /* As after the destructor of the exit key. */
    hak_heap_t *heap = hak_thread_heap;
    hak_free(early);
    return heap;
}

static pthread_key_t late_key;

static void late_destructor(void *value) {
    hak_free(value);
    for (int i = 0; i < 100; i++)
        block[i] = hak_malloc(64 + (size_t)i);
    for (int i = 0; i < 100; i += 2)
        hak_free(block[i]);
    /* Come again, after everybody else's destructors. */
    static int rounds;
    if (++rounds < 4)
        (void)pthread_setspecific(late_key, hak_malloc(10));
}

static void *with_late_destructor(void *argument) {
    (void)pthread_setspecific(late_key, hak_malloc(10));
    return late_use(argument);
}

static void destructors_after_ours_still_allocate_and_free(void **state) {
    (void)state;
    assert_int_equal(pthread_key_create(&late_key, late_destructor), 0);
    in_thread(with_late_destructor, NULL);
    for (int i = 1; i < 100; i += 2)
        hak_free(block[i]);
    pthread_key_delete(late_key);
}

static atomic_bool churn_stop;

static void *churn(void *argument) {
    uint64_t random = (uintptr_t)argument * 0x9e3779b97f4a7c15u + 1;
    void *mine[64] = {0};
    while (!atomic_load_explicit(&churn_stop, memory_order_relaxed)) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        hak_free(mine[random % 64]);
        mine[random % 64] = hak_malloc(1 + (random >> 20) % 3000);
    }
    for (int i = 0; i < 64; i++)
        hak_free(mine[i]);
    return NULL;
}

static void a_child_of_fork_allocates_while_others_were_busy(void **state) {
    (void)state;
    pthread_t thread[3];
    atomic_store(&churn_stop, false);
    for (uintptr_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, churn, (void *)(i + 1)), 0);
    for (int i = 0; i < 50; i++) {
        pid_t child = fork();
        if (child == 0) {
            for (size_t size = 1; size < 100000; size += 777)
                hak_free(memset(hak_malloc(size), 1, size));
            for (int j = 0; j < BLOCKS; j++)
                block[j] = hak_malloc(300);
            for (int j = 0; j < BLOCKS; j++)
                hak_free(block[j]);
            _exit(hak_malloc_trim(0) >= 0 ? 0 : 1);
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    atomic_store(&churn_stop, true);
    for (int i = 0; i < 3; i++)
        pthread_join(thread[i], NULL);
}

static int heap_enter(void **state) {
    (void)state;
    return hak_thread_enter() == NULL ? -1 : 0;
}

/* Two threads free each other's blocks and exit, both at the same time. */
typedef struct exchange {
    pthread_barrier_t *barrier;
    void **mine, **others;
} exchange_t;

static void *free_the_others_and_exit(void *argument) {
    const exchange_t *exchange = argument;
    for (int i = 0; i < BLOCKS; i++)
        exchange->mine[i] = hak_malloc(512);
    pthread_barrier_wait(exchange->barrier);
    for (int i = 0; i < BLOCKS; i++)
        hak_free(exchange->others[i]);
    return NULL;
}

/* A chunk may be on its way to a thread that is just exiting: then one of both takes care of it. */
static void nothing_waits_for_a_thread_that_has_exited(void **state) {
    (void)state;
    static void *blocks[2][BLOCKS];
    for (int round = 0; round < 300; round++) {
        pthread_t thread[2];
        pthread_barrier_t barrier;
        assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
        exchange_t exchange[2] = {{&barrier, blocks[0], blocks[1]},
                                  {&barrier, blocks[1], blocks[0]}};
        for (int i = 0; i < 2; i++)
            assert_int_equal(
                pthread_create(&thread[i], NULL, free_the_others_and_exit, &exchange[i]), 0);
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_join(thread[i], NULL), 0);
        pthread_barrier_destroy(&barrier);
        for (uint32_t id = 1; id <= hak_heap_highest_id(); id++) {
            hak_heap_t *heap = hak_heap_by_id(id);
            if (atomic_load(&heap->state) == HAK_HEAP_IDLE)
                assert_null(atomic_load(&heap->inbox));
        }
    }
}

int main(void) {
    setenv("HAKMEM_PURGE_MS", "3600000", 1); /* nobody sweeps but the tests */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_freed_elsewhere_come_back_to_their_owner),
        cmocka_unit_test(a_sender_publishes_full_chunks_only),
        cmocka_unit_test(an_outbox_is_bounded_in_bytes),
        cmocka_unit_test(free_publishes_what_fills_an_outbox),
        cmocka_unit_test(a_block_without_its_slab_does_not_come_home),
        cmocka_unit_test(a_sleeping_owner_strands_no_more_than_the_bound),
        cmocka_unit_test(what_an_owner_does_not_take_between_two_sweeps_is_drained),
        cmocka_unit_test(an_owner_that_takes_keeps_what_waits),
        cmocka_unit_test(the_next_thread_inherits_the_heap),
        cmocka_unit_test(nothing_waits_for_a_thread_that_has_exited),
        cmocka_unit_test(ten_thousand_threads_use_few_heaps),
        cmocka_unit_test(blocks_of_an_exited_thread_go_to_its_slabs),
        cmocka_unit_test(the_sweep_empties_the_lanes_of_idle_heaps),
        cmocka_unit_test(destructors_after_ours_still_allocate_and_free),
        cmocka_unit_test(a_child_of_fork_allocates_while_others_were_busy),
    };
    return cmocka_run_group_tests(tests, heap_enter, NULL);
}
