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

#if HAK_PLANT_LAYOUT
/* An effect of code layout alone: the slowdown is spent where the linker has put hak_plant_anchor
 * at the beginning of a cache line. In the library as it is built the bytes before it decide; in
 * a shuffled one they lie elsewhere, and it is chance. */
#define PLANT_TEXT_(number) #number
#define PLANT_TEXT(number)  PLANT_TEXT_(number)
#define PLANT_LEAD          ".zero " PLANT_TEXT(HAK_PLANT_LAYOUT) "\n"
__asm__(".pushsection .text.hak_plant_lead,\"ax\",%progbits\n"
        ".balign 64\n" PLANT_LEAD ".popsection\n"
        ".pushsection .text.hak_plant_anchor,\"ax\",%progbits\n"
        ".balign 16\n"
        ".globl hak_plant_anchor\n"
        ".hidden hak_plant_anchor\n"
        "hak_plant_anchor:\n"
        ".zero 16\n"
        ".popsection\n");
extern const char hak_plant_anchor[] __attribute__((visibility("hidden")));

static uint64_t plant_ppm(void) {
    return ((uintptr_t)hak_plant_anchor & 63) == 0 ? hak_plant_ppm : 0;
}
#else
static uint64_t plant_ppm(void) {
    return hak_plant_ppm;
}
#endif

HAK_NOINLINE void hak_plant_spend(void) {
    uint64_t now = cycles_now();
    uint64_t gap = now - plant_last_cycles;
    hak_plant_left = PLANT_PERIOD;
    if (plant_last_cycles != 0 && gap < PLANT_GAP_CYCLES_MAX) {
        uint64_t until = now + gap * plant_ppm() / 1000000u;
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
