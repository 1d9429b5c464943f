# A small sweep: table, data that agree with it and with the schema, pictures, the machine; then the
# same command resumed. No claim about the figures themselves.
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
need gnuplot sqlite3
pu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
sweep=(scale mixed,remote -a hakmem,glibc -t 1,2 -p "pus:$pu,pus:8191" -r 2 --seed 1 -o "$RESULTS")
expect 0 "${sweep[@]}" --json out.json >table
for word in "speed-up" efficiency "knee (efficiency below 1/2)" "2 over" "Noise floor" "PU 8191 does not exist"; do
    grep -qF -- "$word" table || fail "no '$word' in the report: $(cat table)"
done
folder=$(echo "$RESULTS"/scale-*)
for file in machine.xml scaling-mixed.svg scaling-mixed.png scaling-remote.svg; do
    [ -s "$folder/$file" ] || fail "no $file: $(ls "$folder")"
done
"$COMPARE" topology --topology "$folder/machine.xml" >here
[ "$(sqlite3 "$RESULTS/results.db" "SELECT count(*) FROM machine WHERE topology_xml LIKE '%<topology%'")" = 1 ] ||
    fail "the machine is not stored with the run"
python "$ROOT/docs/results.schema.json" "$pu" "$folder" <<'SCRIPT'
import json, jsonschema, math, sys, xml.etree.ElementTree as tree

run = json.load(open("out.json"))
jsonschema.validate(run, json.load(open(sys.argv[1])))
scaling = run["scaling"]
assert scaling["impossible"] == ["pus:8191 with 1, 2 threads: PU 8191 does not exist"], scaling
curves = {(c["workload"], c["allocator"]): c for c in scaling["curves"]}
assert {"hakmem", "glibc"} <= {a for _, a in curves} and "A/A control" not in {a for _, a in curves}
cells = {(c["workload"], c["allocator"], c["threads"]): c for c in run["cells"]}
of = lambda c: {s["round"]: s["ops_per_second"] for s in c["samples"]}
for (workload, allocator), curve in curves.items():
    assert curve["placement"] == "pus:" + sys.argv[2]
    one, two = curve["points"]
    assert (one["threads"], one["pus"], one["oversubscribed"]) == (1, 1, False), one
    assert (two["threads"], two["pus"], two["oversubscribed"]) == (2, 1, True), two
    assert curve["knee_threads"] is None
    base, more = of(cells[workload, allocator, 1]), of(cells[workload, allocator, 2])
    logs = sorted(math.log(more[r] / base[r]) for r in base)
    assert len(logs) == 2
    estimate = math.exp((logs[0] + logs[1]) / 2)  # of two log ratios: the middle Walsh average
    assert abs(two["speed_up"]["estimate"] / estimate - 1) < 1e-9, (two, estimate)
    assert abs(two["efficiency"]["estimate"] - two["speed_up"]["estimate"]) < 1e-12
# Both rounds of the pair: the second backwards.
order = {}
for c in run["cells"]:
    for s in c["samples"]:
        order.setdefault(s["round"], {})[s["position"]] = (c["workload"], c["threads"], c["allocator"])
rounds = [[order[r][p] for p in sorted(order[r])] for r in (0, 1)]
assert rounds[0] == rounds[1][::-1], rounds
tree.parse(sys.argv[3] + "/scaling-mixed.svg")
SCRIPT
# Read back it is the same report and the same data.
"$COMPARE" results export newest --json exported.json -o "$RESULTS"
cmp out.json exported.json
"$COMPARE" results show newest -o "$RESULTS" >shown
grep -v -e '^Machine as ' -e '^Picture ' table | diff - shown
# A run that was killed after its first round goes on.
sqlite3 "$RESULTS/results.db" "PRAGMA foreign_keys = ON; DELETE FROM sample WHERE round = 1 AND cell IN (SELECT id FROM cell LIMIT 3);
    UPDATE run SET status = 'running', ended = NULL"
before=$(sqlite3 "$RESULTS/results.db" "SELECT count(*) FROM sample")
expect 0 "${sweep[@]}" --resume --dry-run >plan
grep -q '3 are left' plan || fail "$(cat plan)"
expect 0 "${sweep[@]}" --resume >again
[ "$(sqlite3 "$RESULTS/results.db" "SELECT count(*) - $before FROM sample")" = 3 ] || fail "not three samples were added"
grep -q 'resumed 1 time' again || fail "$(cat again)"
