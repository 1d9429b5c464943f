/*
 * Superslabs and the pool of empty units. Called on cold paths by slab.c, medium.c and large.c in
 * any thread; all but what says otherwise is under pool.lock, which is a leaf but for the metadata
 * arena's. Units are given out from low addresses, which keeps the process compact, and empty
 * touched units are purged when they are old or when there are too many.
 */
#include "allocator/superslab.h"

#include <string.h>

#include "allocator/heap.h"
#include "allocator/huge.h"
#include "allocator/lane.h"
#include "allocator/large.h"
#include "allocator/learner.h"
#include "allocator/options.h"
#include "allocator/telemetry.h"

#define RETAIN_BYTES_LEAST ((size_t)1 << 20)
#define IDLE_BYTES_LEAST   ((size_t)256 << 10)
#define RETAIN_LARGE_PART  16u
#define PHASE_END_PART     3u /* freed in a row, so many times what is left */
#define UNIT_PAGES         (HAK_UNIT_BYTES / HAK_OS_PAGE_BYTES)
#define REGRET_MS          1000u /* what is purged and used again within this time was purged in vain */
#define ALL_UNITS          UINT32_MAX
#define DENSE_LOOKS        16u /* superslabs that one call of hak_pool_dense_next looks at */
#define DENSE_LEAST        5u  /* second-level TLBs reach 6 to 8 MiB by pages of 4 KiB */
/* A superslab begins on a huge page where most of the last ones was taken, so that this one will be
 * as well, and the program touches what it takes. It does where most of what it took are blocks of
 * a page or less. Elsewhere the last superslab on small pages tells, so many superslabs after it
 * was made; while it says yes, the next is made when there are twice as many superslabs, since its
 * page faults cost time. */
#define SETTLED_SUPERSLABS 4u
#define DENSE_OF_FIVE      4u

/* How many superslabs with a hole are compared, from the lowest on. Slabs live long, and what they
 * leave between them is resident all the same, so they take the tightest hole. Medium blocks come
 * and go: one in the lowest superslab, whose units are resident. */
#define FIT_LOOKS_SLAB   16u
#define FIT_LOOKS_MEDIUM 1u

/*
 * Record of one superslab, out of line. Invariants, under the lock:
 *   old_units is within dirty_units, dirty_units within free_units
 *   a free unit is in dirty_units if and only if its dirty_pages are not 0
 *   zero_units is within dirty_units: resident, and all zero
 *   pool.dirty_pages = sum of dirty_pages over all free units
 */
typedef struct superslab {
    hak_slab_t slab[HAK_SUPERSLAB_UNITS];
    char *start;          /* [const] */
    uint32_t free_units;  /* [lock] bit per unit */
    uint32_t dirty_units; /* [lock] free units that were touched since they were last zero */
    uint32_t old_units; /* [lock] of these, those that were so when old ones were last looked for */
    /* [lock] pages from the start of each unit that are not zero, while it is in use of what it had
     * before; and pages that were purged since it was last in use */
    uint8_t dirty_pages[HAK_SUPERSLAB_UNITS], purged_pages[HAK_SUPERSLAB_UNITS];
    uint32_t node;         /* [const] of the thread that it was made for */
    uint32_t longest_hole; /* [lock] of free units, as the index of holes has it */
    uint32_t full_units;   /* [lock] units of which a huge page made every page resident */
    uint32_t zero_units;   /* [lock] of the dirty ones, those that nobody has used on it yet */
    bool begins_huge;      /* [lock] whoever takes the first run puts it on a huge page */
    uint32_t purged_era;   /* [lock] pool.era at that time (purged_ms) */
    uint64_t settled_ms;   /* [lock] when it was made, or last purged or looked at for huge pages */
    uint32_t generation;   /* [const] of the process, among those forked from each other */
    uint64_t purged_ms;    /* [lock] when it was last purged */
    struct superslab *next_released;                         /* [lock] */
    uint64_t wide_bits[HAK_SUPERSLAB_UNITS][HAK_WIDE_WORDS]; /* [lock:heap] */
} superslab_t;

