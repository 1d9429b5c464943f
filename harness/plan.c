/*
 * What --dry-run prints: cells, number of samples, expected time, and of a run that is resumed what
 * is left. Called by sub-commands on the main thread instead of measuring.
 */
#include <math.h>
#include <stdio.h>

#include "session.h"
#include "verdict.h"

static void duration_print(const char *prefix, double seconds, const char *suffix) {
    if (seconds < 100)
        printf("%sabout %.0f s%s", prefix, seconds, suffix);
    else if (seconds < 100 * 60)
        printf("%sabout %.0f min%s", prefix, seconds / 60, suffix);
    else
        printf("%sabout %.1f h%s", prefix, seconds / 3600, suffix);
}

/* Samples that are there already, and how long they took; of that, idle. */
static size_t recorded_count(const cmp_session_t *session, double *seconds, double *idle) {
    size_t count = 0;
    *seconds = *idle = 0;
    for (size_t i = 0; session->recorded != NULL && i < session->run.cell_count; i++) {
        const cmp_cell_t *cell = &session->recorded[i];
        for (size_t j = 0; j < cell->sample_count; j++) {
            *seconds += cell->samples[j].wall_seconds;
            if (cell->samples[j].memory[WL_MOMENT_IDLE].rss_bytes > 0)
                *idle += CMP_IDLE_MS / 1000.0;
        }
        for (size_t j = 0; j < cell->latency_count; j++)
            *seconds += cell->latency_samples[j].wall_seconds;
        count += cell->sample_count + cell->latency_count;
    }
    return count;
}

bool cmp_plan_print_left(const cmp_session_t *session, size_t samples, double idle_seconds) {
    double seconds, idle;
    size_t count = recorded_count(session, &seconds, &idle);
    if (session->recorded == NULL)
        return false;
    printf("Resumes run %.8s: %zu samples are there", session->run.uuid, count);
    if (session->budget_seconds > 0) {
        printf("\n");
        duration_print("Expected duration: at most ", fmax(0, session->budget_seconds - seconds),
                       "\n");
        return true;
    }
    size_t left = samples > count ? samples - count : 0;
    printf(", %zu are left\n", left);
    if (count == 0)
        return false;
    duration_print("Expected duration: ",
                   (seconds - idle) / (double)count * (double)left + fmax(0, idle_seconds - idle),
                   "\n");
    return true;
}

/* Rounds of ab are added until it is decided. */
static void looks_print(const cmp_session_t *session) {
    const cmp_run_t *run = &session->run;
    printf("Plan: %zu cells, seed %llu; looks after", run->cell_count,
           (unsigned long long)run->seed);
    for (size_t look = 1; look <= 5; look++)
        printf(" %zu,", cmp_look_rounds(look));
    printf(" ... rounds (%zu samples at the first) until all is decided or the time is spent\n",
           run->cell_count * cmp_look_rounds(1));
}

/* The budget counts from the end of the first round; samples that time each call come after it. */
static void looks_duration_print(const cmp_session_t *session, const cmp_measure_t *measure) {
    const uint32_t rounds = (uint32_t)cmp_look_rounds(1);
    cmp_measure_t untimed = *measure;
    untimed.latency_rounds = 0;
    const double look = cmp_measure_estimate(&session->run, rounds, &untimed);
    const double timed = cmp_measure_estimate(&session->run, rounds, measure) - look;
    const double first = cmp_measure_estimate(&session->run, 1, &untimed);
    duration_print("Expected duration: ", look, " to the first look, ");
    duration_print("at most ", fmax(look, first + session->budget_seconds) + timed, "\n");
}

void cmp_session_print_plan(cmp_session_t *session) {
    const cmp_run_t *run = &session->run;
    const cmp_measure_t measure = cmp_session_measure(session);
    const uint32_t timed =
        measure.latency_rounds < run->rounds ? measure.latency_rounds : run->rounds;
    const bool looks = session->budget_seconds > 0;
    if (looks)
        looks_print(session);
    else
        printf("Plan: %zu cells x %u rounds = %zu samples, seed %llu\n", run->cell_count,
               run->rounds, run->cell_count * run->rounds, (unsigned long long)run->seed);
    if (timed > 0)
        printf("  and %u that time each call, in each cell\n", timed);
    for (size_t i = 0; i < session->schedule.group_count; i++) {
        const cmp_group_t *group = &session->schedule.groups[i];
        const cmp_cell_t *cell = &run->cells[group->first_cell];
        printf("  %s, %u thread%s%s, %s on PUs %s\n", cell->workload->name, cell->threads,
               cell->threads == 1 ? "" : "s", cell->oversubscribed ? " (oversubscribed)" : "",
               topo_policy_name(cell->placement), group->bind);
    }
    printf("  allocators:");
    for (size_t i = 0; i < run->allocator_count; i++)
        printf("%s %s", i > 0 ? "," : "", run->allocators[i].label);
    putchar('\n');
    if (session->options.quick)
        printf("Expected duration: less than 15 s; --quick lowers rounds to what fits\n");
    else if (cmp_plan_print_left(session, run->cell_count * (run->rounds + timed),
                                 cmp_measure_idle_seconds(&measure, 0, run->rounds)))
        return;
    else if (looks)
        looks_duration_print(session, &measure);
    else
        duration_print("Expected duration: ", cmp_measure_estimate(run, run->rounds, &measure),
                       "\n");
}
