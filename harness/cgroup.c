/*
 * Control groups of this process; see cgroup.h. Main thread of compare, on behalf of the doctor's
 * checks; no locks, no state. Formats: cgroups(7) and proc_pid_mountinfo(5).
 */
#include "cgroup.h"

#include <stdio.h>
#include <string.h>

#include "sysfile.h"

/* True when `word` is in a list separated by commas. */
static bool list_has(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *at = list; *at != '\0'; at += strcspn(at, ",")) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

/* The path of this process in a hierarchy: "4:memory:/a/b", or "0::/a/b" in the unified one. */
static bool path_find(const char *root, const char *controller, bool unified, char *path,
                      size_t path_bytes) {
    FILE *file = cmp_sys_open(root, "/proc/self/cgroup");
    char line[CMP_SYS_LINE_BYTES];
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        cmp_sys_trim(line);
        char *rest = line, *number = strsep(&rest, ":"), *controllers = strsep(&rest, ":");
        if (rest == NULL)
            continue;
        found = unified ? strcmp(number, "0") == 0 && *controllers == '\0'
                        : list_has(controllers, controller);
        if (found)
            snprintf(path, path_bytes, "%s", rest);
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* The mount of a hierarchy: its mount point, and the group that is its top. */
static bool mount_find(const char *root, const char *controller, bool unified, char *top,
                       char *point, size_t bytes) {
    FILE *file = cmp_sys_open(root, "/proc/self/mountinfo");
    char line[CMP_SYS_LINE_BYTES], kind[32], options[512], top_read[1024], point_read[1024];
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *after = strstr(line, " - ");
        if (after == NULL || sscanf(after, " - %31s %*s %511s", kind, options) != 2 ||
            sscanf(line, "%*s %*s %*s %1023s %1023s", top_read, point_read) != 2)
            continue;
        found = unified ? strcmp(kind, "cgroup2") == 0
                        : strcmp(kind, "cgroup") == 0 && list_has(options, controller);
        if (found) {
            snprintf(top, bytes, "%s", top_read);
            snprintf(point, bytes, "%s", point_read);
        }
    }
    if (file != NULL)
        fclose(file);
    return found;
}

bool cmp_cgroup_find(const char *root, const char *controller, cmp_cgroup_t *group) {
    char path[1024], top[1024], point[1024];
    for (int unified = 0; unified <= 1; unified++) {
        if (!path_find(root, controller, unified, path, sizeof path) ||
            !mount_find(root, controller, unified, top, point, sizeof point))
            continue;
        /* A container sees its own group as the mount's top, whatever the path says. */
        const char *below = "";
        size_t top_bytes = strcmp(top, "/") == 0 ? 0 : strlen(top);
        if (strncmp(path, top, top_bytes) == 0 && path[top_bytes] == '/' &&
            strncmp(path, "/..", 3) != 0)
            below = strcmp(path + top_bytes, "/") == 0 ? "" : path + top_bytes;
        group->unified = unified;
        group->mount_bytes = strlen(point);
        snprintf(group->folder, sizeof group->folder, "%s%s", point, below);
        if (!cmp_sys_exists(root, "%s", group->folder))
            group->folder[group->mount_bytes] = '\0';
        return true;
    }
    return false;
}

bool cmp_cgroup_up(cmp_cgroup_t *group) {
    if (strlen(group->folder) <= group->mount_bytes)
        return false;
    *strrchr(group->folder, '/') = '\0';
    return true;
}
