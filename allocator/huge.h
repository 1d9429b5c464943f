/*
 * Huge pages for superslabs. A program that uses more memory than the TLB reaches waits for page
 * walks; with one entry for 2 MiB it does not, and one page fault takes the place of 512. They are
 * given to memory that is resident anyway or soon will be:
 *   A superslab that has settled and is nearly all resident is moved into a huge page (the kernel's
 *   MADV_COLLAPSE), one at a time, in a bounded part of the time.
 *   A new superslab begins on a huge page where a process has so many that this one is little, and
 *   touches what it takes.
 *   A new large mapping may be on huge pages where those before it were touched throughout.
 *   With HAKMEM_HUGE_PAGES=always every superslab begins on one, and every large mapping may be.
 * What is purged comes back in small pages. Superslabs that have begun on small pages stay there in
 * processes whose superslabs the TLB reaches, and where a process shares them with the one it was
 * forked from. Under RLIMIT_AS nothing happens to superslabs.
 */
#ifndef HAK_HUGE_H
#define HAK_HUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Looks for a superslab to move, where that is due. On a cold path, without locks. */
void hak_huge_look(uint64_t now_ms);

/* Whether what can be on huge pages shall be, whatever is touched of it. */
bool hak_huge_always(void);

/* Whether a superslab that is made now may begin on a huge page: by the options, and by whether
 * the kernel had one when it was last asked. */
bool hak_huge_begins(uint64_t now_ms);

/* Puts a new superslab, of which nothing was touched yet, on a huge page if the kernel has one; it
 * clears 2 MiB. On a cold path, without locks, by the thread that took its first units. */
void hak_huge_begin(char *start);

/* Maps a large block; NULL on failure. It may be on huge pages if the last mapping that was looked
 * at was touched throughout, and one of half its size or more was. *probe if it is on small pages
 * to be looked at itself: hak_huge_large_end then wants it. */
void *hak_huge_large_map(size_t bytes, size_t alignment, bool *probe);
/* Moves or resizes such a mapping; NULL on failure, the old one stays. */
void *hak_huge_large_remap(void *start, size_t old_bytes, size_t new_bytes);
/* Gives it back to the system, or a part of it. */
void hak_huge_large_unmap(void *start, size_t bytes);
/* Looks at what was touched of such a mapping when its block was freed: true if that was all, so
 * that a new mapping is worth more than this one. */
bool hak_huge_large_end(const void *start, size_t bytes);

/* For fork, in the parent: its pages are shared for a while, and moving them would copy them. */
void hak_huge_pause(void);

#endif
