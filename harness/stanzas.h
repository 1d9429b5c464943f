/* The language of variants.ninja, as far as stanzas need it. */
#ifndef STANZAS_H
#define STANZAS_H

#include "variants.h"

/* Reads the stanzas of a file that is in memory; `name` is for messages. False with the line and
 * what is wrong in `error`; what was read before it is in *variants all the same. */
bool cmp_stanzas_parse(const char *name, const char *text, cmp_variant_t **variants, size_t *count,
                       char *error, size_t error_bytes);

/* Appends a variant of which nothing but the name is known; takes ownership of it. */
cmp_variant_t *cmp_stanza_add(cmp_variant_t **variants, size_t *count, char *name, bool linked);

/* The variant's name in the name of its file, "build/lib/libhakmem-NAME.so" or
 * "build/bin/worker-NAME", malloc'ed; NULL: it is no variant's. */
char *cmp_stanza_name(const char *output, size_t bytes, bool *linked);

#endif
