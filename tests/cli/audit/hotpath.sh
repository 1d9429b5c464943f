# The hot paths: figures agree with the listed instructions, unchecked frees take fewer of them, counters
# lock where they are compiled in and nowhere else; beyond its budget is a finding only when that is asked.
need objdump valgrind
[ "$(uname -m)" = x86_64 ] || skip "the listing is taken for x86-64 code here"
expect 0 audit hotpath -a hakmem,hakmem:unchecked,hakmem:counting --listing --json out.json >table 2>/dev/null
grep -qx '0 findings' table || fail "$(cat table)"
grep -Eq '^malloc: budget 17 instructions and 3 lines of data; workload mixed$' table || fail "$(cat table)"
grep -Eq '^ +[0-9]+ +[0-9.]+ % +[0-9a-f]+  ret$' table || fail "no listing: $(cat table)"
python <<'SCRIPT'
import json, re

audit = json.load(open("out.json"))
assert audit["audit"] == "hotpath" and audit["findings"] == []
paths = {(p["variant"], p["path"]): p for p in audit["paths"]}
assert len(paths) == 9, paths.keys()
for path in paths.values():
    listing = path["listing"]
    assert path["instructions"] == len(listing) > 10, path
    assert path["calls"] > 10000 and listing[0]["count"] == path["calls"], path
    assert all(2 * step["count"] >= path["calls"] for step in listing), path
    assert listing[0]["function"] in (path["function"], "hak_" + path["function"]), path
    assert listing[-1]["text"].startswith("ret"), path
    names = [re.sub(r"^(lock|bnd|notrack|rep\w*) ", "", step["text"]).split()[0] for step in listing]
    assert path["branches"] == sum(n[0] == "j" and n != "jmp" for n in names), path
    assert path["jumps"] == sum(n in ("jmp", "call", "ret") for n in names), path
    memory = sum("(" in s["text"] and not n.startswith(("lea", "nop")) or n in ("push", "pop")
                 for s, n in zip(listing, names))
    assert max(path["loads"], path["stores"]) <= memory <= path["loads"] + path["stores"], path
    assert path["locked"] == sum(bool(re.search(r"^lock |^xchg .*\(|fence", s["text"])) for s in listing), path
    assert (path["locked"] > 0) == (path["variant"] == "counting"), path
    lines = {step["address"] // 64 for step in listing}
    assert len(lines) <= path["code_lines"] <= 2 * len(lines), path
    assert 1 <= path["data_lines_at_most"] <= memory, path
for name in ("local free", "foreign free"):
    assert paths["unchecked", name]["instructions"] <= paths["default", name]["instructions"]
assert paths["unchecked", "local free"]["instructions"] < paths["default", "local free"]["instructions"]
foreign = paths["default", "foreign free"]
assert "hak_free_slow" in {step["function"] for step in foreign["listing"]}, foreign
over = [p for p in paths.values() if p["instructions"] > p["budget"]["instructions"]]
open("over", "w").write(str(int(any(p["variant"] == "counting" for p in over))))
SCRIPT
expect "$(cat over)" audit hotpath -a hakmem:counting --strict --json - >strict.json 2>/dev/null
python <<'SCRIPT'
import json

audit = json.load(open("strict.json"))
over = [(p["variant"], p["path"]) for p in audit["paths"] if p["instructions"] > p["budget"]["instructions"]]
assert over == [(f["variant"], f["path"]) for f in audit["findings"]], audit["findings"]
SCRIPT
