/*
 * hakmem: the allocator's public interface.
 *
 * Linked or preloaded, libhakmem replaces malloc, free and the rest of the C library's allocation
 * functions. The same functions are reachable under hak_ names, also where malloc itself belongs to
 * somebody else (sanitizers). Semantics are those of C23, POSIX.1-2024 and glibc; all are safe to
 * call from any thread, before main and after thread-local destructors, not from signal handlers.
 * A program that has the hak_ names alone calls one of them before it starts threads: what the
 * first call of a process sets up, fork handlers among it, must not race with a fork. Where malloc
 * itself is replaced this is so, since starting a thread allocates.
 *
 * Misuse (free of what is not the start of a live block, a double free where it is seen, a sized
 * free with a wrong size) stops the program with function, address and reason on stderr.
 */
#ifndef HAKMEM_H
#define HAKMEM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HAKMEM_VERSION "0.1.0"

/* At least `size` bytes, aligned to 16; NULL and errno ENOMEM when there is no memory. A size of 0
 * gives a block that can be freed. */
void *hak_malloc(size_t size);
/* `count` x `size` bytes, zeroed; ENOMEM also when the product overflows. */
void *hak_calloc(size_t count, size_t size);
/* Resizes; on failure NULL and the old block stays. hak_realloc(block, 0) frees and returns NULL.
 */
void *hak_realloc(void *block, size_t size);
/* As hak_realloc for `count` x `size` bytes, ENOMEM when the product overflows. */
void *hak_reallocarray(void *block, size_t count, size_t size);
/* Frees; NULL is allowed. Keeps errno. */
void hak_free(void *block);
/* C23: `size` is the size that was asked for; checked against the block's class. */
void hak_free_sized(void *block, size_t size);
/* C23: likewise, for blocks of hak_aligned_alloc. */
void hak_free_aligned_sized(void *block, size_t alignment, size_t size);

/* Aligned to `alignment`, a power of two; NULL and errno EINVAL when it is not one. */
void *hak_aligned_alloc(size_t alignment, size_t size);
/* As glibc's memalign: an alignment that is no power of two is rounded up to the next. */
void *hak_memalign(size_t alignment, size_t size);
/* POSIX: 0, EINVAL (no power of two, or no multiple of sizeof(void *)) or ENOMEM; keeps errno. */
int hak_posix_memalign(void **block, size_t alignment, size_t size);
/* Page-aligned; hak_pvalloc rounds the size up to whole pages as well. */
void *hak_valloc(size_t size);
void *hak_pvalloc(size_t size);

/* Bytes that may be used, at least what was asked for; 0 for NULL. */
size_t hak_malloc_usable_size(const void *block);
/* Returns what the calling thread and idle heaps cache, and empty slabs, to the system. 1 when
 * memory was given back, else 0. `pad` is accepted for compatibility and has no meaning here: there
 * is no single top of a heap to pad. */
int hak_malloc_trim(size_t pad);

/*
 * What the allocator holds, in bytes unless said otherwise. Of committed_bytes, the program has
 * live_bytes; the rest is cached, retained, free blocks of slabs that are in use, or memory that
 * was given back or never touched. metadata_bytes come on top.
 */
typedef struct hak_stats {
    size_t size;            /* set before the call: sizeof(hak_stats_t). After it: how many bytes of
                             * the struct were filled; less with a library older than this header */
    size_t live_bytes;      /* blocks that the program has, by their usable size (see
                             * hak_malloc_usable_size): malloc'ed and not yet freed */
    size_t committed_bytes; /* superslabs that were made usable, whole, and large mappings, in use
                             * or kept; at most this much can be resident */
    size_t cached_bytes;    /* free blocks that lie in threads' lanes, medium ones that they
                             * keep, and what is on the way to the heap that it belongs to */
    size_t purged_bytes;    /* given back to the system from superslabs, summed since the start: the
                             * same page counts each time */
    size_t metadata_bytes;  /* mapped for the allocator's own records; never given back. Without the
                             * address map, the index of holes, 16 and 8 MiB, and each heap's own
                             * map, 8 MiB, of which only touched pages cost memory */
    size_t large_bytes;     /* the part of live_bytes that are mappings of their own, above 1 MiB or
                             * with a large alignment */
    size_t retained_bytes;  /* touched memory in no use, and large mappings, that wait for reuse or
                             * for being given back; empty slabs that heaps keep do not count */
    size_t heaps;           /* number of heaps: one for each thread that runs, idle ones that wait
                             * for a thread, and one for threads that are exiting */
    size_t threads;         /* number of heaps that have a thread */
} hak_stats_t;

/*
 * Fills *stats; -1 and errno EINVAL when stats is NULL or stats->size is not at least the size of
 * this version's struct, else 0. In every build, from any thread, at any time. Neither allocates
 * nor waits for a thread that is outside the allocator; walks all superslabs and heaps, which takes
 * tens of microseconds for some hundred MiB.
 *
 * Exact while no other thread is inside the allocator. Otherwise each part is read at a moment of
 * its own: blocks that are on their way between two parts are counted in both or in none, so
 * that live_bytes is off by at most what other threads moved during the call. In the child of a
 * fork, free blocks that threads held which do not exist there count as live: they are lost.
 */
int hak_stats(hak_stats_t *stats);

/*
 * How requests of some sizes are served in this process: build flags and options have decided.
 * First come the size classes, in the order of hak_route's index; the last two rows are medium
 * blocks and large mappings.
 */
typedef struct hak_route {
    size_t size;            /* set before the call: sizeof(hak_route_t). After it: how many bytes of
                             * the struct were filled; less with a library older than this header */
    size_t low_bytes;       /* smallest request that comes here, */
    size_t high_bytes;      /* and the largest */
    size_t stride_bytes;    /* distance of the class's blocks, which is their usable size; a request
                             * may get a block of the next row where this class has none
                             * (HAKMEM_POOL_V2_LENDING). Of medium blocks and mappings: what their
                             * sizes are multiples of */
    char name[16];          /* "C1", "C2" ... "medium", "large"; as in the counters' report */
    const char *backend;    /* "tiny", "mid_v3", "pool_v2", "pool_v1", "medium", "large" */
    const char *requests;   /* which requests of these sizes: "any"; "aligned": those that need an
                             * alignment above 64 and more than 2048 bytes; "fallback": those that
                             * another class with the same stride had no block for */
    const char *decided_by; /* the option or build flag that names this backend, such as
                             * "HAKMEM_MID_V3_ENABLED"; NULL: the size alone */
    const char *fallback;   /* the backend that serves these requests where the option or flag takes
                             * this one away; also where this one has nothing left, but for mid_v3.
                             * NULL: none */
} hak_route_t;

/* Fills *route with row `index`, counted from 0; texts stay valid. 0, or -1 with errno EINVAL when
 * route is NULL or route->size is not at least the size of this version's struct, and ENOENT when
 * there are not so many rows. Any thread, any time; takes no lock. */
int hak_route(unsigned index, hak_route_t *route);

/* Writes the counters of a build with telemetry (hakmem:counting) to stderr, without allocating; in
 * other builds one line that says so. With HAKMEM_STATS=1 in the environment this happens at exit;
 * not after _exit, exec or a fatal signal, and nothing is seen of it where the program has closed
 * its stderr. */
void hak_telemetry_report(void);

/* "hakmem VERSION FLAG=N ... OPTION=N ...": build flags and options as resolved in this process. */
const char *hak_configuration(void);

#ifdef __cplusplus
}
#endif

#endif
