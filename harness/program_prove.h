/*
 * Before the rounds of a real program: one run under every allocator that shows by the dynamic
 * linker's log that the library serves its malloc, warms the file caches, and tells how long a
 * sample takes. Takes the place of calibration.
 */
#ifndef PROGRAM_PROVE_H
#define PROGRAM_PROVE_H

#include "measure.h"
#include "program_run.h"

/* For the measure's run and runner; both are borrowed. */
cmp_program_runner_t *cmp_program_open(const cmp_measure_t *measure);
void cmp_program_close(cmp_program_runner_t *runner);

/* Proves every allocator, sets the paces and the number of rounds. False when it was abandoned. */
bool cmp_program_prove(cmp_measure_t *measure);

#endif
