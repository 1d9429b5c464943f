/*
 * Every build flag of hakmem, each 0 or 1 unless its help says otherwise, with its default. Flags
 * are set by the stanzas of variants.ninja and tested with `if (HAK_X)`, so that disabled code
 * still compiles.
 */
#ifndef HAK_CONFIG_H
#define HAK_CONFIG_H

/* X(flag, help). docs/options.md is made from this table; hak_configuration tells the values. */
#define HAK_BUILD_FLAGS(X)                                                                         \
    X(HAK_DEBUG,                                                                                   \
      "check the invariants of lanes, slabs and the pool at each refill, flush and drain; slow")   \
    X(HAK_STANDARD_NAMES,                                                                          \
      "define malloc, free and the rest of the C library's interface besides the hak_* "           \
      "names; 0 for builds under sanitizers, which replace malloc themselves")                     \
    X(HAK_CHECK_FREE,                                                                              \
      "stop the program at a free of the block that was freed last; 0 only to measure what "       \
      "this check costs: that a block may start there is what free finds its lane by, and the "    \
      "later checks, when a block comes back to its slab, remain")                                 \
    X(HAK_ADVANCE_IN_PLACE,                                                                        \
      "on x86-64 the hot paths move a lane's top by one instruction on memory; 0 only to "         \
      "measure what that is worth")                                                                \
    X(HAKMEM_BENCH_MINIMAL,                                                                        \
      "only what serving memory needs: no learner, no helper thread, nothing at exit; the "        \
      "free checks stay. The predecessor's base of comparisons")                                   \
    X(HAKMEM_FAST_PROFILE_FIXED,                                                                   \
      "options and route are constants of the build; the environment is not read")                 \
    X(HAKMEM_FAST_PROFILE_PRUNE_BACKENDS,                                                          \
      "MID_V3 and POOL_V2 cannot be routed to, so that the compiler removes them: their "          \
      "sizes go through Tiny and Pool v1")                                                         \
    X(HAK_HAS_MID_V3, "contain the backend MID_V3")                                                \
    X(HAK_HAS_POOL_V2, "contain the backend POOL_V2 (Pool HotBox v2)")                             \
    X(HAK_HAS_LEARNER, "contain the learner")                                                      \
    X(HAK_HAS_HELPER, "contain the helper thread")                                                 \
    X(HAK_HAS_REPORTS, "contain what is printed at exit")                                          \
    X(HAKMEM_STATS_COMPILED, "count in every box: the default of the flags below")                 \
    X(HAKMEM_FRONT_STATS_COMPILED, "compile the counters of calls of the interface in")            \
    X(HAKMEM_CLASS_STATS_COMPILED, "compile the counters of size classes in")                      \
    X(HAKMEM_FREE_SUPERSLAB_STATS_COMPILED,                                                        \
      "compile the counters of free's look-ups of superslabs in")                                  \
    X(HAKMEM_LANE_STATS_COMPILED, "compile the counters of lanes in")                              \
    X(HAKMEM_TINY_STATS_COMPILED, "compile the counters of the backend tiny in")                   \
    X(HAKMEM_MID_V3_STATS_COMPILED, "compile the counters of the backend mid_v3 in")               \
    X(HAKMEM_POOL_V1_STATS_COMPILED, "compile the counters of the backend pool_v1 in")             \
    X(HAKMEM_POOL_HOTBOX_V2_STATS_COMPILED,                                                        \
      "compile the counters of the backend pool_v2, by class in")                                  \
    X(HAKMEM_SUPERSLAB_OS_STATS_COMPILED,                                                          \
      "compile the counters of what superslabs ask of the operating system in")                    \
    X(HAKMEM_SHARED_POOL_STATS_COMPILED, "compile the counters of the pool of units in")           \
    X(HAKMEM_REMOTE_STATS_COMPILED, "compile the counters of the remote target queue in")          \
    X(HAKMEM_SPILL_STATS_COMPILED, "compile the counters of spills in")                            \
    X(HAKMEM_LEARNER_STATS_COMPILED, "compile the counters of the learner in")                     \
    X(HAKMEM_LARGE_STATS_COMPILED, "compile the counters of medium and large blocks in")           \
    X(HAKMEM_HEAP_STATS_COMPILED, "compile the counters of heaps in")                              \
    X(HAKMEM_DIAGNOSTICS_STATS_COMPILED, "compile the counters of what is out of the ordinary in") \
    X(HAK_MID_V3_CLASSES, "a number, not a flag: what HAKMEM_MID_V3_CLASSES is unless set")        \
    X(HAK_POOL_V2_CLASSES, "a number, not a flag: what HAKMEM_POOL_V2_CLASSES is unless set")      \
    X(HAK_PLANT, "plant a slowdown: plant.h; only for the testbed's self-test")                    \
    X(HAK_PLANT_PPM, "a number, not a flag: millionths of its time that a thread is slowed down "  \
                     "by")                                                                         \
    X(HAK_PLANT_IDLE, "with HAK_PLANT: another body for the function that never runs")             \
    X(HAK_PLANT_LAYOUT, "a number, not a flag: bytes before the function whose place decides "     \
                        "whether the slowdown is spent; 0: it always is")

