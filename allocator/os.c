/*
 * Operating system interface: mmap, mprotect, madvise, futex, clock, and the last words after a
 * fault. Runs in any thread, takes only the metadata arena's lock. See docs/allocator.md.
 */
#include "allocator/os.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "allocator/options.h"
#include "allocator/telemetry.h"

/* Kernels before 4.17 take the flag for a hint. ThreadSanitizer turns addresses that it does not
 * know into 0, which with the flag would be where to map. */
#if defined(__SANITIZE_THREAD__)
#define MAP_AT_HINT 0
#elif defined(MAP_FIXED_NOREPLACE)
#define MAP_AT_HINT MAP_FIXED_NOREPLACE
#else
#define MAP_AT_HINT 0x100000
#endif

/* Builds of one library that differ little lie in the same 2 MiB mostly. */
#define PLACEMENT_SHIFT 21

_Thread_local bool hak_fork_holds_locks;

/* ------------------------------------------------------------------ locks */

#define LOCK_SPINS 64

static void cpu_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    __asm__ volatile("yield" ::: "memory");
#endif
}

HAK_COLD void hak_lock_slow(hak_lock_t *lock) {
    if (hak_fork_holds_locks)
        return;
    HAK_COUNT(DIAGNOSTICS, lock_waits);
    for (int spin = 0; spin < LOCK_SPINS; spin++) {
        if (atomic_load_explicit(&lock->word, memory_order_relaxed) == 0 && hak_lock_try(lock))
            return;
        cpu_pause();
    }
    int saved_errno = errno;
    HAK_COUNT(DIAGNOSTICS, lock_sleeps);
    while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire) != 0)
        syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
    errno = saved_errno;
}

HAK_COLD void hak_unlock_slow(hak_lock_t *lock) {
    int saved_errno = errno;
    syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved_errno;
}

/* ------------------------------------------------------------------ address space */

