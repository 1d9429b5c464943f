/*
 * Runs the worker under cachegrind and reads which functions executed how many instructions. Called
 * before measuring, main thread.
 */
#include "activity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "capture.h"

enum {
    PROOF_OPS = 50000, /* per thread, after as much warm-up: enough for lanes to overflow */
    PROOF_THREADS_MOST = 4,
    ARGUMENTS_MOST = 24 + WL_MAX_PARAMETERS,
};

/* True when the file's bytes hold `name` as a whole string, as a symbol table does. */
static bool file_names(const char *path, const char *name) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    bool found = false;
    if (file >= 0 && fstat(file, &status) == 0 && status.st_size > 0) {
        size_t bytes = (size_t)status.st_size, length = strlen(name) + 1; /* with its end */
        char *text = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, file, 0);
        for (char *at = text; text != MAP_FAILED && !found; at++) {
            at = memmem(at, bytes - (size_t)(at - text), name, length);
            if (at == NULL)
                break;
            found = at > text && at[-1] == '\0';
        }
        if (text != MAP_FAILED)
            munmap(text, bytes);
    }
    if (file >= 0)
        close(file);
    return found;
}

static void arguments_free(char **arguments) {
    for (size_t i = 0; arguments[i] != NULL; i++)
        free(arguments[i]);
}

static void arguments_make(const cmp_paths_t *paths, const cmp_allocator_t *allocator,
                           const cmp_cell_t *cell,
                           char *arguments[ARGUMENTS_MOST + CMP_MAX_SETTINGS]) {
    size_t count = 0;
    uint32_t threads = cell->threads < PROOF_THREADS_MOST ? cell->threads : PROOF_THREADS_MOST;
    arguments[count++] = cmp_text("env");
    for (char **setting = allocator->environment; setting != NULL && *setting != NULL; setting++)
        arguments[count++] = cmp_text("%s", *setting);
    if (!allocator->linked)
        arguments[count++] = cmp_text("LD_PRELOAD=%s", allocator->path);
    arguments[count++] = cmp_text("valgrind");
    arguments[count++] = cmp_text("--tool=cachegrind");
    arguments[count++] = cmp_text("--cache-sim=no");
    arguments[count++] = cmp_text("--cachegrind-out-file=/dev/stdout");
    arguments[count++] = cmp_text("%s", allocator->linked ? allocator->path : paths->worker);
    arguments[count++] = cmp_text("%s", cell->workload->name);
    arguments[count++] = cmp_text("threads=%u", threads);
    const unsigned long long ops = wl_first_ops(cell->workload, PROOF_OPS);
    arguments[count++] = cmp_text("ops=%llu", ops);
    arguments[count++] = cmp_text("warmup=%llu", ops);
    arguments[count++] = cmp_text("seed=1");
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        arguments[count++] = cmp_text("%s=%s", cell->workload->parameters[i].name, value);
    }
    arguments[count] = NULL;
}

/*
 * Instructions of one function in cachegrind's output: after a line "fn=NAME" come lines "LINE
 * COUNT", until the next fn=. gcc's clones (NAME.cold, NAME.part.0, NAME.constprop.0) belong to it.
 */
static uint64_t function_instructions(const char *output, const char *name) {
    uint64_t sum = 0;
    bool inside = false;
    size_t length = strlen(name);
    for (const char *line = output; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        if (strncmp(line, "fn=", 3) == 0) {
            char after = strncmp(line + 3, name, length) == 0 ? line[3 + length] : 'x';
            inside = after == '\n' || after == '.' || after == '\'';
        } else if (inside && *line >= '0' && *line <= '9') {
            unsigned long long source_line, count;
            if (sscanf(line, "%llu %llu", &source_line, &count) == 2)
                sum += count;
        }
        line = end != NULL ? end + 1 : NULL;
    }
    return sum;
}

bool cmp_activity_count(const cmp_paths_t *paths, const cmp_allocator_t *allocator,
                        const cmp_cell_t *cell, const char *functions, cmp_activity_t *activity,
                        char *error, size_t error_bytes) {
    *activity = (cmp_activity_t){0};
    if (allocator->path == NULL) {
        snprintf(error, error_bytes,
                 "cannot prove activity in '%s': it is the C library itself; --hit needs a library",
                 allocator->label);
        return false;
    }
    char *arguments[ARGUMENTS_MOST + CMP_MAX_SETTINGS];
    arguments_make(paths, allocator, cell, arguments);
    int status;
    char *output = cmp_capture((const char *const *)arguments, &status);
    arguments_free(arguments);
    if (output == NULL || status != 0 || strstr(output, "\nfn=") == NULL) {
        snprintf(error, error_bytes,
                 "cannot prove activity: valgrind --tool=cachegrind did not run the worker under "
                 "%s (exit status %d); --hit needs valgrind: apt install valgrind",
                 allocator->label, status);
        free(output);
        return false;
    }
    char *names = cmp_text("%s", functions), *rest = names, *name;
    bool good = true;
    size_t used = 0;
    while (good && (name = strsep(&rest, ",")) != NULL) {
        uint64_t count = function_instructions(output, name);
        good = count > 0 || file_names(allocator->path, name);
        if (!good)
            snprintf(error, error_bytes,
                     "cannot prove activity: '%s' is no function of %s (inlined ones have no name)",
                     name, allocator->path);
        activity->instructions += count;
        if (used < sizeof activity->text)
            used +=
                (size_t)snprintf(activity->text + used, sizeof activity->text - used,
                                 count > 0 ? "%s%s ran (%llu instructions)" : "%s%s did not run",
                                 used > 0 ? ", " : "", name, (unsigned long long)count);
    }
    free(names);
    free(output);
    return good;
}
