/*
 * Huge pages for superslabs. A program that uses more memory than the TLB reaches waits for page
 * walks; with one entry for 2 MiB it does not. They are given only to memory that is resident
 * anyway:
 *   - a superslab that has settled and is nearly all resident is moved into a huge page (the
 *     kernel's MADV_COLLAPSE), one at a time, in a bounded part of the time;
 *   - while those that were looked at last were like that, new superslabs get a huge page from the
 *     start, which also takes a third of the time of 512 page faults.
 * Everything that is purged comes back in small pages. Nothing happens in processes whose
 * superslabs the TLB reaches, nor under RLIMIT_AS.
 */
#ifndef HAK_HUGE_H
#define HAK_HUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks for a superslab to move, where that is due. On a cold path, without locks. */
void hak_huge_look(uint64_t now_ms);

/* Whether the next superslab, with which the process has so many, should be on a huge page. */
bool hak_huge_expects(size_t superslabs);

#endif