/* The array last: a small process touches its first page alone. */
static HAK_SPARSE struct {
    hak_lock_t lock;
    uint32_t generation;           /* [lock] changes in a process that is forked */
    superslab_t *released;         /* [lock] records whose address space was given back */
    size_t index_begin, index_end; /* [lock] at the lowest superslab made, after the highest */
    size_t superslabs;             /* [lock] committed */
    /* [lock] the most that runs had touched at once: since old units were last looked for, and
     * between the two looks before */
    size_t peak_bytes, peak_bytes_before;
    size_t dirty_pages;  /* [lock] in free units */
    size_t purged_pages; /* [lock] since start */
    uint64_t purged_ms;  /* [lock] last look for old units */
    /* [lock] A thread's exit began the present one that purged however much was learnt: what was
     * purged before it, had it been kept, would have gone then, so nobody regrets it. */
    uint32_t era;
    size_t dense_index; /* [lock] last superslab looked at for huge pages */
    /* [lock] Those that were made last, by their number: what was touched of all before each, and
     * the superslab, NULL where it began on a huge page */
    struct {
        size_t touched_bytes;
        const superslab_t *on_small;
    } last[SETTLED_SUPERSLABS];
    const superslab_t *probe; /* [lock] the newest on small pages that is older than those */
    /* [any,atomic] relaxed: of all runs, a hint of what to keep */
    _Alignas(64) _Atomic size_t touched_bytes;
    /* [any,atomic] relaxed: of these, of slabs with blocks of a page or less; a hint */
    _Atomic size_t fine_bytes;
    /* [any,atomic] relaxed: of these, of empty slabs of heaps without a thread */
    _Atomic size_t idle_bytes;
    /* [any,atomic] relaxed: bytes that freed runs had touched, since one was taken; a hint */
    _Atomic size_t freed_in_row;
    /* entries [lock], read without it by hak_run_of */
    _Alignas(64) superslab_t *by_index[HAK_SUPERSLABS_MAX];
} pool;

hak_lock_t *hak_pool_lock(void) {
    return &pool.lock;
}

void hak_pool_sums(size_t *committed, size_t *dirty, size_t *purged) {
    hak_lock(&pool.lock);
    if (committed != NULL)
        *committed = pool.superslabs * HAK_SUPERSLAB_BYTES;
    if (dirty != NULL)
        *dirty = pool.dirty_pages * HAK_OS_PAGE_BYTES;
    if (purged != NULL)
        *purged = pool.purged_pages * HAK_OS_PAGE_BYTES;
    hak_unlock(&pool.lock);
}

size_t hak_pool_committed_bytes(void) {
    size_t bytes;
    hak_pool_sums(&bytes, NULL, NULL);
    return bytes;
}

void hak_pool_walk(void (*visit)(const hak_slab_t *run, void *context), void *context) {
    hak_lock(&pool.lock);
    for (size_t index = pool.index_begin; index < pool.index_end; index++) {
        const superslab_t *superslab = pool.by_index[index];
        for (uint32_t unit = 0; superslab != NULL && unit < HAK_SUPERSLAB_UNITS;) {
            const hak_slab_t *run = &superslab->slab[unit];
            const bool used = (superslab->free_units >> unit & 1) == 0;
            if (used)
                visit(run, context);
            unit += used ? run->run_units : 1;
        }
    }
    hak_unlock(&pool.lock);
}

/* ------------------------------------------------------------------ superslabs */

static size_t superslab_index(const void *address) {
    return hak_domain_offset(address) >> HAK_SUPERSLAB_SHIFT;
}

hak_slab_t *hak_run_of(const void *address) {
    /* No lock: the entry was written before any block of the superslab was handed out, and is not
     * changed while one lives. unit_in_run is constant while the run is in use. */
    superslab_t *superslab = pool.by_index[superslab_index(address)];
    size_t unit = ((uintptr_t)address >> HAK_UNIT_SHIFT) & (HAK_SUPERSLAB_UNITS - 1);
    hak_slab_t *slab = &superslab->slab[unit];
    return slab - slab->unit_in_run;
}

uint32_t hak_run_node(const hak_slab_t *run) {
    return pool.by_index[superslab_index(run->start)]->node; /* without the lock, as above */
}

/* After a change of its free units. */
static void superslab_index_holes(superslab_t *superslab) {
    const uint32_t longest = hak_hole_longest(superslab->free_units);
    if (longest == superslab->longest_hole)
        return;
    hak_holes_change(superslab->node, superslab_index(superslab->start), superslab->longest_hole,
                     longest);
    superslab->longest_hole = longest;
}

/* Where the address space is limited, other mappings of the process want what is empty: its thread
 * stacks, large blocks. The superslab has no unit in use and none that is dirty. */
static void superslab_release(superslab_t *superslab) {
    const size_t index = superslab_index(superslab->start);
    HAK_ASSERT(superslab->free_units == ALL_UNITS && superslab->dirty_units == 0);
    hak_holes_change(superslab->node, index, superslab->longest_hole, 0);
    superslab->longest_hole = 0;
    pool.by_index[index] = NULL;
    pool.superslabs--;
    hak_os_unmap(superslab->start, HAK_SUPERSLAB_BYTES);
    HAK_COUNT(SUPERSLAB_OS, superslabs_released);
    superslab->next_released = pool.released;
    pool.released = superslab;
}

/* A released superslab whose addresses nobody else has taken; reserved again. */
static superslab_t *released_take(void) {
    for (superslab_t **link = &pool.released; *link != NULL; link = &(*link)->next_released) {
        superslab_t *superslab = *link;
        if (hak_os_reserve(superslab->start, HAK_SUPERSLAB_BYTES, HAK_SUPERSLAB_BYTES, true) ==
            NULL)
            continue;
        *link = superslab->next_released;
        return superslab;
    }
    return NULL;
}

