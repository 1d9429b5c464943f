/*
 * Takes all memory that a limit of the address space (RLIMIT_AS), or of the system, leaves; finds
 * ENOMEM at its end and nothing worse; frees, and can have as much again. Threads then do so
 * together. The limit is set by the caller, so that the allocator starts under it.
 *
 *     address_limit LEAST-KIB    at least so much must be had, of every size alone
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 3, AFTER_FAILURE = 50 };

/* Blocks in a list: each holds the address of the next and its own size. */
typedef struct link {
    struct link *next;
    size_t bytes;
} link_t;

static size_t least_kib;
static _Atomic unsigned faults;

static void fault(const char *what, size_t bytes) {
    printf("blocks of %zu bytes: %s\n", bytes, what);
    faults++;
}

static link_t *link_make(link_t *next, size_t bytes) {
    errno = 0;
    link_t *link = malloc(bytes);
    if (link == NULL) {
        if (errno != ENOMEM)
            fault("refused for another reason", bytes);
        return NULL;
    }
    memset(link, 0x5a, bytes);
    *link = (link_t){.next = next, .bytes = bytes};
    return link;
}

static void list_free(link_t *link) {
    while (link != NULL) {
        link_t *next = link->next;
        const unsigned char *last = (const unsigned char *)link + link->bytes - 1;
        if (link->bytes > sizeof *link && *last != 0x5a)
            fault("damaged", link->bytes);
        free(link);
        link = next;
    }
}

/* Until there is no more, and some calls beyond. Returns the KiB that were had. */
static size_t all_take(size_t bytes, link_t **list) {
    size_t had = 0;
    for (int failures = 0; failures < AFTER_FAILURE;) {
        link_t *link = link_make(*list, bytes);
        if (link == NULL) {
            failures++;
            continue;
        }
        *list = link;
        had += bytes;
    }
    return had / 1024;
}

static void size_run(size_t bytes) {
    link_t *list = NULL;
    const size_t first = all_take(bytes, &list);
    if (first < least_kib) {
        printf("%zu KiB were had; ", first);
        fault("too little", bytes);
    }
    list_free(list);
    list = NULL;
    const size_t second = all_take(bytes, &list);
    list_free(list);
    if (second < first - first / 8) {
        printf("%zu, then %zu KiB; ", first, second);
        fault("less the second time", bytes);
    }
}

static void *thread_run(void *argument) {
    link_t *list = NULL;
    (void)all_take((size_t)(uintptr_t)argument, &list);
    list_free(list);
    return NULL;
}

int main(int argc, char **argv) {
    static const size_t sizes[] = {32, 700, 5000, 60000, 400000, 3000000};
    const size_t count = sizeof sizes / sizeof sizes[0];
    least_kib = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    for (size_t i = 0; i < count; i++)
        size_run(sizes[i]);
    for (size_t i = 0; i < count; i++) {
        pthread_t thread[THREADS];
        int started = 0;
        while (started < THREADS &&
               pthread_create(&thread[started], NULL, thread_run, (void *)(uintptr_t)sizes[i]) == 0)
            started++;
        if (started == 0)
            fault("no thread when all is free", sizes[i]);
        while (started > 0)
            pthread_join(thread[--started], NULL);
    }
    size_run(sizes[1]);
    printf("%u faults\n", faults);
    return faults != 0;
}
