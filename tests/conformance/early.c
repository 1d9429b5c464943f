/*
 * A shared object that lifecycle needs: its constructor runs before those of preloaded libraries,
 * and its thread-local storage is large enough to be allocated lazily when it comes by dlopen.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TLS_BYTES = 50000 };

static __thread char thread_buffer[TLS_BYTES];
static char *blocks[100];

char *early_thread_buffer(void);
int early_blocks_intact(void);

static void fork_handler(void) {
    char *volatile block = malloc(3000); /* handlers may allocate */
    block[0] = 1;
    free(block);
}

__attribute__((constructor)) static void early_start(void) {
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        blocks[i] = malloc(1 + i * i * 10);
        memset(blocks[i], (int)i, 1 + i * i * 10);
    }
    pthread_atfork(fork_handler, fork_handler, fork_handler);
}

__attribute__((destructor)) static void early_end(void) {
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    free(malloc(100));
}

char *early_thread_buffer(void) {
    return thread_buffer;
}

int early_blocks_intact(void) {
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (blocks[i][0] != (char)i || blocks[i][i * i * 10] != (char)i)
            return 0;
    return 1;
}