/* A new record, for the next of the addresses that are reserved. */
static superslab_t *fresh_take(bool on_huge) {
    char *start = hak_domain_take(on_huge);
    if (start == NULL)
        return NULL;
    superslab_t *superslab = hak_meta_allocate(sizeof *superslab, HAK_RECORD_BYTES);
    if (superslab == NULL) {
        hak_domain_return(start);
        return NULL;
    }
    superslab->start = start;
    return superslab;
}

/* What was handed out of a superslab, and of free units what was and is not purged. */
static size_t superslab_taken_bytes(const superslab_t *superslab) {
    size_t taken = 0;
    for (uint32_t unit = 0; unit < HAK_SUPERSLAB_UNITS;) {
        const hak_slab_t *run = &superslab->slab[unit];
        const bool used = (superslab->free_units >> unit & 1) == 0;
        taken += used ? HAK_SHARED(run->touched_bytes)
                      : superslab->dirty_pages[unit] * HAK_OS_PAGE_BYTES;
        unit += used ? run->run_units : 1;
    }
    return taken;
}

/* The program touches what it takes. */
static bool probe_is_resident(void) {
    return pool.probe == NULL || hak_os_resident_bytes(pool.probe->start, HAK_SUPERSLAB_BYTES) >=
                                     superslab_taken_bytes(pool.probe) / 5 * DENSE_OF_FIVE;
}

static bool last_were_taken(size_t before_bytes) {
    const size_t touched = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    return pool.superslabs >= SETTLED_SUPERSLABS && touched > before_bytes &&
           touched - before_bytes >= SETTLED_SUPERSLABS * HAK_SUPERSLAB_BYTES / 5 * DENSE_OF_FIVE;
}

static bool blocks_are_fine(void) {
    const size_t touched = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    const size_t fine = atomic_load_explicit(&pool.fine_bytes, memory_order_relaxed);
    return fine >= touched / 5 * DENSE_OF_FIVE;
}

/* On a huge page a block of which the program touches little would be resident as a whole. Under a
 * limit of addresses superslabs may be unmapped at any time. */
static bool superslab_begins_huge(uint64_t now) {
    const size_t superslabs = pool.superslabs, nth = superslabs % SETTLED_SUPERSLABS;
    if (hak_domain_limited())
        return false;
    if (pool.last[nth].on_small != NULL)
        pool.probe = pool.last[nth].on_small;
    if (hak_huge_always())
        return hak_huge_begins(now);
    const bool enough = superslabs * HAK_SUPERSLAB_BYTES >= hak_options.huge_from_mib << 20;
    if (!enough || !last_were_taken(pool.last[nth].touched_bytes))
        return false;
    const bool fine = blocks_are_fine();
    const bool probes = !fine && (superslabs & (superslabs - 1)) == 0;
    return (fine || probe_is_resident()) && !probes && hak_huge_begins(now);
}

/* Before it is counted. */
static void superslab_note(const superslab_t *superslab) {
    const size_t nth = pool.superslabs % SETTLED_SUPERSLABS;
    pool.last[nth].touched_bytes = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    pool.last[nth].on_small = superslab->begins_huge ? NULL : superslab;
}

static bool superslab_create(uint32_t node) {
    const uint64_t now = hak_os_milliseconds();
    const bool begins_huge = superslab_begins_huge(now);
    superslab_t *superslab = released_take();
    if (superslab == NULL)
        superslab = fresh_take(begins_huge && hak_options.huge_apart != 0);
    if (superslab == NULL)
        return false;
    if (!hak_os_commit(superslab->start, HAK_SUPERSLAB_BYTES)) {
        HAK_COUNT(SUPERSLAB_OS, commit_failures);
        hak_os_unmap(superslab->start, HAK_SUPERSLAB_BYTES);
        superslab->next_released = pool.released;
        pool.released = superslab;
        return false;
    }
    const size_t index = superslab_index(superslab->start);
    superslab->node = node;
    superslab->free_units = ALL_UNITS;
    superslab->full_units = 0;
    superslab->zero_units = 0;
    superslab->begins_huge = begins_huge;
    superslab->settled_ms = now;
    superslab->generation = pool.generation;
    memset(superslab->purged_pages, 0, sizeof superslab->purged_pages);
    HAK_COUNT(SUPERSLAB_OS, superslabs_created);
    superslab_note(superslab);
    pool.by_index[index] = superslab;
    pool.superslabs++;
    if (index < pool.index_begin || pool.index_end == 0)
        pool.index_begin = index;
    if (index >= pool.index_end)
        pool.index_end = index + 1;
    superslab_index_holes(superslab);
    return true;
}

