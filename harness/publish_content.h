/* What a publication says, as a document for every format. */
#ifndef PUBLISH_CONTENT_H
#define PUBLISH_CONTENT_H

#include "publish_document.h"
#include "publish_gallery.h"

/* Fills the document: summary, tables and pictures of every heading, what the figures rest on. */
void pub_content(pub_document_t *document, const pub_set_t *set, const pub_gallery_t *gallery,
                 const char *title);

/* Its summary: where a peer is ahead, where memory is lost, what failed. */
void pub_summary(pub_document_t *document, const pub_set_t *set);

/* What a run rests on: machine, system, allocators with their hashes, noise floor, failures, notes,
 * and the command that runs it again. */
void pub_evidence(pub_document_t *document, const pub_set_t *set);

#endif
