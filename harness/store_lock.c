/*
 * Tells a run that is being measured from one whose process is gone: the process holds a lock on
 * one byte of the file DATABASE-runs, at an offset that follows from the run's UUID. The kernel
 * drops it when the process ends, however it ends, so that nothing stale is left and nobody has to
 * judge process numbers. Open-file-description locks: workers inherit none, because the descriptor
 * is closed when they are executed. Main thread of compare. See docs/method.md, Interrupted runs.
 */
#include "store_internal.h"
#include "store_manage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sixty of the UUID's bits: two runs of one database meet by a chance of 2^-60. */
static off_t uuid_offset(const char *uuid) {
    char digits[16];
    size_t count = 0;
    for (; *uuid != '\0' && count + 1 < sizeof digits; uuid++)
        if (*uuid != '-')
            digits[count++] = *uuid;
    digits[count] = '\0';
    return (off_t)strtoull(digits, NULL, 16);
}

bool cmp_store_lock(cmp_store_t *store, const char *uuid, char *error, size_t error_bytes) {
    char *path = NULL;
    if (asprintf(&path, "%s-runs", store->path) < 0)
        abort();
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = uuid_offset(uuid), .l_len = 1};
    bool locked = file >= 0 && fcntl(file, F_OFD_SETLK, &lock) == 0;
    if (!locked && file >= 0 && (errno == EAGAIN || errno == EACCES))
        snprintf(error, error_bytes,
                 "run %.8s is still being measured by another process; wait for that one, or end "
                 "it first",
                 uuid);
    else if (!locked)
        snprintf(error, error_bytes,
                 "cannot lock the run in '%s': %s; change its permissions, or choose another "
                 "folder with -o DIR",
                 path, strerror(errno));
    free(path);
    if (!locked && file >= 0)
        close(file);
    if (locked) {
        if (store->lock_file >= 0)
            close(store->lock_file);
        store->lock_file = file;
        snprintf(store->own_run, sizeof store->own_run, "%s", uuid);
    }
    return locked;
}

bool cmp_store_is_measured(const cmp_store_t *store, const char *uuid) {
    char *path = NULL;
    if (asprintf(&path, "%s-runs", store->path) < 0)
        abort();
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct flock lock = {
        .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = uuid_offset(uuid), .l_len = 1};
    bool held = file >= 0 && fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (file >= 0)
        close(file);
    free(path);
    return held;
}
