# --json: pure JSON on stdout that fulfils docs/results.schema.json, with figures that agree with
# the samples they come from.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
expect 0 mixed -t 1 "${quick[@]}" -r 6 -a glibc --json - >out.json
expect 1 remote -t 2 "${quick[@]}" -a "glibc,broken=$FIXTURES/crash.so" -s remote_pct=50 --json failed.json >table
python "$ROOT/docs/results.schema.json" <<'SCRIPT'
import json, jsonschema, statistics, sys

schema = json.load(open(sys.argv[1]))
jsonschema.validators.validator_for(schema).check_schema(schema)
out, failed = (json.load(open(name)) for name in ("out.json", "failed.json"))
for run in out, failed:
    jsonschema.validate(run, schema)
# A schema that accepts everything proves nothing.
for key in schema["required"]:
    damaged = {k: v for k, v in out.items() if k != key}
    try:
        jsonschema.validate(damaged, schema)
    except jsonschema.ValidationError:
        continue
    sys.exit(f"the schema accepts a run without {key}")

assert out["schema"] == 1 and out["kind"] == "measured" and out["rounds_done"] == 6, out
for c in out["cells"]:
    assert c["workload"] == "mixed" and c["parameters"]["slots"] == 8192, c
    figures = [s["ops_per_second"] for s in c["samples"]]
    assert len(figures) == 6 and min(figures) > 0 and c["failures"] == [], c
    assert abs(statistics.median(figures) / c["ops_per_second"]["median"] - 1) < 1e-9, c
    assert c["ops_per_second"]["low"] <= c["ops_per_second"]["median"] <= c["ops_per_second"]["high"]
    assert abs(c["ns_per_op"] * c["ops_per_second"]["median"] / 1e9 / c["threads"] - 1) < 1e-9, c
    assert c["peak_rss_bytes"]["median"] > 0, c
    assert len({s["seed"] for s in c["samples"]}) == 6, "every round has a seed of its own"
# All allocators did the same work.
assert len({tuple(s["checksum"] for s in c["samples"]) for c in out["cells"]}) == 1, out["cells"]
assert all(c["parameters"]["remote_pct"] == 50 for c in failed["cells"]), failed["cells"]
broken = [c for c in failed["cells"] if c["allocator"] == "broken"][0]
assert broken["failures"] and broken["ops_per_second"]["median"] is None, broken
SCRIPT
