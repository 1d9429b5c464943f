/*
 * Describes the machine for the record that stands under every table. Reads text files of /proc,
 * /sys and /etc, one CPUID leaf on x86, and hwloc's summary through topology.h. Called once by the
 * main thread of compare; takes no locks. docs/method.md says what each line means for a reader.
 */
#include "machine.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <sha2.h>

#include "sysfile.h"

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum { CPU_LIMIT = 65536 };

static char *text_copy(const char *text) {
    return strdup(text && *text ? text : "n/a");
}

static char *cpu_name(const char *root) {
    char text[256], part[64];
    if (cmp_sys_value(root, "/proc/cpuinfo", "model name", ':', text, sizeof text) ||
        cmp_sys_value(root, "/proc/cpuinfo", "Model", ':', text, sizeof text))
        return text_copy(text);
    if (cmp_sys_value(root, "/proc/cpuinfo", "CPU implementer", ':', text, 32) &&
        cmp_sys_value(root, "/proc/cpuinfo", "CPU part", ':', part, sizeof part)) {
        char name[160];
        snprintf(name, sizeof name, "implementer %.31s part %s", text, part);
        return text_copy(name);
    }
    return text_copy(NULL);
}

/* "L1d 32 KiB, L1i 32 KiB, L2 512 KiB, L3 32 MiB" of the first CPU. */
static char *cache_sizes(const char *root) {
    char list[256] = "";
    size_t length = 0;
    for (int i = 0; i < 16; i++) {
        const char *folder = "/sys/devices/system/cpu/cpu0/cache/index";
        char level[16], type[32], size[32];
        if (!cmp_sys_line(root, level, sizeof level, "%s%d/level", folder, i) ||
            !cmp_sys_line(root, type, sizeof type, "%s%d/type", folder, i) ||
            !cmp_sys_line(root, size, sizeof size, "%s%d/size", folder, i))
            break;
        char *unit;
        unsigned long number = strtoul(size, &unit, 10);
        bool mebibytes = *unit == 'K' && number >= 1024 && number % 1024 == 0;
        int written = snprintf(list + length, sizeof list - length, "%sL%s%s %lu %s",
                               length ? ", " : "", level,
                               !strcmp(type, "Data")          ? "d"
                               : !strcmp(type, "Instruction") ? "i"
                                                              : "",
                               mebibytes ? number / 1024 : number,
                               mebibytes || *unit == 'M' ? "MiB"
                               : *unit == 'K'            ? "KiB"
                                                         : "bytes");
        if (written < 0 || (size_t)written >= sizeof list - length)
            break;
        length += (size_t)written;
    }
    return text_copy(list);
}

/* The word in brackets of "always [madvise] never". */
static char *bracketed_word(const char *root, const char *path) {
    char text[256];
    if (!cmp_sys_line(root, text, sizeof text, "%s", path))
        return text_copy(NULL);
    char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
    if (!close)
        return text_copy(text);
    *close = '\0';
    return text_copy(open + 1);
}

static char *overcommit_mode(const char *root) {
    char text[32];
    if (!cmp_sys_line(root, text, sizeof text, "/proc/sys/vm/overcommit_memory"))
        return text_copy(NULL);
    static const char *const modes[] = {"heuristic", "always", "never"};
    if (text[0] >= '0' && text[0] <= '2' && text[1] == '\0')
        return text_copy(modes[text[0] - '0']);
    return text_copy(text);
}

static const char cpu_folder[] = "/sys/devices/system/cpu/cpu";

/* CPUs are numbered without gaps; an offline one has a folder with nothing to read in it. */
static bool cpu_exists(const char *root, int cpu) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s%d", root, cpu_folder, cpu);
    return access(path, F_OK) == 0;
}

/* The governor of all CPUs, or every different one: "performance, powersave". */
static char *frequency_governor(const char *root) {
    char list[256] = "", text[64];
    for (int cpu = 0; cpu < CPU_LIMIT && cpu_exists(root, cpu); cpu++) {
        if (!cmp_sys_line(root, text, sizeof text, "%s%d/cpufreq/scaling_governor", cpu_folder,
                          cpu) ||
            strstr(list, text))
            continue;
        size_t length = strlen(list);
        snprintf(list + length, sizeof list - length, "%s%s", length ? ", " : "", text);
    }
    return text_copy(list);
}

