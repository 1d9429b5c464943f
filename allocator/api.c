/*
 * The standard interface and the hak_* names, and the slow paths behind front.h. Any thread, any
 * time. docs/allocator.md walks one malloc and one free through these functions.
 */
#include "allocator/hakmem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "allocator/backend.h"
#include "allocator/front.h"
#include "allocator/heap.h"
#include "allocator/large.h"
#include "allocator/medium.h"
#include "allocator/options.h"
#include "allocator/slab.h"
#include "allocator/spill.h"
#include "allocator/telemetry.h"

#define HAK_API __attribute__((visibility("default")))

/* ------------------------------------------------------------------ malloc, behind the lanes */

static HAK_COLD void *out_of_memory(void) {
    HAK_COUNT(DIAGNOSTICS, out_of_memory);
    errno = ENOMEM;
    return NULL;
}

/* Counts a block, or NULL for none, in its class, which need not be the one that was asked for. */
static inline void *class_counted(void *block) {
    if (block != NULL)
        HAK_COUNT_CLASS(CLASS, (hak_map_entry(block) & 0xffff) / HAK_LANE_OFFSET(1), mallocs);
    return block;
}

/* From the thread's lane; without a heap, straight from the common heap's slabs. */
static void *lane_allocate(hak_heap_t *heap, uint32_t class_id) {
    if (HAK_UNLIKELY(heap == NULL)) {
        void *block = NULL;
        (void)hak_backend_take(hak_heap_common(), class_id, &block, 1);
        return class_counted(block);
    }
    hak_lane_t *lane = hak_heap_lane(heap, class_id);
    if (lane->top[-1] != NULL)
        return class_counted(hak_lane_pop(lane));
    if (HAK_HAS_POOL_V2 && hak_classes[class_id].fallback_class != 0) {
        /* Blocks of the same stride that were fallen back to before come first: where the hot box
         * is at its bound, they spare a refill that fails. */
        hak_lane_t *fallback = hak_heap_lane(heap, hak_classes[class_id].fallback_class);
        if (fallback->top[-1] != NULL)
            return class_counted(hak_lane_pop(fallback));
    }
    return class_counted(hak_lane_refill(heap, class_id));
}

/* No block where the route leads: of the class to fall back to, or after a sweep. */
static HAK_COLD void *class_allocate_again(hak_heap_t *heap, uint32_t class_id) {
    uint32_t fallback = hak_classes[class_id].fallback_class;
    HAK_COUNT(DIAGNOSTICS, retries);
    void *block = fallback != 0 ? lane_allocate(heap, fallback) : NULL;
    if (block != NULL)
        return block;
    hak_heaps_sweep(true);
    return lane_allocate(heap, class_id);
}

/* Whether something is due that has to wait until nobody works with the heap. */
static inline bool heap_has_errands(const hak_heap_t *heap) {
    return heap->node_seen != heap->node || heap->helper_due ||
           (heap->young_looks > 0 && hak_heap_may_settle(heap));
}

/* That, as the first thing of a slow malloc. The heap to go on with. */
static HAK_COLD hak_heap_t *heap_errands(hak_heap_t *heap) {
    if (heap->helper_due) {
        heap->helper_due = false;
        hak_helper_start();
        heap = hak_thread_heap; /* starting it allocates, and this thread may have moved */
    }
    if (heap->young_looks > 0 && hak_heap_may_settle(heap))
        heap = hak_heap_settle(heap);
    return heap->node_seen != heap->node ? hak_heap_move(heap) : heap;
}

/* A block of a class, from the thread's lane where there is one. */
static void *class_allocate(uint32_t class_id) {
    hak_heap_t *heap = hak_thread_heap;
    if (HAK_UNLIKELY(!hak_heap_is_real(heap)))
        heap = hak_thread_enter();
    else if (HAK_UNLIKELY(heap_has_errands(heap)))
        heap = heap_errands(heap);
    void *block = lane_allocate(heap, class_id);
    return HAK_LIKELY(block != NULL) ? block : class_allocate_again(heap, class_id);
}

