# A comparison of hakmem with itself: one look after fixed rounds, the predecessor's table, a verdict as
# data. No claim about the figures themselves, but equal sides over so few rounds are no GO of 50 %.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
expect 0 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" -r 10 --go 50 --tolerate 50 --json out.json >table
for word in "Run 10 " Average Median Stdev Range Effect Verdict "Would change" "Noise floor" "hakmem (again)"; do
    grep -qF "$word" table || fail "no '$word' in the report"
done
python "$ROOT/docs/results.schema.json" <<'SCRIPT'
import json, jsonschema, math, sys

run = json.load(open("out.json"))
jsonschema.validate(run, json.load(open(sys.argv[1])))
verdict, = run["verdicts"]
assert verdict["verdict"] in ("NEUTRAL", "UNDECIDED"), verdict
assert verdict["looks"] == 1 and verdict["rounds"] == 10, verdict
assert verdict["gain_pct"] == 50 and verdict["base"] == "hakmem", verdict
cells = {c["allocator"]: c for c in run["cells"]}
base, treatment = cells["hakmem"], cells["hakmem (again)"]
# The estimate again, from the samples: the median of the Walsh averages of the log ratios.
of = lambda cell: {s["round"]: s["ops_per_second"] for s in cell["samples"]}
logs = [math.log(of(treatment)[r] / of(base)[r]) for r in sorted(of(base))]
walsh = sorted((a + b) / 2 for i, a in enumerate(logs) for b in logs[i:])
middle = len(walsh) // 2
estimate = math.exp(walsh[middle] if len(walsh) % 2 else (walsh[middle - 1] + walsh[middle]) / 2)
assert abs(estimate / verdict["ratio"]["estimate"] - 1) < 1e-9, (estimate, verdict)
# Every side ran as often first as second.
first = sum(b["position"] < t["position"] for b, t in zip(base["samples"], treatment["samples"]))
assert first == 5, first
SCRIPT
