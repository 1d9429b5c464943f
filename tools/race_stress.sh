#!/bin/bash
# Races of the heaps' lives (tests/stress/stress_races.c) for MINUTES in total, over every build and the
# settings that change what runs behind the lanes. Every part has a seed of its own. Writes a record;
# fails when a part does, or hangs.
#
#     ninja race-stress
#     RUN='nice -n 19' tools/race_stress.sh [MINUTES [RECORD]]
#
# MINUTES: 10 without it. RECORD: results/stress/race.txt. RUN: words put before every program.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/record_head.sh

minutes=${1:-10}
record=${2:-results/stress/race.txt}
read -ra run <<<"${RUN:-}"
builds=(plain address thread release)
settings=(
    HAKMEM_PURGE_MS=500 # as by default
    'HAKMEM_HELPER=on HAKMEM_PURGE_MS=1'
    'HAKMEM_MID_V3_ENABLED=off HAKMEM_POOL_V2_ENABLED=off HAKMEM_PURGE_MS=20'
)
seconds=$((minutes * 60 / (${#builds[@]} * ${#settings[@]})))
[ "$seconds" -gt 0 ] || {
    echo "race_stress.sh: '$minutes' minutes are too few for ${#builds[@]} builds" >&2
    exit 2
}
fixed=()
! setarch -R true 2>/dev/null || fixed=(setarch -R) # ThreadSanitizer: tests/stress/lib.sh

mkdir -p "$(dirname "$record")"
output=$(mktemp)
trap 'rm -f "$output"' EXIT
faults=0
total=0
seed=$(date +%s)
{
    echo 'Races of the heaps'\'' lives: tools/race_stress.sh'
    record_head
    echo
    for build in "${builds[@]}"; do
        for setting in "${settings[@]}"; do
            seed=$((seed + 1))
            words=()
            [ "$build" != thread ] || words=("${fixed[@]}")
            # A child of fork would start a helper thread, under locks of the sanitizer that threads of
            # the parent held.
            case $build in address | thread) setting=${setting/HAKMEM_HELPER=on/HAKMEM_HELPER=off} ;; esac
            status=0
            # shellcheck disable=SC2086 # a setting is several words
            "${run[@]}" timeout -k 9 $((seconds + 300)) env $setting "${words[@]}" \
                "build/stress/races-$build" "$seconds" "$seed" >"$output" 2>&1 || status=$?
            echo "races-$build $seconds $seed  $setting"
            if [ $status = 0 ]; then
                sed 's/^/    /' "$output"
                total=$((total + seconds))
            else
                faults=$((faults + 1))
                echo "    FAILED with status $status"
                tail -n 20 "$output" | sed 's/^/    /'
            fi
        done
    done
    echo
    echo "$total seconds without fault, $faults parts failed"
} >"$record.new"
mv "$record.new" "$record"
tail -n 1 "$record"
[ $faults = 0 ]
