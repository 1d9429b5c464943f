/*
 * Finds allocators, asks the package manager for their versions, hashes their files. Called by the
 * main thread before anything is measured; no locks.
 */
#include "allocators.h"

#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <libgen.h>
#include <limits.h>
#include <sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../allocator/hakmem.h"
#include "capture.h"
#include "command.h"
#include "library.h"
#include "nearest.h"
#include "package.h"
#include "variants.h"

#define MAX_ALLOCATORS 64 /* in a list; layouts of a pair come on top */

/* A baseline: the names its library may have, newest first, and the package that has it. */
typedef struct baseline {
    const char *name;
    const char *libraries[4];
    const char *support[2];
    const char *packages[CMP_FAMILY_COUNT]; /* NULL: the distribution has none */
} baseline_t;

static const baseline_t baselines[] = {
    {"jemalloc", {"libjemalloc.so.2"}, {NULL}, {"libjemalloc2", "jemalloc", "jemalloc"}},
    {"mimalloc",
     {"libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so"},
     {NULL},
     {"libmimalloc-dev", "mimalloc", "mimalloc"}},
    {"tcmalloc",
     {"libtcmalloc_minimal.so.4"},
     {NULL},
     {"libtcmalloc-minimal4", "gperftools-libs", "gperftools"}},
    {"tbb", {"libtbbmalloc_proxy.so.2"}, {"libtbbmalloc.so.2"}, {"libtbbmalloc2", "tbb", "onetbb"}},
    {"snmalloc", {"libsnmallocshim.so", "libsnmalloc.so"}, {NULL}, {NULL, NULL, NULL}},
    {"rpmalloc", {"librpmallocwrap.so", "librpmalloc.so"}, {NULL}, {NULL, NULL, NULL}},
};
enum { BASELINE_COUNT = sizeof baselines / sizeof baselines[0] };

/* ------------------------------------------------------------------ finding files */

/* The file of the C library that this program runs with, which every program of the distribution
 * shares: its folder is where libraries of our own class and machine are. */
static const char *libc_file(void) {
    Dl_info info;
    return dladdr((void *)(uintptr_t)gnu_get_libc_version, &info) != 0 ? info.dli_fname : NULL;
}

/* The real path of folder/file when it is a library that can be loaded here. */
static char *library_in(const char *folder, const char *file) {
    char *path = cmp_text("%s/%s", folder, file), error[256];
    char *resolved = cmp_library_check(path, error, sizeof error) ? realpath(path, NULL) : NULL;
    free(path);
    return resolved;
}

/* Looks through the dynamic linker's cache, lines such as
 * "\tlibjemalloc.so.2 (libc6,x86-64) => /lib/x86_64-linux-gnu/libjemalloc.so.2". */
static char *library_in_cache(const char *cache, const char *file) {
    size_t length = strlen(file);
    for (const char *line = cache; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        const char *arrow = strstr(line, " => ");
        line += strspn(line, " \t");
        if (strncmp(line, file, length) == 0 && line[length] == ' ' && arrow != NULL &&
            (end == NULL || arrow < end)) {
            char path[PATH_MAX];
            snprintf(path, sizeof path, "%.*s", (int)strcspn(arrow + 4, "\n"), arrow + 4);
            char *slash = strrchr(path, '/');
            if (slash != NULL) {
                *slash = '\0';
                char *found = library_in(path, slash + 1);
                if (found != NULL)
                    return found;
            }
        }
        line = end != NULL ? end + 1 : NULL;
    }
    return NULL;
}

