/*
 * Strip plots and tables of code layouts. Main thread of compare; out of memory ends the program.
 * Intervals are those of 95 %: the one that decided, corrected for looks, stands in the verdict.
 */
#include "publish_layouts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "layouts.h"
#include "paths.h"
#include "publish_draw.h"
#include "publish_sketch.h"

enum { STRIP_HEIGHT = 280 };

#define CONFIDENCE 0.95

static const double MEGA = 1e6;

/* Both sides of a comparison over layouts. */
typedef struct sides {
    const pub_row_t *base, *treatment;
    cmp_layouts_t *layouts;
} sides_t;

/* Those of the `index`th run that has layouts of the work; false: there are no more. */
static bool sides_find(const pub_set_t *set, const pub_work_t *work, size_t index, sides_t *sides) {
    for (size_t i = 0; i < work->row_count; i++) {
        const pub_row_t *row = &work->rows[i];
        if (pub_cell_of(set, row)->allocator != 0)
            continue;
        *sides = (sides_t){.base = row};
        for (size_t j = 0; j < work->row_count; j++)
            if (work->rows[j].run == row->run && pub_cell_of(set, &work->rows[j])->allocator == 1)
                sides->treatment = &work->rows[j];
        sides->layouts = sides->treatment != NULL
                             ? cmp_layouts_find(pub_run_of(set, row), pub_cell_of(set, row))
                             : NULL;
        if (sides->layouts == NULL)
            continue;
        if (index-- == 0) {
            cmp_layouts_derive(sides->layouts, pub_cell_of(set, sides->base),
                               pub_cell_of(set, sides->treatment), CONFIDENCE);
            return true;
        }
        cmp_layouts_free(sides->layouts);
    }
    return false;
}

/* ", run B" where there are several. */
static void run_suffix(const pub_set_t *set, const sides_t *sides, char *text, size_t text_bytes) {
    *text = '\0';
    if (set->run_count > 1)
        snprintf(text, text_bytes, ", run %c", set->runs[sides->base->run].letter);
}

/* ------------------------------------------------------------------ picture */

static double mean_of(const double *values, size_t count) {
    double sum = 0;
    size_t finite = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i])) {
            sum += values[i];
            finite++;
        }
    return finite > 0 ? sum / (double)finite : NAN;
}

/* A strip: a point a layout, spread a little across so that equal ones can be seen. */
static size_t strip_write(FILE *out, const char *name, const double *values, double reference,
                          size_t count, int row) {
    size_t written = 0;
    fprintf(out, "$%s << EOD\n", name);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i] / reference))
            continue;
        fprintf(out, "%.6g %.3f\n", cmp_percent(values[i] / reference),
                row + ((double)(i * 7 % 11) - 5) * 0.03);
        written++;
    }
    fputs("EOD\n", out);
    return written;
}

static void interval_write(FILE *out, const char *name, const cmp_interval_t *ratio, double y) {
    fprintf(out, "$%s << EOD\n", name);
    if (isfinite(ratio->estimate))
        fprintf(out, "%.6g %.2f %.6g %.6g\n", cmp_percent(ratio->estimate), y,
                cmp_percent(ratio->valid ? ratio->low : ratio->estimate),
                cmp_percent(ratio->valid ? ratio->high : ratio->estimate));
    fputs("EOD\n", out);
}

static void words_write(FILE *words, const sides_t *sides) {
    const cmp_layouts_t *layouts = sides->layouts;
    fprintf(words,
            "Change of speed in per cent, a point a layout, %zu layouts: above, the treatment over "
            "the base in the same layout, right of 0 is faster, with the estimate over all and its "
            "interval, and what the libraries as built show; below, both sides over the mean of "
            "the base. ",
            layouts->count);
    if (layouts->ratio.valid)
        fprintf(words, "Over layouts %+.2f %% [%+.2f, %+.2f]. ",
                cmp_percent(layouts->ratio.estimate), cmp_percent(layouts->ratio.low),
                cmp_percent(layouts->ratio.high));
    if (layouts->single.valid)
        fprintf(words, "As built %+.2f %% [%+.2f, %+.2f]. ", cmp_percent(layouts->single.estimate),
                cmp_percent(layouts->single.low), cmp_percent(layouts->single.high));
    if (isfinite(layouts->base_tax))
        fprintf(words,
                "Standard deviation between layouts %.2f %% of the base, %.2f %% of the treatment.",
                layouts->base_tax * 100, layouts->treatment_tax * 100);
    else
        fputs("Too few rounds for the layout tax.", words);
}

