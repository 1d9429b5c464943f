# --csv: a row per sample, failures included, that any reader of CSV takes.
expect 1 mixed -t 1 "${quick[@]}" -r 2 -a "hakmem,broken=$FIXTURES/crash.so" --csv out.csv >table
expect 0 larson -t 1 "${quick[@]}" -a glibc --csv - >pure.csv
python <<'SCRIPT'
import csv

rows = list(csv.DictReader(open("out.csv", newline=""), strict=True))
assert all(None not in row and None not in row.values() for row in rows), "ragged rows"
by = {name: [r for r in rows if r["allocator"] == name] for name in ("hakmem", "broken", "A/A control")}
assert [len(r) for r in by.values()] == [2, 2, 2], by
for row in by["hakmem"] + by["A/A control"]:
    assert float(row["ops_per_second"]) > 0 and row["workload"] == "mixed" and row["failure"] == "", row
for row in by["broken"]:
    assert row["failure"] == "crash" and row["ops_per_second"] == "", row
rows = list(csv.DictReader(open("pure.csv", newline=""), strict=True))
assert {"glibc", "A/A control"} <= {r["allocator"] for r in rows}, rows
assert {"larson"} == {r["workload"] for r in rows}, rows
SCRIPT
