/*
 * What a case of an experiment has come to, as it is kept in its record: made of the JSON of
 * `compare ab` or of `compare audit atomics`.
 */
#ifndef EXPERIMENT_OUTCOME_H
#define EXPERIMENT_OUTCOME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * One outcome for each verdict of an `ab`: date, verdict, both sides, workload with parameters,
 * effect_pct with its interval and coverage, rounds, looks, layouts, activity, memory (peak),
 * noise floor, machine, compiler, commit, allocators, seed, and `command`, the line that does it
 * again. An array, empty where the run has none.
 */
json_t *cmp_outcomes_of_ab(const json_t *run, const char *command);

/*
 * The outcome of an audit of `files` (separated by commas): CORRECTNESS when every atomic access in
 * them carries control flow in the default build, else PRUNABLE with those that do not. `about` has
 * machine, compiler, commit and date. NULL with a reason where the audit does not tell.
 */
json_t *cmp_outcome_of_audit(const json_t *audit, const char *files, const char *command,
                             const json_t *about, char *error, size_t error_bytes);

#endif
