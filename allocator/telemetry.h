/*
 * Telemetry: what each part (box) of the allocator did, for experiments and to show that a path ran
 * before it is measured. One list of counters per box. A box is compiled in by its flag
 * HAKMEM_<BOX>_STATS_COMPILED (config.h), all by HAKMEM_STATS_COMPILED (the build hakmem:counting);
 * compiled out, a counter costs no instruction and no byte.
 *
 * Counters are process-wide, added to with relaxed atomic operations by any thread, without any
 * lock: hak_telemetry_add is the only place of telemetry atomics in the allocator. Nothing reads
 * them but the report and tests. Each box lies on cache lines of its own.
 */
#ifndef HAK_TELEMETRY_H
#define HAK_TELEMETRY_H

#include <stdatomic.h>
#include <stdint.h>

#include "allocator/config.h"
#include "allocator/os.h"
#include "allocator/size_class.h"

/* ------------------------------------------------------------------ the boxes */

#define HAK_POOL_HOTBOX_V2_CLASSES 7

/* Rows of the box CLASS: class ids, then what has no class. */
#define HAK_CLASS_ROW_MEDIUM (HAK_CLASS_MAX + 1)
#define HAK_CLASS_ROW_LARGE  (HAK_CLASS_MAX + 2)
#define HAK_CLASS_ROWS       (HAK_CLASS_MAX + 3)

/* X(box, rows, help); rows above 1: one set of counters per class of the box. */
#define HAK_BOXES(X)                                                                               \
    X(FRONT, 1, "calls of the interface")                                                          \
    X(CLASS, HAK_CLASS_ROWS, "blocks by size class")                                               \
    X(FREE_SUPERSLAB, 1, "free: whose superslab a block lies in")                                  \
    X(LANE, 1, "lanes: refill and flush")                                                          \
    X(TINY, 1, "backend tiny")                                                                     \
    X(MID_V3, 1, "backend mid_v3")                                                                 \
    X(POOL_V1, 1, "backend pool_v1")                                                               \
    X(POOL_HOTBOX_V2, HAK_POOL_HOTBOX_V2_CLASSES, "backend pool_v2: the hot box")                  \
    X(SUPERSLAB_OS, 1, "superslabs: what is asked of the operating system")                        \
    X(SHARED_POOL, 1, "the pool of units that all threads share")                                  \
    X(REMOTE, 1, "remote target queue")                                                            \
    X(SPILL, 1, "spill")                                                                           \
    X(LEARNER, 1, "learner")                                                                       \
    X(LARGE, 1, "medium and large blocks")                                                         \
    X(HEAP, 1, "heaps")                                                                            \
    X(DIAGNOSTICS, 1, "what is out of the ordinary, on cold paths")

/* ------------------------------------------------------------------ the counters */

/* Each list: X(counter, what it counts). Units are in the names; without one, events. */

#define HAK_FRONT_COUNTERS(X)                                                                      \
    X(malloc_calls, "entries of the fast path of malloc")                                          \
    X(free_calls, "entries of the fast path of free")                                              \
    X(malloc_slow, "mallocs that left the fast path")                                              \
    X(free_slow, "frees that left the fast path")                                                  \
    X(calloc, "calls of calloc")                                                                   \
    X(realloc, "calls of realloc and reallocarray")                                                \
    X(aligned, "calls of the functions that take an alignment")

/* On the hot paths. A block counts for the class that it is of, which is the one to fall back to
 * where the route's own had none. */
#define HAK_CLASS_COUNTERS(X)                                                                      \
    X(mallocs, "blocks handed to the program")                                                     \
    X(frees, "blocks that the program freed")

/* On the hot path. entries = the sum of the others, while no thread is inside free. */
#define HAK_FREE_SUPERSLAB_COUNTERS(X)                                                             \
    X(entries, "frees that looked their block up in the address map")                              \
    X(local, "of these, blocks of the calling thread's heap")                                      \
    X(foreign, "of these, blocks of another heap")                                                 \
    X(shared, "of these, blocks of pool_v1, which no heap owns")                                   \
    X(medium, "of these, medium blocks")                                                           \
    X(unmapped, "of these, blocks in no superslab: large mappings, or not of this allocator")      \
    X(null, "of these, NULL")

