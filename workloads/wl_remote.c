/*
 * Workload remote: producers allocate blocks and hand them through bounded rings to consumers,
 * which free them. remote_pct per cent of the blocks cross; the others wait in the producer's own
 * queue and are freed by it. A full ring makes the producer wait, never free. Runs in worker
 * threads; they share the rings: one producer and one consumer each, no locks, no atomic
 * read-modify-write. Explained in docs/workloads.md.
 *
 * A phase ends for a producer with its steps: it sends a parcel without a block, the end mark, into
 * each of its rings. It ends for a consumer with an end mark from each of its rings: all that was
 * produced in the warm-up is freed in the warm-up, and likewise in the measured phase. A thread
 * that both produces and consumes goes on producing, uncounted, while it waits for measured end
 * marks.
 *
 * Before the warm-up, all own queues and rings are filled, and then the rings emptied: how far
 * producers get ahead later is up to both sides' speed and to the scheduler, and memory at the peak
 * is to be that of the same blocks in every allocator.
 */
#include <stdio.h>

#include "worker.h"

enum { REMOTE_PCT, PATTERN, RING, FILL, BATCH, SPIN, KEEP, MIN, MAX, TOUCH };
enum { PAIR, NEXT, ALL }; /* indexes of the choices of `pattern` */

static const char *const patterns[] = {"pair", "ring", "all", NULL};

static const wl_parameter_t remote_parameters[] = {
    [REMOTE_PCT] = {"remote_pct", "%", 90, 0, 100, NULL, "share of blocks freed by another thread"},
    [PATTERN] = {"pattern", "", PAIR, 0, 0, patterns,
                 "even threads to odd ones, each to the next, or each to a random other"},
    [RING] = {"ring", "blocks", 1024, 1, 1 << 20, NULL,
              "room for blocks on their way to a thread; rounded up to a power of two"},
    [FILL] = {"fill", "", WL_YES, 0, 0, wl_no_yes,
              "whether own queues and rings are full once, before the warm-up"},
    [BATCH] = {"batch", "blocks", 16, 1, 1 << 16, NULL,
               "blocks that are handed over at a time, at most half a ring"},
    [SPIN] = {"spin", "", 100, 0, 1000000000, NULL, "looks at a full or empty ring before a yield"},
    [KEEP] = {"keep", "blocks", 256, 1, 1 << 20, NULL,
              "own blocks that wait before their producer frees the oldest"},
    [MIN] = {"min", "bytes", 257, 1, 1 << 30, NULL, "smallest size"},
    [MAX] = {"max", "bytes", 768, 1, 1 << 30, NULL, "largest size; sizes are uniform"},
    [TOUCH] = {"touch", "", WL_TOUCH_FIRST, 0, 0, wl_touch_choices, wl_touch_help},
};

enum {
    ROUND_STEPS = 32, /* blocks produced, and received per ring, before the other is done */
    LEAST_ROOM = 16,  /* of one of many rings to a thread */
    REPORT_OPS = 1024 /* a pure consumer reports its progress so often */
};
#define RINGS_LIMIT_BYTES ((uint64_t)1 << 30)

typedef struct parcel {
    void *block; /* NULL: end mark, or an empty place of the own queue */
    uint64_t size_bytes;
} parcel_t;

/*
 * 0 <= sent - received <= room; published <= sent. Parcels [received, published) belong to the
 * consumer, the others to the producer.
 */
typedef struct ring {
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic uint64_t published; /* [any,atomic] by the producer */
    uint64_t sent;                                               /* [producer] */
    uint64_t received_seen; /* [producer] received, as last looked up */
    _Alignas(WL_FALSE_SHARING_BYTES) _Atomic uint64_t received; /* [any,atomic] by the consumer */
    bool ended;   /* [consumer] end mark of this phase received */
    bool foreign; /* [const] producer and consumer are different threads */
    _Alignas(WL_FALSE_SHARING_BYTES) parcel_t parcels[];
} ring_t;

/* What was done since the last wl_done, in the current phase. */
typedef struct tally {
    uint64_t ops, checksum, freed_blocks, crossed_blocks;
} tally_t;

