/*
 * Learner: moves the ceiling of each class's lanes and the retention of empty slabs by what the
 * cold path sees, within fixed bounds. HAKMEM_LEARNER=off, observe (counts and reports at
 * exit what it would have done), on (default). Nothing on the hot path knows of it.
 *
 *   lanes: a class with many refills and flushes in a window gets twice the ceiling, up to
 *   HAK_LANE_LEARN_FACTOR times the configured one; a class with few gets half of what it has, down
 *   to an eighth.
 *
 *   retention: memory that is asked for again soon after it was purged is added to what is kept, up
 *   to HAKMEM_RETAIN_MIB (HAKMEM_LARGE_RETAIN_MIB for large mappings); windows without take a
 *   quarter of that off. Empty units that the exit of a thread purged do not count, nor what was
 *   purged before it where that exit would have purged it all the same.
 */
#ifndef HAK_LEARNER_H
#define HAK_LEARNER_H

#include <stddef.h>
#include <stdint.h>

#include "allocator/heap.h"

/* Blocks up to which a lane of this class may grow. */
uint32_t hak_learner_ceiling(uint32_t class_id);

/* What retention is learnt for. */
typedef enum hak_retained {
    HAK_RETAINED_UNITS,
    HAK_RETAINED_LARGE,
    HAK_RETAINED_KINDS
} hak_retained_t;

/* Bytes to keep beside the built-in bound, by what was learnt. */
size_t hak_learner_retain_bytes(hak_retained_t kind);

/* So many bytes were purged and are used again already. Any thread, under any lock. */
void hak_learner_regret(hak_retained_t kind, size_t bytes);

/* Nothing was learnt: what it was learnt from is over. Any thread, under any lock. */
void hak_learner_forget(hak_retained_t kind);

/* Adds the slow calls of a heap's lanes since the last time; runs in its thread. */
void hak_learner_collect(hak_heap_t *heap);

/* Ends a window when it is time, and decides. Any thread. */
void hak_learner_window(uint64_t now_ms);

/* Says on stderr what would have been done (observe), or with HAKMEM_STATS=on in a counting build
 * what was. */
void hak_learner_report(void);

hak_lock_t *hak_learner_lock(void); /* for fork */

#endif
