#!/bin/sh
# Makes the profile of a training run: builds an instrumented library, runs the worker with it, leaves
# gcc's counts beside OBJECT, in a .gcda file of its name. What is compiled with that profile must be
# written to OBJECT too: gcc finds static functions in a profile by the name of the output. Called by a
# rule of allocator/variants.ninja.
#
# Values are not profiled: counting them allocates, which an allocator cannot do within itself. Counts are
# atomic, since lost ones would make a busy function look like a rare one.
set -euf

[ $# -ge 4 ] || {
    echo 'usage: tools/train_pgo.sh SOURCE OBJECT TRAINING COMPILER FLAGS' >&2
    exit 2
}
source=$1 object=$2 training=$3
shift 3
complain() {
    echo "tools/train_pgo.sh: $*" >&2
    exit 1
}
[ -n "$training" ] || complain "$object: its stanza has no line 'train = WORKLOAD ...'"
profile=${object%.o}.gcda library=${object%.o}.train.so report=${object%.o}.report
rm -f "$profile"
instrument='-fprofile-generate -fprofile-update=atomic -fno-profile-values'
"$@" $instrument -c "$source" -o "$object"
"$@" $instrument "$object" -o "$library"
env -i LD_PRELOAD="$PWD/$library" build/worker $training >"$report" 2>&1 ||
    complain "the training run failed: build/worker $training: $(cat "$report")"
grep -q "^malloc  *$PWD/$library\$" "$report" ||
    complain "the training run did not use the library: $(head -n 1 "$report")"
[ -s "$profile" ] || complain "the training run left no profile $profile"
rm -f "$object" "$library" "$report"
