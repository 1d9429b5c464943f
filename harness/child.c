/*
 * Child processes of commands that are made of other commands. Main thread; one child at a time. A
 * child has a process group of its own, so that a Ctrl-C reaches it by way of us, once, and dies
 * with us.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "command.h"
#include "model.h"
#include "paths.h"
#include "signals.h"

enum { NOT_STARTED_STATUS = 127 };

/* Where the output of a child goes. */
typedef enum stream_use { STREAM_OURS, STREAM_TO_STDERR, STREAM_DROPPED } stream_use_t;

/* What to start. */
typedef struct child {
    char **words;       /* words[0] is looked up in PATH unless it has a slash */
    const char *folder; /* working folder; NULL: ours */
    stream_use_t standard_output;
    bool own_settings; /* HAKMEM_* are taken out of its environment */
} child_t;

/* In the child, between fork and exec; the program has one thread, so anything is allowed. */
static _Noreturn void child_become(const child_t *child, pid_t parent, const sigset_t *mask) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(NOT_STARTED_STATUS); /* it died before it could tell */
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (child->folder != NULL && chdir(child->folder) != 0)
        _exit(NOT_STARTED_STATUS);
    if (child->standard_output == STREAM_TO_STDERR)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    else if (child->standard_output == STREAM_DROPPED)
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    for (size_t i = 0; child->own_settings && environ[i] != NULL;) {
        if (strncmp(environ[i], "HAKMEM_", 7) != 0) {
            i++;
            continue;
        }
        char *name = cmp_text("%.*s", (int)strcspn(environ[i], "="), environ[i]);
        unsetenv(name); /* moves those behind it */
        free(name);
    }
    execvp(child->words[0], child->words);
    _exit(NOT_STARTED_STATUS);
}

/* Waits; a signal that arrives meanwhile is handed on. */
static int child_wait(pid_t pid, const sigset_t *ends) {
    const struct timespec look = {.tv_sec = 1}; /* a signal may arrive just before the wait */
    bool told = false;
    int status = 0;
    for (;;) {
        if (cmp_signals_arrived() && !told) {
            kill(pid, SIGINT);
            told = true;
        }
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid)
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        if (ended < 0 && errno != EINTR)
            return -1;
        sigtimedwait(ends, NULL, &look);
    }
}

/* Returns the exit status; -1: ended by a signal, or not started. */
static int child_run(const child_t *child) {
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ends, &before);
    fflush(NULL);
    const pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        child_become(child, parent, &before);
    int status = -1;
    if (pid > 0) {
        setpgid(pid, pid);
        status = child_wait(pid, &ends);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status == NOT_STARTED_STATUS ? -1 : status;
}

/* This program and the arguments, then --json with its value unless that is NULL; malloc'ed. */
static char **words_make(const char *const *arguments, const char *json) {
    char self[PATH_MAX];
    size_t count = 0, filled = 0;
    while (arguments[count] != NULL)
        count++;
    char **words = calloc(count + 4, sizeof *words);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (words == NULL)
        abort();
    words[filled++] = cmp_text("%.*s", length > 0 ? (int)length : 0, self);
    for (size_t i = 0; i < count; i++)
        words[filled++] = cmp_text("%s", arguments[i]);
    if (json != NULL) {
        words[filled++] = cmp_text("--json");
        words[filled++] = cmp_text("%s", json);
    }
    return words;
}

static json_t *quiet_json(const char *const *arguments, int *status) {
    char **words = words_make(arguments, "-");
    char *output = cmp_capture((const char *const *)words, status);
    json_t *root = output != NULL ? json_loads(output, 0, NULL) : NULL;
    cmp_words_free(words);
    free(output);
    return root;
}

/* Its JSON goes through a file, since its stdout is for people. */
static json_t *shown_json(const char *const *arguments, int *status) {
    const char *folder = getenv("TMPDIR");
    char *path = cmp_text("%s/hakmem-json-XXXXXX", folder != NULL ? folder : "/tmp");
    int file = mkstemp(path);
    *status = -1;
    if (file < 0) {
        cmp_error("cannot make a temporary file %s: %s; set TMPDIR to a folder for it", path,
                  strerror(errno));
        free(path);
        return NULL;
    }
    close(file);
    char **words = words_make(arguments, path);
    const child_t child = {.words = words, .own_settings = true};
    *status = child_run(&child);
    json_t *root = json_load_file(path, 0, NULL);
    unlink(path);
    cmp_words_free(words);
    free(path);
    return root;
}

json_t *cmp_child_json(const char *const *arguments, bool show, int *status) {
    return show ? shown_json(arguments, status) : quiet_json(arguments, status);
}

int cmp_child_run(const char *const *arguments, const char *folder) {
    const child_t child = {
        .words = (char **)arguments, .folder = folder, .standard_output = STREAM_TO_STDERR};
    return child_run(&child);
}

int cmp_child_check(const char *const *arguments) {
    char **words = words_make(arguments, NULL);
    const child_t child = {.words = words, .standard_output = STREAM_DROPPED, .own_settings = true};
    int status = child_run(&child);
    cmp_words_free(words);
    return status;
}
