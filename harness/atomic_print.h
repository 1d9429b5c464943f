/* The audit of atomics as text and as JSON. */
#ifndef ATOMIC_PRINT_H
#define ATOMIC_PRINT_H

#include <jansson.h>

#include "atomic_binary.h"

/* What is shown of source and builds. */
typedef struct cmp_atomic_view {
    const cmp_atomic_source_t *source;
    bool *file_wanted;    /* by number of the source's file */
    const char *function; /* NULL: all */
    cmp_locked_build_t *builds;
    size_t build_count;
    cmp_findings_t build_findings;
} cmp_atomic_view_t;

/* What --file and --function leave. With --file, findings of builds stay: they are of machine code.
 */
bool cmp_atomic_access_shown(const cmp_atomic_view_t *view, const cmp_access_t *access);
bool cmp_atomic_function_shown(const cmp_atomic_view_t *view, const char *name);
bool cmp_atomic_finding_shown(const cmp_atomic_view_t *view, const cmp_finding_t *finding);

/* Findings that are shown: those of the wanted files, and of all builds. */
size_t cmp_atomic_findings(const cmp_atomic_view_t *view);

/* Prints to stdout. */
void cmp_atomic_print(const cmp_atomic_view_t *view);

/* {"audit": "atomics", "accesses": [...], "variants": [...], "findings": [...]} */
json_t *cmp_atomic_json(const cmp_atomic_view_t *view);

#endif
