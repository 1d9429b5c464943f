/*
 * Workload grow: buffers that grow by realloc, as vectors and strings do. Each thread has some, all
 * of which grow at the same time; a step takes a random one: it grows, or, once it has the largest
 * size, it is freed and begins again as a small one. With check=1 what realloc keeps is verified.
 * Runs in worker threads, which share nothing. Explained in docs/workloads.md.
 */
#include <stdio.h>

#include "dispatch.h"

enum { START, END, FACTOR, APPEND, BUFFERS, TOUCH };

static const wl_parameter_t grow_parameters[] = {
    [START] = {"start", "bytes", 16, 1, 1 << 30, NULL, "first size of a buffer"},
    [END] = {"end", "bytes", 256 << 10, 1, 1 << 30, NULL, "last one: after it a new buffer begins"},
    [FACTOR] = {"factor", "%", 200, 100, 100000, NULL,
                "next size in per cent of the one before; 100: by `append` alone"},
    [APPEND] = {"append", "bytes", 16, 1, 1 << 30, NULL, "that a buffer grows by at least"},
    [BUFFERS] = {"buffers", "blocks", 64, 1, 1 << 20, NULL, "that grow at the same time"},
    [TOUCH] = {"touch", "", WL_TOUCH_LINES, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

/* A step is a realloc, or a free and a malloc. */
enum { OPS_PER_STEP = 2 };

typedef struct grow_buffer {
    void *block; /* NULL before the first step */
    uint64_t size_bytes;
} grow_buffer_t;

typedef struct grow_state {
    uint64_t random;
    grow_buffer_t buffers[];
} grow_state_t;

/* ---------------------------------------------------------------------------------- hot loop */

wl_inline uint64_t next_size(const uint64_t *value, uint64_t size_bytes) {
    uint64_t next = size_bytes * value[FACTOR] / 100, least = size_bytes + value[APPEND];
    next = next > least ? next : least;
    return next < value[END] ? next : value[END];
}

wl_inline void grow_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                          enum wl_mode mode) {
    grow_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    uint64_t random = state->random, bytes = 0;
    for (uint64_t i = 0; i < steps; i++) {
        uint64_t number = wl_random_below((uint32_t)(wl_random(&random) >> 32), value[BUFFERS]);
        grow_buffer_t *buffer = &state->buffers[number];
        uint64_t size = buffer->size_bytes;
        if (size < value[END]) {
            buffer->size_bytes = next_size(value, size);
            buffer->block =
                wl_reallocate(thread, buffer->block, size, buffer->size_bytes, touch, mode);
        } else {
            buffer->size_bytes = value[START];
            wl_release(thread, buffer->block, size, touch, mode);
            buffer->block = wl_allocate(thread, buffer->size_bytes, touch, mode);
        }
        bytes += buffer->size_bytes;
    }
    state->random = random;
    thread->checksum += wl_hash_mallocs(steps, bytes) + wl_hash_frees(steps, 0);
    thread->freed_blocks += steps;
}

WL_DISPATCH(grow);

/* ---------------------------------------------------------------------------------- engine */

static void buffers_begin(wl_thread_t *thread) {
    grow_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    for (uint64_t i = 0; i < value[BUFFERS]; i++) {
        state->buffers[i].size_bytes = value[START];
        state->buffers[i].block =
            wl_allocate(thread, value[START], (enum wl_touch)value[TOUCH], wl_untimed(thread->run));
    }
}

static enum wl_verdict grow_work(wl_thread_t *thread) {
    const grow_state_t *state = thread->state;
    if (state->buffers[0].block == NULL)
        buffers_begin(thread);
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        grow_chunk(thread, steps);
        wl_done(thread, steps, steps * OPS_PER_STEP);
    }
    return WL_PHASE_OVER;
}

static bool grow_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    uint64_t buffers = run->values.value[BUFFERS];
    run->engine_state_bytes = sizeof(grow_state_t) + buffers * sizeof(grow_buffer_t);
    run->live_blocks_limit = buffers * run->thread_count;
    for (uint32_t i = 0; i < run->thread_count; i++)
        run->threads[i].ops_per_step = OPS_PER_STEP;
    return true;
}

static void grow_prepare(wl_thread_t *thread) {
    grow_state_t *state = thread->state;
    state->random = wl_random_seed(thread->run->seed, thread->index);
}

static uint64_t grow_live_bytes(wl_thread_t *thread) {
    const grow_state_t *state = thread->state;
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < thread->run->values.value[BUFFERS]; i++)
        bytes += state->buffers[i].size_bytes;
    return bytes;
}

static void grow_drain(wl_thread_t *thread) {
    const grow_state_t *state = thread->state;
    for (uint64_t i = 0; i < thread->run->values.value[BUFFERS]; i++)
        wl_release(thread, state->buffers[i].block, state->buffers[i].size_bytes, WL_TOUCH_NONE,
                   wl_untimed(thread->run));
}

static const wl_engine_t grow_engine = {
    .plan = grow_plan,
    .prepare = grow_prepare,
    .work = grow_work,
    .live_bytes = grow_live_bytes,
    .drain = grow_drain,
};

static bool grow_validate(const wl_values_t *values, char *error, size_t error_bytes) {
    if (values->value[START] <= values->value[END])
        return true;
    snprintf(error, error_bytes, "start=%llu is above end=%llu",
             (unsigned long long)values->value[START], (unsigned long long)values->value[END]);
    return false;
}

const wl_workload_t wl_grow = {
    .name = "grow",
    .summary = "buffers grow by realloc from small to large, many of them at the same time",
    .stresses = "realloc: growing in place or remapping against copying",
    .parameters = grow_parameters,
    .parameter_count = sizeof grow_parameters / sizeof grow_parameters[0],
    .validate = grow_validate,
    .slow_times = 25, /* contents are copied */
    .engine = &grow_engine,
};
