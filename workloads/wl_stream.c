/*
 * Workload stream: blocks of one size go in whole batches from the threads that allocate them to
 * whichever thread is next to free one. Batches wait in one bounded queue for all; a thread that
 * finds it full waits, or frees a batch if that is its part too. After xmalloc-test: C. Lever and
 * D. Boreham, malloc() Performance in a Multithreaded Linux Environment, USENIX 2000. Runs in
 * worker threads; they share the queue and counts of batches: two atomic read-modify-writes per
 * batch and side, no locks. Explained in docs/workloads.md.
 *
 * The queue is D. Vyukov's bounded one for many producers and consumers: the sequence number of a
 * cell says whose turn it is. What is handed over is a pointer to an array of blocks; the empty
 * array that it takes the place of goes the other way, so that nothing is copied.
 *
 * A batch belongs to the phase that it was made in. A phase ends for a producer with its steps, for
 * a consumer when all batches of the phase have been freed, by whomever. Batches made later, while
 * others are still measured, belong to no phase and are not counted.
 *
 * Before the warm-up, the queue is filled with batches that belong to no phase, and then emptied:
 * how far producers get ahead later is up to both sides' speed and to the scheduler, and memory at
 * the peak is to be that of the same blocks in every allocator.
 */
#include <stdio.h>

#include "dispatch.h"

enum { PATTERN, BATCH, QUEUE, FILL, SPIN, SIZE, TOUCH };
enum { SPLIT, BOTH }; /* indexes of the choices of `pattern` */

static const char *const patterns[] = {"split", "both", NULL};

static const wl_parameter_t stream_parameters[] = {
    [PATTERN] = {"pattern", "", SPLIT, 0, 0, patterns,
                 "even threads allocate and odd ones free, or each does both in turn"},
    [BATCH] = {"batch", "blocks", 256, 1, 1 << 20, NULL, "that are handed over together"},
    [QUEUE] = {"queue", "", 64, 2, 1 << 20, NULL,
               "batches that may wait; rounded up to a power of two"},
    [FILL] = {"fill", "", WL_YES, 0, 0, wl_no_yes,
              "whether the queue is full once, before the warm-up"},
    [SPIN] = {"spin", "", 100, 0, 1000000000, NULL,
              "looks at a full or empty queue before a yield"},
    [SIZE] = {"size", "bytes", 64, 1, 1 << 30, NULL, "of every block"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_page_choices, wl_touch_page_help},
};

#define QUEUE_LIMIT_BYTES ((uint64_t)1 << 30)

/* Belongs to the thread that holds it, or lies in a cell. blocks[0 .. count) are live. */
typedef struct stream_batch {
    uint64_t count;
    uint32_t producer;
    uint32_t phase; /* enum wl_phase; WL_PHASE_LOAD: of no phase that counts */
    void *blocks[];
} stream_batch_t;

/* sequence == position: free for the producer that claims this position of the tail; position + 1:
 * full for the consumer that claims it at the head; then position + cells for the next round. */
typedef struct stream_cell {
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic uint64_t sequence; /* [any,atomic] */
    stream_batch_t *batch;                                      /* [whose turn it is] */
} stream_cell_t;

/* Batches of one phase. made is complete once all producers have ended; then freed == made says
 * that the phase is over. */
typedef struct stream_count {
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic uint64_t freed; /* [any,atomic] */
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic uint64_t made;  /* [any,atomic] */
    _Atomic uint32_t ended;                                  /* [any,atomic] producers */
} stream_count_t;

typedef struct stream_queue {
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic uint64_t tail; /* [any,atomic] */
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic uint64_t head; /* [any,atomic] */
    _Alignas(WL_FALSE_SHARING_BYTES) uint64_t mask;         /* [const] cells - 1 */
    uint32_t producers;                                     /* [const] */
    stream_count_t counts[WL_PHASE_LOAD];                   /* by phase */
    stream_cell_t cells[];
} stream_queue_t;

