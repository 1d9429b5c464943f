/*
 * `compare run -- PROGRAM ARGS`: a real program under every allocator. Puts a run together from the
 * command line, measures it, prints and writes it. Main thread. See docs/method.md, Real programs.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "program_file.h"
#include "session.h"

enum { KEY_INPUT = 512, KEY_SETUP, KEY_STATUS, KEY_IGNORE };

static const struct argp_option run_options[] = {
    {NULL, 0, NULL, 0, "What to run:", -2},
    {"input", KEY_INPUT, "FILE", 0, "The program reads this file as stdin (default /dev/null)", -2},
    {"setup", KEY_SETUP, "CMD", 0, "Run by sh -c before every sample, not measured", -2},
    {"expect-status", KEY_STATUS, "N", 0, "Exit status of a good run (default 0)", -2},
    {"ignore-output", KEY_IGNORE, NULL, 0,
     "Do not require the same stdout under every allocator and in every run", -2},
    {0},
};

/* Of the common options, those that mean something for a program: it chooses its threads and what
 * it does, and it is not bound to PUs. */
static const char *const common_names[] = {"allocators",   "rounds", "quick",   "deadline",
                                           "memory-limit", "seed",   "dry-run", "json",
                                           "csv",          "output", "resume",  "help"};

enum { COMMON_ROOM = 64 };
static struct argp_option common_options[COMMON_ROOM]; /* filled by common_choose */
static struct argp common_argp;

static void common_choose(void) {
    size_t count = 0;
    for (const struct argp_option *option = cmp_options_argp.options;
         option->name != NULL || option->key != 0 || option->doc != NULL; option++) {
        bool wanted = option->name == NULL; /* a heading */
        for (size_t i = 0; !wanted && i < sizeof common_names / sizeof common_names[0]; i++)
            wanted = strcmp(option->name, common_names[i]) == 0;
        if (wanted && count + 1 < COMMON_ROOM)
            common_options[count++] = *option;
    }
    common_argp = (struct argp){.options = common_options, .parser = cmp_options_argp.parser};
}

