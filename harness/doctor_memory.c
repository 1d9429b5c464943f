/*
 * Probes of the doctor that concern memory: pages, swap, limits, layout of the address space.
 * Called through the table of doctor_checks.c.
 */
#include "doctor_probes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "sysfile.h"

#define MIB (1024.0 * 1024.0)
#define GIB (1024.0 * MIB)

/* A line "Key:   123 kB" of /proc/meminfo, in bytes; NAN when missing. */
static double meminfo_bytes(const cmp_look_t *look, const char *key) {
    char text[64];
    return cmp_sys_value(look->root, "/proc/meminfo", key, ':', text, sizeof text)
               ? strtod(text, NULL) * 1024
               : NAN;
}

/* ------------------------------------------------------------------ pages */

void cmp_probe_huge_pages(const cmp_look_t *look, cmp_finding_t *finding) {
    static const char folder[] = "/sys/kernel/mm/transparent_hugepage";
    const char *mode = look->machine.thp;
    if (strcmp(mode, "n/a") == 0)
        return;
    int64_t khugepaged = 0;
    cmp_sys_number(look->root, &khugepaged, "%s/khugepaged/defrag", folder);
    bool always = strcmp(mode, "always") == 0;
    cmp_found(finding, always ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_FINE, "mode %s%s", mode,
              always && khugepaged != 0 ? "; khugepaged is at work" : "");
    /* Since Linux 6.8 every size has a mode of its own, beside the one above. */
    for (unsigned kib = 8; !always && kib <= 1 << 20; kib *= 2) {
        char text[128];
        if (!cmp_sys_line(look->root, text, sizeof text, "%s/hugepages-%ukB/enabled", folder, kib))
            continue;
        cmp_bracketed(text);
        if (strcmp(text, "always") != 0)
            continue;
        cmp_found(finding, CMP_SEVERITY_SPOILS, "mode %s, but always for pages of %u KiB", mode,
                  kib);
        snprintf(finding->setting, sizeof finding->setting, "%s/hugepages-%ukB/enabled", folder,
                 kib);
        cmp_remedy(finding, "echo inherit | sudo tee %s", finding->setting);
        return;
    }
}

/* Monitors are in sysfs since Linux 5.18; the modules in front of them work by themselves. */
void cmp_probe_damon(const cmp_look_t *look, cmp_finding_t *finding) {
    static const char monitors[] = "/sys/kernel/mm/damon/admin/kdamonds";
    static const char *const modules[] = {"damon_reclaim", "damon_lru_sort", "damon_stat"};
    int64_t count = 0, sample_us = 0;
    char text[64], action[64];
    const bool has_any = cmp_sys_exists(look->root, "%s", monitors);
    if (!has_any && look->machine.numa_nodes == 0)
        return; /* nothing can be read here */
    cmp_found(finding, CMP_SEVERITY_FINE, has_any ? "no monitor is on" : "not in this kernel");
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        snprintf(finding->setting, sizeof finding->setting, "/sys/module/%s/parameters/enabled",
                 modules[i]);
        if (!cmp_sys_line(look->root, text, sizeof text, "%s", finding->setting) || text[0] != 'Y')
            continue;
        cmp_found(finding, CMP_SEVERITY_SPOILS, "%s is on", modules[i]);
        cmp_remedy(finding, "echo N | sudo tee %s", finding->setting);
        return;
    }
    cmp_sys_number(look->root, &count, "%s/nr_kdamonds", monitors);
    for (int64_t i = 0; i < count; i++) {
        const long long nth = (long long)i;
        snprintf(finding->setting, sizeof finding->setting, "%s/%lld/state", monitors, nth);
        if (!cmp_sys_line(look->root, text, sizeof text, "%s", finding->setting) ||
            strcmp(text, "on") != 0)
            continue;
        cmp_sys_number(look->root, &sample_us,
                       "%s/%lld/contexts/0/monitoring_attrs/intervals/sample_us", monitors, nth);
        const bool acts = cmp_sys_line(look->root, action, sizeof action,
                                       "%s/%lld/contexts/0/schemes/0/action", monitors, nth);
        cmp_found(finding, CMP_SEVERITY_SPOILS, "looks every %lld ms which pages are used%s%s",
                  (long long)(sample_us / 1000), acts ? ", to do with others: " : "",
                  acts ? action : "");
        cmp_remedy(finding, "echo off | sudo tee %s", finding->setting);
        return;
    }
    finding->setting[0] = '\0';
}

void cmp_probe_swap(const cmp_look_t *look, cmp_finding_t *finding) {
    double total = meminfo_bytes(look, "SwapTotal"), left = meminfo_bytes(look, "SwapFree");
    int64_t swappiness = -1;
    cmp_sys_number(look->root, &swappiness, "/proc/sys/vm/swappiness");
    if (isnan(total) || isnan(left))
        return;
    if (total == 0)
        cmp_found(finding, CMP_SEVERITY_FINE, "no swap");
    else
        cmp_found(finding, total > left ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_NOTE,
                  "%.0f of %.0f MiB in use, swappiness %lld", (total - left) / MIB, total / MIB,
                  (long long)swappiness);
}

