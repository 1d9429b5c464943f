# --quick measures every allocator that is installed; how long it takes is not tested here.
expect 0 mixed --quick -o "$RESULTS" --json - >out.json
python <<'SCRIPT'
import json

run = json.load(open("out.json"))
assert run["rounds_done"] >= 1 and not run["interrupted"], run
assert {"hakmem", "glibc"} <= {c["allocator"] for c in run["cells"]}
assert all(c["samples"] for c in run["cells"]), run["cells"]
SCRIPT

# Nothing can be measured in its time: allocators that hang, so that this is so on any machine.
hanging=hakmem
for name in a b c d e f g h; do
    hanging+=",$name=$FIXTURES/hang.so"
done
expect 1 mixed -t 1 --quick -o "$RESULTS" -a "$hanging"
