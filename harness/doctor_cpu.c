/*
 * Probes of the doctor that concern processors: frequency, siblings, limits on processor time,
 * time that others take, clocks. Called through the table of doctor_checks.c.
 */
#include "doctor_probes.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "paths.h"
#include "sysfile.h"

static const char cpu_folder[] = "/sys/devices/system/cpu";

/* ------------------------------------------------------------------ frequency */

void cmp_probe_governor(const cmp_look_t *look, cmp_finding_t *finding) {
    const char *governor = look->machine.governor;
    if (strcmp(governor, "n/a") != 0)
        cmp_found(finding,
                  strcmp(governor, "performance") == 0 ? CMP_SEVERITY_FINE : CMP_SEVERITY_SPOILS,
                  "governor %s", governor);
}

void cmp_probe_turbo(const cmp_look_t *look, cmp_finding_t *finding) {
    int64_t value;
    if (cmp_sys_number(look->root, &value, "%s/intel_pstate/no_turbo", cpu_folder)) {
        cmp_found(finding, value == 0 ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_FINE,
                  "intel_pstate/no_turbo is %d", (int)value);
        snprintf(finding->setting, sizeof finding->setting, "%s/intel_pstate/no_turbo", cpu_folder);
        cmp_remedy(finding, "echo 1 | sudo tee %s/intel_pstate/no_turbo", cpu_folder);
    } else if (cmp_sys_number(look->root, &value, "%s/cpufreq/boost", cpu_folder)) {
        cmp_found(finding, value != 0 ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_FINE,
                  "cpufreq/boost is %d", (int)value);
    }
}

void cmp_probe_throttle(const cmp_look_t *look, cmp_finding_t *finding) {
    int64_t count, sum = 0;
    bool read = false;
    for (uint32_t pu = 0; cmp_sys_exists(look->root, "%s/cpu%u", cpu_folder, pu); pu++)
        if (cmp_sys_number(look->root, &count, "%s/cpu%u/thermal_throttle/core_throttle_count",
                           cpu_folder, pu)) {
            read = true;
            sum += count;
        }
    if (read)
        cmp_found(finding, sum > 0 ? CMP_SEVERITY_NOTE : CMP_SEVERITY_FINE,
                  "slowed down by heat %lld times since boot", (long long)sum);
}

void cmp_probe_battery(const cmp_look_t *look, cmp_finding_t *finding) {
    static const char supplies[] = "/sys/class/power_supply";
    char *path = cmp_text("%s%s", look->root, supplies);
    DIR *folder = opendir(path);
    free(path);
    if (folder == NULL)
        return;
    cmp_found(finding, CMP_SEVERITY_FINE, "no battery in use");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char kind[32];
        int64_t online;
        if (cmp_sys_line(look->root, kind, sizeof kind, "%s/%s/type", supplies, entry->d_name) &&
            strcmp(kind, "Mains") == 0 &&
            cmp_sys_number(look->root, &online, "%s/%s/online", supplies, entry->d_name) &&
            online == 0)
            cmp_found(finding, CMP_SEVERITY_SPOILS, "mains supply %.64s is not connected",
                      entry->d_name);
    }
    closedir(folder);
}

/* ------------------------------------------------------------------ which processors */

void cmp_probe_smt(const cmp_look_t *look, cmp_finding_t *finding) {
    int64_t active;
    if (cmp_sys_number(look->root, &active, "%s/smt/active", cpu_folder))
        cmp_found(finding, active != 0 ? CMP_SEVERITY_NOTE : CMP_SEVERITY_FINE,
                  active != 0 ? "%u cores show %u PUs" : "one PU per core (%u cores, %u PUs)",
                  look->machine.cores, look->machine.pus);
}

uint32_t cmp_pu_list_count(const char *list) {
    uint32_t count = 0;
    for (const char *at = list; *at >= '0' && *at <= '9';) {
        char *end;
        unsigned long first = strtoul(at, &end, 10), last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 10);
        if (last < first)
            return 0;
        count += (uint32_t)(last - first + 1);
        at = *end == ',' ? end + 1 : end;
    }
    return count;
}

uint32_t cmp_allowed_pus(const cmp_look_t *look, char *list) {
    char text[CMP_PU_LIST_BYTES];
    if (list == NULL)
        list = text;
    return cmp_sys_value(look->root, "/proc/self/status", "Cpus_allowed_list", ':', list,
                         CMP_PU_LIST_BYTES)
               ? cmp_pu_list_count(list)
               : 0;
}

