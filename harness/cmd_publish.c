/*
 * `compare publish`: recorded runs as a folder with Markdown, CSV, JSON, LaTeX, pictures and one
 * HTML page. Main thread; measures nothing. See docs/publishing.md.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "options.h"
#include "paths.h"
#include "output.h"
#include "publish_bundle.h"
#include "publish_content.h"
#include "publish_folder.h"
#include "publish_formats.h"
#include "store_manage.h"

enum { KEY_FROM = 256, KEY_BUNDLE, KEY_BASELINE, KEY_TITLE, KEY_NO_PICTURES, KEY_NO_PNG };

#define PICTURES "pictures"

/* A page of more is no longer quick to send or open. */
static const size_t PAGE_LIMIT_BYTES = 2000 * 1000;

typedef struct publish_options {
    char **runs; /* as named */
    size_t run_count;
    const char *output, *from, *bundle, *baseline, *title;
    bool no_pictures, no_png, help;
} publish_options_t;

/* What the formats are rendered from. */
typedef struct publication {
    const pub_set_t *set;
    const pub_gallery_t *gallery;
    const pub_document_t *document;
} publication_t;

/* ---------------------------------------------------------------- files */

static bool markdown_render(const void *context, FILE *file) {
    return pub_markdown(((const publication_t *)context)->document, PICTURES, file);
}
static bool latex_render(const void *context, FILE *file) {
    return pub_latex(((const publication_t *)context)->document, PICTURES, file);
}
static bool html_render(const void *context, FILE *file) {
    const publication_t *publication = context;
    return pub_html(publication->document, publication->set, publication->gallery, file);
}
static bool cells_render(const void *context, FILE *file) {
    return pub_cells_csv(((const publication_t *)context)->set, file);
}
static bool samples_render(const void *context, FILE *file) {
    return pub_samples_csv(((const publication_t *)context)->set, file);
}
static bool json_render(const void *context, FILE *file) {
    return pub_json(((const publication_t *)context)->set, file);
}

/* The page comes last: once it is new, all that it stands beside is. */
static const struct {
    const char *name;
    bool (*render)(const void *context, FILE *file);
} formats[] = {
    {"samples.csv", samples_render}, {"cells.csv", cells_render},  {"results.json", json_render},
    {"README.md", markdown_render},  {"tables.tex", latex_render}, {"index.html", html_render},
};

static bool pictures_draw(pub_folder_t *folder, pub_gallery_t *gallery, const pub_set_t *set,
                          bool png, char *error, size_t error_bytes) {
    char *below = pub_folder_below(folder, PICTURES, error, error_bytes);
    bool good = below != NULL && pub_gallery_draw(gallery, set, below, png, error, error_bytes);
    static const char *const endings[] = {"svg", "gnuplot", "png"};
    for (size_t i = 0; good && i < gallery->count; i++)
        for (size_t j = 0; j < sizeof endings / sizeof endings[0] - !png; j++) {
            char *name = cmp_text(PICTURES "/%s.%s", gallery->plates[i].id, endings[j]);
            pub_folder_add(folder, name);
            free(name);
        }
    free(below);
    return good;
}

static size_t file_size(const pub_folder_t *folder, const char *name) {
    char *path = cmp_text("%s/%s", folder->path, name);
    struct stat status;
    size_t size = stat(path, &status) == 0 ? (size_t)status.st_size : 0;
    free(path);
    return size;
}

/* Leaves pictures off the page, whole kinds at a time, until it has its size; they stay beside it.
 */
static void page_fit(const publication_t *publication, pub_gallery_t *gallery) {
    static const char *const kinds[] = {
        "rss-", "latency-free-", "memory-", "latency-malloc-", "scaling-", "ratio-", "throughput-"};
    for (size_t kind = 0; kind <= sizeof kinds / sizeof kinds[0]; kind++) {
        char *page = NULL;
        size_t length = 0;
        FILE *out = open_memstream(&page, &length);
        if (out == NULL)
            abort();
        html_render(publication, out);
        fclose(out);
        free(page);
        if (length <= PAGE_LIMIT_BYTES || kind == sizeof kinds / sizeof kinds[0])
            return;
        for (size_t i = 0; i < gallery->count; i++)
            if (strncmp(gallery->plates[i].id, kinds[kind], strlen(kinds[kind])) == 0) {
                free(gallery->plates[i].svg_inline);
                gallery->plates[i].svg_inline = NULL;
            }
    }
}