void cmp_probe_numa_balancing(const cmp_look_t *look, cmp_finding_t *finding) {
    int64_t mode;
    if (!cmp_sys_number(look->root, &mode, "/proc/sys/kernel/numa_balancing"))
        mode = 0; /* a kernel that cannot do it */
    if (look->machine.numa_nodes == 0)
        return;
    bool moves = mode != 0 && look->machine.numa_nodes > 1;
    cmp_found(finding, moves ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_FINE, "%s, %u NUMA node%s",
              mode != 0 ? "on" : "off", look->machine.numa_nodes,
              look->machine.numa_nodes == 1 ? "" : "s");
}

/* ------------------------------------------------------------------ limits */

void cmp_probe_free_memory(const cmp_look_t *look, cmp_finding_t *finding) {
    double total = meminfo_bytes(look, "MemTotal"), available = meminfo_bytes(look, "MemAvailable");
    if (isnan(total) || isnan(available))
        return;
    bool low = available < GIB || available < total / 10;
    cmp_found(finding, low ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_FINE,
              "%.1f of %.1f GiB are available", available / GIB, total / GIB);
}

/* Limit of one group in bytes; false without one. */
static bool group_limit(const char *root, const cmp_cgroup_t *group, const char *file,
                        double *limit) {
    char text[64], *end;
    if (!cmp_sys_line(root, text, sizeof text, "%s/%s", group->folder, file))
        return false;
    *limit = strtod(text, &end);
    return end != text && *limit < 4e18; /* version 1 writes a number near 2^63 for no limit */
}

void cmp_probe_memory_limit(const cmp_look_t *look, cmp_finding_t *finding) {
    cmp_cgroup_t group;
    if (!cmp_cgroup_find(look->root, "memory", &group))
        return;
    double lowest = INFINITY, total = meminfo_bytes(look, "MemTotal"), limit;
    do {
        const char *const files[] = {group.unified ? "memory.max" : "memory.limit_in_bytes",
                                     group.unified ? "memory.high" : NULL};
        for (size_t i = 0; i < 2 && files[i] != NULL; i++) {
            if (!group_limit(look->root, &group, files[i], &limit) || limit >= lowest)
                continue;
            lowest = limit;
            snprintf(finding->setting, sizeof finding->setting, "%.400s/%s", group.folder,
                     files[i]);
            cmp_remedy(finding,
                       "echo %s | sudo tee %.200s; for a container: docker run without "
                       "--memory, or a higher memory limit for the pod",
                       group.unified ? "max" : "-1", finding->setting);
        }
    } while (cmp_cgroup_up(&group));
    if (!(lowest < total))
        cmp_found(finding, CMP_SEVERITY_FINE, "no limit below the machine's memory");
    else
        cmp_found(finding, lowest < GIB ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_NOTE,
                  "%.0f MiB, of %.0f MiB that the machine has", lowest / MIB, total / MIB);
}

void cmp_probe_address_limit(const cmp_look_t *look, cmp_finding_t *finding) {
    static const char key[] = "Max address space";
    FILE *file = cmp_sys_open(look->root, "/proc/self/limits");
    char line[CMP_SYS_LINE_BYTES], soft[32], hard[32];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, sizeof key - 1) != 0 ||
            sscanf(line + sizeof key - 1, "%31s %31s", soft, hard) != 2)
            continue;
        if (strcmp(soft, "unlimited") == 0)
            cmp_found(finding, CMP_SEVERITY_FINE, "unlimited");
        else
            cmp_found(finding, CMP_SEVERITY_SPOILS, "%.0f MiB", strtod(soft, NULL) / MIB);
        if (strcmp(hard, "unlimited") != 0)
            cmp_remedy(finding, "sudo prlimit --as=unlimited --pid $$");
    }
    if (file != NULL)
        fclose(file);
}

void cmp_probe_overcommit(const cmp_look_t *look, cmp_finding_t *finding) {
    const char *mode = look->machine.overcommit;
    if (strcmp(mode, "n/a") != 0)
        cmp_found(finding, strcmp(mode, "never") == 0 ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_FINE,
                  "mode %s", mode);
}

/* ------------------------------------------------------------------ layout */

void cmp_probe_aslr(const cmp_look_t *look, cmp_finding_t *finding) {
    int64_t mode;
    if (!cmp_sys_number(look->root, &mode, "/proc/sys/kernel/randomize_va_space"))
        return;
    cmp_found(finding, mode == 2 ? CMP_SEVERITY_FINE : CMP_SEVERITY_SPOILS,
              "randomize_va_space is %d%s", (int)mode,
              mode == 1 ? ": the heap stays in place" : "");
}
