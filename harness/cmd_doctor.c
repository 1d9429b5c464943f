/*
 * `compare doctor`: what on this machine spoils a measurement, with the effect on figures and the
 * remedy. Main thread; measures nothing. The checks are in doctor_checks.c, docs/doctor.md explains
 * them.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "allocators.h"
#include "command.h"
#include "doctor.h"
#include "options.h"
#include "output.h"
#include "paths.h"
#include "report_text.h"
#include "self_test.h"
#include "session.h"

enum { KEY_JSON = 256, KEY_ROOT, KEY_STRICT, KEY_LIST, KEY_SELF_TEST };
enum { LABEL_WIDTH = 18, DETAIL_WIDTH = 26 };

static const double look_seconds = 1;

typedef struct doctor_options {
    const char *allocators; /* NULL: the default list */
    const char *root, *json;
    bool strict, list, help;
    bool self_test;
    cmp_self_test_t self; /* with self_test */
} doctor_options_t;

/* What there is to print. */
typedef struct diagnosis {
    const cmp_look_t *look;
    const cmp_finding_t *findings;
    size_t count;
} diagnosis_t;

/* ------------------------------------------------------------------ command line */

static error_t doctor_parse(int key, char *value, struct argp_state *state) {
    doctor_options_t *options = state->input;
    switch (key) {
    case 'a':
        options->allocators = value;
        return 0;
    case KEY_JSON:
        options->json = value;
        return 0;
    case KEY_ROOT:
        options->root = value;
        return 0;
    case KEY_STRICT:
        options->strict = true;
        return 0;
    case KEY_LIST:
        options->list = true;
        return 0;
    case KEY_SELF_TEST:
        if (value != NULL && strcmp(value, "full") != 0 && strcmp(value, "short") != 0)
            cmp_usage_error("cannot use '%s' for --self-test: it is --self-test (minutes) or "
                            "--self-test=full (half an hour)",
                            value);
        options->self_test = true;
        options->self.full = value != NULL && strcmp(value, "full") == 0;
        return 0;
    case 'o':
        options->self.output = value;
        return 0;
    case 'h':
        options->help = true;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s'; '%s doctor' takes options only", value,
                        cmp_program());
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option doctor_option_table[] = {
    {"allocators", 'a', "LIST", 0,
     "Allocators whose builds are examined (default: hakmem and all that are installed)", 0},
    {"json", KEY_JSON, "FILE", 0, "Write all findings as JSON; - is stdout, and nothing else there",
     0},
    {"root", KEY_ROOT, "DIR", 0,
     "Examine a copy of another machine's /proc, /sys and /etc below DIR; what a second look needs "
     "is below DIR/later",
     0},
    {"strict", KEY_STRICT, NULL, 0, "Exit status 1 also for what cannot be changed from here", 0},
    {"list", KEY_LIST, NULL, 0, "Print every check with its effect and remedy; examine nothing", 0},
    {"self-test", KEY_SELF_TEST, "full", OPTION_ARG_OPTIONAL,
     "Test whether verdicts tell truth from noise on this machine: simulated and recorded samples, "
     "equal sides, builds with a planted slowdown; minutes, or or half an hour with =full",
     0},
    {"output", 'o', "DIR", 0, "Results folder of the self-test's comparisons (default results/)",
     0},
    {"help", 'h', NULL, 0, "Print this help", -1},
    {0},
};

static const struct argp doctor_argp = {
    .help_filter = cmp_options_help_filter,
    .options = doctor_option_table,
    .parser = doctor_parse,
    .doc = "Names what on this machine spoils a measurement, its effect on figures and its remedy. "
           "Takes a second, in which it keeps one PU busy. Changes nothing.\v"
           "Examples:\n"
           "  ./compare doctor\n"
           "  ./compare doctor --json - | jq '.findings[] | select(.severity == \"spoils\")'\n"
           "  ./compare doctor && ./compare mixed\n"
           "  ./compare doctor --self-test\n\n"
           "Exit status: 0 nothing spoils that could be changed from here, 1 something does, "
           "2 usage.",
};

/* ------------------------------------------------------------------ printing */

/* The table as Markdown: docs/doctor.md holds what this prints. */
static int checks_print(void) {
    size_t count;
    const cmp_check_t *checks = cmp_checks(&count);
    for (size_t i = 0; i < count; i++) {
        printf("### %s\n", checks[i].id);
        printf("%s: %s.\n", checks[i].worst == CMP_SEVERITY_SPOILS ? "Spoils" : "Worth knowing",
               checks[i].title);
        cmp_text_paragraph(stdout, "- Effect: ", 10, checks[i].effect);
        cmp_text_paragraph(stdout, "- Remedy: ", 10, checks[i].remedy);
        fputs(i + 1 < count ? "\n" : "", stdout);
    }
    return CMP_EXIT_VALID;
}

/* An empty line, then the id and title of a finding. */
static void finding_heading(const cmp_finding_t *finding, bool colour) {
    cmp_grid_t grid = {.columns = 1};
    cmp_grid_row(&grid);
    cmp_grid_row(&grid);
    cmp_grid_set(&grid, 0,
                 finding->severity == CMP_SEVERITY_SPOILS ? CMP_STYLE_FAILURE : CMP_STYLE_BEST,
                 "%-*s%s: %s", LABEL_WIDTH, finding->check->id,
                 finding->severity == CMP_SEVERITY_SPOILS ? "spoils" : "worth knowing",
                 finding->check->title);
    cmp_grid_print(&grid, stdout, colour);
}

static void finding_print(const cmp_finding_t *finding, bool colour) {
    finding_heading(finding, colour);
    const struct {
        const char *name, *text;
    } details[] = {{"found", finding->found},
                   {"effect", finding->check->effect},
                   {"remedy", finding->remedy},
                   {"but", finding->fixed}};
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++) {
        if (*details[i].text == '\0')
            continue;
        char label[DETAIL_WIDTH + 1];
        snprintf(label, sizeof label, "%*s%s", LABEL_WIDTH, "", details[i].name);
        char *text = cmp_text(
            "%s%s", strcmp(details[i].name, "but") == 0 ? "not to be changed from here: " : "",
            details[i].text);
        cmp_text_paragraph(stdout, label, DETAIL_WIDTH, text);
        free(text);
    }
}

