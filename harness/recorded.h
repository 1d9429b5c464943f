/* A recorded run with its report, as it was when it was measured. */
#ifndef RECORDED_H
#define RECORDED_H

#include "report.h"
#include "store.h"

typedef struct cmp_recorded {
    cmp_run_t run;
    cmp_report_t report; /* borrows the run: do not move it */
} cmp_recorded_t;

/* Reads the run and derives its figures, with the noise floors of earlier runs of its kind on its
 * machine. False with a message; nothing is to be freed then. */
bool cmp_recorded_load(cmp_recorded_t *recorded, cmp_store_t *store, const char *uuid, char *error,
                       size_t error_bytes);
void cmp_recorded_free(cmp_recorded_t *recorded);

/* True for a run of `compare ab`, and of `compare scale`. */
bool cmp_recorded_is_ab(const cmp_run_t *run);
bool cmp_recorded_is_scale(const cmp_run_t *run);

#endif
