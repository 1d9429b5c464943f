/*
 * Tidy CSV of a run: one row a sample, failed ones included, a header line, fields quoted after
 * RFC 4180 where they need it, lines ended by LF. A missing figure is an empty field, never 0. The
 * columns are described in docs/method.md. Main thread of compare.
 */
#include "report.h"

#include "csv_field.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
    "run,kind,workload,parameters,allocator,control,version,library_sha256,threads,placement,"
    "oversubscribed,ops_per_thread,warmup_per_thread,duration_seconds,check,sample,round,position,"
    "seed,failure,reason,started,wall_seconds,ops_per_second,window_seconds,ops,checksum,"
    "crossed_share,peak_rss_bytes,empty_rss_bytes,peak_live_rss_bytes,end_rss_bytes,live_bytes,"
    "minor_faults,major_faults,voluntary_switches,involuntary_switches,user_seconds,"
    "system_seconds,steal_seconds,sample_kind,idle_rss_bytes,peak_live_rss_anon_bytes,"
    "end_rss_anon_bytes,idle_rss_anon_bytes,idle_lazy_free_bytes,empty_page_table_bytes,"
    "peak_live_page_table_bytes,empty_mappings,peak_live_mappings,timed_ops_per_second,"
    "timer_overhead_ns,malloc_p50_ns,malloc_p90_ns,malloc_p99_ns,malloc_p99.9_ns,malloc_p99.99_ns,"
    "malloc_max_ns,free_p50_ns,free_p90_ns,free_p99_ns,free_p99.9_ns,free_p99.99_ns,free_max_ns,"
    "output_sha256,counted_ops,cycles,instructions,branches,branch_misses,cache_misses,binding\n";

static void fields_of_cell(FILE *out, const cmp_run_t *run, const cmp_cell_t *cell) {
    const cmp_allocator_t *allocator = &run->allocators[cell->allocator];
    char *parameters = cmp_csv_parameters(cell);
    cmp_csv_text(out, run->uuid);
    cmp_csv_text(out, run->kind);
    cmp_csv_text(out, cell->workload->name);
    cmp_csv_text(out, parameters);
    cmp_csv_text(out, allocator->label);
    cmp_csv_count(out, allocator->control);
    cmp_csv_text(out, allocator->version);
    cmp_csv_text(out, allocator->sha256);
    cmp_csv_nonzero(out, cell->threads);
    cmp_csv_text(out, cmp_cell_placement(cell));
    cmp_csv_count(out, cell->oversubscribed);
    cmp_csv_nonzero(out, cell->ops_per_thread);
    cmp_csv_nonzero(out, cell->warmup_per_thread);
    cmp_csv_real(out, cell->seconds > 0 ? cell->seconds : NAN);
    cmp_csv_count(out, cell->check);
    free(parameters);
}

static void fields_of_memory(FILE *out, const cmp_sample_t *sample) {
    const wl_memory_t *empty = &sample->memory[WL_MOMENT_EMPTY];
    const wl_memory_t *peak_live = &sample->memory[WL_MOMENT_PEAK_LIVE];
    const wl_memory_t *freed = &sample->memory[WL_MOMENT_FREED];
    const wl_memory_t *idle = &sample->memory[WL_MOMENT_IDLE];
    cmp_csv_nonzero(out, idle->rss_bytes);
    const struct {
        const wl_memory_t *moment;
        uint64_t bytes;
    } parts[] = {{peak_live, peak_live->rss_anon_bytes},
                 {freed, freed->rss_anon_bytes},
                 {idle, idle->rss_anon_bytes},
                 {idle, idle->lazy_free_bytes}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].moment->rss_bytes != 0)
            cmp_csv_count(out, parts[i].bytes);
        else
            cmp_csv_nonzero(out, 0);
    }
    cmp_csv_nonzero(out, empty->page_table_bytes);
    cmp_csv_nonzero(out, peak_live->page_table_bytes);
    cmp_csv_nonzero(out, empty->mappings);
    cmp_csv_nonzero(out, peak_live->mappings);
}

