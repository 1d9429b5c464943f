# --duration: throughput and RSS over time, and memory at four moments, in table, JSON and database.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
expect 0 mixed -t 1 "${brief[@]}" -a hakmem,glibc --duration 2 --json out.json >table
grep -Eq '^  RSS MiB +threads +empty +live +at peak live +peak +freed +idle ' table || fail "no memory: $(cat table)"
grep -Eq '^  over time +threads +until s +0\.25 +0\.50 .* 2\.00$' table || fail "no course over time: $(cat table)"
grep -Eq '^  glibc +1 +M ops/s( +[0-9.]+){8}$' table || fail "no throughput over time: $(cat table)"
grep -Eq '^  A/A control +1 +M ops/s( +[0-9.]+){8}$' table || fail "no control over time: $(cat table)"
grep -Eq '^ +RSS MiB( +[0-9.]+){8}$' table || fail "no RSS over time: $(cat table)"
grep -q 'over time: the measured time in 8 equal parts' table || fail "no word on the parts: $(cat table)"
python "$ROOT/docs/results.schema.json" "$RESULTS/results.db" <<'SCRIPT'
import json, jsonschema, sqlite3, sys

out = json.load(open("out.json"))
jsonschema.validate(out, json.load(open(sys.argv[1])))
for c in out["cells"]:
    sample = c["samples"][0]
    start = sample["window_start_seconds"]
    end = start + sample["window_seconds"]
    assert c["duration_seconds"] == 2 and start > 0, c
    assert len(c["timeline"]) == 10 and abs(c["timeline"][-1]["seconds"] - end + start) < 1e-6, c
    for slice in c["timeline"]:
        assert slice["rss_bytes"] > 0 and slice["ops_per_second"] > 0, c["timeline"]
    speeds = [p[3] for p in sample["timeline"] if p[3] is not None]
    assert len(speeds) > 10, sample["timeline"]
    for before, point in zip(sample["timeline"], sample["timeline"][1:]):
        inside = before[0] >= start and point[0] <= end
        assert inside or point[3] is None, (before, point, start, end)
    memory = c["memory"]
    for moment in "empty", "peak_live", "freed":
        assert memory[moment]["rss_bytes"] > 0 and memory[moment]["mappings"] > 0, memory
    assert memory["peak_live"]["rss_bytes"] == c["peak_live_rss_bytes"]["median"], c
    # Once for every row of the table.
    idle = c["allocator"] in ("hakmem", "glibc")
    assert (memory["idle"] is not None) == idle == (c["idle_rss_bytes"]["median"] is not None), c
    if idle:
        assert sample["timeline"][-1][0] > end + 0.9, "the idle second is on the timeline"
    live = c["live_bytes"]["median"]
    above = memory["peak_live"]["rss_above_empty_bytes"]
    assert abs(above / live - c["fragmentation_at_peak"]) < 1e-9, c
database = sqlite3.connect(sys.argv[2])
moments = dict(database.execute("SELECT moment, count(*) FROM memory GROUP BY moment"))
assert moments["idle"] == 2 and moments["freed"] == len(out["cells"]), moments
assert database.execute("SELECT count(ops_per_second) FROM timeline").fetchone()[0] > 20
SCRIPT
# Blocks that were verified are no figures: nobody waits a second for them.
expect 0 mixed -t 1 "${brief[@]}" -a glibc --check --json checked.json >/dev/null
python <<'SCRIPT'
import json

assert all(c["memory"]["idle"] is None for c in json.load(open("checked.json"))["cells"])
SCRIPT
