/*
 * Learner. Called every HAKMEM_PURGE_MS at most, from the slow paths of any thread; one lock, a
 * leaf but for the pool's, guards what was seen. Ceilings and retention are read without it.
 */
#include "allocator/learner.h"

#include <stdatomic.h>
#include <stdio.h>

#include "allocator/options.h"
#include "allocator/telemetry.h"

#define EVENTS_MANY   256u /* refills and flushes of a class in a window: its lanes are too small */
#define EVENTS_FEW    2u
#define CEILING_STEPS 8u /* the lowest ceiling is this part of the configured one */
#define QUIET_WINDOWS 4u /* without what calls for more, before it becomes less */
#define RETAIN_FORGET ((size_t)256 << 10) /* less is not worth keeping account of */

static struct {
    hak_lock_t lock;
    uint64_t events[HAK_CLASS_MAX + 1];       /* [lock] refills and flushes in this window */
    bool used[HAK_CLASS_MAX + 1];             /* [lock] ever */
    uint8_t quiet[HAK_CLASS_MAX + 1];         /* [lock] windows with few */
    uint64_t window_ms;                       /* [lock] when it began */
    uint32_t ceiling_wish[HAK_CLASS_MAX + 1]; /* [lock] likewise; 0: as configured */
    uint32_t raises, cuts, retain_cuts;       /* [lock] */
    /* [any,atomic] relaxed: in force; 0: as configured. Hints: a stale one does no harm. */
    _Atomic uint32_t ceiling[HAK_CLASS_MAX + 1];
    /* [any,atomic] relaxed: what is kept when on, and would be otherwise; a hint likewise */
    _Atomic size_t retain[HAK_RETAINED_KINDS];
    /* [any,atomic] relaxed: whether there were regrets in this window; one that is seen late counts
     * in the next */
    _Atomic bool regretted[HAK_RETAINED_KINDS];
    _Atomic uint32_t retain_raises; /* [any,atomic] relaxed: a number for the report */
} learner;

hak_lock_t *hak_learner_lock(void) {
    return &learner.lock;
}

static uint32_t ceiling_configured(uint32_t class_id) {
    return hak_classes[class_id].lane_capacity_top / HAK_LANE_LEARN_FACTOR;
}

uint32_t hak_learner_ceiling(uint32_t class_id) {
    if (HAK_HAS_LEARNER && hak_options.learner == 2) {
        uint32_t learnt = atomic_load_explicit(&learner.ceiling[class_id], memory_order_relaxed);
        if (learnt != 0)
            return learnt;
    }
    return ceiling_configured(class_id);
}

size_t hak_learner_retain_bytes(hak_retained_t kind) {
    return HAK_HAS_LEARNER && hak_options.learner == 2
               ? atomic_load_explicit(&learner.retain[kind], memory_order_relaxed)
               : 0;
}

void hak_learner_collect(hak_heap_t *heap) {
    if (!HAK_HAS_LEARNER || hak_options.learner == 0)
        return;
    hak_lock(&learner.lock);
    for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++) {
        hak_lane_events_t *events = &heap->lane_events[class_id];
        learner.events[class_id] += events->refills + events->flushes;
        events->refills = events->flushes = 0;
    }
    hak_unlock(&learner.lock);
}

/* ------------------------------------------------------------------ deciding */

static void ceiling_decide(uint32_t class_id) {
    const uint32_t configured = ceiling_configured(class_id);
    const uint32_t most = hak_classes[class_id].lane_capacity_top;
    const uint32_t least = configured / CEILING_STEPS;
    const uint64_t events = learner.events[class_id];
    uint32_t wish = learner.ceiling_wish[class_id];
    if (wish == 0)
        wish = configured;
    learner.events[class_id] = 0;
    learner.used[class_id] |= events > 0;
    if (!learner.used[class_id])
        return;
    if (events >= EVENTS_MANY) {
        learner.quiet[class_id] = 0;
        if (wish >= most)
            return;
        wish = wish * 2 < most ? wish * 2 : most;
        learner.raises++;
        HAK_COUNT(LEARNER, capacity_raises);
    } else if (events <= EVENTS_FEW) {
        if (++learner.quiet[class_id] < QUIET_WINDOWS || wish <= least)
            return;
        learner.quiet[class_id] = 0;
        wish = wish / 2 > least ? wish / 2 : least;
        learner.cuts++;
        HAK_COUNT(LEARNER, capacity_cuts);
    } else {
        learner.quiet[class_id] = 0;
        return;
    }
    learner.ceiling_wish[class_id] = wish < HAK_LANE_BLOCKS_LEAST ? HAK_LANE_BLOCKS_LEAST : wish;
    atomic_store_explicit(&learner.ceiling[class_id], learner.ceiling_wish[class_id],
                          memory_order_relaxed);
}

