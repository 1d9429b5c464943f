/*
 * Finds the control groups that hold this process, version 1 or 2, with the folders in which the
 * kernel shows their limits. A limit holds for everything below it: look at the group and at every
 * parent that can be seen.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* One group on the way from the process's own up to the mount point. */
typedef struct cmp_cgroup {
    bool unified;          /* version 2: cpu.max; version 1: cpu.cfs_quota_us */
    char folder[PATH_MAX]; /* below the root: "/sys/fs/cgroup/docker/0123" */
    size_t mount_bytes;    /* length of the mount point at the beginning of `folder` */
} cmp_cgroup_t;

/* The group of this process for a controller ("cpu", "memory", "cpuset"), from /proc/self/cgroup
 * and /proc/self/mountinfo below `root`. False when there is none. */
bool cmp_cgroup_find(const char *root, const char *controller, cmp_cgroup_t *group);

/* Goes to the parent; false at the mount point. */
bool cmp_cgroup_up(cmp_cgroup_t *group);

#endif
