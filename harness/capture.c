/*
 * Runs a program of the system and reads its stdout or stderr. Called by the main thread while
 * nothing is being measured; no locks.
 */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads until the end of file. */
static char *text_read(int fd) {
    size_t used = 0, room = 4096;
    char *text = malloc(room);
    while (text != NULL) {
        ssize_t got = read(fd, text + used, room - used - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += (size_t)got;
        if (used + 1 == room) {
            char *more = realloc(text, room *= 2);
            if (more == NULL)
                free(text);
            text = more;
        }
    }
    if (text != NULL)
        text[used] = '\0';
    return text;
}

/* Starts the program with `output` as its stdout or stderr, the other one on /dev/null. */
static int program_start(const char *const *arguments, int stream, int output, pid_t *pid) {
    char path[512], home[512];
    const char *user_path = getenv("PATH"), *user_home = getenv("HOME");
    snprintf(path, sizeof path, "PATH=%s:/usr/sbin:/sbin", user_path ? user_path : "/usr/bin:/bin");
    snprintf(home, sizeof home, "HOME=%s", user_home ? user_home : "/");
    char locale[] = "LC_ALL=C";
    char *environment[] = {path, home, locale, NULL};

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, stream);
    posix_spawn_file_actions_addopen(&actions,
                                     stream == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO,
                                     "/dev/null", O_WRONLY, 0);
    int result =
        posix_spawnp(pid, arguments[0], &actions, NULL, (char *const *)arguments, environment);
    if (result == ENOENT) {
        char administrative[256];
        snprintf(administrative, sizeof administrative, "/sbin/%s", arguments[0]);
        result =
            posix_spawn(pid, administrative, &actions, NULL, (char *const *)arguments, environment);
    }
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

static char *stream_capture(const char *const *arguments, int stream, int *status) {
    int ends[2];
    if (status != NULL)
        *status = -1;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return NULL;
    pid_t pid;
    int result = program_start(arguments, stream, ends[1], &pid);
    close(ends[1]);
    char *text = result == 0 ? text_read(ends[0]) : NULL;
    close(ends[0]);
    if (result == 0) {
        int ended = 0;
        while (waitpid(pid, &ended, 0) < 0 && errno == EINTR) {
        }
        if (status != NULL && WIFEXITED(ended))
            *status = WEXITSTATUS(ended);
    }
    return text;
}

char *cmp_capture(const char *const *arguments, int *status) {
    return stream_capture(arguments, STDOUT_FILENO, status);
}

char *cmp_capture_errors(const char *const *arguments, int *status) {
    return stream_capture(arguments, STDERR_FILENO, status);
}
