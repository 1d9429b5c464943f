/*
 * Threads with stacks of 64 KiB allocate every kind of size and free blocks of other threads. What
 * an allocator puts into thread-local storage or on the stack must leave them room.
 */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 12, BLOCKS = 400, STACK_BYTES = 64 * 1024 };

static _Atomic(unsigned char *) handed[BLOCKS]; /* blocks that any thread may take and free */
static _Atomic unsigned faults;

static size_t block_bytes(unsigned index) {
    static const size_t sizes[] = {1, 16, 48, 200, 600, 1500, 5000, 20000, 70000, 1200000};
    return sizes[index % (sizeof sizes / sizeof *sizes)] + index % 13;
}

/* The index is written at both ends; blocks of one byte hold it once. */
static void block_check_and_free(unsigned char *block, unsigned index) {
    size_t bytes = block_bytes(index);
    if (block[0] != (unsigned char)index || block[bytes - 1] != (unsigned char)index)
        faults++;
    free(block);
}

static void *thread_main(void *argument) {
    unsigned number = (unsigned)(size_t)argument;
    for (unsigned i = 0; i < BLOCKS; i++) {
        unsigned index = (i + number * 37) % BLOCKS;
        size_t bytes = block_bytes(index);
        unsigned char *block = i % 3 ? malloc(bytes) : calloc(1, bytes);
        if (!block) {
            faults++;
            continue;
        }
        block[0] = block[bytes - 1] = (unsigned char)index;
        unsigned char *other = atomic_exchange(&handed[index], block);
        if (other)
            block_check_and_free(other, index);
    }
    return NULL;
}

int main(void) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, STACK_BYTES))
        return 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];
        for (size_t i = 0; i < THREADS; i++) {
            int error = pthread_create(&threads[i], &attributes, thread_main, (void *)i);
            if (error) {
                printf("thread %zu not created: %s\n", i, strerror(error));
                return 1;
            }
        }
        for (size_t i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        if (handed[i])
            block_check_and_free(handed[i], i);
    printf("%d threads of %d KiB, %u faults\n", THREADS * ROUNDS, STACK_BYTES / 1024, faults);
    return faults != 0;
}
