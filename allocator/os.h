/*
 * What hakmem asks of the operating system: address space, metadata memory, time, locks, and the
 * end of the program after a fault. Called on cold paths by every part; no function here allocates
 * through malloc. Locks: the metadata arena has one of its own, a leaf. See docs/allocator.md.
 */
#ifndef HAK_OS_H
#define HAK_OS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/config.h"

#define HAK_LIKELY(x)   __builtin_expect(!!(x), 1)
#define HAK_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define HAK_NOINLINE    __attribute__((noinline))
#define HAK_COLD        __attribute__((noinline, cold))

/* A multiple of every page size that the system may have: aarch64 kernels use 4, 16 or 64 KiB. */
#if defined(__aarch64__)
#define HAK_OS_PAGE_BYTES ((size_t)65536)
#else
#define HAK_OS_PAGE_BYTES ((size_t)4096)
#endif

/* Alignment of records that should not share a page with others'. */
#define HAK_RECORD_BYTES ((size_t)4096)

/* Tables and buffers of which most processes touch little. They lie together, so that what every
 * process uses lies together as well (where all files are one translation unit). */
#define HAK_SPARSE __attribute__((section(".bss.hak_sparse")))

/* A futex lock: 0 free, 1 held, 2 held with waiters (Drepper, "Futexes are tricky", 2011). */
typedef struct hak_lock {
    _Atomic uint32_t word; /* [any,atomic] acquire in hak_lock pairs with release in hak_unlock */
} hak_lock_t;

void hak_lock_slow(hak_lock_t *lock);
void hak_unlock_slow(hak_lock_t *lock);

/* True in the thread that is inside fork() with every lock held: it may enter again. */
extern _Thread_local bool hak_fork_holds_locks;

static inline bool hak_lock_try(hak_lock_t *lock) {
    uint32_t expected = 0;
    return atomic_compare_exchange_strong_explicit(&lock->word, &expected, 1, memory_order_acquire,
                                                   memory_order_relaxed);
}

static inline void hak_lock(hak_lock_t *lock) {
    if (HAK_UNLIKELY(!hak_lock_try(lock)))
        hak_lock_slow(lock);
}

static inline void hak_unlock(hak_lock_t *lock) {
    if (HAK_UNLIKELY(hak_fork_holds_locks))
        return;
    if (HAK_UNLIKELY(atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2))
        hak_unlock_slow(lock);
}

/* Address space without memory: PROT_NONE, aligned to `alignment` (a power of two of pages). `hint`
 * is a wish unless `fixed`, where the mapping is at exactly that address or fails. NULL on failure.
 */
void *hak_os_reserve(void *hint, size_t bytes, size_t alignment, bool fixed);
/* Makes reserved pages usable, small pages only; false when the system refuses the memory. */
bool hak_os_commit(void *address, size_t bytes);
/* Moves what lies in an aligned piece of 2 MiB into one huge page, which takes a good part of a
 * millisecond. False, and nothing has changed, where the kernel cannot (before Linux 6.1, with
 * other than 4 KiB pages, without 2 MiB in one piece) or the system's setting is "never". Pages
 * touched later, after a purge, are small ones. */
bool hak_os_collapse(void *address, size_t bytes);
/* Takes a huge page for an aligned piece of 2 MiB of which nothing was touched; writes a zero to
 * its first byte, which must be the caller's. False where the system gives small ones; a page of
 * them may be resident then. Pages touched later, after a purge, are small ones. */
bool hak_os_populate_huge(void *address, size_t bytes);
/* Lets the kernel take huge pages for what is touched of a mapping from now on, if it has any. */
void hak_os_allow_huge(void *address, size_t bytes);
/* How many bytes there have memory, in whole pages; 0 where the system does not say. At most
 * HAK_OS_RESIDENT_MAX bytes are looked at. */
