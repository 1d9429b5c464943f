/*
 * The summary of a publication. Its first sentence names the cells in which a peer is ahead of the
 * subject: hakmem where every run has it, else the baseline. Main thread of compare.
 */
#include "publish_content.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double MIB = 1024.0 * 1024.0;
/* A median of memory counts as smaller from here on: pages and page tables move by less. */
static const double SMALLER = 0.99;

/* Sentences in the making. */
typedef struct words {
    FILE *out;
    char *text;
    size_t length;
    size_t count; /* of the entries of a list */
} words_t;

static words_t words_begin(void) {
    words_t words = {0};
    return words;
}

static void words_open(words_t *words) {
    words->out = open_memstream(&words->text, &words->length);
    if (words->out == NULL)
        abort();
}

static char *words_end(words_t *words) {
    if (fclose(words->out) != 0)
        abort();
    return words->text;
}

/* A build of the subject itself is no peer; the sides of `compare ab` have a verdict instead. */
static bool is_peer(const pub_set_t *set, const pub_row_t *row) {
    const cmp_allocator_t *allocator = pub_allocator_of(set, row);
    const size_t length = strlen(set->subject);
    return !set->runs[row->run].ab && !allocator->control && !allocator->floor &&
           strcmp(allocator->label, set->subject) != 0 &&
           !(strncmp(allocator->label, set->subject, length) == 0 &&
             (allocator->label[length] == ':' || allocator->label[length] == '{'));
}

static const cmp_cell_figures_t *subject_figures(const pub_set_t *set, const pub_row_t *row) {
    return &set->runs[row->run].subject->cells[row->cell];
}

/* The subject's own row of that work and run; NULL: none. */
static const pub_row_t *subject_row(const pub_set_t *set, const pub_work_t *work, size_t run) {
    for (size_t i = 0; i < work->row_count; i++)
        if (work->rows[i].run == run && work->rows[i].series >= 0 &&
            strcmp(pub_allocator_of(set, &work->rows[i])->label, set->subject) == 0)
            return &work->rows[i];
    return NULL;
}

/* "mixed, 2 threads"; with the run's letter where there are several. */
static void work_write(FILE *out, const pub_set_t *set, const pub_work_t *work, size_t run) {
    fputs(work->name, out);
    if (set->run_count > 1)
        fprintf(out, " in run %c", set->runs[run].letter);
}

typedef enum standing { LEVEL, AHEAD, BEHIND, UNKNOWN, FAILED } standing_t;

static standing_t standing_of(const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_figures_t *figures = subject_figures(set, row);
    if (figures->good == 0)
        return FAILED;
    if (!figures->ratio_to_first.valid)
        return UNKNOWN;
    if (figures->equal)
        return LEVEL;
    return figures->ratio_to_first.low > 1 ? AHEAD : BEHIND;
}

/* "jemalloc +12.0 % [+8.1, +15.9]", with the ? of a difference that may be chance among so many. */
static void lead_write(FILE *out, const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_figures_t *figures = subject_figures(set, row);
    const cmp_interval_t *ratio = &figures->ratio_to_first;
    fprintf(out, "%s %+.1f %% [%+.1f, %+.1f]%s", pub_allocator_of(set, row)->label,
            100 * (ratio->estimate - 1), 100 * (ratio->low - 1), 100 * (ratio->high - 1),
            figures->unsure ? " ?" : "");
}

/* Cells in which a peer stands as `wanted`, by work: "mixed, 2 threads (jemalloc +3.1 % [...])". */
static size_t works_write(words_t *words, const pub_set_t *set, standing_t wanted) {
    size_t cells = 0;
    for (size_t w = 0; w < set->work_count; w++) {
        const pub_work_t *work = &set->works[w];
        for (size_t run = 0; run < set->run_count; run++) {
            size_t here = 0;
            for (size_t i = 0; i < work->row_count; i++) {
                const pub_row_t *row = &work->rows[i];
                if (row->run != run || !is_peer(set, row) || subject_row(set, work, run) == NULL ||
                    standing_of(set, row) != wanted)
                    continue;
                if (here++ == 0) {
                    fputs(words->count++ > 0 ? "; " : "", words->out);
                    work_write(words->out, set, work, run);
                    fputs(" (", words->out);
                } else {
                    fputs(", ", words->out);
                }
                if (wanted == AHEAD)
                    lead_write(words->out, set, row);
                else
                    fputs(pub_allocator_of(set, row)->label, words->out);
                cells++;
            }
            if (here > 0)
                fputc(')', words->out);
        }
    }
    return cells;
}

