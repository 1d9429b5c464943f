/*
 * `compare ab BASE TREATMENT -w WORKLOAD`: is a change real? Rounds of both sides and an A/A
 * control of the base, looked at by a rule that is fixed beforehand (verdict.h), until every
 * comparison is decided or the budget is spent. Main thread. See docs/method.md.
 */
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../workloads/worker_control.h"
#include "activity.h"
#include "activity_static.h"
#include "allocators.h"
#include "command.h"
#include "comparison.h"
#include "counters.h"
#include "layout_build.h"
#include "report_blocks.h"
#include "session.h"
#include "usage.h"

enum { ROUNDS_MOST = 4000 }; /* the budget ends a comparison long before */

#define BUDGET_DEFAULT_SECONDS 120.0

/* What ab has beside a session. */
typedef struct ab {
    cmp_session_t session;
    const char *base, *treatment;
    cmp_rule_t rule;
    double budget_seconds;         /* per comparison; 0: the default */
    const char *functions;         /* --hit: names separated by commas; NULL: not asked for */
    const char *counters;          /* --count, likewise */
    uint32_t layouts;              /* of each side; 0: as they were built */
    cmp_comparison_t *comparisons; /* one per group */
    double began;                  /* cmp_measure_clock() after the first round; 0 before */
} ab_t;

enum { KEY_GO = 0x200, KEY_TOLERATE, KEY_BUDGET, KEY_HIT, KEY_COUNT, KEY_LAYOUTS };

static const struct argp_option ab_options[] = {
    {"workload", 'w', "LIST", 0, "Workloads to compare on, separated by commas (mixed)", 0},
    {"go", KEY_GO, "PCT", 0, "Wanted gain: GO when the effect is surely above (0.5)", 0},
    {"tolerate", KEY_TOLERATE, "PCT", 0,
     "Tolerated loss: NO-GO when the effect is surely below its negative (0.5)", 0},
    {"budget", KEY_BUDGET, "TIME", 0,
     "Most time for each comparison: 90s, 2m, 1h (2m); with -r the rounds are fixed instead", 0},
    {"hit", KEY_HIT, "LIST", 0,
     "Functions of the treatment's library that must run in the workload, else the verdict is "
     "INACTIVE",
     0},
    {"count", KEY_COUNT, "LIST", 0,
     "Telemetry counters, BOX.counter or BOX, that must move in the workload, else the verdict is "
     "INACTIVE; counted by whichever side has the box compiled in, else by hakmem:counting",
     0},
    {"layouts", KEY_LAYOUTS, "K", 0,
     "Link both sides in K other code layouts (16 is a good number) and take the layout as the "
     "statistical unit: the verdict is then about the code, not about where it happens to lie",
     0},
    {0}};

static double percent_parse(const char *option, const char *text) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0 && value <= 100))
        cmp_usage_error("cannot use '%s' for %s: it must be a number of per cent from 0 to 100",
                        text, option);
    return value;
}

static double budget_parse(const char *text) {
    const double seconds = cmp_budget_parse(text);
    if (seconds == 0)
        cmp_usage_error("cannot use '%s' for --budget: " CMP_BUDGET_HELP, text);
    return seconds;
}

static uint32_t layouts_parse(const char *text) {
    const uint32_t count = cmp_layouts_parse(text);
    if (count == 0)
        cmp_usage_error("cannot use '%s' for --layouts: it must be a number from %d, below which "
                        "there is no interval, to %d",
                        text, CMP_LAYOUTS_LEAST, CMP_LAYOUTS_MOST);
    return count;
}

