/*
 * Catches SIGINT, SIGTERM and SIGHUP. The handler runs in the main thread, the only one; it may
 * only count and _exit. Workers of a program that ends at once are killed by their
 * PR_SET_PDEATHSIG.
 */
#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "command.h"

static volatile sig_atomic_t arrived;

static void signal_handle(int number) {
    (void)number;
    if (arrived)
        _exit(CMP_EXIT_FAILED);
    arrived = 1;
}

void cmp_signals_catch(void) {
    /* No SA_RESTART: waits for a worker return early, and every wait here copes with that. */
    struct sigaction action = {.sa_handler = signal_handle};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

bool cmp_signals_arrived(void) {
    return arrived != 0;
}
