/*
 * The address domain: one range of addresses in which all superslabs lie, and its map. The map has
 * one entry per unit of the domain: whose unit it is, and of which class. Entries of units that
 * belong to nobody are 0. A heap has a map of its own in front of it (heap.h).
 *
 *   entry = owner id << 16 | byte offset of the class's lane in a heap
 */
#ifndef HAK_DOMAIN_H
#define HAK_DOMAIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/os.h"
#include "allocator/size_class.h"

#define HAK_SUPERSLAB_SHIFT 21
#define HAK_SUPERSLAB_BYTES ((size_t)1 << HAK_SUPERSLAB_SHIFT)

/* The domain: what the map describes. 16 MiB of map, of which only touched pages cost memory; being
 * static, it needs no pointer and is all zero before start, when any address looks foreign. */
#define HAK_DOMAIN_BYTES ((size_t)256 << 30)
#define HAK_DOMAIN_UNITS (HAK_DOMAIN_BYTES >> HAK_UNIT_SHIFT)

typedef struct hak_map {
    /* [any,atomic] relaxed: an entry is set before a block of its unit is handed out and stays
     * while the block lives, so whoever may free the block sees it. */
    _Atomic uint32_t entry[HAK_DOMAIN_UNITS];
    /* [const] Never written: at every offset of 16 bits a lane in which no block may start. Free
     * comes here for a thread without an own map (heap.h), and takes halves of the entries in front
     * of it for offsets. */
    char zero[(size_t)68 << 10];
} hak_map_t;

extern hak_map_t hak_map;

/* [any,atomic] relaxed: address of unit 0, written once at start; before, the map is empty anyway.
 */
extern _Atomic uintptr_t hak_domain_base;

/* Index in the map of the unit that an address lies in: the low bits of its number. Addresses
 * outside the domain have one as well, so who looks there asks whether this one is inside
 * (hak_map_entry, hak_is_start). The base of the domain is not needed, which spares free a load. */
static inline size_t hak_map_unit(const void *address) {
    return (uintptr_t)address >> HAK_UNIT_SHIFT & (HAK_DOMAIN_UNITS - 1);
}

/* Distance of an address from the start of the domain; beyond HAK_DOMAIN_BYTES when outside. */
static inline size_t hak_domain_offset(const void *address) {
    return (uintptr_t)address - atomic_load_explicit(&hak_domain_base, memory_order_relaxed);
}

/* Map entry of an address; 0 when it is not in a unit of ours. */
static inline uint32_t hak_map_entry(const void *address) {
    if (HAK_UNLIKELY(hak_domain_offset(address) >= HAK_DOMAIN_BYTES))
        return 0;
    return atomic_load_explicit(&hak_map.entry[hak_map_unit(address)], memory_order_relaxed);
}

/* Chooses the domain and reserves its first region. False when no address space is to be had. */
bool hak_domain_start(void);

/* Whether the process may not have all addresses (RLIMIT_AS). */
bool hak_domain_limited(void);

/* The addresses of one more superslab, reserved, apart from those of the other kind of pages where
 * there is room (apart.h); NULL when there are no more. Under the pool's lock. */
char *hak_domain_take(bool huge);

/* Takes back what hak_domain_take returned last. Under the pool's lock. */
void hak_domain_return(char *start);

#endif
