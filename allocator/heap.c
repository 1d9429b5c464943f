/*
 * Start of the allocator, and the life of heaps: bound to a thread at its first allocation, idle at
 * its exit, inherited by the next. Runs on cold paths of any thread. heaps.lock guards the table
 * and the idle list; it is taken before any heap's lock.
 */
#include "allocator/heap.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "allocator/backend.h"
#include "allocator/fork.h"
#include "allocator/large.h"
#include "allocator/options.h"
#include "allocator/spill.h"
#include "allocator/telemetry.h"

#define SWEEP_PERIOD_MS    100
#define WHOLE_PART_THREADS 16u /* hak_heap_part_bytes: that each have the whole */
#define LEAST_PART_THREADS 64u /* and from how many on none has less */
/* Lanes stay full for the next thread while they hold at most this, and those of all heaps without
 * a thread together. */
#define EXIT_LANE_BYTES  ((size_t)256 << 10)
#define EXIT_LANES_BYTES ((size_t)1 << 20)

/* Idle heaps whose lanes an exit judges again, the newest ones. */
#define EXIT_LOOKS 8u

/* A thread is young until it has looked so often at what idles; so many times the slabs of its own
 * has a heap that a young one leaves its own for. */
#define YOUNG_LOOKS  2u
#define SETTLE_TIMES 2u

/* The heap of the second thread; the common heap is 1. The file's pages are given back when the
 * first thread gets its heap, and again with this one: a program loads until about then, and the
 * dynamic linker looks for its symbols here as well. */
#define LOADED_HEAP 3u

/* See own_wanted. */
#define OWN_HEAPS      4096u
#define OWN_LIMIT_PART 16u

static void *null_slot[2]; /* [0] is the NULL that an empty lane ends in */

/* malloc finds its lanes empty, free no outbox; for a lane free looks at hak_map.zero. The limits
 * of the lanes are not looked at: each address here is a relocation when the library is loaded. */
_Alignas(64) hak_empty_t hak_empty = {
    .front = {.null_top = &null_slot[1],
              .id = HAK_OWNER_EMPTY,
              .lane = {[0 ... HAK_CLASS_MAX - 1] = {.top = &null_slot[1]}}},
};

_Thread_local hak_heap_t *hak_thread_heap = (hak_heap_t *)&hak_empty.front;
_Thread_local char *hak_thread_lanes = hak_map.zero;

/* Set once the thread's destructor ran: from then on it uses the common heap. */
static _Thread_local bool thread_exited __attribute__((tls_model("initial-exec")));

static HAK_SPARSE struct {
    hak_lock_t lock;
    _Atomic uint32_t highest_id; /* [any,atomic] relaxed: written under lock; who reads a new one
                                    early finds NULL in by_id */
    hak_heap_t *newest_idle;     /* [lock] the next to be inherited */
    hak_heap_t *oldest_idle;     /* [lock] */
    size_t idle_lane_bytes;      /* [lock] sum of the same of all idle heaps */
    uint64_t swept_ms;           /* [lock] */
    _Atomic uint32_t bound;      /* [any,atomic] relaxed: heaps with a thread; read as a hint of how
                                    many share what lanes may hold; written under lock */
    _Atomic uint32_t releases;   /* [any,atomic] relaxed: times a heap became idle; written under
                                    lock, read as a hint */
    _Atomic(hak_heap_t *) by_id[HAK_OWNER_MAX + 1]; /* [any,atomic] acquire pairs with the release
                                                       in heap_create */
} heaps;

static struct {
    hak_lock_t lock;
    _Atomic bool done;      /* [any,atomic] acquire pairs with the release, both in hak_start */
    bool failed;            /* [lock] */
    bool exit_key_made;     /* [const] after start */
    pthread_key_t exit_key; /* [const] after start */
} start;

static void thread_heap_set(hak_heap_t *heap, bool has_own_map) {
    hak_thread_heap = heap;
    hak_thread_lanes = has_own_map ? (char *)heap : hak_map.zero;
}

