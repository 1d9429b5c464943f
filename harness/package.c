/*
 * Asks the distribution's package manager, dpkg, rpm or pacman, whose file it is. Called by the
 * main thread before anything is measured; no locks.
 */
#include "package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "paths.h"

static int family_find(void) {
    static const char *const programs[CMP_FAMILY_COUNT] = {"/usr/bin/dpkg-query", "/usr/bin/rpm",
                                                           "/usr/bin/pacman"};
    for (int family = 0; family < CMP_FAMILY_COUNT; family++)
        if (access(programs[family], X_OK) == 0)
            return family;
    return -1;
}

char *cmp_package_remedy(const char *const packages[CMP_FAMILY_COUNT]) {
    static const char *const commands[CMP_FAMILY_COUNT] = {"apt install", "dnf install",
                                                           "pacman -S"};
    int family = family_find();
    if (family < 0 || packages[family] == NULL)
        return NULL;
    return cmp_text("%s %s", commands[family], packages[family]);
}

/* The first line of `text` without its end; NULL when there is none. */
static char *line_first(const char *text) {
    size_t length = text != NULL ? strcspn(text, "\n") : 0;
    return length > 0 ? cmp_text("%.*s", (int)length, text) : NULL;
}

/* Debian: which package owns the file, then which version it has. Files of merged /usr may be
 * registered without the /usr. */
static char *version_apt(const char *path) {
    const char *tries[] = {path, strncmp(path, "/usr/", 5) == 0 ? path + 4 : NULL};
    for (size_t i = 0; i < 2 && tries[i] != NULL; i++) {
        int status;
        char *owner =
            cmp_capture((const char *const[]){"dpkg-query", "-S", tries[i], NULL}, &status);
        char *colon = status == 0 && owner != NULL ? strstr(owner, ": ") : NULL;
        char *version = NULL;
        if (colon != NULL) {
            *colon = '\0';
            char *text = cmp_capture(
                (const char *const[]){"dpkg-query", "-W", "-f", "${Version}\n", owner, NULL},
                &status);
            version = status == 0 ? line_first(text) : NULL;
            free(text);
        }
        free(owner);
        if (version != NULL)
            return version;
    }
    return NULL;
}

static char *version_dnf(const char *path) {
    int status;
    char *text = cmp_capture(
        (const char *const[]){"rpm", "-qf", "--queryformat", "%{VERSION}-%{RELEASE}\n", path, NULL},
        &status);
    char *version = status == 0 ? line_first(text) : NULL;
    free(text);
    return version;
}

/* "/usr/lib/libx.so is owned by x 1:5.3.0-3": the last word. */
static char *version_pacman(const char *path) {
    int status;
    char *text = cmp_capture((const char *const[]){"pacman", "-Qo", path, NULL}, &status);
    char *line = status == 0 ? line_first(text) : NULL;
    char *space = line != NULL ? strrchr(line, ' ') : NULL;
    char *version = space != NULL ? cmp_text("%s", space + 1) : NULL;
    free(line);
    free(text);
    return version;
}

char *cmp_package_version(const char *path) {
    char *version = NULL;
    switch (family_find()) {
    case CMP_FAMILY_APT:
        version = version_apt(path);
        break;
    case CMP_FAMILY_DNF:
        version = version_dnf(path);
        break;
    case CMP_FAMILY_PACMAN:
        version = version_pacman(path);
        break;
    }
    return version != NULL ? version : cmp_text("n/a");
}
