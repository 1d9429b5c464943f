# For tests that run real programs with the library under test preloaded. LIBRARY is that library;
# it defaults to build/lib/libhakmem.so and may be any other allocator:
#     LIBRARY=/path/to/lib.so tests/run conformance
. "$ROOT/tests/lib.sh"

PROGRAMS=$ROOT/build/conformance
LOADER_LOGS=$TMPDIR/loader
mkdir "$LOADER_LOGS"
[ -e "$LIBRARY" ] || fail "there is no $LIBRARY; run ninja"

# Runs a command with the library preloaded. The dynamic linker logs what it loads and binds, one
# file a process, for loaded_everywhere.
with_library() {
    LD_PRELOAD=$LIBRARY LD_DEBUG=files:bindings LD_DEBUG_OUTPUT=$LOADER_LOGS/ld "$@"
}

# Fails unless the library was loaded into every process that with_library started, their children
# included, and served every binding of malloc there. A program that is not position independent may
# lend others the address of its own entry for malloc, which leads to the library too.
loaded_everywhere() {
    local log program
    for log in "$LOADER_LOGS"/ld.*; do
        [ -e "$log" ] || fail "no process was logged: was the program linked statically?"
        program=$(sed -n 's/.*initialize program: //p;T;q' "$log")
        grep -qF "file=$LIBRARY [0];  generating link map" "$log" ||
            fail "$program ran without the library"
        grep "symbol .malloc'" "$log" >"$TMPDIR/bindings" || true
        if grep -vF -e " to $LIBRARY [0]:" -e " to $program [0]:" "$TMPDIR/bindings"; then
            fail "malloc of $program was not the library's"
        fi
    done
    rm "$LOADER_LOGS"/ld.*
}

# Fails unless COMMAND has the same exit status and output with the library as without it. Statuses
# from 126 on, a signal or a program that does not start, are failures.
same() {
    local plain=0 preloaded=0
    "$@" >plain.out 2>plain.err || plain=$?
    [ $plain -lt 126 ] || fail "$*: ended with status $plain without the library: $(cat plain.err)"
    with_library "$@" >preloaded.out 2>preloaded.err || preloaded=$?
    if [ $plain != $preloaded ] || ! cmp plain.out preloaded.out || ! cmp plain.err preloaded.err; then
        diff plain.out preloaded.out | head -n 20
        diff plain.err preloaded.err | head -n 20
        fail "$*: differs with the library (status $preloaded, without it $plain)"
    fi
    loaded_everywhere
}
