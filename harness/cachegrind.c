/*
 * Command line and output file of cachegrind. Called by counters.c while nothing is being measured;
 * no locks. The caches are fixed, not taken from the machine, so that figures of several machines
 * can be compared; valgrind would infer odd ones in virtual machines.
 */
#include "cachegrind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Kept in step with the options below. */
const char cmp_cachegrind_settings[] =
    "I1 and D1 32 KiB 8-way, LL 8 MiB 16-way, lines of 64 bytes; one thread";

/* --fair-sched: the threads that a workload replaces take turns in a steadier order. */
void cmp_cachegrind_command(const char *valgrind, const char *output,
                            const char *command[CMP_CACHEGRIND_ARGUMENTS]) {
    const char *const words[] = {valgrind,
                                 "-q",
                                 "--vgdb=no",
                                 "--log-file=/dev/null", /* the worker's own words stay on stderr */
                                 "--fair-sched=try",
                                 "--tool=cachegrind",
                                 "--cache-sim=yes",
                                 "--branch-sim=yes",
                                 "--I1=32768,8,64",
                                 "--D1=32768,8,64",
                                 "--LL=8388608,16,64",
                                 output,
                                 NULL};
    memcpy(command, words, sizeof words);
}

/* Which event a column of the file adds to; CMP_COUNTER_COUNT: none. */
typedef struct column {
    const char *name;
    cmp_counter_t counter;
} column_t;

static const column_t columns[] = {
    {"Ir", CMP_COUNTER_INSTRUCTIONS},   {"I1mr", CMP_COUNTER_I1_MISSES},
    {"ILmr", CMP_COUNTER_LL_MISSES},    {"D1mr", CMP_COUNTER_D1_MISSES},
    {"DLmr", CMP_COUNTER_LL_MISSES},    {"D1mw", CMP_COUNTER_D1_MISSES},
    {"DLmw", CMP_COUNTER_LL_MISSES},    {"Bc", CMP_COUNTER_BRANCHES},
    {"Bcm", CMP_COUNTER_BRANCH_MISSES}, {"Bi", CMP_COUNTER_BRANCHES},
    {"Bim", CMP_COUNTER_BRANCH_MISSES},
};

static cmp_counter_t column_counter(const char *name) {
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (strcmp(columns[i].name, name) == 0)
            return columns[i].counter;
    return CMP_COUNTER_COUNT;
}

/* Adds the figures of "summary:" to the events that the words of "events:" stand for. Both lines
 * are cut up. False when the figures do not match the words. */
static bool totals_add(char *names, char *figures, cmp_count_t *count) {
    char *name, *figure, *end;
    while ((name = strsep(&names, " ")) != NULL) {
        if (*name == '\0')
            continue;
        do
            figure = strsep(&figures, " ");
        while (figure != NULL && *figure == '\0');
        double value = figure != NULL ? strtod(figure, &end) : NAN;
        if (figure == NULL || end == figure || *end != '\0' || !(value >= 0))
            return false;
        cmp_counter_t counter = column_counter(name);
        if (counter == CMP_COUNTER_COUNT)
            continue;
        count->events[counter] =
            (isnan(count->events[counter]) ? 0 : count->events[counter]) + value;
    }
    return figures == NULL || *figures == '\0';
}

/* The rest of a line that begins with `key`, malloc'ed; the last one wins. */
static void line_keep(const char *line, const char *key, char **rest) {
    if (strncmp(line, key, strlen(key)) != 0)
        return;
    free(*rest);
    *rest = strdup(line + strlen(key) + strspn(line + strlen(key), " "));
}

bool cmp_cachegrind_read(FILE *file, cmp_count_t *count, char *error, size_t error_bytes) {
    char *line = NULL, *names = NULL, *figures = NULL;
    size_t room = 0;
    for (int i = 0; i < CMP_COUNTER_COUNT; i++)
        count->events[i] = NAN;
    while (getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        line_keep(line, "events:", &names);
        line_keep(line, "summary:", &figures);
    }
    bool good = names != NULL && figures != NULL && totals_add(names, figures, count) &&
                count->events[CMP_COUNTER_INSTRUCTIONS] > 0;
    if (!good)
        snprintf(error, error_bytes, "cachegrind's output has no totals that match its events");
    free(line);
    free(names);
    free(figures);
    return good;
}
