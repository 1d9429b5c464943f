/*
 * One NUMA node, whatever the machine has: the allocator asks getcpu, and gets this one. For tests
 * of what depends on a thread staying where its heap is.
 */
#ifndef TEST_ONE_NODE_H
#define TEST_ONE_NODE_H

#include <sched.h>

int getcpu(unsigned *cpu, unsigned *node) {
    *cpu = *node = 0;
    return 0;
}

#endif