static char *operating_system(const char *root) {
    char text[256];
    if (!cmp_sys_value(root, "/etc/os-release", "PRETTY_NAME", '=', text, sizeof text) &&
        !cmp_sys_value(root, "/usr/lib/os-release", "PRETTY_NAME", '=', text, sizeof text))
        return text_copy(NULL);
    size_t length = strlen(text);
    if (length >= 2 && (text[0] == '"' || text[0] == '\'') && text[length - 1] == text[0]) {
        text[length - 1] = '\0';
        return text_copy(text + 1);
    }
    return text_copy(text);
}

static char *kernel_release(const char *root) {
    char text[256], line[400];
    struct utsname names;
    if (!cmp_sys_line(root, text, sizeof text, "/proc/sys/kernel/osrelease"))
        return text_copy(NULL);
    snprintf(line, sizeof line, "Linux %s %s", text, uname(&names) == 0 ? names.machine : "");
    cmp_sys_trim(line);
    return text_copy(line);
}

static char *c_library(void) {
    char text[64] = "";
#if defined(__GLIBC__)
    snprintf(text, sizeof text, "glibc %s", gnu_get_libc_version());
#endif
    return text_copy(text);
}

/* The hypervisor's own signature, e.g. "KVMKVMKVM"; only asked of the running machine. */
static bool cpuid_signature(const char *root, char *text, size_t text_bytes) {
#if defined(__x86_64__)
    unsigned eax, words[3];
    if (*root)
        return false;
    __cpuid(0x40000000, eax, words[0], words[1], words[2]);
    char signature[13] = "";
    memcpy(signature, words, 12);
    for (char *c = signature; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = ' ';
    cmp_sys_trim(signature);
    static const struct {
        const char *signature, *name;
    } known[] = {{"KVMKVMKVM", "KVM"},           {"Microsoft Hv", "Hyper-V"},
                 {"VMwareVMware", "VMware"},     {"XenVMMXenVMM", "Xen"},
                 {"VBoxVBoxVBox", "VirtualBox"}, {"bhyve bhyve", "bhyve"},
                 {"TCGTCGTCGTCG", "QEMU TCG"}};
    const char *name = signature;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(signature, known[i].signature) == 0)
            name = known[i].name;
    snprintf(text, text_bytes, "%s", name);
    return *text != '\0';
#else
    (void)root, (void)text, (void)text_bytes;
    return false;
#endif
}

/* "none" where the CPU can tell and denies it; "n/a" where nobody can tell. */
static char *hypervisor_name(const char *root) {
    char flags[CMP_SYS_LINE_BYTES], text[128], product[128];
    bool x86 = cmp_sys_value(root, "/proc/cpuinfo", "flags", ':', flags, sizeof flags);
    bool flagged = x86 && strstr(flags, "hypervisor");
    if (x86 && !flagged)
        return text_copy("none");
    if (flagged && cpuid_signature(root, text, sizeof text))
        return text_copy(text);
    if (cmp_sys_line(root, text, sizeof text, "/sys/hypervisor/type") ||
        cmp_sys_line(root, text, sizeof text, "/proc/device-tree/hypervisor/compatible"))
        return text_copy(text);
    bool vendor = cmp_sys_line(root, text, sizeof text, "/sys/class/dmi/id/sys_vendor");
    bool named = cmp_sys_line(root, product, sizeof product, "/sys/class/dmi/id/product_name");
    static const char *const virtual_words[] = {"QEMU",       "KVM",    "VMware",
                                                "VirtualBox", "Google", "Virtual",
                                                "Amazon EC2", "Xen",    "Parallels"};
    for (size_t i = 0; i < sizeof virtual_words / sizeof virtual_words[0]; i++)
        if ((vendor && strstr(text, virtual_words[i])) ||
            (named && strstr(product, virtual_words[i])))
            return text_copy(vendor ? text : product);
    return text_copy(flagged ? "unnamed" : NULL);
}

