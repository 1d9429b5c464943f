/*
 * Workload larson: a server whose threads come and go while its objects live on. Every lineage of
 * threads owns a set of blocks; a step frees a random one and allocates another in its place; after
 * a fixed number of steps the thread hands the whole set to a fresh thread and exits. The clock
 * runs through creation and exit of the threads. The first blocks come from the main thread and are
 * dealt out shuffled, so that every thread starts on blocks that it did not allocate. After P.
 * Larson and M. Krishnan, Memory Allocation for Long-Running Server Applications, ISMM 1998, and
 * the benchmark published with it. Runs in worker threads, which share nothing. Explained in
 * docs/workloads.md.
 */
#include "worker.h"

enum { BLOCKS, MIN, MAX, GENERATIONS, TOUCH };

static const wl_parameter_t larson_parameters[] = {
    [BLOCKS] = {"blocks", "blocks", 1000, 1, 1 << 24, NULL, "live blocks per thread"},
    [MIN] = {"min", "bytes", 8, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 1000, 1, 1 << 30, NULL, "largest size; sizes are uniform"},
    [GENERATIONS] = {"generations", "threads", 10, 1, 1000000, NULL,
                     "threads that follow each other in the measured phase"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_choices, wl_touch_help},
};

enum { OPS_PER_STEP = 2, MAIN_THREAD = UINT32_MAX };

typedef struct larson_slot {
    void *block;
    uint32_t size_bytes;
    uint32_t generation; /* that allocated it; MAIN_THREAD: before the first */
} larson_slot_t;

typedef struct larson_state {
    uint64_t random;
    uint64_t generation_steps;       /* until the next hand-over */
    uint64_t generation_deadline_ns; /* the same where time decides; 0: not yet set */
    larson_slot_t slots[];
} larson_state_t;

/* ---------------------------------------------------------------------------------- hot loop */

wl_inline void larson_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                            enum wl_mode mode) {
    larson_state_t *state = thread->state;
    const uint64_t blocks = thread->run->values.value[BLOCKS];
    const uint64_t min = thread->run->values.value[MIN];
    const uint64_t range = thread->run->values.value[MAX] - min + 1;
    const uint32_t generation = thread->generation;
    uint64_t random = state->random, bytes = 0, own = 0;

    for (uint64_t i = 0; i < steps; i++) {
        uint64_t number = wl_random(&random);
        uint64_t size = min + wl_random_below((uint32_t)(number >> 32), range);
        larson_slot_t *slot = &state->slots[wl_random_below((uint32_t)number, blocks)];
        own += slot->generation == generation;
        wl_release(thread, slot->block, slot->size_bytes, touch, mode);
        bytes += size;
        slot->size_bytes = (uint32_t)size;
        slot->generation = generation;
        slot->block = wl_allocate(thread, size, touch, mode);
    }
    state->random = random;
    thread->checksum += wl_hash_mallocs(steps, bytes) + wl_hash_frees(steps, 0);
    thread->freed_blocks += steps;
    thread->crossed_blocks += steps - own;
}

/* Apart from the others, so that their code is what it is without it. */
static __attribute__((noinline)) void larson_steps_timed(wl_thread_t *thread, uint64_t steps,
                                                         enum wl_touch touch) {
    wl_touch_is_not_pages(touch);
    larson_steps(thread, steps, touch, WL_LATENCY);
}

static void larson_chunk(wl_thread_t *thread, uint64_t steps) {
    enum wl_touch touch = (enum wl_touch)thread->run->values.value[TOUCH];
    if (thread->run->mode == WL_CHECK) {
        larson_steps(thread, steps, touch, WL_CHECK);
        return;
    }
    if (thread->run->mode == WL_LATENCY) {
        larson_steps_timed(thread, steps, touch);
        return;
    }
    switch (touch) {
    case WL_TOUCH_NONE:
        larson_steps(thread, steps, WL_TOUCH_NONE, WL_PLAIN);
        break;
    case WL_TOUCH_FIRST:
        larson_steps(thread, steps, WL_TOUCH_FIRST, WL_PLAIN);
        break;
    case WL_TOUCH_LINES:
        larson_steps(thread, steps, WL_TOUCH_LINES, WL_PLAIN);
        break;
    case WL_TOUCH_CONSUMER:
        larson_steps(thread, steps, WL_TOUCH_CONSUMER, WL_PLAIN);
        break;
    case WL_TOUCH_PAGES:
        break; /* not among the choices of `touch` */
    }
}

/* ---------------------------------------------------------------------------------- generations */

static uint64_t generation_steps(const wl_run_t *run) {
    uint64_t steps = run->ops / OPS_PER_STEP / run->values.value[GENERATIONS];
    if (run->seconds > 0)
        return UINT64_MAX; /* time decides */
    return steps > 0 ? steps : 1;
}