#define HAK_LANE_COUNTERS(X)                                                                       \
    X(refills, "empty lanes that were filled")                                                     \
    X(refilled_blocks, "blocks that refills brought")                                              \
    X(refill_failures, "refills for which the backend had no block")                               \
    X(flushes, "flushes of lanes")                                                                 \
    X(flushed_blocks, "blocks that flushes returned")                                              \
    X(grown, "lanes whose capacity was raised")                                                    \
    X(shrunk, "lanes whose capacity was cut")

#define HAK_BACKEND_COUNTERS(X)                                                                    \
    X(takes, "requests for blocks")                                                                \
    X(taken_blocks, "blocks handed out to lanes")                                                  \
    X(puts, "returns of blocks")                                                                   \
    X(put_blocks, "blocks that came back")                                                         \
    X(slabs_created, "slabs made of runs of units")                                                \
    X(slabs_released, "empty slabs given back to the pool")

#define HAK_TINY_COUNTERS(X)   HAK_BACKEND_COUNTERS(X)
#define HAK_MID_V3_COUNTERS(X) HAK_BACKEND_COUNTERS(X)
#define HAK_POOL_V1_COUNTERS(X)                                                                    \
    HAK_BACKEND_COUNTERS(X)                                                                        \
    X(shared_hits, "requests that the shared lists served")                                        \
    X(shared_overflows, "returns that found the shared list full")

/* The predecessor's twelve, under its names, and one more. */
#define HAK_POOL_HOTBOX_V2_COUNTERS(X)                                                             \
    X(alloc_calls, "refills of lanes that asked the hot box")                                      \
    X(alloc_fast, "of these, from the current page")                                               \
    X(alloc_refill, "of these, from a partial or a new page, which became current")                \
    X(alloc_borrowed, "of these, one block of the next larger class")                              \
    X(alloc_refill_fail, "of these, that found no page")                                           \
    X(alloc_fallback_v1, "of these, handed on to pool_v1")                                         \
    X(free_calls, "blocks that came back, from lanes and from other threads")                      \
    X(free_fast, "of these, to a page of the hot box")                                             \
    X(free_fallback_v1, "of these, to pool_v1, where they had been taken from")                    \
    X(page_of_fail_header_missing, "blocks without a page in the hot box: they are of pool_v1")    \
    X(page_of_fail_out_of_range, "frees beyond the last block of a page, which stop the program")  \
    X(page_of_fail_misaligned, "frees of what is not the start of a block, likewise")              \
    X(page_of_fail_unknown, "frees of blocks that were free already, likewise")

#define HAK_SUPERSLAB_OS_COUNTERS(X)                                                               \
    X(superslabs_created, "superslabs committed")                                                  \
    X(superslabs_released, "empty superslabs unmapped under a limit of addresses")                 \
    X(regions_reserved, "regions of address space reserved")                                       \
    X(huge_pages, "superslabs that were made on a huge page or moved into one")                    \
    X(purges, "calls that gave memory back to the system")                                         \
    X(purged_bytes, "bytes given back to the system")                                              \
    X(commit_failures, "commits that the system refused")

#define HAK_SHARED_POOL_COUNTERS(X)                                                                \
    X(runs_allocated, "runs of units handed out")                                                  \
    X(runs_freed, "runs of units that came back")                                                  \
    X(runs_resized, "runs that grew or shrank where they lie")                                     \
    X(units_reused_dirty, "units handed out again with what was in them")                          \
    X(superslabs_searched, "superslabs looked into for a run")                                     \
    X(searches_failed, "looks at the superslabs of a node that found no run")                      \
    X(lock_waits, "requests that found the pool's lock taken")