static void *large_allocate(size_t size, size_t alignment, bool *zeroed) {
    void *block = hak_large_allocate(size, alignment, zeroed);
    return block == NULL ? out_of_memory() : block;
}

HAK_NOINLINE void *hak_malloc_slow(size_t size) {
    bool zeroed;
    HAK_COUNT(FRONT, malloc_slow);
    if (HAK_UNLIKELY(!hak_start()))
        return out_of_memory();
    if (size > HAK_LANE_MAX_BYTES)
        return large_allocate(size, 1, &zeroed);
    uint32_t class_id = (uint32_t)(hak_lane_offset_of(size) / HAK_LANE_OFFSET(1));
    void *block = class_allocate(class_id);
    return block != NULL ? block : large_allocate(size, 1, &zeroed);
}

/* Beyond what the classes serve, or where they have no memory left. */
static HAK_COLD void *aligned_allocate_large(size_t alignment, size_t size) {
    bool zeroed;
    HAK_COUNT(DIAGNOSTICS, classless_alignments);
    return HAK_UNLIKELY(!hak_start()) ? out_of_memory() : large_allocate(size, alignment, &zeroed);
}

/* The lane is empty. Size tables are filled by the start only. */
static HAK_NOINLINE void *aligned_allocate_slow(size_t alignment, size_t size) {
    HAK_COUNT(FRONT, malloc_slow);
    if (HAK_UNLIKELY(!hak_start()))
        return out_of_memory();
    void *block = class_allocate(
        (uint32_t)(hak_lane_offset_of_aligned(alignment, size) / HAK_LANE_OFFSET(1)));
    return block != NULL ? block : aligned_allocate_large(alignment, size);
}

static inline void *aligned_allocate(size_t alignment, size_t size) {
    const size_t mask = alignment - 1;
    const size_t rounded = (size + mask + (size == 0)) & ~mask;
    HAK_COUNT(FRONT, aligned);
    /* The size is looked at as well: rounding it up may have wrapped. */
    if (HAK_UNLIKELY(rounded - 1 >= HAK_LANE_MAX_BYTES || size > HAK_LANE_MAX_BYTES))
        return aligned_allocate_large(alignment, size);
    void *block = hak_front_pop(hak_lane_offset_of_aligned(alignment, rounded));
    return HAK_LIKELY(block != NULL) ? block : aligned_allocate_slow(alignment, rounded);
}

/* ------------------------------------------------------------------ free, behind the lanes */

/* Stops the program unless a block of that class may start there. By the address alone: the slab's
 * record is rarely in a cache, or was just written by another thread. */
static inline void start_check(const void *block, const hak_starts_t *starts,
                               const char *function) {
    if (HAK_UNLIKELY(!hak_is_start(block, starts)))
        hak_slab_check(block, function);
}

/* The block goes into this lane: as the hot path, but that the lane may be full or something wrong
 * with the block. */
static void local_free(hak_heap_t *heap, hak_lane_t *lane, void *block) {
    start_check(block, &lane->starts, "free");
    if (HAK_CHECK_FREE && HAK_UNLIKELY(lane->top[-1] == block))
        hak_fault("free", block, "double free: it is the block that was freed last");
    if (HAK_LIKELY(lane->top != lane->limit))
        hak_lane_push(lane, block);
    else
        hak_lane_push_slow(heap, lane, block, false);
}

/* A block of Pool v1: whoever frees it keeps it. */
static void shared_free(hak_heap_t *heap, uint32_t entry, void *block) {
    hak_slab_check(block, "free");
    if (HAK_UNLIKELY(heap == NULL)) {
        hak_pool_v1_put((entry & 0xffff) / HAK_LANE_OFFSET(1), &block, 1);
        return;
    }
    local_free(heap, (hak_lane_t *)((char *)heap + (entry & 0xffff)), block);
}

