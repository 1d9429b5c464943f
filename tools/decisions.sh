#!/bin/bash
# Measures again what hakmem's defaults were chosen by: A/B comparisons with a verdict, each with its report
# in results/decisions. docs/performance.md says what follows from them.
set -euo pipefail
cd "$(dirname "$0")/.."

usage='usage: tools/decisions.sh [-b BUDGET] [-o FOLDER] [DECISION...]

Decisions (all of them without a name):
  pool     Pool v1, then Pool HotBox v2, for 1 to 64 KiB
  mid      Tiny, then MID_V3, for 257 to 768 bytes
  learner  off, then on, where phases change
  checks   with the checks on the hot path of free, then without

  -b BUDGET  most time for each comparison; 60s without it
  -o FOLDER  results/decisions without it

example: tools/decisions.sh -b 2m pool'

budget=60s
folder=results/decisions
while getopts b:o:h option; do
    case $option in
    b) budget=$OPTARG ;;
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
    echo 'decisions.sh: compare is not built; run ninja' >&2
    exit 2
}
mkdir -p "$folder"

decide() {
    local name=$1
    shift
    echo "== $name"
    ./compare ab "$@" --budget "$budget" --json "$folder/$name.json" >"$folder/$name.txt"
    sed -i "s#\"$PWD/#\"#g" "$folder/$name.json" # libraries by their place in the tree
    gzip -9nf "$folder/$name.json"
    grep -E '^  (Effect|Verdict)|^[a-z]+: ' "$folder/$name.txt"
}

[ $# -gt 0 ] || set -- pool mid learner checks
for decision in "$@"; do
    case $decision in
    pool) decide pool 'hakmem{HAKMEM_POOL_V2_ENABLED=off}' hakmem -w medium,server ;;
    mid) decide mid 'hakmem{HAKMEM_MID_V3_ENABLED=off}' hakmem -w mixed ;;
    learner) decide learner 'hakmem{HAKMEM_LEARNER=off}' hakmem -w large,server,stages ;;
    checks) decide checks hakmem hakmem:unchecked -w mixed,burst ;;
    *)
        echo "decisions.sh: there is no decision '$decision'; see -h" >&2
        exit 2
        ;;
    esac
done