hak_lock_t *hak_heaps_lock(void) {
    return &heaps.lock;
}

hak_lock_t *hak_start_lock(void) {
    return &start.lock;
}

uint32_t hak_heap_highest_id(void) {
    return atomic_load_explicit(&heaps.highest_id, memory_order_relaxed);
}

hak_heap_t *hak_heap_by_id(uint32_t id) {
    return atomic_load_explicit(&heaps.by_id[id], memory_order_acquire);
}

hak_heap_t *hak_heap_common(void) {
    return hak_heap_by_id(1);
}

uint32_t hak_heaps_bound(void) {
    return atomic_load_explicit(&heaps.bound, memory_order_relaxed);
}

size_t hak_heap_part_bytes(size_t bytes) {
    const uint32_t threads = hak_heaps_bound();
    if (threads <= WHOLE_PART_THREADS)
        return bytes;
    return bytes * WHOLE_PART_THREADS /
           (threads < LEAST_PART_THREADS ? threads : LEAST_PART_THREADS);
}

/* ------------------------------------------------------------------ creation */

/* Every lane without capacity, and without slots but for the NULL. Lanes of unused class ids stay
 * so for ever. */
static void lanes_create(hak_heap_t *heap) {
    for (uint32_t class_id = 1; class_id <= HAK_CLASS_MAX; class_id++) {
        const hak_class_t *class = &hak_classes[class_id]; /* all zero where none is */
        *hak_heap_lane(heap, class_id) = (hak_lane_t){.top = &null_slot[1],
                                                      .limit = &null_slot[1],
                                                      .starts = class->starts,
                                                      .stride_bytes = class->stride_bytes};
    }
}

/* Words behind a heap, for the slots of all lanes. */
static size_t lanes_words(void) {
    size_t words = 0;
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++)
        words += hak_lane_near_words(class_id);
    return words;
}

/* Whether a heap may have an own map: not the common one, in which nobody frees; not where there
 * are very many, since a process may have 65,530 mappings; nor where they would take more than
 * their part of a limit of addresses. */
static bool own_wanted(uint32_t id, uint32_t state) {
    const size_t limit = hak_os_address_limit_bytes();
    /* The common heap's id is 1. */
    return state != HAK_HEAP_COMMON && id - 1 <= OWN_HEAPS &&
           id - 1 <= limit / OWN_LIMIT_PART / HAK_OWN_BYTES;
}

/* A heap behind its outboxes, all zero, with an own map where it is to have one and the system
 * gives the addresses. */
static hak_heap_t *heap_allocate(uint32_t id, uint32_t state) {
    const size_t bytes = HAK_RECORD_BYTES + sizeof(hak_heap_t) + lanes_words() * sizeof(void *);
    char *record =
        own_wanted(id, state) ? hak_meta_allocate_behind(sizeof(hak_own_t), bytes) : NULL;
    const bool has_own_map = record != NULL;
    if (!has_own_map)
        record = hak_meta_allocate(bytes, HAK_RECORD_BYTES);
    if (record == NULL)
        return NULL;
    hak_heap_t *heap = (hak_heap_t *)(record + HAK_RECORD_BYTES);
    heap->has_own_map = has_own_map;
    return heap;
}

void hak_heap_own_units(uint32_t id, size_t unit, uint32_t units, uint16_t lane_offset) {
    hak_heap_t *heap = id - 1 < HAK_OWNER_MAX ? hak_heap_by_id(id) : NULL;
    const size_t chunk = unit * sizeof(uint16_t) / HAK_OWN_CHUNK_BYTES; /* has them all */
    const uint64_t bit = (uint64_t)1 << chunk % 64;
    if (heap == NULL || !heap->has_own_map || (heap->own_refused[chunk / 64] & bit) != 0)
        return;
    hak_own_t *own = hak_own_of(heap);
    if ((heap->own_writable[chunk / 64] & bit) == 0) {
        if (!hak_os_commit((char *)own + chunk * HAK_OWN_CHUNK_BYTES, HAK_OWN_CHUNK_BYTES)) {
            heap->own_refused[chunk / 64] |= bit;
            return;
        }
        heap->own_writable[chunk / 64] |= bit;
    }
    for (uint32_t i = 0; i < units; i++)
        atomic_store_explicit(&own->lane_offset[unit + i], lane_offset, memory_order_relaxed);
}

