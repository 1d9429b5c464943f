/*
 * The tables of a publication, in order: the summary, then every heading with its figures and
 * pictures, then what they rest on. Prints what report.c derived. Main thread of compare.
 */
#include "publish_content.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "publish_layouts.h"
#include "publish_scaling.h"
#include "report_text.h"

enum { RATIO_DECIMALS = 3 };

static const double MEGA = 1e6, MIB = 1024.0 * 1024.0, KIB = 1024.0;

/* ---------------------------------------------------------------- rows of a heading */

typedef bool row_filter_t(const pub_set_t *set, const pub_row_t *row);
typedef double row_figure_t(const pub_set_t *set, const pub_row_t *row);

/* Calls `take` for the rows of a heading that `shows` lets through, works in order. */
static void rows_each(pub_document_t *document, const pub_set_t *set, const pub_heading_t *heading,
                      row_filter_t *shows,
                      void (*take)(pub_document_t *document, const pub_set_t *set,
                                   const pub_work_t *work, const pub_row_t *row)) {
    for (size_t w = 0; w < heading->work_count; w++) {
        const pub_work_t *work = &set->works[heading->works[w]];
        for (size_t i = 0; i < work->row_count; i++)
            if (shows(set, &work->rows[i]))
                take(document, set, work, &work->rows[i]);
    }
}

static bool any_row(const pub_set_t *set, const pub_heading_t *heading, row_filter_t *shows) {
    for (size_t w = 0; w < heading->work_count; w++) {
        const pub_work_t *work = &set->works[heading->works[w]];
        for (size_t i = 0; i < work->row_count; i++)
            if (shows(set, &work->rows[i]))
                return true;
    }
    return false;
}

/* Decimals that a column shares, so that points stand below each other. */
static int decimals_of(const pub_set_t *set, const pub_heading_t *heading, row_figure_t *figure,
                       int digits) {
    double largest = NAN;
    for (size_t w = 0; w < heading->work_count; w++) {
        const pub_work_t *work = &set->works[heading->works[w]];
        for (size_t i = 0; i < work->row_count; i++)
            largest = fmax(largest, figure(set, &work->rows[i]));
    }
    return cmp_text_decimals(largest, digits);
}

static bool is_shown(const pub_set_t *set, const pub_row_t *row) {
    return !pub_allocator_of(set, row)->control;
}

/* What every table begins with: allocator, threads, run. */
static void key_columns(pub_document_t *document, const pub_set_t *set,
                        const pub_heading_t *heading) {
    pub_column(document, false, "Allocator");
    if (!heading->program)
        pub_column(document, true, "Threads");
    if (set->run_count > 1)
        pub_column(document, false, "Run");
}

static void threads_field(pub_document_t *document, const cmp_cell_t *cell) {
    if (cell->oversubscribed)
        pub_text(document, PUB_PLAIN, "%u (over)", cell->threads);
    else
        pub_count(document, cell->threads);
}

static void key_fields(pub_document_t *document, const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_t *cell = pub_cell_of(set, row);
    pub_row(document);
    pub_name(document, row->series, pub_allocator_of(set, row)->label);
    if (!cmp_cell_is_program(cell))
        threads_field(document, cell);
    if (set->run_count > 1)
        pub_text(document, PUB_PLAIN, "%c", set->runs[row->run].letter);
}

/* ---------------------------------------------------------------- throughput */

static double mops(const pub_set_t *set, const pub_row_t *row) {
    return pub_figures_of(set, row)->ops_per_second.median / MEGA;
}

static double wall(const pub_set_t *set, const pub_row_t *row) {
    return pub_figures_of(set, row)->wall_seconds.estimate;
}

static double ns_per_op(const pub_set_t *set, const pub_row_t *row) {
    return pub_figures_of(set, row)->ns_per_op;
}

static double peak_mib(const pub_set_t *set, const pub_row_t *row) {
    return pub_figures_of(set, row)->peak_rss_bytes / MIB;
}

