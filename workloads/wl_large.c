/*
 * Workload large: mixed with few blocks of 64 KiB to 16 MiB, whose pages are written. Its engine is
 * that of medium, wl_medium.c, but that a thread begins with a block in every place. Runs in worker
 * threads, which share nothing. Explained in docs/workloads.md.
 *
 * Why full: what few blocks take goes up and down by half, and the longer it does, the higher is
 * the highest. One allocator takes a hundred times the steps of another in the same time, and
 * their peaks of memory would say so rather than what they waste. A walk seldom comes back to so
 * much, so that in short runs of as many steps all have the same blocks at their peak; in long ones
 * it does, and only the same number of steps compares.
 */
#include "wl_mixed.h"

static const wl_parameter_t large_parameters[] = {
    [SLOTS] = {"slots", "blocks", 16, 1, 1 << 24, NULL,
               "places per thread; all of them taken at first, then half"},
    [MIN] = {"min", "bytes", 65536, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 16 << 20, 1, 1 << 30, NULL, "largest size; sizes are uniform"},
    [TOUCH] = {"touch", "", WL_TOUCH_PAGES, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

/* A block in every place. No operation of the workload: neither counted nor in the checksum. */
static void places_fill(wl_thread_t *thread) {
    wl_slots_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    const uint64_t range = value[MAX] - value[MIN] + 1;
    for (uint64_t i = 0; i < state->slots; i++) {
        const uint32_t number = (uint32_t)(wl_random(&state->random) >> 32);
        const uint64_t size = value[MIN] + wl_random_below(number, range);
        state->sizes_bytes[i] = (uint32_t)size;
        state->blocks[i] =
            wl_allocate(thread, size, (enum wl_touch)value[TOUCH], wl_untimed(thread->run));
    }
}

static enum wl_verdict large_work(wl_thread_t *thread) {
    wl_slots_t *state = thread->state;
    if (!state->filled) {
        state->filled = true;
        places_fill(thread);
    }
    return wl_medium_engine.work(thread);
}

static const wl_engine_t large_engine = {
    .plan = wl_mixed_plan,
    .prepare = wl_mixed_prepare,
    .work = large_work,
    .live_bytes = wl_mixed_live_bytes,
    .drain = wl_mixed_drain,
};

const wl_workload_t wl_large = {
    .name = "large",
    .summary = "mixed with few blocks of 64 KiB to 16 MiB, every page of them written",
    .stresses = "mapping and unmapping against keeping: system calls, page faults, retained memory",
    .parameters = large_parameters,
    .parameter_count = sizeof large_parameters / sizeof large_parameters[0],
    .validate = wl_mixed_validate,
    .least_seconds = 0.1, /* some hundred operations */
    .slow_times = 1000,   /* thousands of pages are written for one */
    .engine = &large_engine,
};
