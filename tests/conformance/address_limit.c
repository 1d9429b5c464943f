/*
 * Takes all memory that a limit of the address space (RLIMIT_AS), or of the system, leaves, in
 * blocks of one size: threads together first, then one alone, twice. At its end it finds ENOMEM and
 * nothing worse; the second time there is as much again. The limit is set by the caller, so that
 * the allocator starts under it.
 *
 *     address_limit LEAST-KIB SIZE...    at least so much must be had; one after the other
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 3, AFTER_FAILURE = 50, STACK_BYTES = 256 * 1024 };

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

static pthread_barrier_t started;

static void *thread_run(void *argument) {
    link_t *list = NULL;
    pthread_barrier_wait(&started); /* their stacks are there before memory ends */
    (void)all_take((size_t)(uintptr_t)argument, &list);
    list_free(list);
    return NULL;
}

static void threads_run(size_t bytes) {
    pthread_t thread[THREADS];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_barrier_init(&started, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], &attributes, thread_run, (void *)(uintptr_t)bytes) != 0) {
            fault("no thread", bytes);
            exit(1);
        }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    pthread_attr_destroy(&attributes);
}

int main(int argc, char **argv) {
    least_kib = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    for (int i = 2; i < argc; i++) {
        threads_run(strtoul(argv[i], NULL, 10));
        size_run(strtoul(argv[i], NULL, 10));
    }
    printf("%u faults\n", faults);
    return faults != 0;
}
