/*
 * `compare audit atomics`. Main thread; measures nothing.
 */
#include <argp.h>
#include <stdio.h>

#include "audit.h"
#include "command.h"
#include "options.h"

typedef struct atomics_options {
    cmp_audit_options_t common;
} atomics_options_t;

static error_t atomics_parse(int key, char *value, struct argp_state *state) {
    atomics_options_t *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->common;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s'; builds are named with -a", value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child atomics_children[] = {{&cmp_audit_argp, 0, NULL, 0}, {0}};

static const struct argp atomics_argp = {
    .help_filter = cmp_options_help_filter,
    .parser = atomics_parse,
    .children = atomics_children,
    .doc = "Lists every atomic access of the allocator.\v"
           "Example:\n  ./compare audit atomics -a hakmem,hakmem:counting",
};

int cmp_audit_atomics(int argc, char **argv) {
    atomics_options_t options = {0};
    cmp_options_parse(&atomics_argp, argc, argv, &options);
    if (options.common.help) {
        cmp_options_help(&atomics_argp, argv[0]);
        return CMP_EXIT_VALID;
    }
    cmp_audit_json_check(&options.common);
    cmp_paths_t paths;
    char error[1024];
    if (!cmp_paths_find(&paths, error, sizeof error))
        cmp_usage_error("%s", error);
    size_t count;
    cmp_audit_build_t *builds = cmp_audit_builds(&paths, options.common.builds, &count);
    for (size_t i = 0; i < count; i++)
        printf("%s: %s\n", builds[i].label, builds[i].path);
    cmp_audit_builds_free(builds, count);
    cmp_paths_free(&paths);
    return CMP_EXIT_VALID;
}
