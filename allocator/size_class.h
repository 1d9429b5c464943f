/*
 * Size classes and the route table. A class belongs to a backend (class id = backend and stride):
 * each backend brings its own spacing, and the size table maps a size to the class that the route
 * names. Filled once at start, constant afterwards. Class 0 is no class; ids count from 1 in the
 * order of the smallest size that they serve, fallback classes last.
 */
#ifndef HAK_SIZE_CLASS_H
#define HAK_SIZE_CLASS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HAK_GRAIN_BYTES 16 /* sizes are rounded to this before the look-up */
/* Highest possible class id: 20 of Tiny, 16 in the range of MID_V3 (of one backend or the other, as
 * its mask says), and 45 of the pools, twice. Lanes of so many fill a page and a half. */
#define HAK_CLASS_MAX      127
#define HAK_LANE_MAX_BYTES ((size_t)64 * 1024) /* largest size that a lane serves */
#define HAK_SIZE_ROWS      (HAK_LANE_MAX_BYTES / HAK_GRAIN_BYTES + 1)
#define HAK_UNIT_SHIFT     16
#define HAK_UNIT_BYTES     ((size_t)1 << HAK_UNIT_SHIFT)

#define HAK_CACHE_LINE_BYTES 64u

#define HAK_TINY_MAX_BYTES     1024u
#define HAK_MID_ABOVE_BYTES    256u
#define HAK_MID_MAX_BYTES      768u
#define HAK_MID_STEP_BYTES     32u
#define HAK_MID_CLASSES        16u /* of MID_V3: 288, 320 ... 768 bytes */
#define HAK_TINY_CLASSES_MAX   36u /* see HAK_CLASS_MAX */
#define HAK_POOL_RANGES        7u  /* classes of HAKMEM_POOL_V2_CLASSES: see hak_pool_range_up_to */
#define HAK_POOL_CLASSES_MAX   48u /* strides above 1 KiB */
#define HAK_EVEN_MAX_BYTES     2048u /* larger strides are aligned to a cache line only */
#define HAK_ALIGNED_STEP_BYTES 1024u /* of sizes with such alignments, above HAK_EVEN_MAX_BYTES */
#define HAK_ALIGNED_ROWS       (HAK_LANE_MAX_BYTES / HAK_ALIGNED_STEP_BYTES)

/* Where the blocks of a class come from and go to; the file of the same name implements it. */
typedef enum hak_backend {
    HAK_BACKEND_NONE,
    HAK_BACKEND_TINY,
    HAK_BACKEND_MID_V3,
    HAK_BACKEND_POOL_V1,
    HAK_BACKEND_POOL_V2,
} hak_backend_t;

/*
 * Tells by an address alone whether a block of one class may start there: whether it is a multiple
 * n = q * d of the stride d within the domain. With c the lowest odd number above 2^64 / d and e =
 * d * c - 2^64, which is 1 .. 2 d, an address n = q * d + r has n * c mod 2^64 = q * e + r * c:
 * small steps for multiples, and c, which is beyond 2^48, for every byte after one (after Lemire,
 * Kaser, Kurz, "Faster remainder by direct computation", 2019, whose test for multiples this bounds
 * on both sides; odd, so that the highest bits of an address count as well). With q0 and q1 those
 * of the first multiple in the domain and of the first behind it
 *
 *   n is one of them  <=>  (n * c - q0 * e) mod 2^64 < (q1 - q0) * e
 *
 * for all n below 2^47 and domains below it, and for strides up to 2^16; for multiples of 16, which
 * all blocks are, up to 2^48 as well. What differs from such an address in higher bits alone is
 * none.
 */
typedef struct hak_starts {
    uint64_t factor; /* c */
    uint64_t origin; /* q0 * e */
    uint64_t span;   /* (q1 - q0) * e; 0: no address */
} hak_starts_t;

/* Those of a lane at any address: free looks into zeroes at odd offsets as well (domain.h). */
typedef hak_starts_t hak_starts_anywhere_t __attribute__((aligned(1)));

static inline bool hak_is_start(const void *address, const hak_starts_anywhere_t *starts) {
    return (uintptr_t)address * starts->factor - starts->origin < starts->span;
}

/* For blocks at multiples of `stride` in `bytes` of addresses from `base` on. */
hak_starts_t hak_starts_of(uint32_t stride, uintptr_t base, size_t bytes);

