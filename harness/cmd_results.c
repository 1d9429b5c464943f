/*
 * `compare results`: lists, shows, exports, merges and removes recorded runs. Main thread; measures
 * nothing. An action is one line in the table of actions, with the options that mean something to
 * it.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "command.h"
#include "nearest.h"
#include "options.h"
#include "output.h"
#include "paths.h"
#include "recorded.h"
#include "report.h"
#include "report_json.h"
#include "report_text.h"
#include "scaling.h"
#include "session.h"
#include "store_manage.h"

enum { KEY_JSON = 256, KEY_CSV, KEY_DATABASE, KEY_NAMES, KEY_DRY_RUN };

/* Options of this command, as bits of what an action takes. */
enum {
    OPTION_JSON = 1,
    OPTION_CSV = 2,
    OPTION_DATABASE = 4,
    OPTION_NAMES = 8,
    OPTION_DRY_RUN = 16,
};

typedef struct results_options {
    const char *action;
    char **words; /* what follows the action */
    size_t word_count;
    const char *output, *json, *csv, *database;
    bool names, dry_run, help;
    char *path; /* of the results database */
} results_options_t;

/* ---------------------------------------------------------------- reading runs */

static cmp_store_t *store_open(const results_options_t *options) {
    char error[1024];
    cmp_store_t *store = cmp_store_open_read(options->path, error, sizeof error);
    if (store == NULL)
        cmp_usage_error("%s", error);
    return store;
}

/* The UUIDs of the runs that are named, each once; ends the program where one is not there. */
static char (*runs_find(cmp_store_t *store, const results_options_t *options,
                        size_t *count))[CMP_UUID_BYTES] {
    char(*uuids)[CMP_UUID_BYTES] = calloc(options->word_count + 1, sizeof *uuids);
    char error[1024];
    *count = 0;
    if (uuids == NULL)
        abort();
    for (size_t i = 0; i < options->word_count; i++) {
        bool repeated = false;
        if (!cmp_store_find(store, options->words[i], uuids[*count], error, sizeof error))
            cmp_usage_error("%s", error);
        for (size_t j = 0; j < *count; j++)
            repeated |= strcmp(uuids[j], uuids[*count]) == 0;
        *count += !repeated;
    }
    return uuids;
}

/* ---------------------------------------------------------------- list */

static void time_format(double unix_seconds, char *text, size_t text_bytes) {
    time_t seconds = (time_t)unix_seconds;
    struct tm utc;
    if (unix_seconds == 0 || gmtime_r(&seconds, &utc) == NULL ||
        strftime(text, text_bytes, "%Y-%m-%d %H:%M", &utc) == 0)
        snprintf(text, text_bytes, "n/a");
}

/* Characters of a UUID that tell all of them apart; at least 8. */
static int uuid_width(const cmp_run_line_t *lines, size_t count) {
    size_t width = 8;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            while (width < CMP_UUID_BYTES - 1 && strncmp(lines[i].uuid, lines[j].uuid, width) == 0)
                width++;
    return (int)width;
}

static void lines_print(const cmp_run_line_t *lines, size_t count) {
    enum { RUN, STARTED, STATE, ROUNDS, SAMPLES, FAILED, COMMAND, COLUMNS };
    static const char *const names[COLUMNS] = {"run",     "started (UTC)", "state",  "rounds",
                                               "samples", "failed",        "command"};
    cmp_grid_t grid = {.columns = COLUMNS};
    const int width = uuid_width(lines, count);
    grid.right[ROUNDS] = grid.right[SAMPLES] = grid.right[FAILED] = true;
    cmp_grid_row(&grid);
    for (size_t column = 0; column < COLUMNS; column++)
        cmp_grid_set(&grid, column, CMP_STYLE_PLAIN, "%s", names[column]);
    for (size_t i = 0; i < count; i++) {
        const cmp_run_line_t *line = &lines[i];
        char started[32];
        time_format(line->started, started, sizeof started);
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, RUN, CMP_STYLE_PLAIN, "%.*s", width, line->uuid);
        cmp_grid_set(&grid, STARTED, CMP_STYLE_PLAIN, "%s", started);
        cmp_grid_set(&grid, STATE, CMP_STYLE_PLAIN, "%s", line->state);
        if (strcmp(line->state, "complete") == 0)
            cmp_grid_set(&grid, ROUNDS, CMP_STYLE_PLAIN, "%u", line->rounds_done);
        else
            cmp_grid_set(&grid, ROUNDS, CMP_STYLE_PLAIN, "of %u", line->rounds);
        cmp_grid_set(&grid, SAMPLES, CMP_STYLE_PLAIN, "%" PRIu64, line->samples);
        cmp_grid_set(&grid, FAILED, line->failed ? CMP_STYLE_FAILURE : CMP_STYLE_PLAIN, "%" PRIu64,
                     line->failed);
        cmp_grid_set(&grid, COMMAND, CMP_STYLE_PLAIN, "%s", line->command);
    }
    cmp_grid_print(&grid, stdout, cmp_session_colour());
}