/* What was done since the last wl_done, in the current phase. */
typedef struct stream_tally {
    uint64_t ops, checksum, freed_blocks, crossed_blocks;
} stream_tally_t;

typedef struct stream_state {
    stream_queue_t *queue;    /* [const] */
    bool produces, consumes;  /* [const] */
    bool counting;            /* [owner] what this thread allocates belongs to its phase */
    uint64_t made;            /* [owner] batches of this phase */
    stream_batch_t *filling;  /* [owner] gets blocks */
    stream_batch_t *emptying; /* [owner] empty but while its blocks are being freed */
    stream_tally_t tally;     /* [owner] */
} stream_state_t;

/* ---------------------------------------------------------------------------------- the queue */

static stream_batch_t *batch_exchange(stream_cell_t *cell, stream_batch_t *batch) {
    stream_batch_t *other = cell->batch;
    cell->batch = batch;
    return other;
}

/* Puts *batch at the tail and gets an empty one for it. False when there is no room. */
static bool queue_push(stream_queue_t *queue, stream_batch_t **batch) {
    uint64_t tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    for (;;) {
        stream_cell_t *cell = &queue->cells[tail & queue->mask];
        /* acquire, with the release in queue_pop: the consumer has left its empty batch */
        uint64_t sequence = atomic_load_explicit(&cell->sequence, memory_order_acquire);
        if (sequence == tail) {
            if (!atomic_compare_exchange_weak_explicit(&queue->tail, &tail, tail + 1,
                                                       memory_order_relaxed, memory_order_relaxed))
                continue;
            *batch = batch_exchange(cell, *batch);
            /* release, with the acquire in queue_pop: batch and blocks are written */
            atomic_store_explicit(&cell->sequence, tail + 1, memory_order_release);
            return true;
        }
        if ((int64_t)(sequence - tail) < 0)
            return false;
        tail = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    }
}

/* Takes the batch at the head for the empty *batch. False when there is none. */
static bool queue_pop(stream_queue_t *queue, stream_batch_t **batch) {
    uint64_t head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    for (;;) {
        stream_cell_t *cell = &queue->cells[head & queue->mask];
        /* acquire, with the release in queue_push */
        uint64_t sequence = atomic_load_explicit(&cell->sequence, memory_order_acquire);
        if (sequence == head + 1) {
            if (!atomic_compare_exchange_weak_explicit(&queue->head, &head, head + 1,
                                                       memory_order_relaxed, memory_order_relaxed))
                continue;
            *batch = batch_exchange(cell, *batch);
            /* release, with the acquire in queue_push */
            atomic_store_explicit(&cell->sequence, head + queue->mask + 1, memory_order_release);
            return true;
        }
        if ((int64_t)(sequence - (head + 1)) < 0)
            return false;
        head = atomic_load_explicit(&queue->head, memory_order_relaxed);
    }
}

/* ---------------------------------------------------------------------------------- hot loops */

/* `steps` more blocks into the batch that is being filled. */
wl_inline void fill_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                          enum wl_mode mode) {
    stream_state_t *state = thread->state;
    stream_batch_t *batch = state->filling;
    const uint64_t size = thread->run->values.value[SIZE], to = batch->count + steps;
    if (mode == WL_LATENCY)
        wl_latency_count(thread->latency, state->counting && thread->phase == WL_PHASE_MEASURE);
    for (uint64_t i = batch->count; i < to; i++)
        batch->blocks[i] = wl_allocate(thread, size, touch, mode);
    batch->count = to;
    if (state->counting) {
        state->tally.ops += steps;
        state->tally.checksum += wl_hash_mallocs(steps, steps * size);
    }
}

