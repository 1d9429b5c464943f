/* Writes fields of CSV lines; see csv_field.h. Called by what exports on the main thread. */
#include "csv_field.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void cmp_csv_text(FILE *out, const char *text) {
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

void cmp_csv_real(FILE *out, double value) {
    if (isfinite(value))
        fprintf(out, "%.15g,", value);
    else
        fputc(',', out);
}

void cmp_csv_count(FILE *out, uint64_t value) {
    fprintf(out, "%" PRIu64 ",", value);
}

void cmp_csv_nonzero(FILE *out, uint64_t value) {
    if (value)
        cmp_csv_count(out, value);
    else
        fputc(',', out);
}

char *cmp_csv_parameters(const cmp_cell_t *cell) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        abort();
    for (size_t i = 0; i < cell->workload->parameter_count; i++) {
        char value[64];
        wl_format(cell->workload, &cell->values, i, value, sizeof value);
        fprintf(out, "%s%s=%s", i ? " " : "", cell->workload->parameters[i].name, value);
    }
    if (fclose(out) != 0)
        abort();
    return text;
}