static void fields_of_latency(FILE *out, const cmp_sample_t *sample) {
    const wl_latency_report_t *latency = sample->latency;
    cmp_csv_real(out, latency ? sample->timed_ops_per_second : NAN);
    cmp_csv_real(out, latency ? latency->overhead_ns : NAN);
    for (int i = 0; i < WL_OPERATIONS; i++) {
        const wl_histogram_t *histogram = latency ? &latency->histograms[i] : NULL;
        double max = histogram ? (double)histogram->max : NAN;
        for (size_t p = 0; p < CMP_PERCENTILES; p++) {
            double ns = histogram ? wl_histogram_percentile(histogram, cmp_percentiles[p]) : -1;
            if (ns < 0)
                max = NAN; /* there was no call */
            cmp_csv_real(out, ns >= 0 ? ns : NAN);
        }
        cmp_csv_real(out, max);
    }
}

static void fields_of_counters(FILE *out, const cmp_sample_t *sample) {
    cmp_csv_text(out, sample->output_sha256);
    cmp_csv_nonzero(out, sample->counted.ops);
    for (int i = CMP_COUNTER_CYCLES; i <= CMP_COUNTER_CACHE_MISSES; i++)
        cmp_csv_real(out, sample->counted.ops > 0 ? sample->counted.events[i] : NAN);
}

/* A failed sample reports what it had: there, zero means that nothing was reported. */
static void fields_of_sample(FILE *out, const cmp_cell_t *cell, const cmp_sample_t *sample) {
    bool good = sample->failure == CMP_OK, program = cmp_cell_is_program(cell);
    char checksum[20] = "";
    if (good && !program)
        snprintf(checksum, sizeof checksum, "%016" PRIx64, sample->checksum);
    cmp_csv_text(out, sample->uuid);
    cmp_csv_count(out, sample->round);
    cmp_csv_count(out, sample->position);
    cmp_csv_count(out, sample->seed);
    cmp_csv_text(out, good ? NULL : cmp_failure_name(sample->failure));
    cmp_csv_text(out, sample->reason);
    const double reals[] = {sample->started, sample->wall_seconds, sample->ops_per_second,
                            sample->window_seconds};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        cmp_csv_real(out, reals[i] != 0 ? reals[i] : NAN);
    cmp_csv_nonzero(out, sample->ops);
    cmp_csv_text(out, checksum);
    cmp_csv_real(out,
                 (good && !program) || sample->crossed_share != 0 ? sample->crossed_share : NAN);
    cmp_csv_nonzero(out, sample->peak_rss_bytes);
    cmp_csv_nonzero(out, sample->memory[WL_MOMENT_EMPTY].rss_bytes);
    cmp_csv_nonzero(out, sample->memory[WL_MOMENT_PEAK_LIVE].rss_bytes);
    cmp_csv_nonzero(out, sample->memory[WL_MOMENT_FREED].rss_bytes);
    const uint64_t counts[] = {sample->live_bytes, sample->minor_faults, sample->major_faults,
                               sample->voluntary_switches, sample->involuntary_switches};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (good && (i > 0 || !program))
            cmp_csv_count(out, counts[i]);
        else
            cmp_csv_nonzero(out, counts[i]);
    }
    const double times[] = {sample->user_seconds, sample->system_seconds, sample->steal_seconds};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        cmp_csv_real(out, good || times[i] != 0 ? times[i] : NAN);
    cmp_csv_text(out, cmp_sample_kind_name(sample->kind));
    fields_of_memory(out, sample);
    fields_of_latency(out, sample);
    fields_of_counters(out, sample);
    /* The last field ends the line instead of a comma. */
    fprintf(out, strchr(sample->binding ? sample->binding : "", ',') ? "\"%s\"\n" : "%s\n",
            sample->binding ? sample->binding : "");
}

void cmp_report_csv_header(FILE *out) {
    fputs(header, out);
}

bool cmp_report_csv(const cmp_report_t *report, FILE *out) {
    cmp_report_csv_header(out);
    return cmp_report_csv_rows(report, out);
}

bool cmp_report_csv_rows(const cmp_report_t *report, FILE *out) {
    for (size_t i = 0; i < report->run->cell_count; i++) {
        const cmp_cell_t *cell = &report->run->cells[i];
        for (size_t j = 0; j < cell->sample_count; j++) {
            fields_of_cell(out, report->run, cell);
            fields_of_sample(out, cell, &cell->samples[j]);
        }
        for (size_t j = 0; j < cell->latency_count; j++) {
            fields_of_cell(out, report->run, cell);
            fields_of_sample(out, cell, &cell->latency_samples[j]);
        }
    }
    return fflush(out) == 0 && !ferror(out);
}
