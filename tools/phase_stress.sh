#!/bin/bash
# A day of phase changes, compressed (tests/stress/stress_phases.c): PHASES phases of changing sizes,
# threads and amounts, and RSS after each round of 24. Writes a record; fails when memory has grown.
#
#     ninja phase-stress
#     RUN='nice -n 19' tools/phase_stress.sh [PHASES [RECORD]]
#
# PHASES: 2016 without it. RECORD: results/stress/phases.txt. RUN: words put before the program.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/record_head.sh

phases=${1:-2016}
record=${2:-results/stress/phases.txt}
read -ra run <<<"${RUN:-}"
mkdir -p "$(dirname "$record")"
status=0
{
    echo 'Phase changes: tools/phase_stress.sh'
    record_head
    echo
    "${run[@]}" build/stress/phases "$phases" 2>&1 || status=$?
} >"$record.new"
mv "$record.new" "$record"
tail -n 3 "$record"
exit $status
