/*
 * Time stamps that are cheap enough for single calls of malloc and free. The counter of the PU
 * where it runs at a constant rate, else CLOCK_MONOTONIC; calibrated against that clock. Any
 * thread; a wl_timer_t is constant once opened. See worker_timer.c.
 */
#ifndef WORKER_TIMER_H
#define WORKER_TIMER_H

#include <stdint.h>
#include <time.h>

enum wl_timer_source {
    WL_TIMER_NONE,  /* no time stamps were taken */
    WL_TIMER_CLOCK, /* clock_gettime(CLOCK_MONOTONIC); a tick is a nanosecond */
    WL_TIMER_TSC,   /* x86-64: rdtsc between two lfence */
    WL_TIMER_CNTVCT /* aarch64: cntvct_el0 between two isb */
};

typedef struct wl_timer {
    enum wl_timer_source source; /* [const] */
    uint64_t tick_ns_32;         /* [const] nanoseconds per tick, times 2^32 */
    double step_ns;              /* [const] distance of two values that it can tell apart */
} wl_timer_t;

/* What a pair of time stamps with nothing between them shows, in ticks. */
typedef struct wl_timer_overhead {
    uint64_t median, least;
} wl_timer_overhead_t;

/*
 * Ticks now. What the program does before has happened, what it does after has not begun: the
 * fences keep the processor from moving the call out from between two stamps.
 */
static inline __attribute__((always_inline)) uint64_t wl_timer_ticks(const wl_timer_t *timer) {
#if defined(__x86_64__)
    if (__builtin_expect(timer->source == WL_TIMER_TSC, 1)) {
        __builtin_ia32_lfence();
        uint64_t ticks = __builtin_ia32_rdtsc();
        __builtin_ia32_lfence();
        return ticks;
    }
#elif defined(__aarch64__)
    if (__builtin_expect(timer->source == WL_TIMER_CNTVCT, 1)) {
        uint64_t ticks;
        __asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks) : : "memory");
        return ticks;
    }
#endif
    (void)timer;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Ticks as whole nanoseconds, rounded to the nearest. */
static inline uint64_t wl_timer_ns(const wl_timer_t *timer, uint64_t ticks) {
    return (uint64_t)(((__uint128_t)ticks * timer->tick_ns_32 + ((uint64_t)1 << 31)) >> 32);
}

/* The inverse, rounded down. */
uint64_t wl_timer_from_ns(const wl_timer_t *timer, uint64_t ns);

/* Chooses a source and calibrates it, which takes 10 ms. */
void wl_timer_open(wl_timer_t *timer);

/* Measures what a pair of stamps costs on the PU that the calling thread runs on. */
wl_timer_overhead_t wl_timer_overhead(const wl_timer_t *timer);

/* "rdtsc", "cntvct_el0", "clock_gettime"; "none". */
const char *wl_timer_name(enum wl_timer_source source);

#endif
