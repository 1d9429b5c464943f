/*
 * The doctor's checks on fixture trees: every finding has a tree of /proc and /sys files below
 * tests/fixtures/machines that triggers it and nothing else, and a healthy machine triggers none.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../harness/command.h"
#include "../../harness/doctor.h"
#include "../../harness/doctor_probes.h"

#define MACHINES "tests/fixtures/machines/"

/* main.c has the real one. */
const char *cmp_program(void) {
    return "./compare";
}

/* A tree, the findings that it must trigger ("a!" cannot be changed there), and what the first of
 * them must say. */
typedef struct machine_case {
    const char *tree;
    const char *findings; /* in the table's order, separated by blanks; notes in lower case */
    const char *found, *remedy;
} machine_case_t;

static const machine_case_t cases[] = {
    {"healthy", "", NULL, NULL},
    {"governor", "GOVERNOR", "performance, powersave", "cpu*/cpufreq/scaling_governor"},
    {"turbo", "TURBO", "no_turbo is 0", "echo 1 | sudo tee"},
    {"turbo-boost", "TURBO", "boost is 1", "echo 0 | sudo tee"},
    {"throttle", "throttle!", "17 times", "cooling"},
    {"battery", "BATTERY", "ADP1", "mains"},
    {"smt", "smt", "4 cores show 8 PUs", "-p core"},
    {"cores", "CORES!", "2 cores", "at least 4 cores"},
    {"cpuset", "cpuset", "4 of 8 PUs", "echo 0-7 | sudo tee /sys/fs/cgroup/jobs/cpuset.cpus"},
    {"cpuset-affinity", "cpuset", "4 of 8 PUs", "taskset -cp 0-7 $$"},
    {"cpu-quota", "CPU-QUOTA", "1.50 PUs, 4 may be used; held back 41 times",
     "echo max | sudo tee /sys/fs/cgroup/jobs/cpu.max"},
    {"cpu-quota-v1", "CPU-QUOTA!", "2.00 PUs, 8 may be used; held back 3 times",
     "echo -1 | sudo tee /sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us"},
    {"cpu-quota-wide", "cpu-quota", "4.00 PUs, 4 may be used", "cpu.max"},
    {"steal", "STEAL! virtual!", "3.00 %", "dedicated"},
    {"steal-now", "STEAL-NOW", "7.41 %", "another time"},
    {"clock", "CLOCK", "hpet; tsc is offered", "echo tsc | sudo tee"},
    {"clock-unstable", "CLOCK!", "unstable", NULL},
    {"clock-paravirtual", "clock", "kvm-clock", "echo tsc"},
    {"clock-rate", "clock!", "not constant", NULL},
    {"huge-pages", "HUGE-PAGES", "mode always; khugepaged is at work", "echo madvise | sudo tee"},
    {"huge-pages-size", "HUGE-PAGES", "always for pages of 64 KiB", "hugepages-64kB/enabled"},
    {"damon", "DAMON", "looks every 500 ms which pages are used, to do with others: pageout",
     "echo off | sudo tee /sys/kernel/mm/damon/admin/kdamonds/1/state"},
    {"damon-module", "DAMON", "damon_reclaim is on", "damon_reclaim/parameters/enabled"},
    {"damon-off", "", NULL, NULL},
    {"swap", "SWAP", "488 of 1953 MiB in use, swappiness 60", "swapoff"},
    {"swap-empty", "swap", "0 of 1953 MiB in use, swappiness 10", "swapoff"},
    {"free-memory", "FREE-MEMORY", "1.1 of 30.5 GiB", "--sort=-rss"},
    {"memory-limit", "MEMORY-LIMIT", "512 MiB", "/sys/fs/cgroup/jobs/memory.max"},
    {"memory-limit-v1", "memory-limit!", "4096 MiB", "/sys/fs/cgroup/memory/memory.limit_in_bytes"},
    {"address-limit", "ADDRESS-LIMIT", "4096 MiB", "ulimit -v unlimited"},
    {"overcommit", "OVERCOMMIT", "mode never", "vm.overcommit_memory=0"},
    {"numa-balancing", "NUMA-BALANCING", "on, 2 NUMA nodes", "kernel.numa_balancing=0"},
    {"aslr", "ASLR", "randomize_va_space is 0", "kernel.randomize_va_space=2"},
    {"load", "LOAD", "3.20", "top"},
    {"background", "BACKGROUND",
     "others used 1.00 PUs while the doctor looked; index (all) it (812) 0.60",
     "kill -STOP 812 900"},
    {"background-hidden", "BACKGROUND", "have ended or are not visible here", NULL},
    {"tracer", "TRACER", "traced by strace (4321)", "strace"},
    {"profiler", "profiler", "perf (77)", "kill 77"},
    {"preload", "preload", "libwatch.so", "ld.so.preload.off"},
    {"pmu", "pmu!", "shows none", "pmu=on"},
    {"perf-paranoid", "perf-paranoid", "is 4", "kernel.perf_event_paranoid=2"},
    {"virtual", "virtual!", "QEMU", "bare metal"},
    {"debug-kernel", "DEBUG-KERNEL", "KASAN, PROVE_LOCKING", "standard kernel"},
    {"debug-kernel-name", "DEBUG-KERNEL", "its name says debug", NULL},
    {"debug-kernel-lockdep", "DEBUG-KERNEL", "/proc/lockdep", NULL},
    {"debug-allocator", "DEBUG-ALLOCATOR", "tcmalloc is a debug build by its name",
     "release build"},
    {"container", "CPU-QUOTA! OVERCOMMIT!", "0.50 PUs", "docker update"},
    {"user-namespace", "OVERCOMMIT!", "mode never", NULL},
};
enum { CASE_COUNT = sizeof cases / sizeof cases[0] };