/* Their defaults. */
#ifndef HAK_DEBUG
#define HAK_DEBUG 0
#endif
#ifndef HAK_STANDARD_NAMES
#define HAK_STANDARD_NAMES 1
#endif
#ifndef HAK_CHECK_FREE
#define HAK_CHECK_FREE 1
#endif
#ifndef HAK_ADVANCE_IN_PLACE
#define HAK_ADVANCE_IN_PLACE 1
#endif
#ifndef HAKMEM_BENCH_MINIMAL
#define HAKMEM_BENCH_MINIMAL 0
#endif
#ifndef HAKMEM_FAST_PROFILE_FIXED
#define HAKMEM_FAST_PROFILE_FIXED 0
#endif
#ifndef HAKMEM_FAST_PROFILE_PRUNE_BACKENDS
#define HAKMEM_FAST_PROFILE_PRUNE_BACKENDS 0
#endif
#ifndef HAK_HAS_MID_V3
#define HAK_HAS_MID_V3 (!HAKMEM_FAST_PROFILE_PRUNE_BACKENDS)
#endif
#ifndef HAK_HAS_POOL_V2
#define HAK_HAS_POOL_V2 (!HAKMEM_FAST_PROFILE_PRUNE_BACKENDS)
#endif
#ifndef HAK_HAS_LEARNER
#define HAK_HAS_LEARNER (!HAKMEM_BENCH_MINIMAL)
#endif
#ifndef HAK_HAS_HELPER
#define HAK_HAS_HELPER (!HAKMEM_BENCH_MINIMAL)
#endif
#ifndef HAK_HAS_REPORTS
#define HAK_HAS_REPORTS (!HAKMEM_BENCH_MINIMAL)
#endif
#ifndef HAKMEM_STATS_COMPILED
#define HAKMEM_STATS_COMPILED 0
#endif
#ifndef HAKMEM_FRONT_STATS_COMPILED
#define HAKMEM_FRONT_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_CLASS_STATS_COMPILED
#define HAKMEM_CLASS_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_FREE_SUPERSLAB_STATS_COMPILED
#define HAKMEM_FREE_SUPERSLAB_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_LANE_STATS_COMPILED
#define HAKMEM_LANE_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_TINY_STATS_COMPILED
#define HAKMEM_TINY_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_MID_V3_STATS_COMPILED
#define HAKMEM_MID_V3_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_POOL_V1_STATS_COMPILED
#define HAKMEM_POOL_V1_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_POOL_HOTBOX_V2_STATS_COMPILED
#define HAKMEM_POOL_HOTBOX_V2_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_SUPERSLAB_OS_STATS_COMPILED
#define HAKMEM_SUPERSLAB_OS_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_SHARED_POOL_STATS_COMPILED
#define HAKMEM_SHARED_POOL_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_REMOTE_STATS_COMPILED
#define HAKMEM_REMOTE_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_SPILL_STATS_COMPILED
#define HAKMEM_SPILL_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_LEARNER_STATS_COMPILED
#define HAKMEM_LEARNER_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_LARGE_STATS_COMPILED
#define HAKMEM_LARGE_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_HEAP_STATS_COMPILED
#define HAKMEM_HEAP_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAKMEM_DIAGNOSTICS_STATS_COMPILED
#define HAKMEM_DIAGNOSTICS_STATS_COMPILED HAKMEM_STATS_COMPILED
#endif
#ifndef HAK_MID_V3_CLASSES
#define HAK_MID_V3_CLASSES 0xffff
#endif
#ifndef HAK_POOL_V2_CLASSES
#define HAK_POOL_V2_CLASSES 0x7f
#endif
#ifndef HAK_PLANT
#define HAK_PLANT 0
#endif
#ifndef HAK_PLANT_PPM
#define HAK_PLANT_PPM 0
#endif
#ifndef HAK_PLANT_IDLE
#define HAK_PLANT_IDLE 0
#endif

#ifndef HAK_PLANT_LAYOUT
#define HAK_PLANT_LAYOUT 0
#endif

#if !HAK_PLANT && (HAK_PLANT_PPM != 0 || HAK_PLANT_LAYOUT != 0)
#error "HAK_PLANT_PPM and HAK_PLANT_LAYOUT without HAK_PLANT=1 would plant nothing"
#endif
#if !HAK_PLANT && HAK_PLANT_IDLE
#error "HAK_PLANT_IDLE without HAK_PLANT=1 would plant nothing"
#endif

#if HAK_DEBUG && !HAK_CHECK_FREE
#error "HAK_DEBUG=1 needs HAK_CHECK_FREE=1: a debug build without this check would prove nothing"
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
