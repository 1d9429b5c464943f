/*
 * Looks at the files of programs before they are run: whether they exist, and whether LD_PRELOAD
 * has any effect on them, since the kernel and the dynamic linker ignore it without a word. Called
 * by the main thread before anything is measured; no locks.
 */
#include "program_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "paths.h"

enum { SCRIPT_DEPTH = 4 /* of interpreters that are scripts, as in the kernel */ };

static bool file_is_program(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* The first of the folders in PATH that has it; an empty one is the working folder. */
static char *path_search(const char *name) {
    const char *path = getenv("PATH");
    char *copy = cmp_text("%s", path != NULL ? path : "/usr/bin:/bin"), *rest = copy, *folder;
    char *found = NULL;
    while (found == NULL && (folder = strsep(&rest, ":")) != NULL) {
        char *candidate = cmp_text("%s/%s", *folder != '\0' ? folder : ".", name);
        if (file_is_program(candidate))
            found = candidate;
        else
            free(candidate);
    }
    free(copy);
    return found;
}

char *cmp_program_find(const char *name, char *error, size_t error_bytes) {
    if (strchr(name, '/') == NULL) {
        char *found = *name != '\0' ? path_search(name) : NULL;
        if (found == NULL)
            snprintf(error, error_bytes,
                     "cannot run '%s': there is no such program in PATH; check its name, or give "
                     "its path",
                     name);
        return found;
    }
    if (file_is_program(name))
        return cmp_text("%s", name);
    struct stat status;
    const char *why = stat(name, &status) != 0   ? strerror(errno)
                      : !S_ISREG(status.st_mode) ? "it is no regular file"
                      : access(name, X_OK) != 0  ? "it may not be executed"
                                                 : strerror(errno);
    snprintf(error, error_bytes, "cannot run '%s': %s; check the path", name, why);
    return NULL;
}

/* The interpreter of a script that begins with "#!", malloc'ed. */
static char *interpreter_of(const char *beginning) {
    const char *at = beginning + 2;
    at += strspn(at, " \t");
    return cmp_text("%.*s", (int)strcspn(at, " \t\r\n"), at);
}

/* What the dynamic linker calls secure mode: there LD_PRELOAD is ignored. */
static bool file_raises_rights(int fd) {
    struct stat status;
    char capability[64];
    if (fstat(fd, &status) != 0)
        return false;
    if ((status.st_mode & S_ISUID) != 0 && status.st_uid != getuid())
        return true;
    if ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 &&
        status.st_gid != getgid())
        return true;
    return getuid() != 0 && fgetxattr(fd, "security.capability", capability, sizeof capability) > 0;
}

static bool elf_has_interpreter(int fd, const ElfW(Ehdr) * header) {
    for (unsigned i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) segment;
        off_t at = (off_t)(header->e_phoff + (size_t)i * header->e_phentsize);
        if (pread(fd, &segment, sizeof segment, at) != (ssize_t)sizeof segment)
            return true; /* no judgement on what cannot be read */
        if (segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static bool elf_check(int fd, const char *file, char *reason, size_t reason_bytes) {
    ElfW(Ehdr) header;
    if (pread(fd, &header, sizeof header, 0) != (ssize_t)sizeof header)
        return true;
    int bits = header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
    if (bits != (int)sizeof(void *) * 8) {
        snprintf(reason, reason_bytes,
                 "%s is a %d-bit program, the libraries are of %d bits: none can be preloaded",
                 file, bits, (int)sizeof(void *) * 8);
        return false;
    }
    if (!elf_has_interpreter(fd, &header)) {
        snprintf(reason, reason_bytes, "%s is statically linked: no library can be preloaded",
                 file);
        return false;
    }
    if (file_raises_rights(fd)) {
        snprintf(reason, reason_bytes,
                 "%s is setuid, setgid or has capabilities: the dynamic linker ignores LD_PRELOAD "
                 "there",
                 file);
        return false;
    }
    return true;
}

static bool preloadable(const char *file, int depth, char *reason, size_t reason_bytes) {
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return true;
    char beginning[PATH_MAX + 4] = "";
    ssize_t got = pread(fd, beginning, sizeof beginning - 1, 0);
    bool good = true;
    if (got >= SELFMAG && memcmp(beginning, ELFMAG, SELFMAG) == 0) {
        good = elf_check(fd, file, reason, reason_bytes);
    } else if (got >= 2 && memcmp(beginning, "#!", 2) == 0) {
        char *interpreter = interpreter_of(beginning);
        good = depth == 0 || preloadable(interpreter, depth - 1, reason, reason_bytes);
        free(interpreter);
    } else if (got >= 0) {
        snprintf(reason, reason_bytes,
                 "%s is neither a program nor a script with #! in its first line", file);
        good = false;
    }
    close(fd);
    return good;
}

bool cmp_program_preloadable(const char *file, char *reason, size_t reason_bytes) {
    return preloadable(file, SCRIPT_DEPTH, reason, reason_bytes);
}
