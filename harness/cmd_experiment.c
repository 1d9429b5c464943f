/*
 * `compare experiment NAME|all`: builds what an experiment file names, compares, keeps what came
 * out in its record and writes the ledger. Main thread; every comparison is a child process. See
 * docs/add-an-experiment.md.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "child.h"
#include "command.h"
#include "experiment_record.h"
#include "experiment_run.h"
#include "layouts.h"
#include "ledger.h"
#include "model.h"
#include "nearest.h"
#include "options.h"
#include "output.h"
#include "report_text.h"
#include "signals.h"
#include "verdict.h"

/* A line of the summary. */
typedef struct summary_row {
    char *title, *work, *verdict, *effect, *expected, *before; /* the last two: NULL where none */
} summary_row_t;

typedef struct experiment_command {
    cmp_experiment_options_t options;
    const char *name, *case_name;
    bool dry_run, ledger_only, help;
    cmp_paths_t paths;
    char *records, *ledger; /* folder and file */
    cmp_experiment_t *all;
    size_t all_count;
    const cmp_experiment_t *chosen; /* of them */
    size_t chosen_count;
    const cmp_case_t *only;     /* of the chosen one; NULL: every case */
    const cmp_case_t **refused; /* cases that cannot be compared here */
    size_t refused_count;
    summary_row_t *rows;
    size_t row_count;
} experiment_command_t;

enum { KEY_LAYOUTS = 0x200, KEY_BUDGET, KEY_CASE, KEY_DRY_RUN, KEY_LEDGER };

static const struct argp_option experiment_options[] = {
    {"case", KEY_CASE, "CASE", 0, "This case of the experiment alone", 0},
    {"layouts", KEY_LAYOUTS, "K", 0,
     "Code layouts of both sides, instead of what the file says; a case that says none keeps one",
     0},
    {"budget", KEY_BUDGET, "TIME", 0,
     "Most time for each comparison, instead of what the file says: 90s, 2m, 1h (where that says "
     "nothing: " CMP_EXPERIMENT_BUDGET ", with layouts " CMP_EXPERIMENT_LAYOUTS_BUDGET ")",
     0},
    {"dry-run", KEY_DRY_RUN, NULL, 0, "Print the commands; build and measure nothing", 0},
    {"ledger", KEY_LEDGER, NULL, 0, "Write the ledger again from the records; measure nothing", 0},
    {"output", 'o', "DIR", 0,
     "Folder for everything that is written: results.db, experiments/NAME.json and ledger.md; "
     "without it they are the tree's own",
     0},
    {"help", 'h', NULL, 0, "Print this help", -1},
    {0}};

