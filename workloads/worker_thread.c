/*
 * The life of a run's threads: creation with their binding in force, warm-up, measured phase, load
 * until the last has finished, release of all blocks. The main thread calls worker_prepare and
 * worker_run and sleeps in a barrier while threads work; everything else runs in worker threads. No
 * locks: a barrier between the phases, one counter of finished threads. Explained in
 * docs/workloads.md.
 *
 *     thread:  fill | memory | warm-up | A B | measured, stamped | load until finished = threads |
 * C main:                              A usage B                                               C
 *
 *     thread:  D | release
 *     main:    memory D   join, idle
 */
#include "worker_thread.h"

#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "worker_membind.h"
#include "worker_memory.h"
#include "worker_counters.h"
#include "worker_system.h"

enum {
    STAMPS = 256,             /* wanted per thread; some take more, up to WL_MAX_STAMPS */
    TIMED_CHUNK_STEPS = 1024, /* between two looks at the clock where time decides; of mixed */
    LOAD_CHUNK_STEPS = 512,   /* between two looks at whether all have finished; likewise */
    STACK_BYTES = 256 * 1024  /* small enough that the C library keeps exited threads' stacks */
};

typedef struct wl_usage {
    struct rusage start, end; /* of the measured phase */
} wl_usage_t;

static const wl_engine_t *run_engine(const wl_run_t *run) {
    return run->workload->engine;
}

/* ---------------------------------------------------------------------------------- progress */

static void stamp_write(wl_thread_t *thread) {
    wl_thread_report_t *report = thread->report;
    uint32_t count = atomic_load_explicit(&report->stamp_count, memory_order_relaxed);
    if (count == WL_MAX_STAMPS)
        count--; /* the last place is for the newest */
    report->stamps[count] = (wl_stamp_t){.ns = thread->now_ns, .ops = thread->ops};
    /* release, with the harness's acquire load */
    atomic_store_explicit(&report->stamp_count, count + 1, memory_order_release);
    thread->stamped_ns = thread->now_ns;
    thread->stamped_ops = thread->ops;
}

/* Ends the time in which the thread did its whole share of work. */
static void stamp_last(wl_thread_t *thread) {
    if (thread->stamps_closed)
        return;
    thread->stamps_closed = true;
    if (thread->ops > 0 && thread->ops == thread->stamped_ops)
        return;
    thread->now_ns = worker_clock_ns();
    stamp_write(thread);
}

static bool phase_is_timed(const wl_thread_t *thread) {
    return thread->phase == WL_PHASE_MEASURE && thread->run->seconds > 0;
}

uint64_t wl_chunk(wl_thread_t *thread) {
    const wl_run_t *run = thread->run;
    if (thread->ops_per_step == 0)
        return 0;
    if (thread->phase == WL_PHASE_LOAD)
        return wl_all_finished(run) ? 0 : run->load_chunk_steps;
    if (phase_is_timed(thread)) {
        if (thread->now_ns < thread->deadline_ns)
            return run->timed_chunk_steps;
    } else if (thread->steps_left > 0) {
        return thread->steps_left < run->chunk_steps ? thread->steps_left : run->chunk_steps;
    }
    if (thread->phase == WL_PHASE_MEASURE)
        stamp_last(thread);
    return 0;
}

void wl_done(wl_thread_t *thread, uint64_t steps, uint64_t ops) {
    const wl_run_t *run = thread->run;
    thread->ops += ops;
    thread->steps_left -= steps < thread->steps_left ? steps : thread->steps_left;
    if (thread->phase != WL_PHASE_MEASURE || thread->stamps_closed)
        return;
    if (run->seconds > 0) {
        thread->now_ns = worker_clock_ns();
        if (thread->now_ns - thread->stamped_ns >= run->stamp_ns)
            stamp_write(thread);
    } else if (thread->ops - thread->stamped_ops >= run->stamp_ops) {
        thread->now_ns = worker_clock_ns();
        stamp_write(thread);
    }
}

