/*
 * Locked and fenced instructions of a build of hakmem, each explained by an access of the source:
 * what the compiler's line table says of its address, inlined calls included.
 */
#ifndef ATOMIC_BINARY_H
#define ATOMIC_BINARY_H

#include "atomic_source.h"
#include "audit.h"

typedef struct cmp_locked_function {
    char *name;
    unsigned locked, fences;
    unsigned telemetry; /* of both: those of counters */
} cmp_locked_function_t;

typedef struct cmp_locked_build {
    const cmp_audit_build_t *build;
    cmp_locked_function_t *functions; /* those with any, and the hot paths; by name */
    size_t function_count;
    unsigned locked, fences;         /* sums */
    unsigned correctness, telemetry; /* of both: explained by accesses of that kind */
    unsigned merged; /* made from several accesses that the compiler merged: no line of their own */
    unsigned unexplained;
    unsigned telemetry_symbols; /* counters' arrays in its symbol table */
    char *boxes;                /* boxes that it says it counts: "REMOTE LANE"; "" */
} cmp_locked_build_t;

/* Reads a build; what breaks a rule is added to `findings`. False with a message. */
bool cmp_locked_build_read(const cmp_atomic_source_t *source, const cmp_audit_build_t *build,
                           const char *worker, cmp_locked_build_t *result, cmp_findings_t *findings,
                           char *error, size_t error_bytes);
void cmp_locked_build_free(cmp_locked_build_t *build);

/* True for functions that serve most calls of malloc and free, and must not lock. */
bool cmp_is_hot_function(const char *name);

#endif