/* ------------------------------------------------------------------ helpers */

static cmp_allocator_t tree_allocators[] = {
    {.label = "tcmalloc", .path = "/usr/lib/libtcmalloc_minimal_debug.so.4"},
    {.label = "plain", .path = "/usr/lib/libexample.so"},
    {.label = "glibc", .path = NULL},
};

/* Looks twice at a tree; `findings` is malloc'ed. */
static size_t examine(const char *root, cmp_look_t *look, cmp_finding_t **findings) {
    size_t count;
    cmp_look_begin(look, root);
    cmp_look_again(look, 0);
    look->allocators = tree_allocators;
    look->allocator_count = sizeof tree_allocators / sizeof tree_allocators[0];
    *findings = cmp_doctor_examine(look, &count);
    return count;
}

/* "GOVERNOR steal!": capitals for what spoils, ! for what cannot be changed. */
static void findings_format(const cmp_finding_t *findings, size_t count, char *text, size_t room) {
    *text = '\0';
    for (size_t i = 0; i < count; i++) {
        if (findings[i].severity < CMP_SEVERITY_NOTE)
            continue;
        char id[64];
        snprintf(id, sizeof id, "%s", findings[i].check->id);
        for (char *c = id; findings[i].severity == CMP_SEVERITY_SPOILS && *c; c++)
            *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        size_t used = strlen(text);
        snprintf(text + used, room - used, "%s%s%s", used > 0 ? " " : "", id,
                 findings[i].fixed[0] != '\0' ? "!" : "");
    }
}

static const cmp_finding_t *first_finding(const cmp_finding_t *findings, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (findings[i].severity >= CMP_SEVERITY_NOTE)
            return &findings[i];
    return NULL;
}

/* ------------------------------------------------------------------ trees */

static void every_tree_triggers_its_findings_and_no_other(void **state) {
    (void)state;
    for (size_t i = 0; i < CASE_COUNT; i++) {
        char root[128], text[512];
        cmp_look_t look;
        cmp_finding_t *findings;
        snprintf(root, sizeof root, MACHINES "%s", cases[i].tree);
        size_t count = examine(root, &look, &findings);
        findings_format(findings, count, text, sizeof text);
        if (strcmp(text, cases[i].findings) != 0)
            fail_msg("%s: found '%s', expected '%s'", cases[i].tree, text, cases[i].findings);
        const cmp_finding_t *first = first_finding(findings, count);
        if (cases[i].found != NULL && strstr(first->found, cases[i].found) == NULL)
            fail_msg("%s: says '%s', expected '%s'", cases[i].tree, first->found, cases[i].found);
        if (cases[i].remedy != NULL && strstr(first->remedy, cases[i].remedy) == NULL)
            fail_msg("%s: remedy '%s', expected '%s'", cases[i].tree, first->remedy,
                     cases[i].remedy);
        free(findings);
        cmp_look_free(&look);
    }
}

