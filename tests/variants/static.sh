# The allocator in the worker is measured as one that is preloaded: beside it in a table and in `ab`, with
# counters and latencies, proven to serve, by a fresh copy in every sample. A program cannot have it.
[ -x "$(file_of static)" ] || skip "static is not built: run ninja variants"
expect 0 mixed -a hakmem,hakmem:static,glibc -t 2 --latency "${brief[@]}" --json out.json >table
python "$(file_of static)" <<'SCRIPT'
import hashlib, json, sys

run = json.load(open("out.json"))
sha = hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()
cells = [c for c in run["cells"] if c["allocator"] == "hakmem:static"]
assert [c["threads"] for c in cells] == [2], cells
for cell in cells:
    assert cell["samples"] and not cell["failures"], cell
    assert cell["library_sha256"] == sha, cell
    assert cell["latency_ns"]["malloc"]["max"] > 0, cell
checksums = {c["allocator"]: {s["checksum"] for s in c["samples"]} for c in run["cells"]}
assert checksums["hakmem:static"] == checksums["hakmem"] == checksums["glibc"], checksums
configuration, = {a["configuration"] for a in run["allocators"] if a["name"] == "hakmem:static"}
assert " VARIANT=static BUILD_OPTIONS=static " in configuration, configuration
SCRIPT
expect 0 ab hakmem hakmem:static -w mixed -t 1 "${brief[@]}" >table
grep -q '^  Verdict  *UNDECIDED' table || fail "one round is no verdict: $(cat table)"
expect 2 run -a hakmem:static "${brief[@]}" -- /bin/true
# Functions and events are counted in it as in a library.
need valgrind
expect 0 ab hakmem hakmem:static -w mixed -t 1 "${brief[@]}" --hit hak_lane_refill >table
grep -q 'hak_lane_refill ran' table || fail "no word on the function: $(cat table)"
expect 0 ab hakmem hakmem:static -w mixed -t 1 "${brief[@]}" --hit hak_large_resize >table
grep -q '^  Verdict  *INACTIVE' table || fail "not INACTIVE: $(cat table)"