static json_t *json_words(const char *list) {
    json_t *array = json_array();
    char *copy = cmp_text("%s", list), *rest = copy, *word;
    while (*list != '\0' && (word = strsep(&rest, ",")) != NULL)
        json_array_append_new(array, json_text(word));
    free(copy);
    return array;
}

typedef struct line_list {
    const cmp_run_line_t *lines;
    size_t count;
} line_list_t;

static bool lines_json(const void *context, FILE *file) {
    const line_list_t *list = context;
    json_t *root = json_object(), *runs = json_array();
    for (size_t i = 0; i < list->count; i++) {
        const cmp_run_line_t *line = &list->lines[i];
        json_t *run = json_object();
        set(run, "run", json_text(line->uuid));
        set(run, "state", json_text(line->state));
        set(run, "kind", json_text(line->kind));
        set(run, "command", json_text(line->command));
        set(run, "started_unix", json_number(line->started));
        set(run, "ended_unix", json_number(line->ended != 0 ? line->ended : NAN));
        set(run, "rounds", json_count(line->rounds));
        set(run, "rounds_done", json_count(line->rounds_done));
        set(run, "samples", json_count(line->samples));
        set(run, "failed_samples", json_count(line->failed));
        set(run, "workloads", json_words(line->workloads));
        set(run, "allocators", json_words(line->allocators));
        set(run, "threads", json_words(line->threads));
        set(run, "machine", json_text(line->machine_id));
        set(run, "cpu", *line->cpu ? json_text(line->cpu) : json_null());
        set(run, "commit", *line->commit ? json_text(line->commit) : json_null());
        json_array_append_new(runs, run);
    }
    set(root, "schema", json_integer(1));
    set(root, "runs", runs);
    bool written = json_dumpf(root, file, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) == 0;
    json_decref(root);
    return fputc('\n', file) != EOF && written && !ferror(file);
}

static int list_action(results_options_t *options) {
    char error[1024];
    cmp_store_t *store = store_open(options);
    size_t count;
    cmp_run_line_t *lines = cmp_store_lines(store, &count, error, sizeof error);
    if (lines == NULL)
        cmp_usage_error("%s", error);
    int status = CMP_EXIT_VALID;
    const line_list_t list = {lines, count};
    if (options->names) {
        for (size_t i = 0; i < count; i++)
            puts(lines[i].uuid);
    } else if (options->json == NULL) {
        if (count > 0)
            lines_print(lines, count);
        else
            puts("no runs");
    } else if (!cmp_output_write(options->json, lines_json, &list, error, sizeof error)) {
        cmp_error("%s", error);
        status = CMP_EXIT_FAILED;
    }
    cmp_store_lines_free(lines, count);
    cmp_store_close(store);
    return status;
}

/* ---------------------------------------------------------------- show */

/* As the command printed it that measured. */
static void recorded_print(cmp_recorded_t *recorded) {
    if (!cmp_recorded_is_scale(&recorded->run)) {
        cmp_report_table(&recorded->report, stdout, cmp_session_colour());
        return;
    }
    cmp_scaling_t scaling = cmp_scaling_make(&recorded->report);
    recorded->report.scaling = &scaling;
    cmp_scaling_print(&scaling, stdout, cmp_session_colour());
    cmp_report_footer(&recorded->report, stdout);
    recorded->report.scaling = NULL;
    cmp_scaling_free(&scaling);
}

