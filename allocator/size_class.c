/*
 * Builds the class table from the route, once, under the initialisation lock. Spacing of Tiny and
 * the pools: 16-byte steps to 128 bytes, then 8 per doubling (mean waste about 4 %, worst 12.5 %),
 * 4 above 8 KiB, where most of the waste is pages that nobody touches and a slab costs more than
 * it; of MID_V3: 32-byte steps, which halve the waste between 512 and 768 bytes.
 *
 * Strides above 2 KiB are an odd number of cache lines. Multiples of large powers of two would put
 * the first lines of all blocks, where programs keep what they look at most, into the same few sets
 * of the caches. Alignments that such strides do not have come from classes of their own.
 */
#include "allocator/size_class.h"

#include <string.h>

#include "allocator/domain.h"
#include "allocator/lane.h"
#include "allocator/options.h"
#include "allocator/os.h"

#define LINEAR_UP_TO_BYTES   128u
#define STEPS_PER_DOUBLING   8u
#define STEPS_WHERE_LARGE    4u
#define LARGE_ABOVE_BYTES    8192u
#define SLAB_BLOCKS_AT_LEAST 8u
#define LANE_BLOCKS_MAX      4095u /* with the learner, slots for them are less than 64 KiB */
#define LANE_SHARE_BLOCKS    1024u
#define LANE_SHARE_BYTES     32768u
#define PAGE_STRIDE_BYTES    4160u /* that of a page: 4096 and a cache line */

hak_class_t hak_classes[HAK_CLASS_MAX + 1];
uint32_t hak_class_count;
_Atomic uint16_t hak_size_to_lane[HAK_SIZE_ROWS + HAK_ALIGNED_ROWS];

const char *hak_backend_name(hak_backend_t backend) {
    static const char *const names[] = {[HAK_BACKEND_NONE] = "none",
                                        [HAK_BACKEND_TINY] = "tiny",
                                        [HAK_BACKEND_MID_V3] = "mid_v3",
                                        [HAK_BACKEND_POOL_V1] = "pool_v1",
                                        [HAK_BACKEND_POOL_V2] = "pool_v2"};
    return names[backend];
}

/* ------------------------------------------------------------------ spacing */

/* The smallest stride of the doubling spacing that holds `size`. */
static uint32_t doubling_stride(uint32_t size) {
    if (size <= LINEAR_UP_TO_BYTES)
        return size < HAK_GRAIN_BYTES ? HAK_GRAIN_BYTES
                                      : (size + HAK_GRAIN_BYTES - 1) & ~(HAK_GRAIN_BYTES - 1u);
    uint32_t doubling = 1u << (31 - __builtin_clz(size - 1));
    uint32_t step = doubling / (size > LARGE_ABOVE_BYTES ? STEPS_WHERE_LARGE : STEPS_PER_DOUBLING);
    return (size + step - 1) & ~(step - 1);
}

static uint32_t mid_stride(uint32_t size) {
    return (size + HAK_MID_STEP_BYTES - 1) & ~(HAK_MID_STEP_BYTES - 1);
}

static uint32_t backend_stride(hak_backend_t backend, uint32_t size) {
    if (backend == HAK_BACKEND_MID_V3)
        return mid_stride(size);
    if (size <= HAK_EVEN_MAX_BYTES)
        return doubling_stride(size);
    const uint32_t least = HAK_EVEN_MAX_BYTES + 1 + HAK_CACHE_LINE_BYTES;
    const uint32_t stride = doubling_stride((size > least ? size : least) - HAK_CACHE_LINE_BYTES);
    /* starts are exact for strides up to a unit. */
    return stride < HAK_UNIT_BYTES ? stride + HAK_CACHE_LINE_BYTES : stride;
}

/* 1 or 1.5 times a power of two. A size that is a multiple of an alignment and lies below 1.5 times
 * a power of two is a multiple of at most half that power, which divides the stride. */
static uint32_t aligned_stride(uint32_t size) {
    const uint32_t doubling = 1u << (31 - __builtin_clz(size - 1));
    return size <= doubling + doubling / 2 ? doubling + doubling / 2 : 2 * doubling;
}

/* ------------------------------------------------------------------ route */

size_t hak_pool_range_up_to(uint32_t range) {
    return range < 5 ? (size_t)2048 << range : (size_t)(range == 5 ? 48 : 64) * 1024;
}

static uint32_t pool_range_of(uint32_t size) {
    uint32_t range = 0;
    while (size > hak_pool_range_up_to(range))
        range++;
    return range;
}

