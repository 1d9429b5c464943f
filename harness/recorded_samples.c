/*
 * The records: data. The first is the predecessor's ten-run table of its backend pruning; the
 * others were recorded on a 2-PU virtual machine with `compare ab ... -w mixed -t 1`.
 */
#include "recorded_samples.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const double pruning_base[] = {60022164, 57772821, 59633856, 60658837, 58595231,
                                      59376766, 58661246, 58110953, 58952756, 59331245};
static const double pruning_treatment[] = {55339952, 56847444, 58161283, 58645002, 55615903,
                                           55984988, 56979027, 55851054, 57196418, 56529372};

static const cmp_recorded_t records[] = {
    {"backend pruning at compile time, the predecessor's report", pruning_base, pruning_treatment,
     COUNT(pruning_base), 2, CMP_VERDICT_NO_GO},
};

const cmp_recorded_t *cmp_recorded_samples(size_t *count) {
    *count = COUNT(records);
    return records;
}
