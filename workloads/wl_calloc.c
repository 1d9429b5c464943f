/*
 * Workload calloc: as mixed, with blocks from calloc and skewed sizes, from small to large. With
 * check=1 every byte must be zero when a block is handed out; blocks are freed full of other bytes.
 * Runs in worker threads, which share nothing. Explained in docs/workloads.md.
 */
#include "dispatch.h"
#include "wl_mixed.h"

static const wl_parameter_t calloc_parameters[] = {
    [SLOTS] = {"slots", "blocks", 4096, 1, 1 << 24, NULL, "places per thread; half of them taken"},
    [MIN] = {"min", "bytes", 16, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 65536, 1, 1 << 30, NULL,
             "largest size; each doubling is half as likely as the one below"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

wl_inline void calloc_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                            enum wl_mode mode) {
    wl_slots_t *state = thread->state;
    const uint64_t slots = state->slots;
    const uint64_t min = thread->run->values.value[MIN], max = thread->run->values.value[MAX];
    void **const blocks = state->blocks;
    uint32_t *const sizes = state->sizes_bytes;
    uint64_t random = state->random, bytes = 0, freed = 0;

    for (uint64_t i = 0; i < steps; i++) {
        uint64_t slot = wl_random_below((uint32_t)wl_random(&random), slots);
        void *block = blocks[slot];
        if (block != NULL) {
            blocks[slot] = NULL;
            freed++;
            wl_release(thread, block, sizes[slot], touch, mode);
        } else {
            uint64_t size = wl_random_skewed(wl_random(&random), min, max);
            bytes += size;
            sizes[slot] = (uint32_t)size;
            blocks[slot] = wl_allocate_zeroed(thread, size, touch, mode);
        }
    }
    state->random = random;
    thread->checksum += wl_hash_mallocs(steps - freed, bytes) + wl_hash_frees(freed, 0);
    thread->freed_blocks += freed;
}

WL_DISPATCH(calloc);

static enum wl_verdict calloc_work(wl_thread_t *thread) {
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        calloc_chunk(thread, steps);
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

static const wl_engine_t calloc_engine = {
    .plan = wl_mixed_plan,
    .prepare = wl_mixed_prepare,
    .work = calloc_work,
    .live_bytes = wl_mixed_live_bytes,
    .drain = wl_mixed_drain,
};

const wl_workload_t wl_calloc = {
    .name = "calloc",
    .summary = "as mixed, with zeroed blocks of 16 bytes to 64 KiB, most of them small",
    .stresses = "zeroing: what is cleared again that the system delivered as zeros",
    .parameters = calloc_parameters,
    .parameter_count = sizeof calloc_parameters / sizeof calloc_parameters[0],
    .validate = wl_mixed_validate,
    .engine = &calloc_engine,
};
