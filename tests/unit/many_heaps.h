/* Threads that each have a heap and wait, for tests of what one of many may keep. */
#ifndef TEST_MANY_HEAPS_H
#define TEST_MANY_HEAPS_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "allocator/hakmem.h"

enum { MANY_HEAPS = 40 };

static pthread_t many_heaps_thread[MANY_HEAPS];
static pthread_barrier_t many_heaps_ready, many_heaps_over;

static inline void *many_heaps_wait(void *unused) {
    hak_free(hak_malloc(1));
    (void)pthread_barrier_wait(&many_heaps_ready);
    (void)pthread_barrier_wait(&many_heaps_over);
    return unused;
}

/* Returns once all of them have heaps. */
static inline void many_heaps_begin(void) {
    assert_int_equal(pthread_barrier_init(&many_heaps_ready, NULL, MANY_HEAPS + 1), 0);
    assert_int_equal(pthread_barrier_init(&many_heaps_over, NULL, MANY_HEAPS + 1), 0);
    for (int i = 0; i < MANY_HEAPS; i++)
        assert_int_equal(pthread_create(&many_heaps_thread[i], NULL, many_heaps_wait, NULL), 0);
    (void)pthread_barrier_wait(&many_heaps_ready);
}

/* Returns once all of them are gone. */
static inline void many_heaps_end(void) {
    (void)pthread_barrier_wait(&many_heaps_over);
    for (int i = 0; i < MANY_HEAPS; i++)
        assert_int_equal(pthread_join(many_heaps_thread[i], NULL), 0);
    pthread_barrier_destroy(&many_heaps_ready);
    pthread_barrier_destroy(&many_heaps_over);
}

#endif
