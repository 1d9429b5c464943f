/*
 * The doctor: what on a machine spoils a measurement. A check is one row of the table in
 * doctor_checks.c; it looks at a machine through cmp_look_t and states a finding. Looking reads
 * files below a root ("" is the running system), so that a copy of another machine's files can be
 * examined. Main thread of compare. docs/doctor.md lists all checks.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "model.h"

/* In ascending order of what it means for figures. */
typedef enum cmp_severity {
    CMP_SEVERITY_UNKNOWN, /* "n/a": cannot be read here */
    CMP_SEVERITY_FINE,    /* "fine" */
    CMP_SEVERITY_NOTE,    /* "worth-knowing": figures hold, but not for machines without it */
    CMP_SEVERITY_SPOILS,  /* "spoils": adds noise or bias of the size that one looks for */
    CMP_SEVERITY_COUNT
} cmp_severity_t;

/* The name that JSON and docs use. */
const char *cmp_severity_name(cmp_severity_t severity);

/* CPU time that one process has used. */
typedef struct cmp_process_time {
    pid_t pid;
    uint64_t ticks; /* user and system time, in clock ticks of the kernel */
    char name[64];
} cmp_process_time_t;

/* CPU time that everybody has used since boot, at one moment; in clock ticks, all PUs together. */
typedef struct cmp_cpu_time {
    uint64_t total_ticks; /* busy, idle, waiting and stolen; 0: could not be read */
    uint64_t busy_ticks, steal_ticks;
    uint32_t pus;
    pid_t self; /* the process that reads; 0 when unknown */
    cmp_process_time_t *processes;
    size_t process_count;
} cmp_cpu_time_t;

/* What the checks look at. */
typedef struct cmp_look {
    const char *root;
    cmp_machine_t machine;
    cmp_cpu_time_t before, after;      /* after.total_ticks is 0 without a look over time */
    int perf_error;                    /* of counting instructions: 0 works, errno, -1 not tried */
    const cmp_allocator_t *allocators; /* whose builds are checked; not owned */
    size_t allocator_count;
} cmp_look_t;

typedef struct cmp_check cmp_check_t;

/* What a check found. The probe fills in all but `check`; texts start out as the check's own. */
typedef struct cmp_finding {
    const cmp_check_t *check;
    cmp_severity_t severity;
    char found[320];   /* what was read, one line */
    char remedy[400];  /* a command where there is one */
    char setting[512]; /* file that the remedy writes; "": none */
    char fixed[240];   /* why it cannot be changed from here; "": it can */
} cmp_finding_t;

/* How much a check depends on something else than the system that it runs on. */
enum cmp_check_flags {
    CMP_CHECK_TIMED = 1,    /* needs a look over time */
    CMP_CHECK_HOST = 2,     /* in a virtual machine, its host decides */
    CMP_CHECK_HARDWARE = 4, /* no command changes it */
};

struct cmp_check {
    const char *id;       /* "governor"; lower case and dashes, never changed */
    const char *title;    /* the finding, "CPU frequency follows the load" */
    cmp_severity_t worst; /* the highest severity that the probe states */
    unsigned flags;       /* enum cmp_check_flags */
    const char *setting;  /* file that the remedy writes; NULL: none */
    void (*probe)(const cmp_look_t *look, cmp_finding_t *finding);
    const char *effect; /* on figures */
    const char *remedy; /* a command where there is one */
};

/* The table; *count rows. */
const cmp_check_t *cmp_checks(size_t *count);

/* ------------------------------------------------------------------ looking */

/* Looks at the machine below `root` once; takes milliseconds. */
void cmp_look_begin(cmp_look_t *look, const char *root);

/* The second look, for the timed checks. The running system: after `seconds`, in which this thread
 * keeps its PU busy, since nothing is stolen from an idle machine. A copy: its folder "later". */
void cmp_look_again(cmp_look_t *look, double seconds);

void cmp_look_free(cmp_look_t *look);

/* True in a virtual machine. */
bool cmp_look_virtual(const cmp_look_t *look);

/* ------------------------------------------------------------------ examining */

/* One finding per check, in the table's order, malloc'ed. */
cmp_finding_t *cmp_doctor_examine(const cmp_look_t *look, size_t *count);

/* Findings of a severity; with `changeable` only those that can be changed from here. */
size_t cmp_doctor_count(const cmp_finding_t *findings, size_t count, cmp_severity_t severity,
                        bool changeable);

/* One line for the notes of a run: what spoils it here, malloc'ed; NULL when nothing does. Takes
 * milliseconds: no look over time. */
char *cmp_doctor_line(const cmp_run_t *run);

#endif
