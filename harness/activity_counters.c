/*
 * Runs the worker with HAKMEM_STATS=1, reads the reports of telemetry and compares them. Called
 * before measuring, main thread.
 */
#include "activity_counters.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity_command.h"
#include "capture.h"
#include "nearest.h"

enum { PROOF_OPS = 200000 }; /* per thread, after as much warm-up */

static const char counting_label[] = "hakmem:counting";

/* ------------------------------------------------------------------ reports */

/* The end of the box's name in a heading, "MID_V3: backend mid_v3"; NULL: the line is none. */
static char *heading_end(char *line) {
    char *end = line;
    while (isupper((unsigned char)*end) || isdigit((unsigned char)*end) || *end == '_')
        end++;
    return end > line && end[0] == ':' && end[1] == ' ' ? end : NULL;
}

/* "  * takes    356  requests for blocks", or with four blanks at the beginning; of a row
 * "  * [C17] mallocs    264  stride 288, mid_v3". */
static bool line_read(char *line, cmp_count_line_t *read) {
    if (strncmp(line, "    ", 4) != 0 && strncmp(line, "  * ", 4) != 0)
        return false;
    char *name = line + 4, *number_end;
    read->row = NULL;
    if (*name == '[') {
        char *close = strstr(name, "] ");
        if (close == NULL)
            return false;
        *close = '\0';
        read->row = name + 1;
        name = close + 2;
    }
    char *end = name + strcspn(name, " ");
    if (end == name || *end == '\0')
        return false;
    read->value = strtoull(end, &number_end, 10);
    if (number_end == end || (*number_end != ' ' && *number_end != '\0'))
        return false;
    *end = '\0';
    read->counter = name;
    return true;
}

/* Adds a copy. */
static void line_add(cmp_count_report_t *report, const cmp_count_line_t *line) {
    report->lines = realloc(report->lines, (report->count + 1) * sizeof *report->lines);
    if (report->lines == NULL)
        abort();
    report->lines[report->count++] =
        (cmp_count_line_t){.box = cmp_text("%s", line->box),
                           .counter = cmp_text("%s", line->counter),
                           .row = line->row != NULL ? cmp_text("%s", line->row) : NULL,
                           .value = line->value};
}

cmp_count_report_t cmp_count_report_read(char *text) {
    cmp_count_report_t report = {0};
    cmp_count_line_t read = {0};
    char *line;
    while ((line = strsep(&text, "\n")) != NULL) {
        char *end = heading_end(line);
        if (end != NULL) {
            *end = '\0';
            read.box = line;
        } else if (read.box != NULL && line_read(line, &read)) {
            line_add(&report, &read);
        } else {
            read.box = NULL;
        }
    }
    return report;
}

void cmp_count_report_free(cmp_count_report_t *report) {
    for (size_t i = 0; i < report->count; i++) {
        free(report->lines[i].box);
        free(report->lines[i].counter);
        free(report->lines[i].row);
    }
    free(report->lines);
    *report = (cmp_count_report_t){0};
}

bool cmp_count_has_box(const cmp_count_report_t *report, const char *box) {
    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->lines[i].box, box) == 0)
            return true;
    return false;
}

uint64_t cmp_count_value(const cmp_count_report_t *report, const char *box, const char *row,
                         const char *counter) {
    for (size_t i = 0; i < report->count; i++) {
        const cmp_count_line_t *line = &report->lines[i];
        if (strcmp(line->box, box) == 0 && strcmp(line->counter, counter) == 0 &&
            (row == NULL || line->row == NULL ? row == line->row : strcmp(line->row, row) == 0))
            return line->value;
    }
    return 0;
}

/* ------------------------------------------------------------------ running */

/* A build that counts, and what the workload added to its counters. */
typedef struct source {
    char *label;
    const char *path; /* NULL: not a hakmem */
    bool linked;      /* it is a worker with the allocator in it */
    char *const *settings;
    cmp_count_report_t moved;
} source_t;

unsigned long long cmp_count_ops(const wl_workload_t *workload) {
    return wl_first_ops(workload, PROOF_OPS);
}

