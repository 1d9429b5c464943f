# pthread_setspecific allocates where keys are many: the allocator comes back to itself when it binds a
# heap to a thread. And a program that leaves it no key.
same "$PROGRAMS/many_keys"
LD_PRELOAD=$LIBRARY "$PROGRAMS/many_keys" all >text 2>warning || fail "without a key: $(cat text warning)"
[ "$(cat text)" = 'all blocks intact' ] || fail "without a key: $(cat text)"
case $LIBRARY in *libhakmem*) ;; *) exit 0 ;; esac
# What makes this a test of it: the allocator's key comes after the program's 40, and with all of them
# taken it says that it has none.
[ "$(LD_PRELOAD=$LIBRARY "$PROGRAMS/many_keys" next)" = 41 ] || fail "the allocator's key is not number 40"
grep -q 'hakmem: no thread-specific key is left' warning || fail "no warning: $(cat warning)"
