# kill -9 in mid-run: every sample measured so far is in the database, and the next run goes on.
"$COMPARE" mixed -t 1 -r 1000 --seed 1 -a hakmem,glibc -o "$RESULTS" >table 2>messages &
compare=$!
samples() {
    python "$RESULTS/results.db" <<'SCRIPT'
import sqlite3, sys

try:
    db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    print(db.execute("SELECT count(*) FROM sample").fetchone()[0])
except sqlite3.Error:
    print(0)
SCRIPT
}
for ((tries = 0; tries < 1000; tries++)); do
    [ "$(samples)" -ge 4 ] && break
    kill -0 $compare || fail "compare ended: $(cat table messages)"
    sleep 0.1
done
children=$(cat /proc/$compare/task/$compare/children)
kill -9 $compare
wait $compare || true
[ "$(samples)" -ge 4 ] || fail "the samples are gone"
for child in $children; do
    for ((tries = 0; tries < 100; tries++)); do
        [ -e /proc/$child ] || continue 2
        sleep 0.1
    done
    fail "a worker outlives compare"
done
expect 0 mixed -t 1 "${quick[@]}" -a hakmem >table
python "$RESULTS/results.db" <<'SCRIPT'
import sqlite3, sys

db = sqlite3.connect(sys.argv[1])
assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
runs = [row[0] for row in db.execute("""SELECT count(*) FROM sample JOIN cell ON cell.id = sample.cell
    GROUP BY cell.run ORDER BY min(sample.id)""")]
assert len(runs) == 2 and runs[0] >= 4 and runs[1] >= 2, runs
SCRIPT
