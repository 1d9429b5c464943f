/*
 * Every build flag of hakmem, each 0 or 1, with its default. Flags are set by the stanzas of
 * variants.ninja and tested with `if (HAK_X)`, so that disabled code still compiles.
 */
#ifndef HAK_CONFIG_H
#define HAK_CONFIG_H

/* Check every invariant of docs/allocator.md at each refill, flush and drain. Slow. */
#ifndef HAK_DEBUG
#define HAK_DEBUG 0
#endif

/* Define malloc, free and the rest of the C library's interface besides the hak_* names. 0 for
 * builds under sanitizers, which replace malloc themselves. */
#ifndef HAK_STANDARD_NAMES
#define HAK_STANDARD_NAMES 1
#endif

/* Stop the program at a free of what is not the start of a block, and at a free of the block that
 * was freed last. 0 only to measure what the checks cost; later checks at flush remain. */
#ifndef HAK_CHECK_FREE
#define HAK_CHECK_FREE 1
#endif

/* Plant a slowdown of HAK_PLANT_PPM millionths (a number, not a flag): see plant.h. Only for the
 * testbed's self-test. */
#ifndef HAK_PLANT
#define HAK_PLANT 0
#endif
#ifndef HAK_PLANT_PPM
#define HAK_PLANT_PPM 0
#endif

/* Only what serving memory needs: no learner, no helper thread, no reports at exit. The free checks
 * stay. The predecessor's base of comparisons. */
#ifndef HAKMEM_BENCH_MINIMAL
#define HAKMEM_BENCH_MINIMAL 0
#endif

/* Options and route are constants of the build; the environment is not read. */
#ifndef HAKMEM_FAST_PROFILE_FIXED
#define HAKMEM_FAST_PROFILE_FIXED 0
#endif

/* MID_V3 and POOL_V2 cannot be routed to, so that the compiler removes them: their sizes go through
 * Tiny and Pool v1. */
#ifndef HAKMEM_FAST_PROFILE_PRUNE_BACKENDS
#define HAKMEM_FAST_PROFILE_PRUNE_BACKENDS 0
#endif

/* Backends that the build contains. */
#ifndef HAK_HAS_MID_V3
#define HAK_HAS_MID_V3 (!HAKMEM_FAST_PROFILE_PRUNE_BACKENDS)
#endif
#ifndef HAK_HAS_POOL_V2
#define HAK_HAS_POOL_V2 (!HAKMEM_FAST_PROFILE_PRUNE_BACKENDS)
#endif

/* The learner, and the helper thread. */
#ifndef HAK_HAS_LEARNER
#define HAK_HAS_LEARNER (!HAKMEM_BENCH_MINIMAL)
#endif
#ifndef HAK_HAS_HELPER
#define HAK_HAS_HELPER (!HAKMEM_BENCH_MINIMAL)
#endif

#if !HAK_PLANT && HAK_PLANT_PPM != 0
#error "HAK_PLANT_PPM without HAK_PLANT=1 would plant nothing"
#endif

#if HAK_DEBUG && !HAK_CHECK_FREE
#error "HAK_DEBUG=1 needs HAK_CHECK_FREE=1: a debug build without free checks would prove nothing"
#endif

#if !defined(__linux__) || !defined(__GLIBC__)
#if !defined(__linux__)
#error "hakmem supports Linux only: it relies on futex, madvise and mremap"
#endif
#include <features.h>
#if !defined(__GLIBC__)
#error "hakmem supports glibc only: musl has no initial-exec TLS reserve for preloaded libraries"
#endif
#endif

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "hakmem supports x86-64 and aarch64 only: the address map assumes a 48-bit address space"
#endif

#endif
