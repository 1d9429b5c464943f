/* What the store keeps of a sample beside its row and its timeline. Internal to the store. */
#ifndef STORE_DETAIL_H
#define STORE_DETAIL_H

#include <sqlite3.h>

#include "model.h"

/* Writes the sample's kind, window, memory and latencies; `id` is its key. Within the transaction
 * that inserts the sample. False on an error of the database. */
bool cmp_store_add_details(sqlite3 *database, int64_t id, const cmp_sample_t *sample);

#endif
