/* One atomic operation in C source: which, on what, in which order. Used by atomic_scan.c. */
#ifndef ATOMIC_OPERATION_H
#define ATOMIC_OPERATION_H

#include "atomic_source.h"

enum { CMP_C_ARGUMENTS = 8 };

/* A call of a function or macro. */
typedef struct cmp_c_call {
    size_t close, count; /* the closing bracket; arguments, as many as fit */
    cmp_c_expression_t argument[CMP_C_ARGUMENTS];
} cmp_c_call_t;

/* Reads NAME(...) whose name is at a token; false when no bracket follows or it never closes. */
bool cmp_c_call_read(const cmp_c_file_t *file, size_t file_index, size_t name, cmp_c_call_t *call);

typedef struct cmp_operation {
    cmp_c_call_t call;
    char *name, *order;
    size_t object; /* argument that is accessed; CMP_C_NONE: a fence, which has none */
    bool stated;   /* its order is written there */
    const cmp_wrapper_t *wrapper; /* the macro that makes it; NULL */
} cmp_operation_t;

/* The operation, or a macro of source->wrappers, that a token begins; release it with
 * cmp_operation_free. */
bool cmp_operation_at(const cmp_atomic_source_t *source, size_t file_index, size_t token,
                      cmp_operation_t *operation);
void cmp_operation_free(cmp_operation_t *operation);

/* CMP_ORDER_* of an operation in that order. */
unsigned cmp_operation_sides(const char *name, const char *order);

/* True when machines need a locked instruction, or a fence, for it. */
bool cmp_operation_locks(const char *name, const char *order);

#endif
