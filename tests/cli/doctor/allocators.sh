# A debug build among the allocators is found by its name.
status=0
"$COMPARE" doctor -a hakmem,hakmem:debug >out || status=$?
[ $status = 1 ] || fail "exit status $status: $(cat out)"
grep -A1 '^debug-allocator' out | grep -q 'hakmem:debug is a debug build' || fail "not found: $(cat out)"
"$COMPARE" doctor -a hakmem >out || [ $? = 1 ]
grep -q '^  debug-allocator none of [0-9]' out || fail "the default build was found: $(cat out)"