static bool folder_publish(pub_folder_t *folder, const publish_options_t *options,
                           const pub_set_t *set, char *error, size_t error_bytes) {
    pub_gallery_t gallery = {0};
    pub_document_t document = {0};
    bool good = true;
    if (!options->no_pictures) {
        pub_gallery_make(&gallery, set);
        good = gallery.count == 0 ||
               pictures_draw(folder, &gallery, set, !options->no_png, error, error_bytes);
    }
    if (good) {
        const publication_t publication = {set, &gallery, &document};
        pub_content(&document, set, &gallery, options->title);
        page_fit(&publication, &gallery);
        for (size_t i = 0; good && i < sizeof formats / sizeof formats[0]; i++)
            good = pub_folder_write(folder, formats[i].name, formats[i].render, &publication, error,
                                    error_bytes);
    }
    pub_document_free(&document);
    pub_gallery_free(&gallery);
    return good && pub_folder_finish(folder, error, error_bytes);
}

/* ---------------------------------------------------------------- which runs */

/* The UUIDs of the runs that are named, each once, or of the newest. */
static size_t runs_find(cmp_store_t *store, const publish_options_t *options,
                        char uuids[PUB_RUNS_MAX][CMP_UUID_BYTES]) {
    static char newest[] = "newest", *newest_only[] = {newest};
    char **names = options->run_count > 0 ? options->runs : newest_only;
    const size_t name_count = options->run_count > 0 ? options->run_count : 1;
    char error[1024], uuid[CMP_UUID_BYTES];
    size_t count = 0;
    for (size_t i = 0; i < name_count; i++) {
        bool repeated = false;
        if (!cmp_store_find(store, names[i], uuid, error, sizeof error))
            cmp_usage_error("%s", error);
        if (cmp_store_is_measured(store, uuid))
            cmp_usage_error("run %.8s is still being measured; wait for it, or end it first", uuid);
        for (size_t j = 0; j < count; j++)
            repeated |= strcmp(uuids[j], uuid) == 0;
        if (repeated)
            continue;
        if (count == PUB_RUNS_MAX)
            cmp_usage_error("cannot publish more than %d runs together; make several publications",
                            PUB_RUNS_MAX);
        snprintf(uuids[count++], CMP_UUID_BYTES, "%s", uuid);
    }
    return count;
}

/* A file, or the folder of a results.db. malloc'ed. */
static char *database_path(const publish_options_t *options, const cmp_paths_t *paths) {
    const char *from = options->from != NULL ? options->from : paths->results;
    struct stat status;
    return options->from == NULL || (stat(from, &status) == 0 && S_ISDIR(status.st_mode))
               ? cmp_text("%s/results.db", from)
               : cmp_text("%s", from);
}

static int set_publish(const publish_options_t *options, const pub_set_t *set, cmp_store_t *store,
                       const cmp_paths_t *paths) {
    pub_folder_t folder = {0};
    char error[1024];
    bool good = pub_folder_open(&folder, options->output, error, sizeof error) &&
                folder_publish(&folder, options, set, error, sizeof error);
    if (!good) {
        cmp_error("%s", error);
    } else {
        const size_t page_bytes = file_size(&folder, "index.html");
        printf("%zu run%s, %zu cell%s: %s/index.html, README.md, tables.tex, cells.csv, "
               "samples.csv, results.json, %s\n",
               set->run_count, set->run_count == 1 ? "" : "s", set->work_count,
               set->work_count == 1 ? "" : "s", folder.path,
               options->no_pictures ? "no pictures" : PICTURES "/");
        if (page_bytes > PAGE_LIMIT_BYTES)
            cmp_error("the page has %.1f MB, more than the 2 MB that one should have: publish "
                      "fewer runs together",
                      (double)page_bytes / 1e6);
        if (options->bundle != NULL) {
            good = pub_bundle(options->bundle, set, store, paths, folder.path, error, sizeof error);
            if (good)
                printf("%s: sources, data, publication, ./run-again.sh\n", options->bundle);
            else
                cmp_error("%s", error);
        }
    }
    pub_folder_close(&folder);
    return good ? CMP_EXIT_VALID : CMP_EXIT_FAILED;
}

/* ---------------------------------------------------------------- command line */

