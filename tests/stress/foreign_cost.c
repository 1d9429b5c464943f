/*
 * Frees blocks of OWNERS threads by turns, in one function, for callgrind to count the instructions
 * of (--toggle-collect=foreign_frees). The owners live and do not look. The number of blocks is the
 * same whatever the number of owners.
 *
 *     foreign_cost OWNERS
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocator/hakmem.h"

enum { BLOCKS = 1 << 14, BLOCK_BYTES = 48, OWNERS_MOST = 256 };

static void *block[BLOCKS];
static unsigned owners;
static pthread_barrier_t allocated, freed;

static void *owner_run(void *argument) {
    for (size_t i = (uintptr_t)argument; i < BLOCKS; i += owners) {
        block[i] = hak_malloc(BLOCK_BYTES);
        if (block[i] == NULL)
            abort();
    }
    pthread_barrier_wait(&allocated);
    pthread_barrier_wait(&freed);
    return NULL;
}

void foreign_frees(void);

__attribute__((noinline)) void foreign_frees(void) {
    for (size_t i = 0; i < BLOCKS; i++)
        hak_free(block[i]);
}

int main(int argc, char **argv) {
    static pthread_t thread[OWNERS_MOST];
    owners = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    if (owners == 0 || owners > OWNERS_MOST) {
        fprintf(stderr, "usage: foreign_cost OWNERS, from 1 to %d\n", OWNERS_MOST);
        return 2;
    }
    hak_free(hak_malloc(1)); /* this thread has its heap */
    pthread_barrier_init(&allocated, NULL, owners + 1);
    pthread_barrier_init(&freed, NULL, owners + 1);
    for (uintptr_t i = 0; i < owners; i++)
        if (pthread_create(&thread[i], NULL, owner_run, (void *)i) != 0)
            return 1;
    pthread_barrier_wait(&allocated);
    foreign_frees();
    pthread_barrier_wait(&freed);
    for (unsigned i = 0; i < owners; i++)
        pthread_join(thread[i], NULL);
    printf("%d\n", BLOCKS);
    return 0;
}