/* Where the distribution, or an administrator below /usr/local, has put a library. */
static char *library_find(const char *cache, const char *file) {
    char *found = library_in_cache(cache, file);
    char beside_libc[PATH_MAX] = "";
    if (libc_file() != NULL) {
        snprintf(beside_libc, sizeof beside_libc, "%s", libc_file());
        char *slash = strrchr(beside_libc, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    const char *const folders[] = {beside_libc,  "/usr/local/lib", "/usr/local/lib64",
                                   "/usr/lib64", "/usr/lib",       "/lib64",
                                   "/lib"};
    for (size_t i = 0; found == NULL && i < sizeof folders / sizeof folders[0]; i++)
        found = library_in(folders[i], file);
    return found;
}

/* True when a file of the tree differs from its commit; what experiments and tables write does not
 * count, since nothing is built from it. */
static bool tree_differs(const char *tree) {
    int status;
    free(cmp_capture((const char *const[]){"git", "-C", tree, "diff", "--quiet", "HEAD", "--", ".",
                                           ":(exclude)results", ":(exclude)docs/ledger.md", NULL},
                     &status));
    return status != 0;
}

char *cmp_tree_commit(const cmp_paths_t *paths) {
    const char *tree = paths->tree;
    int status;
    char *text = tree == NULL
                     ? NULL
                     : cmp_capture((const char *const[]){"git", "-C", tree, "describe", "--always",
                                                         "--exclude=*", "--abbrev=12", NULL},
                                   &status);
    char *commit =
        text != NULL && status == 0 && *text != '\n'
            ? cmp_text("%.*s%s", (int)strcspn(text, "\n"), text, tree_differs(tree) ? "-dirty" : "")
            : cmp_text("n/a");
    free(text);
    return commit;
}

/* ------------------------------------------------------------------ known allocators */

/* "0.1.0+1a58a58f2c31": hakmem has the version of the tree that built it. */
static char *version_of_tree(const cmp_paths_t *paths) {
    char *commit = cmp_tree_commit(paths);
    bool known = strcmp(commit, "n/a") != 0;
    char *version = cmp_text(HAKMEM_VERSION "%s%s", known ? "+" : "", known ? commit : "");
    free(commit);
    return version;
}

static void baseline_describe(const baseline_t *baseline, const char *cache,
                              cmp_known_allocator_t *known) {
    known->name = baseline->name;
    known->optional = baseline->packages[CMP_FAMILY_APT] == NULL;
    for (size_t i = 0; known->path == NULL && baseline->libraries[i] != NULL; i++)
        known->path = library_find(cache, baseline->libraries[i]);
    known->available = known->path != NULL;
    if (known->available && baseline->support[0] != NULL) {
        char folder[PATH_MAX];
        snprintf(folder, sizeof folder, "%s", known->path);
        char *support = library_in(dirname(folder), baseline->support[0]);
        known->available = support != NULL;
        if (support != NULL) {
            /* The dynamic linker asks for it by this name, not by its resolved one. */
            known->support = calloc(2, sizeof *known->support);
            known->support[0] = cmp_text("%s/%s", folder, baseline->support[0]);
        }
        free(support);
    }
    if (!known->available) {
        free(known->path);
        known->path = NULL;
        known->remedy = cmp_package_remedy(baseline->packages);
        if (known->remedy == NULL)
            known->remedy = cmp_text("build it and give its path, %s=/path/to/%s", baseline->name,
                                     baseline->libraries[0]);
    }
}

cmp_known_allocator_t *cmp_known_allocators(const cmp_paths_t *paths, size_t *count) {
    cmp_known_allocator_t *known = calloc(BASELINE_COUNT + 2, sizeof *known);
    *count = BASELINE_COUNT + 2;
    char *cache = cmp_capture((const char *const[]){"ldconfig", "-p", NULL}, NULL);

    cmp_known_allocator_t *own = &known[0];
    own->name = "hakmem";
    char error[256];
    char *path = cmp_text("%s/libhakmem.so", paths->libraries);
    own->available = cmp_library_check(path, error, sizeof error);
    own->path = own->available ? realpath(path, NULL) : NULL;
    free(path);
    if (!own->available)
        own->remedy = cmp_text("ninja");
    for (size_t i = 0; i < BASELINE_COUNT; i++)
        baseline_describe(&baselines[i], cache, &known[i + 1]);
    cmp_known_allocator_t *libc = &known[BASELINE_COUNT + 1];
    libc->name = "glibc";
    libc->available = true;
    free(cache);
    return known;
}

char *cmp_known_allocator_version(const cmp_paths_t *paths, const cmp_known_allocator_t *known) {
    if (strcmp(known->name, "hakmem") == 0)
        return version_of_tree(paths);
    if (known->path != NULL)
        return cmp_package_version(known->path);
    return cmp_text("%s", known->available ? gnu_get_libc_version() : "n/a");
}

void cmp_known_allocators_free(cmp_known_allocator_t *known, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(known[i].path);
        free(known[i].remedy);
        for (char **file = known[i].support; file != NULL && *file != NULL; file++)
            free(*file);
        free(known[i].support);
    }
    free(known);
}

/* ------------------------------------------------------------------ selecting */

/* What one selection works with. */
typedef struct selection {
    const cmp_paths_t *paths;
    cmp_known_allocator_t *known;
    size_t known_count;
    cmp_run_t *run;
    char **environment;           /* of the entry being selected; NULL-terminated; NULL: none */
    const char *label;            /* its row name when it is not the word itself; NULL: it is */
    const cmp_variant_t *variant; /* it is this build of hakmem; NULL: it is none */
    char *error;
    size_t error_bytes;
} selection_t;

/* Appends a row; takes ownership of `version`. */
static bool allocator_add(selection_t *selection, const char *label, const char *path,
                          char *const *support, char *version) {
    cmp_run_t *run = selection->run;
    const char *name = label;
    if (selection->label != NULL)
        label = selection->label;
    for (size_t i = 0; i < run->allocator_count; i++) {
        if (strcmp(run->allocators[i].label, label) == 0) {
            snprintf(selection->error, selection->error_bytes,
                     "allocator '%s' is listed twice; name each once, or give the second another "
                     "name: NAME=/path/to/lib.so",
                     label);
            free(version);
            return false;
        }
    }
    if (run->allocator_count + 1 >= MAX_ALLOCATORS) {
        snprintf(selection->error, selection->error_bytes,
                 "cannot compare more than %d allocators in one run", MAX_ALLOCATORS - 2);
        free(version);
        return false;
    }
    run->allocators =
        realloc(run->allocators, (run->allocator_count + 1) * sizeof *run->allocators);
    cmp_allocator_t *allocator = &run->allocators[run->allocator_count++];
    *allocator = (cmp_allocator_t){
        .label = cmp_text("%s", label),
        .name = cmp_text("%s", name),
        .environment = cmp_words_copy(selection->environment),
        .path = path != NULL ? cmp_text("%s", path) : NULL,
        .support = cmp_words_copy(support),
        .version = version,
    };
    if (selection->variant != NULL) {
        allocator->linked = selection->variant->linked;
        allocator->expected = cmp_variant_expected(selection->variant);
        allocator->remedy = cmp_variant_remedy(selection->variant, selection->paths);
    }
    const char *hashed = path != NULL ? path : libc_file();
    if (hashed == NULL || SHA256File(hashed, allocator->sha256) == NULL) {
        if (path != NULL) {
            snprintf(selection->error, selection->error_bytes, "cannot read %s: %s", path,
                     strerror(errno));
            return false;
        }
        allocator->sha256[0] = '\0';
    }
    return true;
}

static const cmp_variant_t *variant_find(const cmp_variant_t *variants, size_t count,
                                         const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(variants[i].name, name) == 0)
            return &variants[i];
    return NULL;
}