static bool report_take(const cmp_count_run_t *run, unsigned long long ops,
                        cmp_count_report_t *report, char *error, size_t error_bytes) {
    const cmp_activity_command_t command = {
        .worker = run->paths->worker,
        .library = run->library,
        .linked = run->linked,
        .settings = run->settings,
        .extra = "HAKMEM_STATS=1",
        .cell = run->cell,
        .threads = run->cell->threads,
        .ops = ops,
        .warmup = ops,
        .seconds = ops > 1 ? run->cell->seconds : 0,
    };
    char **words = cmp_activity_words(&command);
    int status;
    char *text = cmp_capture_errors((const char *const *)words, &status);
    cmp_words_free(words);
    *report = (cmp_count_report_t){0};
    const bool good = text != NULL && status == 0;
    if (good)
        *report = cmp_count_report_read(text);
    else
        snprintf(error, error_bytes,
                 "cannot count: the worker did not run under %s (exit status %d)", run->label,
                 status);
    free(text);
    return good;
}

bool cmp_count_moved(const cmp_count_run_t *run, cmp_count_report_t *moved, char *error,
                     size_t error_bytes) {
    cmp_count_report_t least;
    if (!report_take(run, cmp_count_ops(run->cell->workload), moved, error, error_bytes))
        return false;
    if (moved->count == 0)
        return true;
    const bool good = report_take(run, 1, &least, error, error_bytes);
    for (size_t i = 0; i < moved->count; i++) {
        cmp_count_line_t *line = &moved->lines[i];
        const uint64_t before = cmp_count_value(&least, line->box, line->row, line->counter);
        line->value -= before < line->value ? before : line->value;
    }
    cmp_count_report_free(&least);
    return good;
}

static bool source_run(const cmp_activity_request_t *request, source_t *source, char *error,
                       size_t error_bytes) {
    const cmp_count_run_t run = {.paths = request->paths,
                                 .label = source->label,
                                 .library = source->path,
                                 .linked = source->linked,
                                 .settings = source->settings,
                                 .cell = request->cell};
    return source->path == NULL || cmp_count_moved(&run, &source->moved, error, error_bytes);
}

/* Any hakmem can be told its settings and asked for its report; others know neither. */
static source_t source_of(const cmp_allocator_t *allocator) {
    const bool own =
        allocator->path != NULL && cmp_file_names(allocator->path, "hak_configuration");
    return (source_t){.label = cmp_text("%s", allocator->label),
                      .path = own ? allocator->path : NULL,
                      .linked = allocator->linked,
                      .settings = allocator->environment};
}

/* ------------------------------------------------------------------ judging */

/* "; did you mean 'X'?; there are A, B"; of boxes without a box, else of its counters. */
static void names_suggest(const cmp_count_report_t *report, const char *box, const char *word,
                          char *text, size_t text_bytes) {
    const char **names = calloc(report->count + 1, sizeof *names);
    char *all = cmp_text("%s", "");
    size_t count = 0;
    if (names == NULL)
        abort();
    for (size_t i = 0; i < report->count; i++) {
        const cmp_count_line_t *line = &report->lines[i];
        const char *name = box != NULL ? line->counter : line->box;
        if (line->row != NULL || (box != NULL && strcmp(line->box, box) != 0) ||
            (count > 0 && strcmp(names[count - 1], name) == 0))
            continue;
        names[count++] = name;
        char *longer = cmp_text("%s%s%s", all, count > 1 ? ", " : "", name);
        free(all);
        all = longer;
    }
    const char *near = cmp_nearest(word, names);
    snprintf(text, text_bytes, "%s%s%s; there are %s", near ? "; did you mean '" : "",
             near ? near : "", near ? "'?" : "", all);
    free(names);
    free(all);
}