typedef struct remote_state {
    uint64_t random;
    uint64_t room, batch;    /* [const] of each ring, blocks; parcels between two publications */
    size_t ring_bytes;       /* [const] distance of rings */
    uint32_t incoming_count; /* [const] rings to this thread, which lie in this thread's memory */
    uint32_t outgoing_count; /* [const] rings from this thread */
    unsigned char *incoming; /* [const] */
    uint64_t kept_next;      /* [owner] oldest place of the own queue */
    parcel_t *kept;          /* [const] keep places */
    ring_t **outgoing;       /* [const] outgoing_count */
    parcel_t undelivered;    /* [owner] block for which no room was left when the run ended */
    bool counting;           /* [owner] what this thread produces belongs to the phase */
    tally_t tally;           /* [owner] */
} remote_state_t;

static ring_t *incoming_ring(const remote_state_t *state, uint32_t number) {
    return (ring_t *)(state->incoming + number * state->ring_bytes);
}

/* ---------------------------------------------------------------------------------- receiving */

/* Frees parcels [from, to) of a ring; stops after an end mark. Returns the next position. */
wl_inline uint64_t parcels_free(wl_thread_t *thread, ring_t *ring, uint64_t from, uint64_t to,
                                enum wl_touch touch, enum wl_mode mode) {
    remote_state_t *state = thread->state;
    const uint64_t mask = state->room - 1, first = from;
    uint64_t bytes = 0;
    bool counted = !ring->ended, end_mark = false;
    if (mode == WL_LATENCY)
        wl_latency_count(thread->latency, counted && thread->phase == WL_PHASE_MEASURE);
    while (from != to && !end_mark) {
        parcel_t parcel = ring->parcels[from++ & mask];
        if (parcel.block == NULL) {
            end_mark = true;
            continue;
        }
        bytes += parcel.size_bytes;
        wl_release(thread, parcel.block, parcel.size_bytes, touch, mode);
    }
    if (counted) {
        uint64_t freed = from - first - end_mark;
        state->tally.ops += freed;
        state->tally.freed_blocks += freed;
        state->tally.crossed_blocks += ring->foreign ? freed : 0;
        state->tally.checksum += wl_hash_frees(freed, bytes);
    }
    ring->ended |= end_mark;
    return from;
}

/* Apart from the others, so that their code is what it is without it. */
static __attribute__((noinline)) uint64_t parcels_free_timed(wl_thread_t *thread, ring_t *ring,
                                                             uint64_t from, uint64_t to) {
    enum wl_touch touch = (enum wl_touch)thread->run->values.value[TOUCH];
    wl_touch_is_not_pages(touch);
    return parcels_free(thread, ring, from, to, touch, WL_LATENCY);
}

/* Frees what has arrived in one ring, at most a round's worth. True when there was something. */
static bool ring_receive(wl_thread_t *thread, ring_t *ring) {
    uint64_t from = atomic_load_explicit(&ring->received, memory_order_relaxed);
    /* acquire, with the release in ring_publish: parcels and blocks are written */
    uint64_t to = atomic_load_explicit(&ring->published, memory_order_acquire);
    if (from == to)
        return false;
    if (to - from > ROUND_STEPS)
        to = from + ROUND_STEPS;
    if (thread->run->mode == WL_CHECK) {
        from = parcels_free(thread, ring, from, to, WL_TOUCH_NONE, WL_CHECK);
    } else if (thread->run->mode == WL_LATENCY) {
        from = parcels_free_timed(thread, ring, from, to);
    } else if (thread->run->values.value[TOUCH] == WL_TOUCH_CONSUMER) {
        from = parcels_free(thread, ring, from, to, WL_TOUCH_CONSUMER, WL_PLAIN);
    } else {
        from = parcels_free(thread, ring, from, to, WL_TOUCH_NONE, WL_PLAIN);
    }
    /* release, with the acquire in ring_wait: the places have been read */
    atomic_store_explicit(&ring->received, from, memory_order_release);
    return true;
}

static bool rings_receive(wl_thread_t *thread) {
    const remote_state_t *state = thread->state;
    bool any = false;
    for (uint32_t i = 0; i < state->incoming_count; i++)
        any |= ring_receive(thread, incoming_ring(state, i));
    return any;
}

static bool rings_ended(const remote_state_t *state) {
    for (uint32_t i = 0; i < state->incoming_count; i++)
        if (!incoming_ring(state, i)->ended)
            return false;
    return true;
}

/* ---------------------------------------------------------------------------------- sending */

static void ring_publish(ring_t *ring) {
    /* release, with the acquire in ring_receive */
    atomic_store_explicit(&ring->published, ring->sent, memory_order_release);
}

