/*
 * Draws the pictures of a gallery with gnuplot, all SVGs in one process and the PNGs in two,
 * and makes of each SVG one for a file, on white, and one for the page, in the page's colours. Main
 * thread of compare.
 */
#include "publish_draw.h"
#include "publish_gallery.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "paths.h"

#define SVG_DRIVER ".draw-svg"
#define PNG_DRIVER ".draw-png" /* and "2": PNGs take longest, so two processes share them */

static const char *const drivers[] = {SVG_DRIVER, PNG_DRIVER, PNG_DRIVER "2"};
enum { DRIVER_COUNT = sizeof drivers / sizeof drivers[0] };

/* ---------------------------------------------------------------- running gnuplot */

static FILE *file_open(const char *folder, const char *name, const char *ending) {
    char *path = cmp_text("%s/%s%s", folder, name, ending);
    FILE *file = fopen(path, "we");
    free(path);
    return file;
}

static bool file_close(FILE *file) {
    bool good = file != NULL && fflush(file) == 0 && !ferror(file);
    return file != NULL && fclose(file) == 0 && good;
}

static bool driver_write(const pub_gallery_t *gallery, const char *folder, size_t index) {
    FILE *driver = file_open(folder, drivers[index], "");
    const bool svg = index == 0;
    for (size_t i = 0; driver != NULL && i < gallery->count; i++) {
        const pub_plate_t *plate = &gallery->plates[i];
        if (!svg && i % 2 != index - 1)
            continue;
        if (svg)
            fprintf(driver,
                    "set terminal svg size %d,%d dynamic noenhanced font 'DejaVu Sans,14'\n"
                    "set output '%s.svg'\n",
                    plate->width, plate->height, plate->id);
        else
            fprintf(driver,
                    "set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,14' fontscale 2 "
                    "linewidth 2 pointscale 2 background '#ffffff'\n"
                    "set output '%s.png'\n",
                    2 * plate->width, 2 * plate->height, plate->id);
        fprintf(driver, "reset\n%sunset output\nundefine $*\n", plate->script);
    }
    return file_close(driver);
}

/* The script alone, to be drawn again or changed by hand. */
static bool script_write(const pub_plate_t *plate, const char *folder) {
    FILE *file = file_open(folder, plate->id, ".gnuplot");
    if (file != NULL)
        fprintf(file,
                "# To draw it: gnuplot -e \"set terminal svg size %d,%d noenhanced\" THIS > "
                "picture.svg\n%s",
                plate->width, plate->height, plate->script);
    return file_close(file);
}

/* The first line that is not empty and not the ruler below an error. */
static void complaint_copy(const char *text, char *line, size_t line_bytes) {
    while (isspace((unsigned char)*text))
        text++;
    snprintf(line, line_bytes, "%.*s", (int)strcspn(text, "\n"), text);
}

static bool gnuplot_run(const char *folder, char *error, size_t error_bytes) {
    static const char script[] = "cd \"$1\" && export LC_ALL=C.UTF-8 || exit 1\n"
                                 "draw() { [ ! -e $1 ] || gnuplot -d $1 2>&1; }\n"
                                 "draw " PNG_DRIVER " & first=$!\n"
                                 "draw " PNG_DRIVER "2 & second=$!\n"
                                 "draw " SVG_DRIVER "; third=$?\n"
                                 "wait $first && wait $second && exit $third";
    const char *const arguments[] = {"sh", "-c", script, "sh", folder, NULL};
    int status;
    char *said = cmp_capture(arguments, &status), line[256] = "";
    if (said != NULL)
        complaint_copy(said, line, sizeof line);
    const bool good = said != NULL && status == 0; /* what it says then is a warning */
    if (!good)
        snprintf(error, error_bytes,
                 "cannot draw the pictures: gnuplot says '%s' (exit status %d); repair it, or "
                 "publish without them with --no-pictures",
                 line, status);
    free(said);
    return good;
}

static char *gnuplot_version(void) {
    const char *const arguments[] = {"gnuplot", "--version", NULL};
    int status;
    char *text = cmp_capture(arguments, &status);
    if (text == NULL || status != 0 || strncmp(text, "gnuplot ", 8) != 0) {
        free(text);
        return NULL;
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* ---------------------------------------------------------------- what becomes of an SVG */

static char *file_read(const char *path) {
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;
    ssize_t length = file != NULL ? getdelim(&text, &room, '\0', file) : -1;
    if (file != NULL)
        fclose(file);
    if (length <= 0) {
        free(text);
        return NULL;
    }
    return text;
}

void pub_markup_write(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else
            fputc(*text, out);
    }
}

/* What a page says for a colour of the script: its own variable; NULL: as it is. */
static const char *colour_find(const pub_set_t *set, const char *hex, char *text,
                               size_t text_bytes) {
    static const char *const roles[][2] = {{PUB_INK, "currentColor"},
                                           {PUB_LINE, "var(--line)"},
                                           {PUB_NOISE, "var(--noise)"},
                                           {PUB_NOISE_EDGE, "var(--noise-edge)"},
                                           {PUB_FLOOR, "var(--soft)"}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i][0], hex) == 0)
            return roles[i][1];
    for (size_t i = 0; i < set->series_count; i++)
        if (strcmp(set->series[i].light, hex) == 0) {
            snprintf(text, text_bytes, "var(--s%zu)", i);
            return text;
        }
    return NULL;
}