static uint32_t units_mask(uint32_t first, uint32_t units) {
    return (units == 32 ? ALL_UNITS : ((1u << units) - 1)) << first;
}

/* The shortest hole of a superslab that takes `units`: its length, *first is where. A single unit
 * comes from those that are still resident, where there are some: *dirty. */
static uint32_t hole_find(const superslab_t *superslab, uint32_t units, uint32_t *first,
                          bool *dirty) {
    const uint32_t resident = superslab->dirty_units;
    *dirty = units == 1 && resident != 0;
    return hak_hole_find(*dirty ? resident : superslab->free_units, units, first);
}

/* Of the first `looks` superslabs on a node with a hole of `units`, the one with the shortest, the
 * lowest of equals; *first is where. Before all others one with a resident unit, if that will do:
 * else a slab that comes after another was given back would touch as many pages again. */
static superslab_t *run_find(uint32_t node, uint32_t units, uint32_t looks, uint32_t *first) {
    superslab_t *best = NULL;
    uint32_t shortest = UINT32_MAX;
    bool best_dirty = false;
    for (size_t index = hak_holes_next(node, units, 0);
         index != HAK_HOLES_NONE && looks > 0 && (shortest != units || (units == 1 && !best_dirty));
         looks--, index = hak_holes_next(node, units, index + 1)) {
        uint32_t begin = 0;
        bool dirty;
        const uint32_t length = hole_find(pool.by_index[index], units, &begin, &dirty);
        HAK_COUNT(SHARED_POOL, superslabs_searched);
        if (dirty > best_dirty || (dirty == best_dirty && length < shortest)) {
            best = pool.by_index[index];
            shortest = length;
            best_dirty = dirty;
            *first = begin;
        }
    }
    if (best == NULL)
        HAK_COUNT(SHARED_POOL, searches_failed);
    return best;
}

/* On the thread's own node, if need be in a new superslab; when there is no memory for one, on any
 * other node. */
static superslab_t *run_find_or_make(uint32_t units, uint32_t looks, uint32_t *first) {
    const uint32_t node = hak_os_node() % HAK_NODES_MAX;
    superslab_t *superslab = run_find(node, units, looks, first);
    if (superslab == NULL && superslab_create(node))
        superslab = run_find(node, units, looks, first);
    for (uint32_t other = 0; superslab == NULL && other < HAK_NODES_MAX; other++)
        superslab = run_find(other, units, looks, first);
    return superslab;
}

/* ------------------------------------------------------------------ purging */

static bool regrettable(const superslab_t *superslab, uint64_t now) {
    return superslab->purged_era == pool.era && now - superslab->purged_ms < REGRET_MS;
}

/* Gives the touched pages of some dirty units back; neighbours that are touched throughout in one
 * call. Where `learn`, the learner hears of it when they are soon used again, in the same era. */
static size_t superslab_purge(superslab_t *superslab, uint32_t units, bool learn) {
    const uint64_t now = hak_os_milliseconds();
    size_t purged = 0;
    if (!regrettable(superslab, now))
        memset(superslab->purged_pages, 0, sizeof superslab->purged_pages);
    for (uint32_t dirty = units; dirty != 0;) {
        const uint32_t first = (uint32_t)__builtin_ctz(dirty);
        size_t pages = 0;
        uint32_t unit = first;
        do {
            pages += superslab->dirty_pages[unit];
            superslab->purged_pages[unit] = superslab->dirty_pages[unit];
            superslab->dirty_pages[unit] = 0;
            dirty &= ~units_mask(unit, 1);
            unit++;
        } while (unit < HAK_SUPERSLAB_UNITS && (dirty >> unit & 1) != 0 &&
                 superslab->purged_pages[unit - 1] == UNIT_PAGES);
        hak_os_purge(superslab->start + ((size_t)first << HAK_UNIT_SHIFT),
                     pages * HAK_OS_PAGE_BYTES);
        HAK_COUNT(SUPERSLAB_OS, purges);
        purged += pages;
    }
    for (uint32_t rest = learn ? 0 : units; rest != 0; rest &= rest - 1)
        superslab->purged_pages[__builtin_ctz(rest)] = 0;
    superslab->full_units &= ~units;
    superslab->dirty_units &= ~units;
    superslab->zero_units &= ~units;
    superslab->old_units &= ~units;
    superslab->purged_ms = superslab->settled_ms = now;
    superslab->purged_era = pool.era;
    pool.dirty_pages -= purged;
    pool.purged_pages += purged;
    HAK_COUNT_ADD(SUPERSLAB_OS, purged_bytes, purged * HAK_OS_PAGE_BYTES);
    return purged * HAK_OS_PAGE_BYTES;
}

/* Purges from the highest address down while more than `keep_pages` are dirty. Where addresses are
 * short, what is empty goes back whole. */
