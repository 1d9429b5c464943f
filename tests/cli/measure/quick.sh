# --quick measures every allocator that is installed; how long it takes is not tested here.
expect 0 mixed --quick -o "$RESULTS" --json - >out.json
python <<'SCRIPT'
import json

run = json.load(open("out.json"))
assert run["rounds_done"] >= 1 and not run["interrupted"], run
assert {"hakmem", "glibc"} <= {c["allocator"] for c in run["cells"]}
assert all(c["samples"] for c in run["cells"]), run["cells"]
SCRIPT
