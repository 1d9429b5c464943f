# Threads with stacks of 64 KiB.
same "$PROGRAMS/small_stacks"