/* Frees the `steps` blocks of the batch that was taken. */
wl_inline void empty_steps(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                           enum wl_mode mode) {
    stream_state_t *state = thread->state;
    stream_batch_t *batch = state->emptying;
    const uint64_t size = thread->run->values.value[SIZE];
    const bool counted = batch->phase == (uint32_t)thread->phase;
    if (mode == WL_LATENCY)
        wl_latency_count(thread->latency, counted && thread->phase == WL_PHASE_MEASURE);
    for (uint64_t i = 0; i < steps; i++)
        wl_release(thread, batch->blocks[i], size, touch, mode);
    batch->count = 0;
    if (counted) {
        state->tally.ops += steps;
        state->tally.freed_blocks += steps;
        state->tally.crossed_blocks += batch->producer != thread->index ? steps : 0;
        state->tally.checksum += wl_hash_frees(steps, steps * size);
    }
}

WL_DISPATCH(fill);
WL_DISPATCH(empty);

/* ---------------------------------------------------------------------------------- batches */

/* Frees the next batch of the queue. False when there is none. */
static bool batch_receive(wl_thread_t *thread) {
    stream_state_t *state = thread->state;
    if (!queue_pop(state->queue, &state->emptying))
        return false;
    const uint32_t phase = state->emptying->phase;
    empty_chunk(thread, state->emptying->count);
    if (phase < WL_PHASE_LOAD)
        /* relaxed: only the number matters; results are read behind a barrier */
        atomic_fetch_add_explicit(&state->queue->counts[phase].freed, 1, memory_order_relaxed);
    return true;
}

/* Hands over what was filled. False when the queue is full. */
static bool batch_send(wl_thread_t *thread) {
    stream_state_t *state = thread->state;
    const bool counted = state->counting && thread->phase != WL_PHASE_LOAD;
    state->filling->producer = thread->index;
    state->filling->phase = counted ? (uint32_t)thread->phase : (uint32_t)WL_PHASE_LOAD;
    if (!queue_push(state->queue, &state->filling))
        return false;
    state->made += counted;
    return true;
}

/* The same, waiting for room. False when the run ended before there was any. */
static bool batch_send_wait(wl_thread_t *thread) {
    const stream_state_t *state = thread->state;
    uint64_t waited = 0;
    while (!batch_send(thread)) {
        if (thread->phase == WL_PHASE_LOAD && wl_all_finished(thread->run))
            return false;
        if (state->consumes && batch_receive(thread))
            waited = 0;
        else
            wl_wait(&waited, thread->run->values.value[SPIN]);
    }
    return true;
}

/* ---------------------------------------------------------------------------------- phases */

static void tally_report(wl_thread_t *thread, uint64_t steps) {
    stream_state_t *state = thread->state;
    stream_tally_t tally = state->tally;
    state->tally = (stream_tally_t){0};
    thread->checksum += tally.checksum;
    thread->freed_blocks += tally.freed_blocks;
    thread->crossed_blocks += tally.crossed_blocks;
    wl_done(thread, steps, tally.ops);
}

/* Allocates `steps` blocks, sends each full batch, and frees one for it where that is its part. */
static void blocks_make(wl_thread_t *thread, uint64_t steps) {
    const stream_state_t *state = thread->state;
    const uint64_t batch = thread->run->values.value[BATCH];
    while (steps > 0) {
        uint64_t room = batch - state->filling->count;
        uint64_t blocks = steps < room ? steps : room;
        fill_chunk(thread, blocks);
        steps -= blocks;
        if (state->filling->count < batch)
            continue;
        if (!batch_send_wait(thread))
            return;
        if (state->consumes)
            batch_receive(thread);
    }
}

/* Batches of no phase until the queue is full; each producer is left with one that did not fit. */
static void stream_fill(wl_thread_t *thread) {
    stream_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    state->counting = false;
    if (value[FILL] != WL_YES || !state->produces)
        return;
    do
        fill_chunk(thread, value[BATCH] - state->filling->count);
    while (batch_send(thread));
}

/* Before those of the warm-up. All that there is, so that the queue does not stay full for a thread
 * that frees one batch for each that it makes. */