/* A word of the list in a source that has its box. */
static bool word_judge(const source_t *source, const char *box, const char *counter,
                       cmp_activity_t *activity, char *error, size_t error_bytes) {
    size_t found = 0, moved = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < source->moved.count; i++) {
        const cmp_count_line_t *line = &source->moved.lines[i];
        if (line->row != NULL || strcmp(line->box, box) != 0 ||
            (counter != NULL && strcmp(line->counter, counter) != 0))
            continue;
        found++;
        moved += line->value > 0;
        sum += line->value;
    }
    if (found == 0) {
        char near[1024];
        names_suggest(&source->moved, box, counter, near, sizeof near);
        snprintf(error, error_bytes, "cannot count '%s.%s': the box %s has no such counter%s", box,
                 counter, box, near);
        return false;
    }
    activity->active |= moved > 0;
    if (counter == NULL)
        cmp_activity_say(activity, "%s: %zu of %zu counters moved (%s)", box, moved, found,
                         source->label);
    else if (moved > 0)
        cmp_activity_say(activity, "%s.%s moved by %llu (%s)", box, counter,
                         (unsigned long long)sum, source->label);
    else
        cmp_activity_say(activity, "%s.%s did not move (%s)", box, counter, source->label);
    return true;
}

/* The build that counts everything, with the treatment's settings; run when first asked for. */
static bool counting_run(const cmp_activity_request_t *request, source_t *counting, const char *box,
                         char *error, size_t error_bytes) {
    if (counting->label != NULL)
        return true;
    const char *settings = strchr(request->treatment->label, '{');
    counting->label = cmp_text("%s%s", counting_label, settings != NULL ? settings : "");
    counting->settings = request->treatment->environment;
    if (!cmp_file_names(counting->path, "hak_configuration")) {
        snprintf(error, error_bytes,
                 "cannot count '%s': neither %s nor %s has such a box compiled in, and %s, which "
                 "has all, is not built; build it with 'ninja build/lib/libhakmem-counting.so'",
                 box, request->base->label, request->treatment->label, counting_label);
        return false;
    }
    return source_run(request, counting, error, error_bytes);
}

/* One entry of the list: "BOX" or "BOX.counter", cut up. */
static bool entry_judge(const cmp_activity_request_t *request, source_t sources[3], char *entry,
                        cmp_activity_t *activity, char *error, size_t error_bytes) {
    char *box = strsep(&entry, "."), *counter = entry;
    bool found = false;
    for (size_t i = 0; i < 2; i++) {
        if (!cmp_count_has_box(&sources[i].moved, box))
            continue;
        found = true;
        if (!word_judge(&sources[i], box, counter, activity, error, error_bytes))
            return false;
    }
    if (found)
        return true;
    source_t *counting = &sources[2];
    if (!counting_run(request, counting, box, error, error_bytes))
        return false;
    if (cmp_count_has_box(&counting->moved, box))
        return word_judge(counting, box, counter, activity, error, error_bytes);
    char near[1024];
    names_suggest(&counting->moved, NULL, box, near, sizeof near);
    snprintf(error, error_bytes, "cannot count '%s': there is no box of that name%s", box, near);
    return false;
}

bool cmp_activity_counters(const cmp_activity_request_t *request, cmp_activity_t *activity,
                           char *error, size_t error_bytes) {
    char *library = cmp_text("%s/libhakmem-counting.so", request->paths->libraries);
    char *list = cmp_text("%s", request->counters), *rest = list, *entry;
    source_t sources[3] = {
        source_of(request->base), source_of(request->treatment), {.path = library}};
    bool good = sources[0].path != NULL || sources[1].path != NULL;
    if (!good)
        snprintf(error, error_bytes,
                 "cannot count in '%s' and '%s': --count names telemetry counters of hakmem, and "
                 "neither is one; name functions with --hit",
                 request->base->label, request->treatment->label);
    for (size_t i = 0; good && i < 2; i++)
        good = source_run(request, &sources[i], error, error_bytes);
    while (good && (entry = strsep(&rest, ",")) != NULL)
        good = entry_judge(request, sources, entry, activity, error, error_bytes);
    for (size_t i = 0; i < 3; i++) {
        cmp_count_report_free(&sources[i].moved);
        free(sources[i].label);
    }
    free(list);
    free(library);
    return good;
}
