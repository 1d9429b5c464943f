/*
 * What a workload's engine sees of the worker: the run, its threads and the services they share.
 * Included by worker*.c and wl_*.c. Unless said otherwise a function is called by the worker thread
 * that owns the wl_thread_t. Nothing here calls the allocator under test except wl_allocate and
 * wl_release. Explained in docs/workloads.md.
 */
#ifndef WORKER_H
#define WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "random.h"
#include "worker_check.h"
#include "worker_control.h"
#include "worker_latency.h"
#include "workload.h"

enum {
    WL_LINE_BYTES = 64,
    WL_FALSE_SHARING_BYTES = 128, /* a line and its prefetched buddy */
    WL_PAGE_BYTES = 4096
};

#define wl_inline static inline __attribute__((always_inline))
/* What touch writes: a constant, so that nothing is kept across malloc for it. */
#define WL_TOUCH_BYTE          0x5a
#define wl_unlikely(condition) __builtin_expect(!!(condition), 0)

/* Values of parameters that ask whether. */
enum wl_no_yes { WL_NO, WL_YES };
extern const char *const wl_no_yes[];
extern const char *const wl_never_filled[]; /* what workloads with `fill` did before they had it */

/* Values of the parameter `touch`, which every workload has. */
enum wl_touch {
    WL_TOUCH_NONE,     /* the workload does not access the block */
    WL_TOUCH_FIRST,    /* writes the first byte after malloc */
    WL_TOUCH_LINES,    /* writes a byte in every cache line after malloc */
    WL_TOUCH_CONSUMER, /* as lines, and the freeing thread reads them again before free */
    WL_TOUCH_PAGES,    /* writes a byte in every page after malloc */
};
extern const char *const wl_touch_choices[]; /* all but pages, for blocks smaller than a page */
extern const char wl_touch_help[];
extern const char *const wl_touch_page_choices[]; /* all of them */
extern const char wl_touch_page_help[];

/* Tells the compiler that `touch` is one of wl_touch_choices, where it is not constant. */
wl_inline void wl_touch_is_not_pages(enum wl_touch touch) {
    if (touch > WL_TOUCH_CONSUMER)
        __builtin_unreachable();
}

/* For wl_workload_t.validate: false with a reason unless min <= max. */
bool wl_sizes_valid(uint64_t min_bytes, uint64_t max_bytes, char *error, size_t error_bytes);

/* What is done to every malloc and free, one at a time. */
enum wl_mode {
    WL_PLAIN,
    WL_CHECK,   /* blocks are filled and verified */
    WL_LATENCY, /* each call is timed */
};

enum wl_phase {
    WL_PHASE_WARMUP,
    WL_PHASE_MEASURE,
    WL_PHASE_LOAD, /* own work done: same kind of work, not counted, until all have finished */
};

enum wl_verdict {
    WL_PHASE_OVER, /* this thread's part of the phase is done */
    WL_HAND_OVER,  /* go on with this phase in a fresh thread, which inherits the wl_thread_t */
};

typedef struct wl_run wl_run_t;

/*
 * A worker thread, or for WL_HAND_OVER a lineage of threads of which one lives at a time. Lies in
 * mapped memory with no false sharing.
 *
 * ops, checksum, crossed_blocks and freed_blocks count the current phase. stamped_ops <= ops.
 */