static int show_action(results_options_t *options) {
    cmp_store_t *store = store_open(options);
    size_t count;
    char(*uuids)[CMP_UUID_BYTES] = runs_find(store, options, &count);
    char error[1024];
    int status = CMP_EXIT_VALID;
    for (size_t i = 0; i < count && status == CMP_EXIT_VALID; i++) {
        cmp_recorded_t recorded;
        if (!cmp_recorded_load(&recorded, store, uuids[i], error, sizeof error)) {
            cmp_error("%s", error);
            status = CMP_EXIT_FAILED;
            break;
        }
        if (i > 0)
            putchar('\n');
        if (cmp_recorded_is_ab(&recorded.run))
            cmp_run_note(&recorded.run,
                         "the ratio's interval in the table is not corrected for the "
                         "looks that ab took; that of the verdict is");
        recorded_print(&recorded);
        cmp_recorded_free(&recorded);
    }
    free(uuids);
    cmp_store_close(store);
    return status;
}

/* ---------------------------------------------------------------- export */

/* The runs of one CSV file: loaded one after the other, so that the largest decides on memory. */
typedef struct export_runs {
    cmp_store_t *store;
    char (*uuids)[CMP_UUID_BYTES];
    size_t count;
    char *error;
    size_t error_bytes;
} export_runs_t;

static bool csv_render(const void *context, FILE *file) {
    const export_runs_t *runs = context;
    cmp_report_csv_header(file);
    for (size_t i = 0; i < runs->count; i++) {
        cmp_recorded_t recorded;
        if (!cmp_recorded_load(&recorded, runs->store, runs->uuids[i], runs->error,
                               runs->error_bytes))
            return false;
        bool written = cmp_report_csv_rows(&recorded.report, file);
        cmp_recorded_free(&recorded);
        if (!written)
            return false;
    }
    return true;
}

static bool json_render(const void *context, FILE *file) {
    const export_runs_t *runs = context;
    cmp_recorded_t recorded;
    if (!cmp_recorded_load(&recorded, runs->store, runs->uuids[0], runs->error, runs->error_bytes))
        return false;
    cmp_scaling_t scaling = {0};
    if (cmp_recorded_is_scale(&recorded.run)) {
        scaling = cmp_scaling_make(&recorded.report);
        recorded.report.scaling = &scaling;
    }
    bool written = cmp_report_json(&recorded.report, file);
    cmp_scaling_free(&scaling);
    cmp_recorded_free(&recorded);
    return written;
}

/* Writes one file; what could not be read is told rather than that it could not be written. */
static bool export_file(const export_runs_t *runs, const char *path,
                        bool (*render)(const void *context, FILE *file)) {
    char error[1024];
    *runs->error = '\0';
    if (path == NULL || cmp_output_write(path, render, runs, error, sizeof error))
        return true;
    cmp_error("%s", *runs->error != '\0' ? runs->error : error);
    return false;
}