#define HAK_OS_RESIDENT_MAX ((size_t)2 << 20)
size_t hak_os_resident_bytes(void *address, size_t bytes);
/* The NUMA node that the thread runs on; 0 where that is not known. */
uint32_t hak_os_node(void);
/* Gives the pages' memory back; they read as zero afterwards. */
void hak_os_purge(void *address, size_t bytes);
/* Usable zeroed mapping, aligned; NULL on failure. `hint` is a wish. */
void *hak_os_map(void *hint, size_t bytes, size_t alignment);
void hak_os_unmap(void *address, size_t bytes);
/* Resizes a mapping of hak_os_map, and moves it if need be and it `may_move`; NULL on failure, the
 * old one stays. */
void *hak_os_remap(void *address, size_t old_bytes, size_t new_bytes, bool may_move);
/* Moves and resizes one to another place; NULL if there is something or the system refuses. */
void *hak_os_move(void *address, size_t old_bytes, size_t new_bytes, void *place);
/* The process's limit on address space, or SIZE_MAX. */
size_t hak_os_address_limit_bytes(void);

/* Zeroed memory for metadata, never given back. NULL on failure. Alignment up to 4096. */
void *hak_meta_allocate(size_t bytes, size_t alignment);

/* Likewise on pages of its own, behind `readable_bytes` (a multiple of pages) that read as zero,
 * take no memory and are not counted; hak_os_commit makes parts of them usable. */
void *hak_meta_allocate_behind(size_t readable_bytes, size_t bytes);

/* Bytes mapped for metadata, touched or not. */
size_t hak_meta_bytes(void);

/* The arena's lock, for fork. */
hak_lock_t *hak_meta_lock(void);

/* Keeps a large static table of which little is touched on small pages, where the system gives huge
 * ones unasked. */
void hak_os_small_pages(const void *table, size_t bytes);

/* Takes pages of the library's file out of the process that nobody needs after the start: its
 * symbols, names, messages and unwind tables. What is touched again comes back from the file. Does
 * nothing in a program that hakmem is linked into; in a library that it is linked into, these are
 * that library's pages. */
void hak_os_release_file(void);

/* Milliseconds of a coarse monotonic clock (a vDSO read, no system call). */
uint64_t hak_os_milliseconds(void);
/* Microseconds of a monotonic clock (a vDSO read, no system call). */
uint64_t hak_os_microseconds(void);
/* Bits for a choice of addresses, as random as where the kernel put this library and the vDSO.
 * Where it does not randomise (setarch -R, gdb, valgrind) they are the same in every process, so
 * that counts of instructions and addresses repeat. So an address of a block tells something of
 * where the library lies. */
uint64_t hak_os_placement(void);

/* Writes "hakmem: FUNCTION(ADDRESS): REASON" to stderr and aborts. */
_Noreturn void hak_fault(const char *function, const void *address, const char *reason);
/* Writes "hakmem: TEXT" to stderr. */
void hak_warn(const char *text);

/* A field that one thread at a time writes and hak_stats reads: relaxed, so that the store is the
 * same instruction as a plain one. The writer itself, and whoever excludes it, reads plainly. */
#define HAK_SHARE(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)
#define HAK_SHARED(field)       __atomic_load_n(&(field), __ATOMIC_RELAXED)

/* Whether a field that its owner alone writes is changed by one instruction on memory: compilers
 * that have just loaded it add to the register that it is in, and store that. */
#if HAK_ADVANCE_IN_PLACE && defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define HAK_IN_PLACE 1
#else
#define HAK_IN_PLACE 0
#endif

/* HAK_SHARE(field, field + step) of a pointer, in place. Step, a constant, counts what it points
 * to. No atomic read-modify-write: nobody else writes. */
#if HAK_IN_PLACE
#define HAK_ADVANCE(field, step)                                                                   \
    __asm__("addq %1, %0" : "+m"(field) : "i"((step) * (long)sizeof *(field)) : "cc")
#else
#define HAK_ADVANCE(field, step) HAK_SHARE(field, (field) + (step))
#endif

/* Debug builds stop where an invariant does not hold. */
#define HAK_ASSERT(condition)                                                                      \
    do {                                                                                           \
        if (HAK_DEBUG && HAK_UNLIKELY(!(condition)))                                               \
            hak_fault(__func__, NULL, "invariant violated: " #condition);                          \
    } while (0)

#endif
