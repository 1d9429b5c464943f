/*
 * Size classes and the route table. A class belongs to a backend: each backend brings its own
 * spacing, and the size table maps a size to the class that the route names. Filled once at start,
 * constant afterwards. Class 0 is no class; class ids count from 1 in the order of strides.
 */
#ifndef HAK_SIZE_CLASS_H
#define HAK_SIZE_CLASS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HAK_GRAIN_BYTES    16                  /* sizes are rounded to this before the look-up */
#define HAK_CLASS_MAX      127                 /* highest possible class id */
#define HAK_LANE_MAX_BYTES ((size_t)64 * 1024) /* largest size that a lane serves */
#define HAK_UNIT_SHIFT     16
#define HAK_UNIT_BYTES     ((size_t)1 << HAK_UNIT_SHIFT)

/* A row of the route table: sizes in (above, up to] are served by this backend. */
typedef struct hak_route {
    const char *backend;         /* its name, as in the file that implements it */
    size_t above_bytes;          /* exclusive */
    size_t up_to_bytes;          /* inclusive */
    uint32_t steps_per_doubling; /* spacing: internal waste is at most 1/steps */
} hak_route_t;

/*
 * What is known of one class. Invariants:
 *   blocks * stride_bytes <= run_units * HAK_UNIT_BYTES < (blocks + 1) * stride_bytes +
 * stride_bytes index of the block at offset o of its slab = (o * index_magic) >> HAK_INDEX_SHIFT
 */
typedef struct hak_class {
    uint32_t stride_bytes;  /* distance of blocks, and their usable size */
    uint32_t blocks;        /* per slab */
    uint32_t run_units;     /* 64 KiB units per slab */
    uint32_t lane_capacity; /* blocks */
    uint64_t index_magic;
    uint64_t start_magic; /* ceil(2^64 / stride) for slabs of one unit, otherwise 0: see front.h */
    const hak_route_t *route;
} hak_class_t;

#define HAK_INDEX_SHIFT 40

extern hak_class_t hak_classes[HAK_CLASS_MAX + 1]; /* [const] after start */
extern uint32_t hak_class_count;                   /* [const] highest class id in use */

/* Lane offset (HAK_LANE_OFFSET(class)) by (size + 15) / 16; 0 before start, which is the lane that
 * is always empty. [any,atomic] relaxed: written once at start, while other threads may look a size
 * up; old and new value both lead a thread without a heap to an empty lane. */
extern _Atomic uint16_t hak_size_to_lane[HAK_LANE_MAX_BYTES / HAK_GRAIN_BYTES + 1];

/* Offset of the lane that serves `size` (at most HAK_LANE_MAX_BYTES). */
static inline size_t hak_lane_offset_of(size_t size) {
    return atomic_load_explicit(&hak_size_to_lane[(size + HAK_GRAIN_BYTES - 1) / HAK_GRAIN_BYTES],
                                memory_order_relaxed);
}

/* Fills classes and size table from the route table. `lane_bytes` bounds a lane's capacity. */
void hak_size_classes_fill(size_t lane_bytes);

/* Class that serves `size` (at most HAK_LANE_MAX_BYTES) at `alignment` (a power of two); 0 when no
 * class guarantees it. */
uint32_t hak_class_of_aligned(size_t size, size_t alignment);

/* Rows of the route table; *count gets their number. */
const hak_route_t *hak_routes(size_t *count);

#endif
