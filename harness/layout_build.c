/*
 * Links code layouts. Called by the main thread before anything is measured; no locks: two tools
 * that link the same layout write the same bytes, and each puts its file into place by renaming.
 *
 * A layout is a number, from which everything follows: the order in which lld puts the sections of
 * functions, constants and data (--shuffle-sections), and the sizes of the padding that is shuffled
 * among them. Cold and hot functions stay apart where the compiler put them apart. Files are cached
 * under the hash of the object and of the command.
 */
#include "layout_build.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "output.h"
#include "splitmix.h"
#include "variants.h"

enum {
    PADS = 48,           /* of each kind of section */
    TEXT_PAD_STEP = 16,  /* bytes; functions are aligned to as much */
    TEXT_PAD_STEPS = 16, /* a pad has 0 to 15 steps: up to four cache lines */
    DATA_PAD_STEP = 8,
    DATA_PAD_STEPS = 32,
    WORDS_MOST = 64,
    HASH_DIGITS = 12, /* in the name of a folder */
};

/* Goes into the hash: another number for another way of making layouts. */
#define LAYOUT_FORMAT "2"

/* One build of hakmem that layouts are made of. */
typedef struct origin {
    const cmp_paths_t *paths;
    cmp_variant_t *variants; /* owns what `variant` points at */
    size_t variant_count;
    const cmp_variant_t *variant;
    char *library; /* as it was built */
    char *object;
    char *symbols; /* that it exports, one a line */
    char *folder;  /* of its layouts */
} origin_t;

size_t cmp_layout_stack_bytes(uint32_t layout) {
    uint64_t state = layout;
    return layout == 0 ? 0 : 16 * (size_t)(cmp_random_next(&state) % 256);
}

/* ------------------------------------------------------------------ where things are */

/* Removes the layouts of earlier objects of the same build: NAME-<hash>. */
static void folders_remove_old(const char *parent_path, const char *name, const char *keep) {
    DIR *parent = opendir(parent_path);
    const size_t length = strlen(name);
    for (struct dirent *entry; parent != NULL && (entry = readdir(parent)) != NULL;) {
        const char *digits = entry->d_name + length + 1;
        if (strncmp(entry->d_name, name, length) != 0 || entry->d_name[length] != '-' ||
            strlen(digits) != HASH_DIGITS || strspn(digits, "0123456789abcdef") != HASH_DIGITS ||
            strcmp(entry->d_name, keep) == 0)
            continue;
        char *path = cmp_text("%s/%s", parent_path, entry->d_name);
        DIR *folder = opendir(path);
        for (struct dirent *file; folder != NULL && (file = readdir(folder)) != NULL;)
            unlinkat(dirfd(folder), file->d_name, 0);
        if (folder != NULL)
            closedir(folder);
        rmdir(path);
        free(path);
    }
    if (parent != NULL)
        closedir(parent);
}

/* The names that a library exports, sorted, one a line, malloc'ed; NULL when nm fails. */
static char *symbols_of(const char *library) {
    int status;
    char *table = cmp_capture(
        (const char *const[]){"nm", "-D", "--defined-only", "--format=posix", library, NULL},
        &status);
    if (table == NULL || status != 0) {
        free(table);
        return NULL;
    }
    /* "NAME TYPE VALUE SIZE": keep the names. */
    char *to = table;
    for (char *line = table; *line != '\0';) {
        const size_t name = strcspn(line, " \n"), whole = strcspn(line, "\n");
        const char end = line[whole];
        memmove(to, line, name);
        to += name;
        *to++ = '\n';
        line += whole + (end == '\n');
    }
    *to = '\0';
    return table;
}

/* Finds the build that the allocator is, by its file. */
static const cmp_variant_t *variant_of(const cmp_allocator_t *allocator,
                                       const cmp_variant_t *variants, size_t count) {
    char file[PATH_MAX], path[PATH_MAX];
    if (allocator->path == NULL || realpath(allocator->path, file) == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!variants[i].linked && *variants[i].object != '\0' &&
            realpath(variants[i].file, path) != NULL && strcmp(path, file) == 0)
            return &variants[i];
    return NULL;
}

/* That of the stanza, else that of all builds: build.ninja's choice. */
static const char *compiler_of(const cmp_variant_t *variant) {
    const char *chosen = getenv("CC");
    if (*variant->compiler != '\0')
        return variant->compiler;
    return chosen != NULL && *chosen != '\0' ? chosen : "gcc";
}

