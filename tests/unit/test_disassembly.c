/* Machine code as objdump prints it: what instructions do on x86-64 and aarch64, functions, the
 * fast path by recorded executions, what callgrind writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../harness/fast_path.h"

enum {
    LOCK = CMP_DOES_LOCK,
    FENCE = CMP_DOES_FENCE,
    BRANCH = CMP_DOES_BRANCH,
    JUMP = CMP_DOES_JUMP,
    CALL = CMP_DOES_CALL,
    RETURN = CMP_DOES_RETURN,
    LOAD = CMP_DOES_LOAD,
    STORE = CMP_DOES_STORE,
    BOTH = CMP_DOES_LOAD | CMP_DOES_STORE,
};

static void does(cmp_processor_t processor, const char *text, uint32_t wanted) {
    uint32_t found = cmp_instruction_does(processor, text);
    if (found != wanted)
        fail_msg("'%s' does %#x, not %#x", text, found, wanted);
}

static void x86_instructions_are_told_apart(void **state) {
    static const struct {
        const char *text;
        uint32_t does;
    } cases[] = {
        {"mov    %rdi,%rax", 0},
        {"mov    (%rax),%rdx", LOAD},
        {"mov    %rdx,(%rax)", STORE},
        {"movq   $0x0,0x8(%rax)", STORE},
        {"movzwl (%rdx,%rax,2),%eax", LOAD},
        {"add    %fs:(%rdx),%rax", LOAD},
        {"mov    %fs:0x28,%rax", LOAD},
        {"mov    0x65f1(%rip),%rdx        # 13fd8 <_GLOBAL_OFFSET_TABLE_+0x168>", LOAD},
        {"add    $0x1,0x18(%rdx)", BOTH},
        {"addl   $0x1,(%rdx)", BOTH},
        {"cmp    $0x8,(%rdx)", LOAD},
        {"cmp    %rax,0x8(%rdx)", LOAD},
        {"cmp    -0x8(%rax),%rdi", LOAD},
        {"test   %rcx,%rcx", 0},
        {"lea    0x8(%rax),%rdx", 0},
        {"nopw   0x0(%rax,%rax,1)", 0},
        {"cs nopw 0x0(%rax,%rax,1)", 0},
        {"data16 cs nopw 0x0(%rax,%rax,1)", 0},
        {"xchg   %ax,%ax", 0},
        {"xchg   %eax,(%rdi)", LOCK | BOTH},
        {"xchg   (%rdi),%eax", LOCK | BOTH},
        {"lock cmpxchg %edx,(%rdi)", LOCK | BOTH},
        {"lock addq $0x1,0x1(%rip)        # 20 <hak_counts_FRONT>", LOCK | BOTH},
        {"lock orq $0x0,(%rsp)", LOCK | BOTH},
        {"lock bts %rax,(%rdi)", LOCK | BOTH},
        {"cmpxchg %edx,(%rdi)", BOTH},
        {"mfence", FENCE},
        {"sfence", FENCE},
        {"lfence", FENCE},
        {"ja     589b <malloc.cold>", BRANCH},
        {"jmp    cc50 <hak_free_elsewhere>", JUMP},
        {"bnd jmp cc50 <hak_free_elsewhere>", JUMP},
        {"notrack jmp *%rax", JUMP},
        {"jmp    *0x10(%rip)        # 10 <x>", JUMP | LOAD},
        {"call   1040 <memset@plt>", CALL},
        {"call   *0x10(%rax)", CALL | LOAD},
        {"ret", RETURN},
        {"repz ret", RETURN},
        {"push   %rbx", STORE},
        {"pop    %rbx", LOAD},
        {"movups %xmm0,(%rdi)", STORE},
        {"sete   0x8(%rdx)", STORE},
        {"imul   %rcx,%rsi", 0},
        {"prefetcht0 (%rax)", 0},
        {"endbr64", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        does(CMP_PROCESSOR_X86_64, cases[i].text, cases[i].does);
}

static void aarch64_instructions_are_told_apart(void **state) {
    static const struct {
        const char *text;
        uint32_t does;
    } cases[] = {
        {"mov\tx0, xzr", 0},
        {"adrp\tx9, 0 <pop+0x10>", 0},
        {"ldr\tx0, [x9, x0, lsl #3]", LOAD},
        {"ldp\tx29, x30, [sp], #16", LOAD},
        {"str\txzr, [x9, x8, lsl #3]", STORE},
        {"stp\tx29, x30, [sp, #-16]!", STORE},
        {"ldxr\tx9, [x8]", LOCK | LOAD},
        {"ldaxr\tx9, [x8]", LOCK | LOAD},
        {"stxr\tw10, x9, [x8]", LOCK | STORE},
        {"stlxr\tw10, x0, [x8]", LOCK | STORE},
        {"ldadd\tx8, x8, [x9]", LOCK | BOTH},
        {"ldaddal\tx8, x8, [x9]", LOCK | BOTH},
        {"stadd\tx8, [x9]", LOCK | BOTH},
        {"casal\tx9, x0, [x8]", LOCK | BOTH},
        {"swpa\tw1, w0, [x2]", LOCK | BOTH},
        {"bl\t4a0 <__aarch64_cas4_acq>", CALL | LOCK | BOTH},
        {"ldar\tx10, [x8]", FENCE | LOAD},
        {"ldapr\tx10, [x8]", FENCE | LOAD},
        {"stlr\txzr, [x8]", FENCE | STORE},
        {"dmb\tish", FENCE},
        {"b.ls\t10 <pop+0x10>", BRANCH},
        {"cbnz\tw10, 34 <add+0x8>", BRANCH},
        {"tbz\tw0, #3, 34 <add+0x8>", BRANCH},
        {"b\t68 <push+0x20>", JUMP},
        {"br\tx16", JUMP},
        {"bl\t68 <push>", CALL},
        {"blr\tx3", CALL},
        {"ret", RETURN},
        {"bic\tx0, x0, x1", 0},
        {"brk\t#0x3e8", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        does(CMP_PROCESSOR_AARCH64, cases[i].text, cases[i].does);
}

static void memory_is(cmp_processor_t processor, const char *text, const char *base,
                      int64_t displacement) {
    char found[64];
    int64_t number;
    assert_true(cmp_instruction_memory(processor, text, found, sizeof found, &number));
    assert_string_equal(found, base);
    assert_int_equal(number, displacement);
}

static void operands_in_memory_are_taken_apart(void **state) {
    char base[64];
    int64_t displacement;
    (void)state;
    memory_is(CMP_PROCESSOR_X86_64, "mov    -0x8(%rdx),%rcx", "%rdx", -8);
    memory_is(CMP_PROCESSOR_X86_64, "lock cmpxchg %edx,0x10(%rdi,%rax,8)", "%rdi,%rax,8", 16);
    memory_is(CMP_PROCESSOR_X86_64, "add    %fs:(%rdx),%rax", "%fs:%rdx", 0);
    memory_is(CMP_PROCESSOR_X86_64, "mov    %fs:0x28,%rax", "%fs:", 0x28);
    memory_is(CMP_PROCESSOR_AARCH64, "ldr\tx0, [x1, #8]", "x1", 8);
    memory_is(CMP_PROCESSOR_AARCH64, "str\txzr, [x9, x8, lsl #3]", "x9, x8, lsl", 3);
    assert_false(cmp_instruction_memory(CMP_PROCESSOR_X86_64, "mov    %rdi,%rax", base, sizeof base,
                                        &displacement));
    assert_false(cmp_instruction_memory(CMP_PROCESSOR_AARCH64, "mov\tx0, xzr", base, sizeof base,
                                        &displacement));
}

/* ------------------------------------------------------------------ functions and paths */