static size_t peers_count(const pub_set_t *set) {
    size_t count = 0;
    for (size_t w = 0; w < set->work_count; w++)
        for (size_t i = 0; i < set->works[w].row_count; i++) {
            const pub_row_t *row = &set->works[w].rows[i];
            count += is_peer(set, row) && subject_row(set, &set->works[w], row->run) != NULL;
        }
    return count;
}

/* What `compare ab` concluded, a sentence each; false: nothing. */
static bool verdicts_paragraph(pub_document_t *document, const pub_set_t *set) {
    words_t words = words_begin();
    words_open(&words);
    for (size_t w = 0; w < set->work_count; w++)
        for (size_t i = 0; i < set->works[w].row_count; i++) {
            const pub_row_t *row = &set->works[w].rows[i];
            const char *verdict = pub_ab_verdict(set, row);
            if (verdict == NULL)
                continue;
            fprintf(words.out, "%s%s against %s at ", words.count++ > 0 ? " " : "",
                    pub_allocator_of(set, row)->label, pub_run_of(set, row)->allocators[0].label);
            work_write(words.out, set, &set->works[w], row->run);
            fprintf(words.out, ": %s.", verdict);
        }
    char *text = words_end(&words);
    if (words.count > 0)
        pub_paragraph(document, "%s", text);
    free(text);
    return words.count > 0;
}

static void speed_paragraph(pub_document_t *document, const pub_set_t *set) {
    const char *subject = set->subject;
    words_t ahead = words_begin(), level = words_begin(), unknown = words_begin();
    words_open(&ahead);
    words_open(&level);
    words_open(&unknown);
    size_t ahead_count = works_write(&ahead, set, AHEAD);
    size_t level_count = works_write(&level, set, LEVEL);
    size_t unknown_count = works_write(&unknown, set, UNKNOWN);
    const size_t peers = peers_count(set);
    char *ahead_text = words_end(&ahead), *level_text = words_end(&level),
         *unknown_text = words_end(&unknown);
    words_t text = words_begin();
    words_open(&text);
    if (peers == 0)
        fprintf(text.out, "No peer was measured beside %s.", subject);
    else if (ahead_count > 0)
        fprintf(text.out, "A peer is ahead of %s in %zu of %zu cells: %s.", subject, ahead_count,
                peers, ahead_text);
    else
        fprintf(text.out, "No peer is shown to be ahead of %s in any of %zu cells.", subject,
                peers);
    if (level_count > 0)
        fprintf(text.out, " Level, with an interval that includes 1: %s.", level_text);
    if (unknown_count > 0)
        fprintf(text.out, " Unknown, with fewer than 6 rounds in common: %s.", unknown_text);
    pub_paragraph(document, "%s", words_end(&text));
    free(text.text);
    free(ahead_text);
    free(level_text);
    free(unknown_text);
}

/* ---------------------------------------------------------------- memory */

typedef double memory_figure_t(const cmp_cell_figures_t *figures);

static double peak_rss(const cmp_cell_figures_t *figures) {
    return figures->peak_rss_bytes;
}

static double freed_rss(const cmp_cell_figures_t *figures) {
    return figures->end_rss_bytes;
}