static error_t experiment_parse(int key, char *value, struct argp_state *state) {
    experiment_command_t *command = state->input;
    switch (key) {
    case KEY_CASE:
        command->case_name = value;
        return 0;
    case KEY_LAYOUTS:
        command->options.layouts = value;
        return 0;
    case KEY_BUDGET:
        command->options.budget = value;
        return 0;
    case KEY_DRY_RUN:
        command->dry_run = true;
        return 0;
    case KEY_LEDGER:
        command->ledger_only = true;
        return 0;
    case 'o':
        command->options.output = value;
        return 0;
    case 'h':
        command->help = true;
        return 0;
    case ARGP_KEY_ARG:
        if (command->name != NULL)
            cmp_usage_error("unexpected argument '%s'; name one experiment, or all", value);
        command->name = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp experiment_argp = {
    .options = experiment_options,
    .parser = experiment_parse,
    .help_filter = cmp_options_help_filter,
    .args_doc = "NAME|all",
    .doc = "Runs an experiment: builds what its file experiments/NAME.ini names, proves that the "
           "code in question runs, compares to a verdict, keeps it with its circumstances in "
           "results/experiments/NAME.json and writes docs/ledger.md.\v"
           "What a file says and how to add one: docs/add-an-experiment.md. What there is: "
           "'./compare list experiments'.\n"
           "\nExamples:\n"
           "  ./compare experiment pool-v2-telemetry\n"
           "  ./compare experiment prune-backends --layouts 16\n"
           "  ./compare experiment all --budget 2m\n"
           "\nExit status: 0 every case came to a verdict, 1 a comparison failed or was "
           "interrupted (what came before it is kept), 2 usage.",
};

/* ------------------------------------------------------------------ preparing */

static _Noreturn void experiment_unknown(const experiment_command_t *command) {
    const char **names = calloc(command->all_count + 2, sizeof *names);
    for (size_t i = 0; i < command->all_count; i++)
        names[i] = command->all[i].name;
    names[command->all_count] = "all";
    const char *near = cmp_nearest(command->name, names);
    cmp_usage_error("there is no experiment '%s'%s%s%s; see '%s list experiments'", command->name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                    cmp_program());
}

static _Noreturn void case_unknown(const experiment_command_t *command) {
    const cmp_experiment_t *experiment = command->chosen;
    const char **names = calloc(experiment->case_count + 1, sizeof *names);
    for (size_t i = 0; i < experiment->case_count; i++)
        names[i] = experiment->cases[i].name;
    const char *near = cmp_nearest(command->case_name, names);
    cmp_usage_error("experiment '%s' has no case '%s'%s%s%s; see '%s list experiments'",
                    experiment->name, command->case_name, near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "", cmp_program());
}

static void command_check(const experiment_command_t *command) {
    const cmp_experiment_options_t *options = &command->options;
    if (options->budget != NULL && cmp_budget_parse(options->budget) == 0)
        cmp_usage_error("cannot use '%s' for --budget: " CMP_BUDGET_HELP, options->budget);
    if (options->layouts != NULL && cmp_layouts_parse(options->layouts) == 0)
        cmp_usage_error("cannot use '%s' for --layouts: it must be a number from %d to %d",
                        options->layouts, CMP_LAYOUTS_LEAST, CMP_LAYOUTS_MOST);
    if (command->ledger_only && (command->name != NULL || command->dry_run))
        cmp_usage_error("--ledger measures nothing: leave out %s",
                        command->name != NULL ? command->name : "--dry-run");
    if (command->name == NULL && !command->ledger_only)
        cmp_usage_error("no experiment is named; see '%s list experiments', or name all",
                        cmp_program());
    if (command->options.output != NULL && *command->options.output == '\0')
        cmp_usage_error("cannot use '' for --output: its name is empty");
    if (command->case_name != NULL && command->name != NULL && strcmp(command->name, "all") == 0)
        cmp_usage_error("--case belongs to one experiment: name it instead of all");
}

static void places_find(experiment_command_t *command) {
    char error[1024];
    if (!cmp_paths_find(&command->paths, error, sizeof error))
        cmp_usage_error("%s", error);
    if (command->paths.tree == NULL)
        cmp_usage_error("experiments belong to the source tree, which they build from: run "
                        "./compare there");
    const char *output = command->options.output, *tree = command->paths.tree;
    command->records = output != NULL ? cmp_text("%s/experiments", output)
                                      : cmp_text("%s/experiments", command->paths.results);
    command->ledger =
        output != NULL ? cmp_text("%s/ledger.md", output) : cmp_text("%s/docs/ledger.md", tree);
    char *folder = cmp_text("%s/experiments", tree);
    if (!cmp_experiments_read(folder, &command->all, &command->all_count, error, sizeof error))
        cmp_usage_error("%s", error);
    free(folder);
}

/* What of the files is asked for, and whether it can be compared at all. */
static void experiments_choose(experiment_command_t *command) {
    char error[1024];
    command->chosen = command->all;
    command->chosen_count = command->all_count;
    if (strcmp(command->name, "all") != 0) {
        command->chosen = cmp_experiment_find(command->all, command->all_count, command->name);
        command->chosen_count = 1;
        if (command->chosen == NULL)
            experiment_unknown(command);
    }
    if (command->case_name != NULL) {
        command->only = cmp_case_find(command->chosen, command->case_name);
        if (command->only == NULL)
            case_unknown(command);
    }
    for (size_t i = 0; i < command->chosen_count; i++)
        if (!cmp_experiment_check(&command->chosen[i], &command->paths, error, sizeof error))
            cmp_usage_error("%s", error);
}

static bool case_chosen(const experiment_command_t *command, const cmp_case_t *item) {
    return command->only == NULL || command->only == item;
}

/* True where ninja has nothing to do, so that it need not say so. */
static bool sides_are_built(const experiment_command_t *command, char *const *targets) {
    const char *words[CMP_EXPERIMENT_TARGETS + 5] = {"ninja", "-n", "-C", command->paths.tree};
    for (size_t i = 0; targets[i] != NULL && i < CMP_EXPERIMENT_TARGETS; i++)
        words[i + 4] = targets[i];
    int status;
    char *plan = cmp_capture(words, &status);
    const bool built = plan != NULL && status == 0 && strstr(plan, "no work to do") != NULL;
    free(plan);
    return built;
}

/* Has ninja build what is named; ends the program where that fails. */
static void sides_build(const experiment_command_t *command) {
    char **targets = cmp_experiment_targets(command->chosen, command->chosen_count, command->only,
                                            &command->paths);
    const char *words[CMP_EXPERIMENT_TARGETS + 2] = {"ninja"};
    for (size_t i = 0; targets[i] != NULL && i < CMP_EXPERIMENT_TARGETS; i++)
        words[i + 1] = targets[i];
    if (targets[0] != NULL && !sides_are_built(command, targets)) {
        const int status = cmp_child_run(words, command->paths.tree);
        char *line = cmp_words_quote((char *const *)words);
        if (cmp_signals_arrived())
            exit(CMP_EXIT_FAILED);
        if (status < 0)
            cmp_error("cannot build what the experiment names: '%s' could not be run; install "
                      "ninja with ./setup",
                      line);
        else if (status > 0)
            cmp_error("cannot build what the experiment names: '%s' ended with %d, see above", line,
                      status);
        free(line);
        if (status != 0)
            exit(CMP_EXIT_FAILED);
    }
    cmp_words_free(targets);
}

static bool command_accepted(const cmp_case_t *item, const cmp_experiment_options_t *options) {
    char **words = cmp_case_command(item, options);
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    words = realloc(words, (count + 2) * sizeof *words);
    if (words == NULL)
        abort();
    words[count] = cmp_text("--dry-run");
    words[count + 1] = NULL;
    int status = cmp_child_check((const char *const *)words);
    cmp_words_free(words);
    return status == 0;
}

/* Every comparison is tried without measuring, so that the last one is not refused after hours.
 * What is refused, perhaps because a compiler is missing here, is left out. */
static void commands_try(experiment_command_t *command) {
    size_t accepted = 0;
    for (size_t i = 0; i < command->chosen_count; i++)
        for (size_t j = 0; j < command->chosen[i].case_count && !cmp_signals_arrived(); j++) {
            const cmp_case_t *item = &command->chosen[i].cases[j];
            if (!case_chosen(command, item))
                continue;
            if (cmp_case_is_audit(item) || command_accepted(item, &command->options)) {
                accepted++;
                continue;
            }
            if (cmp_signals_arrived())
                exit(CMP_EXIT_FAILED);
            char *title = cmp_case_title(&command->chosen[i], item);
            char *line = cmp_case_command_line(item, &command->options, NULL);
            cmp_error("experiment %s is left out: its command is refused, see above: %s", title,
                      line);
            command->refused =
                realloc(command->refused, (command->refused_count + 1) * sizeof *command->refused);
            command->refused[command->refused_count++] = item;
            free(title);
            free(line);
        }
    if (accepted == 0 && command->refused_count > 0)
        exit(CMP_EXIT_USAGE);
}

static bool case_refused(const experiment_command_t *command, const cmp_case_t *item) {
    for (size_t i = 0; i < command->refused_count; i++)
        if (command->refused[i] == item)
            return true;
    return false;
}

static void plan_print(const experiment_command_t *command) {
    char **targets = cmp_experiment_targets(command->chosen, command->chosen_count, command->only,
                                            &command->paths);
    char *line = cmp_words_quote(targets);
    double seconds = 0;
    if (targets[0] != NULL)
        printf("ninja %s\n", line);
    for (size_t i = 0; i < command->chosen_count; i++)
        for (size_t j = 0; j < command->chosen[i].case_count; j++) {
            const cmp_case_t *item = &command->chosen[i].cases[j];
            if (!case_chosen(command, item))
                continue;
            char *words = cmp_case_command_line(item, &command->options, NULL);
            puts(words);
            free(words);
            seconds += cmp_case_seconds(item, &command->options);
        }
    printf("At most %.0f s of rounds, unless a verdict ends them before.\n", seconds);
    free(line);
    cmp_words_free(targets);
}

/* ------------------------------------------------------------------ running */

static void row_add(experiment_command_t *command, const cmp_experiment_t *experiment,
                    const cmp_case_t *item, const json_t *outcome, const char *before) {
    char effect[96];
    cmp_record_effect(outcome, effect, sizeof effect);
    command->rows = realloc(command->rows, (command->row_count + 1) * sizeof *command->rows);
    command->rows[command->row_count++] = (summary_row_t){
        .title = cmp_case_title(experiment, item),
        .work = cmp_text("%s", cmp_record_text(outcome, "workload")),
        .verdict = cmp_text("%s", cmp_record_text(outcome, "verdict")),
        .effect = cmp_text("%s", effect),
        .expected = cmp_case_expected(item),
        .before = before != NULL ? cmp_text("%s", before) : NULL,
    };
}

/* Adds the outcomes to the experiment's record and writes it, then the ledger. */
static bool outcomes_keep(experiment_command_t *command, const cmp_experiment_t *experiment,
                          const cmp_case_t *item, json_t *outcomes) {
    char error[1024];
    json_t *record = cmp_record_load(command->records, experiment->name, error, sizeof error);
    json_t *outcome;
    size_t i;
    bool good = record != NULL;
    if (good) {
        json_array_foreach(outcomes, i, outcome) {
            const char *before =
                cmp_record_add(record, item->value[CMP_KEY_QUESTION], item->name, outcome);
            row_add(command, experiment, item, outcome, before);
        }
        good = cmp_record_save(command->records, experiment->name, record, error, sizeof error) &&
               cmp_ledger_write(command->ledger, command->records, command->all, command->all_count,
                                error, sizeof error);
    }
    if (!good)
        cmp_error("%s", error);
    json_decref(record);
    return good;
}

static bool experiments_run(experiment_command_t *command) {
    bool good = command->refused_count == 0;
    for (size_t i = 0; i < command->chosen_count; i++) {
        const cmp_experiment_t *experiment = &command->chosen[i];
        for (size_t j = 0; j < experiment->case_count && !cmp_signals_arrived(); j++) {
            const cmp_case_t *item = &experiment->cases[j];
            if (!case_chosen(command, item) || case_refused(command, item))
                continue;
            json_t *outcomes = cmp_case_run(experiment, item, &command->options, &command->paths);
            good = outcomes != NULL && outcomes_keep(command, experiment, item, outcomes) && good;
            json_decref(outcomes);
            fflush(stdout);
        }
    }
    return good && !cmp_signals_arrived();
}

static void summary_print(const experiment_command_t *command) {
    static const char *const titles[] = {"experiment", "workload", "verdict",
                                         "effect",     "expected", "before"};
    cmp_grid_t grid = {.columns = 6};
    if (command->row_count == 0)
        return;
    cmp_grid_row(&grid);
    for (size_t i = 0; i < 6; i++)
        cmp_grid_set(&grid, i, CMP_STYLE_PLAIN, "%s", titles[i]);
    for (size_t i = 0; i < command->row_count; i++) {
        const summary_row_t *row = &command->rows[i];
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "%s", row->title);
        cmp_grid_set(&grid, 1, CMP_STYLE_PLAIN, "%s", row->work);
        cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "%s", row->verdict);
        cmp_grid_set(&grid, 3, CMP_STYLE_PLAIN, "%s", row->effect);
        if (row->expected != NULL && strcmp(row->expected, row->verdict) == 0)
            cmp_grid_set(&grid, 4, CMP_STYLE_PLAIN, "as expected");
        else if (row->expected != NULL)
            cmp_grid_set(&grid, 4, CMP_STYLE_PLAIN, "not as expected: %s", row->expected);
        if (row->before != NULL && strcmp(row->before, row->verdict) != 0)
            cmp_grid_set(&grid, 5, CMP_STYLE_PLAIN, "changed from %s", row->before);
        else if (row->before != NULL)
            cmp_grid_set(&grid, 5, CMP_STYLE_PLAIN, "the same");
    }
    cmp_grid_print(&grid, stdout, false);
}

