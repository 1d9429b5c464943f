# Memory of both sides: in the report and in JSON, recomputed from the samples; the idle second in the
# first round only.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
expect 0 ab glibc hakmem -w mixed -t 1 --seed 1 -o "$RESULTS" -r 8 --json out.json >table
grep -Eq '^  RSS MiB +base +treatment +ratio +\[low, high\]$' table || fail "no memory: $(cat table)"
for row in Peak "At peak live" Freed; do
    grep -Eq "^  $row( +[0-9.]+){3} +\[[0-9.]+, [0-9.]+\]( =)?$" table || fail "no row '$row': $(cat table)"
done
grep -Eq '^  Idle( +[-+][0-9.]+){2}$' table || fail "no idle row: $(cat table)"
grep -q 'below 1 is less memory' table || fail "no word on the ratio: $(cat table)"
python "$ROOT/docs/results.schema.json" <<'SCRIPT'
import json, jsonschema, math, statistics, sys

run = json.load(open("out.json"))
jsonschema.validate(run, json.load(open(sys.argv[1])))
verdict, = run["verdicts"]
cells = {c["allocator"]: c for c in run["cells"]}
base, treatment = cells["glibc"], cells["hakmem"]
for key, figures in verdict["memory"].items():
    of = lambda cell: {s["round"]: s["memory"]["idle"] and s["memory"]["idle"]["rss_bytes"]
                       if key == "idle_rss_bytes" else s[key] for s in cell["samples"]}
    rounds = [r for r in range(8) if of(base)[r] and of(treatment)[r]]
    assert rounds == ([0] if key == "idle_rss_bytes" else list(range(8))), (key, rounds)
    assert figures["base"] == statistics.median(of(base)[r] for r in rounds), key
    assert figures["treatment"] == statistics.median(of(treatment)[r] for r in rounds), key
    # The estimate and the interval again: of 8 pairs the 4th Walsh average from each end, 96.1 %.
    logs = [math.log(of(treatment)[r] / of(base)[r]) for r in rounds]
    walsh = sorted((a + b) / 2 for i, a in enumerate(logs) for b in logs[i:])
    ratio = figures["ratio"]
    assert abs(ratio["estimate"] / math.exp(statistics.median(walsh)) - 1) < 1e-9, (key, ratio)
    if len(rounds) == 8:
        assert abs(ratio["low"] / math.exp(walsh[3]) - 1) < 1e-9, (key, ratio, walsh)
        assert abs(ratio["high"] / math.exp(walsh[-4]) - 1) < 1e-9, (key, ratio, walsh)
        assert abs(ratio["confidence"] - (1 - 2 * 5 / 256)) < 1e-9, ratio
    else:
        assert ratio["low"] is None and ratio["confidence"] is None, ratio
assert cells["A/A control"]["memory"]["idle"] is None, "the control has no row, so it need not wait"
SCRIPT
