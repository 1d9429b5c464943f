/*
 * Time stamps: choice of the source, calibration, overhead. Called by the worker's main thread
 * before READY, when time stamps are asked for. Allocates nothing. No locks.
 *
 * The counter is used where the processor says that its rate is constant in all power states
 * (invariant TSC; the counter of aarch64 always is) and the kernel has not given it up: a kernel
 * that saw the TSCs of PUs drift apart switches its own clock to another device.
 */
#include "worker_timer.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum {
    CALIBRATION_NS = 10000000,
    PAIR_ATTEMPTS = 32,
    OVERHEAD_PAIRS = 511, /* odd, so that one of them is the median */
    STEP_STRETCHES = 512, /* of different length */
    STEP_LIMIT_NS = 4096  /* longer ones were disturbed */
};

static uint64_t clock_ns(void) {
    static const wl_timer_t clock = {.source = WL_TIMER_CLOCK};
    return wl_timer_ticks(&clock);
}

/* ---------------------------------------------------------------------------------- source */

#if defined(__x86_64__)
/* False when the kernel keeps its time by a device other than the TSC. The clocks of hypervisors
 * are computed from the TSC. */
static bool kernel_trusts_tsc(void) {
    static const char *const based_on_tsc[] = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page",
                                               "xen"};
    char name[64] = "";
    int fd = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                  O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return true; /* hidden in some containers */
    ssize_t got = read(fd, name, sizeof name - 1);
    close(fd);
    name[got > 0 ? strcspn(name, "\n") : 0] = '\0';
    for (size_t i = 0; i < sizeof based_on_tsc / sizeof based_on_tsc[0]; i++)
        if (strcmp(name, based_on_tsc[i]) == 0)
            return true;
    return false;
}
#endif

static enum wl_timer_source source_choose(void) {
#if defined(__x86_64__)
    unsigned eax, ebx, ecx, edx = 0;
    const unsigned invariant_tsc = 1u << 8;
    if (__get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) && (edx & invariant_tsc) != 0 &&
        kernel_trusts_tsc())
        return WL_TIMER_TSC;
#elif defined(__aarch64__)
    return WL_TIMER_CNTVCT;
#endif
    return WL_TIMER_CLOCK;
}

const char *wl_timer_name(enum wl_timer_source source) {
    static const char *const names[] = {[WL_TIMER_NONE] = "none",
                                        [WL_TIMER_CLOCK] = "clock_gettime",
                                        [WL_TIMER_TSC] = "rdtsc",
                                        [WL_TIMER_CNTVCT] = "cntvct_el0"};
    return (size_t)source < sizeof names / sizeof names[0] ? names[source] : names[WL_TIMER_NONE];
}

/* ---------------------------------------------------------------------------------- calibration */

/* Counter and clock at the same moment: of several readings the one that took least time. */
static void pair_read(const wl_timer_t *timer, uint64_t *ticks, uint64_t *ns) {
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < PAIR_ATTEMPTS; i++) {
        uint64_t before = clock_ns(), now = wl_timer_ticks(timer), after = clock_ns();
        if (after - before >= least)
            continue;
        least = after - before;
        *ticks = now;
        *ns = before + least / 2;
    }
}

/* The values that short stretches of different length take lie on the counter's grid: its step is
 * the median distance of neighbours, since rounding makes some too near. */
static double step_measure(const wl_timer_t *timer) {
    bool seen[STEP_LIMIT_NS] = {false};
    uint32_t distances[STEP_LIMIT_NS] = {0}, total = 0, passed = 0;
    for (uint32_t i = 0; i < STEP_STRETCHES; i++) {
        uint64_t start = wl_timer_ticks(timer);
        for (uint32_t work = 0; work < i; work++)
            __asm__ volatile("" : : : "memory");
        uint64_t ns = wl_timer_ns(timer, wl_timer_ticks(timer) - start);
        if (ns < STEP_LIMIT_NS)
            seen[ns] = true;
    }
    for (uint32_t ns = 0, last = STEP_LIMIT_NS; ns < STEP_LIMIT_NS; ns++) {
        if (!seen[ns])
            continue;
        if (last != STEP_LIMIT_NS) {
            distances[ns - last]++;
            total++;
        }
        last = ns;
    }
    for (uint32_t distance = 1; distance < STEP_LIMIT_NS; distance++) {
        passed += distances[distance];
        if (passed * 2 > total)
            return distance;
    }
    return 1;
}

void wl_timer_open(wl_timer_t *timer) {
    uint64_t start_ticks = 0, start_ns = 0, end_ticks = 0, end_ns = 0;
    *timer = (wl_timer_t){.source = source_choose(), .tick_ns_32 = (uint64_t)1 << 32};
    if (timer->source != WL_TIMER_CLOCK) {
        pair_read(timer, &start_ticks, &start_ns);
        nanosleep(&(struct timespec){.tv_nsec = CALIBRATION_NS}, NULL);
        pair_read(timer, &end_ticks, &end_ns);
        if (end_ticks > start_ticks && end_ns > start_ns)
            timer->tick_ns_32 =
                (uint64_t)(((__uint128_t)(end_ns - start_ns) << 32) / (end_ticks - start_ticks));
        else
            timer->source = WL_TIMER_CLOCK; /* it stands still */
    }
    timer->step_ns = step_measure(timer);
}

uint64_t wl_timer_from_ns(const wl_timer_t *timer, uint64_t ns) {
    return (uint64_t)(((__uint128_t)ns << 32) / timer->tick_ns_32);
}

/* ---------------------------------------------------------------------------------- overhead */

wl_timer_overhead_t wl_timer_overhead(const wl_timer_t *timer) {
    uint64_t pairs[OVERHEAD_PAIRS];
    for (int i = 0; i < OVERHEAD_PAIRS; i++) {
        uint64_t start = wl_timer_ticks(timer);
        uint64_t ticks = wl_timer_ticks(timer) - start;
        /* By insertion: the C library's qsort may allocate. */
        int place = i;
        for (; place > 0 && pairs[place - 1] > ticks; place--)
            pairs[place] = pairs[place - 1];
        pairs[place] = ticks;
    }
    return (wl_timer_overhead_t){.median = pairs[OVERHEAD_PAIRS / 2], .least = pairs[0]};
}
