# Instructions on the hot paths of the default build, up to the return. The bounds are those of
# docs/performance.md; what they are above the design's budgets is explained there.
need objdump valgrind
[ "$(uname -m)" = x86_64 ] || skip "counts are of x86-64 code"
readelf -p .comment "$ROOT/build/lib/libhakmem.so" | grep -q 'GCC: .* 12\.' ||
    skip "counts are of the code that gcc 12 makes"
"$COMPARE" audit hotpath -a hakmem --json - >audit.json
python <<'SCRIPT'
import json

bounds = {"malloc": 14, "local free": 20, "foreign free": 41}
for path in json.load(open("audit.json"))["paths"]:
    count, bound = path["instructions"], bounds.pop(path["path"])
    print(f"{path['path']}: at most {bound}" if count <= bound else f"{path['path']}: {count}, more than {bound}")
assert not bounds, bounds
SCRIPT
