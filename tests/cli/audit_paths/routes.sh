# The routes as options and build flags decide them, without a workload: nothing is counted.
expect 0 audit paths 2>>commands
fields=$TMPDIR/fields.py
cat >"$fields" <<'SCRIPT'
import json, sys

audit = json.load(open("out.json"))
assert audit["audit"] == "paths"
for library in audit["libraries"]:
    classes = library["classes"]
    assert [c["class"] for c in classes] == [f"C{i + 1}" for i in range(len(classes) - 2)] + ["medium", "large"]
    assert library["workload"] is None and library["counted_in"] is None
    assert all(c["reached"] is None and c["mallocs"] is None for c in classes + library["backends"])
    plain = [c for c in classes if c["requests"] == "any"]
    # Every size has one route.
    assert plain[0]["low"] == 0
    assert all(a["high"] + 1 == b["low"] for a, b in zip(plain, plain[1:]))
    for size in (200, 300, 700, 900, 1500, 60000, 500000, 5000000):
        found, = [c for c in plain if c["low"] <= size <= c["high"]]
        assert size <= found["stride"] or found["backend"] in ("medium", "large")
        print(f"{library['allocator']:38} {size:7} {found['backend']:8} {found['decided_by']} {found['fallback']}")
SCRIPT
# shows LIST: the routes of some sizes as its JSON has them, which is all that is printed.
shows() {
    expect 0 audit paths -a "$1" --json - >out.json 2>>commands
    "$PYTHON" "$fields"
}
shows 'hakmem,hakmem{HAKMEM_MID_V3_ENABLED=off;HAKMEM_POOL_V2_CLASSES=0x7e}'
shows "hakmem:pruned,hakmem:fixed{HAKMEM_MID_V3_ENABLED=off},mine=$ROOT/build/lib/libhakmem-counting.so"
# What of the environment samples get decides as well.
HAKMEM_POOL_V2_ENABLED=off shows hakmem

# A line for each class.
classes=$("$PYTHON" -c 'import json; print(len(json.load(open("out.json"))["libraries"][0]["classes"]))')
HAKMEM_POOL_V2_ENABLED=off expect 0 audit paths --each 2>>commands >all
[ "$(grep -Ec '^(C[0-9]+|medium|large) ' all)" = "$classes" ] || fail "not a line for each class: $(cat all)"
