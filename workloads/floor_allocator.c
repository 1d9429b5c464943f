/*
 * The floor: the cheapest allocator that a workload can have, to measure what the workload itself
 * and the machine cost. A pointer stack per thread and size class, last in first out; the class is
 * in the address, so that free looks nothing up; no checks, no owner, nothing returned to the
 * system. Blocks that pile up in one thread go through one shared place per class, half a stack at
 * a time with one exchange, so that producers and consumers do not fill the memory. Built as
 * build/lib/libfloor.so and preloaded like any allocator; not fit for programs. See docs/method.md.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))

enum {
    FINE_CLASSES = 65, /* 16-byte steps up to 1024 bytes; index 0 is not used */
    CLASSES = 96,      /* then powers of two */
    REGION_SHIFT = 36, /* 64 GiB of addresses per class */
    STACK_BLOCKS = 2048,
    PIECE_BYTES = 65536, /* what a thread takes from a region at a time, at least */
};

/* Half a stack, on its way between threads; lives in the first block of those it lists. */
typedef struct batch {
    size_t count;
    void *block[STACK_BLOCKS / 2];
} batch_t;

typedef struct stack {
    void **top;        /* [owner] slot after the newest block */
    char *piece, *end; /* [owner] not yet handed out */
    void *slot[STACK_BLOCKS];
} floor_stack_t;

static _Atomic uintptr_t region_base;          /* [any,atomic] 0 before the first call */
static _Atomic uintptr_t region_used[CLASSES]; /* [any,atomic] bytes of each region given out */
static _Atomic(batch_t *)
    shared_batch[CLASSES];             /* [any,atomic] exchange: release gives, acquire takes */
static _Atomic(batch_t *) spare_batch; /* [any,atomic] emptied, one at most */
static _Thread_local floor_stack_t *stacks __attribute__((tls_model("initial-exec")));

static _Noreturn void give_up(const char *reason) {
    if (write(STDERR_FILENO, reason, strlen(reason)) < 0)
        abort();
    abort();
}