static bool select_known(selection_t *selection, const cmp_known_allocator_t *known) {
    if (!known->available) {
        snprintf(selection->error, selection->error_bytes,
                 "cannot use allocator '%s': it is not %s; %s", known->name,
                 strcmp(known->name, "hakmem") == 0 ? "built" : "installed", known->remedy);
        return false;
    }
    size_t count = 0;
    cmp_variant_t *variants = NULL;
    if (strcmp(known->name, "hakmem") == 0)
        variants = cmp_variants(selection->paths, &count);
    selection->variant = variant_find(variants, count, "default");
    bool good = allocator_add(selection, known->name, known->path, known->support,
                              cmp_known_allocator_version(selection->paths, known));
    selection->variant = NULL;
    cmp_variants_free(variants, count);
    return good;
}

/* A program that runs under another's malloc has no place for one that is linked into the worker.
 */
static bool variant_usable(const selection_t *selection, const char *word,
                           const cmp_variant_t *variant) {
    char reason[256];
    if (!variant->built) {
        snprintf(selection->error, selection->error_bytes,
                 "cannot use '%s': it is not built; build it with 'ninja %s'", word,
                 variant->target);
        return false;
    }
    if (variant->linked && selection->run->program != NULL) {
        snprintf(selection->error, selection->error_bytes,
                 "cannot use '%s' with a program: it is linked into the worker, which runs "
                 "workloads only; take a variant that is preloaded, such as hakmem",
                 word);
        return false;
    }
    if (variant->linked ? access(variant->file, X_OK) != 0
                        : !cmp_library_check(variant->file, reason, sizeof reason)) {
        snprintf(selection->error, selection->error_bytes, "cannot use %s: %s", variant->file,
                 variant->linked ? "it is no program that may be run" : reason);
        return false;
    }
    return true;
}

