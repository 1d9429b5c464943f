/*
 * Superslabs: 2 MiB aligned pieces of one reserved address domain, cut into 32 units of 64 KiB.
 * Runs of units become slabs (slab.h) or medium blocks (medium.h). All metadata lies outside the
 * units.
 */
#ifndef HAK_SUPERSLAB_H
#define HAK_SUPERSLAB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/domain.h"
#include "allocator/holes.h"
#include "allocator/os.h"
#include "allocator/size_class.h"

#define HAK_OWNER_NONE   0u      /* unit in no use */
#define HAK_OWNER_MAX    0xfffcu /* heap ids are 1 .. HAK_OWNER_MAX */
#define HAK_OWNER_SHARED 0xfffdu /* a slab of Pool v1 */
#define HAK_OWNER_MEDIUM 0xfffeu /* a medium block */
#define HAK_OWNER_EMPTY  0xffffu /* id of the heap of who has none; never in the map */

#define HAK_NARROW_WORDS 8u  /* bitmap inside the slab's record: up to 512 blocks */
#define HAK_WIDE_WORDS   64u /* bitmap beside it: up to 4096 blocks */

/*
 * A slab: the record of a run of units, kept in the superslab's record at the run's first unit.
 * Invariants of a slab, under the owner's lock:
 *   free_blocks = number of set bits = blocks not in any lane, outbox, inbox or program
 *   0 < free_blocks  <=>  the slab is in its heap's partial list of its class
 *   no bit is set in a word below lowest_word
 */
typedef struct hak_slab {
    struct hak_slab *next, *previous; /* [lock:heap] partial list */
    char *start;                      /* [lock:pool] of the first block, in the first unit */
    uint64_t *bits;                   /* [lock:heap] one bit a block, 1 = free here */
    uint32_t class_id;                /* [lock:pool] 0: a medium block or free units */
    uint32_t free_blocks;             /* [lock:heap] HAK_SHARE'd; of a medium block: see medium.c */
    uint32_t lowest_word;             /* [lock:heap] */
    uint16_t owner;                   /* [lock:pool] heap id or HAK_OWNER_* */
    uint8_t run_units;                /* [lock:pool] length, at the first unit of a run */
    uint8_t unit_in_run;              /* [lock:pool] distance from the first unit of the run */
    /* [lock:heap] of the run, from its start: what was handed out; HAK_SHARE'd */
    uint32_t touched_bytes;
    uint32_t stale_bytes; /* [lock:heap] likewise: what was resident when the run was taken */
    uint32_t seen_bytes;  /* [lock:heap] touched_bytes when it was last looked at */
    uint32_t blocks;      /* [lock:pool] in it; 0: a medium block or free units */
    _Alignas(64) uint64_t narrow_bits[HAK_NARROW_WORDS]; /* [lock:heap] storage of bits, mostly */
} hak_slab_t;

_Static_assert(sizeof(hak_slab_t) == 128, "32 slab records fill one page");

/* Takes a run of `units` (1 .. HAK_SUPERSLAB_UNITS) for an owner; class_id 0 for a medium block,
 * else `start` is the first block of a slab whose bits are yet to be set. *zeroed tells whether all
 * of it reads as zero. NULL when no memory is left. Takes the pool's lock. */
hak_slab_t *hak_run_allocate(uint32_t units, uint32_t owner, uint32_t class_id, bool *zeroed);

/* The run has handed out its first `bytes`; the owner's lock is held. */
void hak_run_touch(hak_slab_t *run, uint32_t bytes);

/* Gives the units of a run back to the pool; they are purged by age and bound. Takes the pool's
 * lock. */
void hak_run_free(hak_slab_t *run);

/* The run that an address of ours lies in (its map entry is not 0). */
hak_slab_t *hak_run_of(const void *address);

/* The node that the superslab of a run in use was made for, by remainder of HAK_NODES_MAX. */
uint32_t hak_run_node(const hak_slab_t *run);

/* Purges empty units: all of them, or those that were empty for half the configured time or longer.
 * Returns the number of bytes given back. Takes the pool's lock. */
size_t hak_pool_purge(bool all);

/* Empty slabs that heaps without a thread keep for the next one have touched so many bytes more, or
 * less, as the negative of a size_t. */
void hak_pool_idle_add(size_t bytes);

/* How many more bytes they may have touched at present: of the bound of what is to be kept, they
 * come before empty units. Takes no lock. */
size_t hak_pool_idle_room(void);

/* They have touched more than that: the bound falls while a program frees what it had. */
bool hak_pool_idle_over(void);

/* A run was taken into use that the pool does not see: the program does not only free. */
void hak_pool_row_ends(void);

/* Purges empty units beyond what is to be kept at present; `in_proportion`: when a thread exits, no
 * more for what was learnt than is in use. Takes the pool's lock. */
void hak_pool_decay(bool in_proportion);

/* Bytes of superslabs in use of the operating system's memory, at most. */
size_t hak_pool_committed_bytes(void);

/* Grows or shrinks a medium run in place; false when the units behind it are not free. Takes the
 * pool's lock. */
bool hak_run_resize(hak_slab_t *run, uint32_t units);

/* Sums in bytes; any pointer may be NULL. Takes the pool's lock.
 *   committed  superslabs
 *   dirty      empty units that were touched and not purged since
 *   purged     given back by purging, since start */
void hak_pool_sums(size_t *committed, size_t *dirty, size_t *purged);

/* Calls `visit` for every run in use, under the pool's lock: it must not come back here. */
void hak_pool_walk(void (*visit)(const hak_slab_t *run, void *context), void *context);

/* For huge.c: the start of a superslab that is not wholly on a huge page, of which every unit has
 * been in use since it was last purged, and which was neither made, purged nor returned by this
 * function since `before_ms`; NULL when none of the few that are looked at in a call is like that,
 * or the process has too few of them. Takes the pool's lock. */
char *hak_pool_dense_next(uint64_t before_ms);

/* That superslab is on a huge page: all of it is resident. Takes the pool's lock. */
void hak_pool_dense_full(const char *start);

/* In a forked process, whose superslabs are shared with its parent until they are written to:
 * moving them would copy them. The pool's lock is held. */
void hak_pool_forked(void);

/* Gives back the pages behind the touched part of a run that an earlier use of its units left
 * resident, unless more was touched since the last call. False when there is nothing to look at
 * again. The heap's lock is held; takes the pool's if there is anything to give. */
bool hak_run_shed(hak_slab_t *run);

/* The same at once, for an empty run that its heap would keep. False when it lies on a huge page,
 * where keeping it would keep more resident than it has touched. */
bool hak_run_strip(hak_slab_t *run);

hak_lock_t *hak_pool_lock(void); /* for fork */

#endif
