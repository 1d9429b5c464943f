/*
 * Parses the common options (argp) and turns mistakes into messages with a remedy. Called by the
 * main thread before anything is started, so every mistake may end the program at once.
 */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../workloads/worker_control.h"
#include "command.h"
#include "nearest.h"

enum {
    KEY_QUICK = 256,
    KEY_SEED,
    KEY_JSON,
    KEY_CSV,
    KEY_CHECK,
    KEY_LATENCY,
    KEY_COUNTERS,
    KEY_DURATION,
    KEY_MEMORY,
    KEY_DEADLINE,
    KEY_DRY_RUN,
    KEY_RESUME
};

enum { DURATION_MAX_SECONDS = 7 * 24 * 3600 };

static const struct argp_option option_table[] = {
    {NULL, 0, NULL, 0, "What to compare:", 1},
    {"allocators", 'a', "LIST", 0,
     "Allocators, separated by commas; the first is what ratios refer to. A name of 'list "
     "allocators', hakmem:VARIANT, or NAME=/path/to/lib.so (default: hakmem and all that are "
     "installed)",
     1},
    {"threads", 't', "LIST", 0, "Numbers of threads, e.g. 1,2,4 (default: 1 and all PUs)", 1},
    {"place", 'p', "LIST", 0,
     "Placement of threads on PUs, see 'list placements'; pus:0,2,4 names PUs, and behind @ stands "
     "where memory comes from: compact@local, @interleave or @node:N (default compact)",
     1},
    {"set", 's', "KEY=VALUE", 0,
     "Parameter of the workload, see 'list workloads'; applies to every named workload that has "
     "it; "
     "may be repeated",
     1},
    {"check", KEY_CHECK, NULL, 0,
     "Fill every block with a pattern and verify it when it is freed; slower, so do not compare "
     "figures with those of runs without it",
     1},
    {"latency", KEY_LATENCY, NULL, 0,
     "Also time every malloc and free, in samples of their own after the rounds: percentiles, and "
     "what the slowest calls did",
     1},
    {"counters", KEY_COUNTERS, NULL, 0,
     "Also count instructions, branches and cache misses per op: by the PMU where the machine has "
     "one, else under cachegrind after the rounds, seconds for each row",
     1},
    {NULL, 0, NULL, 0, "How long:", 2},
    {"rounds", 'r', "N", 0, "Rounds: processes per row of the table (default 10)", 2},
    {"quick", KEY_QUICK, NULL, 0,
     "Whole run in less than 15 seconds: shorter samples, fewer rounds", 2},
    {"duration", KEY_DURATION, "SECONDS", 0,
     "Measure each sample for this time (whole seconds) instead of a calibrated number of "
     "operations",
     2},
    {"deadline", KEY_DEADLINE, "SECONDS", 0,
     "A sample that takes longer has failed (default: 20 times what is expected, and 10 s)", 2},
    {"memory-limit", KEY_MEMORY, "SIZE", 0,
     "A sample that takes more memory has failed, e.g. 4G (default: half of what is available)", 2},
    {"seed", KEY_SEED, "N", 0, "Seed of the work and of the order of rounds (default: random)", 2},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "Print the plan and how long it will take; measure nothing",
     2},
    {"resume", KEY_RESUME, "RUN", OPTION_ARG_OPTIONAL,
     "Go on with the newest interrupted or killed run of the same command, or with the one whose "
     "UUID begins with RUN; what is measured is not measured again",
     2},
    {NULL, 0, NULL, 0, "Results:", 3},
    {"json", KEY_JSON, "FILE", 0, "Write everything as JSON; - is stdout, and nothing else there",
     3},
    {"csv", KEY_CSV, "FILE", 0, "Write every sample as CSV; - is stdout, and nothing else there",
     3},
    {"output", 'o', "DIR", 0, "Folder of the results database, results.db", 3},
    {"help", 'h', NULL, 0, "Print this help", -1},
    {0},
};

/* Reads a whole decimal number within bounds. */
static bool number_parse(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number) {
    if (!isdigit((unsigned char)text[0]))
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value < minimum || value > maximum)
        return false;
    *number = value;
    return true;
}

static uint64_t number_option(const char *option, const char *text, uint64_t minimum,
                              uint64_t maximum) {
    uint64_t number;
    if (!number_parse(text, minimum, maximum, &number))
        cmp_usage_error("cannot use '%s' for %s: allowed are whole numbers from %llu to %llu", text,
                        option, (unsigned long long)minimum, (unsigned long long)maximum);
    return number;
}

