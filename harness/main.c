/*
 * The program: the table of sub-commands and the choice among them. The first word of the command
 * line names a sub-command; anything else is a workload to compare allocators on.
 */
#include "command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line each. `compare` comes first: it is what runs when no other is named. */
#define COMMANDS(X)                                                                                \
    X(compare)                                                                                     \
    X(ab)                                                                                          \
    X(experiment)                                                                                  \
    X(run)                                                                                         \
    X(scale)                                                                                       \
    X(topology)                                                                                    \
    X(list)                                                                                        \
    X(audit)                                                                                       \
    X(doctor)                                                                                      \
    X(results)                                                                                     \
    X(publish)

#define DECLARE(name) extern const cmp_command_t cmp_command_##name;
#define ADDRESS(name) &cmp_command_##name,
COMMANDS(DECLARE)
static const cmp_command_t *const commands[] = {COMMANDS(ADDRESS) NULL};

const cmp_command_t *const *cmp_commands(void) {
    return commands;
}

const char *cmp_program(void) {
    return strcmp(program_invocation_short_name, "compare") == 0 ? "./compare"
                                                                 : program_invocation_short_name;
}

static void error_print(const char *format, va_list arguments) {
    fflush(stdout);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void cmp_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    error_print(format, arguments);
    va_end(arguments);
}

_Noreturn void cmp_usage_error(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    error_print(format, arguments);
    va_end(arguments);
    exit(CMP_EXIT_USAGE);
}

/* What could not be written must not pass as success: `compare list >/dev/full`. */
static int stdout_finish(int status) {
    if (status != CMP_EXIT_VALID || (fflush(stdout) == 0 && !ferror(stdout)))
        return status;
    cmp_error("cannot write to stdout: %s", strerror(errno));
    return CMP_EXIT_FAILED;
}

int main(int argc, char **argv) {
    static char name[128]; /* what usage texts and remedies call the command */
    for (size_t i = 1; argc > 1 && commands[i] != NULL; i++) {
        if (strcmp(argv[1], commands[i]->name) != 0)
            continue;
        snprintf(name, sizeof name, "%s %s", cmp_program(), commands[i]->name);
        argv[1] = name;
        return stdout_finish(commands[i]->run(argc - 1, argv + 1));
    }
    if (argc > 0) {
        snprintf(name, sizeof name, "%s", cmp_program());
        argv[0] = name;
    }
    return stdout_finish(commands[0]->run(argc, argv));
}
