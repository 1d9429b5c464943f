/*
 * Large blocks: above 1 MiB, or aligned beyond what a run of units guarantees. Each is a mapping of
 * its own, found again in a table by its address; freed mappings are kept for reuse within bounds
 * of bytes and age; growth is mremap.
 */
#ifndef HAK_LARGE_H
#define HAK_LARGE_H

#include <stdbool.h>
#include <stddef.h>

/* Allocates what has no size class: a medium block (medium.h) where one will do. *zeroed tells
 * whether the block reads as zero. NULL when there is no memory. */
void *hak_large_allocate(size_t size, size_t alignment, bool *zeroed);

/* Frees a large block; false when the address is not one's start. */
bool hak_large_free(void *block);
/* Usable bytes of a large block; 0 when the address is not one's start. */
size_t hak_large_usable(const void *block);
/* Resizes a large block by mremap. NULL when that is not possible; the block is then unchanged. */
void *hak_large_resize(void *block, size_t size);

/* Gives retained mappings back: all, or those that are old. Returns bytes. */
size_t hak_large_purge(bool all);

/* A thread exits: gives back what was kept for a phase that seems to be over. */
void hak_large_thread_exits(void);

/* Bytes of large blocks in use, a hint: read without a lock. */
size_t hak_large_live_bytes(void);

/* Bytes of large mappings in use, and of those kept for reuse. */
void hak_large_sums(size_t *live, size_t *kept);

void hak_large_lock_all(void); /* for fork */
void hak_large_unlock_all(void);

#endif