static int export_action(results_options_t *options) {
    if (options->json == NULL && options->csv == NULL && options->database == NULL)
        cmp_usage_error("nothing to export to; name a file with --json, --csv or --database");
    if (options->json != NULL && options->csv != NULL && strcmp(options->json, options->csv) == 0)
        cmp_usage_error("--json and --csv cannot both write to '%s'", options->json);
    struct stat from, to;
    if (options->database != NULL && stat(options->path, &from) == 0 &&
        stat(options->database, &to) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino)
        cmp_usage_error("cannot export '%s' onto itself; name another file", options->database);
    cmp_store_t *store = store_open(options);
    char reason[1024], error[1024];
    export_runs_t runs = {.store = store, .error = reason, .error_bytes = sizeof reason};
    runs.uuids = runs_find(store, options, &runs.count);
    if (options->json != NULL && runs.count > 1)
        cmp_usage_error("--json takes one run, %zu are named; export each to a file of its own",
                        runs.count);
    bool good = export_file(&runs, options->json, json_render) &&
                export_file(&runs, options->csv, csv_render);
    if (good && options->database != NULL) {
        const char **names = calloc(runs.count + 1, sizeof *names);
        for (size_t i = 0; names != NULL && i < runs.count; i++)
            names[i] = runs.uuids[i];
        good = cmp_store_copy(store, names, runs.count, options->database, error, sizeof error);
        if (!good)
            cmp_error("%s", error);
        free(names);
    }
    free(runs.uuids);
    cmp_store_close(store);
    return good ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

/* ---------------------------------------------------------------- merge */

/* A folder stands for the database in it. */
static char *source_path(const char *word) {
    struct stat status;
    return stat(word, &status) == 0 && S_ISDIR(status.st_mode) ? cmp_text("%s/results.db", word)
                                                               : cmp_text("%s", word);
}

static void merge_print(const char *path, const cmp_merge_t *merge) {
    printf("%s: %zu run%s added, %zu extended, %zu known; %" PRIu64 " sample%s added", path,
           merge->runs_added, merge->runs_added == 1 ? "" : "s", merge->runs_extended,
           merge->runs_known, merge->samples_added, merge->samples_added == 1 ? "" : "s");
    if (merge->runs_measured > 0)
        printf("; %zu left out, still being measured", merge->runs_measured);
    putchar('\n');
}

static int merge_action(results_options_t *options) {
    char error[1024];
    cmp_store_t **sources = calloc(options->word_count + 1, sizeof *sources);
    if (sources == NULL)
        abort();
    struct stat own, other;
    for (size_t i = 0; i < options->word_count; i++) { /* all of them before any is merged */
        char *path = source_path(options->words[i]);
        if (stat(options->path, &own) == 0 && stat(path, &other) == 0 &&
            own.st_dev == other.st_dev && own.st_ino == other.st_ino)
            cmp_usage_error("cannot merge '%s' into itself; name another database", path);
        sources[i] = cmp_store_open_read(path, error, sizeof error);
        if (sources[i] == NULL)
            cmp_usage_error("%s", error);
        free(path);
    }
    cmp_store_t *store = cmp_store_open(options->path, error, sizeof error);
    if (store == NULL)
        cmp_usage_error("%s", error);
    int status = CMP_EXIT_VALID;
    for (size_t i = 0; i < options->word_count && status == CMP_EXIT_VALID; i++) {
        cmp_merge_t merge;
        if (cmp_store_merge(store, sources[i], NULL, 0, &merge, error, sizeof error)) {
            merge_print(options->words[i], &merge);
        } else {
            cmp_error("%s", error);
            status = CMP_EXIT_FAILED;
        }
    }
    for (size_t i = 0; i < options->word_count; i++)
        cmp_store_close(sources[i]);
    free(sources);
    cmp_store_close(store);
    return status;
}

/* ---------------------------------------------------------------- rm */

static int rm_action(results_options_t *options) {
    cmp_store_t *store = store_open(options);
    size_t count;
    char error[1024];
    char(*uuids)[CMP_UUID_BYTES] = runs_find(store, options, &count);
    cmp_store_close(store);
    store = options->dry_run ? NULL : cmp_store_open(options->path, error, sizeof error);
    if (store == NULL && !options->dry_run)
        cmp_usage_error("%s", error);
    int status = CMP_EXIT_VALID;
    for (size_t i = 0; i < count && status == CMP_EXIT_VALID; i++) {
        uint64_t samples = 0;
        if (options->dry_run) {
            printf("would remove %s\n", uuids[i]);
        } else if (cmp_store_remove(store, uuids[i], &samples, error, sizeof error)) {
            printf("removed %s, %" PRIu64 " sample%s\n", uuids[i], samples,
                   samples == 1 ? "" : "s");
        } else {
            cmp_error("%s", error);
            status = CMP_EXIT_FAILED;
        }
    }
    cmp_store_close(store);
    free(uuids);
    return status;
}

/* ---------------------------------------------------------------- command line */

typedef struct action {
    const char *name, *words; /* what it takes, as in the usage; NULL: nothing */
    unsigned options;
    int (*run)(results_options_t *options);
} action_t;

static const action_t actions[] = {
    {"list", NULL, OPTION_JSON | OPTION_NAMES, list_action},
    {"show", "RUN", 0, show_action},
    {"export", "RUN", OPTION_JSON | OPTION_CSV | OPTION_DATABASE, export_action},
    {"merge", "DATABASE", 0, merge_action},
    {"rm", "RUN", OPTION_DRY_RUN, rm_action},
};
enum { ACTION_COUNT = sizeof actions / sizeof actions[0] };

static error_t results_parse(int key, char *value, struct argp_state *state) {
    results_options_t *options = state->input;
    switch (key) {
    case 'h':
        options->help = true;
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case KEY_JSON:
        options->json = value;
        return 0;
    case KEY_CSV:
        options->csv = value;
        return 0;
    case KEY_DATABASE:
        options->database = value;
        return 0;
    case KEY_NAMES:
        options->names = true;
        return 0;
    case KEY_DRY_RUN:
        options->dry_run = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->action == NULL)
            options->action = value;
        else
            options->words[options->word_count++] = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option results_option_table[] = {
    {"output", 'o', "DIR", 0, "Folder of the results database, results.db", 0},
    {"json", KEY_JSON, "FILE", 0, "list, export: write JSON; - is stdout", 0},
    {"csv", KEY_CSV, "FILE", 0, "export: write every sample as CSV; - is stdout", 0},
    {"database", KEY_DATABASE, "FILE", 0,
     "export: write a database with these runs alone, for 'results merge' elsewhere", 0},
    {"names", KEY_NAMES, NULL, 0, "list: print UUIDs and nothing else, one a line", 0},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "rm: say what would be removed, remove nothing", 0},
    {"help", 'h', NULL, 0, "Print this help", 0},
    {0},
};

static const struct argp results_argp = {
    .help_filter = cmp_options_help_filter,
    .options = results_option_table,
    .parser = results_parse,
    .args_doc = "list\nshow RUN...\nexport RUN... [--json FILE] [--csv FILE] [--database FILE]\n"
                "merge DATABASE...\nrm RUN...",
    .doc =
        "Lists recorded runs, shows one as it was measured, writes its data, takes over the runs "
        "of other databases, removes runs. RUN is the beginning of a run's UUID, or newest; "
        "DATABASE a file or the folder of a results.db.\v"
        "Merging adds runs and samples that are not there yet, by their UUIDs; the database that "
        "is read stays as it is.\n"
        "\n"
        "Examples:\n"
        "  ./compare results list\n"
        "  ./compare results show newest\n"
        "  ./compare results export newest --csv samples.csv --json run.json\n"
        "  ./compare results merge other/results.db",
};

/* Ends the program where an option stands that means nothing to the action. */
static void options_check(const results_options_t *options, const action_t *action) {
    const struct {
        const char *name;
        unsigned bit;
        bool given;
    } given[] = {
        {"--json", OPTION_JSON, options->json != NULL},
        {"--csv", OPTION_CSV, options->csv != NULL},
        {"--database", OPTION_DATABASE, options->database != NULL},
        {"--names", OPTION_NAMES, options->names},
        {"--dry-run", OPTION_DRY_RUN, options->dry_run},
    };
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i].given && !(action->options & given[i].bit))
            cmp_usage_error("option %s has no meaning for 'results %s'; see '%s results --help'",
                            given[i].name, action->name, cmp_program());
    if (options->names && options->json != NULL)
        cmp_usage_error("--names and --json exclude each other");
    if (action->words == NULL && options->word_count > 0)
        cmp_usage_error("unexpected argument '%s'; 'results %s' takes none", options->words[0],
                        action->name);
    if (action->words != NULL && options->word_count == 0)
        cmp_usage_error("'results %s' needs at least one %s; '%s results list' shows the runs "
                        "there are",
                        action->name, action->words, cmp_program());
    for (size_t i = 0; i < options->word_count; i++)
        if (*options->words[i] == '\0')
            cmp_usage_error("'results %s' cannot use an empty name", action->name);
}

