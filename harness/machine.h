/* Describes the machine for the record: /proc, /sys and hwloc's summary. */
#ifndef MACHINE_H
#define MACHINE_H

#include "model.h"

/* Fills `machine`; what cannot be read becomes "n/a". */
void cmp_machine_describe(cmp_machine_t *machine, const topo_t *topo);
void cmp_machine_free(cmp_machine_t *machine);

#endif