/* Above is better: the best median of a run's peers at that work, where there are several. */
static bool is_best(const pub_set_t *set, const pub_work_t *work, const pub_row_t *row) {
    const double sign = set->headings[work->heading].program ? -1 : 1;
    const double own = sign * pub_speed(set, row).estimate;
    size_t rivals = 0;
    if (pub_allocator_of(set, row)->floor || pub_allocator_of(set, row)->control || !isfinite(own))
        return false;
    for (size_t i = 0; i < work->row_count; i++) {
        const pub_row_t *other = &work->rows[i];
        const double speed = sign * pub_speed(set, other).estimate;
        if (other == row || other->run != row->run || pub_allocator_of(set, other)->floor ||
            pub_allocator_of(set, other)->control || !isfinite(speed))
            continue;
        rivals++;
        if (speed > own)
            return false;
    }
    return rivals > 0;
}

/* What the ratio says, in a word. */
static void verdict_field(pub_document_t *document, const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    const cmp_interval_t *ratio = &figures->ratio_to_first;
    if (pub_cell_of(set, row)->allocator == set->runs[row->run].baseline->base && figures->good > 0)
        pub_text(document, PUB_PLAIN, "baseline");
    else if (set->runs[row->run].ab)
        pub_text(document, pub_ab_verdict(set, row) != NULL ? PUB_PLAIN : PUB_MISSING, "%s",
                 pub_ab_verdict(set, row) != NULL ? pub_ab_verdict(set, row) : "n/a");
    else if (figures->good == 0 || !ratio->valid)
        pub_text(document, PUB_MISSING, "n/a");
    else if (figures->equal)
        pub_text(document, PUB_LEVEL, "level =");
    else
        pub_text(document,
                 figures->unsure  ? PUB_LEVEL
                 : ratio->low > 1 ? PUB_AHEAD
                                  : PUB_BEHIND,
                 "%s%s", ratio->low > 1 ? "faster" : "slower", figures->unsure ? " ?" : "");
}

static void failure_field(pub_document_t *document, const pub_set_t *set, const pub_row_t *row) {
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    if (figures->failed == 0) {
        pub_text(document, PUB_PLAIN, "%s", "");
        return;
    }
    char *kinds = pub_failures(set, row);
    pub_text(document, PUB_FAILURE, "%zu of %zu: %s", figures->failed,
             pub_cell_of(set, row)->sample_count, kinds);
    free(kinds);
}

static void change_fields(pub_document_t *document, const pub_set_t *set, const pub_row_t *row) {
    const pub_change_t *change = &row->change;
    if (!isfinite(change->ratio.estimate)) {
        for (int i = 0; i < 2; i++)
            pub_text(document, PUB_PLAIN, "%s", "");
        return;
    }
    char text[40], low[40], high[40];
    cmp_text_number(text, sizeof text, change->ratio.estimate, RATIO_DECIMALS);
    cmp_text_number(low, sizeof low, change->ratio.low, RATIO_DECIMALS);
    cmp_text_number(high, sizeof high, change->ratio.high, RATIO_DECIMALS);
    pub_text(document, PUB_PLAIN, "%s of %c", text, set->runs[change->earlier].letter);
    if (change->ratio.valid)
        pub_text(document, PUB_PLAIN, "[%s, %s]", low, high);
    else
        pub_text(document, PUB_MISSING, "n/a");
}

static bool any_change(const pub_set_t *set, const pub_row_t *row) {
    (void)set;
    return isfinite(row->change.ratio.estimate);
}

static void ratio_columns(pub_document_t *document, const pub_set_t *set,
                          const pub_heading_t *heading) {
    pub_column(document, true, "Ratio to %s", set->baseline);
    pub_column(document, true, "[low, high] of the ratio");
    pub_column(document, false, "Verdict");
    if (any_row(set, heading, any_change)) {
        pub_column(document, true, "Change");
        pub_column(document, true, "[low, high] of the change");
    }
}

