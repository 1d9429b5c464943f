/*
 * Prints the experiments that the tree has. Main thread; measures nothing.
 */
#include "experiment_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "experiment.h"
#include "experiment_record.h"
#include "machine.h"
#include "report_text.h"

/* "  one-thread (mixed): "; the case has no name in a file without sections. */
static void head_print(const char *case_name, const char *workload) {
    printf("  %s%s", case_name, *case_name != '\0' && *workload != '\0' ? " " : "");
    printf(*workload != '\0' ? "(%s): " : "%s", workload);
    if (*workload == '\0' && *case_name != '\0')
        fputs(": ", stdout);
}

/* A line for each result of the case on this machine, or one that says that there is none. */
static void case_print(const cmp_case_t *item, const json_t *record, const char *machine) {
    json_t *result;
    size_t i;
    bool some = false;
    json_array_foreach(json_object_get(record, "results"), i, result) {
        const json_t *latest = json_object_get(result, "latest");
        char effect[96];
        if (strcmp(cmp_record_text(result, "case"), item->name) != 0 ||
            strcmp(cmp_record_text(result, "machine"), machine) != 0)
            continue;
        cmp_record_effect(latest, effect, sizeof effect);
        head_print(item->name, cmp_record_text(result, "workload"));
        printf("%s%s%s, %.10s\n", cmp_record_text(latest, "verdict"), *effect != '\0' ? ", " : "",
               effect, cmp_record_text(latest, "date"));
        some = true;
    }
    if (some)
        return;
    const char *workload = item->value[CMP_KEY_WORKLOAD];
    head_print(item->name, workload != NULL ? workload : "");
    puts("not run on this machine");
}

void cmp_experiments_print(const cmp_paths_t *paths) {
    char error[1024];
    cmp_experiment_t *experiments;
    size_t count;
    if (paths->tree == NULL) {
        puts("none: experiments belong to the source tree");
        return;
    }
    char *folder = cmp_text("%s/experiments", paths->tree);
    char *records = cmp_text("%s/experiments", paths->results);
    if (!cmp_experiments_read(folder, &experiments, &count, error, sizeof error))
        cmp_usage_error("%s", error);
    cmp_machine_t machine;
    cmp_machine_describe(&machine, NULL);
    for (size_t i = 0; i < count; i++) {
        json_t *record = cmp_record_load(records, experiments[i].name, error, sizeof error);
        if (record == NULL)
            cmp_usage_error("%s", error);
        if (i > 0)
            putchar('\n');
        char *label = cmp_text("%s:", experiments[i].name);
        cmp_text_paragraph(stdout, label, strlen(label) + 1,
                           experiments[i].cases[0].value[CMP_KEY_QUESTION]);
        free(label);
        for (size_t j = 0; j < experiments[i].case_count; j++)
            case_print(&experiments[i].cases[j], record, machine.id);
        json_decref(record);
    }
    cmp_machine_free(&machine);
    cmp_experiments_free(experiments, count);
    free(folder);
    free(records);
}
