# Several runs: the same cells side by side, the change since the earlier run with its interval,
# another baseline; runs of other machines have no change. An interrupted run says so.
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 6 --seed 1 -o db >/dev/null
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 6 --seed 2 -o db >/dev/null
mapfile -t runs < <("$COMPARE" results list --names -o db)
"$COMPARE" publish "${runs[@]}" --from db --baseline glibc -o page --no-pictures >/dev/null
cat >check.py <<'SCRIPT'
import csv, itertools, math, statistics

cells = list(csv.DictReader(open("page/cells.csv")))
samples = list(csv.DictReader(open("page/samples.csv")))
runs = list(dict.fromkeys(s["run"] for s in samples))
assert len(runs) == 2, runs
speeds = lambda run, allocator: [float(s["ops_per_second"]) for s in samples
                                 if s["run"] == run and s["allocator"] == allocator]
for cell in cells:
    if cell["allocator"] not in ("hakmem", "glibc"):
        continue
    assert cell["baseline"] == "glibc"
    if cell["run"] == runs[0]:
        assert cell["change"] == cell["earlier_run"] == "", cell
        continue
    # Hodges and Lehmann's shift: the median of all differences of logarithms.
    now, then = speeds(runs[1], cell["allocator"]), speeds(runs[0], cell["allocator"])
    shift = statistics.median(math.log(a / b) for a, b in itertools.product(now, then))
    assert abs(float(cell["change"]) - math.exp(shift)) < 1e-9, cell
    assert float(cell["change_low"]) <= float(cell["change"]) <= float(cell["change_high"]), cell
    assert cell["earlier_run"] == runs[0], cell
ratio = next(c for c in cells if c["run"] == runs[0] and c["allocator"] == "hakmem")
pairs = [math.log(a / b) for a, b in zip(speeds(runs[0], "hakmem"), speeds(runs[0], "glibc"))]
walsh = [(a + b) / 2 for i, a in enumerate(pairs) for b in pairs[i:]]
assert abs(float(ratio["ratio"]) - math.exp(statistics.median(walsh))) < 1e-9, ratio
assert next(c for c in cells if c["allocator"] == "glibc")["verdict"] == "baseline"

text = open("page/README.md").read()
assert "| Allocator | Threads | Run A | Ratio in A | Run B | Ratio in B |" in text, text[:3000]
assert "of A | [" in text and "## What run A rests on" in text and "## What run B rests on" in text
change = next(c for c in cells if c["run"] == runs[1] and c["allocator"] == "hakmem")
assert f"{float(change['change']):.3f} of A | [{float(change['change_low']):.3f}, " in text, change
SCRIPT
"$PYTHON" check.py

# As if the second had been measured on another machine, and ended half-way.
python db/results.db "${runs[0]}" <<'SCRIPT'
import sqlite3, sys

with sqlite3.connect(sys.argv[1]) as db:
    db.execute("INSERT INTO machine SELECT 'other', 'other', hostname, 'Other CPU', caches, kernel,"
               " os, libc, governor, thp, overcommit, hypervisor, topology, topology_xml, packages,"
               " cores, pus, numa_nodes, memory_bytes FROM machine")
    db.execute("UPDATE run SET machine = 'other', status = 'interrupted', rounds_done = 5"
               " WHERE uuid = ?", sys.argv[2:])
SCRIPT
"$COMPARE" publish "${runs[@]}" --from db -o page --no-pictures >/dev/null
grep -q 'of A |' page/README.md && fail "a change across machines"
grep -q '^Interrupted: run B ended after 5 of 6 rounds' page/README.md || fail "$(head -n 20 page/README.md)"
grep -q '| Other CPU |' page/README.md || fail "the other machine is not named"
