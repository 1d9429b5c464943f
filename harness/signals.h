/*
 * Ctrl-C and its kin: the first asks for an orderly end (what was measured is kept), the second
 * ends the program at once.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP are caught. */
void cmp_signals_catch(void);

/* True once one of them has arrived. */
bool cmp_signals_arrived(void);

#endif
