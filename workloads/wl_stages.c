/*
 * Workload stages: threads exchange whole sets of blocks through a shared table. A stage: free a
 * random part of the set, put what is left into the table and take there another thread's left-over
 * set, fill it up with new blocks of skewed sizes. After some stages the thread exits and a fresh
 * one goes on with its set. After mstress (test-stress) of mimalloc, D. Leijen, B. Zorn and L. de
 * Moura, 2019. Runs in worker threads; they share the table: an atomic exchange of pointers per
 * stage, no locks. Explained in docs/workloads.md.
 */
#include "dispatch.h"

enum { BLOCKS, KEEP, TABLE, STAGES, MIN, MAX, TOUCH };

static const wl_parameter_t stages_parameters[] = {
    [BLOCKS] = {"blocks", "blocks", 1000, 1, 1 << 20, NULL, "of a full set"},
    [KEEP] = {"keep", "%", 50, 0, 99, NULL,
              "of a set that is handed over, the rest is freed before"},
    [TABLE] = {"table", "", 4, 1, 1 << 16, NULL, "sets in the shared table, for each thread"},
    [STAGES] = {"stages", "", 50, 1, 1000000, NULL, "that a thread lives for"},
    [MIN] = {"min", "bytes", 16, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 65536, 1, 1 << 30, NULL,
             "largest size; each doubling is half as likely as the one below"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

enum { MAIN_THREAD = UINT32_MAX }; /* as a lineage */

typedef struct stages_slot {
    void *block;
    uint32_t size_bytes;
    uint32_t lineage, generation; /* of the thread that allocated it */
} stages_slot_t;

/* Belongs to the thread that holds it, or lies in the table. slots[0 .. count) are live. */
typedef struct stages_set {
    uint64_t count;
    stages_slot_t slots[];
} stages_set_t;

/* A set in the table has exactly kept_blocks(run) blocks, so that every stage is as many frees and
 * mallocs as any other, whatever sets meet. */
typedef struct stages_place {
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic(stages_set_t *) set; /* [any,atomic] never NULL */
} stages_place_t;

typedef struct stages_state {
    uint64_t random;
    uint64_t life_steps;   /* of the living thread, until it exits */
    bool freeing;          /* the set is to shrink; else it is to grow */
    stages_set_t *set;     /* [owner] */
    stages_place_t *table; /* [const] places of all threads */
    uint64_t table_count;  /* [const] */
} stages_state_t;

static uint64_t kept_blocks(const wl_run_t *run) {
    return run->values.value[BLOCKS] * run->values.value[KEEP] / 100;
}

/* ---------------------------------------------------------------------------------- hot loops */

wl_inline uint64_t set_fill(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                            enum wl_mode mode) {
    stages_state_t *state = thread->state;
    stages_set_t *set = state->set;
    const uint64_t *value = thread->run->values.value;
    const uint64_t from = set->count;
    const uint64_t to = steps < value[BLOCKS] - from ? from + steps : value[BLOCKS];
    uint64_t random = state->random, bytes = 0;
    for (uint64_t i = from; i < to; i++) {
        uint64_t size = wl_random_skewed(wl_random(&random), value[MIN], value[MAX]);
        bytes += size;
        set->slots[i].size_bytes = (uint32_t)size;
        set->slots[i].lineage = thread->index;
        set->slots[i].generation = thread->generation;
        set->slots[i].block = wl_allocate(thread, size, touch, mode);
    }
    state->random = random;
    set->count = to;
    state->freeing = to == value[BLOCKS];
    thread->checksum += wl_hash_mallocs(to - from, bytes);
    return to - from;
}

/* Frees random blocks of the set. Which sizes they have depends on what the table gave. */
wl_inline uint64_t set_thin(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                            enum wl_mode mode) {
    stages_state_t *state = thread->state;
    stages_set_t *set = state->set;
    const uint64_t kept = kept_blocks(thread->run), from = set->count;
    const uint64_t to = steps < from - kept ? from - steps : kept;
    uint64_t random = state->random, count = from, own = 0;
    while (count > to) {
        uint64_t place = wl_random_below((uint32_t)(wl_random(&random) >> 32), count);
        stages_slot_t slot = set->slots[place];
        set->slots[place] = set->slots[--count];
        own += slot.lineage == thread->index && slot.generation == thread->generation;
        wl_release(thread, slot.block, slot.size_bytes, touch, mode);
    }
    state->random = random;
    set->count = count;
    thread->checksum += wl_hash_frees(from - to, 0);
    thread->freed_blocks += from - to;
    thread->crossed_blocks += from - to - own;
    return from - to;
}

/* Puts the set into a random place of the table and takes what was there. */
static void set_exchange(stages_state_t *state) {
    uint64_t place =
        wl_random_below((uint32_t)(wl_random(&state->random) >> 32), state->table_count);
    /* acquire and release, with itself in other threads: blocks and slots are written */
    state->set =
        atomic_exchange_explicit(&state->table[place].set, state->set, memory_order_acq_rel);
    state->freeing = false;
}

wl_inline void stages_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                            enum wl_mode mode) {
    stages_state_t *state = thread->state;
    while (steps > 0) {
        if (!state->freeing) {
            steps -= set_fill(thread, steps, touch, mode);
            continue;
        }
        steps -= set_thin(thread, steps, touch, mode);
        if (state->set->count == kept_blocks(thread->run))
            set_exchange(state);
    }
}

WL_DISPATCH(stages);

/* ---------------------------------------------------------------------------------- engine */

static uint64_t life_steps(const wl_run_t *run) {
    return 2 * run->values.value[STAGES] * (run->values.value[BLOCKS] - kept_blocks(run));
}

static enum wl_verdict stages_work(wl_thread_t *thread) {
    stages_state_t *state = thread->state;
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        if (state->life_steps == 0) {
            state->life_steps = life_steps(thread->run);
            return WL_HAND_OVER;
        }
        if (steps > state->life_steps)
            steps = state->life_steps;
        stages_chunk(thread, steps);
        state->life_steps -= steps;
        wl_done(thread, steps, steps);
    }
    return WL_PHASE_OVER;
}

