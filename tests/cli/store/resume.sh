# kill -9 and Ctrl-C in mid-run, then --resume: the same run gets all its rounds, no sample twice.
cat >cut.py <<'SCRIPT'
# Starts compare, ends it by the signal once the database has so many samples.
import os, signal, sqlite3, subprocess, sys, time

number, wanted, results = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
process = subprocess.Popen(sys.argv[4:], stdout=subprocess.DEVNULL,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
path = os.path.join(results, "results.db")
for _ in range(2000):
    time.sleep(0.05)
    try:
        count = sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
            "SELECT count(*) FROM sample").fetchone()[0]
    except sqlite3.Error:
        count = 0
    if count >= wanted or process.poll() is not None:
        break
if process.poll() is not None:
    sys.exit(f"compare ended with {process.returncode}")
if number == signal.SIGKILL: # a living process keeps its run
    second = subprocess.run(sys.argv[4:] + ["--resume"], capture_output=True, text=True)
    assert second.returncode == 2 and "still being measured" in second.stderr, second
process.send_signal(number)
process.wait()
SCRIPT
state() {
    python "$RESULTS/results.db" <<'SCRIPT'
import sqlite3, sys

db = sqlite3.connect(sys.argv[1])
print(*db.execute("SELECT uuid, status, resumed, seed FROM run").fetchone(),
      *db.execute("SELECT count(*), count(DISTINCT cell || ' ' || kind || ' ' || round) FROM sample").fetchone())
SCRIPT
}
command=(mixed -t 1 -r 6 -a "hakmem,glibc" -o "$RESULTS")
"$PYTHON" cut.py 9 3 "$RESULTS" "$COMPARE" "${command[@]}"
read -r uuid status _ seed killed _ <<<"$(state)"
[ "$status" = running ] || fail "a killed run is $status"
expect 0 "${command[@]}" --dry-run --resume >plan
grep -q "^Resumes run ${uuid:0:8}: $killed samples are there" plan || fail "$(cat plan)"
[ "$(state)" = "$uuid running 0 $seed $killed $killed" ] || fail "a dry run changed the run: $(state)"

"$PYTHON" cut.py 2 $((killed + 4)) "$RESULTS" "$COMPARE" "${command[@]}" "--resume=${uuid:0:8}"
read -r same status resumed _ interrupted _ <<<"$(state)"
[ "$same $status $resumed" = "$uuid interrupted 1" ] || fail "$(state)"
[ "$interrupted" -gt "$killed" ] || fail "nothing was added: $(state)"

expect 0 "${command[@]}" --resume --json out.json >table
rows=$(python out.json <<'SCRIPT'
import json, sys

run = json.load(open(sys.argv[1]))
assert run["rounds_done"] == 6 and run["interrupted"] is False, run
assert "resumed 2 times" in run["notes"], run["notes"]
assert not any(note.startswith("interrupted") for note in run["notes"]), run["notes"]
for cell in run["cells"]:
    assert [sample["round"] for sample in cell["samples"]] == list(range(6)), cell
print(len(run["cells"]))
SCRIPT
)
[ "$(state)" = "$uuid complete 2 $seed $((6 * rows)) $((6 * rows))" ] || fail "$(state)"
grep -q "^Run  *$uuid" table || fail "another run: $(cat table)"
expect 2 "${command[@]}" --resume
expect 2 "${command[@]}" "--resume=$uuid"
