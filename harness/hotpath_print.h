/* The audit of hot paths: its data, and it as text and as JSON. */
#ifndef HOTPATH_PRINT_H
#define HOTPATH_PRINT_H

#include "audit.h"
#include "fast_path.h"

/* What is looked at. Two paths of one workload come from one run. */
typedef struct cmp_hot_target {
    const char *name, *function, *workload, *parameter;
    unsigned threads;
    unsigned budget_instructions, budget_data_lines; /* docs/performance.md; 0: none */
} cmp_hot_target_t;

/* The path of one target in one build. */
typedef struct cmp_hot_result {
    const cmp_hot_target_t *target;
    const cmp_audit_build_t *build;
    cmp_fast_path_t path;
    bool counts; /* the build has telemetry, which may lock */
} cmp_hot_result_t;

typedef struct cmp_hotpath {
    const cmp_hot_target_t *targets;
    size_t target_count;
    cmp_disassembly_t *codes;
    size_t code_count;
    cmp_hot_result_t *results;
    size_t count;
    bool strict; /* a path beyond its budget is a finding */
} cmp_hotpath_t;

/* Paths with something wrong. */
size_t cmp_hotpath_findings(const cmp_hotpath_t *hotpath);

/* Prints to stdout: a table for each target, on demand the instructions, the findings. */
void cmp_hotpath_print(const cmp_hotpath_t *hotpath, bool listing);

/* {"audit": "hotpath", "paths": [...], "findings": [...]} */
json_t *cmp_hotpath_json(const cmp_hotpath_t *hotpath);

#endif
