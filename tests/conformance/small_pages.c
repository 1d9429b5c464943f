/*
 * Which pages blocks lie on: of /proc/self/smaps, the flags (nh: no huge pages, hg: huge pages
 * allowed) and the size of huge pages in the mappings of blocks. First a few blocks, which leave
 * their superslab mostly empty; then so many that many superslabs are used from end to end, with
 * calls of malloc and free for a while; then none.
 *
 *     small_pages off|on     whether the allocator may use huge pages, and so what to wait for
 *     small_pages always     as on; also shows, by a mapping of its own, that the kernel gives huge
 *                            pages unasked here, and that a few blocks have none
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "../huge_page.h"

enum { FEW = 20, MANY = 40000, BLOCK_BYTES = 600, HUGE_BYTES = 2 << 20 };

typedef struct pages {
    char flag[3]; /* nh, hg or -- */
    unsigned long huge_kib;
} pages_t;

/* stdio reads the file through a buffer of this program, so that nothing is allocated. */
static pages_t pages_of(const void *address) {
    static char buffer[8192], line[512];
    pages_t pages = {.flag = "--"};
    FILE *file = fopen("/proc/self/smaps", "r");
    if (file == NULL) {
        perror("/proc/self/smaps");
        exit(1);
    }
    setvbuf(file, buffer, _IOFBF, sizeof buffer);
    int inside = 0, found = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            inside = (uintptr_t)address >= from && (uintptr_t)address < to;
            found |= inside;
        } else if (inside && sscanf(line, "AnonHugePages: %lu", &from) == 1) {
            pages.huge_kib = from;
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            if (strstr(line, " nh") != NULL)
                strcpy(pages.flag, "nh");
            if (strstr(line, " hg") != NULL)
                strcpy(pages.flag, "hg");
        }
    }
    fclose(file);
    if (!found) {
        puts("the block is in no mapping");
        exit(1);
    }
    return pages;
}

static void control_run(void) {
    char *mapping =
        mmap(NULL, 2 * HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    char *aligned = (char *)(((uintptr_t)mapping + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1));
    *aligned = 1;
    printf("a mapping of the program: %s\n",
           pages_of(aligned).huge_kib > 0 ? "huge pages" : "no huge pages");
    munmap(mapping, 2 * HUGE_BYTES);
}

/* Tables of the library included. */
static unsigned long process_huge_kib(void) {
    char line[256];
    unsigned long kib = 0;
    FILE *rollup = fopen("/proc/self/smaps_rollup", "r");
    if (rollup == NULL) {
        perror("/proc/self/smaps_rollup");
        exit(1);
    }
    while (fgets(line, sizeof line, rollup) != NULL)
        if (sscanf(line, "AnonHugePages: %lu", &kib) == 1)
            break;
    fclose(rollup);
    return kib;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static unsigned long huge_kib(void *const *block) {
    unsigned long sum = 0;
    for (int i = 0; i < MANY; i += MANY / 40)
        sum += pages_of(block[i]).huge_kib;
    return sum;
}

/* Bursts that empty and overflow lanes, which is when the allocator looks around. */
static void bursts(void) {
    static void *burst[4096];
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 4096; i++)
            burst[i] = malloc(64);
        for (int i = 0; i < 4096; i++)
            free(burst[i]);
    }
}

int main(int argc, char **argv) {
    static void *block[MANY];
    const int always = argc > 1 && strcmp(argv[1], "always") == 0;
    const int off = argc > 1 && strcmp(argv[1], "off") == 0;
    const bool collapses = kernel_collapses();
    if (!off && !always && !collapses) {
        puts("this kernel does not make huge pages on demand");
        return 77;
    }
    for (int i = 0; i < FEW; i++)
        memset(block[i] = malloc(BLOCK_BYTES), 1, BLOCK_BYTES);
    pages_t few = pages_of(block[FEW - 1]);
    printf("partly used: %s\n", few.flag);
    if (always) {
        printf("in all: %s\n", process_huge_kib() > 0 ? "huge pages" : "no huge pages");
        control_run();
        printf("partly used: %s\n", few.huge_kib > 0 ? "huge pages" : "no huge pages");
    }
    for (int i = FEW; i < MANY; i++)
        memset(block[i] = malloc(BLOCK_BYTES), 1, BLOCK_BYTES);
    /* Long enough for some to come where none should; a guard against hangs where some should. */
    const double end = seconds() + (off || !collapses ? 0.5 : 60);
    while (seconds() < end && huge_kib(block) == 0)
        bursts();
    printf("dense: %s%s\n", huge_kib(block) > 0 ? "huge pages" : "no huge pages",
           off || collapses ? "" : ", which this kernel does not make on demand");
    for (int i = 0; i < MANY; i++)
        free(block[i]);
    malloc_trim(0);
    printf("freed: %s\n", huge_kib(block) > 0 ? "huge pages" : "no huge pages");
    return 0;
}