static const action_t *action_find(const char *name) {
    const char *names[ACTION_COUNT + 1] = {NULL};
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        names[i] = actions[i].name;
        if (name != NULL && strcmp(name, names[i]) == 0)
            return &actions[i];
    }
    const char *near = name != NULL ? cmp_nearest(name, names) : NULL;
    if (name == NULL)
        cmp_usage_error("nothing to do is named; there are list, show, export, merge and rm");
    cmp_usage_error("unknown action '%s'%s%s%s; there are list, show, export, merge and rm", name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int results_run(int argc, char **argv) {
    results_options_t options = {.words = calloc((size_t)argc + 1, sizeof *options.words)};
    if (options.words == NULL)
        abort();
    cmp_options_parse(&results_argp, argc, argv, &options);
    int status = CMP_EXIT_VALID;
    if (options.help) {
        cmp_options_help(&results_argp, argv[0]);
    } else {
        const action_t *action = action_find(options.action);
        cmp_paths_t paths;
        char error[1024];
        options_check(&options, action);
        if (!cmp_paths_find(&paths, error, sizeof error))
            cmp_usage_error("%s", error);
        options.path =
            cmp_text("%s/results.db", options.output != NULL ? options.output : paths.results);
        status = action->run(&options);
        free(options.path);
        cmp_paths_free(&paths);
    }
    free(options.words);
    return status;
}

const cmp_command_t cmp_command_results = {
    .name = "results",
    .synopsis = "ACTION",
    .summary = "recorded runs: list, show, export, merge, rm",
    .run = results_run,
};
