/*
 * Runs a function in a child process and tells how it ended: for tests of what stops the program.
 */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* True when `body` ended by abort() and had written a line that contains `text` to stderr. */
static inline bool aborts_with(void (*body)(void), const char *text) {
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        body();
        _exit(0);
    }
    close(ends[1]);
    char output[1024];
    size_t used = 0;
    ssize_t got;
    while (used < sizeof output - 1 &&
           (got = read(ends[0], output + used, sizeof output - 1 - used)) > 0)
        used += (size_t)got;
    output[used] = '\0';
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(output, text) != NULL;
}

#endif
