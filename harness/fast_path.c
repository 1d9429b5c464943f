/*
 * Finds the instructions of a fast path by how often they run, and counts what they do: see
 * fast_path.h. Main thread; no locks.
 */
#include "fast_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64, REGISTERS_MOST = 64 };

typedef struct search {
    const cmp_disassembly_t *code;
    const cmp_executed_t *executed;
    size_t executed_count;
    uint64_t least; /* executions that put an instruction on the path */
    cmp_fast_path_t *path;
} search_t;

/* ------------------------------------------------------------------ the path */

static const cmp_function_t *function_at(const cmp_disassembly_t *code, uint64_t address) {
    for (size_t f = 0; f < code->function_count; f++) {
        const cmp_function_t *function = &code->functions[f];
        if (function->count == 0 || address < function->address)
            continue;
        if (address <= code->instructions[function->first + function->count - 1].address)
            return function;
    }
    return NULL;
}

/* The address that a jump or call names; false when it goes through a register or memory. */
static bool target_of(const cmp_instruction_t *instruction, uint64_t *address) {
    if ((instruction->does & (CMP_DOES_BRANCH | CMP_DOES_JUMP | CMP_DOES_CALL)) == 0)
        return false;
    const char *label = strchr(instruction->text, '<'); /* "jmp    cc50 <hak_free_slow>" */
    if (label == NULL || label - instruction->text < 2 || strchr(instruction->text, '*') != NULL)
        return false;
    const char *word = label - 1;
    while (word > instruction->text && word[-1] != ' ' && word[-1] != '\t' && word[-1] != ',')
        word--;
    char *end;
    *address = strtoull(word, &end, 16);
    return end != word;
}

static bool function_known(const search_t *search, const cmp_function_t *function) {
    for (size_t i = 0; i < search->path->step_count; i++)
        if (search->path->steps[i].function == function)
            return true;
    return false;
}

static void step_add(cmp_fast_path_t *path, cmp_step_t step) {
    path->steps = realloc(path->steps, (path->step_count + 1) * sizeof *path->steps);
    if (path->steps == NULL)
        abort();
    path->steps[path->step_count++] = step;
}

/* Adds the function's instructions that run often enough; then the functions that these lead to. */
static void function_search(search_t *search, const cmp_function_t *function) {
    const size_t first = search->path->step_count;
    for (size_t i = 0; i < function->count; i++) {
        const cmp_instruction_t *instruction = &search->code->instructions[function->first + i];
        uint64_t count =
            cmp_executed_at(search->executed, search->executed_count, instruction->address);
        if (count >= search->least)
            step_add(search->path, (cmp_step_t){instruction, function, count});
    }
    const size_t end = search->path->step_count;
    for (size_t i = first; i < end; i++) {
        uint64_t target;
        if (!target_of(search->path->steps[i].instruction, &target) ||
            cmp_executed_at(search->executed, search->executed_count, target) < search->least)
            continue;
        const cmp_function_t *next = function_at(search->code, target);
        if (next != NULL && !function_known(search, next))
            function_search(search, next);
    }
}

/* ------------------------------------------------------------------ registers */

/* The general register that a name stands for: rax for %eax, x0 for w0. False for others. */
static bool register_whole(cmp_processor_t processor, const char *name, char whole[8]) {
    static const char *const families[][5] = {
        {"rax", "eax", "ax", "al", "ah"}, {"rbx", "ebx", "bx", "bl", "bh"},
        {"rcx", "ecx", "cx", "cl", "ch"}, {"rdx", "edx", "dx", "dl", "dh"},
        {"rsi", "esi", "si", "sil", ""},  {"rdi", "edi", "di", "dil", ""},
        {"rbp", "ebp", "bp", "bpl", ""},  {"rsp", "esp", "sp", "spl", ""}};
    char *end;
    if (processor == CMP_PROCESSOR_AARCH64) {
        if ((*name != 'x' && *name != 'w') || name[1] < '0' || name[1] > '9')
            return false;
        snprintf(whole, 8, "x%lu", strtoul(name + 1, &end, 10));
        return true;
    }
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++)
        for (size_t i = 0; i < 5; i++)
            if (strcmp(families[f][i], name) == 0 && *name != '\0') {
                snprintf(whole, 8, "%s", families[f][0]);
                return true;
            }
    if (*name != 'r' || name[1] < '0' || name[1] > '9') /* r8d */
        return false;
    snprintf(whole, 8, "r%lu", strtoul(name + 1, &end, 10));
    return true;
}

/* How often each register was written so far on the path, so that (%rax) before and after are not
 * taken for one place. */
typedef struct registers {
    char name[REGISTERS_MOST][8];
    unsigned writes[REGISTERS_MOST];
    size_t count;
    unsigned calls; /* each may change all of them */
} registers_t;

static unsigned *register_writes(registers_t *registers, const char *name) {
    for (size_t i = 0; i < registers->count; i++)
        if (strcmp(registers->name[i], name) == 0)
            return &registers->writes[i];
    if (registers->count == REGISTERS_MOST)
        return &registers->calls;
    snprintf(registers->name[registers->count], 8, "%s", name);
    registers->writes[registers->count] = 0;
    return &registers->writes[registers->count++];
}

static bool begins_one(const char *text, const char *const *list) {
    for (; *list != NULL; list++)
        if (strncmp(text, *list, strlen(*list)) == 0)
            return true;
    return false;
}

/* Counts the register that the instruction writes: its last operand on x86-64, its first on
 * aarch64; on x86-64 one operand of a multiplication or division stands for rax and rdx. */