static double seconds_option(const char *option, const char *text) {
    const double maximum = DURATION_MAX_SECONDS;
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(seconds) || seconds < 0.01 || seconds > maximum)
        cmp_usage_error("cannot use '%s' for %s: allowed are seconds from 0.01 to %.0f, e.g. 60",
                        text, option, maximum);
    return seconds;
}

static uint64_t size_option(const char *option, const char *text) {
    const uint64_t minimum = 1 << 20;
    char *end;
    errno = 0;
    unsigned long long value = isdigit((unsigned char)text[0]) ? strtoull(text, &end, 10) : 0;
    unsigned shift = 0;
    if (value != 0 && errno == 0) {
        static const char units[] = "kmgt";
        const char *unit = *end != '\0' ? strchr(units, tolower((unsigned char)*end)) : NULL;
        if (unit != NULL) {
            shift = 10 * (unsigned)(unit - units + 1);
            end++;
        }
        if (*end != '\0')
            value = 0;
    }
    if (value == 0 || errno != 0 || value > (UINT64_MAX >> 1) >> shift || value << shift < minimum)
        cmp_usage_error("cannot use '%s' for %s: allowed are sizes from 1M, e.g. 512M or 4G", text,
                        option);
    return (uint64_t)value << shift;
}

/* Calls `take` for every word of a list separated by commas. */
static void list_each(const char *option, const char *list,
                      void (*take)(cmp_options_t *options, const char *word),
                      cmp_options_t *options) {
    char *copy = strdup(list), *rest = copy, *word;
    while ((word = strsep(&rest, ",")) != NULL) {
        if (*word == '\0')
            cmp_usage_error("cannot use '%s' for %s: it has an empty entry; separate entries by "
                            "one comma",
                            list, option);
        take(options, word);
    }
    free(copy);
}

static void threads_take(cmp_options_t *options, const char *word) {
    uint64_t threads;
    if (!number_parse(word, 1, WL_MAX_THREADS, &threads))
        cmp_usage_error("cannot run with '%s' threads: allowed are whole numbers from 1 to %d, "
                        "e.g. -t 1,2,4",
                        word, WL_MAX_THREADS);
    for (size_t i = 0; i < options->thread_count; i++)
        if (options->threads[i] == threads)
            return;
    options->threads =
        realloc(options->threads, (options->thread_count + 1) * sizeof *options->threads);
    options->threads[options->thread_count++] = (uint32_t)threads;
}

