/*
 * `compare scale WORKLOAD`: how each allocator scales with threads, and how much placement matters.
 * A sweep over threads and placements, measured like a table, with every point in every round. Main
 * thread. See docs/topology.md, Sweeps.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../workloads/worker_control.h"
#include "command.h"
#include "output.h"
#include "parameters.h"
#include "scaling.h"
#include "session.h"
#include "slurm.h"

/* A point that this machine cannot do, with all numbers of threads of which that is so. */
typedef struct impossible {
    topo_policy_t place;
    char *reason, *threads;
} impossible_t;

typedef struct scale {
    cmp_session_t session;
    const char *membind, *distance;
    bool slurm; /* write a job array instead of measuring */
    bool threads_given;
    bool base_added; /* one thread was not asked for, but efficiency refers to it */
    impossible_t *impossible;
    size_t impossible_count;
    char **sentences; /* of these */
} scale_t;

enum { KEY_MEMBIND = 0x200, KEY_DISTANCE, KEY_SLURM };

static const struct argp_option scale_options[] = {
    {"membind", KEY_MEMBIND, "LIST", 0,
     "Where memory comes from, for every placement: default, local, interleave or node:N", 1},
    {"distance", KEY_DISTANCE, "LIST", 0,
     "Instead of placements: how far apart the partners of remote are: core, l2, l3, node, other, "
     "or all",
     1},
    {"slurm", KEY_SLURM, NULL, 0,
     "Measure nothing here: write a job array for Slurm into the results folder, each task with a "
     "share of the sweep on a node of its own, and a job that merges their results",
     2},
    {0}};