static void command_close(experiment_command_t *command) {
    for (size_t i = 0; i < command->row_count; i++) {
        free(command->rows[i].title);
        free(command->rows[i].work);
        free(command->rows[i].verdict);
        free(command->rows[i].effect);
        free(command->rows[i].expected);
        free(command->rows[i].before);
    }
    free(command->rows);
    free(command->refused);
    cmp_experiments_free(command->all, command->all_count);
    cmp_paths_free(&command->paths);
    free(command->records);
    free(command->ledger);
}

/* Refuses what cannot be written before anything is measured. */
static void places_check(const experiment_command_t *command) {
    char error[1024];
    if (command->options.output != NULL && !cmp_folder_make(command->options.output))
        cmp_usage_error("cannot use the folder '%s'; choose another with -o DIR",
                        command->options.output);
    if (!cmp_output_check(command->ledger, error, sizeof error))
        cmp_usage_error("%s", error);
}

static int ledger_write(const experiment_command_t *command) {
    char error[1024];
    if (cmp_ledger_write(command->ledger, command->records, command->all, command->all_count, error,
                         sizeof error))
        return CMP_EXIT_VALID;
    cmp_error("%s", error);
    return CMP_EXIT_FAILED;
}

static int experiment_run(int argc, char **argv) {
    experiment_command_t command = {0};
    int status = CMP_EXIT_VALID;
    cmp_options_parse(&experiment_argp, argc, argv, &command);
    if (command.help) {
        cmp_options_help(&experiment_argp, argv[0]);
        return CMP_EXIT_VALID;
    }
    command_check(&command);
    places_find(&command);
    if (command.ledger_only) {
        places_check(&command);
        status = ledger_write(&command);
    } else {
        experiments_choose(&command);
        if (command.dry_run) {
            plan_print(&command);
        } else {
            places_check(&command);
            cmp_signals_catch();
            sides_build(&command);
            commands_try(&command);
            status = experiments_run(&command) ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
            summary_print(&command);
        }
    }
    command_close(&command);
    return status;
}

const cmp_command_t cmp_command_experiment = {
    .name = "experiment",
    .synopsis = "NAME|all",
    .summary = "a recorded experiment, its verdict in the ledger",
    .run = experiment_run,
};