static error_t publish_parse(int key, char *value, struct argp_state *state) {
    publish_options_t *options = state->input;
    switch (key) {
    case 'h':
        options->help = true;
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case KEY_FROM:
        options->from = value;
        return 0;
    case KEY_BUNDLE:
        options->bundle = value;
        return 0;
    case KEY_BASELINE:
        options->baseline = value;
        return 0;
    case KEY_TITLE:
        options->title = value;
        return 0;
    case KEY_NO_PICTURES:
        options->no_pictures = true;
        return 0;
    case KEY_NO_PNG:
        options->no_png = true;
        return 0;
    case ARGP_KEY_ARG:
        options->runs[options->run_count++] = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option publish_option_table[] = {
    {"output", 'o', "DIR", 0, "Folder to publish in; files of the same names are replaced", 0},
    {"from", KEY_FROM, "DATABASE", 0,
     "Results database or its folder (default: where compare records)", 0},
    {"bundle", KEY_BUNDLE, "FILE", 0,
     "Also pack database, publication, sources with their hashes, environment, and a script that "
     "runs it all again: a .tar, .tar.gz or .tar.xz",
     0},
    {"baseline", KEY_BASELINE, "ALLOCATOR", 0,
     "What ratios refer to (default: the first allocator of the earliest run)", 0},
    {"title", KEY_TITLE, "TEXT", 0, "Title (default: Memory allocators compared)", 0},
    {"no-pictures", KEY_NO_PICTURES, NULL, 0, "Draw nothing; gnuplot is not needed then", 0},
    {"no-png", KEY_NO_PNG, NULL, 0, "Draw pictures as SVG alone: PNGs make most of the size", 0},
    {"help", 'h', NULL, 0, "Print this help", 0},
    {0},
};

static const struct argp publish_argp = {
    .help_filter = cmp_options_help_filter,
    .options = publish_option_table,
    .parser = publish_parse,
    .args_doc = "[RUN...] -o DIR",
    .doc = "Publishes recorded runs: README.md (Markdown), tables.tex (LaTeX), cells.csv, "
           "samples.csv, results.json, pictures as SVG and PNG, and index.html, one page that "
           "needs nothing else. RUN is the beginning of a run's UUID, or newest, which is the "
           "default; several runs are shown side by side, with what changed between those of the "
           "same machine.\v"
           "Examples:\n"
           "  ./compare publish -o /tmp/page\n"
           "  ./compare publish 1f0c 77ab --baseline glibc -o /tmp/page\n"
           "  ./compare publish -o /tmp/page --bundle artifact.tar.gz\n"
           "\n"
           "Exit status: 0 published, 1 it could not be written, 2 usage.",
};

static int publish_run(int argc, char **argv) {
    publish_options_t options = {.runs = calloc((size_t)argc + 1, sizeof *options.runs),
                                 .title = "Memory allocators compared"};
    if (options.runs == NULL)
        abort();
    cmp_options_parse(&publish_argp, argc, argv, &options);
    int status = CMP_EXIT_VALID;
    if (options.help) {
        cmp_options_help(&publish_argp, argv[0]);
    } else {
        char error[1024], uuids[PUB_RUNS_MAX][CMP_UUID_BYTES];
        const char *names[PUB_RUNS_MAX];
        cmp_paths_t paths;
        pub_set_t set;
        if (options.output == NULL || *options.output == '\0')
            cmp_usage_error("no folder to publish in is named; give one with -o DIR");
        if (options.bundle != NULL && !pub_bundle_name_good(options.bundle))
            cmp_usage_error("cannot tell how to pack '%s'; name a .tar, .tar.gz, .tgz or .tar.xz",
                            options.bundle);
        if ((options.bundle != NULL && !cmp_output_check(options.bundle, error, sizeof error)) ||
            !cmp_paths_find(&paths, error, sizeof error))
            cmp_usage_error("%s", error);
        char *database = database_path(&options, &paths);
        cmp_store_t *store = cmp_store_open_read(database, error, sizeof error);
        if (store == NULL)
            cmp_usage_error("%s", error);
        const size_t count = runs_find(store, &options, uuids);
        for (size_t i = 0; i < count; i++)
            names[i] = uuids[i];
        if (!pub_set_load(&set, store, names, count, options.baseline, error, sizeof error))
            cmp_usage_error("%s", error);
        status = set_publish(&options, &set, store, &paths);
        pub_set_free(&set);
        cmp_store_close(store);
        free(database);
        cmp_paths_free(&paths);
    }
    free(options.runs);
    return status;
}

const cmp_command_t cmp_command_publish = {
    .name = "publish",
    .synopsis = "[RUN...]",
    .summary = "runs as web page, Markdown, CSV, JSON, LaTeX, pictures",
    .run = publish_run,
};
