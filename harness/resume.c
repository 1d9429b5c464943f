/*
 * Finds, checks and takes up the run of --resume; see resume.h. What must not differ is refused;
 * what may differ but should be known (commit, kernel, governor) becomes a note of the run.
 */
#include "resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* ------------------------------------------------------------------ which run */

/* Options that change nothing of what is measured; `least` letters tell them from others. */
static const struct {
    const char *name;
    size_t least;
    bool value; /* in the next word unless after '=' */
} neutral[] = {{"resume", 2, false},
               {"dry-run", 2, false},
               {"json", 1, true},
               {"csv", 2, true},
               {"output", 1, true}};

/* How many words from `word` on belong to an option that changes nothing: 0, 1 or 2. */
static size_t neutral_words(const char *word) {
    if (strncmp(word, "-o", 2) == 0)
        return word[2] == '\0' ? 2 : 1;
    if (strncmp(word, "--", 2) != 0)
        return 0;
    size_t length = strcspn(word + 2, "=");
    for (size_t i = 0; i < sizeof neutral / sizeof neutral[0]; i++)
        if (length >= neutral[i].least && strncmp(neutral[i].name, word + 2, length) == 0)
            return neutral[i].value && word[2 + length] == '\0' ? 2 : 1;
    return 0;
}

char *cmp_resume_key(char *const *words) {
    size_t count = 0, kept = 0;
    while (words != NULL && words[count] != NULL)
        count++;
    char **chosen = calloc(count + 1, sizeof *chosen);
    if (chosen == NULL)
        abort();
    bool program = false; /* behind "--" */
    for (size_t i = 1; i < count;) {
        program |= strcmp(words[i], "--") == 0;
        size_t skipped = program ? 0 : neutral_words(words[i]);
        if (skipped == 0)
            chosen[kept++] = words[i++];
        else
            i += skipped;
    }
    char *key = cmp_words_quote(chosen);
    free(chosen);
    if (key == NULL)
        abort();
    return key;
}

static bool same_command(const cmp_stored_run_t *stored, const cmp_run_t *now) {
    char **words = cmp_words_split(stored->command);
    char *one = cmp_resume_key(words), *other = cmp_resume_key(now->command);
    bool same = strcmp(one, other) == 0;
    cmp_words_free(words);
    free(one);
    free(other);
    return same;
}

/* The newest run of this command that is not complete. */
static const cmp_stored_run_t *newest_choose(const cmp_session_t *session,
                                             const cmp_stored_run_t *runs, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!runs[i].complete && same_command(&runs[i], &session->run))
            return &runs[i];
    cmp_usage_error("nothing to resume: '%s' has no interrupted run of this command; leave out "
                    "--resume to start one, or name a run with --resume=UUID",
                    session->database);
}

/* The run whose UUID begins as --resume=UUID says. */
static const cmp_stored_run_t *named_choose(const cmp_session_t *session,
                                            const cmp_stored_run_t *runs, size_t count) {
    const char *named = session->options.resume;
    if (count == 0)
        cmp_usage_error("nothing to resume: no run in '%s' begins with '%s'", session->database,
                        named);
    if (count > 1)
        cmp_usage_error("cannot resume '%s': %zu runs begin with it, such as %s and %s; write more "
                        "of it",
                        named, count, runs[0].uuid, runs[1].uuid);
    if (runs[0].complete)
        cmp_usage_error("nothing to resume: run %.8s is complete", runs[0].uuid);
    if (!same_command(&runs[0], &session->run))
        cmp_usage_error("cannot resume run %.8s with another command than its own; repeat that one "
                        "with --resume: %s",
                        runs[0].uuid, runs[0].command);
    return &runs[0];
}

