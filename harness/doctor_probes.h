/*
 * The probes of the doctor's checks: each reads a few files below the look's root and states a
 * severity with what it saw. A probe that can read nothing leaves the severity unknown. What each
 * finding means for figures, and its remedy, stand in the table of doctor_checks.c.
 */
#ifndef DOCTOR_PROBES_H
#define DOCTOR_PROBES_H

#include "doctor.h"

/* States severity and what was read. */
void cmp_found(cmp_finding_t *finding, cmp_severity_t severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Replaces the remedy of the table by one that names what was found. */
void cmp_remedy(cmp_finding_t *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The word in brackets of "always [madvise] never", in place; the text itself without brackets. */
void cmp_bracketed(char *text);

/* Number of PUs in a list such as "0-3,8". */
uint32_t cmp_pu_list_count(const char *list);

enum { CMP_PU_LIST_BYTES = 2048 };

/* PUs that this process may use; 0 when unknown. `list`, if not NULL, has room for
 * CMP_PU_LIST_BYTES and gets them as the kernel writes them. */
uint32_t cmp_allowed_pus(const cmp_look_t *look, char *list);

#define PROBE(name) void cmp_probe_##name(const cmp_look_t *look, cmp_finding_t *finding);
/* doctor_cpu.c */
PROBE(governor)
PROBE(turbo)
PROBE(smt)
PROBE(cores)
PROBE(cpuset)
PROBE(cpu_quota)
PROBE(steal)
PROBE(steal_now)
PROBE(clock)
PROBE(throttle)
PROBE(battery)
/* doctor_memory.c */
PROBE(huge_pages)
PROBE(damon)
PROBE(swap)
PROBE(free_memory)
PROBE(memory_limit)
PROBE(address_limit)
PROBE(overcommit)
PROBE(numa_balancing)
PROBE(aslr)
/* doctor_system.c */
PROBE(load)
PROBE(background)
PROBE(tracer)
PROBE(profiler)
PROBE(preload)
PROBE(pmu)
PROBE(perf_paranoid)
PROBE(virtual)
PROBE(debug_kernel)
PROBE(debug_allocator)
#undef PROBE

#endif