/*
 * What is known of one class. Blocks start at addresses that are multiples of their stride, so a
 * slab's first block lies up to a stride above the run's start. That makes the start of a block
 * known by its address alone (hak_is_start), keeps the alignment that the stride has, and gives the
 * slabs of a class different cache colours (Bonwick, "The slab allocator", USENIX 1994).
 *
 * Invariants: the gap between the start of a run and its first block is at most stride_bytes -
 * gcd(stride_bytes, HAK_UNIT_BYTES); a slab holds as many blocks as fit behind its own. The
 * index of the block at offset o from the first is (o * index_magic) >> HAK_INDEX_SHIFT.
 */
typedef struct hak_class {
    uint32_t stride_bytes;      /* distance of blocks, and their usable size */
    uint32_t run_units;         /* 64 KiB units per slab */
    uint32_t lane_capacity_top; /* blocks that a lane may ever hold, what is learnt included */
    uint32_t lane_share;        /* blocks that it may hold while the thread's budget lasts; more
                                   only out of the first half of that */
    uint64_t index_magic;
    hak_starts_t starts;
    uint8_t backend;        /* hak_backend_t */
    uint8_t backend_class;  /* counts the classes of its backend from 0 */
    uint8_t pool_range;     /* of the pools: 0 .. HAK_POOL_RANGES - 1 */
    uint8_t fallback_class; /* of POOL_V2: class id of POOL_V1 with the same stride; otherwise 0 */
    uint8_t lender_class;   /* of POOL_V2: the class whose blocks may serve in its place, or 0 */
} hak_class_t;

#define HAK_INDEX_SHIFT 40

extern hak_class_t hak_classes[HAK_CLASS_MAX + 1]; /* [const] after start */
extern uint32_t hak_class_count;                   /* [const] highest class id in use */

/* Lane offset (HAK_LANE_OFFSET(class)) by (size + 15) / 16; 0 before start, which is the lane that
 * is always empty. Behind these rows those for alignments beyond a cache line and sizes above
 * HAK_EVEN_MAX_BYTES, by (size - 1) / HAK_ALIGNED_STEP_BYTES: strides there are 1 or 1.5 times a
 * power of two. [any,atomic] relaxed: written once at start, while other threads may look a size
 * up; old and new value both lead a thread without a heap to an empty lane. */
extern _Atomic uint16_t hak_size_to_lane[HAK_SIZE_ROWS + HAK_ALIGNED_ROWS];

/* Offset of the lane that serves `size` (at most HAK_LANE_MAX_BYTES). */
static inline size_t hak_lane_offset_of(size_t size) {
    return atomic_load_explicit(&hak_size_to_lane[(size + HAK_GRAIN_BYTES - 1) / HAK_GRAIN_BYTES],
                                memory_order_relaxed);
}

/* Offset of the lane for `size` (at most HAK_LANE_MAX_BYTES, and a multiple of `alignment`), whose
 * blocks are aligned: they lie at multiples of a stride that is a multiple of the alignment. Both
 * look-ups are one load, chosen without a branch. */
static inline size_t hak_lane_offset_of_aligned(size_t alignment, size_t size) {
    /* Arithmetic, since compilers make a branch of a choice, and it is as random as the sizes are.
     */
    const size_t own = -(size_t)((alignment > HAK_CACHE_LINE_BYTES) & (size > HAK_EVEN_MAX_BYTES));
    const size_t row = (size + HAK_GRAIN_BYTES - 1) / HAK_GRAIN_BYTES;
    const size_t own_row = HAK_SIZE_ROWS + (size - 1) / HAK_ALIGNED_STEP_BYTES;
    return atomic_load_explicit(&hak_size_to_lane[row + ((own_row - row) & own)],
                                memory_order_relaxed);
}

/* Fills classes and size table by the options of the route: MID_V3 and POOL_V2, each on or off and
 * by a mask of its classes. After the domain was chosen. */
void hak_size_classes_fill(void);

/* The backend that the route names for a plain request of `size` (1 .. HAK_LANE_MAX_BYTES), after
 * the options were read. *decided_by becomes the option or build flag that says so, NULL where the
 * size alone does. */
hak_backend_t hak_route_of(uint32_t size, const char **decided_by);

/* Largest size in range 0 .. HAK_POOL_RANGES - 1 of the pools: 2, 4, 8, 16, 32, 48, 64 KiB. */
size_t hak_pool_range_up_to(uint32_t range);

/* "tiny", "mid_v3", "pool_v1", "pool_v2". */
const char *hak_backend_name(hak_backend_t backend);

#endif