static const char x86_text[] = "\n"
                               "library.so:     file format elf64-x86-64\n"
                               "\n"
                               "Disassembly of section .text:\n"
                               "\n"
                               "0000000000001038 <free>:\n"
                               "    1038:\tmov    0x8(%rdi),%rax\n"
                               "    103c:\ttest   %rax,%rax\n"
                               "    103f:\tje     1048 <free+0x10>\n"
                               "    1041:\tmov    (%rdi),%rdx\n"
                               "    1044:\tjmp    1080 <slow>\n"
                               "    1048:\tlock incl (%rdi)\n"
                               "    104b:\tret\n"
                               "    104c:\tnopl   0x0(%rax)\n"
                               "\n"
                               "0000000000001080 <slow>:\n"
                               "    1080:\tadd    $0x40,%rdi\n"
                               "    1084:\tmov    %rdx,(%rdi)\n"
                               "    1087:\tpush   %rbx\n"
                               "    1088:\tret\n";

static cmp_disassembly_t code_read(const char *text) {
    cmp_disassembly_t code;
    char error[256];
    assert_true(cmp_disassembly_read(strdup(text), &code, error, sizeof error));
    return code;
}

static void functions_and_addresses_are_read(void **state) {
    (void)state;
    cmp_disassembly_t code = code_read(x86_text);
    assert_int_equal(code.processor, CMP_PROCESSOR_X86_64);
    assert_int_equal(code.function_count, 2);
    assert_string_equal(code.functions[0].name, "free");
    assert_int_equal(code.functions[0].count, 8);
    assert_int_equal(code.functions[1].address, 0x1080);
    assert_int_equal(code.instructions[2].address, 0x103f);
    assert_int_equal(code.instructions[2].bytes, 2);
    assert_string_equal(code.instructions[5].text, "lock incl (%rdi)");
    cmp_disassembly_free(&code);
}

