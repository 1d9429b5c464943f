# What leads to the code in question, without running it: flags and options that differ, routes that differ, the
# backends that the workload's sizes lead to. Nothing of a side that is no hakmem.
says() {
    local wanted=$1
    shift
    expect 0 ab "$@" -t 1 "${brief[@]}" --json out.json >table 2>>commands
    python "$wanted" <<'SCRIPT'
import json, re, sys

verdict, = json.load(open("out.json"))["verdicts"]
wanted = None if sys.argv[1] == "nothing" else sys.argv[1]
said = verdict["paths"]
assert said == wanted or wanted and said and re.fullmatch(wanted, said), said
SCRIPT
}
mid='mid_v3 \(HAKMEM_MID_V3_ENABLED\)'
says "no flag or option differs; routes are the same; mixed asks for 257 to 768 bytes: $mid" hakmem hakmem -w mixed
tr -s ' \n' ' ' <table | grep -qF 'paths of mixed, threads 1: no flag' || fail "no note: $(cat table)"
says "differ in HAKMEM_MID_V3_ENABLED \(0, then 1\); routes differ: 257 to 768 bytes by tiny, then $mid; mixed asks .*" \
    'hakmem{HAKMEM_MID_V3_ENABLED=off}' hakmem -w mixed
says 'differ in .*HAKMEM_FAST_PROFILE_PRUNE_BACKENDS \(0, then 1\).*1025 to 65536 bytes by pool_v2, then pool_v1 .*: tiny, pool_v1 .*' \
    hakmem hakmem:pruned -w medium
says 'differ in HAKMEM_LANE_KIB \(512, then 16\); routes are the same.*' hakmem 'hakmem{HAKMEM_LANE_KIB=16}' -w larson
says nothing hakmem glibc -w mixed
