/*
 * Addresses for large mappings on huge pages, apart from small pages. The page table whose entries
 * are huge pages describes 1 GiB. A hypervisor that keeps page tables of its own (shadow paging: a
 * virtual machine inside another one, PVM) seems to drop what it has of such a table when the
 * system writes to its entries, which it does to see what is in use; every small page under it is a
 * page fault of the hypervisor's afterwards. With 40 MiB of small pages in the same GiB as a few
 * huge ones a program stood still for 60 ms, twice a second; apart from them, never. Superslabs are
 * apart by themselves: see hak_domain_take.
 */
#ifndef HAK_APART_H
#define HAK_APART_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/os.h"

/* A wish for the addresses of a mapping of whole pages, behind the domain: the lowest that are
 * free, so that what comes and goes stays together. Somebody else may be there. */
void *hak_apart_take(size_t bytes, size_t alignment);

/* What lies behind a mapping that has grown in place. */
void hak_apart_extend(const void *start, size_t bytes);

/* Nothing is mapped there any more. Other addresses are ignored. */
void hak_apart_give(const void *start, size_t bytes);

/* Whether an address is one of those. */
bool hak_apart_has(const void *address);

hak_lock_t *hak_apart_lock(void); /* for fork */

#endif
