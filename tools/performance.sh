#!/bin/bash
# Measures what docs/performance.md tabulates: hakmem beside its peers in the cells that its target names.
# Each part is one `./compare` with interleaved rounds; its table and data (JSON of ./compare, compressed) go to
# results/performance. tools/performance_table.py makes the document's tables of them.
set -euo pipefail
cd "$(dirname "$0")/.."

usage='usage: tools/performance.sh [-a ALLOCATORS] [-r ROUNDS] [-q] [-o FOLDER] [PART...]

Parts (all of them without a name):
  mixed     257 to 768 and 16 to 1040 bytes, with 1024, 8192 and 65536 slots
  remote    10, 50, 90 and 100 % of the blocks cross threads, in pairs and in a ring
  larson    as it is by default
  families  every other workload as it is by default, a second a sample; not large and stages
  large     by the same work of all
  stages    likewise
  bursts    one size: 16, 128 and 512 bytes, freed newest first, oldest first and at random
  growth    mixed, remote and larson with 2 and with 64 threads

and only by its name, since it starts from the data of the others:
  close     each cell in which a peer is ahead there, or the floor by too much, beside that peer
            alone; to FOLDER/close

  -a ALLOCATORS  as of compare: hakmem and what is installed without it; not with close
  -r ROUNDS      6 without it, the fewest that give an interval
  -q             --quick of compare: shorter samples, and as many rounds as fit
  -o FOLDER      results/performance without it

example: tools/performance.sh -a hakmem,jemalloc,mine=build/peers/mine.so mixed larson'

folder=results/performance
length=(-r 6)
# What is large moves to huge pages within the first second: whole seconds are measured there.
long=(--duration 1)
allocators=()
while getopts a:r:qo:h option; do
    case $option in
    a) allocators=(-a "$OPTARG") ;;
    r) length=(-r "$OPTARG") ;;
    q) length=(--quick) long=() ;;
    o) folder=$OPTARG ;;
    h)
        echo "$usage"
        exit 0
        ;;
    *)
        echo "$usage" >&2
        exit 2
        ;;
    esac
done
shift $((OPTIND - 1))
[ -x ./compare ] || {
    echo 'performance.sh: compare is not built; run ninja' >&2
    exit 2
}
mkdir -p "$folder"
status=0

# measure NAME ARGUMENT...: a failure of an allocator is a result, so the rest goes on.
measure() {
    local name=$1 code=0
    shift
    echo "== $name"
    ./compare "$@" "${allocators[@]}" "${length[@]}" --json "$folder/$name.json" >"$folder/$name.txt" ||
        code=$?
    # Without data compare has said why; with --quick the time was too short.
    [ "$code" -le 1 ] && [ -e "$folder/$name.json" ] || exit "$code"
    sed -i "s#\"$PWD/#\"#g" "$folder/$name.json" # libraries by their place in the tree
    gzip -9nf "$folder/$name.json"
    [ "$code" = 0 ] || status=1
}

mixed() {
    local slots duration
    for slots in 1024 8192 65536; do
        duration=()
        [ $slots != 65536 ] || duration=("${long[@]}")
        measure "mixed-257-768-$slots" mixed -t 1,2 -s "slots=$slots" "${duration[@]}"
        measure "mixed-16-1040-$slots" mixed -t 1,2 -s "slots=$slots" -s min=16 -s max=1040 \
            "${duration[@]}"
    done
}

remote() {
    local pattern percent
    for pattern in pair ring; do
        for percent in 10 50 90 100; do
            measure "remote-$pattern-$percent" remote -t 1,2 -s "pattern=$pattern" \
                -s "remote_pct=$percent"
        done
    done
}

families() {
    local others
    others=$(./compare --help | sed -n '/^Workloads:/,/^$/s/^  \([a-z][a-z_]*\) .*/\1/p' |
        grep -vxE 'mixed|remote|larson|large|stages' | paste -s -d ,)
    measure families "$others" -t 1,2 "${long[@]}"
}

# Not by time: what few large blocks take goes up and down, as do sets of blocks that wander between
# threads, and the more steps they do so, the higher is their peak. Some allocators take a hundredth
# of the steps of others, in stages half of them.
large() {
    measure large large -t 1,2 --deadline 300
}

stages() {
    measure stages stages -t 1,2
}

bursts() {
    local size order
    for size in 16 128 512; do
        for order in lifo fifo random; do
            measure "burst-$size-$order" burst -t 1 -s "size=$size" -s "order=$order"
        done
    done
}

# The peers are those that the first run was given, under the same names and paths.
close() {
    local list line file name allocators names=' '
    list=$(tools/performance_table.py --behind "$folder")
    mkdir -p "$folder/close"
    while read -r -a line; do
        [ ${#line[@]} -gt 0 ] || continue
        allocators=(-a "hakmem,${line[1]}")
        measure "close/${line[0]}" "${line[@]:2}"
        names+="${line[0]} "
    done <<<"$list"
    # Last, so that nothing is lost if a run is interrupted: cells that no peer wins any more.
    for file in "$folder"/close/*; do
        name=${file##*/}
        [[ $names == *" ${name%%.*} "* ]] || rm -f "$file"
    done
}

[ $# -gt 0 ] || set -- mixed remote larson families large stages bursts growth
for part in "$@"; do
    case $part in
    mixed | remote | larson | families | large | stages | bursts | growth | close) ;;
    *)
        echo "performance.sh: there is no part '$part'; see -h" >&2
        exit 2
        ;;
    esac
    if [ "$part" = close ] && [ ${#allocators[@]} -gt 0 ]; then
        echo "performance.sh: 'close' takes its allocators from $folder; leave -a out" >&2
        exit 2
    fi
done
for part in "$@"; do
    case $part in
    mixed) mixed ;;
    remote) remote ;;
    larson) measure larson larson -t 1,2 ;;
    families) families ;;
    large) large ;;
    stages) stages ;;
    close) close ;;
    bursts) bursts ;;
    growth) measure growth mixed,remote,larson -t 2,64 "${long[@]}" ;;
    esac
done
exit $status