static void ratio_fields(pub_document_t *document, const pub_set_t *set, const pub_work_t *work,
                         const pub_row_t *row) {
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    const bool own =
        pub_cell_of(set, row)->allocator == set->runs[row->run].baseline->base && figures->good > 0;
    const cmp_interval_t *ratio = &figures->ratio_to_first;
    if (own) {
        pub_count(document, 1);
        pub_text(document, PUB_PLAIN, "%s", "");
    } else {
        pub_number(document, PUB_PLAIN, ratio->estimate, RATIO_DECIMALS);
        if (set->runs[row->run].ab)
            pub_text(document, PUB_PLAIN, "%s", "");
        else
            pub_range(document, ratio->low, ratio->high, 1, RATIO_DECIMALS);
    }
    verdict_field(document, set, row);
    if (any_row(set, &set->headings[work->heading], any_change))
        change_fields(document, set, row);
}

static void throughput_row(pub_document_t *document, const pub_set_t *set, const pub_work_t *work,
                           const pub_row_t *row) {
    const pub_heading_t *heading = &set->headings[work->heading];
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    const int ns_decimals = decimals_of(set, heading, ns_per_op, 4);
    const int decimals = decimals_of(set, heading, mops, 4);
    key_fields(document, set, row);
    pub_number(document, is_best(set, work, row) ? PUB_BEST : PUB_PLAIN, mops(set, row), decimals);
    pub_range(document, figures->ops_interval.low, figures->ops_interval.high, MEGA, decimals);
    pub_number(document, PUB_PLAIN, figures->ns_per_op, ns_decimals);
    pub_number(document, PUB_PLAIN, figures->ns_per_op - figures->floor_ns_per_op, ns_decimals);
    ratio_fields(document, set, work, row);
    pub_number(document, PUB_PLAIN, peak_mib(set, row), decimals_of(set, heading, peak_mib, 3));
    failure_field(document, set, row);
}

static void throughput_table(pub_document_t *document, const pub_set_t *set,
                             const pub_heading_t *heading) {
    pub_table(document, "Throughput of %s", heading->title);
    key_columns(document, set, heading);
    pub_column(document, true, "M ops/s");
    pub_column(document, true, "[low, high]");
    pub_column(document, true, "ns/op");
    pub_column(document, true, "ns/op above floor");
    ratio_columns(document, set, heading);
    pub_column(document, true, "Peak RSS, MiB");
    pub_column(document, false, "Failures");
    rows_each(document, set, heading, is_shown, throughput_row);
}

static void program_row(pub_document_t *document, const pub_set_t *set, const pub_work_t *work,
                        const pub_row_t *row) {
    const pub_heading_t *heading = &set->headings[work->heading];
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    const int decimals = decimals_of(set, heading, wall, 4);
    key_fields(document, set, row);
    pub_number(document, is_best(set, work, row) ? PUB_BEST : PUB_PLAIN, wall(set, row), decimals);
    pub_range(document, figures->wall_seconds.low, figures->wall_seconds.high, 1, decimals);
    ratio_fields(document, set, work, row);
    pub_number(document, PUB_PLAIN, figures->user_seconds.estimate, decimals);
    pub_number(document, PUB_PLAIN, figures->system_seconds.estimate, decimals);
    pub_number(document, PUB_PLAIN, peak_mib(set, row), decimals_of(set, heading, peak_mib, 3));
    pub_count(document, figures->page_faults);
    failure_field(document, set, row);
}

static void program_table(pub_document_t *document, const pub_set_t *set,
                          const pub_heading_t *heading) {
    pub_table(document, "Wall time of %s", heading->title);
    key_columns(document, set, heading);
    pub_column(document, true, "Wall, s");
    pub_column(document, true, "[low, high]");
    ratio_columns(document, set, heading);
    pub_column(document, true, "User, s");
    pub_column(document, true, "System, s");
    pub_column(document, true, "Peak RSS, MiB");
    pub_column(document, true, "Page faults");
    pub_column(document, false, "Failures");
    rows_each(document, set, heading, is_shown, program_row);
}