/* Finds the run, locks it and reads it. */
static cmp_run_t stored_read(cmp_session_t *session) {
    char error[1024], uuid[CMP_UUID_BYTES];
    const char *named = session->options.resume;
    cmp_run_t stored;
    size_t count;
    cmp_stored_run_t *runs = cmp_store_runs(session->store, named, &count, error, sizeof error);
    if (runs == NULL)
        cmp_usage_error("%s", error);
    const cmp_stored_run_t *chosen =
        *named != '\0' ? named_choose(session, runs, count) : newest_choose(session, runs, count);
    memcpy(uuid, chosen->uuid, sizeof uuid);
    cmp_stored_runs_free(runs, count);
    if (!cmp_store_lock(session->store, uuid, error, sizeof error) ||
        !cmp_store_load_run(session->store, uuid, wl_find, &stored, error, sizeof error))
        cmp_usage_error("%s", error);
    if (!stored.interrupted) /* its process ended it a moment ago */
        cmp_usage_error("nothing to resume: run %.8s is complete", uuid);
    return stored;
}

/* ------------------------------------------------------------------ whether it may go on */

static bool allocators_allowed(const cmp_run_t *stored, const cmp_run_t *now, char *error,
                               size_t error_bytes) {
    bool same = stored->allocator_count == now->allocator_count;
    for (size_t i = 0; same && i < stored->allocator_count; i++)
        same = strcmp(stored->allocators[i].label, now->allocators[i].label) == 0;
    if (!same) {
        snprintf(error, error_bytes,
                 "cannot resume run %.8s: other allocators are installed than when it began (%zu "
                 "rows then, %zu now); install what it had, or start a new run without --resume",
                 stored->uuid, stored->allocator_count, now->allocator_count);
        return false;
    }
    for (size_t i = 0; i < stored->allocator_count; i++) {
        const cmp_allocator_t *then = &stored->allocators[i], *today = &now->allocators[i];
        if (strcmp(then->sha256, today->sha256) == 0)
            continue;
        snprintf(error, error_bytes,
                 "cannot resume run %.8s: the library of %s is another than when it began (SHA-256 "
                 "%.12s then, %.12s now); bring that one back, or start a new run without --resume",
                 stored->uuid, then->label, then->sha256, today->sha256);
        return false;
    }
    return true;
}

static bool cells_allowed(const cmp_run_t *stored, const cmp_run_t *now, char *error,
                          size_t error_bytes) {
    bool same = stored->cell_count == now->cell_count;
    for (size_t i = 0; same && i < stored->cell_count; i++)
        same = cmp_same_work(&stored->cells[i], &now->cells[i]) &&
               stored->cells[i].allocator == now->cells[i].allocator &&
               stored->cells[i].oversubscribed == now->cells[i].oversubscribed;
    if (!same)
        snprintf(error, error_bytes,
                 "cannot resume run %.8s: the command means other workloads, parameters, threads "
                 "or placements than when it began; start a new run without --resume",
                 stored->uuid);
    return same;
}

/* The settings that are passed on to every sample are notes of the run. */
static bool note_of_environment(const char *note) {
    return strncmp(note, CMP_NOTE_ENVIRONMENT, strlen(CMP_NOTE_ENVIRONMENT)) == 0;
}

static bool notes_contain(const cmp_run_t *run, const char *note) {
    for (size_t i = 0; i < run->note_count; i++)
        if (strcmp(run->notes[i], note) == 0)
            return true;
    return false;
}

static bool environment_allowed(const cmp_run_t *stored, const cmp_run_t *now, char *error,
                                size_t error_bytes) {
    const cmp_run_t *sides[] = {stored, now};
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < sides[side]->note_count; i++) {
            const char *note = sides[side]->notes[i];
            if (!note_of_environment(note) || notes_contain(sides[1 - side], note))
                continue;
            snprintf(error, error_bytes,
                     "cannot resume run %.8s: %s was set only %s; make it as it was, or start a "
                     "new run without --resume",
                     stored->uuid, note + strlen(CMP_NOTE_ENVIRONMENT),
                     side == 0 ? "when it began" : "now");
            return false;
        }
    }
    return true;
}

bool cmp_resume_allowed(const cmp_run_t *stored, const cmp_run_t *now, char *error,
                        size_t error_bytes) {
    if (strcmp(stored->machine.id, now->machine.id) != 0) {
        snprintf(error, error_bytes,
                 "cannot resume run %.8s: it began on another machine (%s, %s; this is %s, %s); "
                 "resume it there, or start a new run without --resume",
                 stored->uuid, stored->machine.hostname, stored->machine.cpu, now->machine.hostname,
                 now->machine.cpu);
        return false;
    }
    return allocators_allowed(stored, now, error, error_bytes) &&
           cells_allowed(stored, now, error, error_bytes) &&
           environment_allowed(stored, now, error, error_bytes);
}

