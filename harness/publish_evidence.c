/*
 * What a publication rests on: the rules by which it judges, and for every run machine, system,
 * allocators with their hashes, noise floor, failures, notes, and the command that runs it again.
 * What stands below the terminal's table is taken from there, so that the two say the same. Main
 * thread of compare.
 */
#include "publish_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_text.h"

enum { LABEL_WIDTH = 14 }; /* of report_table.c */

/* ---------------------------------------------------------------- rules */

static void rules_fill(pub_document_t *document, const pub_set_t *set) {
    bool ab = false, change = false;
    for (size_t i = 0; i < set->run_count; i++)
        ab |= set->runs[i].ab;
    for (size_t w = 0; w < set->work_count; w++)
        for (size_t i = 0; i < set->works[w].row_count; i++)
            change |= set->works[w].rows[i].change.ratio.valid;
    pub_heading(document, 2, "How to read the figures");
    pub_paragraph(document,
                  "A sample is one process; a round runs every allocator once, in shuffled order. "
                  "M ops/s is the median of the rounds, one op being one malloc or one free. The "
                  "ratio is formed within each round and summarised over them (Hodges-Lehmann "
                  "estimate with the exact Wilcoxon interval); above 1 is faster. [low, high] is "
                  "an interval of at least 95 %% coverage.");
    pub_paragraph(document,
                  "Verdicts: faster or slower where the interval of the ratio does not include 1, "
                  "level (=) where it does. With ? it does not, but among so many rows that may be "
                  "chance (corrected for their number after Holm, 5 %%). n/a is missing, never 0.");
    if (ab)
        pub_paragraph(document,
                      "A against B: GO when low > T, NO-GO when high < -L, NEUTRAL when low >= -L "
                      "and high <= T, INACTIVE when the code in question does not run, UNDECIDED "
                      "otherwise; T is the wanted gain, L the tolerated loss, 0.5 %% each unless "
                      "the command says otherwise (--go, --tolerate). The interval is that of the "
                      "last look, corrected for the number of looks.");
    if (change)
        pub_paragraph(document,
                      "Change: speed now over that in an earlier run on the same machine "
                      "(Hodges-Lehmann shift of the logarithms, 95 %% rank-sum interval). The two "
                      "were not measured in the same rounds: what the machine did in between is in "
                      "it, and the floor's change tells how much that was.");
}

/* ---------------------------------------------------------------- a run */

/* Characters up to the next blank. */
static size_t word_width(const char *text) {
    char *copy = strndup(text, strcspn(text, " "));
    if (copy == NULL)
        abort();
    size_t width = cmp_text_width(copy);
    free(copy);
    return width;
}

/* Adds the lines of the terminal's footer as terms: "label text", continued lines indented. A line
 * that would have fitted onto the one before it begins a new sentence. */
static void footer_split(pub_document_t *document, char *text) {
    char label[LABEL_WIDTH + 1] = "", *whole = NULL, *rest = text, *line;
    size_t length = 0, width = 0; /* of the last line */
    FILE *out = NULL;
    do {
        line = strsep(&rest, "\n");
        const bool begins = line == NULL || *line == '\0' || line[0] != ' ';
        if (begins && out != NULL) {
            fclose(out);
            out = NULL;
            if (strcmp(label, "Failures") != 0 && strcmp(label, "Notes") != 0 &&
                strcmp(label, "Allocators") != 0 && strcmp(label, "Run it again") != 0)
                pub_term(document, label, "%s", whole);
            free(whole);
        }
        if (line == NULL || strlen(line) <= LABEL_WIDTH)
            continue;
        const char *words = line + LABEL_WIDTH;
        if (begins) {
            snprintf(label, sizeof label, "%.*s", LABEL_WIDTH, line);
            for (size_t end = strlen(label); end > 0 && label[end - 1] == ' '; end--)
                label[end - 1] = '\0';
            out = open_memstream(&whole, &length);
            if (out == NULL)
                abort();
            fputs(words, out);
        } else if (out != NULL) {
            const bool fits = width + 1 + word_width(words) <= CMP_TEXT_WIDTH;
            fprintf(out, "%s%s", fits ? ". " : " ", words);
        }
        width = cmp_text_width(line);
    } while (line != NULL);
}