#define HAK_REMOTE_COUNTERS(X)                                                                     \
    X(sent_blocks, "blocks that left in chunks to another heap")                                   \
    X(chunks_published, "chunks pushed to an inbox")                                               \
    X(chunks_received, "chunks that their heap's thread put into its lanes")                       \
    X(chunks_drained_by_others, "chunks put straight into slabs, mostly by another thread")        \
    X(direct_puts, "foreign blocks put straight into their slab")

#define HAK_SPILL_COUNTERS(X)                                                                      \
    X(lane_spills, "lanes whose oldest blocks were returned")                                      \
    X(spilled_blocks, "blocks that spills returned")                                               \
    X(idle_spills, "lanes that were emptied because nothing used them")                            \
    X(exit_spills, "heaps that returned what they held: thread exit, move, malloc_trim")

#define HAK_LEARNER_COUNTERS(X)                                                                    \
    X(windows, "windows of observation that ended")                                                \
    X(capacity_raises, "lane capacities raised")                                                   \
    X(capacity_cuts, "lane capacities cut")                                                        \
    X(retention_raises, "times that more memory was kept")                                         \
    X(retention_cuts, "times that less memory was kept")

#define HAK_LARGE_COUNTERS(X)                                                                      \
    X(maps, "large blocks mapped anew")                                                            \
    X(maps_huge, "of these, blocks that may be on huge pages")                                     \
    X(unmaps, "large mappings given back to the system")                                           \
    X(reused, "large blocks from mappings that were kept")                                         \
    X(remaps, "large blocks resized by mremap")                                                    \
    X(medium_runs, "medium blocks, each a run of units")                                           \
    X(medium_kept, "of these, runs that the thread had kept")                                      \
    X(medium_turns, "of these, runs from the pool right after another thread took one")

#define HAK_HEAP_COUNTERS(X)                                                                       \
    X(created, "heaps made")                                                                       \
    X(inherited, "idle heaps that a new thread took over")                                         \
    X(moved, "times a thread took another heap since it runs on another NUMA node")                \
    X(settled, "times a thread took the heap of one that exited just after it began")              \
    X(released, "heaps that became idle when their thread exited")                                 \
    X(trimmed, "times idle heaps gave empty slabs back since they kept too much")                  \
    X(swept, "heaps whose inbox was drained because their thread did not look")                    \
    X(abandoned_at_fork, "heaps whose thread vanished in a fork")

#define HAK_DIAGNOSTICS_COUNTERS(X)                                                                \
    X(lock_waits, "locks that were taken when a thread wanted them")                               \
    X(lock_sleeps, "of these, waits that the kernel was asked for")                                \
    X(refused_options, "assignments of the environment that were not understood")                  \
    X(heapless_threads, "calls that got no heap for their thread: no id or no memory left")        \
    X(exited_threads, "calls of threads after their heap was given up, served by the common one")  \
    X(retries, "mallocs whose backend had no block, tried with the fallback or after a sweep")     \
    X(classless_alignments, "aligned requests that no size class serves")                          \
    X(out_of_memory, "requests answered with ENOMEM")                                              \
    X(faults, "misuse that stops the program")

/* One struct a box, its fields the counters: hak_counts_LANE[row].refills. Defined in telemetry.c
 * for boxes that are compiled in. */
