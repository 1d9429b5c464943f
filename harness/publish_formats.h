/*
 * The formats of a publication. Each writes the whole file; false on a write error. Documents are
 * the same in Markdown, LaTeX and HTML; CSV and JSON are written from the runs themselves.
 */
#ifndef PUBLISH_FORMATS_H
#define PUBLISH_FORMATS_H

#include <stdio.h>

#include "publish_document.h"
#include "publish_gallery.h"

/* Pictures are links to `pictures`/<id>.svg. */
bool pub_markdown(const pub_document_t *document, const char *pictures, FILE *out);
/* For \input: tables with booktabs, pictures as `pictures`/<id>.png where graphicx is loaded. */
bool pub_latex(const pub_document_t *document, const char *pictures, FILE *out);
/* One page that needs nothing else: styles, script and pictures are in it. */
bool pub_html(const pub_document_t *document, const pub_set_t *set, const pub_gallery_t *gallery,
              FILE *out);

/* One row a cell. */
bool pub_cells_csv(const pub_set_t *set, FILE *out);
/* One row a sample, as compare's --csv. */
bool pub_samples_csv(const pub_set_t *set, FILE *out);
/* Runs and cells, as docs/publication.schema.json states it. */
bool pub_json(const pub_set_t *set, FILE *out);

#endif