/* heaps.lock is held. */
static hak_heap_t *heap_create(uint32_t state) {
    uint32_t id = atomic_load_explicit(&heaps.highest_id, memory_order_relaxed) + 1;
    if (id > HAK_OWNER_MAX)
        return NULL;
    hak_heap_t *heap = heap_allocate(id, state);
    if (heap == NULL)
        return NULL;
    HAK_COUNT(HEAP, created);
    heap->front.null_top = heap->front.null_limit = &null_slot[1];
    heap->front.id = id;
    if (state != HAK_HEAP_COMMON) /* whose lanes nobody uses: two pages */
        lanes_create(heap);
    atomic_store_explicit(&heap->state, state, memory_order_relaxed);
    atomic_store_explicit(&heaps.by_id[id], heap, memory_order_release);
    atomic_store_explicit(&heaps.highest_id, id, memory_order_relaxed);
    return heap;
}

/* heaps.lock is held, here and for the next two. */
static void idle_push(hak_heap_t *heap) {
    heap->older_idle = heaps.newest_idle;
    heap->newer_idle = NULL;
    *(heaps.newest_idle != NULL ? &heaps.newest_idle->newer_idle : &heaps.oldest_idle) = heap;
    heaps.newest_idle = heap;
    heap->sweep_due = true;
    atomic_store_explicit(&heap->state, HAK_HEAP_IDLE, memory_order_seq_cst);
    atomic_fetch_sub_explicit(&heaps.bound, 1, memory_order_relaxed);
}

static void idle_remove(hak_heap_t *heap) {
    *(heap->newer_idle != NULL ? &heap->newer_idle->older_idle : &heaps.newest_idle) =
        heap->older_idle;
    *(heap->older_idle != NULL ? &heap->older_idle->newer_idle : &heaps.oldest_idle) =
        heap->newer_idle;
}

/* The newest idle heap of the node; of any other one only where `any`. */
static hak_heap_t *idle_find(uint32_t node, bool any) {
    for (hak_heap_t *heap = heaps.newest_idle; heap != NULL; heap = heap->older_idle)
        if (heap->node == node)
            return heap;
    return any ? heaps.newest_idle : NULL;
}

/* heaps.lock is held. */
static void idle_take(hak_heap_t *heap) {
    idle_remove(heap);
    heaps.idle_lane_bytes -= heap->idle_lane_bytes;
    heap->idle_lane_bytes = 0;
    HAK_COUNT(HEAP, inherited);
    atomic_store_explicit(&heap->state, HAK_HEAP_BOUND, memory_order_relaxed);
    hak_lock(&heap->lock);
    hak_heap_wake(heap);
    hak_unlock(&heap->lock);
}

/* heaps.lock is held. */
static void heap_serve(hak_heap_t *heap, uint32_t node, bool begins) {
    heap->node = heap->node_seen = node;
    heap->young_looks = begins ? YOUNG_LOOKS : 0;
    heap->releases_seen = atomic_load_explicit(&heaps.releases, memory_order_relaxed);
    atomic_fetch_add_explicit(&heaps.bound, 1, memory_order_relaxed);
}

/* A heap for a thread that begins, for which one of another node is better than a new one, or that
 * has changed its node. */
static hak_heap_t *heap_acquire(uint32_t node, bool begins) {
    bool created = false;
    hak_lock(&heaps.lock);
    hak_heap_t *heap = idle_find(node, begins);
    if (heap != NULL) {
        idle_take(heap);
    } else {
        heap = heap_create(HAK_HEAP_BOUND);
        created = heap != NULL;
    }
    if (heap != NULL)
        heap_serve(heap, node, begins);
    hak_unlock(&heaps.lock);
    if (created && heap->front.id <= LOADED_HEAP)
        hak_os_release_file();
    return heap;
}

