/*
 * What an instruction does, by its name and operands as objdump writes them (AT&T syntax on
 * x86-64): see disassembly.h. Main thread; no locks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disassembly.h"

/* A name's beginning, and what such an instruction does. */
typedef struct rule {
    const char *begin;
    uint32_t does;
} rule_t;

static bool begins(const char *text, const char *begin) {
    return strncmp(text, begin, strlen(begin)) == 0;
}

static bool begins_one(const char *name, const char *const *list) {
    for (; *list != NULL; list++)
        if (begins(name, *list))
            return true;
    return false;
}

/* Copies the word at *at, and steps behind it and the blanks that follow. */
static void word_take(const char **at, char word[32]) {
    size_t length = strcspn(*at, " \t");
    snprintf(word, 32, "%.*s", (int)(length < 31 ? length : 31), *at);
    *at += length;
    *at += strspn(*at, " \t");
}

/* ------------------------------------------------------------------ x86-64 */

/* Where the operands end: a comment or the name of an address follows. */
static size_t operands_length(const char *operands) {
    size_t length = strcspn(operands, "#<");
    while (length > 0 && operands[length - 1] == ' ')
        length--;
    return length;
}

/* The memory operand in AT&T syntax: its first and last position; false when there is none. *last:
 * no other operand follows it. */
static bool x86_memory(const char *operands, size_t *first, size_t *end, bool *last) {
    size_t length = operands_length(operands), begin = 0, depth = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && operands[i] == '(')
            depth++;
        if (i < length && operands[i] == ')')
            depth--;
        if (i < length && (operands[i] != ',' || depth > 0))
            continue;
        const char *operand = operands + begin;
        size_t size = i - begin;
        bool segment = size > 4 && operand[0] == '%' && operand[3] == ':';
        bool memory = memchr(operand, '(', size) != NULL || segment ||
                      (operand[0] != '%' && operand[0] != '$' && operand[0] != '*' && size > 0);
        if (memory) {
            *first = begin;
            *end = i;
            *last = i == length;
            return true;
        }
        begin = i + 1;
    }
    return false;
}

/* A memory operand at the end: instructions that only read it, and those that only write it. */
static const char *const x86_reading[] = {"cmp",   "test",   "bt",    "push", "mul",     "imul",
                                          "div",   "idiv",   "ucomi", "comi", "jmp",     "call",
                                          "vcomi", "vucomi", "ptest", "fld",  "ldmxcsr", NULL};
static const char *const x86_changing[] = {"cmpxchg", "bts", "btr", "btc", NULL}; /* begin alike */
static const char *const x86_writing[] = {"mov",    "vmov",    "set", "pop",  "pextr",
                                          "vpextr", "stmxcsr", "fst", "stos", NULL};

static uint32_t x86_operands_do(const char *name, const char *operands) {
    size_t first, end;
    bool last;
    if (begins(name, "lea") || begins(name, "nop") || begins(name, "prefetch") ||
        begins(name, "endbr"))
        return 0;
    uint32_t does = begins(name, "push") ? CMP_DOES_STORE : begins(name, "pop") ? CMP_DOES_LOAD : 0;
    /* "jmp 1040 <name>" names an address, not memory. */
    bool target = (name[0] == 'j' || begins(name, "call")) && operands[0] != '*';
    if (target || !x86_memory(operands, &first, &end, &last))
        return does;
    if (begins(name, "xchg"))
        return does | CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE;
    if (!last || (begins_one(name, x86_reading) && !begins_one(name, x86_changing)))
        return does | CMP_DOES_LOAD;
    if (begins_one(name, x86_writing))
        return does | CMP_DOES_STORE;
    return does | CMP_DOES_LOAD | CMP_DOES_STORE;
}

static uint32_t x86_does(const char *text) {
    static const char *const prefixes[] = {"rep", "bnd",      "notrack",  "data16", "cs", "ds",
                                           "es",  "xacquire", "xrelease", "addr32", NULL};
    char name[32];
    uint32_t does = 0;
    word_take(&text, name);
    while (*text != '\0' && (strcmp(name, "lock") == 0 || begins_one(name, prefixes))) {
        if (strcmp(name, "lock") == 0)
            does |= CMP_DOES_LOCK;
        word_take(&text, name);
    }
    if (strcmp(name, "mfence") == 0 || strcmp(name, "lfence") == 0 || strcmp(name, "sfence") == 0)
        return does | CMP_DOES_FENCE;
    if (begins(name, "jmp"))
        does |= CMP_DOES_JUMP;
    else if (name[0] == 'j' || begins(name, "loop"))
        does |= CMP_DOES_BRANCH;
    else if (begins(name, "call"))
        does |= CMP_DOES_CALL;
    else if (begins(name, "ret"))
        does |= CMP_DOES_RETURN;
    return does | x86_operands_do(name, text);
}

