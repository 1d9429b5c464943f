/*
 * The records: data. The first is the predecessor's ten-run table of its backend pruning; the
 * others come from a recorded run of `compare mixed` on a 2-PU virtual machine.
 */
#include "recorded_samples.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const double pruning_base[] = {60022164, 57772821, 59633856, 60658837, 58595231,
                                      59376766, 58661246, 58110953, 58952756, 59331245};
static const double pruning_treatment[] = {55339952, 56847444, 58161283, 58645002, 55615903,
                                           55984988, 56979027, 55851054, 57196418, 56529372};

/* Two threads, before hakmem had its backends; the run is results/readme/mixed.csv of that time. */
static const double mixed_hakmem[] = {171756130, 160328865, 150879962, 159598671, 158991750,
                                      171651017, 147075534, 143255949, 140066110, 141727301};
static const double mixed_jemalloc[] = {131265844, 106918645, 141396762, 129038005, 122441029,
                                        110694767, 111763130, 107296740, 127464885, 118505687};
static const double mixed_control[] = {166488635, 133817183, 184494997, 158090443, 153258957,
                                       163642687, 170052235, 141610817, 145128531, 140351014};

static const cmp_recorded_t records[] = {
    {"backend pruning at compile time, the predecessor's report", pruning_base, pruning_treatment,
     COUNT(pruning_base), 2, 0.5, CMP_VERDICT_NO_GO},
    {"hakmem against jemalloc, mixed", mixed_jemalloc, mixed_hakmem, COUNT(mixed_hakmem), 0.5, 0.5,
     CMP_VERDICT_GO},
    {"jemalloc against hakmem, mixed", mixed_hakmem, mixed_jemalloc, COUNT(mixed_hakmem), 0.5, 0.5,
     CMP_VERDICT_NO_GO},
    {"hakmem against itself, mixed", mixed_hakmem, mixed_control, COUNT(mixed_hakmem), 0.5, 0.5,
     CMP_VERDICT_UNDECIDED},
    {"hakmem against itself, mixed, wide thresholds", mixed_hakmem, mixed_control,
     COUNT(mixed_hakmem), 20, 20, CMP_VERDICT_NEUTRAL},
};

const cmp_recorded_t *cmp_recorded_samples(size_t *count) {
    *count = COUNT(records);
    return records;
}