/* Whether the lanes may stay as they are for the next thread: where they hold little, and where
 * their blocks, from anywhere, are not what keeps many slabs. */
static bool idle_lanes_keep(hak_heap_t *heap) {
    const size_t bytes = hak_spill_lane_bytes(heap);
    if (bytes > EXIT_LANE_BYTES)
        return false;
    hak_lock(&heap->lock);
    const bool pinning = bytes > 0 && hak_backend_is_sparse(heap, bytes);
    hak_unlock(&heap->lock);
    if (pinning)
        return false;
    hak_lock(&heaps.lock);
    const bool keep = heaps.idle_lane_bytes + bytes <= EXIT_LANES_BYTES;
    heap->idle_lane_bytes = keep ? bytes : 0;
    heaps.idle_lane_bytes += heap->idle_lane_bytes;
    hak_unlock(&heaps.lock);
    return keep;
}

/* From the longest idle heap on. heaps.lock is held. */
static void idle_trim(void) {
    for (hak_heap_t *heap = heaps.oldest_idle; heap != NULL && hak_pool_idle_over();
         heap = heap->newer_idle) {
        if (HAK_SHARED(heap->idle_slab_bytes) == 0)
            continue;
        HAK_COUNT(HEAP, trimmed);
        hak_lock(&heap->lock);
        hak_backend_trim(heap, 0);
        hak_unlock(&heap->lock);
    }
}

void hak_heaps_trim(void) {
    if (!hak_pool_idle_over() || !hak_lock_try(&heaps.lock))
        return;
    idle_trim();
    hak_unlock(&heaps.lock);
}

/* heaps.lock is held. */
static void idle_lanes_empty(hak_heap_t *heap) {
    heaps.idle_lane_bytes -= heap->idle_lane_bytes;
    heap->idle_lane_bytes = 0;
    hak_spill_lanes(heap);
}

/* Where threads that free each other's blocks exit together, the first ones kept their lanes: what
 * the others had not freed yet looked as if it were in use. heaps.lock is held. */
static void idle_lanes_judge(const hak_heap_t *released) {
    hak_heap_t *heap = released->older_idle;
    for (uint32_t i = 0; heap != NULL && i < EXIT_LOOKS; heap = heap->older_idle, i++) {
        if (heap->idle_lane_bytes == 0)
            continue;
        hak_lock(&heap->lock);
        const bool pinning = hak_backend_is_sparse(heap, heap->idle_lane_bytes);
        hak_unlock(&heap->lock);
        if (pinning)
            idle_lanes_empty(heap);
    }
}

static void heap_release(hak_heap_t *heap) {
    hak_lock(&heaps.lock);
    heap->released_ms = hak_os_milliseconds();
    memset(heap->refill_blocks, 0, sizeof heap->refill_blocks); /* the next thread starts small */
    idle_push(heap);
    atomic_fetch_add_explicit(&heaps.releases, 1, memory_order_relaxed);
    HAK_COUNT(HEAP, released);
    /* A chunk that came after the thread's last look, from one that saw the heap bound. */
    if (atomic_load_explicit(&heap->inbox, memory_order_seq_cst) != NULL) {
        hak_lock(&heap->lock);
        hak_remote_drain(heap, false);
        hak_unlock(&heap->lock);
    }
    idle_lanes_judge(heap);
    idle_trim();
    hak_unlock(&heaps.lock);
}

/* ------------------------------------------------------------------ start */

/* Destructor of the exit key: the heap goes on without the thread. What the thread allocates or
 * frees from here on (other destructors, the dynamic linker) goes through the common heap. */
