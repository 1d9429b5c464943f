/*
 * `compare topology`: the machine, and where each placement puts each thread; also of a machine
 * that one does not have. Measures nothing. Main thread. See docs/topology.md.
 */
#include <argp.h>
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../workloads/worker_control.h"
#include "command.h"
#include "options.h"
#include "output.h"
#include "places.h"
#include "report_text.h"

enum { KEY_TOPOLOGY = 256, KEY_MEMBIND, KEY_DISTANCE, KEY_SVG, KEY_XML, KEY_JSON };

typedef struct topology_options {
    const char *source, *membind, *svg, *xml, *json;
    cmp_places_t places;
    uint32_t threads[64];
    size_t thread_count;
    bool help;
} topology_options_t;

static const struct argp_option topology_option_table[] = {
    {"topology", KEY_TOPOLOGY, "FILE|TEXT", 0,
     "Another machine: an hwloc XML file (lstopo FILE.xml writes one, and every run keeps its "
     "machine's), or a synthetic description such as \"pack:2 numa:2 l3:2 core:8 pu:2\"",
     0},
    {"place", 'p', "LIST", 0, "Placements to draw, see 'list placements'", 0},
    {"threads", 't', "LIST", 0, "Numbers of threads to draw (default: one per PU)", 0},
    {"membind", KEY_MEMBIND, "LIST", 0,
     "Where memory comes from: default, local, interleave or node:N", 0},
    {"distance", KEY_DISTANCE, "LIST", 0,
     "Pairs of partners so far apart: core, l2, l3, node, other, or all", 0},
    {"svg", KEY_SVG, "FILE", 0, "Write the drawing of one placement as a picture", 0},
    {"xml", KEY_XML, "FILE", 0, "Write the machine as hwloc XML, for --topology", 0},
    {"json", KEY_JSON, "FILE", 0,
     "Write the placements as JSON; - is stdout, and nothing else there", 0},
    {"help", 'h', NULL, 0, "Print this help", -1},
    {0},
};

static void threads_parse(topology_options_t *options, const char *list) {
    for (const char *text = list;; text++) {
        char *end;
        unsigned long threads = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
        if (threads < 1 || threads > WL_MAX_THREADS || (*end != '\0' && *end != ','))
            cmp_usage_error("cannot place '%s' threads: allowed are whole numbers from 1 to %d, "
                            "e.g. -t 1,2,4",
                            list, WL_MAX_THREADS);
        if (options->thread_count == sizeof options->threads / sizeof options->threads[0])
            cmp_usage_error("cannot draw so many numbers of threads: '%s'", list);
        options->threads[options->thread_count++] = (uint32_t)threads;
        text = end;
        if (*text == '\0')
            return;
    }
}