static error_t option_parse(int key, char *value, struct argp_state *state) {
    cmp_options_t *options = state->input;
    switch (key) {
    case 'a':
        options->allocators = value;
        break;
    case 't':
        list_each("--threads", value, threads_take, options);
        break;
    case 'p':
        cmp_places_parse(&options->places, value);
        break;
    case 's':
        options->settings =
            realloc(options->settings, (options->setting_count + 1) * sizeof *options->settings);
        options->settings[options->setting_count++] = value;
        break;
    case KEY_CHECK:
        options->check = true;
        break;
    case KEY_LATENCY:
        options->latency = true;
        break;
    case KEY_COUNTERS:
        options->counters = true;
        break;
    case 'r':
        options->rounds = (uint32_t)number_option("--rounds", value, 1, 100000);
        break;
    case KEY_QUICK:
        options->quick = true;
        break;
    case KEY_DURATION:
        options->duration_seconds =
            (double)number_option("--duration", value, 1, DURATION_MAX_SECONDS);
        break;
    case KEY_DEADLINE:
        options->deadline_seconds = seconds_option("--deadline", value);
        break;
    case KEY_MEMORY:
        options->memory_limit_bytes = size_option("--memory-limit", value);
        break;
    case KEY_SEED:
        options->seed = number_option("--seed", value, 0, CMP_SEED_MAX);
        options->seed_given = true;
        break;
    case KEY_DRY_RUN:
        options->dry_run = true;
        break;
    case KEY_RESUME:
        options->resume = value != NULL ? value : "";
        break;
    case KEY_JSON:
        options->json = value;
        break;
    case KEY_CSV:
        options->csv = value;
        break;
    case 'o':
        options->output = value;
        break;
    case 'h':
        options->help = true;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp cmp_options_argp = {.options = option_table, .parser = option_parse};

/* ------------------------------------------------------------------ checking the words */

typedef bool (*option_visitor)(const struct argp_option *option, const void *wanted);

/* The first option for which `visit` is true, in the argp's own table and its children's. */
static const struct argp_option *option_find(const struct argp *argp, option_visitor visit,
                                             const void *wanted) {
    for (const struct argp_option *option = argp->options;
         option != NULL && (option->name != NULL || option->key != 0 || option->doc != NULL);
         option++)
        if (option->name != NULL && visit(option, wanted))
            return option;
    for (const struct argp_child *child = argp->children; child != NULL && child->argp != NULL;
         child++) {
        const struct argp_option *option = option_find(child->argp, visit, wanted);
        if (option != NULL)
            return option;
    }
    return NULL;
}

static bool option_has_letter(const struct argp_option *option, const void *wanted) {
    return option->key == *(const char *)wanted;
}

/* `wanted` is the word after "--", perhaps with "=value"; unique beginnings are left to argp. */
static bool option_begins(const struct argp_option *option, const void *wanted) {
    const char *word = wanted;
    return strncmp(option->name, word, strcspn(word, "=")) == 0;
}

typedef struct name_list {
    const char *names[64];
    size_t count;
} name_list_t;

static bool option_collect(const struct argp_option *option, const void *wanted) {
    name_list_t *list = (name_list_t *)wanted;
    if (list->count + 1 < sizeof list->names / sizeof list->names[0])
        list->names[list->count++] = option->name;
    return false;
}

static _Noreturn void option_unknown(const struct argp *argp, const char *program,
                                     const char *word) {
    name_list_t list = {.count = 0};
    option_find(argp, option_collect, &list);
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    const char *near = cmp_nearest(name, list.names);
    cmp_usage_error("unknown option '--%s'%s%s%s; see '%s --help'", name,
                    near ? "; did you mean '--" : "", near ? near : "", near ? "'?" : "", program);
}

/* True when the option's value is the next word of the command line. */
static bool long_option_check(const struct argp *argp, const char *program, const char *word) {
    const struct argp_option *option = option_find(argp, option_begins, word);
    if (option == NULL || *word == '=')
        option_unknown(argp, program, word);
    bool has_value = strchr(word, '=') != NULL;
    if (has_value && option->arg == NULL)
        cmp_usage_error("option '--%s' takes no value; see '%s --help'", option->name, program);
    return option->arg != NULL && (option->flags & OPTION_ARG_OPTIONAL) == 0 && !has_value;
}

static bool short_options_check(const struct argp *argp, const char *program, const char *word) {
    for (const char *letter = word; *letter != '\0'; letter++) {
        const struct argp_option *option = option_find(argp, option_has_letter, letter);
        if (option == NULL)
            cmp_usage_error("unknown option '-%c'; see '%s --help'", *letter, program);
        if (option->arg != NULL)
            return letter[1] == '\0';
    }
    return false;
}

void cmp_options_parse(const struct argp *argp, int argc, char **argv, void *input) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        bool value_follows = false;
        if (strncmp(argv[i], "--", 2) == 0)
            value_follows = long_option_check(argp, argv[0], argv[i] + 2);
        else if (argv[i][0] == '-' && argv[i][1] != '\0')
            value_follows = short_options_check(argp, argv[0], argv[i] + 1);
        if (value_follows && ++i >= argc)
            cmp_usage_error("option '%s' needs a value; see '%s --help'", argv[i - 1], argv[0]);
    }
    argp_err_exit_status = CMP_EXIT_USAGE;
    /* argp reorders what it parses; the caller's command line is kept for the record. */
    char **reordered = calloc((size_t)argc + 1, sizeof *reordered);
    memcpy(reordered, argv, (size_t)argc * sizeof *reordered);
    error_t result = argp_parse(argp, argc, reordered, ARGP_NO_HELP, NULL, input);
    free(reordered);
    if (result != 0)
        cmp_usage_error("cannot read the command line; see '%s --help'", argv[0]);
}