static HAK_COLD void unmapped_free(void *block) {
    HAK_COUNT(FREE_SUPERSLAB, unmapped);
    if (!hak_large_free(block))
        hak_fault("free", block, "not the start of a block of this allocator, or freed before");
}

/* All but foreign frees that their outbox takes at once. */
HAK_NOINLINE void hak_free_elsewhere(void *block) {
    if (block == NULL) { /* many programs free it, and glibc does at each exit of a thread */
        HAK_COUNT(FRONT, free_slow);
        HAK_COUNT(FREE_SUPERSLAB, null);
        return;
    }
    hak_heap_t *heap = hak_thread_heap;
    const uint32_t entry = hak_map_entry(block);
    const uint32_t owner = entry >> 16;
    HAK_COUNT(FRONT, free_slow);
    if (HAK_LIKELY(owner - 1 < HAK_OWNER_SHARED)) {
        HAK_COUNT_CLASS(CLASS, (entry & 0xffff) / HAK_LANE_OFFSET(1), frees);
        if (HAK_UNLIKELY(!hak_heap_is_real(heap)))
            heap = hak_thread_enter();
        if (owner == HAK_OWNER_SHARED) {
            HAK_COUNT(FREE_SUPERSLAB, shared);
            shared_free(heap, entry, block);
        } else if (HAK_UNLIKELY(heap == NULL)) {
            HAK_COUNT(FREE_SUPERSLAB, foreign);
            hak_remote_put(entry, block);
        } else if (HAK_LIKELY(owner != heap->front.id)) {
            HAK_COUNT(FREE_SUPERSLAB, foreign);
            start_check(block, &hak_classes[(entry & 0xffff) / HAK_LANE_OFFSET(1)].starts, "free");
            hak_remote_send(heap, entry, block);
        } else {
            HAK_COUNT(FREE_SUPERSLAB, local);
            local_free(heap, (hak_lane_t *)((char *)heap + (entry & 0xffff)), block);
        }
    } else if (owner == HAK_OWNER_MEDIUM) {
        HAK_COUNT(FREE_SUPERSLAB, medium);
        hak_medium_free(block, "free");
    } else {
        unmapped_free(block);
    }
}

/*
 * Assumes that most frees which leave the fast path are foreign, and that the outbox of the block's
 * heap has room. `unit` is the block's in the map; another may stand there where it is not ours,
 * but there it may not start. An outbox's target is the id of another heap, or 0 while it has no
 * room, and always in the empty front: when it is the block's owner, nothing else need be asked.
 */
HAK_NOINLINE void hak_free_slow(void *block, size_t unit) {
    hak_heap_t *heap = hak_thread_heap;
    const uint32_t entry = atomic_load_explicit(&hak_map.entry[unit], memory_order_relaxed);
    const uint32_t owner = entry >> 16;
    hak_outbox_t *outbox = hak_heap_outbox(heap, owner);
    void **top = outbox->top;
    const hak_lane_t *lane = (const hak_lane_t *)((const char *)heap + (entry & 0xffff));
    if (HAK_UNLIKELY(outbox->target != owner || top == outbox->limit ||
                     !hak_is_start(block, &lane->starts))) {
        hak_free_elsewhere(block);
        return;
    }
    HAK_COUNT(FRONT, free_slow);
    HAK_COUNT(FREE_SUPERSLAB, foreign);
    HAK_COUNT_CLASS(CLASS, (entry & 0xffff) / HAK_LANE_OFFSET(1), frees);
    *top = block;
    HAK_ADVANCE(outbox->top, 1);
    if (HAK_UNLIKELY(hak_remote_charge(outbox, lane->stride_bytes)))
        hak_remote_full(heap, outbox);
}

/* ------------------------------------------------------------------ sizes */

