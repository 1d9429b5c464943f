/*
 * Keeps the folder of fresh library copies. Called by the runner, main thread. The folder is locked
 * (flock) for the life of the process: an unlocked one was left behind by a killed run and is
 * removed by the next. See docs/method.md, Isolation.
 */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "paths.h"

#define FOLDER_BEGIN "hakmem-run-"

/* A file as it was when the run began. */
typedef struct image {
    char *name; /* in the folder */
    char *bytes;
    size_t size_bytes;
} image_t;

typedef struct image_list {
    image_t *images;
    size_t count;
} image_list_t;

struct cmp_scratch {
    char *folder, *library;
    int lock;            /* descriptor of the folder, locked */
    image_list_t *files; /* by allocator; the first is the library, then its support files */
    size_t allocator_count;
    size_t filled; /* allocator whose copies lie in the folder; allocator_count: none */
};

static bool image_read(image_t *image, const char *path, const char *name, char *error,
                       size_t error_bytes) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    bool good = fd >= 0 && fstat(fd, &status) == 0;
    if (good) {
        image->name = cmp_text("%s", name);
        image->bytes = malloc((size_t)status.st_size + 1);
        good = image->bytes != NULL;
    }
    while (good && image->size_bytes < (size_t)status.st_size) {
        ssize_t got =
            read(fd, image->bytes + image->size_bytes, (size_t)status.st_size - image->size_bytes);
        if (got == 0)
            errno = EIO;
        if (got > 0)
            image->size_bytes += (size_t)got;
        else if (errno != EINTR)
            good = false;
    }
    if (!good)
        snprintf(error, error_bytes, "cannot read %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

static bool image_write(const image_t *image, int folder, char *error, size_t error_bytes) {
    unlinkat(folder, image->name, 0);
    int fd = openat(folder, image->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    bool good = fd >= 0;
    for (size_t done = 0; good && done < image->size_bytes;) {
        ssize_t written = write(fd, image->bytes + done, image->size_bytes - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            good = false;
    }
    if (fd >= 0 && close(fd) != 0)
        good = false;
    if (!good)
        snprintf(error, error_bytes,
                 "cannot write a copy of the library: %s; set TMPDIR to a "
                 "folder with room",
                 strerror(errno));
    return good;
}

/* Removes the folder when no process holds its lock any more. */
static void folder_remove_if_left(int parent, const char *name) {
    struct stat status;
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    if (fstat(folder, &status) != 0 || status.st_uid != geteuid() ||
        flock(folder, LOCK_EX | LOCK_NB) != 0) {
        close(folder);
        return;
    }
    DIR *entries = fdopendir(folder);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        unlinkat(folder, entry->d_name, 0);
    if (entries != NULL)
        closedir(entries);
    else
        close(folder);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static void folders_remove_left(const char *parent_path) {
    DIR *parent = opendir(parent_path);
    for (struct dirent *entry; parent != NULL && (entry = readdir(parent)) != NULL;)
        if (strncmp(entry->d_name, FOLDER_BEGIN, strlen(FOLDER_BEGIN)) == 0)
            folder_remove_if_left(dirfd(parent), entry->d_name);
    if (parent != NULL)
        closedir(parent);
}

/* The locked folder's descriptor; -1 when somebody else has it, or it is gone. */
static int folder_lock(const char *path) {
    struct stat status;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) == 0 && fstat(folder, &status) == 0 &&
        status.st_nlink > 0 && access(path, W_OK) == 0)
        return folder;
    if (folder >= 0)
        close(folder);
    return -1;
}

static bool folder_make(cmp_scratch_t *scratch, char *error, size_t error_bytes) {
    const char *wanted = getenv("TMPDIR");
    char parent[PATH_MAX];
    if (realpath(wanted != NULL && *wanted != '\0' ? wanted : "/tmp", parent) == NULL) {
        snprintf(error, error_bytes, "cannot use %s for copies of libraries: %s; set TMPDIR",
                 wanted != NULL ? wanted : "/tmp", strerror(errno));
        return false;
    }
    struct statvfs mount;
    if (statvfs(parent, &mount) == 0 && (mount.f_flag & ST_NOEXEC) != 0) {
        snprintf(
            error, error_bytes,
            "cannot load libraries from %s: it is mounted noexec; set TMPDIR to another folder",
            parent);
        return false;
    }
    folders_remove_left(parent);
    /* Between making and locking it a run that starts just now may take it for a left one. */
    for (int attempt = 0; attempt < 10 && scratch->lock < 0; attempt++) {
        free(scratch->folder);
        scratch->folder = cmp_text("%s/" FOLDER_BEGIN "XXXXXX", parent);
        if (mkdtemp(scratch->folder) == NULL) {
            snprintf(error, error_bytes,
                     "cannot make a folder in %s: %s; set TMPDIR to a writable one", parent,
                     strerror(errno));
            free(scratch->folder);
            scratch->folder = NULL;
            return false;
        }
        scratch->lock = folder_lock(scratch->folder);
    }
    scratch->library = cmp_text("%s/under-test.so", scratch->folder);
    if (scratch->lock < 0)
        snprintf(error, error_bytes, "cannot lock %s; set TMPDIR to a folder on a local disk",
                 scratch->folder);
    return scratch->lock >= 0;
}

/* Reads the files of one allocator. */
static bool files_read(image_list_t *list, const cmp_allocator_t *allocator, char *error,
                       size_t error_bytes) {
    if (allocator->path == NULL)
        return true;
    size_t count = 1;
    while (allocator->support != NULL && allocator->support[count - 1] != NULL)
        count++;
    list->images = calloc(count, sizeof *list->images);
    for (list->count = 0; list->count < count; list->count++) {
        const char *path = list->count == 0 ? allocator->path : allocator->support[list->count - 1];
        const char *name = list->count == 0 ? "under-test.so" : strrchr(path, '/') + 1;
        if (!image_read(&list->images[list->count], path, name, error, error_bytes)) {
            list->count++;
            return false;
        }
    }
    return true;
}

cmp_scratch_t *cmp_scratch_open(const cmp_run_t *run, char *error, size_t error_bytes) {
    cmp_scratch_t *scratch = calloc(1, sizeof *scratch);
    scratch->lock = -1;
    scratch->allocator_count = run->allocator_count;
    scratch->filled = run->allocator_count;
    scratch->files = calloc(run->allocator_count, sizeof *scratch->files);
    bool good = folder_make(scratch, error, error_bytes);
    for (size_t i = 0; good && i < run->allocator_count; i++)
        good = files_read(&scratch->files[i], &run->allocators[i], error, error_bytes);
    if (!good) {
        cmp_scratch_close(scratch);
        return NULL;
    }
    return scratch;
}

void cmp_scratch_close(cmp_scratch_t *scratch) {
    if (scratch == NULL)
        return;
    cmp_scratch_clear(scratch);
    for (size_t i = 0; i < scratch->allocator_count; i++) {
        for (size_t file = 0; file < scratch->files[i].count; file++) {
            free(scratch->files[i].images[file].name);
            free(scratch->files[i].images[file].bytes);
        }
        free(scratch->files[i].images);
    }
    free(scratch->files);
    if (scratch->lock >= 0)
        close(scratch->lock);
    if (scratch->folder != NULL)
        rmdir(scratch->folder);
    free(scratch->folder);
    free(scratch->library);
    free(scratch);
}

bool cmp_scratch_fill(cmp_scratch_t *scratch, size_t allocator, char *error, size_t error_bytes) {
    cmp_scratch_clear(scratch);
    scratch->filled = allocator;
    const image_list_t *list = &scratch->files[allocator];
    for (size_t i = 0; i < list->count; i++)
        if (!image_write(&list->images[i], scratch->lock, error, error_bytes))
            return false;
    return true;
}

void cmp_scratch_clear(cmp_scratch_t *scratch) {
    if (scratch->filled >= scratch->allocator_count)
        return;
    const image_list_t *list = &scratch->files[scratch->filled];
    for (size_t i = 0; i < list->count; i++)
        unlinkat(scratch->lock, list->images[i].name, 0);
    scratch->filled = scratch->allocator_count;
}

const char *cmp_scratch_folder(const cmp_scratch_t *scratch) {
    return scratch->folder;
}

const char *cmp_scratch_library(const cmp_scratch_t *scratch) {
    return scratch->library;
}
