/*
 * How a comparison over code layouts looks in a publication: a strip plot of the effect in each
 * layout and of the speeds of both sides, and a table. Of every work that a run of `compare ab
 * --layouts` has. Main thread of compare.
 */
#ifndef PUBLISH_LAYOUTS_H
#define PUBLISH_LAYOUTS_H

#include "publish_document.h"
#include "publish_gallery.h"

void pub_layouts_sketches(pub_gallery_t *gallery, const pub_set_t *set, size_t work_index);
void pub_layouts_tables(pub_document_t *document, const pub_set_t *set, size_t work_index);

#endif