static void *mapping_aligned(void *hint, size_t bytes, size_t alignment, int protection,
                             int flags) {
    if (bytes > SIZE_MAX - alignment)
        return NULL;
    char *start = mmap(hint, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    if (((uintptr_t)start & (alignment - 1)) == 0)
        return start;
    munmap(start, bytes);
    start = mmap(NULL, bytes + alignment, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    char *aligned = (char *)(((uintptr_t)start + alignment - 1) & ~(uintptr_t)(alignment - 1));
    size_t before = (size_t)(aligned - start);
    if (before != 0)
        munmap(start, before);
    if (alignment != before)
        munmap(aligned + bytes, alignment - before);
    return aligned;
}

void *hak_os_reserve(void *hint, size_t bytes, size_t alignment, bool fixed) {
    int saved_errno = errno;
    void *start;
    if (fixed) {
        start = mmap(hint, bytes, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_AT_HINT, -1, 0);
        if (start != MAP_FAILED && start != hint)
            munmap(start, bytes);
        if (start != hint)
            start = NULL;
    } else {
        start = mapping_aligned(hint, bytes, alignment, PROT_NONE, MAP_NORESERVE);
    }
    /* A partly used superslab must not cost a whole huge page. Refused where the kernel has none.
     */
    if (start != NULL)
        (void)madvise(start, bytes, MADV_NOHUGEPAGE);
    errno = saved_errno;
    return start;
}

void hak_os_small_pages(const void *table, size_t bytes) {
    int saved_errno = errno;
    const uintptr_t mask = HAK_OS_PAGE_BYTES - 1;
    const uintptr_t start = (uintptr_t)table & ~mask, end = ((uintptr_t)table + bytes) & ~mask;
    (void)madvise((void *)start, end - start, MADV_NOHUGEPAGE); /* refused where there are none */
    errno = saved_errno;
}

bool hak_os_commit(void *address, size_t bytes) {
    int saved_errno = errno;
    bool done = mprotect(address, bytes, PROT_READ | PROT_WRITE) == 0;
    errno = saved_errno;
    return done;
}

/* Where the linker put the file's header; NULL in a file without one. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden"), weak));

/* The kernel maps what lies around a fault in a file with it, up to 64 KiB of it, so a library has
 * all of a small segment resident after one look at it. Those that can only be read hold what the
 * dynamic linker, a report or an unwinder reads; malloc and free read none of it but the name of a
 * setting, once, when huge pages come into question. */
void hak_os_release_file(void) {
    const ElfW(Ehdr) *header = &__ehdr_start;
    if (header == NULL || header->e_entry != 0) /* a program's */
        return;
    const uintptr_t base = (uintptr_t)header;
    const ElfW(Phdr) *segment = (const ElfW(Phdr) *)(base + header->e_phoff);
    const int saved_errno = errno;
    /* The first segment, in which they are told, is the last to go. */
    for (uint32_t i = header->e_phnum; i-- > 0;) {
        if (segment[i].p_type != PT_LOAD || segment[i].p_flags != PF_R)
            continue;
        const uintptr_t start = base + segment[i].p_vaddr;
        const uintptr_t end = start + segment[i].p_memsz;
        const uintptr_t first_page = start & ~(uintptr_t)(HAK_OS_PAGE_BYTES - 1);
        (void)madvise((void *)first_page, end - first_page, MADV_DONTNEED); /* not if locked */
    }
    errno = saved_errno;
}

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1; glibc names it from 2.37 on */
#endif

/* What the administrator says; MADV_COLLAPSE alone would not mind. */
static bool huge_pages_allowed(void) {
    char text[64];
    const int file = open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const ssize_t got = read(file, text, sizeof text - 1);
    close(file);
    text[got > 0 ? got : 0] = '\0';
    return got > 0 && strstr(text, "[never]") == NULL;
}

bool hak_os_collapse(void *address, size_t bytes) {
    int saved_errno = errno;
    bool done = false;
    if (sysconf(_SC_PAGESIZE) == 4096 && huge_pages_allowed()) {
        (void)madvise(address, bytes, MADV_HUGEPAGE); /* refused elsewhere */
        done = madvise(address, bytes, MADV_COLLAPSE) == 0;
        (void)madvise(address, bytes, MADV_NOHUGEPAGE);
    }
    errno = saved_errno;
    return done;
}

bool hak_os_populate_huge(void *address, size_t bytes) {
    int saved_errno = errno;
    (void)madvise(address, bytes, MADV_HUGEPAGE); /* refused where there are none */
    *(volatile char *)address = 0; /* a read would be given the kernel's page of zeroes */
    /* Else the kernel's daemon would fill up what is purged. */
    (void)madvise(address, bytes, MADV_NOHUGEPAGE);
    errno = saved_errno;
    return hak_os_resident_bytes(address, bytes) >= bytes;
}

void hak_os_allow_huge(void *address, size_t bytes) {
    int saved_errno = errno;
    (void)madvise(address, bytes, MADV_HUGEPAGE);
    errno = saved_errno;
}

size_t hak_os_resident_bytes(void *address, size_t bytes) {
    unsigned char resident[HAK_OS_RESIDENT_MAX / 4096]; /* one for each page, of any size */
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    int saved_errno = errno;
    size_t pages = 0;
    if (bytes > HAK_OS_RESIDENT_MAX)
        bytes = HAK_OS_RESIDENT_MAX;
    if (mincore(address, bytes, resident) == 0) {
        for (size_t page = 0; page < bytes / page_bytes; page++)
            pages += resident[page] & 1;
    }
    errno = saved_errno;
    return pages * page_bytes;
}

uint32_t hak_os_node(void) {
    unsigned cpu, node;
    int saved_errno = errno;
    bool known = getcpu(&cpu, &node) == 0; /* the vDSO answers: no system call */
    errno = saved_errno;
    return known ? node : 0;
}

void hak_os_purge(void *address, size_t bytes) {
    int saved_errno = errno;
    /* Locked pages (mlockall) refuse MADV_DONTNEED; callers rely on zeroes, so write them. */
    if (madvise(address, bytes, MADV_DONTNEED) != 0)
        memset(address, 0, bytes);
    errno = saved_errno;
}

void *hak_os_map(void *hint, size_t bytes, size_t alignment) {
    int saved_errno = errno;
    void *start = mapping_aligned(hint, bytes, alignment, PROT_READ | PROT_WRITE, 0);
    errno = saved_errno;
    return start;
}

void hak_os_unmap(void *address, size_t bytes) {
    int saved_errno = errno;
    if (munmap(address, bytes) != 0)
        hak_os_purge(address, bytes); /* out of map entries: keep the address, return the memory */
    errno = saved_errno;
}

void *hak_os_remap(void *address, size_t old_bytes, size_t new_bytes, bool may_move) {
    int saved_errno = errno;
    void *start = mremap(address, old_bytes, new_bytes, may_move ? MREMAP_MAYMOVE : 0);
    errno = saved_errno;
    return start == MAP_FAILED ? NULL : start;
}

/* MREMAP_FIXED takes the place of whatever is there, so a mapping of our own has to be. */
void *hak_os_move(void *address, size_t old_bytes, size_t new_bytes, void *place) {
    if (hak_os_reserve(place, new_bytes, HAK_OS_PAGE_BYTES, true) == NULL)
        return NULL;
    int saved_errno = errno;
    void *start = mremap(address, old_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    if (start == MAP_FAILED)
        munmap(place, new_bytes);
    errno = saved_errno;
    return start == MAP_FAILED ? NULL : start;
}

size_t hak_os_address_limit_bytes(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX;
    return (size_t)limit.rlim_cur;
}

/* ------------------------------------------------------------------ metadata arena */

#define META_ARENA_BYTES ((size_t)256 * 1024)

static struct {
    hak_lock_t lock;
    char *next;           /* [lock] */
    char *end;            /* [lock] */
    _Atomic size_t bytes; /* [any,atomic] relaxed: mapped for metadata since start */
} meta_arena;

size_t hak_meta_bytes(void) {
    return atomic_load_explicit(&meta_arena.bytes, memory_order_relaxed);
}

hak_lock_t *hak_meta_lock(void) {
    return &meta_arena.lock;
}

static void *meta_map(size_t bytes) {
    void *start = hak_os_map(NULL, bytes, HAK_OS_PAGE_BYTES);
    if (start != NULL)
        atomic_fetch_add_explicit(&meta_arena.bytes, bytes, memory_order_relaxed);
    return start;
}

void *hak_meta_allocate(size_t bytes, size_t alignment) {
    if (bytes >= META_ARENA_BYTES / 4)
        return meta_map((bytes + HAK_OS_PAGE_BYTES - 1) & ~(HAK_OS_PAGE_BYTES - 1));
    hak_lock(&meta_arena.lock);
    uintptr_t start = ((uintptr_t)meta_arena.next + alignment - 1) & ~(uintptr_t)(alignment - 1);
    if (meta_arena.next == NULL || start + bytes > (uintptr_t)meta_arena.end) {
        char *arena = meta_map(META_ARENA_BYTES);
        if (arena == NULL) {
            hak_unlock(&meta_arena.lock);
            return NULL;
        }
        meta_arena.end = arena + META_ARENA_BYTES;
        start = (uintptr_t)arena;
    }
    meta_arena.next = (char *)start + bytes;
    hak_unlock(&meta_arena.lock);
    return (void *)start;
}

void *hak_meta_allocate_behind(size_t readable_bytes, size_t bytes) {
    int saved_errno = errno;
    bytes = (bytes + HAK_OS_PAGE_BYTES - 1) & ~(HAK_OS_PAGE_BYTES - 1);
    char *start =
        mapping_aligned(NULL, readable_bytes + bytes, HAK_OS_PAGE_BYTES, PROT_READ, MAP_NORESERVE);
    char *record = NULL;
    if (start != NULL) {
        (void)madvise(start, readable_bytes + bytes, MADV_NOHUGEPAGE); /* refused without any */
        record = start + readable_bytes;
        if (hak_os_commit(record, bytes)) {
            atomic_fetch_add_explicit(&meta_arena.bytes, bytes, memory_order_relaxed);
        } else {
            munmap(start, readable_bytes + bytes);
            record = NULL;
        }
    }
    errno = saved_errno;
    return record;
}

/* ------------------------------------------------------------------ time, chance, last words */

uint64_t hak_os_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t hak_os_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t hak_os_placement(void) {
    static const char here;
    uint64_t bits = (uintptr_t)&here >> PLACEMENT_SHIFT;
    bits ^= (uint64_t)getauxval(AT_SYSINFO_EHDR) >> PLACEMENT_SHIFT << 32;
    /* Mixed, so that any few of them are as random as all. */
    bits ^= bits >> 31;
    bits *= 0xbf58476d1ce4e5b9u;
    bits ^= bits >> 29;
    bits *= 0x94d049bb133111ebu;
    return bits ^ (bits >> 32);
}

static size_t text_append(char *line, size_t used, size_t room, const char *text) {
    while (*text != '\0' && used + 1 < room)
        line[used++] = *text++;
    return used;
}

static void line_write(const char *line, size_t bytes) {
    while (bytes > 0) {
        ssize_t written = write(STDERR_FILENO, line, bytes);
        if (written <= 0)
            return;
        line += written;
        bytes -= (size_t)written;
    }
}

HAK_COLD void hak_warn(const char *text) {
    char line[512];
    int saved_errno = errno;
    size_t used = text_append(line, 0, sizeof line, "hakmem: ");
    used = text_append(line, used, sizeof line, text);
    used = text_append(line, used, sizeof line, "\n");
    line_write(line, used);
    errno = saved_errno;
}

HAK_COLD _Noreturn void hak_fault(const char *function, const void *address, const char *reason) {
    HAK_COUNT(DIAGNOSTICS, faults);
    if (HAK_ANY_BOX_COMPILED && hak_options.stats != 0)
        hak_telemetry_report(); /* abort runs no destructors */
    char hexadecimal[2 + sizeof(uintptr_t) * 2 + 1] = "0x";
    size_t digit = 2;
    for (int shift = (int)sizeof(uintptr_t) * 8 - 4; shift >= 0; shift -= 4) {
        unsigned nibble = ((uintptr_t)address >> shift) & 15;
        if (nibble != 0 || digit > 2 || shift == 0)
            hexadecimal[digit++] = "0123456789abcdef"[nibble];
    }
    hexadecimal[digit] = '\0';

    char line[512];
    size_t used = text_append(line, 0, sizeof line, "hakmem: ");
    used = text_append(line, used, sizeof line, function);
    used = text_append(line, used, sizeof line, "(");
    used = text_append(line, used, sizeof line, hexadecimal);
    used = text_append(line, used, sizeof line, "): ");
    used = text_append(line, used, sizeof line, reason);
    used = text_append(line, used, sizeof line, "\n");
    line_write(line, used);
    abort();
}
