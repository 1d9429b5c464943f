/*
 * `compare doctor --self-test`: does the testbed tell truth from noise on this machine? Drives the
 * public `compare ab` as a user would, so everything between command line and verdict is under
 * test.
 */
#ifndef SELF_TEST_H
#define SELF_TEST_H

#include <stdbool.h>

typedef struct cmp_self_test {
    bool full; /* 200 comparisons of equal sides and ten of each planted slowdown: half an hour */
    const char *output; /* results folder of the comparisons; NULL: the default */
    const char *json;   /* file for the raw results; NULL: none */
} cmp_self_test_t;

/* Runs it and prints its table. Returns enum cmp_exit: 1 when a claim of docs/method.md failed. */
int cmp_self_test_run(const cmp_self_test_t *test);

#endif
