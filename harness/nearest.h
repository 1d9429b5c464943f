/* The nearest right word for a mistyped one. */
#ifndef NEAREST_H
#define NEAREST_H

/*
 * The candidate that was most likely meant by `word`, or NULL when none is near. `candidates` is
 * NULL-terminated; of equally near ones the first wins. Case is ignored. Near is an optimal string
 * alignment distance (insert, delete, replace, swap neighbours) of at most a third of the word's
 * length and at least 1; a beginning of two or more letters counts as distance 1.
 */
const char *cmp_nearest(const char *word, const char *const *candidates);

#endif