static size_t pool_purge(size_t keep_pages, bool learn) {
    size_t purged = 0;
    for (size_t index = pool.index_end;
         index-- > pool.index_begin && (pool.dirty_pages != 0 || hak_domain_limited());) {
        superslab_t *superslab = pool.by_index[index];
        if (superslab == NULL)
            continue;
        if (superslab->dirty_units != 0 && pool.dirty_pages > keep_pages)
            purged += superslab_purge(superslab, superslab->dirty_units, learn);
        if (hak_domain_limited() && superslab->free_units == ALL_UNITS &&
            superslab->dirty_units == 0)
            superslab_release(superslab);
    }
    return purged;
}

/* Purges units that were free and dirty the last time as well, half the configured age ago or more:
 * so they are between half of it and all of it old, without a time for every unit. */
static size_t pool_purge_old(uint64_t now) {
    size_t purged = 0;
    if (now - pool.purged_ms < hak_options.purge_ms / 2)
        return 0;
    pool.purged_ms = now;
    pool.peak_bytes_before = pool.peak_bytes;
    pool.peak_bytes = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    for (size_t index = pool.index_end; index-- > pool.index_begin && pool.dirty_pages != 0;) {
        superslab_t *superslab = pool.by_index[index];
        if (superslab == NULL || superslab->dirty_units == 0)
            continue;
        if (superslab->old_units != 0)
            purged += superslab_purge(superslab, superslab->old_units, true);
        superslab->old_units = superslab->dirty_units;
    }
    if (hak_domain_limited())
        (void)pool_purge(SIZE_MAX, true);
    return purged;
}

size_t hak_pool_purge(bool all) {
    hak_lock(&pool.lock);
    const size_t purged = all ? pool_purge(0, true) : pool_purge_old(hak_os_milliseconds());
    hak_unlock(&pool.lock);
    return purged;
}

/* Bytes that runs have touched and that are in use, of the touched ones. */
static size_t in_use_bytes(size_t touched) {
    const size_t idle = atomic_load_explicit(&pool.idle_bytes, memory_order_relaxed);
    return touched > idle ? touched - idle : 0;
}

/* Something, half of what is in use, and what was learnt: a program that goes up and down by a
 * third never waits for the system. */
static size_t retain_bytes(size_t least, size_t in_use, size_t learnt) {
    return least + in_use / 2 + learnt;
}

/* What was learnt, but no more than is in use. */
static size_t learnt_in_proportion(size_t in_use) {
    const size_t learnt = hak_learner_retain_bytes(HAK_RETAINED_UNITS);
    return learnt < in_use ? learnt : in_use;
}

/*
 * Touched pages of empty units to keep, at most HAKMEM_RETAIN_MIB: a sixteenth of what large blocks
 * take, beside which that is little, and the larger of two, without what idle heaps keep of it:
 *
 * retain_bytes. What was learnt counts in full while threads go on, however little is in use: that
 * is what a program does which frees all it has and takes it again. When a thread exits
 * (`in_proportion`), no more of it than is in use.
 *
 * What runs had touched lately and have no more: that was resident a moment ago, and giving it back
 * would not lower the peak. Not so where others want the addresses, or when three quarters were
 * freed in a row: that looks like the end of a phase, and the program may sleep then.
 */
static size_t retain_pages(bool in_proportion) {
    const size_t most = (size_t)hak_options.retain_mib << 20;
    const size_t touched = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    const size_t in_use = in_use_bytes(touched), idle = touched - in_use;
    const size_t peak =
        pool.peak_bytes > pool.peak_bytes_before ? pool.peak_bytes : pool.peak_bytes_before;
    size_t keep = retain_bytes(RETAIN_BYTES_LEAST, in_use,
                               in_proportion ? learnt_in_proportion(in_use)
                                             : hak_learner_retain_bytes(HAK_RETAINED_UNITS));
    const size_t in_row = atomic_load_explicit(&pool.freed_in_row, memory_order_relaxed);
    if (!hak_domain_limited() && in_row / PHASE_END_PART <= in_use && peak > touched &&
        peak - touched > keep)
        keep = peak - touched;
    keep += hak_large_live_bytes() / RETAIN_LARGE_PART;
    keep = keep < most ? keep : most;
    return (keep > idle ? keep - idle : 0) / HAK_OS_PAGE_BYTES;
}

void hak_pool_idle_add(size_t bytes) {
    atomic_fetch_add_explicit(&pool.idle_bytes, bytes, memory_order_relaxed);
}

/* What idle heaps may keep; where addresses are short, nothing. */
static size_t idle_bound(void) {
    const size_t touched = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    const size_t in_use = in_use_bytes(touched);
    const size_t keep = retain_bytes(IDLE_BYTES_LEAST, in_use, learnt_in_proportion(in_use));
    const size_t most = (size_t)hak_options.retain_mib << 20;
    if (hak_domain_limited())
        return 0;
    return keep < most ? keep : most;
}