static size_t usable_size(const void *block, const char *function) {
    uint32_t entry = hak_map_entry(block);
    uint32_t owner = entry >> 16;
    if (HAK_LIKELY(owner - 1 < HAK_OWNER_SHARED)) {
        const hak_class_t *class = &hak_classes[(entry & 0xffff) / HAK_LANE_OFFSET(1)];
        start_check(block, &class->starts, function);
        return class->stride_bytes;
    }
    if (owner == HAK_OWNER_MEDIUM)
        return hak_medium_usable(block, function);
    size_t bytes = hak_large_usable(block);
    if (bytes == 0)
        hak_fault(function, block, "not the start of a block of this allocator, or freed before");
    return bytes;
}

/* A shrink down to half stays in place (see hak_realloc), so a size may be that much too small. */
static void sized_free_check(const void *block, size_t size, const char *function) {
    size_t usable = usable_size(block, function);
    if (size > usable || (usable > HAK_LANE_MAX_BYTES / 1024 && size < usable / 2))
        hak_fault(function, block, "the size is not the size of this block");
}

/* ------------------------------------------------------------------ hak_* names */

HAK_API void *hak_malloc(size_t size) {
    return hak_front_malloc(size);
}

HAK_API void hak_free(void *block) {
    hak_front_free(block);
}

HAK_API void *hak_calloc(size_t count, size_t size) {
    size_t bytes;
    HAK_COUNT(FRONT, calloc);
    if (HAK_UNLIKELY(__builtin_mul_overflow(count, size, &bytes)))
        return out_of_memory();
    if (HAK_UNLIKELY(bytes > HAK_LANE_MAX_BYTES)) {
        bool zeroed = false;
        if (!hak_start())
            return out_of_memory();
        void *large = large_allocate(bytes, 1, &zeroed);
        return large == NULL || zeroed ? large : memset(large, 0, bytes);
    }
    void *block = hak_front_malloc(bytes);
    if (HAK_UNLIKELY(block == NULL))
        return NULL;
    /* Whole grains: every stride has them, and of fewer different lengths the branches of memset
     * are guessed right more often. */
    return memset(block, 0, (bytes + HAK_GRAIN_BYTES - 1) & ~(size_t)(HAK_GRAIN_BYTES - 1));
}

/* Whether a block stays where it is: it is large enough, and not more than twice that. */
static bool fits(size_t size, size_t usable) {
    return size <= usable && size >= usable / 2;
}

static void *realloc_moved(void *block, size_t size, size_t usable) {
    void *moved = hak_front_malloc(size);
    if (HAK_UNLIKELY(moved == NULL))
        return NULL;
    memcpy(moved, block, size < usable ? size : usable);
    hak_front_free(block);
    return moved;
}

/* Of a block that is not in the thread's own slabs. */
static HAK_NOINLINE void *realloc_elsewhere(void *block, size_t size) {
    const size_t usable = usable_size(block, "realloc");
    if (fits(size, usable))
        return block;
    const uint32_t entry = hak_map_entry(block);
    if (size > HAK_LANE_MAX_BYTES && entry == 0) {
        void *resized = hak_large_resize(block, size);
        if (resized != NULL)
            return resized;
    } else if (entry >> 16 == HAK_OWNER_MEDIUM) {
        if (hak_medium_resize(block, size))
            return block;
    } else if (entry != 0) {
        hak_slab_check(block, "realloc"); /* nothing is copied from behind the last block */
    }
    return realloc_moved(block, size, usable);
}

/* Assumes that most blocks are in the thread's own slabs, and looks at no more than the free that
 * follows: what is copied leaves little else in the caches. */
