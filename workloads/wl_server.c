/*
 * Workload server: blocks of many sizes with two kinds of lifetime. Short-lived blocks are freed
 * soon, by random choice among the open requests; long-lived ones stay until the thread holds as
 * many bytes of them as it may, then random ones go. A phase ends with the release of most
 * long-lived blocks, random ones again, so that the survivors lie scattered; the next phase has
 * another mixture of sizes. Runs in worker threads, which share nothing. The mixtures are explained
 * in docs/workloads.md.
 */
#include "dispatch.h"

enum { LIVE, LONG_PCT, PHASE, REST, REQUESTS, TOUCH };

static const wl_parameter_t server_parameters[] = {
    [LIVE] = {"live", "bytes", 4 << 20, 1, (uint64_t)1 << 40, NULL,
              "of long-lived blocks per thread, at most"},
    [LONG_PCT] = {"long_pct", "%", 20, 0, 100, NULL, "of all blocks are long-lived"},
    [PHASE] = {"phase", "ops", 50000, 0, (uint64_t)1 << 40, NULL,
               "before most is freed; 0: as soon as `live` is reached"},
    [REST] = {"rest", "%", 10, 0, 100, NULL, "of `live` that stays from phase to phase"},
    [REQUESTS] = {"requests", "blocks", 1024, 1, 1 << 24, NULL,
                  "places for short-lived blocks per thread; half of them taken"},
    [TOUCH] = {"touch", "", WL_TOUCH_PAGES, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

/* Sizes of one phase. Requests are skewed to small sizes, sessions and buffers uniform. */
typedef struct server_mixture {
    uint32_t request_pct, session_pct; /* of the blocks; the others are buffers */
    uint32_t request_min, request_max; /* bytes, likewise below */
    uint32_t session_min, session_max;
    uint32_t buffer_min, buffer_max;
} server_mixture_t;

static const server_mixture_t mixtures[] = {
    {80, 15, 16, 512, 512, 2048, 2048, 8192},
    {50, 40, 32, 1024, 1024, 4096, 4096, 32768},
    {70, 10, 16, 256, 256, 1024, 8192, 65536},
};

enum {
    MIXTURES = sizeof mixtures / sizeof mixtures[0],
    BYTES_PER_PLACE = 128 /* of `live`: less than the mean of any mixture */
};

/* Pointers and sizes in arrays of their own, as in mixed. */
typedef struct server_state {
    uint64_t random;
    uint64_t mixture;    /* index */
    uint64_t phase_left; /* operations until most is freed */
    bool shrinking;
    uint64_t long_places; /* [const] */
    uint64_t long_count, long_bytes;
    void **requests; /* NULL: empty */
    uint32_t *request_sizes_bytes;
    void **longs; /* long_count */
    uint32_t *long_sizes_bytes;
} server_state_t;

/* ---------------------------------------------------------------------------------- hot loop */

wl_inline uint64_t uniform(uint64_t number, uint32_t min, uint32_t max) {
    return min + wl_random_below((uint32_t)(number >> 32), (uint64_t)max - min + 1);
}

/* The lowest bits decide about the doubling of a skewed size, the next about the kind. */
wl_inline uint64_t server_size(const server_mixture_t *mixture, uint64_t number) {
    uint64_t kind = (number >> 16 & 0xffff) * 100 >> 16;
    if (kind < mixture->request_pct)
        return wl_random_skewed(number & ~(uint64_t)0xffff0000, mixture->request_min,
                                mixture->request_max);
    if (kind < mixture->request_pct + mixture->session_pct)
        return uniform(number, mixture->session_min, mixture->session_max);
    return uniform(number, mixture->buffer_min, mixture->buffer_max);
}

/* Frees a random one of the long-lived blocks, of which there are some. */
wl_inline void long_release(wl_thread_t *thread, server_state_t *state, uint64_t number,
                            enum wl_touch touch, enum wl_mode mode) {
    uint64_t place = wl_random_below((uint32_t)number, state->long_count);
    uint64_t last = --state->long_count;
    void *block = state->longs[place];
    uint32_t size_bytes = state->long_sizes_bytes[place];
    state->longs[place] = state->longs[last];
    state->long_sizes_bytes[place] = state->long_sizes_bytes[last];
    state->long_bytes -= size_bytes;
    wl_release(thread, block, size_bytes, touch, mode);
}

/* Steps from one phase to the next where it is time. True while most is being freed. */
wl_inline bool phase_shrinks(server_state_t *state, const uint64_t *value) {
    if (!state->shrinking)
        return false;
    if (state->long_count > 0 && state->long_bytes > value[LIVE] * value[REST] / 100)
        return true;
    state->shrinking = false;
    state->phase_left = value[PHASE] > 0 ? value[PHASE] : UINT64_MAX;
    state->mixture = state->mixture + 1 < MIXTURES ? state->mixture + 1 : 0;
    return false;
}

/* Each step is one malloc or one free. */
wl_inline void server_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                            enum wl_mode mode) {
    server_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    /* While others are still measured only requests are replaced: all allocators hold the same
     * long-lived blocks when memory is read. */
    const bool frozen = thread->phase == WL_PHASE_LOAD;
    const uint64_t long_share = frozen ? 0 : (value[LONG_PCT] * 65536 + 50) / 100;
    uint64_t bytes = 0, freed = 0;

    for (uint64_t i = 0; i < steps; i++) {
        uint64_t number = wl_random(&state->random);
        if (wl_unlikely(!frozen && phase_shrinks(state, value))) {
            freed++;
            long_release(thread, state, number, touch, mode);
            continue;
        }
        if (!frozen)
            state->shrinking = --state->phase_left == 0;
        uint64_t slot = wl_random_below((uint32_t)number, value[REQUESTS]);
        void *block = state->requests[slot];
        if (block != NULL) {
            state->requests[slot] = NULL;
            freed++;
            wl_release(thread, block, state->request_sizes_bytes[slot], touch, mode);
            continue;
        }
        bool is_long = (number >> 48) < long_share;
        if (is_long &&
            (state->long_bytes >= value[LIVE] || state->long_count == state->long_places)) {
            freed++;
            long_release(thread, state, (uint32_t)(number >> 16), touch, mode);
            state->shrinking |= value[PHASE] == 0;
            continue;
        }
        uint64_t size = server_size(&mixtures[state->mixture], wl_random(&state->random));
        bytes += size;
        block = wl_allocate(thread, size, touch, mode);
        if (is_long) {
            state->longs[state->long_count] = block;
            state->long_sizes_bytes[state->long_count++] = (uint32_t)size;
            state->long_bytes += size;
        } else {
            state->requests[slot] = block;
            state->request_sizes_bytes[slot] = (uint32_t)size;
        }
    }
    thread->checksum += wl_hash_mallocs(steps - freed, bytes) + wl_hash_frees(freed, 0);
    thread->freed_blocks += freed;
}

WL_DISPATCH(server);

/* ---------------------------------------------------------------------------------- engine */

static enum wl_verdict server_work(wl_thread_t *thread) {
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        server_chunk(thread, steps);
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

static uint64_t long_places(const wl_run_t *run) {
    return run->values.value[LIVE] / BYTES_PER_PLACE + 1;
}

static bool server_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    uint64_t places = long_places(run) + run->values.value[REQUESTS];
    run->engine_state_bytes = sizeof(server_state_t) + places * (sizeof(void *) + sizeof(uint32_t));
    run->live_blocks_limit = places * run->thread_count;
    return true;
}

static void server_prepare(wl_thread_t *thread) {
    const uint64_t *value = thread->run->values.value;
    server_state_t *state = thread->state;
    state->random = wl_random_seed(thread->run->seed, thread->index);
    state->phase_left = value[PHASE] > 0 ? value[PHASE] : UINT64_MAX;
    state->long_places = long_places(thread->run);
    state->requests = (void **)(state + 1);
    state->longs = state->requests + value[REQUESTS];
    state->request_sizes_bytes = (uint32_t *)(state->longs + state->long_places);
    state->long_sizes_bytes = state->request_sizes_bytes + value[REQUESTS];
}

static uint64_t server_live_bytes(wl_thread_t *thread) {
    const server_state_t *state = thread->state;
    uint64_t bytes = state->long_bytes;
    for (uint64_t i = 0; i < thread->run->values.value[REQUESTS]; i++)
        bytes += state->requests[i] != NULL ? state->request_sizes_bytes[i] : 0;
    return bytes;
}

static void server_drain(wl_thread_t *thread) {
    const server_state_t *state = thread->state;
    for (uint64_t i = 0; i < thread->run->values.value[REQUESTS]; i++)
        if (state->requests[i] != NULL)
            wl_release(thread, state->requests[i], state->request_sizes_bytes[i], WL_TOUCH_NONE,
                       wl_untimed(thread->run));
    for (uint64_t i = 0; i < state->long_count; i++)
        wl_release(thread, state->longs[i], state->long_sizes_bytes[i], WL_TOUCH_NONE,
                   wl_untimed(thread->run));
}

static const wl_engine_t server_engine = {
    .plan = server_plan,
    .prepare = server_prepare,
    .work = server_work,
    .live_bytes = server_live_bytes,
    .drain = server_drain,
};

const wl_workload_t wl_server = {
    .name = "server",
    .summary = "short- and long-lived blocks of many sizes, in phases after which most is freed",
    .stresses = "fragmentation, and memory that is kept after most of it was freed",
    .parameters = server_parameters,
    .parameter_count = sizeof server_parameters / sizeof server_parameters[0],
    .least_seconds = 0.1, /* some dozens of phases */
    .engine = &server_engine,
};
