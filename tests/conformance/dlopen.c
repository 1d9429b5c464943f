/*
 * Opens an allocator with dlopen while threads run, uses it through dlsym from threads old and new,
 * and closes it. The program's own malloc stays what it was.
 *
 *     dlopen LIBRARY
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, BLOCKS = 2000 };

static void *(*other_malloc)(size_t);
static void (*other_free)(void *);
static pthread_barrier_t opened;
static _Atomic unsigned faults;
static _Atomic(unsigned char *) handed[BLOCKS];

/* Blocks go from thread to thread; a block that is found damaged counts as a fault. */
static void *thread_main(void *started_before) {
    if (started_before)
        pthread_barrier_wait(&opened);
    for (unsigned i = 0; i < BLOCKS; i++) {
        size_t bytes = 16 + i * 7 % 3000;
        unsigned char *block = other_malloc(bytes);
        memset(block, (int)(i & 0xff), bytes);
        unsigned char *other = atomic_exchange(&handed[i], block);
        if (other && (other[0] != (i & 0xff) || other[bytes - 1] != (i & 0xff)))
            faults++;
        other_free(other);
        free(malloc(bytes));
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: dlopen LIBRARY\n");
        return 2;
    }
    pthread_t threads[THREADS];
    pthread_barrier_init(&opened, NULL, THREADS / 2 + 1);
    for (size_t i = 0; i < THREADS / 2; i++)
        pthread_create(&threads[i], NULL, thread_main, argv);
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library || dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) != library) {
        printf("not opened: %s\n", dlerror());
        _Exit(1);
    }
    other_malloc = (void *(*)(size_t))dlsym(library, "malloc");
    other_free = (void (*)(void *))dlsym(library, "free");
    printf("opened twice, malloc of the library %s the program's\n",
           other_malloc == malloc ? "is" : "differs from");
    for (size_t i = THREADS / 2; i < THREADS; i++)
        pthread_create(&threads[i], NULL, thread_main, NULL);
    pthread_barrier_wait(&opened);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < BLOCKS; i++)
        other_free(handed[i]);
    printf("%d threads: %s\n", THREADS, faults ? "blocks damaged" : "all blocks intact");
    dlclose(library);
    dlclose(library);
    puts("closed");
    return faults != 0;
}
