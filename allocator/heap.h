/*
 * A heap: the lanes of one thread, the slabs they are filled from, and the two ends of the remote
 * target queue. A heap outlives its thread: it becomes idle under its id and the next new thread
 * inherits it whole. Heaps are never unmapped.
 *
 * Ownership: lanes, outboxes and everything marked [owner] belong to the thread that the heap is
 * bound to; slabs and partial lists to whoever holds heap->lock, so that any thread can drain
 * blocks into the slabs of a heap that sleeps or has no thread.
 *
 * Lock order: heaps -> heap -> class of Pool v1 -> pool of units -> metadata arena; chunks and
 * large mappings are leaves.
 */
#ifndef HAK_HEAP_H
#define HAK_HEAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/domain.h"
#include "allocator/lane.h"
#include "allocator/medium.h"
#include "allocator/os.h"
#include "allocator/remote.h"
#include "allocator/size_class.h"
#include "allocator/superslab.h"

enum hak_heap_state {
    HAK_HEAP_BOUND = 1, /* a thread owns it */
    HAK_HEAP_IDLE,      /* waits for a thread; frees go to its slabs */
    HAK_HEAP_COMMON,    /* never bound: serves threads that have no heap any more */
};

/* What a lane's slow calls were, since the learner looked or since the last of the other kind. */
typedef struct hak_lane_events {
    uint32_t refills, flushes; /* [owner] since the learner looked */
    uint16_t refilled_blocks;  /* [owner] since the last flush, or the most that it holds */
    uint16_t crowded_ms;       /* [owner] when it last was in need of growth, modulo 65536 */
    uint16_t seen_blocks;      /* [owner] in the lane when idle lanes were looked for */
    uint8_t refills_in_row;    /* [owner] since the last flush */
    bool flushed : 1;          /* [owner] since the last refill */
    bool taken_fast : 1; /* [owner] it was busy while nothing was freed, since the last flush */
} hak_lane_events_t;

#define HAK_LANE_WORDS ((HAK_CLASS_MAX + 64) / 64)

/* Slabs of one class of MID_V3 by how many of their blocks are free: fullest first. */
#define HAK_MID_BINS 4u

/* Pages of one class of Pool HotBox v2. */
typedef struct hak_pool_pages {
    hak_slab_t *current; /* [lock] taken from until it has no free block */
    hak_slab_t *partial; /* [lock] others with free blocks */
    hak_slab_t *full;    /* [lock] those without */
    uint32_t borrowed;   /* [lock] blocks taken of the next larger class since the last own one */
} hak_pool_pages_t;

/*
 * A heap's own map: what free's fast path asks for the owner and the class of a block at once,
 * where the map of the domain would have to be compared with the heap's id. Of its address space, 8
 * MiB, a heap touches two bytes for each of its units.
 */
typedef struct hak_own {
    /* [any,atomic] relaxed: for each unit of the domain (hak_map_unit) the offset of a lane in the
     * heap, if it is one of the heap's slabs; else 0, and free asks the map of the domain. Written
     * under the pool's lock, before a block of the unit is handed out and after all were given
     * back, so whoever frees one sees it. */
    _Atomic uint16_t lane_offset[HAK_DOMAIN_UNITS];
} hak_own_t;

/* In front of the outboxes, at a fixed distance from what its offsets count from: that spares free
 * a load. */
static inline hak_own_t *hak_own_of(const void *lanes) {
    return (hak_own_t *)((char *)lanes - HAK_RECORD_BYTES - sizeof(hak_own_t));
}

_Static_assert(offsetof(hak_map_t, zero) >= HAK_RECORD_BYTES + sizeof(hak_own_t),
               "in front of hak_map.zero lie entries");
_Static_assert(UINT16_MAX + sizeof(hak_lane_t) <= sizeof hak_map.zero,
               "every offset leads to zeroes");

#define HAK_OWN_BYTES       sizeof(hak_own_t)
#define HAK_OWN_CHUNK_BYTES ((size_t)64 * 1024) /* made writable at once */
#define HAK_OWN_WORDS       (HAK_OWN_BYTES / HAK_OWN_CHUNK_BYTES / 64)

