/*
 * Workload aligned: as mixed, with blocks from aligned_alloc. The alignment of each is a random
 * power of two; its size is rounded up to a multiple of it, as C11 asks. With check=1 every address
 * is verified. Runs in worker threads, which share nothing. Explained in docs/workloads.md.
 */
#include <stdio.h>

#include "dispatch.h"
#include "wl_mixed.h"

enum { MIN_ALIGN = WL_MIXED_PARAMETERS, MAX_ALIGN };

static const wl_parameter_t aligned_parameters[] = {
    [SLOTS] = {"slots", "blocks", 2048, 1, 1 << 24, NULL, "places per thread; half of them taken"},
    [MIN] = {"min", "bytes", 32, 1, 1 << 30, NULL, "smallest size, before it is rounded up"},
    [MAX] = {"max", "bytes", 2048, 1, 1 << 30, NULL, "largest size, likewise; sizes are uniform"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_page_choices, wl_touch_page_help},
    [MIN_ALIGN] = {"min_align", "bytes", 32, 8, 1 << 20, NULL,
                   "smallest alignment, a power of two"},
    [MAX_ALIGN] = {"max_align", "bytes", 4096, 8, 1 << 20, NULL,
                   "largest alignment, a power of two; each is equally likely"},
};

wl_inline void aligned_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                             enum wl_mode mode) {
    wl_slots_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    const uint64_t slots = state->slots, min = value[MIN], range = value[MAX] - min + 1;
    const uint64_t least = value[MIN_ALIGN];
    const uint64_t alignments = (uint64_t)__builtin_ctzll(value[MAX_ALIGN] / least) + 1;
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
            uint64_t number = wl_random(&random);
            uint64_t alignment = least << wl_random_below((uint32_t)number, alignments);
            uint64_t size = min + wl_random_below((uint32_t)(number >> 32), range);
            size = (size + alignment - 1) & ~(alignment - 1);
            bytes += size;
            sizes[slot] = (uint32_t)size;
            blocks[slot] = wl_allocate_aligned(thread, alignment, size, touch, mode);
        }
    }
    state->random = random;
    thread->checksum += wl_hash_mallocs(steps - freed, bytes) + wl_hash_frees(freed, 0);
    thread->freed_blocks += freed;
}

WL_DISPATCH(aligned);

static enum wl_verdict aligned_work(wl_thread_t *thread) {
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        aligned_chunk(thread, steps);
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

static const wl_engine_t aligned_engine = {
    .plan = wl_mixed_plan,
    .prepare = wl_mixed_prepare,
    .work = aligned_work,
    .live_bytes = wl_mixed_live_bytes,
    .drain = wl_mixed_drain,
};

static bool aligned_validate(const wl_values_t *values, char *error, size_t error_bytes) {
    static const int alignments[] = {MIN_ALIGN, MAX_ALIGN};
    for (size_t i = 0; i < sizeof alignments / sizeof alignments[0]; i++) {
        uint64_t bytes = values->value[alignments[i]];
        if ((bytes & (bytes - 1)) == 0)
            continue;
        snprintf(error, error_bytes, "%s=%llu is no power of two",
                 aligned_parameters[alignments[i]].name, (unsigned long long)bytes);
        return false;
    }
    if (values->value[MIN_ALIGN] > values->value[MAX_ALIGN]) {
        snprintf(error, error_bytes, "min_align=%llu is above max_align=%llu",
                 (unsigned long long)values->value[MIN_ALIGN],
                 (unsigned long long)values->value[MAX_ALIGN]);
        return false;
    }
    return wl_mixed_validate(values, error, error_bytes);
}

const wl_workload_t wl_aligned = {
    .name = "aligned",
    .summary = "as mixed, with blocks aligned to 32 to 4096 bytes",
    .stresses = "aligned allocation: what it wastes, and frees of addresses within a larger block",
    .parameters = aligned_parameters,
    .parameter_count = sizeof aligned_parameters / sizeof aligned_parameters[0],
    .validate = aligned_validate,
    .engine = &aligned_engine,
};
