# Memory locked with mlockall: with a limit that suffices, at one that does not, and where the allocator
# has to start under it.
status=0
"$PROGRAMS/locked" >text || status=$?
[ $status != 77 ] || skip "$(cat text)"
same "$PROGRAMS/locked"
same "$PROGRAMS/locked" small
