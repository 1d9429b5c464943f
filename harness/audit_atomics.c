/*
 * `compare audit atomics`: every atomic access of the allocator's source, and the locked
 * instructions of each build with the accesses that explain them. Main thread; measures nothing.
 * The rules are in docs/method.md, section Audits.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "atomic_print.h"
#include "audit.h"
#include "command.h"
#include "nearest.h"
#include "options.h"

enum { KEY_FILE = 256, KEY_FUNCTION, KEY_SOURCE_ONLY };

#define FOLDER "allocator"

typedef struct atomics_options {
    cmp_audit_options_t common;
    char *files; /* --file, all of them with commas between; "" */
    const char *function;
    bool source_only;
} atomics_options_t;

static error_t atomics_parse(int key, char *value, struct argp_state *state) {
    atomics_options_t *options = state->input;
    char *longer;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->common;
        return 0;
    case KEY_FILE:
        longer = cmp_text("%s%s%s", options->files, *options->files ? "," : "", value);
        free(options->files);
        options->files = longer;
        return 0;
    case KEY_FUNCTION:
        options->function = value;
        return 0;
    case KEY_SOURCE_ONLY:
        options->source_only = true;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s'; builds are named with -a", value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option atomics_option_table[] = {
    {"file", KEY_FILE, "LIST", 0, "Only accesses in these files of allocator/, e.g. remote.c", 0},
    {"function", KEY_FUNCTION, "NAME", 0, "Only this function, of the source and of the builds", 0},
    {"source-only", KEY_SOURCE_ONLY, NULL, 0, "Leave the builds out", 0},
    {0},
};

static const struct argp_child atomics_children[] = {{&cmp_audit_argp, 0, NULL, 0}, {0}};

static const struct argp atomics_argp = {
    .help_filter = cmp_options_help_filter,
    .options = atomics_option_table,
    .parser = atomics_parse,
    .children = atomics_children,
    .doc =
        "Lists every atomic access of hakmem's source: telemetry with its box, everything else "
        "with the accesses that its order pairs with. Then the locked and fenced instructions of "
        "each build by function, each traced to the access that it was made from.\v"
        "A finding (exit status 1) is an access without an access tag at its declaration, an order "
        "without partner, a counter past the macros, a locked instruction that no access explains, "
        "one of telemetry in a build without it, and one on the hot path.\n"
        "\n"
        "Examples:\n"
        "  ./compare audit atomics -a hakmem,hakmem:counting\n"
        "  ./compare audit atomics --file remote.c --source-only\n"
        "  ./compare audit atomics --function malloc --json -",
};

/* ------------------------------------------------------------------ what is asked for */

