/*
 * fork: every lock is taken before and released after, in the child and the parent. The handlers
 * are registered at the first allocation, before other libraries register theirs: prepare handlers
 * run last in, first out, so ours runs last and nobody allocates under our locks; should somebody
 * do so all the same, the forking thread may re-enter (hak_fork_holds_locks).
 *
 * In the child only the forking thread lives. Slabs and lists were under locks and are whole. Lanes
 * and outboxes of vanished threads, medium blocks that they kept, and chunks that were under way,
 * were not: they are dropped, so that what they held stays allocated in the child: for each
 * vanished thread at most what its lanes may hold (hak_lane_budget_bytes), HAKMEM_MEDIUM_KIB, and
 * its queues.
 */
#include "allocator/fork.h"

#include <pthread.h>

#include "allocator/apart.h"
#include "allocator/backend.h"
#include "allocator/heap.h"
#include "allocator/huge.h"
#include "allocator/large.h"
#include "allocator/learner.h"
#include "allocator/remote.h"
#include "allocator/spill.h"
#include "allocator/superslab.h"

static void locks_take(void) {
    hak_lock(hak_start_lock());
    hak_lock(hak_heaps_lock());
    for (uint32_t id = 1; id <= hak_heap_highest_id(); id++)
        hak_lock(&hak_heap_by_id(id)->lock);
    hak_pool_v1_lock_all();
    hak_lock(hak_learner_lock());
    hak_lock(hak_pool_lock());
    hak_large_lock_all();
    hak_lock(hak_apart_lock());
    hak_lock(hak_chunks_lock());
    hak_lock(hak_meta_lock());
}

static void locks_release(void) {
    hak_unlock(hak_meta_lock());
    hak_unlock(hak_chunks_lock());
    hak_unlock(hak_apart_lock());
    hak_large_unlock_all();
    hak_unlock(hak_pool_lock());
    hak_unlock(hak_learner_lock());
    hak_pool_v1_unlock_all();
    for (uint32_t id = hak_heap_highest_id(); id >= 1; id--)
        hak_unlock(&hak_heap_by_id(id)->lock);
    hak_unlock(hak_heaps_lock());
    hak_unlock(hak_start_lock());
}

static void fork_prepare(void) {
    locks_take();
    hak_fork_holds_locks = true;
}

static void fork_parent(void) {
    hak_fork_holds_locks = false;
    hak_huge_pause();
    locks_release();
}

static void fork_child(void) {
    hak_fork_holds_locks = false;
    hak_heap_t *own = hak_thread_heap;
    for (uint32_t id = 1; id <= hak_heap_highest_id(); id++) {
        hak_heap_t *heap = hak_heap_by_id(id);
        uint32_t state = atomic_load_explicit(&heap->state, memory_order_relaxed);
        if (heap != own && state == HAK_HEAP_BOUND)
            hak_heap_abandon(heap);
        /* Chunks that others were just publishing to us or to idle heaps. */
        atomic_store_explicit(&heap->inbox, NULL, memory_order_relaxed);
    }
    hak_helper_forget();
    hak_pool_forked();
    locks_release();
}

void hak_fork_register(void) {
    if (pthread_atfork(fork_prepare, fork_parent, fork_child) != 0)
        hak_warn("fork handlers could not be registered: fork in a threaded program is not safe");
}
