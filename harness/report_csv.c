/*
 * Tidy CSV of a run: one row a sample, failed ones included, a header line, fields quoted after
 * RFC 4180 where they need it, lines ended by LF. A missing figure is an empty field, never 0. The
 * columns are described in docs/method.md. Main thread of compare.
 */
#include "report.h"

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
    "system_seconds,steal_seconds,binding\n";

static void field_text(FILE *out, const char *text) {
    if (!text || strcmp(text, "n/a") == 0) {
        fputc(',', out);
        return;
    }
    if (strpbrk(text, ",\"\r\n")) {
        fputc('"', out);
        for (; *text; text++) {
            if (*text == '"')
                fputc('"', out);
            fputc(*text, out);
        }
        fputs("\",", out);
        return;
    }
    fprintf(out, "%s,", text);
}

static void field_real(FILE *out, double value) {
    if (isfinite(value))
        fprintf(out, "%.15g,", value);
    else
        fputc(',', out);
}

static void field_count(FILE *out, uint64_t value) {
    fprintf(out, "%" PRIu64 ",", value);
}

/* A figure whose zero means that it was not taken. */
static void field_nonzero(FILE *out, uint64_t value) {
    if (value)
        field_count(out, value);
    else
        fputc(',', out);
}

static void fields_of_cell(FILE *out, const cmp_run_t *run, const cmp_cell_t *cell) {
    const cmp_allocator_t *allocator = &run->allocators[cell->allocator];
    char *parameters = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&parameters, &length);
    for (size_t i = 0; stream && i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        fprintf(stream, "%s%s=%s", i ? " " : "", cell->workload->parameters[i].name, value);
    }
    if (stream)
        fclose(stream);
    field_text(out, run->uuid);
    field_text(out, run->kind);
    field_text(out, cell->workload->name);
    field_text(out, parameters);
    field_text(out, allocator->label);
    field_count(out, allocator->control);
    field_text(out, allocator->version);
    field_text(out, allocator->sha256);
    field_count(out, cell->threads);
    field_text(out, topo_policy_name(cell->placement));
    field_count(out, cell->oversubscribed);
    field_nonzero(out, cell->ops_per_thread);
    field_nonzero(out, cell->warmup_per_thread);
    field_real(out, cell->seconds > 0 ? cell->seconds : NAN);
    field_count(out, cell->check);
    free(parameters);
}

/* A failed sample reports what it had: there, zero means that nothing was reported. */
static void fields_of_sample(FILE *out, const cmp_sample_t *sample) {
    bool good = sample->failure == CMP_OK;
    char checksum[20] = "";
    if (good)
        snprintf(checksum, sizeof checksum, "%016" PRIx64, sample->checksum);
    field_text(out, sample->uuid);
    field_count(out, sample->round);
    field_count(out, sample->position);
    field_count(out, sample->seed);
    field_text(out, good ? NULL : cmp_failure_name(sample->failure));
    field_text(out, sample->reason);
    const double reals[] = {sample->started, sample->wall_seconds, sample->ops_per_second,
                            sample->window_seconds};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        field_real(out, reals[i] != 0 ? reals[i] : NAN);
    field_nonzero(out, sample->ops);
    field_text(out, checksum);
    field_real(out, good || sample->crossed_share != 0 ? sample->crossed_share : NAN);
    field_nonzero(out, sample->peak_rss_bytes);
    field_nonzero(out, sample->memory[WL_MOMENT_EMPTY].rss_bytes);
    field_nonzero(out, sample->memory[WL_MOMENT_PEAK_LIVE].rss_bytes);
    field_nonzero(out, sample->memory[WL_MOMENT_FREED].rss_bytes);
    const uint64_t counts[] = {sample->live_bytes, sample->minor_faults, sample->major_faults,
                               sample->voluntary_switches, sample->involuntary_switches};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (good)
            field_count(out, counts[i]);
        else
            field_nonzero(out, counts[i]);
    }
    const double times[] = {sample->user_seconds, sample->system_seconds, sample->steal_seconds};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        field_real(out, good || times[i] != 0 ? times[i] : NAN);
    /* The last field ends the line instead of a comma. */
    fprintf(out, strchr(sample->binding ? sample->binding : "", ',') ? "\"%s\"\n" : "%s\n",
            sample->binding ? sample->binding : "");
}

bool cmp_report_csv(const cmp_report_t *report, FILE *out) {
    fputs(header, out);
    for (size_t i = 0; i < report->run->cell_count; i++) {
        const cmp_cell_t *cell = &report->run->cells[i];
        for (size_t j = 0; j < cell->sample_count; j++) {
            fields_of_cell(out, report->run, cell);
            fields_of_sample(out, &cell->samples[j]);
        }
    }
    return fflush(out) == 0 && !ferror(out);
}