static void a_healthy_machine_is_fine_in_every_respect(void **state) {
    (void)state;
    cmp_look_t look;
    cmp_finding_t *findings;
    size_t count = examine(MACHINES "healthy", &look, &findings);
    for (size_t i = 0; i < count; i++)
        if (findings[i].severity != CMP_SEVERITY_FINE)
            fail_msg("%s is %s: %s", findings[i].check->id, cmp_severity_name(findings[i].severity),
                     findings[i].found);
    free(findings);
    cmp_look_free(&look);
}

static void nothing_readable_is_no_finding_and_not_fine(void **state) {
    (void)state;
    cmp_look_t look;
    cmp_finding_t *findings;
    size_t count = examine(MACHINES "no-such-machine", &look, &findings);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(findings[i].check->id, "debug-allocator") == 0)
            continue;
        if (findings[i].severity != CMP_SEVERITY_UNKNOWN)
            fail_msg("%s is %s: %s", findings[i].check->id, cmp_severity_name(findings[i].severity),
                     findings[i].found);
        assert_true(findings[i].found[0] != '\0');
    }
    free(findings);
    cmp_look_free(&look);
}

static void timed_checks_need_a_second_look(void **state) {
    (void)state;
    cmp_look_t look;
    size_t count;
    cmp_look_begin(&look, MACHINES "background");
    cmp_finding_t *findings = cmp_doctor_examine(&look, &count);
    for (size_t i = 0; i < count; i++)
        if ((findings[i].check->flags & CMP_CHECK_TIMED) != 0)
            assert_int_equal(findings[i].severity, CMP_SEVERITY_UNKNOWN);
    free(findings);
    cmp_look_free(&look);
}

/* ------------------------------------------------------------------ the table */

static void every_check_has_a_tree_that_shows_it_at_its_worst(void **state) {
    (void)state;
    size_t count;
    const cmp_check_t *checks = cmp_checks(&count);
    for (size_t i = 0; i < count; i++) {
        bool shown = false;
        for (size_t j = 0; j < CASE_COUNT; j++) {
            if (strcmp(cases[j].tree, checks[i].id) != 0)
                continue;
            const char first = cases[j].findings[0];
            bool spoils = first >= 'A' && first <= 'Z';
            shown = spoils == (checks[i].worst == CMP_SEVERITY_SPOILS);
        }
        if (!shown)
            fail_msg("%s: no tree of that name shows it at its worst", checks[i].id);
    }
}

static void every_check_is_complete_and_documented(void **state) {
    (void)state;
    size_t count, room = 0;
    const cmp_check_t *checks = cmp_checks(&count);
    char *page = NULL;
    FILE *file = fopen("docs/doctor.md", "r");
    assert_non_null(file);
    assert_true(getdelim(&page, &room, '\0', file) > 0);
    fclose(file);
    for (size_t i = 0; i < count; i++) {
        char heading[80];
        snprintf(heading, sizeof heading, "\n### %s\n", checks[i].id);
        if (strstr(page, heading) == NULL)
            fail_msg("docs/doctor.md does not explain %s", checks[i].id);
        assert_true(*checks[i].title && *checks[i].effect && *checks[i].remedy);
        assert_true(strlen(checks[i].remedy) < sizeof((cmp_finding_t *)0)->remedy);
        assert_int_equal(strspn(checks[i].id, "abcdefghijklmnopqrstuvwxyz-"), strlen(checks[i].id));
        assert_true(checks[i].worst >= CMP_SEVERITY_NOTE);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(checks[i].id, checks[j].id);
    }
    free(page);
}

/* ------------------------------------------------------------------ single probes */

static const cmp_finding_t *finding_of(const cmp_finding_t *findings, size_t count,
                                       const char *id) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(findings[i].check->id, id) == 0)
            return &findings[i];
    fail_msg("no check is called %s", id);
    return NULL;
}

static void a_refused_counter_is_told_from_a_missing_one(void **state) {
    (void)state;
    static const struct {
        int error;
        cmp_severity_t pmu, paranoid;
    } rows[] = {
        {0, CMP_SEVERITY_FINE, CMP_SEVERITY_FINE},
        {ENOENT, CMP_SEVERITY_NOTE, CMP_SEVERITY_FINE},
        {EACCES, CMP_SEVERITY_FINE, CMP_SEVERITY_NOTE}, /* the tree shows a PMU */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cmp_look_t look;
        size_t count;
        cmp_look_begin(&look, MACHINES "healthy");
        look.perf_error = rows[i].error;
        cmp_finding_t *findings = cmp_doctor_examine(&look, &count);
        assert_int_equal(finding_of(findings, count, "pmu")->severity, rows[i].pmu);
        assert_int_equal(finding_of(findings, count, "perf-paranoid")->severity, rows[i].paranoid);
        free(findings);
        cmp_look_free(&look);
    }
}