void cmp_probe_cores(const cmp_look_t *look, cmp_finding_t *finding) {
    const uint32_t enough = 3;
    uint32_t cores = look->machine.cores, allowed = cmp_allowed_pus(look, NULL);
    if (cores == 0)
        return;
    bool restricted = cores >= enough && allowed > 0 && allowed < enough;
    if (allowed > 0 && allowed < cores)
        cores = allowed;
    cmp_found(finding, cores < enough ? CMP_SEVERITY_SPOILS : CMP_SEVERITY_FINE,
              "%u core%s for workers, for what measures them and for the rest of the system", cores,
              cores == 1 ? "" : "s");
    if (!restricted)
        snprintf(finding->fixed, sizeof finding->fixed, "%s",
                 cmp_look_virtual(look) ? "only the host of this virtual machine can give it more"
                                        : "the machine has no more");
}

void cmp_probe_cpuset(const cmp_look_t *look, cmp_finding_t *finding) {
    char online[CMP_PU_LIST_BYTES], allowed[CMP_PU_LIST_BYTES], group_list[CMP_PU_LIST_BYTES];
    if (!cmp_sys_line(look->root, online, sizeof online, "%s/online", cpu_folder) ||
        cmp_allowed_pus(look, allowed) == 0)
        return;
    uint32_t all = cmp_pu_list_count(online), mine = cmp_pu_list_count(allowed);
    if (mine >= all) {
        cmp_found(finding, CMP_SEVERITY_FINE, "all %u PUs may be used", all);
        return;
    }
    cmp_found(finding, CMP_SEVERITY_NOTE, "%u of %u PUs may be used: %.160s", mine, all, allowed);
    cmp_remedy(finding, "taskset -cp %.160s $$", online);
    cmp_cgroup_t group;
    bool found = cmp_cgroup_find(look->root, "cpuset", &group);
    const char *effective =
        found && group.unified ? "cpuset.cpus.effective" : "cpuset.effective_cpus";
    if (found &&
        cmp_sys_line(look->root, group_list, sizeof group_list, "%s/%s", group.folder, effective) &&
        cmp_pu_list_count(group_list) <= mine) {
        snprintf(finding->setting, sizeof finding->setting, "%.400s/cpuset.cpus", group.folder);
        cmp_remedy(finding, "echo %.100s | sudo tee %.240s", online, finding->setting);
    }
}

/* ------------------------------------------------------------------ limits on processor time */

/* Quota of one group in PUs; false without one. `file` gets the name of what sets it. */
static bool group_quota(const char *root, const cmp_cgroup_t *group, double *quota,
                        const char **file) {
    char text[64];
    long long time_us, period_us = 0;
    int64_t quota_us;
    *file = group->unified ? "cpu.max" : "cpu.cfs_quota_us";
    if (group->unified) {
        if (!cmp_sys_line(root, text, sizeof text, "%s/cpu.max", group->folder) ||
            sscanf(text, "%lld %lld", &time_us, &period_us) != 2)
            return false; /* "max 100000" */
    } else {
        int64_t period;
        if (!cmp_sys_number(root, &quota_us, "%s/cpu.cfs_quota_us", group->folder) ||
            !cmp_sys_number(root, &period, "%s/cpu.cfs_period_us", group->folder))
            return false;
        time_us = quota_us;
        period_us = period;
    }
    if (time_us <= 0 || period_us <= 0)
        return false;
    *quota = (double)time_us / (double)period_us;
    return true;
}

static int64_t group_throttled(const char *root, const cmp_cgroup_t *group) {
    char path[sizeof group->folder + 16], text[32];
    snprintf(path, sizeof path, "%s/cpu.stat", group->folder);
    return cmp_sys_value(root, path, "nr_throttled", ' ', text, sizeof text)
               ? strtoll(text, NULL, 10)
               : 0;
}

