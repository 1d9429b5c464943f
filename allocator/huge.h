/*
 * Huge pages for superslabs. A program that uses more memory than the TLB reaches waits for page
 * walks; with one entry for 2 MiB it does not. They are given only to memory that is resident
 * anyway: a superslab that has settled and is nearly all resident is moved into a huge page (the
 * kernel's MADV_COLLAPSE), one at a time, in a bounded part of the time. What is purged comes back
 * in small pages. Nothing happens in processes whose superslabs the TLB reaches, nor under
 * RLIMIT_AS, nor with what a process shares with the one it was forked from.
 */
#ifndef HAK_HUGE_H
#define HAK_HUGE_H

#include <stdint.h>

/* Looks for a superslab to move, where that is due. On a cold path, without locks. */
void hak_huge_look(uint64_t now_ms);

/* For fork, in the parent: its pages are shared for a while, and moving them would copy them. */
void hak_huge_pause(void);

#endif
