/* Recognizes the accesses themselves; between atomic_source.c and atomic_scan.c. */
#ifndef ATOMIC_SCAN_H
#define ATOMIC_SCAN_H

#include "atomic_source.h"

/* Fills wrappers and accesses, and adds findings of accesses whose order is not stated or that go
 * past the counter macros. */
void cmp_atomic_scan(cmp_atomic_source_t *source);

#endif
