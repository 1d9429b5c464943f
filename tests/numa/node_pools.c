/*
 * hakmem under a producer on one NUMA node and a consumer on another, in a guest. Two pairs work
 * against each other: blocks of each thread are freed by its partner on the other node, round after
 * round. At the end each thread holds its own blocks, and the kernel says (move_pages) on which
 * node their pages are. Prints per node how many per cent of them are on the thread's own. Linked
 * with the C library alone; hakmem is preloaded.
 *
 *     node_pools PU PU       one PU of each node
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIDES = 2, BLOCKS = 6000, ROUNDS = 20, LEAST_BYTES = 64, MOST_BYTES = 1500 };

static char *blocks[SIDES][BLOCKS]; /* made by side, freed by the other */
static pthread_barrier_t barrier;
static int pus[SIDES];

typedef struct count {
    size_t own, all; /* blocks */
    unsigned node;
} count_t;

static void fill(int side, uint32_t *random) {
    for (size_t i = 0; i < BLOCKS; i++) {
        *random = *random * 1664525u + 1013904223u;
        size_t bytes = LEAST_BYTES + (*random >> 8) % (MOST_BYTES - LEAST_BYTES);
        blocks[side][i] = malloc(bytes);
        if (blocks[side][i] == NULL)
            abort();
        memset(blocks[side][i], 0x5a, bytes);
    }
}

/* Nodes of the pages that hold the last bytes of the blocks' first lines. */
static void nodes_count(int side, count_t *count) {
    static __thread void *pages[BLOCKS];
    static __thread int nodes[BLOCKS];
    const uintptr_t mask = ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    for (size_t i = 0; i < BLOCKS; i++)
        pages[i] = (void *)((uintptr_t)blocks[side][i] & mask);
    if (syscall(SYS_move_pages, 0, (unsigned long)BLOCKS, pages, NULL, nodes, 0) != 0) {
        perror("move_pages");
        exit(1);
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        if (nodes[i] < 0) {
            fprintf(stderr, "page of a block has no node: %d\n", nodes[i]);
            exit(1);
        }
        count->all++;
        count->own += (unsigned)nodes[i] == count->node;
    }
}

static void *side_main(void *argument) {
    const int side = *(int *)argument;
    static count_t counts[SIDES];
    unsigned pu;
    uint32_t random = 1 + (uint32_t)side;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(pus[side], &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0 ||
        syscall(SYS_getcpu, &pu, &counts[side].node, NULL) != 0) {
        perror("cannot bind");
        exit(1);
    }
    for (int round = 0; round < ROUNDS; round++) {
        fill(side, &random);
        pthread_barrier_wait(&barrier); /* both sides have made theirs */
        for (size_t i = 0; i < BLOCKS; i++)
            free(blocks[1 - side][i]);
        pthread_barrier_wait(&barrier);
    }
    fill(side, &random);
    nodes_count(side, &counts[side]);
    pthread_barrier_wait(&barrier);
    return &counts[side];
}

int main(int argc, char **argv) {
    pthread_t threads[SIDES];
    int sides[SIDES];
    if (argc != 3)
        return 2;
    pthread_barrier_init(&barrier, NULL, SIDES);
    for (int i = 0; i < SIDES; i++) {
        pus[i] = atoi(argv[i + 1]);
        sides[i] = i;
        if (pthread_create(&threads[i], NULL, side_main, &sides[i]) != 0)
            return 1;
    }
    for (int i = 0; i < SIDES; i++) {
        void *result;
        pthread_join(threads[i], &result);
        const count_t *count = result;
        printf("node %u: %zu %% of the blocks of its thread\n", count->node,
               count->own * 100 / count->all);
    }
    return 0;
}
