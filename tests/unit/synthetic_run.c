/* A run made up by arithmetic; see synthetic_run.h. */
#include "synthetic_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const touch_choices[] = {"none", "first", NULL};

static const wl_parameter_t parameters[] = {
    {"slots", "blocks", 8192, 1, 1 << 20, NULL, "table size"},
    {"max", "bytes", 768, 1, 1 << 20, NULL, "largest block"},
    {"touch", "", 1, 0, 0, touch_choices, "what is written"},
};

static const wl_workload_t demo = {
    .name = "demo",
    .summary = "made up",
    .stresses = "nothing",
    .parameters = parameters,
    .parameter_count = 3,
};

static cmp_allocator_t allocator_make(const char *label, const char *name, const char *version,
                                      char digit, bool control) {
    cmp_allocator_t allocator = {.label = strdup(label),
                                 .name = strdup(name),
                                 .path = strdup("lib.so"),
                                 .version = strdup(version),
                                 .control = control};
    memset(allocator.sha256, digit, CMP_SHA256_BYTES - 1);
    return allocator;
}

/* Throughput of a round: a drift that all share, times the allocator's factor, times a wobble. */
static double throughput(size_t allocator, uint32_t threads, uint32_t round) {
    static const double factors[] = {1, 0.8, 1.001, 0, 1};
    static const double wobbles[] = {0, 0.004, -0.006, 0.003, -0.002, 0.005, -0.003};
    double drift = 1 + 0.01 * sin(round);
    double wobble = allocator == 0 ? 0 : wobbles[(round * 3 + allocator + threads) % 7];
    return 100e6 * threads * drift * factors[allocator] * (1 + wobble);
}

static cmp_sample_t sample_make(size_t allocator, uint32_t threads, uint32_t round) {
    cmp_sample_t sample = {.round = round,
                           .position = (uint32_t)((allocator + round) % 5),
                           .seed = UINT64_MAX - round,
                           .started = 1700000000 + round,
                           .wall_seconds = 0.5,
                           .steal_seconds = NAN,
                           .crossed_share = NAN,
                           .binding = strdup(threads == 1 ? "0" : "0,1")};
    cmp_uuid(sample.uuid);
    if (allocator == SYNTHETIC_BROKEN || (allocator == SYNTHETIC_FRAIL && round % 5 == 2)) {
        sample.failure = allocator == SYNTHETIC_BROKEN ? CMP_FAIL_CRASH : CMP_FAIL_HANG;
        sample.reason = strdup(allocator == SYNTHETIC_BROKEN ? "killed by signal 11"
                                                             : "passed the deadline of 5 s");
        return sample;
    }
    sample.ops_per_second = throughput(allocator, threads, round);
    sample.window_seconds = 0.25;
    sample.ops = 1000000 * threads;
    sample.checksum = 0xfeedfacecafebeef;
    sample.crossed_share = threads == 1 ? 0 : 0.9;
    sample.memory[WL_MOMENT_EMPTY].rss_bytes = 2 << 20;
    sample.memory[WL_MOMENT_PEAK_LIVE].rss_bytes = (10 << 20) + (allocator << 20);
    sample.peak_rss_bytes = sample.memory[WL_MOMENT_PEAK_LIVE].rss_bytes + (1 << 20);
    sample.memory[WL_MOMENT_FREED].rss_bytes = 3 << 20;
    sample.live_bytes = 6 << 20;
    sample.minor_faults = 100;
    sample.user_seconds = 0.2;
    sample.timeline_count = 2;
    sample.timeline = calloc(2, sizeof *sample.timeline);
    sample.timeline[1] = (cmp_timeline_point_t){0.1, 5 << 20, 4 << 20, NAN};
    return sample;
}

static cmp_cell_t cell_make(size_t allocator, uint32_t threads, uint32_t rounds) {
    cmp_cell_t cell = {.workload = &demo,
                       .values = {{8192, 768, 1}},
                       .allocator = allocator,
                       .threads = threads,
                       .placement = TOPO_COMPACT,
                       .oversubscribed = threads > 2,
                       .ops_per_thread = 1000000,
                       .warmup_per_thread = 10000,
                       .sample_count = rounds};
    cell.samples = calloc(rounds + 1, sizeof *cell.samples);
    for (uint32_t round = 0; round < rounds; round++)
        cell.samples[round] = sample_make(allocator, threads, round);
    return cell;
}

static cmp_machine_t machine_make(void) {
    return (cmp_machine_t){.hostname = strdup("bench"),
                           .cpu = strdup("Example CPU"),
                           .caches = strdup("L1d 32 KiB, L2 1 MiB"),
                           .kernel = strdup("Linux 6.1.0 x86_64"),
                           .os = strdup("Example Linux 1"),
                           .libc = strdup("glibc 2.36"),
                           .governor = strdup("n/a"),
                           .thp = strdup("madvise"),
                           .overcommit = strdup("heuristic"),
                           .hypervisor = strdup("none"),
                           .topology = strdup("1 package, 2 cores, 2 PUs"),
                           .topology_xml = strdup("<topology/>"),
                           .packages = 1,
                           .cores = 2,
                           .pus = 2,
                           .numa_nodes = 1,
                           .memory_bytes = 8ull << 30,
                           .id = strdup("0123456789abcdef")};
}

cmp_run_t synthetic_run(uint32_t rounds) {
    static const char *const arguments[] = {"./compare", "demo", "-a", "hakmem,it's", NULL};
    static const uint32_t threads[] = {1, 2, 4};
    cmp_run_t run = {.kind = "measured",
                     .started = 1700000000,
                     .commit = strdup("abc1234"),
                     .compiler = strdup("gcc 12.2.0"),
                     .machine = machine_make(),
                     .seed = 18446744073709551615u,
                     .rounds = rounds,
                     .rounds_done = rounds};
    cmp_uuid(run.uuid);
    run.command = calloc(5, sizeof *run.command);
    for (size_t i = 0; arguments[i]; i++)
        run.command[i] = strdup(arguments[i]);
    run.allocator_count = 5;
    run.allocators = calloc(5, sizeof *run.allocators);
    run.allocators[SYNTHETIC_FIRST] = allocator_make("hakmem", "hakmem", "0.1", 'a', false);
    run.allocators[SYNTHETIC_PEER] = allocator_make("peer", "peer", "5.3.0-1", 'b', false);
    run.allocators[SYNTHETIC_FRAIL] = allocator_make("frail", "frail", "n/a", 'c', false);
    run.allocators[SYNTHETIC_BROKEN] = allocator_make("broken", "broken", "n/a", 'd', false);
    run.allocators[SYNTHETIC_CONTROL] =
        allocator_make(CMP_CONTROL_LABEL, "hakmem", "0.1", 'a', true);
    run.cells = calloc(15, sizeof *run.cells);
    for (size_t t = 0; t < 3; t++)
        for (size_t allocator = 0; allocator < 5; allocator++)
            run.cells[run.cell_count++] = cell_make(allocator, threads[t], rounds);
    return run;
}

const wl_workload_t *synthetic_find(const char *name) {
    return strcmp(name, demo.name) == 0 ? &demo : NULL;
}

cmp_cell_t *synthetic_cell(cmp_run_t *run, size_t allocator, uint32_t threads) {
    for (size_t i = 0; i < run->cell_count; i++)
        if (run->cells[i].allocator == allocator && run->cells[i].threads == threads)
            return &run->cells[i];
    abort();
}
