/*
 * hakmem under a producer on one NUMA node and a consumer on another, in a guest. Two pairs work
 * against each other: blocks of each thread are freed by its partner on the other node, round after
 * round. At the end each thread holds its own blocks, and the kernel says (move_pages) on which
 * node their pages are. Prints per node how many per cent of them are on the thread's own. Linked
 * with the C library alone; hakmem is preloaded.
 *
 *     node_pools PU PU            one PU of each node
 *     node_pools migrate PU PU    one thread that goes from the first to the second: how many per
 *                                 cent of its blocks are on the second's node, when all are its old
 *                                 ones, and each time it has replaced as many as there are, at
 * random
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

static uint32_t random_next(uint32_t *random) {
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

static void fill_one(int side, size_t i, uint32_t *random) {
    size_t bytes = LEAST_BYTES + random_next(random) % (MOST_BYTES - LEAST_BYTES);
    blocks[side][i] = malloc(bytes);
    if (blocks[side][i] == NULL)
        abort();
    memset(blocks[side][i], 0x5a, bytes);
}

static void fill(int side, uint32_t *random) {
    for (size_t i = 0; i < BLOCKS; i++)
        fill_one(side, i, random);
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

/* Binds the calling thread; returns the PU's node. */
static unsigned bind(int pu) {
    unsigned here, node;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(pu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0 ||
        syscall(SYS_getcpu, &here, &node, NULL) != 0) {
        perror("cannot bind");
        exit(1);
    }
    return node;
}

static void *side_main(void *argument) {
    const int side = *(int *)argument;
    static count_t counts[SIDES];
    uint32_t random = 1 + (uint32_t)side;
    counts[side].node = bind(pus[side]);
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

static void share_print(const char *when, unsigned node) {
    count_t count = {.node = node};
    nodes_count(0, &count);
    printf("%s: %zu %% of the blocks on node %u\n", when, count.own * 100 / count.all, node);
}

/* Blocks are replaced one by one in random order: slabs do not become empty, as they do when a
 * thread frees all it has. */
static void migrate(int from, int to) {
    uint32_t random = 1;
    bind(from);
    fill(0, &random);
    const unsigned node = bind(to);
    share_print("migrated", node);
    for (int times = 1; times <= 8; times *= 2) {
        char when[32];
        for (size_t i = 0; i < (size_t)(times + 1) / 2 * BLOCKS; i++) {
            const size_t block = random_next(&random) % BLOCKS;
            free(blocks[0][block]);
            fill_one(0, block, &random);
        }
        snprintf(when, sizeof when, "replaced %d time%s", times, times == 1 ? "" : "s");
        share_print(when, node);
    }
}

int main(int argc, char **argv) {
    pthread_t threads[SIDES];
    int sides[SIDES];
    if (argc == 4 && strcmp(argv[1], "migrate") == 0) {
        migrate(atoi(argv[2]), atoi(argv[3]));
        return 0;
    }
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