size_t hak_pool_idle_room(void) {
    const size_t bound = idle_bound();
    const size_t idle = atomic_load_explicit(&pool.idle_bytes, memory_order_relaxed);
    return bound > idle ? bound - idle : 0;
}

bool hak_pool_idle_over(void) {
    return atomic_load_explicit(&pool.idle_bytes, memory_order_relaxed) > idle_bound();
}

static bool more_learnt_than_in_use(void) {
    const size_t touched = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    return hak_learner_retain_bytes(HAK_RETAINED_UNITS) >= in_use_bytes(touched);
}

static void pool_decay(uint64_t now, bool in_proportion) {
    if (hak_options.purge == 0)
        return;
    const size_t bound = retain_pages(in_proportion);
    /* Well below the bound, so that the next frees do not purge again. */
    if (pool.dirty_pages > bound) {
        (void)pool_purge(bound - bound / 4, !in_proportion);
        if (in_proportion && more_learnt_than_in_use())
            pool.era++;
    } else {
        (void)pool_purge_old(now);
    }
}

void hak_pool_decay(bool in_proportion) {
    hak_lock(&pool.lock);
    pool_decay(hak_os_milliseconds(), in_proportion);
    hak_unlock(&pool.lock);
}

/* ------------------------------------------------------------------ runs */

/* The lock, for requests: how often one waits tells whether threads meet here. */
static void pool_enter(void) {
    if (HAKMEM_SHARED_POOL_STATS_COMPILED) {
        if (hak_lock_try(&pool.lock))
            return;
        HAK_COUNT(SHARED_POOL, lock_waits);
    }
    hak_lock(&pool.lock);
}

/* Before less is touched. */
static void peak_note(void) {
    const size_t touched = atomic_load_explicit(&pool.touched_bytes, memory_order_relaxed);
    if (touched > pool.peak_bytes)
        pool.peak_bytes = touched;
}

void hak_pool_row_ends(void) {
    if (atomic_load_explicit(&pool.freed_in_row, memory_order_relaxed) != 0)
        atomic_store_explicit(&pool.freed_in_row, 0, memory_order_relaxed);
}

static void run_map(const hak_slab_t *run, uint32_t first, uint32_t units, uint32_t entry) {
    const size_t unit = hak_map_unit(run->start);
    for (uint32_t i = first; i < units; i++)
        atomic_store_explicit(&hak_map.entry[unit + i], entry, memory_order_relaxed);
    hak_heap_own_units(run->owner, unit + first, units - first, (uint16_t)entry);
}

/* Takes free units of a superslab into use; returns whether all of them is zero. */
static bool units_take(superslab_t *superslab, uint32_t first, uint32_t units) {
    const uint32_t mask = units_mask(first, units);
    const bool zero = (superslab->dirty_units & mask) == (superslab->zero_units & mask);
    size_t dirty = 0, regretted = 0;
    for (uint32_t unit = first; unit < first + units; unit++) {
        dirty += superslab->dirty_pages[unit];
        regretted += superslab->purged_pages[unit];
        superslab->purged_pages[unit] = 0;
    }
    superslab->free_units &= ~mask;
    superslab->dirty_units &= ~mask;
    superslab->zero_units &= ~mask;
    superslab->old_units &= ~mask;
    pool.dirty_pages -= dirty;
    if (regretted > 0 && regrettable(superslab, hak_os_milliseconds()))
        hak_learner_regret(HAK_RETAINED_UNITS, regretted * HAK_OS_PAGE_BYTES);
    HAK_COUNT_ADD(SHARED_POOL, units_reused_dirty, dirty > 0 ? units : 0);
    superslab_index_holes(superslab);
    return zero;
}

/* Frees units `from` to `to` of a run, whose first `touched_bytes` were handed out. */
static void units_give(superslab_t *superslab, const hak_slab_t *run, uint32_t from, uint32_t to) {
    const uint32_t first = (uint32_t)(run - superslab->slab);
    const uint64_t now = hak_os_milliseconds();
    for (uint32_t i = from; i < to; i++) {
        const size_t before = (size_t)i << HAK_UNIT_SHIFT;
        size_t touched = run->touched_bytes > before ? run->touched_bytes - before : 0;
        const bool full = (superslab->full_units >> (first + i) & 1) != 0;
        touched = full || touched > HAK_UNIT_BYTES ? HAK_UNIT_BYTES : touched;
        uint8_t pages = (uint8_t)((touched + HAK_OS_PAGE_BYTES - 1) / HAK_OS_PAGE_BYTES);
        uint8_t *dirty = &superslab->dirty_pages[first + i];
        *dirty = *dirty > pages ? *dirty : pages;
        pool.dirty_pages += *dirty;
        superslab->dirty_units |= *dirty > 0 ? units_mask(first + i, 1) : 0;
    }
    superslab->free_units |= units_mask(first + from, to - from);
    superslab_index_holes(superslab);
    pool_decay(now, false);
}