void cmp_probe_cpu_quota(const cmp_look_t *look, cmp_finding_t *finding) {
    cmp_cgroup_t group;
    if (!cmp_cgroup_find(look->root, "cpu", &group))
        return;
    double lowest = 0, quota;
    int64_t throttled = 0;
    do {
        const char *file;
        if (!group_quota(look->root, &group, &quota, &file) || (lowest > 0 && quota >= lowest))
            continue;
        lowest = quota;
        throttled = group_throttled(look->root, &group);
        snprintf(finding->setting, sizeof finding->setting, "%.400s/%s", group.folder, file);
        cmp_remedy(finding,
                   "echo %s | sudo tee %.200s; for a container: docker update --cpus 0 "
                   "NAME, or no cpu limit for the pod",
                   group.unified ? "max" : "-1", finding->setting);
    } while (cmp_cgroup_up(&group));
    if (lowest == 0) {
        cmp_found(finding, CMP_SEVERITY_FINE, "no quota");
        return;
    }
    uint32_t pus = cmp_allowed_pus(look, NULL);
    cmp_found(finding, pus > 0 && lowest >= pus ? CMP_SEVERITY_NOTE : CMP_SEVERITY_SPOILS,
              "quota of %.2f PUs, %u may be used; held back %lld times so far", lowest, pus,
              (long long)throttled);
}

/* ------------------------------------------------------------------ stolen time */

/* Stolen time counts against the time that the machine wanted to run: idle time cannot be stolen.
 */
static void steal_judge(cmp_finding_t *finding, uint64_t steal, uint64_t busy, double note,
                        double spoils, const char *when) {
    if (steal + busy == 0)
        return;
    double share = (double)steal / (double)(steal + busy);
    cmp_severity_t severity = share >= spoils ? CMP_SEVERITY_SPOILS
                              : share >= note ? CMP_SEVERITY_NOTE
                                              : CMP_SEVERITY_FINE;
    cmp_found(finding, severity, "%.2f %% of the time in which it wanted to run, %s", share * 100,
              when);
}

void cmp_probe_steal(const cmp_look_t *look, cmp_finding_t *finding) {
    if (look->before.total_ticks > 0)
        steal_judge(finding, look->before.steal_ticks, look->before.busy_ticks, 0.001, 0.01,
                    "since boot");
}

void cmp_probe_steal_now(const cmp_look_t *look, cmp_finding_t *finding) {
    if (look->before.total_ticks > 0)
        steal_judge(finding, look->after.steal_ticks - look->before.steal_ticks,
                    look->after.busy_ticks - look->before.busy_ticks, 0.005, 0.02,
                    "while the doctor looked");
}

/* ------------------------------------------------------------------ clock */

/* Some clocks are read by a system call each time. */
static cmp_severity_t clock_judge(const char *clock) {
    static const char *const fast[] = {"tsc", "arch_sys_counter"};
    static const char *const paravirtual[] = {"kvm-clock", "hyperv_clocksource_tsc_page"};
    for (size_t i = 0; i < sizeof fast / sizeof fast[0]; i++)
        if (strcmp(clock, fast[i]) == 0)
            return CMP_SEVERITY_FINE;
    for (size_t i = 0; i < sizeof paravirtual / sizeof paravirtual[0]; i++)
        if (strcmp(clock, paravirtual[i]) == 0)
            return CMP_SEVERITY_NOTE;
    return CMP_SEVERITY_SPOILS;
}

void cmp_probe_clock(const cmp_look_t *look, cmp_finding_t *finding) {
    static const char folder[] = "/sys/devices/system/clocksource/clocksource0";
    char current[64], available[256] = "", flags[CMP_SYS_LINE_BYTES];
    if (!cmp_sys_line(look->root, current, sizeof current, "%s/current_clocksource", folder))
        return;
    cmp_sys_line(look->root, available, sizeof available, "%s/available_clocksource", folder);
    cmp_severity_t severity = clock_judge(current);
    bool x86 = cmp_sys_value(look->root, "/proc/cpuinfo", "flags", ':', flags, sizeof flags);
    if (severity == CMP_SEVERITY_FINE && x86 && strstr(flags, "constant_tsc") == NULL) {
        cmp_found(finding, CMP_SEVERITY_NOTE, "clock source %s, but its rate is not constant",
                  current);
        snprintf(finding->fixed, sizeof finding->fixed, "the processor has no constant one");
        return;
    }
    bool offered = strstr(available, "tsc") != NULL && strcmp(current, "tsc") != 0;
    cmp_found(finding, severity, "clock source %s%s", current,
              severity == CMP_SEVERITY_FINE ? ""
              : offered                     ? "; tsc is offered"
                                            : "; tsc is not offered: the kernel found it unstable");
    if (severity > CMP_SEVERITY_FINE && !offered)
        snprintf(finding->fixed, sizeof finding->fixed, "the kernel does not offer tsc%s",
                 cmp_look_virtual(look) ? " to this virtual machine" : "");
}
