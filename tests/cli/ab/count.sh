# Telemetry counters that do not move in the workload make the verdict INACTIVE, those that move do not; the
# report and the JSON tell which build counted. Names that no box has are refused with the nearest one.
fields=$TMPDIR/fields.py
cat >"$fields" <<'SCRIPT'
import json, sys

verdict, = json.load(open("out.json"))["verdicts"]
activity = verdict["activity"]
print(verdict["verdict"] == "INACTIVE", activity and (activity["active"], activity["method"], activity["text"]))
SCRIPT
# shows WORD...: compares with the words, then prints what its JSON says of activity.
shows() {
    expect 0 ab "$@" -w mixed -t 1 "${brief[@]}" --json out.json >table 2>>commands
    "$PYTHON" "$fields" | sed 's/moved by [0-9]*/moved by N/; s/ran ([0-9]* /ran (N /'
}

shows hakmem hakmem
shows hakmem hakmem --count POOL_HOTBOX_V2.alloc_calls,LARGE.maps
grep -q "Verdict *INACTIVE" table || fail "not INACTIVE: $(cat table)"
tr -s ' \n' ' ' <table | grep -qF 'POOL_HOTBOX_V2.alloc_calls did not move (hakmem:counting); LARGE.maps did not move' ||
    fail "the report does not say what was counted: $(cat table)"
shows hakmem hakmem --count POOL_HOTBOX_V2.alloc_calls,MID_V3.takes
# What a process does at its start alone is not the workload's.
shows hakmem hakmem --count FRONT.calloc,SUPERSLAB_OS.regions_reserved
# The side that has the box compiled in counts it: base, treatment, or both.
shows hakmem:counting hakmem --count MID_V3.takes
shows hakmem "mine=$ROOT/build/lib/libhakmem-counting.so" --count MID_V3.takes
shows 'hakmem:counting{HAKMEM_MID_V3_ENABLED=off}' hakmem:counting --count MID_V3.takes
# The build that counts gets the treatment's settings, and what of the environment samples get.
shows hakmem 'hakmem{HAKMEM_MID_V3_ENABLED=off}' --count MID_V3.takes,TINY.takes
HAKMEM_MID_V3_ENABLED=off shows hakmem hakmem --count MID_V3.takes
# What takes time to act moves in samples of that length.
shows hakmem 'hakmem{HAKMEM_PURGE_MS=50}' --duration 1 --count LEARNER.windows
# A whole box.
shows hakmem hakmem --count LEARNER.capacity_cuts,REMOTE

expect 2 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" --count MID_V4.takes
expect 2 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" --count MID_V3.take
expect 2 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" --count MID_V3,
expect 2 ab glibc glibc -w mixed -t 1 "${brief[@]}" --count MID_V3

# Without the build that counts, only what a side counts can be looked at.
scratch_tree
rm build/lib/libhakmem-counting.so
expect 2 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" --count MID_V3