static void thread_exit(void *value) {
    hak_heap_t *heap = value;
    if (heap->lane_bytes > EXIT_LANE_BYTES) /* less is for the next thread, as it has grown */
        hak_spill_beyond_shares(heap);
    hak_spill_queues(heap); /* first: what waits there looks as if it were in use */
    if (!idle_lanes_keep(heap))
        hak_spill_lanes(heap);
    hak_spill_slabs(heap, hak_pool_idle_room());
    thread_heap_set((hak_heap_t *)&hak_empty.front, false);
    thread_exited = true;
    heap_release(heap);
    hak_pool_decay(true);
    hak_large_thread_exits();
}

static bool start_locked(void) {
    hak_options_read();
    if (!hak_domain_start())
        return false;
    hak_size_classes_fill();
    hak_holes_start();
    hak_lock(&heaps.lock);
    hak_heap_t *common = heap_create(HAK_HEAP_COMMON);
    hak_unlock(&heaps.lock);
    if (common == NULL)
        return false;
    start.exit_key_made = pthread_key_create(&start.exit_key, thread_exit) == 0;
    if (!start.exit_key_made)
        hak_warn("no thread-specific key is left: memory of threads that exit is not reused");
    return true;
}

HAK_COLD bool hak_start(void) {
    if (atomic_load_explicit(&start.done, memory_order_acquire))
        return true;
    hak_lock(&start.lock);
    bool started = atomic_load_explicit(&start.done, memory_order_relaxed);
    bool first = !started && !start.failed;
    if (first) {
        started = start_locked();
        start.failed = !started;
        atomic_store_explicit(&start.done, started, memory_order_release);
    }
    hak_unlock(&start.lock);
    /* Registering may allocate: the allocator serves already. */
    if (first && started)
        hak_fork_register();
    return started;
}

static void thread_bind(hak_heap_t *heap) {
    thread_heap_set(heap, heap->has_own_map); /* first: pthread_setspecific may allocate */
    if (start.exit_key_made) {
        int saved_errno = errno;
        (void)pthread_setspecific(start.exit_key, heap);
        errno = saved_errno;
    }
}

HAK_COLD hak_heap_t *hak_thread_enter(void) {
    if (thread_exited) {
        HAK_COUNT(DIAGNOSTICS, exited_threads);
        return NULL;
    }
    if (!hak_start())
        return NULL;
    if (hak_heap_is_real(hak_thread_heap))
        return hak_thread_heap; /* hak_start came back here by way of an allocation */
    hak_heap_t *heap = heap_acquire(hak_os_node(), true);
    if (heap == NULL) {
        HAK_COUNT(DIAGNOSTICS, heapless_threads);
        return NULL;
    }
    thread_bind(heap);
    return heap;
}

/* The thread of `heap` goes on with `other`, which is bound to it already. */
static hak_heap_t *heap_exchange(hak_heap_t *heap, hak_heap_t *other) {
    hak_spill_all(heap, hak_pool_idle_room());
    thread_bind(other);
    heap_release(heap);
    return other;
}

HAK_COLD hak_heap_t *hak_heap_move(hak_heap_t *heap) {
    const uint32_t node = heap->node_seen;
    hak_heap_t *other = heap_acquire(node, false);
    if (other == NULL) {
        heap->node = node; /* no more heaps: new slabs at least come from the new node */
        return heap;
    }
    HAK_COUNT(HEAP, moved);
    return heap_exchange(heap, other);
}

bool hak_heap_may_settle(const hak_heap_t *heap) {
    return heap->releases_seen != atomic_load_explicit(&heaps.releases, memory_order_relaxed);
}

HAK_COLD hak_heap_t *hak_heap_settle(hak_heap_t *heap) {
    hak_lock(&heaps.lock);
    hak_heap_t *other = idle_find(heap->node, false);
    if (other != NULL &&
        HAK_SHARED(other->slab_bytes) / SETTLE_TIMES <= HAK_SHARED(heap->slab_bytes))
        other = NULL;
    if (other != NULL) {
        idle_take(other);
        heap_serve(other, heap->node, false);
    } else {
        heap->releases_seen = atomic_load_explicit(&heaps.releases, memory_order_relaxed);
    }
    hak_unlock(&heaps.lock);
    if (other == NULL)
        return heap;
    HAK_COUNT(HEAP, settled);
    return heap_exchange(heap, other);
}

