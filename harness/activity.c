/*
 * Runs the worker under cachegrind and reads which functions executed how many instructions; the
 * counters are those of activity_counters.c. Called before measuring, main thread.
 */
#include "activity.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity_command.h"
#include "activity_counters.h"
#include "capture.h"

enum {
    PROOF_OPS = 50000, /* per thread, after as much warm-up: enough for lanes to overflow */
    PROOF_THREADS_MOST = 4,
};

static char **words_make(const cmp_activity_request_t *request) {
    static const char *const wrapper[] = {"valgrind", "--tool=cachegrind", "--cache-sim=no",
                                          "--cachegrind-out-file=/dev/stdout", NULL};
    const cmp_cell_t *cell = request->cell;
    const unsigned long long ops = wl_first_ops(cell->workload, PROOF_OPS);
    const cmp_activity_command_t command = {
        .worker = request->paths->worker,
        .library = request->treatment->path,
        .linked = request->treatment->linked,
        .settings = request->treatment->environment,
        .wrapper = wrapper,
        .cell = cell,
        .threads = cell->threads < PROOF_THREADS_MOST ? cell->threads : PROOF_THREADS_MOST,
        .ops = ops,
        .warmup = ops,
    };
    return cmp_activity_words(&command);
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

/* One function after the other in cachegrind's output. */
static bool functions_judge(const cmp_activity_request_t *request, const char *output,
                            cmp_activity_t *activity, char *error, size_t error_bytes) {
    const char *library = request->treatment->path;
    char *names = cmp_text("%s", request->functions), *rest = names, *name;
    bool good = true;
    while (good && (name = strsep(&rest, ",")) != NULL) {
        uint64_t count = function_instructions(output, name);
        good = count > 0 || cmp_file_names(library, name);
        if (!good)
            snprintf(error, error_bytes,
                     "cannot prove activity: '%s' is no function of %s (inlined ones have no name)",
                     name, library);
        activity->active |= count > 0;
        cmp_activity_say(activity, count > 0 ? "%s ran (%llu instructions)" : "%s did not run",
                         name, (unsigned long long)count);
    }
    free(names);
    return good;
}

static bool functions_prove(const cmp_activity_request_t *request, cmp_activity_t *activity,
                            char *error, size_t error_bytes) {
    const cmp_allocator_t *treatment = request->treatment;
    if (treatment->path == NULL) {
        snprintf(error, error_bytes,
                 "cannot prove activity in '%s': it is the C library itself; --hit needs a library",
                 treatment->label);
        return false;
    }
    char **words = words_make(request);
    int status;
    char *output = cmp_capture((const char *const *)words, &status);
    cmp_words_free(words);
    const bool ran = output != NULL && status == 0 && strstr(output, "\nfn=") != NULL;
    if (!ran)
        snprintf(error, error_bytes,
                 "cannot prove activity: valgrind --tool=cachegrind did not run the worker under "
                 "%s (exit status %d); --hit needs valgrind: apt install valgrind",
                 treatment->label, status);
    bool good = ran && functions_judge(request, output, activity, error, error_bytes);
    free(output);
    return good;
}

void cmp_activity_say(cmp_activity_t *activity, const char *format, ...) {
    const size_t used = strlen(activity->text), room = sizeof activity->text - used;
    char part[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(part, sizeof part, format, arguments);
    va_end(arguments);
    if (snprintf(activity->text + used, room, "%s%s", used > 0 ? "; " : "", part) >= (int)room)
        memcpy(activity->text + sizeof activity->text - 4, "...", 4);
}

bool cmp_activity_prove(const cmp_activity_request_t *request, cmp_activity_t *activity,
                        char *error, size_t error_bytes) {
    *activity = (cmp_activity_t){0};
    if (request->functions != NULL) {
        activity->method |= CMP_ACTIVITY_FUNCTIONS;
        if (!functions_prove(request, activity, error, error_bytes))
            return false;
    }
    if (request->counters == NULL)
        return true;
    activity->method |= CMP_ACTIVITY_COUNTERS;
    return cmp_activity_counters(request, activity, error, error_bytes);
}

const char *cmp_activity_method(const cmp_activity_t *activity) {
    static const char *const names[] = {NULL, "functions", "counters", "both"};
    return names[activity->method];
}
