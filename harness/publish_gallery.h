/*
 * The pictures of a publication: a gnuplot script with its data for each, and what gnuplot made of
 * it. Main thread of compare; out of memory ends the program.
 */
#ifndef PUBLISH_GALLERY_H
#define PUBLISH_GALLERY_H

#include <stdio.h>

#include "publish_set.h"

typedef struct pub_plate {
    char *id; /* of files: pictures/<id>.svg, .png, .gnuplot */
    size_t heading;
    char *title, *description;
    int width, height; /* of the SVG, in its own units */
    char *script;      /* what is drawn: everything but the terminal and the name of its output */
    char *svg;         /* for a file: on white; NULL: not drawn */
    char *svg_inline;  /* for the page: follows its colours */
} pub_plate_t;

typedef struct pub_gallery {
    pub_plate_t *plates;
    size_t count;
    char *shapes;  /* of the points, for a page: once for all pictures */
    char *program; /* "gnuplot 5.4 patchlevel 4" */
} pub_gallery_t;

/* Makes the scripts of all pictures for which there is data. */
void pub_gallery_make(pub_gallery_t *gallery, const pub_set_t *set);

/* Draws them with gnuplot into `folder`: <id>.svg, <id>.gnuplot, and with `png` <id>.png. False
 * with a message. */
bool pub_gallery_draw(pub_gallery_t *gallery, const pub_set_t *set, const char *folder, bool png,
                      char *error, size_t error_bytes);

void pub_gallery_free(pub_gallery_t *gallery);

/* Writes text into HTML or SVG, with <, >, & and quotes escaped. */
void pub_markup_write(FILE *out, const char *text);

#endif