void wl_wait(uint64_t *waited, uint64_t spins) {
    if ((*waited)++ >= spins) {
        sched_yield();
        return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* ---------------------------------------------------------------------------------- failures */

_Noreturn void wl_call_failed(wl_thread_t *thread, const char *call, size_t size_bytes) {
    wl_fail(thread->run, WL_FAILURE_OUT_OF_MEMORY, "%s(%zu) returned NULL in thread %u", call,
            size_bytes, thread->index);
}

_Noreturn void wl_out_of_memory(wl_thread_t *thread, size_t size_bytes) {
    wl_call_failed(thread, "malloc", size_bytes);
}

void wl_check_allocated(wl_thread_t *thread, void *block, size_t size_bytes) {
    char error[256];
    uint64_t id = (uint64_t)(thread->index + 1) << 48 | thread->checked_blocks++;
    if (!wl_check_add(thread->run->live_set, block, size_bytes, id, error, sizeof error))
        wl_fail(thread->run, WL_FAILURE_WRONG_DATA, "%s (thread %u)", error, thread->index);
    if (thread->run->check_usable_size && malloc_usable_size(block) < size_bytes)
        wl_fail(thread->run, WL_FAILURE_WRONG_DATA,
                "block %p of %zu bytes has a usable size of %zu bytes (thread %u)", block,
                size_bytes, malloc_usable_size(block), thread->index);
}

void wl_check_freed(wl_thread_t *thread, void *block, size_t size_bytes) {
    char error[256];
    if (!wl_check_remove(thread->run->live_set, block, size_bytes, error, sizeof error))
        wl_fail(thread->run, WL_FAILURE_WRONG_DATA, "%s (thread %u)", error, thread->index);
}

void wl_check_zeroed(wl_thread_t *thread, const void *block, size_t size_bytes) {
    char error[256];
    if (!wl_check_zero(block, size_bytes, error, sizeof error))
        wl_fail(thread->run, WL_FAILURE_WRONG_DATA, "%s (thread %u)", error, thread->index);
}

void wl_check_aligned(wl_thread_t *thread, const void *block, size_t alignment_bytes,
                      size_t size_bytes) {
    char error[256];
    if (!wl_check_alignment(block, alignment_bytes, size_bytes, error, sizeof error))
        wl_fail(thread->run, WL_FAILURE_WRONG_DATA, "%s (thread %u)", error, thread->index);
}

void wl_check_reallocating(wl_thread_t *thread, void *block, size_t size_bytes,
                           wl_check_kept_t *kept) {
    char error[256];
    if (!wl_check_take(thread->run->live_set, block, size_bytes, kept, error, sizeof error))
        wl_fail(thread->run, WL_FAILURE_WRONG_DATA, "%s (thread %u)", error, thread->index);
}

void wl_check_reallocated(wl_thread_t *thread, void *block, size_t size_bytes,
                          const wl_check_kept_t *kept) {
    char error[256];
    if (!wl_check_moved(block, size_bytes, kept, error, sizeof error))
        wl_fail(thread->run, WL_FAILURE_WRONG_DATA, "%s (thread %u)", error, thread->index);
    wl_check_allocated(thread, block, size_bytes);
}

/* ---------------------------------------------------------------------------------- threads */

static void phase_begin(wl_thread_t *thread, enum wl_phase phase) {
    const wl_run_t *run = thread->run;
    thread->phase = phase;
    if (thread->latency != NULL)
        wl_latency_count(thread->latency, false);
    if (phase == WL_PHASE_LOAD)
        return;
    uint64_t ops = phase == WL_PHASE_WARMUP ? run->warmup : run->ops;
    thread->steps_left =
        thread->ops_per_step ? (ops + thread->ops_per_step - 1) / thread->ops_per_step : 0;
    thread->ops = 0;
    thread->checksum = 0;
    thread->crossed_blocks = 0;
    thread->freed_blocks = 0;
    if (phase == WL_PHASE_MEASURE) {
        thread->now_ns = worker_clock_ns();
        thread->deadline_ns = thread->now_ns + run->seconds * 1000000000u;
        stamp_write(thread);
        if (thread->latency != NULL)
            wl_latency_begin(thread->latency);
    }
}

/* The measured work of this thread is done: results to the report, usage by the last one. */
static void thread_finished(wl_thread_t *thread) {
    wl_run_t *run = thread->run;
    wl_thread_report_t *report = thread->report;
    stamp_last(thread);
    report->ops = thread->ops;
    report->checksum = run->seconds > 0 ? 0 : thread->checksum;
    report->crossed_blocks = thread->crossed_blocks;
    report->freed_blocks = thread->freed_blocks;
    /* release, with the acquire in wl_all_finished. Barrier C carries `usage` to the main thread.
     */
    uint32_t before = atomic_fetch_add_explicit(&run->finished, 1, memory_order_acq_rel);
    if (before + 1 == run->thread_count)
        getrusage(RUSAGE_SELF, &run->usage->end);
}

/* Ends the thread's phase and begins the next. False when the last is over. */
static bool phase_next(wl_thread_t *thread) {
    wl_run_t *run = thread->run;
    switch (thread->phase) {
    case WL_PHASE_WARMUP:
        pthread_barrier_wait(&run->barrier);
        pthread_barrier_wait(&run->barrier);
        phase_begin(thread, WL_PHASE_MEASURE);
        return true;
    case WL_PHASE_MEASURE:
        thread_finished(thread);
        phase_begin(thread, WL_PHASE_LOAD);
        return true;
    default:
        return false;
    }
}

static void thread_create(wl_thread_t *thread);

static void *thread_main(void *argument) {
    wl_thread_t *thread = argument;
    wl_run_t *run = thread->run;
    pthread_t predecessor = thread->self;
    thread->self = pthread_self();
    thread->report->bound = worker_bound(run, thread->index);
    if (thread->latency != NULL)
        wl_latency_enter(thread->latency);

    if (thread->generation == 0 && run_engine(run)->fill != NULL) {
        run_engine(run)->fill(thread);
        pthread_barrier_wait(&run->barrier);
        pthread_barrier_wait(&run->barrier);
    }
    enum wl_verdict verdict;
    do {
        verdict = run_engine(run)->work(thread);
    } while (verdict == WL_PHASE_OVER && phase_next(thread));

    if (thread->generation > 0)
        pthread_join(predecessor, NULL);
    if (verdict == WL_HAND_OVER) {
        thread->generation++;
        thread_create(thread);
        return NULL;
    }
    pthread_barrier_wait(&run->barrier); /* C, all have stopped */
    thread->report->live_bytes = run_engine(run)->live_bytes(thread);
    pthread_barrier_wait(&run->barrier);
    pthread_barrier_wait(&run->barrier);
    run_engine(run)->drain(thread);
    return NULL;
}

/* The new thread inherits the binding of the calling one. Its handle is its own to store, in
 * thread->self, so that a successor that is quicker than its creator is not overwritten. */
static void thread_create(wl_thread_t *thread) {
    pthread_t handle;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int error = pthread_create(&handle, &attributes, thread_main, thread);
    pthread_attr_destroy(&attributes);
    if (error != 0)
        wl_fail(thread->run, WL_FAILURE_SYSTEM, "cannot create thread %u (generation %u): %s",
                thread->index, thread->generation, strerror(error));
}

/* ---------------------------------------------------------------------------------- main thread */

static uint64_t at_least_one(uint64_t value) {
    return value > 0 ? value : 1;
}

void worker_prepare(wl_run_t *run) {
    char error[400];
    const uint64_t slow_times = at_least_one(run->workload->slow_times);
    run->timed_chunk_steps = at_least_one(TIMED_CHUNK_STEPS / slow_times);
    run->load_chunk_steps = at_least_one(LOAD_CHUNK_STEPS / slow_times);
    run->stamp_ops = at_least_one(run->ops / STAMPS);
    run->stamp_ns = run->seconds * 1000000000u / STAMPS;
    run->chunk_steps = at_least_one(run->ops > 0 ? run->ops / STAMPS : TIMED_CHUNK_STEPS);
    run->usage = wl_map(run, sizeof *run->usage);
    run->threads = wl_map(run, run->thread_count * sizeof *run->threads);
    for (uint32_t i = 0; i < run->thread_count; i++) {
        wl_thread_t *thread = &run->threads[i];
        thread->run = run;
        thread->index = i;
        thread->ops_per_step = 1;
        thread->report = &run->control->threads[i];
    }
    if (!run_engine(run)->plan(run, error, sizeof error))
        wl_fail(run, WL_FAILURE_BAD_REQUEST, "%s: %s", run->workload->name, error);
    if (run->mode == WL_CHECK) {
        void *memory = wl_map(run, wl_check_bytes(run->live_blocks_limit));
        run->live_set = wl_check_init(memory, run->live_blocks_limit);
    }
    wl_timer_t timer;
    if (run->mode == WL_LATENCY)
        wl_timer_open(&timer);
    /* Each thread's memory is first touched from where the thread will run. */
    for (uint32_t i = 0; i < run->thread_count; i++) {
        worker_bind(run, i);
        run->threads[i].state = wl_map(run, run->engine_state_bytes);
        if (run->mode == WL_LATENCY) {
            run->threads[i].latency = wl_map(run, sizeof *run->threads[i].latency);
            wl_latency_open(run->threads[i].latency, &timer, i);
        }
        if (run_engine(run)->prepare != NULL)
            run_engine(run)->prepare(&run->threads[i]);
    }
    worker_bind(run, 0);
}

static uint64_t time_ns(struct timeval end, struct timeval start) {
    return (uint64_t)((int64_t)(end.tv_sec - start.tv_sec) * 1000000000 +
                      (int64_t)(end.tv_usec - start.tv_usec) * 1000);
}

/* Everything that is known once all threads have stopped. */
static void results_collect(wl_run_t *run) {
    wl_control_t *control = run->control;
    const struct rusage *start = &run->usage->start, *end = &run->usage->end;
    control->minor_faults = (uint64_t)(end->ru_minflt - start->ru_minflt);
    control->major_faults = (uint64_t)(end->ru_majflt - start->ru_majflt);
    control->voluntary_switches = (uint64_t)(end->ru_nvcsw - start->ru_nvcsw);
    control->involuntary_switches = (uint64_t)(end->ru_nivcsw - start->ru_nivcsw);
    control->user_ns = time_ns(end->ru_utime, start->ru_utime);
    control->system_ns = time_ns(end->ru_stime, start->ru_stime);
    control->checksum = control->live_bytes = 0;
    for (uint32_t i = 0; i < run->thread_count; i++) {
        control->checksum += run->threads[i].report->checksum;
        control->live_bytes += run->threads[i].report->live_bytes;
        if (run->mode == WL_LATENCY)
            wl_latency_report(&control->latency, run->threads[i].latency);
    }
}

/* Stays away from the allocator, which gives its own threads time to give memory back. */
static void idle_wait(wl_run_t *run) {
    if (run->idle_ms == 0)
        return;
    struct timespec left = {.tv_sec = (time_t)(run->idle_ms / 1000),
                            .tv_nsec = (long)(run->idle_ms % 1000 * 1000000)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
    worker_memory_read(&run->control->memory[WL_MOMENT_IDLE]);
}

static void threads_start(wl_run_t *run) {
    worker_bind(run, 0);
    if (run_engine(run)->populate != NULL)
        run_engine(run)->populate(run);
    worker_set_state(run, WL_STATE_WARMUP);
    for (uint32_t i = 0; i < run->thread_count; i++) {
        worker_bind(run, i);
        phase_begin(&run->threads[i], WL_PHASE_WARMUP);
        thread_create(&run->threads[i]);
    }
    worker_bind(run, 0);
}

/* All threads stand still: whatever they did since counting began is in their ops. */
static void events_collect(wl_run_t *run, wl_counters_t *counters) {
    if (!run->count_events)
        return;
    wl_counters_stop(counters, run->control->events);
    wl_counters_close(counters);
    run->control->counted_ops = 0;
    for (uint32_t i = 0; i < run->thread_count; i++)
        run->control->counted_ops += run->threads[i].ops;
}

/* RSS with all that the workload may hold, 0 where it is not filled. Read then, since the kernel's
 * peak is that of its own sums, which lag behind by some dozen pages for each processor. */
static uint64_t filled_measure(wl_run_t *run) {
    wl_memory_t memory = {0};
    if (run_engine(run)->fill == NULL)
        return 0;
    pthread_barrier_wait(&run->barrier);
    worker_memory_read(&memory);
    pthread_barrier_wait(&run->barrier);
    return memory.rss_bytes;
}

void worker_run(wl_run_t *run) {
    wl_counters_t counters;
    pthread_barrier_init(&run->barrier, NULL, run->thread_count + 1);
    if (run->count_events)
        wl_counters_open(&counters); /* what cannot be opened is reported as missing */
    threads_start(run);
    const uint64_t filled_bytes = filled_measure(run);

    pthread_barrier_wait(&run->barrier); /* A: all are warm */
    if (run->count_events)
        wl_counters_start(&counters);
    getrusage(RUSAGE_SELF, &run->usage->start);
    worker_set_state(run, WL_STATE_MEASURING);
    pthread_barrier_wait(&run->barrier); /* B */

    pthread_barrier_wait(&run->barrier); /* C: all have stopped */
    events_collect(run, &counters);
    pthread_barrier_wait(&run->barrier); /* and have counted their live bytes */
    results_collect(run);
    worker_memory_read(&run->control->memory[WL_MOMENT_PEAK_LIVE]);
    worker_membind_measure(run);
    worker_set_state(run, WL_STATE_PEAK);
    pthread_barrier_wait(&run->barrier); /* D */

    for (uint32_t i = 0; i < run->thread_count; i++)
        pthread_join(run->threads[i].self, NULL);
    char error[256];
    if (run->mode == WL_CHECK && !wl_check_empty(run->live_set, error, sizeof error))
        wl_fail(run, WL_FAILURE_WRONG_DATA, "%s", error);
    worker_memory_read(&run->control->memory[WL_MOMENT_FREED]);
    uint64_t peak_bytes = worker_peak_rss_bytes();
    uint64_t live_bytes = run->control->memory[WL_MOMENT_PEAK_LIVE].rss_bytes;
    peak_bytes = peak_bytes > live_bytes ? peak_bytes : live_bytes;
    run->control->peak_rss_bytes = peak_bytes > filled_bytes ? peak_bytes : filled_bytes;
    worker_set_state(run, WL_STATE_FREED);
    idle_wait(run);
}
