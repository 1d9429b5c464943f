# --latency: the block of both sides below their comparison, also of one that was decided before the
# time was up; in JSON and CSV as in those of a table.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
# So much is tolerated that the first look, after 10 rounds, decides for NEUTRAL.
expect 0 ab hakmem glibc -w mixed -t 1,2 --seed 1 -o "$RESULTS" --budget 30s --go 100 --tolerate 100 \
    --latency --json out.json --csv out.csv >table
[ "$(grep -Ec '^  latency ns +threads +call +p50 +p90 +p99 +p99.9 +p99.99 +max +speed ' table)" = 2 ] ||
    fail "not a block for each comparison: $(cat table)"
for side in base treatment 'A/A control'; do
    [ "$(grep -Ec "^  $side +[12]( over)? +malloc( +[<0-9]+){6} +[0-9.]+" table)" = 2 ] || fail "no row of $side: $(cat table)"
done
[ "$(grep -Ec '^ +free( +[<0-9]+){6} ' table)" = 6 ] || fail "no rows of free: $(cat table)"
[ "$(grep -c 'time stamps by ' table)" = 2 ] || fail "no word on the time stamps: $(cat table)"
grep -q 'latency: histogram within' table || fail "no legend: $(cat table)"
# Each block stands below its own comparison, with its own rows alone.
order=$(sed -n 's/^mixed: .*; \([12]\) thread.*/comparison \1/p; s/^  base  *\([12]\) .* *malloc .*/block \1/p' table | tr '\n' ' ')
[ "$order" = "comparison 1 block 1 comparison 2 block 2 " ] || fail "order: $order"
python "$ROOT/docs/results.schema.json" <<'SCRIPT'
import csv, json, jsonschema, sys

run = json.load(open("out.json"))
jsonschema.validate(run, json.load(open(sys.argv[1])))
assert len(run["verdicts"]) == 2, run["verdicts"]
assert all(v["verdict"] == "NEUTRAL" for v in run["verdicts"]), run["verdicts"]
assert all(c["latency_ns"]["samples"] == 3 == len(c["latency_samples"]) for c in run["cells"]), run["cells"]
assert all(c["latency_ns"]["malloc"]["calls"] > 0 for c in run["cells"]), run["cells"]
rows = list(csv.DictReader(open("out.csv", newline=""), strict=True))
assert sum(r["sample_kind"] == "latency" for r in rows) == 3 * len(run["cells"]), rows
SCRIPT
# Without it there is nothing of it.
expect 0 ab hakmem hakmem -w mixed -t 1 "${brief[@]}" >plain
! grep -q 'latency' plain || fail "latency although it was not asked for: $(cat plain)"
