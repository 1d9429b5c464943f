# The idle second: in the first three rounds of a small table, in the first one alone where three would
# make a table of many rows much longer; the plan counts it.
expect 0 mixed -t 1 -r 4 --seed 1 -o "$RESULTS" -a glibc --json out.json >table
tr -s ' \n' ' ' <table | grep -q "idle: what a second without calls adds to freed, in 3 rounds" || fail "$(cat table)"
python <<'SCRIPT'
import json, statistics

for cell in json.load(open("out.json"))["cells"]:
    rounds = [s["round"] for s in cell["samples"] if s["memory"]["idle"]]
    assert rounds == ([0, 1, 2] if cell["allocator"] == "glibc" else []), (cell["allocator"], rounds)
    if rounds:
        idle = [s["memory"]["idle"]["rss_bytes"] for s in cell["samples"][:3]]
        assert cell["idle_rss_bytes"]["median"] == statistics.median(idle), (idle, cell["idle_rss_bytes"])
    for s in cell["samples"]: # it takes its second
        assert s["memory"]["idle"] is None or s["wall_seconds"] > s["window_seconds"] + 1, s
SCRIPT

# Seconds that the plan of a command expects, as a whole number below 100.
expected() {
    "$COMPARE" "$@" --seed 1 -a glibc --dry-run | sed -n 's/^Expected duration: about \([0-9]*\) s$/\1/p'
}
# What is verified (--check) never waits; its plan is otherwise the same.
idle_of() {
    local with without
    with=$(expected "$@")
    without=$(expected "$@" --check)
    echo $((with - without))
}
near() {
    [ "$1" -ge $(($2 - 1)) ] && [ "$1" -le $(($2 + 1)) ] || fail "$3: $1 s of idle time instead of $2"
}
near "$(idle_of mixed -t 1 -r 4)" 3 "one row, three rounds"
near "$(idle_of mixed -t 1 -r 2)" 2 "one row, two rounds"
near "$(idle_of mixed,larson -t 1,2,3 -r 3)" 6 "six rows, the first round alone"
near "$(idle_of mixed -t 1 -r 3 --duration 9)" 3 "one row of long samples"
