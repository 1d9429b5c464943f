#!/bin/sh
# The published results, results/published/: measured and published by one command, and made again
# from the recorded data by another.
set -eu

usage='usage: tools/publish_results.sh measure [-d DIR] [-w WORKLOADS] [OPTION...]
       tools/publish_results.sh page [-d DIR] [-o DIR]

measure   measures every workload with 1 and 2 threads, throughput and latency, under hakmem and all
          allocators that are installed, into DIR/results.db, then publishes in DIR what was
          measured. Takes hours; nothing else should run. OPTIONs go to compare, such as --quick.
page      publishes again what DIR/results.db holds; with -o into another folder. The same bytes
          come out, where gnuplot is the same.

  -d DIR        where data and page are kept (default: results/published)
  -w WORKLOADS  separated by commas (default: every one)

example: tools/publish_results.sh measure -r 10'

complain() {
    printf 'publish_results: %s\n' "$1" >&2
    exit 2
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
while [ $# -gt 0 ]; do
    case $1 in
    -d)
        [ $# -gt 1 ] || complain '-d needs a folder'
        folder=$2
        shift 2
        ;;
    -o)
        [ $# -gt 1 ] || complain '-o needs a folder'
        [ "$action" = page ] || complain '-o means nothing for measure; -d names the folder'
        output=$2
        shift 2
        ;;
    -w)
        [ $# -gt 1 ] || complain '-w needs workloads'
        [ "$action" = measure ] || complain '-w means nothing for page'
        workloads=$2
        shift 2
        ;;
    *) break ;;
    esac
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

# All runs of the database, side by side.
publish() {
    runs=$("$compare" results list --names -o "$folder")
    [ -n "$runs" ] || complain "there are no runs in $folder/results.db"
    # shellcheck disable=SC2086
    "$compare" publish $runs --from "$folder" -o "$1" --title 'hakmem and its peers'
}

if [ "$action" = page ]; then
    [ $# = 0 ] || complain "unexpected argument '$1'; see --help"
    [ -e "$folder/results.db" ] || complain "there is no $folder/results.db; measure first"
    publish "${output:-$folder}"
    exit
fi

[ ! -e "$folder/results.db" ] ||
    complain "$folder/results.db is there already; move it away to measure a new set"
[ -n "$workloads" ] || workloads=$("$compare" --help | sed -n '/^Workloads:/,/^$/s/^  \([a-z][a-z_]*\) .*/\1/p' | paste -s -d ,)
mkdir -p "$folder"
status=0
# Failures of an allocator are results: the run is published with them.
"$compare" "$workloads" -t 1,2 --latency -o "$folder" "$@" >"$folder/table.txt" || status=$?
[ $status -le 1 ] || exit $status
publish "$folder"