static size_t set_bytes(const wl_run_t *run) {
    return sizeof(stages_set_t) + run->values.value[BLOCKS] * sizeof(stages_slot_t);
}

static bool stages_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    const uint64_t sets = 1 + run->values.value[TABLE];
    run->engine_state_bytes = sizeof(stages_state_t) + sets * set_bytes(run);
    run->live_blocks_limit = sets * run->values.value[BLOCKS] * run->thread_count;
    return true;
}

/* A thread's memory holds its first set, and those of its places in the table. */
static void stages_prepare(wl_thread_t *thread) {
    wl_run_t *run = thread->run;
    stages_state_t *state = thread->state;
    const uint64_t places = run->values.value[TABLE];
    unsigned char *memory = (unsigned char *)(state + 1);
    state->random = wl_random_seed(run->seed, thread->index);
    state->life_steps = life_steps(run);
    state->set = (stages_set_t *)memory;
    state->table_count = places * run->thread_count;
    const stages_state_t *first = run->threads[0].state;
    state->table =
        thread->index > 0 ? first->table : wl_map(run, state->table_count * sizeof *state->table);
    for (uint64_t i = 0; i < places; i++) {
        memory += set_bytes(run);
        atomic_init(&state->table[thread->index * places + i].set, (stages_set_t *)memory);
    }
}

static stages_set_t *table_set(const stages_state_t *state, uint64_t place) {
    /* relaxed: read while no thread exchanges, before they start or after they have stopped */
    return atomic_load_explicit(&state->table[place].set, memory_order_relaxed);
}

/* The sets in the table, as if left there by threads before the first. */
static void stages_populate(wl_run_t *run) {
    const uint64_t *value = run->values.value, kept = kept_blocks(run);
    const stages_state_t *state = run->threads[0].state;
    uint64_t random = wl_random_seed(run->seed, MAIN_THREAD);
    for (uint64_t place = 0; place < state->table_count; place++) {
        stages_set_t *set = table_set(state, place);
        for (; set->count < kept; set->count++) {
            uint64_t size = wl_random_skewed(wl_random(&random), value[MIN], value[MAX]);
            set->slots[set->count] =
                (stages_slot_t){.block = wl_allocate(&run->threads[0], size,
                                                     (enum wl_touch)value[TOUCH], wl_untimed(run)),
                                .size_bytes = (uint32_t)size,
                                .lineage = MAIN_THREAD};
        }
    }
}

static uint64_t set_live_bytes(const stages_set_t *set) {
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < set->count; i++)
        bytes += set->slots[i].size_bytes;
    return bytes;
}

/* The thread's own set and those that now lie in its places. */
static uint64_t stages_live_bytes(wl_thread_t *thread) {
    const stages_state_t *state = thread->state;
    const uint64_t places = thread->run->values.value[TABLE];
    uint64_t bytes = set_live_bytes(state->set);
    for (uint64_t i = 0; i < places; i++)
        bytes += set_live_bytes(table_set(state, thread->index * places + i));
    return bytes;
}

static void set_drain(wl_thread_t *thread, const stages_set_t *set) {
    for (uint64_t i = 0; i < set->count; i++)
        wl_release(thread, set->slots[i].block, set->slots[i].size_bytes, WL_TOUCH_NONE,
                   wl_untimed(thread->run));
}

static void stages_drain(wl_thread_t *thread) {
    const stages_state_t *state = thread->state;
    const uint64_t places = thread->run->values.value[TABLE];
    set_drain(thread, state->set);
    for (uint64_t i = 0; i < places; i++)
        set_drain(thread, table_set(state, thread->index * places + i));
}

static const wl_engine_t stages_engine = {
    .plan = stages_plan,
    .prepare = stages_prepare,
    .populate = stages_populate,
    .work = stages_work,
    .live_bytes = stages_live_bytes,
    .drain = stages_drain,
};

static bool stages_validate(const wl_values_t *values, char *error, size_t error_bytes) {
    return wl_sizes_valid(values->value[MIN], values->value[MAX], error, error_bytes);
}

const wl_workload_t wl_stages = {
    .name = "stages",
    .summary = "threads thin out sets of blocks, exchange them through a table, refill, and exit",
    .stresses = "blocks of many sizes that wander between threads and outlive them",
    .parameters = stages_parameters,
    .parameter_count = sizeof stages_parameters / sizeof stages_parameters[0],
    .validate = stages_validate,
    .least_seconds = 0.1, /* some dozens of generations */
    .engine = &stages_engine,
};