static error_t scale_parse(int key, char *value, struct argp_state *state) {
    scale_t *scale = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &scale->session.options;
        return 0;
    case KEY_MEMBIND:
        scale->membind = value;
        return 0;
    case KEY_DISTANCE:
        scale->distance = value;
        return 0;
    case KEY_SLURM:
        scale->slurm = true;
        return 0;
    case ARGP_KEY_ARG:
        if (scale->session.workload_list != NULL)
            cmp_usage_error("unexpected argument '%s'; separate workloads by commas: '%s,%s'",
                            value, scale->session.workload_list, value);
        scale->session.workload_list = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child scale_children[] = {{&cmp_options_argp, 0, NULL, 0}, {0}};

static const struct argp scale_argp = {
    .help_filter = cmp_options_help_filter,
    .options = scale_options,
    .parser = scale_parse,
    .children = scale_children,
    .args_doc = "WORKLOAD[,WORKLOAD...]",
    .doc =
        "Measures how allocators scale: 1, 2, 4 ... threads up to all PUs, and twice as many, by "
        "each placement (default compact, and scatter where that differs). Prints speed-up, "
        "efficiency and the knee, and draws curves.\v"
        "Examples:\n"
        "  ./compare scale larson\n"
        "  ./compare scale mixed -p compact,scatter,numa --membind default,interleave\n"
        "  ./compare scale remote --distance all\n"
        "  ./compare scale mixed,larson -p compact,scatter --slurm -o shared/folder",
};

/* ------------------------------------------------------------------ what is measured */

static void options_check(const scale_t *scale) {
    const cmp_options_t *options = &scale->session.options;
    if (options->latency || options->counters)
        cmp_usage_error("scale shows throughput alone, without %s; measure some of its points with "
                        "'%s WORKLOAD -t LIST -p PLACE %s'",
                        options->latency ? "--latency" : "--counters", cmp_program(),
                        options->latency ? "--latency" : "--counters");
    if (scale->distance != NULL && options->places.count > 0)
        cmp_usage_error("--place and --distance exclude each other: a distance is a placement; as "
                        "one of several it is written -p compact,distance:l3");
}

/* A task has its own results, and takes up again what it left by itself. */
static void slurm_check(const cmp_options_t *options) {
    const char *option = options->json != NULL     ? "--json"
                         : options->csv != NULL    ? "--csv"
                         : options->resume != NULL ? "--resume"
                                                   : NULL;
    if (option != NULL)
        cmp_usage_error("--slurm and %s exclude each other: the tasks measure later and on their "
                        "own; afterwards see '%s results'",
                        option, cmp_program());
}

static bool distances_only(const scale_t *scale) {
    const cmp_places_t *places = &scale->session.options.places;
    for (size_t i = 0; i < places->count; i++)
        if (!topo_policy_is_distance(places->items[i]))
            return false;
    return true;
}

/* Partners have a distance only where threads come in pairs. */
static void workloads_check(const scale_t *scale) {
    const cmp_session_t *session = &scale->session;
    bool any = false;
    for (size_t i = 0; i < session->options.places.count; i++)
        any |= topo_policy_is_distance(session->options.places.items[i]);
    for (size_t w = 0; any && w < session->workload_count; w++) {
        const wl_workload_t *workload = session->workloads[w];
        char value[64] = "";
        for (size_t i = 0; i < workload->parameter_count; i++)
            if (strcmp(workload->parameters[i].name, "pattern") == 0)
                wl_format(workload, &session->values[w], i, value, sizeof value);
        if (strcmp(value, "pair") != 0)
            cmp_usage_error("threads of %s have no partners at a distance; that is for remote with "
                            "pattern=pair",
                            workload->name);
    }
}

static bool same_order(const topo_t *topo, topo_policy_t one, topo_policy_t other) {
    char error[512];
    topo_placement_t a, b;
    const uint32_t threads = topo_pu_count(topo);
    bool same = topo_place(topo, one, threads, &a, error, sizeof error);
    if (same && topo_place(topo, other, threads, &b, error, sizeof error)) {
        same = memcmp(a.pu, b.pu, threads * sizeof *a.pu) == 0;
        topo_placement_free(&b);
        topo_placement_free(&a);
    }
    return same;
}

/* The placements that were named, with the memory that was. */
static void places_named(scale_t *scale) {
    cmp_places_t *places = &scale->session.options.places;
    if (scale->distance != NULL)
        cmp_places_parse_distances(places, scale->distance);
    if (scale->membind != NULL && places->count > 0)
        cmp_places_bind_memory(places, scale->membind);
}

static void places_choose(scale_t *scale) {
    cmp_places_t *places = &scale->session.options.places;
    const bool named = places->count > 0;
    if (!named) {
        cmp_places_add(places, TOPO_COMPACT);
        if (!same_order(scale->session.topo, TOPO_COMPACT, TOPO_SCATTER))
            cmp_places_add(places, TOPO_SCATTER);
        else if (topo_pu_count(scale->session.topo) > 1)
            cmp_run_note(&scale->session.run,
                         "placement scatter is left out: on this machine it is the same as "
                         "compact");
    }
    if (scale->membind != NULL && !named)
        cmp_places_bind_memory(places, scale->membind);
}

static void threads_add(cmp_options_t *options, uint32_t threads) {
    for (size_t i = 0; i < options->thread_count; i++)
        if (options->threads[i] == threads)
            return;
    if (threads > WL_MAX_THREADS)
        return;
    options->threads =
        realloc(options->threads, (options->thread_count + 1) * sizeof *options->threads);
    if (options->threads == NULL)
        abort();
    options->threads[options->thread_count++] = threads;
}

static int threads_order(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* 1, 2, 4 ... up to all PUs, all of them, and twice as many. */
static void threads_choose(scale_t *scale) {
    cmp_options_t *options = &scale->session.options;
    const uint32_t pus = topo_pu_count(scale->session.topo);
    scale->threads_given = options->thread_count > 0;
    if (!scale->threads_given) {
        for (uint32_t threads = 1; threads < pus; threads *= 2)
            threads_add(options, threads);
        threads_add(options, pus);
        threads_add(options, 2 * pus);
    } else if (!distances_only(scale)) {
        size_t given = options->thread_count;
        threads_add(options, 1);
        scale->base_added = options->thread_count > given;
    }
    qsort(options->threads, options->thread_count, sizeof *options->threads, threads_order);
    if (scale->base_added)
        cmp_run_note(&scale->session.run,
                     "1 thread is measured too, since speed-up and efficiency refer to it");
}

/* What was chosen for placements in general need not fit partners: they come in pairs, and nobody
 * asked for more of them than there are. */
static bool point_wanted(void *context, const cmp_cell_t *point) {
    const scale_t *scale = context;
    if (!topo_policy_is_distance(point->placement))
        return true;
    if (scale->threads_given)
        return !(scale->base_added && point->threads == 1);
    return point->threads % 2 == 0 && point->threads <= topo_pu_count(scale->session.topo);
}

static void point_impossible(void *context, const cmp_cell_t *point, const char *error) {
    scale_t *scale = context;
    if (point->workload != scale->session.workloads[0])
        return; /* placements do not depend on it */
    const char *colon = strstr(error, ": "), *reason = colon != NULL ? colon + 2 : error;
    for (size_t i = 0; i < scale->impossible_count; i++) {
        impossible_t *known = &scale->impossible[i];
        if (known->place != point->placement || strcmp(known->reason, reason) != 0)
            continue;
        char *more = cmp_text("%s, %u", known->threads, point->threads);
        free(known->threads);
        known->threads = more;
        return;
    }
    scale->impossible =
        realloc(scale->impossible, (scale->impossible_count + 1) * sizeof *scale->impossible);
    if (scale->impossible == NULL)
        abort();
    scale->impossible[scale->impossible_count++] =
        (impossible_t){point->placement, cmp_text("%s", reason), cmp_text("%u", point->threads)};
}

static void impossible_describe(scale_t *scale) {
    scale->sentences = calloc(scale->impossible_count + 1, sizeof *scale->sentences);
    if (scale->sentences == NULL)
        abort();
    for (size_t i = 0; i < scale->impossible_count; i++) {
        const impossible_t *point = &scale->impossible[i];
        scale->sentences[i] =
            cmp_text("%s with %s thread%s: %s", topo_policy_name(point->place), point->threads,
                     strcmp(point->threads, "1") == 0 ? "" : "s", point->reason);
        cmp_run_note(&scale->session.run, CMP_NOTE_IMPOSSIBLE "%s", scale->sentences[i]);
    }
}

static void plan(scale_t *scale, const cmp_sweep_t *sweep) {
    cmp_session_t *session = &scale->session;
    places_choose(scale);
    threads_choose(scale);
    session->sweep = sweep;
    cmp_session_plan(session);
    impossible_describe(scale);
    if (session->run.cell_count == 0)
        cmp_usage_error("there is nothing that this machine can do: %s; see '%s topology'",
                        scale->impossible_count > 0 ? scale->sentences[0]
                                                    : "one PU has no partner at any distance",
                        cmp_program());
}

/* ------------------------------------------------------------------ results */

static bool xml_render(const void *context, FILE *file) {
    return fputs(context, file) >= 0 && fflush(file) == 0 && !ferror(file);
}

/* Pictures and the machine, in a folder of the run beside the database. */
static bool folder_fill(const scale_t *scale, const cmp_scaling_t *scaling, FILE *out) {
    const cmp_session_t *session = &scale->session;
    char error[1024] = "";
    char *folder =
        cmp_text("%.*s/scale-%.8s", (int)(strrchr(session->database, '/') - session->database),
                 session->database, session->run.uuid);
    char *xml = cmp_text("%s/machine.xml", folder);
    bool good = mkdir(folder, 0777) == 0 || errno == EEXIST;
    if (!good)
        snprintf(error, sizeof error, "cannot make folder '%s': %s", folder, strerror(errno));
    if (good && session->run.machine.topology_xml != NULL) {
        good = cmp_output_write(xml, xml_render, session->run.machine.topology_xml, error,
                                sizeof error);
        if (good)
            fprintf(out, "%-14s%s, for '%s topology --topology'\n", "Machine as", xml,
                    cmp_program());
    }
    good = good && cmp_scaling_pictures(scaling, folder, out, error, sizeof error);
    if (!good)
        cmp_error("%s", error);
    free(folder);
    free(xml);
    return good;
}

static int report_print(const scale_t *scale) {
    const cmp_session_t *session = &scale->session;
    cmp_report_t report = cmp_report_make(&session->run);
    cmp_report_add_history(&report, session->history, session->history_count);
    cmp_scaling_t scaling = cmp_scaling_make(&report);
    report.scaling = &scaling;
    const bool quiet = cmp_session_quiet(session);
    if (!quiet) {
        cmp_scaling_print(&scaling, stdout, cmp_session_colour());
        cmp_report_footer(&report, stdout);
    }
    bool good = folder_fill(scale, &scaling, quiet ? stderr : stdout);
    good = cmp_session_write(session, &report) && good;
    good = good && !report.failures && !session->run.interrupted;
    cmp_scaling_free(&scaling);
    cmp_report_free(&report);
    return good ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

static bool anything_measured(const cmp_run_t *run) {
    for (size_t i = 0; run->begun && i < run->cell_count; i++)
        if (run->cells[i].sample_count > 0)
            return true;
    return false;
}

static int measure(scale_t *scale) {
    cmp_session_t *session = &scale->session;
    cmp_measure_t measuring = cmp_session_measure(session);
    char error[1024] = "";
    bool measured = cmp_measure(&measuring, error, sizeof error);
    measured = cmp_session_end(session, measured, error);
    int status = anything_measured(&session->run) ? report_print(scale) : CMP_EXIT_FAILED;
    return measured ? status : CMP_EXIT_FAILED;
}

static void dry_run_print(scale_t *scale) {
    cmp_session_print_plan(&scale->session);
    for (size_t i = 0; i < scale->impossible_count; i++)
        printf("  " CMP_NOTE_IMPOSSIBLE "%s\n", scale->sentences[i]);
}

/* The default placements depend on the node, but what --membind says can be read here. */
static void membind_check(const scale_t *scale) {
    cmp_places_t any = {0};
    if (scale->membind == NULL || scale->session.options.places.count > 0)
        return;
    cmp_places_add(&any, TOPO_COMPACT);
    cmp_places_bind_memory(&any, scale->membind);
    cmp_places_free(&any);
}

static int slurm_write(scale_t *scale) {
    char error[1024];
    membind_check(scale);
    cmp_slurm_t slurm = cmp_slurm_make(&scale->session, scale->membind);
    bool good = true;
    cmp_slurm_print(&slurm, stdout);
    if (!scale->session.options.dry_run)
        good = cmp_slurm_write(&slurm, stdout, error, sizeof error);
    if (!good)
        cmp_error("%s", error);
    cmp_slurm_free(&slurm);
    return good ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

static void scale_free(scale_t *scale) {
    for (size_t i = 0; i < scale->impossible_count; i++) {
        free(scale->impossible[i].reason);
        free(scale->impossible[i].threads);
        free(scale->sentences[i]);
    }
    free(scale->impossible);
    free(scale->sentences);
    cmp_session_close(&scale->session);
}

static int scale_run(int argc, char **argv) {
    scale_t scale = {.session = {.started = cmp_clock()}};
    cmp_session_t *session = &scale.session;
    const cmp_sweep_t sweep = {point_wanted, point_impossible, &scale};
    int status = CMP_EXIT_VALID;
    cmp_options_parse(&scale_argp, argc, argv, &scale);
    if (session->options.help) {
        cmp_options_help(&scale_argp, argv[0]);
        scale_free(&scale);
        return status;
    }
    options_check(&scale);
    if (scale.slurm)
        slurm_check(&session->options);
    cmp_session_open(session, argc, argv);
    cmp_session_select(session);
    places_named(&scale);
    workloads_check(&scale);
    if (scale.slurm) {
        status = slurm_write(&scale);
        scale_free(&scale);
        return status;
    }
    plan(&scale, &sweep);
    if (cmp_session_needs_store(session))
        cmp_session_open_store(session);
    if (session->options.dry_run)
        dry_run_print(&scale);
    else
        status = measure(&scale);
    scale_free(&scale);
    return status;
}

const cmp_command_t cmp_command_scale = {
    .name = "scale",
    .synopsis = "WORKLOAD",
    .summary = "throughput by threads and placement",
    .run = scale_run,
};