static void other_machines_and_empty_output_are_refused(void **state) {
    char error[256];
    cmp_disassembly_t code;
    (void)state;
    assert_false(cmp_disassembly_read(strdup("x:     file format elf64-littleriscv\n"), &code,
                                      error, sizeof error));
    assert_non_null(strstr(error, "aarch64"));
    assert_false(cmp_disassembly_read(strdup("x:     file format elf64-x86-64\n"), &code, error,
                                      sizeof error));
    assert_false(cmp_disassembly_read(strdup(""), &code, error, sizeof error));
}

static void a_fast_path_is_what_half_of_the_calls_execute(void **state) {
    static const cmp_executed_t executed[] = {
        {0x1038, 100}, {0x103c, 100}, {0x103f, 100}, {0x1041, 51}, {0x1044, 51}, {0x1048, 49},
        {0x104b, 49},  {0x1080, 51},  {0x1084, 51},  {0x1087, 50}, {0x1088, 51},
    };
    const size_t count = sizeof executed / sizeof executed[0];
    cmp_fast_path_t path;
    (void)state;
    cmp_disassembly_t code = code_read(x86_text);
    assert_true(cmp_fast_path_find(&code, executed, count, 0x1038, &path));
    assert_int_equal(path.calls, 100);
    assert_int_equal(path.step_count, 9);
    assert_int_equal(path.branches, 1);
    assert_int_equal(path.jumps, 2);
    assert_int_equal(path.loads, 2);
    assert_int_equal(path.stores, 2);
    assert_int_equal(path.locked, 0);
    assert_int_equal(path.code_lines, 3); /* 0x1000, 0x1040, 0x1080: one instruction straddles */
    /* 0x8(%rdi) and (%rdi) share one; %rdi is another after the addition; the stack is left out. */
    assert_int_equal(path.data_lines, 2);
    assert_string_equal(path.steps[5].function->name, "slow");
    cmp_fast_path_free(&path);
    assert_false(cmp_fast_path_find(&code, executed, count, 0x104c, &path));
    cmp_disassembly_free(&code);
}

