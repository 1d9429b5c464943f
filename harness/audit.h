/*
 * What the audits of `compare audit` share: their table, the options that all of them take, and the
 * builds of hakmem that they look at. An audit is one file, audit_<name>.c, with its own argp that
 * takes cmp_audit_argp as a child, and one line in the table of cmd_audit.c. It ends with
 * CMP_EXIT_VALID, with CMP_EXIT_FAILED when it found something, with CMP_EXIT_USAGE when it could
 * not be asked. Main thread; measures nothing.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "paths.h"

/* argv[0] is the name to print in usage texts: "./compare audit atomics". */
int cmp_audit_atomics(int argc, char **argv);
int cmp_audit_paths(int argc, char **argv);
int cmp_audit_hotpath(int argc, char **argv);

/* Options of every audit: -a, --json, --help. */
typedef struct cmp_audit_options {
    const char *builds; /* -a as given; NULL: all that are built */
    const char *json;   /* NULL: not asked for */
    bool help;
} cmp_audit_options_t;

extern const struct argp cmp_audit_argp;

/* True when stdout belongs to the JSON alone. */
bool cmp_audit_json_only(const cmp_audit_options_t *options);

/* Refuses a --json FILE that cannot be written: ends the program with a message. */
void cmp_audit_json_check(const cmp_audit_options_t *options);

/* Writes `root` to --json's file, if one was asked for, and releases it. False after a message. */
bool cmp_audit_json_write(const cmp_audit_options_t *options, json_t *root);

/* A build of hakmem to look at. */
typedef struct cmp_audit_build {
    char *label; /* "hakmem", "hakmem:counting", or the name in NAME=/path/lib.so */
    char *name;  /* of the variant, "default" for hakmem itself; else the label */
    char *path;  /* its library */
} cmp_audit_build_t;

/* The builds of `list` ("hakmem,hakmem:counting,mine=/path/lib.so"), each once; NULL: all variants
 * that are built. Ends the program with a message where one cannot be used. */
cmp_audit_build_t *cmp_audit_builds(const cmp_paths_t *paths, const char *list, size_t *count);
void cmp_audit_builds_free(cmp_audit_build_t *builds, size_t count);

/* The boxes of telemetry that a library, asked through the worker, says are compiled in, with
 * blanks around: " REMOTE LANE "; " " where none is. Malloc'ed; NULL with a message when it does
 * not say. */
char *cmp_audit_boxes(const char *worker, const char *path, char *error, size_t error_bytes);

#endif
