/*
 * The worker's system calls: mapped memory, control block, binding, clock, output. Called by the
 * main thread, binding read-back and failure by any thread. No locks. Nothing here allocates from
 * the allocator under test: text goes through buffers on the stack to write(2). Explained in
 * docs/workloads.md.
 */
#include "worker_system.h"

#include "worker_membind.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    PU_LIMIT = 8192, /* OS indexes below this can be bound */
    WORD_BITS = 8 * sizeof(unsigned long)
};

typedef struct pu_set {
    unsigned long words[PU_LIMIT / WORD_BITS];
} pu_set_t;

/* ---------------------------------------------------------------------------------- output */

void worker_print(int fd, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t bytes = length < (int)sizeof text ? (size_t)length : sizeof text - 1;
    for (size_t done = 0; done < bytes;) {
        ssize_t written = write(fd, text + done, bytes - done);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            done += (size_t)written;
    }
}

void worker_set_state(wl_run_t *run, enum wl_state state) {
    /* release, with the harness's acquire load: what the state promises is written */
    atomic_store_explicit(&run->control->state, state, memory_order_release);
    syscall(SYS_futex, &run->control->state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

_Noreturn void wl_fail(wl_run_t *run, enum wl_failure failure, const char *format, ...) {
    static atomic_flag failed = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set_explicit(&failed, memory_order_relaxed))
        for (;;)
            pause(); /* another thread is ending the process */
    char message[sizeof run->control->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    worker_print(STDERR_FILENO, "worker: %s\n", message);
    if (run->control != NULL) {
        memcpy(run->control->message, message, sizeof message);
        run->control->failure = failure;
        worker_set_state(run, WL_STATE_FAILED);
    }
    _exit(failure == WL_FAILURE_BAD_REQUEST ? 2 : 1);
}

/* ---------------------------------------------------------------------------------- memory */

static size_t page_round(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

/* Faults every page in, for kernels and mappings where MAP_POPULATE is only a hint. */
static void pages_touch(void *memory, size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < bytes; i += page) {
        volatile unsigned char *byte = (unsigned char *)memory + i;
        *byte = *byte;
    }
}

void *wl_map(wl_run_t *run, size_t bytes) {
    bytes = page_round(bytes > 0 ? bytes : 1);
    void *memory =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        wl_fail(run, WL_FAILURE_SYSTEM, "cannot map %zu bytes of bookkeeping: %s", bytes,
                strerror(errno));
    pages_touch(memory, bytes);
    run->control->bookkeeping_bytes += bytes;
    return memory;
}

static void control_verify(wl_run_t *run, const wl_control_t *control) {
    if (control->magic != WL_CONTROL_MAGIC || control->struct_bytes != sizeof(wl_control_t))
        wl_fail(run, WL_FAILURE_BAD_REQUEST,
                "the control block is of another build: worker and harness must match");
    if (control->thread_count != run->thread_count)
        wl_fail(run, WL_FAILURE_BAD_REQUEST, "the control block has room for %u threads, not %u",
                control->thread_count, run->thread_count);
}

void worker_map_control(wl_run_t *run, int fd) {
    size_t bytes = page_round(wl_control_bytes(run->thread_count));
    struct stat status;
    if (fd >= 0 &&
        (fstat(fd, &status) != 0 || (size_t)status.st_size < wl_control_bytes(run->thread_count)))
        wl_fail(run, WL_FAILURE_BAD_REQUEST, "control=%d is no control block for %u threads", fd,
                run->thread_count);
    int flags = MAP_SHARED | MAP_POPULATE | (fd < 0 ? MAP_ANONYMOUS : 0);
    wl_control_t *control = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (control == MAP_FAILED)
        wl_fail(run, WL_FAILURE_SYSTEM, "cannot map the control block (%zu bytes): %s", bytes,
                strerror(errno));
    if (fd < 0) {
        control->magic = WL_CONTROL_MAGIC;
        control->struct_bytes = sizeof(wl_control_t);
        control->thread_count = run->thread_count;
        atomic_store_explicit(&control->go, 1, memory_order_relaxed);
    }
    control_verify(run, control);
    pages_touch(control, bytes);
    control->bookkeeping_bytes = bytes;
    run->control = control;
}

void worker_wait_for_go(wl_run_t *run) {
    /* acquire, with the harness's store: the proof was read and accepted */
    while (atomic_load_explicit(&run->control->go, memory_order_acquire) == 0)
        syscall(SYS_futex, &run->control->go, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* ---------------------------------------------------------------------------------- binding */

/* Start of the SET of thread `index`: the list is taken round robin. */
static const char *bind_text(const wl_run_t *run, uint32_t index) {
    uint32_t sets = 1;
    for (const char *c = run->bind; *c && *c != '@'; c++)
        sets += *c == ',';
    const char *text = run->bind;
    for (uint32_t skip = index % sets; skip > 0; text++)
        skip -= *text == ',';
    return text;
}

static void bind_set(wl_run_t *run, uint32_t index, pu_set_t *set) {
    const char *text = bind_text(run, index);
    memset(set, 0, sizeof *set);
    for (;;) {
        char *end;
        unsigned long pu = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || pu >= PU_LIMIT ||
            (*end && *end != ',' && *end != '+' && *end != '@'))
            wl_fail(run, WL_FAILURE_BAD_REQUEST,
                    "bind=%s: want OS indexes below %d joined by '+', sets joined by ','",
                    run->bind, PU_LIMIT);
        set->words[pu / WORD_BITS] |= 1ul << pu % WORD_BITS;
        if (*end != '+')
            return;
        text = end + 1;
    }
}

static _Noreturn void bind_refused(wl_run_t *run, uint32_t index, const char *why) {
    const char *text = bind_text(run, index);
    wl_fail(run, WL_FAILURE_BIND_REFUSED, "cannot bind thread %u to PU %.*s: %s", index,
            (int)strcspn(text, ",@"), text, why);
}

void worker_bind(wl_run_t *run, uint32_t index) {
    pu_set_t set;
    if (run->bind == NULL)
        return;
    bind_set(run, index, &set);
    if (sched_setaffinity(0, sizeof set, (const cpu_set_t *)&set) != 0)
        bind_refused(run, index, strerror(errno));
}

bool worker_bound(wl_run_t *run, uint32_t index) {
    pu_set_t wanted, actual;
    if (run->bind == NULL)
        return false;
    bind_set(run, index, &wanted);
    memset(&actual, 0, sizeof actual);
    if (sched_getaffinity(0, sizeof actual, (cpu_set_t *)&actual) != 0)
        bind_refused(run, index, strerror(errno));
    if (memcmp(&wanted, &actual, sizeof wanted) != 0)
        bind_refused(run, index, "another set was read back");
    worker_membind_verify(run);
    return true;
}

/* ---------------------------------------------------------------------------------- clock */

uint64_t worker_clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
