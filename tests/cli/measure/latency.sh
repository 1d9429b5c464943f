# --latency: percentiles that follow from the histograms, in a JSON that fulfils the schema; samples of
# their own, which leave the throughput alone.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
expect 0 mixed -t 1 "${quick[@]}" -a hakmem --latency --json out.json --csv out.csv >table
expect 0 larson -t 1 "${quick[@]}" -a glibc --check --json plain.json >/dev/null
expect 1 mixed -t 1 "${quick[@]}" -a "broken=$FIXTURES/crash.so" --latency --json failed.json >/dev/null
grep -Eq '^  latency ns +threads +call +p50 +p90 +p99 +p99.9 +p99.99 +max +speed ' table || fail "no block: $(cat table)"
grep -Eq '^  hakmem +1 +malloc( +[<0-9]+){6} +[0-9.]+' table || fail "no row of malloc: $(cat table)"
grep -Eq '^ +free( +[<0-9]+){6} ' table || fail "no row of free: $(cat table)"
grep -q 'time stamps by ' table || fail "no word on the time stamps: $(cat table)"
python "$ROOT/docs/results.schema.json" <<'SCRIPT'
import csv, json, jsonschema, math, sys

schema = json.load(open(sys.argv[1]))
out, plain, failed = (json.load(open(name)) for name in ("out.json", "plain.json", "failed.json"))
for run in out, plain, failed:
    jsonschema.validate(run, schema)
assert all(c["latency_ns"] is None and not c["latency_samples"] for c in plain["cells"]), plain
assert {c["allocator"] for c in out["cells"]} >= {"hakmem", "A/A control"}
for c in out["cells"]:
    latency = c["latency_ns"]
    assert latency["samples"] == 1 == len(c["samples"]) == len(c["latency_samples"]), c
    assert latency["overhead_least"] <= latency["overhead_subtracted"], latency
    assert {s["sample"] for s in c["samples"]}.isdisjoint(s["sample"] for s in c["latency_samples"])
    for name in "malloc", "free":
        calls = latency[name]
        assert calls["calls"] == sum(b[2] for b in calls["buckets"]), calls
        for key in "p50", "p90", "p99", "p99.9", "p99.99":
            rank, below = math.ceil(round(calls["calls"] * float(key[1:]) / 100, 6)), 0
            for low, high, count in calls["buckets"]:
                below += count
                if below >= rank:
                    break
            assert calls[key] == min((low + high - 1) / 2, calls["max"]), (key, calls)
        assert all(slow["ns"] <= calls["max"] for slow in calls["slowest"]), calls
    # Every operation of the samples was timed.
    timed = latency["malloc"]["calls"] + latency["free"]["calls"]
    assert timed == sum(s["ops"] for s in c["samples"]), (timed, c["samples"])
broken = [c for c in failed["cells"] if c["allocator"] == "broken"][0]
assert broken["latency_ns"] is None, broken

rows = list(csv.DictReader(open("out.csv", newline=""), strict=True))
assert sum(r["sample_kind"] == "latency" for r in rows) == len(rows) / 2, rows
for row in rows:
    if row["sample_kind"] == "latency":
        assert row["ops_per_second"] == "" and float(row["timed_ops_per_second"]) > 0, row
        assert float(row["malloc_p50_ns"]) <= float(row["malloc_max_ns"]), row
    else:
        assert row["timed_ops_per_second"] == row["free_p99_ns"] == "", row
SCRIPT
python "$RESULTS/results.db" <<'SCRIPT'
import sqlite3, sys

database = sqlite3.connect(sys.argv[1])
rows = database.execute(
    "SELECT sample.ops, (SELECT sum(count) FROM histogram WHERE sample = sample.id), ops_per_second"
    " FROM sample JOIN latency ON latency.sample = sample.id WHERE failure IS NULL").fetchall()
assert len(rows) >= 2 and all(r[2] is None for r in rows), rows
counts = database.execute("SELECT sum(count) FROM histogram GROUP BY sample").fetchall()
assert sorted(c[0] for c in counts) == sorted(r[0] for r in rows), (counts, rows)
assert database.execute("SELECT count(*) FROM slow_call").fetchone()[0] > 0
SCRIPT
