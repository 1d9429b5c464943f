/*
 * Every atomic access in the allocator's source: what it is on, in which order, whether it carries
 * flow control (correctness) or observes (telemetry), and with which other accesses it pairs. The
 * rules are those of docs/method.md, section Audits; what breaks one is a finding.
 */
#ifndef ATOMIC_SOURCE_H
#define ATOMIC_SOURCE_H

#include "c_objects.h"

typedef enum cmp_access_kind {
    CMP_ACCESS_CORRECTNESS,
    CMP_ACCESS_TELEMETRY,
    CMP_ACCESS_UNCLASSIFIED,
} cmp_access_kind_t;

/* What an order does; bits. */
enum { CMP_ORDER_ACQUIRE = 1, CMP_ORDER_RELEASE = 2 };

typedef struct cmp_access {
    size_t file;
    uint32_t line, last_line;
    uint32_t first_line; /* of the macro that it stands in an argument of; else its own */
    char *function;      /* the function, or the macro, that it stands in */
    char *object_name;   /* "hak_heap.inbox"; the expression itself when it is not known */
    size_t object;       /* CMP_C_NONE: not known */
    char *operation;     /* "load", "fetch_add", "compare_exchange_weak" */
    char *order;         /* "relaxed", "release/acquire" where failure differs */
    unsigned sides;      /* CMP_ORDER_*: both for acq_rel */
    bool locks;          /* reads and writes at once, or stores in sequence: a locked instruction */
    cmp_access_kind_t kind;
    char *box;        /* of telemetry; NULL: no one box */
    char *reason;     /* why relaxed is enough, as the declaration says; NULL */
    size_t *partners; /* accesses of the same object that the order pairs with */
    size_t partner_count;
    char *partner_words; /* "partner: ..." of the declaration; NULL */
} cmp_access_t;

typedef struct cmp_finding {
    const char *kind; /* "unclassified", "unpaired", ...: part of the JSON contract */
    char *file;
    uint32_t line;
    char *text;
} cmp_finding_t;

typedef struct cmp_findings {
    cmp_finding_t *items;
    size_t count;
} cmp_findings_t;

void cmp_finding_add(cmp_findings_t *findings, const char *kind, const char *file, uint32_t line,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
void cmp_findings_free(cmp_findings_t *findings);

/* A macro that makes an access to one of its arguments. */
typedef struct cmp_wrapper {
    char *name;
    char *operation, *order;
    size_t object; /* number of the argument that is accessed, or that names the counter */
    size_t box; /* of a counter macro: of the one that names the box; CMP_C_NONE: no such macro */
} cmp_wrapper_t;

typedef struct cmp_atomic_source {
    cmp_c_file_t *files;
    size_t file_count;
    cmp_c_objects_t objects;
    cmp_access_t *accesses; /* by file and line */
    size_t count;
    cmp_wrapper_t *wrappers;
    size_t wrapper_count;
    cmp_findings_t findings;
} cmp_atomic_source_t;

/* Reads all .c and .h files of a folder, which reports call `folder_name`. False with a message. */
bool cmp_atomic_source_read(cmp_atomic_source_t *source, const char *folder,
                            const char *folder_name, char *error, size_t error_bytes);
void cmp_atomic_source_free(cmp_atomic_source_t *source);

/* "relaxed: none needed", or the partners as "with os.h:56, ...", malloc'ed. */
char *cmp_access_partners(const cmp_atomic_source_t *source, const cmp_access_t *access);

const char *cmp_access_kind_name(cmp_access_kind_t kind);

#endif
