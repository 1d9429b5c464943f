#!/bin/sh
# Writes to HEADER which size classes of MID_V3 and of Pool HotBox v2 a training run makes busy, as the
# defaults of HAKMEM_MID_V3_CLASSES and HAKMEM_POOL_V2_CLASSES. LIBRARY is the counting build; a class is
# busy when one block in a hundred is of it. Called by a rule of allocator/variants.ninja.
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

env -i HAKMEM_STATS=1 LD_PRELOAD="$PWD/$library" build/worker $training >"$header.report" \
    2>"$header.counts" || complain "the training run failed: build/worker $training: $(cat "$header.counts")"
# Below "CLASS:", "* mallocs N ..." and, for each class, "* [CLASS] mallocs N stride BYTES, BACKEND". The
# hot box has a bit for a range of sizes; its strides are up to a cache line above the sizes they serve.
awk -v training="$training" '
    function mask(backend, limits,    n, limit, i, key, bits, blocks) {
        n = split(limits, limit, " ")
        for (key in count) {
            split(key, part, ",")
            if (part[1] == backend)
                for (i = 1; i <= n; i++)
                    if (part[2] + 0 <= limit[i] + (backend == "pool_v2" ? 64 : 0)) {
                        blocks[i] += count[key]
                        break
                    }
        }
        for (i = 1; i <= n; i++)
            if (blocks[i] * 100 >= all)
                bits += 2 ^ (i - 1)
        return bits + 0
    }
    /^[A-Z]/ { inside = /^CLASS:/; next }
    inside && $2 == "mallocs" { all = $3 }
    inside && $3 == "mallocs" && $5 == "stride" { count[$7 "," $6 + 0] = $4 }
    END {
        if (all == 0)
            exit 1
        printf "/* Classes that are busy in: %s */\n", training
        printf "#define HAK_MID_V3_CLASSES %d\n", mask("mid_v3",
            "288 320 352 384 416 448 480 512 544 576 608 640 672 704 736 768")
        printf "#define HAK_POOL_V2_CLASSES %d\n", mask("pool_v2",
            "2048 4096 8192 16384 32768 49152 65536")
    }' "$header.counts" >"$header.new" || complain "$library does not count blocks by class"
mv "$header.new" "$header"
rm -f "$header.report" "$header.counts"