/* Waits for room, receiving meanwhile. False when the run ended before there was any. */
static __attribute__((noinline)) bool ring_wait(wl_thread_t *thread, ring_t *ring) {
    const remote_state_t *state = thread->state;
    const uint64_t spins = thread->run->values.value[SPIN];
    uint64_t waited = 0;
    ring_publish(ring);
    for (;;) {
        /* acquire, with the release in ring_receive */
        ring->received_seen = atomic_load_explicit(&ring->received, memory_order_acquire);
        if (ring->sent - ring->received_seen < state->room)
            return true;
        if (thread->phase == WL_PHASE_LOAD && wl_all_finished(thread->run))
            return false;
        if (rings_receive(thread))
            waited = 0;
        else
            wl_wait(&waited, spins);
    }
}

/* False when the run ended before the parcel could be sent. */
wl_inline bool ring_send(wl_thread_t *thread, ring_t *ring, parcel_t parcel) {
    const remote_state_t *state = thread->state;
    if (wl_unlikely(ring->sent - ring->received_seen == state->room) && !ring_wait(thread, ring))
        return false;
    ring->parcels[ring->sent & (state->room - 1)] = parcel;
    ring->sent++;
    if ((ring->sent & (state->batch - 1)) == 0)
        ring_publish(ring);
    return true;
}

/* Allocates `steps` blocks and sends or keeps each; fewer when the run ends meanwhile. */
wl_inline void blocks_produce(wl_thread_t *thread, uint64_t steps, enum wl_touch touch,
                              enum wl_mode mode) {
    remote_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    const uint64_t min = value[MIN], range = value[MAX] - min + 1, keep = value[KEEP];
    const uint64_t crossing = (value[REMOTE_PCT] * 65536 + 50) / 100;
    const bool spread = state->outgoing_count > 1;
    ring_t *ring = state->outgoing[0];
    uint64_t random = state->random, made = 0, made_bytes = 0, freed = 0, freed_bytes = 0;

    while (made < steps && state->undelivered.block == NULL) {
        if (mode == WL_LATENCY) /* a wait for room has received, and counted that */
            wl_latency_count(thread->latency, state->counting && thread->phase == WL_PHASE_MEASURE);
        uint64_t number = wl_random(&random);
        parcel_t parcel = {.size_bytes = min + wl_random_below((uint32_t)(number >> 32), range)};
        made_bytes += parcel.size_bytes;
        parcel.block = wl_allocate(thread, parcel.size_bytes, touch, mode);
        made++;
        if ((number & 0xffff) < crossing) {
            if (spread)
                ring = state->outgoing[(number >> 16 & 0xffff) * state->outgoing_count >> 16];
            if (wl_unlikely(!ring_send(thread, ring, parcel)))
                state->undelivered = parcel;
            continue;
        }
        parcel_t *place = &state->kept[state->kept_next];
        state->kept_next = state->kept_next + 1 < keep ? state->kept_next + 1 : 0;
        if (place->block != NULL) {
            freed_bytes += place->size_bytes;
            freed++;
            wl_release(thread, place->block, place->size_bytes, touch, mode);
        }
        *place = parcel;
    }
    state->random = random;
    if (state->counting) {
        state->tally.ops += made + freed;
        state->tally.freed_blocks += freed;
        state->tally.checksum +=
            wl_hash_mallocs(made, made_bytes) + wl_hash_frees(freed, freed_bytes);
    }
}

static __attribute__((noinline)) void blocks_produce_timed(wl_thread_t *thread, uint64_t steps,
                                                           enum wl_touch touch) {
    wl_touch_is_not_pages(touch);
    blocks_produce(thread, steps, touch, WL_LATENCY);
}

static void blocks_make(wl_thread_t *thread, uint64_t steps) {
    enum wl_touch touch = (enum wl_touch)thread->run->values.value[TOUCH];
    if (thread->run->mode == WL_CHECK) {
        blocks_produce(thread, steps, touch, WL_CHECK);
        return;
    }
    if (thread->run->mode == WL_LATENCY) {
        blocks_produce_timed(thread, steps, touch);
        return;
    }
    switch (touch) {
    case WL_TOUCH_NONE:
        blocks_produce(thread, steps, WL_TOUCH_NONE, WL_PLAIN);
        break;
    case WL_TOUCH_FIRST:
        blocks_produce(thread, steps, WL_TOUCH_FIRST, WL_PLAIN);
        break;
    case WL_TOUCH_LINES:
        blocks_produce(thread, steps, WL_TOUCH_LINES, WL_PLAIN);
        break;
    case WL_TOUCH_CONSUMER:
        blocks_produce(thread, steps, WL_TOUCH_CONSUMER, WL_PLAIN);
        break;
    case WL_TOUCH_PAGES:
        break; /* not among the choices of `touch` */
    }
}

