# Before main, in constructors, atexit handlers, after thread-local destructors.
same "$PROGRAMS/lifecycle"
