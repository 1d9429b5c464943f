# Forks of a program whose other threads allocate all the while.
same "$PROGRAMS/fork_threads"