/* ------------------------------------------------------------------ taking it up */

static void change_note(cmp_run_t *run, const char *what, const char *then, const char *now) {
    if (strcmp(then, now) != 0)
        cmp_run_note(run, "%s was %s when the run began and %s when it was resumed", what, then,
                     now);
}

/* Notes on how an earlier part ended do not hold for the whole run. */
static void end_notes_remove(cmp_run_t *run) {
    static const char *const ends[] = {CMP_NOTE_INTERRUPTED, CMP_NOTE_RESUMED, CMP_NOTE_VERDICT,
                                       CMP_NOTE_ACTIVITY, CMP_NOTE_PATHS};
    size_t kept = 0;
    for (size_t i = 0; i < run->note_count; i++) {
        bool end = false;
        for (size_t j = 0; j < sizeof ends / sizeof ends[0]; j++)
            end |= strncmp(run->notes[i], ends[j], strlen(ends[j])) == 0;
        if (end)
            free(run->notes[i]);
        else
            run->notes[kept++] = run->notes[i];
    }
    run->note_count = kept;
}

static void notes_merge(cmp_run_t *stored, const cmp_run_t *now) {
    end_notes_remove(stored);
    for (size_t i = 0; i < now->note_count; i++)
        cmp_run_note(stored, "%s", now->notes[i]);
    change_note(stored, "the commit of tool and worker", stored->commit, now->commit);
    change_note(stored, "the compiler of the worker", stored->compiler, now->compiler);
    change_note(stored, "the kernel", stored->machine.kernel, now->machine.kernel);
    change_note(stored, "the C library", stored->machine.libc, now->machine.libc);
    change_note(stored, "the governor", stored->machine.governor, now->machine.governor);
    change_note(stored, "THP", stored->machine.thp, now->machine.thp);
    change_note(stored, "overcommit", stored->machine.overcommit, now->machine.overcommit);
    stored->resumed++;
    cmp_run_note(stored, CMP_NOTE_RESUMED "%u time%s", stored->resumed,
                 stored->resumed == 1 ? "" : "s");
}

/* Same content, but files are where they are found now. */
static void files_exchange(cmp_run_t *stored, cmp_run_t *now) {
    for (size_t i = 0; i < stored->allocator_count; i++) {
        cmp_allocator_t *one = &stored->allocators[i], *other = &now->allocators[i];
        char *path = one->path, **support = one->support, **environment = one->environment;
        one->path = other->path;
        one->support = other->support;
        one->environment = other->environment;
        other->path = path;
        other->support = support;
        other->environment = environment;
        one->linked = other->linked;
        one->expected = other->expected;
        one->remedy = other->remedy;
        other->expected = NULL;
        other->remedy = NULL;
    }
    cmp_program_t *program = stored->program;
    stored->program = now->program;
    now->program = program;
}

static cmp_cell_t *samples_take(cmp_run_t *run) {
    cmp_cell_t *recorded = calloc(run->cell_count, sizeof *recorded);
    if (recorded == NULL)
        abort();
    for (size_t i = 0; i < run->cell_count; i++) {
        recorded[i] = run->cells[i];
        run->cells[i].samples = run->cells[i].latency_samples = NULL;
        run->cells[i].sample_count = run->cells[i].latency_count = 0;
    }
    return recorded;
}

void cmp_resume(cmp_session_t *session) {
    char error[1024];
    cmp_run_t stored = stored_read(session);
    if (!cmp_resume_allowed(&stored, &session->run, error, sizeof error))
        cmp_usage_error("%s", error);
    notes_merge(&stored, &session->run);
    files_exchange(&stored, &session->run);
    stored.rounds = session->run.rounds;
    session->recorded = samples_take(&stored);
    cmp_run_free(&session->run);
    session->run = stored;
}