/* A backend that an option switches on, for the classes of a mask. True when it serves the class;
 * *decided_by becomes what said yes or no. */
typedef struct optional_backend {
    bool contained;     /* in this build */
    const char *absent; /* the build flag by which it is not */
    uint64_t enabled, classes;
    const char *enabled_option, *classes_option;
} optional_backend_t;

static bool optional_serves(const optional_backend_t *backend, uint32_t class_bit,
                            const char **decided_by) {
    if (!backend->contained) {
        *decided_by = HAKMEM_FAST_PROFILE_PRUNE_BACKENDS ? "HAKMEM_FAST_PROFILE_PRUNE_BACKENDS"
                                                         : backend->absent;
        return false;
    }
    const bool masked = (backend->classes >> class_bit & 1) == 0;
    const char *option =
        backend->enabled != 0 && masked ? backend->classes_option : backend->enabled_option;
    *decided_by = HAKMEM_FAST_PROFILE_FIXED ? "HAKMEM_FAST_PROFILE_FIXED" : option;
    return backend->enabled != 0 && !masked;
}

static bool mid_v3_serves(uint32_t size, const char **decided_by) {
    const optional_backend_t backend = {HAK_HAS_MID_V3,
                                        "HAK_HAS_MID_V3",
                                        hak_options.mid_v3_enabled,
                                        hak_options.mid_v3_classes,
                                        "HAKMEM_MID_V3_ENABLED",
                                        "HAKMEM_MID_V3_CLASSES"};
    return optional_serves(
        &backend, (mid_stride(size) - HAK_MID_ABOVE_BYTES) / HAK_MID_STEP_BYTES - 1, decided_by);
}

static bool pool_v2_serves(uint32_t size, const char **decided_by) {
    const optional_backend_t backend = {HAK_HAS_POOL_V2,
                                        "HAK_HAS_POOL_V2",
                                        hak_options.pool_v2_enabled,
                                        hak_options.pool_v2_classes,
                                        "HAKMEM_POOL_V2_ENABLED",
                                        "HAKMEM_POOL_V2_CLASSES"};
    return optional_serves(&backend, pool_range_of(size), decided_by);
}

hak_backend_t hak_route_of(uint32_t size, const char **decided_by) {
    *decided_by = NULL;
    if (size > HAK_MID_ABOVE_BYTES && size <= HAK_MID_MAX_BYTES && mid_v3_serves(size, decided_by))
        return HAK_BACKEND_MID_V3;
    if (size <= HAK_TINY_MAX_BYTES)
        return HAK_BACKEND_TINY;
    return pool_v2_serves(size, decided_by) ? HAK_BACKEND_POOL_V2 : HAK_BACKEND_POOL_V1;
}

/* ------------------------------------------------------------------ classes */

static uint32_t between(size_t blocks, uint32_t least, uint32_t most) {
    return blocks < least ? least : blocks > most ? most : (uint32_t)blocks;
}

/* Blocks of a lane's fair share. Small ones get twice the bytes: bursts of a thousand fit; large
 * ones a few blocks, up to a page (what is aligned to pages, buffers) sixteen. */
static uint32_t lane_share(uint32_t stride) {
    const uint32_t least = stride <= PAGE_STRIDE_BYTES ? 16
                           : stride <= 16384           ? 8
                           : stride <= 32768           ? 6
                                                       : 4;
    const size_t ceiling_bytes = (size_t)hak_options.lane_kib * 1024;
    const size_t bytes = ceiling_bytes < LANE_SHARE_BYTES ? ceiling_bytes : LANE_SHARE_BYTES;
    return between((stride <= LINEAR_UP_TO_BYTES ? 2 * bytes : bytes) / stride, least,
                   LANE_SHARE_BLOCKS);
}

/* Blocks up to which a lane grows without the learner. */
static uint32_t lane_ceiling(uint32_t stride, uint32_t share) {
    return between((size_t)hak_options.lane_kib * 1024 / stride, share, LANE_BLOCKS_MAX);
}

hak_starts_t hak_starts_of(uint32_t stride, uintptr_t base, size_t bytes) {
    const uint64_t factor = (UINT64_MAX / stride + 1) | 1;
    const uint64_t step = factor * stride;
    const uint64_t first = (base + stride - 1) / stride, end = (base + bytes + stride - 1) / stride;
    return (hak_starts_t){.factor = factor, .origin = first * step, .span = (end - first) * step};
}