char *cmp_options_help_filter(int key, const char *text, void *input) {
    (void)input;
    return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

void cmp_options_help(const struct argp *argp, const char *name) {
    char copy[256];
    snprintf(copy, sizeof copy, "%s", name);
    argp_help(argp, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, copy);
}

/* ------------------------------------------------------------------ workloads */

static _Noreturn void workload_unknown(const char *word, bool commands) {
    size_t count, filled = 0;
    const wl_workload_t *const *table = wl_table(&count);
    const char *names[64] = {NULL};
    for (size_t i = 0; i < count && filled < 40; i++)
        names[filled++] = table[i]->name;
    for (const cmp_command_t *const *command = cmp_commands(); commands && *command != NULL;
         command++)
        if (strcmp((*command)->name, "compare") != 0 && filled < 62)
            names[filled++] = (*command)->name;
    const char *near = cmp_nearest(word, names);
    cmp_usage_error("unknown workload%s '%s'%s%s%s; see '%s list' and '%s --help'",
                    commands ? " or command" : "", word, near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "", cmp_program(), cmp_program());
}

const wl_workload_t **cmp_options_workloads(const char *list, bool commands, size_t *count) {
    const wl_workload_t **workloads = NULL;
    *count = 0;
    char *copy = strdup(list), *rest = copy, *word;
    while ((word = strsep(&rest, ",")) != NULL) {
        if (*word == '\0')
            cmp_usage_error("cannot use '%s' as workloads: it has an empty entry; separate entries "
                            "by one comma",
                            list);
        const wl_workload_t *workload = wl_find(word);
        if (workload == NULL)
            workload_unknown(word, commands);
        bool repeated = false;
        for (size_t i = 0; i < *count; i++)
            repeated |= workloads[i] == workload;
        if (repeated)
            continue;
        workloads = realloc(workloads, (*count + 1) * sizeof *workloads);
        workloads[(*count)++] = workload;
    }
    free(copy);
    return workloads;
}

static bool workload_has(const wl_workload_t *workload, const char *key, size_t key_bytes) {
    for (size_t i = 0; i < workload->parameter_count; i++)
        if (strlen(workload->parameters[i].name) == key_bytes &&
            memcmp(workload->parameters[i].name, key, key_bytes) == 0)
            return true;
    return false;
}

static _Noreturn void parameter_unknown(const char *key, const wl_workload_t *const *workloads,
                                        size_t workload_count) {
    const char *names[4 * WL_MAX_PARAMETERS + 1] = {NULL};
    char where[256] = "";
    size_t filled = 0;
    for (size_t w = 0; w < workload_count; w++) {
        size_t used = strlen(where);
        snprintf(where + used, sizeof where - used, "%s%s", w > 0 ? ", " : "", workloads[w]->name);
        for (size_t i = 0; i < workloads[w]->parameter_count && filled < 4 * WL_MAX_PARAMETERS; i++)
            names[filled++] = workloads[w]->parameters[i].name;
    }
    const char *near = cmp_nearest(key, names);
    cmp_usage_error("no parameter '%s' in %s%s%s%s; see '%s list workloads'", key, where,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                    cmp_program());
}

wl_values_t *cmp_options_values(const cmp_options_t *options, const wl_workload_t *const *workloads,
                                size_t workload_count) {
    wl_values_t *values = calloc(workload_count, sizeof *values);
    char error[512];
    for (size_t w = 0; w < workload_count; w++)
        wl_defaults(workloads[w], &values[w]);
    for (size_t i = 0; i < options->setting_count; i++) {
        const char *setting = options->settings[i];
        size_t key_bytes = strcspn(setting, "=");
        if (key_bytes == 0 || setting[key_bytes] != '=')
            cmp_usage_error("cannot use '%s' for --set: it is not KEY=VALUE, e.g. -s slots=1024",
                            setting);
        bool applied = false;
        for (size_t w = 0; w < workload_count; w++) {
            if (!workload_has(workloads[w], setting, key_bytes))
                continue;
            if (!wl_set(workloads[w], &values[w], setting, error, sizeof error))
                cmp_usage_error("cannot set '%s' of %s: %s", setting, workloads[w]->name, error);
            applied = true;
        }
        if (!applied) {
            char key[64];
            snprintf(key, sizeof key, "%.*s", (int)key_bytes, setting);
            parameter_unknown(key, workloads, workload_count);
        }
    }
    for (size_t w = 0; w < workload_count; w++)
        if (workloads[w]->validate != NULL &&
            !workloads[w]->validate(&values[w], error, sizeof error))
            cmp_usage_error("cannot run %s with these parameters: %s", workloads[w]->name, error);
    return values;
}
