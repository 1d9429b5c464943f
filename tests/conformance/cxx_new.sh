# operator new and delete reach the library: they are its own, or libstdc++'s bound to its malloc.
need g++
same "$PROGRAMS/cxx_new"
with_library "$PROGRAMS/cxx_new" >/dev/null
if ! grep -qF "cxx_new [0] to $LIBRARY [0]: normal symbol \`_Znwm'" "$LOADER_LOGS"/ld.*; then
    for symbol in malloc free; do
        grep -qF "libstdc++.so.6 [0] to $LIBRARY [0]: normal symbol \`$symbol'" "$LOADER_LOGS"/ld.* ||
            fail "$symbol of libstdc++ is not the library's"
    done
fi
