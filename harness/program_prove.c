/*
 * Proves, before anything of a real program is measured, which library serves its malloc. Called by
 * cmp_measure, main thread. What cannot be proven is not measured: its samples fail as
 * wrong-allocator with the reason found here. See docs/method.md, Real programs.
 */
#include "program_prove.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "program_file.h"
#include "proof.h"

#define FIRST_DEADLINE 3600.0 /* of the very first run, of which nothing is known yet */

cmp_program_runner_t *cmp_program_open(const cmp_measure_t *measure) {
    cmp_program_runner_t *runner = calloc(1, sizeof *runner);
    if (runner == NULL)
        abort();
    runner->paths = measure->paths;
    runner->run = measure->run;
    runner->scratch = cmp_runner_scratch(measure->runner);
    runner->unproven = calloc(measure->run->allocator_count, sizeof *runner->unproven);
    if (runner->unproven == NULL)
        abort();
    return runner;
}

void cmp_program_close(cmp_program_runner_t *runner) {
    if (runner == NULL)
        return;
    for (size_t i = 0; i < runner->run->allocator_count; i++)
        free(runner->unproven[i]);
    free(runner->unproven);
    free(runner);
}

/* Nothing can be shown, or seen, in a program that ignores LD_PRELOAD. */
static bool program_refused(cmp_program_runner_t *runner) {
    char reason[600];
    if (cmp_program_preloadable(runner->run->program->file, reason, sizeof reason))
        return false;
    for (size_t i = 0; i < runner->run->allocator_count; i++)
        runner->unproven[i] = cmp_text("%s", reason);
    return true;
}

/* Why the logs do not prove that the allocator serves the program, malloc'ed; NULL: they do. */
static char *doubt(const cmp_run_t *run, const cmp_sample_t *sample, const cmp_bindings_t *bindings,
                   bool preloaded) {
    const char *name = run->program->arguments[0];
    if (sample->failure == CMP_FAIL_WRONG_ALLOCATOR)
        return cmp_text("%s", sample->reason);
    if (bindings->wrong > 0)
        return cmp_text("malloc of %s is served by %s, not by %s", name, bindings->where,
                        preloaded ? "the library under test" : "the C library");
    if (bindings->right == 0)
        return cmp_text(
            "the dynamic linker bound no malloc in %s: it has its own, or uses none%s%s", name,
            sample->failure != CMP_OK ? "; " : "", sample->failure != CMP_OK ? sample->reason : "");
    return NULL;
}

static void descendants_note(cmp_run_t *run, size_t allocator, const cmp_bindings_t *descendants) {
    if (descendants->wrong > 0)
        cmp_run_note(run,
                     "under %s, malloc of %zu of the %zu processes that the program starts is "
                     "served by another library, %s",
                     run->allocators[allocator].label, descendants->wrong,
                     descendants->wrong + descendants->right, descendants->where);
}

/* Why the library is not the build that it was selected as, malloc'ed; NULL: it is. A program
 * cannot be asked, so the worker is. */
static char *build_doubt(const cmp_measure_t *measure, const cmp_allocator_t *allocator) {
    static const char begin[] = "\nconfiguration ";
    char reason[512], *doubt = NULL;
    if (allocator->expected == NULL)
        return NULL;
    char *preload = cmp_text("LD_PRELOAD=%s", allocator->path);
    char *output = cmp_capture(
        (const char *const[]){"env", preload, measure->paths->worker, "mixed", "ops=1", NULL},
        NULL);
    char *said = output != NULL ? strstr(output, begin) : NULL;
    if (said != NULL) {
        said += sizeof begin - 1;
        said[strcspn(said, "\n")] = '\0';
    }
    if (cmp_proof_configuration(allocator, said != NULL ? said : "", reason, sizeof reason) !=
        CMP_OK)
        doubt = cmp_text("%s", reason);
    free(preload);
    free(output);
    return doubt;
}

/* One run with the linker's log. False when it was abandoned. */
static bool prove(cmp_measure_t *measure, size_t index, double deadline_seconds) {
    cmp_program_runner_t *runner = measure->program;
    cmp_pace_t *pace = &measure->paces[index];
    cmp_bindings_t bindings, descendants;
    cmp_sample_t sample;
    const cmp_program_request_t request = {
        .allocator = measure->run->cells[index].allocator,
        .deadline_seconds = deadline_seconds,
        .memory_limit_bytes = measure->memory_limit_bytes,
        .abandon_at = cmp_measure_stop_time(measure),
        .bindings = &bindings,
        .descendants = &descendants,
    };
    bindings = descendants = (cmp_bindings_t){0};
    runner->unproven[request.allocator] =
        build_doubt(measure, &measure->run->allocators[request.allocator]);
    if (runner->unproven[request.allocator] != NULL)
        return true;
    cmp_progress_say(&measure->progress, "proving that %s serves the program",
                     measure->run->allocators[request.allocator].label);
    if (!cmp_program_sample(runner, &request, &sample))
        return false;
    pace->expected_seconds = sample.wall_seconds;
    if (sample.failure == CMP_FAIL_HANG || sample.failure == CMP_FAIL_MEMORY_CAP) {
        /* It costs a deadline or gigabytes to see this once; the measuring takes it from here. */
        pace->failed = malloc(sizeof *pace->failed);
        if (pace->failed == NULL)
            abort();
        *pace->failed = sample;
        return true;
    }
    /* Where the program could not be set up or started there is nothing to prove by. */
    if (sample.failure != CMP_FAIL_SETUP && sample.failure != CMP_FAIL_LOAD)
        runner->unproven[request.allocator] =
            doubt(measure->run, &sample, &bindings,
                  measure->run->allocators[request.allocator].path != NULL);
    descendants_note(measure->run, request.allocator, &descendants);
    cmp_sample_clear(&sample);
    return true;
}

static double prove_deadline(const cmp_measure_t *measure, size_t index) {
    if (measure->deadline_seconds > 0)
        return measure->deadline_seconds;
    double first = measure->paces[0].expected_seconds;
    return index == 0 || first <= 0 ? FIRST_DEADLINE : 20 * first + 10;
}

bool cmp_program_prove(cmp_measure_t *measure) {
    cmp_run_t *run = measure->run;
    size_t control = run->cell_count - 1;
    double round_seconds = 0;
    if (!program_refused(measure->program)) {
        for (size_t i = 0; i < control; i++)
            if (!prove(measure, i, prove_deadline(measure, i)))
                return false;
        /* The control is the first allocator again. */
        measure->paces[control].expected_seconds = measure->paces[0].expected_seconds;
        const char *reason = measure->program->unproven[0];
        measure->program->unproven[control] = reason != NULL ? cmp_text("%s", reason) : NULL;
    }
    for (size_t i = 0; i < run->cell_count; i++)
        round_seconds += measure->paces[i].expected_seconds;
    run->rounds = measure->rounds > 0 ? measure->rounds : CMP_ROUNDS_DEFAULT;
    measure->progress.samples = run->cell_count * run->rounds;
    measure->progress.expected = round_seconds * run->rounds;
    measure->progress.ends_by =
        measure->quick ? measure->started + CMP_QUICK_LAST_ROUND_SECONDS : INFINITY;
    return true;
}
