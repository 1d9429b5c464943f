/*
 * From a run's touch and mode to constants. Included by wl_*.c whose loop is
 *
 *     wl_inline void NAME_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
 *                               enum wl_mode mode);
 *
 * and which have TOUCH, the index of that parameter. WL_DISPATCH(NAME) defines NAME_chunk(thread,
 * steps), which calls it with constant touch and mode, so that the cases that do not apply leave no
 * branch in it. The timed and the checked loop are functions of their own, so that they do not move
 * the registers of the others.
 */
#ifndef DISPATCH_H
#define DISPATCH_H

#include "worker.h"

#define WL_DISPATCH(name)                                                                          \
    static __attribute__((noinline)) void name##_steps_timed(wl_thread_t *thread, uint64_t steps,  \
                                                             enum wl_touch touch) {                \
        name##_steps(thread, steps, touch, WL_LATENCY);                                            \
    }                                                                                              \
    static                                                                                         \
        __attribute__((noinline)) void name##_steps_checked(wl_thread_t *thread, uint64_t steps) { \
        name##_steps(thread, steps, WL_TOUCH_NONE, WL_CHECK);                                      \
    }                                                                                              \
    static void name##_chunk(wl_thread_t *thread, uint64_t steps) {                                \
        enum wl_touch touch = (enum wl_touch)thread->run->values.value[TOUCH];                     \
        if (thread->run->mode == WL_CHECK) {                                                       \
            name##_steps_checked(thread, steps);                                                   \
            return;                                                                                \
        }                                                                                          \
        if (thread->run->mode == WL_LATENCY) {                                                     \
            name##_steps_timed(thread, steps, touch);                                              \
            return;                                                                                \
        }                                                                                          \
        switch (touch) {                                                                           \
        case WL_TOUCH_NONE:                                                                        \
            name##_steps(thread, steps, WL_TOUCH_NONE, WL_PLAIN);                                  \
            break;                                                                                 \
        case WL_TOUCH_FIRST:                                                                       \
            name##_steps(thread, steps, WL_TOUCH_FIRST, WL_PLAIN);                                 \
            break;                                                                                 \
        case WL_TOUCH_LINES:                                                                       \
            name##_steps(thread, steps, WL_TOUCH_LINES, WL_PLAIN);                                 \
            break;                                                                                 \
        case WL_TOUCH_CONSUMER:                                                                    \
            name##_steps(thread, steps, WL_TOUCH_CONSUMER, WL_PLAIN);                              \
            break;                                                                                 \
        case WL_TOUCH_PAGES:                                                                       \
            name##_steps(thread, steps, WL_TOUCH_PAGES, WL_PLAIN);                                 \
            break;                                                                                 \
        }                                                                                          \
    }                                                                                              \
    _Static_assert(sizeof(#name) > 1, "WL_DISPATCH takes a name and a semicolon")

#endif
