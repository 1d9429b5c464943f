/*
 * `compare audit hotpath`: instructions, branches, loads, stores and cache lines of malloc and free
 * on the path that most calls take, by build. Main thread; measures nothing: callgrind counts how
 * often each instruction runs, and objdump tells what it does. See docs/method.md, section Audits.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "command.h"
#include "hotpath_print.h"
#include "options.h"

enum { KEY_LISTING = 256, KEY_STRICT };
enum { RUN_OPS = 20000 }; /* per thread, after as much warm-up: refills are then a few per cent */

static const cmp_hot_target_t targets[] = {
    {"malloc", "malloc", "mixed", NULL, 1, 17, 3},
    {"local free", "free", "mixed", NULL, 1, 22, 3},
    {"foreign free", "free", "remote", "remote_pct=100", 2, 35, 0},
};
enum { TARGET_COUNT = sizeof targets / sizeof targets[0] };

typedef struct hotpath_options {
    cmp_audit_options_t common;
    bool listing, strict;
} hotpath_options_t;

static error_t hotpath_parse(int key, char *value, struct argp_state *state) {
    hotpath_options_t *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->common;
        return 0;
    case KEY_LISTING:
        options->listing = true;
        return 0;
    case KEY_STRICT:
        options->strict = true;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s'; builds are named with -a", value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option hotpath_option_table[] = {
    {"listing", KEY_LISTING, NULL, 0, "Print the instructions of each path with their counts", 0},
    {"strict", KEY_STRICT, NULL, 0, "A path with more instructions than its budget is a finding",
     0},
    {0},
};

static const struct argp_child hotpath_children[] = {{&cmp_audit_argp, 0, NULL, 0}, {0}};

static const struct argp hotpath_argp = {
    .help_filter = cmp_options_help_filter,
    .options = hotpath_option_table,
    .parser = hotpath_parse,
    .children = hotpath_children,
    .doc =
        "Counts what malloc, free of a block of the thread's own and free of another thread's cost "
        "on the path that at least half of the calls take, in them and in what they jump to and "
        "call: by callgrind in short runs of the worker, and by the machine code.\v"
        "A finding (exit status 1) is a locked instruction on such a path in a build without "
        "telemetry, and with --strict a path with more instructions than its budget.\n"
        "\n"
        "Examples:\n"
        "  ./compare audit hotpath\n"
        "  ./compare audit hotpath -a hakmem,hakmem:unchecked --listing",
};

/* ------------------------------------------------------------------ finding the paths */

/* Where a function begins: by its own name, or by that of another at the same place, as when the
 * compiler made one of malloc and hak_malloc. */
static bool function_find(const cmp_disassembly_t *code, const char *name, uint64_t *address) {
    char *other = cmp_text("hak_%s", name);
    bool found = false;
    for (size_t i = 0; i < code->function_count && !found; i++) {
        found = strcmp(code->functions[i].name, name) == 0;
        *address = code->functions[i].address;
    }
    for (size_t i = 0; i < code->function_count && !found; i++) {
        found = strcmp(code->functions[i].name, other) == 0;
        *address = code->functions[i].address;
    }
    free(other);
    return found;
}

/* Runs the target's workload; ends the program where that cannot be done. */
static cmp_executed_t *target_run(const cmp_hot_target_t *target, const cmp_paths_t *paths,
                                  const cmp_audit_build_t *build, size_t *count) {
    char error[1024];
    cmp_cell_t cell = {.workload = wl_find(target->workload), .threads = target->threads};
    wl_defaults(cell.workload, &cell.values);
    if (target->parameter != NULL &&
        !wl_set(cell.workload, &cell.values, target->parameter, error, sizeof error))
        cmp_usage_error("%s", error);
    const cmp_activity_command_t command = {
        .worker = paths->worker,
        .library = build->path,
        .cell = &cell,
        .threads = target->threads,
        .ops = wl_first_ops(cell.workload, RUN_OPS),
        .warmup = wl_first_ops(cell.workload, RUN_OPS),
    };
    cmp_executed_t *executed = cmp_callgrind_run(&command, count, error, sizeof error);
    if (executed == NULL)
        cmp_usage_error("%s", error);
    return executed;
}