static error_t ab_parse(int key, char *value, struct argp_state *state) {
    ab_t *ab = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &ab->session.options;
        return 0;
    case 'w':
        ab->session.workload_list = value;
        return 0;
    case KEY_GO:
        ab->rule.gain_pct = percent_parse("--go", value);
        return 0;
    case KEY_TOLERATE:
        ab->rule.loss_pct = percent_parse("--tolerate", value);
        return 0;
    case KEY_BUDGET:
        ab->budget_seconds = budget_parse(value);
        return 0;
    case KEY_HIT:
        ab->functions = value;
        return 0;
    case KEY_COUNT:
        ab->counters = value;
        return 0;
    case KEY_LAYOUTS:
        ab->layouts = layouts_parse(value);
        return 0;
    case ARGP_KEY_ARG:
        if (ab->base == NULL)
            ab->base = value;
        else if (ab->treatment == NULL)
            ab->treatment = value;
        else
            cmp_usage_error("unexpected argument '%s'; name workloads with -w: '-w %s'", value,
                            value);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child ab_children[] = {{&cmp_options_argp, 0, NULL, 0}, {0}};

static const struct argp ab_argp = {
    .options = ab_options,
    .help_filter = cmp_options_help_filter,
    .parser = ab_parse,
    .children = ab_children,
    .args_doc = "BASE TREATMENT",
    .doc = "Compares two allocators, builds or settings, and gives a verdict: GO, NO-GO, NEUTRAL, "
           "UNDECIDED or INACTIVE.",
};

static void help_print(void) {
    char name[64];
    snprintf(name, sizeof name, "%s ab", cmp_program());
    cmp_options_help(&ab_argp, name);
    printf(
        "\nBASE and TREATMENT are allocators as in -a: names, hakmem:VARIANT, NAME=/path/lib.so, "
        "each\nperhaps with settings: 'hakmem{HAKMEM_LANE_KIB=64}'.\n"
        "\nExamples:\n"
        "  %1$s ab hakmem:slow1 hakmem -w mixed,larson\n"
        "  %1$s ab hakmem 'hakmem{HAKMEM_LANE_KIB=64}' -w mixed -t 2 --go 2\n"
        "  %1$s ab hakmem new=build/lib/libhakmem.so -w remote --hit hak_remote_receive\n"
        "  %1$s ab hakmem 'hakmem{HAKMEM_MID_V3_ENABLED=off}' -w mixed --count TINY.takes\n"
        "  %1$s ab hakmem hakmem:pruned -w mixed --layouts 16\n"
        "\nExit status: 0 there is a verdict for all, 1 a measurement failed or was interrupted, "
        "2 usage.\n",
        cmp_program());
}

/* ------------------------------------------------------------------ preparing */

static void ab_check(ab_t *ab) {
    const cmp_options_t *options = &ab->session.options;
    if (ab->base == NULL || ab->treatment == NULL)
        cmp_usage_error("%s; write '%s ab BASE TREATMENT -w WORKLOAD', e.g. '%s ab hakmem:slow1 "
                        "hakmem -w mixed'",
                        ab->base == NULL ? "neither base nor treatment is named"
                                         : "there is no treatment",
                        cmp_program(), cmp_program());
    if (options->allocators != NULL)
        cmp_usage_error("-a does not belong to ab: base and treatment are its two arguments");
    if (options->rounds > 0 && ab->budget_seconds > 0)
        cmp_usage_error("--rounds and --budget exclude each other: fixed rounds take as long as "
                        "they take");
    if (options->quick)
        cmp_usage_error("--quick does not belong to ab: say how long with --budget, e.g. "
                        "--budget 15s");
    if (ab->session.workload_list == NULL)
        ab->session.workload_list = "mixed";
}

/* One thread per PU unless -t says otherwise: a verdict for one thread count. */
static void threads_default(ab_t *ab) {
    cmp_options_t *options = &ab->session.options;
    if (options->thread_count > 0)
        return;
    options->threads = calloc(1, sizeof *options->threads);
    if (options->threads == NULL)
        abort();
    options->threads[0] = topo_pu_count(ab->session.topo);
    if (options->threads[0] > WL_MAX_THREADS)
        options->threads[0] = WL_MAX_THREADS;
    options->thread_count = 1;
}

/* The time of all comparisons together; rounds are fixed with -r. */
static void budget_set(ab_t *ab) {
    double each = ab->budget_seconds > 0 ? ab->budget_seconds : BUDGET_DEFAULT_SECONDS;
    if (ab->session.options.rounds == 0)
        ab->session.budget_seconds = each * (double)ab->session.schedule.group_count;
}

static void comparisons_make(ab_t *ab) {
    const cmp_session_t *session = &ab->session;
    size_t groups = session->schedule.group_count;
    ab->comparisons = calloc(groups, sizeof *ab->comparisons);
    if (ab->comparisons == NULL)
        abort();
    for (size_t i = 0; i < groups; i++) {
        const cmp_cell_t *first = &session->run.cells[session->schedule.groups[i].first_cell];
        ab->comparisons[i] = (cmp_comparison_t){
            .run = &session->run, .base = first, .treatment = first + 1, .rule = ab->rule};
        ab->comparisons[i].layouts = cmp_layouts_find(&session->run, first);
        /* All verdicts of the command together are wrong as rarely as one may be (Bonferroni). */
        ab->comparisons[i].rule.error_rate /= (double)groups;
    }
}

/* What the sides differ in, and which routes that has to do with. */
static void paths_tell(ab_t *ab) {
    cmp_run_t *run = &ab->session.run;
    for (size_t i = 0; i < ab->session.schedule.group_count; i++) {
        cmp_comparison_t *comparison = &ab->comparisons[i];
        comparison->paths = cmp_activity_static(&run->allocators[comparison->base->allocator],
                                                &run->allocators[comparison->treatment->allocator],
                                                comparison->treatment);
        if (comparison->paths != NULL)
            cmp_run_note(run, CMP_NOTE_PATHS "%s, threads %u: %s", comparison->base->workload->name,
                         comparison->base->threads, comparison->paths);
    }
}

/* Finds out whether what --hit and --count name runs; INACTIVE where nothing does. */
static void activity_check(ab_t *ab) {
    if (ab->functions == NULL && ab->counters == NULL)
        return;
    const cmp_session_t *session = &ab->session;
    for (size_t i = 0; i < session->schedule.group_count; i++) {
        cmp_comparison_t *comparison = &ab->comparisons[i];
        const cmp_activity_request_t request = {
            .paths = &session->paths,
            .base = &session->run.allocators[comparison->base->allocator],
            .treatment = &session->run.allocators[comparison->treatment->allocator],
            .cell = comparison->treatment,
            .functions = ab->functions,
            .counters = ab->counters,
        };
        char error[2048];
        if (!cmp_activity_prove(&request, &comparison->activity, error, sizeof error))
            cmp_usage_error("%s", error);
        cmp_run_note(&ab->session.run, CMP_NOTE_ACTIVITY "%s, threads %u: %s",
                     comparison->base->workload->name, comparison->base->threads,
                     comparison->activity.text);
        if (!comparison->activity.active)
            comparison->verdict = CMP_VERDICT_INACTIVE;
    }
}

/* ------------------------------------------------------------------ measuring */

/* All verdicts INACTIVE: nothing that is measured could say anything, so ten rounds are enough. */
static bool all_inactive(const ab_t *ab) {
    for (size_t i = 0; i < ab->session.schedule.group_count; i++)
        if (ab->comparisons[i].verdict != CMP_VERDICT_INACTIVE)
            return false;
    return true;
}

static bool comparison_open(const cmp_comparison_t *comparison) {
    return comparison->verdict == CMP_VERDICT_UNDECIDED;
}

/* After a round: looks where one is due, closes what is decided. */
static bool ab_another_round(cmp_measure_t *measure, void *context) {
    ab_t *ab = context;
    const cmp_run_t *run = &ab->session.run;
    bool open = false;
    if (ab->began == 0)
        ab->began = cmp_measure_clock(measure);
    if (ab->session.options.rounds > 0 || all_inactive(ab))
        return true; /* one look at the end */
    const double left = ab->session.budget_seconds - (cmp_measure_clock(measure) - ab->began);
    measure->progress.ends_by = cmp_clock() + left;
    for (size_t i = 0; i < ab->session.schedule.group_count; i++) {
        cmp_comparison_t *comparison = &ab->comparisons[i];
        if (!comparison_open(comparison))
            continue;
        const double share = 1 - left / ab->session.budget_seconds;
        if (cmp_look_due(comparison->looks, run->rounds_done, share)) {
            cmp_comparison_look(comparison, share);
            char line[256];
            cmp_comparison_line(comparison, line, sizeof line);
            cmp_progress_say(&measure->progress, "%s: %s", comparison->base->workload->name, line);
        }
        if (comparison_open(comparison))
            open = true;
        else
            cmp_measure_stop_group(measure, i);
    }
    return open && left > 0;
}

/* The last look takes what the budget has left over since the one before. */
static void comparisons_finish(ab_t *ab) {
    for (size_t i = 0; i < ab->session.schedule.group_count; i++) {
        cmp_comparison_t *comparison = &ab->comparisons[i];
        if (comparison->looks == 0 ||
            (comparison_open(comparison) && comparison->pairs < ab->session.run.rounds_done))
            cmp_comparison_look(comparison, 1);
        cmp_comparison_memory(comparison);
        char line[256];
        cmp_comparison_line(comparison, line, sizeof line);
        cmp_run_note(&ab->session.run, CMP_NOTE_VERDICT "%s, threads %u, %s against %s: %s",
                     comparison->base->workload->name, comparison->base->threads, ab->treatment,
                     ab->base, line);
    }
}

static int ab_measure(ab_t *ab) {
    cmp_session_t *session = &ab->session;
    cmp_measure_t measure = cmp_session_measure(session);
    if (measure.rounds == 0)
        measure.rounds = all_inactive(ab) ? CMP_ROUNDS_DEFAULT : ROUNDS_MOST;
    measure.control_period = 4;
    measure.another_round = ab_another_round;
    measure.context = ab;
    char error[1024] = "";
    bool measured = cmp_measure(&measure, error, sizeof error);
    session->run.rounds = session->run.rounds_done;
    comparisons_finish(ab);
    return cmp_session_end(session, measured, error) ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

static bool any_failed(const cmp_report_t *report, const ab_t *ab) {
    for (size_t i = 0; i < ab->session.schedule.group_count; i++)
        if (!ab->comparisons[i].ratio.valid && ab->comparisons[i].pairs == 0)
            return true;
    return report->failures;
}

static void counters_print(const ab_t *ab, const cmp_report_t *report) {
    const cmp_run_t *run = report->run;
    for (size_t i = 0; run->counters_source != NULL && i < report->comparison_count; i++) {
        const cmp_cell_t *base = ab->comparisons[i].base, *treatment = ab->comparisons[i].treatment;
        const cmp_counters_side_t sides[] = {
            {run->allocators[base->allocator].label, report->cells[base - run->cells].per_op},
            {run->allocators[treatment->allocator].label,
             report->cells[treatment - run->cells].per_op}};
        printf("%s, %u thread%s\n", base->workload->name, base->threads,
               base->threads == 1 ? "" : "s");
        cmp_counters_print_pair(stdout, run->counters_source, &sides[0], &sides[1]);
        putchar('\n');
    }
}

static int ab_report(ab_t *ab, int status) {
    cmp_session_t *session = &ab->session;
    cmp_report_t report = cmp_report_make(&session->run);
    cmp_report_add_history(&report, session->history, session->history_count);
    report.comparisons = ab->comparisons;
    report.comparison_count = session->schedule.group_count;
    if (!cmp_session_quiet(session)) {
        for (size_t i = 0; i < report.comparison_count; i++) {
            cmp_comparison_print(&ab->comparisons[i], stdout);
            cmp_report_sides(&report, &ab->comparisons[i], stdout);
        }
        counters_print(ab, &report);
        cmp_report_footer(&report, stdout);
    }
    if (!cmp_session_write(session, &report) || any_failed(&report, ab) || session->run.interrupted)
        status = CMP_EXIT_FAILED;
    cmp_report_free(&report);
    return status;
}

static int ab_run(int argc, char **argv) {
    ab_t ab = {.rule = CMP_RULE_DEFAULT,
               .session = {.started = cmp_clock(),
                           .sample_seconds = CMP_AB_SAMPLE_SECONDS,
                           .idle_rounds = 1}};
    cmp_session_t *session = &ab.session;
    int status = CMP_EXIT_VALID;
    char error[1024];
    cmp_options_parse(&ab_argp, argc, argv, &ab);
    if (session->options.help) {
        help_print();
        cmp_session_close(session);
        return status;
    }
    ab_check(&ab);
    cmp_session_open(session, argc, argv);
    threads_default(&ab);
    if (!cmp_allocators_select_pair(&session->paths, ab.base, ab.treatment, &session->run, error,
                                    sizeof error))
        cmp_usage_error("%s", error);
    if (ab.layouts > 0 &&
        !cmp_layouts_add(&session->paths, ab.layouts, &session->run, error, sizeof error))
        cmp_usage_error("%s", error);
    cmp_session_plan(session);
    session->schedule.pairs = ab.layouts > 0;
    budget_set(&ab);
    if (cmp_session_needs_store(session))
        cmp_session_open_store(session);
    comparisons_make(&ab);
    if (session->options.dry_run) {
        cmp_session_print_plan(session);
    } else {
        paths_tell(&ab);
        activity_check(&ab);
        status = ab_report(&ab, ab_measure(&ab));
    }
    for (size_t i = 0; ab.comparisons != NULL && i < session->schedule.group_count; i++) {
        cmp_layouts_free(ab.comparisons[i].layouts);
        free(ab.comparisons[i].paths);
    }
    free(ab.comparisons);
    cmp_session_close(session);
    return status;
}

const cmp_command_t cmp_command_ab = {
    .name = "ab",
    .synopsis = "BASE TREATMENT",
    .summary = "two builds or settings, with a verdict",
    .run = ab_run,
};
