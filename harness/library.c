/*
 * Reads the ELF header of a library before it is preloaded, because the dynamic linker only warns
 * about what it cannot preload and then runs the program without it. Main thread, no locks.
 */
#include "library.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if __SIZEOF_POINTER__ == 8
#define NATIVE_CLASS ELFCLASS64
#else
#define NATIVE_CLASS ELFCLASS32
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_DATA ELFDATA2LSB
#else
#define NATIVE_DATA ELFDATA2MSB
#endif

typedef struct machine_name {
    uint16_t machine;
    const char *name;
} machine_name_t;

/* Names as `uname -m` prints them. */
static const machine_name_t machine_names[] = {
    {EM_X86_64, "x86_64"}, {EM_AARCH64, "aarch64"}, {EM_386, "i686"},   {EM_ARM, "arm"},
    {EM_RISCV, "riscv64"}, {EM_PPC64, "ppc64"},     {EM_S390, "s390x"}, {EM_MIPS, "mips"},
};

/* The machine that this program was built for. */
static uint16_t machine_native(void) {
    ElfW(Ehdr) header;
    memset(&header, 0, sizeof header);
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t got = read(fd, &header, sizeof header);
        close(fd);
        if (got == (ssize_t)sizeof header)
            return header.e_machine;
    }
    return EM_NONE;
}

static const char *machine_text(uint16_t machine, char *text, size_t text_bytes) {
    for (size_t i = 0; i < sizeof machine_names / sizeof machine_names[0]; i++)
        if (machine_names[i].machine == machine)
            return machine_names[i].name;
    snprintf(text, text_bytes, "ELF machine %u", machine);
    return text;
}

/* True when the dynamic section says that this ET_DYN file is a position-independent program. */
static bool header_is_program(int fd, const ElfW(Ehdr) * header) {
    for (unsigned i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) segment;
        off_t at = (off_t)(header->e_phoff + (size_t)i * header->e_phentsize);
        if (pread(fd, &segment, sizeof segment, at) != (ssize_t)sizeof segment ||
            segment.p_type != PT_DYNAMIC)
            continue;
        for (size_t offset = 0; offset + sizeof(ElfW(Dyn)) <= segment.p_filesz;
             offset += sizeof(ElfW(Dyn))) {
            ElfW(Dyn) entry;
            if (pread(fd, &entry, sizeof entry, (off_t)(segment.p_offset + offset)) !=
                    (ssize_t)sizeof entry ||
                entry.d_tag == DT_NULL)
                break;
            if (entry.d_tag == DT_FLAGS_1)
                return (entry.d_un.d_val & DF_1_PIE) != 0;
        }
    }
    return false;
}

static bool header_check(int fd, char *error, size_t error_bytes) {
    ElfW(Ehdr) header;
    memset(&header, 0, sizeof header);
    ssize_t got = pread(fd, &header, sizeof header, 0);
    if (got < EI_NIDENT || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        snprintf(error, error_bytes, "it is no ELF file; give a shared library (.so)");
        return false;
    }
    /* e_type and e_machine lie at the same place in both classes. */
    uint16_t native = machine_native();
    char theirs[32], ours[32];
    const char *machine = machine_text(header.e_machine, theirs, sizeof theirs);
    if (header.e_ident[EI_DATA] != NATIVE_DATA || header.e_machine != native) {
        snprintf(error, error_bytes,
                 "it is a library for %s, this machine is %s; build or install it for %s", machine,
                 machine_text(native, ours, sizeof ours), machine_text(native, ours, sizeof ours));
        return false;
    }
    if (header.e_ident[EI_CLASS] != NATIVE_CLASS || got < (ssize_t)sizeof header) {
        snprintf(error, error_bytes, "it is a %d-bit library, needed is a %d-bit one",
                 header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32, (int)sizeof(void *) * 8);
        return false;
    }
    if (header.e_type != ET_DYN || header_is_program(fd, &header)) {
        snprintf(error, error_bytes, "it is %s; give a shared library (.so)",
                 header.e_type == ET_REL    ? "an object file"
                 : header.e_type == ET_CORE ? "a core dump"
                                            : "a program");
        return false;
    }
    return true;
}

bool cmp_library_check(const char *path, char *error, size_t error_bytes) {
    /* Never wait for the other end of a FIFO. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        snprintf(error, error_bytes, "%s; check the path", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool good = S_ISREG(status.st_mode);
    if (!good)
        snprintf(error, error_bytes, "it is no regular file; give a shared library (.so)");
    else
        good = header_check(fd, error, error_bytes);
    close(fd);
    return good;
}
