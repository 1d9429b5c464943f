/*
 * Records of experiments, results/experiments/NAME.json: what every case came to on every machine,
 * and before. They are data of the tree: the ledger is made of nothing else.
 *
 * { "schema": 1, "experiment": NAME, "question": ...,
 *   "results": [ { "case": "", "workload": "mixed", "threads": 2, "placement": "compact",
 *                  "machine": ID, "latest": OUTCOME, "history": [ OUTCOME, ... newest first ] } ] }
 *
 * Workload, threads and placement are "", 0 and "" for an audit. An outcome is what
 * experiment_outcome.h makes.
 */
#ifndef EXPERIMENT_RECORD_H
#define EXPERIMENT_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The records of an experiment; an empty one where there is no file yet. NULL with a reason where
 * the file cannot be read, or is of a newer schema. */
json_t *cmp_record_load(const char *folder, const char *experiment, char *error,
                        size_t error_bytes);

/* Adds what a case has come to (a new reference is taken): it becomes the latest of its case,
 * workload, threads, placement and machine, and the one before goes to the history. Returns that
 * one's verdict, valid as long as the record; NULL: it is the first. */
const char *cmp_record_add(json_t *record, const char *question, const char *case_name,
                           json_t *outcome);

/* Writes the file in one step, and makes the folder where it is missing. False with a reason; the
 * old file is whole then. */
bool cmp_record_save(const char *folder, const char *experiment, json_t *record, char *error,
                     size_t error_bytes);

/* Texts and numbers of an object by key; "" and NAN where they are missing or null. */
const char *cmp_record_text(const json_t *object, const char *key);
double cmp_record_number(const json_t *object, const char *key);

/* "+1.07 % [+0.80, +1.34]" of an outcome; "" where it has no effect. */
void cmp_record_effect(const json_t *outcome, char *text, size_t text_bytes);

#endif