static void *mapping(size_t bytes) {
    void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

static uintptr_t region_start(void) {
    uintptr_t base = atomic_load_explicit(&region_base, memory_order_acquire);
    if (base != 0)
        return base;
    size_t bytes = (size_t)(CLASSES + 1) << REGION_SHIFT;
    void *start = mapping(bytes);
    if (start == NULL)
        give_up("floor allocator: cannot reserve 6 TiB of addresses; lift 'ulimit -v' or strict "
                "overcommit\n");
    base = ((uintptr_t)start + ((uintptr_t)1 << REGION_SHIFT) - 1) >> REGION_SHIFT << REGION_SHIFT;
    uintptr_t expected = 0;
    if (!atomic_compare_exchange_strong(&region_base, &expected, base)) {
        munmap(start, bytes);
        base = expected;
    }
    return base;
}

static inline unsigned class_of(size_t size) {
    if (size <= 1024)
        return size == 0 ? 1 : (unsigned)((size + 15) / 16);
    return (unsigned)(FINE_CLASSES + 63 - __builtin_clzll(size - 1) - 10);
}

static size_t class_bytes(unsigned class) {
    return class < FINE_CLASSES ? (size_t) class * 16 : (size_t)2048 << (class - FINE_CLASSES);
}

static floor_stack_t *thread_stacks(void) {
    if (stacks == NULL) {
        stacks = mapping(CLASSES * sizeof(floor_stack_t));
        if (stacks == NULL)
            give_up("floor allocator: no memory for a thread's stacks\n");
        for (int class = 0; class < CLASSES; class ++)
            stacks[class].top = stacks[class].slot;
    }
    return stacks;
}

static void *region_block(floor_stack_t *stack, unsigned class) {
    size_t bytes = class_bytes(class);
    if (stack->piece == NULL || bytes > (size_t)(stack->end - stack->piece)) {
        size_t piece = bytes > PIECE_BYTES ? bytes : PIECE_BYTES / bytes * bytes;
        uintptr_t offset = atomic_fetch_add(&region_used[class], piece);
        if (offset + piece > (uintptr_t)1 << REGION_SHIFT)
            return NULL;
        stack->piece = (char *)region_start() + ((uintptr_t) class << REGION_SHIFT) + offset;
        stack->end = stack->piece + piece;
    }
    void *block = stack->piece;
    stack->piece += bytes;
    return block;
}

static __attribute__((noinline)) void *malloc_slow(unsigned class) {
    if (class >= CLASSES) {
        errno = ENOMEM;
        return NULL;
    }
    floor_stack_t *stack = &thread_stacks()[class];
    batch_t *batch = atomic_exchange_explicit(&shared_batch[class], NULL, memory_order_acquire);
    if (batch != NULL) {
        memcpy(stack->slot, batch->block, batch->count * sizeof batch->block[0]);
        stack->top = stack->slot + batch->count;
        batch = atomic_exchange_explicit(&spare_batch, batch, memory_order_release);
        if (batch != NULL)
            munmap(batch, sizeof *batch);
        return *--stack->top;
    }
    void *block = region_block(stack, class);
    if (block == NULL)
        errno = ENOMEM;
    return block;
}

/* Gives the older half away. If the shared place is taken, its blocks come here in exchange and are
 * dropped: nothing is returned, and the next half finds the place again. */
static __attribute__((noinline)) void free_slow(floor_stack_t *stack, unsigned class, void *block) {
    batch_t *batch = atomic_exchange_explicit(&spare_batch, NULL, memory_order_acquire);
    if (batch == NULL)
        batch = mapping(sizeof *batch);
    size_t half = STACK_BLOCKS / 2;
    if (batch != NULL) {
        batch->count = half;
        memcpy(batch->block, stack->slot, half * sizeof stack->slot[0]);
        batch = atomic_exchange_explicit(&shared_batch[class], batch, memory_order_acq_rel);
        if (batch != NULL)
            munmap(batch, sizeof *batch);
    }
    memmove(stack->slot, stack->slot + half, half * sizeof stack->slot[0]);
    stack->top = stack->slot + half;
    *stack->top++ = block;
}

API void *malloc(size_t size) {
    if (__builtin_expect(stacks == NULL || size > (size_t)1 << 35, 0))
        return malloc_slow(size > (size_t)1 << 35 ? CLASSES : class_of(size));
    unsigned class = class_of(size);
    floor_stack_t *stack = &stacks[class];
    if (__builtin_expect(stack->top == stack->slot, 0))
        return malloc_slow(class);
    return *--stack->top;
}

API void free(void *block) {
    if (block == NULL)
        return;
    uintptr_t base = atomic_load_explicit(&region_base, memory_order_relaxed);
    unsigned class = (unsigned)(((uintptr_t)block - base) >> REGION_SHIFT);
    floor_stack_t *stack = &thread_stacks()[class];
    if (__builtin_expect(stack->top == stack->slot + STACK_BLOCKS, 0))
        free_slow(stack, class, block);
    else
        *stack->top++ = block;
}

API size_t malloc_usable_size(void *block) {
    if (block == NULL)
        return 0;
    uintptr_t base = atomic_load_explicit(&region_base, memory_order_relaxed);
    return class_bytes((unsigned)(((uintptr_t)block - base) >> REGION_SHIFT));
}

API void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    void *block = malloc(bytes);
    return block == NULL ? NULL : memset(block, 0, bytes);
}

API void *realloc(void *block, size_t size) {
    size_t usable = malloc_usable_size(block);
    if (block != NULL && size <= usable && size != 0)
        return block;
    void *moved = malloc(size);
    if (moved != NULL && block != NULL) {
        memcpy(moved, block, usable < size ? usable : size);
        free(block);
    }
    return moved;
}

/* Blocks of a power-of-two class are aligned to their size; smaller alignments come with it. */
API void *aligned_alloc(size_t alignment, size_t size) {
    if (alignment <= 16)
        return malloc(size);
    size_t bytes = 2048;
    while (bytes < size || bytes < alignment)
        bytes *= 2;
    return malloc(bytes);
}

API void *memalign(size_t alignment, size_t size) {
    return aligned_alloc(alignment, size);
}

API int posix_memalign(void **block, size_t alignment, size_t size) {
    *block = aligned_alloc(alignment, size);
    return *block == NULL ? ENOMEM : 0;
}
