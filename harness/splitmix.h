/*
 * Random numbers of the harness: orders, layouts, simulations. Everything follows from a 64-bit
 * state, so that it can be repeated.
 */
#ifndef SPLITMIX_H
#define SPLITMIX_H

#include <math.h>
#include <stdint.h>

/* One step of a well mixed sequence from any state (SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
 */
static inline uint64_t cmp_random_next(uint64_t *state) {
    uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* Uniform in (0, 1). */
static inline double cmp_random_uniform(uint64_t *state) {
    return ((double)(cmp_random_next(state) >> 11) + 0.5) * 0x1p-53;
}

/* Standard normal (Box and Muller, Ann. Math. Statist. 29(2), 1958). */
static inline double cmp_random_normal(uint64_t *state) {
    const double radius = sqrt(-2 * log(cmp_random_uniform(state)));
    return radius * cos(2 * M_PI * cmp_random_uniform(state));
}

#endif