/* What the fast paths see of a heap, of one that no thread has as well. */
typedef struct hak_heap_front {
    /* It begins in the shape of a lane that is empty for ever and in which no block may start.
     * Before start the size table is all zero and leads here, and free comes here for what is not
     * in a slab of this heap. */
    void **null_top;        /* [const] */
    void **null_limit;      /* [const] */
    uint64_t unused[2];     /* [const] in place of a factor and an origin, which may be any here */
    uint64_t null_span;     /* [const] 0 */
    uint32_t id;            /* [const] */
    uint32_t null_capacity; /* [const] 0 */

    hak_lane_t lane[HAK_CLASS_MAX]; /* [owner] class c at index c - 1 */
} hak_heap_front_t;

/* Behind the heap lie the near slots of its lanes, in front of it, on a page of their own, its
 * outboxes (hak_heap_outbox). All of what a thread needs that sends nothing to others fits in three
 * pages, with the slots of the first lane that it uses, and one of its own map. */
struct hak_heap {
    hak_heap_front_t front;

    _Alignas(64) hak_lock_t lock;
    /* [any,atomic] enum hak_heap_state; changed under heaps. Relaxed: who sees an old one gives the
     * heap its blocks on the slower way, through its inbox or under its lock. Sequentially
     * consistent where it becomes idle and where chunk_publish (remote.c) looks again. */
    _Atomic uint32_t state;
    bool has_own_map;                       /* [const] in front of its outboxes */
    hak_slab_t *tiny[HAK_TINY_CLASSES_MAX]; /* [lock] slabs with free blocks, by backend_class */
    hak_slab_t *mid[HAK_MID_CLASSES][HAK_MID_BINS]; /* [lock] */
    hak_pool_pages_t pool[HAK_POOL_CLASSES_MAX];    /* [lock] */
    size_t pool_bytes;                              /* [lock] of pages of Pool HotBox v2 */
    bool stale;        /* [lock] a slab may have pages to shed: hak_backend_shed */
    size_t slab_bytes; /* [lock] of all slabs; HAK_SHARE'd, relaxed: its thread reads it without the
                          lock, as a hint */
    /* [lock] What the last trim left in empty slabs, and whether no slab has changed since: a
     * thread that lives in the lanes it inherited leaves them so. */
    size_t trimmed_keep_bytes;
    bool trimmed;
    /* [lock] With so much in its lanes the slabs, as they are, were found not to be sparse. */
    size_t dense_lane_bytes;
    size_t idle_slab_bytes; /* [lock] that empty slabs in reserve have touched; 0 with a thread that
                               is not exiting; HAK_SHARE'd */