static uint8_t backend_classes[HAK_BACKEND_POOL_V2 + 1]; /* [lock:start] made so far, by backend */

static uint32_t class_create(hak_backend_t backend, uint32_t stride) {
    uint32_t class_id = ++hak_class_count;
    hak_class_t *class = &hak_classes[class_id];
    /* The largest power of two in the stride divides every gap; strides are at most a unit. */
    const uint32_t gap_bytes = stride - (stride & -stride);
    size_t wanted_bytes = (size_t)SLAB_BLOCKS_AT_LEAST * stride + gap_bytes;
    HAK_ASSERT(class_id <= HAK_CLASS_MAX);
    class->stride_bytes = stride;
    class->run_units = (uint32_t)((wanted_bytes + HAK_UNIT_BYTES - 1) >> HAK_UNIT_SHIFT);
    class->lane_share = lane_share(stride);
    class->lane_capacity_top = lane_ceiling(stride, class->lane_share) * HAK_LANE_LEARN_FACTOR;
    class->index_magic = (((uint64_t)1 << HAK_INDEX_SHIFT) + stride - 1) / stride;
    class->starts = hak_starts_of(
        stride, atomic_load_explicit(&hak_domain_base, memory_order_relaxed), HAK_DOMAIN_BYTES);
    class->backend = (uint8_t)backend;
    class->backend_class = backend_classes[backend]++;
    class->pool_range = backend >= HAK_BACKEND_POOL_V1
                            ? (uint8_t)pool_range_of(stride & ~(2u * HAK_CACHE_LINE_BYTES - 1))
                            : 0;
    class->fallback_class = class->lender_class = 0;
    return class_id;
}

static uint32_t class_find(hak_backend_t backend, uint32_t stride) {
    for (uint32_t class_id = hak_class_count; class_id != 0; class_id--)
        if (hak_classes[class_id].backend == backend &&
            hak_classes[class_id].stride_bytes == stride)
            return class_id;
    return class_create(backend, stride);
}

/* Of each class of POOL_V2 the one of the next larger sizes. Strides above HAK_EVEN_MAX_BYTES are
 * multiples of a cache line, and larger alignments have other classes: either serves the same. */
static void lenders_find(void) {
    uint32_t before = 0;
    for (uint32_t index = HAK_EVEN_MAX_BYTES / HAK_GRAIN_BYTES + 1; index < HAK_SIZE_ROWS;
         index++) {
        const uint32_t class_id = hak_lane_offset_of(index * HAK_GRAIN_BYTES) / HAK_LANE_OFFSET(1);
        if (hak_options.pool_v2_lending != 0 && before != 0 && before != class_id &&
            hak_classes[before].backend == HAK_BACKEND_POOL_V2 &&
            hak_classes[class_id].backend == HAK_BACKEND_POOL_V2)
            hak_classes[before].lender_class = (uint8_t)class_id;
        before = class_id;
    }
}

void hak_size_classes_fill(void) {
    const char *decided_by;
    hak_class_count = 0;
    memset(backend_classes, 0, sizeof backend_classes);
    for (uint32_t index = 0; index < HAK_SIZE_ROWS; index++) {
        uint32_t size = index == 0 ? 1 : index * HAK_GRAIN_BYTES;
        hak_backend_t backend = hak_route_of(size, &decided_by);
        uint32_t class_id = class_find(backend, backend_stride(backend, size));
        atomic_store_explicit(&hak_size_to_lane[index], (uint16_t)HAK_LANE_OFFSET(class_id),
                              memory_order_relaxed);
    }
    for (uint32_t index = HAK_EVEN_MAX_BYTES / HAK_ALIGNED_STEP_BYTES; index < HAK_ALIGNED_ROWS;
         index++) {
        const uint32_t stride = aligned_stride((index + 1) * HAK_ALIGNED_STEP_BYTES);
        const uint32_t class_id = class_find(hak_route_of(stride, &decided_by), stride);
        atomic_store_explicit(&hak_size_to_lane[HAK_SIZE_ROWS + index],
                              (uint16_t)HAK_LANE_OFFSET(class_id), memory_order_relaxed);
    }
    lenders_find();
    const uint32_t routed = hak_class_count;
    for (uint32_t class_id = 1; class_id <= routed; class_id++) {
        hak_class_t *class = &hak_classes[class_id];
        if (class->backend == HAK_BACKEND_POOL_V2)
            class->fallback_class = (uint8_t)class_find(HAK_BACKEND_POOL_V1, class->stride_bytes);
    }
}
