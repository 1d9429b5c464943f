/*
 * Allocation at the edges of a process's and a thread's life: constructors of a needed library and
 * of the program, thread-local storage allocated lazily, destructors of thread-specific data and of
 * C++ thread_local objects that allocate and free, atexit handlers, main left by pthread_exit.
 *
 *     lifecycle [PLUGIN]    PLUGIN: build/conformance/libplugin.so, beside the program by default
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *dso);
extern void *__dso_handle;
extern int early_blocks_intact(void);

static char *from_constructor;
static pthread_key_t key;
static char *(*plugin_thread_buffer)(void);
static _Atomic unsigned key_destructions, object_destructions;

__attribute__((constructor)) static void program_start(void) {
    from_constructor = strdup("allocated in a constructor");
}

static void at_exit(void) {
    char *text = malloc(200000);
    snprintf(text, 200000, "%s, freed in an atexit handler", from_constructor);
    puts(text);
    free(text);
    free(from_constructor);
    fflush(stdout);
}

/* Runs in up to PTHREAD_DESTRUCTOR_ITERATIONS rounds, after other destructors of the thread and
 * perhaps after the allocator's own. */
static void key_destroy(void *value) {
    key_destructions++;
    size_t left = *(size_t *)value;
    free(value);
    if (left > 0) {
        size_t *next = malloc(sizeof *next + left * 1000);
        *next = left - 1;
        pthread_setspecific(key, next);
    }
}

static void object_destroy(void *object) {
    object_destructions++;
    char *volatile block = malloc(700);
    block[0] = 1;
    free(block);
    free(object);
}

static void *thread_main(void *argument) {
    plugin_thread_buffer()[49999] = 1; /* the dynamic linker allocates the storage here */
    size_t *rounds = malloc(sizeof *rounds);
    *rounds = 3;
    pthread_setspecific(key, rounds);
    __cxa_thread_atexit_impl(object_destroy, malloc(900), &__dso_handle);
    for (size_t i = 1; i < 300; i++)
        free(malloc(i * 50));
    free(argument);
    return malloc(12345); /* freed by the thread that joins */
}

static void threads_run(void) {
    for (int round = 0; round < 10; round++) {
        pthread_t threads[5];
        for (int i = 0; i < 5; i++)
            pthread_create(&threads[i], NULL, thread_main, malloc(64));
        for (int i = 0; i < 5; i++) {
            void *result;
            pthread_join(threads[i], &result);
            free(result);
        }
    }
}

static void child_run(void) {
    pid_t pid = fork();
    if (pid == 0) {
        char *text = strdup("child");
        threads_run();
        free(text);
        _exit(early_blocks_intact() ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    printf("child ended with %d\n", status);
}

static void *last_main(void *argument) {
    pthread_join(*(pthread_t *)argument, NULL); /* main has gone */
    free(argument);
    printf("early blocks %s\n", early_blocks_intact() ? "intact" : "damaged");
    exit(0); /* runs the atexit handlers in this thread */
}

int main(int argc, char **argv) {
    atexit(at_exit);
    char *path = NULL;
    if (argc < 2) {
        char self[4000];
        ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
        self[length > 0 ? length : 0] = '\0';
        *strrchr(self, '/') = '\0';
        if (asprintf(&path, "%s/libplugin.so", self) < 0)
            return 1;
    }
    void *plugin = dlopen(path ? path : argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!plugin) {
        printf("no plugin: %s\n", dlerror());
        return 1;
    }
    free(path);
    plugin_thread_buffer = (char *(*)(void))dlsym(plugin, "early_thread_buffer");
    pthread_key_create(&key, key_destroy);
    threads_run();
    printf("destructors run: %u of the key, %u of objects\n", key_destructions,
           object_destructions);
    fflush(stdout);
    child_run();
    dlclose(plugin);
    pthread_t *self = malloc(sizeof *self), last;
    *self = pthread_self();
    pthread_create(&last, NULL, last_main, self);
    pthread_exit(NULL);
}