/* ------------------------------------------------------------------ aarch64 */

/* The first rule that fits counts. */
static const rule_t arm_rules[] = {
    {"ldxr", CMP_DOES_LOCK | CMP_DOES_LOAD},
    {"ldxp", CMP_DOES_LOCK | CMP_DOES_LOAD},
    {"ldaxr", CMP_DOES_LOCK | CMP_DOES_LOAD},
    {"ldaxp", CMP_DOES_LOCK | CMP_DOES_LOAD},
    {"stxr", CMP_DOES_LOCK | CMP_DOES_STORE},
    {"stxp", CMP_DOES_LOCK | CMP_DOES_STORE},
    {"stlxr", CMP_DOES_LOCK | CMP_DOES_STORE},
    {"stlxp", CMP_DOES_LOCK | CMP_DOES_STORE},
    {"cas", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"swp", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldadd", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldclr", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldset", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldeor", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldsmax", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldsmin", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldumax", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldumin", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"stadd", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"stclr", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"stset", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"steor", CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE},
    {"ldar", CMP_DOES_FENCE | CMP_DOES_LOAD},
    {"ldapr", CMP_DOES_FENCE | CMP_DOES_LOAD},
    {"ldapur", CMP_DOES_FENCE | CMP_DOES_LOAD},
    {"stlr", CMP_DOES_FENCE | CMP_DOES_STORE},
    {"stlur", CMP_DOES_FENCE | CMP_DOES_STORE},
    {"dmb", CMP_DOES_FENCE},
    {"dsb", CMP_DOES_FENCE},
    {"ld", CMP_DOES_LOAD},
    {"st", CMP_DOES_STORE},
    {"b.", CMP_DOES_BRANCH},
    {"bc.", CMP_DOES_BRANCH},
    {"cb", CMP_DOES_BRANCH},
    {"tb", CMP_DOES_BRANCH},
    {"bl", CMP_DOES_CALL},
    {"br", CMP_DOES_JUMP},
    {"ret", CMP_DOES_RETURN},
};

static uint32_t arm_does(const char *text) {
    char name[32];
    word_take(&text, name);
    if (strcmp(name, "b") == 0)
        return CMP_DOES_JUMP;
    if (strcmp(name, "brk") == 0 || begins(name, "bic"))
        return 0;
    /* Compilers call helpers that choose between LSE and exclusives at run time. */
    if (strcmp(name, "bl") == 0 && strstr(text, "<__aarch64_") != NULL)
        return CMP_DOES_CALL | CMP_DOES_LOCK | CMP_DOES_LOAD | CMP_DOES_STORE;
    for (size_t i = 0; i < sizeof arm_rules / sizeof arm_rules[0]; i++)
        if (begins(name, arm_rules[i].begin))
            return arm_rules[i].does;
    return 0;
}

uint32_t cmp_instruction_does(cmp_processor_t processor, const char *text) {
    return processor == CMP_PROCESSOR_AARCH64 ? arm_does(text) : x86_does(text);
}

/* ------------------------------------------------------------------ operands */

static bool arm_address(const char *text, char *base, size_t base_bytes, int64_t *displacement) {
    const char *open = strchr(text, '['), *number = open != NULL ? strchr(open, '#') : NULL;
    const char *close = open != NULL ? strchr(open, ']') : NULL;
    if (close == NULL)
        return false;
    const char *end = number != NULL && number < close ? number : close;
    while (end > open + 1 && (end[-1] == ' ' || end[-1] == ','))
        end--;
    snprintf(base, base_bytes, "%.*s", (int)(end - open - 1), open + 1);
    *displacement = number != NULL && number < close ? strtoll(number + 1, NULL, 0) : 0;
    return true;
}

bool cmp_instruction_memory(cmp_processor_t processor, const char *text, char *base,
                            size_t base_bytes, int64_t *displacement) {
    if (processor == CMP_PROCESSOR_AARCH64)
        return arm_address(text, base, base_bytes, displacement);
    char name[32];
    size_t first, end;
    bool last;
    do
        word_take(&text, name);
    while (strcmp(name, "lock") == 0 || begins(name, "rep") || strcmp(name, "bnd") == 0);
    if (*text == '*')
        text++;
    if (!x86_memory(text, &first, &end, &last))
        return false;
    const char *operand = text + first, *open = memchr(operand, '(', end - first);
    char *number_end;
    size_t segment = operand[0] == '%' ? 4 : 0; /* "%fs:" */
    *displacement = strtoll(operand + segment, &number_end, 0);
    if (open == NULL)
        snprintf(base, base_bytes, "%.*s", (int)segment, operand);
    else
        snprintf(base, base_bytes, "%.*s%.*s", (int)segment, operand,
                 (int)(operand + (end - first) - open - 2), open + 1);
    return true;
}
