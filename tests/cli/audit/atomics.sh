# The allocator has no finding: every access is tagged and paired, every locked instruction of each build
# comes from one, telemetry is compiled out where it is not asked for and nothing locks on the hot path.
need objdump addr2line nm
# Those that every build of the tree makes.
builds=hakmem,hakmem:debug,hakmem:minimal,hakmem:fixed,hakmem:pruned,hakmem:unchecked,hakmem:counting
expect 0 audit atomics -a "$builds" --json out.json >table 2>/dev/null
grep -qx '0 findings' table || fail "$(tail table)"
grep -q '^  allocator/remote.c:[0-9]* *chunk_push .*compare_exchange_weak *seq_cst/acquire *with .*stats.c:' table ||
    fail "the push onto an inbox has no partner: $(grep chunk_push table)"
python "$ROOT/allocator" <<'SCRIPT'
import json, os, re, sys

audit = json.load(open("out.json"))
assert audit["audit"] == "atomics" and audit["findings"] == []
accesses = audit["accesses"]
places = {f"{a['file']}:{a['line']}": a for a in accesses}

# What the tool says of a place is what stands there, and nothing that a plain search sees is missing.
seen = 0
for name in sorted(os.listdir(sys.argv[1])):
    if not name.endswith((".c", ".h")):
        continue
    text = open(os.path.join(sys.argv[1], name)).read()
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(text.split("\n"), 1):
        words = re.findall(r"\batomic_(\w+)_explicit\(", line)
        if "#define" not in line and name != "telemetry.h":
            words += re.findall(r"\b(HAK_SHARED?|HAK_COUNT\w*)\(", line)
        for word in words:
            found = [a for a in accesses if (a["file"], a["line"]) == (f"allocator/{name}", number)]
            assert found, f"{name}:{number}: {line}"
            operation = {"HAK_SHARE": "store", "HAK_SHARED": "load"}.get(word, word)
            if word.startswith("HAK_COUNT"):
                operation = "fetch_add"
                assert all(a["kind"] == "telemetry" and a["box"] for a in found), found
            assert any(a["operation"] == operation for a in found), (line, found)
            seen += 1
assert seen > 150, seen

for access in accesses:
    assert access["kind"] in ("correctness", "telemetry"), access
    relaxed = access["order"] == "relaxed"
    assert relaxed == (access["partners"] == []), access
    for place in access["partners"]:
        assert places[place]["object"] == access["object"], (access, place)
        assert places[place]["order"] != "relaxed", (access, place)

variants = {v["name"]: v for v in audit["variants"]}
hot = {"malloc", "free", "calloc"}
for variant in variants.values():
    assert variant["unexplained"] == 0 and variant["locked"] > 20, variant
    for key in ("locked", "fences", "telemetry"):
        assert variant[key] == sum(f[key] for f in variant["functions"]), (key, variant)
    functions = {f["name"]: f for f in variant["functions"]}
    if not variant["boxes"]:
        assert variant["telemetry"] == variant["telemetry_symbols"] == 0, variant
        assert variant["correctness"] + variant["merged"] == variant["locked"] + variant["fences"], variant
        assert all(functions[name]["locked"] == 0 for name in hot & functions.keys()), variant
default, counting = variants["default"], variants["counting"]
assert hot <= {f["name"] for f in default["functions"]}, default
assert default["boxes"] == [], default
assert len(counting["boxes"]) == counting["telemetry_symbols"] > 10, counting
assert counting["locked"] > default["locked"] and counting["telemetry"] > 50, counting
assert next(f for f in counting["functions"] if f["name"] == "malloc")["telemetry"] > 0
SCRIPT

# Only some files, only one function.
expect 0 audit atomics --source-only --file remote.c,allocator/os.h --file spill.c --json - >some.json 2>/dev/null
expect 0 audit atomics -a hakmem --function hak_lock_slow --json - >one.json 2>/dev/null
python <<'SCRIPT'
import json

some, one = json.load(open("some.json")), json.load(open("one.json"))
assert {a["file"] for a in some["accesses"]} == {f"allocator/{n}" for n in ("remote.c", "os.h", "spill.c")}
assert some["variants"] == []
assert {a["function"] for a in one["accesses"]} == {"hak_lock_slow"}
variant, = one["variants"]
assert [(f["name"], f["locked"]) for f in variant["functions"]] == [("hak_lock_slow", 2)], variant
SCRIPT

# A build that is older than the source is left out, unless it is named.
mkdir -p tree/build/lib
cp "$COMPARE" tree/compare
cp "$ROOT/build/worker" tree/build/worker
cp -r "$ROOT/allocator" tree/allocator
cp "$ROOT/build/lib/libhakmem.so" "$ROOT/build/lib/libhakmem-minimal.so" tree/build/lib
touch -d 2001-01-01 tree/build/lib/libhakmem-minimal.so
tree/compare audit atomics --json some.json >table 2>err
grep -q '^compare: hakmem:minimal is left out: it is older than the source' err || fail "$(cat err)"
tree/compare audit atomics -a hakmem:minimal >table 2>err
[ ! -s err ] || fail "$(cat err)"
touch -d 2001-01-01 tree/build/lib/libhakmem.so
COMPARE=$PWD/tree/compare expect 2 audit atomics >table
