/*
 * Runs objdump and reads its output: functions and instructions; instruction.c says what they do.
 * Main thread; no locks.
 */
#include "disassembly.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"

/* "0000000000001000 <malloc>:" begins a function. */
static bool function_read(cmp_disassembly_t *code, char *line) {
    char *end, *close;
    uint64_t address = strtoull(line, &end, 16);
    if (end == line || strncmp(end, " <", 2) != 0 || (close = strstr(end, ">:")) == NULL)
        return false;
    *close = '\0';
    if ((code->function_count & (code->function_count - 1)) == 0) {
        size_t room = code->function_count > 0 ? 2 * code->function_count : 1;
        code->functions = realloc(code->functions, room * sizeof *code->functions);
        if (code->functions == NULL)
            abort();
    }
    code->functions[code->function_count++] =
        (cmp_function_t){end + 2, address, code->instruction_count, 0};
    return true;
}

/* "    1004:\tlock cmpxchg %edx,(%rdi)" is an instruction of the last function. */
static void instruction_read(cmp_disassembly_t *code, char *line) {
    char *end;
    uint64_t address = strtoull(line, &end, 16);
    if (end == line || end[0] != ':' || end[1] != '\t' || code->function_count == 0)
        return;
    char *text = end + 2;
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    if (length == 0 || text[0] == '.')
        return; /* ".word": data */
    if ((code->instruction_count & (code->instruction_count - 1)) == 0) {
        size_t room = code->instruction_count > 0 ? 2 * code->instruction_count : 1;
        code->instructions = realloc(code->instructions, room * sizeof *code->instructions);
        if (code->instructions == NULL)
            abort();
    }
    cmp_instruction_t *last =
        code->instruction_count > 0 ? &code->instructions[code->instruction_count - 1] : NULL;
    if (last != NULL && address > last->address && address - last->address <= 16)
        last->bytes = (uint32_t)(address - last->address);
    code->instructions[code->instruction_count++] =
        (cmp_instruction_t){address, 0, cmp_instruction_does(code->processor, text), text};
    code->functions[code->function_count - 1].count++;
}

bool cmp_disassembly_read(char *text, cmp_disassembly_t *code, char *error, size_t error_bytes) {
    *code = (cmp_disassembly_t){.text = text};
    const char *format = strstr(text, "file format ");
    if (format != NULL && strstr(format, "aarch64") != NULL)
        code->processor = CMP_PROCESSOR_AARCH64;
    bool known = format != NULL &&
                 (strstr(format, "x86-64") != NULL || code->processor == CMP_PROCESSOR_AARCH64);
    char *rest = text, *line;
    while (known && (line = strsep(&rest, "\n")) != NULL)
        if (!function_read(code, line))
            instruction_read(code, line);
    if (code->instruction_count > 0)
        return true;
    snprintf(error, error_bytes,
             known ? "objdump shows no machine code in it"
                   : "objdump does not know its machine: x86-64 and aarch64 "
                     "can be audited");
    cmp_disassembly_free(code);
    return false;
}

bool cmp_disassemble(const char *path, cmp_disassembly_t *code, char *error, size_t error_bytes) {
    const char *const command[] = {"objdump", "-d", "--no-show-raw-insn", path, NULL};
    char reason[256];
    int status;
    char *text = cmp_capture(command, &status);
    if (text == NULL || status == 127) {
        snprintf(error, error_bytes,
                 "cannot disassemble %s: objdump is not installed; it comes with the compiler's "
                 "binutils: apt install binutils",
                 path);
    } else if (status != 0) {
        snprintf(error, error_bytes, "cannot disassemble %s: objdump ended with status %d", path,
                 status);
    } else if (cmp_disassembly_read(text, code, reason, sizeof reason)) {
        return true;
    } else {
        text = NULL; /* was taken over */
        snprintf(error, error_bytes, "cannot disassemble %s: %s", path, reason);
    }
    free(text);
    return false;
}

void cmp_disassembly_free(cmp_disassembly_t *code) {
    free(code->text);
    free(code->instructions);
    free(code->functions);
    *code = (cmp_disassembly_t){0};
}