static bool origin_find_folder(origin_t *origin, char *error, size_t error_bytes) {
    const cmp_variant_t *variant = origin->variant;
    char object_hash[CMP_SHA256_BYTES], hash[CMP_SHA256_BYTES];
    origin->object = cmp_text("%s/%s", origin->paths->tree, variant->object);
    if (SHA256File(origin->object, object_hash) == NULL) {
        snprintf(error, error_bytes,
                 "cannot make layouts of '%s': its object file %s is missing; build it with "
                 "'ninja %s'",
                 variant->name, variant->object, variant->target);
        return false;
    }
    char *all =
        cmp_text(LAYOUT_FORMAT " %s %s %s", object_hash, compiler_of(variant), variant->ldflags);
    SHA256Data((const uint8_t *)all, strlen(all), hash);
    free(all);
    char *parent = cmp_text("%s/../layouts", origin->paths->libraries);
    char *name = cmp_text("%s-%.*s", variant->name, HASH_DIGITS, hash);
    origin->folder = cmp_text("%s/%s", parent, name);
    const bool made = cmp_folder_make(origin->folder);
    if (made)
        folders_remove_old(parent, variant->name, name);
    else
        snprintf(error, error_bytes, "cannot make the folder %s for layouts: %s", origin->folder,
                 strerror(errno));
    free(parent);
    free(name);
    return made;
}

static bool origin_open(origin_t *origin, const cmp_paths_t *paths,
                        const cmp_allocator_t *allocator, char *error, size_t error_bytes) {
    *origin = (origin_t){.paths = paths};
    if (paths->tree == NULL) {
        snprintf(error, error_bytes,
                 "cannot make layouts: an installed tool has no object files; run --layouts from "
                 "the source tree");
        return false;
    }
    origin->variants = cmp_variants(paths, &origin->variant_count);
    origin->variant = variant_of(allocator, origin->variants, origin->variant_count);
    if (origin->variant == NULL) {
        snprintf(error, error_bytes,
                 "cannot make layouts of '%s': only of builds of hakmem that are preloaded "
                 "(hakmem, hakmem:VARIANT), whose object files are at hand; leave out --layouts",
                 allocator->label);
        return false;
    }
    origin->library = cmp_text("%s", allocator->path);
    origin->symbols = symbols_of(origin->library);
    if (origin->symbols == NULL) {
        snprintf(error, error_bytes, "cannot read the symbols of %s: 'nm' failed; install binutils",
                 origin->library);
        return false;
    }
    return origin_find_folder(origin, error, error_bytes);
}

static void origin_close(origin_t *origin) {
    cmp_variants_free(origin->variants, origin->variant_count);
    free(origin->library);
    free(origin->object);
    free(origin->symbols);
    free(origin->folder);
}

/* ------------------------------------------------------------------ linking */

/* Sections of random sizes, which are shuffled among those of the object; kept by --gc-sections. */
static bool padding_write(const char *path, uint32_t layout) {
    static const struct kind {
        const char *section, *flags;
        unsigned step, steps;
    } kinds[] = {
        {".text", "\"axR\",%progbits", TEXT_PAD_STEP, TEXT_PAD_STEPS},
        {".rodata", "\"aR\",%progbits", DATA_PAD_STEP, DATA_PAD_STEPS},
        {".data", "\"awR\",%progbits", DATA_PAD_STEP, DATA_PAD_STEPS},
        {".bss", "\"awR\",%nobits", DATA_PAD_STEP, DATA_PAD_STEPS},
    };
    FILE *file = fopen(path, "we");
    uint64_t state = UINT64_C(0x5851f42d4c957f2d) * layout;
    if (file == NULL)
        return false;
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (unsigned i = 0; i < PADS; i++)
            fprintf(file, "\t.section %s.padding_%u,%s\n\t.balign %u\n\t.zero %u\n",
                    kinds[kind].section, i, kinds[kind].flags, kinds[kind].step,
                    kinds[kind].step * (unsigned)(cmp_random_next(&state) % kinds[kind].steps));
    fputs("\t.section .note.GNU-stack,\"\",%progbits\n", file);
    const bool good = fflush(file) == 0 && !ferror(file);
    return fclose(file) == 0 && good;
}

/* Adds the words of `text` to the command; false when there are too many. */
static bool words_add(char *words[WORDS_MOST], size_t *count, char *text) {
    char *word;
    while (text != NULL && (word = strsep(&text, " \t")) != NULL) {
        if (*word == '\0')
            continue;
        if (*count + 1 >= WORDS_MOST)
            return false;
        words[(*count)++] = word;
    }
    words[*count] = NULL;
    return true;
}

