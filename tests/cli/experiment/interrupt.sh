# Ctrl-C in the second case: exit 1, what the first came to is in its record and in the ledger, and no process
# is left. Only the tool itself gets the signal.
scratch_tree
experiment_file some <<'INI'
[first]
[second]
budget = 10m
INI
cat >interrupt.py <<'SCRIPT'
import os, signal, subprocess, sys, time

process = subprocess.Popen([sys.argv[1], "experiment", "some"], stdout=open("out", "w"), stderr=open("err", "w"),
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
for _ in range(2000):
    time.sleep(0.1)
    if process.poll() is not None or "== some/second" in open("out").read():
        break
time.sleep(2)
process.send_signal(signal.SIGINT)
print("exit status", process.wait())
SCRIPT
"$PYTHON" interrupt.py "$COMPARE"
grep '^compare: ' err
grep -c '^some/' out
python <<'SCRIPT'
import json

result, = json.load(open("results/experiments/some.json"))["results"]
assert result["case"] == "first", result
SCRIPT
grep -q '^### second: not run yet$' docs/ledger.md || fail "the ledger has a second verdict"
for process in /proc/[0-9]*/exe; do
    case $(readlink "$process" || :) in
    "$PWD"/*) fail "a process is left: $process" ;;
    esac
done