/* Counts PUs of the machine, and distinct packages and (package, core) pairs among them. */
static void processors_count(cmp_machine_t *machine, const char *root) {
    long packages[1024], cores[CPU_LIMIT / 8][2];
    size_t limit = sizeof cores / sizeof cores[0];
    for (int cpu = 0; cpu < CPU_LIMIT && cpu_exists(root, cpu); cpu++) {
        char text[32];
        if (!cmp_sys_line(root, text, sizeof text, "%s%d/topology/core_id", cpu_folder, cpu))
            continue;
        long core = strtol(text, NULL, 10), package = 0;
        if (cmp_sys_line(root, text, sizeof text, "%s%d/topology/physical_package_id", cpu_folder,
                         cpu))
            package = strtol(text, NULL, 10);
        size_t i = 0;
        while (i < machine->packages && packages[i] != package)
            i++;
        if (i == machine->packages && i < sizeof packages / sizeof packages[0])
            packages[machine->packages++] = package;
        for (i = 0; i < machine->cores && (cores[i][0] != package || cores[i][1] != core);)
            i++;
        if (i == machine->cores && i < limit) {
            cores[i][0] = package;
            cores[i][1] = core;
            machine->cores++;
        }
        machine->pus++;
    }
}

static uint32_t numa_node_count(const char *root) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/sys/devices/system/node", root);
    DIR *folder = opendir(path);
    if (!folder)
        return 0;
    uint32_t nodes = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        nodes += strncmp(entry->d_name, "node", 4) == 0 && isdigit((unsigned char)entry->d_name[4]);
    closedir(folder);
    return nodes;
}

/*
 * Pools noise floors: a hash of the hardware only, since kernel, settings and host name change on
 * the same machine. Memory counts in GiB, because kernels reserve different parts of it. Machines
 * of the same build share an id, as virtual machines of one type should.
 */
static char *hardware_id(const cmp_machine_t *machine) {
    char text[1024], digest[SHA256_DIGEST_STRING_LENGTH];
    snprintf(text, sizeof text, "%s\n%s\n%s\n%u %u %u %u\n%llu", machine->cpu, machine->caches,
             machine->hypervisor, machine->packages, machine->cores, machine->pus,
             machine->numa_nodes,
             (unsigned long long)((machine->memory_bytes + (1ull << 29)) >> 30));
    SHA256Data((const uint8_t *)text, strlen(text), digest);
    digest[16] = '\0';
    return strdup(digest);
}

void cmp_machine_describe_from(cmp_machine_t *machine, const topo_t *topo, const char *root) {
    char text[512];
    memset(machine, 0, sizeof *machine);
    machine->hostname =
        text_copy(cmp_sys_line(root, text, sizeof text, "/proc/sys/kernel/hostname") ? text : NULL);
    machine->cpu = cpu_name(root);
    machine->caches = cache_sizes(root);
    machine->kernel = kernel_release(root);
    machine->os = operating_system(root);
    machine->libc = c_library();
    machine->governor = frequency_governor(root);
    machine->thp = bracketed_word(root, "/sys/kernel/mm/transparent_hugepage/enabled");
    machine->overcommit = overcommit_mode(root);
    machine->hypervisor = hypervisor_name(root);
    processors_count(machine, root);
    machine->numa_nodes = numa_node_count(root);
    if (cmp_sys_value(root, "/proc/meminfo", "MemTotal", ':', text, sizeof text))
        machine->memory_bytes = strtoull(text, NULL, 10) * 1024;
    text[0] = '\0';
    if (topo)
        topo_summary(topo, text, sizeof text);
    machine->topology = text_copy(text);
    machine->topology_xml = topo ? topo_xml(topo) : NULL;
    machine->id = hardware_id(machine);
}

void cmp_machine_describe(cmp_machine_t *machine, const topo_t *topo) {
    cmp_machine_describe_from(machine, topo, "");
}