/* ---------------------------------------------------------------- runs side by side */

/* The row of the same allocator and work in a run; NULL: none. */
static const pub_row_t *row_in_run(const pub_work_t *work, int series, size_t run) {
    for (size_t i = 0; i < work->row_count; i++)
        if (work->rows[i].series == series && work->rows[i].run == run)
            return &work->rows[i];
    return NULL;
}

/* True where a run has any row of the heading. */
static bool has_run(const pub_set_t *set, const pub_heading_t *heading, size_t run) {
    for (size_t w = 0; w < heading->work_count; w++) {
        const pub_work_t *work = &set->works[heading->works[w]];
        for (size_t i = 0; i < work->row_count; i++)
            if (work->rows[i].run == run)
                return true;
    }
    return false;
}

/* Nothing where one run has all of the heading. */
static void side_by_side(pub_document_t *document, const pub_set_t *set,
                         const pub_heading_t *heading) {
    size_t runs = 0;
    for (size_t run = 0; run < set->run_count; run++)
        runs += has_run(set, heading, run);
    if (runs < 2)
        return;
    pub_table(document, "%s of %s, runs side by side, with ratios to %s",
              heading->program ? "Wall time (s)" : "M ops/s", heading->title, set->baseline);
    pub_column(document, false, "Allocator");
    if (!heading->program)
        pub_column(document, true, "Threads");
    for (size_t run = 0; run < set->run_count; run++) {
        if (!has_run(set, heading, run))
            continue;
        pub_column(document, true, "Run %c", set->runs[run].letter);
        pub_column(document, true, "Ratio in %c", set->runs[run].letter);
    }
    row_figure_t *figure = heading->program ? wall : mops;
    const int decimals = decimals_of(set, heading, figure, 4);
    for (size_t w = 0; w < heading->work_count; w++) {
        const pub_work_t *work = &set->works[heading->works[w]];
        for (size_t i = 0; i < work->row_count; i++) {
            const pub_row_t *row = &work->rows[i];
            if (row->series < 0 || (i > 0 && work->rows[i - 1].series == row->series))
                continue;
            pub_row(document);
            pub_name(document, row->series, pub_allocator_of(set, row)->label);
            if (!heading->program)
                threads_field(document, pub_cell_of(set, row));
            for (size_t run = 0; run < set->run_count; run++) {
                if (!has_run(set, heading, run))
                    continue;
                const pub_row_t *there = row_in_run(work, row->series, run);
                const bool has = there != NULL;
                pub_number(document, has && is_best(set, work, there) ? PUB_BEST : PUB_PLAIN,
                           has ? figure(set, there) : NAN, decimals);
                pub_number(document, PUB_PLAIN,
                           has ? pub_figures_of(set, there)->ratio_to_first.estimate : NAN,
                           RATIO_DECIMALS);
            }
        }
    }
}

/* ---------------------------------------------------------------- memory */

static bool has_memory(const pub_set_t *set, const pub_row_t *row) {
    return row->series >= 0 && !pub_allocator_of(set, row)->floor &&
           !cmp_cell_is_program(pub_cell_of(set, row)) &&
           isfinite(pub_figures_of(set, row)->memory[WL_MOMENT_EMPTY].rss_bytes);
}

