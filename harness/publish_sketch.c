/* Pictures in the making; see publish_sketch.h. */
#include "publish_sketch.h"

#include <stdlib.h>

#include "paths.h"
#include "publish_draw.h"
#include "report_text.h"

enum { NAME_WIDTH = 30 };

pub_sketch_t *pub_sketch_begin(void) {
    pub_sketch_t *sketch = calloc(1, sizeof *sketch);
    if (sketch == NULL)
        abort();
    sketch->script = open_memstream(&sketch->script_text, &sketch->script_length);
    sketch->words = open_memstream(&sketch->words_text, &sketch->words_length);
    if (sketch->script == NULL || sketch->words == NULL)
        abort();
    fputs("set encoding utf8\n"
          "set border 3 lc rgb '" PUB_INK "'\n"
          "set tics nomirror textcolor rgb '" PUB_INK "'\n"
          "set xlabel textcolor rgb '" PUB_INK "'\n"
          "set ylabel textcolor rgb '" PUB_INK "'\n"
          "set key textcolor rgb '" PUB_INK "'\n"
          "set grid xtics lt 1 lc rgb '" PUB_LINE "' lw 0.5\n"
          "set errorbars small\n",
          sketch->script);
    return sketch;
}

void pub_sketch_end(pub_gallery_t *gallery, pub_sketch_t *sketch, size_t heading, char *id,
                    char *title, int height) {
    if (fclose(sketch->script) != 0 || fclose(sketch->words) != 0)
        abort();
    gallery->plates = realloc(gallery->plates, (gallery->count + 1) * sizeof *gallery->plates);
    if (gallery->plates == NULL)
        abort();
    gallery->plates[gallery->count++] =
        (pub_plate_t){.id = id,
                      .heading = heading,
                      .title = cmp_text_utf8(title, true),
                      .description = cmp_text_utf8(sketch->words_text, true),
                      .width = PUB_PICTURE_WIDTH,
                      .height = height,
                      .script = sketch->script_text};
    free(title);
    free(sketch->words_text);
    free(sketch);
}

void pub_sketch_drop(pub_sketch_t *sketch) {
    fclose(sketch->script);
    fclose(sketch->words);
    free(sketch->script_text);
    free(sketch->words_text);
    free(sketch);
}

void pub_quoted_write(FILE *out, const char *text, bool percent) {
    char *clean = cmp_text_utf8(text, true);
    fputc('\'', out);
    for (const char *at = clean; *at != '\0'; at++) {
        if (*at == '\'' || (*at == '%' && percent))
            fputc(*at, out);
        fputc(*at, out);
    }
    fputc('\'', out);
    free(clean);
}

/* Bytes of the first `characters` of a valid UTF-8 text. */
static size_t bytes_of(const char *text, size_t characters) {
    size_t at = 0;
    while (text[at] != '\0' && (characters > 0 || ((unsigned char)text[at] & 0xc0) == 0x80)) {
        characters -= ((unsigned char)text[at] & 0xc0) != 0x80;
        at++;
        while (((unsigned char)text[at] & 0xc0) == 0x80)
            at++;
    }
    return at;
}

char *pub_short_name(const char *name) {
    char *clean = cmp_text_utf8(name, true);
    const size_t width = cmp_text_width(clean);
    if (width <= NAME_WIDTH)
        return clean;
    char *text = cmp_text("%.*s...%s", (int)bytes_of(clean, NAME_WIDTH / 2), clean,
                          clean + bytes_of(clean, width - (NAME_WIDTH / 2 - 3)));
    free(clean);
    return text;
}

char *pub_row_name(const pub_set_t *set, const pub_row_t *row) {
    const char *label = pub_allocator_of(set, row)->label;
    return set->run_count > 1 ? cmp_text("%s (%c)", label, set->runs[row->run].letter)
                              : cmp_text("%s", label);
}
