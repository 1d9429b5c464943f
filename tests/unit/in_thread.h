/* Runs a function in a thread of its own, to its end and the thread's. */
#ifndef TEST_IN_THREAD_H
#define TEST_IN_THREAD_H

#include <pthread.h>

/* After cmocka.h. */
static inline void in_thread(void *(*body)(void *), void *argument) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, body, argument), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

#endif