/* ---------------------------------------------------------------------------------- filling */

static parcel_t parcel_make(wl_thread_t *thread) {
    remote_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    const uint64_t min = value[MIN], range = value[MAX] - min + 1;
    const uint32_t number = (uint32_t)(wl_random(&state->random) >> 32);
    parcel_t parcel = {.size_bytes = min + wl_random_below(number, range)};
    parcel.block = wl_allocate(thread, parcel.size_bytes, (enum wl_touch)value[TOUCH],
                               wl_untimed(thread->run));
    return parcel;
}

static void ring_fill(wl_thread_t *thread, ring_t *ring) {
    const remote_state_t *state = thread->state;
    for (uint64_t i = 0; i < state->room; i++)
        ring->parcels[ring->sent++ & (state->room - 1)] = parcel_make(thread);
    ring_publish(ring);
}

static void remote_fill(wl_thread_t *thread) {
    remote_state_t *state = thread->state;
    const uint64_t *value = thread->run->values.value;
    if (value[FILL] != WL_YES || state->outgoing_count == 0)
        return;
    for (uint64_t i = 0; i < value[KEEP]; i++)
        state->kept[i] = parcel_make(thread);
    for (uint32_t i = 0; i < state->outgoing_count; i++)
        ring_fill(thread, state->outgoing[i]);
}

/* Frees what remote_fill has sent, uncounted, and none of the warm-up's: rounds end there, since
 * both are powers of two. */
static void rings_empty(wl_thread_t *thread) {
    const remote_state_t *state = thread->state;
    for (uint32_t i = 0; i < state->incoming_count; i++) {
        ring_t *ring = incoming_ring(state, i);
        ring->ended = true;
        while (atomic_load_explicit(&ring->received, memory_order_relaxed) < state->room)
            ring_receive(thread, ring);
    }
}

/* ---------------------------------------------------------------------------------- phases */

static void tally_report(wl_thread_t *thread, uint64_t steps) {
    remote_state_t *state = thread->state;
    tally_t tally = state->tally;
    state->tally = (tally_t){0};
    thread->checksum += tally.checksum;
    thread->freed_blocks += tally.freed_blocks;
    thread->crossed_blocks += tally.crossed_blocks;
    wl_done(thread, steps, tally.ops);
}

/* The thread's own steps, receiving in between. */
static void phase_produce(wl_thread_t *thread) {
    for (uint64_t steps; (steps = wl_chunk(thread)) > 0;) {
        for (uint64_t done = 0; done < steps; done += ROUND_STEPS) {
            blocks_make(thread, steps - done < ROUND_STEPS ? steps - done : ROUND_STEPS);
            rings_receive(thread);
        }
        tally_report(thread, steps);
    }
}

static void end_marks_send(wl_thread_t *thread) {
    const remote_state_t *state = thread->state;
    for (uint32_t i = 0; i < state->outgoing_count; i++) {
        ring_send(thread, state->outgoing[i], (parcel_t){0});
        ring_publish(state->outgoing[i]);
    }
}

/* Until an end mark came from everywhere. Producers go on producing while others are measured. */
static void phase_receive(wl_thread_t *thread) {
    remote_state_t *state = thread->state;
    const wl_run_t *run = thread->run;
    const uint64_t report_ops = run->chunk_steps < REPORT_OPS ? run->chunk_steps : REPORT_OPS;
    const bool produces = thread->phase == WL_PHASE_MEASURE && state->outgoing_count > 0;
    uint64_t waited = 0;
    while (!rings_ended(state)) {
        bool any = rings_receive(thread);
        if (produces)
            blocks_make(thread, ROUND_STEPS);
        else if (!any)
            wl_wait(&waited, run->values.value[SPIN]);
        if (any)
            waited = 0;
        if (state->tally.ops >= report_ops)
            tally_report(thread, 0);
    }
    tally_report(thread, 0);
}