static void memory_row(pub_document_t *document, const pub_set_t *set, const pub_work_t *work,
                       const pub_row_t *row) {
    const cmp_cell_figures_t *figures = pub_figures_of(set, row);
    const int decimals = decimals_of(set, &set->headings[work->heading], peak_mib, 3);
    const cmp_memory_figures_t *peak_live = &figures->memory[WL_MOMENT_PEAK_LIVE];
    const double bytes[] = {figures->memory[WL_MOMENT_EMPTY].rss_bytes,
                            figures->live_bytes,
                            peak_live->rss_bytes,
                            figures->peak_rss_bytes,
                            figures->memory[WL_MOMENT_FREED].rss_bytes,
                            figures->memory[WL_MOMENT_IDLE].rss_bytes};
    key_fields(document, set, row);
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
        pub_number(document, PUB_PLAIN, bytes[i] / MIB, decimals);
    pub_number(document, PUB_PLAIN, figures->fragmentation_at_peak, 2);
    pub_count(document, peak_live->mappings_above_empty);
    pub_count(document, peak_live->page_tables_above_empty_bytes / KIB);
}

static void memory_table(pub_document_t *document, const pub_set_t *set,
                         const pub_heading_t *heading) {
    static const char *const names[] = {"Empty",         "Live",     "At peak live",
                                        "Peak",          "Freed",    "After idle",
                                        "Fragmentation", "Mappings", "Page tables, KiB"};
    pub_table(document, "RSS in MiB of %s", heading->title);
    key_columns(document, set, heading);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        pub_column(document, true, "%s", names[i]);
    rows_each(document, set, heading, has_memory, memory_row);
}

/* ---------------------------------------------------------------- latency */

static bool has_latency(const pub_set_t *set, const pub_row_t *row) {
    return row->series >= 0 && pub_figures_of(set, row)->latency != NULL;
}

static void latency_rows(pub_document_t *document, const pub_set_t *set, const pub_work_t *work,
                         const pub_row_t *row) {
    static const char *const names[WL_OPERATIONS] = {"malloc", "free"};
    const cmp_latency_figures_t *latency = pub_figures_of(set, row)->latency;
    (void)work;
    for (int operation = 0; operation < WL_OPERATIONS; operation++) {
        const double step_ns = latency->merged.step_ns;
        key_fields(document, set, row);
        pub_text(document, PUB_PLAIN, "%s", names[operation]);
        for (size_t p = 0; p <= CMP_PERCENTILES; p++) {
            double ns = latency->samples == 0 ? NAN
                        : p < CMP_PERCENTILES
                            ? cmp_latency_percentile(latency, (enum wl_operation)operation, p)
                            : cmp_latency_max(latency, (enum wl_operation)operation);
            if (isfinite(ns) && ns < step_ns)
                pub_text(document, PUB_PLAIN, "<%.0f", step_ns);
            else
                pub_count(document, ns);
        }
        if (latency->failed > 0)
            pub_text(document, PUB_FAILURE, "%zu of %zu", latency->failed,
                     latency->failed + latency->samples);
        else
            pub_text(document, PUB_PLAIN, "%s", "");
    }
}

static void latency_table(pub_document_t *document, const pub_set_t *set,
                          const pub_heading_t *heading) {
    pub_table(document, "Latency in ns of each call of %s", heading->title);
    key_columns(document, set, heading);
    pub_column(document, false, "Call");
    for (size_t p = 0; p < CMP_PERCENTILES; p++)
        pub_column(document, true, "%s", cmp_percentile_names[p]);
    pub_column(document, true, "max");
    pub_column(document, false, "Failures");
    rows_each(document, set, heading, has_latency, latency_rows);
}

/* ---------------------------------------------------------------- counters */

static bool has_counters(const pub_set_t *set, const pub_row_t *row) {
    return row->series >= 0 && isfinite(pub_figures_of(set, row)->per_op[CMP_COUNTER_INSTRUCTIONS]);
}

static void counters_row(pub_document_t *document, const pub_set_t *set, const pub_work_t *work,
                         const pub_row_t *row) {
    (void)work;
    key_fields(document, set, row);
    for (int i = 0; i < CMP_COUNTER_COUNT; i++) {
        double value = pub_figures_of(set, row)->per_op[i];
        if (isfinite(value))
            pub_number(document, PUB_PLAIN, value, 2);
        else
            pub_text(document, PUB_PLAIN, "%s", "");
    }
}