static error_t run_parse(int key, char *value, struct argp_state *state) {
    cmp_session_t *session = state->input;
    cmp_program_t *program = session->run.program;
    char *end;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &session->options;
        return 0;
    case KEY_INPUT:
        free(program->input);
        program->input = cmp_text("%s", value);
        return 0;
    case KEY_SETUP:
        free(program->setup);
        program->setup = cmp_text("%s", value);
        return 0;
    case KEY_STATUS:
        program->expected_status = (int)strtol(value, &end, 10);
        if (end == value || *end != '\0' || program->expected_status < 0 ||
            program->expected_status > 255)
            cmp_usage_error("cannot use '%s' for --expect-status: allowed are whole numbers from 0 "
                            "to 255",
                            value);
        return 0;
    case KEY_IGNORE:
        program->ignore_output = true;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s': write -- before the program, '%s -- %s ...'",
                        value, state->argv[0], value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child run_children[] = {{&common_argp, 0, NULL, 0}, {0}};

static const struct argp run_argp = {
    .options = run_options,
    .parser = run_parse,
    .help_filter = cmp_options_help_filter,
    .children = run_children,
    .args_doc = "-- PROGRAM [ARGUMENT...]",
    .doc = "Runs a real program under every allocator: wall, user and system time, peak RSS and "
           "page faults, a process per sample, interleaved rounds, a ratio with its interval and "
           "the noise floor. The library is preloaded, which is proven; the program's output must "
           "be the same under all.",
};

static void help_print(void) {
    char name[128];
    snprintf(name, sizeof name, "%s run", cmp_program());
    cmp_options_help(&run_argp, name);
    printf("\nExamples:\n"
           "  %1$s run -- python3 -c 'print(sum(len(str(i)) for i in range(1000000)))'\n"
           "  %1$s run -a hakmem,jemalloc --input words.txt -- sort\n"
           "  %1$s run --setup 'rm -rf out' --ignore-output -r 20 -- make -j2\n"
           "\nExit status: 0 all measured, 1 a measurement failed or was interrupted, 2 usage.\n",
           cmp_program());
}

/* ------------------------------------------------------------------ the run */

/* Takes the words behind "--". */
static void program_take(cmp_program_t *program, char **words) {
    char error[600];
    size_t count = 0;
    if (words == NULL || words[0] == NULL)
        cmp_usage_error("no program is named; write it after --: '%s run -- sort words.txt'; see "
                        "'%s run --help'",
                        cmp_program(), cmp_program());
    while (words[count] != NULL)
        count++;
    program->arguments = calloc(count + 1, sizeof *program->arguments);
    if (program->arguments == NULL)
        abort();
    for (size_t i = 0; i < count; i++)
        program->arguments[i] = cmp_text("%s", words[i]);
    program->file = cmp_program_find(words[0], error, sizeof error);
    if (program->file == NULL)
        cmp_usage_error("%s", error);
}

static void input_check(const cmp_program_t *program) {
    struct stat status;
    if (program->input == NULL)
        return;
    if (access(program->input, R_OK) != 0 || stat(program->input, &status) != 0)
        cmp_usage_error("cannot read --input '%s': %s; check the path", program->input,
                        strerror(errno));
    if (!S_ISREG(status.st_mode) && strcmp(program->input, "/dev/null") != 0)
        cmp_usage_error("cannot use '%s' for --input: every sample reads it from its beginning, so "
                        "it must be a regular file",
                        program->input);
}

/* One group with a cell for every allocator. */
static void cells_make(cmp_session_t *session) {
    cmp_run_t *run = &session->run;
    session->schedule =
        (cmp_schedule_t){.groups = calloc(1, sizeof *session->schedule.groups), .group_count = 1};
    run->cells = calloc(run->allocator_count, sizeof *run->cells);
    if (session->schedule.groups == NULL || run->cells == NULL)
        abort();
    for (size_t i = 0; i < run->allocator_count; i++)
        run->cells[run->cell_count++] =
            (cmp_cell_t){.workload = &cmp_program_workload, .allocator = i};
}

static void plan_print(const cmp_session_t *session) {
    const cmp_run_t *run = &session->run;
    char *words = cmp_words_quote(run->program->arguments);
    printf("Plan: %zu rows x %u rounds = %zu samples, seed %llu, and before them %zu runs that "
           "prove the library\n  program: %s\n  file: %s\n  allocators:",
           run->cell_count, run->rounds, run->cell_count * run->rounds,
           (unsigned long long)run->seed, run->cell_count - 1, words != NULL ? words : "n/a",
           run->program->file);
    for (size_t i = 0; i < run->allocator_count; i++)
        printf("%s %s", i > 0 ? "," : "", run->allocators[i].label);
    putchar('\n');
    if (session->options.quick)
        puts("Expected duration: less than 15 s; --quick lowers rounds to what fits");
    else if (!cmp_plan_print_left(session, run->cell_count * run->rounds, 0))
        printf("Expected duration: %zu times that of the program\n",
               run->cell_count * run->rounds + run->cell_count - 1);
    free(words);
}

/* Prints and writes the report; returns the exit status. */
static int report_print(const cmp_session_t *session) {
    cmp_report_t report = cmp_report_make(&session->run);
    cmp_report_add_history(&report, session->history, session->history_count);
    if (!cmp_session_quiet(session))
        cmp_report_table(&report, stdout, cmp_session_colour());
    bool good = cmp_session_write(session, &report);
    bool failures = report.failures;
    cmp_report_free(&report);
    return good && !failures && !session->run.interrupted ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

static int measure_and_report(cmp_session_t *session) {
    char error[1024] = "";
    cmp_measure_t measure = cmp_session_measure(session);
    bool measured = cmp_measure(&measure, error, sizeof error);
    measured = cmp_session_end(session, measured, error);
    bool any = false;
    for (size_t i = 0; session->run.begun && i < session->run.cell_count; i++)
        any |= session->run.cells[i].sample_count > 0;
    int status = any ? report_print(session) : CMP_EXIT_FAILED;
    return measured ? status : CMP_EXIT_FAILED;
}

static int run_run(int argc, char **argv) {
    cmp_session_t session = {.started = cmp_clock()};
    int own = 1; /* arguments before "--" */
    while (own < argc && strcmp(argv[own], "--") != 0)
        own++;
    char **words = own < argc ? argv + own + 1 : NULL;
    session.run.program = calloc(1, sizeof *session.run.program);
    if (session.run.program == NULL)
        abort();
    common_choose();
    cmp_options_parse(&run_argp, own, argv, &session);
    int status = CMP_EXIT_VALID;
    if (session.options.help) {
        help_print();
    } else {
        program_take(session.run.program, words);
        input_check(session.run.program);
        cmp_session_open(&session, argc, argv);
        cmp_session_select(&session);
        cells_make(&session);
        if (cmp_session_needs_store(&session))
            cmp_session_open_store(&session);
        if (session.options.dry_run)
            plan_print(&session);
        else
            status = measure_and_report(&session);
    }
    cmp_session_close(&session);
    return status;
}

const cmp_command_t cmp_command_run = {
    .name = "run",
    .synopsis = "-- PROGRAM",
    .summary = "a real program under every allocator",
    .run = run_run,
};
