/*
 * Medium blocks. Runs in any thread; what a thread keeps is touched by itself alone, without a
 * lock. Takes the pool's lock through hak_run_*. A kept run stays in use for the pool: its map
 * entry still says HAK_OWNER_MEDIUM, and its record says that it is free.
 */
#include "allocator/medium.h"

#include <stdatomic.h>
#include <string.h>

#include "allocator/heap.h"
#include "allocator/options.h"
#include "allocator/spill.h"
#include "allocator/telemetry.h"

/* Values of hak_slab_t.free_blocks, which has no other meaning in the run of a medium block: there
 * it is [any,atomic], relaxed, and 0 when it comes from the pool. It is exchanged where a block is
 * freed, so that of two threads that free it one is told. */
enum { RUN_IN_USE, RUN_KEPT };

/* [any,atomic] relaxed, a hint: id of the heap whose thread was the last to take a medium run from
 * the pool. Written when it changes. */
static HAK_SPARSE _Alignas(64) _Atomic uint32_t last_taker;

static size_t run_bytes(const hak_slab_t *run) {
    return (size_t)run->run_units << HAK_UNIT_SHIFT;
}

/* ------------------------------------------------------------------ what a thread keeps */

static void kept_remove(hak_medium_kept_t *kept, uint32_t index) {
    HAK_SHARE(kept->bytes, kept->bytes - run_bytes(kept->run[index]));
    kept->count--;
    memmove(&kept->run[index], &kept->run[index + 1], (kept->count - index) * sizeof kept->run[0]);
    if (index < kept->unused)
        kept->unused--;
}

/* Gives the oldest `count` runs back. */
static void kept_give_back(hak_medium_kept_t *kept, uint32_t count) {
    for (; count > 0; count--) {
        hak_slab_t *run = kept->run[0];
        kept_remove(kept, 0);
        hak_run_free(run);
    }
}

/* The newest run of that size; NULL when there is none. */
static hak_slab_t *kept_take(hak_medium_kept_t *kept, uint32_t units) {
    kept->freed_in_row = 0;
    for (uint32_t index = kept->count; index-- > 0;) {
        hak_slab_t *run = kept->run[index];
        if (run->run_units != units)
            continue;
        kept_remove(kept, index);
        HAK_SHARE(run->free_blocks, RUN_IN_USE);
        return run;
    }
    return NULL;
}

/* Of more than a few threads each has a part; alone a thread keeps little (medium.h). */
static size_t kept_bound_bytes(const hak_medium_kept_t *kept) {
    const size_t most = hak_heap_part_bytes((size_t)hak_options.medium_kib << 10);
    if (kept->rivals || kept->turns >= HAK_MEDIUM_TURNS || most < HAK_MEDIUM_KEPT_ALONE)
        return most;
    return HAK_MEDIUM_KEPT_ALONE;
}

/* The thread takes a run from the pool. */
static void pool_visit(hak_heap_t *heap) {
    if (atomic_load_explicit(&last_taker, memory_order_relaxed) == heap->front.id)
        return;
    atomic_store_explicit(&last_taker, heap->front.id, memory_order_relaxed);
    heap->medium.turns++;
    HAK_COUNT(LARGE, medium_turns);
}

/* Keeps a run, and gives back the oldest beyond the bounds. A thread that frees more in a row than
 * it may keep is at the end of a phase, or has the blocks from others: it keeps none. */
static void kept_add(hak_medium_kept_t *kept, hak_slab_t *run) {
    const size_t most = kept_bound_bytes(kept);
    kept->freed_in_row += run_bytes(run);
    if (kept->freed_in_row > most) {
        kept_give_back(kept, kept->count);
        hak_run_free(run);
        return;
    }
    while (kept->count == HAK_MEDIUM_KEPT_MAX || kept->bytes + run_bytes(run) > most)
        kept_give_back(kept, 1);
    kept->run[kept->count++] = run;
    HAK_SHARE(kept->bytes, kept->bytes + run_bytes(run));
}