    _Alignas(64) _Atomic(hak_chunk_t *) inbox; /* [any,atomic] chunks from other threads: push
                                                  releases, taking all acquires; see
                                                  chunk_publish on sequential consistency */
    _Alignas(64) hak_chunk_t *received;        /* [owner] taken from the inbox, not yet in lanes;
                                                  HAK_SHARE'd */
    uint32_t outboxes_open;                    /* [owner] that have a chunk */
    uint32_t received_chunks;                  /* [owner] so far; HAK_SHARE'd */
    hak_chunk_t *spare_chunks;                 /* [owner] */
    uint32_t spare_count;                      /* [owner] */
    uint32_t slow_calls;                       /* [owner] since the last look at what idles */
    uint64_t looked_ms;                        /* [owner] when that was */
    uint64_t idled_ms;                         /* [owner] when idle lanes were last looked for */
    uint64_t gave_way_ms;                /* [owner] when a busy lane last lost capacity to others */
    uint64_t shed_ms;                    /* [owner]; idle: [lock:heaps]. When slabs last gave
                                            stale pages back */
    size_t lane_bytes;                   /* [owner] sum of capacity x stride of all lanes */
    uint32_t lanes_beyond;               /* [owner] lanes with more capacity than their share */
    uint32_t lane_slots_end;             /* [owner] words of slots behind the heap */
    uint64_t lanes_used[HAK_LANE_WORDS]; /* [owner] bit per class id: its lane has capacity */
    uint32_t node;                       /* [owner] NUMA node that it serves; idle: [lock:heaps] */
    uint32_t node_seen;                  /* [owner] where its thread ran when it last looked */
    uint32_t young_looks;   /* [owner] more of them, and its thread is no longer young */
    uint32_t releases_seen; /* [owner] heaps.releases when it last looked */
    bool helper_due;        /* [owner] its next slow malloc starts the helper thread */
    uint32_t received_seen; /* [lock:heaps] received_chunks at the last sweep */
    bool inbox_waited;      /* [lock:heaps] at the last sweep there was a chunk */
    struct hak_heap *older_idle, *newer_idle; /* [lock:heaps] */
    size_t idle_lane_bytes;                   /* [lock:heaps] in the lanes of an idle heap */
    uint64_t released_ms;                     /* [lock:heaps] when it became idle */
    bool sweep_due;                           /* [lock:heaps] it was not swept since */
    hak_medium_kept_t medium;                 /* [owner] freed medium blocks */
    /* [lock:pool] A bit per chunk of the own map; refused: the system did not let it be so. */
    uint64_t own_writable[HAK_OWN_WORDS], own_refused[HAK_OWN_WORDS];
    uint8_t refill_blocks[HAK_CLASS_MAX + 1]; /* [owner] next refill's size, doubling */
    /* [owner] 1 and where behind the heap a class's hak_lane_slots_t is, in words; 0 until its lane
     * is first used; HAK_SHARE'd */
    uint16_t lane_slots_at[HAK_CLASS_MAX + 1];
    hak_lane_events_t lane_events[HAK_CLASS_MAX + 1]; /* [owner] */
};

_Static_assert(offsetof(hak_heap_front_t, lane) == HAK_LANE_OFFSET(1),
               "class 1 follows the null lane");
_Static_assert(offsetof(hak_heap_front_t, null_span) == offsetof(hak_lane_t, starts.span),
               "free looks there");
_Static_assert(sizeof(hak_heap_t) + sizeof(hak_lane_slots_t) +
                       HAK_LANE_NEAR_BLOCKS * sizeof(void *) <
                   3 * HAK_RECORD_BYTES,
               "three pages, the first slots included");
_Static_assert((sizeof(hak_lane_slots_t) / sizeof(void *) + HAK_LANE_NEAR_BLOCKS) * HAK_CLASS_MAX <
                   UINT16_MAX,
               "lane_slots_at holds every place");

/* The thread's heap; the empty front before its first allocation and after its exit. */
extern _Thread_local hak_heap_t *hak_thread_heap __attribute__((tls_model("initial-exec")));
/* hak_thread_heap where that has an own map, else hak_map.zero: what the offsets in the map in
 * front of it count from. */
extern _Thread_local char *hak_thread_lanes __attribute__((tls_model("initial-exec")));

/* The heap of threads that have none, its front cast to hak_heap_t: every look-up in it fails, and
 * nothing behind the front exists. */
typedef struct hak_empty {
    hak_outbox_t outbox[HAK_OUTBOXES];
    hak_heap_front_t front;
} hak_empty_t;

_Static_assert(offsetof(hak_empty_t, front) == HAK_OUTBOXES * sizeof(hak_outbox_t),
               "hak_heap_outbox finds them");
_Static_assert(HAK_OUTBOXES * sizeof(hak_outbox_t) <= HAK_RECORD_BYTES, "they fit in a page");

extern hak_empty_t hak_empty;

static inline bool hak_heap_is_real(const hak_heap_t *heap) {
    return &heap->front != &hak_empty.front;
}

/* The outbox of a thread for blocks of the heap with this id: [owner]. */
static inline hak_outbox_t *hak_heap_outbox(hak_heap_t *heap, uint32_t id) {
    return (hak_outbox_t *)heap - HAK_OUTBOXES + id % HAK_OUTBOXES;
}