/* Severity of debug-allocator for a library with this content. */
static cmp_severity_t library_severity(const char *content, size_t bytes) {
    char path[] = "/tmp/test_doctor.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, bytes), (ssize_t)bytes);
    close(fd);
    cmp_allocator_t allocator = {.label = "mine", .path = path};
    cmp_look_t look = {.root = "", .allocators = &allocator, .allocator_count = 1};
    cmp_finding_t finding = {0};
    cmp_probe_debug_allocator(&look, &finding);
    unlink(path);
    return finding.severity;
}

static void builds_are_judged_by_what_is_in_them(void **state) {
    (void)state;
    static const char fine[] = "\0GNU C17 12.2.0 -g -O2 -fPIC\0 -O0 ";
    static const char unoptimised[] = "\0GNU C17 12.2.0 -mtune=generic -g -O0 -fPIC\0";
    static const char sanitized[] = "\0__asan_init\0";
    static const char cut[] = "GNU C17 12.2.0 -O0";
    assert_int_equal(library_severity(fine, sizeof fine), CMP_SEVERITY_FINE);
    assert_int_equal(library_severity(unoptimised, sizeof unoptimised), CMP_SEVERITY_SPOILS);
    assert_int_equal(library_severity(sanitized, sizeof sanitized), CMP_SEVERITY_SPOILS);
    assert_int_equal(library_severity(cut, sizeof cut - 1), CMP_SEVERITY_FINE);
    assert_int_equal(library_severity("", 0), CMP_SEVERITY_FINE);
}

static void lists_of_pus_are_counted(void **state) {
    (void)state;
    assert_int_equal(cmp_pu_list_count("0"), 1);
    assert_int_equal(cmp_pu_list_count("0-3,8,10-11"), 7);
    assert_int_equal(cmp_pu_list_count(""), 0);
    assert_int_equal(cmp_pu_list_count("3-1"), 0);
}

/* ------------------------------------------------------------------ the running machine */

static void the_line_of_a_run_names_what_spoils(void **state) {
    (void)state;
    cmp_run_t run = {.allocators = tree_allocators, .allocator_count = 1};
    char *line = cmp_doctor_line(&run);
    assert_true(line == NULL || strncmp(line, "doctor: ", 8) == 0);
    assert_true(line == NULL || strstr(line, "see './compare doctor'") != NULL);
    free(line);
}

static void the_running_machine_is_examined(void **state) {
    (void)state;
    cmp_look_t look;
    size_t count;
    cmp_look_begin(&look, "");
    cmp_look_again(&look, 0.1);
    cmp_finding_t *findings = cmp_doctor_examine(&look, &count);
    assert_true(look.before.process_count > 0);
    assert_int_equal(look.before.self, getpid());
    assert_true(look.after.total_ticks >= look.before.total_ticks);
    assert_true(finding_of(findings, count, "overcommit")->severity >= CMP_SEVERITY_FINE);
    assert_true(finding_of(findings, count, "free-memory")->severity >= CMP_SEVERITY_FINE);
    free(findings);
    cmp_look_free(&look);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tree_triggers_its_findings_and_no_other),
        cmocka_unit_test(a_healthy_machine_is_fine_in_every_respect),
        cmocka_unit_test(nothing_readable_is_no_finding_and_not_fine),
        cmocka_unit_test(timed_checks_need_a_second_look),
        cmocka_unit_test(every_check_has_a_tree_that_shows_it_at_its_worst),
        cmocka_unit_test(every_check_is_complete_and_documented),
        cmocka_unit_test(a_refused_counter_is_told_from_a_missing_one),
        cmocka_unit_test(builds_are_judged_by_what_is_in_them),
        cmocka_unit_test(lists_of_pus_are_counted),
        cmocka_unit_test(the_line_of_a_run_names_what_spoils),
        cmocka_unit_test(the_running_machine_is_examined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