/* At "rgb( 1,  2,   3)": writes the page's colour, and returns its length. 0: no colour. */
static size_t colour_write(FILE *out, const pub_set_t *set, const char *at) {
    unsigned red, green, blue;
    int length = 0;
    if (sscanf(at, "rgb( %u , %u , %u )%n", &red, &green, &blue, &length) != 3 || length == 0)
        return 0;
    char hex[32], text[40];
    snprintf(hex, sizeof hex, "#%02x%02x%02x", red, green, blue);
    const char *page = colour_find(set, hex, text, sizeof text);
    fputs(page != NULL ? page : hex, out);
    return (size_t)length;
}

/* What every group repeats, and stands once around the picture on a page; names of groups; and the
 * shapes of points, which a page has once. */
#define PAGE_ATTRIBUTES                                                                            \
    "fill=\"none\" stroke=\"currentColor\" stroke-width=\"1\" font-size=\"14\" "                   \
    "font-family=\"DejaVu Sans,Verdana,sans-serif\""

static const char *const repeated[] = {
    " fill=\"none\"",
    " color=\"black\"",
    " stroke=\"currentColor\"",
    " stroke-width=\"1.00\"",
    " stroke-linecap=\"butt\"",
    " stroke-linejoin=\"miter\"",
    " font-family=\"DejaVu Sans\"",
    " font-size=\"14.00\"",
    " class=\"gridline\"",
    " id=\"gnuplot_canvas\"",
    "\t",
};

/* Characters at `at` that a page does without; 0: none. */
static size_t superfluous(const char *at) {
    for (size_t i = 0; i < sizeof repeated / sizeof repeated[0]; i++)
        if (strncmp(at, repeated[i], strlen(repeated[i])) == 0)
            return strlen(repeated[i]);
    if (strncmp(at, " id=\"gnuplot_plot_", 18) == 0)
        return 5 + strcspn(at + 5, "\"") + 1;
    if (strncmp(at, "<rect x=\"0\" y=\"0\"", 17) == 0) /* the ground */
        return strcspn(at, ">") + 1;
    if (strncmp(at, "<defs>", 6) == 0) {
        const char *end = strstr(at, "</defs>");
        return end != NULL ? (size_t)(end - at) + 7 : 0;
    }
    if (strncmp(at, "<g ", 3) == 0) { /* a group of nothing */
        const char *end = strchr(at, '>');
        const size_t blank = end != NULL ? strspn(end + 1, " \t\n") : 0;
        if (end != NULL && strncmp(end + 1 + blank, "</g>", 4) == 0)
            return (size_t)(end - at) + 1 + blank + 4;
    }
    return 0;
}

/* References are within the page. */
static size_t reference_write(FILE *out, const char *at) {
    static const char reference[] = " xlink:href=";
    if (strncmp(at, reference, sizeof reference - 1) != 0)
        return 0;
    fputs(" href=", out);
    return sizeof reference - 1;
}

/* The names that gnuplot gives to curves would show as tool tips. */
static size_t curve_title(const char *at) {
    static const char begin[] = "<title>gnuplot_plot_", end[] = "</title>";
    const char *close = strncmp(at, begin, sizeof begin - 1) == 0 ? strstr(at, end) : NULL;
    return close != NULL ? (size_t)(close - at) + sizeof end - 1 : 0;
}

/* Writes the drawing itself; with `set` for the page of that set, else as it is. */
static void body_write(FILE *out, const char *body, const pub_set_t *set) {
    static const char white[] = "color=\"white\"", point[] = "color='white'";
    bool in_text = false; /* what is written there is data, not markup */
    char last = '\0';
    for (const char *at = body; *at != '\0';) {
        size_t skipped = curve_title(at);
        if (strncmp(at, "<text", 5) == 0)
            in_text = true;
        else if (strncmp(at, "</text", 6) == 0)
            in_text = false;
        if (skipped == 0 && set != NULL && !in_text) {
            skipped = superfluous(at);
            if (skipped == 0 && *at == '\n' && last == '\n')
                skipped = 1;
            if (skipped == 0)
                skipped = reference_write(out, at);
            if (skipped == 0 && (strncmp(at, white, sizeof white - 1) == 0 ||
                                 strncmp(at, point, sizeof point - 1) == 0)) {
                fputs("color=\"var(--ground)\"", out);
                skipped = sizeof white - 1;
            }
            if (skipped == 0)
                skipped = colour_write(out, set, at);
        }
        if (skipped == 0)
            fputc(last = *at++, out);
        else
            at += skipped;
    }
}