static void build_audit(cmp_hotpath_t *hotpath, const cmp_paths_t *paths,
                        const cmp_audit_build_t *build) {
    char error[1024];
    cmp_disassembly_t *code = &hotpath->codes[hotpath->code_count++];
    if (!cmp_disassemble(build->path, code, error, sizeof error))
        cmp_usage_error("%s", error);
    char *boxes = cmp_audit_boxes(paths->worker, build->path, error, sizeof error);
    if (boxes == NULL)
        cmp_usage_error("%s", error);
    cmp_executed_t *executed = NULL;
    size_t count = 0;
    for (size_t t = 0; t < TARGET_COUNT; t++) {
        const cmp_hot_target_t *target = &targets[t];
        if (t == 0 || strcmp(target->workload, targets[t - 1].workload) != 0) {
            free(executed);
            executed = target_run(target, paths, build, &count);
        }
        cmp_hot_result_t *result = &hotpath->results[hotpath->count++];
        *result = (cmp_hot_result_t){target, build, {0}, strcmp(boxes, " ") != 0};
        uint64_t address;
        if (!function_find(code, target->function, &address))
            cmp_usage_error("cannot audit %s: it has no symbol %s; build it without stripping",
                            build->path, target->function);
        if (!cmp_fast_path_find(code, executed, count, address, &result->path))
            cmp_usage_error("cannot audit %s: %s was not called in workload %s", build->path,
                            target->function, target->workload);
    }
    free(executed);
    free(boxes);
}

static void hotpath_free(cmp_hotpath_t *hotpath) {
    for (size_t i = 0; i < hotpath->count; i++)
        cmp_fast_path_free(&hotpath->results[i].path);
    for (size_t i = 0; i < hotpath->code_count; i++)
        cmp_disassembly_free(&hotpath->codes[i]);
    free(hotpath->results);
    free(hotpath->codes);
}

/* ------------------------------------------------------------------ running */

static int hotpath_audit(const hotpath_options_t *options, const cmp_paths_t *paths) {
    size_t build_count;
    cmp_audit_build_t *builds = cmp_audit_builds(paths, options->common.builds, &build_count);
    cmp_hotpath_t hotpath = {
        .targets = targets,
        .target_count = TARGET_COUNT,
        .codes = calloc(build_count, sizeof *hotpath.codes),
        .results = calloc(build_count * TARGET_COUNT, sizeof *hotpath.results),
        .strict = options->strict,
    };
    if (hotpath.codes == NULL || hotpath.results == NULL)
        abort();
    for (size_t i = 0; i < build_count; i++)
        build_audit(&hotpath, paths, &builds[i]);
    if (!cmp_audit_json_only(&options->common))
        cmp_hotpath_print(&hotpath, options->listing);
    bool written = options->common.json == NULL ||
                   cmp_audit_json_write(&options->common, cmp_hotpath_json(&hotpath));
    bool clean = cmp_hotpath_findings(&hotpath) == 0;
    hotpath_free(&hotpath);
    cmp_audit_builds_free(builds, build_count);
    return written && clean ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

int cmp_audit_hotpath(int argc, char **argv) {
    hotpath_options_t options = {0};
    cmp_paths_t paths;
    char error[1024];
    cmp_options_parse(&hotpath_argp, argc, argv, &options);
    if (options.common.help) {
        cmp_options_help(&hotpath_argp, argv[0]);
        return CMP_EXIT_VALID;
    }
    cmp_audit_json_check(&options.common);
    if (!cmp_paths_find(&paths, error, sizeof error))
        cmp_usage_error("%s", error);
    int status = hotpath_audit(&options, &paths);
    cmp_paths_free(&paths);
    return status;
}
