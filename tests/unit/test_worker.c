/*
 * Tests of build/worker as the harness sees it: the control block's states and proof, determinism,
 * binding, bookkeeping, and the named failure of each fixture allocator. Every case starts real
 * workers; they are kept short.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/futex.h>
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../workloads/worker_control.h"

enum { MAX_ARGUMENTS = 24, MAX_TEST_THREADS = 64, WAIT_SECONDS = 60 };

typedef struct child {
    pid_t pid;
    int status; /* of waitpid, once ended */
    size_t bytes;
    wl_control_t *control;
} child_t;

/* ---------------------------------------------------------------------------------- a worker */

static void arguments_split(char *text, char **arguments) {
    size_t count = 1;
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(count + 2 < MAX_ARGUMENTS);
        arguments[count++] = word;
    }
}

static _Noreturn void worker_exec(int fd, const char *library, const char *request) {
    char text[512], control[32], *arguments[MAX_ARGUMENTS] = {"worker"};
    snprintf(text, sizeof text, "%s", request);
    arguments_split(text, arguments);
    snprintf(control, sizeof control, "control=%d", fd);
    for (size_t i = 0; i < MAX_ARGUMENTS - 1; i++) {
        if (arguments[i] == NULL) {
            arguments[i] = control;
            break;
        }
    }
    int quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    if (library != NULL)
        setenv("LD_PRELOAD", library, 1);
    execv("build/worker", arguments);
    _exit(127);
}