static bool run_is_fine(const hak_slab_t *run) {
    return run->class_id != 0 && hak_classes[run->class_id].stride_bytes <= HAK_OS_PAGE_BYTES;
}

void hak_run_touch(hak_slab_t *run, uint32_t bytes) {
    HAK_ASSERT(bytes <= (uint32_t)run->run_units << HAK_UNIT_SHIFT);
    const size_t more = (size_t)bytes - run->touched_bytes;
    atomic_fetch_add_explicit(&pool.touched_bytes, more, memory_order_relaxed);
    if (run_is_fine(run))
        atomic_fetch_add_explicit(&pool.fine_bytes, more, memory_order_relaxed);
    HAK_SHARE(run->touched_bytes, bytes);
}

/* Moves the start of a new slab to its first block: see size_class.h. Returns how many it holds. */
static uint32_t blocks_place(hak_slab_t *run) {
    const size_t stride = hak_classes[run->class_id].stride_bytes;
    const size_t gap = stride - 1 - ((uintptr_t)run->start - 1) % stride;
    run->start += gap;
    return (uint32_t)((((size_t)run->run_units << HAK_UNIT_SHIFT) - gap) / stride);
}

hak_slab_t *hak_run_allocate(uint32_t units, uint32_t owner, uint32_t class_id, bool *zeroed) {
    pool_enter();
    uint32_t first = 0;
    superslab_t *superslab =
        run_find_or_make(units, class_id != 0 ? FIT_LOOKS_SLAB : FIT_LOOKS_MEDIUM, &first);
    if (superslab == NULL) {
        hak_unlock(&pool.lock);
        return NULL;
    }
    HAK_COUNT(SHARED_POOL, runs_allocated);
    hak_pool_row_ends();
    *zeroed = units_take(superslab, first, units);
    hak_slab_t *run = &superslab->slab[first];
    run->stale_bytes = run->seen_bytes = 0;
    for (uint32_t i = 0; i < units && !*zeroed; i++)
        if (superslab->dirty_pages[first + i] > 0)
            run->stale_bytes = (uint32_t)((i << HAK_UNIT_SHIFT) +
                                          superslab->dirty_pages[first + i] * HAK_OS_PAGE_BYTES);
    run->run_units = (uint8_t)units;
    run->owner = (uint16_t)owner;
    run->class_id = class_id;
    run->start = superslab->start + ((size_t)first << HAK_UNIT_SHIFT);
    HAK_SHARE(run->touched_bytes, 0);
    if (class_id == 0)
        hak_run_touch(run, units << HAK_UNIT_SHIFT);
    run->blocks = class_id != 0 ? blocks_place(run) : 0;
    /* None is handed out; 0 of a medium block: medium.c. */
    HAK_SHARE(run->free_blocks, run->blocks);
    run->bits =
        run->blocks <= HAK_NARROW_WORDS * 64 ? run->narrow_bits : superslab->wide_bits[first];
    for (uint32_t i = 0; i < units; i++)
        run[i].unit_in_run = (uint8_t)i;
    run_map(run, 0, units, owner << 16 | HAK_LANE_OFFSET(class_id));
    const bool begins_huge = superslab->begins_huge;
    superslab->begins_huge = false;
    HAK_ASSERT(!begins_huge || first == 0);
    hak_unlock(&pool.lock);
    if (begins_huge)
        hak_huge_begin(superslab->start); /* without the lock: 2 MiB are cleared */
    return run;
}

void hak_run_free(hak_slab_t *run) {
    pool_enter();
    superslab_t *superslab = pool.by_index[superslab_index(run->start)];
    HAK_ASSERT((superslab->free_units &
                units_mask((uint32_t)(run - superslab->slab), run->run_units)) == 0);
    HAK_COUNT(SHARED_POOL, runs_freed);
    run_map(run, 0, run->run_units, 0);
    peak_note();
    atomic_fetch_sub_explicit(&pool.touched_bytes, run->touched_bytes, memory_order_relaxed);
    if (run_is_fine(run))
        atomic_fetch_sub_explicit(&pool.fine_bytes, run->touched_bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&pool.freed_in_row, run->touched_bytes, memory_order_relaxed);
    run->class_id = 0;
    run->blocks = 0;
    run->owner = HAK_OWNER_NONE;
    units_give(superslab, run, 0, run->run_units);
    hak_unlock(&pool.lock);
}

