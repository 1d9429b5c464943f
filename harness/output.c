/*
 * Writes result files by way of a temporary file in the same folder. Called by the main thread
 * before and after measuring; no locks.
 */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

/* stdout, or something that cannot be replaced by a file: a terminal, a pipe, /dev/null. */
static bool output_is_direct(const char *path) {
    struct stat status;
    return strcmp(path, "-") == 0 ||
           (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

/* A new file beside `path`; its name goes to *temporary, malloc'ed. -1 with errno on failure. */
static int temporary_make(const char *path, char **temporary) {
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    *temporary = cmp_text("%s.XXXXXX", path);
    int fd = mkstemp(*temporary);
    if (fd < 0) {
        free(*temporary);
        *temporary = NULL;
        return -1;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    return fd;
}

static void error_write(const char *path, char *error, size_t error_bytes) {
    snprintf(error, error_bytes, "cannot write %s: %s; give another path", path, strerror(errno));
}

bool cmp_output_check(const char *path, char *error, size_t error_bytes) {
    char *temporary = NULL;
    if (*path == '\0')
        errno = ENOENT;
    else if (output_is_direct(path)) {
        if (strcmp(path, "-") == 0 || access(path, W_OK) == 0)
            return true;
    } else {
        int fd = temporary_make(path, &temporary);
        if (fd >= 0) {
            close(fd);
            unlink(temporary);
            free(temporary);
            return true;
        }
    }
    error_write(path, error, error_bytes);
    return false;
}

bool cmp_output_write(const char *path, bool (*render)(const void *context, FILE *file),
                      const void *context, char *error, size_t error_bytes) {
    char *temporary = NULL;
    FILE *file = NULL;
    if (strcmp(path, "-") == 0) {
        file = stdout;
    } else if (output_is_direct(path)) {
        file = fopen(path, "we");
    } else {
        int fd = temporary_make(path, &temporary);
        file = fd >= 0 ? fdopen(fd, "w") : NULL;
        if (fd >= 0 && file == NULL)
            close(fd);
    }
    bool good = file != NULL && render(context, file) && fflush(file) == 0;
    if (file != NULL && file != stdout && fclose(file) != 0)
        good = false;
    if (good && temporary != NULL)
        good = rename(temporary, path) == 0;
    if (!good) {
        error_write(path, error, error_bytes);
        if (temporary != NULL)
            unlink(temporary);
    }
    free(temporary);
    return good;
}

bool cmp_folder_make(const char *path) {
    char *copy = cmp_text("%s", path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(copy, 0777);
        *slash = '/';
    }
    free(copy);
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return true;
    int error = errno;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return true;
    errno = error == EEXIST ? ENOTDIR : error;
    return false;
}