/* Starts a worker with room for `threads`; `go` as given. */
static child_t child_start(const char *library, const char *request, uint32_t threads,
                           uint32_t go) {
    child_t child = {.bytes = wl_control_bytes(threads)};
    int fd = memfd_create("control", 0);
    assert_true(fd >= 0 && ftruncate(fd, (off_t)child.bytes) == 0);
    child.control = mmap(NULL, child.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(child.control != MAP_FAILED);
    child.control->magic = WL_CONTROL_MAGIC;
    child.control->struct_bytes = sizeof(wl_control_t);
    child.control->thread_count = threads;
    atomic_store(&child.control->go, go);
    child.pid = fork();
    assert_true(child.pid >= 0);
    if (child.pid == 0)
        worker_exec(fd, library, request);
    close(fd);
    return child;
}

static void child_wait(child_t *child) {
    assert_int_equal(waitpid(child->pid, &child->status, 0), child->pid);
}

static void child_release(child_t *child) {
    munmap(child->control, child->bytes);
}

static child_t child_run(const char *library, const char *request, uint32_t threads) {
    child_t child = child_start(library, request, threads, 1);
    child_wait(&child);
    return child;
}

static void assert_done(const child_t *child) {
    if (!WIFEXITED(child->status) || WEXITSTATUS(child->status) != 0)
        fail_msg("worker ended with status %#x: %s", (unsigned)child->status,
                 child->control->message);
    assert_int_equal(atomic_load(&child->control->state), WL_STATE_DONE);
}

static void assert_failed(const child_t *child, enum wl_failure failure, const char *words) {
    assert_true(WIFEXITED(child->status));
    assert_int_equal(WEXITSTATUS(child->status), failure == WL_FAILURE_BAD_REQUEST ? 2 : 1);
    assert_int_equal(atomic_load(&child->control->state), WL_STATE_FAILED);
    assert_int_equal(child->control->failure, failure);
    if (strstr(child->control->message, words) == NULL)
        fail_msg("'%s' does not say '%s'", child->control->message, words);
}

/* Sleeps until the worker's state is at least `state`. */
static void child_reach(const child_t *child, enum wl_state state) {
    time_t deadline = time(NULL) + WAIT_SECONDS;
    for (;;) {
        uint32_t now = atomic_load(&child->control->state);
        if (now >= state)
            return;
        assert_true(time(NULL) < deadline);
        struct timespec second = {.tv_sec = 1};
        syscall(SYS_futex, &child->control->state, FUTEX_WAIT, now, &second, NULL, 0);
    }
}

static void child_go(const child_t *child) {
    atomic_store(&child->control->go, 1);
    syscall(SYS_futex, &child->control->go, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static int first_pu(void) {
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    int pu = 0;
    while (!CPU_ISSET(pu, &set))
        pu++;
    return pu;
}

/* ---------------------------------------------------------------------------------- determinism */

static uint64_t checksum_of(const char *library, const char *request, uint32_t threads) {
    child_t child = child_run(library, request, threads);
    assert_done(&child);
    uint64_t checksum = child.control->checksum;
    child_release(&child);
    return checksum;
}

static uint32_t request_threads(const char *request) {
    return (uint32_t)atoi(strstr(request, "threads=") + 8);
}

/* Two allocators, with and without check, get the same work; returns its checksum. */
static uint64_t assert_same_work(const char *request) {
    const uint32_t threads = request_threads(request);
    char checked[256];
    snprintf(checked, sizeof checked, "%s check=1", request);
    uint64_t checksum = checksum_of(NULL, request, threads);
    assert_int_equal(checksum_of(NULL, request, threads), checksum);
    assert_int_equal(checksum_of("build/fixtures/plain.so", checked, threads), checksum);
    return checksum;
}

static void the_same_seed_is_the_same_work_for_every_allocator(void **state) {
    (void)state;
    static const char *const requests[] = {
        "mixed ops=20000 warmup=3000 threads=2",
        "remote ops=20000 warmup=3000 threads=1",
        "remote ops=20000 warmup=3000 threads=3",
        "remote ops=20000 threads=3 pattern=ring ring=8",
        "remote ops=20000 threads=4 pattern=all batch=1",
        "larson ops=20000 warmup=3000 threads=3",
        "remote ops=20000 threads=2 ring=1 keep=1 remote_pct=50",
        "stages ops=20000 warmup=3000 threads=3 blocks=100 stages=5",
        "stages ops=20000 threads=2 blocks=7 keep=0 table=1 stages=1",
        "churn ops=20000 warmup=3000 threads=3 blocks=70 times=2",
        "grow ops=20000 warmup=3000 threads=3",
        "grow ops=20000 threads=2 factor=100 append=1000 buffers=3",
        "calloc ops=20000 warmup=3000 threads=3",
        "aligned ops=20000 warmup=3000 threads=3",
        "aligned ops=20000 threads=1 min_align=8 max_align=8",
        "medium ops=5000 warmup=1000 threads=3",
        "large ops=100 warmup=20 threads=2",
        "server ops=60000 warmup=3000 threads=3 live=1M phase=10000",
        "server ops=60000 threads=2 live=500k long_pct=100 phase=0"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        uint32_t threads = request_threads(requests[i]);
        char other_seed[256];
        snprintf(other_seed, sizeof other_seed, "%s seed=2", requests[i]);
        uint64_t checksum = assert_same_work(requests[i]);
        assert_int_not_equal(checksum_of(NULL, other_seed, threads), checksum);
    }
}

/* Of blocks of one size the checksum counts; the order of frees may depend on the seed. */
static void work_of_one_size_is_the_same_for_every_allocator(void **state) {
    (void)state;
    static const char *const requests[] = {
        "burst ops=20000 warmup=3000 threads=3",
        "burst ops=20000 threads=2 order=fifo blocks=7",
        "burst ops=20000 threads=2 order=random blocks=300 size=512",
        "burst ops=20000 threads=1 order=random blocks=1",
        "stream ops=20000 warmup=3000 threads=1",
        "stream ops=20000 warmup=3000 threads=2",
        "stream ops=20000 warmup=3000 threads=3 batch=7 queue=2",
        "stream ops=20000 warmup=3000 threads=4 pattern=both batch=33 queue=2",
        "stream ops=20001 threads=3 pattern=both batch=30000",
        "sharing ops=4000 warmup=500 threads=3",
        "sharing ops=4000 threads=3 mode=passive blocks=5 writes=20",
        "sharing ops=4000 threads=1 mode=passive size=100 writes=0"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        char more[256];
        snprintf(more, sizeof more, "%s ops=22000", requests[i]);
        uint64_t checksum = assert_same_work(requests[i]);
        assert_int_not_equal(checksum_of(NULL, more, request_threads(requests[i])), checksum);
    }
}

static void operations_and_bytes_add_up(void **state) {
    (void)state;
    child_t child = child_run(NULL, "mixed ops=30000 warmup=1000 threads=2 min=64 max=64", 2);
    assert_done(&child);
    uint64_t live = 0;
    for (int i = 0; i < 2; i++) {
        const wl_thread_report_t *report = &child.control->threads[i];
        assert_int_equal(report->ops, 30000);
        assert_true(report->freed_blocks > 0 && report->freed_blocks < 15000);
        assert_int_equal(report->live_bytes % 64, 0);
        live += report->live_bytes;
    }
    assert_int_equal(child.control->live_bytes, live);
    assert_true(child.control->memory[WL_MOMENT_PEAK_LIVE].rss_bytes >
                child.control->memory[WL_MOMENT_EMPTY].rss_bytes);
    assert_true(child.control->peak_rss_bytes >=
                child.control->memory[WL_MOMENT_PEAK_LIVE].rss_bytes);
    child_release(&child);
}

static void stamps_rise_and_cover_the_work(void **state) {
    (void)state;
    child_t child = child_run(NULL, "mixed ops=100000 threads=2", 2);
    assert_done(&child);
    for (int i = 0; i < 2; i++) {
        const wl_thread_report_t *report = &child.control->threads[i];
        uint32_t count = atomic_load(&report->stamp_count);
        assert_in_range(count, 200, WL_MAX_STAMPS);
        assert_int_equal(report->stamps[0].ops, 0);
        assert_int_equal(report->stamps[count - 1].ops, 100000);
        for (uint32_t j = 1; j < count; j++) {
            assert_true(report->stamps[j].ns >= report->stamps[j - 1].ns);
            assert_true(report->stamps[j].ops > report->stamps[j - 1].ops);
        }
    }
    child_release(&child);
}

/* Page faults are counted without a PMU too, by the same means, and the kernel counts them for
 * itself: what threads did must be in both. */
static void events_of_all_threads_are_counted_in_the_measured_phase(void **state) {
    (void)state;
    child_t child = child_run(NULL, "mixed ops=200000 threads=2 slots=100000 counters=1", 2);
    assert_done(&child);
    const wl_control_t *control = child.control;
    assert_true(control->counted_ops >= 400000);
    double faults = control->events[WL_EVENT_PAGE_FAULTS];
    if (faults != WL_EVENT_MISSING) {
        assert_true(faults > 1000 && faults <= (double)control->minor_faults + 100);
        assert_true(faults >= (double)control->minor_faults / 2);
    }
    double instructions = control->events[WL_EVENT_INSTRUCTIONS];
    assert_true(instructions == WL_EVENT_MISSING || instructions > 10.0 * 400000);
    child_release(&child);
}

static void a_timed_run_ends_in_time_without_a_checksum(void **state) {
    (void)state;
    static const char *const requests[] = {
        "mixed seconds=1 threads=2",   "remote seconds=1 threads=2",
        "larson seconds=1 threads=2",  "burst seconds=1 threads=2",
        "stream seconds=1 threads=2",  "stream seconds=1 threads=2 pattern=both",
        "stages seconds=1 threads=2",  "churn seconds=1 threads=2",
        "sharing seconds=1 threads=2", "grow seconds=1 threads=2",
        "calloc seconds=1 threads=2",  "aligned seconds=1 threads=2",
        "medium seconds=1 threads=2",  "large seconds=1 threads=2",
        "server seconds=1 threads=2"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        child_t child = child_run(NULL, requests[i], 2);
        assert_done(&child);
        const wl_thread_report_t *report = &child.control->threads[0];
        uint32_t count = atomic_load(&report->stamp_count);
        uint64_t ns = report->stamps[count - 1].ns - report->stamps[0].ns;
        assert_true(ns > 900000000u && ns < 3000000000u);
        assert_int_equal(child.control->checksum, 0);
        child_release(&child);
    }
}

/* ---------------------------------------------------------------------------------- latency */

static void timing_each_call_leaves_the_work_as_it_is(void **state) {
    (void)state;
    static const char *const requests[] = {"mixed ops=30000 warmup=3000 threads=2",
                                           "mixed ops=30000 threads=1 touch=consumer",
                                           "remote ops=30000 warmup=3000 threads=1",
                                           "remote ops=30000 warmup=3000 threads=2",
                                           "remote ops=30000 threads=3 pattern=ring ring=8",
                                           "remote ops=30000 threads=4 pattern=all touch=lines",
                                           "larson ops=30000 warmup=3000 threads=3",
                                           "burst ops=30000 threads=2 order=fifo",
                                           "stream ops=30000 warmup=3000 threads=3",
                                           "stages ops=30000 warmup=3000 threads=2",
                                           "churn ops=10000 warmup=1000 threads=2",
                                           "sharing ops=5000 threads=2",
                                           "grow ops=10000 warmup=1000 threads=2",
                                           "calloc ops=30000 warmup=3000 threads=2",
                                           "aligned ops=30000 threads=2 touch=pages",
                                           "large ops=100 threads=1",
                                           "server ops=50000 threads=2 live=1M phase=9999"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        uint32_t threads = (uint32_t)atoi(strstr(requests[i], "threads=") + 8);
        char timed[256];
        snprintf(timed, sizeof timed, "%s latency=1", requests[i]);
        child_t child = child_run(NULL, timed, threads);
        assert_done(&child);
        assert_int_equal(child.control->checksum, checksum_of(NULL, requests[i], threads));
        child_release(&child);
    }
}

static void every_counted_operation_is_timed_and_no_other(void **state) {
    (void)state;
    static const char *const requests[] = {
        "mixed ops=30000 warmup=3000 threads=2 latency=1",
        "remote ops=30000 warmup=3000 threads=1 latency=1",
        "remote ops=30000 warmup=3000 threads=2 latency=1",
        "remote ops=30000 warmup=3000 threads=3 pattern=ring ring=8 latency=1",
        "remote ops=30000 warmup=3000 threads=4 pattern=all latency=1",
        "larson ops=30000 warmup=3000 threads=3 latency=1",
        "larson seconds=1 threads=2 latency=1",
        "burst ops=30000 warmup=3000 threads=2 latency=1",
        "stream ops=30000 warmup=3000 threads=1 latency=1",
        "stream ops=30000 warmup=3000 threads=2 latency=1",
        "stream ops=30000 warmup=3000 threads=4 pattern=both latency=1",
        "stages ops=30000 warmup=3000 threads=3 latency=1",
        "churn ops=10000 warmup=1000 threads=2 latency=1",
        "sharing ops=5000 warmup=100 threads=2 mode=passive latency=1",
        "grow ops=10000 warmup=1000 threads=2 latency=1",
        "calloc ops=30000 warmup=3000 threads=2 latency=1",
        "aligned ops=30000 warmup=3000 threads=2 latency=1",
        "large ops=100 warmup=10 threads=1 latency=1",
        "server ops=50000 warmup=3000 threads=2 live=1M phase=9999 latency=1"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        uint32_t threads = (uint32_t)atoi(strstr(requests[i], "threads=") + 8);
        child_t child = child_run(NULL, requests[i], threads);
        assert_done(&child);
        const wl_latency_report_t *latency = &child.control->latency;
        uint64_t ops = 0, freed = 0;
        for (uint32_t t = 0; t < threads; t++) {
            ops += child.control->threads[t].ops;
            freed += child.control->threads[t].freed_blocks;
        }
        assert_int_equal(wl_histogram_count(&latency->histograms[WL_FREE]), freed);
        assert_int_equal(wl_histogram_count(&latency->histograms[WL_MALLOC]), ops - freed);
        for (int operation = 0; operation < WL_OPERATIONS; operation++) {
            const wl_slow_calls_t *slow = &latency->slow[operation];
            for (uint32_t j = 0; j < slow->count; j++) {
                assert_true(slow->calls[j].ns <= latency->histograms[operation].max);
                assert_true(slow->calls[j].thread < threads);
                assert_true(j == 0 || slow->calls[j].ns <= slow->calls[j - 1].ns);
            }
        }
        child_release(&child);
    }
}

static void without_latency_nothing_is_timed(void **state) {
    (void)state;
    child_t child = child_run(NULL, "mixed ops=1000", 1);
    assert_done(&child);
    assert_int_equal(child.control->latency.source, 0);
    child_release(&child);
}

static void memory_is_read_at_every_moment(void **state) {
    (void)state;
    static const char *const requests[] = {"mixed ops=100000 idle_ms=50", "mixed ops=100000"};
    for (size_t i = 0; i < 2; i++) {
        child_t child = child_run(NULL, requests[i], 1);
        assert_done(&child);
        const wl_memory_t *memory = child.control->memory;
        for (int moment = 0; moment < WL_MOMENT_IDLE; moment++) {
            assert_true(memory[moment].rss_bytes > child.control->bookkeeping_bytes);
            assert_true(memory[moment].mappings > 0);
            assert_true(memory[moment].rss_anon_bytes <= memory[moment].rss_bytes);
        }
        assert_true(memory[WL_MOMENT_PEAK_LIVE].rss_anon_bytes >
                    memory[WL_MOMENT_EMPTY].rss_anon_bytes);
        assert_int_equal(memory[WL_MOMENT_IDLE].rss_bytes > 0, i == 0);
        child_release(&child);
    }
}

/* ---------------------------------------------------------------------------------- crossing */

/* Share of freed blocks that had crossed, in per cent. */
static double crossed_pct(const char *request, uint32_t threads) {
    child_t child = child_run(NULL, request, threads);
    assert_done(&child);
    uint64_t crossed = 0, freed = 0;
    for (uint32_t i = 0; i < threads; i++) {
        crossed += child.control->threads[i].crossed_blocks;
        freed += child.control->threads[i].freed_blocks;
    }
    child_release(&child);
    return 100.0 * (double)crossed / (double)freed;
}

static void assert_near(double value, double expected, double distance) {
    if (value < expected - distance || value > expected + distance)
        fail_msg("%g is not within %g of %g", value, distance, expected);
}

static void the_share_that_crosses_is_the_share_asked_for(void **state) {
    (void)state;
    assert_near(crossed_pct("remote ops=50000 warmup=5000 threads=2", 2), 90, 1);
    assert_near(crossed_pct("remote ops=50000 warmup=5000 threads=2 remote_pct=30", 2), 30, 1);
    assert_near(crossed_pct("remote ops=50000 threads=2 remote_pct=100", 2), 100, 0);
    assert_near(crossed_pct("remote ops=50000 threads=2 remote_pct=0", 2), 0, 0);
    assert_near(crossed_pct("remote ops=50000 warmup=5000 threads=3 pattern=ring", 3), 90, 1);
    assert_near(crossed_pct("remote ops=50000 warmup=5000 threads=3 pattern=all", 3), 90, 1);
    assert_near(crossed_pct("remote ops=50000 threads=1 remote_pct=100", 1), 0, 0);
    assert_near(crossed_pct("mixed ops=50000 threads=2", 2), 0, 0);
}

static void larson_frees_the_blocks_of_threads_that_are_gone(void **state) {
    (void)state;
    double few = crossed_pct("larson ops=100000 warmup=20000 generations=5 threads=2", 2);
    double many = crossed_pct("larson ops=100000 warmup=20000 generations=50 threads=2", 2);
    assert_true(few > 5 && few < 20);
    assert_true(many > 50);
}

static void whole_batches_cross_unless_a_thread_is_its_own_partner(void **state) {
    (void)state;
    assert_near(crossed_pct("stream ops=50000 warmup=5000 threads=2", 2), 100, 0);
    assert_near(crossed_pct("stream ops=50000 threads=4 batch=10", 4), 100, 0);
    assert_near(crossed_pct("stream ops=50000 threads=1", 1), 0, 0);
}

static void first_blocks_cross_only_where_they_were_dealt_out(void **state) {
    (void)state;
    assert_near(crossed_pct("sharing ops=2000 threads=2 blocks=10 mode=passive", 2), 1, 0);
    assert_near(crossed_pct("sharing ops=2000 threads=2 blocks=10", 2), 0, 0);
}

static void short_lives_leave_no_blocks_to_others(void **state) {
    (void)state;
    assert_near(crossed_pct("churn ops=20000 threads=2", 2), 0, 0);
}

static void sets_pass_from_thread_to_thread(void **state) {
    (void)state;
    assert_true(crossed_pct("stages ops=50000 warmup=5000 threads=2", 2) > 20);
    assert_near(crossed_pct("stages ops=50000 warmup=5000 threads=2 keep=0 stages=1000000", 2), 0,
                0);
}

/* ---------------------------------------------------------------------------------- phases */

static void long_lived_bytes_grow_to_the_limit_and_shrink_to_the_rest(void **state) {
    (void)state;
    /* All blocks long-lived: about live / (mean size) mallocs fill it, most are freed, and so on.
     * A block may pass the limit. */
    const uint64_t limit = 4u << 20, largest = 65536;
    uint64_t least = UINT64_MAX, most = 0;
    for (uint64_t ops = 2000; ops < 30000; ops += 500) {
        char request[128];
        snprintf(request, sizeof request, "server ops=%llu live=4M long_pct=100 phase=0 touch=none",
                 (unsigned long long)ops);
        child_t child = child_run(NULL, request, 1);
        assert_done(&child);
        uint64_t live = child.control->live_bytes;
        assert_true(live <= limit + largest);
        least = live < least ? live : least;
        most = live > most ? live : most;
        child_release(&child);
    }
    assert_true(most > limit * 3 / 4);
    assert_true(least < limit / 2);
}

static void long_lived_blocks_are_the_same_when_memory_is_read(void **state) {
    (void)state;
    /* One place for a request: the live bytes of two runs differ by a block per thread at most. */
    static const char *const libraries[] = {NULL, "build/fixtures/plain.so", NULL};
    const uint64_t largest = 65536;
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        child_t child =
            child_run(libraries[i], "server ops=60000 threads=3 live=1M phase=7000 requests=1", 3);
        assert_done(&child);
        uint64_t live = child.control->live_bytes;
        least = live < least ? live : least;
        most = live > most ? live : most;
        child_release(&child);
    }
    assert_true(most - least <= 3 * largest);
    assert_true(least > 3 * largest);
}

/* ---------------------------------------------------------------------------------- protocol */

static void it_waits_for_go_with_the_proof_filled_in(void **state) {
    (void)state;
    child_t child = child_start("build/fixtures/plain.so", "mixed ops=1000", 1, 0);
    child_reach(&child, WL_STATE_READY);
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    assert_int_equal(atomic_load(&child.control->state), WL_STATE_READY);
    assert_non_null(strstr(child.control->malloc_path, "plain.so"));
    assert_int_equal(child.control->one_object, 1);
    assert_int_not_equal(child.control->malloc_address, 0);
    assert_true(child.control->memory[WL_MOMENT_EMPTY].rss_bytes > 0);
    child_go(&child);
    child_wait(&child);
    assert_done(&child);
    child_release(&child);
}

/* The figure of /proc/PID/status in bytes. */
static uint64_t status_bytes(pid_t pid, const char *key) {
    char path[64], line[256];
    unsigned long long kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtoull(line + strlen(key), NULL, 10);
    fclose(file);
    return kib * 1024;
}

static void bookkeeping_is_exactly_the_shared_memory(void **state) {
    (void)state;
    static const char *const requests[] = {
        "mixed ops=1000 threads=4 check=1", "remote ops=1000 threads=4 pattern=all",
        "larson ops=1000 threads=4",        "mixed ops=1000 threads=4 latency=1",
        "stream ops=1000 threads=4",        "stages ops=1000 threads=4 check=1",
        "server ops=1000 threads=4",        "large ops=10 threads=4"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        child_t child = child_start(NULL, requests[i], 4, 0);
        child_reach(&child, WL_STATE_READY);
        uint64_t shared = status_bytes(child.pid, "RssShmem:");
        uint64_t bookkeeping = child.control->bookkeeping_bytes;
        child_go(&child);
        child_wait(&child);
        assert_done(&child);
        assert_int_equal(bookkeeping, child.control->bookkeeping_bytes);
        assert_int_equal(bookkeeping, shared);
        child_release(&child);
    }
}

static void a_library_without_malloc_is_not_named_as_serving(void **state) {
    (void)state;
    child_t child = child_run("build/fixtures/silent.so", "mixed ops=1000", 1);
    assert_done(&child);
    assert_null(strstr(child.control->malloc_path, "silent.so"));
    child_release(&child);
}

static void a_control_block_of_another_build_is_refused(void **state) {
    (void)state;
    child_t child = child_run(NULL, "mixed ops=1000 threads=2", 1);
    assert_true(WIFEXITED(child.status) && WEXITSTATUS(child.status) == 2);
    child_release(&child);
}

static void bad_requests_are_named(void **state) {
    (void)state;
    static const char *const requests[][2] = {
        {"mixd ops=1", "did you mean 'mixed'"},
        {"mixed", "one of ops=N and seconds=N"},
        {"mixed ops=1 seconds=1", "one of ops=N and seconds=N"},
        {"mixed ops=1 slot=3", "did you mean 'slots'"},
        {"mixed ops=1 bind=x", "bind=x"},
        {"mixed ops=1 check=1 latency=1", "exclude each other"},
        {"remote ops=1 min=9 max=8", "min=9 is above max=8"},
        {"burst ops=1 order=filo", "it is one of lifo, fifo, random"},
        {"burst ops=1 size=0", "size=0 is out of range"},
        {"stream ops=1 queue=1", "queue=1 is out of range"},
        {"stages ops=1 keep=100", "keep=100 is out of range; allowed is 0 to 99 %"},
        {"stages ops=1 min=9 max=8", "min=9 is above max=8"},
        {"churn ops=1 min=9 max=8", "min=9 is above max=8"},
        {"sharing ops=1 mode=activ", "did you mean 'active'"},
        {"grow ops=1 start=9 end=8", "grow: start=9 is above end=8"},
        {"grow ops=1 factor=99", "factor=99 is out of range"},
        {"calloc ops=1 min=9 max=8", "min=9 is above max=8"},
        {"aligned ops=1 max_align=100", "aligned: max_align=100 is no power of two"},
        {"medium ops=1 min=9 max=8", "min=9 is above max=8"},
        {"large ops=1 touch=page", "did you mean 'pages'"},
        {"mixed ops=1 touch=pages", "touch=pages is not allowed"},
        {"server ops=1 long_pct=101", "long_pct=101 is out of range"},
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        child_t child = child_run(NULL, requests[i][0], 1);
        assert_failed(&child, WL_FAILURE_BAD_REQUEST, requests[i][1]);
        child_release(&child);
    }
}

static void rings_beyond_the_memory_limit_are_refused(void **state) {
    (void)state;
    child_t child = child_run(NULL, "remote ops=1 threads=4096 pattern=all", 4096);
    assert_failed(&child, WL_FAILURE_BAD_REQUEST, "4096 threads need");
    child_release(&child);
    child = child_run(NULL, "stream ops=1 threads=2 batch=1M queue=1k", 2);
    assert_failed(&child, WL_FAILURE_BAD_REQUEST, "2 threads need");
    child_release(&child);
}

/* ---------------------------------------------------------------------------------- binding */

static void threads_are_bound_where_asked(void **state) {
    (void)state;
    char request[128];
    snprintf(request, sizeof request, "larson ops=20000 threads=3 bind=%d", first_pu());
    child_t child = child_run(NULL, request, 3);
    assert_done(&child);
    for (int i = 0; i < 3; i++)
        assert_int_equal(child.control->threads[i].bound, 1);
    child_release(&child);
}

static void a_refused_binding_is_a_failure_that_names_the_pu(void **state) {
    (void)state;
    child_t child = child_run(NULL, "mixed ops=1000 threads=1 bind=8191", 1);
    assert_failed(&child, WL_FAILURE_BIND_REFUSED, "cannot bind thread 0 to PU 8191");
    child_release(&child);

    char request[128];
    snprintf(request, sizeof request, "mixed ops=1000 threads=2 bind=%d,%d+8191", first_pu(),
             first_pu());
    child = child_run(NULL, request, 2);
    assert_failed(&child, WL_FAILURE_BIND_REFUSED, "cannot bind thread 1 to PU");
    child_release(&child);
}

static void many_more_threads_than_pus_work(void **state) {
    (void)state;
    static const char *const requests[] = {"mixed ops=500 threads=64",
                                           "larson ops=500 threads=64",
                                           "remote ops=500 threads=64 pattern=all check=1",
                                           "remote ops=500 threads=64 pattern=ring ring=2",
                                           "burst ops=500 threads=64 check=1",
                                           "stream ops=500 threads=64 batch=3 queue=2",
                                           "stream ops=500 threads=64 pattern=both check=1",
                                           "stages ops=500 threads=64 blocks=50 check=1",
                                           "churn ops=500 threads=64 blocks=50 check=1",
                                           "sharing ops=500 threads=64 mode=passive check=1",
                                           "grow ops=500 threads=64 end=4k check=1",
                                           "calloc ops=500 threads=64 check=1",
                                           "aligned ops=500 threads=64 check=1",
                                           "medium ops=50 threads=64 slots=10 check=1",
                                           "large ops=4 threads=64 slots=2 max=1M check=1",
                                           "server ops=500 threads=64 live=64k check=1"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        child_t child = child_run(NULL, requests[i], 64);
        assert_done(&child);
        child_release(&child);
    }
}

/* ---------------------------------------------------------------------------------- fixtures */

static void faulty_allocators_become_named_failures(void **state) {
    (void)state;
    static const char *const workloads[] = {"mixed ops=60000 threads=2 check=1",
                                            "remote ops=60000 threads=2 check=1",
                                            "larson ops=60000 threads=2 check=1"};
    static const struct {
        const char *library;
        enum wl_failure failure;
        const char *words;
    } fixtures[] = {
        {"build/fixtures/misalign.so", WL_FAILURE_WRONG_DATA, "is misaligned"},
        {"build/fixtures/overlap.so", WL_FAILURE_WRONG_DATA, "was overwritten"},
        {"build/fixtures/double.so", WL_FAILURE_WRONG_DATA, "handed out while live"},
        {"build/fixtures/corrupt.so", WL_FAILURE_WRONG_DATA, "was overwritten"},
        {"build/fixtures/null.so", WL_FAILURE_OUT_OF_MEMORY, "returned NULL"},
    };
    for (size_t i = 0; i < sizeof fixtures / sizeof fixtures[0]; i++) {
        for (size_t j = 0; j < sizeof workloads / sizeof workloads[0]; j++) {
            child_t child = child_run(fixtures[i].library, workloads[j], 2);
            assert_failed(&child, fixtures[i].failure, fixtures[i].words);
            child_release(&child);
        }
    }
}

/* Blocks that are wrong whatever the family: the first of the faults above in each. */
static void every_family_notices_a_live_block_handed_out_again(void **state) {
    (void)state;
    static const char *const requests[] = {
        "burst ops=60000 threads=2 check=1",      "stream ops=60000 threads=2 check=1",
        "stages ops=60000 threads=2 check=1",     "churn ops=60000 threads=2 check=1",
        "sharing ops=60000 blocks=4 check=1",     "grow ops=800000 threads=2 end=128 check=1",
        "medium ops=30000 threads=2 check=1",     "server ops=60000 threads=2 check=1",
        "large ops=60000 slots=4 max=64k check=1"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        child_t child = child_run("build/fixtures/double.so", requests[i],
                                  strstr(requests[i], "threads=") ? 2 : 1);
        assert_failed(&child, WL_FAILURE_WRONG_DATA, "handed out while live");
        child_release(&child);
    }
}

static void broken_promises_of_calloc_realloc_and_aligned_alloc_are_named(void **state) {
    (void)state;
    static const struct {
        const char *library, *request, *words;
    } cases[] = {
        {"build/fixtures/dirty.so", "calloc ops=60000 threads=2 check=1", "is not zero at offset"},
        {"build/fixtures/forget.so", "grow ops=60000 threads=2 check=1",
         "lost its contents at offset 8"},
        {"build/fixtures/unaligned.so", "aligned ops=60000 threads=2 check=1", "was asked for"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        child_t child = child_run(cases[i].library, cases[i].request, 2);
        assert_failed(&child, WL_FAILURE_WRONG_DATA, cases[i].words);
        child_release(&child);
    }
}

static void a_crash_leaves_the_report_readable(void **state) {
    (void)state;
    child_t child = child_run("build/fixtures/crash.so", "mixed ops=60000 threads=2", 2);
    assert_true(WIFSIGNALED(child.status));
    assert_int_equal(atomic_load(&child.control->state), WL_STATE_MEASURING);
    /* Whichever thread crashed may have been the only one that ran. */
    assert_true(atomic_load(&child.control->threads[0].stamp_count) +
                    atomic_load(&child.control->threads[1].stamp_count) >
                0);
    child_release(&child);
}

static void a_leak_shows_after_everything_is_freed(void **state) {
    (void)state;
    child_t child = child_run("build/fixtures/leak.so", "mixed ops=200000 threads=1", 1);
    assert_done(&child);
    assert_true(child.control->memory[WL_MOMENT_FREED].rss_bytes >
                child.control->memory[WL_MOMENT_EMPTY].rss_bytes + (16u << 20));
    child_release(&child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_is_the_same_work_for_every_allocator),
        cmocka_unit_test(work_of_one_size_is_the_same_for_every_allocator),
        cmocka_unit_test(operations_and_bytes_add_up),
        cmocka_unit_test(stamps_rise_and_cover_the_work),
        cmocka_unit_test(events_of_all_threads_are_counted_in_the_measured_phase),
        cmocka_unit_test(a_timed_run_ends_in_time_without_a_checksum),
        cmocka_unit_test(timing_each_call_leaves_the_work_as_it_is),
        cmocka_unit_test(every_counted_operation_is_timed_and_no_other),
        cmocka_unit_test(without_latency_nothing_is_timed),
        cmocka_unit_test(memory_is_read_at_every_moment),
        cmocka_unit_test(the_share_that_crosses_is_the_share_asked_for),
        cmocka_unit_test(larson_frees_the_blocks_of_threads_that_are_gone),
        cmocka_unit_test(whole_batches_cross_unless_a_thread_is_its_own_partner),
        cmocka_unit_test(first_blocks_cross_only_where_they_were_dealt_out),
        cmocka_unit_test(short_lives_leave_no_blocks_to_others),
        cmocka_unit_test(sets_pass_from_thread_to_thread),
        cmocka_unit_test(long_lived_bytes_grow_to_the_limit_and_shrink_to_the_rest),
        cmocka_unit_test(long_lived_blocks_are_the_same_when_memory_is_read),
        cmocka_unit_test(it_waits_for_go_with_the_proof_filled_in),
        cmocka_unit_test(bookkeeping_is_exactly_the_shared_memory),
        cmocka_unit_test(a_library_without_malloc_is_not_named_as_serving),
        cmocka_unit_test(a_control_block_of_another_build_is_refused),
        cmocka_unit_test(bad_requests_are_named),
        cmocka_unit_test(rings_beyond_the_memory_limit_are_refused),
        cmocka_unit_test(threads_are_bound_where_asked),
        cmocka_unit_test(a_refused_binding_is_a_failure_that_names_the_pu),
        cmocka_unit_test(many_more_threads_than_pus_work),
        cmocka_unit_test(faulty_allocators_become_named_failures),
        cmocka_unit_test(every_family_notices_a_live_block_handed_out_again),
        cmocka_unit_test(broken_promises_of_calloc_realloc_and_aligned_alloc_are_named),
        cmocka_unit_test(a_crash_leaves_the_report_readable),
        cmocka_unit_test(a_leak_shows_after_everything_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