#define HAK_COUNTER_FIELD(counter, help) _Atomic uint64_t counter; /* [any,atomic] relaxed */
#define HAK_BOX_DECLARE(BOX, rows, help)                                                           \
    struct hak_counts_##BOX {                                                                      \
        HAK_##BOX##_COUNTERS(HAK_COUNTER_FIELD)                                                    \
    } __attribute__((aligned(64)));                                                                \
    enum { HAK_BOX_ROWS_##BOX = (rows) };                                                          \
    extern struct hak_counts_##BOX hak_counts_##BOX[];                                             \
    _Static_assert((HAKMEM_##BOX##_STATS_COMPILED) == 0 || (HAKMEM_##BOX##_STATS_COMPILED) == 1,   \
                   "a build flag is 0 or 1");
HAK_BOXES(HAK_BOX_DECLARE)
#undef HAK_BOX_DECLARE
#undef HAK_COUNTER_FIELD

#define HAK_BOX_IS_COMPILED(BOX, rows, help) || HAKMEM_##BOX##_STATS_COMPILED
#define HAK_ANY_BOX_COMPILED                 (0 HAK_BOXES(HAK_BOX_IS_COMPILED))

/* ------------------------------------------------------------------ counting */

static inline void hak_telemetry_add(_Atomic uint64_t *counter, uint64_t amount) {
    (void)atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

/* Arguments are not evaluated where the box is compiled out. */
#define HAK_COUNT_ROW_ADD(BOX, row, counter, amount)                                               \
    do {                                                                                           \
        if (HAKMEM_##BOX##_STATS_COMPILED)                                                         \
            hak_telemetry_add(&hak_counts_##BOX[row].counter, (amount));                           \
    } while (0)

/* HAK_COUNT(LANE, refills); */
#define HAK_COUNT(BOX, counter) HAK_COUNT_ADD(BOX, counter, 1)

/* HAK_COUNT_ADD(LANE, refilled_blocks, got); */
#define HAK_COUNT_ADD(BOX, counter, amount)                                                        \
    do {                                                                                           \
        _Static_assert((int)HAK_BOX_ROWS_##BOX == 1, "this box counts by class");                  \
        HAK_COUNT_ROW_ADD(BOX, 0, counter, amount);                                                \
    } while (0)

/* HAK_COUNT_CLASS(POOL_HOTBOX_V2, class_index, alloc_calls); class_index is the row, from 0. */
#define HAK_COUNT_CLASS(BOX, class_index, counter)                                                 \
    do {                                                                                           \
        HAK_ASSERT((unsigned)(class_index) < (unsigned)HAK_BOX_ROWS_##BOX);                        \
        HAK_COUNT_ROW_ADD(BOX, class_index, counter, 1);                                           \
    } while (0)

/* The present value, for tests; 0 where the box is compiled out. */
#define HAK_COUNTED(BOX, row, counter)                                                             \
    (HAKMEM_##BOX##_STATS_COMPILED                                                                 \
         ? atomic_load_explicit(&hak_counts_##BOX[row].counter, memory_order_relaxed)              \
         : 0)

/*
 * Writes a report of every box that is compiled in to stderr, without allocating; says so where
 * none is. Any thread, any time; no lock. Called at exit, and before a fault stops the program,
 * with HAKMEM_STATS=1.
 *
 * The form of the report is kept, since programs read it. A line is one of:
 *   hakmem telemetry of process PID; ...   begins a report
 *   BOX: HELP                              begins a box, in the order of HAK_BOXES
 *   M COUNTER VALUE  HELP                  every counter of the box once, in the order of its list
 *   M [ROW] COUNTER VALUE  WHAT            a counter of one row, where it is not 0: behind the
 *                                          counters of a box that has rows; VALUE of the counter
 *                                          itself is the sum of its rows
 *   not compiled in: BOX, BOX; ...         ends a report where boxes are missing
 * M is four characters, "  * " where the value is not 0 and blanks otherwise; columns are separated
 * by blanks, of which names have none. VALUE is a decimal number below 2^64. ROW of CLASS is "C17"
 * (the name that hak_route gives the class), "medium" or "large", with WHAT "stride 288, mid_v3";
 * of POOL_HOTBOX_V2 it is the bit of HAKMEM_POOL_V2_CLASSES. So a counter is found by
 *   ^BOX: ... then ^(  \* |    )COUNTER +([0-9]+)  and  ^  \* \[ROW\] COUNTER +([0-9]+)
 */
void hak_telemetry_report(void);

/* The section of the pool hot box alone; at exit with HAKMEM_POOL_V2_STATS=1. */
void hak_telemetry_report_pool_v2(void);

#endif
