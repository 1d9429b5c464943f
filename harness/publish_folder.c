/* Publishes a folder all or nothing as far as files go; see publish_folder.h. Main thread. */
#include "publish_folder.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sha2.h>

#include "paths.h"

#define MANIFEST "MANIFEST"

enum { OPEN_FOLDERS = 8 };

static void error_set(const char *path, char *error, size_t error_bytes) {
    snprintf(error, error_bytes, "cannot write to %s: %s; give another folder with -o DIR", path,
             strerror(errno));
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *ftw) {
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

bool pub_folder_open(pub_folder_t *folder, const char *path, char *error, size_t error_bytes) {
    struct stat status;
    *folder = (pub_folder_t){.path = cmp_text("%s", path)};
    folder->created = mkdir(path, 0777) == 0;
    if (!folder->created && (errno != EEXIST || stat(path, &status) != 0 ||
                             (!S_ISDIR(status.st_mode) && (errno = ENOTDIR)))) {
        error_set(path, error, error_bytes);
        return false;
    }
    folder->staged = cmp_text("%s/.publish.XXXXXX", path);
    if (mkdtemp(folder->staged) != NULL && chmod(folder->staged, 0755) == 0)
        return true;
    error_set(path, error, error_bytes);
    free(folder->staged);
    folder->staged = NULL;
    return false;
}

void pub_folder_add(pub_folder_t *folder, const char *name) {
    folder->files = realloc(folder->files, (folder->count + 1) * sizeof *folder->files);
    if (folder->files == NULL)
        abort();
    folder->files[folder->count++] = cmp_text("%s", name);
}

/* On the disk before it replaces anything: what was written late fails late. */
static bool file_close(FILE *file, bool good) {
    good = file != NULL && fflush(file) == 0 && !ferror(file) && good;
    good = good && (fsync(fileno(file)) == 0 || errno == EINVAL);
    const int reason = errno;
    if (file != NULL && fclose(file) != 0)
        return false;
    errno = reason;
    return good;
}

bool pub_folder_write(pub_folder_t *folder, const char *name,
                      bool (*render)(const void *context, FILE *file), const void *context,
                      char *error, size_t error_bytes) {
    char *path = cmp_text("%s/%s", folder->staged, name);
    FILE *file = fopen(path, "we");
    bool good = file_close(file, file != NULL && render(context, file));
    if (good)
        pub_folder_add(folder, name);
    else
        error_set(folder->path, error, error_bytes);
    free(path);
    return good;
}

char *pub_folder_below(pub_folder_t *folder, const char *name, char *error, size_t error_bytes) {
    char *path = cmp_text("%s/%s", folder->staged, name);
    if (mkdir(path, 0777) == 0)
        return path;
    error_set(folder->path, error, error_bytes);
    free(path);
    return NULL;
}

/* ---------------------------------------------------------------- manifest */

static bool file_digest(const char *folder, const char *name,
                        char digest[SHA256_DIGEST_STRING_LENGTH]) {
    char *path = cmp_text("%s/%s", folder, name);
    bool good = SHA256File(path, digest) != NULL;
    free(path);
    return good;
}

static bool manifest_render(const void *context, FILE *file) {
    const pub_folder_t *folder = context;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    for (size_t i = 0; i < folder->count; i++) {
        if (!file_digest(folder->staged, folder->files[i], digest))
            return false;
        fprintf(file, "%s  %s\n", digest, folder->files[i]);
    }
    return true;
}

static bool is_published(const pub_folder_t *folder, const char *name) {
    for (size_t i = 0; i < folder->count; i++)
        if (strcmp(folder->files[i], name) == 0)
            return true;
    return false;
}

/* Files of the folder's manifest that are not in the new one and are as they were published. */
static char **stale_find(const pub_folder_t *folder, size_t *count) {
    char *path = cmp_text("%s/" MANIFEST, folder->path), *line = NULL, **stale = NULL;
    FILE *manifest = fopen(path, "re");
    size_t room = 0;
    ssize_t length;
    *count = 0;
    free(path);
    while (manifest != NULL && (length = getline(&line, &room, manifest)) > 0) {
        char digest[SHA256_DIGEST_STRING_LENGTH];
        const size_t hash = SHA256_DIGEST_STRING_LENGTH - 1;
        if (line[length - 1] == '\n')
            line[--length] = '\0';
        if ((size_t)length < hash + 3)
            continue;
        const char *name = line + hash + 2;
        if (*name == '/' || strstr(name, "..") != NULL || is_published(folder, name) ||
            !file_digest(folder->path, name, digest) || strncmp(digest, line, hash) != 0)
            continue;
        stale = realloc(stale, (*count + 1) * sizeof *stale);
        if (stale == NULL)
            abort();
        stale[(*count)++] = cmp_text("%s", name);
    }
    free(line);
    if (manifest != NULL)
        fclose(manifest);
    return stale;
}

/* ---------------------------------------------------------------- into place */

static bool file_move(const pub_folder_t *folder, const char *name) {
    char *from = cmp_text("%s/%s", folder->staged, name);
    char *to = cmp_text("%s/%s", folder->path, name);
    char *slash = strrchr(to, '/');
    *slash = '\0';
    mkdir(to, 0777); /* one level is all there is; rename says what is wrong with it */
    *slash = '/';
    bool good = rename(from, to) == 0;
    free(from);
    free(to);
    return good;
}

bool pub_folder_finish(pub_folder_t *folder, char *error, size_t error_bytes) {
    if (!pub_folder_write(folder, MANIFEST, manifest_render, folder, error, error_bytes))
        return false;
    size_t stale_count;
    char **stale = stale_find(folder, &stale_count);
    bool good = true;
    for (size_t i = 0; good && i < folder->count; i++)
        good = file_move(folder, folder->files[i]);
    if (!good)
        error_set(folder->path, error, error_bytes);
    for (size_t i = 0; i < stale_count; i++) {
        char *path = cmp_text("%s/%s", folder->path, stale[i]);
        if (good)
            unlink(path);
        free(path);
        free(stale[i]);
    }
    free(stale);
    folder->created &= !good;
    return good;
}

void pub_folder_close(pub_folder_t *folder) {
    if (folder->staged != NULL)
        nftw(folder->staged, entry_remove, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    if (folder->created)
        rmdir(folder->path); /* only when it is empty */
    for (size_t i = 0; i < folder->count; i++)
        free(folder->files[i]);
    free(folder->files);
    free(folder->staged);
    free(folder->path);
    *folder = (pub_folder_t){0};
}
