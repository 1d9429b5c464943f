/*
 * A run that is resumed goes through its rounds from the first one again, taking the samples that
 * are recorded and measuring only those that are not. So everything that follows from samples
 * (cells given up, looks of ab, checksums agreed on) follows again. Between measure.c and
 * calibrate.c; see docs/method.md, Interrupted runs.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "measure.h"

/* True when the run is one that is resumed. */
bool cmp_replay_on(const cmp_measure_t *measure);

/* Takes the recorded sample of a cell in a round; false when there is none. */
bool cmp_replay_take(cmp_measure_t *measure, size_t cell, cmp_sample_kind_t kind, uint32_t round,
                     cmp_sample_t *sample);

/* Sets expected_seconds of all paces by the recorded samples. */
void cmp_replay_paces(cmp_measure_t *measure);

/* True when a cell's first sample says that it was given up in calibration. */
bool cmp_replay_gave_up(const cmp_measure_t *measure, size_t cell);

/* Gives the run the recorded samples that no round has asked for, so that none is lost. */
void cmp_replay_rest(cmp_measure_t *measure);

#endif