static void footer_fill(pub_document_t *document, const cmp_report_t *report) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    cmp_report_footer(report, out);
    if (fclose(out) != 0)
        abort();
    footer_split(document, text);
    free(text);
}

static void failures_fill(pub_document_t *document, const cmp_run_t *run) {
    bool begun = false;
    for (size_t i = 0; i < run->cell_count; i++) {
        const cmp_cell_t *cell = &run->cells[i];
        for (int timed = 0; timed < 2; timed++) {
            const cmp_sample_t *samples = timed ? cell->latency_samples : cell->samples;
            const size_t count = timed ? cell->latency_count : cell->sample_count;
            for (size_t j = 0; j < count; j++) {
                if (samples[j].failure == CMP_OK)
                    continue;
                if (!begun) {
                    pub_table(document, "Samples that failed in run %.8s", run->uuid);
                    pub_column(document, false, "Allocator");
                    pub_column(document, false, "Workload");
                    pub_column(document, true, "Threads");
                    pub_column(document, true, "Round");
                    pub_column(document, false, "Failure");
                    pub_column(document, false, "Reason");
                }
                begun = true;
                pub_row(document);
                pub_name(document, PUB_NO_SERIES, run->allocators[cell->allocator].label);
                pub_text(document, PUB_PLAIN, "%s%s", cell->workload->name,
                         timed ? ", each call timed" : "");
                pub_count(document, cell->threads);
                pub_count(document, samples[j].round + 1);
                pub_text(document, PUB_FAILURE, "%s", cmp_failure_name(samples[j].failure));
                pub_text(document, PUB_PLAIN, "%s", samples[j].reason ? samples[j].reason : "n/a");
            }
        }
    }
    if (!begun)
        pub_term(document, "Failures", "none");
}

static void allocators_fill(pub_document_t *document, const cmp_run_t *run) {
    pub_table(document, "Allocators of run %.8s", run->uuid);
    pub_column(document, false, "Allocator");
    pub_column(document, false, "Version");
    pub_column(document, false, "Library");
    pub_column(document, false, "SHA-256 of the library");
    pub_column(document, false, "Configuration");
    for (size_t i = 0; i < run->allocator_count; i++) {
        const cmp_allocator_t *allocator = &run->allocators[i];
        const char *file = allocator->path ? strrchr(allocator->path, '/') : NULL;
        pub_row(document);
        pub_name(document, PUB_NO_SERIES, allocator->label);
        pub_text(document, PUB_PLAIN, "%s", allocator->version ? allocator->version : "n/a");
        pub_text(document, PUB_PLAIN, "%s",
                 file != NULL              ? file + 1
                 : allocator->path != NULL ? allocator->path
                                           : "of the C library");
        pub_text(document, *allocator->sha256 ? PUB_PLAIN : PUB_MISSING, "%s",
                 *allocator->sha256 ? allocator->sha256 : "n/a");
        if (allocator->layout > 0)
            pub_text(document, PUB_PLAIN, "that of %s, code layout %u", allocator->name,
                     allocator->layout);
        else
            pub_text(document, PUB_PLAIN, "%s",
                     allocator->configuration ? allocator->configuration : "");
    }
}

static void run_fill(pub_document_t *document, const pub_set_t *set, const pub_run_t *published) {
    const cmp_run_t *run = &published->recorded.run;
    if (set->run_count > 1)
        pub_heading(document, 2, "What run %c rests on", published->letter);
    else
        pub_heading(document, 2, "What the figures rest on");
    footer_fill(document, published->baseline);
    pub_term(document, "Rounds", "%u of %u%s", run->rounds_done, run->rounds,
             run->interrupted ? ", interrupted" : "");
    for (size_t i = 0; i < run->note_count; i++)
        pub_term(document, "Note", "%s", run->notes[i]);
    failures_fill(document, run);
    allocators_fill(document, run);
    char *command = cmp_command_again(run);
    pub_paragraph(document, "To run it again:");
    pub_command(document, "%s", command);
    free(command);
}

void pub_evidence(pub_document_t *document, const pub_set_t *set) {
    rules_fill(document, set);
    for (size_t i = 0; i < set->run_count; i++)
        run_fill(document, set, &set->runs[i]);
}
