/*
 * The progress line. Called by the main thread between samples, never while one runs, so that
 * drawing it costs the measurement nothing.
 */
#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "runner.h"

static void line_show(cmp_progress_t *progress, const char *text) {
    struct winsize window = {0};
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1
                      ? window.ws_col - 1
                      : 79;
    fprintf(stderr, "\r\033[K%.*s", columns, text);
    fflush(stderr);
    progress->shown = true;
}

void cmp_progress_say(cmp_progress_t *progress, const char *format, ...) {
    char text[256];
    if (!progress->on)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    line_show(progress, text);
}

/* What is left, by what the finished samples took against what they were expected to take. */
static double seconds_left(const cmp_progress_t *progress) {
    double left = progress->expected - progress->expected_done;
    if (progress->expected_done > 0)
        left *= (cmp_clock() - progress->started) / progress->expected_done;
    left = fmin(left, progress->ends_by - cmp_clock());
    return fmax(left, 0);
}

void cmp_progress_sample(cmp_progress_t *progress, const char *format, ...) {
    char text[256], what[160], at[16] = "";
    if (!progress->on)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    unsigned seconds = (unsigned)(seconds_left(progress) + 0.5);
    time_t end = time(NULL) + (time_t)seconds;
    struct tm local;
    if (localtime_r(&end, &local) != NULL)
        strftime(at, sizeof at, "%H:%M:%S", &local);
    /* What happens comes last: it is what a narrow terminal cuts off. */
    snprintf(text, sizeof text, "%zu/%zu, %u:%02u left, until %s: %s", progress->samples_done,
             progress->samples, seconds / 60, seconds % 60, at, what);
    line_show(progress, text);
}

void cmp_progress_clear(cmp_progress_t *progress) {
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