bool hak_run_resize(hak_slab_t *run, uint32_t units) {
    pool_enter();
    superslab_t *superslab = pool.by_index[superslab_index(run->start)];
    const uint32_t first = (uint32_t)(run - superslab->slab), old = run->run_units;
    bool done = true;
    if (units > old) {
        const uint32_t behind =
            first + units <= HAK_SUPERSLAB_UNITS ? units_mask(first + old, units - old) : 0;
        done = behind != 0 && (superslab->free_units & behind) == behind;
        if (done) {
            (void)units_take(superslab, first + old, units - old);
            for (uint32_t i = old; i < units; i++)
                run[i].unit_in_run = (uint8_t)i;
            run_map(run, old, units, (uint32_t)run->owner << 16);
            hak_pool_row_ends();
        }
    } else if (units < old) {
        peak_note();
        run_map(run, units, old, 0);
        units_give(superslab, run, units, old);
    }
    if (done) {
        HAK_COUNT(SHARED_POOL, runs_resized);
        run->run_units = (uint8_t)units;
        hak_run_touch(run, units << HAK_UNIT_SHIFT);
    }
    hak_unlock(&pool.lock);
    return done;
}

/* ------------------------------------------------------------------ huge pages */

char *hak_pool_dense_next(uint64_t before_ms) {
    char *start = NULL;
    hak_lock(&pool.lock);
    /* Under a limit of addresses superslabs may be unmapped at any time. */
    const bool wanted = pool.superslabs >= DENSE_LEAST && !hak_domain_limited();
    for (size_t looks = wanted ? DENSE_LOOKS : 0; looks > 0 && start == NULL; looks--) {
        do {
            pool.dense_index++;
            if (pool.dense_index < pool.index_begin || pool.dense_index >= pool.index_end)
                pool.dense_index = pool.index_begin;
        } while (pool.by_index[pool.dense_index] == NULL); /* between those of small and huge */
        superslab_t *superslab = pool.by_index[pool.dense_index];
        if (superslab->full_units == ALL_UNITS || superslab->generation != pool.generation ||
            superslab->settled_ms > before_ms ||
            (superslab->free_units & ~superslab->dirty_units) != 0)
            continue;
        superslab->settled_ms = hak_os_milliseconds();
        start = superslab->start;
    }
    hak_unlock(&pool.lock);
    return start;
}

void hak_pool_dense_full(const char *start) {
    hak_lock(&pool.lock);
    superslab_t *superslab = pool.by_index[superslab_index(start)];
    superslab->full_units = ALL_UNITS;
    superslab->zero_units |= superslab->free_units & ~superslab->dirty_units;
    for (uint32_t free = superslab->free_units; free != 0; free &= free - 1) {
        uint8_t *dirty = &superslab->dirty_pages[__builtin_ctz(free)];
        pool.dirty_pages += UNIT_PAGES - *dirty;
        *dirty = UNIT_PAGES;
    }
    superslab->dirty_units |= superslab->free_units;
    hak_unlock(&pool.lock);
}

void hak_pool_forked(void) {
    pool.generation++;
}

/* ------------------------------------------------------------------ what runs do not use */

/* Purges between the touched part of a run and what was resident before. Under the lock of the
 * run's owner, so that nothing there is handed out meanwhile. False, and nothing is done, when the
 * run is part of a huge page. */
static bool run_purge_stale(hak_slab_t *run) {
    const size_t used = (run->touched_bytes + HAK_OS_PAGE_BYTES - 1) & ~(HAK_OS_PAGE_BYTES - 1);
    hak_lock(&pool.lock);
    superslab_t *superslab = pool.by_index[superslab_index(run->start)];
    const uint32_t first = (uint32_t)(run - superslab->slab);
    const bool full = (superslab->full_units & units_mask(first, run->run_units)) != 0;
    for (uint32_t i = 0; i < run->run_units && !full; i++) {
        const size_t before = (size_t)i << HAK_UNIT_SHIFT;
        const size_t kept = used > before ? (used - before) / HAK_OS_PAGE_BYTES : 0;
        uint8_t *dirty = &superslab->dirty_pages[first + i];
        if (*dirty <= kept)
            continue;
        const size_t bytes = (*dirty - kept) * HAK_OS_PAGE_BYTES;
        hak_os_purge(superslab->start + ((size_t)first << HAK_UNIT_SHIFT) + before +
                         kept * HAK_OS_PAGE_BYTES,
                     bytes);
        HAK_COUNT(SUPERSLAB_OS, purges);
        HAK_COUNT_ADD(SUPERSLAB_OS, purged_bytes, bytes);
        pool.purged_pages += bytes / HAK_OS_PAGE_BYTES;
        *dirty = (uint8_t)kept;
    }
    hak_unlock(&pool.lock);
    run->stale_bytes = 0;
    return !full;
}

bool hak_run_shed(hak_slab_t *run) {
    if (run->stale_bytes <= run->touched_bytes)
        return false;
    if (run->seen_bytes != run->touched_bytes) {
        run->seen_bytes = run->touched_bytes;
        return true;
    }
    (void)run_purge_stale(run); /* a huge page is worth more whole */
    return false;
}

bool hak_run_strip(hak_slab_t *run) {
    return hak_options.purge == 0 || run_purge_stale(run);
}
