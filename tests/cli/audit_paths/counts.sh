# Which routes a workload takes, counted: in the build hakmem:counting with the options of the audited one, or in
# itself where it has the box CLASS.
need cc
fields=$TMPDIR/fields.py
cat >"$fields" <<'SCRIPT'
import json, sys

for library in json.load(open("out.json"))["libraries"]:
    backends = library["backends"]
    for backend in backends:
        assert backend["reached"] == (backend["mallocs"] > 0)
        classes = [c for c in library["classes"] if c["backend"] == backend["backend"]]
        assert sum(c["mallocs"] for c in classes) == backend["mallocs"] and len(classes) == backend["classes"]
        if backend["mallocs"] > 5000:
            assert backend["refills"] is None or backend["refills"] > 0
        if backend["classes"] == 0:
            assert not backend["reached"]
    whole = sum(b["mallocs"] for b in backends)
    # What a workload lives on, not a block or two of its set-up.
    lives_on = [b["backend"] for b in backends if b["mallocs"] > whole / 100]
    reached = {c["class"] for c in library["classes"] if c["reached"]}
    print(library["workload"], library["threads"], library["allocator"], *lives_on,
          "counted in", library["counted_in"])
    if library["workload"] == "mixed":
        least, most = (int(library["parameters"][name]) for name in ("min", "max"))
        for c in library["classes"]:
            asked = c["requests"] == "any" and c["high"] >= least and c["low"] <= most
            assert c["reached"] == asked, c
SCRIPT
# shows LIST WORD...: the backends that a workload lives on.
shows() {
    expect 0 audit paths -a "$1" "${@:2}" --json out.json >table 2>>commands
    "$PYTHON" "$fields"
}
shows 'hakmem,hakmem{HAKMEM_MID_V3_ENABLED=off}' -w mixed
grep -q '^mid_v3 .* 100 %$' table || fail "no share: $(cat table)"
grep -Eq '^pool_v2 +[0-9]+ +0 +not reached$' table || fail "pool_v2 is reached: $(cat table)"
shows 'hakmem,hakmem{HAKMEM_POOL_V2_ENABLED=off}' -w medium -t 1
shows 'hakmem{HAKMEM_POOL_V2_THREAD_MIB=1},hakmem:pruned,hakmem:fixed{HAKMEM_POOL_V2_ENABLED=off}' -w medium -t 1
shows hakmem -w mixed -s min=300 -s max=310 -t 1
HAKMEM_POOL_V2_ENABLED=off shows hakmem -w medium -t 1

# A build that has the box of classes alone counts itself, and knows no refills.
cc -std=gnu11 -O1 -D_GNU_SOURCE -I"$ROOT" -fPIC -shared -fvisibility=hidden -ftls-model=initial-exec -fno-builtin-malloc \
    -DHAKMEM_CLASS_STATS_COMPILED=1 "$ROOT/allocator/hakmem.c" -pthread -o libown.so
shows "own=$PWD/libown.so" -w mixed -t 1
grep -Eq '^mid_v3 +[0-9]+ +n/a +[0-9]+ +100 %$' table || fail "refills of a box that is not there: $(cat table)"
