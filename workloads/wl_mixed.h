/*
 * What other families share with workload mixed: its table of blocks, or all of its engine. Such a
 * family's parameters begin with those of mixed, in the same order. Included by wl_*.c. See
 * wl_mixed.c.
 */
#ifndef WL_MIXED_H
#define WL_MIXED_H

#include "worker.h"

/* Indexes of parameters. */
enum { SLOTS, MIN, MAX, TOUCH, WL_MIXED_PARAMETERS };

/* Two arrays rather than one of pairs: a free then touches the line of the pointer alone. */
typedef struct wl_slots {
    uint64_t random;
    uint64_t slots;
    void **blocks;         /* NULL: empty */
    uint32_t *sizes_bytes; /* valid where a block is */
    bool filled;           /* in large: all places were, at first */
} wl_slots_t;

/* The loop: one malloc or one free a step. */
wl_inline void wl_mixed_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                              enum wl_mode mode) {
    wl_slots_t *state = thread->state;
    const uint64_t slots = state->slots, min = thread->run->values.value[MIN];
    const uint64_t range = thread->run->values.value[MAX] - min + 1;
    void **const blocks = state->blocks;
    uint32_t *const sizes = state->sizes_bytes;
    uint64_t random = state->random, bytes = 0, freed = 0;

    for (uint64_t i = 0; i < steps; i++) {
        uint64_t number = wl_random(&random);
        uint64_t slot = wl_random_below((uint32_t)number, slots);
        void *block = blocks[slot];
        if (block != NULL) {
            blocks[slot] = NULL;
            freed++;
            wl_release(thread, block, sizes[slot], touch, mode);
        } else {
            uint64_t size = min + wl_random_below((uint32_t)(number >> 32), range);
            bytes += size;
            sizes[slot] = (uint32_t)size;
            blocks[slot] = wl_allocate(thread, size, touch, mode);
        }
    }
    state->random = random;
    thread->checksum += wl_hash_mallocs(steps - freed, bytes) + wl_hash_frees(freed, 0);
    thread->freed_blocks += freed;
}

/* The parts of mixed's engine, for one with other steps. */
bool wl_mixed_plan(wl_run_t *run, char *error, size_t error_bytes);
void wl_mixed_prepare(wl_thread_t *thread);
uint64_t wl_mixed_live_bytes(wl_thread_t *thread);
void wl_mixed_drain(wl_thread_t *thread);

/* For wl_workload_t.validate. */
bool wl_mixed_validate(const wl_values_t *values, char *error, size_t error_bytes);

/* wl_medium.c: mixed's loop for blocks of which every page may be touched. */
extern const wl_engine_t wl_medium_engine;

#endif
