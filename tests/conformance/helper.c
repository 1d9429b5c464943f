/*
 * The allocator's helper thread: asked for, it comes when the program allocates, also in the child
 * of a fork, and never by a free: the C library frees under locks that starting a thread takes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCKS = 40000, SIZE = 400, WAITS = 20000 };

/* Threads of this process, found out without an allocation. */
static unsigned threads(void) {
    char text[4096];
    const int file = open("/proc/self/status", O_RDONLY);
    const ssize_t length = file >= 0 ? read(file, text, sizeof text - 1) : 0;
    if (file >= 0)
        close(file);
    text[length > 0 ? length : 0] = '\0';
    const char *line = strstr(text, "Threads:");
    return line != NULL ? (unsigned)strtoul(line + strlen("Threads:"), NULL, 10) : 0;
}

/* Allocates until there are two threads; false after some 20 s without. */
static int helper_comes(void) {
    static void *block[256];
    for (unsigned i = 0; i < WAITS; i++) {
        for (unsigned j = 0; j < 256; j++) {
            block[j] = malloc(SIZE);
            if (block[j] == NULL)
                return 0;
        }
        for (unsigned j = 0; j < 256; j++)
            free(block[j]);
        if (threads() == 2)
            return 1;
        usleep(1000);
    }
    return 0;
}

static int child_run(void **block) {
    for (unsigned i = 0; i < BLOCKS; i++) {
        free(block[i]);
        if (i % 1000 == 0)
            usleep(2000); /* longer than HAKMEM_PURGE_MS=1 */
    }
    if (threads() != 1) {
        puts("a free started the helper");
        return 1;
    }
    if (helper_comes())
        return 0;
    puts("the child has no helper");
    return 1;
}

int main(void) {
    static void *block[BLOCKS];
    for (unsigned i = 0; i < BLOCKS; i++)
        if ((block[i] = malloc(SIZE)) == NULL)
            return 1;
    if (!helper_comes()) {
        puts("no helper");
        return 1;
    }
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0)
        return child_run(block);
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        return 1;
    puts("the helper came with a malloc, twice");
    return 0;
}