/* Where time decides: true once per generation's share of it. */
static bool generation_expired(wl_thread_t *thread) {
    const wl_run_t *run = thread->run;
    larson_state_t *state = thread->state;
    if (run->seconds == 0 || thread->phase != WL_PHASE_MEASURE)
        return false;
    uint64_t share_ns = run->seconds * 1000000000u / run->values.value[GENERATIONS];
    if (state->generation_deadline_ns == 0)
        state->generation_deadline_ns = thread->now_ns + share_ns;
    if (thread->now_ns < state->generation_deadline_ns)
        return false;
    state->generation_deadline_ns += share_ns;
    return true;
}

static enum wl_verdict larson_work(wl_thread_t *thread) {
    larson_state_t *state = thread->state;
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        if (state->generation_steps == 0 || generation_expired(thread)) {
            state->generation_steps = generation_steps(thread->run);
            return WL_HAND_OVER;
        }
        if (steps > state->generation_steps)
            steps = state->generation_steps;
        larson_chunk(thread, steps);
        state->generation_steps -= steps;
        wl_done(thread, steps, steps * OPS_PER_STEP);
    }
    return WL_PHASE_OVER;
}

/* ---------------------------------------------------------------------------------- engine */

static bool larson_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    uint64_t blocks = run->values.value[BLOCKS];
    run->engine_state_bytes = sizeof(larson_state_t) + blocks * sizeof(larson_slot_t);
    run->live_blocks_limit = blocks * run->thread_count;
    for (uint32_t i = 0; i < run->thread_count; i++)
        run->threads[i].ops_per_step = OPS_PER_STEP;
    return true;
}

static void larson_prepare(wl_thread_t *thread) {
    larson_state_t *state = thread->state;
    state->random = wl_random_seed(thread->run->seed, thread->index);
    state->generation_steps = generation_steps(thread->run);
}

static larson_slot_t *slot_at(wl_run_t *run, uint64_t number) {
    uint64_t blocks = run->values.value[BLOCKS];
    larson_state_t *state = run->threads[number / blocks].state;
    return &state->slots[number % blocks];
}

/* The first blocks, allocated one after the other and dealt out shuffled (Fisher and Yates). */
static void larson_populate(wl_run_t *run) {
    const uint64_t min = run->values.value[MIN], range = run->values.value[MAX] - min + 1;
    const uint64_t blocks = run->values.value[BLOCKS] * run->thread_count;
    const enum wl_touch touch = (enum wl_touch)run->values.value[TOUCH];
    uint64_t random = wl_random_seed(run->seed, MAIN_THREAD);
    wl_touch_is_not_pages(touch);
    for (uint64_t i = 0; i < blocks; i++) {
        uint64_t number = wl_random(&random);
        uint64_t size = min + wl_random_below((uint32_t)(number >> 32), range);
        void *block = wl_allocate(&run->threads[0], size, touch, wl_untimed(run));
        larson_slot_t *here = slot_at(run, i), *there;
        there = slot_at(run, wl_random(&random) % (i + 1));
        *here = *there;
        *there = (larson_slot_t){block, (uint32_t)size, MAIN_THREAD};
    }
}

static uint64_t larson_live_bytes(wl_thread_t *thread) {
    const larson_state_t *state = thread->state;
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < thread->run->values.value[BLOCKS]; i++)
        bytes += state->slots[i].size_bytes;
    return bytes;
}

static void larson_drain(wl_thread_t *thread) {
    const larson_state_t *state = thread->state;
    for (uint64_t i = 0; i < thread->run->values.value[BLOCKS]; i++)
        wl_release(thread, state->slots[i].block, state->slots[i].size_bytes, WL_TOUCH_NONE,
                   wl_untimed(thread->run));
}

static const wl_engine_t larson_engine = {
    .plan = larson_plan,
    .prepare = larson_prepare,
    .populate = larson_populate,
    .work = larson_work,
    .live_bytes = larson_live_bytes,
    .drain = larson_drain,
};

static bool larson_validate(const wl_values_t *values, char *error, size_t error_bytes) {
    return wl_sizes_valid(values->value[MIN], values->value[MAX], error, error_bytes);
}

const wl_workload_t wl_larson = {
    .name = "larson",
    .summary = "threads replace random blocks, hand all of them to a fresh thread, and exit",
    .stresses = "thread start and exit, blocks that outlive their thread, reuse of its memory",
    .parameters = larson_parameters,
    .parameter_count = sizeof larson_parameters / sizeof larson_parameters[0],
    .validate = larson_validate,
    .least_seconds = 0.1, /* ten generations of threads: a few per cent of it to start them */
    .engine = &larson_engine,
};
