# A side that crashes: named, exit 1, no verdict.
expect 1 ab glibc "broken=$FIXTURES/crash.so" -w mixed -t 1 "${brief[@]}" -r 3 --json out.json >table
grep -q "Failed .*broken, round 1: crash" table || fail "the failure is not in the report"
python <<'SCRIPT'
import json

run = json.load(open("out.json"))
verdict, = run["verdicts"]
assert verdict["verdict"] == "UNDECIDED" and verdict["ratio"] is None, verdict
SCRIPT