typedef struct wl_thread {
    _Alignas(WL_FALSE_SHARING_BYTES) wl_run_t *run; /* [const] */
    uint32_t index;                                 /* [const] 0-based */
    uint32_t ops_per_step;      /* [const] the run's ops are divided by it; an engine's plan sets
                                   it; 0: no steps of its own, it lives on what it receives */
    void *state;                /* [const] engine_state_bytes of zeroed mapped memory */
    wl_thread_report_t *report; /* [const] in the control block */
    enum wl_phase phase;        /* [owner] */
    uint32_t generation;        /* [owner] 0-based: threads of this lineage before this one */
    pthread_t self;             /* [owner] the living thread of the lineage */
    uint64_t steps_left;        /* [owner] of the phase; ignored where time decides */
    uint64_t ops;               /* [owner] completed mallocs and frees */
    uint64_t checksum;          /* [owner] wl_hash_mallocs and wl_hash_frees of them */
    uint64_t crossed_blocks;    /* [owner] freed blocks that another thread had allocated */
    uint64_t freed_blocks;      /* [owner] */
    uint64_t now_ns;            /* [owner] clock as last read */
    uint64_t deadline_ns;       /* [owner] end of the measured phase where time decides */
    uint64_t stamped_ns;        /* [owner] clock of the last stamp */
    uint64_t stamped_ops;       /* [owner] ops of the last stamp */
    bool stamps_closed;         /* [owner] own steps done: the last stamp is written */
    uint64_t checked_blocks;    /* [owner] blocks given an identity under check=1 */
    wl_latency_t *latency;      /* [const] its record; NULL unless latency=1 */
} wl_thread_t;

/* The request and what the threads share. Filled by the main thread before the others start. */
struct wl_run {
    const wl_workload_t *workload; /* [const] */
    wl_values_t values;            /* [const] */
    uint32_t thread_count;         /* [const] */
    uint64_t ops;                  /* [const] measured operations per thread; 0 with seconds */
    uint64_t warmup;               /* [const] operations per thread before */
    uint64_t seconds;              /* [const] 0: the number of operations decides */
    uint64_t seed;                 /* [const] */
    enum wl_mode mode;             /* [const] */
    bool check_usable_size;        /* [const] malloc_usable_size is the same library's as malloc */
    uint64_t idle_ms;              /* [const] after everything was freed */
    bool count_events;             /* [const] */
    const char *bind;              /* [const] SET,SET... or NULL */
    uint64_t chunk_steps;          /* [const] steps between two looks at stamps or clock */
    uint64_t stamp_ops, stamp_ns;  /* [const] least distance of two stamps */
    size_t engine_state_bytes;     /* [const] per thread; set by plan */
    uint64_t live_blocks_limit;    /* [const] blocks that may be live at once; set by plan */
    wl_control_t *control;         /* [const] */
    wl_thread_t *threads;          /* [const] thread_count */
    wl_check_t *live_set;          /* [const] NULL unless mode is WL_CHECK */
    pthread_barrier_t barrier;     /* all threads and the main thread */
    _Atomic uint32_t finished;     /* [any,atomic] threads whose measured work is done */
    struct wl_usage *usage;        /* [const] worker_thread.c: resources at start and end */
    uint64_t timed_chunk_steps;    /* [const] as chunk_steps where time decides */
    uint64_t load_chunk_steps;     /* [const] between two looks at whether all have finished */
};

/* The operations of a workload. */
typedef struct wl_engine {
    /* Main thread, before any block exists: sets engine_state_bytes and live_blocks_limit of the
     * run. False with a reason when the request cannot be served. */
    bool (*plan)(wl_run_t *run, char *error, size_t error_bytes);
    /* Main thread, once per thread, after `state` was mapped: fills it. May be NULL. */
    void (*prepare)(wl_thread_t *thread);
    /* Main thread, after the proof was accepted and before any thread starts: first blocks. May be
     * NULL. */
    void (*populate)(wl_run_t *run);
    /* Before the warm-up, in each first thread: blocks up to the most that the workload ever holds,
     * as far as that is up to the threads. None is freed before all are there and the memory of
     * that moment was read. May be NULL. */
    void (*fill)(wl_thread_t *thread);
    /* Works until the phase is over (wl_chunk says 0) or a hand-over is due. */
    enum wl_verdict (*work)(wl_thread_t *thread);
    /* All threads have stopped: requested bytes of the blocks that this thread would free. */
    uint64_t (*live_bytes)(wl_thread_t *thread);
    /* Frees them. */
    void (*drain)(wl_thread_t *thread);
} wl_engine_t;

