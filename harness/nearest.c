/*
 * The nearest right word for a mistyped one, for error messages of the command line. Pure, any
 * thread. Distance: Damerau-Levenshtein restricted to swaps of neighbours that are not edited again
 * (optimal string alignment; F. J. Damerau, Communications of the ACM 7(3), 1964; R. Lowrance and
 * R. A. Wagner, Journal of the ACM 22(2), 1975, for the unrestricted form).
 */
#include "nearest.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { WORD_LIMIT = 64 }; /* longer words are no names of ours */

static size_t minimum(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Both words are shorter than WORD_LIMIT. Three rows of the distance matrix are kept. */
static size_t alignment_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][WORD_LIMIT + 1];
    size_t *older = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        previous[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        current[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            int ai = tolower((unsigned char)a[i - 1]), bj = tolower((unsigned char)b[j - 1]);
            size_t replace = previous[j - 1] + (ai != bj);
            size_t edit = minimum(previous[j], current[j - 1]) + 1;
            current[j] = minimum(replace, edit);
            if (i > 1 && j > 1 && ai == tolower((unsigned char)b[j - 2]) &&
                tolower((unsigned char)a[i - 2]) == bj)
                current[j] = minimum(current[j], older[j - 2] + 1);
        }
        size_t *spare = older;
        older = previous;
        previous = current;
        current = spare;
    }
    return previous[b_length];
}

const char *cmp_nearest(const char *word, const char *const *candidates) {
    size_t length = strlen(word);
    if (length == 0 || length >= WORD_LIMIT)
        return NULL;
    size_t limit = length / 3 > 1 ? length / 3 : 1;
    const char *best = NULL;
    size_t best_distance = limit + 1;
    for (; *candidates; candidates++) {
        size_t candidate_length = strlen(*candidates);
        if (candidate_length == 0 || candidate_length >= WORD_LIMIT)
            continue;
        size_t distance = alignment_distance(word, length, *candidates, candidate_length);
        /* A one-letter word is within 1 of every other one-letter word: that is no likeness. */
        if (distance >= length && distance > 0)
            distance = limit + 1;
        if (distance > 1 && length >= 2 && strncasecmp(word, *candidates, length) == 0)
            distance = 1;
        if (distance < best_distance) {
            best = *candidates;
            best_distance = distance;
        }
    }
    return best;
}
