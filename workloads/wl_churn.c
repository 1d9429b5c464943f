/*
 * Workload churn: short-lived threads. Each allocates a few blocks, frees them, maybe once more,
 * and exits; another follows. Nothing is handed over, all frees are local: what is left of the
 * clock is creation and exit of threads, and what an allocator does at both. Runs in worker
 * threads, one of a lineage at a time, which share nothing. Explained in docs/workloads.md.
 */
#include "dispatch.h"

enum { BLOCKS, TIMES, MIN, MAX, TOUCH };

static const wl_parameter_t churn_parameters[] = {
    [BLOCKS] = {"blocks", "blocks", 100, 1, 1 << 24, NULL, "that a thread allocates, then frees"},
    [TIMES] = {"times", "", 1, 1, 1000000, NULL, "that it does so before it exits"},
    [MIN] = {"min", "bytes", 16, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 1024, 1, 1 << 30, NULL, "largest size; sizes are uniform"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

typedef struct churn_slot {
    void *block;
    uint64_t size_bytes;
} churn_slot_t;

typedef struct churn_state {
    uint64_t random;
    uint64_t life_steps; /* of the living thread, until it exits */
    uint64_t live;       /* slots[0 .. live) hold a block */
    bool freeing;
    churn_slot_t slots[];
} churn_state_t;

/* ---------------------------------------------------------------------------------- hot loops */

wl_inline uint64_t churn_grow(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                              enum wl_mode mode) {
    churn_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    const uint64_t blocks = value[BLOCKS], min = value[MIN], range = value[MAX] - min + 1;
    const uint64_t from = state->live, to = steps < blocks - from ? from + steps : blocks;
    uint64_t random = state->random, bytes = 0;
    for (uint64_t i = from; i < to; i++) {
        uint64_t size = min + wl_random_below((uint32_t)(wl_random(&random) >> 32), range);
        bytes += size;
        state->slots[i].size_bytes = size;
        state->slots[i].block = wl_allocate(thread, size, touch, mode);
    }
    state->random = random;
    state->live = to;
    state->freeing = to == blocks;
    thread->checksum += wl_hash_mallocs(to - from, bytes);
    return to - from;
}

wl_inline uint64_t churn_shrink(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                                enum wl_mode mode) {
    churn_state_t *state = thread->state;
    const uint64_t frees = steps < state->live ? steps : state->live;
    uint64_t live = state->live, bytes = 0;
    for (uint64_t i = 0; i < frees; i++) {
        churn_slot_t slot = state->slots[--live];
        bytes += slot.size_bytes;
        wl_release(thread, slot.block, slot.size_bytes, touch, mode);
    }
    state->live = live;
    state->freeing = live > 0;
    thread->checksum += wl_hash_frees(frees, bytes);
    thread->freed_blocks += frees;
    return frees;
}

wl_inline void churn_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                           enum wl_mode mode) {
    const churn_state_t *state = thread->state;
    while (steps > 0)
        steps -= state->freeing ? churn_shrink(thread, steps, touch, mode)
                                : churn_grow(thread, steps, touch, mode);
}

WL_DISPATCH(churn);

/* ---------------------------------------------------------------------------------- engine */

static uint64_t life_steps(const wl_run_t *run) {
    return 2 * run->values.value[BLOCKS] * run->values.value[TIMES];
}

static enum wl_verdict churn_work(wl_thread_t *thread) {
    churn_state_t *state = thread->state;
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        if (state->life_steps == 0) {
            state->life_steps = life_steps(thread->run);
            return WL_HAND_OVER;
        }
        if (steps > state->life_steps)
            steps = state->life_steps;
        churn_chunk(thread, steps);
        state->life_steps -= steps;
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

static bool churn_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    uint64_t blocks = run->values.value[BLOCKS];
    run->engine_state_bytes = sizeof(churn_state_t) + blocks * sizeof(churn_slot_t);
    run->live_blocks_limit = blocks * run->thread_count;
    return true;
}

static void churn_prepare(wl_thread_t *thread) {
    churn_state_t *state = thread->state;
    state->random = wl_random_seed(thread->run->seed, thread->index);
    state->life_steps = life_steps(thread->run);
}

static uint64_t churn_live_bytes(wl_thread_t *thread) {
    const churn_state_t *state = thread->state;
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < state->live; i++)
        bytes += state->slots[i].size_bytes;
    return bytes;
}

static void churn_drain(wl_thread_t *thread) {
    const churn_state_t *state = thread->state;
    for (uint64_t i = 0; i < state->live; i++)
        wl_release(thread, state->slots[i].block, state->slots[i].size_bytes, WL_TOUCH_NONE,
                   wl_untimed(thread->run));
}

static const wl_engine_t churn_engine = {
    .plan = churn_plan,
    .prepare = churn_prepare,
    .work = churn_work,
    .live_bytes = churn_live_bytes,
    .drain = churn_drain,
};

static bool churn_validate(const wl_values_t *values, char *error, size_t error_bytes) {
    return wl_sizes_valid(values->value[MIN], values->value[MAX], error, error_bytes);
}

const wl_workload_t wl_churn = {
    .name = "churn",
    .summary = "short-lived threads: each allocates and frees a little, and exits",
    .stresses = "what an allocator does when a thread starts and when it exits",
    .parameters = churn_parameters,
    .parameter_count = sizeof churn_parameters / sizeof churn_parameters[0],
    .validate = churn_validate,
    .least_seconds = 0.1, /* a thousand threads and more */
    .engine = &churn_engine,
};