/* The rest, a line each. */
static void others_print(const diagnosis_t *diagnosis, cmp_severity_t severity, const char *title) {
    bool printed = false;
    for (size_t i = 0; i < diagnosis->count; i++) {
        const cmp_finding_t *finding = &diagnosis->findings[i];
        if (finding->severity != severity)
            continue;
        if (!printed)
            printf("\n%s\n", title);
        printed = true;
        char label[LABEL_WIDTH + 1];
        snprintf(label, sizeof label, "  %.*s", LABEL_WIDTH - 3, finding->check->id);
        cmp_text_paragraph(stdout, label, LABEL_WIDTH, finding->found);
    }
}

static size_t severity_count(const diagnosis_t *diagnosis, cmp_severity_t severity) {
    return cmp_doctor_count(diagnosis->findings, diagnosis->count, severity, false);
}

static size_t spoils_changeable(const diagnosis_t *diagnosis) {
    return cmp_doctor_count(diagnosis->findings, diagnosis->count, CMP_SEVERITY_SPOILS, true);
}

static void diagnosis_print(const diagnosis_t *diagnosis, bool colour) {
    const cmp_machine_t *machine = &diagnosis->look->machine;
    size_t spoils = severity_count(diagnosis, CMP_SEVERITY_SPOILS);
    char *text = cmp_text("%s; %u cores, %u PUs; %s; hypervisor %s", machine->cpu, machine->cores,
                          machine->pus, machine->kernel, machine->hypervisor);
    cmp_text_paragraph(stdout, "Machine", LABEL_WIDTH, text);
    free(text);
    for (int severity = CMP_SEVERITY_SPOILS; severity >= CMP_SEVERITY_NOTE; severity--)
        for (size_t i = 0; i < diagnosis->count; i++)
            if (diagnosis->findings[i].severity == (cmp_severity_t)severity)
                finding_print(&diagnosis->findings[i], colour);
    others_print(diagnosis, CMP_SEVERITY_FINE, "Fine");
    others_print(diagnosis, CMP_SEVERITY_UNKNOWN, "n/a: cannot be told here");
    text = cmp_text("%zu checks: %zu spoil%s measurements here, %zu of which can be changed; %zu "
                    "worth knowing, %zu fine, %zu n/a",
                    diagnosis->count, spoils, spoils == 1 ? "s" : "", spoils_changeable(diagnosis),
                    severity_count(diagnosis, CMP_SEVERITY_NOTE),
                    severity_count(diagnosis, CMP_SEVERITY_FINE),
                    severity_count(diagnosis, CMP_SEVERITY_UNKNOWN));
    putchar('\n');
    cmp_text_paragraph(stdout, "Summary", LABEL_WIDTH, text);
    free(text);
}

/* ------------------------------------------------------------------ JSON */

static json_t *json_text(const char *text) {
    if (*text == '\0' || strcmp(text, "n/a") == 0)
        return json_null();
    char *clean = cmp_text_utf8(text, false);
    json_t *value = json_string(clean);
    free(clean);
    return value;
}

static void set(json_t *object, const char *key, json_t *value) {
    if (value == NULL || json_object_set_new(object, key, value) != 0)
        abort(); /* out of memory: no half-written result */
}

static json_t *finding_json(const cmp_finding_t *finding) {
    bool stated = finding->severity >= CMP_SEVERITY_NOTE;
    json_t *object = json_object();
    set(object, "id", json_string(finding->check->id));
    set(object, "title", json_string(finding->check->title));
    set(object, "severity", json_string(cmp_severity_name(finding->severity)));
    set(object, "found", json_text(finding->found));
    set(object, "effect", stated ? json_string(finding->check->effect) : json_null());
    set(object, "remedy", stated ? json_text(finding->remedy) : json_null());
    set(object, "changeable", stated ? json_boolean(finding->fixed[0] == '\0') : json_null());
    set(object, "why_not", stated ? json_text(finding->fixed) : json_null());
    return object;
}