/* ------------------------------------------------------------------ sweep */

/* What an idle heap's lanes and empty slabs still hold when it has been idle for long. */
static void idle_sweep(hak_heap_t *heap, bool all, uint64_t now) {
    const bool idle = atomic_load_explicit(&heap->state, memory_order_relaxed) == HAK_HEAP_IDLE;
    const bool due = heap->sweep_due || HAK_SHARED(heap->idle_slab_bytes) > 0;
    if (!idle || (!all && (!due || now - heap->released_ms < hak_options.purge_ms)))
        return;
    heap->sweep_due = false;
    if (heap->idle_lane_bytes > 0)
        idle_lanes_empty(heap);
    hak_lock(&heap->lock);
    hak_backend_trim(heap, 0);
    hak_unlock(&heap->lock);
}

/* Stale pages, and chunks that wait for a thread which took none between two sweeps: it sleeps, or
 * lives in its lanes, and what the others freed of its is all that its slabs hold. Those for no
 * thread are drained by who sends them: what is seen here is on its way. */
static void heap_sweep(hak_heap_t *heap, bool all, uint64_t now) {
    idle_sweep(heap, all, now);
    if (atomic_load_explicit(&heap->state, memory_order_relaxed) == HAK_HEAP_IDLE)
        (void)hak_spill_stale(heap, now);
    bool bound = atomic_load_explicit(&heap->state, memory_order_relaxed) == HAK_HEAP_BOUND;
    bool waits = atomic_load_explicit(&heap->inbox, memory_order_relaxed) != NULL;
    uint32_t received = HAK_SHARED(heap->received_chunks);
    bool lingers = heap->inbox_waited && received == heap->received_seen;
    const bool drain = waits && (!bound || lingers || all);
    heap->inbox_waited = waits && !drain;
    heap->received_seen = received;
    if (!drain)
        return;
    HAK_COUNT(HEAP, swept);
    hak_lock(&heap->lock);
    hak_remote_drain(heap, false);
    hak_backend_trim(heap, 0);
    hak_unlock(&heap->lock);
}

void hak_heaps_sweep(bool all) {
    uint64_t now = hak_os_milliseconds();
    if (!hak_lock_try(&heaps.lock))
        return;
    if (all || now - heaps.swept_ms >= SWEEP_PERIOD_MS) {
        heaps.swept_ms = now;
        for (uint32_t id = 1; id <= hak_heap_highest_id(); id++)
            heap_sweep(hak_heap_by_id(id), all, now);
    }
    hak_unlock(&heaps.lock);
}

void hak_heap_abandon(hak_heap_t *heap) {
    /* Lanes, outboxes and inbox were written without the locks that fork held, and fork copies
     * page by page while other threads run: their pages may not fit together. */
    lanes_create(heap);
    memset(heap->lane_slots_at, 0, sizeof heap->lane_slots_at);
    heap->lane_slots_end = 0;
    heap->lane_bytes = 0;
    heap->lanes_beyond = 0;
    memset(heap->lanes_used, 0, sizeof heap->lanes_used);
    memset(&heap->medium, 0, sizeof heap->medium);
    heaps.idle_lane_bytes -= heap->idle_lane_bytes; /* its thread was just exiting */
    heap->idle_lane_bytes = 0;
    memset(heap->lane_events, 0, sizeof heap->lane_events);
    memset(heap->refill_blocks, 0, sizeof heap->refill_blocks);
    memset(hak_heap_outbox(heap, 0), 0, HAK_OUTBOXES * sizeof(hak_outbox_t));
    heap->outboxes_open = 0;
    atomic_store_explicit(&heap->inbox, NULL, memory_order_relaxed);
    HAK_SHARE(heap->received, NULL);
    heap->spare_chunks = NULL;
    heap->spare_count = 0;
    HAK_COUNT(HEAP, abandoned_at_fork);
    idle_push(heap);
}