void hak_medium_spill(hak_heap_t *heap, bool all) {
    hak_medium_kept_t *kept = &heap->medium;
    kept_give_back(kept, all ? kept->count : kept->unused);
    kept->unused = kept->count;
    kept->rivals = kept->turns >= HAK_MEDIUM_TURNS;
    kept->turns = 0;
}

/* ------------------------------------------------------------------ blocks */

/* A kept run of the thread's, or one from the pool; what the thread keeps makes room where the pool
 * has none. */
static hak_slab_t *run_take(hak_heap_t *heap, uint32_t units, bool *zeroed) {
    hak_slab_t *run = NULL;
    *zeroed = false;
    if (heap != NULL) {
        hak_spill_tick(heap);
        run = kept_take(&heap->medium, units);
        if (run != NULL) {
            HAK_COUNT(LARGE, medium_kept);
            hak_pool_row_ends();
            return run;
        }
        pool_visit(heap);
    }
    run = hak_run_allocate(units, HAK_OWNER_MEDIUM, 0, zeroed);
    if (run == NULL && heap != NULL && heap->medium.count > 0) {
        hak_medium_spill(heap, true);
        run = hak_run_allocate(units, HAK_OWNER_MEDIUM, 0, zeroed);
    }
    return run;
}

/* A heap to keep runs in, of the node that the thread runs on; NULL where there is none. */
static hak_heap_t *heap_enter(void) {
    hak_heap_t *heap = hak_thread_heap;
    if (!hak_heap_is_real(heap))
        return hak_thread_enter();
    return heap->node_seen != heap->node ? hak_heap_move(heap) : heap;
}

void *hak_medium_allocate(size_t size, bool *zeroed) {
    const uint32_t units = (uint32_t)((size + HAK_UNIT_BYTES - 1) >> HAK_UNIT_SHIFT);
    hak_slab_t *run = run_take(heap_enter(), units, zeroed);
    if (run == NULL)
        return NULL;
    HAK_COUNT(LARGE, medium_runs);
    HAK_COUNT_CLASS(CLASS, HAK_CLASS_ROW_MEDIUM, mallocs);
    return run->start;
}

static hak_slab_t *run_of_block(const void *block, const char *function) {
    hak_slab_t *run = hak_run_of(block);
    if (run->start != block)
        hak_fault(function, block, "not the start of a block of this allocator");
    return run;
}

/* As above, for what must not be done with a free block either. */
static hak_slab_t *run_in_use(const void *block, const char *function) {
    hak_slab_t *run = run_of_block(block, function);
    if (HAK_SHARED(run->free_blocks) == RUN_KEPT)
        hak_fault(function, block, "not the start of a block of this allocator, or freed before");
    return run;
}

void hak_medium_free(void *block, const char *function) {
    hak_slab_t *run = run_of_block(block, function);
    hak_heap_t *heap = hak_thread_heap;
    HAK_COUNT_CLASS(CLASS, HAK_CLASS_ROW_MEDIUM, frees);
    if (__atomic_exchange_n(&run->free_blocks, RUN_KEPT, __ATOMIC_RELAXED) == RUN_KEPT)
        hak_fault(function, block, "double free: the block is free already");
    if (!hak_heap_is_real(heap) || hak_run_node(run) != heap->node % HAK_NODES_MAX) {
        hak_run_free(run);
        return;
    }
    hak_spill_tick(heap);
    kept_add(&heap->medium, run);
}

bool hak_medium_resize(void *block, size_t size) {
    const size_t units = (size + HAK_UNIT_BYTES - 1) >> HAK_UNIT_SHIFT;
    return size > HAK_LANE_MAX_BYTES && size <= HAK_MEDIUM_MAX_BYTES &&
           hak_run_resize(run_in_use(block, "realloc"), (uint32_t)units);
}

size_t hak_medium_usable(const void *block, const char *function) {
    return run_bytes(run_in_use(block, function));
}