static void register_write(cmp_processor_t processor, registers_t *registers,
                           const cmp_instruction_t *instruction) {
    static const char *const reading[] = {"cmp ", "cmpl ", "cmpq ", "test",
                                          "tst",  "cb",    "tb",    NULL};
    static const char *const doubles[] = {"mul", "imul", "div", "idiv", NULL};
    char text[128], whole[8];
    snprintf(text, sizeof text, "%s", instruction->text);
    text[strcspn(text, "#<")] = '\0';
    char *operand = text + strcspn(text, " \t");
    operand += strspn(operand, " \t");
    if (instruction->does & CMP_DOES_CALL)
        registers->calls++;
    if (begins_one(text, reading))
        return;
    if (processor == CMP_PROCESSOR_X86_64 && strrchr(operand, ',') != NULL) {
        operand = strrchr(operand, ',') + 1;
    } else if (processor == CMP_PROCESSOR_X86_64 && begins_one(text, doubles)) {
        ++*register_writes(registers, "rax");
        ++*register_writes(registers, "rdx");
    } else if (processor == CMP_PROCESSOR_AARCH64 &&
               (instruction->does & (CMP_DOES_LOAD | CMP_DOES_STORE)) == CMP_DOES_STORE) {
        return;
    }
    operand[strcspn(operand, ", ")] = '\0';
    if (register_whole(processor, operand + (*operand == '%'), whole))
        ++*register_writes(registers, whole);
}

/* ------------------------------------------------------------------ places in memory */

typedef struct places {
    char (*place)[96];
    unsigned count;
} places_t;

static void place_add(places_t *places, const char *place) {
    for (unsigned i = 0; i < places->count; i++)
        if (strcmp(places->place[i], place) == 0)
            return;
    places->place = realloc(places->place, (places->count + 1) * sizeof *places->place);
    if (places->place == NULL)
        abort();
    snprintf(places->place[places->count++], sizeof *places->place, "%s", place);
}

/* The line that an operand lies in: its base as written, with how often each register of it was
 * written, and displacement / 64. The stack is left out. */
static void place_find(cmp_processor_t processor, registers_t *registers, places_t *places,
                       const cmp_instruction_t *instruction) {
    char base[48], place[96];
    int64_t displacement;
    if ((instruction->does & (CMP_DOES_LOAD | CMP_DOES_STORE)) == 0 ||
        !cmp_instruction_memory(processor, instruction->text, base, sizeof base, &displacement) ||
        strstr(base, "sp") != NULL)
        return;
    const char *comment = strchr(instruction->text, '#');
    if (processor == CMP_PROCESSOR_X86_64 && strstr(base, "%rip") != NULL && comment != NULL) {
        displacement = (int64_t)strtoull(comment + 1, NULL, 16); /* "# 13fd8 <hak_map>" */
        snprintf(base, sizeof base, "absolute");
    }
    int64_t line = displacement >= 0 ? displacement / LINE_BYTES
                                     : -((LINE_BYTES - 1 - displacement) / LINE_BYTES);
    int used = snprintf(place, sizeof place, "%s %lld %u", base, (long long)line, registers->calls);
    char copy[48], *rest = copy, *word, whole[8];
    snprintf(copy, sizeof copy, "%s", base);
    while ((word = strsep(&rest, ",:() ")) != NULL && used < (int)sizeof place - 16)
        if (register_whole(processor, word + (*word == '%'), whole))
            used += snprintf(place + used, sizeof place - (size_t)used, " %u",
                             *register_writes(registers, whole));
    place_add(places, place);
}

/* ------------------------------------------------------------------ counting */

static void path_count(const cmp_disassembly_t *code, cmp_fast_path_t *path) {
    registers_t registers = {0};
    places_t places = {0}, lines = {0};
    for (size_t i = 0; i < path->step_count; i++) {
        const cmp_instruction_t *instruction = path->steps[i].instruction;
        const uint64_t end = instruction->address + (instruction->bytes ? instruction->bytes : 1);
        const uint32_t does = instruction->does;
        char line[32];
        path->branches += (does & CMP_DOES_BRANCH) != 0;
        path->jumps += (does & (CMP_DOES_JUMP | CMP_DOES_CALL | CMP_DOES_RETURN)) != 0;
        path->loads += (does & CMP_DOES_LOAD) != 0;
        path->stores += (does & CMP_DOES_STORE) != 0;
        path->locked += (does & (CMP_DOES_LOCK | CMP_DOES_FENCE)) != 0;
        for (uint64_t at = instruction->address / LINE_BYTES; at <= (end - 1) / LINE_BYTES; at++) {
            snprintf(line, sizeof line, "%llx", (unsigned long long)at);
            place_add(&lines, line);
        }
        place_find(code->processor, &registers, &places, instruction);
        register_write(code->processor, &registers, instruction);
    }
    path->code_lines = lines.count;
    path->data_lines = places.count;
    free(places.place);
    free(lines.place);
}

bool cmp_fast_path_find(const cmp_disassembly_t *code, const cmp_executed_t *executed,
                        size_t executed_count, uint64_t address, cmp_fast_path_t *path) {
    *path = (cmp_fast_path_t){.calls = cmp_executed_at(executed, executed_count, address)};
    const cmp_function_t *function = function_at(code, address);
    if (function == NULL || path->calls == 0)
        return false;
    search_t search = {code, executed, executed_count,
                       (path->calls + CMP_FAST_SHARE - 1) / CMP_FAST_SHARE, path};
    function_search(&search, function);
    path_count(code, path);
    return true;
}

void cmp_fast_path_free(cmp_fast_path_t *path) {
    free(path->steps);
    *path = (cmp_fast_path_t){0};
}