static bool diagnosis_json(const void *context, FILE *file) {
    const diagnosis_t *diagnosis = context;
    const cmp_machine_t *machine = &diagnosis->look->machine;
    json_t *root = json_object(), *described = json_object(), *findings = json_array();
    set(described, "cpu", json_text(machine->cpu));
    set(described, "cores", json_integer(machine->cores));
    set(described, "pus", json_integer(machine->pus));
    set(described, "kernel", json_text(machine->kernel));
    set(described, "hypervisor", json_text(machine->hypervisor));
    set(root, "schema", json_integer(1));
    set(root, "kind", json_string("diagnosis"));
    set(root, "machine", described);
    set(root, "spoils", json_integer((json_int_t)severity_count(diagnosis, CMP_SEVERITY_SPOILS)));
    set(root, "spoils_changeable", json_integer((json_int_t)spoils_changeable(diagnosis)));
    for (size_t i = 0; i < diagnosis->count; i++)
        if (json_array_append_new(findings, finding_json(&diagnosis->findings[i])) != 0)
            abort();
    set(root, "findings", findings);
    bool good = json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    json_decref(root);
    return good;
}

/* ------------------------------------------------------------------ the command */

/* Ends the program when the options make no sense. */
static void options_check(const doctor_options_t *options) {
    char error[1024];
    struct stat status;
    if (options->root != NULL && options->allocators != NULL)
        cmp_usage_error("--root and --allocators exclude each other: allocators are those of this "
                        "machine");
    if (options->root != NULL && (stat(options->root, &status) != 0 || !S_ISDIR(status.st_mode)))
        cmp_usage_error("cannot examine '%s': %s; give a folder with a copy of /proc and /sys",
                        options->root,
                        stat(options->root, &status) != 0 ? strerror(errno) : "it is no folder");
    char *proc = cmp_text("%s/proc", options->root != NULL ? options->root : "");
    if (stat(proc, &status) != 0)
        cmp_usage_error("cannot examine '%s': %s; give a folder with a copy of /proc and /sys",
                        proc, strerror(errno));
    free(proc);
    if (options->self.output != NULL && !options->self_test)
        cmp_usage_error("-o belongs to --self-test: doctor itself writes nothing");
    if (options->json != NULL && !cmp_output_check(options->json, error, sizeof error))
        cmp_usage_error("%s", error);
}

/* Fills run->allocators. That nothing was built yet keeps nobody from looking at the machine. */
static void allocators_select(const doctor_options_t *options, cmp_run_t *run) {
    cmp_paths_t paths = {0};
    char error[1024];
    bool good = cmp_paths_find(&paths, error, sizeof error) &&
                cmp_allocators_select(&paths, options->allocators, run, error, sizeof error);
    if (!good && options->allocators != NULL)
        cmp_usage_error("%s", error);
    cmp_paths_free(&paths);
}

static int machine_examine(const doctor_options_t *options) {
    char error[1024];
    cmp_run_t run = {0};
    cmp_look_t look;
    if (options->root == NULL)
        allocators_select(options, &run);
    cmp_look_begin(&look, options->root != NULL ? options->root : "");
    cmp_look_again(&look, look_seconds);
    look.allocators = run.allocators;
    look.allocator_count = run.allocator_count;
    diagnosis_t diagnosis = {.look = &look};
    cmp_finding_t *findings = cmp_doctor_examine(&look, &diagnosis.count);
    diagnosis.findings = findings;
    size_t bad = options->strict ? severity_count(&diagnosis, CMP_SEVERITY_SPOILS)
                                 : spoils_changeable(&diagnosis);
    int status = bad > 0 ? CMP_EXIT_FAILED : CMP_EXIT_VALID;
    if (options->json == NULL || strcmp(options->json, "-") != 0)
        diagnosis_print(&diagnosis, cmp_session_colour());
    if (options->json != NULL &&
        !cmp_output_write(options->json, diagnosis_json, &diagnosis, error, sizeof error)) {
        cmp_error("%s", error);
        status = CMP_EXIT_FAILED;
    }
    free(findings);
    cmp_look_free(&look);
    cmp_run_free(&run);
    return status;
}

static int doctor_run(int argc, char **argv) {
    doctor_options_t options = {0};
    cmp_options_parse(&doctor_argp, argc, argv, &options);
    if (options.help) {
        cmp_options_help(&doctor_argp, argv[0]);
        return CMP_EXIT_VALID;
    }
    if (options.list)
        return checks_print();
    options_check(&options);
    if (options.self_test) {
        options.self.json = options.json;
        return cmp_self_test_run(&options.self);
    }
    return machine_examine(&options);
}

const cmp_command_t cmp_command_doctor = {
    .name = "doctor",
    .synopsis = "",
    .summary = "what on this machine spoils a measurement, and the remedy",
    .run = doctor_run,
};