HAK_API void *hak_realloc(void *block, size_t size) {
    HAK_COUNT(FRONT, realloc);
    if (block == NULL)
        return hak_front_malloc(size);
    if (size == 0) {
        hak_front_free(block);
        return NULL;
    }
    const hak_lane_t *lane = hak_front_own_lane(hak_thread_lanes, block, hak_map_unit(block));
    if (HAK_UNLIKELY(lane == NULL))
        return realloc_elsewhere(block, size);
    const size_t usable = lane->stride_bytes;
    if (fits(size, usable))
        return block;
    /* Behind the last block none has room before the run ends, with its last unit. */
    if (((uintptr_t)block & (HAK_UNIT_BYTES - 1)) + usable > HAK_UNIT_BYTES)
        hak_slab_check(block, "realloc");
    return realloc_moved(block, size, usable);
}

HAK_API void *hak_reallocarray(void *block, size_t count, size_t size) {
    size_t bytes;
    if (HAK_UNLIKELY(__builtin_mul_overflow(count, size, &bytes)))
        return out_of_memory();
    return hak_realloc(block, bytes);
}

HAK_API void hak_free_sized(void *block, size_t size) {
    if (block == NULL)
        return;
    sized_free_check(block, size, "free_sized");
    hak_front_free(block);
}

HAK_API void hak_free_aligned_sized(void *block, size_t alignment, size_t size) {
    if (block == NULL)
        return;
    if (alignment == 0 || ((uintptr_t)block & (alignment - 1)) != 0)
        hak_fault("free_aligned_sized", block, "the block does not have that alignment");
    /* The class may be larger than the size alone asks for, so only too large a size is wrong. */
    if (size > usable_size(block, "free_aligned_sized"))
        hak_fault("free_aligned_sized", block, "the size is not the size of this block");
    hak_front_free(block);
}

static bool is_power_of_two(size_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

HAK_API void *hak_aligned_alloc(size_t alignment, size_t size) {
    if (!is_power_of_two(alignment)) {
        errno = EINVAL;
        return NULL;
    }
    return aligned_allocate(alignment, size);
}

HAK_API void *hak_memalign(size_t alignment, size_t size) {
    if (alignment > (SIZE_MAX >> 1) + 1) {
        errno = EINVAL;
        return NULL;
    }
    size_t rounded = 1;
    while (rounded < alignment)
        rounded *= 2;
    return aligned_allocate(rounded, size);
}

HAK_API int hak_posix_memalign(void **block, size_t alignment, size_t size) {
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0)
        return EINVAL;
    int saved_errno = errno;
    void *allocated = aligned_allocate(alignment, size);
    errno = saved_errno;
    if (allocated == NULL)
        return ENOMEM;
    *block = allocated;
    return 0;
}

HAK_API void *hak_valloc(size_t size) {
    return aligned_allocate(HAK_OS_PAGE_BYTES, size);
}

HAK_API void *hak_pvalloc(size_t size) {
    size_t mask = HAK_OS_PAGE_BYTES - 1;
    if (size > SIZE_MAX - mask)
        return out_of_memory();
    return aligned_allocate(HAK_OS_PAGE_BYTES, (size + mask) & ~mask);
}

/* 0 for memory of others: programs ask it about blocks of another allocator's own interface
 * (redis-server about those of jemalloc's mallocx), and a question does no harm. */
HAK_API size_t hak_malloc_usable_size(const void *block) {
    if (hak_map_entry(block) == 0)
        return hak_large_usable(block);
    return usable_size(block, "malloc_usable_size");
}

HAK_API int hak_malloc_trim(size_t pad) {
    (void)pad; /* there is no single top of a heap: see hakmem.h */
    if (!hak_start())
        return 0;
    if (hak_heap_is_real(hak_thread_heap))
        hak_spill_all(hak_thread_heap, 0);
    hak_heaps_sweep(true);
    hak_pool_v1_decay(true);
    size_t purged = hak_pool_purge(true);
    purged += hak_large_purge(true);
    if (HAK_PLANT && hak_plant_reach != 0)
        purged += hak_plant_idle(purged);
    return purged != 0;
}

/* Data, not constants in the code: see plant.c. */
static const struct {
    const char *name;
    int value;
} build_flags[] = {
#define BUILD_FLAG(flag, help) {#flag, (flag)},
    HAK_BUILD_FLAGS(BUILD_FLAG)
#undef BUILD_FLAG
};

