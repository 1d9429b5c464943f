# Every variant's object is machine code and can be linked again by lld, functions shuffled or not: the
# result exports the same and serves memory.
# deadline: 600
need nm objdump gcc ld.lld
gcc -fuse-ld=lld -shared -x c /dev/null -o probe.so 2>/dev/null || skip "gcc cannot use lld here"
nm -D --defined-only "$(file_of default)" | awk '{ print $3 }' | sort >exported
cd "$ROOT"
while read -r name; do
    object=$(object_of "$name")
    case $name in
    static | static-*) continue ;; # parts of a program, not libraries
    esac
    [ -s "$object" ] || fail "$name has no object $object"
    objdump -h "$object" >"$TMPDIR/sections"
    grep -Eq ' \.text(\.hot)?\.malloc ' "$TMPDIR/sections" || fail "$name: malloc has no section of its own"
    if grep -q '\.gnu\.lto' "$TMPDIR/sections"; then
        fail "$name: its object is no machine code"
    fi
    for seed in 0 1; do
        read -ra flags < <(value_of "$name" ldflags)
        [ $seed = 0 ] || flags+=('-Wl,--shuffle-sections=*=1')
        gcc -shared -fuse-ld=lld -Wl,-z,now "${flags[@]}" "$object" -pthread \
            -o "$TMPDIR/again.so" 2>"$TMPDIR/errors" || fail "$name: $(cat "$TMPDIR/errors")"
        nm -D --defined-only "$TMPDIR/again.so" | awk '{ print $3 }' | sort |
            diff "$OLDPWD/exported" - || fail "$name, linked again, exports other functions"
        LD_PRELOAD=$TMPDIR/again.so build/worker mixed ops=5000 check=1 >"$TMPDIR/report" 2>&1 ||
            fail "$name, linked again: $(cat "$TMPDIR/report")"
        grep -q "VARIANT=$name " "$TMPDIR/report" || fail "$name, linked again: $(cat "$TMPDIR/report")"
    done
done <"$OLDPWD/names"
