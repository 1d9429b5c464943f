/*
 * Workload sharing: false sharing of cache lines that an allocator brings about. Every thread
 * writes a small block many times, frees it and allocates another. Active: the threads' blocks come
 * from their own mallocs; an allocator that hands pieces of one line to different threads makes
 * them share it. Passive: the first blocks come from the main thread, neighbours dealt to different
 * threads; an allocator that gives a freed block back to the thread that freed it keeps the line
 * shared. After cache-thrash (active) and cache-scratch (passive) of the Hoard distribution. Runs
 * in worker threads, which share nothing but what the allocator makes them share. Explained in
 * docs/workloads.md.
 */
#include "dispatch.h"

enum { MODE, WRITES, SIZE, BLOCKS, TOUCH };
enum { ACTIVE, PASSIVE }; /* indexes of the choices of `mode` */

static const char *const modes[] = {"active", "passive", NULL};

static const wl_parameter_t sharing_parameters[] = {
    [MODE] = {"mode", "", ACTIVE, 0, 0, modes,
              "first blocks from each thread itself, or dealt out by the main thread"},
    [WRITES] = {"writes", "", 1000, 0, 1000000000, NULL,
                "to a block before it is freed, to one byte after the other"},
    [SIZE] = {"size", "bytes", 8, 1, 1 << 30, NULL, "of every block"},
    [BLOCKS] = {"blocks", "blocks", 1, 1, 1 << 20, NULL, "live per thread, replaced in turn"},
    [TOUCH] = {"touch", "", WL_TOUCH_NONE, 0, 0, wl_touch_page_choices,
               "beside the writes: none, first byte, every line, every line and read again at "
               "free, or every page"},
};

enum { OPS_PER_STEP = 2 };

typedef struct sharing_state {
    uint64_t next;  /* the block whose turn it is */
    uint64_t dealt; /* blocks of the main thread that are left; they come first */
    void *blocks[]; /* all NULL, or none */
} sharing_state_t;

/* ---------------------------------------------------------------------------------- hot loop */

/* Each write reads the byte first, as an increment does. A checked block keeps its contents. */
wl_inline void block_write(void *block, uint64_t size, uint64_t writes, enum wl_mode mode) {
    volatile unsigned char *byte = block;
    const unsigned char change = mode == WL_CHECK ? 0 : 1;
    uint64_t at = 0;
    for (uint64_t i = 0; i < writes; i++) {
        byte[at] = (unsigned char)(byte[at] + change);
        at = at + 1 < size ? at + 1 : 0;
    }
}

wl_inline void sharing_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                             enum wl_mode mode) {
    sharing_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    const uint64_t blocks = value[BLOCKS], size = value[SIZE], writes = value[WRITES];
    uint64_t next = state->next;
    for (uint64_t i = 0; i < steps; i++) {
        block_write(state->blocks[next], size, writes, mode);
        wl_release(thread, state->blocks[next], size, touch, mode);
        state->blocks[next] = wl_allocate(thread, size, touch, mode);
        next = next + 1 < blocks ? next + 1 : 0;
    }
    const uint64_t crossed = steps < state->dealt ? steps : state->dealt;
    state->next = next;
    state->dealt -= crossed;
    thread->crossed_blocks += crossed;
    thread->freed_blocks += steps;
    thread->checksum += wl_hash_mallocs(steps, steps * size) + wl_hash_frees(steps, steps * size);
}

WL_DISPATCH(sharing);

/* ---------------------------------------------------------------------------------- engine */

static void blocks_fill(wl_thread_t *thread) {
    sharing_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    for (uint64_t i = 0; i < value[BLOCKS]; i++)
        state->blocks[i] =
            wl_allocate(thread, value[SIZE], (enum wl_touch)value[TOUCH], wl_untimed(thread->run));
}

static enum wl_verdict sharing_work(wl_thread_t *thread) {
    const sharing_state_t *state = thread->state;
    if (state->blocks[0] == NULL)
        blocks_fill(thread);
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        sharing_chunk(thread, steps);
        wl_done(thread, steps, steps * OPS_PER_STEP);
    }
    return WL_PHASE_OVER;
}

static bool sharing_plan(wl_run_t *run, char *error, size_t error_bytes) {
    (void)error, (void)error_bytes;
    uint64_t blocks = run->values.value[BLOCKS];
    run->engine_state_bytes = sizeof(sharing_state_t) + blocks * sizeof(void *);
    run->live_blocks_limit = blocks * run->thread_count;
    for (uint32_t i = 0; i < run->thread_count; i++)
        run->threads[i].ops_per_step = OPS_PER_STEP;
    return true;
}

/* Deals blocks out one by one, so that neighbours go to different threads. */
static void sharing_populate(wl_run_t *run) {
    const uint64_t *value = run->values.value;
    if (value[MODE] != PASSIVE)
        return;
    for (uint64_t i = 0; i < value[BLOCKS]; i++) {
        for (uint32_t t = 0; t < run->thread_count; t++) {
            sharing_state_t *state = run->threads[t].state;
            state->blocks[i] = wl_allocate(&run->threads[0], value[SIZE],
                                           (enum wl_touch)value[TOUCH], wl_untimed(run));
            state->dealt++;
        }
    }
}

static uint64_t sharing_live_bytes(wl_thread_t *thread) {
    return thread->run->values.value[BLOCKS] * thread->run->values.value[SIZE];
}

static void sharing_drain(wl_thread_t *thread) {
    const sharing_state_t *state = thread->state;
    for (uint64_t i = 0; i < thread->run->values.value[BLOCKS]; i++)
        wl_release(thread, state->blocks[i], thread->run->values.value[SIZE], WL_TOUCH_NONE,
                   wl_untimed(thread->run));
}

static const wl_engine_t sharing_engine = {
    .plan = sharing_plan,
    .populate = sharing_populate,
    .work = sharing_work,
    .live_bytes = sharing_live_bytes,
    .drain = sharing_drain,
};

const wl_workload_t wl_sharing = {
    .name = "sharing",
    .summary = "threads write small blocks of their own again and again between malloc and free",
    .stresses = "false sharing: pieces of one cache line in the hands of different threads",
    .parameters = sharing_parameters,
    .parameter_count = sizeof sharing_parameters / sizeof sharing_parameters[0],
    .slow_times = 25, /* the writes */
    .engine = &sharing_engine,
};