/* Which build this is: set by the rules of variants.ninja, absent where a test compiles the parts.
 */
#ifndef HAK_VARIANT
#define HAK_VARIANT "none"
#endif
#ifndef HAK_BUILD_OPTIONS
#define HAK_BUILD_OPTIONS "none"
#endif

/* Data of fixed size, unknown to the optimiser: builds that differ in nothing but these are the
 * same to the byte in all that runs, and their data lie at the same places. */
static const volatile char build_variant[32] = HAK_VARIANT;
static const volatile char build_options[64] = HAK_BUILD_OPTIONS;
_Static_assert(sizeof HAK_VARIANT <= sizeof build_variant &&
                   sizeof HAK_BUILD_OPTIONS <= sizeof build_options,
               "a name must end within its array");

/* gcc's version as clang defines it is that of an old gcc. */
#if defined(__clang__)
#define BUILD_COMPILER_FORMAT "clang-%d.%d.%d"
#define BUILD_COMPILER        __clang_major__, __clang_minor__, __clang_patchlevel__
#else
#define BUILD_COMPILER_FORMAT "gcc-%d.%d.%d"
#define BUILD_COMPILER        __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__
#endif

static size_t data_append(char *text, size_t used, const volatile char *data) {
    while (*data != '\0')
        text[used++] = *data++;
    return used;
}

HAK_API const char *hak_configuration(void) {
    static HAK_SPARSE char text[4096];
    (void)hak_start();
    size_t used = (size_t)snprintf(
        text, sizeof text,
        "hakmem " HAKMEM_VERSION " COMPILER=" BUILD_COMPILER_FORMAT " VARIANT=", BUILD_COMPILER);
    used = data_append(text, used, build_variant);
    used += (size_t)snprintf(text + used, sizeof text - used, " BUILD_OPTIONS=");
    used = data_append(text, used, build_options);
    text[used++] = ' ';
    for (size_t i = 0; i < sizeof build_flags / sizeof build_flags[0]; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s=%d ", build_flags[i].name,
                                 build_flags[i].value);
    hak_options_describe(text + used, sizeof text - used);
    return text;
}

/* ------------------------------------------------------------------ the C library's names */

#if HAK_STANDARD_NAMES
HAK_API void *malloc(size_t size) {
    return hak_front_malloc(size);
}

HAK_API void free(void *block) {
    hak_front_free(block);
}

/* gcc wants an alias to carry its target's attributes; clang does not know how to say so. */
#if defined(__has_attribute) && __has_attribute(copy)
#define HAK_ALIAS(name) HAK_API __attribute__((alias("hak_" #name), copy(hak_##name)))
#else
#define HAK_ALIAS(name) HAK_API __attribute__((alias("hak_" #name)))
#endif

HAK_ALIAS(calloc) void *calloc(size_t count, size_t size);
HAK_ALIAS(realloc) void *realloc(void *block, size_t size);
HAK_ALIAS(reallocarray) void *reallocarray(void *block, size_t count, size_t size);
HAK_ALIAS(free_sized) void free_sized(void *block, size_t size);
HAK_ALIAS(free_aligned_sized)
void free_aligned_sized(void *block, size_t alignment, size_t size);
HAK_ALIAS(aligned_alloc) void *aligned_alloc(size_t alignment, size_t size);
HAK_ALIAS(memalign) void *memalign(size_t alignment, size_t size);
HAK_ALIAS(posix_memalign) int posix_memalign(void **block, size_t alignment, size_t size);
HAK_ALIAS(valloc) void *valloc(size_t size);
HAK_ALIAS(pvalloc) void *pvalloc(size_t size);
HAK_ALIAS(malloc_usable_size) size_t malloc_usable_size(void *block);
HAK_ALIAS(malloc_trim) int malloc_trim(size_t pad);
#endif
