/* An archive with everything that a reader needs to check a publication and to run it again. */
#ifndef PUBLISH_BUNDLE_H
#define PUBLISH_BUNDLE_H

#include "paths.h"
#include "publish_set.h"

/* True when the name has an ending that says how to pack: .tar, .tar.gz, .tgz, .tar.xz. */
bool pub_bundle_name_good(const char *path);

/*
 * Packs the runs of `set` as a database, the publication in the folder `published`, the sources of
 * the tree with their hashes, what the runs' environment was, and a script that measures and
 * publishes again. Replaces `path` once the archive is whole. False with a message.
 */
bool pub_bundle(const char *path, const pub_set_t *set, cmp_store_t *store,
                const cmp_paths_t *paths, const char *published, char *error, size_t error_bytes);

#endif
