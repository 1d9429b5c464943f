/*
 * A picture in the making: a gnuplot script and the picture in words, both written as streams. Used
 * by publish_gallery.c and publish_scaling.c; main thread of compare; out of memory ends the
 * program.
 */
#ifndef PUBLISH_SKETCH_H
#define PUBLISH_SKETCH_H

#include "publish_gallery.h"

enum { PUB_PICTURE_WIDTH = 800, PUB_CURVE_HEIGHT = 440 };

typedef struct pub_sketch {
    FILE *script, *words;
    char *script_text, *words_text;
    size_t script_length, words_length;
} pub_sketch_t;

pub_sketch_t *pub_sketch_begin(void);
/* Puts the picture into the gallery; takes sketch, id and title. */
void pub_sketch_end(pub_gallery_t *gallery, pub_sketch_t *sketch, size_t heading, char *id,
                    char *title, int height);
/* Nothing came of it. */
void pub_sketch_drop(pub_sketch_t *sketch);

/* A single-quoted string; `percent` doubles %, which labels of tics format. */
void pub_quoted_write(FILE *out, const char *text, bool percent);
/* A name as it fits beside a drawing: of a long one the beginning and the end. malloc'ed. */
char *pub_short_name(const char *name);
/* "jemalloc", with the run's letter where there are several; malloc'ed. */
char *pub_row_name(const pub_set_t *set, const pub_row_t *row);

#endif