static error_t topology_parse(int key, char *value, struct argp_state *state) {
    topology_options_t *options = state->input;
    switch (key) {
    case KEY_TOPOLOGY:
        options->source = value;
        return 0;
    case 'p':
        cmp_places_parse(&options->places, value);
        return 0;
    case 't':
        threads_parse(options, value);
        return 0;
    case KEY_MEMBIND:
        options->membind = value;
        return 0;
    case KEY_DISTANCE:
        cmp_places_parse_distances(&options->places, value);
        return 0;
    case KEY_SVG:
        options->svg = value;
        return 0;
    case KEY_XML:
        options->xml = value;
        return 0;
    case KEY_JSON:
        options->json = value;
        return 0;
    case 'h':
        options->help = true;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s'; another machine is named with --topology",
                        value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp topology_argp = {
    .help_filter = cmp_options_help_filter,
    .options = topology_option_table,
    .parser = topology_parse,
    .doc = "Draws this machine, or another one, and where placements put threads. Without -p, -t "
           "or --distance: the machine, and the order in which each placement takes its PUs.\v"
           "Examples:\n"
           "  ./compare topology\n"
           "  ./compare topology -p scatter -t 2 --svg scatter.svg\n"
           "  ./compare topology --topology \"pack:2 numa:2 l3:2 core:8 pu:2\" -p scatter -t 24",
};

/* ------------------------------------------------------------------ what is asked for */

typedef struct plan {
    topo_placement_t placement;
    char *reason; /* why it cannot be done; NULL: it can */
} plan_t;

typedef struct plans {
    plan_t *items;
    size_t count, possible;
} plans_t;

static plans_t plans_make(const topo_t *topo, const topology_options_t *options,
                          const cmp_places_t *places) {
    const uint32_t all = topo_pu_count(topo);
    size_t thread_count = options->thread_count > 0 ? options->thread_count : 1;
    plans_t plans = {.items = calloc(places->count * thread_count + 1, sizeof(plan_t))};
    if (plans.items == NULL)
        abort();
    for (size_t p = 0; p < places->count; p++) {
        for (size_t t = 0; t < thread_count; t++) {
            char error[512];
            uint32_t threads = options->thread_count > 0 ? options->threads[t] : all;
            if (options->thread_count == 0 && topo_policy_is_distance(places->items[p]) && all > 1)
                threads -= threads % 2;
            plan_t *plan = &plans.items[plans.count++];
            if (topo_place(topo, places->items[p], threads, &plan->placement, error, sizeof error))
                plans.possible++;
            else
                plan->reason = strdup(error);
        }
    }
    return plans;
}

static void plans_free(plans_t *plans) {
    for (size_t i = 0; i < plans->count; i++) {
        topo_placement_free(&plans->items[i].placement);
        free(plans->items[i].reason);
    }
    free(plans->items);
}

/* ------------------------------------------------------------------ printing */

/* "scatter, 3 threads on 2 PUs (oversubscribed)". */
static void title_format(const topo_placement_t *placement, char *text, size_t text_bytes) {
    snprintf(text, text_bytes, "%s, %u thread%s%s", topo_policy_name(placement->policy),
             placement->thread_count, placement->thread_count == 1 ? "" : "s",
             placement->oversubscribed ? " (oversubscribed)" : "");
}

static void machine_print(const topo_t *topo, const topology_options_t *options) {
    char summary[512];
    topo_summary(topo, summary, sizeof summary);
    printf("%s: %s\n", options->source != NULL ? options->source : "This machine", summary);
    topo_remarks(topo, "  ", stdout);
}

/* The PUs of one period in the order of threads: "0-3 8 9", of distances pairs "0-8 1-9". */
static void order_print(const topo_placement_t *placement) {
    enum { RUN = 3 }; /* shorter ones are written out */
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    const uint32_t *pu = placement->pu;
    const bool pairs = topo_policy_is_distance(placement->policy);
    const uint32_t count =
        placement->period < placement->thread_count ? placement->period : placement->thread_count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t last = pairs ? i + 1 : i;
        while (!pairs && last + 1 < count && pu[last + 1] == pu[last] + 1)
            last++;
        if (!pairs && last - i + 1 < RUN)
            last = i;
        fprintf(out, "%s%u", i > 0 ? " " : "", pu[i]);
        if (last > i)
            fprintf(out, "-%u", pu[last]);
        i = last;
    }
    fclose(out);
    cmp_text_paragraph(stdout, topo_policy_name(placement->policy), 18, text);
    free(text);
}

/* The machine, and what each placement does with all of it. */
static void overview_print(const topo_t *topo, const plans_t *plans) {
    topo_draw_text(topo, NULL, CMP_TEXT_WIDTH, stdout);
    puts("\nPlacements: the PUs of threads 0, 1, 2 ...");
    for (size_t i = 0; i < plans->count; i++) {
        const plan_t *plan = &plans->items[i];
        if (plan->reason == NULL) {
            order_print(&plan->placement);
            continue;
        }
        const char *why = strstr(plan->reason, ": ");
        char text[600];
        snprintf(text, sizeof text, "not here: %s", why != NULL ? why + 2 : plan->reason);
        cmp_text_paragraph(stdout, topo_policy_name(plan->placement.policy), 18, text);
    }
}

static void plan_print(const topo_t *topo, const plan_t *plan) {
    char title[1200];
    putchar('\n');
    if (plan->reason != NULL) {
        puts(plan->reason);
        return;
    }
    title_format(&plan->placement, title, sizeof title);
    char *bind = topo_bind_text(&plan->placement);
    puts(title);
    cmp_text_paragraph(stdout, "worker bind=", 12, bind);
    topo_draw_text(topo, &plan->placement, CMP_TEXT_WIDTH, stdout);
    free(bind);
}

/* ------------------------------------------------------------------ files */

typedef struct picture {
    const topo_t *topo;
    const topo_placement_t *placement; /* NULL: the machine alone */
} picture_t;

static bool svg_render(const void *context, FILE *file) {
    const picture_t *picture = context;
    char title[1200] = "Machine";
    if (picture->placement != NULL)
        title_format(picture->placement, title, sizeof title);
    topo_draw_svg(picture->topo, picture->placement, title, file);
    return fflush(file) == 0 && !ferror(file);
}

static bool xml_render(const void *context, FILE *file) {
    char *xml = topo_xml(context);
    bool good = xml != NULL && fputs(xml, file) >= 0 && fflush(file) == 0;
    free(xml);
    return good;
}

typedef struct export {
    const topo_t *topo;
    const plans_t *plans;
}
export_t;

static json_t *json_plan(const plan_t *plan) {
    const topo_placement_t *placement = &plan->placement;
    json_t *object = json_object();
    json_object_set_new(object, "placement", json_string(topo_policy_name(placement->policy)));
    json_object_set_new(object, "threads", json_integer(placement->thread_count));
    if (plan->reason != NULL) {
        json_object_set_new(object, "impossible", json_string(plan->reason));
        return object;
    }
    json_t *pus = json_array();
    for (uint32_t i = 0; i < placement->thread_count; i++)
        json_array_append_new(pus, json_integer(placement->pu[i]));
    char *bind = topo_bind_text(placement);
    json_object_set_new(object, "oversubscribed", json_boolean(placement->oversubscribed));
    json_object_set_new(object, "pus", pus);
    json_object_set_new(object, "bind", json_string(bind));
    free(bind);
    return object;
}

static bool json_render(const void *context, FILE *file) {
    const export_t *data = context;
    char summary[512];
    topo_summary(data->topo, summary, sizeof summary);
    json_t *root = json_object(), *plans = json_array();
    json_object_set_new(root, "schema", json_integer(1));
    json_object_set_new(root, "topology", json_string(summary));
    json_object_set_new(root, "pus", json_integer(topo_pu_count(data->topo)));
    for (size_t i = 0; i < data->plans->count; i++)
        json_array_append_new(plans, json_plan(&data->plans->items[i]));
    json_object_set_new(root, "placements", plans);
    bool good = json_dumpf(root, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF;
    json_decref(root);
    return good && fflush(file) == 0;
}

static bool file_write(const char *path, bool (*render)(const void *, FILE *),
                       const void *context) {
    char error[1024];
    if (path == NULL || cmp_output_write(path, render, context, error, sizeof error))
        return true;
    cmp_error("%s", error);
    return false;
}

static bool files_write(const topo_t *topo, const topology_options_t *options, const plans_t *plans,
                        bool overview) {
    const picture_t picture = {topo, overview ? NULL : &plans->items[0].placement};
    const export_t data = {topo, plans};
    bool svg = file_write(options->svg, svg_render, &picture);
    bool xml = file_write(options->xml, xml_render, topo);
    return file_write(options->json, json_render, &data) && svg && xml;
}

/* ------------------------------------------------------------------ run */

/* What of the command line cannot be done together. */
static void options_check(const topology_options_t *options, const plans_t *plans, bool overview) {
    char error[1024];
    if (options->svg != NULL && !overview && plans->count != 1)
        cmp_usage_error("--svg draws one placement with one number of threads, not %zu; name one "
                        "with -p and -t",
                        plans->count);
    if (!overview && plans->possible == 0)
        cmp_usage_error("%s", plans->items[0].reason);
    const char *const files[] = {options->svg, options->xml, options->json};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (files[i] != NULL && !cmp_output_check(files[i], error, sizeof error))
            cmp_usage_error("%s", error);
}

static int topology_run(int argc, char **argv) {
    topology_options_t options = {0};
    char error[1024];
    cmp_options_parse(&topology_argp, argc, argv, &options);
    if (options.help) {
        cmp_options_help(&topology_argp, argv[0]);
        return CMP_EXIT_VALID;
    }
    topo_t *topo = topo_load(options.source, error, sizeof error);
    if (topo == NULL)
        cmp_usage_error("%s", error);
    bool overview =
        options.places.count == 0 && options.thread_count == 0 && options.membind == NULL;
    for (unsigned i = 0; overview && i < TOPO_POLICY_COUNT; i++)
        cmp_places_add(&options.places, (topo_policy_t)i);
    if (options.places.count == 0)
        cmp_places_add(&options.places, TOPO_COMPACT);
    if (options.membind != NULL)
        cmp_places_bind_memory(&options.places, options.membind);
    plans_t plans = plans_make(topo, &options, &options.places);
    options_check(&options, &plans, overview);
    if (options.json == NULL || strcmp(options.json, "-") != 0) {
        machine_print(topo, &options);
        if (overview)
            overview_print(topo, &plans);
        for (size_t i = 0; !overview && i < plans.count; i++)
            plan_print(topo, &plans.items[i]);
    }
    bool written = files_write(topo, &options, &plans, overview);
    plans_free(&plans);
    cmp_places_free(&options.places);
    topo_free(topo);
    return written ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

const cmp_command_t cmp_command_topology = {
    .name = "topology",
    .synopsis = "",
    .summary = "the machine, and where each placement puts each thread",
    .run = topology_run,
};
