# `ninja test` builds every program that a test is, in a fresh tree as well.
need ninja
ninja -C "$ROOT" -t commands test >commands
ninja -C "$ROOT" -t targets all >targets
sed -n 's/^\(build\/\(unit\|stress\|conformance\|fixtures\)\/[^:]*\):.*/\1/p' targets >programs
[ -s programs ] || fail "build.ninja has no test programs"
while read -r program; do
    grep -qF -- " $program" commands || fail "ninja test does not build $program"
done <programs
for source in "$ROOT"/tests/unit/test_*.c; do
    grep -qx "build/unit/$(basename "$source" .c)" programs || fail "no line builds $source"
done
