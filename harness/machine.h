/* Describes the machine for the record: /proc, /sys and hwloc's summary. */
#ifndef MACHINE_H
#define MACHINE_H

#include "model.h"

/* Fills `machine` (freed by cmp_machine_free of model.h); what cannot be read becomes "n/a", a
 * number 0. `topo` may be NULL. Counts of packages, cores and PUs are the machine's; the topology
 * line is what this process may use. */
void cmp_machine_describe(cmp_machine_t *machine, const topo_t *topo);

/* The same from a tree of /proc, /sys and /etc files below `root` ("" for the running system), so
 * that other machines can be described from copies of their files. */
void cmp_machine_describe_from(cmp_machine_t *machine, const topo_t *topo, const char *root);

#endif
