/* Proof that the allocator under test, and no other library, serves the worker's malloc. */
#ifndef PROOF_H
#define PROOF_H

#include <sys/types.h>

#include "model.h"
#include "../workloads/worker_control.h"

/*
 * Checks the proof of a worker in state READY against its memory map: malloc's address must lie in
 * the very file `library` (the fresh copy, by path and inode), or in the C library when it is NULL,
 * and the rest of the interface in the same object. CMP_OK, or a failure with a reason in `reason`.
 */
cmp_failure_t cmp_proof_check(pid_t pid, const wl_control_t *control, const char *library,
                              char *reason, size_t reason_bytes);

/* Holds what a library says of itself (hak_configuration) against what is expected of this
 * allocator's: CMP_OK, or a failure that names the first word that differs, and the remedy. */
cmp_failure_t cmp_proof_configuration(const cmp_allocator_t *allocator, const char *configuration,
                                      char *reason, size_t reason_bytes);

#endif