/* Marks the files that the list names; ends the program where there is no such file. */
static void files_select(cmp_atomic_view_t *view, const char *list) {
    const cmp_atomic_source_t *source = view->source;
    view->file_wanted = calloc(source->file_count, sizeof *view->file_wanted);
    const char **names = calloc(source->file_count + 1, sizeof *names);
    if (view->file_wanted == NULL || names == NULL)
        abort();
    for (size_t i = 0; i < source->file_count; i++) {
        names[i] = source->files[i].name + strlen(FOLDER "/");
        view->file_wanted[i] = *list == '\0';
    }
    char *copy = cmp_text("%s", list), *rest = copy, *word;
    while (*list != '\0' && (word = strsep(&rest, ",")) != NULL) {
        bool found = false;
        if (strncmp(word, FOLDER "/", strlen(FOLDER "/")) == 0)
            word += strlen(FOLDER "/");
        for (size_t i = 0; i < source->file_count; i++)
            if (strcmp(names[i], word) == 0)
                found = view->file_wanted[i] = true;
        const char *near = found ? NULL : cmp_nearest(word, names);
        if (!found)
            cmp_usage_error("cannot audit '%s': no such file in %s/%s%s%s", word, FOLDER,
                            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    free(copy);
    free(names);
}

/* Ends the program where the source calls or defines no function of that name. */
static void function_check(const cmp_atomic_source_t *source, const char *function) {
    const char *names[256] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < source->file_count; i++)
        for (size_t t = 0; t < source->files[i].token_count; t++)
            if (cmp_c_is(&source->files[i], t, function) && cmp_c_is(&source->files[i], t + 1, "("))
                return;
    for (size_t i = 0; i < source->count && count < 255; i++)
        names[count++] = source->accesses[i].function;
    const char *near = cmp_nearest(function, names);
    cmp_usage_error("cannot audit function '%s': the source of the allocator has none%s%s%s",
                    function, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* When the newest file of a folder was changed; 0 when none can be read. */
static time_t folder_changed(const cmp_atomic_source_t *source, const char *tree) {
    time_t newest = 0;
    struct stat status;
    for (size_t i = 0; i < source->file_count; i++) {
        char *path = cmp_text("%s/%s", tree, source->files[i].name);
        if (stat(path, &status) == 0 && status.st_mtime > newest)
            newest = status.st_mtime;
        free(path);
    }
    return newest;
}

/* Leaves builds out that are older than the source, which cannot explain them: ninja makes some on
 * demand only, and they stay as they were. Says which. */
static size_t builds_keep_new(cmp_audit_build_t *builds, size_t count, time_t changed) {
    size_t kept = 0;
    struct stat status;
    for (size_t i = 0; i < count; i++) {
        if (stat(builds[i].path, &status) != 0 || status.st_mtime >= changed) {
            cmp_audit_build_t keep = builds[i];
            builds[i] = builds[kept];
            builds[kept++] = keep;
            continue;
        }
        cmp_error("%s is left out: it is older than the source; build it again, or name it with -a",
                  builds[i].label);
    }
    if (kept == 0 && count > 0)
        cmp_usage_error("cannot audit: every build is older than the source; run 'ninja'");
    return kept;
}

static void builds_read(cmp_atomic_view_t *view, const cmp_paths_t *paths,
                        const cmp_audit_build_t *builds, size_t count) {
    char error[1024];
    view->builds = calloc(count + 1, sizeof *view->builds);
    if (view->builds == NULL)
        abort();
    for (size_t i = 0; i < count; i++, view->build_count++)
        if (!cmp_locked_build_read(view->source, &builds[i], paths->worker, &view->builds[i],
                                   &view->build_findings, error, sizeof error))
            cmp_usage_error("%s", error);
}

static void view_free(cmp_atomic_view_t *view) {
    for (size_t i = 0; i < view->build_count; i++)
        cmp_locked_build_free(&view->builds[i]);
    free(view->builds);
    free(view->file_wanted);
    cmp_findings_free(&view->build_findings);
}

static int atomics_audit(const atomics_options_t *options, const cmp_paths_t *paths) {
    char error[1024];
    size_t build_count = 0;
    cmp_atomic_source_t source;
    cmp_audit_build_t *builds = NULL;
    if (options->source_only && options->common.builds != NULL)
        cmp_usage_error("-a and --source-only exclude each other");
    if (paths->tree == NULL)
        cmp_usage_error("cannot audit atomics: that needs hakmem's source, which is not installed; "
                        "use ./compare in the source tree");
    if (!options->source_only)
        builds = cmp_audit_builds(paths, options->common.builds, &build_count);
    char *folder = cmp_text("%s/" FOLDER, paths->tree);
    if (!cmp_atomic_source_read(&source, folder, FOLDER, error, sizeof error))
        cmp_usage_error("%s", error);
    free(folder);
    cmp_atomic_view_t view = {.source = &source, .function = options->function};
    files_select(&view, options->files);
    if (options->function != NULL)
        function_check(&source, options->function);
    size_t audited = build_count;
    if (options->common.builds == NULL)
        audited = builds_keep_new(builds, build_count, folder_changed(&source, paths->tree));
    builds_read(&view, paths, builds, audited);
    if (!cmp_audit_json_only(&options->common))
        cmp_atomic_print(&view);
    bool written = options->common.json == NULL ||
                   cmp_audit_json_write(&options->common, cmp_atomic_json(&view));
    bool clean = cmp_atomic_findings(&view) == 0;
    view_free(&view);
    cmp_atomic_source_free(&source);
    cmp_audit_builds_free(builds, build_count);
    return written && clean ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

int cmp_audit_atomics(int argc, char **argv) {
    atomics_options_t options = {.files = cmp_text("%s", "")};
    char error[1024];
    cmp_paths_t paths;
    int status = CMP_EXIT_VALID;
    cmp_options_parse(&atomics_argp, argc, argv, &options);
    if (options.common.help) {
        cmp_options_help(&atomics_argp, argv[0]);
    } else {
        cmp_audit_json_check(&options.common);
        if (!cmp_paths_find(&paths, error, sizeof error))
            cmp_usage_error("%s", error);
        status = atomics_audit(&options, &paths);
        cmp_paths_free(&paths);
    }
    free(options.files);
    return status;
}
