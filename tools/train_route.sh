#!/bin/sh
# Writes to HEADER which size classes of MID_V3 and of Pool HotBox v2 a training run makes busy, as the
# defaults of HAKMEM_MID_V3_CLASSES and HAKMEM_POOL_V2_CLASSES. LIBRARY is the counting build. Called by a
# rule of allocator/variants.ninja.
#
# The hot box counts by class. MID_V3 counts as a whole, so the workload runs once for each of its classes,
# with that class alone routed to it. A class is busy when it causes one refill of a lane in a hundred.
set -euf

[ $# = 3 ] || {
    echo 'usage: tools/train_route.sh LIBRARY HEADER TRAINING' >&2
    exit 2
}
library=$1 header=$2 training=$3
complain() {
    echo "tools/train_route.sh: $*" >&2
    exit 1
}
[ -n "$training" ] || complain "$header: its stanza has no line 'train = WORKLOAD ...'"

# train NAME=VALUE...: one run, what it counts goes to $header.counts.
train() {
    env -i "$@" HAKMEM_STATS=1 LD_PRELOAD="$PWD/$library" build/worker $training >"$header.report" \
        2>"$header.counts" ||
        complain "the training run failed: build/worker $training: $(cat "$header.counts")"
}

# counted BOX COUNTER: its value.
counted() {
    value=$(sed -n "/^$1: /,/^[A-Z]/s/^  [* ] $2  *\([0-9][0-9]*\)  .*/\1/p" "$header.counts")
    [ -n "$value" ] || complain "$library does not count $2 of $1"
    echo "$value"
}

# busy BLOCKS: whether a class that takes so often is busy.
busy() {
    [ "$1" -gt 0 ] && [ $(($1 * 100)) -ge "$refills" ]
}

train HAKMEM_POOL_V2_CLASSES=0x7f
refills=$(counted LANE refills)
[ "$refills" -gt 0 ] || complain "build/worker $training refills no lane"
pool=0 bit=1
by_class=$(sed -n '/^POOL_HOTBOX_V2: /,/^[A-Z]/s/^    alloc_calls\(\( *[0-9][0-9]*\)\{7\}\)$/\1/p' \
    "$header.counts")
[ -n "$by_class" ] || complain "$library does not count the hot box by class"
for calls in $by_class; do
    ! busy "$calls" || pool=$((pool | bit))
    bit=$((bit << 1))
done
mid=0 bit=1
while [ $bit -le 32768 ]; do
    train HAKMEM_MID_V3_CLASSES=$bit
    ! busy "$(counted MID_V3 takes)" || mid=$((mid | bit))
    bit=$((bit << 1))
done
cat >"$header.new" <<END
/* Classes that are busy in: $training */
#define HAK_MID_V3_CLASSES $mid
#define HAK_POOL_V2_CLASSES $pool
END
mv "$header.new" "$header"
rm -f "$header.report" "$header.counts"
