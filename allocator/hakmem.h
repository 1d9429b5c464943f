/*
 * hakmem: the allocator's public interface.
 *
 * Linked or preloaded, libhakmem replaces malloc, free and the rest of the C library's allocation
 * functions. The same functions are reachable under hak_ names, also where malloc itself belongs to
 * somebody else (sanitizers). Semantics are those of C23, POSIX.1-2024 and glibc; all are safe to
 * call from any thread, before main and after thread-local destructors, not from signal handlers.
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

/* "hakmem VERSION FLAG=N ... OPTION=N ...": build flags and options as resolved in this process. */
const char *hak_configuration(void);

#ifdef __cplusplus
}
#endif

#endif
