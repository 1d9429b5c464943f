/*
 * The floor: the cheapest allocator that a workload can have, to measure what the workload itself
 * and the machine cost. A pointer stack per thread and size class, last in first out; the class is
 * in the address, so that free looks nothing up; no checks, no owner, nothing returned to the
 * system. Blocks that pile up in one thread go through a shared list per class, half a stack at a
 * time, and a new thread inherits the stacks of an exited one, so that no workload fills the
 * memory. Size classes as hakmem's (8 per doubling), since the footprint decides about cache
 * misses. Built as build/lib/libfloor.so and preloaded like any allocator; not fit for programs.
 * See docs/method.md.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define API     __attribute__((visibility("default")))
#define TLS     _Thread_local __attribute__((tls_model("initial-exec")))
#define RARE(x) __builtin_expect((x), 0)
#define SLOW    static __attribute__((noinline))

enum {
    CLASSES = 160,     /* 16-byte steps to 128 bytes, then 8 per doubling: up to 64 MiB */
    REGION_SHIFT = 33, /* 8 GiB of addresses per class */
    STACK_BLOCKS = 128,
    HALF_STACK = STACK_BLOCKS / 2,
    PIECE_BYTES = 65536, /* what a thread takes from a region at a time, at least */
    IDLE_MAX = 4096,
    FINE_BYTES = 1024, /* sizes whose class is looked up */
};

#define LARGEST_BYTES ((size_t)64 << 20)

/* Half a stack, on its way between threads. */
typedef struct batch {
    struct batch *next;
    void *block[HALF_STACK];
} batch_t;

typedef _Atomic(batch_t *) batch_list_t; /* pushed with release, taken whole with acquire: no ABA */

/* The stacks of one thread; all [owner]. A NULL lies below the first slot of each, so that an empty
 * stack shows when it is popped. Tops lie side by side: a stack's page would share a cache set. */
typedef struct stacks {
    void **top[CLASSES];                 /* slot after the newest block */
    void **limit[CLASSES];               /* slot after the last */
    batch_t *batches[CLASSES];           /* taken from the shared list, not yet used */
    char *piece[CLASSES], *end[CLASSES]; /* not yet handed out */
    void *slots[CLASSES][1 + STACK_BLOCKS];
} stacks_t;

static _Atomic uintptr_t region_base;          /* [any,atomic] 0 before the first call */
static _Atomic uintptr_t region_used[CLASSES]; /* [any,atomic] bytes of each region given out */
static batch_list_t full_batches[CLASSES];     /* [any,atomic] */
static batch_list_t empty_batches;             /* [any,atomic] */
static TLS stacks_t *stacks;
static uint8_t
    fine_class[FINE_BYTES / 16 + 1]; /* [const] after the first stacks: class by size / 16 */
static TLS batch_t *spare_batches;

static struct {
    pthread_mutex_t lock;
    stacks_t *stacks[IDLE_MAX]; /* [lock] of threads that exited */
    unsigned count;             /* [lock] */
} idle = {.lock = PTHREAD_MUTEX_INITIALIZER};

static pthread_key_t exit_key; /* [const] after exit_key_make */
static pthread_once_t start_once = PTHREAD_ONCE_INIT;

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

static inline unsigned class_of(size_t size) {
    size_t last = size == 0 ? 0 : size - 1;
    if (last < 128)
        return (unsigned)(last / 16);
    unsigned doubling = 63 - (unsigned)__builtin_clzll(last);
    return (doubling - 6) * 8 + (unsigned)(last >> (doubling - 3) & 7);
}

static size_t class_bytes(unsigned class) {
    if (class < 8)
        return (class + 1) * (size_t)16;
    return (size_t)(8 + class % 8 + 1) << (class / 8 + 3);
}

static uintptr_t base_of_regions(void) {
    return atomic_load_explicit(&region_base, memory_order_relaxed);
}

static inline unsigned class_of_block(const void *block) {
    return (unsigned)(((uintptr_t)block - base_of_regions()) >> REGION_SHIFT);
}

static uintptr_t regions_start(void) {
    uintptr_t base = atomic_load_explicit(&region_base, memory_order_acquire);
    if (base != 0)
        return base;
    uintptr_t region = (uintptr_t)1 << REGION_SHIFT;
    size_t bytes = (CLASSES + 1) * region;
    void *start = mapping(bytes);
    if (start == NULL)
        give_up("floor allocator: cannot reserve 1.3 TiB of addresses; lift 'ulimit -v' and strict "
                "overcommit\n");
    base = ((uintptr_t)start + region - 1) / region * region;
    uintptr_t expected = 0;
    if (!atomic_compare_exchange_strong(&region_base, &expected, base)) {
        munmap(start, bytes);
        base = expected;
    }
    return base;
}

/* ------------------------------------------------------------------ threads */

static void thread_exit(void *value) {
    stacks = NULL;
    pthread_mutex_lock(&idle.lock);
    if (idle.count < IDLE_MAX)
        idle.stacks[idle.count++] = value;
    pthread_mutex_unlock(&idle.lock);
}

static void exit_key_make(void) {
    if (pthread_key_create(&exit_key, thread_exit) != 0)
        give_up("floor allocator: no thread-specific key is left\n");
}

static stacks_t *stacks_make(void) {
    stacks_t *made = mapping(sizeof *made);
    if (made == NULL)
        give_up("floor allocator: no memory for a thread's stacks\n");
    for (int class = 0; class < CLASSES; class ++) {
        made->top[class] = &made->slots[class][1];
        made->limit[class] = made->top[class] + STACK_BLOCKS;
    }
    return made;
}