/* Steps to do before the next wl_done, at least 1; 0 when this thread's phase is over. */
uint64_t wl_chunk(wl_thread_t *thread);

/* Accounts for `steps` of the thread's own steps and `ops` operations; stamps when it is time. */
void wl_done(wl_thread_t *thread, uint64_t steps, uint64_t ops);

/* Every thread has done its measured work: the load phase is to end. */
static inline bool wl_all_finished(const wl_run_t *run) {
    /* acquire, with the release in thread_finished: nobody stops before all results are written */
    return atomic_load_explicit(&run->finished, memory_order_acquire) == run->thread_count;
}

/* Lets another hardware or software thread go ahead: a pause, after `spins` of them a yield. */
void wl_wait(uint64_t *waited, uint64_t spins);

/* Zeroed, shared, pre-faulted memory, counted in bookkeeping_bytes. Main thread, before READY. */
void *wl_map(wl_run_t *run, size_t bytes);

/* Ends the process: first failure wins. `format` gives one line, without "worker:" and newline. */
_Noreturn void wl_fail(wl_run_t *run, enum wl_failure failure, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

/* Allocated and freed blocks under check=1; both end the process when something is wrong. */
void wl_check_allocated(wl_thread_t *thread, void *block, size_t size_bytes);
void wl_check_freed(wl_thread_t *thread, void *block, size_t size_bytes);

/* What calloc and aligned_alloc promise beyond that; before wl_check_allocated. */
void wl_check_zeroed(wl_thread_t *thread, const void *block, size_t size_bytes);
void wl_check_aligned(wl_thread_t *thread, const void *block, size_t alignment_bytes,
                      size_t size_bytes);

/* Before and after a realloc: the block is freed, another allocated, its contents are kept. */
void wl_check_reallocating(wl_thread_t *thread, void *block, size_t size_bytes,
                           wl_check_kept_t *kept);
void wl_check_reallocated(wl_thread_t *thread, void *block, size_t size_bytes,
                          const wl_check_kept_t *kept);

_Noreturn void wl_out_of_memory(wl_thread_t *thread, size_t size_bytes) __attribute__((cold));
_Noreturn void wl_call_failed(wl_thread_t *thread, const char *call, size_t size_bytes)
    __attribute__((cold));

/*
 * The checksum: linear in the number of operations and in their bytes, so that it can be summed
 * over threads and portions in any order, and different for mallocs and frees.
 */
static inline uint64_t wl_hash_mallocs(uint64_t blocks, uint64_t bytes) {
    return blocks * 0x9e3779b97f4a7c15u + bytes * 0xa0761d6478bd642fu;
}
static inline uint64_t wl_hash_frees(uint64_t blocks, uint64_t bytes) {
    return blocks * 0xd1b54a32d192ed03u + bytes * 0xe7037ed1a0b428dbu;
}

wl_inline void wl_touch_write(unsigned char *block, size_t size_bytes, enum wl_touch touch) {
    volatile unsigned char *byte = block;
    if (touch == WL_TOUCH_FIRST)
        byte[0] = WL_TOUCH_BYTE;
    if (touch >= WL_TOUCH_LINES) {
        const size_t step = touch == WL_TOUCH_PAGES ? WL_PAGE_BYTES : WL_LINE_BYTES;
        for (size_t i = 0; i < size_bytes; i += step)
            byte[i] = WL_TOUCH_BYTE;
        byte[size_bytes - 1] = WL_TOUCH_BYTE;
    }
}

wl_inline void wl_touch_read(const unsigned char *block, size_t size_bytes, enum wl_touch touch) {
    const volatile unsigned char *byte = block;
    if (touch == WL_TOUCH_CONSUMER) {
        for (size_t i = 0; i < size_bytes; i += WL_LINE_BYTES)
            (void)byte[i];
        (void)byte[size_bytes - 1];
    }
}

/*
 * One malloc and one free of a workload. With constant `touch` and `mode` nothing is left of the
 * cases that do not apply; a checked block is filled and verified whatever `touch` says. Touching
 * is outside of what is timed.
 */
wl_inline void *wl_allocate(wl_thread_t *thread, size_t size_bytes, enum wl_touch touch,
                            enum wl_mode mode) {
    void *block =
        mode == WL_LATENCY ? wl_latency_malloc(thread->latency, size_bytes) : malloc(size_bytes);
    if (wl_unlikely(block == NULL))
        wl_out_of_memory(thread, size_bytes);
    if (mode == WL_CHECK)
        wl_check_allocated(thread, block, size_bytes);
    else
        wl_touch_write(block, size_bytes, touch);
    return block;
}

wl_inline void wl_release(wl_thread_t *thread, void *block, size_t size_bytes, enum wl_touch touch,
                          enum wl_mode mode) {
    if (mode == WL_CHECK)
        wl_check_freed(thread, block, size_bytes);
    else
        wl_touch_read(block, size_bytes, touch);
    if (mode == WL_LATENCY)
        wl_latency_free(thread->latency, block, size_bytes);
    else
        free(block);
}

/* wl_allocate by calloc. */
wl_inline void *wl_allocate_zeroed(wl_thread_t *thread, size_t size_bytes, enum wl_touch touch,
                                   enum wl_mode mode) {
    void *block =
        mode == WL_LATENCY ? wl_latency_calloc(thread->latency, size_bytes) : calloc(1, size_bytes);
    if (wl_unlikely(block == NULL))
        wl_call_failed(thread, "calloc", size_bytes);
    if (mode == WL_CHECK) {
        wl_check_zeroed(thread, block, size_bytes);
        wl_check_allocated(thread, block, size_bytes);
    } else {
        wl_touch_write(block, size_bytes, touch);
    }
    return block;
}

/* wl_allocate by aligned_alloc; size_bytes is a multiple of the alignment, as C11 asks. */
wl_inline void *wl_allocate_aligned(wl_thread_t *thread, size_t alignment_bytes, size_t size_bytes,
                                    enum wl_touch touch, enum wl_mode mode) {
    void *block = mode == WL_LATENCY
                      ? wl_latency_aligned_alloc(thread->latency, alignment_bytes, size_bytes)
                      : aligned_alloc(alignment_bytes, size_bytes);
    if (wl_unlikely(block == NULL))
        wl_call_failed(thread, "aligned_alloc", size_bytes);
    if (mode == WL_CHECK) {
        wl_check_aligned(thread, block, alignment_bytes, size_bytes);
        wl_check_allocated(thread, block, size_bytes);
    } else {
        wl_touch_write(block, size_bytes, touch);
    }
    return block;
}

/*
 * A realloc: two operations, a malloc of the new size and a free of the old one. What was added to
 * the block is touched like a block of its own.
 */
wl_inline void *wl_reallocate(wl_thread_t *thread, void *block, size_t old_bytes, size_t new_bytes,
                              enum wl_touch touch, enum wl_mode mode) {
    wl_check_kept_t kept;
    if (mode == WL_CHECK)
        wl_check_reallocating(thread, block, old_bytes, &kept);
    unsigned char *moved = mode == WL_LATENCY
                               ? wl_latency_realloc(thread->latency, block, new_bytes)
                               : realloc(block, new_bytes);
    if (wl_unlikely(moved == NULL))
        wl_call_failed(thread, "realloc", new_bytes);
    if (mode == WL_CHECK)
        wl_check_reallocated(thread, moved, new_bytes, &kept);
    else if (new_bytes > old_bytes)
        wl_touch_write(moved + old_bytes, new_bytes - old_bytes, touch);
    return moved;
}

/* The mode of what is not measured: first blocks and the last release. */
static inline enum wl_mode wl_untimed(const wl_run_t *run) {
    return run->mode == WL_CHECK ? WL_CHECK : WL_PLAIN;
}

#endif
