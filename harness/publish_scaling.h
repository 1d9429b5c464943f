/*
 * How allocators scale, as a publication shows it: curves, and a table of speed-up and efficiency.
 * Of every heading with several numbers of threads. Main thread of compare.
 */
#ifndef PUBLISH_SCALING_H
#define PUBLISH_SCALING_H

#include "publish_document.h"
#include "publish_gallery.h"

void pub_scaling_sketch(pub_gallery_t *gallery, const pub_set_t *set, size_t heading);
void pub_scaling_table(pub_document_t *document, const pub_set_t *set, size_t heading);

/* A row's point on its curve; NULL: that has one point only. */
const cmp_scaling_point_t *pub_scaling_point(const pub_set_t *set, const pub_row_t *row);

#endif
