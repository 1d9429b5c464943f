# The library that is measured is the build that was asked for: one that lies under another's name, or was
# built by other flags than its stanza has, is a wrong allocator, in a workload and under a program. Seen
# in a tree of its own.
mkdir -p tree/build/lib tree/allocator
cp "$COMPARE" tree/compare
cp "$ROOT/build/worker" "$ROOT/build/stopwatch" tree/build/
cp "$ROOT/build/lib/libhakmem.so" "$ROOT/build/lib/libhakmem-minimal.so" "$ROOT/build/lib/libfloor.so" \
    tree/build/lib/
cp "$ROOT/build/lib/libhakmem-minimal.so" tree/build/lib/libhakmem-fixed.so
cp "$ROOT/build/lib/libhakmem-unchecked.so" tree/build/lib/
sed 's/-DHAK_CHECK_FREE=0/-DHAK_CHECK_FREE=1/' "$ROOT/allocator/variants.ninja" >tree/allocator/variants.ninja
COMPARE=$PWD/tree/compare

# refuses VARIANT WORDS COMMAND...: the row of hakmem:VARIANT, and no other, fails with WORDS and remedy.
refuses() {
    local variant=$1 words=$2
    shift 2
    expect 1 "$@" -a "hakmem,hakmem:minimal,hakmem:$variant" "${quick[@]}" --json out.json ${program:+-- $program} >table
    python "hakmem:$variant" "$words" "rm -f build/lib/libhakmem-$variant.so && ninja build/lib/libhakmem-$variant.so" <<'SCRIPT'
import json, sys

row, words, remedy = sys.argv[1:]
cells = {c["allocator"]: c for c in json.load(open("out.json"))["cells"]}
failed, = cells[row]["failures"]
assert failed["failure"] == "wrong-allocator", failed
assert words in failed["reason"] and failed["reason"].endswith("make it anew: " + remedy), failed
assert not cells[row]["samples"], cells[row]
for name in "hakmem", "hakmem:minimal":
    assert len(cells[name]["samples"]) == 1 and not cells[name]["failures"], cells[name]
SCRIPT
}
program=
refuses fixed "says VARIANT=minimal, but its stanza in variants.ninja VARIANT=fixed" mixed -t 1
refuses unchecked "says HAK_CHECK_FREE=0, but its stanza in variants.ninja HAK_CHECK_FREE=1" mixed -t 1
program=/bin/true
refuses fixed "says VARIANT=minimal, but its stanza in variants.ninja VARIANT=fixed" run
# The default build is held against its stanza as well.
cp "$ROOT/build/lib/libhakmem-minimal.so" tree/build/lib/libhakmem.so
expect 1 mixed -t 1 -a hakmem "${quick[@]}" >table
grep -Eq '^  hakmem +1 +wrong-allocator ' table || fail "not refused: $(cat table)"
