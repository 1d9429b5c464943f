#!/bin/sh
# The published results, results/published/: measured and published by one command, and made again
# from the recorded data by another.
set -eu

usage='usage: tools/publish_results.sh measure [-d DIR] [-w WORKLOADS] [-l WORKLOADS] [-c WORKLOADS]
                                        [OPTION...]
       tools/publish_results.sh page [-d DIR] [-o DIR] [--png]

measure   measures every workload with 1 and 2 threads, the latency of some of them, and some at
          more threads for curves of scaling, under hakmem and all allocators that are installed;
          then publishes in DIR what was measured, with the data as DIR/results.db.xz. Nothing
          else should run meanwhile. OPTIONs go to every run of compare, such as -r 10; with
          --dry-run it tells how long all of it takes.
page      publishes again what DIR holds; with -o into another folder. The same bytes come out,
          where gnuplot is the same.

  -d DIR        where data and page are kept (default: results/published)
  -w WORKLOADS  separated by commas (default: every one)
  -l WORKLOADS  those whose latency is measured too (default: mixed,remote,larson)
  -c WORKLOADS  those with curves of scaling (default: mixed,remote,larson)
  --png         draws pictures as PNG too; the set is kept without, they make most of its size

example: tools/publish_results.sh measure -r 10'

complain() {
    printf 'publish_results: %s\n' "$1" >&2
    exit 2
}

give_up() {
    printf 'publish_results: %s\n' "$1" >&2
    exit 1
}

case ${1-} in
measure | page) action=$1 ;;
-h | --help)
    printf '%s\n' "$usage"
    exit 0
    ;;
*) complain "nothing to do is named: measure or page; see --help" ;;
esac
shift

root=$(cd "$(dirname "$0")/.." && pwd)
compare=$root/compare
folder=
output=
workloads=
timed=mixed,remote,larson
curves=mixed,remote,larson
png=--no-png
# Options of this script, wherever they stand; the others stay for compare.
left=$#
while [ $left -gt 0 ]; do
    case $1 in
    -d | -o | -w | -l | -c)
        [ $left -gt 1 ] || complain "$1 needs a value; see --help"
        case $1$action in
        -omeasure) complain '-o means nothing for measure; -d names the folder' ;;
        -[wlc]page) complain "$1 means nothing for page" ;;
        -d*) folder=$2 ;;
        -o*) output=$2 ;;
        -w*) workloads=$2 ;;
        -l*) timed=$2 ;;
        -c*) curves=$2 ;;
        esac
        shift 2
        left=$((left - 2))
        ;;
    --png)
        [ "$action" = page ] || complain '--png means nothing for measure; page draws PNGs'
        png=
        shift
        left=$((left - 1))
        ;;
    *)
        set -- "$@" "$1"
        shift
        left=$((left - 1))
        ;;
    esac
done
dry_run=
for option; do
    [ "$option" != --dry-run ] || dry_run=yes
done
[ -x "$compare" ] || complain 'compare is not built; run ninja'
# The recorded command shall name no folder of this machine.
if [ -z "$folder" ]; then
    case $output in
    '' | /*) ;;
    *) output=$PWD/$output ;;
    esac
    cd "$root"
    folder=results/published
fi

# All runs of database $1, side by side, in folder $2.
publish() {
    runs=$("$compare" results list --names -o "$(dirname "$1")")
    [ -n "$runs" ] || complain "there are no runs in $1"
    # shellcheck disable=SC2086
    "$compare" publish $runs --from "$1" -o "$2" $png --title 'hakmem and its peers'
}

# One of the runs of compare, with its report in file $1. Failures of an allocator are results:
# they are published too. Of a run that was cut short nothing is.
run() {
    report=$1
    shift
    if [ -n "$dry_run" ]; then
        "$compare" "$@"
        return
    fi
    status=0
    "$compare" "$@" >"$folder/$report" || status=$?
    [ $status -le 1 ] || exit $status
    state=$("$compare" results list -o "$folder" | sed -n '2s/^[0-9a-f-]*  [0-9-]* [0-9:]*  \([a-z]*\) .*/\1/p')
    [ "$state" = complete ] ||
        give_up "the run is ${state:-unknown}; $folder/results.db holds what was measured, nothing is published"
}

if [ "$action" = page ]; then
    [ $# = 0 ] || complain "unexpected argument '$1'; see --help"
    [ -e "$folder/results.db.xz" ] || complain "there is no $folder/results.db.xz; measure first"
    unpacked=$(mktemp -d)
    trap 'rm -rf "$unpacked"' EXIT
    xz -dc "$folder/results.db.xz" >"$unpacked/results.db"
    publish "$unpacked/results.db" "${output:-$folder}"
    exit
fi

for data in "$folder/results.db" "$folder/results.db.xz"; do
    [ ! -e "$data" ] || complain "$data is there already; move it away to measure a new set"
done
command -v xz >/dev/null || complain 'xz is not installed; it packs the data'
command -v sqlite3 >/dev/null || complain 'sqlite3 is not installed; it makes paths in the data relative'
[ -n "$workloads" ] || workloads=$("$compare" --help | sed -n '/^Workloads:/,/^$/s/^  \([a-z][a-z_]*\) .*/\1/p' | paste -s -d ,)
[ -n "$dry_run" ] || mkdir -p "$folder"
# The workloads of a list that are, or with -v are not, in another.
among() {
    printf '%s\n' "$1" | tr , '\n' | grep $3 -xF "$(printf '%s\n' "$2" | tr , '\n')" | paste -s -d ,
}
with=$(among "$workloads" "$timed" '')
without=$(among "$workloads" "$timed" -v)
plans=$(
    [ -z "$without" ] || run table.txt "$without" -t 1,2 -o "$folder" "$@"
    [ -z "$with" ] || run latency.txt "$with" -t 1,2 --latency -o "$folder" "$@"
    run scaling.txt scale "$curves" -o "$folder" "$@"
)
if [ -n "$dry_run" ]; then
    printf '%s\n\n' "$plans"
    # "Expected duration: about 1 h 5 min": hours, minutes and seconds of all.
    printf '%s\n' "$plans" | awk '/^Expected duration: / {
        for (i = 2; i <= NF; i++)
            seconds += $i ~ /^h/ ? 3600 * $(i - 1) : $i ~ /^min/ ? 60 * $(i - 1) : $i ~ /^s/ ? $(i - 1) : 0
    } END { printf "All runs together: about %d min\n", (seconds + 59) / 60 }'
    exit
fi
# The pictures of scale itself are those of the page; the database knows the machine.
rm -rf "$folder"/scale-*
# Libraries of the tree by their place in it: the data shall name no folder of this machine.
sqlite3 "$folder/results.db" "UPDATE run_allocator SET path = replace(path, '$root/', ''); VACUUM;"
publish "$folder/results.db" "$folder"
rm -f "$folder/results.db-runs"
xz -9 "$folder/results.db"
