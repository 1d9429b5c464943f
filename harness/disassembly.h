/*
 * Machine code of a library as objdump prints it, and what each instruction does: locks, fences,
 * branches, loads and stores. x86-64 and aarch64.
 */
#ifndef DISASSEMBLY_H
#define DISASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of what an instruction does. */
enum {
    CMP_DOES_LOCK = 1,    /* reads and writes memory as one: lock prefix, xchg, exclusives, LSE */
    CMP_DOES_FENCE = 2,   /* orders memory: mfence, dmb; aarch64's ldar and stlr as well */
    CMP_DOES_BRANCH = 4,  /* conditional jump */
    CMP_DOES_JUMP = 8,    /* unconditional jump */
    CMP_DOES_CALL = 16,   /* call of a function */
    CMP_DOES_RETURN = 32, /* return */
    CMP_DOES_LOAD = 64,   /* memory operand that is read; pop */
    CMP_DOES_STORE = 128, /* memory operand that is written; push */
};

typedef struct cmp_instruction {
    uint64_t address;
    uint32_t bytes;   /* up to the next one; 0: the last one of a section */
    uint32_t does;    /* CMP_DOES_* */
    const char *text; /* "lock cmpxchg %edx,(%rdi)", in the disassembly's own text */
} cmp_instruction_t;

typedef struct cmp_function {
    const char *name; /* "hak_learner_window.part.0", in the disassembly's own text */
    uint64_t address;
    size_t first, count; /* instructions */
} cmp_function_t;

typedef enum cmp_processor { CMP_PROCESSOR_X86_64, CMP_PROCESSOR_AARCH64 } cmp_processor_t;

typedef struct cmp_disassembly {
    cmp_processor_t processor;
    char *text;
    cmp_instruction_t *instructions; /* by section and address */
    size_t instruction_count;
    cmp_function_t *functions;
    size_t function_count;
} cmp_disassembly_t;

/* Disassembles a library with objdump. False with a message that names the remedy. */
bool cmp_disassemble(const char *path, cmp_disassembly_t *code, char *error, size_t error_bytes);

/* Reads what objdump printed; takes `text` over, which was malloc'ed. */
bool cmp_disassembly_read(char *text, cmp_disassembly_t *code, char *error, size_t error_bytes);

void cmp_disassembly_free(cmp_disassembly_t *code);

/* What an instruction does: CMP_DOES_*. */
uint32_t cmp_instruction_does(cmp_processor_t processor, const char *text);

/* A memory operand of an instruction, as "8(%rbx)", "%fs:0" or "[x0, #8]": what stands for its
 * base, in `base` ("%rbx", with the index if there is one; "" when absolute), and its displacement.
 * False when it has none. */
bool cmp_instruction_memory(cmp_processor_t processor, const char *text, char *base,
                            size_t base_bytes, int64_t *displacement);

#endif
