/*
 * Reads experiment files with inih. Main thread, before anything is measured; no locks. inih tells
 * keys from values; which line it is at, and where a section begins, is told by the reader that it
 * takes its lines from.
 */
#include "experiment.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../workloads/workload.h"
#include "layouts.h"
#include "nearest.h"
#include "verdict.h"

enum { NAME_MOST = 40 };

static const char *const key_names[] = {
#define KEY_NAME(constant, name) #name,
    CMP_EXPERIMENT_KEYS(KEY_NAME)
#undef KEY_NAME
        NULL};

/* What is being read. */
typedef struct reading {
    FILE *file;
    const char *path;
    int line;
    bool continued;     /* the line begins with a blank: it goes on with the value before */
    cmp_case_t shared;  /* keys before any section */
    cmp_case_t current; /* keys of the section alone; its name is NULL before the first */
    cmp_experiment_t *experiment;
    bool failed;
    char *error;
    size_t error_bytes;
} reading_t;

static bool reading_fail(reading_t *reading, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The first fault is the one to report. Line 0: of the file as a whole. Returns false. */
static bool reading_fail(reading_t *reading, int line, const char *format, ...) {
    if (reading->failed)
        return false;
    reading->failed = true;
    int used = line > 0
                   ? snprintf(reading->error, reading->error_bytes, "%s:%d: ", reading->path, line)
                   : snprintf(reading->error, reading->error_bytes, "%s: ", reading->path);
    va_list arguments;
    va_start(arguments, format);
    if (used >= 0 && (size_t)used < reading->error_bytes)
        vsnprintf(reading->error + used, reading->error_bytes - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

static void case_clear(cmp_case_t *item) {
    free(item->name);
    for (size_t i = 0; i < CMP_KEY_COUNT; i++)
        free(item->value[i]);
    *item = (cmp_case_t){0};
}

/* ------------------------------------------------------------------ the finished case */

/* A list: "a, b" and "a,b" are the same, and so is one with blanks alone where `separator` is ' '.
 */
static void list_normalise(char *text, char separator) {
    char *out = text, *begin = text;
    for (char *in = text; *in != '\0'; in++) {
        if (!isspace((unsigned char)*in))
            *out++ = *in;
        else if (separator == ' ' && out > begin && out[-1] != ' ')
            *out++ = ' ';
    }
    while (out > begin && out[-1] == ' ')
        out--;
    *out = '\0';
}

static bool verdict_check(reading_t *reading, const cmp_case_t *item) {
    const char *names[CMP_VERDICT_COUNT + 3] = {NULL};
    size_t count = 0;
    const bool audit = cmp_case_is_audit(item);
    if (audit) {
        names[count++] = "CORRECTNESS";
        names[count++] = "PRUNABLE";
    }
    for (int verdict = 0; !audit && verdict < CMP_VERDICT_COUNT; verdict++)
        names[count++] = cmp_verdict_name((cmp_verdict_t)verdict);
    char *expected = cmp_case_expected(item);
    bool good = expected == NULL;
    for (size_t i = 0; !good && i < count; i++)
        good = strcmp(expected, names[i]) == 0;
    if (!good) {
        const char *near = cmp_nearest(expected, names);
        reading_fail(reading, item->line[CMP_KEY_EXPECTED],
                     "no verdict '%s'%s%s%s; write the verdict, a blank and the reason, and of "
                     "verdicts %s",
                     expected, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                     audit ? "CORRECTNESS or PRUNABLE"
                           : "GO, NO-GO, NEUTRAL, UNDECIDED or INACTIVE");
    }
    free(expected);
    return good;
}

static bool workloads_check(reading_t *reading, const cmp_case_t *item) {
    char *list = cmp_text("%s", item->value[CMP_KEY_WORKLOAD]), *rest = list, *word;
    bool good = true;
    while (good && (word = strsep(&rest, ",")) != NULL) {
        if (wl_find(word) != NULL)
            continue;
        size_t count;
        const wl_workload_t *const *table = wl_table(&count);
        const char **names = calloc(count + 1, sizeof *names);
        for (size_t i = 0; i < count; i++)
            names[i] = table[i]->name;
        const char *near = cmp_nearest(word, names);
        good = reading_fail(reading, item->line[CMP_KEY_WORKLOAD],
                            "unknown workload '%s'%s%s%s; see 'list workloads'", word,
                            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        free(names);
    }
    free(list);
    return good;
}

static bool layouts_check(reading_t *reading, const cmp_case_t *item) {
    const char *text = item->value[CMP_KEY_LAYOUTS];
    if (text == NULL || strcmp(text, "none") == 0 || cmp_layouts_parse(text) > 0)
        return true;
    return reading_fail(reading, item->line[CMP_KEY_LAYOUTS],
                        "cannot use '%s' for layouts: allowed are numbers from %d to %d, and none",
                        text, CMP_LAYOUTS_LEAST, CMP_LAYOUTS_MOST);
}

static bool budget_check(reading_t *reading, const cmp_case_t *item) {
    const char *text = item->value[CMP_KEY_BUDGET];
    if (text == NULL || cmp_budget_parse(text) > 0)
        return true;
    return reading_fail(reading, item->line[CMP_KEY_BUDGET],
                        "cannot use '%s' for budget: " CMP_BUDGET_HELP, text);
}

/* Keys that a case of its kind must have. */
static bool keys_check(reading_t *reading, const cmp_case_t *item, int line) {
    static const cmp_key_t compared[] = {CMP_KEY_QUESTION, CMP_KEY_BASE, CMP_KEY_TREATMENT,
                                         CMP_KEY_WORKLOAD};
    static const cmp_key_t audited[] = {CMP_KEY_QUESTION, CMP_KEY_ATOMICS};
    const bool audit = cmp_case_is_audit(item);
    const cmp_key_t *needed = audit ? audited : compared;
    const size_t count =
        audit ? sizeof audited / sizeof *audited : sizeof compared / sizeof *compared;
    for (size_t i = 0; i < count; i++)
        if (item->value[needed[i]] == NULL || *item->value[needed[i]] == '\0')
            return reading_fail(reading, line, "the key '%s' is missing%s%s", key_names[needed[i]],
                                *item->name != '\0' ? " in the case " : "", item->name);
    for (cmp_key_t key = 0; audit && key < CMP_KEY_COUNT; key++)
        if (item->value[key] != NULL && key != CMP_KEY_QUESTION && key != CMP_KEY_ATOMICS &&
            key != CMP_KEY_EXPECTED && key != CMP_KEY_PREDECESSOR)
            return reading_fail(reading, item->line[key],
                                "'%s' and 'atomics' exclude each other: a case either compares two "
                                "sides or audits source files",
                                key_names[key]);
    return true;
}

/* Takes what was read of a section, or of a file without any, as the next case. */
static bool case_finish(reading_t *reading, int line) {
    static const cmp_key_t lists[] = {CMP_KEY_WORKLOAD, CMP_KEY_THREADS,  CMP_KEY_PLACE,
                                      CMP_KEY_HIT,      CMP_KEY_COUNTERS, CMP_KEY_ATOMICS};
    cmp_experiment_t *experiment = reading->experiment;
    cmp_case_t *item = &reading->current;
    for (size_t i = 0; i < CMP_KEY_COUNT; i++)
        if (item->value[i] == NULL && reading->shared.value[i] != NULL) {
            item->value[i] = cmp_text("%s", reading->shared.value[i]);
            item->line[i] = reading->shared.line[i];
        }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (item->value[lists[i]] != NULL)
            list_normalise(item->value[lists[i]], ',');
    if (item->value[CMP_KEY_SET] != NULL)
        list_normalise(item->value[CMP_KEY_SET], ' ');
    bool good = keys_check(reading, item, line) && verdict_check(reading, item) &&
                layouts_check(reading, item) && budget_check(reading, item) &&
                (cmp_case_is_audit(item) || workloads_check(reading, item));
    experiment->cases =
        realloc(experiment->cases, (experiment->case_count + 1) * sizeof *experiment->cases);
    experiment->cases[experiment->case_count++] = *item;
    *item = (cmp_case_t){0};
    return good;
}

/* ------------------------------------------------------------------ lines, keys and sections */

static bool name_valid(const char *name, size_t length) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    return length > 0 && length <= NAME_MOST && strspn(name, allowed) >= length;
}

/* A line "[NAME]". */
static bool section_begin(reading_t *reading, const char *line) {
    const char *name = line + 1;
    const size_t length = strcspn(name, "]\n");
    if (!name_valid(name, length))
        return reading_fail(reading, reading->line,
                            "cannot use '%.*s' as a case: a name is 1 to %d letters, digits and "
                            "._-, in brackets",
                            (int)length, name, NAME_MOST);
    if (reading->current.name != NULL && !case_finish(reading, reading->line - 1))
        return false;
    reading->current.name = cmp_text("%.*s", (int)length, name);
    if (cmp_case_find(reading->experiment, reading->current.name) != NULL)
        return reading_fail(reading, reading->line,
                            "there are two cases '%s'; give one another "
                            "name",
                            reading->current.name);
    return true;
}

/* inih's reader: as fgets. */
static char *line_read(char *text, int bytes, void *context) {
    reading_t *reading = context;
    if (reading->failed || fgets(text, bytes, reading->file) == NULL)
        return NULL;
    reading->line++;
    if (strchr(text, '\n') == NULL && strlen(text) + 1 >= (size_t)bytes) {
        reading_fail(reading, reading->line,
                     "the line is longer than %d characters; go on in the next one, which begins "
                     "with a blank",
                     bytes - 2);
        return NULL;
    }
    reading->continued = isspace((unsigned char)text[0]) != 0;
    if (text[0] == '[' && !section_begin(reading, text))
        return NULL;
    return text;
}

/* inih's handler: 0 is a fault. A continued value comes as the same key again. */
static int key_take(void *context, const char *section, const char *name, const char *value) {
    reading_t *reading = context;
    cmp_case_t *item = reading->current.name != NULL ? &reading->current : &reading->shared;
    cmp_key_t key = 0;
    while (key < CMP_KEY_COUNT && strcmp(key_names[key], name) != 0)
        key++;
    if (key == CMP_KEY_COUNT) {
        const char *near = cmp_nearest(name, key_names);
        return reading_fail(reading, reading->line,
                            "unknown key '%s'%s%s%s; see docs/add-an-experiment.md", name,
                            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    if (strcmp(section, reading->current.name != NULL ? reading->current.name : "") != 0)
        return reading_fail(reading, reading->line,
                            "the brackets of case '%s' must stand at the beginning of their line",
                            section);
    if (item->value[key] != NULL && !reading->continued)
        return reading_fail(reading, reading->line, "'%s' is given a second time", name);
    char *longer = item->value[key] != NULL ? cmp_text("%s %s", item->value[key], value)
                                            : cmp_text("%s", value);
    free(item->value[key]);
    item->value[key] = longer;
    if (item->line[key] == 0)
        item->line[key] = reading->line;
    return 1;
}

/* "experiments/pool-v2.ini" and "pool-v2" of ".../experiments/pool-v2.ini". */
static void names_make(const char *path, cmp_experiment_t *experiment) {
    const char *file = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    const char *folder = file;
    while (folder > path + 1 && folder[-2] != '/')
        folder--;
    if (folder > path)
        folder--;
    const char *dot = strrchr(file, '.');
    experiment->path = cmp_text("%s", folder);
    experiment->name = cmp_text("%.*s", dot != NULL ? (int)(dot - file) : (int)strlen(file), file);
}

bool cmp_experiment_read(const char *path, cmp_experiment_t *experiment, char *error,
                         size_t error_bytes) {
    *experiment = (cmp_experiment_t){0};
    names_make(path, experiment);
    reading_t reading = {.file = fopen(path, "re"),
                         .path = experiment->path,
                         .experiment = experiment,
                         .error = error,
                         .error_bytes = error_bytes};
    if (reading.file == NULL)
        reading_fail(&reading, 0, "cannot be read: %s", strerror(errno));
    else if (!name_valid(experiment->name, strlen(experiment->name)))
        reading_fail(&reading, 0,
                     "its name cannot be that of an experiment: 1 to %d letters, digits and ._-",
                     NAME_MOST);
    const int fault =
        reading.failed ? 0 : ini_parse_stream(line_read, &reading, key_take, &reading);
    if (fault != 0)
        reading_fail(&reading, fault > 0 ? fault : 0, "neither KEY = VALUE nor [CASE]");
    if (!reading.failed) {
        if (reading.current.name == NULL) /* no sections: the shared keys are the case */
            reading.current.name = cmp_text("%s", "");
        case_finish(&reading, reading.line);
    }
    if (reading.file != NULL)
        fclose(reading.file);
    case_clear(&reading.shared);
    case_clear(&reading.current);
    if (reading.failed)
        cmp_experiment_free(experiment);
    return !reading.failed;
}

/* ------------------------------------------------------------------ the folder */

static int file_is_experiment(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && dot > entry->d_name && strcmp(dot, ".ini") == 0;
}

static int names_compare(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool cmp_experiments_read(const char *folder, cmp_experiment_t **experiments, size_t *count,
                          char *error, size_t error_bytes) {
    struct dirent **entries;
    *experiments = NULL;
    *count = 0;
    int found = scandir(folder, &entries, file_is_experiment, names_compare);
    if (found < 0) {
        snprintf(error, error_bytes, "cannot read the folder of experiments %s: %s", folder,
                 strerror(errno));
        return false;
    }
    bool good = true;
    *experiments = calloc((size_t)found + 1, sizeof **experiments);
    for (int i = 0; i < found; i++) {
        char *path = cmp_text("%s/%s", folder, entries[i]->d_name);
        if (good && cmp_experiment_read(path, &(*experiments)[*count], error, error_bytes))
            (*count)++;
        else
            good = false;
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (!good) {
        cmp_experiments_free(*experiments, *count);
        *experiments = NULL;
        *count = 0;
    }
    return good;
}

void cmp_experiment_free(cmp_experiment_t *experiment) {
    for (size_t i = 0; i < experiment->case_count; i++)
        case_clear(&experiment->cases[i]);
    free(experiment->cases);
    free(experiment->name);
    free(experiment->path);
    *experiment = (cmp_experiment_t){0};
}

void cmp_experiments_free(cmp_experiment_t *experiments, size_t count) {
    for (size_t i = 0; i < count; i++)
        cmp_experiment_free(&experiments[i]);
    free(experiments);
}

const cmp_experiment_t *cmp_experiment_find(const cmp_experiment_t *experiments, size_t count,
                                            const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(experiments[i].name, name) == 0)
            return &experiments[i];
    return NULL;
}

const cmp_case_t *cmp_case_find(const cmp_experiment_t *experiment, const char *name) {
    for (size_t i = 0; i < experiment->case_count; i++)
        if (strcmp(experiment->cases[i].name, name) == 0)
            return &experiment->cases[i];
    return NULL;
}

bool cmp_case_is_audit(const cmp_case_t *item) {
    return item->value[CMP_KEY_ATOMICS] != NULL;
}

char *cmp_case_expected(const cmp_case_t *item) {
    const char *text = item->value[CMP_KEY_EXPECTED];
    return text != NULL ? cmp_text("%.*s", (int)strcspn(text, " "), text) : NULL;
}

char *cmp_case_title(const cmp_experiment_t *experiment, const cmp_case_t *item) {
    return cmp_text("%s%s%s", experiment->name, *item->name != '\0' ? "/" : "", item->name);
}