/* Regrets raise what is kept at once (hak_learner_regret); a window without any lowers it. */
static void retention_decide(hak_retained_t kind) {
    if (atomic_exchange_explicit(&learner.regretted[kind], false, memory_order_relaxed))
        return;
    size_t wish = atomic_load_explicit(&learner.retain[kind], memory_order_relaxed);
    if (wish == 0)
        return;
    /* A regret that comes in between is lost by this store: the next one makes up for it. */
    atomic_store_explicit(&learner.retain[kind], wish < RETAIN_FORGET ? 0 : wish - wish / 4,
                          memory_order_relaxed);
    learner.retain_cuts++;
    HAK_COUNT(LEARNER, retention_cuts);
}

void hak_learner_regret(hak_retained_t kind, size_t bytes) {
    if (!HAK_HAS_LEARNER || hak_options.learner == 0)
        return;
    const uint64_t mib =
        kind == HAK_RETAINED_UNITS ? hak_options.retain_mib : hak_options.large_retain_mib;
    const size_t most = (size_t)mib << 20;
    size_t wish = atomic_load_explicit(&learner.retain[kind], memory_order_relaxed);
    size_t more = wish < most && bytes < most - wish ? wish + bytes : most;
    atomic_store_explicit(&learner.retain[kind], more, memory_order_relaxed);
    atomic_store_explicit(&learner.regretted[kind], true, memory_order_relaxed);
    atomic_fetch_add_explicit(&learner.retain_raises, 1, memory_order_relaxed);
    HAK_COUNT(LEARNER, retention_raises);
}

void hak_learner_forget(hak_retained_t kind) {
    if (HAK_HAS_LEARNER)
        atomic_store_explicit(&learner.retain[kind], 0, memory_order_relaxed);
}

void hak_learner_window(uint64_t now_ms) {
    if (!HAK_HAS_LEARNER || hak_options.learner == 0 || !hak_lock_try(&learner.lock))
        return;
    if (now_ms - learner.window_ms >= hak_options.purge_ms) {
        learner.window_ms = now_ms;
        HAK_COUNT(LEARNER, windows);
        for (uint32_t class_id = 1; class_id <= hak_class_count; class_id++)
            ceiling_decide(class_id);
        for (hak_retained_t kind = 0; kind < HAK_RETAINED_KINDS; kind++)
            retention_decide(kind);
    }
    hak_unlock(&learner.lock);
}

void hak_learner_report(void) {
    char line[256];
    if (!HAK_HAS_LEARNER || hak_options.learner == 0)
        return;
    if (hak_options.learner == 2 && !(HAKMEM_STATS_COMPILED && hak_options.stats != 0))
        return; /* it acts by default, and programs do not expect a line of it */
    hak_lock(&learner.lock);
    snprintf(line, sizeof line,
             "learner %s: lane ceilings raised %u and cut %u times, retention raised %u and cut %u "
             "times, %zu KiB of units and %zu KiB of large mappings at the end",
             hak_options.learner == 1 ? "observed, and would have" : "acted", learner.raises,
             learner.cuts, atomic_load_explicit(&learner.retain_raises, memory_order_relaxed),
             learner.retain_cuts,
             atomic_load_explicit(&learner.retain[HAK_RETAINED_UNITS], memory_order_relaxed) / 1024,
             atomic_load_explicit(&learner.retain[HAK_RETAINED_LARGE], memory_order_relaxed) /
                 1024);
    hak_unlock(&learner.lock);
    hak_warn(line);
}
