/*
 * Medium blocks: above HAK_LANE_MAX_BYTES, up to 1 MiB. Each is a run of units of a superslab,
 * found again through the address map. A thread keeps some that it has freed: what it reuses was in
 * its own caches last, where the pool would give it whatever lies low. How many depends on whether
 * others take theirs from the pool in turn with it: alone it had all of the pool in its caches, and
 * what lies low is the better choice.
 */
#ifndef HAK_MEDIUM_H
#define HAK_MEDIUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/superslab.h"

#define HAK_MEDIUM_MAX_BYTES ((size_t)1 << 20)
#define HAK_MEDIUM_KEPT_MAX  32u /* runs that a thread keeps */

typedef struct hak_heap hak_heap_t;

#define HAK_MEDIUM_TURNS      16u               /* between two looks: it has rivals */
#define HAK_MEDIUM_KEPT_ALONE ((size_t)1 << 20) /* bytes that a thread without rivals keeps */

/* Freed runs of a thread. Invariants: bytes = sum of their units; unused <= count; the first
 * `unused` were kept all the time since hak_medium_spill was last called. */
typedef struct hak_medium_kept {
    hak_slab_t *run[HAK_MEDIUM_KEPT_MAX]; /* [owner] oldest first */
    uint32_t count;                       /* [owner] */
    uint32_t unused;                      /* [owner] */
    size_t bytes;                         /* [owner] HAK_SHARE'd */
    size_t freed_in_row;                  /* [owner] bytes freed since one was taken */
    uint32_t turns; /* [owner] runs from the pool right after another took one, likewise */
    bool rivals;    /* [owner] there were many before hak_medium_spill was last called */
} hak_medium_kept_t;

/* Allocates; *zeroed tells whether the block reads as zero. NULL when the domain is at its end
 * or the system refuses the memory. */
void *hak_medium_allocate(size_t size, bool *zeroed);

/* Frees a block whose map entry says HAK_OWNER_MEDIUM. Stops the program when the address is not
 * its start, or when it is free. */
void hak_medium_free(void *block, const char *function);
/* Resizes a block in place; false when it cannot stay where it is. */
bool hak_medium_resize(void *block, size_t size);
size_t hak_medium_usable(const void *block, const char *function);

/* Gives runs back to the pool that the calling thread's heap keeps: those that were not used since
 * the last call, or all. */
void hak_medium_spill(hak_heap_t *heap, bool all);

#endif
