/*
 * mlockall: every page of the process, present and future ones, is to stay in memory. With a limit
 * that suffices all goes on; at a small one allocations may fail, with ENOMEM and nothing worse,
 * and the program goes on with what it has. Prints the same under every allocator.
 *
 *     locked          before and after mlockall, as far as the process may lock
 *     locked small    without the privilege, and with a limit of 1 MiB from here on
 */
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BLOCKS = 3000, SKIP = 77, SMALL_LIMIT_BYTES = 1 << 20, THREADS = 4 };

static size_t block_bytes(size_t index) {
    static const size_t sizes[] = {16, 100, 300, 700, 2000, 9000, 40000};
    return index % 500 == 499 ? 1500000 : sizes[index % (sizeof sizes / sizeof *sizes)];
}

static _Noreturn void fail(const char *what) {
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

/* Fills an array with blocks until memory ends; returns how many there are. */
static size_t blocks_make(unsigned char **block, size_t most) {
    size_t count = 0;
    while (count < most) {
        const size_t bytes = block_bytes(count);
        errno = 0;
        block[count] = count % 3 == 0 ? calloc(1, bytes) : malloc(bytes);
        if (block[count] == NULL) {
            if (errno != ENOMEM)
                fail("refused for another reason");
            break;
        }
        if (count % 3 == 0 && (block[count][0] != 0 || block[count][bytes - 1] != 0))
            fail("calloc is not zero");
        memset(block[count], (int)(count & 0xff), bytes);
        count++;
    }
    return count;
}

static void blocks_free(unsigned char **block, size_t count, size_t step) {
    for (size_t i = 0; i < count; i += step) {
        if (block[i] == NULL)
            continue;
        const size_t bytes = block_bytes(i);
        if (block[i][0] != (i & 0xff) || block[i][bytes - 1] != (i & 0xff))
            fail("a block was damaged");
        free(block[i]);
        block[i] = NULL;
    }
}

/* Twice, so that the second time meets memory that was given back. */
static void *rounds_run(void *argument) {
    unsigned char **block = argument;
    for (int round = 0; round < 2; round++) {
        const size_t count = blocks_make(block, BLOCKS);
        blocks_free(block, count, 2);
        blocks_free(block, count, 1);
    }
    return NULL;
}

/* With the capability the limit would not count. */
static void privilege_drop(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0)
        fail("capget");
    data[0].effective &= ~(1u << CAP_IPC_LOCK);
    if (syscall(SYS_capset, &header, data) != 0)
        fail("capset");
}

static unsigned char *kept[BLOCKS], *of_thread[THREADS][BLOCKS];

static void enough_run(void) {
    const size_t count = blocks_make(kept, BLOCKS);
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
        printf("not allowed to lock all memory: %s\n", strerror(errno));
        exit(SKIP);
    }
    blocks_free(kept, count, 2);
    (void)rounds_run(of_thread[0]);
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, rounds_run, of_thread[i]) != 0)
            fail("no thread");
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    char *grown = NULL;
    for (size_t bytes = 1; bytes < 5000000; bytes += 1 + bytes / 2) {
        char *larger = realloc(grown, bytes);
        if (larger == NULL)
            fail("realloc");
        grown = larger;
        grown[bytes - 1] = 1;
    }
    free(grown);
    blocks_free(kept, count, 1);
    if (blocks_make(kept, BLOCKS) != BLOCKS)
        fail("memory ended without a limit");
    blocks_free(kept, BLOCKS, 1);
    puts("locked: all blocks intact");
}

static void small_run(void) {
    const struct rlimit small = {SMALL_LIMIT_BYTES, SMALL_LIMIT_BYTES};
    void *before = malloc(1000); /* the allocator has started */
    privilege_drop();
    if (before == NULL || setrlimit(RLIMIT_MEMLOCK, &small) != 0 || mlockall(MCL_FUTURE) != 0)
        fail("the small limit cannot be set");
    const size_t count = blocks_make(kept, BLOCKS); /* 1 MiB does not hold them */
    blocks_free(kept, count, 2);
    free(before);
    errno = 0;
    void *volatile large = malloc((size_t)64 << 20);
    printf("64 MiB beyond the limit: %s, ", large == NULL ? strerror(errno) : "granted");
    free(large);
    (void)rounds_run(of_thread[0]);
    blocks_free(kept, count, 1);
    if (munlockall() != 0)
        fail("munlockall");
    const size_t after = blocks_make(kept, BLOCKS);
    printf("%s blocks when it is gone\n", after == BLOCKS ? "all" : "not all");
    blocks_free(kept, after, 1);
    puts("small limit: all blocks intact");
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "small") == 0)
        small_run();
    else
        enough_run();
    return 0;
}
