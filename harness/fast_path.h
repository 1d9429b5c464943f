/*
 * The fast path of a function: the instructions that most of its calls execute, in it and in what
 * it calls or jumps to; and what they cost by count.
 */
#ifndef FAST_PATH_H
#define FAST_PATH_H

#include "callgrind.h"
#include "disassembly.h"

#define CMP_FAST_SHARE 2 /* an instruction is on the path when 1 of so many calls executes it */

/* An instruction of a path. */
typedef struct cmp_step {
    const cmp_instruction_t *instruction;
    const cmp_function_t *function; /* that it belongs to */
    uint64_t count;
} cmp_step_t;

typedef struct cmp_fast_path {
    uint64_t calls;
    cmp_step_t *steps; /* by function in the order in which they are reached, then by address */
    size_t step_count;
    unsigned branches; /* conditional jumps */
    unsigned jumps;    /* unconditional ones, calls and returns */
    unsigned loads, stores;
    unsigned locked;     /* locked and fenced ones */
    unsigned code_lines; /* cache lines of 64 bytes that hold the instructions */
    unsigned data_lines; /* cache lines that they touch beside the stack: at most so many */
} cmp_fast_path_t;

/* Finds the path of the function that begins at an address. False when it never ran. */
bool cmp_fast_path_find(const cmp_disassembly_t *code, const cmp_executed_t *executed,
                        size_t executed_count, uint64_t address, cmp_fast_path_t *path);
void cmp_fast_path_free(cmp_fast_path_t *path);

#endif
