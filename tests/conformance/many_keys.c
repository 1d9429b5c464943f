/*
 * Thread-specific keys beyond those that the C library keeps room for in every thread: setting the
 * value of such a key allocates. A constructor makes keys before the first allocation, so that the
 * allocator's own key, if it has one, is among them; its first act in every thread then comes back
 * to it. Threads come and go, and their blocks are freed by others.
 *
 *     many_keys           40 keys first
 *     many_keys all       all keys that there are: the allocator gets none
 *     many_keys next      prints the number of the next key: who made one in between?
 */
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 40, ROUNDS = 30, THREADS = 6, BLOCKS = 200 };

static pthread_key_t keys[PTHREAD_KEYS_MAX];
static unsigned key_count;
static unsigned char *handed[THREADS][BLOCKS];

/* Runs before main; argc, argv and the environment are glibc's to give. */
__attribute__((constructor)) static void keys_make(int argc, char **argv) {
    const unsigned want = argc > 1 && strcmp(argv[1], "all") == 0 ? PTHREAD_KEYS_MAX : KEYS;
    while (key_count < want && pthread_key_create(&keys[key_count], free) == 0)
        key_count++;
    void *volatile first = malloc(1); /* volatile: the compiler would leave it out */
    free(first);
}

static size_t block_bytes(size_t index) {
    return 16 + index * 37 % 5000;
}

static void *thread_run(void *argument) {
    unsigned char **block = argument;
    for (size_t i = 0; i < BLOCKS; i++) { /* those of an earlier thread are freed */
        if (block[i] != NULL && block[i][block_bytes(i) - 1] != (i & 0xff))
            abort();
        free(block[i]);
        block[i] = malloc(block_bytes(i));
        memset(block[i], (int)(i & 0xff), block_bytes(i));
    }
    for (unsigned i = key_count > KEYS ? key_count - KEYS : 0; i < key_count; i++)
        pthread_setspecific(keys[i], malloc(100)); /* freed when the thread exits */
    return NULL;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "next") == 0) {
        pthread_key_t next;
        printf("%u\n", pthread_key_create(&next, NULL) == 0 ? (unsigned)next : UINT_MAX);
        return 0;
    }
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t thread[THREADS];
        for (int i = 0; i < THREADS; i++)
            if (pthread_create(&thread[i], NULL, thread_run, handed[(i + round) % THREADS]) != 0)
                return 1;
        for (int i = 0; i < THREADS; i++)
            pthread_join(thread[i], NULL);
    }
    puts("all blocks intact");
    return 0;
}