/* "hakmem:VARIANT" */
static bool select_variant(selection_t *selection, const char *word, const char *name) {
    size_t count;
    cmp_variant_t *variants = cmp_variants(selection->paths, &count);
    selection->variant = variant_find(variants, count, name);
    bool good = false;
    if (selection->variant == NULL) {
        const char **names = calloc(count + 1, sizeof *names);
        for (size_t i = 0; names != NULL && i < count; i++)
            names[i] = variants[i].name;
        const char *near = names != NULL ? cmp_nearest(name, names) : NULL;
        snprintf(selection->error, selection->error_bytes,
                 "unknown variant '%s' of hakmem%s%s%s; see '%s list variants'", name,
                 near ? "; did you mean 'hakmem:" : "", near ? near : "", near ? "'?" : "",
                 cmp_program());
        free(names);
    } else {
        good = variant_usable(selection, word, selection->variant) &&
               allocator_add(selection, word, selection->variant->file, NULL,
                             version_of_tree(selection->paths));
    }
    selection->variant = NULL;
    cmp_variants_free(variants, count);
    return good;
}

/* "NAME=PATH" */
static bool select_path(selection_t *selection, const char *word, const char *equals) {
    char *name = cmp_text("%.*s", (int)(equals - word), word);
    const char *path = equals + 1;
    char reason[256] = "";
    char *resolved = NULL;
    bool good =
        *name != '\0' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-")] == '\0';
    if (!good) {
        snprintf(selection->error, selection->error_bytes,
                 "cannot use '%s' as an allocator's name: allowed are letters, digits and ._+-, "
                 "e.g. mine=/path/to/lib.so",
                 name);
    } else if (!cmp_library_check(path, reason, sizeof reason) ||
               (resolved = realpath(path, NULL)) == NULL) {
        snprintf(selection->error, selection->error_bytes, "cannot use '%s' as allocator '%s': %s",
                 path, name, resolved == NULL && reason[0] != '\0' ? reason : strerror(errno));
        good = false;
    } else {
        good = allocator_add(selection, name, resolved, NULL, cmp_package_version(resolved));
    }
    free(resolved);
    free(name);
    return good;
}

static bool select_word(selection_t *selection, const char *word) {
    const char *equals = strchr(word, '=');
    if (equals != NULL)
        return select_path(selection, word, equals);
    if (strncmp(word, "hakmem:", 7) == 0)
        return select_variant(selection, word, word + 7);
    const char *names[MAX_ALLOCATORS] = {NULL};
    for (size_t i = 0; i < selection->known_count; i++) {
        names[i] = selection->known[i].name;
        if (strcmp(word, names[i]) == 0)
            return select_known(selection, &selection->known[i]);
    }
    const char *near = cmp_nearest(word, names);
    if (strchr(word, '/') != NULL)
        snprintf(selection->error, selection->error_bytes,
                 "a library needs a name for its row of the table: write 'mine=%s'", word);
    else
        snprintf(selection->error, selection->error_bytes,
                 "unknown allocator '%s'%s%s%s; see '%s list allocators', or give a library as "
                 "NAME=/path/to/lib.so",
                 word, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "",
                 cmp_program());
    return false;
}

/* hakmem and every baseline that is installed; what is missing is said under the table. */
static bool select_default(selection_t *selection) {
    for (size_t i = 0; i < selection->known_count; i++) {
        const cmp_known_allocator_t *known = &selection->known[i];
        if (known->available || i == 0) {
            if (!select_known(selection, known))
                return false;
        } else if (!known->optional) {
            cmp_run_note(selection->run, "%s is not installed and was left out; %s", known->name,
                         known->remedy);
        }
    }
    return true;
}

/* The first allocator again, under another label. */
static bool select_control(selection_t *selection) {
    const cmp_allocator_t *first = &selection->run->allocators[0];
    selection->environment = first->environment;
    selection->label = NULL;
    if (!allocator_add(selection, CMP_CONTROL_LABEL, first->path, first->support,
                       cmp_text("%s", first->version)))
        return false;
    cmp_allocator_t *control = &selection->run->allocators[selection->run->allocator_count - 1];
    free(control->name);
    first = &selection->run->allocators[0]; /* they may have moved */
    control->name = cmp_text("%s", first->name);
    control->linked = first->linked;
    control->expected = cmp_words_copy(first->expected);
    control->remedy = first->remedy != NULL ? cmp_text("%s", first->remedy) : NULL;
    control->control = true;
    return true;
}

/* The word's end: the next comma outside braces, or the end of the list. */
static char *entry_end(char *entry) {
    int depth = 0;
    for (; *entry != '\0' && (*entry != ',' || depth > 0); entry++)
        depth += (*entry == '{') - (*entry == '}');
    return entry;
}