/* Peers whose median is smaller, the smallest of each work. */
static size_t memory_write(words_t *words, const pub_set_t *set, memory_figure_t *figure) {
    size_t found = 0;
    for (size_t w = 0; w < set->work_count; w++) {
        const pub_work_t *work = &set->works[w];
        for (size_t run = 0; run < set->run_count; run++) {
            const pub_row_t *own = subject_row(set, work, run), *least = NULL;
            double own_bytes = own != NULL ? figure(pub_figures_of(set, own)) : NAN;
            for (size_t i = 0; own != NULL && i < work->row_count; i++) {
                const pub_row_t *row = &work->rows[i];
                double bytes = figure(pub_figures_of(set, row));
                if (row->run == run && is_peer(set, row) && bytes < SMALLER * own_bytes &&
                    (least == NULL || bytes < figure(pub_figures_of(set, least))))
                    least = row;
            }
            if (least == NULL)
                continue;
            fputs(words->count++ > 0 ? "; " : "", words->out);
            work_write(words->out, set, work, run);
            fprintf(words->out, " (%s %.2f MiB, %s %.2f)", pub_allocator_of(set, least)->label,
                    figure(pub_figures_of(set, least)) / MIB, set->subject, own_bytes / MIB);
            found++;
        }
    }
    return found;
}

static void memory_paragraph(pub_document_t *document, const pub_set_t *set, const char *what,
                             memory_figure_t *figure) {
    words_t words = words_begin();
    words_open(&words);
    size_t found = memory_write(&words, set, figure);
    char *text = words_end(&words);
    if (found > 0)
        pub_paragraph(document, "A peer's %s is smaller than that of %s: %s.", what, set->subject,
                      text);
    free(text);
}

/* ---------------------------------------------------------------- what is missing */

static void failures_paragraph(pub_document_t *document, const pub_set_t *set) {
    words_t words = words_begin();
    words_open(&words);
    for (size_t w = 0; w < set->work_count; w++)
        for (size_t i = 0; i < set->works[w].row_count; i++) {
            const pub_row_t *row = &set->works[w].rows[i];
            const cmp_cell_figures_t *figures = pub_figures_of(set, row);
            if (figures->failed == 0)
                continue;
            char *kinds = pub_failures(set, row);
            fprintf(words.out, "%s%s at ", words.count++ > 0 ? "; " : "",
                    pub_allocator_of(set, row)->label);
            work_write(words.out, set, &set->works[w], row->run);
            fprintf(words.out, " (%zu of %zu samples: %s)", figures->failed,
                    pub_cell_of(set, row)->sample_count, kinds);
            free(kinds);
        }
    char *text = words_end(&words);
    if (words.count > 0)
        pub_paragraph(document, "Failed: %s.", text);
    free(text);
}

static void runs_paragraph(pub_document_t *document, const pub_set_t *set) {
    for (size_t i = 0; i < set->run_count; i++) {
        const cmp_run_t *run = &set->runs[i].recorded.run;
        const cmp_interval_t *floor = &set->runs[i].recorded.report.noise_floor;
        char name[16] = "the run";
        if (set->run_count > 1)
            snprintf(name, sizeof name, "run %c", set->runs[i].letter);
        if (run->interrupted)
            pub_paragraph(document,
                          "Interrupted: %s ended after %u of %u rounds; its figures are those of "
                          "the samples that were recorded.",
                          name, run->rounds_done, run->rounds);
        if (floor->valid && (floor->low > 1 || floor->high < 1))
            pub_paragraph(document,
                          "In %s the noise floor does not include 1: %.4f [%.4f, %.4f]. "
                          "Differences of this size are noise there.",
                          name, floor->estimate, floor->low, floor->high);
        if (set->runs[i].recorded.report.unusual)
            pub_paragraph(document,
                          "The control of %s lies outside of what 99.9 %% of this machine's "
                          "controls do: something disturbed it.",
                          name);
    }
}

void pub_summary(pub_document_t *document, const pub_set_t *set) {
    const bool peers = peers_count(set) > 0;
    if (peers || !verdicts_paragraph(document, set))
        speed_paragraph(document, set);
    if (peers)
        verdicts_paragraph(document, set);
    failures_paragraph(document, set);
    runs_paragraph(document, set);
    memory_paragraph(document, set, "peak RSS", peak_rss);
    memory_paragraph(document, set, "RSS after everything was freed", freed_rss);
    pub_paragraph(document, "The figures are valid for %s.",
                  set->run_count > 1 ? "the machine that each run names"
                                     : "the machine that is named below");
}
