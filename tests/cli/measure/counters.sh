# --counters: a named source, positive figures per op, the same for the same library, in table, JSON
# and database; and a clear refusal where nothing can count.
command -v valgrind >/dev/null || skip "valgrind is not installed (./setup)"
export HAKMEM_LANE_GROW_MS=65535 # counts shall not depend on the clock
expect 0 mixed "${brief[@]}" -t 1,2 -a hakmem,glibc --counters --json out.json >table
grep -Eq '^Counters per op: (cachegrind [0-9.]+: .*one thread|perf events: )' table || fail "$(cat table)"
grep -Eq '^  hakmem, mixed.* [0-9.]+ +[0-9.]+ ' table || fail "$(cat table)"
[ "$(sed -n "/^Counters/,/^$/p" table | wc -L)" -le 120 ] || fail "lines are too long: $(cat table)"
python "$ROOT/docs/results.schema.json" "$RESULTS/results.db" <<'SCRIPT'
import json, sqlite3, sys

run = json.load(open("out.json"))
try:
    import jsonschema
    jsonschema.validate(run, json.load(open(sys.argv[1])))
except ImportError:
    pass
cells = {(c["workload"], c["allocator"], c["threads"]): c for c in run["cells"]}
sources = {c["counters_source"] for c in run["cells"]}
assert len(sources) == 1 and None not in sources, sources
simulated = sources.pop().startswith("cachegrind")
for key, cell in cells.items():
    if simulated and key[1] == "floor":  # reserves more addresses than valgrind has
        assert cell["instructions_per_op"] is None and not cell["simulated"], cell
        continue
    per_op = cell["counters_per_op"]
    assert 5 < cell["instructions_per_op"] == per_op["instructions"] < 5000, cell
    assert 0 < per_op["branches"] < per_op["instructions"], per_op
    if not simulated:
        assert all(s["counted"]["ops"] >= s["ops"] for s in cell["samples"]), cell
        continue
    brief, full = cell["simulated"]
    assert full["ops"] > brief["ops"] > 0 and per_op["cycles"] is None, cell
    difference = (full["instructions"] - brief["instructions"]) / (full["ops"] - brief["ops"])
    assert abs(difference - per_op["instructions"]) < 1e-9, cell
if simulated:
    hakmem, control, glibc = (cells["mixed", name, 1]["instructions_per_op"]
                              for name in ("hakmem", "A/A control", "glibc"))
    assert abs(hakmem / control - 1) < 0.001, (hakmem, control)
    assert abs(hakmem / glibc - 1) > 0.01, (hakmem, glibc)
    rows = sqlite3.connect(sys.argv[2]).execute("SELECT count(*) FROM cell_counter").fetchone()[0]
    assert rows == 6 * 2 * 6, rows
open("simulated", "w").write("yes" if simulated else "no")
SCRIPT
[ "$(cat simulated)" = yes ] || exit 0
# Without valgrind in PATH it is refused before anything is measured.
rm -r "$RESULTS"
mkdir empty
PATH=$PWD/empty refused mixed "${brief[@]}" -t 1 --counters
