/*
 * Forks while other threads allocate and free all the while, from the main thread and from another.
 * The child must be able to allocate, to free what any thread of the parent had allocated, and to
 * start threads; the parent must go on.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHURNERS = 3, FORKS = 40, SLOTS = 300, CHILD_DEADLINE_SECONDS = 100 };

static _Atomic int stop;
/* Taken and put back by exchange, so that a fork finds each block in one place or in none. */
static _Atomic(char *) shared[SLOTS];

static size_t slot_bytes(unsigned slot) {
    return slot % 29 ? 8 + slot * 7 : 100000 + slot;
}

static char *block_new(unsigned slot) {
    char *block = malloc(slot_bytes(slot));
    if (!block)
        abort();
    memset(block, (int)(slot & 0x7f), slot_bytes(slot) < 64 ? slot_bytes(slot) : 64);
    return block;
}

static void block_free(char *block, unsigned slot) {
    if (block && block[7] != (char)(slot & 0x7f))
        abort();
    free(block);
}

static void *churner_main(void *argument) {
    unsigned random = (unsigned)(size_t)argument + 1;
    while (!stop) {
        random = random * 1103515245u + 12345u;
        unsigned slot = (random >> 8) % SLOTS;
        block_free(atomic_exchange(&shared[slot], block_new(slot)), slot);
    }
    return NULL;
}

static void *child_thread_main(void *argument) {
    (void)argument;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        block_free(block_new(slot), slot);
    return NULL;
}

/* Ends the process: 0, or by a signal. */
static void child_main(void) {
    alarm(CHILD_DEADLINE_SECONDS);
    for (unsigned slot = 0; slot < SLOTS; slot++)
        block_free(atomic_exchange(&shared[slot], block_new(slot)), slot);
    pthread_t thread;
    if (pthread_create(&thread, NULL, child_thread_main, NULL))
        abort();
    pthread_join(thread, NULL);
    for (unsigned slot = 0; slot < SLOTS; slot++)
        block_free(shared[slot], slot);
    exit(0);
}

static unsigned children_run(unsigned count) {
    unsigned good = 0;
    for (unsigned i = 0; i < count; i++) {
        pid_t pid = fork();
        if (pid == 0)
            child_main();
        int status;
        if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
            good++;
    }
    return good;
}

static void *forker_main(void *argument) {
    *(unsigned *)argument = children_run(FORKS / 2);
    return NULL;
}

int main(void) {
    pthread_t churners[CHURNERS], forker;
    for (size_t i = 0; i < CHURNERS; i++)
        pthread_create(&churners[i], NULL, churner_main, (void *)i);
    unsigned by_thread = 0;
    pthread_create(&forker, NULL, forker_main, &by_thread);
    unsigned by_main = children_run(FORKS / 2);
    pthread_join(forker, NULL);
    stop = 1;
    for (size_t i = 0; i < CHURNERS; i++)
        pthread_join(churners[i], NULL);
    printf("children that ended well: %u and %u\n", by_main, by_thread);
    return by_main + by_thread != FORKS;
}