static inline uint32_t hak_heap_class_of_lane(const hak_heap_t *heap, const hak_lane_t *lane) {
    return (uint32_t)(lane - heap->front.lane) + 1;
}

/* NULL until the lane is first used. */
static inline hak_lane_slots_t *hak_heap_lane_slots(hak_heap_t *heap, uint32_t class_id) {
    const uint32_t at = HAK_SHARED(heap->lane_slots_at[class_id]);
    return at == 0 ? NULL : (hak_lane_slots_t *)((void **)(heap + 1) + (at - 1));
}

static inline hak_lane_t *hak_heap_lane(hak_heap_t *heap, uint32_t class_id) {
    return &heap->front.lane[class_id - 1];
}

/* The next class id from `from` on whose lane has capacity, 0 after the last; start with 1. The
 * cache lines of lanes that the thread does not use are left alone. */
static inline uint32_t hak_heap_next_lane(const hak_heap_t *heap, uint32_t from) {
    for (uint32_t word = from / 64; word < HAK_LANE_WORDS; word++, from = word * 64) {
        const uint64_t used = heap->lanes_used[word] >> from % 64;
        if (used != 0)
            return from + (uint32_t)__builtin_ctzll(used);
    }
    return 0;
}

/* Called when a thread without a heap allocates: starts the allocator if need be and binds a heap
 * to the thread. NULL when the thread is exiting, when there are no more heaps, or no memory: the
 * caller then uses the common heap. */
hak_heap_t *hak_thread_enter(void);

/* For a thread that was seen on another NUMA node than its heap's: that heap becomes idle, for the
 * next thread of its node, and the thread gets one of its new node, which is returned. */
hak_heap_t *hak_heap_move(hak_heap_t *heap);

/* Whether a heap has become idle since the young thread of this one last looked. */
bool hak_heap_may_settle(const hak_heap_t *heap);

/* For a thread that began while the one whose work it goes on with still had its heap, and so got
 * another: takes over the heap that became idle last, if that has far more slabs, and leaves its
 * own. The heap to go on with. */
hak_heap_t *hak_heap_settle(hak_heap_t *heap);

/* Notes in its own map that `units` units from this one on belong to a heap (its id), and the
 * offset of their class's lane; 0: no longer. Where it has none, or there is no memory for it, its
 * thread frees their blocks on the slow path. The pool's lock is held. */
void hak_heap_own_units(uint32_t id, size_t unit, uint32_t units, uint16_t lane_offset);

/* Starts the allocator if that has not happened. False when there is no memory for it. */
bool hak_start(void);

/* The heap with that id (1 .. highest); NULL where there is none. */
hak_heap_t *hak_heap_by_id(uint32_t id);

/* The common heap (after start). */
hak_heap_t *hak_heap_common(void);

/* Drains what waits for heaps without a thread, and for threads that did not look for the
 * configured time (everything when `all`); empties the lanes of heaps that had no thread for that
 * time and releases their empty slabs, and gives back stale pages of heaps without one. At most one
 * sweep runs at a time; others return at once. */
void hak_heaps_sweep(bool all);

/* Releases empty slabs of heaps without a thread, of the longest idle ones first, while they hold
 * more than they may at present: the bound falls while a program frees what it had. */
void hak_heaps_trim(void);

/* For fork.c. */
hak_lock_t *hak_heaps_lock(void);
hak_lock_t *hak_start_lock(void);
uint32_t hak_heap_highest_id(void);

/* Heaps that have a thread at present, as a hint. */
uint32_t hak_heaps_bound(void);
/* What one thread may keep to itself where each of a few may keep so many bytes: of more than 16
 * threads an equal part of what 16 may, at least a quarter. */
size_t hak_heap_part_bytes(size_t bytes);

/* In the child: makes the heap of a vanished thread idle, without trust in what its thread alone
 * could write. Its lanes' and outboxes' blocks are lost. */
void hak_heap_abandon(hak_heap_t *heap);

#endif
