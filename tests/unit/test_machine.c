/*
 * The machine's description from trees of /proc, /sys and /etc files, as other machines have them,
 * and from the running one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../harness/machine.h"

static char root[64];

static int root_make(void **state) {
    (void)state;
    snprintf(root, sizeof root, "/tmp/test_machine.XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static int root_remove(void **state) {
    (void)state;
    return nftw(root, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes a file of the tree, with the folders above it. */
__attribute__((format(printf, 2, 3))) static void tree(const char *text, const char *format, ...) {
    char path[256], full[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void cpu_tree(int cpu, const char *package, const char *core, const char *governor) {
    const char *folder = "/sys/devices/system/cpu/cpu";
    tree(package, "%s%d/topology/physical_package_id", folder, cpu);
    tree(core, "%s%d/topology/core_id", folder, cpu);
    if (governor)
        tree(governor, "%s%d/cpufreq/scaling_governor", folder, cpu);
}

static void cache_tree(int index, const char *level, const char *type, const char *size) {
    const char *folder = "/sys/devices/system/cpu/cpu0/cache/index";
    tree(level, "%s%d/level", folder, index);
    tree(type, "%s%d/type", folder, index);
    tree(size, "%s%d/size", folder, index);
}

static void a_two_socket_server_is_described(void **state) {
    (void)state;
    tree("processor\t: 0\nmodel name\t: Example Server CPU @ 2.00GHz\nflags\t\t: fpu sse2\n",
         "/proc/cpuinfo");
    for (int cpu = 0; cpu < 8; cpu++) { /* two packages, two cores each, two threads a core */
        static const char *const packages[] = {"0\n", "1\n"}, *const cores[] = {"0\n", "1\n"};
        cpu_tree(cpu, packages[cpu / 2 % 2], cores[cpu % 2],
                 cpu == 7 ? "powersave\n" : "performance\n");
    }
    cache_tree(0, "1\n", "Data\n", "48K\n");
    cache_tree(1, "1\n", "Instruction\n", "32K\n");
    cache_tree(2, "2\n", "Unified\n", "1280K\n");
    cache_tree(3, "3\n", "Unified\n", "49152K\n");
    tree("", "/sys/devices/system/node/node0/meminfo");
    tree("", "/sys/devices/system/node/node1/meminfo");
    tree("0-1\n", "/sys/devices/system/node/online");
    tree("always [madvise] never\n", "/sys/kernel/mm/transparent_hugepage/enabled");
    tree("2\n", "/proc/sys/vm/overcommit_memory");
    tree("6.1.0-test\n", "/proc/sys/kernel/osrelease");
    tree("server\n", "/proc/sys/kernel/hostname");
    tree("NAME=\"Example\"\nPRETTY_NAME=\"Example Linux 12 (test)\"\n", "/etc/os-release");
    tree("MemTotal:       263000000 kB\nMemFree: 1 kB\n", "/proc/meminfo");
    cmp_machine_t machine;
    cmp_machine_describe_from(&machine, NULL, root);
    assert_string_equal(machine.cpu, "Example Server CPU @ 2.00GHz");
    assert_int_equal(machine.packages, 2);
    assert_int_equal(machine.cores, 4);
    assert_int_equal(machine.pus, 8);
    assert_int_equal(machine.numa_nodes, 2);
    assert_string_equal(machine.caches, "L1d 48 KiB, L1i 32 KiB, L2 1280 KiB, L3 48 MiB");
    assert_string_equal(machine.governor, "performance, powersave");
    assert_string_equal(machine.thp, "madvise");
    assert_string_equal(machine.overcommit, "never");
    assert_non_null(strstr(machine.kernel, "Linux 6.1.0-test"));
    assert_string_equal(machine.hostname, "server");
    assert_string_equal(machine.os, "Example Linux 12 (test)");
    assert_string_equal(machine.hypervisor, "none");
    assert_int_equal(machine.memory_bytes, 263000000ull * 1024);
    cmp_machine_free(&machine);
}

static void hypervisors_are_named(void **state) {
    (void)state;
    cmp_machine_t machine;
    tree("flags : fpu hypervisor sse\n", "/proc/cpuinfo");
    cmp_machine_describe_from(&machine, NULL, root);
    assert_string_equal(machine.hypervisor, "unnamed");
    cmp_machine_free(&machine);
    tree("Example Vendor QEMU\n", "/sys/class/dmi/id/sys_vendor");
    cmp_machine_describe_from(&machine, NULL, root);
    assert_string_equal(machine.hypervisor, "Example Vendor QEMU");
    cmp_machine_free(&machine);
    tree("xen\n", "/sys/hypervisor/type");
    cmp_machine_describe_from(&machine, NULL, root);
    assert_string_equal(machine.hypervisor, "xen");
    cmp_machine_free(&machine);
}

static void an_arm_machine_without_model_name_is_described(void **state) {
    (void)state;
    tree("processor : 0\nFeatures : fp asimd\nCPU implementer : 0x41\nCPU part : 0xd0c\n",
         "/proc/cpuinfo");
    cmp_machine_t machine;
    cmp_machine_describe_from(&machine, NULL, root);
    assert_string_equal(machine.cpu, "implementer 0x41 part 0xd0c");
    assert_string_equal(machine.hypervisor, "n/a"); /* nobody can tell */
    cmp_machine_free(&machine);
}

static void what_cannot_be_read_is_not_available(void **state) {
    (void)state;
    cmp_machine_t machine;
    cmp_machine_describe_from(&machine, NULL, root);
    const char *texts[] = {machine.hostname, machine.cpu,       machine.caches, machine.kernel,
                           machine.os,       machine.governor,  machine.thp,    machine.overcommit,
                           machine.topology, machine.hypervisor};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(texts[i], "n/a");
    assert_int_equal(machine.pus, 0);
    assert_int_equal(machine.memory_bytes, 0);
    assert_null(machine.topology_xml);
    cmp_machine_free(&machine);
}

static void offline_cpus_leave_no_gap(void **state) {
    (void)state;
    cpu_tree(0, "0\n", "0\n", NULL);
    tree("0\n", "/sys/devices/system/cpu/cpu1/online");
    cpu_tree(2, "0\n", "2\n", "schedutil\n");
    cmp_machine_t machine;
    cmp_machine_describe_from(&machine, NULL, root);
    assert_int_equal(machine.pus, 2);
    assert_int_equal(machine.cores, 2);
    assert_string_equal(machine.governor, "schedutil");
    cmp_machine_free(&machine);
}

static void the_id_survives_settings_and_changes_with_hardware(void **state) {
    (void)state;
    cmp_machine_t before, settings, hardware;
    tree("model name : Example\nflags : fpu\n", "/proc/cpuinfo");
    tree("MemTotal: 8000000 kB\n", "/proc/meminfo");
    cmp_machine_describe_from(&before, NULL, root);
    tree("MemTotal: 7999000 kB\n", "/proc/meminfo"); /* another kernel reserves other memory */
    tree("6.2.0\n", "/proc/sys/kernel/osrelease");
    tree("elsewhere\n", "/proc/sys/kernel/hostname");
    tree("[always] madvise never\n", "/sys/kernel/mm/transparent_hugepage/enabled");
    cmp_machine_describe_from(&settings, NULL, root);
    tree("model name : Other\nflags : fpu\n", "/proc/cpuinfo");
    cmp_machine_describe_from(&hardware, NULL, root);
    assert_int_equal(strlen(before.id), 16);
    assert_string_equal(before.id, settings.id);
    assert_string_not_equal(before.id, hardware.id);
    cmp_machine_free(&before);
    cmp_machine_free(&settings);
    cmp_machine_free(&hardware);
}

static void the_running_machine_is_described(void **state) {
    (void)state;
    char error[256];
    topo_t *topo = topo_load(NULL, error, sizeof error);
    assert_non_null(topo);
    cmp_machine_t machine;
    cmp_machine_describe(&machine, topo);
    assert_string_not_equal(machine.cpu, "n/a");
    assert_string_not_equal(machine.kernel, "n/a");
    assert_string_not_equal(machine.topology, "n/a");
    assert_non_null(machine.topology_xml);
    assert_true(machine.memory_bytes > 0);
    assert_true(machine.cores > 0 && machine.cores <= machine.pus);
    cmp_machine_free(&machine);
    topo_free(topo);
}

#define machine_test(name) cmocka_unit_test_setup_teardown(name, root_make, root_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        machine_test(a_two_socket_server_is_described),
        machine_test(hypervisors_are_named),
        machine_test(an_arm_machine_without_model_name_is_described),
        machine_test(what_cannot_be_read_is_not_available),
        machine_test(offline_cpus_leave_no_gap),
        machine_test(the_id_survives_settings_and_changes_with_hardware),
        machine_test(the_running_machine_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
