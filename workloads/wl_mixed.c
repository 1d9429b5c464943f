/*
 * Workload mixed: every thread frees and allocates at random in a table of its own. One step picks
 * a slot: a taken one is freed, an empty one gets a block of random size, so that about half of the
 * slots are taken. After the predecessor project's random-mixed benchmark. Runs in worker threads,
 * which share nothing. Explained in docs/workloads.md.
 */
#include "wl_mixed.h"

static const wl_parameter_t mixed_parameters[] = {
    [SLOTS] = {"slots", "blocks", 8192, 1, 1 << 24, NULL, "places per thread; half of them taken"},
    [MIN] = {"min", "bytes", 257, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 768, 1, 1 << 30, NULL, "largest size; sizes are uniform"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_choices, wl_touch_help},
};

/* ---------------------------------------------------------------------------------- dispatch */

/* Apart from the others, so that their code is what it is without it. */
static __attribute__((noinline)) void mixed_steps_timed(wl_thread_t *thread, uint64_t steps,
                                                        enum wl_touch touch) {
    wl_touch_is_not_pages(touch);
    wl_mixed_steps(thread, steps, touch, WL_LATENCY);
}

static void mixed_chunk(wl_thread_t *thread, uint64_t steps) {
    enum wl_touch touch = (enum wl_touch)thread->run->values.value[TOUCH];
    if (thread->run->mode == WL_CHECK) {
        wl_mixed_steps(thread, steps, touch, WL_CHECK);
        return;
    }
    if (thread->run->mode == WL_LATENCY) {
        mixed_steps_timed(thread, steps, touch);
        return;
    }
    switch (touch) {
    case WL_TOUCH_NONE:
        wl_mixed_steps(thread, steps, WL_TOUCH_NONE, WL_PLAIN);
        break;
    case WL_TOUCH_FIRST:
        wl_mixed_steps(thread, steps, WL_TOUCH_FIRST, WL_PLAIN);
        break;
    case WL_TOUCH_LINES:
        wl_mixed_steps(thread, steps, WL_TOUCH_LINES, WL_PLAIN);
        break;
    case WL_TOUCH_CONSUMER:
        wl_mixed_steps(thread, steps, WL_TOUCH_CONSUMER, WL_PLAIN);
        break;
    case WL_TOUCH_PAGES:
        break; /* not among the choices of `touch` */
    }
}

/* ---------------------------------------------------------------------------------- engine */

bool wl_mixed_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    uint64_t slots = run->values.value[SLOTS];
    run->engine_state_bytes = sizeof(wl_slots_t) + slots * (sizeof(void *) + sizeof(uint32_t));
    run->live_blocks_limit = slots * run->thread_count;
    return true;
}

void wl_mixed_prepare(wl_thread_t *thread) {
    wl_slots_t *state = thread->state;
    state->random = wl_random_seed(thread->run->seed, thread->index);
    state->slots = thread->run->values.value[SLOTS];
    state->blocks = (void **)(state + 1);
    state->sizes_bytes = (uint32_t *)(state->blocks + state->slots);
}

static enum wl_verdict mixed_work(wl_thread_t *thread) {
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        mixed_chunk(thread, steps);
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

uint64_t wl_mixed_live_bytes(wl_thread_t *thread) {
    const wl_slots_t *state = thread->state;
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < state->slots; i++)
        bytes += state->blocks[i] != NULL ? state->sizes_bytes[i] : 0;
    return bytes;
}

void wl_mixed_drain(wl_thread_t *thread) {
    wl_slots_t *state = thread->state;
    for (uint64_t i = 0; i < state->slots; i++)
        if (state->blocks[i] != NULL)
            wl_release(thread, state->blocks[i], state->sizes_bytes[i], WL_TOUCH_NONE,
                       wl_untimed(thread->run));
}

static const wl_engine_t mixed_engine = {
    .plan = wl_mixed_plan,
    .prepare = wl_mixed_prepare,
    .work = mixed_work,
    .live_bytes = wl_mixed_live_bytes,
    .drain = wl_mixed_drain,
};

bool wl_mixed_validate(const wl_values_t *values, char *error, size_t error_bytes) {
    return wl_sizes_valid(values->value[MIN], values->value[MAX], error, error_bytes);
}

const wl_workload_t wl_mixed = {
    .name = "mixed",
    .summary = "each thread frees and allocates blocks of random size in a table of its own",
    .stresses = "the local fast path of malloc and free, and how compactly live blocks lie",
    .parameters = mixed_parameters,
    .parameter_count = sizeof mixed_parameters / sizeof mixed_parameters[0],
    .validate = wl_mixed_validate,
    .engine = &mixed_engine,
};
