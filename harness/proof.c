/*
 * Checks which library serves malloc in a worker, by the kernel's view of its memory and not by
 * what the library says. Called by the runner between READY and go; the worker waits meanwhile.
 */
#include "proof.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The file that is mapped at `address`: its path ("" for none) and inode. */
static bool mapping_find(pid_t pid, uint64_t address, char *path, size_t path_bytes,
                         uint64_t *inode) {
    char name[48], *line = NULL;
    size_t room = 0;
    bool found = false;
    snprintf(name, sizeof name, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(name, "re");
    while (maps != NULL && !found && getline(&line, &room, maps) > 0) {
        unsigned long long start, end, number;
        int path_at = 0;
        if (sscanf(line, "%llx-%llx %*s %*x %*s %llu %n", &start, &end, &number, &path_at) < 3 ||
            address < start || address >= end)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(path, path_bytes, "%s", path_at > 0 ? line + path_at : "");
        *inode = number;
        found = true;
    }
    free(line);
    if (maps != NULL)
        fclose(maps);
    return found;
}

static bool path_is_libc(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    return strncmp(name, "libc.so.", 8) == 0 || strncmp(name, "libc-2.", 7) == 0;
}

cmp_failure_t cmp_proof_check(pid_t pid, const wl_control_t *control, const char *library,
                              char *reason, size_t reason_bytes) {
    char path[1024] = "";
    uint64_t inode = 0;
    struct stat copy;
    if (!mapping_find(pid, control->malloc_address, path, sizeof path, &inode)) {
        snprintf(reason, reason_bytes,
                 "malloc at 0x%llx lies in no file that the worker has mapped",
                 (unsigned long long)control->malloc_address);
        return CMP_FAIL_WRONG_ALLOCATOR;
    }
    /* The device is not compared: some file systems show another one in maps than in stat. */
    bool right = library == NULL ? path_is_libc(path)
                                 : strcmp(path, library) == 0 && stat(library, &copy) == 0 &&
                                       (uint64_t)copy.st_ino == inode;
    if (!right) {
        if (library != NULL && path_is_libc(path))
            snprintf(reason, reason_bytes,
                     "malloc is served by the C library, %s: the library under test defines no "
                     "malloc, or was not loaded",
                     path);
        else
            snprintf(reason, reason_bytes, "malloc is served by %s, not by the library under test",
                     path);
        return CMP_FAIL_WRONG_ALLOCATOR;
    }
    if (control->one_object != 1) {
        snprintf(reason, reason_bytes,
                 "free, calloc, realloc or posix_memalign comes from another library than malloc");
        return CMP_FAIL_WRONG_ALLOCATOR;
    }
    return CMP_OK;
}

/* True when `word` stands in `text` between blanks. `bytes` of it are compared, so that a name with
 * its '=' finds the word with any value. */
static const char *word_find(const char *text, const char *word, size_t bytes, bool whole) {
    for (; *text != '\0'; text += strspn(text, " ")) {
        const size_t length = strcspn(text, " ");
        if (length >= bytes && strncmp(text, word, bytes) == 0 && (!whole || length == bytes))
            return text;
        text += length;
    }
    return NULL;
}

cmp_failure_t cmp_proof_configuration(const cmp_allocator_t *allocator, const char *configuration,
                                      char *reason, size_t reason_bytes) {
    for (char **word = allocator->expected; word != NULL && *word != NULL; word++) {
        if (word_find(configuration, *word, strlen(*word), true) != NULL)
            continue;
        const char *said = word_find(configuration, *word, strcspn(*word, "=") + 1, false);
        snprintf(reason, reason_bytes,
                 "the library says %.*s, but its stanza in variants.ninja %s: it is another build, "
                 "or an older one; make it anew: %s",
                 said != NULL ? (int)strcspn(said, " ") : INT_MAX,
                 said != NULL ? said : "nothing of the kind", *word, allocator->remedy);
        return CMP_FAIL_WRONG_ALLOCATOR;
    }
    return CMP_OK;
}
