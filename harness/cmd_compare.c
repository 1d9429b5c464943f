/*
 * `compare WORKLOAD`: the comparison table. Puts a run together from the command line, measures it,
 * prints and writes it. Main thread. See docs/method.md.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "parameters.h"
#include "session.h"

/* ------------------------------------------------------------------ command line */

static error_t compare_parse(int key, char *value, struct argp_state *state) {
    cmp_session_t *session = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &session->options;
        return 0;
    case ARGP_KEY_ARG:
        if (session->workload_list != NULL)
            cmp_usage_error("unexpected argument '%s'; separate workloads by commas: '%s,%s'",
                            value, session->workload_list, value);
        session->workload_list = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child compare_children[] = {{&cmp_options_argp, 0, NULL, 0}, {0}};

static const struct argp compare_argp = {
    .help_filter = cmp_options_help_filter,
    .parser = compare_parse,
    .children = compare_children,
    .args_doc = "WORKLOAD[,WORKLOAD...]",
    .doc = "Compares memory allocators on a multi-threaded workload: pinned threads, a process per "
           "sample, interleaved rounds, a ratio with its interval and the noise floor.",
};

static void help_print(const cmp_session_t *session) {
    if (session->workload_list != NULL) {
        size_t count;
        const wl_workload_t **workloads =
            cmp_options_workloads(session->workload_list, true, &count);
        for (size_t i = 0; i < count; i++) {
            printf("%s: %s\n  stresses %s\n", workloads[i]->name, workloads[i]->summary,
                   workloads[i]->stresses);
            cmp_parameters_print(workloads[i], stdout);
            putchar('\n');
        }
        free(workloads);
    }
    cmp_options_help(&compare_argp, cmp_program());
    size_t count;
    const wl_workload_t *const *table = wl_table(&count);
    puts("\nWorkloads:");
    for (size_t i = 0; i < count; i++)
        printf("  %-22s %s\n", table[i]->name, table[i]->summary);
    puts("\nCommands:");
    for (const cmp_command_t *const *command = cmp_commands() + 1; *command != NULL; command++)
        printf("  %-8s %-13s %s\n", (*command)->name, (*command)->synopsis, (*command)->summary);
    printf(
        "\nExamples:\n"
        "  %1$s mixed\n"
        "  %1$s mixed,larson --quick -t 1,2\n"
        "  %1$s remote -s remote_pct=50 -a hakmem,jemalloc,mine=/path/to/lib.so --json out.json\n"
        "\nExit status: 0 all measured, 1 a measurement failed or was interrupted, 2 usage.\n",
        cmp_program());
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

static bool anything_measured(const cmp_run_t *run) {
    for (size_t i = 0; run->begun && i < run->cell_count; i++) {
        if (run->cells[i].sample_count > 0)
            return true;
    }
    return false;
}

static int compare_run(int argc, char **argv) {
    cmp_session_t session = {.started = cmp_clock(), .idle_rounds = CMP_IDLE_ROUNDS};
    int status = CMP_EXIT_VALID;
    cmp_options_parse(&compare_argp, argc, argv, &session);
    if (session.options.help) {
        help_print(&session);
        cmp_session_close(&session);
        return status;
    }
    cmp_session_open(&session, argc, argv);
    cmp_session_select(&session);
    cmp_session_plan(&session);
    if (cmp_session_needs_store(&session))
        cmp_session_open_store(&session);
    if (session.options.dry_run) {
        cmp_session_print_plan(&session);
    } else {
        cmp_measure_t measure = cmp_session_measure(&session);
        char error[1024] = "";
        bool measured = cmp_measure(&measure, error, sizeof error);
        measured = cmp_session_end(&session, measured, error);
        status = anything_measured(&session.run) ? report_print(&session) : CMP_EXIT_FAILED;
        if (!measured)
            status = CMP_EXIT_FAILED;
    }
    cmp_session_close(&session);
    return status;
}

const cmp_command_t cmp_command_compare = {
    .name = "compare",
    .synopsis = "WORKLOAD[,WORKLOAD...]",
    .summary = "comparison table",
    .run = compare_run,
};
