# Both sides in six other code layouts: linked once, then taken from the cache; the layout is the unit of
# the verdict; what cannot be laid out is refused. No claim about the figures.
command -v ld.lld >/dev/null || skip "ld.lld is not installed (./setup --dev)"
"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed (./setup --dev)"
refused ab hakmem hakmem -w mixed --layouts 3
refused ab hakmem hakmem -w mixed --layouts many
refused ab hakmem glibc -w mixed --layouts 6
refused ab hakmem "mine=$ROOT/build/lib/libfloor.so" -w mixed --layouts 6

expect 0 ab hakmem 'hakmem:minimal{HAKMEM_LANE_KIB=16}' -w mixed -t 1 "${brief[@]}" -r 2 --go 50 --tolerate 50 \
    --layouts 6 --json out.json >table
for word in "#6 " "As built" "Layout tax" "6 layouts" "Would change" "12 libraries with the code"; do
    grep -qF -- "$word" table || fail "no '$word' in the report"
done
python "$ROOT/docs/results.schema.json" <<'SCRIPT'
import json, jsonschema, math, os, subprocess, sys

run = json.load(open("out.json"))
jsonschema.validate(run, json.load(open(sys.argv[1])))
verdict, = run["verdicts"]
layouts = verdict["layouts"]
assert layouts["count"] == 6 and layouts["rounds"] == 2 and len(layouts["effects"]) == 6, layouts
libraries = {a["allocator"]: a for a in run["allocators"]}
assert len(libraries) == 2 + 12 + 1, libraries.keys()
places = set()
for layout in range(1, 7):
    base, treatment = (libraries[f"{name} #{layout}"] for name in ("hakmem", "hakmem:minimal{HAKMEM_LANE_KIB=16}"))
    assert base["layout"] == treatment["layout"] == layout
    assert "HAKMEM_BENCH_MINIMAL=1" in treatment["configuration"], treatment
    assert "HAKMEM_LANE_KIB=16" in treatment["configuration"], treatment
    symbols = subprocess.run(["nm", "-D", "--defined-only", base["path"]], capture_output=True, text=True, check=True)
    places |= {line.split()[0] for line in symbols.stdout.splitlines() if line.endswith(" T malloc")}
assert len(places) > 3, places  # malloc lies elsewhere
# The estimate again, from the effects: the median of the Walsh averages.
logs = [math.log(e) for e in layouts["effects"]]
walsh = sorted((a + b) / 2 for i, a in enumerate(logs) for b in logs[i:])
middle = len(walsh) // 2
estimate = math.exp(walsh[middle] if len(walsh) % 2 else (walsh[middle - 1] + walsh[middle]) / 2)
assert abs(estimate / verdict["ratio"]["estimate"] - 1) < 1e-9, (estimate, verdict)
# Both sides of a layout are neighbours in time, in either order.
cells = {c["allocator"]: c["samples"] for c in run["cells"]}
for layout in range(1, 7):
    pairs = zip(cells[f"hakmem #{layout}"], cells[f"hakmem:minimal{{HAKMEM_LANE_KIB=16}} #{layout}"])
    assert sorted(t["position"] - b["position"] for b, t in pairs) == [-1, 1]
first = libraries["hakmem #1"]["path"]
open("linked", "w").write(str(os.stat(first).st_mtime_ns))
open("path", "w").write(first)
SCRIPT
expect 0 ab hakmem hakmem:minimal -w mixed -t 1 "${brief[@]}" -r 1 --layouts 6 >again
[ "$(cat linked)" = "$(python "$(cat path)" <<<'import os, sys; print(os.stat(sys.argv[1]).st_mtime_ns)')" ] ||
    fail "a layout was linked again"
# In a publication layouts are a picture and a table of their own, and no rows among the allocators.
expect 0 publish newest --from "$RESULTS" -o page --no-png >/dev/null
grep -q '^\*\*Code layouts of mixed' page/README.md || fail "no table of layouts"
[ -s page/pictures/layouts-1-1.svg ] || fail "no strip plot"
! grep -q '^| hakmem #1 | 1 |' page/README.md || fail "layouts are rows among the allocators"
# What exports less than the library must not be measured as the allocator: an object without its functions,
# as one of LTO code is to a linker that cannot read it. And an object that is gone.
scratch_tree
refused_layouts() {
    "$COMPARE" ab hakmem hakmem:minimal -w mixed -t 1 -r 1 --layouts 6 -o "$RESULTS" >refused.out 2>&1 &&
        fail "measured all the same"
    grep -qF -- "$1" refused.out || fail "no '$1' in: $(cat refused.out)"
}
rm -rf build/layouts
echo 'void hak_nothing(void) {}' >nothing.c
"${CC:-cc}" -fPIC -c nothing.c -o build/obj/libhakmem-minimal.o
refused_layouts "linked again it exports other symbols"
[ -z "$(find build/layouts -path '*minimal*' -name '*.so')" ] || fail "a library without malloc was kept"
rm build/obj/libhakmem-minimal.o
refused_layouts "its object file build/obj/libhakmem-minimal.o is missing; build it with 'ninja"