static void counters_table(pub_document_t *document, const pub_set_t *set,
                           const pub_heading_t *heading) {
    pub_table(document, "Events per op of %s", heading->title);
    key_columns(document, set, heading);
    for (int i = 0; i < CMP_COUNTER_COUNT; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s", cmp_counter_name((cmp_counter_t)i));
        for (char *at = name; *at != '\0'; at++)
            *at = *at == '_' ? ' ' : *at;
        pub_column(document, true, "%s", name);
    }
    rows_each(document, set, heading, has_counters, counters_row);
    for (size_t i = 0; i < set->run_count; i++)
        if (set->runs[i].recorded.run.counters_source != NULL) {
            pub_paragraph(document, "Counted by: %s", set->runs[i].recorded.run.counters_source);
            break;
        }
}

/* ---------------------------------------------------------------- the whole */

static void heading_fill(pub_document_t *document, const pub_set_t *set, size_t index,
                         const pub_gallery_t *gallery) {
    const pub_heading_t *heading = &set->headings[index];
    pub_heading(document, 2, "%s", heading->title);
    if (*heading->parameters != '\0')
        pub_paragraph(document, "Parameters: %s", heading->parameters);
    if (set->run_count > 1)
        side_by_side(document, set, heading);
    if (heading->program)
        program_table(document, set, heading);
    else
        throughput_table(document, set, heading);
    for (size_t i = 0; i < gallery->count; i++)
        if (gallery->plates[i].heading == index)
            pub_picture(document, gallery->plates[i].id, gallery->plates[i].title,
                        gallery->plates[i].description);
    pub_scaling_table(document, set, index);
    for (size_t i = 0; i < heading->work_count; i++)
        pub_layouts_tables(document, set, heading->works[i]);
    if (any_row(set, heading, has_memory))
        memory_table(document, set, heading);
    if (any_row(set, heading, has_latency))
        latency_table(document, set, heading);
    if (any_row(set, heading, has_counters))
        counters_table(document, set, heading);
}

static void runs_table(pub_document_t *document, const pub_set_t *set) {
    pub_table(document, "The runs");
    pub_column(document, false, "Run");
    pub_column(document, false, "Started (UTC)");
    pub_column(document, true, "Rounds");
    pub_column(document, false, "State");
    pub_column(document, false, "CPU");
    pub_column(document, false, "Commit");
    pub_column(document, false, "UUID");
    for (size_t i = 0; i < set->run_count; i++) {
        const cmp_run_t *run = &set->runs[i].recorded.run;
        time_t seconds = (time_t)run->started;
        struct tm utc;
        char started[32] = "n/a";
        if (gmtime_r(&seconds, &utc) != NULL)
            strftime(started, sizeof started, "%Y-%m-%d %H:%M", &utc);
        pub_row(document);
        pub_text(document, PUB_PLAIN, "%c", set->runs[i].letter);
        pub_text(document, PUB_PLAIN, "%s", started);
        pub_count(document, run->rounds_done);
        pub_text(document, PUB_PLAIN, "%s", run->interrupted ? "interrupted" : "complete");
        pub_text(document, PUB_PLAIN, "%s", run->machine.cpu);
        pub_text(document, PUB_PLAIN, "%s", run->commit);
        pub_text(document, PUB_PLAIN, "%s", run->uuid);
    }
}

void pub_content(pub_document_t *document, const pub_set_t *set, const pub_gallery_t *gallery,
                 const char *title) {
    *document = (pub_document_t){.title = cmp_text_utf8(title, true)};
    pub_heading(document, 2, "Summary");
    pub_summary(document, set);
    if (set->run_count > 1)
        runs_table(document, set);
    for (size_t i = 0; i < set->heading_count; i++)
        heading_fill(document, set, i, gallery);
    pub_evidence(document, set);
}
