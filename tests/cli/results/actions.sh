# list, show, export, merge and rm on recorded runs: what was measured comes back unchanged, also by
# way of another database.
"$COMPARE" mixed -a hakmem,glibc -t 1 -r 2 --seed 1 -o "$RESULTS" --csv measured.csv \
    --json measured.json >measured.txt
"$COMPARE" larson -a glibc -t 1 -r 1 --seed 2 -o "$RESULTS" >/dev/null
"$COMPARE" results list -o "$RESULTS" >list
[ "$(wc -l <list)" = 3 ] || fail "$(cat list)"
mapfile -t runs < <("$COMPARE" results list --names -o "$RESULTS")
[ ${#runs[@]} = 2 ] || fail "--names: ${runs[*]}"
first=${runs[1]}
grep -q "^${first:0:8}  .* complete  *2 .* mixed -a hakmem,glibc" list || fail "$(cat list)"
"$COMPARE" results list --json list.json -o "$RESULTS"
python "$first" <<'SCRIPT'
import json, sys

runs = json.load(open("list.json"))["runs"]
assert [r["run"] for r in runs][1] == sys.argv[1], runs
assert runs[1]["workloads"] == ["mixed"] and runs[1]["allocators"] == ["hakmem", "glibc"], runs
assert runs[1]["samples"] == 8 and runs[1]["failed_samples"] == 0, runs
SCRIPT

"$COMPARE" results show "${first:0:8}" -o "$RESULTS" >shown.txt
diff measured.txt shown.txt || fail "show differs from the table of then"
"$COMPARE" results export "$first" --csv exported.csv --json exported.json --database one.db \
    -o "$RESULTS"
cmp measured.csv exported.csv
cmp measured.json exported.json

# Both runs in one file: one header, the rows of each.
"$COMPARE" results export "${runs[@]}" --csv - -o "$RESULTS" >both.csv
[ "$(grep -c ^run, both.csv)" = 1 ] || fail "headers: $(head -n 1 both.csv)"
tail -n +2 measured.csv >rows
grep -Fxf rows both.csv | diff - rows || fail "rows are missing"

# Into a fresh folder, twice, and back from the whole database.
"$COMPARE" results merge one.db -o fresh >merged
"$COMPARE" results merge one.db "$RESULTS" -o fresh >>merged
cat >expected <<'EXPECTED'
one.db: 1 run added, 0 extended, 0 known; 8 samples added
one.db: 0 runs added, 0 extended, 1 known; 0 samples added
EXPECTED
echo "$RESULTS: 1 run added, 0 extended, 1 known; 3 samples added" >>expected
diff expected merged || fail "merge"
"$COMPARE" results show "$first" -o fresh | diff measured.txt - || fail "a merged run differs"
"$COMPARE" results export "$first" --csv - -o fresh | cmp measured.csv -
python "$RESULTS/results.db" fresh/results.db <<'SCRIPT'
import sqlite3, sys

one, other = (sqlite3.connect(path) for path in sys.argv[1:])
tables = [t for t, in one.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
assert len(tables) > 10, tables
for table in tables:
    counts = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for db in (one, other)]
    assert counts[0] == counts[1], (table, counts)
assert other.execute("PRAGMA foreign_key_check").fetchall() == []
assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
SCRIPT

# rm: says it, does it, and leaves nothing of it.
"$COMPARE" results rm "$first" --dry-run -o fresh >removed
[ "$(cat removed)" = "would remove $first" ] || fail "$(cat removed)"
"$COMPARE" results list --names -o fresh | grep -qx "$first" || fail "a dry run removed it"
"$COMPARE" results rm "$first" -o fresh >removed
[ "$(cat removed)" = "removed $first, 8 samples" ] || fail "$(cat removed)"
"$COMPARE" results list --names -o fresh >left
[ "$(cat left)" = "${runs[0]}" ] || fail "left: $(cat left)"
"$COMPARE" results rm newest -o fresh >/dev/null
[ "$("$COMPARE" results list -o fresh)" = "no runs" ] || fail "runs are left"
python fresh/results.db <<'SCRIPT'
import sqlite3, sys

db = sqlite3.connect(sys.argv[1])
for table, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
    assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
SCRIPT