static void queue_empty(wl_thread_t *thread) {
    const stream_state_t *state = thread->state;
    while (state->consumes && batch_receive(thread))
        continue;
    if (state->produces)
        batch_send_wait(thread);
}

/* The rest goes out as a smaller batch, and the number of batches is made known. */
static void production_end(wl_thread_t *thread) {
    stream_state_t *state = thread->state;
    stream_count_t *count = &state->queue->counts[thread->phase];
    if (state->filling->count > 0)
        batch_send_wait(thread);
    atomic_fetch_add_explicit(&count->made, state->made, memory_order_relaxed);
    state->made = 0;
    state->counting = false;
    /* release, with the acquire in phase_is_over: made is complete */
    atomic_fetch_add_explicit(&count->ended, 1, memory_order_release);
}

static bool phase_is_over(const wl_thread_t *thread) {
    stream_state_t *state = thread->state;
    stream_count_t *count = &state->queue->counts[thread->phase];
    /* acquire, with the release in production_end */
    return atomic_load_explicit(&count->ended, memory_order_acquire) == state->queue->producers &&
           atomic_load_explicit(&count->freed, memory_order_relaxed) ==
               atomic_load_explicit(&count->made, memory_order_relaxed);
}

/* Until all of the phase is freed. Who also produces goes on with it while others are measured. */
static void phase_consume(wl_thread_t *thread) {
    const stream_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    const bool produces = state->produces && thread->phase == WL_PHASE_MEASURE;
    uint64_t waited = 0;
    while (!phase_is_over(thread)) {
        bool any = batch_receive(thread);
        if (state->tally.ops > 0)
            tally_report(thread, 0);
        if (produces) {
            fill_chunk(thread, value[BATCH] - state->filling->count);
            batch_send(thread);
        } else if (!any) {
            wl_wait(&waited, value[SPIN]);
        }
        if (any)
            waited = 0;
    }
    tally_report(thread, 0);
}

static void load_consume(wl_thread_t *thread) {
    uint64_t waited = 0;
    while (!wl_all_finished(thread->run)) {
        if (batch_receive(thread))
            waited = 0;
        else
            wl_wait(&waited, thread->run->values.value[SPIN]);
        tally_report(thread, 0);
    }
}

static enum wl_verdict stream_work(wl_thread_t *thread) {
    stream_state_t *state = thread->state;
    if (thread->phase == WL_PHASE_WARMUP && thread->run->values.value[FILL] == WL_YES)
        queue_empty(thread);
    state->counting = state->produces;
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        blocks_make(thread, steps);
        tally_report(thread, steps);
    }
    if (thread->phase == WL_PHASE_LOAD) {
        if (!state->produces)
            load_consume(thread);
        return WL_PHASE_OVER;
    }
    if (state->produces)
        production_end(thread);
    if (state->consumes)
        phase_consume(thread);
    else
        tally_report(thread, 0);
    return WL_PHASE_OVER;
}

/* ---------------------------------------------------------------------------------- engine */

static uint64_t queue_cells(const wl_run_t *run) {
    uint64_t cells = 2;
    while (cells < run->values.value[QUEUE])
        cells *= 2;
    return cells;
}

static size_t batch_bytes(const wl_run_t *run) {
    return sizeof(stream_batch_t) + run->values.value[BATCH] * sizeof(void *);
}

static size_t queue_bytes(const wl_run_t *run) {
    return sizeof(stream_queue_t) + queue_cells(run) * (sizeof(stream_cell_t) + batch_bytes(run));
}

/* With pattern=split an odd last thread, or a single one, does both. */
static void roles(const wl_run_t *run, uint32_t index, bool *produces, bool *consumes) {
    const bool last_odd = index % 2 == 0 && index + 1 == run->thread_count;
    const bool both = run->values.value[PATTERN] == BOTH || last_odd;
    *produces = both || index % 2 == 0;
    *consumes = both || index % 2 == 1;
}

