/* The progress line on stderr: rewritten in place on a terminal, nothing otherwise. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cmp_progress {
    bool on;                        /* stderr is a terminal */
    bool shown;                     /* a line stands there */
    double started;                 /* cmp_clock() when measuring began */
    size_t samples, samples_done;   /* planned, and finished */
    double ends_by;                 /* cmp_clock() at the latest; INFINITY: no limit */
    double expected, expected_done; /* seconds of all samples, and of the finished ones */
} cmp_progress_t;

/* Replaces the line by one that says what happens now, without an expected end. */
void cmp_progress_say(cmp_progress_t *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, after the count of samples and when the run is expected to end. */
void cmp_progress_sample(cmp_progress_t *progress, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Removes the line. */
void cmp_progress_clear(cmp_progress_t *progress);

#endif
