/*
 * A planted slowdown of known size, to prove that the testbed finds it (compare doctor
 * --self-test). Compiled in by HAK_PLANT=1 only. Every PLANT_PERIODth malloc of a thread looks how
 * many cycles have passed since the last such call and spends HAK_PLANT_PPM millionths of them in a
 * loop: the thread becomes slower by exactly that share whatever the workload, by the cycle counter
 * and not by the estimator that is under test. With HAK_PLANT_PPM=0 the same code runs and spends
 * nothing: the base to compare with. With HAK_PLANT_LAYOUT whether it is spent depends on where the
 * linker puts a function: an effect of one layout alone, which must not be taken for one of code.
 *
 * The same builds have a function that nothing reaches, hak_plant_idle; HAK_PLANT_IDLE=1 changes
 * it. The testbed must call that change INACTIVE.
 */
#ifndef HAK_PLANT_H
#define HAK_PLANT_H

#include <stdint.h>

#include "allocator/config.h"

/* [owner] calls until the next look */
extern _Thread_local uint32_t hak_plant_left __attribute__((tls_model("initial-exec")));

/* [const] millionths of its time that a thread spends */
extern const volatile uint64_t hak_plant_ppm;

void hak_plant_spend(void);

/* [const] 0; what would have to be another value for hak_plant_idle to run */
extern const volatile uint64_t hak_plant_reach;

/* Never runs. */
uint64_t hak_plant_idle(uint64_t value);

static inline void hak_plant_step(void) {
    if (HAK_PLANT && --hak_plant_left == 0)
        hak_plant_spend();
}

#endif