static void strips_draw(pub_sketch_t *sketch, const pub_set_t *set, const sides_t *sides) {
    const cmp_layouts_t *layouts = sides->layouts;
    const pub_series_t *base = &set->series[sides->base->series],
                       *treatment = &set->series[sides->treatment->series];
    FILE *out = sketch->script;
    const double mean = mean_of(layouts->base_speeds, layouts->count);
    strip_write(out, "effects", layouts->effects, 1, layouts->count, 0);
    strip_write(out, "base", layouts->base_speeds, mean, layouts->count, -2);
    strip_write(out, "treatment", layouts->treatment_speeds, mean, layouts->count, -3);
    interval_write(out, "ratio", &layouts->ratio, 0.7);
    interval_write(out, "single", &layouts->single, -0.7);
    fputs("set ytics ('over layouts' 0.7, 'each layout' 0, 'as built' -0.7, ", out);
    char *names[] = {pub_short_name(base->label), pub_short_name(treatment->label)};
    for (int side = 0; side < 2; side++) {
        pub_quoted_write(out, names[side], true);
        fprintf(out, " %d%s", -2 - side, side == 0 ? ", " : ")\n");
        free(names[side]);
    }
    fputs("set yrange [-3.6:1.2]\nset grid xtics lt 1 lc rgb '" PUB_LINE "' lw 0.5\n"
          "set xlabel 'change of speed, per cent (right is faster)'\n"
          "set arrow from first 0, graph 0 to first 0, graph 1 nohead lc rgb '" PUB_INK "' back\n"
          "set arrow from graph 0, first -1.35 to graph 1, first -1.35 nohead lc rgb '" PUB_LINE
          "' back\nset offsets graph 0.04, graph 0.04, 0, 0\nunset key\nplot ",
          out);
    fprintf(out,
            "$effects using 1:2 with points lc rgb '%s' pt %d ps 0.8, \\\n"
            "  $ratio using 1:2:3:4 with xerrorbars lc rgb '" PUB_INK "' lw 1.8 pt 7 ps 1.1, \\\n"
            "  $single using 1:2:3:4 with xerrorbars lc rgb '" PUB_FLOOR
            "' lw 1.6 pt 2 ps 1.1, \\\n"
            "  $base using 1:2 with points lc rgb '%s' pt %d ps 0.8, \\\n"
            "  $treatment using 1:2 with points lc rgb '%s' pt %d ps 0.8\n",
            treatment->light, treatment->point, base->light, base->point, treatment->light,
            treatment->point);
}

void pub_layouts_sketches(pub_gallery_t *gallery, const pub_set_t *set, size_t work_index) {
    const pub_work_t *work = &set->works[work_index];
    sides_t sides;
    for (size_t i = 0; sides_find(set, work, i, &sides); i++) {
        pub_sketch_t *sketch = pub_sketch_begin();
        words_write(sketch->words, &sides);
        strips_draw(sketch, set, &sides);
        char run[16];
        run_suffix(set, &sides, run, sizeof run);
        if (isfinite(sides.layouts->ratio.estimate))
            pub_sketch_end(gallery, sketch, work->heading,
                           cmp_text("layouts-%zu-%zu", work_index + 1, i + 1),
                           cmp_text("Effect by code layout, %s%s", work->name, run), STRIP_HEIGHT);
        else
            pub_sketch_drop(sketch);
        cmp_layouts_free(sides.layouts);
    }
}

/* ------------------------------------------------------------------ table */

static void share_paragraph(pub_document_t *document, const cmp_layouts_t *layouts) {
    if (isfinite(layouts->base_tax))
        pub_paragraph(document,
                      "Layout tax: the speed of the base differs between layouts by %.2f %% "
                      "(standard deviation), that of the treatment by %.2f %%.",
                      layouts->base_tax * 100, layouts->treatment_tax * 100);
    if (!layouts->single.valid)
        return;
    char share[64];
    cmp_layouts_share(layouts, share, sizeof share);
    pub_paragraph(document, "One layout, as built, shows %+.2f %% [%+.2f, %+.2f]%s.",
                  cmp_percent(layouts->single.estimate), cmp_percent(layouts->single.low),
                  cmp_percent(layouts->single.high), share);
}

void pub_layouts_tables(pub_document_t *document, const pub_set_t *set, size_t work_index) {
    const pub_work_t *work = &set->works[work_index];
    sides_t sides;
    for (size_t i = 0; sides_find(set, work, i, &sides); i++) {
        const cmp_layouts_t *layouts = sides.layouts;
        char run[16];
        run_suffix(set, &sides, run, sizeof run);
        pub_table(document, "Code layouts of %s%s", work->name, run);
        pub_column(document, true, "Layout");
        pub_column(document, true, "Base, M ops/s");
        pub_column(document, true, "Treatment, M ops/s");
        pub_column(document, true, "Change, %%");
        for (size_t layout = 0; layout < layouts->count; layout++) {
            pub_row(document);
            pub_count(document, (double)layout + 1);
            pub_number(document, PUB_PLAIN, layouts->base_speeds[layout] / MEGA, -1);
            pub_number(document, PUB_PLAIN, layouts->treatment_speeds[layout] / MEGA, -1);
            pub_number(document, PUB_PLAIN, cmp_percent(layouts->effects[layout]), 2);
        }
        share_paragraph(document, layouts);
        cmp_layouts_free(sides.layouts);
    }
}
