# --json and --csv of a run of a program: the schema, and figures that agree with the samples.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
printf 'b\nc\na\n' >words
expect 0 run "${quick[@]}" -r 6 -a hakmem,glibc --input words --setup 'echo x >>count' --csv out.csv \
    --json - -- sort -r >out.json
# Before every sample: 6 rounds of 3 rows, and 2 proofs.
[ "$(wc -l <count)" = 20 ] || fail "the set-up command ran $(wc -l <count) times"
python "$ROOT/docs/results.schema.json" <<'SCRIPT'
import csv, hashlib, json, jsonschema, statistics, sys

run = json.load(open("out.json"))
jsonschema.validate(run, json.load(open(sys.argv[1])))
assert run["program"]["arguments"] == ["sort", "-r"] and run["program"]["input"] == "words", run["program"]
assert run["noise_floor"]["ratio"] > 0, run["noise_floor"]
assert [c["allocator"] for c in run["cells"]] == ["hakmem", "glibc", "A/A control"], run["cells"]
first = [s["wall_seconds"] for s in run["cells"][0]["samples"]]
for cell in run["cells"]:
    assert cell["workload"] == "program" and cell["threads"] is None and not cell["failures"], cell
    wall = [s["wall_seconds"] for s in cell["samples"]]
    assert len(wall) == 6 and abs(statistics.median(wall) / cell["wall_seconds"]["median"] - 1) < 1e-9
    ratio = cell["ratio_to_first"]
    assert ratio["low"] <= ratio["estimate"] <= ratio["high"], ratio
    bounds = [a / b for a, b in zip(first, wall)]
    assert min(bounds) <= ratio["estimate"] * 1.000001 and max(bounds) >= ratio["estimate"] * 0.999999
    for sample in cell["samples"]:
        assert sample["output_sha256"] == hashlib.sha256(b"c\nb\na\n").hexdigest(), sample
        assert sample["peak_rss_bytes"] > 100000 and sample["minor_faults"] > 0, sample
        assert sample["ops"] is None and sample["ops_per_second"] is None, sample
rows = list(csv.DictReader(open("out.csv", newline=""), strict=True))
assert len(rows) == 18 and all(float(r["wall_seconds"]) > 0 and r["threads"] == "" for r in rows)
SCRIPT