static void locked_instructions_on_the_path_are_counted(void **state) {
    static const cmp_executed_t executed[] = {
        {0x1038, 10}, {0x103c, 10}, {0x103f, 10}, {0x1048, 10}, {0x104b, 10}};
    cmp_fast_path_t path;
    (void)state;
    cmp_disassembly_t code = code_read(x86_text);
    assert_true(cmp_fast_path_find(&code, executed, 5, 0x1038, &path));
    assert_int_equal(path.step_count, 5);
    assert_int_equal(path.locked, 1);
    cmp_fast_path_free(&path);
    cmp_disassembly_free(&code);
}

static void aarch64_paths_are_found_as_well(void **state) {
    static const char text[] = "library.so:     file format elf64-littleaarch64\n"
                               "\n"
                               "0000000000000000 <pop>:\n"
                               "   0:\tcmp\tx0, #0x5\n"
                               "   4:\tb.ls\t10 <pop+0x10>  // b.plast\n"
                               "   8:\tmov\tx0, #0x0                   \t// #0\n"
                               "   c:\tb\t40 <out>\n"
                               "  10:\tldr\tx9, [x1, #8]\n"
                               "  14:\tadd\tx1, x1, #0x10\n"
                               "  18:\tldr\tx9, [x1, #8]\n"
                               "  1c:\tstr\tx9, [sp, #16]\n"
                               "  20:\tret\n"
                               "\n"
                               "0000000000000040 <out>:\n"
                               "  40:\tdmb\tish\n"
                               "  44:\tret\n";
    static const cmp_executed_t executed[] = {{0x0, 9}, {0x4, 9},  {0x8, 9},
                                              {0xc, 9}, {0x40, 9}, {0x44, 9}};
    static const cmp_executed_t others[] = {{0x0, 9},  {0x4, 9},  {0x10, 9}, {0x14, 9},
                                            {0x18, 9}, {0x1c, 9}, {0x20, 9}};
    cmp_fast_path_t path;
    (void)state;
    cmp_disassembly_t code = code_read(text);
    assert_true(cmp_fast_path_find(&code, executed, 6, 0, &path));
    assert_int_equal(path.step_count, 6);
    assert_int_equal(path.locked, 1);
    assert_int_equal(path.jumps, 2);
    cmp_fast_path_free(&path);
    assert_true(cmp_fast_path_find(&code, others, 7, 0, &path));
    assert_int_equal(path.loads, 2);
    assert_int_equal(path.stores, 1);
    assert_int_equal(path.data_lines, 2);
    cmp_fast_path_free(&path);
    cmp_disassembly_free(&code);
}

static void callgrinds_counts_are_summed_by_address(void **state) {
    char output[] = "positions: instr line\n"
                    "ob=/other.so\n"
                    "fn=free\n"
                    "0x1038 1 1000\n"
                    "ob=/library.so\n"
                    "fn=free\n"
                    "0x103c 2 30\n"
                    "0x1038 1 40\n"
                    "cob=/other.so\n"
                    "cfn=slow\n"
                    "calls=5 0x10 3\n"
                    "0x1038 1 777\n"
                    "fn=free'2\n"
                    "0x1038 1 2\n"
                    "ob=/other.so\n"
                    "0x1038 1 1000\n";
    size_t count;
    (void)state;
    cmp_executed_t *rows = cmp_callgrind_read(output, "/library.so", &count);
    assert_int_equal(count, 2);
    assert_int_equal(cmp_executed_at(rows, count, 0x1038), 42);
    assert_int_equal(cmp_executed_at(rows, count, 0x103c), 30);
    assert_int_equal(cmp_executed_at(rows, count, 0x1040), 0);
    free(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x86_instructions_are_told_apart),
        cmocka_unit_test(aarch64_instructions_are_told_apart),
        cmocka_unit_test(operands_in_memory_are_taken_apart),
        cmocka_unit_test(functions_and_addresses_are_read),
        cmocka_unit_test(other_machines_and_empty_output_are_refused),
        cmocka_unit_test(a_fast_path_is_what_half_of_the_calls_execute),
        cmocka_unit_test(locked_instructions_on_the_path_are_counted),
        cmocka_unit_test(aarch64_paths_are_found_as_well),
        cmocka_unit_test(callgrinds_counts_are_summed_by_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
