/*
 * Packs an artifact bundle with the system's tar; see publish_bundle.h. Main thread of compare. The
 * archive is the same whenever it is made of the same runs and sources: names are sorted, owners
 * and times are not those of the person who packs it.
 */
#include "publish_bundle.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocators.h"
#include "capture.h"
#include "report_text.h"
#include "resume.h"
#include "store_manage.h"

enum { OPEN_FOLDERS = 8 };

/* How tar packs for an ending. */
static const struct {
    const char *ending, *program;
} packers[] = {{".tar.gz", "gzip -n"}, {".tgz", "gzip -n"}, {".tar.xz", "xz"}, {".tar", "cat"}};
enum { PACKERS = sizeof packers / sizeof packers[0] };

static const char *packer_of(const char *path, size_t *stem) {
    for (size_t i = 0; i < PACKERS; i++) {
        const size_t length = strlen(path), ending = strlen(packers[i].ending);
        if (length > ending && strcmp(path + length - ending, packers[i].ending) == 0 &&
            path[length - ending - 1] != '/') {
            *stem = length - ending;
            return packers[i].program;
        }
    }
    return NULL;
}

bool pub_bundle_name_good(const char *path) {
    size_t stem;
    return packer_of(path, &stem) != NULL;
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

/* A file below `folder` with what `write` prints. */
static bool file_write(const char *folder, const char *name, mode_t mode,
                       void (*write)(FILE *out, const pub_set_t *set, const char *note),
                       const pub_set_t *set, const char *note) {
    char *path = cmp_text("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    bool good = file != NULL;
    if (good) {
        write(file, set, note);
        good = fflush(file) == 0 && !ferror(file) && fchmod(fileno(file), mode) == 0;
        good = fclose(file) == 0 && good;
    }
    free(path);
    return good;
}

/* ---------------------------------------------------------------- texts */

static void readme_write(FILE *out, const pub_set_t *set, const char *sources) {
    fputs("# Artifact\n\n"
          "| what | where |\n|---|---|\n"
          "| the tables, with pictures | `published/index.html`, `published/README.md` |\n"
          "| every recorded sample | `results.db` (SQLite), `published/samples.csv` |\n"
          "| machine, system, allocators of each run | `environment.txt`, `topology-*.xml` |\n"
          "| the sources, and the SHA-256 of each file | `sources/`, `sources.sha256` |\n"
          "| one command that measures and publishes it all again | `./run-again.sh` |\n\n"
          "`./compare publish --from results.db -o DIR` of these sources makes the same tables of "
          "the recorded samples; `run-again.sh` takes new ones, on the machine where it runs.\n\n",
          out);
    fprintf(out, "Sources: %s.\n\n", sources);
    for (size_t i = 0; i < set->run_count; i++)
        fprintf(out, "Run %c: %s, measured at commit %s.\n\n", set->runs[i].letter,
                set->runs[i].recorded.run.uuid, set->runs[i].recorded.run.commit);
}

static void environment_write(FILE *out, const pub_set_t *set, const char *note) {
    (void)note;
    for (size_t i = 0; i < set->run_count; i++) {
        fprintf(out, "%sRun %c\n\n", i > 0 ? "\n" : "", set->runs[i].letter);
        cmp_report_footer(&set->runs[i].recorded.report, out);
        for (size_t j = 0; j < set->runs[i].recorded.run.allocator_count; j++) {
            const cmp_allocator_t *allocator = &set->runs[i].recorded.run.allocators[j];
            char *label = cmp_text_utf8(allocator->label, true);
            fprintf(out, "%-14s%s %s\n", j == 0 ? "Libraries" : "",
                    *allocator->sha256 ? allocator->sha256 : "n/a", label);
            free(label);
        }
    }
}

static void topology_write(FILE *out, const pub_set_t *set, const char *run) {
    fputs(set->runs[*run - 'A'].recorded.run.machine.topology_xml, out);
}

/* The run's command with its seed, into a folder of its own, without the files it wrote then. */
static void command_write(FILE *out, const cmp_run_t *run) {
    char *again = cmp_command_again(run), **words = cmp_words_split(again);
    char *key = cmp_resume_key(words);
    const size_t first = *key == '-' ? 0 : strcspn(key, " ");
    fprintf(out, "./compare %.*s%s-o \"$again\"%s%s\n", (int)first, key, first > 0 ? " " : "",
            first > 0 ? "" : " ", key + first);
    free(key);
    cmp_words_free(words);
    free(again);
}

static void again_write(FILE *out, const pub_set_t *set, const char *note) {
    (void)note;
    fputs("#!/bin/sh\n"
          "# Builds the tool from the sources of this folder, measures every run again with its "
          "seed,\n"
          "# and publishes: again/page. The folder \"again\" must not be there yet.\n"
          "set -eu\n"
          "cd \"$(dirname \"$0\")\"\n"
          "again=$PWD/again\n"
          "if [ -e \"$again\" ]; then\n"
          "    echo \"run-again: $again is there already; move it away\" >&2\n"
          "    exit 2\n"
          "fi\n"
          "if [ ! -d sources ]; then\n"
          "    echo 'run-again: this bundle was packed without sources; see README.md' >&2\n"
          "    exit 2\n"
          "fi\n"
          "sha256sum --quiet -c sources.sha256\n"
          "cd sources\n"
          "./setup\n"
          "ninja\n",
          out);
    for (size_t i = 0; i < set->run_count; i++)
        command_write(out, &set->runs[i].recorded.run);
    fputs("runs=$(./compare results list --names -o \"$again\")\n"
          "# shellcheck disable=SC2086\n"
          "./compare publish $runs --from \"$again\" -o \"$again/page\"\n",
          out);
}

/* ---------------------------------------------------------------- packing */

/* Runs a shell script with arguments; its first line of output becomes part of the message. */
static bool script_run(const char *script, const char *one, const char *two, const char *three,
                       const char *what, char *error, size_t error_bytes) {
    const char *const arguments[] = {"sh", "-c", script, "sh", one, two, three, NULL};
    int status;
    char *said = cmp_capture(arguments, &status);
    const bool good = said != NULL && status == 0;
    if (!good)
        snprintf(error, error_bytes,
                 "cannot pack the %s: %.*s (exit status %d); give another "
                 "file with --bundle",
                 what, (int)strcspn(said != NULL ? said : "", "\n"), said != NULL ? said : "",
                 status);
    free(said);
    return good;
}

/* Copies what git tracks in the tree, as it is there now, and writes the hashes. Without git or a
 * tree there are no sources; *note says which they are. */
static bool sources_pack(const cmp_paths_t *paths, const char *folder, char **note, char *error,
                         size_t error_bytes) {
    static const char script[] =
        "exec 2>&1; set -e\n"
        "mkdir \"$2/sources\"\n"
        "git -C \"$1\" ls-files -z --recurse-submodules >\"$2/list\"\n"
        "tar -C \"$1\" --null --verbatim-files-from -T \"$2/list\" -cf \"$2/sources.tar\"\n"
        "tar -C \"$2/sources\" -xf \"$2/sources.tar\"\n"
        "rm \"$2/sources.tar\" \"$2/list\"\n"
        "cd \"$2\"\n"
        "find sources -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >sources.sha256\n";
    char *commit = cmp_tree_commit(paths);
    const bool tracked = strcmp(commit, "n/a") != 0;
    *note = tracked ? cmp_text("as they were in the tree when this was packed, commit %s", commit)
                    : cmp_text("none; the tool was installed, or its tree is not under git");
    bool good =
        !tracked || script_run(script, paths->tree, folder, "", "sources", error, error_bytes);
    free(commit);
    return good;
}

static bool texts_pack(const pub_set_t *set, const char *folder, const char *sources) {
    bool good = file_write(folder, "README.md", 0644, readme_write, set, sources) &&
                file_write(folder, "environment.txt", 0644, environment_write, set, NULL) &&
                file_write(folder, "run-again.sh", 0755, again_write, set, NULL);
    for (size_t i = 0; good && i < set->run_count; i++) {
        const char *xml = set->runs[i].recorded.run.machine.topology_xml;
        const char letter[2] = {set->runs[i].letter, '\0'};
        char *name = cmp_text("topology-%s.xml", letter);
        if (xml != NULL && strcmp(xml, "n/a") != 0)
            good = file_write(folder, name, 0644, topology_write, set, letter);
        free(name);
    }
    return good;
}

static bool database_pack(const pub_set_t *set, cmp_store_t *store, const char *folder, char *error,
                          size_t error_bytes) {
    const char *uuids[PUB_RUNS_MAX];
    for (size_t i = 0; i < set->run_count; i++)
        uuids[i] = set->runs[i].recorded.run.uuid;
    char *path = cmp_text("%s/results.db", folder);
    bool good = cmp_store_copy(store, uuids, set->run_count, path, error, error_bytes);
    free(path);
    return good;
}

/* The folder as an archive beside `path`, which it then replaces. */
static bool archive_make(const char *path, const char *parent, const char *name,
                         const pub_set_t *set, const char *program, char *error,
                         size_t error_bytes) {
    static const char script[] = "exec 2>&1; set -e\n"
                                 "cd \"$1\"\n"
                                 "tar --sort=name --format=ustar --owner=0 --group=0 "
                                 "--numeric-owner --mode=u+rwX,go+rX,go-w "
                                 "--mtime=\"@${3%% *}\" -I \"${3#* }\" -cf archive \"$2\"\n";
    char *packing = cmp_text("%.0f %s", set->runs[0].recorded.run.started, program);
    char *archive = cmp_text("%s/archive", parent), *temporary = cmp_text("%s.XXXXXX", path);
    bool good = script_run(script, parent, name, packing, "bundle", error, error_bytes);
    if (good) {
        static const char copy[] = "exec 2>&1; cp \"$1\" \"$2\" && chmod 644 \"$2\"";
        int fd = mkstemp(temporary);
        good = fd >= 0;
        if (good)
            close(fd);
        else
            snprintf(error, error_bytes, "cannot write %s: %s; give another file with --bundle",
                     path, strerror(errno));
        good = good && script_run(copy, archive, temporary, "", "bundle", error, error_bytes);
        if (good && rename(temporary, path) != 0) {
            snprintf(error, error_bytes, "cannot write %s: %s; give another file with --bundle",
                     path, strerror(errno));
            good = false;
        }
        if (fd >= 0 && !good)
            unlink(temporary);
    }
    free(packing);
    free(archive);
    free(temporary);
    return good;
}

bool pub_bundle(const char *path, const pub_set_t *set, cmp_store_t *store,
                const cmp_paths_t *paths, const char *published, char *error, size_t error_bytes) {
    size_t stem;
    const char *program = packer_of(path, &stem), *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *temporary = getenv("TMPDIR");
    char *parent = cmp_text("%s/hakmem-bundle.XXXXXX",
                            temporary != NULL && *temporary == '/' ? temporary : "/tmp");
    char *name = cmp_text("%.*s", (int)(stem - (size_t)(base - path)), base), *note = NULL;
    if (mkdtemp(parent) == NULL) {
        snprintf(error, error_bytes, "cannot make %s: %s; set TMPDIR to a folder with space",
                 parent, strerror(errno));
        free(parent);
        free(name);
        return false;
    }
    char *folder = cmp_text("%s/%s", parent, name);
    /* What was published, not what else may lie there. */
    static const char copy[] =
        "exec 2>&1; set -e\n"
        "mkdir \"$2/published\"\n"
        "cut -c 67- \"$1/MANIFEST\" >\"$2/list\"\n"
        "tar -C \"$1\" --verbatim-files-from -T \"$2/list\" -cf \"$2/published.tar\" MANIFEST\n"
        "tar -C \"$2/published\" -xf \"$2/published.tar\"\n"
        "rm \"$2/published.tar\" \"$2/list\"\n";
    bool good = mkdir(folder, 0755) == 0;
    if (!good)
        snprintf(error, error_bytes, "cannot make %s: %s; set TMPDIR to a folder with space",
                 folder, strerror(errno));
    good = good && sources_pack(paths, folder, &note, error, error_bytes) &&
           database_pack(set, store, folder, error, error_bytes) &&
           script_run(copy, published, folder, "", "publication", error, error_bytes);
    if (good && !texts_pack(set, folder, note)) {
        snprintf(error, error_bytes, "cannot write to %s: %s; set TMPDIR to a folder with space",
                 folder, strerror(errno));
        good = false;
    }
    good = good && archive_make(path, parent, name, set, program, error, error_bytes);
    nftw(parent, entry_remove, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    free(folder);
    free(parent);
    free(name);
    free(note);
    return good;
}