/* A pure consumer's load, and what all do last: nothing stays unpublished. */
static void load_finish(wl_thread_t *thread) {
    const remote_state_t *state = thread->state;
    uint64_t waited = 0;
    while (state->outgoing_count == 0 && !wl_all_finished(thread->run)) {
        if (rings_receive(thread))
            waited = 0;
        else
            wl_wait(&waited, thread->run->values.value[SPIN]);
    }
    for (uint32_t i = 0; i < state->outgoing_count; i++)
        ring_publish(state->outgoing[i]);
}

static enum wl_verdict remote_work(wl_thread_t *thread) {
    remote_state_t *state = thread->state;
    if (thread->phase == WL_PHASE_WARMUP && thread->run->values.value[FILL] == WL_YES)
        rings_empty(thread);
    state->counting = true;
    if (thread->phase != WL_PHASE_LOAD)
        for (uint32_t i = 0; i < state->incoming_count; i++)
            incoming_ring(state, i)->ended = false;
    phase_produce(thread);
    if (thread->phase == WL_PHASE_LOAD) {
        load_finish(thread);
        return WL_PHASE_OVER;
    }
    end_marks_send(thread);
    state->counting = false;
    phase_receive(thread);
    return WL_PHASE_OVER;
}

/* ---------------------------------------------------------------------------------- engine */

static size_t aligned_bytes(size_t bytes) {
    return (bytes + WL_FALSE_SHARING_BYTES - 1) & ~(size_t)(WL_FALSE_SHARING_BYTES - 1);
}

static uint64_t power_of_two(uint64_t at_least) {
    uint64_t power = 1;
    while (power < at_least)
        power *= 2;
    return power;
}

/* How many rings lead to and from thread `index`. */
static void ring_counts(const wl_run_t *run, uint32_t index, uint32_t *incoming,
                        uint32_t *outgoing) {
    uint32_t count = run->thread_count;
    *incoming = *outgoing = 1;
    if (run->values.value[PATTERN] == ALL && count > 1)
        *incoming = *outgoing = count - 1;
    if (run->values.value[PATTERN] == PAIR && index % 2 == 1)
        *outgoing = 0;
    if (run->values.value[PATTERN] == PAIR && index % 2 == 0 && index + 1 < count)
        *incoming = 0;
}

static uint64_t ring_room(const wl_run_t *run) {
    uint64_t room = run->values.value[RING];
    if (run->values.value[PATTERN] == ALL && run->thread_count > 2) {
        room /= run->thread_count - 1;
        room = room > LEAST_ROOM ? room : LEAST_ROOM;
    }
    return power_of_two(room);
}

static bool remote_plan(wl_run_t *run, char *error, size_t error_bytes) {
    const uint64_t keep = run->values.value[KEEP], room = ring_room(run);
    uint64_t rings = 1; /* of one thread */
    if (run->values.value[PATTERN] == ALL && run->thread_count > 1)
        rings = run->thread_count - 1;
    const size_t ring_bytes = aligned_bytes(sizeof(ring_t) + room * sizeof(parcel_t));
    run->engine_state_bytes = sizeof(remote_state_t) + keep * sizeof(parcel_t) +
                              rings * (ring_bytes + sizeof(ring_t *)) + WL_FALSE_SHARING_BYTES;
    run->live_blocks_limit = run->thread_count * (keep + rings * room + 1);
    if (run->engine_state_bytes > RINGS_LIMIT_BYTES / run->thread_count) {
        snprintf(error, error_bytes,
                 "%u threads need %llu MiB of rings and queues, the limit is %llu MiB; use "
                 "pattern=ring or pair, fewer threads, a smaller ring or keep",
                 run->thread_count,
                 (unsigned long long)(run->engine_state_bytes * run->thread_count >> 20),
                 (unsigned long long)(RINGS_LIMIT_BYTES >> 20));
        return false;
    }
    for (uint32_t i = 0; i < run->thread_count; i++) {
        uint32_t incoming, outgoing;
        ring_counts(run, i, &incoming, &outgoing);
        run->threads[i].ops_per_step = outgoing + incoming > 1 ? 2 : outgoing;
    }
    return true;
}

