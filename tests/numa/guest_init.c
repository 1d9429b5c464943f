/*
 * The first process of a guest: mounts what programs need, runs the test's script with everything
 * on the serial console, reports its exit status there, and switches the guest off.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void mount_at(const char *type, const char *path) {
    mkdir(path, 0755);
    if (mount(type, path, type, 0, NULL) != 0)
        perror(path);
}

int main(void) {
    char *const script[] = {"sh", "-eu", "/guest.sh", NULL};
    char *const environment[] = {"PATH=/bin", "HOME=/tmp", "LC_ALL=C", "TERM=dumb", NULL};
    int status = -1;
    mount_at("devtmpfs", "/dev");
    int console = open("/dev/console", O_RDWR);
    if (console >= 0)
        for (int fd = 0; fd < 3; fd++)
            dup2(console, fd);
    mount_at("proc", "/proc");
    mount_at("sysfs", "/sys");
    mount_at("tmpfs", "/tmp");
    mount_at("cgroup2", "/sys/fs/cgroup");
    puts("\nguest: begin"); /* on a line of its own, behind what the firmware wrote */
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execve("/bin/sh", script, environment);
        perror("/bin/sh");
        _exit(127);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    printf("guest: end %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    fflush(stdout);
    tcdrain(1);
    sync();
    reboot(RB_POWER_OFF);
    return 1; /* the kernel panics, and qemu ends by -no-reboot */
}
