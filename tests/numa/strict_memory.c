/*
 * Takes all memory that a strict kernel (vm.overcommit_memory=2) promises, in blocks of one size;
 * finds ENOMEM at the end, within the kernel's own limit; frees it and has as much again, and the
 * limit is what the kernel said. Linked with the C library alone; hakmem is preloaded.
 *
 *     strict_memory SIZE...
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AFTER_FAILURE = 20 };

typedef struct link {
    struct link *next;
    size_t seal;
} link_t;

static unsigned long meminfo_kib(const char *name) {
    char line[200];
    unsigned long kib = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            sscanf(line + strlen(name), ": %lu", &kib);
    if (file != NULL)
        fclose(file);
    return kib;
}

/* Until there is no more, and some calls beyond; then frees all. Returns KiB. */
static size_t all_take(size_t bytes) {
    link_t *list = NULL;
    size_t had = 0;
    for (int failures = 0; failures < AFTER_FAILURE;) {
        errno = 0;
        link_t *link = malloc(bytes);
        if (link == NULL) {
            if (errno != ENOMEM)
                printf("%zu bytes: refused for another reason: %s\n", bytes, strerror(errno));
            failures++;
            continue;
        }
        *link = (link_t){.next = list, .seal = bytes ^ (size_t)link};
        list = link;
        had += bytes;
    }
    while (list != NULL) {
        link_t *next = list->next;
        if (list->seal != (bytes ^ (size_t)list))
            printf("%zu bytes: damaged\n", bytes);
        free(list);
        list = next;
    }
    return had / 1024;
}

int main(int argc, char **argv) {
    const unsigned long limit = meminfo_kib("CommitLimit");
    for (int i = 1; i < argc; i++) {
        const size_t bytes = strtoul(argv[i], NULL, 10);
        const size_t first = all_take(bytes), second = all_take(bytes);
        printf("blocks of %zu bytes: %s, ", bytes,
               first > limit       ? "more than the limit"
               : first < limit / 2 ? "less than half of the limit"
                                   : "up to the limit");
        puts(second >= first - first / 8 ? "and again" : "but less the second time");
        if (first < limit / 2 || second < first - first / 8)
            printf("limit %lu KiB, %zu KiB, then %zu KiB\n", limit, first, second);
    }
    return 0;
}