static void once(void) {
    exit_key_make();
    for (size_t i = 0; i <= FINE_BYTES / 16; i++)
        fine_class[i] = (uint8_t)class_of(i * 16);
}

static stacks_t *thread_stacks(void) {
    if (stacks != NULL)
        return stacks;
    pthread_once(&start_once, once);
    pthread_mutex_lock(&idle.lock);
    stacks = idle.count > 0 ? idle.stacks[--idle.count] : NULL;
    pthread_mutex_unlock(&idle.lock);
    if (stacks == NULL)
        stacks = stacks_make();
    pthread_setspecific(exit_key, stacks);
    return stacks;
}

/* ------------------------------------------------------------------ batches and regions */

static void batch_push(batch_list_t *list, batch_t *batch) {
    batch->next = atomic_load_explicit(list, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(list, &batch->next, batch, memory_order_release,
                                                  memory_order_relaxed))
        ;
}

/* The first batch of `own`, which is filled from the shared list when it is empty. */
static batch_t *batch_pop(batch_t **own, batch_list_t *list) {
    if (*own == NULL && atomic_load_explicit(list, memory_order_relaxed) != NULL)
        *own = atomic_exchange_explicit(list, NULL, memory_order_acquire);
    batch_t *batch = *own;
    if (batch != NULL)
        *own = batch->next;
    return batch;
}

static void *region_block(stacks_t *own, unsigned class) {
    size_t bytes = class_bytes(class);
    if (own->piece[class] == NULL || bytes > (size_t)(own->end[class] - own->piece[class])) {
        size_t piece = bytes > PIECE_BYTES ? bytes : PIECE_BYTES / bytes * bytes;
        uintptr_t offset = atomic_fetch_add(&region_used[class], piece);
        if (offset + piece > (uintptr_t)1 << REGION_SHIFT)
            return NULL;
        own->piece[class] =
            (char *)(regions_start() + ((uintptr_t) class << REGION_SHIFT) + offset);
        own->end[class] = own->piece[class] + piece;
    }
    void *block = own->piece[class];
    own->piece[class] += bytes;
    return block;
}

SLOW void *malloc_slow(size_t size) {
    void *block = NULL;
    if (size <= LARGEST_BYTES) {
        unsigned class = class_of(size);
        stacks_t *own = thread_stacks();
        if (own->top[class][-1] != NULL)
            return *--own->top[class];
        batch_t *batch = batch_pop(&own->batches[class], &full_batches[class]);
        if (batch != NULL) {
            memcpy(own->top[class], batch->block, sizeof batch->block);
            own->top[class] += HALF_STACK - 1;
            batch_push(&empty_batches, batch);
            return *own->top[class];
        }
        block = region_block(own, class);
    }
    if (block == NULL)
        errno = ENOMEM;
    return block;
}

/* Gives the older half of a full stack away. */
SLOW void free_slow(unsigned class, void *block) {
    stacks_t *own = thread_stacks();
    if (own->top[class] == own->limit[class]) {
        void **first = own->limit[class] - STACK_BLOCKS;
        batch_t *batch = batch_pop(&spare_batches, &empty_batches);
        if (batch == NULL && (batch = mapping(sizeof *batch)) == NULL)
            give_up("floor allocator: no memory for a batch\n");
        memcpy(batch->block, first, sizeof batch->block);
        memmove(first, first + HALF_STACK, HALF_STACK * sizeof first[0]);
        own->top[class] = first + HALF_STACK;
        batch_push(&full_batches[class], batch);
    }
    *own->top[class]++ = block;
}

/* ------------------------------------------------------------------ the interface */

API void *malloc(size_t size) {
    stacks_t *own = stacks;
    if (RARE(own == NULL || size > LARGEST_BYTES))
        return malloc_slow(size);
    unsigned class = size <= FINE_BYTES ? fine_class[(size + 15) / 16] : class_of(size);
    void **top = own->top[class];
    void *block = top[-1];
    if (RARE(block == NULL))
        return malloc_slow(size);
    own->top[class] = top - 1;
    return block;
}

API void free(void *block) {
    if (block == NULL)
        return;
    unsigned class = class_of_block(block);
    stacks_t *own = stacks;
    if (RARE(own == NULL || own->top[class] == own->limit[class]))
        free_slow(class, block);
    else
        *own->top[class]++ = block;
}

API size_t malloc_usable_size(void *block) {
    return block == NULL ? 0 : class_bytes(class_of_block(block));
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
    if (block != NULL && size <= usable)
        return block;
    void *moved = malloc(size);
    if (moved != NULL && block != NULL) {
        memcpy(moved, block, usable);
        free(block);
    }
    return moved;
}

/* Blocks of a power-of-two class are aligned to their size, since pieces start at multiples of it.
 */
API void *aligned_alloc(size_t alignment, size_t size) {
    if (alignment <= 16)
        return malloc(size);
    size_t bytes = 32;
    while (bytes < size || bytes < alignment)
        bytes *= 2;
    return malloc(bytes);
}

API void *memalign(size_t alignment, size_t size) {
    return aligned_alloc(alignment, size);
}

API int posix_memalign(void **block, size_t alignment, size_t size) {
    void *allocated = aligned_alloc(alignment, size);
    if (allocated == NULL)
        return ENOMEM;
    *block = allocated;
    return 0;
}