static bool link_run(const origin_t *origin, uint32_t layout, const char *padding,
                     const char *out) {
    const cmp_variant_t *variant = origin->variant;
    char *command = cmp_text(
        "%s -shared -fuse-ld=lld -Wl,-soname,libhakmem.so.0 -Wl,-z,now "
        "-Wl,-z,keep-text-section-prefix -Wl,--strip-debug "
        "-Wl,--shuffle-sections=.text*=%u -Wl,--shuffle-sections=.rodata*=%u "
        "-Wl,--shuffle-sections=.data*=%u -Wl,--shuffle-sections=.bss*=%u -pthread %s %s %s -o %s",
        compiler_of(variant), layout, layout, layout, layout, variant->ldflags, origin->object,
        padding, out);
    char *words[WORDS_MOST];
    size_t count = 0;
    int status = -1;
    if (words_add(words, &count, command))
        free(cmp_capture((const char *const *)words, &status));
    free(command);
    return status == 0;
}

/* A linker that drops what the object exports would be measured as another allocator. */
static bool symbols_check(const origin_t *origin, const char *library, char *error,
                          size_t error_bytes) {
    char *symbols = symbols_of(library);
    const bool same = symbols != NULL && strcmp(symbols, origin->symbols) == 0;
    if (!same)
        snprintf(error, error_bytes,
                 "cannot use layouts of '%s': linked again it exports other symbols than %s; its "
                 "object must hold machine code (gcc's LTO objects need -r "
                 "-flinker-output=nolto-rel)",
                 origin->variant->name, origin->library);
    free(symbols);
    return same;
}

/* Links a layout unless it is there; its path, malloc'ed, or NULL with a message. */
static char *layout_link(const origin_t *origin, uint32_t layout, char *error, size_t error_bytes) {
    char *path = cmp_text("%s/%u.so", origin->folder, layout);
    if (access(path, R_OK) == 0)
        return path;
    char *padding = cmp_text("%s/%u-%ld.s", origin->folder, layout, (long)getpid());
    char *fresh = cmp_text("%s/%u-%ld.so", origin->folder, layout, (long)getpid());
    bool good = padding_write(padding, layout);
    if (!good)
        snprintf(error, error_bytes, "cannot write %s: %s", padding, strerror(errno));
    if (good && !link_run(origin, layout, padding, fresh)) {
        good = false;
        snprintf(error, error_bytes,
                 "cannot link layout %u of '%s': '%s -fuse-ld=lld' failed; layouts need lld 13 or "
                 "newer: apt install lld",
                 layout, origin->variant->name, compiler_of(origin->variant));
    }
    good = good && symbols_check(origin, fresh, error, error_bytes);
    if (good && rename(fresh, path) != 0) {
        good = false;
        snprintf(error, error_bytes, "cannot put %s into place: %s", path, strerror(errno));
    }
    unlink(padding);
    if (!good) {
        unlink(fresh);
        free(path);
        path = NULL;
    }
    free(padding);
    free(fresh);
    return path;
}

/* ------------------------------------------------------------------ allocators of a run */

static bool layout_fill(cmp_allocator_t *allocator, const cmp_allocator_t *original,
                        const origin_t *origin, uint32_t layout, char *error, size_t error_bytes) {
    char *path = layout_link(origin, layout, error, error_bytes);
    if (path == NULL)
        return false;
    *allocator = (cmp_allocator_t){
        .label = cmp_text("%s #%u", original->label, layout),
        .name = cmp_text("%s", original->name),
        .environment = cmp_words_copy(original->environment),
        .path = path,
        .version = cmp_text("%s", original->version),
        .expected = cmp_words_copy(original->expected),
        .remedy = original->remedy != NULL ? cmp_text("%s", original->remedy) : NULL,
        .layout = layout,
    };
    if (SHA256File(path, allocator->sha256) != NULL)
        return true;
    snprintf(error, error_bytes, "cannot read %s: %s", path, strerror(errno));
    return false;
}

bool cmp_layouts_add(const cmp_paths_t *paths, uint32_t count, cmp_run_t *run, char *error,
                     size_t error_bytes) {
    const size_t all = run->allocator_count + 2 * (size_t)count;
    cmp_allocator_t *allocators = realloc(run->allocators, all * sizeof *allocators);
    if (allocators == NULL)
        abort();
    run->allocators = allocators;
    const cmp_allocator_t control = allocators[--run->allocator_count];
    origin_t origins[2] = {{0}};
    bool good = true;
    for (size_t side = 0; good && side < 2; side++)
        good = origin_open(&origins[side], paths, &allocators[side], error, error_bytes);
    for (uint32_t layout = 1; good && layout <= count; layout++)
        for (size_t side = 0; good && side < 2; side++) {
            good = layout_fill(&allocators[run->allocator_count], &allocators[side], &origins[side],
                               layout, error, error_bytes);
            run->allocator_count += good;
        }
    allocators[run->allocator_count++] = control;
    for (size_t side = 0; side < 2; side++)
        origin_close(&origins[side]);
    return good;
}
