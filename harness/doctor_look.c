/*
 * How the doctor looks at a machine: the description of machine.c, CPU time of all processes at one
 * or two moments, and one attempt to count instructions. Main thread of compare; no locks.
 */
#include "doctor.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "paths.h"
#include "sysfile.h"

/* ------------------------------------------------------------------ CPU time */

/* Fields of proc_pid_stat(5) after the name, which may hold anything: state is the first. */
static bool process_read(const char *root, const char *folder, cmp_process_time_t *process) {
    char line[CMP_SYS_LINE_BYTES];
    if (!cmp_sys_line(root, line, sizeof line, "/proc/%s/stat", folder))
        return false;
    char *open = strchr(line, '('), *close = strrchr(line, ')');
    unsigned long long user, system;
    if (open == NULL || close == NULL || close < open ||
        sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
               &system) != 2)
        return false;
    process->pid = (pid_t)strtol(line, NULL, 10);
    process->ticks = user + system;
    snprintf(process->name, sizeof process->name, "%.*s", (int)(close - open - 1), open + 1);
    return true;
}

static void processes_read(cmp_cpu_time_t *time, const char *root) {
    char *path = cmp_text("%s/proc", root);
    DIR *folder = opendir(path);
    free(path);
    size_t room = 0;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (time->process_count == room) {
            room = room > 0 ? 2 * room : 64;
            time->processes = realloc(time->processes, room * sizeof *time->processes);
            if (time->processes == NULL)
                abort();
        }
        if (process_read(root, entry->d_name, &time->processes[time->process_count]))
            time->process_count++;
    }
    if (folder != NULL)
        closedir(folder);
    cmp_process_time_t self;
    if (process_read(root, "self", &self))
        time->self = self.pid;
}

static void cpu_time_read(cmp_cpu_time_t *time, const char *root) {
    memset(time, 0, sizeof *time);
    FILE *file = cmp_sys_open(root, "/proc/stat");
    char line[CMP_SYS_LINE_BYTES];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        unsigned long long user, nice, system, idle, waiting, irq, softirq, steal;
        if (strncmp(line, "cpu", 3) == 0 && isdigit((unsigned char)line[3]))
            time->pus++;
        if (strncmp(line, "cpu ", 4) != 0 ||
            sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system,
                   &idle, &waiting, &irq, &softirq, &steal) != 8)
            continue;
        time->busy_ticks = user + nice + system + irq + softirq;
        time->steal_ticks = steal;
        time->total_ticks = time->busy_ticks + steal + idle + waiting;
    }
    if (file != NULL)
        fclose(file);
    processes_read(time, root);
}

/* ------------------------------------------------------------------ counting instructions */

/* What comes of counting this thread's own instructions: 0, or errno. */
static int perf_try(void) {
    struct perf_event_attr wanted = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof wanted,
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    int fd = (int)syscall(SYS_perf_event_open, &wanted, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        return errno;
    uint64_t instructions = 0;
    bool read_all = read(fd, &instructions, sizeof instructions) == (ssize_t)sizeof instructions;
    close(fd);
    return read_all && instructions > 0 ? 0 : ENODATA;
}

/* ------------------------------------------------------------------ the look */

void cmp_look_begin(cmp_look_t *look, const char *root) {
    memset(look, 0, sizeof *look);
    look->root = root;
    cmp_machine_describe_from(&look->machine, NULL, root);
    cpu_time_read(&look->before, root);
    look->perf_error = *root == '\0' ? perf_try() : -1;
}

static double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void cmp_look_again(cmp_look_t *look, double seconds) {
    if (*look->root == '\0') {
        for (double end = clock_seconds() + seconds; clock_seconds() < end;)
            continue;
        cpu_time_read(&look->after, "");
        return;
    }
    char *later = cmp_text("%s/later", look->root);
    cpu_time_read(&look->after, later);
    free(later);
}

void cmp_look_free(cmp_look_t *look) {
    cmp_machine_free(&look->machine);
    free(look->before.processes);
    free(look->after.processes);
}

bool cmp_look_virtual(const cmp_look_t *look) {
    return strcmp(look->machine.hypervisor, "none") != 0 &&
           strcmp(look->machine.hypervisor, "n/a") != 0;
}
