/*
 * The planted slowdown: see plant.h. Runs in the thread that it slows; shares nothing.
 */
#include "allocator/plant.h"

#include "allocator/os.h"

/* Long enough that the counter's step and the cost of reading it are a small part of what is spent.
 */
#define PLANT_PERIOD 4096u
/* Longer gaps were spent off the processor or outside the allocator: they are not the workload's.
 */
#define PLANT_GAP_CYCLES_MAX 10000000u

/* Data, not a constant in the code: builds that differ in their slowdown are the same to the byte
 * in everything that runs, so that no difference of code layout is taken for the planted one. */
const volatile uint64_t hak_plant_ppm = HAK_PLANT_PPM;

_Thread_local uint32_t hak_plant_left = PLANT_PERIOD;
static _Thread_local uint64_t plant_last_cycles __attribute__((tls_model("initial-exec")));

static uint64_t cycles_now(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#endif
}

HAK_NOINLINE void hak_plant_spend(void) {
    uint64_t now = cycles_now();
    uint64_t gap = now - plant_last_cycles;
    hak_plant_left = PLANT_PERIOD;
    if (plant_last_cycles != 0 && gap < PLANT_GAP_CYCLES_MAX) {
        uint64_t until = now + gap * hak_plant_ppm / 1000000u;
        while (cycles_now() < until)
            continue;
    }
    plant_last_cycles = cycles_now();
}

/* Volatile: the compiler must not know that the call is never made. */
const volatile uint64_t hak_plant_reach = 0;

HAK_NOINLINE uint64_t hak_plant_idle(uint64_t value) {
    return HAK_PLANT_IDLE ? (value ^ (value >> 7)) * 31u : value + 1;
}
