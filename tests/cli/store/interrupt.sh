# Ctrl-C ends the run cleanly: exit 1, a table of what was measured, all of it in the database.
# Started in a way that lets SIGINT through: bash ignores it for background jobs.
cat >interrupt.py <<'SCRIPT'
import os, signal, sqlite3, subprocess, sys, time

compare, results = sys.argv[1:]
command = [compare, "mixed", "-t", "1", "-r", "1000", "-a", "hakmem,glibc", "-o", results,
           "--json", "out.json"]
process = subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
path = os.path.join(results, "results.db")
for _ in range(1000):
    time.sleep(0.1)
    try:
        count = sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
            "SELECT count(*) FROM sample").fetchone()[0]
    except sqlite3.Error:
        count = 0
    if count >= 4 or process.poll() is not None:
        break
process.send_signal(signal.SIGINT)
print("exit status", process.wait())
SCRIPT
"$PYTHON" interrupt.py "$COMPARE" "$RESULTS" >table
python <<'SCRIPT'
import json

run = json.load(open("out.json"))
assert run["interrupted"] is True, run
assert sum(len(c["samples"]) for c in run["cells"]) >= 4, run["cells"]
SCRIPT
grep -v '^exit status' table | head -n 4
tail -n 1 table
tail -n +2 table | grep 'interrupted after [0-9]* of 1000 rounds' >note || fail "no note that it was interrupted"
