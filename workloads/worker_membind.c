/*
 * Memory binding with the kernel's own calls: the harness hands over OS indexes of nodes, the
 * worker links no library for it. worker_membind is called by the main thread before any block
 * exists, so that threads inherit the policy; each of them reads it back. The bookkeeping was
 * touched before and stays where its threads run. Nothing is allocated. Explained in
 * docs/topology.md.
 */
#include "worker_membind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of linux/mempolicy.h, whose package a build need not have. */
enum { POLICY_DEFAULT = 0, POLICY_PREFERRED = 1, POLICY_BIND = 2, POLICY_INTERLEAVE = 3 };
enum { POLICY_LOCAL = 4 };

enum { NODE_LIMIT = 1024, WORD_BITS = 8 * sizeof(unsigned long), LINE_BYTES = 1024 };

typedef struct policy {
    int mode;
    unsigned long nodes[NODE_LIMIT / WORD_BITS];
} policy_t;

/* The text behind '@'; NULL without a request. */
static const char *request_text(const wl_run_t *run) {
    const char *at = run->bind != NULL ? strchr(run->bind, '@') : NULL;
    return at != NULL ? at + 1 : NULL;
}

static _Noreturn void request_wrong(wl_run_t *run) {
    wl_fail(run, WL_FAILURE_BAD_REQUEST,
            "bind=...@%s: want local, or interleave:NODES or bind:NODES with OS indexes below %d "
            "joined by '+'",
            request_text(run), NODE_LIMIT);
}

static void nodes_parse(wl_run_t *run, const char *text, policy_t *policy) {
    for (;; text++) {
        char *end;
        unsigned long node = strtoul(text, &end, 10);
        if (*text < '0' || *text > '9' || node >= NODE_LIMIT || (*end && *end != '+'))
            request_wrong(run);
        policy->nodes[node / WORD_BITS] |= 1ul << node % WORD_BITS;
        text = end;
        if (!*text)
            return;
    }
}

/* False without a request. */
static bool request_parse(wl_run_t *run, policy_t *policy) {
    const char *text = request_text(run);
    if (text == NULL)
        return false;
    *policy = (policy_t){.mode = POLICY_LOCAL};
    if (strncmp(text, "interleave:", 11) == 0) {
        policy->mode = POLICY_INTERLEAVE;
        nodes_parse(run, text + 11, policy);
    } else if (strncmp(text, "bind:", 5) == 0) {
        policy->mode = POLICY_BIND;
        nodes_parse(run, text + 5, policy);
    } else if (strcmp(text, "local") != 0) {
        request_wrong(run);
    }
    return true;
}

static _Noreturn void refused(wl_run_t *run, const char *why) {
    wl_fail(run, WL_FAILURE_BIND_REFUSED, "cannot bind memory to %s: %s", request_text(run), why);
}

void worker_membind(wl_run_t *run) {
    policy_t policy;
    if (!request_parse(run, &policy))
        return;
    bool local = policy.mode == POLICY_LOCAL;
    if (syscall(SYS_set_mempolicy, policy.mode, local ? NULL : policy.nodes,
                local ? 0 : NODE_LIMIT) != 0)
        refused(run, strerror(errno));
    worker_membind_verify(run);
}

void worker_membind_verify(wl_run_t *run) {
    policy_t wanted, actual = {0};
    if (!request_parse(run, &wanted))
        return;
    if (syscall(SYS_get_mempolicy, &actual.mode, actual.nodes, NODE_LIMIT, NULL, 0) != 0)
        refused(run, strerror(errno));
    /* Kernels before 5.14 call local what prefers no node. */
    if (wanted.mode == POLICY_LOCAL && actual.mode == POLICY_PREFERRED)
        actual.mode = POLICY_LOCAL;
    if (actual.mode != wanted.mode || memcmp(actual.nodes, wanted.nodes, sizeof wanted.nodes) != 0)
        refused(run, "another policy was read back");
}

/* ---------------------------------------------------------------------------------- where it is */

/* The number behind " key" of a line; 0 when there is none. */
static uint64_t field_find(const char *line, const char *key) {
    const char *found = strstr(line, key);
    return found != NULL ? strtoull(found + strlen(key), NULL, 10) : 0;
}

/*
 * A line of numa_maps: "ADDRESS POLICY anon=5 dirty=5 N0=3 N1=2 kernelpagesize_kB=4". Of files, and
 * so of the bookkeeping, which is shared, it has "file=".
 */
static void line_count(wl_control_t *control, const char *line) {
    uint64_t page_bytes = field_find(line, " kernelpagesize_kB=") * 1024;
    if (strstr(line, " file=") != NULL || strstr(line, " anon=") == NULL)
        return;
    for (const char *field = strstr(line, " N"); field != NULL; field = strstr(field + 1, " N")) {
        char *end;
        unsigned long node = strtoul(field + 2, &end, 10);
        if (*end == '=' && node < WL_MAX_NODES)
            control->node_bytes[node] += strtoull(end + 1, NULL, 10) * page_bytes;
    }
}

void worker_membind_measure(wl_run_t *run) {
    char line[LINE_BYTES], text[4096];
    size_t used = 0;
    if (request_text(run) == NULL)
        return;
    int fd = open("/proc/self/numa_maps", O_RDONLY | O_CLOEXEC);
    for (ssize_t got; fd >= 0 && (got = read(fd, text, sizeof text)) > 0;) {
        for (ssize_t i = 0; i < got; i++) {
            if (text[i] != '\n') {
                line[used] = text[i];
                used += used + 1 < sizeof line; /* longer ones are cut: their paths are long */
                continue;
            }
            line[used] = 0;
            line_count(run->control, line);
            used = 0;
        }
    }
    if (fd >= 0)
        close(fd);
}
