/*
 * Pseudo-random numbers of the workloads: wyrand (Wang Yi, public domain), one 64-bit word of
 * state, a multiplication per number. Any thread, on state of its own. Numbers are mapped to ranges
 * by multiply and shift (D. Lemire, Fast random integer generation in an interval, 2019, without
 * the rejection step: for the ranges used here the bias is below 2^-10).
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

static inline uint64_t wl_random(uint64_t *state) {
    *state += 0xa0761d6478bd642fu;
    __uint128_t product = (__uint128_t)*state * (*state ^ 0xe7037ed1a0b428dbu);
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* 32 random bits to 0 .. range-1. */
static inline uint64_t wl_random_below(uint32_t bits, uint64_t range) {
    return ((uint64_t)bits * range) >> 32;
}

/*
 * A skewed size, min .. max: uniform within a doubling of min, each doubling half as likely as the
 * one below it, so that about min / x of the sizes are above x (a Pareto distribution of exponent
 * 1, cut off at max). What would be beyond max falls into the lowest doubling.
 */
static inline uint64_t wl_random_skewed(uint64_t number, uint64_t min, uint64_t max) {
    unsigned doubling = (unsigned)__builtin_ctz((uint32_t)number | 1u << 31);
    uint64_t low = min << doubling;
    low = low <= max ? low : min;
    uint64_t high = 2 * low - 1 < max ? 2 * low - 1 : max;
    return low + wl_random_below((uint32_t)(number >> 32), high - low + 1);
}

/* The start of an independent sequence: `stream` tells apart the sequences of one seed. */
static inline uint64_t wl_random_seed(uint64_t seed, uint64_t stream) {
    uint64_t state = seed * 0x9e3779b97f4a7c15u + stream;
    wl_random(&state);
    return wl_random(&state);
}

#endif
