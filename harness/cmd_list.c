/*
 * `compare list`: what can be compared here. Main thread; measures nothing. Adding a section is one
 * line in the table of sections.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocators.h"
#include "command.h"
#include "experiment_list.h"
#include "nearest.h"
#include "options.h"
#include "parameters.h"
#include "paths.h"
#include "report_text.h"
#include "variants.h"

static void list_workloads(const cmp_paths_t *paths) {
    (void)paths;
    size_t count;
    const wl_workload_t *const *table = wl_table(&count);
    for (size_t i = 0; i < count; i++) {
        printf("%s%s: %s\n  stresses %s\n", i > 0 ? "\n" : "", table[i]->name, table[i]->summary,
               table[i]->stresses);
        cmp_parameters_print(table[i], stdout);
    }
}

static void list_allocators(const cmp_paths_t *paths) {
    size_t count;
    cmp_known_allocator_t *known = cmp_known_allocators(paths, &count);
    cmp_grid_t grid = {.columns = 3};
    cmp_grid_row(&grid);
    cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "allocator");
    cmp_grid_set(&grid, 1, CMP_STYLE_PLAIN, "version");
    cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "library");
    for (size_t i = 0; i < count; i++) {
        cmp_grid_row(&grid);
        cmp_grid_set(&grid, 0, CMP_STYLE_PLAIN, "%s", known[i].name);
        char *version = cmp_known_allocator_version(paths, &known[i]);
        cmp_grid_set(&grid, 1, CMP_STYLE_PLAIN, "%s", version);
        free(version);
        if (known[i].available)
            cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "%s",
                         known[i].path != NULL ? known[i].path : "the C library's own malloc");
        else
            cmp_grid_set(&grid, 2, CMP_STYLE_PLAIN, "not %s; %s", i == 0 ? "built" : "installed",
                         known[i].remedy);
    }
    cmp_grid_print(&grid, stdout, false);
    printf("Any other: NAME=/path/to/lib.so\n");
    cmp_known_allocators_free(known, count);
}

enum { VARIANT_COLUMN = 33 };

/* "  what: text", below the hypothesis; nothing when there is no text. */
static void variant_line(const char *what, const char *prefix, const char *text) {
    char *line = cmp_text("%s: %s%s", what, prefix, text);
    if (*text != '\0')
        cmp_text_paragraph(stdout, "", VARIANT_COLUMN, line);
    free(line);
}

static void variant_details(const cmp_variant_t *variant) {
    const char *const flags[] = {variant->options, variant->compiler, variant->defines,
                                 variant->cflags, variant->ldflags};
    char *built_with = cmp_text("%s", "");
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        char *longer = cmp_text("%s%s%s", built_with,
                                *built_with != '\0' && *flags[i] != '\0' ? " " : "", flags[i]);
        free(built_with);
        built_with = longer;
    }
    variant_line("built with", "", built_with);
    free(built_with);
    variant_line("trained with", "", variant->train);
    variant_line("held out of the training", "", variant->held_out);
    variant_line("ledger", "", variant->ledger);
}

static void list_variants(const cmp_paths_t *paths) {
    size_t count;
    cmp_variant_t *variants = cmp_variants(paths, &count);
    for (size_t i = 0; i < count; i++) {
        const cmp_variant_t *variant = &variants[i];
        bool standard = strcmp(variant->name, "default") == 0;
        char *label = cmp_text("hakmem%s%s", standard ? "" : ":", standard ? "" : variant->name);
        cmp_text_paragraph(stdout, label, VARIANT_COLUMN,
                           *variant->hypothesis != '\0' ? variant->hypothesis
                                                        : "no stanza in variants.ninja");
        variant_details(variant);
        if (!variant->built)
            variant_line("not built", paths->tree != NULL ? "ninja " : "", variant->target);
        free(label);
    }
    cmp_variants_free(variants, count);
}

static void list_placements(const cmp_paths_t *paths) {
    (void)paths;
    for (unsigned i = 0; i < TOPO_POLICY_COUNT; i++)
        cmp_text_paragraph(stdout, topo_policy_name((topo_policy_t)i), 18,
                           topo_policy_help((topo_policy_t)i));
    cmp_text_paragraph(stdout, "pus:LIST", 18,
                       "the PUs named, in that order: pus:0,2,4 or pus:0-3,8");
    cmp_text_paragraph(stdout, "PLACEMENT@MEMORY", 18,
                       "any of these with its memory bound: local, interleave or node:N");
}

typedef struct section {
    const char *name, *title;
    void (*print)(const cmp_paths_t *paths);
} section_t;

static const section_t sections[] = {
    {"workloads", "Workloads, for ./compare WORKLOAD -s PARAMETER=VALUE", list_workloads},
    {"allocators", "Allocators, for -a", list_allocators},
    {"variants", "Builds of hakmem, for -a", list_variants},
    {"placements", "Placements of threads on PUs, for -p", list_placements},
    {"experiments", "Experiments, for 'experiment NAME'", cmp_experiments_print},
};
enum { SECTION_COUNT = sizeof sections / sizeof sections[0] };

typedef struct list_options {
    const char *section;
    bool help;
} list_options_t;

static error_t list_parse(int key, char *value, struct argp_state *state) {
    list_options_t *options = state->input;
    switch (key) {
    case 'h':
        options->help = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->section != NULL)
            cmp_usage_error("unexpected argument '%s'; name one section, or none for all", value);
        options->section = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option list_option_table[] = {
    {"help", 'h', NULL, 0, "Print this help", 0},
    {0},
};

static const struct argp list_argp = {
    .help_filter = cmp_options_help_filter,
    .options = list_option_table,
    .parser = list_parse,
    .args_doc = "[workloads|allocators|variants|placements|experiments]",
    .doc = "Lists what can be compared on this machine; one section, or all of them.\v"
           "Example:\n  ./compare list allocators",
};

static int list_run(int argc, char **argv) {
    list_options_t options = {0};
    cmp_options_parse(&list_argp, argc, argv, &options);
    if (options.help) {
        cmp_options_help(&list_argp, argv[0]);
        return CMP_EXIT_VALID;
    }
    const char *names[SECTION_COUNT + 1] = {NULL};
    bool found = options.section == NULL;
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        names[i] = sections[i].name;
        found |= options.section != NULL && strcmp(options.section, names[i]) == 0;
    }
    if (!found) {
        const char *near = cmp_nearest(options.section, names);
        cmp_usage_error("nothing to list called '%s'%s%s%s; there are workloads, allocators, "
                        "variants, placements and experiments",
                        options.section, near ? "; did you mean '" : "", near ? near : "",
                        near ? "'?" : "");
    }
    cmp_paths_t paths;
    char error[1024];
    if (!cmp_paths_find(&paths, error, sizeof error))
        cmp_usage_error("%s", error);
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (options.section != NULL && strcmp(options.section, sections[i].name) != 0)
            continue;
        if (options.section == NULL)
            printf("%s== %s\n", i > 0 ? "\n" : "", sections[i].title);
        sections[i].print(&paths);
    }
    cmp_paths_free(&paths);
    return CMP_EXIT_VALID;
}

const cmp_command_t cmp_command_list = {
    .name = "list",
    .synopsis = "[SECTION]",
    .summary = "workloads, allocators, variants, placements, experiments",
    .run = list_run,
};
