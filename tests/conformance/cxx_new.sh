# operator new and delete reach the library: they are its own, or libstdc++'s bound to its malloc.
need g++
same "$PROGRAMS/cxx_new"
with_library "$PROGRAMS/cxx_new" >/dev/null
if ! grep -hF " to $LIBRARY [0]: normal symbol \`_Znwm'" "$LOADER_LOGS"/ld.* | grep -q cxx_new; then
    for symbol in malloc free; do
        grep -hF "libstdc++.so.6 [0] to $LIBRARY [0]: normal symbol \`$symbol'" "$LOADER_LOGS"/ld.* |
            grep -q . || fail "$symbol of libstdc++ is not the library's"
    done
fi
