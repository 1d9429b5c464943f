/*
 * `compare audit`: what can be read off hakmem's source and machine code without measuring. Main
 * thread. An audit is one line in the table, and has its own options: audit.h.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "command.h"
#include "nearest.h"
#include "options.h"
#include "report_text.h"

typedef struct audit {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} audit_t;

static const audit_t audits[] = {
    {"atomics", "every atomic access, and the locked instructions of each build",
     cmp_audit_atomics},
    {"hotpath", "what malloc and free cost by count, beside the design's budgets",
     cmp_audit_hotpath},
    {"paths", "each size's route from malloc to its memory, and whether a workload takes it",
     cmp_audit_paths},
};
enum { AUDIT_COUNT = sizeof audits / sizeof audits[0] };

static error_t audit_parse(int key, char *value, struct argp_state *state) {
    switch (key) {
    case 'h':
        *(bool *)state->input = true;
        return 0;
    case ARGP_KEY_ARG:
        cmp_usage_error("unexpected argument '%s'; the name of an audit comes first", value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option audit_option_table[] = {
    {"help", 'h', NULL, 0, "Print this help; 'audit AUDIT --help' tells an audit's options", 0},
    {0},
};

static const struct argp audit_argp = {
    .help_filter = cmp_options_help_filter,
    .options = audit_option_table,
    .parser = audit_parse,
    .args_doc = "[AUDIT [OPTION...]]",
    .doc = "Checks hakmem's source and machine code against its rules. Without a name: the audits "
           "there are. Exit status 1: something was found.\v"
           "Examples:\n"
           "  ./compare audit atomics -a hakmem,hakmem:counting\n"
           "  ./compare audit hotpath -a hakmem --listing\n"
           "  ./compare audit paths -w mixed",
};

static void audits_print(void) {
    for (size_t i = 0; i < AUDIT_COUNT; i++)
        cmp_text_paragraph(stdout, audits[i].name, 10, audits[i].summary);
    printf("'%s audit AUDIT --help' tells the options of one.\n", cmp_program());
}

static int audit_run(int argc, char **argv) {
    static char name[160];
    const char *names[AUDIT_COUNT + 1] = {NULL};
    for (size_t i = 0; i < AUDIT_COUNT; i++) {
        names[i] = audits[i].name;
        if (argc < 2 || strcmp(argv[1], names[i]) != 0)
            continue;
        snprintf(name, sizeof name, "%s %s", argv[0], names[i]);
        argv[1] = name;
        return audits[i].run(argc - 1, argv + 1);
    }
    if (argc > 1 && argv[1][0] != '-') {
        const char *near = cmp_nearest(argv[1], names);
        cmp_usage_error("unknown audit '%s'%s%s%s; '%s' lists them", argv[1],
                        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                        argv[0]);
    }
    bool help = false;
    cmp_options_parse(&audit_argp, argc, argv, &help);
    if (help)
        cmp_options_help(&audit_argp, argv[0]);
    else
        audits_print();
    return CMP_EXIT_VALID;
}

const cmp_command_t cmp_command_audit = {
    .name = "audit",
    .synopsis = "AUDIT",
    .summary = "hakmem's atomics, routes and hot paths, from source and machine code",
    .run = audit_run,
};
