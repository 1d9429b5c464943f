/*
 * Reads a recorded run for those who print it again. Called by `compare results` and `compare
 * publish` on the main thread.
 */
#include "recorded.h"

#include <stdlib.h>
#include <string.h>

#include "store_manage.h"

static bool is_command(const cmp_run_t *run, const char *name) {
    return run->command != NULL && run->command[0] != NULL && run->command[1] != NULL &&
           strcmp(run->command[1], name) == 0;
}

bool cmp_recorded_is_ab(const cmp_run_t *run) {
    return is_command(run, "ab");
}

bool cmp_recorded_is_scale(const cmp_run_t *run) {
    return is_command(run, "scale");
}

static cmp_history_t history_kind(const cmp_run_t *run) {
    if (run->program != NULL)
        return CMP_HISTORY_PROGRAM;
    return cmp_recorded_is_ab(run) ? CMP_HISTORY_AB : CMP_HISTORY_TABLE;
}

bool cmp_recorded_load(cmp_recorded_t *recorded, cmp_store_t *store, const char *uuid, char *error,
                       size_t error_bytes) {
    if (!cmp_store_load_run(store, uuid, wl_find, &recorded->run, error, error_bytes))
        return false;
    size_t count;
    cmp_store_regard(store, uuid);
    double *history = cmp_store_noise_history(store, history_kind(&recorded->run),
                                              recorded->run.machine.id, &count);
    recorded->report = cmp_report_make(&recorded->run);
    cmp_report_add_history(&recorded->report, history, count);
    free(history);
    return true;
}

void cmp_recorded_free(cmp_recorded_t *recorded) {
    cmp_report_free(&recorded->report);
    cmp_run_free(&recorded->run);
}
