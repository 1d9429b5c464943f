/*
 * Runs the doctor's checks and decides what can be changed from here; see doctor.h. Main thread of
 * compare; no locks.
 */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "paths.h"
#include "sysfile.h"

const char *cmp_severity_name(cmp_severity_t severity) {
    static const char *const names[CMP_SEVERITY_COUNT] = {
        [CMP_SEVERITY_UNKNOWN] = "n/a",
        [CMP_SEVERITY_FINE] = "fine",
        [CMP_SEVERITY_NOTE] = "worth-knowing",
        [CMP_SEVERITY_SPOILS] = "spoils",
    };
    return names[severity];
}

/* True when the mount that holds `path` is read-only, as /proc/sys and /sys are in containers. The
 * last mount of the longest mount point counts. */
static bool mount_is_readonly(const char *root, const char *path) {
    FILE *file = cmp_sys_open(root, "/proc/self/mountinfo");
    char line[CMP_SYS_LINE_BYTES], point[1024], options[512];
    size_t longest = 0;
    bool readonly = false;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%*s %*s %*s %*s %1023s %511s", point, options) != 2)
            continue;
        size_t length = strcmp(point, "/") == 0 ? 0 : strlen(point);
        if (length < longest || strncmp(path, point, length) != 0 ||
            (path[length] != '/' && path[length] != '\0'))
            continue;
        longest = length;
        readonly = strncmp(options, "ro", 2) == 0 && (options[2] == ',' || options[2] == '\0');
    }
    if (file != NULL)
        fclose(file);
    return readonly;
}

/* True when root of this process is somebody else outside: it may write nothing of the kernel's. */
static bool user_namespace(const char *root) {
    char line[128];
    unsigned long inside, outside, length;
    return cmp_sys_line(root, line, sizeof line, "/proc/self/uid_map") &&
           sscanf(line, "%lu %lu %lu", &inside, &outside, &length) == 3 &&
           (inside != 0 || outside != 0 || length != UINT32_MAX);
}

static void fixed_decide(const cmp_look_t *look, cmp_finding_t *finding) {
    const unsigned flags = finding->check->flags;
    if (finding->fixed[0] != '\0')
        return;
    if ((flags & CMP_CHECK_HOST) != 0 && cmp_look_virtual(look))
        snprintf(finding->fixed, sizeof finding->fixed,
                 "only the host of this virtual machine decides it");
    else if ((flags & CMP_CHECK_HARDWARE) != 0)
        snprintf(finding->fixed, sizeof finding->fixed, "no command changes it");
    else if (finding->setting[0] != '\0' && mount_is_readonly(look->root, finding->setting))
        snprintf(finding->fixed, sizeof finding->fixed,
                 "%.120s is read-only here, as in a container; do it on the host",
                 finding->setting);
    else if (finding->setting[0] != '\0' && user_namespace(look->root))
        snprintf(finding->fixed, sizeof finding->fixed,
                 "this is a user namespace, as in a container; do it on the host");
}

static void check_run(const cmp_look_t *look, const cmp_check_t *check, cmp_finding_t *finding) {
    memset(finding, 0, sizeof *finding);
    finding->check = check;
    snprintf(finding->remedy, sizeof finding->remedy, "%s", check->remedy);
    if (check->setting != NULL)
        snprintf(finding->setting, sizeof finding->setting, "%s", check->setting);
    if ((check->flags & CMP_CHECK_TIMED) != 0 && look->after.total_ticks == 0) {
        snprintf(finding->found, sizeof finding->found, "%s",
                 *look->root == '\0' ? "needs a look over time" : "the copy has no folder 'later'");
        return;
    }
    check->probe(look, finding);
    if (finding->severity >= CMP_SEVERITY_NOTE)
        fixed_decide(look, finding);
    else if (finding->severity == CMP_SEVERITY_UNKNOWN && finding->found[0] == '\0')
        snprintf(finding->found, sizeof finding->found, "%s",
                 cmp_look_virtual(look) ? "not shown to this virtual machine" : "cannot be read");
}

cmp_finding_t *cmp_doctor_examine(const cmp_look_t *look, size_t *count) {
    const cmp_check_t *checks = cmp_checks(count);
    cmp_finding_t *findings = calloc(*count, sizeof *findings);
    if (findings == NULL)
        abort();
    for (size_t i = 0; i < *count; i++)
        check_run(look, &checks[i], &findings[i]);
    return findings;
}

size_t cmp_doctor_count(const cmp_finding_t *findings, size_t count, cmp_severity_t severity,
                        bool changeable) {
    size_t counted = 0;
    for (size_t i = 0; i < count; i++)
        counted +=
            findings[i].severity == severity && (!changeable || findings[i].fixed[0] == '\0');
    return counted;
}

/* Appends ", id" for every finding that spoils and can, or cannot, be changed. */
static void ids_append(char *text, size_t text_bytes, const cmp_finding_t *findings, size_t count,
                       bool fixed, const char *before) {
    for (size_t i = 0; i < count; i++) {
        if (findings[i].severity != CMP_SEVERITY_SPOILS || (findings[i].fixed[0] != '\0') != fixed)
            continue;
        size_t used = strlen(text);
        snprintf(text + used, text_bytes - used, "%s%s", before, findings[i].check->id);
        before = ", ";
    }
}

char *cmp_doctor_line(const cmp_run_t *run) {
    cmp_look_t look;
    size_t count;
    cmp_look_begin(&look, "");
    look.allocators = run->allocators;
    look.allocator_count = run->allocator_count;
    cmp_finding_t *findings = cmp_doctor_examine(&look, &count);
    size_t spoils = cmp_doctor_count(findings, count, CMP_SEVERITY_SPOILS, false);
    size_t changeable = cmp_doctor_count(findings, count, CMP_SEVERITY_SPOILS, true);
    char ids[600] = "";
    ids_append(ids, sizeof ids, findings, count, false, "");
    ids_append(ids, sizeof ids, findings, count, true,
               changeable > 0 ? "; not to be changed here: " : "not to be changed here: ");
    char *line = spoils == 0 ? NULL
                             : cmp_text("doctor: %zu finding%s spoil%s measurements here (%s); see "
                                        "'%s doctor'",
                                        spoils, spoils == 1 ? "" : "s", spoils == 1 ? "s" : "", ids,
                                        cmp_program());
    free(findings);
    cmp_look_free(&look);
    return line;
}