static bool stream_plan(wl_run_t *run, char *error, size_t error_bytes) {
    const uint64_t threads = run->thread_count;
    run->engine_state_bytes = sizeof(stream_state_t) + 2 * batch_bytes(run);
    run->live_blocks_limit = (queue_cells(run) + 2 * threads) * run->values.value[BATCH];
    const uint64_t bytes = queue_bytes(run) + threads * run->engine_state_bytes;
    if (bytes > QUEUE_LIMIT_BYTES) {
        snprintf(error, error_bytes,
                 "%u threads need %llu MiB of batches, the limit is %llu MiB; use fewer threads, a "
                 "smaller queue or batch",
                 run->thread_count, (unsigned long long)(bytes >> 20),
                 (unsigned long long)(QUEUE_LIMIT_BYTES >> 20));
        return false;
    }
    for (uint32_t i = 0; i < run->thread_count; i++) {
        bool produces, consumes;
        roles(run, i, &produces, &consumes);
        run->threads[i].ops_per_step = (uint32_t)produces + (produces && consumes);
    }
    return true;
}

static stream_queue_t *queue_map(wl_run_t *run) {
    const uint64_t cells = queue_cells(run);
    stream_queue_t *queue = wl_map(run, queue_bytes(run));
    unsigned char *memory = (unsigned char *)&queue->cells[cells];
    queue->mask = cells - 1;
    for (uint64_t i = 0; i < cells; i++, memory += batch_bytes(run)) {
        atomic_init(&queue->cells[i].sequence, i);
        queue->cells[i].batch = (stream_batch_t *)memory;
    }
    return queue;
}

static void stream_prepare(wl_thread_t *thread) {
    wl_run_t *run = thread->run;
    stream_state_t *state = thread->state;
    const stream_state_t *first = run->threads[0].state;
    unsigned char *memory = (unsigned char *)(state + 1);
    roles(run, thread->index, &state->produces, &state->consumes);
    state->queue = thread->index > 0 ? first->queue : queue_map(run);
    state->queue->producers += state->produces;
    state->filling = (stream_batch_t *)memory;
    state->emptying = (stream_batch_t *)(memory + batch_bytes(run));
}

/* The thread's own batch; the first thread's includes those that wait in the queue. */
static uint64_t stream_live_bytes(wl_thread_t *thread) {
    const stream_state_t *state = thread->state;
    stream_queue_t *queue = state->queue;
    uint64_t blocks = state->filling->count;
    uint64_t from = atomic_load_explicit(&queue->head, memory_order_relaxed);
    uint64_t to = atomic_load_explicit(&queue->tail, memory_order_relaxed);
    for (; thread->index == 0 && from != to; from++)
        blocks += queue->cells[from & queue->mask].batch->count;
    return blocks * thread->run->values.value[SIZE];
}

static void batch_drain(wl_thread_t *thread, stream_batch_t *batch) {
    for (uint64_t i = 0; i < batch->count; i++)
        wl_release(thread, batch->blocks[i], thread->run->values.value[SIZE], WL_TOUCH_NONE,
                   wl_untimed(thread->run));
    batch->count = 0;
}

static void stream_drain(wl_thread_t *thread) {
    stream_state_t *state = thread->state;
    batch_drain(thread, state->filling);
    while (queue_pop(state->queue, &state->emptying))
        batch_drain(thread, state->emptying);
}

static const wl_engine_t stream_engine = {
    .plan = stream_plan,
    .prepare = stream_prepare,
    .fill = stream_fill,
    .work = stream_work,
    .live_bytes = stream_live_bytes,
    .drain = stream_drain,
};

const wl_workload_t wl_stream = {
    .name = "stream",
    .summary = "blocks go in whole batches from threads that allocate to threads that free",
    .stresses = "frees of other threads' blocks at full speed, by any thread, in large batches",
    .parameters = stream_parameters,
    .before = wl_never_filled,
    .parameter_count = sizeof stream_parameters / sizeof stream_parameters[0],
    .engine = &stream_engine,
};
