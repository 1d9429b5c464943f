/*
 * The pops and pushes of the fast paths as restartable sequences (HAK_RESTARTABLE=1): what it would
 * take to let another thread have the blocks in the lanes of a thread that sleeps. That thread
 * could change hak_thread_heap and hak_thread_lanes of the sleeper and call
 * membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ): each sequence that had read the old values is
 * aborted by the kernel before it stores the new top, and the next ones read the new values. Only
 * to measure what that costs; experiments/restartable.ini asks.
 *
 * From the first of these loads to the store of the top a sequence must be instructions that no
 * compiler moves, hence assembler. After rseq(2) of Linux and the sequences of tcmalloc's per-CPU
 * caches (A. Hunter et al., "Beyond malloc efficiency to fleet efficiency", OSDI 2021). The area
 * that the kernel reads is the one that glibc registers for each thread; where it does not, the
 * stores hit bytes that nobody reads.
 */
#ifndef HAK_RESTARTABLE_H
#define HAK_RESTARTABLE_H

#include <stddef.h>
#include <sys/rseq.h>

#include "allocator/heap.h"

#if HAK_RESTARTABLE && !defined(__x86_64__)
#error "HAK_RESTARTABLE=1 is written for x86-64 only"
#endif

#if HAK_RESTARTABLE
#define HAK_STRING_OF(number) #number
#define HAK_STRING(number)    HAK_STRING_OF(number)

/* Labels: 1 begins the sequence, 2 ends it, 3 describes it, 4 is where the kernel leads an aborted
 * one, behind the number that glibc named. `spare`, `place`: registers that this may change. */
#define HAK_RSEQ_BEGIN(spare, place)                                                               \
    ".pushsection __rseq_cs, \"aw\"\n"                                                             \
    ".balign 32\n"                                                                                 \
    "3: .long 0, 0\n"                                                                              \
    ".quad 1f, 2f - 1f, 4f\n"                                                                      \
    ".popsection\n"                                                                                \
    "lea 3b(%%rip), " spare "\n"                                                                   \
    "mov __rseq_offset@GOTPCREL(%%rip), " place "\n"                                               \
    "mov (" place "), " place "\n"                                                                 \
    "mov " spare ", %%fs:%c[description](" place ")\n"                                             \
    "1:\n"
#define HAK_RSEQ_END(aborted)                                                                      \
    "2:\n"                                                                                         \
    ".pushsection .text.hak_rseq, \"ax\"\n"                                                        \
    ".byte 0x0f, 0xb9, 0x3d\n"                                                                     \
    ".long " HAK_STRING(RSEQ_SIG) "\n"                                                             \
                                  "4: jmp %l[" aborted "]\n"                                       \
                                  ".popsection\n"

/* Newest block of the lane at this offset in the thread's heap, which is not NULL: so that nobody
 * looks again. NULL when it is empty, or when the sequence was aborted. */
static inline void *hak_restartable_pop(size_t lane_offset) {
    char *lane = (char *)lane_offset;
    void **top;
    void *block;
    __asm__ goto volatile(
        HAK_RSEQ_BEGIN("%[top]", "%[block]") "mov hak_thread_heap@gottpoff(%%rip), %[block]\n"
                                             "add %%fs:(%[block]), %[lane]\n"
                                             "mov (%[lane]), %[top]\n"
                                             "mov -8(%[top]), %[block]\n"
                                             "test %[block], %[block]\n"
                                             "je %l[none]\n"
                                             "sub $8, %[top]\n"
                                             "mov %[top], (%[lane])\n" HAK_RSEQ_END("none")
        : [block] "=&a"(block), [lane] "+r"(lane), [top] "=&r"(top)
        : [description] "i"(offsetof(struct rseq, rseq_cs))
        : "cc", "memory"
        : none);
    if (block == NULL)
        __builtin_unreachable();
    return block;
none:
    return NULL;
}

/* Puts a block of the thread's own into its lane. False where front.h would take a slow path, or
 * when the sequence was aborted: `lane`, what the heap's own map leads to, tells which. */
static inline bool hak_restartable_push(void *block, size_t unit, bool *start) {
    char *lane;
    void **top;
    __asm__ goto volatile(
        HAK_RSEQ_BEGIN("%[top]", "%[lane]") "mov hak_thread_lanes@gottpoff(%%rip), %[lane]\n"
                                            "mov %%fs:(%[lane]), %[lane]\n"
                                            "movzwl %c[own](%[lane], %[unit], 2), %k[top]\n"
                                            "add %[top], %[lane]\n"
                                            "mov %c[factor](%[lane]), %[top]\n"
                                            "imul %[block], %[top]\n"
                                            "sub %c[origin](%[lane]), %[top]\n"
                                            "cmp %c[span](%[lane]), %[top]\n"
                                            "jae %l[other]\n"
                                            "mov (%[lane]), %[top]\n"
                                            "cmp -8(%[top]), %[block]\n"
                                            "je %l[elsewhere]\n"
                                            "cmp %c[limit](%[lane]), %[top]\n"
                                            "je %l[elsewhere]\n"
                                            "mov %[block], (%[top])\n"
                                            "add $8, %[top]\n"
                                            "mov %[top], (%[lane])\n" HAK_RSEQ_END("other")
        : [lane] "=&r"(lane), [top] "=&r"(top)
        : [block] "r"(block), [unit] "r"(unit), [description] "i"(offsetof(struct rseq, rseq_cs)),
          [own] "i"(-(long)(HAK_RECORD_BYTES + sizeof(hak_own_t))),
          [factor] "i"(offsetof(hak_lane_t, starts.factor)),
          [origin] "i"(offsetof(hak_lane_t, starts.origin)),
          [span] "i"(offsetof(hak_lane_t, starts.span)), [limit] "i"(offsetof(hak_lane_t, limit))
        : "cc", "memory"
        : other, elsewhere);
    return true;
other:
    *start = false;
    return false;
elsewhere:
    *start = true;
    return false;
}
#endif
#endif
