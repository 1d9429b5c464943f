/*
 * The table of the doctor's checks: what can spoil a measurement, what it does to the figures, and
 * what to do about it. A check is one row here, one probe (doctor_probes.h), one fixture tree below
 * tests/fixtures/machines and its entry in docs/doctor.md, which `compare doctor --list` prints.
 */
#include "doctor_probes.h"

#define CPU "/sys/devices/system/cpu/"
#define THP "/sys/kernel/mm/transparent_hugepage/"

static const cmp_check_t checks[] = {
    {"governor", "CPU frequency follows the load", CMP_SEVERITY_SPOILS, 0,
     CPU "cpu0/cpufreq/scaling_governor", cmp_probe_governor,
     "The clock rises while a sample runs and falls between samples: the first milliseconds are "
     "slow, and an allocator that waits or sleeps more is measured at a lower clock.",
     "echo performance | sudo tee " CPU "cpu*/cpufreq/scaling_governor"},
    {"turbo", "CPU frequency depends on temperature and busy cores", CMP_SEVERITY_SPOILS, 0,
     CPU "cpufreq/boost", cmp_probe_turbo,
     "One thread runs at a higher clock than many, so that scaling looks worse than it is; long "
     "runs "
     "get slower as the package heats up. Ratios within a round suffer less than absolute figures.",
     "echo 0 | sudo tee " CPU "cpufreq/boost"},
    {"throttle", "the processor has slowed down by heat", CMP_SEVERITY_NOTE, CMP_CHECK_HARDWARE,
     NULL, cmp_probe_throttle,
     "Samples that ran hot are slower, by some tenths. It may happen again in a long run.",
     "better cooling, or fewer threads; compare only within rounds"},
    {"battery", "the machine runs on its battery", CMP_SEVERITY_SPOILS, 0, NULL, cmp_probe_battery,
     "Firmware lowers clocks and power limits, and changes them as the battery empties.",
     "connect the mains supply"},
    {"smt", "cores run two threads at a time", CMP_SEVERITY_NOTE, 0, CPU "smt/control",
     cmp_probe_smt,
     "Two threads on one core share its caches and units: with placement compact two threads are "
     "slower than on two cores, and whatever else runs on a sibling takes part of the core.",
     "./compare WORKLOAD -p core, or echo off | sudo tee " CPU "smt/control"},
    {"cores", "too few cores", CMP_SEVERITY_SPOILS, 0, NULL, cmp_probe_cores,
     "Contention between many threads cannot be seen at all, and with a thread on every core the "
     "runner and the system take their time from the workers. What is measured here says nothing "
     "about scaling.",
     "measure on a machine with at least 4 cores, or leave one free with -t"},
    {"cpuset", "only some PUs may be used", CMP_SEVERITY_NOTE, 0, NULL, cmp_probe_cpuset,
     "More threads than these PUs share them; placements are chosen among them alone. Others may "
     "run "
     "on them too.",
     "taskset -cp LIST $$, or cpuset.cpus of the control group"},
    {"cpu-quota", "a quota limits processor time", CMP_SEVERITY_SPOILS, 0, NULL,
     cmp_probe_cpu_quota,
     "When all threads together have used up the quota of a period (100 ms), they stand still "
     "until "
     "the next: throughput measures the quota, and latency shows gaps of tens of milliseconds.",
     "no quota: cpu.max of the control group is max (version 2), cpu.cfs_quota_us is -1 (version "
     "1)"},
    {"steal", "other guests of the host have taken time", CMP_SEVERITY_SPOILS, CMP_CHECK_HOST, NULL,
     cmp_probe_steal,
     "The host runs other machines on the same cores: samples get slower at times that nobody here "
     "chooses. Steal of every sample is stored; spoils from 1 %, worth knowing from 0.1 %.",
     "a dedicated or bare-metal machine; else more rounds (-r 30), and an eye on the noise floor"},
    {"steal-now", "other guests of the host are taking time", CMP_SEVERITY_SPOILS,
     CMP_CHECK_HOST | CMP_CHECK_TIMED, NULL, cmp_probe_steal_now,
     "As steal, in the second in which the doctor kept one PU busy; spoils from 2 %, worth knowing "
     "from 0.5 %.",
     "measure at another time, or on a dedicated machine"},
    {"clock", "reading the time is slow or unsteady", CMP_SEVERITY_SPOILS, 0,
     "/sys/devices/system/clocksource/clocksource0/current_clocksource", cmp_probe_clock,
     "Where the clock source is not tsc, a time stamp costs a system call of 0.2 to 2 us: latency "
     "figures measure the clock. Paravirtual clocks are read without one and cost some 10 ns more.",
     "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"},
    {"huge-pages", "transparent huge pages are always on", CMP_SEVERITY_SPOILS, 0, THP "enabled",
     cmp_probe_huge_pages,
     "Whether memory comes in pages of 2 MiB depends on alignment and on when khugepaged passes "
     "by: "
     "RSS, page faults and TLB misses differ from process to process by a factor, for the same "
     "calls.",
     "echo madvise | sudo tee " THP "enabled"},
    {"damon", "the kernel watches which memory is used", CMP_SEVERITY_SPOILS, 0,
     "/sys/kernel/mm/damon/admin/kdamonds/0/state", cmp_probe_damon,
     "DAMON takes back the marks of use of pages, and what it finds unused it may page out: RSS "
     "falls. Under a hypervisor that keeps page tables of its own, processes with huge and small "
     "pages in one GiB of addresses were seen to stand still for tens of milliseconds, as often as "
     "it looked.",
     "echo off | sudo tee /sys/kernel/mm/damon/admin/kdamonds/0/state"},
    {"swap", "memory may be swapped out", CMP_SEVERITY_SPOILS, 0, "/proc/sys/vm/swappiness",
     cmp_probe_swap,
     "A page that comes back from swap costs as much as a million calls, and RSS does not count "
     "what "
     "is out. In use it spoils; present and empty it is worth knowing.",
     "sudo swapoff -a; and when you are done: sudo swapon -a"},
    {"free-memory", "little memory is left", CMP_SEVERITY_SPOILS, 0, NULL, cmp_probe_free_memory,
     "The kernel reclaims pages while samples run: page faults get slow, samples die for want of "
     "memory. Spoils below 1 GiB or a tenth of the memory.",
     "end programs that hold memory: ps axo pid,rss,comm --sort=-rss | head"},
    {"memory-limit", "a control group limits memory", CMP_SEVERITY_SPOILS, 0, NULL,
     cmp_probe_memory_limit,
     "Near the limit every new page first reclaims another, and beyond it samples are killed; "
     "allocators that return memory late suffer first. Spoils below 1 GiB.",
     "memory.max of the control group is max (version 2), memory.limit_in_bytes is -1 (version 1)"},
    {"address-limit", "the address space is limited", CMP_SEVERITY_SPOILS, 0, NULL,
     cmp_probe_address_limit,
     "Allocators that reserve address space (hakmem, mimalloc) get less or fall back to slower "
     "paths; "
     "others do not notice.",
     "ulimit -v unlimited"},
    {"overcommit", "memory is not overcommitted", CMP_SEVERITY_SPOILS, 0,
     "/proc/sys/vm/overcommit_memory", cmp_probe_overcommit,
     "In mode 2 the kernel refuses reservations beyond its commit limit: allocators that reserve "
     "fall "
     "back to slower paths or fail, others do not notice.",
     "sudo sysctl vm.overcommit_memory=0"},
    {"numa-balancing", "the kernel moves pages between nodes", CMP_SEVERITY_SPOILS, 0,
     "/proc/sys/kernel/numa_balancing", cmp_probe_numa_balancing,
     "Pages are unmapped to see who touches them, and moved while samples run: extra page faults, "
     "and placements that do not stay as they were chosen.",
     "sudo sysctl kernel.numa_balancing=0"},
    {"aslr", "address-space randomisation is off", CMP_SEVERITY_SPOILS, 0,
     "/proc/sys/kernel/randomize_va_space", cmp_probe_aslr,
     "Every process gets the same layout, so that repeating does not average its luck: a "
     "difference "
     "of some percent may come from addresses alone. It must be on: it is what randomises samples.",
     "sudo sysctl kernel.randomize_va_space=2"},
    {"load", "the machine has been busy", CMP_SEVERITY_SPOILS, 0, NULL, cmp_probe_load,
     "Other programs take time, caches and memory bandwidth from the workers. Spoils from a load "
     "of "
     "1, worth knowing from 0.3; it still shows a minute later what has ended.",
     "wait a minute, then look what runs: top -b -n 1 | head -15"},
    {"background", "other processes are using processors", CMP_SEVERITY_SPOILS, CMP_CHECK_TIMED,
     NULL, cmp_probe_background,
     "They take time from one worker and not from another: single samples are slower by tens of "
     "percent. Spoils from 0.1 PUs, worth knowing from 0.03.",
     "stop them while you measure: kill -STOP PID; and when you are done: kill -CONT PID"},
    {"tracer", "this process is being traced", CMP_SEVERITY_SPOILS, 0, NULL, cmp_probe_tracer,
     "A debugger or strace stops the runner, and workers that it follows, at every system call or "
     "signal.",
     "start it without gdb or strace"},
    {"profiler", "a profiler or tracer is running", CMP_SEVERITY_NOTE, 0, NULL, cmp_probe_profiler,
     "If it watches the whole machine it interrupts the workers, and holds the counters that "
     "--counters wants.",
     "end it while you measure"},
    {"preload", "a library is loaded into every program", CMP_SEVERITY_NOTE, 0,
     "/etc/ld.so.preload", cmp_probe_preload,
     "It is in the workers too: it adds to RSS and to the time of what it intercepts.",
     "sudo mv /etc/ld.so.preload /etc/ld.so.preload.off"},
    {"pmu", "no hardware counters", CMP_SEVERITY_NOTE, CMP_CHECK_HOST | CMP_CHECK_HARDWARE, NULL,
     cmp_probe_pmu,
     "Instructions, cycles and cache misses cannot be counted while it runs. Counts of "
     "instructions "
     "then come from a simulator, without cycles.",
     "in a virtual machine, give it a PMU (QEMU: -cpu host,pmu=on), or use bare metal"},
    {"perf-paranoid", "users may not count", CMP_SEVERITY_NOTE, 0,
     "/proc/sys/kernel/perf_event_paranoid", cmp_probe_perf_paranoid,
     "perf events are refused, so that --counters has to simulate.",
     "sudo sysctl kernel.perf_event_paranoid=2"},
    {"virtual", "this is a virtual machine", CMP_SEVERITY_NOTE, CMP_CHECK_HOST, NULL,
     cmp_probe_virtual,
     "Page faults and TLB misses cost more (two levels of page tables), the topology may be "
     "invented, and frequency and neighbours are out of sight. Ratios hold for such machines.",
     "bare metal, for figures that are to hold there"},
    {"debug-kernel", "the kernel is built for debugging", CMP_SEVERITY_SPOILS, 0, NULL,
     cmp_probe_debug_kernel,
     "Page faults, futexes and mmap are several times slower: allocators that go to the kernel "
     "more "
     "often look worse than they are.",
     "boot the distribution's standard kernel"},
    {"debug-allocator", "an allocator is built for debugging", CMP_SEVERITY_SPOILS, 0, NULL,
     cmp_probe_debug_allocator,
     "It checks what it does on every call: its figures say nothing about the build that people "
     "use.",
     "take it out of -a, or install the package of its release build"},
};

const cmp_check_t *cmp_checks(size_t *count) {
    *count = sizeof checks / sizeof checks[0];
    return checks;
}
