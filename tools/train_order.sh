#!/bin/sh
# Writes to ORDER the functions of LIBRARY by the instructions that they execute in a training run, most
# first: what lld's --symbol-ordering-file takes. Counted by cachegrind, so the same each time. Called by a
# rule of allocator/variants.ninja.
set -euf

[ $# = 3 ] || {
    echo 'usage: tools/train_order.sh LIBRARY ORDER TRAINING' >&2
    exit 2
}
library=$1 order=$2 training=$3
complain() {
    echo "tools/train_order.sh: $*" >&2
    exit 1
}
[ -n "$training" ] || complain "$order: its stanza has no line 'train = WORKLOAD ...'"

env -i PATH="$PATH" LD_PRELOAD="$PWD/$library" valgrind --tool=cachegrind --cache-sim=no \
    --cachegrind-out-file="$order.counts" build/worker $training >"$order.report" 2>&1 ||
    complain "the training run failed: build/worker $training: $(cat "$order.report")"
nm "$library" | sed -n 's/^[0-9a-f]* [Tt] //p' >"$order.functions"
# Lines "fn=NAME", each followed by lines "LINE COUNT".
awk 'FILENAME == ARGV[1] { known[$1] = 1; next }
     /^fn=/ { name = substr($0, 4); next }
     /^[0-9]+ [0-9]+$/ && name in known { count[name] += $2 }
     END { for (name in count) if (count[name] > 0) printf "%.0f %s\n", count[name], name }' \
    "$order.functions" "$order.counts" | sort -k1,1nr -k2 >"$order.ranked"
sed 's/^[0-9]* //' "$order.ranked" >"$order"
for name in malloc free; do
    grep -qx "$name" "$order" || complain "$name did not run in build/worker $training"
done
rm -f "$order.counts" "$order.report" "$order.functions" "$order.ranked"
