/*
 * What a sub-command is, and the few things that all of them share: exit codes and the form of
 * error messages. A sub-command is one file, cmd_<name>.c, that defines cmp_command_<name>, plus
 * one line in the table of main.c. The command "compare" is what runs when the first word of the
 * command line is no sub-command.
 */
#ifndef COMMAND_H
#define COMMAND_H

enum cmp_exit {
    CMP_EXIT_VALID = 0,  /* everything that was asked for was measured */
    CMP_EXIT_FAILED = 1, /* a measurement failed or was interrupted */
    CMP_EXIT_USAGE = 2,  /* the command line, or a file it names, makes no sense */
};

typedef struct cmp_command {
    const char *name;
    const char *synopsis; /* "WORKLOAD[,WORKLOAD...]", for the list of commands */
    const char *summary;  /* one line */
    /* argv[0] is the name to print in usage texts; returns enum cmp_exit. */
    int (*run)(int argc, char **argv);
} cmp_command_t;

/* The table of main.c; NULL-terminated. */
const cmp_command_t *const *cmp_commands(void);

/* Prints "compare: <message>" to stderr. Messages say action, value, reason, remedy. */
void cmp_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, then ends the program with CMP_EXIT_USAGE. For the time before anything was started. */
_Noreturn void cmp_usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "./compare" or "hakmem-compare": how the user starts this program, for remedies in messages. */
const char *cmp_program(void);

#endif
