/*
 * The self-test's parts about code: a change that never runs, and an effect of one code layout.
 * Both drive `compare ab` as a user would, on builds whose truth is known (plant.h). See
 * docs/method.md.
 */
#ifndef SELF_TEST_CODE_H
#define SELF_TEST_CODE_H

#include <jansson.h>
#include <stdbool.h>

#include "self_test.h"

/* Runs them and prints a line each. Their results are appended to `results`, an array. False when
 * one of them does not hold, or `ab` failed. */
bool cmp_self_test_code(const cmp_self_test_t *test, json_t *results);

#endif
