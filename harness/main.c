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
    X(list)

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

int main(int argc, char **argv) {
    for (size_t i = 1; argc > 1 && commands[i] != NULL; i++) {
        if (strcmp(argv[1], commands[i]->name) != 0)
            continue;
        static char name[128];
        snprintf(name, sizeof name, "%s %s", cmp_program(), commands[i]->name);
        argv[1] = name;
        return commands[i]->run(argc - 1, argv + 1);
    }
    return commands[0]->run(argc, argv);
}
