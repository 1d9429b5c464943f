/* fork in multi-threaded programs: see fork.c. */
#ifndef HAK_FORK_H
#define HAK_FORK_H

/* Registers the handlers. Called once, at the first allocation. */
void hak_fork_register(void);

#endif