static bool setting_valid(const char *setting) {
    size_t name =
        strspn(setting, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return name > 0 && setting[name] == '=' && strncmp(setting, "LD_", 3) != 0;
}

/* Splits "NAME=VALUE;NAME=VALUE" in place into selection->environment. */
static bool settings_split(selection_t *selection, const char *entry, char *settings) {
    size_t count = 0;
    char *setting;
    while ((setting = strsep(&settings, ";")) != NULL) {
        if (!setting_valid(setting)) {
            snprintf(selection->error, selection->error_bytes,
                     "cannot use '%s': '%s' is no environment setting; write "
                     "NAME{VARIABLE=VALUE;VARIABLE=VALUE}, e.g. "
                     "'jemalloc{MALLOC_CONF=background_thread:true}'; LD_* belong to the tool",
                     entry, setting);
            return false;
        }
        if (count == CMP_MAX_SETTINGS) {
            snprintf(selection->error, selection->error_bytes,
                     "cannot use '%s': more than %d settings", entry, CMP_MAX_SETTINGS);
            return false;
        }
        selection->environment =
            realloc(selection->environment, (count + 2) * sizeof *selection->environment);
        selection->environment[count++] = setting;
        selection->environment[count] = NULL;
    }
    return true;
}

/* An entry: a word of select_word, perhaps followed by settings in braces. */
static bool select_entry(selection_t *selection, const char *entry, const char *label) {
    char *copy = cmp_text("%s", entry);
    size_t length = strlen(copy);
    char *brace = strchr(copy, '{');
    bool good = true;
    selection->environment = NULL;
    selection->label = label;
    if (brace != NULL) {
        good = copy[length - 1] == '}';
        if (!good)
            snprintf(selection->error, selection->error_bytes,
                     "cannot use '%s': its settings must end with '}', as in "
                     "'jemalloc{MALLOC_CONF=background_thread:true}'",
                     entry);
        copy[length - 1] = *brace = '\0';
        good = good && settings_split(selection, entry, brace + 1);
        if (label == NULL)
            selection->label = entry;
    }
    good = good && select_word(selection, copy);
    free(selection->environment);
    selection->environment = NULL;
    free(copy);
    return good;
}

static bool select_list(selection_t *selection, const char *list) {
    char *copy = cmp_text("%s", list), *entry = copy;
    bool good = true;
    for (bool more = true; good && more;) {
        char *end = entry_end(entry);
        more = *end == ',';
        *end = '\0';
        good = *entry != '\0' && select_entry(selection, entry, NULL);
        if (*entry == '\0')
            snprintf(selection->error, selection->error_bytes,
                     "cannot use '%s' as allocators: it has an empty entry; separate entries by "
                     "one comma",
                     list);
        entry = end + 1;
    }
    free(copy);
    return good;
}

/* The floor, where it was built; nobody needs to name it. */
static bool select_floor(selection_t *selection) {
    char *path = cmp_text("%s/libfloor.so", selection->paths->libraries);
    bool good = true;
    selection->environment = NULL;
    selection->label = NULL;
    if (access(path, R_OK) == 0) {
        good = allocator_add(selection, CMP_FLOOR_LABEL, path, NULL, cmp_text("n/a"));
        if (good)
            selection->run->allocators[selection->run->allocator_count - 1].floor = true;
    } else {
        cmp_run_note(selection->run, "no floor: %s is missing; build it with 'ninja'", path);
    }
    free(path);
    return good;
}

bool cmp_allocators_select(const cmp_paths_t *paths, const char *list, cmp_run_t *run, char *error,
                           size_t error_bytes) {
    selection_t selection = {
        .paths = paths, .run = run, .error = error, .error_bytes = error_bytes};
    selection.known = cmp_known_allocators(paths, &selection.known_count);
    bool good = list == NULL ? select_default(&selection) : select_list(&selection, list);
    /* The floor's shortcuts are for workloads: it gives nothing back. */
    good = good && (run->program != NULL || select_floor(&selection)) && select_control(&selection);
    cmp_known_allocators_free(selection.known, selection.known_count);
    return good;
}

bool cmp_allocators_select_pair(const cmp_paths_t *paths, const char *base, const char *treatment,
                                cmp_run_t *run, char *error, size_t error_bytes) {
    selection_t selection = {
        .paths = paths, .run = run, .error = error, .error_bytes = error_bytes};
    char *again = strcmp(base, treatment) == 0 ? cmp_text("%s (again)", treatment) : NULL;
    selection.known = cmp_known_allocators(paths, &selection.known_count);
    bool good = select_entry(&selection, base, NULL) &&
                select_entry(&selection, treatment, again) && select_control(&selection);
    cmp_known_allocators_free(selection.known, selection.known_count);
    free(again);
    return good;
}
