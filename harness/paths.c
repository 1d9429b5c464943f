/*
 * Finds worker, libraries and results folder relative to /proc/self/exe, so that a tree can be
 * moved or installed anywhere. Called once by the main thread; no locks.
 */
#include "paths.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *cmp_text(const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        fputs("compare: out of memory\n", stderr);
        abort();
    }
    return text;
}

/* Installed programs must not write beside themselves. */
static char *results_of_user(void) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (state != NULL && state[0] == '/')
        return cmp_text("%s/hakmem", state);
    if (home != NULL && home[0] == '/')
        return cmp_text("%s/.local/state/hakmem", home);
    return cmp_text("results");
}

bool cmp_paths_find(cmp_paths_t *paths, char *error, size_t error_bytes) {
    *paths = (cmp_paths_t){0};
    char executable[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", executable, sizeof executable - 1);
    if (length < 0) {
        snprintf(error, error_bytes, "cannot find this program's own folder: /proc/self/exe: %s",
                 strerror(errno));
        return false;
    }
    executable[length] = '\0';
    const char *folder = dirname(executable);

    paths->worker = cmp_text("%s/build/worker", folder);
    if (access(paths->worker, X_OK) == 0) {
        paths->tree = cmp_text("%s", folder);
        paths->libraries = cmp_text("%s/build/lib", folder);
        paths->variants = cmp_text("%s/allocator/variants.ninja", folder);
        paths->results = cmp_text("%s/results", folder);
        return true;
    }
    free(paths->worker);
    paths->worker = cmp_text("%s/../lib/hakmem/worker", folder);
    if (access(paths->worker, X_OK) == 0) {
        paths->libraries = cmp_text("%s/../lib/hakmem", folder);
        paths->variants = cmp_text("%s/../lib/hakmem/variants.ninja", folder);
        paths->results = results_of_user();
        return true;
    }
    snprintf(
        error, error_bytes,
        "cannot find the worker: neither %s/build/worker nor %s is there; build it with 'ninja'",
        folder, paths->worker);
    cmp_paths_free(paths);
    return false;
}

void cmp_paths_free(cmp_paths_t *paths) {
    free(paths->tree);
    free(paths->worker);
    free(paths->libraries);
    free(paths->variants);
    free(paths->results);
    *paths = (cmp_paths_t){0};
}
