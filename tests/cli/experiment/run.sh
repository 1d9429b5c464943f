# Runs experiments: what is missing is built, code that does not run is INACTIVE, an audit gets its verdict;
# the record says how it came about, a second run keeps the first, and the ledger shows both.
scratch_tree
cat >experiments/sides.ini <<'INI'
question = Is it the same?
base = hakmem:telemetry-lane
treatment = hakmem
workload = mixed
set = slots=256
threads = 1
go = 90
tolerate = 90
budget = 1s
[active]
count = LANE.refills
expected = NEUTRAL nine tenths are much
[idle]
count = LARGE.maps
expected = GO by mistake
INI
cat >experiments/spill.ini <<'INI'
question = Can it be pruned?
atomics = allocator/spill.c
expected = CORRECTNESS it carries flow control
INI
rm -f build/lib/libhakmem-telemetry-lane.so
HAKMEM_LANE_KIB=16 "$COMPARE" experiment all >first 2>messages || fail "$(cat first messages)"
[ -e build/lib/libhakmem-telemetry-lane.so ] || fail "it was not built"
grep -q 'HAKMEM_LANE_KIB' first && fail "settings of the environment were passed on"
"$COMPARE" list experiments >list
"$COMPARE" experiment sides --case idle >second 2>>messages || fail "$(cat second messages)"
tail -n 4 first | sed 's/[-+][0-9.]* % \[.*\]/EFFECT/; s/  */ /g'
tail -n 2 second | sed 's/[-+][0-9.]* % \[.*\]/EFFECT/; s/  */ /g'
sed 's/[-+][0-9.]* % \[.*\]/EFFECT/; s/, [0-9-]*$/, DATE/' list
python <<'SCRIPT'
import json, re, shlex

record = json.load(open("results/experiments/sides.json"))
assert record["schema"] == 1 and record["question"] == "Is it the same?", record
active, idle = record["results"]
assert (active["case"], idle["case"]) == ("active", "idle")
assert active["history"] == [] and len(idle["history"]) == 1
for outcome in active["latest"], idle["latest"], *idle["history"]:
    assert outcome["rounds"] >= 1 and outcome["threads"] == 1 and outcome["gain_pct"] == 90, outcome
    assert outcome["parameters"]["slots"] == 256, outcome
    assert outcome["machine"]["cpu"] and "hostname" not in outcome["machine"], outcome
    assert [a["allocator"] for a in outcome["allocators"]] == ["hakmem:telemetry-lane", "hakmem"]
    assert re.fullmatch(r"[0-9a-f]{64}", outcome["allocators"][0]["library_sha256"]), outcome
    words = shlex.split(outcome["command"])
    assert words[:2] == ["./compare", "ab"] and words[-2:] == ["--seed", outcome["seed"]], words
    assert outcome["peak_rss_bytes"]["base"] > 0, outcome
assert active["latest"]["activity"]["active"] and not idle["latest"]["activity"]["active"]
assert "LANE.refills moved by" in active["latest"]["activity"]["text"]
spill, = json.load(open("results/experiments/spill.json"))["results"]
assert spill["latest"]["verdict"] == "CORRECTNESS" and spill["latest"]["machine"]["id"] == idle["machine"]

ledger = open("docs/ledger.md").read()
assert ledger.count("\n| [sides](#sides) | ") == 2 and "not as expected: GO (by mistake)" in ledger, ledger
assert "- Before: " + idle["history"][0]["date"] + ", INACTIVE" in ledger, ledger
SCRIPT
# The command in the record does the same comparison again, and the ledger follows from the records alone.
"$PYTHON" -c 'import json; print(json.load(open("results/experiments/sides.json"))["results"][1]["latest"]["command"])' >again
[ "$(grep -c 'ab hakmem:telemetry-lane hakmem -w mixed -t 1 -s slots=256 --go 90 --tolerate 90 --count LARGE.maps --budget 1s --seed' again)" = 1 ] ||
    fail "$(cat again)"
cp docs/ledger.md ledger
rm docs/ledger.md
"$COMPARE" experiment --ledger
diff ledger docs/ledger.md
# With -o nothing of the tree changes.
find results docs -type f -exec sha256sum {} + | sort >before
"$COMPARE" experiment spill -o "$RESULTS" >other
find results docs -type f -exec sha256sum {} + | sort | diff before -
[ -s "$RESULTS/experiments/spill.json" ] && grep -q '^## spill$' "$RESULTS/ledger.md" || fail "nothing in -o"