static void remote_prepare(wl_thread_t *thread) {
    const wl_run_t *run = thread->run;
    const uint64_t *value = run->values.value;
    remote_state_t *state = thread->state;
    state->random = wl_random_seed(run->seed, thread->index);
    state->room = ring_room(run);
    state->batch = power_of_two(value[BATCH]);
    if (state->batch > state->room / 2)
        state->batch = state->room > 1 ? state->room / 2 : 1;
    state->ring_bytes = aligned_bytes(sizeof(ring_t) + state->room * sizeof(parcel_t));
    ring_counts(run, thread->index, &state->incoming_count, &state->outgoing_count);
    state->kept = (parcel_t *)(state + 1);
    state->outgoing = (ring_t **)(state->kept + value[KEEP]);
    /* The state starts at a page, so that a rounded offset is a rounded address. */
    unsigned char *end = (unsigned char *)(state->outgoing + state->outgoing_count);
    size_t offset = (size_t)(end - (unsigned char *)state);
    state->incoming = (unsigned char *)state + aligned_bytes(offset);
    /* With pattern=pair an even thread that receives has no partner: it is the odd last one. */
    bool own_partner = run->thread_count == 1 || (value[PATTERN] == PAIR && thread->index % 2 == 0);
    for (uint32_t i = 0; i < state->incoming_count; i++)
        incoming_ring(state, i)->foreign = !own_partner;
}

/* The ring by which thread `sender` sends to its `number`-th receiver; it lies in the receiver's
 * memory, where the sender's place among all others is its number. */
static ring_t *ring_find(const wl_run_t *run, uint32_t sender, uint32_t number) {
    uint32_t receiver = sender + 1, place = 0;
    if (run->values.value[PATTERN] == ALL && run->thread_count > 1) {
        receiver = number < sender ? number : number + 1;
        place = sender < receiver ? sender : sender - 1;
    } else if (receiver == run->thread_count) {
        receiver = run->values.value[PATTERN] == PAIR ? sender : 0;
    }
    return incoming_ring(run->threads[receiver].state, place);
}

/* Every thread's memory is mapped by now: the rings can be found. */
static void remote_populate(wl_run_t *run) {
    for (uint32_t i = 0; i < run->thread_count; i++) {
        remote_state_t *state = run->threads[i].state;
        for (uint32_t number = 0; number < state->outgoing_count; number++)
            state->outgoing[number] = ring_find(run, i, number);
    }
}

/* What has arrived in a ring and was not received. */
static uint64_t ring_live_bytes(const remote_state_t *state, const ring_t *ring) {
    uint64_t bytes = 0, to = atomic_load_explicit(&ring->published, memory_order_acquire);
    uint64_t from = atomic_load_explicit(&ring->received, memory_order_relaxed);
    for (; from != to; from++)
        bytes += ring->parcels[from & (state->room - 1)].size_bytes;
    return bytes;
}

static uint64_t remote_live_bytes(wl_thread_t *thread) {
    const remote_state_t *state = thread->state;
    uint64_t bytes = state->undelivered.size_bytes;
    for (uint64_t i = 0; i < thread->run->values.value[KEEP]; i++)
        bytes += state->kept[i].size_bytes;
    for (uint32_t i = 0; i < state->incoming_count; i++)
        bytes += ring_live_bytes(state, incoming_ring(state, i));
    return bytes;
}

static void parcel_drain(wl_thread_t *thread, parcel_t parcel) {
    if (parcel.block != NULL)
        wl_release(thread, parcel.block, parcel.size_bytes, WL_TOUCH_NONE, wl_untimed(thread->run));
}

static void remote_drain(wl_thread_t *thread) {
    const remote_state_t *state = thread->state;
    parcel_drain(thread, state->undelivered);
    for (uint64_t i = 0; i < thread->run->values.value[KEEP]; i++)
        parcel_drain(thread, state->kept[i]);
    for (uint32_t i = 0; i < state->incoming_count; i++)
        while (ring_receive(thread, incoming_ring(state, i)))
            continue;
}

static const wl_engine_t remote_engine = {
    .plan = remote_plan,
    .prepare = remote_prepare,
    .populate = remote_populate,
    .fill = remote_fill,
    .work = remote_work,
    .live_bytes = remote_live_bytes,
    .drain = remote_drain,
};

static bool remote_validate(const wl_values_t *values, char *error, size_t error_bytes) {
    return wl_sizes_valid(values->value[MIN], values->value[MAX], error, error_bytes);
}

const wl_workload_t wl_remote = {
    .name = "remote",
    .summary = "producers allocate blocks and hand them over to consumers, which free them",
    .stresses = "frees of other threads' blocks, and how their memory finds its way back",
    .parameters = remote_parameters,
    .before = wl_never_filled,
    .parameter_count = sizeof remote_parameters / sizeof remote_parameters[0],
    .validate = remote_validate,
    .engine = &remote_engine,
};