/* The shapes of points as gnuplot defines them, malloc'ed. */
static char *shapes_find(const char *raw) {
    const char *begin = strstr(raw, "<defs>");
    const char *end = begin != NULL ? strstr(begin, "<filter") : NULL;
    char *text = NULL;
    size_t length = 0;
    FILE *out = end != NULL ? open_memstream(&text, &length) : NULL;
    if (out == NULL)
        return NULL;
    fputs("<svg width=\"0\" height=\"0\" class=\"shapes\" aria-hidden=\"true\"><defs>", out);
    for (const char *at = begin + 6; at < end;) {
        size_t skipped = reference_write(out, at);
        skipped += skipped == 0 && (*at == '\t' || *at == '\n');
        if (skipped == 0)
            fputc(*at++, out);
        else
            at += skipped;
    }
    fputs("</defs></svg>", out);
    if (fclose(out) != 0)
        abort();
    return text;
}

/* The picture with its title and description; NULL when it is not what gnuplot writes. */
static char *svg_make(const pub_plate_t *plate, const char *program, const char *raw,
                      const pub_set_t *set) {
    const char *body = strstr(raw, "<g id=\"gnuplot_canvas\">");
    char *text = NULL;
    size_t length = 0;
    FILE *out = body != NULL ? open_memstream(&text, &length) : NULL;
    if (out == NULL)
        return NULL;
    if (set == NULL)
        fprintf(out,
                "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\"?>\n"
                "<!-- drawn by %s -->\n",
                program);
    fprintf(out,
            "<svg viewBox=\"0 0 %d %d\" %s role=\"img\" "
            "aria-labelledby=\"%s-title\">\n<title id=\"%s-title\">",
            plate->width, plate->height,
            set == NULL ? "xmlns=\"http://www.w3.org/2000/svg\" "
                          "xmlns:xlink=\"http://www.w3.org/1999/xlink\""
                        : PAGE_ATTRIBUTES,
            plate->id, plate->id);
    pub_markup_write(out, plate->title);
    fputs("</title>\n", out);
    if (set == NULL) {
        fputs("<desc>", out);
        pub_markup_write(out, plate->description);
        fputs("</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n", out);
    }
    body_write(out, body, set);
    if (fclose(out) != 0)
        abort();
    return text;
}

static bool svg_replace(pub_gallery_t *gallery, pub_plate_t *plate, const pub_set_t *set,
                        const char *folder) {
    const char *program = gallery->program;
    char *path = cmp_text("%s/%s.svg", folder, plate->id), *raw = file_read(path);
    plate->svg = raw != NULL ? svg_make(plate, program, raw, NULL) : NULL;
    plate->svg_inline = raw != NULL ? svg_make(plate, program, raw, set) : NULL;
    if (raw != NULL && gallery->shapes == NULL)
        gallery->shapes = shapes_find(raw);
    FILE *file = plate->svg != NULL && plate->svg_inline != NULL ? fopen(path, "we") : NULL;
    if (file != NULL)
        fputs(plate->svg, file);
    free(raw);
    free(path);
    return file_close(file);
}

bool pub_gallery_draw(pub_gallery_t *gallery, const pub_set_t *set, const char *folder, bool png,
                      char *error, size_t error_bytes) {
    gallery->program = gnuplot_version();
    if (gallery->program == NULL) {
        snprintf(error, error_bytes,
                 "cannot draw the pictures: gnuplot is not installed; install it (./setup does), "
                 "or publish without them with --no-pictures");
        return false;
    }
    bool good = true;
    for (size_t i = 0; good && i < (png ? DRIVER_COUNT : 1); i++)
        good = driver_write(gallery, folder, i);
    if (!good) {
        snprintf(error, error_bytes, "cannot write to %s: %s; give another folder with -o DIR",
                 folder, strerror(errno));
        return false;
    }
    if (!gnuplot_run(folder, error, error_bytes))
        return false;
    for (size_t i = 0; good && i < gallery->count; i++)
        good = script_write(&gallery->plates[i], folder) &&
               svg_replace(gallery, &gallery->plates[i], set, folder);
    for (size_t i = 0; i < DRIVER_COUNT; i++) {
        char *driver = cmp_text("%s/%s", folder, drivers[i]);
        unlink(driver);
        free(driver);
    }
    if (!good)
        snprintf(error, error_bytes,
                 "cannot write the pictures to %s: %s; give another folder with -o DIR", folder,
                 errno != 0 ? strerror(errno) : "gnuplot left them incomplete");
    return good;
}
