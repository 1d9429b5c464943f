# The library opened by dlopen in a program whose malloc is another one.
[ -x "$PROGRAMS/dlopen" ] || fail "build/conformance/dlopen is not built"
"$PROGRAMS/dlopen" "$LIBRARY"
