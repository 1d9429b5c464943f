/*
 * The set of live blocks and their contents under check=1. See worker_check.c.
 */
#ifndef WORKER_CHECK_H
#define WORKER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wl_check wl_check_t;

/* Bytes of memory that a set for `blocks` live blocks needs. */
size_t wl_check_bytes(uint64_t blocks);

/* Makes a set in zeroed `memory` of that many bytes. */
wl_check_t *wl_check_init(void *memory, uint64_t blocks);

/*
 * malloc returned `block`: checks address and alignment, enters it into the set under `id`, which
 * no other block has, and fills it. False with a sentence in `error` when it is wrong.
 */
bool wl_check_add(wl_check_t *set, void *block, size_t size_bytes, uint64_t id, char *error,
                  size_t error_bytes);

/* `block` is about to be freed: checks that it is live, has this size, and is unchanged. */
bool wl_check_remove(wl_check_t *set, void *block, size_t size_bytes, char *error,
                     size_t error_bytes);

/* A block whose contents realloc is to keep. */
typedef struct wl_check_kept {
    uint64_t id;
    uintptr_t address; /* before */
    size_t size_bytes; /* likewise */
} wl_check_kept_t;

/* wl_check_remove before a realloc: remembers in `kept` what the block holds. */
bool wl_check_take(wl_check_t *set, void *block, size_t size_bytes, wl_check_kept_t *kept,
                   char *error, size_t error_bytes);

/* realloc made `block` of the one in `kept`: checks that what fits into both is unchanged. */
bool wl_check_moved(const void *block, size_t size_bytes, const wl_check_kept_t *kept, char *error,
                    size_t error_bytes);

/* calloc returned `block`: checks that it is zero to the last byte. */
bool wl_check_zero(const void *block, size_t size_bytes, char *error, size_t error_bytes);

/* aligned_alloc returned `block`: checks its address. */
bool wl_check_alignment(const void *block, size_t alignment_bytes, size_t size_bytes, char *error,
                        size_t error_bytes);

/* All blocks should be gone: false, naming one of them, when some are not. */
bool wl_check_empty(wl_check_t *set, char *error, size_t error_bytes);

#endif
