/*
 * Which pages the kernel is told to use for blocks: of /proc/self/smaps, the flags (nh: no huge
 * pages, hg: huge pages asked for) and the size of huge pages in the mappings of blocks. First a
 * few blocks, which leave their superslab mostly empty; then so many that some superslabs are used
 * from end to end.
 *
 *     small_pages            prints the flags
 *     small_pages always     also shows, by a mapping of its own, that the kernel gives huge pages
 *                            unasked here, and that blocks have none
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

int main(int argc, char **argv) {
    static void *block[MANY];
    const int always = argc > 1 && strcmp(argv[1], "always") == 0;
    unsigned long huge_kib = 0;
    unsigned asked = 0;
    for (int i = 0; i < FEW; i++)
        memset(block[i] = malloc(BLOCK_BYTES), 1, BLOCK_BYTES);
    pages_t few = pages_of(block[FEW - 1]);
    printf("partly used: %s\n", few.flag);
    if (always) {
        control_run();
        printf("partly used: %s\n", few.huge_kib > 0 ? "huge pages" : "no huge pages");
    }
    for (int i = FEW; i < MANY; i++)
        memset(block[i] = malloc(BLOCK_BYTES), 1, BLOCK_BYTES);
    for (int i = 0; i < MANY; i += MANY / 40) {
        const pages_t pages = pages_of(block[i]);
        huge_kib += pages.huge_kib;
        asked += strcmp(pages.flag, "hg") == 0;
    }
    printf("dense: huge pages %s\n", asked > 0 ? "asked for" : "not asked for");
    if (always)
        printf("dense: %s\n", huge_kib > 0 ? "huge pages" : "no huge pages");
    return 0;
}
