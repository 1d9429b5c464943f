/*
 * Workload burst: a thread allocates a number of blocks of one size and frees all of them again, in
 * the order in which they came, in the opposite one, or in a random one. Runs in worker threads,
 * which share nothing. Explained in docs/workloads.md.
 */
#include "dispatch.h"

enum { BLOCKS, SIZE, ORDER, TOUCH };
enum { LIFO, FIFO, SHUFFLED }; /* indexes of the choices of `order` */

static const char *const orders[] = {"lifo", "fifo", "random", NULL};

static const wl_parameter_t burst_parameters[] = {
    [BLOCKS] = {"blocks", "blocks", 1000, 1, 1 << 24, NULL, "allocated before the first is freed"},
    [SIZE] = {"size", "bytes", 64, 1, 1 << 30, NULL, "of every block; 16 to 512 is usual"},
    [ORDER] = {"order", "", LIFO, 0, 0, orders, "frees the newest, the oldest, or a random one"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

/* blocks[first .. end) are live. While a burst grows first is 0. */
typedef struct burst_state {
    uint64_t random;
    uint64_t first, end;
    bool freeing;
    void *blocks[];
} burst_state_t;

/* ---------------------------------------------------------------------------------- hot loops */

/* Up to `steps` more blocks of the burst; returns how many. */
wl_inline uint64_t burst_grow(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                              enum wl_mode mode) {
    burst_state_t *state = thread->state;
    const uint64_t blocks = thread->run->values.value[BLOCKS];
    const uint64_t size = thread->run->values.value[SIZE];
    const uint64_t from = state->end, to = steps < blocks - from ? from + steps : blocks;
    for (uint64_t i = from; i < to; i++)
        state->blocks[i] = wl_allocate(thread, size, touch, mode);
    state->end = to;
    state->freeing = to == blocks;
    thread->checksum += wl_hash_mallocs(to - from, (to - from) * size);
    return to - from;
}

/* Frees up to `steps` of them; returns how many. */
wl_inline uint64_t burst_shrink(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                                enum wl_mode mode) {
    burst_state_t *state = thread->state;
    const uint64_t size = thread->run->values.value[SIZE];
    const uint64_t live = state->end - state->first, frees = steps < live ? steps : live;
    void **const blocks = state->blocks;
    uint64_t first = state->first, end = state->end, random = state->random;
    switch (thread->run->values.value[ORDER]) {
    case LIFO:
        for (uint64_t i = 0; i < frees; i++)
            wl_release(thread, blocks[--end], size, touch, mode);
        break;
    case FIFO:
        for (uint64_t i = 0; i < frees; i++)
            wl_release(thread, blocks[first++], size, touch, mode);
        break;
    case SHUFFLED:
        for (uint64_t i = 0; i < frees; i++) {
            uint64_t place = wl_random_below((uint32_t)(wl_random(&random) >> 32), end);
            void *block = blocks[place];
            blocks[place] = blocks[--end];
            wl_release(thread, block, size, touch, mode);
        }
        break;
    }
    state->random = random;
    state->freeing = first != end;
    state->first = state->freeing ? first : 0;
    state->end = state->freeing ? end : 0;
    thread->checksum += wl_hash_frees(frees, frees * size);
    thread->freed_blocks += frees;
    return frees;
}

wl_inline void burst_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                           enum wl_mode mode) {
    const burst_state_t *state = thread->state;
    while (steps > 0)
        steps -= state->freeing ? burst_shrink(thread, steps, touch, mode)
                                : burst_grow(thread, steps, touch, mode);
}

WL_DISPATCH(burst);

/* ---------------------------------------------------------------------------------- engine */

static bool burst_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    uint64_t blocks = run->values.value[BLOCKS];
    run->engine_state_bytes = sizeof(burst_state_t) + blocks * sizeof(void *);
    run->live_blocks_limit = blocks * run->thread_count;
    return true;
}

static void burst_prepare(wl_thread_t *thread) {
    burst_state_t *state = thread->state;
    state->random = wl_random_seed(thread->run->seed, thread->index);
}

static enum wl_verdict burst_work(wl_thread_t *thread) {
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        burst_chunk(thread, steps);
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

static uint64_t burst_live_bytes(wl_thread_t *thread) {
    const burst_state_t *state = thread->state;
    return (state->end - state->first) * thread->run->values.value[SIZE];
}

static void burst_drain(wl_thread_t *thread) {
    const burst_state_t *state = thread->state;
    for (uint64_t i = state->first; i < state->end; i++)
        wl_release(thread, state->blocks[i], thread->run->values.value[SIZE], WL_TOUCH_NONE,
                   wl_untimed(thread->run));
}

static const wl_engine_t burst_engine = {
    .plan = burst_plan,
    .prepare = burst_prepare,
    .work = burst_work,
    .live_bytes = burst_live_bytes,
    .drain = burst_drain,
};

const wl_workload_t wl_burst = {
    .name = "burst",
    .summary = "each thread allocates many blocks of one size, then frees all of them",
    .stresses = "filling and flushing of thread caches, and what the order of frees does to them",
    .parameters = burst_parameters,
    .parameter_count = sizeof burst_parameters / sizeof burst_parameters[0],
    .engine = &burst_engine,
};
