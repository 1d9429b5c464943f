/*
 * Learner: moves the ceiling of each class's lanes and the retention of empty slabs by what the
 * cold path sees, within fixed bounds. HAKMEM_LEARNER=off (default), observe (counts and reports at
 * exit what it would have done), on. Nothing on the hot path knows of it.
 *
 *   lanes      a class with many refills and flushes in a window gets twice the ceiling, up to
 *              HAK_LANE_LEARN_FACTOR times the configured one; a class with few gets half of what
 * it has, down to an eighth retention  units that are asked for again soon after they were purged
 * double the bound, up to HAKMEM_RETAIN_MIB; windows without halve it, down to the built-in one
 */
#ifndef HAK_LEARNER_H
#define HAK_LEARNER_H

#include <stddef.h>
#include <stdint.h>

#include "allocator/heap.h"

/* Blocks up to which a lane of this class may grow. */
uint32_t hak_learner_ceiling(uint32_t class_id);

/* Bytes of empty touched slabs to keep at least, by what was learnt; 0: nothing was. */
size_t hak_learner_retain_bytes(void);

/* Adds the slow calls of a heap's lanes since the last time; runs in its thread. */
void hak_learner_collect(hak_heap_t *heap);

/* Ends a window when it is time, and decides. Any thread. */
void hak_learner_window(uint64_t now_ms);

/* Says what was done, or would have been, on stderr; nothing when the learner is off. */
void hak_learner_report(void);

hak_lock_t *hak_learner_lock(void); /* for fork */

#endif
