/* A thread that begins while the one whose work it goes on with still lives. */
#ifndef TEST_SUCCESSION_H
#define TEST_SUCCESSION_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "allocator/hakmem.h"
#include "allocator/heap.h"
#include "in_thread.h"

enum { SUCCESSION_BYTES = 10000, SUCCESSION_BLOCKS = 100 };

typedef struct succession {
    size_t predecessor_blocks, successor_blocks; /* in use, each in slabs of its own thread's */
    uint32_t slow_calls;                         /* of the successor, before the other exits */
    void *left[SUCCESSION_BLOCKS];               /* by the predecessor */
    pthread_t predecessor;
    pthread_barrier_t both_work, successor_began;
    const hak_heap_t *predecessor_heap, *first_heap, *last_heap;
} succession_t;

static inline void succession_allocate(void **block, size_t count) {
    for (size_t i = 0; i < count; i++)
        block[i] = memset(hak_malloc(SUCCESSION_BYTES), 1, SUCCESSION_BYTES);
}

static inline void succession_free(void **block, size_t count) {
    for (size_t i = 0; i < count; i++)
        hak_free(block[i]);
}

static inline void *succession_predecessor(void *argument) {
    succession_t *succession = argument;
    succession_allocate(succession->left, succession->predecessor_blocks);
    succession->predecessor_heap = hak_thread_heap;
    (void)pthread_barrier_wait(&succession->both_work);
    (void)pthread_barrier_wait(&succession->successor_began);
    return NULL;
}

static inline void *succession_successor(void *argument) {
    succession_t *succession = argument;
    void *block[SUCCESSION_BLOCKS];
    (void)pthread_barrier_wait(&succession->both_work);
    char *mine = memset(hak_malloc(100), 7, 100);
    succession_allocate(block, succession->successor_blocks);
    for (uint32_t i = 0; i < succession->slow_calls; i++)
        hak_free(hak_malloc(HAK_LANE_MAX_BYTES + 1));
    succession->first_heap = hak_thread_heap;
    (void)pthread_barrier_wait(&succession->successor_began);
    assert_int_equal(pthread_join(succession->predecessor, NULL), 0);
    hak_free(hak_malloc(3000)); /* a class that it has not used */
    succession->last_heap = hak_thread_heap;
    assert_true(mine[0] == 7 && mine[99] == 7);
    hak_free(mine);
    succession_free(block, succession->successor_blocks);
    succession_free(succession->left, succession->predecessor_blocks);
    return NULL;
}

static inline succession_t succeed(succession_t succession) {
    (void)hak_malloc_trim(0);
    assert_int_equal(pthread_barrier_init(&succession.both_work, NULL, 2), 0);
    assert_int_equal(pthread_barrier_init(&succession.successor_began, NULL, 2), 0);
    assert_int_equal(
        pthread_create(&succession.predecessor, NULL, succession_predecessor, &succession), 0);
    in_thread(succession_successor, &succession);
    pthread_barrier_destroy(&succession.both_work);
    pthread_barrier_destroy(&succession.successor_began);
    assert_ptr_not_equal(succession.first_heap, succession.predecessor_heap);
    return succession;
}

#endif
