/*
 * What can be refused about the path of a results database before SQLite sees it: SQLite's own
 * errors name neither the folder nor a remedy. Reads only, apart from creating the results folder.
 * Called by store.c on the main thread of compare.
 */
#include "store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_BYTES = 100 };

void cmp_store_damaged(const char *path, const char *detail, char *error, size_t error_bytes) {
    snprintf(error, error_bytes,
             "results database '%s' is damaged or not a database: %s; it was left untouched: "
             "move it away, or choose another folder with -o DIR",
             path, detail);
}

/* The folder of `path` exists and is writable; it is created where its own parent exists. */
static bool folder_prepare(const char *path, char *error, size_t error_bytes) {
    char *folder = strdup(path);
    if (!folder) {
        snprintf(error, error_bytes, "cannot open results database '%s': out of memory", path);
        return false;
    }
    char *slash = strrchr(folder, '/');
    if (slash == folder)
        slash[1] = '\0';
    else if (slash)
        *slash = '\0';
    else
        snprintf(folder, strlen(path) + 1, ".");
    struct stat status;
    bool good = true;
    if (stat(folder, &status) != 0 && (errno != ENOENT || mkdir(folder, 0777) != 0) &&
        errno != EEXIST) {
        snprintf(error, error_bytes,
                 "cannot create results folder '%s': %s; create it, or choose another with "
                 "-o DIR",
                 folder, strerror(errno));
        good = false;
    } else if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode)) {
        snprintf(error, error_bytes,
                 "results folder '%s' is a file; move it away, or choose another with -o DIR",
                 folder);
        good = false;
    } else if (access(folder, W_OK | X_OK) != 0) {
        snprintf(error, error_bytes,
                 "results folder '%s' is not writable: %s; change its permissions, or choose "
                 "another with -o DIR",
                 folder, strerror(errno));
        good = false;
    }
    free(folder);
    return good;
}

static uint32_t big_endian_32(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/*
 * Cheap checks of an existing file before SQLite sees it: magic, page size, and a length that is
 * not below what the header counts (sqlite.org/fileformat2.html, section 1.3). The length is only
 * judged without a journal beside it, which SQLite would first roll back.
 */
static bool header_inspect(const char *path, off_t file_bytes, char *error, size_t error_bytes) {
    unsigned char header[HEADER_BYTES];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        snprintf(error, error_bytes,
                 "cannot read results database '%s': %s; change its permissions, or choose "
                 "another folder with -o DIR",
                 path, strerror(errno));
        return false;
    }
    ssize_t got = read(file, header, sizeof header);
    close(file);
    if (got != HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0) {
        cmp_store_damaged(path, "it does not begin like an SQLite file", error, error_bytes);
        return false;
    }
    uint32_t page_bytes = (uint32_t)header[16] << 8 | header[17];
    if (page_bytes == 1)
        page_bytes = 65536;
    if (page_bytes < 512 || (page_bytes & (page_bytes - 1)) != 0) {
        cmp_store_damaged(path, "its header has no valid page size", error, error_bytes);
        return false;
    }
    char *journal = NULL;
    bool journaled = asprintf(&journal, "%s-journal", path) < 0 || access(journal, F_OK) == 0;
    free(journal);
    bool counted = big_endian_32(header + 24) == big_endian_32(header + 92);
    if (!journaled && counted &&
        (off_t)big_endian_32(header + 28) * (off_t)page_bytes > file_bytes) {
        cmp_store_damaged(path, "it is shorter than its header says", error, error_bytes);
        return false;
    }
    return true;
}

bool cmp_store_file_inspect(const char *path, char *error, size_t error_bytes) {
    struct stat status;
    if (!folder_prepare(path, error, error_bytes))
        return false;
    if (stat(path, &status) != 0) {
        if (errno == ENOENT)
            return true;
        snprintf(error, error_bytes,
                 "cannot open results database '%s': %s; choose another folder with -o DIR", path,
                 strerror(errno));
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        snprintf(error, error_bytes,
                 "results database '%s' is not a regular file; move it away, or choose another "
                 "folder with -o DIR",
                 path);
        return false;
    }
    if (access(path, R_OK | W_OK) != 0) {
        snprintf(error, error_bytes,
                 "results database '%s' is not writable: %s; change its permissions, or choose "
                 "another folder with -o DIR",
                 path, strerror(errno));
        return false;
    }
    return status.st_size == 0 || header_inspect(path, status.st_size, error, error_bytes);
}

bool cmp_store_file_readable(const char *path, char *error, size_t error_bytes) {
    struct stat status;
    if (stat(path, &status) != 0) {
        const int reason = errno;
        if (reason == ENOENT || reason == ENOTDIR)
            snprintf(error, error_bytes,
                     "there is no results database '%s'; measure something first, or name another",
                     path);
        else
            snprintf(error, error_bytes, "cannot read results database '%s': %s; name another",
                     path, strerror(reason));
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        snprintf(error, error_bytes, "results database '%s' is not a regular file; name another",
                 path);
        return false;
    }
    return status.st_size == 0 || header_inspect(path, status.st_size, error, error_bytes);
}
